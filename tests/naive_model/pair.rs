//! The router and the model, given the same commands and compared after each.

use firsthand::router::Router;
use firsthand::router::ahead::AHEAD;
use firsthand::router::command::{Command, Stamped};
use firsthand::router::effect::Effects;
use firsthand::router::reject::RejectKind;

use super::answers;
use super::compare::{self, Width, case_view};
use super::invariants::Watch;
use super::model::{Canary, Model, Verdict};

pub struct Pair {
    pub router: Router,
    pub model: Model,
    /// The effects of the last command.
    pub effects: Effects,
    watch: Watch,
    /// All commands so far.
    pub journal: Vec<Stamped>,
    applied: u64,
    /// All present entities are compared every so many commands; in between, those touched.
    present_every: u64,
}

impl Pair {
    pub fn new(canary: Option<Canary>, present_every: u64) -> Self {
        Self {
            router: Router::new(),
            model: Model::new(canary),
            effects: Effects::default(),
            watch: Watch::default(),
            journal: Vec::new(),
            applied: 0,
            present_every,
        }
    }

    /// Advances time up to and including `at`, deadline by deadline, as the engine does. `each` is
    /// called with every step.
    pub fn pass_time(
        &mut self,
        at: i64,
        mut chance: impl FnMut() -> u64,
        mut each: impl FnMut(&Self, Verdict),
    ) -> Result<(), String> {
        while let Some(due) = self.router.next_deadline()
            && due <= at
        {
            let tick = tick_at(due.max(self.router.last_at()), chance());
            let verdict = self.apply(tick, Width::Touched)?;
            each(self, verdict);
            self.watch.no_deadline_left(&self.router, due)?;
        }
        Ok(())
    }

    /// Applies a command to both; the error describes the differences.
    pub fn apply(&mut self, stamped: Stamped, width: Width) -> Result<Verdict, String> {
        self.effects.clear();
        self.journal.push(stamped.clone());
        let predicted = answers::expect(&self.router, &self.model, &stamped);
        let answer = self.router.apply(&stamped, &mut self.effects);
        let answer = answer.map_err(|reject| reject.kind);
        let found = answer.as_ref().map(drop).map_err(|kind| *kind);
        let expected = self.apply_to_model(&stamped, found)?;
        self.applied += 1;
        let width = if self.applied.is_multiple_of(self.present_every) {
            width.max(Width::Present)
        } else {
            width
        };
        if width > Width::Touched {
            self.router.book().check_invariants()?;
        }
        let (model, router) = (&self.model, &self.router);
        compare::compare(model, router, &stamped.command, &self.effects, width)?;
        self.watch
            .look(&self.router, &stamped, &self.effects, width)?;
        if let Some(predicted) = predicted {
            answers::check_expected(&predicted, &self.model, &self.router, &stamped, &answer)?;
        }
        if let Ok(answer) = &answer {
            answers::fits(&self.router, &stamped, answer)?;
        }
        if width == Width::Everything {
            answers::explained(&self.model, &self.router)?;
        }
        Ok(expected)
    }

    fn apply_to_model(
        &mut self,
        stamped: &Stamped,
        found: Result<(), RejectKind>,
    ) -> Result<Verdict, String> {
        self.model.hints = compare::hints(&self.effects);
        // A limit made shorter than the time already waited is due at once.
        let due = self.model.next_deadline();
        let due = due.map(|(at, what)| (at.max(self.model.now), what));
        let expected = self.model.apply(stamped);
        for case in self.model.forgettable() {
            let forgotten = &mut self.model.cases[case];
            let name = forgotten.name.clone();
            forgotten.forgotten |= case_view(&self.router, stamped.at, &name).is_err();
        }
        if expected != found {
            return Err(format!(
                "  answer: expected {expected:?}, the router says {found:?}\n"
            ));
        }
        match due {
            Some((at, what)) if at < stamped.at => Err(format!(
                "  {what:?} was due at {at}, and the router did not ask to be woken\n"
            )),
            Some(_) | None => Ok(expected),
        }
    }

    /// Restores the router from a snapshot, as a restart does.
    pub fn restore(&mut self) -> Result<(), String> {
        let restored = Router::from_image(&self.router.image())?;
        if restored.digest() != self.router.digest() {
            return Err("  the router restored from its image has another digest\n".to_owned());
        }
        self.router = restored;
        Ok(())
    }

    /// Replays all commands from the beginning, without a restore and without planning ahead: the
    /// state must be the same.
    pub fn replay(&self) -> Result<(), String> {
        let mut router = Router::new();
        let mut effects = Effects::default();
        for (n, stamped) in self.journal.iter().enumerate() {
            if n % AHEAD == 0 {
                router
                    .book()
                    .look_ahead(self.journal[n..].iter().map(|next| &next.command));
            }
            effects.clear();
            // Refused commands are refused again, else the digest would differ.
            let _ = router.apply(stamped, &mut effects);
        }
        if router.digest() != self.router.digest() {
            return Err("  the second run over the same commands has another digest\n".to_owned());
        }
        Ok(())
    }
}

pub fn tick_at(at: i64, chance: u64) -> Stamped {
    Stamped {
        at,
        chance,
        source: None,
        key: None,
        actor: None,
        command: Command::Tick,
    }
}
