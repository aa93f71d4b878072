//! What is done to agents: set, presence, absences, succession, removed.

mod absences;
mod presence;
mod remove;
mod set;
mod succession;
