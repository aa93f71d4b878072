//! `demo`: the daemon with a simulated call centre in front of it.

use std::collections::HashMap;
use std::future::Future;
use std::io::IsTerminal;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use clap::builder::PossibleValuesParser;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{Done, Failure};
use crate::client::{Address, Arrived, Link, Who};
use crate::demo::{Centre, Crowd, Folder, Follower, Narrator, Page, banner, closing, preset};
use crate::replay::{Options, Player, Progress, Setup};
use crate::server::{self, Running};

/// Interval of status lines.
const STATUS_EVERY: Duration = Duration::from_secs(10);

/// The daemon on a journal in a temporary folder, customers and agents of its own in front of it,
/// through its real socket. Each line says who is connected to whom, and why.
#[derive(Args, Debug)]
pub struct Demo {
    /// Stop after this many seconds; without it, run until Ctrl-C.
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// Speed, as a multiple of the normal one.
    #[arg(long, default_value_t = 1.0, value_parser = speed, value_name = "N")]
    speed: f64,
    /// Seed of the random numbers; the same seed gives the same run.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
    /// Cases have the kinds of this preset, with their stages, deadlines and follow-ups; an hour
    /// passes in two seconds.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(preset::names()))]
    preset: Option<String>,
    /// Keeps the folder with the journal.
    #[arg(long)]
    keep: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.1..=100.0).contains(&speed) => Ok(speed),
        _ => Err("give a number from 0.1 to 100".to_owned()),
    }
}

impl Demo {
    pub fn run(self) -> Done {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .context("cannot start the runtime")?;
        log_to_stderr().context("cannot log")?;
        let ended = runtime.block_on(self.play());
        runtime.shutdown_background();
        crate::log::finish();
        ended.map_err(Failure::from)?;
        Ok(0)
    }

    async fn play(&self) -> anyhow::Result<()> {
        // Before the start, so that Ctrl-C never leaves the folder behind.
        let stop = self.stop()?;
        let folder = Folder::new(self.keep).context("cannot make a temporary folder")?;
        let page = Page::stdout();
        let preset = self.preset.as_deref();
        let centre = Centre::new(folder.path(), self.speed, self.seed, preset);
        let daemon = server::run(centre.config.clone(), server::Options::default()).await?;
        let played = self.watch(page, centre, &daemon, stop).await;
        daemon.control().shutdown();
        daemon.join().await.context("the daemon did not end well")?;
        let closing = played?;
        // The reader of the output may have gone.
        let _ = page.line(&format!("{closing}\n  folder         {}", folder.end()));
        Ok(())
    }

    /// Runs until the end and returns the summary.
    async fn watch(
        &self,
        page: Page,
        centre: Centre,
        daemon: &Running,
        stop: impl Future<Output = ()> + Send,
    ) -> anyhow::Result<String> {
        let socket = daemon.socket().context("the daemon has no socket")?;
        let address = Address::Unix(socket.to_owned());
        let text = banner(page, socket, daemon.http(), Crowd::customers());
        let ended = CancellationToken::new();
        if page.line(&text).is_err() {
            ended.cancel();
        }
        let names: HashMap<String, String> = centre
            .roster
            .keys()
            .map(|id| (id.clone(), centre.first_name(id)))
            .collect();
        let narrator = Narrator::new(page, names, self.speed);
        let options = Options {
            address: address.clone(),
            who: Who::new("demo"),
            speed: self.speed,
            setup: Setup::None,
            queues: centre.queues,
            leap: false,
            answering: Centre::answering(self.seed),
            prefix: String::new(),
        };
        let link = Link::open(address, Who::new("narrator"), None).await?;
        let kinds = centre.config.tenant.kinds.keys();
        let kinds = kinds.map(|kind| kind.as_str().to_owned()).collect();
        let crowd = Crowd::new(self.seed, kinds);
        let mut player = Player::new(options, crowd, centre.roster).await?;
        let (tell, told) = watch::channel(Progress::default());
        let follower = Follower::new(self.seed);
        let narration = narrate(narrator, follower, link, told, ended.clone(), page);
        let narration = tokio::spawn(narration);
        let stop = async {
            tokio::select! {
                () = stop => ended.cancel(),
                () = ended.cancelled() => {}
            }
        };
        let run = player.run(stop, |progress| {
            tell.send_replace(*progress);
        });
        let played = run.await;
        ended.cancel();
        narration.await.context("the narrator failed")??;
        played?;
        Ok(closing(page, &player.summary(), &player.account()))
    }

    /// Completes when the demo is to end.
    fn stop(&self) -> anyhow::Result<impl Future<Output = ()> + Send + use<>> {
        let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
        let mut terminate = signal(SignalKind::terminate()).context("cannot listen for signals")?;
        let seconds = self.seconds;
        Ok(async move {
            let over = async {
                match seconds {
                    Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = over => {}
            }
        })
    }
}

/// Prints a line for each event that has one, and a status line now and then; answers follow-ups.
async fn narrate(
    mut narrator: Narrator,
    mut follower: Follower,
    mut link: Link,
    told: watch::Receiver<Progress>,
    ended: CancellationToken,
    page: Page,
) -> anyhow::Result<()> {
    let mut status = tokio::time::interval(STATUS_EVERY);
    status.reset();
    loop {
        let line = tokio::select! {
            biased;
            () = ended.cancelled() => return Ok(()),
            _ = status.tick() => Some(narrator.status(&told.borrow())),
            arrived = link.next() => match arrived? {
                Arrived::Event(event) => {
                    for (method, params) in follower.react(&event) {
                        link.send(method, &params);
                    }
                    narrator.tell(&event)
                }
                Arrived::Reply(_) | Arrived::Lost(_) | Arrived::Restored { .. } => None,
            },
        };
        if let Some(line) = line
            && page.line(&line).is_err()
        {
            // Nobody reads any more, as after `demo | head`.
            ended.cancel();
        }
    }
}

/// Logs warnings and errors only; the demo prints the rest itself.
fn log_to_stderr() -> std::io::Result<()> {
    let coloured = std::io::stderr().is_terminal();
    let level = tracing_subscriber::EnvFilter::new("error");
    let builder = tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_ansi(coloured)
        .log_internal_errors(false)
        .with_writer(crate::log::to(std::io::stderr(), coloured)?);
    // Fails only if a log has been set up already.
    let _ = builder.try_init();
    Ok(())
}
