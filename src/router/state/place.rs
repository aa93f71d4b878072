//! The place of a seeking contact: the start of its search, who may take it, and its places in the
//! waiting index.

use super::waiting::WaitKey;
use crate::router::api::codes::Why;
use crate::router::api::ids::{AgentIdx, ClassIdx, TeamIdx};
use crate::router::api::time::Timestamp;

/// The place of a contact in the waiting index: its order and its lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub key: WaitKey,
    pub reach: Reach,
    pub class: Option<ClassIdx>,
}

/// The start of a contact's search in a queue: what it has gained by waiting so far, and when its
/// next deadlines are.
#[derive(Clone, Copy, Debug)]
pub struct Search {
    pub steps_passed: u32,
    pub aged: i32,
    pub max_wait_at: Option<Timestamp>,
    pub age_at: Option<Timestamp>,
    pub step_at: Option<Timestamp>,
}

/// Who may take a waiting contact now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// The owner of its case, if the queue routes by owners and may offer it to the owner.
    pub owner: Option<AgentIdx>,
    /// Only the owner may take it until then, or (`i64::MAX`) for the whole wait. If others are
    /// named too, they take it only if they have nothing else to take.
    pub owner_only_until: Option<Timestamp>,
    pub deputy: Option<AgentIdx>,
    pub leader: Option<AgentIdx>,
    pub team: Option<TeamIdx>,
    /// Anyone with the skills.
    pub anyone: bool,
    pub why: Why,
}

impl Reach {
    /// Nobody may take it now.
    pub const fn nobody(why: Why) -> Self {
        Self {
            owner: None,
            owner_only_until: None,
            deputy: None,
            leader: None,
            team: None,
            anyone: false,
            why,
        }
    }

    /// Whether the contact waits for its owner and nobody else may take it.
    pub fn is_closed(&self) -> bool {
        let others =
            self.anyone || self.deputy.is_some() || self.leader.is_some() || self.team.is_some();
        self.owner_only_until.is_some() && !others
    }
}
