//! How a contact ends: by its platform, by time, by a queue that cannot hold it (rules 6, 8).

use smallvec::SmallVec;

use crate::router::api::codes::{ContactState, Outcome, OverflowAction, Rule, Why};
use crate::router::api::command::{ContactCancel, ContactEnd, ContactUpdate};
use crate::router::api::effect::Count;
use crate::router::api::event::{EventBody, OfferReason};
use crate::router::api::ids::{AgentIdx, ContactIdx, Name, QueueIdx, Text};
use crate::router::api::moves::Move;
use crate::router::api::policy::SKILLS_MAX;
use crate::router::api::reject::Reject;
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::router::state::contact::Contact;
use crate::router::state::customer::Abandoned;
use crate::router::state::duty::Duty;
use crate::router::state::skill::meets;
use crate::router::{Router, Subject};

/// The work that follows a conversation.
#[derive(Clone, Copy, Debug)]
pub(in crate::router) enum AfterWork {
    Nothing,
    /// As long as the agent or the queue says.
    Usual,
    /// Known beforehand.
    Lasts(i64),
}

impl Router {
    pub(in crate::router) fn contact_cancel(
        &mut self,
        cancel: &ContactCancel,
    ) -> Result<Subject, Reject> {
        let idx = self.find_contact(&cancel.contact)?;
        match self.contacts[idx].state {
            ContactState::Scheduled | ContactState::Waiting | ContactState::Offered => {}
            state @ (ContactState::Connected | ContactState::WrapUp | ContactState::Ended) => {
                let hint = match state {
                    ContactState::Connected => ": use contact.end",
                    _over => "",
                };
                let message = format!("contact \"{}\" is {state}{hint}", cancel.contact);
                return Err(Reject::conflict("contact", &cancel.contact, message));
            }
        }
        self.contacts[idx].reason = Some(cancel.reason.clone());
        let outcome = outcome_of_cancel(&cancel.reason.0);
        self.cancel(idx, outcome);
        Ok(Subject::Contact(idx))
    }

    /// Ends a contact that nobody has answered.
    pub(in crate::router) fn cancel(&mut self, idx: ContactIdx, outcome: Outcome) {
        let scheduled = self.contacts[idx].state == ContactState::Scheduled;
        if scheduled {
            // It has not waited yet and leaves no place, but its slot to others.
            self.contacts[idx].wait_from = self.at;
            self.contacts.set_slot(idx, None);
        }
        let contact = &self.contacts[idx];
        if outcome == Outcome::Abandoned
            && !scheduled
            && let Some(customer) = contact.customer
            && self
                .policy_of(idx)
                .resume_ms
                .is_none_or(|limit| limit.0 > 0)
        {
            let place = Abandoned {
                queue: contact.queue,
                at: self.at,
                joined_at: contact.joined_at,
                seq: contact.seq,
            };
            let abandoned = &mut self.customers[customer].extra_mut().abandoned;
            abandoned.retain(|old| old.queue != place.queue);
            abandoned.push(place);
        }
        self.revoke_offers(idx, OfferReason::ContactGone, |_| true);
        self.finish(idx, outcome, Why::Ended);
    }

    pub(in crate::router) fn contact_end(&mut self, end: &ContactEnd) -> Result<Subject, Reject> {
        let idx = self.find_contact(&end.contact)?;
        let state = self.contacts[idx].state;
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
            other => {
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
            self.contacts[idx].extra_mut().note = Some(note.clone());
        }
        if end.outcome == Outcome::Transferred && self.first_agent_leaves(idx) {
            return Ok(Subject::Contact(idx));
        }
        self.remember(idx, Rule::End, None, None);
        self.end_conversation(idx, end.outcome, AfterWork::Usual);
        if end.outcome == Outcome::Resolved
            && let Some(case) = self.contacts[idx].case
        {
            let by = self.contacts[idx]
                .last_agent
                .map(|a| self.agents[a.at()].id.clone());
            let by = by.unwrap_or_else(|| Name::of(super::accept::ROUTER));
            let note = end.note.clone();
            match self.contacts[idx].duty {
                None => self.resolve(case, by, note),
                Some(Duty::Assist(number)) => self.finish_assist(case, number, Some(by), note),
                // What it found is told with case.follow_up.
                Some(Duty::FollowUp) => {}
            }
        }
        Ok(Subject::Contact(idx))
    }

    /// Ends all conversations of a contact; with wrap-up it ends when that is done.
    pub(in crate::router) fn end_conversation(
        &mut self,
        idx: ContactIdx,
        outcome: Outcome,
        after: AfterWork,
    ) {
        self.revoke_offers(idx, OfferReason::ContactGone, |_| true);
        self.end_seeking(idx);
        let talks = std::mem::take(&mut self.contacts[idx].talks);
        let at = self.at;
        let contact = &mut self.contacts[idx];
        contact.outcome = Some(outcome);
        contact.ended_at = MaybeAt::at(at);
        contact.firm_at = MaybeAt::NONE;
        contact.lease_at = MaybeAt::NONE;
        let mut wraps: SmallVec<[(AgentIdx, Timestamp); 2]> = SmallVec::new();
        for talk in &talks {
            let wrap_ms = match after {
                AfterWork::Nothing => 0,
                AfterWork::Usual => self.wrap_up_ms(talk.agent, idx),
                AfterWork::Lasts(ms) => ms,
            };
            if wrap_ms > 0 {
                self.contacts[idx].wrapping.push(talk.agent);
                wraps.push((talk.agent, at.saturating_add(wrap_ms)));
            }
            self.release_agent(talk.agent, idx, talk.since, wrap_ms, true);
        }
        if let Some(case) = self.contacts[idx].case {
            self.cases[case].active_at = at;
        }
        if self.contacts[idx].wrapping.is_empty() {
            self.finish(idx, outcome, Why::Ended);
            return;
        }
        self.set_state(idx, ContactState::WrapUp);
        if self.detail.events {
            for (agent, until_at) in wraps {
                let mut of = self.about(idx);
                of.agent = Some(self.agents[agent.at()].id.clone());
                self.emit(EventBody::ContactWrapUp { of, until_at });
            }
        }
    }

    /// One agent's wrap-up for a contact is done.
    pub(in crate::router::act) fn wrapped_up(&mut self, idx: ContactIdx, agent: AgentIdx) {
        let contact = &mut self.contacts[idx];
        contact.wrapping.retain(|other| other != agent);
        if contact.wrapping.is_empty() {
            let outcome = contact.outcome.unwrap_or(Outcome::Open);
            self.remember(idx, Rule::WrapUp, None, None);
            self.finish(idx, outcome, Why::Ended);
        }
    }

    /// The end of a contact, however it came.
    pub(in crate::router) fn finish(&mut self, idx: ContactIdx, outcome: Outcome, why: Why) {
        self.end_seeking(idx);
        let at = self.at;
        self.set_state(idx, ContactState::Ended);
        let contact = &mut self.contacts[idx];
        contact.outcome = Some(outcome);
        contact.why = why;
        contact.scheduled = MaybeAt::NONE;
        contact.firm_at = MaybeAt::NONE;
        contact.lease_at = MaybeAt::NONE;
        let ended_at = contact.ended_at.get().unwrap_or(at);
        contact.ended_at = MaybeAt::at(ended_at);
        let waited = ended_at - contact.wait_from;
        let wait_ms = *contact.wait_ms.get_or_insert(waited.max(0));
        let handle_ms = contact.connected_at.get().map(|from| ended_at - from);
        let taken_ms = contact.connected_at.get().map(|from| at - from);
        let within_target = contact.connected_at.is_some() && contact.within_target;
        if let Some(source) = contact.source {
            self.sources.leave(source, idx);
        }
        let queue = &mut self.queues[self.contacts[idx].queue.at()];
        queue.stats.ended(at, outcome, handle_ms);
        queue
            .pace
            .learn_wait(wait_ms, outcome == Outcome::Abandoned);
        if let Some(taken_ms) = taken_ms {
            queue.pace.learn_taken(taken_ms);
        }
        self.ended.push_back((at, idx));
        if self.detail.moves {
            let owner = self.case_owner(idx);
            self.out.moves.push(Move::Ended {
                contact: idx,
                outcome,
                owner,
                offers: self.contacts[idx].offers_made,
            });
        }
        self.count(|router| Count::Ended {
            queue: router.queue_name(idx),
            outcome,
            wait_ms,
            handle_ms,
            within_target,
        });
        if self.detail.events {
            let of = self.about(idx);
            self.emit(EventBody::ContactEnded {
                of,
                outcome,
                wait_ms,
                handle_ms,
            });
        }
        self.duty_ended(idx);
    }

    /// A waiting contact cannot wait any longer: it overflows or ends.
    pub(in crate::router::act) fn give_up(&mut self, idx: ContactIdx, why: Why) {
        if !self.contacts[idx].talks.is_empty() {
            // A consultation found nobody; the conversation goes on without.
            self.end_seeking(idx);
            return;
        }
        if why == Why::WaitedTooLong {
            // The limit of its own is used up; from here on that of the queue counts.
            self.contacts[idx].max_wait_ms = None;
        }
        let mut left: SmallVec<[QueueIdx; 4]> = SmallVec::new();
        loop {
            left.push(self.contacts[idx].queue);
            match self.overflow_target(&self.contacts[idx], &left) {
                Some(target) if self.is_open(target) && self.has_room(idx, target) => {
                    self.overflow_to(idx, target, why);
                    return;
                }
                // The other queue is full or closed too: its own overflow decides.
                Some(target) => self.move_to_queue(idx, target, why),
                None => break,
            }
        }
        let outcome = self.outcome_of_overflow(&self.contacts[idx], why);
        self.remember(idx, Rule::Overflow, Some(why), None);
        self.finish(idx, outcome, why);
    }

    /// How a contact ends that its queue cannot hold and sends to no other.
    pub(in crate::router) fn outcome_of_overflow(&self, contact: &Contact, why: Why) -> Outcome {
        let action = self.queues[contact.queue.at()].policy.overflow.action;
        match (action.unwrap_or(OverflowAction::Reject), why) {
            (OverflowAction::Voicemail, _) => Outcome::Voicemail,
            (OverflowAction::Callback, _) => Outcome::Callback,
            (OverflowAction::Reject, Why::QueueFull | Why::QueueClosed) => Outcome::Rejected,
            (OverflowAction::Reject, Why::NobodyLoggedIn) => Outcome::NoAgent,
            (OverflowAction::Reject, _) => Outcome::Timeout,
        }
    }

    /// The queue to which a contact's queue sends it on. None where it has been already: queues
    /// that overflow into each other may hand a contact round only as long as time passes.
    pub(in crate::router) fn overflow_target(
        &self,
        contact: &Contact,
        left: &[QueueIdx],
    ) -> Option<QueueIdx> {
        let hops = if contact.entered_at == self.at {
            contact.hops as usize
        } else {
            0
        };
        if hops >= self.queues.len() {
            return None;
        }
        let to = self.queues[contact.queue.at()].policy.overflow.to.as_ref();
        to.and_then(|name| self.find_queue(name).ok())
            .filter(|target| !left.contains(target))
    }

    fn overflow_to(&mut self, idx: ContactIdx, target: QueueIdx, why: Why) {
        self.remember(idx, Rule::Overflow, Some(why), None);
        self.move_to_queue(idx, target, why);
        self.begin_seeking(idx);
    }

    /// Moves a contact into another queue, where it is new but keeps its time of joining.
    fn move_to_queue(&mut self, idx: ContactIdx, target: QueueIdx, why: Why) {
        let from = self.queue_name(idx);
        self.leave_index(idx);
        if self.contacts[idx].state == ContactState::Offered {
            self.set_state(idx, ContactState::Waiting);
        }
        self.set_queue(idx, target);
        let at = self.at;
        let contact = &mut self.contacts[idx];
        let hops = if contact.entered_at == at {
            contact.hops
        } else {
            0
        };
        contact.hops = hops + 1;
        contact.entered_at = at;
        contact.step_at = MaybeAt::NONE;
        contact.age_at = MaybeAt::NONE;
        contact.no_agent_at = MaybeAt::NONE;
        contact.owner_until = MaybeAt::NONE;
        if self.detail.events {
            let of = self.about(idx);
            let to = self.queue_name(idx);
            self.emit(EventBody::ContactOverflowed { of, from, to, why });
        }
    }

    /// Whether a queue takes contacts now by its opening hours. A calendar that there is not
    /// closes nothing.
    pub(in crate::router) fn is_open(&self, queue: QueueIdx) -> bool {
        let policy = &self.queues[queue.at()].policy;
        let calendar = policy.calendar.as_ref();
        let calendar = calendar.and_then(|name| self.calendars.get(name));
        calendar.is_none_or(|calendar| calendar.is_open(self.at))
    }

    /// Whether a queue takes a contact: one that can be offered at once never counts.
    pub(super) fn has_room(&mut self, idx: ContactIdx, queue: QueueIdx) -> bool {
        let entry = &self.queues[queue.at()];
        let Some(limit) = entry.policy.max_waiting else {
            return true;
        };
        let mut held = entry.counts.waiting + entry.counts.offered;
        if self.contacts[idx].queue == queue {
            held -= 1;
        }
        if held < limit {
            return true;
        }
        let trial = self.as_if_in(&self.contacts[idx], queue);
        let requirement = self.requirement(&trial);
        self.idle.require(&requirement, &self.agents);
        self.idle.settle(&mut self.agents);
        matches!(
            self.plan(&trial),
            crate::router::decide::plan::Plan::Offer { .. }
        )
    }

    /// A contact as it would be on entering a queue now.
    pub(in crate::router) fn as_if_in(&self, contact: &Contact, queue: QueueIdx) -> Contact {
        let mut trial = contact.clone();
        trial.queue = queue;
        trial.entered_at = self.at;
        trial.overdue = false;
        trial.place = None;
        trial.steps_passed = self.steps_passed(&trial);
        trial
    }

    /// The contact ends; its owner has it on the list as a callback.
    pub(in crate::router::act) fn end_as_callback(&mut self, idx: ContactIdx) {
        let owner = self.sought_owner(&self.contacts[idx]);
        self.remember(idx, Rule::Fallback, Some(Why::OwnerCallback), owner);
        self.finish(idx, Outcome::Callback, Why::OwnerCallback);
        self.schedule_owner_callback(idx);
    }

    pub(in crate::router) fn contact_update(
        &mut self,
        update: &ContactUpdate,
    ) -> Result<Subject, Reject> {
        let idx = self.find_contact(&update.contact)?;
        let state = self.contacts[idx].state;
        if !self.contacts[idx].is_live() {
            let message = format!("contact \"{}\" has ended", update.contact);
            return Err(Reject::conflict("contact", &update.contact, message));
        }
        let target = match &update.queue {
            None => None,
            Some(name) => Some(self.find_queue(name)?),
        };
        let target = target.filter(|target| *target != self.contacts[idx].queue);
        if target.is_some() && matches!(state, ContactState::Connected | ContactState::WrapUp) {
            let message = format!(
                "contact \"{}\" is {state}: use contact.transfer to move it",
                update.contact
            );
            return Err(Reject::conflict("contact", &update.contact, message).in_field("queue"));
        }
        let attributes = update.attributes.as_ref();
        let learnt = self.with_learnt(idx, attributes, update.learnt.as_ref())?;
        let booked = self.rebooking(idx, update, target)?;
        if let Some(requires) = &update.requires {
            if requires.len() > SKILLS_MAX || !self.skills.has_room_for(requires) {
                let message = format!("{} skills: at most {SKILLS_MAX}", requires.len());
                return Err(
                    Reject::invalid("contact", "requires", message).with_id(&update.contact)
                );
            }
            self.contacts[idx].requires = self.skills.levels(requires);
        }
        if let Some(priority) = update.priority {
            self.contacts[idx].priority = priority.0;
        }
        if let Some(attributes) = attributes {
            self.contacts[idx].attributes = Some(attributes.clone());
        }
        self.take_learnt(idx, learnt);
        self.remember(idx, Rule::Update, None, None);
        if let Some(booked) = booked {
            self.rebook(idx, booked);
        }
        if let Some(target) = target {
            self.revoke_offers(idx, OfferReason::Rerouted, |_| true);
            self.leave_index(idx);
            if self.contacts[idx].state == ContactState::Offered {
                self.set_state(idx, ContactState::Waiting);
            }
            self.set_queue(idx, target);
        }
        if self.detail.events {
            let of = self.about(idx);
            self.emit(EventBody::ContactUpdated { of });
        }
        self.updated(idx, target.is_some());
        Ok(Subject::Contact(idx))
    }

    /// What an update means for a contact that looks for an agent.
    fn updated(&mut self, idx: ContactIdx, moved: bool) {
        if self.contacts[idx].state == ContactState::Scheduled {
            return;
        }
        if moved {
            // It was to go to one agent; moved elsewhere it is anyone's again.
            self.contacts[idx].direct = None;
            self.contacts[idx].entered_at = self.at;
            self.begin_seeking(idx);
            return;
        }
        if !self.contacts[idx].seeking {
            return;
        }
        let requirement = self.requirement(&self.contacts[idx]);
        let unfit: Vec<crate::router::api::ids::OfferId> = self.contacts[idx]
            .offers
            .iter()
            .filter(|offer| {
                matches!(
                    offer.route,
                    crate::router::api::codes::Route::Skill
                        | crate::router::api::codes::Route::Team
                ) && !meets(&self.agents[offer.agent.at()].skills, &requirement)
            })
            .map(|offer| offer.id)
            .collect();
        self.revoke_offers(idx, OfferReason::Rerouted, |offer| {
            unfit.contains(&offer.id)
        });
        self.note_hunger(idx);
        self.dirty_contacts.push(idx);
    }

    /// Ends a contact whose platform is gone or has forgotten it; its agents are free at once.
    pub(in crate::router::act) fn repair(&mut self, idx: ContactIdx, reason: &'static str) {
        self.count(|_| Count::Repaired { reason });
        self.contacts[idx].reason = Some(Text(reason.into()));
        self.remember(idx, Rule::Lease, None, None);
        if self.contacts[idx].state == ContactState::Connected {
            self.end_conversation(idx, Outcome::Dropped, AfterWork::Nothing);
        } else {
            self.cancel(idx, Outcome::Abandoned);
        }
    }
}

/// The outcome of a cancel: the words that are outcomes are taken as such.
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
