//! Sessions of client programs, and what happens to their contacts when they are gone (rule 10).
//!
//! Only a contact whose session named a client has a source, and only such a contact can lose it: an
//! unnamed session could never return for it.

use std::collections::BTreeSet;

use crate::router::api::codes::{ContactState, Outcome, Rule, Why};
use crate::router::api::command::ContactSync;
use crate::router::api::event::OfferReason;
use crate::router::api::ids::{ContactIdx, Name, SourceIdx};
use crate::router::api::reject::Reject;
use crate::router::state::deadline::Deadline;
use crate::router::state::sources::SyncedContacts;
use crate::router::{Router, Subject};

impl Router {
    pub(super) fn session_opened(&mut self, client: &Name) -> Result<Subject, Reject> {
        if let Some(source) = self.book.open_session(client) {
            self.platform_is_back(source);
        }
        Ok(Subject::Nothing)
    }

    pub(super) fn session_closed(&mut self, client: &Name) -> Result<Subject, Reject> {
        if let Some(source) = self.book.close_session(client) {
            self.platform_is_gone(source);
        }
        Ok(Subject::Nothing)
    }

    /// The process restarted: all sessions had closed before anything that is due now, so that
    /// nothing of it counts against anybody.
    pub(in crate::router) fn note_restart(&mut self) {
        self.book.close_all_sessions();
        self.book.close_all_desktops();
    }

    /// The process restarted: what runs out without a platform runs from now on.
    pub(in crate::router) fn restarted(&mut self) -> Result<Subject, Reject> {
        let sources = self.book.sources().iter();
        let gone = sources.filter(|(_, source)| source.is_gone());
        for source in gone.map(|(source, _)| source).collect::<Vec<_>>() {
            self.platform_is_gone(source);
        }
        Ok(Subject::Nothing)
    }

    /// The contacts of a client program that have not ended.
    fn live_of(&self, source: SourceIdx) -> Vec<ContactIdx> {
        let live = self.book.sources().get(source).live();
        live.iter().copied().collect()
    }

    /// The last session of a platform has closed: its contacts are offered to nobody, and what rings
    /// stands for a moment.
    fn platform_is_gone(&mut self, source: SourceIdx) {
        self.book.give_grace(source);
        for idx in self.live_of(source) {
            if self.book.contact(idx).deadline(Deadline::Lease).is_none() {
                self.start_lease_if_gone(idx);
            }
            let contact = self.book.contact(idx);
            if contact.seeking() && self.book.is_cut_off(contact) {
                self.remember(idx, Rule::Lease, Some(Why::PlatformGone), None);
                self.unsettled.push(idx);
            }
        }
    }

    /// A platform has been gone for so long that nobody is rung for it any more.
    pub(in crate::router::act) fn platform_grace_ends(&mut self, source: SourceIdx) {
        self.book.end_grace(source);
        for idx in self.live_of(source) {
            let contact = self.book.contact(idx);
            if !contact.offers().is_empty() && self.book.is_cut_off(contact) {
                self.revoke_offers(idx, OfferReason::PlatformGone, |_| true);
                self.unsettled.push(idx);
            }
        }
        self.forget_telephones_of(source);
    }

    /// A platform has a session again: its waiting contacts go on. Its conversations stay leased
    /// until it confirms them.
    fn platform_is_back(&mut self, source: SourceIdx) {
        for idx in self.live_of(source) {
            self.goes_on(idx);
        }
    }

    /// A contact whose platform is there looks for an agent again.
    fn goes_on(&mut self, idx: ContactIdx) {
        if self.book.contact(idx).talks().is_empty() {
            self.book.contact_mut(idx).drop_deadline(Deadline::Lease);
        }
        if self.book.contact(idx).seeking() {
            self.unsettled.push(idx);
        }
    }

    /// Starts the lease of a contact whose platform is gone: of a conversation, and of one that
    /// waits for a line that somebody holds.
    pub(super) fn start_lease_if_gone(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        let ends = match contact.state() {
            ContactState::Connected => self.book.is_platform_gone(contact),
            ContactState::Waiting | ContactState::Offered => self.book.is_cut_off(contact),
            ContactState::Scheduled | ContactState::WrapUp | ContactState::Ended => false,
        };
        let (true, Some(lease)) = (ends, self.book.settings().lease_ms) else {
            return;
        };
        let at = self.book.at().saturating_add(lease.0);
        self.book.set_deadline(idx, Deadline::Lease, Some(at));
    }

    /// `contact.sync`: `from` is the client whose session sends it.
    pub(super) fn contact_sync(
        &mut self,
        sync: &ContactSync,
        from: Option<&Name>,
    ) -> Result<Subject, Reject> {
        self.check_empty_list(sync, from)?;
        let (source, was_gone) = self.book.bring_back(&sync.source);
        if was_gone {
            self.platform_is_back(source);
        }
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
            self.goes_on(*idx);
        }
        let mut cancelled = Vec::new();
        if sync.more {
            self.book.sources_mut().keep_listed(source, &listed);
        } else {
            let before = self.book.sources_mut().take_listed(source);
            for idx in self.missing(source, |idx| listed.contains(idx) || before.contains(idx)) {
                cancelled.push(self.book.contact(idx).id.clone());
                self.repair(idx, "sync", Outcome::Lost);
            }
        }
        Ok(Subject::Synced(Box::new(SyncedContacts {
            source,
            listed: listed.into_iter().collect(),
            cancelled,
            unknown,
        })))
    }

    /// A program that begins again knows nothing yet, and its empty list would end what another
    /// session of the same client has on its lines.
    fn check_empty_list(&self, sync: &ContactSync, from: Option<&Name>) -> Result<(), Reject> {
        let source = self.book.sources().find(&sync.source);
        let Some(source) = source.filter(|_| sync.contacts.is_empty() && !sync.confirm) else {
            return Ok(());
        };
        let own = u32::from(from == Some(&sync.source));
        let entry = self.book.sources().get(source);
        if sync.more || entry.is_listing() || entry.sessions() <= own {
            return Ok(());
        }
        let message = format!(
            "another session of client \"{}\" is open, and an empty list ends all {} contacts of \
             this client: give confirm: true if that is meant",
            sync.source,
            entry.live().len()
        );
        Err(Reject::conflict("client", &sync.source, message).in_field("confirm"))
    }

    /// The contacts of a client that its platform should have, but for those it has listed.
    fn missing(
        &self,
        source: SourceIdx,
        is_listed: impl Fn(&ContactIdx) -> bool,
    ) -> Vec<ContactIdx> {
        let live = self.book.sources().get(source).live().iter().copied();
        live.filter(|idx| !is_listed(idx) && self.platform_has(*idx))
            .collect()
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
