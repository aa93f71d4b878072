//! Submitting a contact: checked completely before anything changes, then routed (rules 6, 7, 11).

use smallvec::SmallVec;

use crate::router::api::booking::Slot;
use crate::router::api::codes::{ContactState, Rule, Why};
use crate::router::api::command::ContactSubmit;
use crate::router::api::effect::Count;
use crate::router::api::event::ContactEvent;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Name, SourceIdx};
use crate::router::api::reject::Reject;
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::router::state::contact::Contact;
use crate::router::state::deadline::Deadline;
use crate::router::{Router, Subject};

impl Router {
    pub(super) fn contact_submit(
        &mut self,
        submit: &ContactSubmit,
        source: Option<&Name>,
    ) -> Result<Subject, Reject> {
        if let Some(known) = self.book.contacts().find(&submit.contact) {
            return Ok(Subject::Submitted(known));
        }
        let mut resolved = self.book.resolve_submit(submit)?;
        if let Err(blocked) = self.book.check_trunks(resolved.queue, &submit.contact) {
            let queue = self.book.queue(resolved.queue).id.clone();
            self.count(|_| Count::Blocked { queue });
            return Err(blocked);
        }
        let slot = self.book.slot_for(
            &submit.contact,
            resolved.queue,
            resolved.case,
            None,
            submit.not_before_at,
        )?;
        if let Some(name) = submit.person() {
            resolved.customer = Some(self.book.intern_customer(name));
        }
        let requires = self.book.skills_mut().levels(&submit.requires);
        let prefer = submit
            .prefer
            .as_ref()
            .map(|name| self.book.intern_agent(name));
        let exclude: SmallVec<[AgentIdx; 2]> = submit
            .exclude
            .iter()
            .map(|name| self.book.intern_agent(name))
            .collect();
        let source = source.map(|name| self.book.sources_mut().intern(name));
        let seq = self.book.next_arrival();
        let mut contact = self.book.draft(submit, &resolved, requires, seq);
        contact.prefer = prefer;
        if !exclude.is_empty() {
            contact.cold_mut().exclude = exclude;
        }
        let idx = self.enter_contact(contact, source, slot, resolved.case, submit.not_before_at);
        Ok(Subject::Submitted(idx))
    }

    /// Adds a checked contact and routes it.
    pub(in crate::router) fn enter_contact(
        &mut self,
        contact: Contact,
        source: Option<SourceIdx>,
        slot: Option<Slot>,
        case: Option<CaseIdx>,
        not_before_at: Option<Timestamp>,
    ) -> ContactIdx {
        let customer = contact.customer();
        let idx = self.enter(contact, source, slot);
        if let Some(case) = case {
            self.attach(idx, case);
        } else if let Some(customer) = customer {
            self.book.join_unattached(customer, idx);
        }
        match not_before_at.filter(|from| *from > self.book.at()) {
            Some(from) => self.schedule(idx, from),
            None => {
                self.book.set_state(idx, ContactState::Waiting);
                self.resume(idx);
                self.arrive(idx);
            }
        }
        idx
    }

    /// Adds and counts a contact, which has no state yet.
    pub(super) fn enter(
        &mut self,
        contact: Contact,
        source: Option<SourceIdx>,
        slot: Option<Slot>,
    ) -> ContactIdx {
        let queue = contact.queue();
        let idx = self.book.enter_contact(contact, source, slot);
        let at = self.book.at();
        self.book.queue_mut(queue).stats.submitted(at);
        self.count(|book| Count::Submitted {
            queue: book.queue_name(idx),
            channel: book.channels().name(book.contact(idx).channel).clone(),
        });
        idx
    }

    /// Counts a contact that comes to its queue to wait.
    pub(super) fn comes_in(&mut self, idx: ContactIdx) {
        let (queue, at) = (self.book.contact(idx).queue(), self.book.at());
        self.book.queue_mut(queue).stats.entered(at);
    }

    /// Changes the time of a scheduled contact.
    pub(super) fn reschedule(&mut self, idx: ContactIdx, from: Timestamp) {
        self.book.contact_mut(idx).not_before_at = MaybeAt::at(from);
        self.book.set_deadline(idx, Deadline::Scheduled, Some(from));
    }

    pub(super) fn schedule(&mut self, idx: ContactIdx, from: Timestamp) {
        self.book.set_state(idx, ContactState::Scheduled);
        self.book.contact_mut(idx).why = Why::NotBefore;
        self.book.set_deadline(idx, Deadline::Scheduled, Some(from));
        self.remember(idx, Rule::Scheduled, Some(Why::NotBefore), None);
        self.emit_contact(idx, |_| ContactEvent::Waiting {
            state: ContactState::Scheduled,
            position: None,
            why: Why::NotBefore,
        });
    }

    /// A scheduled contact has reached its time.
    pub(in crate::router::act) fn scheduled_arrives(&mut self, idx: ContactIdx) {
        let at = self.book.at();
        let contact = self.book.contact_mut(idx);
        contact.drop_deadline(Deadline::Scheduled);
        contact.joined_at = at;
        contact.entered_at = at;
        contact.wait_from = at;
        self.book.set_state(idx, ContactState::Waiting);
        if self.book.contact(idx).connected_at.get().is_some() {
            // Another try of a callback comes to its queue again.
            self.count(|book| Count::MovedIn {
                queue: book.queue_name(idx),
            });
        }
        self.arrive(idx);
    }

    /// A caller who hung up and returns in time resumes the old place (rule 7).
    fn resume(&mut self, idx: ContactIdx) {
        let contact = self.book.contact(idx);
        let Some(customer) = contact.customer() else {
            return;
        };
        let queue = contact.queue();
        let place = self.book.place_to_resume(contact);
        if !self.book.customer(customer).abandoned().is_empty() {
            let abandoned = &mut self.book.customer_mut(customer).cold_mut().abandoned;
            abandoned.retain(|place| place.queue != queue);
        }
        if let Some((joined_at, seq)) = place {
            let contact = self.book.contact_mut(idx);
            contact.joined_at = contact.joined_at.min(joined_at);
            contact.seq = contact.seq.min(seq);
            self.remember(idx, Rule::Resume, None, None);
        }
    }

    /// Puts a contact into its queue, or turns it away if the queue is full.
    fn arrive(&mut self, idx: ContactIdx) {
        self.comes_in(idx);
        self.draw_ticket(idx);
        self.begin_wishing(idx);
        self.seek_or_overflow(idx);
    }
}
