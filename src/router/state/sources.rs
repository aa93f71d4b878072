//! The client programs, and the contacts that belong to each.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use crate::router::api::ids::{ContactIdx, Name, SourceIdx};
use crate::stored::stored;

/// A client program.
#[derive(Clone, Debug)]
pub struct Source {
    pub(super) name: Name,
    /// Its open sessions.
    sessions: u32,
    /// Its last session closed and none was opened since.
    gone: bool,
    /// Its contacts that have not ended.
    live: BTreeSet<ContactIdx>,
}

stored! { Source { 1 name, 2 sessions, 3 gone, 4 live } }

/// All client programs of a tenant.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub(super) slots: Vec<Source>,
    pub(super) by_name: HashMap<Name, SourceIdx, foldhash::fast::RandomState>,
}

impl Source {
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Whether its last session closed and none was opened since.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Its contacts that have not ended.
    pub fn live(&self) -> &BTreeSet<ContactIdx> {
        &self.live
    }
}

impl Sources {
    pub fn get(&self, source: SourceIdx) -> &Source {
        &self.slots[source.at()]
    }

    /// All client programs, each with its number.
    pub fn iter(&self) -> impl Iterator<Item = (SourceIdx, &Source)> {
        let slots = self.slots.iter().enumerate();
        slots.map(|(n, source)| (SourceIdx::from_usize(n), source))
    }

    pub fn intern(&mut self, name: &Name) -> SourceIdx {
        if let Some(found) = self.by_name.get(name) {
            return *found;
        }
        let idx = SourceIdx::from_usize(self.slots.len());
        self.slots.push(Source {
            name: name.clone(),
            sessions: 0,
            gone: false,
            live: BTreeSet::new(),
        });
        self.by_name.insert(name.clone(), idx);
        idx
    }

    pub fn open_session(&mut self, name: &Name) {
        let source = self.bring_back(name);
        self.slots[source.at()].sessions += 1;
    }

    /// Closes one session of a client program. Answers its number if that was the last.
    pub fn close_session(&mut self, name: &Name) -> Option<SourceIdx> {
        let source = self.intern(name);
        let entry = &mut self.slots[source.at()];
        entry.sessions = entry.sessions.saturating_sub(1);
        entry.gone |= entry.sessions == 0;
        (entry.sessions == 0).then_some(source)
    }

    pub fn close_all_sessions(&mut self) {
        for entry in &mut self.slots {
            entry.sessions = 0;
            entry.gone = true;
        }
    }

    /// A client program is there.
    pub fn bring_back(&mut self, name: &Name) -> SourceIdx {
        let source = self.intern(name);
        self.slots[source.at()].gone = false;
        source
    }

    pub(super) fn join(&mut self, source: SourceIdx, contact: ContactIdx) {
        self.slots[source.at()].live.insert(contact);
    }

    pub(super) fn leave(&mut self, source: SourceIdx, contact: ContactIdx) {
        self.slots[source.at()].live.remove(&contact);
    }
}
