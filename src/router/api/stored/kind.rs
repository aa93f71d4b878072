//! The stored form of kinds of cases.

use crate::router::api::ids::Name;
use crate::router::api::kind::{AssistRules, FollowUp, KindRules, Rung, Stage, Tell};
use crate::stored::{as_inner, stored};

as_inner! { Tell(Name) }

stored! {
    KindRules {
        1 stages,
        2 due_ms,
        3 due,
        4 warn_ms,
        5 ladder,
        6 at_once,
        7 follow_up,
        8 assist,
        9 wait_stops_clock = false,
        10 calendar,
    }
}
stored! { Stage { 1 stage, 2 due_ms, 3 due, 4 warn_ms, 5 ladder } }
stored! { Rung { 1 to, 2 before_ms, 3 after_ms, 4 after } }
stored! { FollowUp { 1 after_ms, 2 after, 3 every_ms, 4 every, 5 attempts, 6 queue } }
stored! { AssistRules { 1 hand_on_ms, 2 due_ms, 3 due } }
