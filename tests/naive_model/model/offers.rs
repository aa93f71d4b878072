//! Offers: accepted, declined, expired, revoked.

use firsthand::router::codes::{AgentKind, DeclineReason, OwnershipKey, Presence, Route};
use firsthand::router::command::{OfferDecline, OfferRef};
use firsthand::router::ids::{Name, OfferId};
use firsthand::router::reject::RejectKind;

use super::{Canary, Leg, Model, Offer, Verdict};

impl Model {
    /// The offers to an agent, as indexes of contact and offer.
    pub fn offers_of(&self, agent: &Name) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for (idx, contact) in self.contacts.iter().enumerate() {
            for (nth, offer) in contact.offers.iter().enumerate() {
                if offer.agent == *agent {
                    found.push((idx, nth));
                }
            }
        }
        found
    }

    /// Finds the open offer that an answer names. Rule 1: an ended one is a conflict.
    fn named_offer(
        &self,
        id: Option<OfferId>,
        contact: Option<&Name>,
        agent: Option<&Name>,
    ) -> Result<(usize, usize), RejectKind> {
        if let Some(id) = id {
            for (idx, contact) in self.contacts.iter().enumerate() {
                if let Some(nth) = contact.offers.iter().position(|o| o.id == id) {
                    return Ok((idx, nth));
                }
            }
            return Err(if id.0 <= self.offer_last {
                RejectKind::Conflict
            } else {
                RejectKind::NotFound
            });
        }
        let (Some(contact), Some(agent)) = (contact, agent) else {
            return Err(RejectKind::Invalid);
        };
        if self.contact(contact).is_none() || self.agent(agent).is_none() {
            return Err(RejectKind::NotFound);
        }
        let idx = self.live(contact).ok_or(RejectKind::Conflict)?;
        let offers = &self.contacts[idx].offers;
        match offers.iter().position(|offer| offer.agent == *agent) {
            Some(nth) => Ok((idx, nth)),
            None => Err(RejectKind::Conflict),
        }
    }

    pub(super) fn offer_accept(&mut self, of: &OfferRef) -> Verdict {
        let (idx, nth) = self.named_offer(of.offer, of.contact.as_ref(), of.agent.as_ref())?;
        let offer = self.contacts[idx].offers.remove(nth);
        // Rule 4: the first accept wins; the others are revoked without delay, miss or wrap-up.
        self.revoke_all(idx);
        self.connect(idx, &offer);
        Ok(())
    }

    fn connect(&mut self, idx: usize, offer: &Offer) {
        let now = self.now;
        let agent = self.agent_mut(&offer.agent);
        agent.missed = 0;
        agent.handled += 1;
        let human = agent.kind == AgentKind::Human;
        // The owner may have changed while the offer rang.
        let route = match offer.route {
            _ if self.owner_of(&self.contacts[idx]) == Some(&offer.agent) => Route::Owner,
            Route::Owner => Route::Skill,
            route => route,
        };
        let contact = &mut self.contacts[idx];
        contact.seeking = false;
        contact.direct = None;
        contact.assigned = None;
        contact.passed_by = None;
        contact.route = Some(route);
        contact.connected_at = contact.connected_at.or(Some(now));
        contact.last_agent = Some(offer.agent.clone());
        contact.legs.push(Leg {
            agent: offer.agent.clone(),
            since_at: now,
            route,
            queue: contact.queue.clone(),
            firm_at: None,
        });
        self.start_lease_if_gone(idx);
        self.case_at_accept(idx, human);
        let Some(case) = self.contacts[idx].case else {
            return;
        };
        if !human {
            return;
        }
        self.cases[case].active_at = now;
        self.cases[case].last_handler = Some(offer.agent.clone());
        let ownership = self.policy(&self.contacts[idx].queue).ownership.clone();
        match &self.cases[case].owner {
            // Rule 12: ownership at accept, or only after `min_handle_ms` of conversation.
            None if ownership.min_handle_ms.0 > 0 => self.await_firmness(idx),
            None => self.own(case, &offer.agent),
            Some(owner) if *owner == offer.agent => {}
            Some(_) if ownership.key == OwnershipKey::Last => {
                self.hand_over(case, &offer.agent);
            }
            Some(_) => {}
        }
    }

    /// Rule 12: that much conversation makes each human in it the owner, unless there is one
    /// already.
    fn await_firmness(&mut self, idx: usize) {
        let min_handle = self
            .policy(&self.contacts[idx].queue)
            .ownership
            .min_handle_ms
            .0;
        let mut legs = std::mem::take(&mut self.contacts[idx].legs);
        for leg in &mut legs {
            let agent = self.agent(&leg.agent);
            let human = agent.is_some_and(|agent| agent.kind == AgentKind::Human);
            leg.firm_at = human.then_some(leg.since_at + min_handle);
        }
        self.contacts[idx].legs = legs;
    }

    pub(super) fn offer_decline(&mut self, decline: &OfferDecline) -> Verdict {
        let (idx, nth) = self.named_offer(
            decline.offer,
            decline.contact.as_ref(),
            decline.agent.as_ref(),
        )?;
        let retry = self.policy(&self.contacts[idx].queue).retry.clone();
        let delay = match decline.reason {
            DeclineReason::Declined => retry.declined_ms,
            DeclineReason::Busy => retry.busy_ms,
            DeclineReason::Unreachable => retry.unreachable_ms,
            DeclineReason::NoAnswer => retry.no_answer_ms,
        };
        let missed = decline.reason == DeclineReason::NoAnswer;
        self.not_taken(idx, nth, delay.0, missed);
        Ok(())
    }

    /// Rule 4: an expired offer counts as missed and delays like `no_answer`.
    pub(super) fn offer_expired(&mut self, idx: usize, nth: usize) {
        let agent = &self.contacts[idx].offers[nth].agent;
        let lost = self
            .agent(agent)
            .is_some_and(|agent| agent.at.lost_until.is_some());
        if lost || self.is_cut_off(&self.contacts[idx]) {
            // Rules 10 and 27: nobody could answer it, or nobody could be told.
            let offer = self.contacts[idx].offers.remove(nth);
            self.free(&offer.agent);
            self.offer_is_over(idx);
            return;
        }
        let retry = &self.policy(&self.contacts[idx].queue).retry;
        let delay = retry.no_answer_ms.0;
        self.not_taken(idx, nth, delay, true);
    }

    fn not_taken(&mut self, idx: usize, nth: usize, delay: i64, missed: bool) {
        let now = self.now;
        let max_missed = self.policy(&self.contacts[idx].queue).max_missed;
        let name = self.contacts[idx].offers.remove(nth).agent;
        let delay = match self.canary {
            Some(Canary::NoRetryDelay) => 0,
            Some(_) | None => delay,
        };
        let agent = self.agent_mut(&name);
        if delay > 0 {
            agent.retry_at = agent.retry_at.max(Some(now + delay));
        }
        if missed {
            agent.missed += 1;
        }
        let stays = agent.at.next.is_none();
        if missed && stays && max_missed > 0 && agent.missed >= max_missed {
            agent.missed = 0;
            self.enter_presence(&name, Presence::Break, None);
        } else {
            self.free(&name);
        }
        self.offer_is_over(idx);
    }

    /// Rule 4: the contact keeps its place and is routed again; after a transfer to one agent, a
    /// consultation ends and any other contact goes on in its queue.
    pub(super) fn offer_is_over(&mut self, idx: usize) {
        let contact = &mut self.contacts[idx];
        contact.looks_for_more = true;
        let contact = &self.contacts[idx];
        if !contact.offers.is_empty() {
            return;
        }
        if contact.direct.is_some() {
            self.contacts[idx].direct = None;
            self.contacts[idx].seeking = self.contacts[idx].legs.is_empty();
        }
    }

    /// Revokes all offers of a contact; the agents are free without delay or miss.
    pub(super) fn revoke_all(&mut self, idx: usize) {
        for offer in std::mem::take(&mut self.contacts[idx].offers) {
            self.free(&offer.agent);
        }
    }
}
