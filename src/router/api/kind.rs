//! A kind of case: its stages and terms, escalations and follow-up.
//!
//! Data only; fields have their names on the wire. A term is given either in milliseconds (`…_ms`)
//! or as text (`"5 working days"`), never both.

use serde::{Deserialize, Serialize};

use super::codes::Role;
use super::ids::Name;
use super::time::Millis;
use crate::calendar::Term;

/// The most stages of one kind.
pub const STAGES_MAX: usize = 64;
/// The most steps of one ladder.
pub const LADDER_MAX: usize = 32;
/// The most attempts of one follow-up.
pub const ATTEMPTS_MAX: u32 = 20;
/// The most people told at once that a case was opened.
pub const AT_ONCE_MAX: usize = 16;

/// The rules of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KindRules {
    /// In the order of a case's progress.
    pub stages: Vec<Stage>,
    /// The term of the whole case: at most one of the two. Without it there is no clock for the
    /// whole.
    pub due_ms: Option<Millis>,
    pub due: Option<Term>,
    /// How long before a deadline `case.due_soon` is sent. `None` = never.
    pub warn_ms: Option<Millis>,
    pub ladder: Vec<Rung>,
    /// Who is told at once when such a case is opened (重大).
    pub at_once: Vec<Tell>,
    pub follow_up: Option<FollowUp>,
    pub assist: AssistRules,
    /// Whether the clocks pause while the case waits for its customer.
    pub wait_stops_clock: bool,
    /// The calendar for working days and opening hours, by name.
    pub calendar: Option<Name>,
}

/// A stage and its term, if it has one of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    pub stage: Name,
    pub due_ms: Option<Millis>,
    pub due: Option<Term>,
    /// In place of the kind's value.
    pub warn_ms: Option<Millis>,
    /// In place of the kind's ladder. `None` = the kind's; an empty one tells nobody.
    pub ladder: Option<Vec<Rung>>,
}

/// A step of the ladder: who is told how long before (催办) or after (督办) a deadline. Exactly one of
/// the three times is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    pub to: Tell,
    pub before_ms: Option<Millis>,
    pub after_ms: Option<Millis>,
    pub after: Option<Term>,
}

/// Who is told: `owner`, `deputy`, `leader`, `supervisor`, or an agent by id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tell(pub Name);

impl Tell {
    /// The leader of the owner.
    pub fn leader() -> Self {
        Self(Name::of("leader"))
    }

    /// The role in which it is told.
    pub fn role(&self) -> Role {
        match self.0.as_str() {
            "owner" => Role::Owner,
            "deputy" => Role::Deputy,
            "leader" => Role::Leader,
            "supervisor" => Role::Supervisor,
            _ => Role::Agent,
        }
    }
}

/// The follow-up of a resolved case (回访).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowUp {
    /// When the first attempt is due after the resolution: exactly one of the two.
    pub after_ms: Option<Millis>,
    pub after: Option<Term>,
    /// The time between attempts: exactly one of the two.
    pub every_ms: Option<Millis>,
    pub every: Option<Term>,
    #[serde(default = "attempts")]
    pub attempts: u32,
    /// The queue that offers it to the owner.
    pub queue: Option<Name>,
}

fn attempts() -> u32 {
    3
}

/// The terms of assist tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssistRules {
    /// The time within which somebody must take it, else it is escalated.
    pub hand_on_ms: Option<Millis>,
    /// The time within which it must be done: at most one of the two.
    pub due_ms: Option<Millis>,
    pub due: Option<Term>,
}

/// The term, given in one of two ways.
pub fn term(ms: Option<Millis>, term: Option<Term>) -> Option<Term> {
    term.or(ms.map(|ms| Term::Elapsed(ms.0)))
}

impl KindRules {
    /// The term of the whole case.
    pub fn whole(&self) -> Option<Term> {
        term(self.due_ms, self.due)
    }

    /// All terms, that of the whole case first.
    pub fn terms(&self) -> impl Iterator<Item = Term> + '_ {
        let stages = self.stages.iter().filter_map(|s| term(s.due_ms, s.due));
        let of_stages = self.stages.iter().filter_map(|s| s.ladder.as_deref());
        let rungs = of_stages.flatten().chain(&self.ladder);
        let rungs = rungs.filter_map(|rung| rung.after);
        let follow_up = self.follow_up.iter().flat_map(|f| [f.after, f.every]);
        self.whole()
            .into_iter()
            .chain(stages)
            .chain(rungs)
            .chain(follow_up.flatten())
            .chain(self.assist.due)
    }

    /// The position of a stage.
    pub fn position(&self, stage: &Name) -> Option<usize> {
        self.stages.iter().position(|known| known.stage == *stage)
    }
}
