//! Contacts: arrival, changes, end, and repair after the loss of their platform.

use firsthand::router::codes::{ContactState, Outcome, Route};
use firsthand::router::command::{ContactCancel, ContactEnd, ContactSubmit, ContactUpdate};
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;
use firsthand::router::time::{MILLIS_MAX, Timestamp};

use super::{Abandoned, Contact, Model, Verdict, WrapUp};

impl Model {
    pub(super) fn contact_submit(
        &mut self,
        submit: &ContactSubmit,
        source: Option<&Name>,
    ) -> Verdict {
        if self.contact(&submit.contact).is_some() {
            // Submitting a contact that exists changes nothing.
            return Ok(());
        }
        let queue = submit.queue.clone().unwrap_or_else(|| Name::of("default"));
        let channel = submit.channel.clone().unwrap_or_else(|| Name::of("voice"));
        let keep = self.settings.keep_ended_ms.0;
        let joins = |at: Timestamp| self.now - keep <= at && at <= self.now + 60_000;
        if !submit.joined_at.is_none_or(joins) {
            return Err(RejectKind::Invalid);
        }
        if !self.has_queue(&queue) {
            return Err(RejectKind::NotFound);
        }
        if !self.settings.channels.contains_key(&channel) {
            return Err(RejectKind::Invalid);
        }
        let named = self.named_case(submit)?;
        if channel.as_str() == "callback" && !self.can_call(submit, named) {
            return Err(RejectKind::Invalid);
        }
        let scheduled_at = submit.not_before_at.filter(|at| *at > self.now);
        if self.is_blocked(&queue) {
            return Err(RejectKind::Limit);
        }
        let customer = match (&submit.customer, named) {
            (Some(name), _) => Some(self.customer_or_new(name)),
            (None, Some(case)) => self.cases[case].customer,
            (None, None) => None,
        };
        for (of, names) in &mut self.listed {
            if Some(&*of) == source {
                names.push(submit.contact.clone());
            }
        }
        let order_at = submit.joined_at.map_or(self.now, |at| at.min(self.now));
        self.arrivals += 1;
        let contact = self.new_contact(submit, queue, channel, order_at);
        self.contacts.push(Contact {
            customer,
            scheduled_at,
            source: source.cloned(),
            ..contact
        });
        let idx = self.contacts.len() - 1;
        match named.or_else(|| self.case_of(customer, submit.topic.as_ref())) {
            Some(case) => self.attach(idx, case),
            None => self.contacts[idx].last_owner = self.last_owner(idx),
        }
        if scheduled_at.is_none() {
            self.resume(idx);
            self.enter_or_overflow(idx, order_at);
        }
        Ok(())
    }

    /// A new contact.
    fn new_contact(
        &self,
        submit: &ContactSubmit,
        queue: Name,
        channel: Name,
        order_at: Timestamp,
    ) -> Contact {
        Contact {
            name: submit.contact.clone(),
            queue,
            channel,
            customer: None,
            requires: submit.requires.clone(),
            priority: submit.priority.0,
            topic: submit.topic.clone(),
            case: None,
            last_owner: None,
            prefer: submit.prefer.clone(),
            exclude: submit.exclude.clone(),
            max_wait_ms: submit.max_wait_ms.map(|ms| ms.0),
            source: None,
            submitted_at: self.now,
            order_at,
            arrival: self.arrivals,
            entered_at: order_at,
            hops: 0,
            waits_since: order_at,
            scheduled_at: None,
            seeking: false,
            looks_for_more: false,
            just_arrived: false,
            overdue: false,
            direct: None,
            assigned: None,
            tries: 0,
            by_owner_only: false,
            kept: false,
            nobody_since: None,
            passed_on: false,
            passed_by: None,
            offers: Vec::new(),
            offers_made: 0,
            legs: Vec::new(),
            wrap_ups: Vec::new(),
            outcome: None,
            last_agent: None,
            route: None,
            connected_at: None,
            over_at: None,
            ended_at: None,
            lease_at: None,
            came_later: submit.not_before_at.is_some(),
        }
    }

    /// Rule 11: the named case must exist and not be another customer's.
    fn named_case(&self, submit: &ContactSubmit) -> Result<Option<usize>, RejectKind> {
        let Some(case) = &submit.case else {
            return Ok(None);
        };
        let case = self.must_case(case)?;
        let of = self.cases[case].customer;
        match &submit.customer {
            Some(name) if of.is_some() && self.customer(name) != of => Err(RejectKind::Conflict),
            Some(_) | None => Ok(Some(case)),
        }
    }

    /// Rule 7: a caller who abandoned and returns to the same queue resumes the old place; all
    /// limits count from the new arrival.
    fn resume(&mut self, idx: usize) {
        let contact = &self.contacts[idx];
        let within = self.policy(&contact.queue).resume_ms.map(|ms| ms.0);
        let (queue, customer) = (contact.queue.clone(), contact.customer);
        let here = |place: &Abandoned| Some(place.customer) == customer && place.queue == queue;
        let last = self.abandoned.iter().filter(|place| here(place));
        let last = last.max_by_key(|place| place.at).cloned();
        self.abandoned.retain(|place| !here(place));
        let in_time =
            |at: Timestamp| within.is_none_or(|within| within > 0 && self.now - at <= within);
        if let Some(place) = last.filter(|place| in_time(place.at)) {
            let contact = &mut self.contacts[idx];
            contact.order_at = contact.order_at.min(place.order_at);
            contact.arrival = contact.arrival.min(place.arrival);
        }
    }

    /// A scheduled contact has reached its time.
    pub(super) fn begin_to_wait(&mut self, idx: usize) {
        let now = self.now;
        let contact = &mut self.contacts[idx];
        contact.scheduled_at = None;
        contact.order_at = now;
        contact.waits_since = now;
        self.enter_or_overflow(idx, now);
    }

    pub(super) fn contact_update(&mut self, update: &ContactUpdate) -> Verdict {
        let idx = self.must_be(
            &update.contact,
            &[
                ContactState::Scheduled,
                ContactState::Waiting,
                ContactState::Offered,
                ContactState::Connected,
                ContactState::WrapUp,
            ],
        )?;
        let state = self.contacts[idx].state();
        if let Some(queue) = &update.queue
            && !self.has_queue(queue)
        {
            return Err(RejectKind::NotFound);
        }
        let queue = update.queue.as_ref();
        let moves_to = queue.filter(|queue| **queue != self.contacts[idx].queue);
        if moves_to.is_some() && matches!(state, ContactState::Connected | ContactState::WrapUp) {
            return Err(RejectKind::Conflict);
        }
        if let Some(priority) = update.priority {
            self.contacts[idx].priority = priority.0;
        }
        if let Some(requires) = &update.requires {
            self.contacts[idx].requires = requires.clone();
        }
        match moves_to {
            Some(queue) => {
                self.revoke_all(idx);
                self.contacts[idx].queue = queue.clone();
                if state != ContactState::Scheduled {
                    // It keeps its place and waits by the new limits.
                    self.contacts[idx].direct = None;
                    self.contacts[idx].assigned = None;
                    self.enter_or_overflow(idx, self.now);
                }
            }
            None => {
                self.contacts[idx].looks_for_more = true;
                self.revoke_unfit(idx);
            }
        }
        Ok(())
    }

    /// Revokes offers by skill to agents who no longer have the skills.
    fn revoke_unfit(&mut self, idx: usize) {
        let contact = self.contacts[idx].clone();
        for offer in &contact.offers {
            let agent = self.agent(&offer.agent).expect("an agent asked exists");
            let by_skill = matches!(offer.route, Route::Skill | Route::Team);
            if by_skill && !self.has_skills(agent, &contact) {
                let offers = &mut self.contacts[idx].offers;
                offers.retain(|other| other.agent != offer.agent);
                self.free(&offer.agent);
                self.offer_is_over(idx);
            }
        }
    }

    pub(super) fn contact_cancel(&mut self, cancel: &ContactCancel) -> Verdict {
        let idx = self.must_be(
            &cancel.contact,
            &[
                ContactState::Scheduled,
                ContactState::Waiting,
                ContactState::Offered,
            ],
        )?;
        let outcome = match &*cancel.reason.0 {
            "abandoned" => Outcome::Abandoned,
            "voicemail" => Outcome::Voicemail,
            "callback" => Outcome::Callback,
            "timeout" => Outcome::Timeout,
            "rejected" => Outcome::Rejected,
            "dropped" => Outcome::Dropped,
            _ => Outcome::Cancelled,
        };
        self.finish(idx, outcome);
        Ok(())
    }

    pub(super) fn contact_end(&mut self, end: &ContactEnd) -> Verdict {
        if self.contact(&end.contact).is_none() {
            return Err(RejectKind::NotFound);
        }
        let outcome = end.outcome.unwrap_or(Outcome::Open);
        if !matches!(
            outcome,
            Outcome::Resolved
                | Outcome::Open
                | Outcome::Transferred
                | Outcome::Dropped
                | Outcome::Unreached
        ) || outcome == Outcome::Unreached && !self.may_be_unreached(&end.contact)
        {
            return Err(RejectKind::Invalid);
        }
        // What has ended stays as it is.
        let Some(idx) = self.live(&end.contact) else {
            return Ok(());
        };
        match self.contacts[idx].state() {
            ContactState::WrapUp | ContactState::Ended => return Ok(()),
            ContactState::Scheduled | ContactState::Waiting | ContactState::Offered => {
                self.finish(idx, Outcome::Abandoned);
                return Ok(());
            }
            ContactState::Connected => {}
        }
        let contact = &self.contacts[idx];
        let consulted = contact.legs.len() > 1 || contact.seeking;
        if outcome == Outcome::Transferred && consulted {
            self.first_leaves(idx);
            return Ok(());
        }
        if outcome == Outcome::Unreached && self.tries_again(idx) {
            return Ok(());
        }
        while !self.contacts[idx].legs.is_empty() {
            self.leave(idx, true);
        }
        self.touch_case(idx);
        self.finish(idx, outcome);
        if outcome == Outcome::Resolved
            && let Some(case) = self.contacts[idx].case
        {
            self.resolve(case);
        }
        Ok(())
    }

    /// Rule 8: an agent leaves a conversation; it takes nothing until its wrap-up ends. A contact
    /// that ends with the conversation waits for that too.
    pub(super) fn leave(&mut self, idx: usize, over: bool) {
        let now = self.now;
        let leg = self.contacts[idx].legs.remove(0);
        let queue_ms = self.policy(&leg.queue).wrap_up_ms.0;
        let agent = self.agent_mut(&leg.agent);
        agent.talk_ms += now - leg.since_at;
        let until_at = now + agent.wrap_up_ms.unwrap_or(queue_ms);
        if until_at == now {
            agent.last_end_at = Some(now);
            self.free(&leg.agent);
        } else if over {
            self.contacts[idx].wrap_ups.push(WrapUp {
                agent: leg.agent,
                until_at,
            });
        } else {
            agent.wrap_ups.push(until_at);
        }
    }

    /// Ends a contact and its offers.
    pub(super) fn finish(&mut self, idx: usize, outcome: Outcome) {
        self.revoke_all(idx);
        if outcome == Outcome::Abandoned {
            self.leave_place(idx);
        }
        let contact = &mut self.contacts[idx];
        contact.seeking = false;
        contact.direct = None;
        contact.assigned = None;
        contact.scheduled_at = None;
        contact.lease_at = None;
        contact.outcome = Some(outcome);
        contact.over_at = Some(self.now);
    }

    /// Rule 7: whoever comes back in time takes the place again.
    pub(super) fn leave_place(&mut self, idx: usize) {
        let now = self.now;
        let contact = &self.contacts[idx];
        let resume_ms = self.policy(&contact.queue).resume_ms;
        // A contact that never waited leaves no place.
        let scheduled = contact.scheduled_at.is_some();
        let resumable = !scheduled && resume_ms.is_none_or(|ms| ms.0 > 0);
        if let (true, Some(customer)) = (resumable, contact.customer) {
            // Only the last place of a customer is kept.
            let place = Abandoned {
                customer,
                queue: contact.queue.clone(),
                at: now,
                order_at: contact.order_at,
                arrival: contact.arrival,
            };
            let same = |old: &Abandoned| old.customer == customer && old.queue == place.queue;
            self.abandoned.retain(|old| !same(old));
            self.abandoned.push(place);
        }
    }

    /// The end of a conversation is activity of its case.
    pub(super) fn touch_case(&mut self, idx: usize) {
        if let Some(case) = self.contacts[idx].case {
            self.cases[case].active_at = self.now;
        }
    }

    /// Rule 15: the contact ends and becomes a callback for its owner.
    pub(super) fn end_as_callback(&mut self, idx: usize) {
        self.finish(idx, Outcome::Callback);
        let ended = &self.contacts[idx];
        let name = (1..).map(|nth| match nth {
            1 => Name::of(&format!("{}/callback", ended.name)),
            nth => Name::of(&format!("{}/callback-{nth}", ended.name)),
        });
        let name = name
            .into_iter()
            .find(|name| self.contact(name).is_none())
            .expect("there are names enough");
        self.arrivals += 1;
        let callback = Contact {
            name,
            channel: Name::of("callback"),
            case: None,
            passed_by: None,
            tries: 0,
            by_owner_only: true,
            submitted_at: self.now,
            order_at: self.now,
            waits_since: self.now,
            arrival: self.arrivals,
            max_wait_ms: Some(MILLIS_MAX),
            offers_made: 0,
            hops: 0,
            source: None,
            outcome: None,
            last_agent: None,
            route: None,
            connected_at: None,
            over_at: None,
            ..ended.clone()
        };
        let case = ended.case;
        self.contacts.push(callback);
        let callback = self.contacts.len() - 1;
        if let Some(case) = case {
            self.refer(callback, case);
        }
        self.enter(callback, self.now);
    }
}
