//! The one table of all methods.
//!
//! The request reader, `rpc.discover`, the completion of `ctl` and the rights of the roles are all
//! made from [`METHODS`].

use serde::de::DeserializeOwned;

use super::check;
use super::error::{Code, WireError, echo};
use super::fields;
use super::params::Params;
use super::request::{Request, ServerCall, SessionOpen};
use super::subscription::Subscribe;
use crate::calendar::Written;
pub use crate::fields::Role;
use crate::fields::{
    Field, Fields, LIST, NONE, SERVER_COMPARE, SERVER_RELOAD, STATS_GET, Type, agent, calendar,
    case, contact, customer, kind, queue, settings,
};
use crate::router::command::{
    AgentCommand, CalendarCommand, CalendarSet, CaseCommand, Command, ContactCommand,
    CustomerCommand, KindCommand, KindSet, OfferCommand, QueueCommand, QueueSet,
};
use crate::router::kind::KindRules;
use crate::router::policy::Policy;
use crate::router::query::Query;

/// How a method affects the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Changes the router's state, is journaled, and takes a `key`.
    Mutation,
    /// Reads the router's state.
    Query,
    /// Concerns the connection or the process.
    Server,
}

/// The idempotency key, a parameter of every mutating method.
pub static KEY: Field = Field::may(
    "key",
    Type::Key,
    "the same key with the same params answers what it answered before; with other params it is a conflict",
);

/// One method.
pub struct Method {
    pub name: &'static str,
    pub kind: Kind,
    /// The roles that may call it. Which entities a role may name is checked elsewhere.
    pub roles: &'static [Role],
    pub params: &'static Fields,
    /// The type of `params` as a whole.
    pub(super) shape: Type,
    /// What it does, in a sentence without a full stop.
    pub summary: &'static str,
    /// The result.
    pub answers: &'static str,
    read: fn(&mut Params<'_, '_>) -> Result<Request, WireError>,
}

impl Method {
    /// Reads the parameters of a call of this method.
    pub(super) fn read(&self, params: &mut Params<'_, '_>) -> Result<Request, WireError> {
        (self.read)(params)
    }

    /// Its index in [`METHODS`], for tables beside it.
    pub fn place(&'static self) -> usize {
        // All methods are items of the one table, so the distance is the index.
        let bytes = std::ptr::from_ref(self).addr() - METHODS.as_ptr().addr();
        bytes / size_of::<Self>()
    }

    /// Whether a role may call it.
    pub fn allows(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

impl std::fmt::Debug for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Method {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// The method with this name.
pub fn find(name: &str) -> Option<&'static Method> {
    let mut slot = slot(name.as_bytes());
    loop {
        let method = METHODS.get(usize::from(PLACES[slot]))?;
        if method.name == name {
            return Some(method);
        }
        slot = (slot + 1) % SLOTS;
    }
}

/// Slots of the table by name; more than methods, so that some stay empty.
const SLOTS: usize = 256;

/// An empty slot.
const EMPTY: u8 = u8::MAX;

/// The index of each method in [`METHODS`], by the hash of its name: in its slot or the next free
/// one.
static PLACES: [u8; SLOTS] = {
    let mut places = [EMPTY; SLOTS];
    let mut place = 0;
    while place < METHODS.len() {
        let mut slot = slot(METHODS[place].name.as_bytes());
        while places[slot] != EMPTY {
            slot = (slot + 1) % SLOTS;
        }
        places[slot] = place as u8;
        place += 1;
    }
    assert!(place < EMPTY as usize, "a place fits in a byte");
    places
};

/// The end of a name distinguishes nearly all methods: eight bytes are mixed and one name compared,
/// where phf mixes the whole name and a search of the sorted table compares six.
const fn slot(name: &[u8]) -> usize {
    let end = match name.last_chunk::<8>() {
        Some(end) => u64::from_le_bytes(*end),
        None => 0,
    };
    let mixed = (end ^ name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 56) as usize
}

/// The error for an unknown method.
pub(super) fn unknown(name: &str) -> WireError {
    let known = METHODS.iter().map(|method| method.name);
    let error = WireError {
        code: Code::MethodNotFound,
        message: format!("method \"{}\" does not exist", echo(name)),
        data: None,
    };
    error.with_nearest(name, known)
}

fn command<T: DeserializeOwned, C: Into<Command>>(
    params: &mut Params<'_, '_>,
    make: fn(T) -> C,
) -> Result<Request, WireError> {
    Ok(Request::Command(make(params.read()?).into()))
}

/// Likewise, where the parameters must also agree with each other.
fn checked<T: DeserializeOwned, C: Into<Command>>(
    params: &mut Params<'_, '_>,
    check: fn(&T) -> Result<(), WireError>,
    make: fn(T) -> C,
) -> Result<Request, WireError> {
    let params = params.read()?;
    check(&params)?;
    Ok(Request::Command(make(params).into()))
}

fn query<T: DeserializeOwned>(
    params: &mut Params<'_, '_>,
    make: fn(T) -> Query,
) -> Result<Request, WireError> {
    Ok(Request::Query(make(params.read()?)))
}

fn kind_set(params: &mut Params<'_, '_>) -> Result<Request, WireError> {
    let (kind, rules) = params.read_apart::<_, KindRules>("kind")?;
    check::kind(&rules)?;
    let command = Command::Kind(KindCommand::Set(Box::new(KindSet { kind, rules })));
    Ok(Request::Command(command))
}

fn calendar_set(params: &mut Params<'_, '_>) -> Result<Request, WireError> {
    let (calendar, written) = params.read_apart::<_, Written>("calendar")?;
    let rules = written.resolve().map_err(|faults| {
        let (first, others) = faults.split_first().expect("what is refused has a fault");
        let others = others
            .iter()
            .map(|fault| format!("; {}: {fault}", fault.field));
        let all = [first.to_string()]
            .into_iter()
            .chain(others)
            .collect::<String>();
        super::params::wrong(first.field, all)
    })?;
    let command = Command::Calendar(CalendarCommand::Set(Box::new(CalendarSet {
        calendar,
        rules,
    })));
    Ok(Request::Command(command))
}

fn queue_set(params: &mut Params<'_, '_>) -> Result<Request, WireError> {
    let (queue, policy) = params.read_apart::<_, Policy>("queue")?;
    check::policy(&policy)?;
    let command = Command::Queue(QueueCommand::Set(Box::new(QueueSet { queue, policy })));
    Ok(Request::Command(command))
}

fn server_reload(params: &mut Params<'_, '_>) -> Result<Request, WireError> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Reload {
        #[serde(default)]
        allow_removals: bool,
    }
    let Reload { allow_removals } = params.read()?;
    Ok(Request::Server(ServerCall::Reload { allow_removals }))
}

/// A method without parameters.
fn plain(params: &mut Params<'_, '_>, request: Request) -> Result<Request, WireError> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    let Nothing {} = params.read()?;
    Ok(request)
}

const ALL: &[Role] = Role::ALL;
const ADMIN: &[Role] = &[Role::Admin];
const LEADING: &[Role] = &[Role::Supervisor, Role::Admin];
const PLATFORM: &[Role] = &[Role::Platform, Role::Admin];
const CONTACTS: &[Role] = &[Role::Platform, Role::Supervisor, Role::Admin];
const OFFERS: &[Role] = &[Role::Platform, Role::Agent, Role::Admin];
const WORK: &[Role] = &[Role::Platform, Role::Agent, Role::Supervisor, Role::Admin];
const SELF: &[Role] = &[Role::Agent, Role::Supervisor, Role::Admin];
const FIGURES: &[Role] = &[Role::Platform, Role::Supervisor, Role::Ops, Role::Admin];

macro_rules! methods {
    ($($name:literal $kind:ident $roles:ident $params:expr, $summary:literal, $answers:literal, $read:expr;)*) => {
        &[$(Method {
            name: $name,
            kind: Kind::$kind,
            roles: $roles,
            params: &$params,
            shape: Type::Object(&$params),
            summary: $summary,
            answers: $answers,
            read: $read,
        }),*]
    };
}

/// The table, in alphabetical order.
pub static METHODS: &[Method] = methods! {
    "agent.absence" Mutation LEADING agent::AGENT_ABSENCE,
        "Plans an absence of an agent, or takes it back", "the agent, with warnings where its stand-in is away then too",
        |p| command(p, |set| AgentCommand::Absence(Box::new(set)));
    "agent.briefing" Query WORK agent::AGENT_REF,
        "Says what others did for an owner since it went away", "{agent, since_at?, until_at?, items, dropped}",
        |p| query(p, Query::AgentBriefing);
    "agent.device" Mutation CONTACTS agent::AGENT_DEVICE,
        "Says what an agent's telephone is doing", "the agent",
        |p| command(p, AgentCommand::Device);
    "agent.get" Query WORK agent::AGENT_REF,
        "Shows an agent", "the agent",
        |p| query(p, Query::AgentGet);
    "agent.list" Query CONTACTS agent::AGENT_LIST,
        "Lists agents by id", "{items, next?} of agents",
        |p| query(p, Query::AgentList);
    "agent.presence" Mutation WORK agent::AGENT_PRESENCE,
        "Says whether an agent is available, on break or offline", "the agent",
        |p| checked(p, check::presence, AgentCommand::Presence);
    "agent.queue" Mutation WORK agent::AGENT_QUEUE,
        "Takes an agent out of one queue, or puts it back", "the agent",
        |p| command(p, AgentCommand::Queue);
    "agent.remove" Mutation LEADING agent::AGENT_REMOVE,
        "Removes an agent and hands its open cases over", "{agent, removed, successor?, handed_over}",
        |p| command(p, AgentCommand::Remove);
    "agent.set" Mutation LEADING agent::AGENT_SET,
        "Creates or replaces an agent; presence is kept, a new one is offline", "the agent",
        |p| command(p, |set| AgentCommand::Set(Box::new(set)));
    "agent.succession" Mutation LEADING agent::AGENT_SUCCESSION,
        "Hands the open cases of one who leaves to several others, by load and in batches",
        "{agent, to, next_at?, handed_over, open_cases}",
        |p| command(p, |plan| AgentCommand::Succession(Box::new(plan)));
    "agent.update" Mutation CONTACTS agent::AGENT_UPDATE,
        "Changes single fields of an agent; a platform its address", "the agent",
        |p| checked(p, check::agent_update, |update| AgentCommand::Update(Box::new(update)));
    "booking.slots" Query WORK queue::BOOKING_SLOTS,
        "Lists the free slots of a queue", "{queue, slot_ms, capacity, items} of {from_at, to_at, free, agent?}",
        |p| query(p, Query::BookingSlots);
    "calendar.get" Query FIGURES calendar::CALENDAR_REF,
        "Shows a calendar", "the calendar",
        |p| query(p, Query::CalendarGet);
    "calendar.list" Query FIGURES LIST,
        "Lists calendars by name", "{items, next?} of calendars",
        |p| query(p, Query::CalendarList);
    "calendar.remove" Mutation ADMIN calendar::CALENDAR_REF,
        "Removes a calendar that no kind names", "{calendar, removed}",
        |p| command(p, CalendarCommand::Remove);
    "calendar.set" Mutation ADMIN calendar::CALENDAR_SET,
        "Creates or replaces a calendar of working days and opening hours", "the calendar",
        calendar_set;
    "case.advance" Mutation WORK case::CASE_ADVANCE,
        "Brings a case to its next stage", "the case",
        |p| command(p, CaseCommand::Advance);
    "case.assist" Mutation WORK case::CASE_ASSIST,
        "Asks another agent or queue to do a part; the owner keeps the case", "the case",
        |p| checked(p, check::assist, |assist| CaseCommand::Assist(Box::new(assist)));
    "case.assist_done" Mutation WORK case::CASE_ASSIST_DONE,
        "Says that a part is done; the owner is told", "the case",
        |p| command(p, CaseCommand::AssistDone);
    "case.close" Mutation SELF case::CASE_ACT,
        "Closes a case; its ownership ends", "the case",
        |p| command(p, CaseCommand::Close);
    "case.extend" Mutation LEADING case::CASE_EXTEND,
        "Moves a deadline that has not passed", "the case",
        |p| command(p, CaseCommand::Extend);
    "case.find" Query WORK case::CASE_FIND,
        "Lists cases by id", "{items, next?} of cases",
        |p| query(p, Query::CaseFind);
    "case.follow_up" Mutation WORK case::CASE_FOLLOW_UP,
        "Says what a follow-up found: the case closes, opens again, or is asked about once more", "the case",
        |p| command(p, CaseCommand::FollowUp);
    "case.get" Query WORK case::CASE_REF,
        "Shows a case", "the case",
        |p| query(p, Query::CaseGet);
    "case.handover" Mutation LEADING case::CASE_HANDOVER,
        "Moves the ownership of one case, or of all open cases of an owner", "{to, cases, case?, owner?}",
        |p| checked(p, check::handover, |to| CaseCommand::Handover(Box::new(to)));
    "case.note" Mutation WORK case::CASE_NOTE,
        "Adds a note to a case", "the case",
        |p| command(p, CaseCommand::Note);
    "case.open" Mutation WORK case::CASE_OPEN,
        "Opens a case; one that exists is answered as it is", "the case",
        |p| command(p, |open| CaseCommand::Open(Box::new(open)));
    "case.reopen" Mutation WORK case::CASE_ACT,
        "Opens a resolved or closed case again, with its owner", "the case",
        |p| command(p, CaseCommand::Reopen);
    "case.resolve" Mutation WORK case::CASE_ACT,
        "Marks a case as resolved; it closes later", "the case",
        |p| command(p, CaseCommand::Resolve);
    "case.wait" Mutation WORK case::CASE_WAIT,
        "Lets a case wait for its customer or for those who assist", "the case",
        |p| command(p, CaseCommand::Wait);
    "contact.assign" Mutation SELF contact::CONTACT_ASSIGN,
        "Gives a waiting contact to one agent by hand; the others keep their places", "the contact",
        |p| command(p, |to| ContactCommand::Assign(Box::new(to)));
    "contact.callback" Mutation CONTACTS contact::CONTACT_CALLBACK,
        "Lets a waiting caller hang up and keep its place: it is called back when its turn comes", "the contact",
        |p| command(p, ContactCommand::Callback);
    "contact.cancel" Mutation CONTACTS contact::CONTACT_CANCEL,
        "Takes back a contact that is not connected", "the contact",
        |p| command(p, ContactCommand::Cancel);
    "contact.end" Mutation WORK contact::CONTACT_END,
        "Ends a contact for all who are in it; one that has ended is answered as it is", "the contact",
        |p| checked(p, check::end, ContactCommand::End);
    "contact.explain" Query WORK contact::CONTACT_REF,
        "Says step by step why a contact is where it is", "{contact, state, why, steps, steps_dropped}",
        |p| query(p, Query::ContactExplain);
    "contact.get" Query WORK contact::CONTACT_REF,
        "Shows a contact", "the contact",
        |p| query(p, Query::ContactGet);
    "contact.hold" Mutation WORK contact::CONTACT_HOLD,
        "Says that an agent has put a contact on hold, or goes on with it", "the contact",
        |p| command(p, ContactCommand::Hold);
    "contact.leave" Mutation WORK contact::CONTACT_AGENT,
        "Lets one agent leave a consultation; the others go on", "the contact",
        |p| command(p, ContactCommand::Leave);
    "contact.list" Query CONTACTS contact::CONTACT_LIST,
        "Lists contacts by id", "{items, next?} of contacts",
        |p| query(p, |list| Query::ContactList(Box::new(list)));
    "contact.outcome" Mutation WORK contact::CONTACT_OUTCOME,
        "Says or changes the outcome of a conversation, until shortly after it", "the contact",
        |p| checked(p, check::outcome, |told| ContactCommand::Outcome(Box::new(told)));
    "contact.preview" Query CONTACTS contact::CONTACT_SUBMIT,
        "Says what contact.submit would do now, and does nothing",
        "{contact, state, queue, outcome?, withheld?, shared?, case?, owner?, agent?, route?, position?, estimated_wait_ms?, why, candidates}",
        |p| query(p, |draft| Query::ContactPreview(Box::new(draft)));
    "contact.retrieve" Mutation WORK contact::CONTACT_AGENT,
        "Takes back a consultation, or a transfer that nobody has taken yet", "the contact",
        |p| command(p, ContactCommand::Retrieve);
    "contact.submit" Mutation CONTACTS contact::CONTACT_SUBMIT,
        "Brings a contact; one that exists is answered as it is",
        "{contact, state, outcome?, queue, customer?, withheld?, shared?, case?, owner?, agent?, offer?, position?, estimated_wait_ms?, why, ticket?}",
        |p| command(p, |submit| ContactCommand::Submit(Box::new(submit)));
    "contact.sync" Mutation PLATFORM contact::CONTACT_SYNC,
        "Compares the whole list of a platform's live contacts with the router's", "{source, confirmed, cancelled, unknown}",
        |p| command(p, ContactCommand::Sync);
    "contact.take" Mutation CONTACTS contact::CONTACT_AGENT,
        "Says that an agent has a contact, however it came to it; who had it before leaves", "the contact",
        |p| command(p, ContactCommand::Take);
    "contact.transfer" Mutation WORK contact::CONTACT_TRANSFER,
        "Passes a connected contact on; the ownership stays", "the contact",
        |p| checked(p, check::transfer, |to| ContactCommand::Transfer(Box::new(to)));
    "contact.update" Mutation CONTACTS contact::CONTACT_UPDATE,
        "Changes a contact that is not connected; what is absent stays", "the contact",
        |p| command(p, |update| ContactCommand::Update(Box::new(update)));
    "customer.exclude" Mutation LEADING customer::CUSTOMER_EXCLUDE,
        "Keeps an agent from all contacts of a customer, or lifts that", "{customer, agent, on, reason}",
        |p| command(p, CustomerCommand::Exclude);
    "customer.get" Query WORK customer::CUSTOMER_REF,
        "Shows a customer", "the customer",
        |p| query(p, Query::CustomerGet);
    "customer.link" Mutation CONTACTS customer::CUSTOMER_LINK,
        "Joins identities to one customer; with `merge` two customers become one", "the customer",
        |p| command(p, |link| CustomerCommand::Link(Box::new(link)));
    "customer.unlink" Mutation LEADING customer::CUSTOMER_UNLINK,
        "Takes one identity away from a customer, with the cases named", "the customer",
        |p| command(p, |unlink| CustomerCommand::Unlink(Box::new(unlink)));
    "events.subscribe" Server WORK fields::EVENTS_SUBSCRIBE,
        "Sends the events of the tenant on this connection, without a gap", "{subscribed, seq}",
        |p| p.read::<Subscribe>().and_then(|wanted| {
            check::subscribe(&wanted).map(|()| Request::Subscribe(Box::new(wanted)))
        });
    "kind.get" Query FIGURES kind::KIND_REF,
        "Shows a kind of case", "the kind",
        |p| query(p, Query::KindGet);
    "kind.list" Query FIGURES LIST,
        "Lists kinds of cases by name", "{items, next?} of kinds",
        |p| query(p, Query::KindList);
    "kind.remove" Mutation ADMIN kind::KIND_REF,
        "Removes a kind; cases that were opened under it keep its rules", "{kind, removed}",
        |p| command(p, KindCommand::Remove);
    "kind.set" Mutation ADMIN kind::KIND_SET,
        "Creates or replaces a kind of case: stages, terms, ladder, follow-up", "the kind",
        kind_set;
    "offer.accept" Mutation OFFERS contact::OFFER_ACCEPT,
        "Takes an offer: the contact is connected", "the contact",
        |p| checked(p, check::accept, OfferCommand::Accept);
    "offer.decline" Mutation OFFERS contact::OFFER_DECLINE,
        "Does not take an offer: the contact goes to the next agent", "the contact",
        |p| checked(p, check::decline, OfferCommand::Decline);
    "owner.get" Query WORK customer::OWNER_GET,
        "Says to which case and owner a contact would go now", "{case, owner}, both null where there is none",
        |p| query(p, Query::OwnerGet);
    "queue.get" Query FIGURES queue::QUEUE_REF,
        "Shows a queue with policy and figures", "the queue",
        |p| query(p, Query::QueueGet);
    "queue.list" Query FIGURES LIST,
        "Lists queues by id", "{items, next?} of queues",
        |p| query(p, Query::QueueList);
    "queue.remove" Mutation ADMIN queue::QUEUE_REF,
        "Removes an empty queue", "{queue, removed}",
        |p| command(p, QueueCommand::Remove);
    "queue.set" Mutation ADMIN queue::QUEUE_SET,
        "Creates a queue or replaces its policy; what is absent gets its default", "the queue",
        queue_set;
    "rpc.discover" Server ALL NONE,
        "Describes every method", "an OpenRPC document",
        |p| plain(p, Request::Discover);
    "server.compare" Server ADMIN SERVER_COMPARE,
        "Says what taking over a configuration file would change and take away; changes nothing",
        "`{same, refused, changes: [{tenant?, entity, id?, change, holds?}], needs_restart}`",
        |p| p.read().map(|file| Request::Server(ServerCall::Compare(file)));
    "server.drain" Server ADMIN NONE,
        "Takes no new contacts from now on and says so to health checks; SIGTERM ends the daemon", "{ok}",
        |p| plain(p, Request::Server(ServerCall::Drain));
    "server.reload" Server ADMIN SERVER_RELOAD,
        "Applies the changed configuration file as a difference", "what changed",
        server_reload;
    "server.snapshot" Server ADMIN NONE,
        "Writes a snapshot now", "{seq}",
        |p| plain(p, Request::Server(ServerCall::Snapshot));
    "server.status" Server FIGURES NONE,
        "Shows how the daemon is", "the status",
        |p| plain(p, Request::Server(ServerCall::Status));
    "session.open" Server ALL fields::SESSION_OPEN,
        "Says who is there; the first request where tokens are configured", "{client, tenant?, protocol, seq}",
        |p| p.read::<SessionOpen>().and_then(|open| {
            check::session(&open).map(|()| Request::SessionOpen(open))
        });
    "session.ping" Server ALL NONE,
        "Shows that both sides are there", "{ok, at}",
        |p| plain(p, Request::SessionPing);
    "settings.get" Query FIGURES NONE,
        "Shows the settings of the tenant", "the settings",
        |p| plain(p, Request::Query(Query::SettingsGet));
    "settings.set" Mutation ADMIN settings::SETTINGS_SET,
        "Changes settings of the tenant; what is absent stays", "the settings",
        |p| command(p, |patch| Command::Settings(Box::new(patch)));
    "stats.get" Query FIGURES STATS_GET,
        "Counts contacts, waits and owner hits", "the figures",
        |p| query(p, Query::Stats);
    "wrap_up.end" Mutation WORK agent::AGENT_REF,
        "Ends the wrap-up of an agent now", "the agent",
        |p| command(p, AgentCommand::WrapUpEnd);
};
