//! A case: one matter of one customer, and who is responsible for it.
//!
//! The owner is the first human who really handled it. Ownership ends only by closing the case or
//! by a recorded handover; nothing else in the router may write `owner`.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::codes::CaseState;
use super::directory::Directory;
use super::few::Few;
use super::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name, Text};
use super::progress::Progress;
use super::segments::Segments;
use super::time::{MaybeAt, Timestamp};

/// The most notes kept on one case.
pub const NOTES_MAX: usize = 1_000;

/// A case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    pub id: Name,
    /// In a box of its own: half the room where there is none.
    topic: Option<Box<Name>>,
    /// How it goes on, where there is anything to tell.
    pub progress: Option<Box<Progress>>,
    /// What most open cases have none of.
    pub extra: Option<Box<CaseExtra>>,
    pub opened_at: Timestamp,
    pub owned_at: MaybeAt,
    /// The last contact or act on it; among several the most recently active is found.
    pub active_at: Timestamp,
    /// When the newest of its contacts was submitted; none where repeats are not supervised.
    newest_at: MaybeAt,
    pub customer: Option<CustomerIdx>,
    pub owner: Option<AgentIdx>,
    pub last_handler: Option<AgentIdx>,
    pub contacts: u32,
    /// Contacts that refer to it; it is kept as long as there are any.
    pub referred: u32,
    pub state: CaseState,
}

/// What a case may have besides its owner.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CaseExtra {
    pub kind: Option<Name>,
    pub resolved_at: MaybeAt,
    pub closed_at: MaybeAt,
    pub close_at: MaybeAt,
    pub handovers: u32,
    pub escalations: u32,
    pub escalated_at: MaybeAt,
    /// When its contacts before the newest were submitted, the oldest first, as many as the
    /// supervision of repeats counts.
    older: Vec<Timestamp>,
    pub notes: Vec<Note>,
}

impl Case {
    pub fn new(
        id: Name,
        customer: Option<CustomerIdx>,
        topic: Option<Name>,
        kind: Option<Name>,
        at: Timestamp,
    ) -> Self {
        let extra = kind.map(|kind| {
            Box::new(CaseExtra {
                kind: Some(kind),
                ..CaseExtra::default()
            })
        });
        Self {
            id,
            topic: topic.map(Box::new),
            progress: None,
            extra,
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

    pub fn topic(&self) -> Option<&Name> {
        self.topic.as_deref()
    }

    pub fn extra_mut(&mut self) -> &mut CaseExtra {
        self.extra.get_or_insert_default()
    }

    pub fn kind(&self) -> Option<&Name> {
        self.extra.as_ref()?.kind.as_ref()
    }

    pub fn resolved_at(&self) -> Option<Timestamp> {
        self.extra.as_ref()?.resolved_at.get()
    }

    pub fn closed_at(&self) -> Option<Timestamp> {
        self.extra.as_ref()?.closed_at.get()
    }

    /// When it closes by itself.
    pub fn close_at(&self) -> Option<Timestamp> {
        self.extra.as_ref()?.close_at.get()
    }

    pub fn handovers(&self) -> u32 {
        self.extra.as_ref().map_or(0, |extra| extra.handovers)
    }

    pub fn notes(&self) -> &[Note] {
        self.extra.as_ref().map_or(&[], |extra| &extra.notes)
    }

    /// Notes when one of its contacts was submitted. Answers when the first of the last `limit`
    /// was, where there have been so many; only those are kept.
    pub fn note_submission(&mut self, at: Timestamp, limit: usize) -> Option<Timestamp> {
        if limit == 0 {
            self.newest_at = MaybeAt::NONE;
            if let Some(extra) = &mut self.extra {
                extra.older.clear();
            }
            return None;
        }
        let Some(newest) = self.newest_at.get() else {
            self.newest_at = MaybeAt::at(at);
            return (limit == 1).then_some(at);
        };
        self.newest_at = MaybeAt::at(newest.max(at));
        if limit == 1 {
            if let Some(extra) = &mut self.extra {
                extra.older.clear();
            }
            return self.newest_at.get();
        }
        let older = &mut self.extra_mut().older;
        let place = older.partition_point(|before| *before <= newest.min(at));
        older.insert(place, newest.min(at));
        let too_many = (older.len() + 1).saturating_sub(limit);
        older.drain(..too_many);
        (older.len() + 1 == limit).then(|| older[0])
    }
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub at: Timestamp,
    pub by: Name,
    pub text: Text,
}

/// The cases of a tenant by number.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    pub slots: Segments<Option<Case>>,
    pub free: Vec<CaseIdx>,
    by_name: Directory<CaseIdx>,
    /// Counts up for the names of cases that the router itself opens.
    pub opened: u64,
    /// Clocks that have run out and not ended.
    pub overdue: u64,
    /// The contacts of a case that look for an agent.
    seeking: HashMap<CaseIdx, Few<ContactIdx>, foldhash::fast::RandomState>,
}

impl Cases {
    /// The cases as an image has them.
    pub fn of_image(slots: Segments<Option<Case>>, free: Vec<CaseIdx>, opened: u64) -> Self {
        let names = slots.iter().enumerate().filter_map(|(n, case)| {
            let case = case.as_ref()?;
            Some((case.id.as_str(), CaseIdx::from_usize(n)))
        });
        let mut cases = Self {
            by_name: Directory::of(names),
            slots,
            free,
            opened,
            ..Self::default()
        };
        cases.overdue = cases.count_overdue();
        cases
    }

    pub fn find(&self, name: &Name) -> Option<CaseIdx> {
        self.by_name.get(name.as_str(), |idx| self[idx].id == *name)
    }

    pub fn get(&self, case: CaseIdx) -> Option<&Case> {
        self.slots.get(case.at()).and_then(Option::as_ref)
    }

    /// The contacts of a case that look for an agent.
    pub fn seeking(&self, case: CaseIdx) -> &[ContactIdx] {
        self.seeking.get(&case).map_or(&[], Few::as_slice)
    }

    /// Notes that a contact of a case looks for an agent, or no longer does.
    pub fn note_seeking(&mut self, case: CaseIdx, contact: ContactIdx, seeks: bool) {
        use hashbrown::hash_map::Entry;
        match self.seeking.entry(case) {
            Entry::Vacant(_) if !seeks => {}
            Entry::Vacant(list) => {
                list.insert(Few::One(contact));
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
        let name = case.id.clone();
        let idx = self.insert_unnamed(case);
        self.by_name.insert(name.as_str(), idx);
        idx
    }

    /// Takes in a case that is never asked for by its name, which may be another's too.
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
        self.by_name.remove(case.id.as_str(), idx);
        self.free.push(idx);
        Some(case)
    }

    /// Clocks that have run out and not ended, by looking at each.
    pub fn count_overdue(&self) -> u64 {
        let progress = self
            .slots
            .iter()
            .flatten()
            .filter_map(|c| c.progress.as_ref());
        let clocks = progress.flat_map(|progress| &progress.clocks);
        let overdue = clocks.filter(|clock| clock.is_open() && clock.verdict.is_some());
        overdue.count() as u64
    }

    /// A name for a case that the router opens, which no client has used.
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
