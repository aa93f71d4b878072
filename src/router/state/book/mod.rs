//! The book of one tenant: all that its routing knows.
//!
//! It holds the nouns, the indexes over them, and how far its time has come. Who only has a `&Book`
//! decides or looks and cannot change anything; the acts change it through `Router`, which owns it.

// As bytes and back.
mod image;

// Finding and naming.
mod find;
mod names;

// The changes that keep an invariant.
mod belonging;
mod counts;
mod deadlines;
mod forget;
mod free;
mod offers;
mod owner;
mod people;
mod places;
mod policy;

use std::collections::{BTreeMap, VecDeque};

use hashbrown::HashMap;

use crate::calendar::Calendar;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name, QueueIdx};
use crate::router::api::policy::{DEFAULT_QUEUE, Policy, Settings};
use crate::router::api::time::Timestamp;
use crate::router::state::agent::{Agent, Channels};
use crate::router::state::case::{Case, Cases};
use crate::router::state::contact::{Contact, Contacts};
use crate::router::state::customer::{Customer, Customers};
use crate::router::state::idle::IdleOrder;
use crate::router::state::keys::Keys;
use crate::router::state::kinds::Kinds;
use crate::router::state::queue::{Counts, Queue};
use crate::router::state::skill::{Interner, Skilled};
use crate::router::state::sources::Sources;
use crate::router::state::timers::{Timer, Timers};
use crate::router::state::waiting::Waiting;

type ByName<T> = HashMap<Name, T, foldhash::fast::RandomState>;

/// All that one tenant's routing knows.
#[derive(Debug)]
pub struct Book {
    pub(in crate::router) at: Timestamp,
    /// How far the deadlines of an instant have come; never back within one.
    pub(in crate::router) come_to: (Timestamp, Timer),
    /// The random number that came with the command.
    pub(in crate::router) chance: u64,
    pub(in crate::router) offer_seq: u64,
    pub(in crate::router) arrival_seq: u64,
    pub(in crate::router) settings: Settings,
    pub(in crate::router) channels: Channels,
    pub(in crate::router) skills: Interner,
    pub(in crate::router) skilled: Skilled,
    pub(in crate::router) teams: Interner,
    pub(in crate::router) agents: Vec<Agent>,
    pub(in crate::router) agents_by_name: ByName<AgentIdx>,
    pub(in crate::router) queues: Vec<Queue>,
    pub(in crate::router) queues_by_name: ByName<QueueIdx>,
    /// The longest time for which any queue prefers the last owner of a closed case.
    pub(in crate::router) longest_affinity_ms: i64,
    pub(in crate::router) customers: Customers,
    pub(in crate::router) cases: Cases,
    pub(in crate::router) contacts: Contacts,
    pub(in crate::router) sources: Sources,
    pub(in crate::router) keys: Keys,
    pub(in crate::router) counts: Counts,
    pub(in crate::router) kinds: Kinds,
    pub(in crate::router) calendars: BTreeMap<Name, Calendar>,
    /// Contacts and cases that are over, in the order in which they may be forgotten.
    pub(in crate::router) ended: VecDeque<(Timestamp, ContactIdx)>,
    pub(in crate::router) closed: VecDeque<(Timestamp, CaseIdx)>,
    /// Open offers by number.
    pub(in crate::router) open_offers: HashMap<u64, ContactIdx, foldhash::fast::RandomState>,

    pub(in crate::router) idle: IdleOrder,
    pub(in crate::router) waiting: Waiting,
    pub(in crate::router) timers: Timers,
    /// Agents that became free and are still to choose.
    pub(in crate::router) pending_agents: Vec<AgentIdx>,
    /// Agents whose waiting contacts are to be judged anew.
    pub(in crate::router) changed_agents: Vec<AgentIdx>,
    /// Agents whose new cases are bounded.
    pub(in crate::router) bounded: u32,
}

impl Book {
    /// A book with the queue `default` and nothing else.
    pub(in crate::router) fn new() -> Self {
        let settings = Settings::default();
        let channels = Channels::of(&settings);
        let mut book = Self {
            at: Timestamp::MIN,
            come_to: (Timestamp::MIN, Timer::LAST),
            chance: 0,
            offer_seq: 0,
            arrival_seq: 0,
            settings,
            channels,
            skills: Interner::default(),
            skilled: Skilled::default(),
            teams: Interner::default(),
            agents: Vec::new(),
            agents_by_name: ByName::default(),
            queues: Vec::new(),
            queues_by_name: ByName::default(),
            longest_affinity_ms: 0,
            customers: Customers::default(),
            cases: Cases::default(),
            contacts: Contacts::default(),
            sources: Sources::default(),
            keys: Keys::default(),
            counts: Counts::default(),
            kinds: Kinds::default(),
            calendars: BTreeMap::new(),
            ended: VecDeque::new(),
            closed: VecDeque::new(),
            open_offers: HashMap::default(),
            idle: IdleOrder::default(),
            waiting: Waiting::default(),
            timers: Timers::default(),
            pending_agents: Vec::new(),
            changed_agents: Vec::new(),
            bounded: 0,
        };
        book.idle.set_channels(book.channels.len());
        let name = Name::of(DEFAULT_QUEUE);
        let queue = Queue::new(name.clone(), Policy::default(), &mut book.skills);
        book.queues.push(queue);
        book.queues_by_name.insert(name, QueueIdx::of(0));
        book.find_longest_affinity();
        book
    }

    pub(in crate::router) fn agent(&self, idx: AgentIdx) -> &Agent {
        &self.agents[idx.at()]
    }

    pub(in crate::router) fn agent_mut(&mut self, idx: AgentIdx) -> &mut Agent {
        &mut self.agents[idx.at()]
    }

    pub(in crate::router) fn queue(&self, idx: QueueIdx) -> &Queue {
        &self.queues[idx.at()]
    }

    pub(in crate::router) fn queue_mut(&mut self, idx: QueueIdx) -> &mut Queue {
        &mut self.queues[idx.at()]
    }

    pub(in crate::router) fn customer(&self, idx: CustomerIdx) -> &Customer {
        &self.customers[idx]
    }

    pub(in crate::router) fn customer_mut(&mut self, idx: CustomerIdx) -> &mut Customer {
        &mut self.customers[idx]
    }

    pub(in crate::router) fn case(&self, idx: CaseIdx) -> &Case {
        &self.cases[idx]
    }

    pub(in crate::router) fn case_mut(&mut self, idx: CaseIdx) -> &mut Case {
        &mut self.cases[idx]
    }

    pub(in crate::router) fn contact(&self, idx: ContactIdx) -> &Contact {
        &self.contacts[idx]
    }

    pub(in crate::router) fn contact_mut(&mut self, idx: ContactIdx) -> &mut Contact {
        &mut self.contacts[idx]
    }
}
