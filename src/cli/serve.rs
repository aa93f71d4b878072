//! `firsthand serve --config FILE`: the daemon in the foreground, with its signals and its log.

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::Context;
use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{Done, Failure, USAGE};
use crate::config::{Config, Log, LogFormat};
use crate::server::{self, Options, ServerError};

/// The exit code when a second signal ends the daemon early.
const CUT_SHORT: i32 = 1;

#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Refuse to begin an empty journal where there is none
    #[arg(long)]
    existing_only: bool,
    /// Start although the time of day lies weeks after the journal's last command, or more than a
    /// day before it
    #[arg(long)]
    accept_clock: bool,
    /// Go on although the ledger does not fit the journal beside it: what is missing is accepted
    /// and the break written into the ledger
    #[arg(long)]
    accept_ledger_break: bool,
    /// Follow the file although it no longer names agents, queues or customers that hold open cases
    /// or contacts
    #[arg(long)]
    allow_removals: bool,
}

/// Tasks after which a busy thread polls the sockets again: a task may take a millisecond, and a
/// new connection should not wait for sixty of them.
const EVENT_INTERVAL: u32 = 8;

impl Serve {
    pub fn run(self) -> Done {
        let colour = std::io::stderr().is_terminal();
        let (config, warnings) = Config::load(&self.config)
            .map_err(|faults| Failure::new(USAGE, anyhow::anyhow!("{}", faults.render(colour))))?;
        for warning in warnings {
            crate::log::tell(warning.render(colour));
        }
        log_to_stdout(&config.server.log).context("cannot log")?;
        let _last = LastLines;
        crate::log::panics_too();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .event_interval(EVENT_INTERVAL)
            .build()
            .context("cannot start the runtime")?;
        let options = Options {
            config_path: Some(self.config),
            existing_only: self.existing_only,
            accept_clock: self.accept_clock,
            accept_ledger_break: self.accept_ledger_break,
            allow_removals: self.allow_removals,
        };
        let ended = runtime.block_on(serve(config, options));
        // The remaining tasks have had their time.
        runtime.shutdown_background();
        match ended {
            Ok(()) => Ok(0),
            Err(error) => Err(Failure::new(error.exit_code(), error)),
        }
    }
}

async fn serve(config: Config, options: Options) -> Result<(), ServerError> {
    let listen = |kind| {
        signal(kind).map_err(|cause| ServerError::System {
            action: "listen for signals",
            cause,
        })
    };
    // Before the start, so that no signal kills the process while the journal is read.
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    // A limit on file sizes should be a failed write, not kill the process.
    let _too_large = listen(SignalKind::from_raw(Signal::XFSZ.as_raw()))?;
    let running = tokio::select! {
        running = server::run(config, options) => running?,
        // Nothing has been acknowledged yet.
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    let control = running.control();
    let signals = async move {
        let mut ending = false;
        loop {
            tokio::select! {
                _ = terminate.recv() => end(&control, &mut ending),
                _ = interrupt.recv() => end(&control, &mut ending),
                _ = hang_up.recv() => {
                    if let Err(error) = control.reload().await {
                        tracing::error!(%error, "the old configuration stays in force");
                    }
                }
            }
        }
    };
    tokio::select! {
        ended = running.join() => ended,
        () = signals => unreachable!("signals are listened for to the end"),
    }
}

fn end(control: &server::Control, ending: &mut bool) {
    if std::mem::replace(ending, true) {
        tracing::warn!("ended by a second signal, before everything was done");
        crate::log::finish();
        std::process::exit(CUT_SHORT);
    }
    control.shutdown();
}

/// Writes the last lines of the log however the daemon ends, if they are read.
struct LastLines;

impl Drop for LastLines {
    fn drop(&mut self) {
        crate::log::finish();
    }
}

fn log_to_stdout(log: &Log) -> std::io::Result<()> {
    let level = EnvFilter::new(log.level.as_str());
    let coloured = std::io::stdout().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_ansi(coloured)
        .log_internal_errors(false)
        .with_writer(crate::log::to(std::io::stdout(), coloured)?);
    // Fails only if a log has been set up already.
    let _ = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}
