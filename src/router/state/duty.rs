//! What a contact of the router's own is for.

use crate::stored::numbered;

/// What a contact of the router's own is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    FollowUp,
    /// By the number of the task on its case.
    Assist(u32),
}

numbered! { Duty { 1 FollowUp, 2 Assist(number) } }
