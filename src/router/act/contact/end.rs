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
use crate::router::state::part::{Part, Spent};
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
        if matches!(outcome, Outcome::Abandoned | Outcome::Lost)
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
                at: contact.ended_at.get().unwrap_or(self.book.at()),
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

    /// Ends a contact in whatever state; one that has ended stays as it is.
    pub(super) fn contact_end(&mut self, end: &ContactEnd) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&end.contact)?;
        match end.outcome {
            Some(Outcome::Unreached) => self.check_is_callback(idx, &end.contact)?,
            Some(outcome) => check_outcome(&end.contact, outcome)?,
            None => {}
        }
        let state = self.book.contact(idx).state();
        if matches!(state, ContactState::WrapUp | ContactState::Ended) {
            return Ok(Subject::Contact(idx));
        }
        let over_at = self.ended_at(idx, end)?;
        let learnt = self.with_learnt(idx, None, end.learnt.as_ref())?;
        self.take_learnt(idx, learnt);
        if let Some(note) = &end.note {
            self.book.contact_mut(idx).cold_mut().note = Some(note.clone());
        }
        if end.outcome == Some(Outcome::Transferred) && self.first_agent_leaves(idx) {
            return Ok(Subject::Contact(idx));
        }
        self.book.contact_mut(idx).ended_by = end.ended_by;
        let now = self.book.at();
        if over_at < now {
            self.book.contact_mut(idx).cold_mut().told_at = Some(now);
        }
        if state != ContactState::Connected {
            self.book.contact_mut(idx).ended_at = MaybeAt::at(over_at);
            self.cancel(idx, Outcome::Abandoned);
            return Ok(Subject::Contact(idx));
        }
        let told_before = self.book.contact(idx).outcome;
        let outcome = end.outcome.or(told_before).unwrap_or(Outcome::Open);
        self.remember(idx, Rule::End, None, None);
        if outcome == Outcome::Unreached && self.tries_again(idx, over_at) {
            return Ok(Subject::Contact(idx));
        }
        self.end_conversation(idx, outcome, AfterWork::Usual, over_at);
        if outcome == Outcome::Resolved {
            self.matter_resolved(idx, end.note.clone());
        }
        Ok(Subject::Contact(idx))
    }

    /// When a contact ended, checked.
    fn ended_at(&self, idx: ContactIdx, end: &ContactEnd) -> Result<Timestamp, Reject> {
        let now = self.book.at();
        let Some(at) = end.at else { return Ok(now) };
        let contact = self.book.contact(idx);
        let connected = contact.talks().iter().map(|talk| talk.since).min();
        let (from, what) = match connected {
            Some(since) => (since, "connected"),
            None => (contact.submitted_at, "submitted"),
        };
        let message = if at > now {
            format!("{at} is to come: give a time up to {now}, or leave it out")
        } else if at < from {
            format!("{at} is before it was {what}: give a time from {from} to {now}")
        } else {
            return Ok(at);
        };
        Err(Reject::invalid("contact", "at", message).with_id(&end.contact))
    }

    /// A conversation resolved its matter: the case, or the task that it was made for.
    pub(super) fn matter_resolved(&mut self, idx: ContactIdx, note: Option<Text>) {
        let contact = self.book.contact(idx);
        let Some(case) = contact.case() else { return };
        let by = self.last_agent_or_router(idx);
        match self.book.contact(idx).duty {
            None => self.resolve(case, by, note),
            Some(Duty::Assist(number)) => self.finish_assist(case, number, Some(by), note),
            // The result comes with case.follow_up.
            Some(Duty::FollowUp) => {}
        }
    }

    pub(super) fn last_agent_or_router(&self, idx: ContactIdx) -> Name {
        let last = self.book.contact(idx).last_agent;
        last.map_or_else(
            || Name::of(super::accept::ROUTER),
            |agent| self.book.agent_name(agent),
        )
    }

    /// Ends all conversations of a contact, at a time that may be told late; the contact ends when
    /// wrap-up is done.
    pub(in crate::router) fn end_conversation(
        &mut self,
        idx: ContactIdx,
        outcome: Outcome,
        after: AfterWork,
        over_at: Timestamp,
    ) {
        self.revoke_offers(idx, OfferReason::ContactGone, |_| true);
        self.book.end_search(idx);
        let talks = SmallVec::<[Talk; 1]>::from_slice(self.book.contact(idx).talks());
        let at = self.book.at();
        let contact = self.book.contact_mut(idx);
        contact.outcome = Some(outcome);
        contact.ended_at = MaybeAt::at(over_at);
        contact.drop_deadline(Deadline::Firm);
        contact.drop_deadline(Deadline::Lease);
        let mut wraps: SmallVec<[(AgentIdx, Timestamp); 2]> = SmallVec::new();
        for talk in &talks {
            let wrap_ms = match after {
                AfterWork::Nothing => 0,
                AfterWork::Usual => self.wrap_up_ms(idx, talk),
                AfterWork::Lasts(ms) => ms,
            };
            let (part, until) = self.end_part(idx, talk, over_at, wrap_ms, true);
            wraps.extend(until.map(|until| (talk.agent, until)));
            if talks.len() > 1 {
                self.tell_left(idx, talk.agent, &part, until);
            }
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
                let ended_by = book.contact(idx).ended_by;
                (of, ContactEvent::WrapUp { until_at, ended_by })
            });
        }
    }

    /// An agent's part is over. It wraps up until a time, or its account is complete.
    pub(super) fn end_part(
        &mut self,
        idx: ContactIdx,
        talk: &Talk,
        over_at: Timestamp,
        wrap_up_ms: i64,
        ends_contact: bool,
    ) -> (Part, Option<Timestamp>) {
        let wrapped_at = over_at.saturating_add(wrap_up_ms);
        // A part that is told late may be wrapped up by now.
        let until = Some(wrapped_at).filter(|until| *until > self.book.at());
        let part = self.book.end_talk(idx, talk, over_at, until, ends_contact);
        if until.is_none() {
            let spent = self.book.spend_wrap_up(talk.agent, idx, &part, wrapped_at);
            self.account(&part, &spent);
            if ends_contact && wrap_up_ms > 0 {
                self.book.contact_mut(idx).wrapped_up_at = MaybeAt::at(wrapped_at);
            }
        }
        (part, until)
    }

    /// The account of a part is complete: figures, estimates and metrics come from it.
    pub(in crate::router::act) fn account(&mut self, part: &Part, spent: &Spent) {
        let (at, handle_ms) = (self.book.at(), spent.handle_ms());
        let queue = self.book.queue_mut(part.queue);
        queue.stats.handled(at, handle_ms);
        queue.pace.learn_taken(handle_ms);
        self.count(|book| Count::Handled {
            queue: book.queue(part.queue).id.clone(),
            handle_ms,
        });
    }

    /// Tells that an agent left a contact that had others, or goes on to others.
    pub(super) fn tell_left(
        &mut self,
        idx: ContactIdx,
        agent: AgentIdx,
        part: &Part,
        wrap_up_until_at: Option<Timestamp>,
    ) {
        self.emit(|book| {
            let of = ContactRef {
                agent: Some(book.agent_name(agent)),
                queue: book.queue(part.queue).id.clone(),
                ..book.about(idx)
            };
            let event = ContactEvent::Left {
                talk_ms: part.talk_ms,
                hold_ms: part.hold_ms,
                wrap_up_until_at,
            };
            (of, event)
        });
    }

    /// An agent's wrap-up for a contact is done.
    pub(in crate::router::act) fn wrapped_up(&mut self, idx: ContactIdx, agent: AgentIdx) {
        if self.book.end_wrap(idx, agent) {
            let outcome = self.book.contact(idx).outcome.unwrap_or(Outcome::Open);
            self.remember(idx, Rule::WrapUp, None, None);
            self.book.contact_mut(idx).wrapped_up_at = MaybeAt::at(self.book.at());
            self.finish(idx, outcome, Why::Ended);
        }
    }

    /// Ends a contact, for any reason.
    pub(super) fn finish(&mut self, idx: ContactIdx, outcome: Outcome, why: Why) {
        self.book.end_search(idx);
        let at = self.book.at();
        let before = self.book.contact(idx).state();
        let waited = matches!(before, ContactState::Waiting | ContactState::Offered);
        self.book.set_state(idx, ContactState::Ended);
        let contact = self.book.contact_mut(idx);
        contact.outcome = Some(outcome);
        contact.why = why;
        contact.drop_deadline(Deadline::Scheduled);
        contact.drop_deadline(Deadline::Firm);
        contact.drop_deadline(Deadline::Lease);
        let ended_at = contact.ended_at.get().unwrap_or(at);
        contact.ended_at = MaybeAt::at(ended_at);
        let last_wait_ms = (ended_at - contact.wait_from).max(0);
        let wait_ms = *contact.wait_ms.get_or_insert(last_wait_ms);
        let spent = contact.spent(at);
        let queue = self.book.queue_mut(self.book.contact(idx).queue());
        queue.stats.ended(at, outcome, waited);
        if waited {
            queue
                .pace
                .learn_wait(last_wait_ms, outcome == Outcome::Abandoned);
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
        });
        self.emit_contact(idx, |book| ContactEvent::Ended {
            outcome,
            wait_ms,
            handle_ms: spent.map(|spent| spent.handle_ms()),
            talk_ms: spent.map(|spent| spent.talk_ms),
            hold_ms: spent.map(|spent| spent.hold_ms),
            ended_by: book.contact(idx).ended_by,
            ended_at: Some(ended_at).filter(|ended_at| *ended_at < at),
        });
        self.duty_ended(idx);
    }

    /// Ends a contact whose platform is gone or has forgotten it; its agents are free at once.
    pub(in crate::router::act) fn repair(
        &mut self,
        idx: ContactIdx,
        reason: &'static str,
        outcome: Outcome,
    ) {
        self.count(|_| Count::Repaired { reason });
        self.book.contact_mut(idx).reason = Some(Text(reason.into()));
        self.remember(idx, Rule::Lease, None, None);
        if self.book.contact(idx).state() == ContactState::Connected {
            let at = self.book.at();
            self.end_conversation(idx, outcome, AfterWork::Nothing, at);
        } else {
            self.cancel(idx, outcome);
        }
    }
}

/// Refuses an outcome that no conversation has.
pub(super) fn check_outcome(contact: &Name, outcome: Outcome) -> Result<(), Reject> {
    match outcome {
        Outcome::Resolved | Outcome::Open | Outcome::Transferred | Outcome::Dropped => Ok(()),
        Outcome::Abandoned
        | Outcome::Timeout
        | Outcome::Rejected
        | Outcome::NoAgent
        | Outcome::Voicemail
        | Outcome::Callback
        | Outcome::Cancelled
        | Outcome::Lost
        | Outcome::Unreached => {
            let message = format!(
                "\"{outcome}\" does not end a conversation: give resolved, open, transferred or \
                 dropped"
            );
            Err(Reject::invalid("contact", "outcome", message).with_id(contact))
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
