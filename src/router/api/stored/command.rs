//! The number of each command, whatever nouns the commands are grouped by, and what comes with
//! every command.

use crate::router::api::command::{Command, Session, Stamped};
use crate::stored::{Error, Reader, Stored, Writer, stored};

stored! { Stamped { 1 at, 2 chance, 3 source, 4 key, 5 command } }

/// Number, and the command with the name of its content. Those without content come first.
macro_rules! commands {
    (
        $($bare:literal ($($empty:tt)+)),+ ;
        $($number:literal $content:ident ($($command:tt)+)),+ $(,)?
    ) => {
        impl Stored for Command {
            fn write(&self, out: &mut Writer<'_>) {
                match self {
                    $($($empty)+ => out.field($bare),)+
                    $($($command)+ => {
                        out.field($number);
                        $content.write(out);
                    })+
                }
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
                match from.field()?.unwrap_or_default() {
                    $($bare => Ok($($empty)+),)+
                    $($number => {
                        let $content = Stored::read(from)?;
                        Ok($($command)+)
                    })+
                    number => Err(Error::UnknownNumber { of: "command", number }),
                }
            }
        }
    };
}

commands! {
    1 (Command::Tick),
    2 (Command::Restarted),
    3 (Command::Reloaded);
    4 c (Command::SessionOpened(c)),
    5 c (Command::SessionClosed(c)),
    6 c (Command::AgentSet(c)),
    7 c (Command::AgentPresence(c)),
    8 c (Command::AgentRemove(c)),
    9 c (Command::WrapUpEnd(c)),
    10 c (Command::QueueSet(c)),
    11 c (Command::QueueRemove(c)),
    12 c (Command::SettingsSet(c)),
    13 c (Command::CustomerLink(c)),
    14 c (Command::CustomerExclude(c)),
    15 c (Command::ContactSubmit(c)),
    16 c (Command::ContactUpdate(c)),
    17 c (Command::ContactCancel(c)),
    18 c (Command::ContactEnd(c)),
    19 c (Command::ContactTransfer(c)),
    20 c (Command::ContactSync(c)),
    21 c (Command::OfferAccept(c)),
    22 c (Command::OfferDecline(c)),
    23 c (Command::CaseOpen(c)),
    24 c (Command::CaseNote(c)),
    25 c (Command::CaseResolve(c)),
    26 c (Command::CaseReopen(c)),
    27 c (Command::CaseClose(c)),
    28 c (Command::CaseHandover(c)),
    29 c (Command::AgentAbsence(c)),
    30 c (Command::AgentSuccession(c)),
    31 c (Command::ContactCallback(c)),
    32 c (Command::KindSet(c)),
    33 c (Command::KindRemove(c)),
    34 c (Command::CalendarSet(c)),
    35 c (Command::CalendarRemove(c)),
    36 c (Command::CaseAssist(c)),
    37 c (Command::CaseAssistDone(c)),
    38 c (Command::CaseWait(c)),
    39 c (Command::CaseAdvance(c)),
    40 c (Command::CaseExtend(c)),
    41 c (Command::CaseFollowUp(c)),
}

stored! { Session { 1 client } }
