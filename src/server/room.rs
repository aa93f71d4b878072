//! What is refused on a full disk, and what continues while allocated space lasts.
//!
//! A query is never refused. This file only decides and words the refusal; the journal knows how
//! much room there is, and the tenant stands still.

use std::time::Duration;

use crate::journal::Space;
use crate::router::command::{
    AgentCommand, CalendarCommand, CaseCommand, Command, ContactCommand, CustomerCommand,
    KindCommand, QueueCommand,
};
use crate::router::reject::Reject;

use super::hub::Hub;

/// Interval of checks for the next segment.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// Turns for which there must be room while the next segment is being made: several may be about to
/// begin.
const TURNS_AT_ONCE: usize = 2;

/// Whether a command may use the room reserved for a full disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskUse {
    /// It only adds: a new contact or case, or configuration. The client can ask again when there
    /// is room.
    Adds,
    /// It moves or ends something, or reports what has happened: it must continue.
    Continues,
}

/// Matched by noun, so that a new command must be classified.
pub const fn disk_use(command: &Command) -> DiskUse {
    let makes_more = match command {
        // Time and sessions: facts, whether recorded or not.
        Command::Tick | Command::Restarted | Command::Reloaded | Command::Session(_) => false,
        // Configuration can wait. Removals free space. Agents come, go and fall ill, and their
        // contacts must be taken over.
        Command::Settings(_) => true,
        Command::Agent(command) => matches!(command, AgentCommand::Set(_)),
        Command::Queue(command) => matches!(command, QueueCommand::Set(_)),
        Command::Kind(command) => matches!(command, KindCommand::Set(_)),
        Command::Calendar(command) => matches!(command, CalendarCommand::Set(_)),
        // New customers and links: nothing in progress waits for them. An exclusion protects
        // somebody.
        Command::Customer(command) => matches!(command, CustomerCommand::Link(_)),
        // New contacts and cases: the caller learns of it at once and can go elsewhere. Contacts
        // that exist continue to their end.
        Command::Contact(command) => matches!(command, ContactCommand::Submit(_)),
        Command::Case(command) => matches!(command, CaseCommand::Open(_)),
        Command::Offer(_) => false,
    };
    if makes_more {
        DiskUse::Adds
    } else {
        DiskUse::Continues
    }
}

/// Refuses a command that only adds, while the disk has no room for the next segment.
pub fn short(reason: &str) -> Reject {
    Reject::unavailable(
        "server",
        format!(
            "the disk of the journal is full: nothing new is taken, only what runs may go on and end; \
         free space on it ({reason})"
        ),
    )
}

/// Refuses every command, while nothing more can be recorded.
pub fn out(shortage: Option<&str>) -> Reject {
    Reject::unavailable(
        "server",
        match shortage {
            Some(reason) => format!(
                "the disk of the journal is full and its reserve is used up: only questions are \
             answered; free space on it ({reason})"
            ),
            None => "the next segment of the journal is still being made: try again".to_owned(),
        },
    )
}

impl Hub {
    /// Waits while there is hardly room for a turn because the next segment is still being made, or
    /// because too much waits for the disk. Does not wait if the disk is full.
    pub async fn wait_for_room(&self) {
        while !self.journal.has_room(TURNS_AT_ONCE)
            && matches!(self.journal.space(), Space::Ahead | Space::Allocating)
            && self.failure().is_none()
        {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Refuses new contacts, if the disk is the reason.
    pub fn disk_shortage(&self) -> Option<Reject> {
        match self.journal.space() {
            Space::Ahead | Space::Allocating => None,
            Space::Low { reason } => Some(short(&reason)),
            Space::Out { reason } => Some(out(Some(&reason))),
        }
    }
}
