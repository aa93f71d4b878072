//! One seed from beginning to end.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use firsthand::router::Router;
use firsthand::router::command::{Command, Stamped};
use firsthand::router::effect::Effects;
use firsthand::router::event::EventBody;
use firsthand::router::reject::RejectKind;
use rand::Rng;

use super::answers;
use super::compare::{self, Width, case_view};
use super::invariants::Watch;
use super::model::{Canary, Model};
use super::workload::Workload;

/// Commands shown before the one that failed, with `SIM_TRACE=1`.
const TRACE_COMMANDS: usize = 3000;
/// Everything is compared once in so many steps.
const EVERYTHING_EVERY: u64 = 64;
/// The router is taken down and brought up again once in so many steps, on average.
const RESTORE_EVERY: u32 = 250;

#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub steps: u64,
    pub trace: bool,
    pub canary: Option<Canary>,
}

/// What a seed came to.
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
}

struct Run {
    plan: Plan,
    router: Router,
    model: Model,
    workload: Workload,
    effects: Effects,
    watch: Watch,
    journal: Vec<Stamped>,
    shown: VecDeque<String>,
    tally: Tally,
}

/// Runs one seed; the error tells everything that is needed to run it again.
pub fn run(plan: &Plan) -> Result<Tally, String> {
    let mut run = Run {
        plan: plan.clone(),
        router: Router::new(),
        model: Model::new(plan.canary),
        workload: Workload::new(plan.seed),
        effects: Effects::default(),
        watch: Watch::default(),
        journal: Vec::new(),
        shown: VecDeque::new(),
        tally: Tally::default(),
    };
    for step in 0..plan.steps {
        if let Err(difference) = run.step(step) {
            return Err(run.report(step, &difference));
        }
    }
    if let Err(difference) = run.replay() {
        return Err(run.report(plan.steps, &difference));
    }
    run.tally.contacts = run.model.arrivals;
    Ok(run.tally)
}

impl Run {
    fn step(&mut self, step: u64) -> Result<(), String> {
        let deadline = self.router.next_deadline();
        let stamped = self.workload.next(step, &self.model, deadline);
        // As the engine does it: time passes deadline by deadline before the command.
        while let Some(due) = self.router.next_deadline()
            && due <= stamped.at
        {
            self.tick(due.max(self.router.last_at()))?;
            self.watch.woke(&self.router, due)?;
        }
        let width = if step.is_multiple_of(EVERYTHING_EVERY) || step + 1 == self.plan.steps {
            Width::Everything
        } else {
            Width::Touched
        };
        if matches!(stamped.command, Command::ContactSubmit(_)) {
            // A preview is given as of the last command.
            self.tick(stamped.at)?;
        }
        self.apply(stamped, width)?;
        if self.workload.rng.random_ratio(1, RESTORE_EVERY) {
            self.restore()?;
        }
        Ok(())
    }

    fn tick(&mut self, at: i64) -> Result<(), String> {
        let tick = Stamped {
            at,
            chance: self.workload.rng.random(),
            source: None,
            key: None,
            command: Command::Tick,
        };
        self.apply(tick, Width::Touched)
    }

    fn apply(&mut self, stamped: Stamped, width: Width) -> Result<(), String> {
        if std::env::var("DUMP_AT").is_ok_and(|at| at.parse() == Ok(stamped.at)) {
            std::fs::write("/tmp/r_before", format!("{:#?}", self.router)).unwrap();
        }
        self.effects.clear();
        self.journal.push(stamped.clone());
        let foretold = answers::foretell(&self.router, &stamped);
        let answer = self.router.apply(&stamped, &mut self.effects);
        let answer = answer.map_err(|reject| reject.kind);
        let found = answer.as_ref().map(drop).map_err(|kind| *kind);
        self.show(&stamped, &format!("{found:?}"));
        self.model.hints = compare::hints(&self.effects);
        // A limit made shorter than the time already waited is due at once.
        let due = self
            .model
            .next_deadline()
            .map(|due| due.max(self.model.now));
        let what = self.model.first_due_debug();
        let expected = self.model.apply(&stamped);
        for case in self.model.forgettable() {
            let forgotten = &mut self.model.cases[case];
            let name = forgotten.name.clone();
            forgotten.forgotten |= case_view(&self.router, stamped.at, &name).is_err();
        }
        self.tally.commands += 1;
        self.tally.refused += u64::from(expected.is_err());
        self.tally.events += self.effects.events.len() as u64;
        self.count(expected.err());
        if expected != found {
            return Err(format!(
                "  answer: expected {expected:?}, the router says {found:?}\n"
            ));
        }
        if let Some(due) = due
            && due < stamped.at
        {
            return Err(format!(
                "  something was due at {due}, the router did not ask to be woken: {:?}\n",
                what
            ));
        }
        self.router.check_invariants()?;
        compare::compare(&self.model, &self.router, &self.effects, width)?;
        self.watch
            .look(&self.router, &stamped, &self.effects, width)?;
        if let Some(foretold) = foretold {
            answers::fulfilled(&foretold, &self.model, &self.router, &stamped, &answer)?;
        }
        if let Ok(answer) = &answer {
            answers::fits(&self.router, &stamped, answer)?;
        }
        if width == Width::Everything {
            answers::explained(&self.model, &self.router)?;
        }
        Ok(())
    }

    fn count(&mut self, refused: Option<RejectKind>) {
        let mut see = |word: String| *self.tally.seen.entry(word).or_default() += 1;
        if let Some(kind) = refused {
            see(format!("refused {}", kind.as_str()));
        }
        for event in &self.effects.events {
            see(event.body.kind().to_owned());
            match &event.body {
                EventBody::ContactOffered { route, .. } => see(format!("route {route}")),
                EventBody::ContactEnded { outcome, .. } => see(format!("outcome {outcome}")),
                EventBody::Offer {
                    reason: Some(reason),
                    ..
                } => see(format!("offer {}", reason.as_str())),
                _ => {}
            }
        }
    }

    /// The process goes down and comes up again from a snapshot.
    fn restore(&mut self) -> Result<(), String> {
        let image = self.router.image();
        let restored = Router::from_image(&image)?;
        if restored.digest() != self.router.digest() {
            return Err("  the router restored from its image has another digest\n".to_owned());
        }
        self.router = restored;
        Ok(())
    }

    /// The same commands once more, from the beginning and without a restore: the same state.
    fn replay(&self) -> Result<(), String> {
        let mut router = Router::new();
        let mut effects = Effects::default();
        for stamped in &self.journal {
            effects.clear();
            // What was refused is refused again: the digest would tell.
            let _ = router.apply(stamped, &mut effects);
        }
        if router.digest() != self.router.digest() {
            return Err("  the second run over the same commands has another digest\n".to_owned());
        }
        Ok(())
    }

    fn show(&mut self, stamped: &Stamped, answer: &str) {
        if !self.plan.trace {
            return;
        }
        let mut text = format!(
            "{} {:?} source={:?} -> {answer}",
            stamped.at, stamped.command, stamped.source
        );
        for event in &self.effects.events {
            write!(text, "\n      {} {:?}", event.seq, event.body).expect("a string takes all");
        }
        self.shown.push_back(text);
        if self.shown.len() > TRACE_COMMANDS {
            self.shown.pop_front();
        }
    }

    fn report(&self, step: u64, difference: &str) -> String {
        std::fs::write("/tmp/r_dump", format!("{:#?}", self.router)).unwrap();
        std::fs::write("/tmp/m_dump", format!("{:#?}", self.model)).unwrap();
        let mut text = format!("seed {} step {step}", self.plan.seed);
        if let Some(last) = self.journal.last() {
            write!(text, " at {}: {:?}", last.at, last.command).expect("a string takes all");
        }
        write!(text, "\n{difference}").expect("a string takes all");
        for shown in &self.shown {
            writeln!(text, "  > {shown}").expect("a string takes all");
        }
        let (seed, steps) = (self.plan.seed, step + 1);
        let line = format!(
            "SIM_SEED={seed} SIM_SEEDS=1 SIM_STEPS={steps} SIM_TRACE=1 cargo test --test simulation"
        );
        write!(text, "again: {line}").expect("a string takes all");
        text
    }
}
