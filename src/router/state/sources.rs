//! The client programs, and the contacts that belong to each.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use crate::router::api::ids::{ContactIdx, Name, SourceIdx};
use crate::stored::stored;

/// A client program.
#[derive(Clone, Debug)]
pub struct Source {
    pub name: Name,
    /// Its open sessions.
    pub sessions: u32,
    /// Its last session closed and none was opened since.
    pub gone: bool,
    /// Its contacts that have not ended.
    pub live: BTreeSet<ContactIdx>,
}

stored! { Source { 1 name, 2 sessions, 3 gone, 4 live } }

/// All client programs of a tenant.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub slots: Vec<Source>,
    pub by_name: HashMap<Name, SourceIdx, foldhash::fast::RandomState>,
}

impl Sources {
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

    pub fn join(&mut self, source: SourceIdx, contact: ContactIdx) {
        self.slots[source.at()].live.insert(contact);
    }

    pub fn leave(&mut self, source: SourceIdx, contact: ContactIdx) {
        self.slots[source.at()].live.remove(&contact);
    }
}
