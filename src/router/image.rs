//! The whole state as bytes and back, and its digest.
//!
//! The image holds what the commands made; indexes, lists of who waits for whom and timers are
//! made anew from it. Two routers that went through the same commands have the same image.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;

use super::api::both::{Both, InTurn};
use super::api::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name, QueueIdx, SourceIdx};
use super::api::policy::Settings;
use super::api::time::Timestamp;
use super::state::agent::{Agent, Channels};
use super::state::case::Cases;
use super::state::contact::{Contact, Deadline};
use super::state::customer::Customers;
use super::state::keys::Remembered;
use super::state::kinds::Kinds;
use super::state::queue::{Counts, Queue};
use super::state::skill::Interner;
use super::state::sources::Source;
use super::state::timers::Timer;
use super::store::few::Few;
use super::store::segments::Segments;
use super::{Detail, Router};
use crate::calendar::Calendar;

/// The version of the image's layout. A router reads only its own.
pub const IMAGE_FORMAT: u32 = 4;

/// Records of one block; the last has fewer.
const BLOCK_RECORDS: usize = 1_024;

/// Images with fewer blocks of records are not worth a second thread.
const BLOCKS_SHARED_MIN: usize = 8;

/// What millions are kept of stands in blocks of its own, each to be read without the others.
#[derive(Deserialize)]
struct Image<'a> {
    format: u32,
    centre: &'a [u8],
    #[serde(borrow)]
    customers: Vec<&'a [u8]>,
    cases: Vec<&'a [u8]>,
}

#[derive(Serialize)]
struct CentreRef<'a> {
    at: Timestamp,
    event_seq: u64,
    offer_seq: u64,
    arrival_seq: u64,
    settings: &'a Settings,
    skills: &'a [Name],
    teams: &'a [Name],
    agents: &'a [Agent],
    queues: &'a [Queue],
    unattached: &'a BTreeMap<CustomerIdx, Few<ContactIdx>>,
    free_cases: &'a [CaseIdx],
    cases_opened: u64,
    contacts: &'a [Option<Box<Contact>>],
    free_contacts: &'a [ContactIdx],
    sources: &'a [Source],
    keys: Vec<&'a Remembered>,
    ended: Vec<(Timestamp, ContactIdx)>,
    closed: Vec<(Timestamp, CaseIdx)>,
    counts: Counts,
    kinds: &'a Kinds,
    calendars: &'a BTreeMap<Name, Calendar>,
}

/// All but customers and cases.
#[derive(Deserialize)]
struct Centre {
    at: Timestamp,
    event_seq: u64,
    offer_seq: u64,
    arrival_seq: u64,
    settings: Settings,
    skills: Vec<Name>,
    teams: Vec<Name>,
    agents: Vec<Agent>,
    queues: Vec<Queue>,
    unattached: BTreeMap<CustomerIdx, Few<ContactIdx>>,
    free_cases: Vec<CaseIdx>,
    cases_opened: u64,
    contacts: Vec<Option<Box<Contact>>>,
    free_contacts: Vec<ContactIdx>,
    sources: Vec<Source>,
    keys: Vec<Remembered>,
    ended: Vec<(Timestamp, ContactIdx)>,
    closed: Vec<(Timestamp, CaseIdx)>,
    counts: Counts,
    kinds: Kinds,
    calendars: BTreeMap<Name, Calendar>,
}

fn written(part: &(impl Serialize + ?Sized)) -> Vec<u8> {
    postcard::to_stdvec(part).expect("the state is writable to memory")
}

/// Appends what [`Image`] reads as `Vec<&[u8]>`.
fn append<T: Serialize>(out: &mut Vec<u8>, records: &Segments<T>) {
    out.extend(written(&records.len().div_ceil(BLOCK_RECORDS)));
    let mut records = records.iter().peekable();
    let mut block = Vec::new();
    while records.peek().is_some() {
        block.clear();
        for record in records.by_ref().take(BLOCK_RECORDS) {
            block = postcard::to_extend(record, block).expect("the state is writable to memory");
        }
        out.extend(written(&block.len()));
        out.extend(&block);
    }
}

fn damaged(error: &postcard::Error) -> String {
    format!("damaged image: {error}")
}

/// Reads blocks of records; `see` is shown each with its number.
fn read<'a, T: Deserialize<'a>>(
    blocks: &[&'a [u8]],
    mut see: impl FnMut(usize, &T),
) -> Result<Segments<T>, String> {
    let mut records = Segments::default();
    for block in blocks {
        let mut left = *block;
        while !left.is_empty() {
            let record: T;
            (record, left) = postcard::take_from_bytes(left).map_err(|error| damaged(&error))?;
            see(records.len(), &record);
            records.push(record);
        }
    }
    Ok(records)
}

impl Router {
    /// The whole state as bytes, for a snapshot. The same state gives the same bytes.
    pub fn image(&self) -> Vec<u8> {
        let centre = CentreRef {
            at: self.book.at,
            event_seq: self.event_seq,
            offer_seq: self.book.offer_seq,
            arrival_seq: self.book.arrival_seq,
            settings: &self.book.settings,
            skills: self.book.skills.names(),
            teams: self.book.teams.names(),
            agents: &self.book.agents,
            queues: &self.book.queues,
            unattached: &self.book.customers.unattached,
            free_cases: &self.book.cases.free,
            cases_opened: self.book.cases.opened,
            contacts: &self.book.contacts.slots,
            free_contacts: &self.book.contacts.free,
            sources: &self.book.sources.slots,
            keys: self.book.keys.list.iter().collect(),
            ended: self.book.ended.iter().copied().collect(),
            closed: self.book.closed.iter().copied().collect(),
            counts: self.book.counts,
            kinds: &self.book.kinds,
            calendars: &self.book.calendars,
        };
        let mut image = written(&(IMAGE_FORMAT, Bytes::new(&written(&centre))));
        append(&mut image, &self.book.customers.slots);
        append(&mut image, &self.book.cases.slots);
        image
    }

    /// A digest of the state: equal states have equal digests.
    pub fn digest(&self) -> [u8; 32] {
        *blake3::hash(&self.image()).as_bytes()
    }

    /// The router that [`Router::image`] was taken of. The error says what the bytes are instead.
    pub fn from_image(bytes: &[u8]) -> Result<Self, String> {
        Self::from_image_by(bytes, &InTurn)
    }

    /// The same, where somebody else may read a half of a large image meanwhile.
    pub fn from_image_by(bytes: &[u8], both: &impl Both) -> Result<Self, String> {
        let (format, _rest): (u32, _) =
            postcard::take_from_bytes(bytes).map_err(|error| format!("no image: {error}"))?;
        if format != IMAGE_FORMAT {
            return Err(format!(
                "image of format {format}: this program reads format {IMAGE_FORMAT}"
            ));
        }
        let image: Image<'_> = postcard::from_bytes(bytes).map_err(|error| damaged(&error))?;
        debug_assert_eq!(image.format, IMAGE_FORMAT, "checked before it was read");
        let is_large = image.customers.len() + image.cases.len() >= BLOCKS_SHARED_MIN;
        let one = || {
            let customers = Customers::read(|see| read(&image.customers, see))?;
            let centre: Centre =
                postcard::from_bytes(image.centre).map_err(|error| damaged(&error))?;
            Ok::<_, String>((customers, centre))
        };
        let other = || Cases::read(|see| read(&image.cases, see));
        let (one, other) = if is_large {
            both.both(one, other)
        } else {
            InTurn.both(one, other)
        };
        let (customers, centre) = one?;
        Ok(Self::of_parts(centre, customers, other?))
    }

    fn of_parts(centre: Centre, customers: Customers, cases: Cases) -> Self {
        let mut router = Self::with_detail(Detail::FULL);
        router.book.at = centre.at;
        router.book.come_to = (centre.at, Timer::LAST);
        router.event_seq = centre.event_seq;
        router.book.offer_seq = centre.offer_seq;
        router.book.arrival_seq = centre.arrival_seq;
        router.book.channels = Channels::of(&centre.settings);
        router.book.settings = centre.settings;
        router.book.skills = Interner::from_names(centre.skills);
        router.book.teams = Interner::from_names(centre.teams);
        router
            .book
            .waiting
            .teams
            .resize_with(router.book.teams.names().len(), Default::default);
        let bounded = |agent: &&Agent| agent.exists && agent.bonds.is_bounded();
        router.book.bounded = centre.agents.iter().filter(bounded).count() as u32;
        router.book.agents = centre.agents;
        for agent in router.book.agents.iter().filter(|agent| agent.exists) {
            router.book.skilled.add(&agent.skills);
        }
        router.book.queues = centre.queues;
        router.book.find_longest_affinity();
        router.book.customers = customers;
        router.book.customers.unattached = centre.unattached;
        router.book.cases = cases;
        router.book.cases.free = centre.free_cases;
        router.book.cases.opened = centre.cases_opened;
        router.book.contacts.slots = centre.contacts;
        router.book.contacts.free = centre.free_contacts;
        router.book.sources.slots = centre.sources;
        for key in centre.keys {
            router.book.keys.push(key);
        }
        router.book.ended = centre.ended.into();
        router.book.closed = centre.closed.into();
        router.book.counts = centre.counts;
        router.book.kinds = centre.kinds;
        router.book.calendars = centre.calendars;
        router.index_names();
        router.index_agents();
        router.index_contacts();
        router.arm_timers();
        router.prune_timers();
        router
    }

    fn index_names(&mut self) {
        for n in 0..self.book.agents.len() {
            if let Some(deputy) = self.book.agents[n].deputy {
                let of = AgentIdx::from_usize(n);
                self.book.agents[deputy.at()].deputy_of.push(of);
            }
        }
        self.book.agents_by_name = self
            .book
            .agents
            .iter()
            .enumerate()
            .map(|(n, agent)| (agent.id.clone(), AgentIdx::from_usize(n)))
            .collect();
        self.book.queues_by_name = self
            .book
            .queues
            .iter()
            .enumerate()
            .map(|(n, queue)| (queue.id.clone(), QueueIdx::from_usize(n)))
            .collect();
        for (n, source) in self.book.sources.slots.iter().enumerate() {
            self.book
                .sources
                .by_name
                .insert(source.name.clone(), SourceIdx::from_usize(n));
        }
        let mut names: Vec<(Name, ContactIdx)> = Vec::new();
        for (n, contact) in self.book.contacts.slots.iter().enumerate() {
            if let Some(contact) = contact {
                let idx = ContactIdx::from_usize(n);
                names.push((contact.id.clone(), idx));
                let slot = contact.slot();
                self.book
                    .contacts
                    .booked
                    .extend(slot.map(|slot| (slot.from_at, idx)));
                for offer in &contact.offers {
                    self.book.open_offers.insert(offer.id.0, idx);
                }
            }
        }
        for (name, idx) in names {
            self.book.contacts.note_name(&name, idx);
        }
        for queue in &mut self.book.queues {
            queue.resolve(&mut self.book.skills);
        }
    }

    /// Agents stand in the idle order by how long they have been idle.
    fn index_agents(&mut self) {
        self.book.idle = crate::router::state::idle::IdleOrder::default();
        self.book.idle.set_channels(self.book.channels.len());
        let mut order: Vec<AgentIdx> = (0..self.book.agents.len())
            .map(AgentIdx::from_usize)
            .filter(|idx| self.book.agents[idx.at()].idle_since.is_some())
            .collect();
        order.sort_by(|a, b| {
            let (a, b) = (&self.book.agents[a.at()], &self.book.agents[b.at()]);
            (a.idle_since, &a.id).cmp(&(b.idle_since, &b.id))
        });
        for idx in order {
            let since = self.book.agents[idx.at()]
                .idle_since
                .unwrap_or(Timestamp::MIN);
            self.book.idle.place(&mut self.book.agents, idx, since);
        }
        self.book.idle.settle(&mut self.book.agents);
        for n in 0..self.book.agents.len() {
            self.refresh(AgentIdx::from_usize(n));
        }
    }

    fn index_contacts(&mut self) {
        for n in 0..self.book.contacts.slots.len() {
            let idx = ContactIdx::from_usize(n);
            let Some(contact) = self.book.contacts.get(idx) else {
                continue;
            };
            if !contact.seeking() {
                continue;
            }
            self.book.note_seeking(idx);
            let contact = &self.book.contacts[idx];
            if contact.offers.is_empty() {
                let armed = self.book.contacts[idx].deadline(Deadline::OwnerWait);
                self.enter_index(idx);
                debug_assert_eq!(
                    armed,
                    self.book.contacts[idx].deadline(Deadline::OwnerWait),
                    "a wait for an owner ends when it did"
                );
            } else {
                self.note_hunger(idx);
            }
        }
    }

    /// Deadlines follow from what they are deadlines of.
    fn arm_timers(&mut self) {
        let mut due: Vec<(Timestamp, Timer, u32)> = Vec::new();
        for (n, agent) in self.book.agents.iter().enumerate() {
            let of = n as u32;
            due.extend(
                agent
                    .wraps
                    .iter()
                    .map(|wrap| (wrap.until_at, Timer::WrapUp, of)),
            );
            due.extend(agent.until_at.map(|at| (at, Timer::Presence, of)));
            due.extend(agent.retry_at.map(|at| (at, Timer::Retry, of)));
            due.extend(agent.bonds.absence_at.map(|at| (at, Timer::Absence, of)));
            let plan = agent.bonds.succession.as_deref();
            due.extend(plan.map(|plan| (plan.next_at, Timer::Succession, of)));
        }
        for (n, contact) in self.book.contacts.slots.iter().enumerate() {
            let Some(contact) = contact else { continue };
            let of = n as u32;
            due.extend(
                contact
                    .offers
                    .iter()
                    .map(|o| (o.expires_at, Timer::Offer, of)),
            );
            let deadlines = Deadline::ALL.into_iter();
            due.extend(deadlines.filter_map(|deadline| {
                let at = contact.deadline(deadline)?;
                Some((at, deadline.timer(), of))
            }));
            let wish_until = contact.extra.as_ref().and_then(|extra| extra.wish_until);
            due.extend(wish_until.map(|at| (at, Timer::Wish, of)));
        }
        for (n, case) in self.book.cases.slots.iter().enumerate() {
            let Some(case) = case else { continue };
            let progress = case.progress();
            let wait = progress.and_then(|p| p.wait.as_ref());
            let follow_up = progress.and_then(|p| p.follow_up.as_ref());
            let deadlines = [
                (wait.and_then(|wait| wait.until_at), Timer::CaseWait),
                (progress.and_then(|p| p.clock_at), Timer::CaseClock),
                (follow_up.and_then(|f| f.next_at), Timer::FollowUp),
                (case.close_at(), Timer::CloseCase),
            ];
            due.extend(
                deadlines
                    .iter()
                    .filter_map(|(at, timer)| at.map(|at| (at, *timer, n as u32))),
            );
        }
        for (at, timer, of) in due {
            self.book.timers.arm(at, timer, of);
        }
    }
}
