//! What a contact of the router's own is for.

use serde::{Deserialize, Serialize};

/// What a contact of the router's own is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Duty {
    FollowUp,
    /// By the number of the task on its case.
    Assist(u32),
}
