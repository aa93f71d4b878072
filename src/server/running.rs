//! The daemon from its start to its end.
//!
//! Order of a start: configuration, journal, recovery, the program's name if another wrote before,
//! `Restarted` for each tenant, the configuration's changes, all of it durable; only then are
//! connections accepted. Order of an end: no new connections and contacts, conversations may
//! finish, connections close, a last snapshot, the journal closes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Config, Role};
use crate::journal::NewRecord;
use crate::router::time::Timestamp;

use super::cell::Cell;
use super::clock::Clock;
use super::configure;
use super::descriptors;
use super::disk;
use super::error::ServerError;
use super::http;
use super::hub::{Hub, Stopped};
use super::keeper::Keeper;
use super::ledger;
use super::listen::{self, SocketFile};
use super::metrics::Metrics;
use super::program::Program;
use super::record::{PROGRAM, program_bytes};
use super::recovery::{self, Recovered};
use super::reload::{self, ReloadError, Reloaded};
use super::removals::Removals;
use super::snapshots::{self, Manner};
use super::timers;
use super::{accept, upkeep};

/// How long connections may take to close when the daemon stops.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);
/// Interval of checks whether the conversations have ended.
const DRAIN_LOOK_EVERY: Duration = Duration::from_millis(50);

/// Interval of checks whether the journal is still in its place.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How the daemon is run, beyond its configuration.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The file that a reload reads again.
    pub config_path: Option<PathBuf>,
    /// Refuse to begin an empty journal where there is none.
    pub existing_only: bool,
    /// Start at a time of day that is implausible given the journal's last command.
    pub accept_clock: bool,
    /// Continue where the ledger and the journal do not fit together.
    pub accept_ledger_break: bool,
    /// Follow the configuration where it no longer names what holds cases or contacts.
    pub allow_removals: bool,
}

/// A running daemon.
pub struct Running {
    hub: Arc<Hub>,
    tcp: Option<SocketAddr>,
    http: Option<SocketAddr>,
    socket: Option<SocketFile>,
}

/// A handle to reload or stop the daemon from anywhere.
#[derive(Clone)]
pub struct Control {
    hub: Arc<Hub>,
}

/// Starts the daemon. It serves when this returns.
pub async fn run(mut config: Config, options: Options) -> Result<Running, ServerError> {
    listen::check(&config)?;
    config.server.limits.connections = descriptors::places(&config)?;
    let metrics = Metrics::new();
    // The journal first, so that a second daemon is told who holds it.
    let recovered = recover(&config, &options, &metrics).await?;
    let clock = start_clock(&options, recovered.last_at)?;
    let server = &config.server;
    let listen_on = |address| listen::tcp(address, &server.limits);
    let tcp = server.tcp.map(listen_on).transpose()?;
    let http = server.http.map(listen_on).transpose()?;
    let socket = server
        .socket
        .as_ref()
        .map(|path| listen::unix(path, server.socket_mode))
        .transpose()?;
    let Recovered {
        journal,
        uuid,
        cells,
        decided_since,
        program,
        ..
    } = recovered;
    let dir = &config.journal.dir;
    let keeper = config
        .journal
        .ledger
        .then(|| Keeper::new(dir.clone(), &uuid, options.accept_ledger_break));
    let path = options.config_path;
    let mut hub = Hub::new(journal, clock, cells, metrics, config, path, keeper);
    hub.decided_since = decided_since;
    let hub = Arc::new(hub);
    load_number_plans(&hub);
    // Before anything new happens: a fault of the ledger stops the start.
    match ledger::keep(&hub).await {
        // A full disk does not stop the start: writing is tried again.
        Err(error) if error.is_full() => {}
        kept => kept?,
    }
    if program != Program::this() {
        sign(&hub).await?;
    }
    if !options.allow_removals {
        refuse_removals(&hub)?;
    }
    prepare(&hub).await.map_err(|Stopped| failure(&hub))?;
    let mut running = Running {
        tcp: tcp.as_ref().and_then(|socket| socket.local_addr().ok()),
        http: http.as_ref().and_then(|socket| socket.local_addr().ok()),
        socket: None,
        hub: Arc::clone(&hub),
    };
    spawn_background(&hub);
    if let Some((listener, file)) = socket {
        running.socket = Some(file);
        hub.tasks.spawn(accept::unix(Arc::clone(&hub), listener));
    }
    if let Some(listener) = tcp {
        hub.tasks.spawn(accept::tcp(Arc::clone(&hub), listener));
    }
    if let Some(listener) = http {
        hub.tasks.spawn(http::serve(Arc::clone(&hub), listener));
    }
    running.announce();
    Ok(running)
}

/// Refuses a clock that cannot be true, unless the operator accepts it.
fn start_clock(options: &Options, last_at: Timestamp) -> Result<Clock, ServerError> {
    let clock = Clock::start(last_at);
    if !options.accept_clock {
        clock.check(last_at)?;
    }
    if clock.ahead_us() > 1_000_000 {
        tracing::warn!(
            ahead_ms = clock.ahead_us() / 1_000,
            "the time of day lies before the journal's last command: time goes on from there"
        );
    }
    Ok(clock)
}

/// Reads the number plans beside the start where a country is set: else the first call with a
/// number would wait for it.
fn load_number_plans(hub: &Hub) {
    let config = &hub.live().config;
    let mut named = std::iter::once(&config.tenant).chain(config.tenants.values());
    let of_file = named.any(|tenant| tenant.settings.country.is_some());
    let has_country =
        |cell: &Arc<Cell>| cell.look(|tenant| tenant.router().book().settings().country.is_some());
    if of_file || hub.cells.all().iter().any(has_country) {
        let thread = std::thread::Builder::new().name("number-plans".to_owned());
        // A thread that cannot be made costs no more than the wait it would have saved.
        drop(thread.spawn(crate::identity::load));
    }
}

/// Refuses a configuration that takes responsibility away.
fn refuse_removals(hub: &Hub) -> Result<(), ServerError> {
    let removals = Removals::of(hub, &hub.live().config);
    match removals.is_empty() {
        true => Ok(()),
        false => Err(ServerError::Removals(removals.to_string())),
    }
}

/// Starts what runs beside the connections until the daemon stops.
fn spawn_background(hub: &Arc<Hub>) {
    let tasks = &hub.tasks;
    tasks.spawn(timers::run(Arc::clone(hub)));
    tasks.spawn(snapshots::run(Arc::clone(hub)));
    tasks.spawn(ledger::run(Arc::clone(hub)));
    tasks.spawn(watch_journal(Arc::clone(hub)));
    tasks.spawn(disk::watch(Arc::clone(hub)));
    tasks.spawn(upkeep::metrics(Arc::clone(hub)));
    tasks.spawn(upkeep::audit(Arc::clone(hub)));
}

async fn recover(
    config: &Config,
    options: &Options,
    metrics: &Arc<Metrics>,
) -> Result<Recovered, ServerError> {
    let (config, create) = (config.clone(), !options.existing_only);
    let metrics = Arc::clone(metrics);
    let work = move || {
        let mut options = recovery::journal_options(&config, create)?;
        options.observer = Some(Arc::new(metrics.commit.clone()));
        recovery::recover(&config, options, &metrics)
    };
    tokio::task::spawn_blocking(work)
        .await
        .expect("recovery does not panic")
}

/// Records which program decides the commands that follow. Whatever is acknowledged later lies
/// behind this record, so nobody waits for it: on a full disk that could take long.
async fn sign(hub: &Hub) -> Result<(), ServerError> {
    hub.wait_for_room().await;
    let bytes = program_bytes(&Program::this());
    let record = NewRecord {
        kind: PROGRAM,
        bytes: &bytes,
    };
    hub.journal.append(&[record])?;
    Ok(())
}

/// Tells each tenant of the restart, then applies the configuration's changes.
async fn prepare(hub: &Arc<Hub>) -> Result<(), Stopped> {
    for cell in hub.cells.all() {
        hub.wait_for_room().await;
        let ((), sequence) = hub.turn(&cell, |turn| {
            turn.record_restart(hub.clock.now());
        })?;
        hub.settle(&cell, sequence).await?;
    }
    configure::apply_or_wait(hub).await?;
    Ok(())
}

/// Stops the daemon as soon as the journal has failed or is no longer in its place, even if nobody
/// is waiting for it.
async fn watch_journal(hub: Arc<Hub>) {
    loop {
        tokio::select! {
            error = hub.journal.ended() => {
                hub.fail(error);
                return;
            }
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = hub.serving.cancelled() => return,
        }
        if let Err(error) = hub.journal.check_place() {
            hub.fail(error);
            return;
        }
    }
}

fn failure(hub: &Hub) -> ServerError {
    let error = hub.failure().cloned();
    ServerError::Journal(error.expect("only a failed journal stops the daemon"))
}

impl Running {
    /// The address of the TCP socket, with the port that the system chose.
    pub fn tcp(&self) -> Option<SocketAddr> {
        self.tcp
    }

    /// The address of the HTTP socket.
    pub fn http(&self) -> Option<SocketAddr> {
        self.http
    }

    /// The path of the Unix socket.
    pub fn socket(&self) -> Option<&Path> {
        self.socket.as_ref().map(SocketFile::path)
    }

    /// A handle to reload or stop the daemon.
    pub fn control(&self) -> Control {
        Control {
            hub: Arc::clone(&self.hub),
        }
    }

    /// Waits for the end: after [`Control::shutdown`], or because the journal failed.
    pub async fn join(self) -> Result<(), ServerError> {
        let hub = self.hub;
        hub.serving.cancelled().await;
        hub.accepting.cancel();
        hub.tasks.close();
        if tokio::time::timeout(CLOSE_WITHIN, hub.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some connections did not end in time");
        }
        if hub.failure().is_some() {
            return Err(failure(&hub));
        }
        // A reload under way ends first, and none begins: it would write behind the last snapshot.
        let _no_reload = hub.reloading.lock().await;
        // Everything applied had room, so it is durable or about to be.
        match snapshots::take(&hub, Manner::Alone).await {
            Err(error) => tracing::error!(%error, "no snapshot could be written at the end"),
            Ok(sequence) if sequence < hub.journal.appended_sequence() => tracing::warn!(
                sequence,
                "records were written behind the last snapshot: before a version with other rules \
                 goes on, start this one and end it once more"
            ),
            Ok(_) => {}
        }
        let hub_of_close = Arc::clone(&hub);
        let closed = tokio::task::spawn_blocking(move || hub_of_close.journal.close());
        closed.await.expect("closing the journal does not panic")?;
        tracing::info!("ended");
        Ok(())
    }

    fn announce(&self) {
        let config = &self.hub.live().config;
        let is_open = config.tokens.is_empty() && (self.tcp.is_some() || self.http.is_some());
        if is_open {
            tracing::warn!(
                "no token is configured: TCP and HTTP listen on loopback only, and whoever is on \
                 this machine may act as platform and supervisor"
            );
        }
        if config.tokens.iter().any(|token| token.role == Role::Admin) {
            tracing::info!("tokens of the role admin are accepted on the Unix socket only");
        }
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            pid = std::process::id(),
            socket = ?self.socket(),
            tcp = ?self.tcp,
            http = ?self.http,
            "serving"
        );
    }
}

impl Control {
    /// Applies the changed configuration file.
    pub async fn reload(&self) -> Result<Reloaded, ReloadError> {
        reload::reload(&self.hub, false).await
    }

    /// Begins the end: no new connections, no new contacts; conversations may finish for as long as
    /// configured. A second call changes nothing.
    pub fn shutdown(&self) {
        if self.hub.accepting.is_cancelled() {
            return;
        }
        self.hub.drain();
        self.hub.accepting.cancel();
        let hub = Arc::clone(&self.hub);
        tokio::spawn(async move {
            let limit = hub.live().config.server.drain_ms;
            let over = conversations_over(&hub);
            match limit.and_then(|limit| u64::try_from(limit.0).ok()) {
                // Conversations that last longer go on after the end: contacts outlive a restart.
                Some(limit) => {
                    let _ = tokio::time::timeout(Duration::from_millis(limit), over).await;
                }
                None => over.await,
            }
            hub.serving.cancel();
        });
    }
}

/// Waits until no contact is in conversation or being offered.
async fn conversations_over(hub: &Hub) {
    loop {
        let busy = hub
            .cells
            .all()
            .iter()
            .any(|cell| cell.look(|tenant| tenant.router().book().census().is_busy()));
        if !busy {
            return;
        }
        tokio::time::sleep(DRAIN_LOOK_EVERY).await;
    }
}
