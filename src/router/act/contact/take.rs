//! Taking a contact without an offer: a fact that the platform tells, such as an answer that came
//! while nobody could be told, or a transfer made at the telephones. It is not a question, so it
//! works though the agent is not free or excluded, which is noted.

use crate::router::api::codes::{ContactState, OfferEnd, Route, Rule, Verdict, Why};
use crate::router::api::command::ContactAgent;
use crate::router::api::event::OfferReason;
use crate::router::api::ids::{AgentIdx, ContactIdx};
use crate::router::api::reject::Reject;
use crate::router::state::contact::Talk;
use crate::router::{Router, Subject};

use smallvec::SmallVec;

use super::accept::Conversation;
use super::transfer::GoesOn;

impl Router {
    /// `contact.take`.
    pub(super) fn contact_take(&mut self, of: &ContactAgent) -> Result<Subject, Reject> {
        let idx = self.book.find_contact(&of.contact)?;
        let agent = self.book.find_agent(&of.agent)?;
        let contact = self.book.contact(idx);
        match contact.state() {
            ContactState::Waiting | ContactState::Offered | ContactState::Connected => {}
            state @ (ContactState::Scheduled | ContactState::WrapUp | ContactState::Ended) => {
                let message = format!(
                    "contact \"{}\" is {state}: only one that waits or is connected can be taken",
                    of.contact
                );
                return Err(Reject::conflict("contact", &of.contact, message));
            }
        }
        let is_in_it = contact.talks().iter().any(|talk| talk.agent == agent);
        if is_in_it && contact.talks().len() == 1 && !contact.seeking() {
            return Ok(Subject::Contact(idx));
        }
        if is_in_it {
            self.remember(idx, Rule::Take, None, Some(agent));
            self.others_leave(idx, agent);
        } else {
            self.take(idx, agent);
        }
        Ok(Subject::Contact(idx))
    }

    /// An agent who is in it has it alone from now on.
    fn others_leave(&mut self, idx: ContactIdx, agent: AgentIdx) {
        self.revoke_offers(idx, OfferReason::TakenByOther, |_| true);
        self.book.end_search(idx);
        let is_first = self
            .book
            .contact(idx)
            .talks()
            .first()
            .map(|talk| talk.agent)
            == Some(agent);
        let goes = if is_first {
            GoesOn::WithTheFirst
        } else {
            GoesOn::WithOthers
        };
        for talk in self.talks_but(idx, agent) {
            self.leave(idx, &talk, goes);
        }
        self.talks_on(idx);
    }

    fn talks_but(&self, idx: ContactIdx, agent: AgentIdx) -> SmallVec<[Talk; 2]> {
        let talks = self.book.contact(idx).talks().iter();
        talks.filter(|talk| talk.agent != agent).copied().collect()
    }

    /// An agent who is not in it takes it; who had it leaves.
    fn take(&mut self, idx: ContactIdx, agent: AgentIdx) {
        let contact = self.book.contact(idx);
        let despite = match self.book.verdict(contact, None, agent) {
            Verdict::Chosen
            | Verdict::Eligible
            | Verdict::AlreadyOffered
            | Verdict::HasEnoughCases
            | Verdict::NotInFallback
            | Verdict::LacksSkill => None,
            why @ (Verdict::Offline
            | Verdict::Break
            | Verdict::WrapUp
            | Verdict::AtCapacity
            | Verdict::Reserved
            | Verdict::RetryDelay
            | Verdict::BusyElsewhere
            | Verdict::Unreachable
            | Verdict::OutOfQueue
            | Verdict::NoChannel
            | Verdict::Excluded
            | Verdict::Removed
            | Verdict::PassedItOn) => Some(why),
        };
        let own = contact.offer_to(agent).copied();
        let before = self.talks_but(idx, agent);
        let wait_ms = if before.is_empty() {
            self.book.at() - contact.wait_from
        } else {
            0
        };
        if let Some(offer) = &own {
            self.end_offer(idx, offer, OfferEnd::Accepted, None);
        }
        self.revoke_offers(idx, OfferReason::TakenByOther, |_| true);
        self.remember_search(
            idx,
            Rule::Take,
            Why::Accepted,
            Some((agent, Route::Direct)),
            None,
        );
        self.book.end_search(idx);
        self.revoke_others(idx, agent);
        if !before.is_empty() {
            self.passed_in(idx);
        }
        let contact = self.book.contact(idx);
        let route = match own {
            _ if self.book.owns(contact, agent) => Route::Owner,
            Some(offer) if offer.route != Route::Owner => offer.route,
            Some(_) | None => Route::Direct,
        };
        let of = Conversation {
            agent,
            route,
            wait_ms,
            offer: own.map(|offer| offer.id),
            taken: true,
            despite,
        };
        let owner_before = self.converse(idx, &of);
        for talk in before {
            self.leave(idx, &talk, GoesOn::WithOthers);
        }
        self.talks_on(idx);
        self.news_heard(idx, agent);
        self.tell_owner(idx, agent, route, owner_before);
        self.start_lease_if_gone(idx);
    }

    /// What else rings at an agent cannot be answered there now.
    fn revoke_others(&mut self, idx: ContactIdx, agent: AgentIdx) {
        let ringing: SmallVec<[ContactIdx; 2]> = self
            .book
            .agent(agent)
            .reserved()
            .iter()
            .map(|held| held.contact)
            .filter(|contact| *contact != idx)
            .collect();
        for other in ringing {
            self.revoke_offers(other, OfferReason::AgentBusy, |offer| offer.agent == agent);
            self.unsettled.push(other);
        }
    }
}
