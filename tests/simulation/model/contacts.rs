//! Contacts: how they come, change and end, and what becomes of them when their platform is gone.

use firsthand::router::codes::{ContactState, Outcome};
use firsthand::router::command::{
    ContactCancel, ContactEnd, ContactSubmit, ContactSync, ContactUpdate,
};
use firsthand::router::ids::Name;
use firsthand::router::reject::RejectKind;
use firsthand::router::time::Timestamp;

use super::{Contact, Model, Verdict, WrapUp};

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
        if !self.has_queue(&queue) || !self.settings.channels.contains_key(&channel) {
            return Err(RejectKind::NotFound);
        }
        if submit
            .prefer
            .as_ref()
            .is_some_and(|agent| self.agent(agent).is_none())
        {
            return Err(RejectKind::NotFound);
        }
        let named = self.named_case(submit)?;
        let scheduled_at = submit.not_before_at.filter(|at| *at > self.now);
        if self.is_blocked(&queue) {
            return Err(RejectKind::Limit);
        }
        let customer = match (&submit.customer, named) {
            (Some(name), _) => Some(self.customer_or_new(name)),
            (None, Some(case)) => self.cases[case].customer,
            (None, None) => None,
        };
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
        self.resume(idx);
        if scheduled_at.is_none() {
            let entered_at = self.contacts[idx].entered_at;
            self.enter(idx, entered_at);
        }
        Ok(())
    }

    /// A contact as it comes in.
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
            scheduled_at: None,
            owner_passed: false,
            offers: Vec::new(),
            legs: Vec::new(),
            wrap_ups: Vec::new(),
            outcome: None,
            last_agent: None,
            route: None,
            connected_at: None,
            over_at: None,
            gone_at: None,
            resumed: false,
        }
    }

    /// [11] The case that is named must exist, be this customer's, and not be over.
    fn named_case(&self, submit: &ContactSubmit) -> Result<Option<usize>, RejectKind> {
        let Some(case) = &submit.case else {
            return Ok(None);
        };
        let case = self.must_case(case)?;
        let known = submit.customer.as_ref().map(|name| self.customer(name));
        let of = self.cases[case].customer;
        if known.is_some_and(|customer| customer.is_none() || customer != of)
            || self.cases[case].closed_at.is_some()
        {
            return Err(RejectKind::Conflict);
        }
        Ok(Some(case))
    }

    /// [7] A caller who abandoned and comes back on the same queue takes the old place in the
    /// order; all limits count from the new arrival.
    fn resume(&mut self, idx: usize) {
        let (now, contact) = (self.now, &self.contacts[idx]);
        let within = self.policy(&contact.queue).resume_ms.map(|ms| ms.0);
        if within == Some(0) || contact.customer.is_none() {
            return;
        }
        let (queue, customer) = (contact.queue.clone(), contact.customer);
        let mut places: Vec<&mut Contact> = self
            .contacts
            .iter_mut()
            .chain(&mut self.ended)
            .filter(|old| old.outcome == Some(Outcome::Abandoned) && !old.resumed)
            .filter(|old| old.queue == queue && old.customer == customer)
            .filter(|old| {
                let over_at = old.over_at.expect("an ended contact has its time");
                within.is_none_or(|within| now - over_at <= within)
            })
            .collect();
        places.sort_by_key(|old| old.over_at);
        let Some(old) = places.pop() else {
            return;
        };
        old.resumed = true;
        let (order_at, arrival) = (old.order_at, old.arrival);
        let contact = &mut self.contacts[idx];
        contact.order_at = order_at;
        contact.arrival = arrival;
        contact.entered_at = now;
    }

    /// The moment of a scheduled contact has come.
    pub(super) fn begin_to_wait(&mut self, idx: usize) {
        let now = self.now;
        let contact = &mut self.contacts[idx];
        contact.scheduled_at = None;
        self.enter(idx, now);
    }

    pub(super) fn contact_update(&mut self, update: &ContactUpdate) -> Verdict {
        let idx = self.must_live(&update.contact)?;
        let state = self.contacts[idx].state();
        if let Some(queue) = &update.queue
            && !self.has_queue(queue)
        {
            return Err(RejectKind::NotFound);
        }
        if !matches!(
            state,
            ContactState::Scheduled | ContactState::Waiting | ContactState::Offered
        ) {
            return Err(RejectKind::Conflict);
        }
        let now = self.now;
        if let Some(priority) = update.priority {
            self.contacts[idx].priority = priority.0;
        }
        if let Some(requires) = &update.requires {
            self.contacts[idx].requires = requires.clone();
        }
        let moved = update
            .queue
            .as_ref()
            .is_some_and(|queue| *queue != self.contacts[idx].queue);
        if let Some(queue) = &update.queue
            && moved
        {
            self.contacts[idx].queue = queue.clone();
            self.contacts[idx].owner_passed = false;
            self.revoke_all(idx);
        } else if update.requires.is_some() {
            self.revoke_unfit(idx);
        }
        if state == ContactState::Scheduled {
            return Ok(());
        }
        if moved {
            self.enter(idx, now);
        } else {
            self.route(idx);
        }
        Ok(())
    }

    /// Takes back the offers to agents who could not be offered the contact any longer.
    pub(super) fn revoke_unfit(&mut self, idx: usize) {
        let contact = self.contacts[idx].clone();
        for offer in &contact.offers {
            let fits = self.agent(&offer.agent).is_some_and(|agent| {
                !self.is_excluded(&offer.agent, &contact)
                    && (self.has_skills(agent, &contact) || self.account(agent, &contact).is_some())
            });
            if !fits {
                let offers = &mut self.contacts[idx].offers;
                offers.retain(|other| other.agent != offer.agent);
                self.free(&offer.agent);
            }
        }
    }

    pub(super) fn contact_cancel(&mut self, cancel: &ContactCancel) -> Verdict {
        let idx = self.must_live(&cancel.contact)?;
        if !matches!(
            self.contacts[idx].state(),
            ContactState::Scheduled | ContactState::Waiting | ContactState::Offered
        ) {
            return Err(RejectKind::Conflict);
        }
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
        if !matches!(
            end.outcome,
            Outcome::Resolved | Outcome::Open | Outcome::Transferred | Outcome::Dropped
        ) {
            return Err(RejectKind::Invalid);
        }
        let idx = self.must_live(&end.contact)?;
        let contact = &self.contacts[idx];
        if contact.state() != ContactState::Connected {
            return Err(RejectKind::Conflict);
        }
        let consulted = contact.legs.len() + contact.offers.len() > 1;
        if end.outcome == Outcome::Transferred && consulted {
            self.first_leaves(idx);
            return Ok(());
        }
        if end.outcome == Outcome::Resolved
            && let Some(case) = contact.case
        {
            self.resolve(case);
        }
        while !self.contacts[idx].legs.is_empty() {
            self.leave(idx, 0);
        }
        self.finish(idx, end.outcome);
        Ok(())
    }

    /// An agent leaves a conversation; with wrap-up it takes nothing until that ends.
    pub(super) fn leave(&mut self, idx: usize, leg: usize) {
        let now = self.now;
        let leg = self.contacts[idx].legs.remove(leg);
        let queue_ms = self.policy(&self.contacts[idx].queue).wrap_up_ms.0;
        let agent = self.agent_mut(&leg.agent);
        agent.talk_ms += now - leg.since_at;
        let wrap_up_ms = agent.wrap_up_ms.unwrap_or(queue_ms);
        if wrap_up_ms > 0 {
            self.contacts[idx].wrap_ups.push(WrapUp {
                agent: leg.agent,
                until_at: now + wrap_up_ms,
            });
        } else {
            agent.last_end_at = Some(now);
            self.free(&leg.agent);
        }
    }

    /// The contact is over: no offer of it lives on.
    pub(super) fn finish(&mut self, idx: usize, outcome: Outcome) {
        self.revoke_all(idx);
        let now = self.now;
        let contact = &mut self.contacts[idx];
        contact.outcome = Some(outcome);
        contact.over_at = Some(now);
        if contact.connected_at.is_some()
            && let Some(case) = contact.case
        {
            self.cases[case].active_at = now;
        }
    }

    /// [10] A connected contact whose platform is gone: its agents are free at once.
    pub(super) fn drop_contact(&mut self, idx: usize, outcome: Outcome) {
        while !self.contacts[idx].legs.is_empty() {
            self.leave(idx, 0);
        }
        for wrap_up in std::mem::take(&mut self.contacts[idx].wrap_ups) {
            let now = self.now;
            self.agent_mut(&wrap_up.agent).last_end_at = Some(now);
            self.free(&wrap_up.agent);
        }
        self.finish(idx, outcome);
    }

    pub(super) fn contact_sync(&mut self, sync: &ContactSync) -> Verdict {
        for idx in 0..self.contacts.len() {
            let contact = &mut self.contacts[idx];
            if sync.contacts.contains(&contact.name) {
                contact.gone_at = None;
                continue;
            }
            if contact.source.as_ref() != Some(&sync.source) {
                continue;
            }
            match contact.state() {
                ContactState::Scheduled | ContactState::Waiting | ContactState::Offered => {
                    self.finish(idx, Outcome::Cancelled);
                }
                ContactState::Connected => self.drop_contact(idx, Outcome::Cancelled),
                ContactState::WrapUp | ContactState::Ended => {}
            }
        }
        Ok(())
    }

    pub(super) fn session_closed(&mut self, client: &Name) -> Verdict {
        if let Some(nth) = self.sessions.iter().position(|open| open == client) {
            self.sessions.remove(nth);
        }
        if !self.sessions.contains(client) {
            let now = self.now;
            for contact in &mut self.contacts {
                if contact.source.as_ref() == Some(client) {
                    contact.gone_at = Some(now);
                }
            }
        }
        Ok(())
    }

    pub(super) fn restarted(&mut self) -> Verdict {
        self.sessions.clear();
        let now = self.now;
        for contact in &mut self.contacts {
            if contact.source.is_some() && contact.gone_at.is_none() {
                contact.gone_at = Some(now);
            }
        }
        Ok(())
    }
}
