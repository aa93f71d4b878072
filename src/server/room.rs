//! What a full disk refuses, and what goes on as long as what is allocated lasts.
//!
//! A question is never refused. It only decides and words the refusal: how much room there is
//! is known to the journal, and what stands still is the tenant.

use std::time::Duration;

use crate::journal::Space;
use crate::router::command::{
    AgentCommand, CalendarCommand, CaseCommand, Command, ContactCommand, CustomerCommand,
    KindCommand, QueueCommand,
};
use crate::router::reject::Reject;

use super::hub::Hub;

/// How often is looked whether the next segment has been made.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// Turns for which there is to be room while the next segment is being made: several may be about
/// to begin at once.
const TURNS_AT_ONCE: usize = 2;

/// What a command does with the room that is kept for when the disk is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appetite {
    /// It only makes more: a new contact or case, or what is configured. It can be asked for
    /// again when there is room.
    More,
    /// It moves or ends what is there, or tells what has happened already: it must go on.
    Going,
}

/// By noun, so that of a new command of one it is decided here.
pub const fn appetite(command: &Command) -> Appetite {
    let makes_more = match command {
        // Time, sessions: they have happened, whether written down or not.
        Command::Tick | Command::Restarted | Command::Reloaded | Command::Session(_) => false,
        // What is configured: it was good enough until now. Taking away leaves less. People come,
        // go and fall ill; what they leave must be taken over.
        Command::Settings(_) => true,
        Command::Agent(command) => matches!(command, AgentCommand::Set(_)),
        Command::Queue(command) => matches!(command, QueueCommand::Set(_)),
        Command::Kind(command) => matches!(command, KindCommand::Set(_)),
        Command::Calendar(command) => matches!(command, CalendarCommand::Set(_)),
        // New customers and links of theirs: nothing that runs waits for them. An exclusion
        // protects somebody.
        Command::Customer(command) => matches!(command, CustomerCommand::Link(_)),
        // New contacts and matters: the caller is told at once, and can be told elsewhere. Those
        // that are here go on up to their end.
        Command::Contact(command) => matches!(command, ContactCommand::Submit(_)),
        Command::Case(command) => matches!(command, CaseCommand::Open(_)),
        Command::Offer(_) => false,
    };
    if makes_more {
        Appetite::More
    } else {
        Appetite::Going
    }
}

/// The refusal of what only makes more, while the disk has no room for the next segment.
pub fn short(reason: &str) -> Reject {
    Reject::unavailable(
        "server",
        format!(
            "the disk of the journal is full: nothing new is taken, only what runs may go on and end; \
         free space on it ({reason})"
        ),
    )
}

/// The refusal of everything that would have to be written, while there is no room for it.
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
    /// because so much waits for the disk. It waits for nothing where the disk is full.
    pub async fn wait_for_room(&self) {
        while !self.journal.has_room(TURNS_AT_ONCE)
            && matches!(self.journal.space(), Space::Ahead | Space::Allocating)
            && self.failure().is_none()
        {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Why new contacts are refused, if the disk is to blame.
    pub fn disk_shortage(&self) -> Option<Reject> {
        match self.journal.space() {
            Space::Ahead | Space::Allocating => None,
            Space::Low { reason } => Some(short(&reason)),
            Space::Out { reason } => Some(out(Some(&reason))),
        }
    }
}
