//! What a full disk refuses, and what goes on as long as what is allocated lasts.
//!
//! A question is never refused. It only decides and words the refusal: how much room there is
//! is known to the journal, and what stands still is the tenant.

use std::time::Duration;

use crate::journal::Space;
use crate::router::command::Command;
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

/// One arm for each command, so that a new one is not forgotten.
pub const fn appetite(command: &Command) -> Appetite {
    match command {
        // New contacts and matters: the caller is told at once, and can be told elsewhere.
        Command::ContactSubmit(_) | Command::CaseOpen(_) => Appetite::More,
        // New customers and links of theirs: nothing that runs waits for them.
        Command::CustomerLink(_) => Appetite::More,
        // What is configured: it was good enough until now.
        Command::AgentSet(_)
        | Command::QueueSet(_)
        | Command::SettingsSet(_)
        | Command::KindSet(_)
        | Command::CalendarSet(_) => Appetite::More,
        // Time, sessions: they have happened, whether written down or not.
        Command::Tick
        | Command::Restarted
        | Command::Reloaded
        | Command::SessionOpened(_)
        | Command::SessionClosed(_) => Appetite::Going,
        // People come, go and fall ill; what they leave must be taken over.
        Command::AgentPresence(_)
        | Command::AgentRemove(_)
        | Command::AgentAbsence(_)
        | Command::AgentSuccession(_)
        | Command::WrapUpEnd(_) => Appetite::Going,
        // Taking away leaves less; an exclusion protects somebody.
        Command::QueueRemove(_)
        | Command::KindRemove(_)
        | Command::CalendarRemove(_)
        | Command::CustomerExclude(_) => Appetite::Going,
        // Contacts that are here, up to their end.
        Command::ContactUpdate(_)
        | Command::ContactCancel(_)
        | Command::ContactEnd(_)
        | Command::ContactTransfer(_)
        | Command::ContactSync(_)
        | Command::ContactCallback(_)
        | Command::OfferAccept(_)
        | Command::OfferDecline(_) => Appetite::Going,
        // Cases that are here: what was said and promised in them.
        Command::CaseNote(_)
        | Command::CaseResolve(_)
        | Command::CaseReopen(_)
        | Command::CaseClose(_)
        | Command::CaseHandover(_)
        | Command::CaseAssist(_)
        | Command::CaseAssistDone(_)
        | Command::CaseWait(_)
        | Command::CaseAdvance(_)
        | Command::CaseExtend(_)
        | Command::CaseFollowUp(_) => Appetite::Going,
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
