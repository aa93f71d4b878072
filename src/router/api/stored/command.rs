//! The number of each command, independent of the grouping by noun, and the fields stored with
//! every command.

use crate::router::api::command::{
    AgentCommand, CalendarCommand, CaseCommand, Command, ContactCommand, CustomerCommand, Desktop,
    KindCommand, OfferCommand, QueueCommand, Session, SessionCommand, Stamped,
};
use crate::stored::{Error, Reader, Stored, Writer, stored};

stored! { Stamped { 1 at, 2 chance, 3 source, 4 key, 5 command, 6 actor } }

/// Number, and the command with the name of its content; those without content first.
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
    4 c (Command::Session(SessionCommand::Opened(c))),
    5 c (Command::Session(SessionCommand::Closed(c))),
    6 c (Command::Agent(AgentCommand::Set(c))),
    7 c (Command::Agent(AgentCommand::Presence(c))),
    8 c (Command::Agent(AgentCommand::Remove(c))),
    9 c (Command::Agent(AgentCommand::WrapUpEnd(c))),
    10 c (Command::Queue(QueueCommand::Set(c))),
    11 c (Command::Queue(QueueCommand::Remove(c))),
    12 c (Command::Settings(c)),
    13 c (Command::Customer(CustomerCommand::Link(c))),
    14 c (Command::Customer(CustomerCommand::Exclude(c))),
    15 c (Command::Contact(ContactCommand::Submit(c))),
    16 c (Command::Contact(ContactCommand::Update(c))),
    17 c (Command::Contact(ContactCommand::Cancel(c))),
    18 c (Command::Contact(ContactCommand::End(c))),
    19 c (Command::Contact(ContactCommand::Transfer(c))),
    20 c (Command::Contact(ContactCommand::Sync(c))),
    21 c (Command::Offer(OfferCommand::Accept(c))),
    22 c (Command::Offer(OfferCommand::Decline(c))),
    23 c (Command::Case(CaseCommand::Open(c))),
    24 c (Command::Case(CaseCommand::Note(c))),
    25 c (Command::Case(CaseCommand::Resolve(c))),
    26 c (Command::Case(CaseCommand::Reopen(c))),
    27 c (Command::Case(CaseCommand::Close(c))),
    28 c (Command::Case(CaseCommand::Handover(c))),
    29 c (Command::Agent(AgentCommand::Absence(c))),
    30 c (Command::Agent(AgentCommand::Succession(c))),
    31 c (Command::Contact(ContactCommand::Callback(c))),
    32 c (Command::Kind(KindCommand::Set(c))),
    33 c (Command::Kind(KindCommand::Remove(c))),
    34 c (Command::Calendar(CalendarCommand::Set(c))),
    35 c (Command::Calendar(CalendarCommand::Remove(c))),
    36 c (Command::Case(CaseCommand::Assist(c))),
    37 c (Command::Case(CaseCommand::AssistDone(c))),
    38 c (Command::Case(CaseCommand::Wait(c))),
    39 c (Command::Case(CaseCommand::Advance(c))),
    40 c (Command::Case(CaseCommand::Extend(c))),
    41 c (Command::Case(CaseCommand::FollowUp(c))),
    55 c (Command::Contact(ContactCommand::Leave(c))),
    56 c (Command::Contact(ContactCommand::Retrieve(c))),
    57 c (Command::Contact(ContactCommand::Hold(c))),
    58 c (Command::Contact(ContactCommand::Take(c))),
    59 c (Command::Contact(ContactCommand::Outcome(c))),
    50 c (Command::Customer(CustomerCommand::Unlink(c))),
    65 c (Command::Agent(AgentCommand::Device(c))),
    66 c (Command::Session(SessionCommand::DesktopClosed(c))),
    70 c (Command::Contact(ContactCommand::Assign(c))),
    67 c (Command::Agent(AgentCommand::Queue(c))),
    68 c (Command::Agent(AgentCommand::Update(c))),
}

stored! { Session { 1 client } }
stored! { Desktop { 1 session } }
