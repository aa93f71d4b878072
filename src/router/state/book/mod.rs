//! The book of one tenant: the whole routing state.
//!
//! It has the entities, the indexes over them, and the time reached. Code with only a `&Book`
//! decides or reads and cannot change anything; acts change it through `Router`, which owns it.

// To bytes and back.
mod image;

// Lookup and names.
mod find;
mod names;

// Changes that keep an invariant.
mod belonging;
mod counts;
mod deadlines;
mod forget;
mod free;
mod offers;
mod owner;
mod people;
mod places;
mod platforms;
mod policy;
mod whereabouts;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hashbrown::HashMap;

pub use image::IMAGE_FORMAT;

use crate::calendar::Calendar;
use crate::router::api::answer::Answer;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Key, Name, QueueIdx};
use crate::router::api::policy::{DEFAULT_QUEUE, Policy, Settings};
use crate::router::api::time::Timestamp;
use crate::router::state::agent::Agent;
use crate::router::state::case::{Case, Cases};
use crate::router::state::channels::Channels;
use crate::router::state::contact::Contact;
use crate::router::state::contacts::Contacts;
use crate::router::state::customer::{Customer, Customers};
use crate::router::state::idle::IdleOrder;
use crate::router::state::keys::Keys;
use crate::router::state::kind::Kinds;
use crate::router::state::queue::{Counts, Queue};
use crate::router::state::skill::{Interner, Skilled};
use crate::router::state::sources::Sources;
use crate::router::state::timers::{Timer, Timers};
use crate::router::state::waiting::Waiting;

type ByName<T> = HashMap<Name, T, foldhash::fast::RandomState>;

/// The routing state of one tenant.
#[derive(Debug)]
pub struct Book {
    at: Timestamp,
    /// How far the deadlines of the present instant are handled; never goes back within one.
    come_to: (Timestamp, Timer),
    /// The random number of the present command.
    chance: u64,
    offer_seq: u64,
    arrival_seq: u64,
    settings: Settings,
    channels: Channels,
    skills: Interner,
    skilled: Skilled,
    teams: Interner,
    agents: Vec<Agent>,
    agents_by_name: ByName<AgentIdx>,
    queues: Vec<Queue>,
    queues_by_name: ByName<QueueIdx>,
    /// The longest affinity of any queue to the last owner of a closed case.
    longest_affinity_ms: i64,
    customers: Customers,
    cases: Cases,
    contacts: Contacts,
    sources: Sources,
    keys: Keys,
    counts: Counts,
    kinds: Kinds,
    calendars: BTreeMap<Name, Calendar>,
    /// Ended contacts and closed cases, in the order in which they may be forgotten.
    ended: VecDeque<(Timestamp, ContactIdx)>,
    closed: VecDeque<(Timestamp, CaseIdx)>,
    /// Open offers by number.
    open_offers: HashMap<u64, ContactIdx, foldhash::fast::RandomState>,

    idle: IdleOrder,
    waiting: Waiting,
    timers: Timers,
    /// Freed agents that have not chosen yet.
    pending_agents: Vec<AgentIdx>,
    /// Agents whose waiting contacts must be decided again.
    changed_agents: Vec<AgentIdx>,
    /// Agents whose state changed and has not been told yet, in the order of the changes.
    untold_agents: VecDeque<AgentIdx>,
    /// At least the waiting contacts that do not go back to who passed them on.
    passed: BTreeSet<ContactIdx>,
    /// The contacts whose round of parallel offers is being made.
    rounds: Vec<ContactIdx>,
    /// The number of agents with a limit on new cases.
    bounded: u32,
    /// The agents who are not offline.
    logged_in: BTreeSet<AgentIdx>,
    /// Every customer is taken to have a number, as in a simulation, whose arrivals name none.
    assumes_numbers: bool,
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
            untold_agents: VecDeque::new(),
            passed: BTreeSet::new(),
            rounds: Vec::new(),
            bounded: 0,
            logged_in: BTreeSet::new(),
            assumes_numbers: false,
        };
        book.idle.set_channels(book.channels.len());
        let name = Name::of(DEFAULT_QUEUE);
        let queue = Queue::new(name.clone(), Policy::default(), &mut book.skills);
        book.queues.push(queue);
        book.queues_by_name.insert(name, QueueIdx::of(0));
        book.find_longest_affinity();
        book
    }

    /// From now on every customer is taken to have a number.
    pub(in crate::router) fn assume_numbers(&mut self) {
        self.assumes_numbers = true;
    }

    pub(in crate::router) fn assumes_numbers(&self) -> bool {
        self.assumes_numbers
    }

    /// The time of the last command or deadline.
    pub(in crate::router) fn at(&self) -> Timestamp {
        self.at
    }

    /// How far the deadlines of the present instant are handled.
    pub(in crate::router) fn come_to(&self) -> (Timestamp, Timer) {
        self.come_to
    }

    /// Advances to a time; never back.
    pub(in crate::router) fn go_on_to(&mut self, at: Timestamp) {
        self.at = self.at.max(at);
    }

    /// Records how far the deadlines of the present instant are handled.
    pub(in crate::router) fn come_past(&mut self, timer: Timer) {
        self.come_to = self.come_to.max((self.at, timer));
    }

    /// Sets the random number of the present command.
    pub(in crate::router) fn set_chance(&mut self, chance: u64) {
        self.chance = chance;
    }

    pub(in crate::router) fn chance(&self) -> u64 {
        self.chance
    }

    pub(in crate::router) fn offer_seq(&self) -> u64 {
        self.offer_seq
    }

    pub(in crate::router) fn arrival_seq(&self) -> u64 {
        self.arrival_seq
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(in crate::router) fn settings_mut(&mut self) -> &mut Settings {
        &mut self.settings
    }

    pub(in crate::router) fn channels(&self) -> &Channels {
        &self.channels
    }

    pub(in crate::router) fn skills_mut(&mut self) -> &mut Interner {
        &mut self.skills
    }

    pub(in crate::router) fn skills(&self) -> &Interner {
        &self.skills
    }

    pub(in crate::router) fn skilled(&self) -> &Skilled {
        &self.skilled
    }

    pub(in crate::router) fn teams(&self) -> &Interner {
        &self.teams
    }

    pub(in crate::router) fn agents(&self) -> &[Agent] {
        &self.agents
    }

    pub(in crate::router) fn queues(&self) -> &[Queue] {
        &self.queues
    }

    pub(in crate::router) fn customers(&self) -> &Customers {
        &self.customers
    }

    pub(in crate::router) fn cases(&self) -> &Cases {
        &self.cases
    }

    pub(in crate::router) fn contacts(&self) -> &Contacts {
        &self.contacts
    }

    pub(in crate::router) fn sources_mut(&mut self) -> &mut Sources {
        &mut self.sources
    }

    pub(in crate::router) fn sources(&self) -> &Sources {
        &self.sources
    }

    pub(in crate::router) fn keys(&self) -> &Keys {
        &self.keys
    }

    pub(in crate::router) fn kinds_mut(&mut self) -> &mut Kinds {
        &mut self.kinds
    }

    /// Stores the answer of a request under its key.
    pub(in crate::router) fn remember_answer(&mut self, key: &Key, answer: &Answer) {
        self.keys.remember(key, answer, self.at, &self.settings);
    }

    pub(in crate::router) fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    pub(in crate::router) fn calendars_mut(&mut self) -> &mut BTreeMap<Name, Calendar> {
        &mut self.calendars
    }

    pub(in crate::router) fn calendars(&self) -> &BTreeMap<Name, Calendar> {
        &self.calendars
    }

    /// Contacts of the tenant by state.
    pub(in crate::router) fn counts(&self) -> Counts {
        self.counts
    }

    pub(in crate::router) fn idle(&self) -> &IdleOrder {
        &self.idle
    }

    pub(in crate::router) fn waiting(&self) -> &Waiting {
        &self.waiting
    }

    pub(in crate::router) fn timers(&self) -> &Timers {
        &self.timers
    }

    pub(in crate::router) fn longest_affinity_ms(&self) -> i64 {
        self.longest_affinity_ms
    }

    /// The number of agents with a limit on new cases.
    pub(in crate::router) fn bounded(&self) -> u32 {
        self.bounded
    }

    /// The agents who are not offline, by number.
    pub(in crate::router) fn logged_in(&self) -> impl Iterator<Item = AgentIdx> + '_ {
        self.logged_in.iter().copied()
    }

    /// Freed agents that have not chosen yet.
    pub(in crate::router) fn pending_agents(&self) -> &[AgentIdx] {
        &self.pending_agents
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
