//! A slow, obvious router that gives the expected results.
//!
//! It uses plain vectors and full scans, stores nothing that it can compute, and is written to be
//! checked against docs/routing-rules.md rule by rule. What the rules leave open (offer numbers,
//! names of cases opened by an accept, draws of the strategy `random`) is taken from the router as
//! hints, a draw only if that agent could have been drawn.

mod agents;
mod assign;
mod callbacks;
mod cases;
mod contacts;
mod customers;
mod offers;
mod platforms;
mod queues;
mod reach;
mod routing;
pub mod timers;
mod transfer;
mod whereabouts;

use std::collections::BTreeMap;

use firsthand::router::codes::{AgentKind, CaseState, ContactState, Outcome, Presence, Route};
use firsthand::router::command::{
    AgentCommand, CalendarCommand, CaseCommand, Command, ContactCommand, CustomerCommand,
    KindCommand, OfferCommand, QueueCommand, SessionCommand, Stamped,
};
use firsthand::router::ids::{Key, Name, OfferId};
use firsthand::router::policy::{CHANNELS, Capacity, ChannelRule, Policy, Settings, SkillMap};
use firsthand::router::reject::RejectKind;
use firsthand::router::time::Timestamp;

/// The result of a command: done, or refused with this kind.
pub type Verdict = Result<(), RejectKind>;

/// A deliberate fault, to prove that the comparison can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canary {
    /// Of two equally good agents the last is chosen.
    LongestIdleReversed,
    /// A freed agent ignores that it owns a contact.
    OwnerForgotten,
    /// A declined offer has no retry delay.
    NoRetryDelay,
}

#[derive(Clone, Debug)]
pub struct Agent {
    pub name: Name,
    pub kind: AgentKind,
    pub skills: SkillMap,
    pub capacity: BTreeMap<Name, Capacity>,
    pub team: Option<Name>,
    pub deputy: Option<Name>,
    pub leader: Option<Name>,
    pub wrap_up_ms: Option<i64>,
    pub rank: i32,
    pub presence: Presence,
    pub until_at: Option<Timestamp>,
    /// When it last became available.
    pub available_at: Option<Timestamp>,
    /// When its last conversation ended, wrap-up included.
    pub last_end_at: Option<Timestamp>,
    pub retry_at: Option<Timestamp>,
    /// Ends of wrap-ups for contacts that went on without it.
    pub wrap_ups: Vec<Timestamp>,
    pub missed: u32,
    pub handled: u64,
    pub talk_ms: i64,
    /// Rule 27.
    pub at: whereabouts::Whereabouts,
}

#[derive(Clone, Debug)]
pub struct Queue {
    pub name: Name,
    pub policy: Policy,
    pub exists: bool,
    /// For `round_robin`.
    pub last_offered: Option<Name>,
}

#[derive(Clone, Debug)]
pub struct Customer {
    pub name: Name,
    pub identities: Vec<Name>,
    pub excluded: Vec<Name>,
    /// In the order in which they were attached; of equally active cases the last is taken.
    pub cases: Vec<usize>,
    /// Merged away: all its names now belong to another customer.
    pub merged: bool,
}

#[derive(Clone, Debug)]
pub struct Case {
    pub name: Name,
    pub customer: Option<usize>,
    pub topic: Option<Name>,
    pub state: CaseState,
    pub owner: Option<Name>,
    /// The last human who handled it.
    pub last_handler: Option<Name>,
    pub opened_at: Timestamp,
    pub owned_at: Option<Timestamp>,
    pub active_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    /// When it closes automatically.
    pub close_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub handovers: u32,
    pub contacts: u64,
    /// When its last contacts were submitted, as many as escalation counts.
    pub recent: Vec<Timestamp>,
    pub escalated_at: Option<Timestamp>,
    /// Closed longer ago than the router keeps cases.
    pub forgotten: bool,
}

#[derive(Clone, Debug)]
pub struct Offer {
    pub id: OfferId,
    pub agent: Name,
    pub route: Route,
    pub expires_at: Timestamp,
}

/// An agent in conversation.
#[derive(Clone, Debug)]
pub struct Leg {
    pub agent: Name,
    pub since_at: Timestamp,
    pub route: Route,
    /// The queue through which it got the contact.
    pub queue: Name,
    /// When this conversation makes its agent the owner, if that is still to come.
    pub firm_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct WrapUp {
    pub agent: Name,
    pub until_at: Timestamp,
}

#[derive(Clone, Debug)]
pub struct Contact {
    pub name: Name,
    pub queue: Name,
    pub channel: Name,
    pub customer: Option<usize>,
    pub requires: SkillMap,
    pub priority: i32,
    pub topic: Option<Name>,
    pub case: Option<usize>,
    /// The owner of a recently closed case.
    pub last_owner: Option<Name>,
    pub prefer: Option<Name>,
    pub exclude: Vec<Name>,
    pub max_wait_ms: Option<i64>,
    pub source: Option<Name>,
    pub submitted_at: Timestamp,
    /// Its place in the order of rule 2.
    pub order_at: Timestamp,
    pub arrival: u64,
    /// When it entered its present queue; the queue's `max_wait_ms` counts from here.
    pub entered_at: Timestamp,
    /// Overflows in the millisecond in which it entered.
    pub hops: usize,
    /// When it began to wait, on arrival or on transfer; steps, the wait for the owner and its own
    /// `max_wait_ms` count from here.
    pub waits_since: Timestamp,
    /// It looks for an agent: it waits or is offered, also during a consultation.
    pub seeking: bool,
    /// It changed since it was last routed; a ringing contact looks for more agents only then.
    pub looks_for_more: bool,
    /// It has just arrived, and nobody has been asked yet.
    pub just_arrived: bool,
    /// Its time ran out while it was offered.
    pub overdue: bool,
    /// Transferred to this agent and nobody else.
    pub direct: Option<Name>,
    /// Given to this agent by hand, and when.
    pub assigned: Option<(Name, Timestamp)>,
    /// How often its callback was tried in vain.
    pub tries: u32,
    /// A callback that only its owner makes.
    pub by_owner_only: bool,
    /// It was kept for its owner when the router last settled.
    pub kept: bool,
    /// Since when nobody who could serve it is logged in.
    pub nobody_since: Option<Timestamp>,
    /// It is scheduled for this time.
    pub scheduled_at: Option<Timestamp>,
    /// Transferred: the owner is not asked again.
    pub passed_on: bool,
    /// Who passed it on to a queue, until somebody takes it.
    pub passed_by: Option<Name>,
    pub offers: Vec<Offer>,
    pub offers_made: u32,
    pub legs: Vec<Leg>,
    pub wrap_ups: Vec<WrapUp>,
    pub outcome: Option<Outcome>,
    pub last_agent: Option<Name>,
    pub route: Option<Route>,
    pub connected_at: Option<Timestamp>,
    /// When the conversation or the wait ended.
    pub over_at: Option<Timestamp>,
    /// When it ended completely, wrap-up included.
    pub ended_at: Option<Timestamp>,
    /// When it is dropped because its platform is gone.
    pub lease_at: Option<Timestamp>,
    /// It came at a time of its own: nobody holds a line for it.
    pub came_later: bool,
}

impl Contact {
    /// Derives the one state of the contact.
    pub fn state(&self) -> ContactState {
        if self.outcome.is_some() {
            return if self.wrap_ups.is_empty() {
                ContactState::Ended
            } else {
                ContactState::WrapUp
            };
        }
        if !self.legs.is_empty() {
            ContactState::Connected
        } else if !self.offers.is_empty() {
            ContactState::Offered
        } else if self.scheduled_at.is_some() {
            ContactState::Scheduled
        } else {
            ContactState::Waiting
        }
    }
}

/// The place in the order of a caller who abandoned.
#[derive(Clone, Debug)]
pub struct Abandoned {
    pub customer: usize,
    pub queue: Name,
    pub at: Timestamp,
    pub order_at: Timestamp,
    pub arrival: u64,
}

/// The router's choices where the rules leave them open.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Contact, agent, offer number.
    pub offers: Vec<(Name, Name, OfferId)>,
    /// Contact, name of the case opened for it.
    pub cases: Vec<(Name, Name)>,
    /// Contacts in the order in which their offers expired, their waits ended or they ended, which
    /// is the order of simultaneous deadlines.
    pub order: Vec<Name>,
    /// Contacts in the order in which they ended.
    pub ends: Vec<Name>,
}

impl Contact {
    /// Overflows in this millisecond.
    pub fn hops_at(&self, now: Timestamp) -> usize {
        if self.entered_at == now { self.hops } else { 0 }
    }
}

#[derive(Clone, Debug)]
pub struct Model {
    pub canary: Option<Canary>,
    pub now: Timestamp,
    pub settings: Settings,
    pub agents: Vec<Agent>,
    /// Removed agents, as they were: the stand-ins of an owner are still needed.
    pub removed: Vec<Agent>,
    pub queues: Vec<Queue>,
    pub customers: Vec<Customer>,
    pub cases: Vec<Case>,
    /// All that have not ended.
    pub contacts: Vec<Contact>,
    pub ended: Vec<Contact>,
    pub arrivals: u64,
    /// Open sessions, one item each.
    pub sessions: Vec<Name>,
    /// Clients whose last session closed and who have not returned.
    pub gone: Vec<Name>,
    /// Until when the ringing offers of clients that are gone stand.
    pub grace: Vec<(Name, Timestamp)>,
    /// Clients whose list of live contacts comes in parts, with what was listed or submitted since.
    pub listed: Vec<(Name, Vec<Name>)>,
    /// The moment reached: earlier than `now` while earlier deadlines are handled.
    pub clock: (Timestamp, timers::Kind),
    /// The highest offer number so far.
    pub offer_last: u64,
    pub hints: Hints,
    /// Cases escalated by the last command.
    pub escalated: Vec<usize>,
    /// Agents that may be able to take more than before; filled by a command, emptied by `settle`.
    pub freed: Vec<Name>,
    /// Contacts whose round of parallel offers is being made.
    pub round: Vec<Name>,
    /// Places in the order that callers abandoned and may resume.
    pub abandoned: Vec<Abandoned>,
    /// Idempotency keys: name, digest, when remembered.
    pub keys: Vec<(Name, u64, Timestamp)>,
}

impl Model {
    pub fn new(canary: Option<Canary>) -> Self {
        let mut settings = Settings::default();
        for (channel, exclusive) in CHANNELS {
            settings.channels.insert(
                Name::of(channel),
                ChannelRule {
                    exclusive,
                    capacity: Capacity::of(1),
                    live: Some(!matches!(
                        channel,
                        "email" | "counter" | "callback" | "task"
                    )),
                },
            );
        }
        Self {
            canary,
            now: 0,
            settings,
            agents: Vec::new(),
            removed: Vec::new(),
            queues: vec![Queue {
                name: Name::of("default"),
                policy: Policy::default(),
                exists: true,
                last_offered: None,
            }],
            customers: Vec::new(),
            cases: Vec::new(),
            contacts: Vec::new(),
            ended: Vec::new(),
            arrivals: 0,
            sessions: Vec::new(),
            gone: Vec::new(),
            grace: Vec::new(),
            listed: Vec::new(),
            clock: (Timestamp::MIN, timers::Kind::Scheduled),
            offer_last: 0,
            hints: Hints::default(),
            escalated: Vec::new(),
            freed: Vec::new(),
            round: Vec::new(),
            abandoned: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// Applies one command, like `Router::apply`.
    pub fn apply(&mut self, stamped: &Stamped) -> Verdict {
        self.now = stamped.at;
        self.escalated.clear();
        if stamped.command == Command::Restarted {
            // Rule 10: what falls due meanwhile finds nobody there.
            self.all_sessions_closed();
            self.all_desktops_closed();
        }
        self.fire_due();
        if let Some(key) = &stamped.key
            && let Some((_, digest, _)) = self.keys.iter().find(|(name, ..)| *name == key.name)
        {
            let same = *digest == key.digest;
            self.forget();
            return if same {
                Ok(())
            } else {
                Err(RejectKind::Conflict)
            };
        }
        let verdict = self.command(stamped);
        if let (Some(key), Ok(())) = (&stamped.key, verdict) {
            self.remember_key(key);
        }
        assert!(
            verdict.is_ok() || self.freed.is_empty(),
            "a refused command changes nothing"
        );
        if verdict.is_ok() && stamped.command != Command::Tick {
            self.settle();
        }
        self.forget();
        verdict
    }

    /// The oldest keys make room for a new one.
    fn remember_key(&mut self, key: &Key) {
        self.keys.push((key.name.clone(), key.digest, self.now));
        let most = self.settings.keep_keys_max as usize;
        let keep = self.settings.keep_keys_ms.0;
        let old = |keys: &[(Name, u64, Timestamp)]| {
            keys.first()
                .is_some_and(|first| keys.len() > most || self.now - first.2 > keep)
        };
        while old(&self.keys) {
            self.keys.remove(0);
        }
    }

    fn command(&mut self, stamped: &Stamped) -> Verdict {
        match &stamped.command {
            Command::Tick | Command::Reloaded => Ok(()),
            Command::Restarted => self.restarted(),
            Command::Session(SessionCommand::Opened(session)) => {
                self.session_opened(&session.client)
            }
            Command::Session(SessionCommand::Closed(session)) => {
                self.session_closed(&session.client)
            }
            Command::Session(SessionCommand::DesktopClosed(of)) => self.desktop_closed(of.session),
            Command::Agent(AgentCommand::Set(set)) => self.agent_set(set),
            Command::Agent(AgentCommand::Presence(presence)) => self.agent_presence(presence),
            Command::Agent(AgentCommand::Remove(remove)) => self.agent_remove(remove),
            Command::Agent(AgentCommand::Device(set)) => {
                self.agent_device(set, stamped.source.as_ref())
            }
            Command::Agent(AgentCommand::Queue(set)) => self.agent_queue(set),
            Command::Agent(AgentCommand::Update(update)) => self.agent_update(update),
            Command::Agent(AgentCommand::WrapUpEnd(of)) => self.wrap_up_end(&of.agent),
            Command::Queue(QueueCommand::Set(set)) => self.queue_set(set),
            Command::Queue(QueueCommand::Remove(of)) => self.queue_remove(&of.queue),
            Command::Settings(patch) => self.settings_set(patch),
            Command::Customer(CustomerCommand::Link(link)) => self.customer_link(link),
            Command::Customer(CustomerCommand::Exclude(exclude)) => self.customer_exclude(exclude),
            Command::Customer(CustomerCommand::Unlink(unlink)) => self.customer_unlink(unlink),
            Command::Contact(ContactCommand::Submit(submit)) => {
                self.contact_submit(submit, stamped.source.as_ref())
            }
            Command::Contact(ContactCommand::Update(update)) => self.contact_update(update),
            Command::Contact(ContactCommand::Cancel(cancel)) => self.contact_cancel(cancel),
            Command::Contact(ContactCommand::End(end)) => self.contact_end(end),
            Command::Contact(ContactCommand::Transfer(transfer)) => self.contact_transfer(transfer),
            Command::Contact(ContactCommand::Assign(to)) => self.contact_assign(to),
            Command::Contact(ContactCommand::Sync(sync)) => {
                self.contact_sync(sync, stamped.source.as_ref())
            }
            Command::Offer(OfferCommand::Accept(of)) => self.offer_accept(of),
            Command::Offer(OfferCommand::Decline(decline)) => self.offer_decline(decline),
            Command::Case(CaseCommand::Open(open)) => self.case_open(open),
            Command::Case(CaseCommand::Note(note)) => self.case_note(note),
            Command::Case(CaseCommand::Resolve(act)) => self.case_resolve(&act.case),
            Command::Case(CaseCommand::Reopen(act)) => self.case_reopen(&act.case),
            Command::Case(CaseCommand::Close(act)) => self.case_close(&act.case),
            Command::Case(CaseCommand::Handover(handover)) => self.case_handover(handover),
            other @ (Command::Agent(AgentCommand::Absence(_))
            | Command::Agent(AgentCommand::Succession(_))
            | Command::Contact(
                ContactCommand::Callback(_)
                | ContactCommand::Leave(_)
                | ContactCommand::Retrieve(_)
                | ContactCommand::Hold(_)
                | ContactCommand::Take(_)
                | ContactCommand::Outcome(_),
            )) => {
                panic!("the workload makes no {other:?}")
            }
            Command::Kind(KindCommand::Set(_))
            | Command::Kind(KindCommand::Remove(_))
            | Command::Calendar(CalendarCommand::Set(_))
            | Command::Calendar(CalendarCommand::Remove(_))
            | Command::Case(CaseCommand::Assist(_))
            | Command::Case(CaseCommand::AssistDone(_))
            | Command::Case(CaseCommand::Wait(_))
            | Command::Case(CaseCommand::Advance(_))
            | Command::Case(CaseCommand::Extend(_))
            | Command::Case(CaseCommand::FollowUp(_)) => {
                unreachable!("the workload has no clocks: tests/cases lives a year of them")
            }
        }
    }

    pub fn agent(&self, name: &Name) -> Option<&Agent> {
        self.agents.iter().find(|agent| agent.name == *name)
    }

    /// An agent, or a removed one as it was.
    fn agent_or_removed(&self, name: &Name) -> Option<&Agent> {
        let mut all = self.agents.iter().chain(&self.removed);
        all.find(|agent| agent.name == *name)
    }

    fn agent_mut(&mut self, name: &Name) -> &mut Agent {
        self.agents
            .iter_mut()
            .find(|agent| agent.name == *name)
            .expect("the agent exists")
    }

    pub fn policy(&self, queue: &Name) -> &Policy {
        let queue = self.queues.iter().find(|known| known.name == *queue);
        &queue.expect("a contact's queue exists").policy
    }

    pub fn has_queue(&self, queue: &Name) -> bool {
        let mut queues = self.queues.iter();
        queues.any(|known| known.name == *queue && known.exists)
    }

    /// The index of a contact that has not ended.
    pub fn live(&self, contact: &Name) -> Option<usize> {
        self.contacts
            .iter()
            .position(|known| known.name == *contact)
    }

    /// A contact, ended or not.
    pub fn contact(&self, contact: &Name) -> Option<&Contact> {
        let mut all = self.contacts.iter().chain(&self.ended);
        all.find(|known| known.name == *contact)
    }

    /// The index of a contact in one of the states; another state is a conflict, an unknown contact
    /// is not found.
    fn must_be(&self, contact: &Name, states: &[ContactState]) -> Result<usize, RejectKind> {
        let fits = |idx: &usize| states.contains(&self.contacts[*idx].state());
        match self.live(contact).filter(fits) {
            Some(idx) => Ok(idx),
            None if self.contact(contact).is_some() => Err(RejectKind::Conflict),
            None => Err(RejectKind::NotFound),
        }
    }

    /// Forgets what ended longer ago than it is kept.
    fn forget(&mut self) {
        let settings = &self.settings;
        let most = settings.keep_ended_max as usize;
        let keep = settings.keep_ended_ms.0;
        let old = |contact: &Contact| contact.ended_at.is_some_and(|at| self.now - at > keep);
        while self.ended.len() > most || self.ended.first().is_some_and(old) {
            self.ended.remove(0);
        }
    }

    /// Closed cases that the router may forget, since nothing refers to them.
    pub fn forgettable(&self) -> Vec<usize> {
        let affinity = self.queues.iter().map(|queue| &queue.policy.ownership);
        let affinity = affinity.map(|ownership| ownership.affinity_ms.0).max();
        let keep = self.settings.keep_ended_ms.0.max(affinity.unwrap_or(0));
        let old = |case: &Case| case.closed_at.is_some_and(|at| self.now - at > keep);
        let used = |idx: usize| {
            let mut contacts = self.contacts.iter().chain(&self.ended);
            contacts.any(|contact| contact.case == Some(idx))
        };
        (0..self.cases.len())
            .filter(|idx| old(&self.cases[*idx]) && !used(*idx))
            .collect()
    }

    /// Removes the ended contacts, in the order in which the router ended them.
    fn remove_ended(&mut self) {
        let mut over: Vec<usize> = (0..self.contacts.len())
            .filter(|idx| self.contacts[*idx].state() == ContactState::Ended)
            .collect();
        if over.is_empty() {
            return;
        }
        over.sort_by_key(|idx| {
            let name = &self.contacts[*idx].name;
            let mut ends = self.hints.ends.iter();
            ends.position(|ended| ended == name).unwrap_or(usize::MAX)
        });
        for idx in &over {
            let mut contact = self.contacts[*idx].clone();
            contact.ended_at = Some(self.now);
            self.ended.push(contact);
        }
        over.sort_unstable();
        for idx in over.into_iter().rev() {
            self.contacts.remove(idx);
        }
    }

    fn free(&mut self, agent: &Name) {
        if !self.freed.contains(agent) {
            self.freed.push(agent.clone());
        }
    }

    fn free_all(&mut self) {
        for agent in self.agents.clone() {
            self.free(&agent.name);
        }
    }
}
