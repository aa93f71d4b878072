//! The stored form of the commands about agents.

use crate::router::api::codes::AgentKind;
use crate::router::api::command::{
    AgentDevice, AgentPresence, AgentQueue, AgentRef, AgentRemove, AgentSet, AgentUpdate,
};
use crate::router::api::people::{Absence, AgentAbsence, AgentSuccession};
use crate::router::api::time::Millis;
use crate::stored::stored;

stored! {
    AgentSet {
        1 agent,
        2 name,
        3 kind = AgentKind::Human,
        4 skills,
        5 capacity,
        6 team,
        7 deputy,
        8 leader,
        9 address,
        10 wrap_up_ms,
        11 rank = 0,
        12 mentor,
        13 max_open_cases,
        14 absences,
    }
}
stored! {
    AgentPresence {
        1 agent, 2 presence, 3 reason, 4 until_at, 5 bound, 6 beat_ms, 7 session, 8 after,
    }
}
stored! { AgentDevice { 1 agent, 2 device } }
stored! { AgentQueue { 1 agent, 2 queue, 3 on, 4 reason } }
stored! {
    AgentUpdate {
        1 agent,
        2 name,
        3 kind,
        4 skills,
        5 capacity,
        6 team,
        7 deputy,
        8 leader,
        9 address,
        10 wrap_up_ms,
        11 rank,
        12 mentor,
        13 max_open_cases,
        14 absences,
    }
}
stored! { AgentRemove { 1 agent, 2 successor, 3 reason } }
stored! { AgentRef { 1 agent } }
stored! { Absence { 1 from_at, 2 to_at, 3 reason } }
stored! { AgentAbsence { 1 agent, 2 from_at, 3 to_at, 4 reason, 5 on = true } }
stored! {
    AgentSuccession {
        1 agent,
        2 to,
        3 batch,
        4 every_ms = Millis::minutes(1),
        5 start_at,
        6 reason,
        7 by,
    }
}
