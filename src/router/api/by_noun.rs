//! The commands, an enum for each noun, and the entities that they name.

use derive_more::From;
use serde::Serialize;

use super::case_command::{
    CalendarRef, CalendarSet, CaseAct, CaseAdvance, CaseAssist, CaseAssistDone, CaseExtend,
    CaseFollowUp, CaseHandover, CaseNote, CaseOpen, CaseWait, KindRef, KindSet,
};
use super::command::{
    AgentDevice, AgentPresence, AgentQueue, AgentRef, AgentRemove, AgentSet, AgentUpdate,
    ContactAgent, ContactAssign, ContactCancel, ContactEnd, ContactHold, ContactOutcome,
    ContactSubmit, ContactSync, ContactTransfer, ContactUpdate, CustomerExclude, CustomerLink,
    CustomerUnlink, Desktop, OfferDecline, OfferRef, QueueRef, QueueSet, Session, SettingsPatch,
};
use super::ids::{Name, OfferId};
use super::people::{AgentAbsence, AgentSuccession, ContactCallback};

/// All commands, by noun.
#[derive(Clone, Debug, PartialEq, Serialize, From)]
pub enum Command {
    /// Advances time: everything due is handled.
    Tick,
    /// The process restarted: no session is open.
    Restarted,
    /// The configuration file was reloaded.
    Reloaded,
    #[from]
    Session(SessionCommand),
    #[from]
    Agent(AgentCommand),
    #[from]
    Queue(QueueCommand),
    #[from]
    Settings(Box<SettingsPatch>),
    #[from]
    Customer(CustomerCommand),
    #[from]
    Contact(ContactCommand),
    #[from]
    Offer(OfferCommand),
    #[from]
    Case(CaseCommand),
    #[from]
    Kind(KindCommand),
    #[from]
    Calendar(CalendarCommand),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum SessionCommand {
    Opened(Session),
    Closed(Session),
    /// A session to which the presence of agents was bound is over.
    DesktopClosed(Desktop),
}

impl SessionCommand {
    /// The client program, if it is about one.
    pub const fn client(&self) -> Option<&Name> {
        match self {
            Self::Opened(of) | Self::Closed(of) => Some(&of.client),
            Self::DesktopClosed(_) => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum AgentCommand {
    Set(Box<AgentSet>),
    Presence(AgentPresence),
    Remove(AgentRemove),
    WrapUpEnd(AgentRef),
    Absence(Box<AgentAbsence>),
    Succession(Box<AgentSuccession>),
    Device(AgentDevice),
    Queue(AgentQueue),
    Update(Box<AgentUpdate>),
}

impl AgentCommand {
    pub fn agent(&self) -> &Name {
        match self {
            Self::Set(set) => &set.agent,
            Self::Presence(presence) => &presence.agent,
            Self::Remove(of) => &of.agent,
            Self::WrapUpEnd(of) => &of.agent,
            Self::Absence(absence) => &absence.agent,
            Self::Succession(plan) => &plan.agent,
            Self::Device(of) => &of.agent,
            Self::Queue(of) => &of.agent,
            Self::Update(update) => &update.agent,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum QueueCommand {
    Set(Box<QueueSet>),
    Remove(QueueRef),
}

impl QueueCommand {
    pub fn queue(&self) -> &Name {
        match self {
            Self::Set(set) => &set.queue,
            Self::Remove(of) => &of.queue,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum CustomerCommand {
    Link(Box<CustomerLink>),
    Exclude(CustomerExclude),
    Unlink(Box<CustomerUnlink>),
}

impl CustomerCommand {
    pub fn customer(&self) -> &Name {
        match self {
            Self::Link(link) => &link.customer,
            Self::Exclude(exclude) => &exclude.customer,
            Self::Unlink(unlink) => &unlink.customer,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum ContactCommand {
    Submit(Box<ContactSubmit>),
    Update(Box<ContactUpdate>),
    Cancel(ContactCancel),
    End(ContactEnd),
    Transfer(Box<ContactTransfer>),
    Sync(ContactSync),
    Callback(ContactCallback),
    Leave(ContactAgent),
    Retrieve(ContactAgent),
    Hold(ContactHold),
    Take(ContactAgent),
    Outcome(Box<ContactOutcome>),
    Assign(Box<ContactAssign>),
}

impl ContactCommand {
    /// The contact of the command, if it has one.
    pub fn contact(&self) -> Option<&Name> {
        match self {
            Self::Submit(submit) => Some(&submit.contact),
            Self::Update(update) => Some(&update.contact),
            Self::Cancel(cancel) => Some(&cancel.contact),
            Self::End(end) => Some(&end.contact),
            Self::Transfer(transfer) => Some(&transfer.contact),
            Self::Callback(callback) => Some(&callback.contact),
            Self::Leave(of) | Self::Retrieve(of) | Self::Take(of) => Some(&of.contact),
            Self::Hold(hold) => Some(&hold.contact),
            Self::Outcome(told) => Some(&told.contact),
            Self::Assign(to) => Some(&to.contact),
            Self::Sync(_) => None,
        }
    }
}

/// Offer number, contact and agent.
pub type OfferNamed<'a> = (Option<OfferId>, Option<&'a Name>, Option<&'a Name>);

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum OfferCommand {
    Accept(OfferRef),
    Decline(OfferDecline),
}

impl OfferCommand {
    /// How the offer is named: by number, by contact and agent, or both.
    pub fn named(&self) -> OfferNamed<'_> {
        let (offer, contact, agent) = match self {
            Self::Accept(of) => (of.offer, &of.contact, &of.agent),
            Self::Decline(of) => (of.offer, &of.contact, &of.agent),
        };
        (offer, contact.as_ref(), agent.as_ref())
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum CaseCommand {
    Open(Box<CaseOpen>),
    Note(CaseNote),
    Resolve(CaseAct),
    Reopen(CaseAct),
    Close(CaseAct),
    Handover(Box<CaseHandover>),
    Assist(Box<CaseAssist>),
    AssistDone(CaseAssistDone),
    Wait(CaseWait),
    Advance(CaseAdvance),
    Extend(CaseExtend),
    FollowUp(CaseFollowUp),
}

impl CaseCommand {
    /// The case of the command, if it has one.
    pub fn case(&self) -> Option<&Name> {
        match self {
            Self::Open(open) => Some(&open.case),
            Self::Note(note) => Some(&note.case),
            Self::Resolve(act) | Self::Reopen(act) | Self::Close(act) => Some(&act.case),
            Self::Handover(handover) => handover.case.as_ref(),
            Self::Assist(assist) => Some(&assist.case),
            Self::AssistDone(done) => Some(&done.case),
            Self::Wait(wait) => Some(&wait.case),
            Self::Advance(advance) => Some(&advance.case),
            Self::Extend(extend) => Some(&extend.case),
            Self::FollowUp(asked) => Some(&asked.case),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum KindCommand {
    Set(Box<KindSet>),
    Remove(KindRef),
}

impl KindCommand {
    pub fn kind(&self) -> &Name {
        match self {
            Self::Set(set) => &set.kind,
            Self::Remove(of) => &of.kind,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum CalendarCommand {
    Set(Box<CalendarSet>),
    Remove(CalendarRef),
}

impl CalendarCommand {
    pub fn calendar(&self) -> &Name {
        match self {
            Self::Set(set) => &set.calendar,
            Self::Remove(of) => &of.calendar,
        }
    }
}
