//! The purpose of a contact that the router created.

use crate::stored::numbered;

/// The purpose of a contact that the router created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    FollowUp,
    /// A task of its case, by number.
    Assist(u32),
}

numbered! { Duty { 1 FollowUp, 2 Assist(number) } }
