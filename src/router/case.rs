//! A case: one matter of one customer, and who is responsible for it.
//!
//! The owner is the first human who really handled it. Ownership ends only by closing the case or
//! by a recorded handover; nothing else in the router may write `owner`.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::codes::CaseState;
use super::directory::Directory;
use super::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name, Text};
use super::progress::Progress;
use super::time::Timestamp;

/// The most notes kept on one case.
pub const NOTES_MAX: usize = 1_000;

/// A case.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    pub id: Name,
    pub customer: Option<CustomerIdx>,
    pub topic: Option<Name>,
    pub kind: Option<Name>,
    pub state: CaseState,
    pub owner: Option<AgentIdx>,
    pub last_handler: Option<AgentIdx>,
    pub opened_at: Timestamp,
    pub owned_at: Option<Timestamp>,
    /// The last contact or act on it; among several the most recently active is found.
    pub active_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub close_at: Option<Timestamp>,
    pub contacts: u64,
    pub handovers: u32,
    /// When its last contacts were submitted, as many as the supervision of repeats counts.
    pub recent: SmallVec<[Timestamp; 3]>,
    pub escalated_at: Option<Timestamp>,
    pub escalations: u32,
    pub notes: Vec<Note>,
    /// How it goes on, where there is anything to tell.
    pub progress: Option<Box<Progress>>,
    /// Contacts that refer to it; it is kept as long as there are any.
    pub referred: u32,
    /// Its contacts that look for an agent.
    #[serde(skip)]
    pub seeking: SmallVec<[ContactIdx; 1]>,
}

impl Case {
    pub fn new(
        id: Name,
        customer: Option<CustomerIdx>,
        topic: Option<Name>,
        kind: Option<Name>,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            customer,
            topic,
            kind,
            state: CaseState::Open,
            owner: None,
            last_handler: None,
            opened_at: at,
            owned_at: None,
            active_at: at,
            resolved_at: None,
            closed_at: None,
            close_at: None,
            contacts: 0,
            handovers: 0,
            recent: SmallVec::new(),
            escalated_at: None,
            escalations: 0,
            notes: Vec::new(),
            progress: None,
            referred: 0,
            seeking: SmallVec::new(),
        }
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
    pub slots: Vec<Option<Box<Case>>>,
    pub free: Vec<CaseIdx>,
    pub by_name: Directory<CaseIdx>,
    /// Counts up for the names of cases that the router itself opens.
    pub opened: u64,
    /// Clocks that have run out and not ended.
    pub overdue: u64,
}

impl Cases {
    pub fn find(&self, name: &Name) -> Option<CaseIdx> {
        self.by_name.get(name.as_str()).copied()
    }

    pub fn get(&self, case: CaseIdx) -> Option<&Case> {
        self.slots.get(case.at()).and_then(Option::as_deref)
    }

    pub fn insert(&mut self, case: Case) -> CaseIdx {
        let name = case.id.clone();
        let idx = self.insert_unnamed(case);
        self.by_name.insert(name, idx);
        idx
    }

    /// Takes in a case that is never asked for by its name, which may be another's too.
    pub fn insert_unnamed(&mut self, case: Case) -> CaseIdx {
        let idx = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            CaseIdx::from_usize(self.slots.len() - 1)
        });
        self.slots[idx.at()] = Some(Box::new(case));
        idx
    }

    pub fn remove(&mut self, idx: CaseIdx) -> Option<Box<Case>> {
        let case = self.slots[idx.at()].take()?;
        if self.by_name.get(case.id.as_str()) == Some(&idx) {
            self.by_name.remove(case.id.as_str());
        }
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
            let name = Name::of(&format!("case-{}", self.opened));
            if self.by_name.get(name.as_str()).is_none() {
                return name;
            }
        }
    }
}

impl std::ops::Index<CaseIdx> for Cases {
    type Output = Case;

    fn index(&self, case: CaseIdx) -> &Case {
        self.slots[case.at()]
            .as_deref()
            .expect("a case that is referred to is kept")
    }
}

impl std::ops::IndexMut<CaseIdx> for Cases {
    fn index_mut(&mut self, case: CaseIdx) -> &mut Case {
        self.slots[case.at()]
            .as_deref_mut()
            .expect("a case that is referred to is kept")
    }
}
