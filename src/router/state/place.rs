//! Where a contact stands that looks for an agent: what its search begins with, who may take it, and
//! its places in the waiting index.

use super::waiting::WaitKey;
use crate::router::api::codes::Why;
use crate::router::api::ids::{AgentIdx, ClassIdx, TeamIdx};
use crate::router::api::time::Timestamp;

/// Where a contact stands in the waiting index: in the order, and before whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub key: WaitKey,
    pub reach: Reach,
    pub class: Option<ClassIdx>,
}

/// What a contact begins its search in a queue with: what its waiting has won it so far, and when
/// what comes next is due.
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
    /// The owner of its case, where the queue routes by owners and may offer it to the owner.
    pub owner: Option<AgentIdx>,
    /// Nobody but the owner, until then or (`i64::MAX`) for as long as it waits. Where others are
    /// named too, they take it only when they have nothing else to take.
    pub owner_only_until: Option<Timestamp>,
    pub deputy: Option<AgentIdx>,
    pub leader: Option<AgentIdx>,
    pub team: Option<TeamIdx>,
    /// Anyone with the skills.
    pub anyone: bool,
    pub why: Why,
}

impl Reach {
    /// Whether the contact waits for its owner and goes to nobody else at all.
    pub fn is_closed(&self) -> bool {
        let others =
            self.anyone || self.deputy.is_some() || self.leader.is_some() || self.team.is_some();
        self.owner_only_until.is_some() && !others
    }
}
