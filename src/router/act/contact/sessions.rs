//! Sessions of client programs, and what happens to their contacts when they are gone (rule 10).
//!
//! Only a contact whose session named a client has a source, and only such a contact gets a lease:
//! an unnamed session could never return for it.

use std::collections::BTreeSet;

use crate::router::api::answer::{Answer, Synced};
use crate::router::api::codes::ContactState;
use crate::router::api::command::ContactSync;
use crate::router::api::ids::{ContactIdx, Name, SourceIdx};
use crate::router::api::reject::Reject;
use crate::router::state::deadline::Deadline;
use crate::router::{Router, Subject};

impl Router {
    pub(super) fn session_opened(&mut self, client: &Name) -> Result<Subject, Reject> {
        // New contacts have a platform; earlier ones stay leased until the client confirms them.
        self.book.sources_mut().open_session(client);
        Ok(Subject::Nothing)
    }

    pub(super) fn session_closed(&mut self, client: &Name) -> Result<Subject, Reject> {
        if let Some(source) = self.book.sources_mut().close_session(client) {
            self.lease_all_of(source);
        }
        Ok(Subject::Nothing)
    }

    /// The process restarted: all sessions are closed.
    pub(in crate::router) fn restarted(&mut self) -> Result<Subject, Reject> {
        self.book.sources_mut().close_all_sessions();
        let sources = self.book.sources().iter();
        for source in sources.map(|(source, _)| source).collect::<Vec<_>>() {
            self.lease_all_of(source);
        }
        Ok(Subject::Nothing)
    }

    fn lease_all_of(&mut self, source: SourceIdx) {
        let live: Vec<ContactIdx> = self
            .book
            .sources()
            .get(source)
            .live()
            .iter()
            .copied()
            .collect();
        for contact in live {
            if self
                .book
                .contact(contact)
                .deadline(Deadline::Lease)
                .is_none()
            {
                self.start_lease_if_gone(contact);
            }
        }
    }

    /// Starts the lease of a conversation whose platform is gone.
    pub(super) fn start_lease_if_gone(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        let gone = contact
            .source()
            .is_some_and(|source| self.book.sources().get(source).is_gone());
        let (true, ContactState::Connected, Some(lease)) =
            (gone, contact.state(), self.book.settings().lease_ms)
        else {
            return;
        };
        let at = self.book.at().saturating_add(lease.0);
        self.book.set_deadline(idx, Deadline::Lease, Some(at));
    }

    pub(super) fn contact_sync(&mut self, sync: &ContactSync) -> Result<Subject, Reject> {
        let source = self.book.sources_mut().bring_back(&sync.source);
        let mut listed = BTreeSet::new();
        let mut unknown = Vec::new();
        for name in &sync.contacts {
            match self
                .book
                .contacts()
                .find(name)
                .filter(|idx| self.book.contact(*idx).is_live())
            {
                Some(idx) => {
                    listed.insert(idx);
                }
                None => unknown.push(name.clone()),
            }
        }
        for idx in &listed {
            self.book.contact_mut(*idx).drop_deadline(Deadline::Lease);
            self.book.set_source(*idx, source);
        }
        let missing: Vec<ContactIdx> = self
            .book
            .sources()
            .get(source)
            .live()
            .iter()
            .copied()
            .filter(|idx| !listed.contains(idx) && self.platform_has(*idx))
            .collect();
        let mut cancelled = Vec::new();
        for idx in missing {
            cancelled.push(self.book.contact(idx).id.clone());
            self.repair(idx, "sync");
        }
        Ok(Subject::Answer(Answer::Synced(Synced {
            source: sync.source.clone(),
            confirmed: listed.len() as u64,
            cancelled,
            unknown,
        })))
    }

    /// Whether a contact should exist on its platform: not before its scheduled time, after its
    /// conversation, or while it waits to be called back.
    fn platform_has(&self, idx: ContactIdx) -> bool {
        let contact = self.book.contact(idx);
        match contact.state() {
            ContactState::Waiting | ContactState::Offered => !contact.is_promised_call(),
            ContactState::Connected => true,
            ContactState::Scheduled | ContactState::WrapUp | ContactState::Ended => false,
        }
    }
}
