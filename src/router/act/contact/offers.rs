//! Offers: made, declined, expired, revoked (rules 1 and 4). Accepting is in `accept`.

use crate::router::api::codes::{DeclineReason, OfferEnd, Presence, Route, Rule, Why};
use crate::router::api::command::OfferDecline;
use crate::router::api::effect::Count;
use crate::router::api::event::{ContactEvent, ContactRef, OfferEvent, OfferReason};
use crate::router::api::ids::{AgentIdx, ContactIdx, Name, OfferId, Text};
use crate::router::api::moves::Move;
use crate::router::api::reject::Reject;
use crate::router::state::contact::Offer;
use crate::router::state::deadline::Deadline;
use crate::router::{Router, Subject};

impl Router {
    /// Offers a contact to an agent until a deadline.
    pub(in crate::router::act) fn make_offer(
        &mut self,
        idx: ContactIdx,
        agent: AgentIdx,
        route: Route,
        why: Why,
        rule: Option<Rule>,
    ) {
        let rule = rule.unwrap_or(match route {
            _ if why == Why::Assigned => Rule::Assign,
            Route::Owner => Rule::Owner,
            Route::Deputy | Route::Leader | Route::Team => Rule::Fallback,
            Route::Direct if why == Why::TransferTarget => Rule::Transfer,
            Route::Direct => Rule::Prefer,
            Route::Assigned => Rule::Assign,
            Route::Skill => Rule::Skill,
        });
        self.remember_search(idx, rule, why, Some((agent, route)), None);
        self.book.leave_index(idx);
        // While it rings it waits for nobody; the wait is judged anew when it waits again.
        self.book
            .contact_mut(idx)
            .drop_deadline(Deadline::OwnerWait);
        let id = self.book.next_offer();
        if self.answered_at_once {
            self.connect_at_once(id, idx, agent, route, why);
            return;
        }
        let contact = self.book.contact(idx);
        let ring_ms = self.book.queue(contact.queue()).policy().ring_ms.get();
        if contact.mentor() == Some(agent) {
            self.book.contact_mut(idx).cold_mut().mentor = None;
        }
        let expires_at = self.book.at().saturating_add(ring_ms);
        let offer = Offer {
            id,
            agent,
            route,
            why,
            expires_at,
        };
        let policy = self.book.queue(self.book.contact(idx).queue()).policy();
        if policy.parallel_round && self.book.contact(idx).offers().is_empty() {
            self.book.begin_round(idx);
        }
        self.book.open_offer(idx, offer);
        if self.detail.moves {
            self.out.moves.push(Move::Offered {
                contact: idx,
                agent,
                offer: id,
            });
        }
        self.emit(|book| {
            let of = ContactRef {
                agent: Some(book.agent_name(agent)),
                ..book.about(idx)
            };
            let contact = book.contact(idx);
            let told = contact.is_learnt() && book.agent(agent).is_human();
            let attributes = contact.attributes.clone().filter(|_| told);
            let event = ContactEvent::Offered {
                offer: id,
                route,
                why,
                expires_at,
                ring_ms,
                channel: book.channels().name(contact.channel).clone(),
                address: book.agent(agent).address.clone(),
                callback_address: contact.callback_address().cloned(),
                mentor: book.mentor_name(agent),
                attributes,
                news: book.news_for(idx),
            };
            (of, event)
        });
    }

    /// Accepts the offer as it is made; nothing rings or happens in between.
    fn connect_at_once(
        &mut self,
        id: OfferId,
        idx: ContactIdx,
        agent: AgentIdx,
        route: Route,
        why: Why,
    ) {
        let offer = Offer {
            id,
            agent,
            route,
            why,
            expires_at: self.book.at(),
        };
        self.book.pass_offer(idx, &offer);
        self.connect(idx, &offer);
    }

    /// The open offer named by id or by contact and agent.
    pub(super) fn find_offer(
        &self,
        offer: Option<OfferId>,
        contact: Option<&Name>,
        agent: Option<&Name>,
    ) -> Result<(ContactIdx, Offer), Reject> {
        if let Some(id) = offer {
            if let Some(idx) = self.book.offered(id)
                && let Some(found) = self.book.contact(idx).offers().iter().find(|o| o.id == id)
            {
                return Ok((idx, *found));
            }
            let name = Name::numbered("o", id.0);
            if id.0 == 0 || id.0 > self.book.offer_seq() {
                return Err(Reject::not_found("offer", &name));
            }
            return Err(
                Reject::conflict("offer", &name, format!("offer \"{name}\" has ended"))
                    .in_field("offer"),
            );
        }
        let (Some(contact), Some(agent)) = (contact, agent) else {
            return Err(Reject::invalid(
                "offer",
                "offer",
                "name the offer, or both contact and agent",
            ));
        };
        let idx = self.book.find_contact(contact)?;
        let by = self.book.find_agent(agent)?;
        match self.book.contact(idx).offer_to(by) {
            Some(offer) => Ok((idx, *offer)),
            None => Err(Reject::conflict(
                "offer",
                contact,
                format!("contact \"{contact}\" is not offered to agent \"{agent}\""),
            )),
        }
    }

    pub(super) fn offer_decline(&mut self, decline: &OfferDecline) -> Result<Subject, Reject> {
        let (idx, offer) = self.find_offer(
            decline.offer,
            decline.contact.as_ref(),
            decline.agent.as_ref(),
        )?;
        let reason = decline.reason;
        self.end_offer(
            idx,
            &offer,
            OfferEnd::Declined,
            Some(OfferReason::Declined(reason)),
        );
        self.remember(idx, Rule::Decline, None, Some(offer.agent));
        let missed = reason == DeclineReason::NoAnswer;
        self.delay_agent(idx, offer.agent, reason, missed);
        self.unsettled.push(idx);
        Ok(Subject::Contact(idx))
    }

    /// Ends the expired offers of a contact.
    pub(in crate::router::act) fn expire_offers(&mut self, idx: ContactIdx) {
        let over: Vec<Offer> = self
            .book
            .contact(idx)
            .offers()
            .iter()
            .filter(|offer| offer.expires_at <= self.book.at())
            .copied()
            .collect();
        for offer in &over {
            if let Some(reason) = self.book.unmissed(idx, offer.agent) {
                // Nobody could answer it, or nobody could be told.
                self.revoke_offers(idx, reason, |other| other.id == offer.id);
                continue;
            }
            self.end_offer(idx, offer, OfferEnd::Expired, None);
            self.remember(idx, Rule::Expire, None, Some(offer.agent));
            self.delay_agent(idx, offer.agent, DeclineReason::NoAnswer, true);
        }
        if !over.is_empty() {
            self.unsettled.push(idx);
        }
    }

    /// Revokes the offers of a contact that `which` selects, or all; the agents get no delay and no
    /// miss.
    pub(in crate::router) fn revoke_offers(
        &mut self,
        idx: ContactIdx,
        reason: OfferReason,
        which: impl Fn(&Offer) -> bool,
    ) {
        let revoked: smallvec::SmallVec<[Offer; 1]> = self
            .book
            .contact(idx)
            .offers()
            .iter()
            .filter(|offer| which(offer))
            .copied()
            .collect();
        for offer in &revoked {
            self.end_offer(idx, offer, OfferEnd::Revoked, Some(reason));
            self.remember(idx, Rule::Revoke, None, Some(offer.agent));
            self.book.note_freed(offer.agent);
            self.book.note_changed(offer.agent);
        }
    }

    /// Removes an offer from contact and agent and reports its end.
    pub(in crate::router) fn end_offer(
        &mut self,
        idx: ContactIdx,
        offer: &Offer,
        end: OfferEnd,
        reason: Option<OfferReason>,
    ) {
        self.book.close_offer(idx, offer);
        self.note_ringing(idx);
        self.count(|book| Count::Offer {
            queue: book.queue_name(idx),
            result: match reason {
                Some(OfferReason::Declined(why)) => why.as_str(),
                _ended_otherwise => end.as_str(),
            },
        });
        self.emit(|book| {
            let of = ContactRef {
                agent: Some(book.agent_name(offer.agent)),
                ..book.about(idx)
            };
            let event = OfferEvent {
                end,
                offer: offer.id,
                reason,
            };
            (of, event)
        });
    }

    /// The effects on the agent of an offer not taken: a retry delay, a miss, a break.
    fn delay_agent(
        &mut self,
        idx: ContactIdx,
        agent: AgentIdx,
        reason: DeclineReason,
        missed: bool,
    ) {
        let policy = &self.book.queue(self.book.contact(idx).queue()).policy();
        let delay = match reason {
            DeclineReason::Declined => policy.retry.declined_ms,
            DeclineReason::Busy => policy.retry.busy_ms,
            DeclineReason::Unreachable => policy.retry.unreachable_ms,
            DeclineReason::NoAnswer => policy.retry.no_answer_ms,
        };
        let max_missed = policy.max_missed;
        let entry = self.book.agent_mut(agent);
        if missed {
            entry.missed += 1;
        }
        if delay.0 > 0 {
            self.book
                .delay(agent, self.book.at().saturating_add(delay.0));
        }
        // One who is leaving goes where it said.
        let stays = self.book.agent(agent).next().is_none();
        if missed && stays && max_missed > 0 && self.book.agent(agent).missed >= max_missed {
            self.book.agent_mut(agent).missed = 0;
            self.set_presence(agent, Presence::Break, Some(Text("no_answer".into())), None);
            return;
        }
        self.book.note_freed(agent);
        self.book.note_changed(agent);
    }
}
