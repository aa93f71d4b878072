//! The end of a contact: by its platform, by its agent, after wrap-up, by repair.

use smallvec::SmallVec;

use crate::router::api::codes::{ContactState, Outcome, Rule, Why};
use crate::router::api::command::{ContactCancel, ContactEnd};
use crate::router::api::effect::Count;
use crate::router::api::event::{ContactEvent, ContactRef, OfferReason};
use crate::router::api::ids::{AgentIdx, ContactIdx, Name, Text};
use crate::router::api::moves::Move;
use crate::router::api::reject::Reject;
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::router::state::contact::Talk;
use crate::router::state::customer::Abandoned;
use crate::router::state::deadline::Deadline;
use crate::router::state::duty::Duty;
use crate::router::{Router, Subject};

/// The wrap-up after a conversation.
#[derive(Clone, Copy, Debug)]
pub(in crate::router) enum AfterWork {
    Nothing,
    /// As long as the agent or the queue says.
    Usual,
    /// Of known length.
    Lasts(i64),
}

impl Router {
    pub(super) fn contact_cancel(&mut self, cancel: &ContactCancel) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&cancel.contact)?;
        match self.book.contact(idx).state() {
            ContactState::Scheduled | ContactState::Waiting | ContactState::Offered => {}
            state @ (ContactState::Connected | ContactState::WrapUp | ContactState::Ended) => {
                let hint = if state == ContactState::Connected {
                    ": use contact.end"
                } else {
                    ""
                };
                let message = format!("contact \"{}\" is {state}{hint}", cancel.contact);
                return Err(Reject::conflict("contact", &cancel.contact, message));
            }
        }
        self.book.contact_mut(idx).reason = Some(cancel.reason.clone());
        let outcome = outcome_of_cancel(&cancel.reason.0);
        self.cancel(idx, outcome);
        Ok(Subject::Contact(idx))
    }

    /// Ends an unanswered contact.
    pub(in crate::router) fn cancel(&mut self, idx: ContactIdx, outcome: Outcome) {
        let scheduled = self.book.contact(idx).state() == ContactState::Scheduled;
        if scheduled {
            // It has not waited yet: it leaves no place and frees its slot.
            self.book.contact_mut(idx).wait_from = self.book.at();
            self.book.set_slot(idx, None);
        }
        let contact = self.book.contact(idx);
        if outcome == Outcome::Abandoned
            && !scheduled
            && let Some(customer) = contact.customer()
            && self
                .book
                .policy_of(idx)
                .resume_ms
                .is_none_or(|limit| limit.0 > 0)
        {
            let place = Abandoned {
                queue: contact.queue(),
                at: self.book.at(),
                joined_at: contact.joined_at,
                seq: contact.seq,
            };
            let abandoned = &mut self.book.customer_mut(customer).cold_mut().abandoned;
            abandoned.retain(|old| old.queue != place.queue);
            abandoned.push(place);
        }
        self.revoke_offers(idx, OfferReason::ContactGone, |_| true);
        self.finish(idx, outcome, Why::Ended);
    }

    pub(super) fn contact_end(&mut self, end: &ContactEnd) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&end.contact)?;
        let state = self.book.contact(idx).state();
        if state != ContactState::Connected {
            let hint = match state {
                ContactState::Scheduled | ContactState::Waiting | ContactState::Offered => {
                    ": use contact.cancel"
                }
                ContactState::Connected | ContactState::WrapUp | ContactState::Ended => "",
            };
            let message = format!("contact \"{}\" is {state}{hint}", end.contact);
            return Err(Reject::conflict("contact", &end.contact, message));
        }
        match end.outcome {
            Outcome::Resolved | Outcome::Open | Outcome::Transferred | Outcome::Dropped => {}
            other @ (Outcome::Abandoned
            | Outcome::Timeout
            | Outcome::Rejected
            | Outcome::NoAgent
            | Outcome::Voicemail
            | Outcome::Callback
            | Outcome::Cancelled) => {
                let message = format!(
                    "\"{other}\" does not end a conversation: give resolved, open, transferred \
                     or dropped"
                );
                return Err(Reject::invalid("contact", "outcome", message).with_id(&end.contact));
            }
        }
        let learnt = self.with_learnt(idx, None, end.learnt.as_ref())?;
        self.take_learnt(idx, learnt);
        if let Some(note) = &end.note {
            self.book.contact_mut(idx).cold_mut().note = Some(note.clone());
        }
        if end.outcome == Outcome::Transferred && self.first_agent_leaves(idx) {
            return Ok(Subject::Contact(idx));
        }
        self.remember(idx, Rule::End, None, None);
        self.end_conversation(idx, end.outcome, AfterWork::Usual);
        if end.outcome == Outcome::Resolved
            && let Some(case) = self.book.contact(idx).case()
        {
            let by = self
                .book
                .contact(idx)
                .last_agent
                .map(|a| self.book.agent_name(a));
            let by = by.unwrap_or_else(|| Name::of(super::accept::ROUTER));
            let note = end.note.clone();
            match self.book.contact(idx).duty {
                None => self.resolve(case, by, note),
                Some(Duty::Assist(number)) => self.finish_assist(case, number, Some(by), note),
                // The result comes with case.follow_up.
                Some(Duty::FollowUp) => {}
            }
        }
        Ok(Subject::Contact(idx))
    }

    /// Ends all conversations of a contact; the contact ends when wrap-up is done.
    pub(in crate::router) fn end_conversation(
        &mut self,
        idx: ContactIdx,
        outcome: Outcome,
        after: AfterWork,
    ) {
        self.revoke_offers(idx, OfferReason::ContactGone, |_| true);
        self.book.end_search(idx);
        let talks = SmallVec::<[Talk; 1]>::from_slice(self.book.contact(idx).talks());
        let at = self.book.at();
        let contact = self.book.contact_mut(idx);
        contact.outcome = Some(outcome);
        contact.ended_at = MaybeAt::at(at);
        contact.drop_deadline(Deadline::Firm);
        contact.drop_deadline(Deadline::Lease);
        let mut wraps: SmallVec<[(AgentIdx, Timestamp); 2]> = SmallVec::new();
        for talk in &talks {
            let wrap_ms = match after {
                AfterWork::Nothing => 0,
                AfterWork::Usual => self.wrap_up_ms(talk.agent, idx),
                AfterWork::Lasts(ms) => ms,
            };
            if wrap_ms > 0 {
                wraps.push((talk.agent, at.saturating_add(wrap_ms)));
            }
            self.book.end_talk(idx, talk, wrap_ms, true);
        }
        if let Some(case) = self.book.contact(idx).case() {
            self.book.case_mut(case).active_at = at;
        }
        if self.book.contact(idx).wrapping().is_empty() {
            self.finish(idx, outcome, Why::Ended);
            return;
        }
        self.book.set_state(idx, ContactState::WrapUp);
        for (agent, until_at) in wraps {
            self.emit(|book| {
                let of = ContactRef {
                    agent: Some(book.agent_name(agent)),
                    ..book.about(idx)
                };
                (of, ContactEvent::WrapUp { until_at })
            });
        }
    }

    /// An agent's wrap-up for a contact is done.
    pub(in crate::router::act) fn wrapped_up(&mut self, idx: ContactIdx, agent: AgentIdx) {
        if self.book.end_wrap(idx, agent) {
            let outcome = self.book.contact(idx).outcome.unwrap_or(Outcome::Open);
            self.remember(idx, Rule::WrapUp, None, None);
            self.finish(idx, outcome, Why::Ended);
        }
    }

    /// Ends a contact, for any reason.
    pub(super) fn finish(&mut self, idx: ContactIdx, outcome: Outcome, why: Why) {
        self.book.end_search(idx);
        let at = self.book.at();
        self.book.set_state(idx, ContactState::Ended);
        let contact = self.book.contact_mut(idx);
        contact.outcome = Some(outcome);
        contact.why = why;
        contact.drop_deadline(Deadline::Scheduled);
        contact.drop_deadline(Deadline::Firm);
        contact.drop_deadline(Deadline::Lease);
        let ended_at = contact.ended_at.get().unwrap_or(at);
        contact.ended_at = MaybeAt::at(ended_at);
        let waited = ended_at - contact.wait_from;
        let wait_ms = *contact.wait_ms.get_or_insert(waited.max(0));
        let handle_ms = contact.connected_at.get().map(|from| ended_at - from);
        let taken_ms = contact.connected_at.get().map(|from| at - from);
        let within_target = contact.connected_at.is_some() && contact.within_target;
        let queue = self.book.queue_mut(self.book.contact(idx).queue());
        queue.stats.ended(at, outcome, handle_ms);
        queue
            .pace
            .learn_wait(wait_ms, outcome == Outcome::Abandoned);
        if let Some(taken_ms) = taken_ms {
            queue.pace.learn_taken(taken_ms);
        }
        self.book.note_ended(idx);
        if self.detail.moves {
            let owner = self.book.case_owner(idx);
            self.out.moves.push(Move::Ended {
                contact: idx,
                outcome,
                owner,
                offers: self.book.contact(idx).offers_made,
            });
        }
        self.count(|book| Count::Ended {
            queue: book.queue_name(idx),
            outcome,
            wait_ms,
            handle_ms,
            within_target,
        });
        self.emit_contact(idx, |_| ContactEvent::Ended {
            outcome,
            wait_ms,
            handle_ms,
        });
        self.duty_ended(idx);
    }

    /// Ends a contact whose platform is gone or has forgotten it; its agents are free at once.
    pub(in crate::router::act) fn repair(&mut self, idx: ContactIdx, reason: &'static str) {
        self.count(|_| Count::Repaired { reason });
        self.book.contact_mut(idx).reason = Some(Text(reason.into()));
        self.remember(idx, Rule::Lease, None, None);
        if self.book.contact(idx).state() == ContactState::Connected {
            self.end_conversation(idx, Outcome::Dropped, AfterWork::Nothing);
        } else {
            self.cancel(idx, Outcome::Abandoned);
        }
    }
}

/// The outcome of a cancel: reasons that are outcome words become that outcome.
fn outcome_of_cancel(reason: &str) -> Outcome {
    [
        Outcome::Abandoned,
        Outcome::Voicemail,
        Outcome::Callback,
        Outcome::Timeout,
        Outcome::Rejected,
        Outcome::Dropped,
    ]
    .into_iter()
    .find(|outcome| outcome.as_str() == reason)
    .unwrap_or(Outcome::Cancelled)
}
