//! The client programs, and the contacts that belong to each.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use crate::router::api::ids::{ContactIdx, Name, SourceIdx};
use crate::router::api::time::Timestamp;
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
    /// Until when its ringing offers stand, while it is gone.
    pub(super) grace_at: Option<Timestamp>,
    /// While a list of its live contacts comes in parts: those listed so far, and those submitted
    /// since it began.
    listed: Option<BTreeSet<ContactIdx>>,
}

stored! { Source { 1 name, 2 sessions, 3 gone, 4 live, 5 grace_at, 6 listed } }

/// What a list of a client's live contacts came to.
#[derive(Debug)]
pub struct SyncedContacts {
    pub source: SourceIdx,
    /// Listed, and live here.
    pub listed: Vec<ContactIdx>,
    /// Not listed, and ended for that.
    pub cancelled: Vec<Name>,
    /// Listed, and not live here.
    pub unknown: Vec<Name>,
}

/// All client programs of a tenant.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub(super) slots: Vec<Source>,
    pub(super) by_name: HashMap<Name, SourceIdx, foldhash::fast::RandomState>,
    /// How many are gone.
    gone: u32,
}

impl Source {
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Whether its last session closed and none was opened since.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Until when its ringing offers stand, while it is gone.
    pub fn grace_at(&self) -> Option<Timestamp> {
        self.grace_at
    }

    /// Its open sessions.
    pub fn sessions(&self) -> u32 {
        self.sessions
    }

    /// Whether a list of its live contacts is coming in parts.
    pub fn is_listing(&self) -> bool {
        self.listed.is_some()
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

    pub fn find(&self, name: &Name) -> Option<SourceIdx> {
        self.by_name.get(name).copied()
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
            grace_at: None,
            listed: None,
        });
        self.by_name.insert(name.clone(), idx);
        idx
    }

    /// Whether any client program is gone: mostly none is.
    pub fn any_gone(&self) -> bool {
        self.gone > 0
    }

    /// Counts those that are gone.
    pub(super) fn count_gone(&mut self) {
        let gone = self.slots.iter().filter(|source| source.gone).count();
        self.gone = u32::try_from(gone).expect("client programs are numbered in u32");
    }

    /// How many are gone, counted one by one.
    pub fn gone_by_count(&self) -> (usize, usize) {
        let gone = self.slots.iter().filter(|source| source.gone).count();
        (gone, self.gone as usize)
    }

    /// Opens one session of a client program. Answers its number, and whether it had been gone.
    pub(super) fn open_session(&mut self, name: &Name) -> (SourceIdx, bool) {
        let (source, was_gone) = self.bring_back(name);
        self.slots[source.at()].sessions += 1;
        (source, was_gone)
    }

    /// Closes one session of a client program. Answers its number if that was the last.
    pub(super) fn close_session(&mut self, name: &Name) -> Option<SourceIdx> {
        let source = self.intern(name);
        let entry = &mut self.slots[source.at()];
        entry.sessions = entry.sessions.saturating_sub(1);
        (entry.sessions == 0 && self.lose(source)).then_some(source)
    }

    /// Closes all sessions. Answers the client programs that are gone by that.
    pub(super) fn close_all_sessions(&mut self) -> Vec<SourceIdx> {
        let all = (0..self.slots.len()).map(SourceIdx::from_usize);
        let mut lost = Vec::new();
        for source in all {
            self.slots[source.at()].sessions = 0;
            if self.lose(source) {
                lost.push(source);
            }
        }
        lost
    }

    /// A client program is gone. Answers whether it had been there.
    fn lose(&mut self, source: SourceIdx) -> bool {
        let entry = &mut self.slots[source.at()];
        // Whoever comes back begins its list anew.
        entry.listed = None;
        let was_gone = std::mem::replace(&mut entry.gone, true);
        self.gone += u32::from(!was_gone);
        !was_gone
    }

    /// A client program is there. Answers whether it had been gone.
    pub(super) fn bring_back(&mut self, name: &Name) -> (SourceIdx, bool) {
        let source = self.intern(name);
        let entry = &mut self.slots[source.at()];
        entry.grace_at = None;
        let was_gone = std::mem::take(&mut entry.gone);
        self.gone -= u32::from(was_gone);
        (source, was_gone)
    }

    /// A part of the list of a client's live contacts; others follow.
    pub fn keep_listed(&mut self, source: SourceIdx, part: &BTreeSet<ContactIdx>) {
        let listed = &mut self.slots[source.at()].listed;
        listed.get_or_insert_default().extend(part);
    }

    /// What the earlier parts of the list had; the list is complete.
    pub fn take_listed(&mut self, source: SourceIdx) -> BTreeSet<ContactIdx> {
        self.slots[source.at()].listed.take().unwrap_or_default()
    }

    pub(super) fn join(&mut self, source: SourceIdx, contact: ContactIdx) {
        let entry = &mut self.slots[source.at()];
        entry.live.insert(contact);
        if let Some(listed) = &mut entry.listed {
            // Submitted while the list comes: its later parts need not have it.
            listed.insert(contact);
        }
    }

    pub(super) fn leave(&mut self, source: SourceIdx, contact: ContactIdx) {
        let entry = &mut self.slots[source.at()];
        entry.live.remove(&contact);
        if let Some(listed) = &mut entry.listed {
            listed.remove(&contact);
        }
    }
}
