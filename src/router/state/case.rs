//! A case: one matter of one customer, and who is responsible for it.
//!
//! The owner is the first human who handled it. Ownership ends only by closing the case or by a
//! recorded handover; only `Book::set_owner` writes `owner`.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::progress::Progress;
use crate::router::api::codes::CaseState;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name, Text};
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::router::store::compact_name::CompactName;
use crate::router::store::directory::{Directory, Gathered};
use crate::router::store::segments::Segments;
use crate::router::store::small_list::SmallList;
use crate::stored::{Error, Reader, Stored, Writer, stored};

/// The most notes kept on one case.
pub const NOTES_MAX: usize = 1_000;

/// The longest name of a case stored inline, which includes those the router makes.
const NAME_IN_PLACE: usize = 15;

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    id: CompactName<NAME_IN_PLACE>,
    /// Boxed, since most cases have none.
    topic: Option<Box<Name>>,
    /// What most open cases do not have.
    cold: Option<Box<CaseCold>>,
    pub opened_at: Timestamp,
    pub owned_at: MaybeAt,
    /// The last contact or act; of several cases the most recently active is found.
    pub active_at: Timestamp,
    /// When its newest contact was submitted; none where repeats are not supervised.
    newest_at: MaybeAt,
    pub(super) customer: Option<CustomerIdx>,
    pub(super) owner: Option<AgentIdx>,
    pub last_handler: Option<AgentIdx>,
    pub contacts: u32,
    /// Contacts that refer to it; while there are any, it is kept.
    pub(super) referred: u32,
    pub(super) state: CaseState,
}

/// The cold part of a case: rarely used fields.
#[derive(Clone, Debug, Default)]
pub struct CaseCold {
    pub kind: Option<Name>,
    pub(super) resolved_at: MaybeAt,
    pub(super) closed_at: MaybeAt,
    pub(super) close_at: MaybeAt,
    pub handovers: u32,
    pub escalations: u32,
    pub escalated_at: MaybeAt,
    /// When its contacts before the newest were submitted, oldest first, as many as the supervision
    /// of repeats counts.
    older: Vec<Timestamp>,
    pub notes: Vec<Note>,
    /// Its stage, clocks, tasks and follow-up, if any.
    progress: Option<Box<Progress>>,
}

stored! {
    CaseCold {
        1 kind, 2 resolved_at, 3 closed_at, 4 close_at, 5 handovers = 0, 6 escalations = 0,
        7 escalated_at, 8 older, 9 notes, 10 progress,
    }
}

impl Case {
    pub fn new(
        id: Name,
        customer: Option<CustomerIdx>,
        topic: Option<Name>,
        kind: Option<Name>,
        at: Timestamp,
    ) -> Self {
        let cold = kind.map(|kind| {
            Box::new(CaseCold {
                kind: Some(kind),
                ..CaseCold::default()
            })
        });
        Self {
            id: CompactName::new(&id, ()),
            topic: topic.map(Box::new),
            cold,
            opened_at: at,
            owned_at: MaybeAt::NONE,
            active_at: at,
            newest_at: MaybeAt::NONE,
            customer,
            owner: None,
            last_handler: None,
            contacts: 0,
            referred: 0,
            state: CaseState::Open,
        }
    }

    pub fn id(&self) -> Name {
        self.id.name()
    }

    /// The bytes of its name, which sort like names.
    pub fn id_bytes(&self) -> &[u8] {
        self.id.as_bytes()
    }

    pub fn state(&self) -> CaseState {
        self.state
    }

    pub fn customer(&self) -> Option<CustomerIdx> {
        self.customer
    }

    pub fn owner(&self) -> Option<AgentIdx> {
        self.owner
    }

    /// Contacts that refer to it.
    pub fn referred(&self) -> u32 {
        self.referred
    }

    pub fn topic(&self) -> Option<&Name> {
        self.topic.as_deref()
    }

    pub fn cold_mut(&mut self) -> &mut CaseCold {
        self.cold.get_or_insert_default()
    }

    pub fn progress(&self) -> Option<&Progress> {
        self.cold.as_ref()?.progress.as_deref()
    }

    pub fn progress_mut(&mut self) -> Option<&mut Progress> {
        self.cold.as_mut()?.progress.as_deref_mut()
    }

    pub fn make_progress(&mut self) -> &mut Progress {
        self.cold_mut().progress.get_or_insert_default()
    }

    /// How many of its clocks have run out and not ended.
    fn overdue(&self) -> u64 {
        let clocks = self.progress().map_or(&[][..], |progress| &progress.clocks);
        let overdue = clocks
            .iter()
            .filter(|clock| clock.is_open() && clock.verdict.is_some());
        overdue.count() as u64
    }

    pub fn kind(&self) -> Option<&Name> {
        self.cold.as_ref()?.kind.as_ref()
    }

    pub fn resolved_at(&self) -> Option<Timestamp> {
        self.cold.as_ref()?.resolved_at.get()
    }

    pub fn closed_at(&self) -> Option<Timestamp> {
        self.cold.as_ref()?.closed_at.get()
    }

    /// When it closes automatically.
    pub fn close_at(&self) -> Option<Timestamp> {
        self.cold.as_ref()?.close_at.get()
    }

    pub fn handovers(&self) -> u32 {
        self.cold.as_ref().map_or(0, |cold| cold.handovers)
    }

    pub fn notes(&self) -> &[Note] {
        self.cold.as_ref().map_or(&[], |cold| &cold.notes)
    }

    /// Records the submission time of one of its contacts. Returns the first of the last `limit`
    /// times, if there have been so many; only those are kept.
    pub fn note_submission(&mut self, at: Timestamp, limit: usize) -> Option<Timestamp> {
        if limit == 0 {
            self.newest_at = MaybeAt::NONE;
            if let Some(cold) = &mut self.cold {
                cold.older.clear();
            }
            return None;
        }
        let Some(newest) = self.newest_at.get() else {
            self.newest_at = MaybeAt::at(at);
            return (limit == 1).then_some(at);
        };
        self.newest_at = MaybeAt::at(newest.max(at));
        if limit == 1 {
            if let Some(cold) = &mut self.cold {
                cold.older.clear();
            }
            return self.newest_at.get();
        }
        let older = &mut self.cold_mut().older;
        let place = older.partition_point(|before| *before <= newest.min(at));
        older.insert(place, newest.min(at));
        let too_many = (older.len() + 1).saturating_sub(limit);
        older.drain(..too_many);
        (older.len() + 1 == limit).then(|| older[0])
    }
}

/// A case as stored in an image; times usually near the first are stored relative to it.
struct Written<'a> {
    id: Cow<'a, CompactName<NAME_IN_PLACE>>,
    topic: Option<Cow<'a, Box<Name>>>,
    cold: Option<Cow<'a, Box<CaseCold>>>,
    opened_at: Timestamp,
    owned_after: Option<i64>,
    active_after: i64,
    newest_after: Option<i64>,
    customer: Option<CustomerIdx>,
    owner: Option<AgentIdx>,
    last_handler: Option<AgentIdx>,
    contacts: u32,
    referred: u32,
    state: CaseState,
}

stored! {
    Written<'a> {
        1 id, 2 topic, 3 cold, 4 opened_at, 5 owned_after, 6 active_after = 0, 7 newest_after,
        8 customer, 9 owner, 10 last_handler, 11 contacts = 0, 12 referred = 0,
        13 state = CaseState::Open,
    }
}

impl Stored for Case {
    fn write(&self, out: &mut Writer<'_>) {
        let after = |at: Timestamp| at.wrapping_sub(self.opened_at);
        let written = Written {
            id: Cow::Borrowed(&self.id),
            topic: self.topic.as_ref().map(Cow::Borrowed),
            cold: self.cold.as_ref().map(Cow::Borrowed),
            opened_at: self.opened_at,
            owned_after: self.owned_at.get().map(after),
            active_after: after(self.active_at),
            newest_after: self.newest_at.get().map(after),
            customer: self.customer,
            owner: self.owner,
            last_handler: self.last_handler,
            contacts: self.contacts,
            referred: self.referred,
            state: self.state,
        };
        written.write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        let written = Written::read(from)?;
        let at = |after: i64| written.opened_at.wrapping_add(after);
        Ok(Self {
            owned_at: written.owned_after.map(at).into(),
            active_at: at(written.active_after),
            newest_at: written.newest_after.map(at).into(),
            id: written.id.into_owned(),
            topic: written.topic.map(Cow::into_owned),
            cold: written.cold.map(Cow::into_owned),
            opened_at: written.opened_at,
            customer: written.customer,
            owner: written.owner,
            last_handler: written.last_handler,
            contacts: written.contacts,
            referred: written.referred,
            state: written.state,
        })
    }
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub at: Timestamp,
    pub by: Name,
    pub text: Text,
}

stored! { Note { 1 at, 2 by, 3 text } }

/// The cases of a tenant by number.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    pub slots: Segments<Option<Case>>,
    pub free: Vec<CaseIdx>,
    pub by_name: Directory<CaseIdx>,
    /// A counter for the names of cases that the router opens.
    pub opened: u64,
    /// Clocks that have run out and not ended.
    pub overdue: u64,
    /// The contacts of a case that look for an agent.
    seeking: HashMap<CaseIdx, SmallList<ContactIdx>, foldhash::fast::RandomState>,
}

impl Cases {
    /// Restores the cases of an image: `read` reads them and passes each with its number.
    pub fn read(
        read: impl FnOnce(
            &mut dyn FnMut(usize, &Option<Case>),
        ) -> Result<Segments<Option<Case>>, String>,
    ) -> Result<Self, String> {
        let mut cases = Self::default();
        let mut names = Gathered::default();
        let mut overdue = 0;
        cases.slots = read(&mut |n, case| {
            if let Some(case) = case {
                let place = cases.by_name.place(case.id.as_bytes());
                names.add(place, CaseIdx::from_usize(n));
                overdue += case.overdue();
            }
        })?;
        cases.by_name.fill(names);
        cases.overdue = overdue;
        Ok(cases)
    }

    pub fn find(&self, name: &Name) -> Option<CaseIdx> {
        let place = self.by_name.place(name.as_str().as_bytes());
        self.by_name.get(place, |idx| self[idx].id.is(name))
    }

    pub fn get(&self, case: CaseIdx) -> Option<&Case> {
        self.slots.get(case.at()).and_then(Option::as_ref)
    }

    /// The contacts of a case that look for an agent.
    pub fn seeking(&self, case: CaseIdx) -> &[ContactIdx] {
        self.seeking.get(&case).map_or(&[], SmallList::as_slice)
    }

    /// The number of cases with contacts that look for an agent.
    pub fn sought(&self) -> usize {
        self.seeking.len()
    }

    /// Records whether a contact of a case looks for an agent.
    pub fn note_seeking(&mut self, case: CaseIdx, contact: ContactIdx, seeks: bool) {
        use hashbrown::hash_map::Entry;
        match self.seeking.entry(case) {
            Entry::Vacant(_) if !seeks => {}
            Entry::Vacant(list) => {
                list.insert(SmallList::One(contact));
            }
            Entry::Occupied(mut list) if !seeks => {
                list.get_mut().retain(|other| other != contact);
                if list.get().is_empty() {
                    list.remove();
                }
            }
            Entry::Occupied(mut list) => {
                if !list.get().as_slice().contains(&contact) {
                    list.get_mut().push(contact);
                }
            }
        }
    }

    pub fn insert(&mut self, case: Case) -> CaseIdx {
        let place = self.by_name.place(case.id.as_bytes());
        let idx = self.insert_unnamed(case);
        self.by_name.insert(place, idx);
        idx
    }

    /// Adds a case that is never found by its name, which another case may have too.
    pub fn insert_unnamed(&mut self, case: Case) -> CaseIdx {
        let idx = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            CaseIdx::from_usize(self.slots.len() - 1)
        });
        self.slots[idx.at()] = Some(case);
        idx
    }

    pub fn remove(&mut self, idx: CaseIdx) -> Option<Case> {
        let case = self.slots[idx.at()].take()?;
        let place = self.by_name.place(case.id.as_bytes());
        self.by_name.remove(place, idx);
        self.free.push(idx);
        Some(case)
    }

    /// Clocks that have run out and not ended, by a scan.
    pub fn count_overdue(&self) -> u64 {
        self.slots.iter().flatten().map(Case::overdue).sum()
    }

    /// A name for a case opened by the router, not used by any client.
    pub fn fresh_name(&mut self) -> Name {
        loop {
            self.opened += 1;
            let name = Name::numbered("case-", self.opened);
            if self.find(&name).is_none() {
                return name;
            }
        }
    }
}

impl std::ops::Index<CaseIdx> for Cases {
    type Output = Case;

    fn index(&self, case: CaseIdx) -> &Case {
        self.slots[case.at()]
            .as_ref()
            .expect("a case that is referred to is kept")
    }
}

impl std::ops::IndexMut<CaseIdx> for Cases {
    fn index_mut(&mut self, case: CaseIdx) -> &mut Case {
        self.slots[case.at()]
            .as_mut()
            .expect("a case that is referred to is kept")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_as_small_as_it_is_told() {
        assert_eq!(size_of::<Option<Case>>(), 88);
    }
}
