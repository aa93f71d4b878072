//! `replay`: recorded arrivals against a running daemon.
//!
//! The summary goes to standard output as JSON, everything else to standard error.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::ctl::Daemon;
use super::out::say;
use super::{Done, Failure, block_on};
use crate::client::{Address, Who, duration};
use crate::config::Config;
use crate::replay::{self, Options, Player, Progress, Queues, ReplayError, Roster, Setup, Summary};
use crate::table::Table;
use crate::trace::{AGENT_COLUMNS, ARRIVAL_COLUMNS};

/// The clock of the file runs SPEED times as fast as the daemon's. The daemon counts ring times,
/// owner waits and retry delays in its own time, so the queues that are set up here get their
/// durations divided by SPEED; a wait is read off the daemon's clock and multiplied, to a
/// resolution of SPEED milliseconds. While the daemon is away the clock stands still.
#[derive(Args, Debug)]
pub struct Replay {
    /// Arrivals as CSV, plain or gzip; - for standard input.
    #[arg(long, value_name = "FILE")]
    pub arrivals: String,
    /// Agents and their shifts as CSV; without it only the platform is played.
    #[arg(long, value_name = "FILE")]
    pub agents: Option<String>,
    /// The daemon's control socket: a path or host:port.
    #[arg(long, env = "FIRSTHAND_SOCKET", default_value_t, value_name = "SOCKET")]
    pub to: Address,
    /// The token, where the daemon asks for one.
    #[arg(
        long,
        env = "FIRSTHAND_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    pub token: Option<String>,
    /// The organisation, where the token does not say it.
    #[arg(long, env = "FIRSTHAND_TENANT", value_name = "NAME")]
    pub tenant: Option<String>,
    /// How many times as fast as it was.
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Only the first N arrivals.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Takes the policies of the queues from a configuration file; a queue that it does not name
    /// has the policy of its queue `default`. Without it queues have the defaults.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Which queues of the file to set up, with durations divided by the speed.
    #[arg(long, value_enum, default_value = "new", value_name = "WHICH")]
    pub setup: Setup,
    /// How long agents take to answer, in milliseconds of the file's clock.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pub answer_ms: u32,
    /// Passes through hours without contacts instead of leaping over them.
    #[arg(long)]
    pub no_leap: bool,
    /// Ids of contacts begin with this.
    #[arg(long, default_value = "", value_name = "TEXT")]
    pub prefix: String,
    /// Writes a row a contact as CSV.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// No progress bar.
    #[arg(long, short)]
    pub quiet: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.001..=1_000_000.0).contains(&speed) => Ok(speed),
        _ => Err("give a number from 0.001 to 1000000".to_owned()),
    }
}

impl Replay {
    pub fn run(self: Box<Self>) -> Done {
        match block_on(self.play())? {
            Ok(()) => Ok(0),
            Err(error) => {
                let code = error.downcast_ref().map_or(1, ReplayError::exit_code);
                Err(Failure::new(code, error))
            }
        }
    }

    /// Runs the replay; fails if anything was lost, repeated or refused.
    async fn play(&self) -> anyhow::Result<()> {
        let open =
            |path: &str, columns| Table::open(Path::new(path), columns).map_err(ReplayError::from);
        let arrivals = open(&self.arrivals, ARRIVAL_COLUMNS)?;
        let arrivals = replay::arrivals(arrivals).map_err(ReplayError::from)?;
        let total = self.limit.unwrap_or(usize::MAX).min(arrivals.len());
        let arrivals: Vec<_> = arrivals.into_iter().take(total).collect();
        let roster = match &self.agents {
            Some(path) => replay::roster(open(path, AGENT_COLUMNS)?).map_err(ReplayError::from)?,
            None => Roster::new(),
        };
        check_owners(&self.arrivals, &arrivals, &roster)?;
        let queues = replay::queues_of(&arrivals, &self.configured()?);
        let answer_ms = i64::from(self.answer_ms);
        let options = Options {
            address: self.to.clone(),
            who: self.who(),
            speed: self.speed,
            setup: self.setup,
            queues,
            leap: !self.no_leap,
            answering: Box::new(move || (answer_ms, None)),
            prefix: self.prefix.clone(),
        };
        let mut player = Player::new(options, arrivals.into_iter(), roster).await?;
        for queue in &player.left_alone {
            eprintln!("queue {queue} is there already and keeps its policy, in real time");
        }
        let bar = self.bar(total as u64);
        let stop = async {
            // Without a signal handler there is nothing to wait for.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        player.run(stop, |progress| tell(&bar, progress)).await?;
        bar.finish_and_clear();
        if let Some(path) = &self.out {
            let file = File::create(path).with_context(|| path.display().to_string())?;
            replay::write(file, &player.account())?;
        }
        finish(&player.summary())
    }

    fn who(&self) -> Who {
        let daemon = Daemon {
            socket: self.to.clone(),
            token: self.token.clone(),
            tenant: self.tenant.clone(),
        };
        daemon.who("replay")
    }

    /// The policies of the configuration file.
    fn configured(&self) -> anyhow::Result<Queues> {
        let Some(path) = &self.config else {
            return Ok(Queues::new());
        };
        let (config, _) = Config::load(path).map_err(|faults| ReplayError::File {
            file: path.display().to_string(),
            message: format!("has {} faults: firsthand check shows them", faults.count()),
        })?;
        let queues = config.tenant.queues.into_iter();
        Ok(queues
            .map(|(name, policy)| (name.as_str().to_owned(), policy))
            .collect())
    }

    fn bar(&self, total: u64) -> ProgressBar {
        if self.quiet {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(total);
        let style = "{elapsed_precise} [{wide_bar:.cyan/blue}] {pos}/{len}  {msg}";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar
    }
}

/// An owner missing from the agents file could never be reached.
fn check_owners(
    file: &str,
    arrivals: &[replay::Arrival],
    roster: &Roster,
) -> Result<(), ReplayError> {
    let named = arrivals.iter().filter_map(|arrival| arrival.owner.as_ref());
    let mut missing = named.filter(|owner| !roster.is_empty() && !roster.contains_key(*owner));
    match missing.next() {
        None => Ok(()),
        Some(owner) => Err(ReplayError::File {
            file: file.to_owned(),
            message: format!("has the owner \"{owner}\", who is not among the agents"),
        }),
    }
}

fn tell(bar: &ProgressBar, progress: &Progress) {
    bar.set_position(progress.ended);
    if !progress.connected {
        bar.set_message("the daemon is away");
        return;
    }
    let kept = match progress.repeats {
        0 => String::new(),
        repeats => format!(", {} % to their owner", progress.hits * 100 / repeats),
    };
    bar.set_message(format!(
        "{}: {} waiting, {} talking{kept}",
        duration(progress.now_ms),
        progress.waiting,
        progress.talking
    ));
}

fn finish(summary: &Summary) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(summary)?;
    say!("{text}");
    if summary.replay.is_sound() {
        return Ok(());
    }
    let seen = &summary.replay;
    anyhow::bail!(
        "{} acknowledged contacts lost, {} ended twice, {} gaps and {} repetitions among the \
         events, {} requests refused{}",
        seen.lost,
        seen.ended_twice,
        seen.event_gaps,
        seen.events_repeated,
        seen.refused,
        seen.refusals
            .iter()
            .map(|why| format!("\n  {why}"))
            .collect::<String>()
    );
}
