//! One seed from beginning to end.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use firsthand::router::command::{Command, ContactCommand};
use firsthand::router::event::{ContactEvent, EventBody, OfferEvent};
use rand::Rng;

use super::compare::Width;
use super::model::{Canary, Verdict};
use super::pair::{Pair, tick_at};
use super::workload::Workload;

/// Commands shown before the failing one, with `SIM_TRACE=1`.
const TRACE_COMMANDS: usize = 30;
/// All present entities are compared every so many commands; with a trace, after each.
const PRESENT_EVERY: u64 = 32;
/// All entities, ended ones included, are compared every so many steps.
const EVERYTHING_EVERY: u64 = 128;
/// The router is restored from a snapshot every so many steps, on average.
const RESTORE_EVERY: u32 = 400;

#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub steps: u64,
    pub trace: bool,
    pub canary: Option<Canary>,
}

/// The result of a seed.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub commands: u64,
    pub refused: u64,
    pub events: u64,
    pub contacts: u64,
    /// How often each thing happened, by the words of the protocol.
    pub seen: BTreeMap<String, u64>,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        self.commands += other.commands;
        self.refused += other.refused;
        self.events += other.events;
        self.contacts += other.contacts;
        for (word, times) in other.seen {
            *self.seen.entry(word).or_default() += times;
        }
    }

    fn count(&mut self, pair: &Pair, verdict: Verdict) {
        self.commands += 1;
        self.events += pair.effects.events.len() as u64;
        let mut see = |word: String| *self.seen.entry(word).or_default() += 1;
        if let Err(kind) = verdict {
            self.refused += 1;
            see(format!("refused {}", kind.as_str()));
        }
        for event in &pair.effects.events {
            see(event.body.kind().as_str().to_owned());
            match &event.body {
                EventBody::Contact(_, ContactEvent::Offered { route, .. }) => {
                    see(format!("route {route}"))
                }
                EventBody::Contact(_, ContactEvent::Ended { outcome, .. }) => {
                    see(format!("outcome {outcome}"))
                }
                EventBody::Offer(
                    _,
                    OfferEvent {
                        reason: Some(reason),
                        ..
                    },
                ) => see(format!("offer {}", reason.as_str())),
                _ => {}
            }
        }
    }
}

struct Run {
    plan: Plan,
    pair: Pair,
    workload: Workload,
    tally: Tally,
    trace: Trace,
}

/// The last commands and their effects.
struct Trace {
    on: bool,
    shown: VecDeque<String>,
}

impl Trace {
    fn show(&mut self, pair: &Pair, outcome: &str) {
        let (true, Some(stamped)) = (self.on, pair.journal.last()) else {
            return;
        };
        let mut text = format!(
            "{} {:?} source={:?} -> {outcome}",
            stamped.at, stamped.command, stamped.source
        );
        for event in &pair.effects.events {
            write!(text, "\n      {} {:?}", event.seq, event.body).expect("a string takes all");
        }
        self.shown.push_back(text);
        if self.shown.len() > TRACE_COMMANDS {
            self.shown.pop_front();
        }
    }
}

/// Runs one seed; the error has everything that is needed to run it again.
pub fn run(plan: &Plan) -> Result<Tally, String> {
    let mut run = Run {
        plan: plan.clone(),
        pair: Pair::new(plan.canary, if plan.trace { 1 } else { PRESENT_EVERY }),
        workload: Workload::new(plan.seed),
        tally: Tally::default(),
        trace: Trace {
            on: plan.trace,
            shown: VecDeque::new(),
        },
    };
    for step in 0..plan.steps {
        if let Err(difference) = run.step(step) {
            run.trace.show(&run.pair, "this is where they differ");
            return Err(run.report(step, &difference));
        }
    }
    if let Err(difference) = run.pair.replay() {
        return Err(run.report(plan.steps, &difference));
    }
    run.tally.contacts = run.pair.model.arrivals;
    Ok(run.tally)
}

impl Run {
    fn step(&mut self, step: u64) -> Result<(), String> {
        let deadline = self.pair.router.next_deadline();
        let stamped = self.workload.next(step, &self.pair.model, deadline);
        let (rng, trace, tally) = (&mut self.workload.rng, &mut self.trace, &mut self.tally);
        self.pair.pass_time(
            stamped.at,
            || rng.random(),
            |pair, verdict| {
                tally.count(pair, verdict);
                trace.show(pair, &format!("{verdict:?}"));
            },
        )?;
        if matches!(stamped.command, Command::Contact(ContactCommand::Submit(_))) {
            // Previews are as of the last command.
            let chance = self.workload.rng.random();
            let tick = tick_at(stamped.at, chance);
            let verdict = self.pair.apply(tick, Width::Touched)?;
            self.tally.count(&self.pair, verdict);
        }
        let last = step + 1 == self.plan.steps;
        let width = if last || step.is_multiple_of(EVERYTHING_EVERY) {
            Width::Everything
        } else {
            Width::Touched
        };
        let verdict = self.pair.apply(stamped, width)?;
        self.tally.count(&self.pair, verdict);
        self.trace.show(&self.pair, &format!("{verdict:?}"));
        if self.workload.rng.random_ratio(1, RESTORE_EVERY) {
            self.pair.restore()?;
        }
        Ok(())
    }

    fn report(&self, step: u64, difference: &str) -> String {
        let mut text = format!("seed {} step {step}", self.plan.seed);
        if let Some(last) = self.pair.journal.last() {
            write!(text, " at {}: {:?}", last.at, last.command).expect("a string takes all");
        }
        write!(text, "\n{difference}").expect("a string takes all");
        for shown in &self.trace.shown {
            writeln!(text, "  > {shown}").expect("a string takes all");
        }
        let (seed, steps) = (self.plan.seed, step + 1);
        let line = format!(
            "SIM_SEED={seed} SIM_SEEDS=1 SIM_STEPS={steps} SIM_TRACE=1 cargo test --test naive_model"
        );
        write!(text, "again: {line}").expect("a string takes all");
        text
    }
}
