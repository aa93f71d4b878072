//! What is done to agents: set, presence, absences, succession.

mod absences;
mod agents;
mod succession;
