//! The book as bytes and back.
//!
//! The image holds what commands have set; indexes, lists and timers are rebuilt from it. Two books
//! that went through the same commands have the same image.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Display;

use serde::{Deserialize, Serialize};
use serde_bytes::Bytes;

use super::Book;
use crate::calendar::Calendar;
use crate::router::api::codes::Presence;
use crate::router::api::ids::{
    AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name, QueueIdx, SourceIdx,
};
use crate::router::api::join::{InTurn, Join};
use crate::router::api::policy::Settings;
use crate::router::api::time::Timestamp;
use crate::router::state::agent::Agent;
use crate::router::state::case::Cases;
use crate::router::state::channels::Channels;
use crate::router::state::contact::Contact;
use crate::router::state::customer::Customers;
use crate::router::state::idle::IdleOrder;
use crate::router::state::keys::Remembered;
use crate::router::state::kind::Kinds;
use crate::router::state::queue::{Counts, Queue};
use crate::router::state::skill::Interner;
use crate::router::state::sources::Source;
use crate::router::state::timers::{Due, Timer};
use crate::router::store::segments::Segments;
use crate::router::store::small_list::SmallList;
use crate::stored::{self, Stored, Writer, stored};

/// The layout of the image around its numbered fields. A router reads only its own version.
pub const IMAGE_FORMAT: u32 = 5;

/// Records in a block; the last has fewer.
const BLOCK_RECORDS: usize = 1_024;

/// An image with fewer blocks is not worth a second thread.
const BLOCKS_SHARED_MIN: usize = 8;

/// The records kept by the million, in blocks that can be read independently.
#[derive(Deserialize)]
struct Image<'a> {
    format: u32,
    centre: &'a [u8],
    #[serde(borrow)]
    customers: Vec<&'a [u8]>,
    cases: Vec<&'a [u8]>,
}

/// Everything except customers and cases.
struct Centre<'a> {
    at: Timestamp,
    event_seq: u64,
    offer_seq: u64,
    arrival_seq: u64,
    settings: Cow<'a, Settings>,
    skills: Cow<'a, [Name]>,
    teams: Cow<'a, [Name]>,
    agents: Cow<'a, [Agent]>,
    queues: Cow<'a, [Queue]>,
    unattached: Cow<'a, BTreeMap<CustomerIdx, SmallList<ContactIdx>>>,
    free_cases: Cow<'a, [CaseIdx]>,
    cases_opened: u64,
    contacts: Cow<'a, [Option<Box<Contact>>]>,
    free_contacts: Cow<'a, [ContactIdx]>,
    sources: Cow<'a, [Source]>,
    keys: Cow<'a, VecDeque<Remembered>>,
    ended: Cow<'a, VecDeque<(Timestamp, ContactIdx)>>,
    closed: Cow<'a, VecDeque<(Timestamp, CaseIdx)>>,
    counts: Counts,
    kinds: Cow<'a, Kinds>,
    calendars: Cow<'a, BTreeMap<Name, Calendar>>,
    /// The channels in the order of their numbers.
    channels: Cow<'a, [Name]>,
}

stored! {
    Centre<'a> {
        1 at, 2 event_seq, 3 offer_seq, 4 arrival_seq, 5 settings, 6 skills, 7 teams, 8 agents,
        9 queues, 10 unattached, 11 free_cases, 12 cases_opened, 13 contacts, 14 free_contacts,
        15 sources, 16 keys, 17 ended, 18 closed, 19 counts, 20 kinds, 21 calendars, 22 channels,
    }
}

fn written(part: &(impl Serialize + ?Sized)) -> Vec<u8> {
    postcard::to_stdvec(part).expect("the state is writable to memory")
}

/// Appends what [`Image`] reads as `Vec<&[u8]>`.
fn append<T: Stored>(out: &mut Vec<u8>, records: &Segments<T>) {
    out.extend(written(&records.len().div_ceil(BLOCK_RECORDS)));
    let mut records = records.iter().peekable();
    let mut block = Vec::new();
    while records.peek().is_some() {
        block.clear();
        let mut to_block = Writer::new(&mut block);
        for record in records.by_ref().take(BLOCK_RECORDS) {
            record.write(&mut to_block);
        }
        out.extend(written(&block.len()));
        out.extend(&block);
    }
}

fn damaged(error: &impl Display) -> String {
    format!("damaged image: {error}")
}

/// Reads blocks of records; `see` gets each with its number.
fn read<T: Stored>(
    blocks: &[&[u8]],
    mut see: impl FnMut(usize, &T),
) -> Result<Segments<T>, String> {
    let mut records = Segments::default();
    for block in blocks {
        let mut left = *block;
        while !left.is_empty() {
            let record: T;
            (record, left) = stored::read_next(left).map_err(|error| damaged(&error))?;
            see(records.len(), &record);
            records.push(record);
        }
    }
    Ok(records)
}

impl Book {
    /// The book as bytes, with the sequence number of the last event. Equal books give equal bytes.
    pub(in crate::router) fn image(&self, event_seq: u64) -> Vec<u8> {
        let centre = Centre {
            at: self.at,
            event_seq,
            offer_seq: self.offer_seq,
            arrival_seq: self.arrival_seq,
            settings: Cow::Borrowed(&self.settings),
            skills: Cow::Borrowed(self.skills.names()),
            teams: Cow::Borrowed(self.teams.names()),
            agents: Cow::Borrowed(&self.agents),
            queues: Cow::Borrowed(&self.queues),
            unattached: Cow::Borrowed(&self.customers.unattached),
            free_cases: Cow::Borrowed(&self.cases.free),
            cases_opened: self.cases.opened,
            contacts: Cow::Borrowed(&self.contacts.slots),
            free_contacts: Cow::Borrowed(&self.contacts.free),
            sources: Cow::Borrowed(&self.sources.slots),
            keys: Cow::Borrowed(&self.keys.list),
            ended: Cow::Borrowed(&self.ended),
            closed: Cow::Borrowed(&self.closed),
            counts: self.counts,
            kinds: Cow::Borrowed(&self.kinds),
            calendars: Cow::Borrowed(&self.calendars),
            channels: Cow::Borrowed(self.channels.names()),
        };
        let mut centre_bytes = Vec::new();
        stored::write(&mut centre_bytes, &centre);
        let mut image = written(&(IMAGE_FORMAT, Bytes::new(&centre_bytes)));
        append(&mut image, &self.customers.slots);
        append(&mut image, &self.cases.slots);
        image
    }

    /// Restores the book from [`Book::image`], with the sequence number of the last event; its
    /// contacts have no places yet. A second thread may read half of a large image.
    pub(in crate::router) fn from_image(
        bytes: &[u8],
        pieces: &impl Join,
    ) -> Result<(Self, u64), String> {
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
            let centre: Centre<'_> = stored::read(image.centre).map_err(|error| damaged(&error))?;
            Ok::<_, String>((customers, centre))
        };
        let other = || Cases::read(|see| read(&image.cases, see));
        let (one, other) = if is_large {
            pieces.join(one, other)
        } else {
            InTurn.join(one, other)
        };
        let (customers, centre) = one?;
        let event_seq = centre.event_seq;
        Ok((Self::of_parts(centre, customers, other?), event_seq))
    }

    fn of_parts(centre: Centre<'_>, customers: Customers, cases: Cases) -> Self {
        let mut book = Self::new();
        book.at = centre.at;
        book.come_to = (centre.at, Timer::LAST);
        book.offer_seq = centre.offer_seq;
        book.arrival_seq = centre.arrival_seq;
        book.channels = Channels::numbered(&centre.channels, &centre.settings);
        book.settings = centre.settings.into_owned();
        book.skills = Interner::from_names(centre.skills.into_owned());
        book.teams = Interner::from_names(centre.teams.into_owned());
        book.waiting
            .teams
            .resize_with(book.teams.names().len(), Default::default);
        let bounded = |agent: &&Agent| agent.exists && agent.bonds.is_bounded();
        book.bounded = centre.agents.iter().filter(bounded).count() as u32;
        let here =
            |(_, agent): &(usize, &Agent)| agent.exists && agent.presence() != Presence::Offline;
        let all = centre.agents.iter().enumerate().filter(here);
        book.logged_in = all.map(|(n, _)| AgentIdx::from_usize(n)).collect();
        book.agents = centre.agents.into_owned();
        for agent in &mut book.agents {
            agent.barred = agent.barred_by_whereabouts();
            agent.told = agent.state();
        }
        for agent in book.agents.iter().filter(|agent| agent.exists) {
            book.skilled.add(&agent.skills);
        }
        book.queues = centre.queues.into_owned();
        book.find_longest_affinity();
        book.customers = customers;
        book.customers.unattached = centre.unattached.into_owned();
        book.cases = cases;
        book.cases.free = centre.free_cases.into_owned();
        book.cases.opened = centre.cases_opened;
        book.contacts.slots = centre.contacts.into_owned();
        book.contacts.free = centre.free_contacts.into_owned();
        book.sources.slots = centre.sources.into_owned();
        book.sources.count_gone();
        for key in centre.keys.into_owned() {
            book.keys.push(key);
        }
        book.ended = centre.ended.into_owned();
        book.closed = centre.closed.into_owned();
        book.counts = centre.counts;
        book.kinds = centre.kinds.into_owned();
        book.calendars = centre.calendars.into_owned();
        book.index_names();
        book.index_agents();
        book.arm_timers();
        book
    }

    fn index_names(&mut self) {
        for n in 0..self.agents.len() {
            if let Some(deputy) = self.agents[n].deputy {
                let of = AgentIdx::from_usize(n);
                self.agents[deputy.at()].deputy_of.push(of);
            }
        }
        self.agents_by_name = self
            .agents
            .iter()
            .enumerate()
            .map(|(n, agent)| (agent.id.clone(), AgentIdx::from_usize(n)))
            .collect();
        self.queues_by_name = self
            .queues
            .iter()
            .enumerate()
            .map(|(n, queue)| (queue.id.clone(), QueueIdx::from_usize(n)))
            .collect();
        for (n, source) in self.sources.slots.iter().enumerate() {
            self.sources
                .by_name
                .insert(source.name.clone(), SourceIdx::from_usize(n));
        }
        let mut names: Vec<(Name, ContactIdx)> = Vec::new();
        for (n, contact) in self.contacts.slots.iter().enumerate() {
            if let Some(contact) = contact {
                let idx = ContactIdx::from_usize(n);
                names.push((contact.id.clone(), idx));
                if contact.passed_to_queue_by().is_some() {
                    self.passed.insert(idx);
                }
                let slot = contact.slot();
                self.contacts
                    .booked
                    .extend(slot.map(|slot| (slot.from_at, idx)));
                for offer in &contact.offers {
                    self.open_offers.insert(offer.id.0, idx);
                }
            }
        }
        for (name, idx) in names {
            self.contacts.note_name(&name, idx);
        }
        for queue in &mut self.queues {
            queue.resolve(&mut self.skills);
        }
    }

    /// Puts agents into the idle order by their idle times.
    fn index_agents(&mut self) {
        self.idle = IdleOrder::default();
        self.idle.set_channels(self.channels.len());
        let mut order: Vec<AgentIdx> = (0..self.agents.len())
            .map(AgentIdx::from_usize)
            .filter(|idx| self.agents[idx.at()].idle_since.is_some())
            .collect();
        order.sort_by(|a, b| {
            let (a, b) = (&self.agents[a.at()], &self.agents[b.at()]);
            (a.idle_since, &a.id).cmp(&(b.idle_since, &b.id))
        });
        for idx in order {
            let since = self.agents[idx.at()].idle_since.unwrap_or(Timestamp::MIN);
            self.idle.place(&mut self.agents, idx, since);
        }
        self.idle.settle(&mut self.agents);
        for n in 0..self.agents.len() {
            self.refresh(AgentIdx::from_usize(n));
        }
    }

    /// Arms the deadlines, which follow from their entities.
    fn arm_timers(&mut self) {
        for Due { at, timer, of } in self.deadlines() {
            self.timers.arm(at, timer, of);
        }
    }
}
