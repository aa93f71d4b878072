//! Accepting an offer: the conversation begins, and the first human becomes responsible for the
//! matter (rules 4, 11, 12, 16).

use crate::router::api::codes::{CaseState, OfferEnd, OwnershipKey, Route, Rule, Verdict, Why};
use crate::router::api::command::OfferRef;
use crate::router::api::effect::Count;
use crate::router::api::event::{CaseEvent, ContactEvent, OfferReason};
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Name, OfferId, Text};
use crate::router::api::moves::{Move, Taken};
use crate::router::api::reject::Reject;
use crate::router::api::time::MaybeAt;
use crate::router::state::contact::{Offer, Talk};
use crate::router::state::deadline::Deadline;
use crate::router::state::duty::Duty;
use crate::router::{Router, Subject};

/// The actor named in events for the router's own acts.
pub(in crate::router::act) const ROUTER: &str = "router";

/// How a conversation begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conversation {
    pub agent: AgentIdx,
    pub route: Route,
    pub wait_ms: i64,
    pub offer: Option<OfferId>,
    /// Said as a fact.
    pub taken: bool,
    /// Why the contact would not have been offered to the agent.
    pub despite: Option<Verdict>,
}

impl Router {
    pub(super) fn offer_accept(&mut self, of: &OfferRef) -> Result<Subject, Reject> {
        let (idx, offer) = self.find_offer(of.offer, of.contact.as_ref(), of.agent.as_ref())?;
        self.accept(idx, &offer);
        Ok(Subject::Contact(idx))
    }

    /// The offered agent takes the contact; other offers are revoked.
    pub(in crate::router) fn accept(&mut self, idx: ContactIdx, offer: &Offer) {
        self.end_offer(idx, offer, OfferEnd::Accepted, None);
        self.remember(idx, Rule::Accept, Some(Why::Accepted), Some(offer.agent));
        self.revoke_offers(idx, OfferReason::TakenByOther, |_| true);
        self.connect(idx, offer);
    }

    /// Begins the conversation.
    pub(in crate::router) fn connect(&mut self, idx: ContactIdx, offer: &Offer) {
        self.book.end_search(idx);
        let contact = self.book.contact(idx);
        let wait_ms = self.book.at() - contact.wait_from;
        // The owner may have changed while the offer rang.
        let route = match offer.route {
            _ if self.book.owns(contact, offer.agent) => Route::Owner,
            Route::Owner => Route::Skill,
            route @ (Route::Deputy
            | Route::Leader
            | Route::Team
            | Route::Skill
            | Route::Direct
            | Route::Assigned) => route,
        };
        if !self.book.contact(idx).talks().is_empty() {
            // A consultation came to the queue without waiting in it.
            self.passed_in(idx);
        }
        let of = Conversation {
            agent: offer.agent,
            route,
            wait_ms,
            offer: Some(offer.id),
            taken: false,
            despite: None,
        };
        let owner_before = self.converse(idx, &of);
        self.news_heard(idx, offer.agent);
        self.tell_owner(idx, offer.agent, route, owner_before);
        self.start_lease_if_gone(idx);
        if self.detail.moves {
            let contact = self.book.contact(idx);
            self.out.moves.push(Move::Connected(Taken {
                contact: idx,
                agent: offer.agent,
                queue: contact.queue(),
                route,
                owner_before,
                has_case: contact.case().is_some(),
                offers: contact.offers_made,
            }));
        }
    }

    /// Begins a conversation through the contact's present queue. Returns the owner before it.
    pub(super) fn converse(&mut self, idx: ContactIdx, of: &Conversation) -> Option<AgentIdx> {
        let talk = Talk {
            agent: of.agent,
            since: self.book.at(),
            route: of.route,
            queue: None,
        };
        self.book.begin_talk(idx, talk, of.taken);
        self.answered(idx, of.route, of.wait_ms);
        self.note_turn(idx, of.agent, of.wait_ms);
        let owner_before = self.take_responsibility(idx, of.agent);
        self.emit_contact(idx, |book| ContactEvent::Connected {
            offer: of.offer,
            route: of.route,
            owner: book.owner_name(idx),
            wait_ms: of.wait_ms,
            bot: !book.agent(of.agent).is_human(),
            taken: of.taken,
            despite: of.despite,
            news: book.news_for(idx),
        });
        owner_before
    }

    /// Updates the queue's pace with this answer.
    fn note_turn(&mut self, idx: ContactIdx, agent: AgentIdx, wait_ms: i64) {
        let of = self.book.contact(idx).queue();
        let before = self.book.agent_mut(agent).last_queue.replace(of);
        if wait_ms > 0 {
            let queue = self.book.queue_mut(of);
            let serving = queue.counts().serving();
            queue
                .pace
                .learn_turn(serving, before.is_none_or(|before| before == of));
        }
    }

    /// Records an answer of the contact: each wait counts for the queue where it was, the first one
    /// for the contact.
    fn answered(&mut self, idx: ContactIdx, route: Route, wait_ms: i64) {
        let at = self.book.at();
        let within_target = wait_ms <= self.book.policy_of(idx).service_level.within_ms.0;
        let contact = self.book.contact_mut(idx);
        if contact.connected_at.is_none() {
            contact.connected_at = MaybeAt::at(at);
            contact.wait_ms = Some(wait_ms);
            contact.within_target = within_target;
        }
        let queue = contact.queue();
        let queue = self.book.queue_mut(queue);
        queue.stats.connected(at, wait_ms, within_target);
        queue.pace.learn_wait(wait_ms, false);
        self.count(|book| Count::Connected {
            queue: book.queue_name(idx),
            route,
            wait_ms,
            within_target,
        });
    }

    /// Finds or opens the case and makes the agent its owner if it has none. Returns the previous
    /// owner.
    pub(super) fn take_responsibility(
        &mut self,
        idx: ContactIdx,
        agent: AgentIdx,
    ) -> Option<AgentIdx> {
        let human = self.book.agent(agent).is_human();
        let over = |case: CaseIdx| self.book.case(case).state() == CaseState::Closed;
        let duty = self.book.contact(idx).duty.is_some();
        if self.book.contact(idx).case().is_none_or(over) && human && !duty {
            self.book.detach(idx);
            let found = match self.book.case_for(idx) {
                Some(found) => Some(found),
                None => self.open_case_for(idx),
            };
            if let Some(case) = found {
                self.attach(idx, case);
                self.attach_others(case);
            }
        }
        let case = self.book.contact(idx).case()?;
        let owner_before = self.book.case(case).owner();
        match self.book.contact(idx).duty {
            None => {}
            Some(Duty::FollowUp) => return owner_before,
            Some(Duty::Assist(number)) => {
                self.assist_taken(case, number, agent);
                return None;
            }
        }
        let judges = human && !std::mem::replace(&mut self.book.contact_mut(idx).judged, true);
        if let (Some(_owner), true) = (owner_before, judges) {
            let route = self.book.contact(idx).route.unwrap_or(Route::Skill);
            let queue = self.book.contact(idx).queue();
            let hit = owner_before == Some(agent);
            let counted = if hit { Route::Owner } else { route };
            let at = self.book.at();
            self.book.queue_mut(queue).stats.repeat(at, counted);
            self.count(|book| Count::Repeat {
                queue: book.queue_name(idx),
                hit,
                route,
            });
        }
        if !human {
            return owner_before;
        }
        if self.book.case(case).state() != CaseState::Open {
            self.reopen(case, &Name::of(ROUTER));
        }
        let at = self.book.at();
        let entry = self.book.case_mut(case);
        entry.active_at = at;
        entry.last_handler = Some(agent);
        let policy = &self.book.policy_of(idx).ownership;
        let (min_handle, key) = (policy.min_handle_ms.0, policy.key);
        match owner_before {
            None if min_handle == 0 => self.own(case, agent, Some(idx)),
            None => self.watch_firm(idx, min_handle),
            Some(owner) if owner != agent && key == OwnershipKey::Last => {
                self.hand_over(case, agent, Text("last_handler".into()), Name::of(ROUTER));
            }
            Some(_) => {}
        }
        self.tell_at_once(case);
        owner_before
    }

    /// Arms the time at which the first human still in the conversation becomes the owner
    /// (rule 12).
    pub(super) fn watch_firm(&mut self, idx: ContactIdx, min_handle_ms: i64) {
        let human = |talk: &&Talk| self.book.agent(talk.agent).is_human();
        let first = self.book.contact(idx).talks().iter().find(human);
        let firm_at = first.map(|talk| talk.since.saturating_add(min_handle_ms));
        self.book.set_deadline(idx, Deadline::Firm, firm_at);
    }

    /// Tells the owner that another agent served (rule 16).
    pub(super) fn tell_owner(
        &mut self,
        idx: ContactIdx,
        agent: AgentIdx,
        route: Route,
        owner_before: Option<AgentIdx>,
    ) {
        let (Some(case), Some(owner)) = (self.book.contact(idx).case(), owner_before) else {
            return;
        };
        if owner == agent || self.book.case(case).owner() != Some(owner) {
            return;
        }
        self.note_for_briefing(owner, idx, agent, route);
        self.emit(|book| CaseEvent::Assisted {
            case: book.case(case).id(),
            owner: book.agent_name(owner),
            agent: book.agent_name(agent),
            contact: book.contact(idx).id.clone(),
            route,
        });
    }

    /// A conversation has lasted long enough to make its agent the owner.
    pub(in crate::router::act) fn make_firm(&mut self, idx: ContactIdx) {
        self.book.contact_mut(idx).drop_deadline(Deadline::Firm);
        let contact = self.book.contact(idx);
        let Some(case) = contact.case() else { return };
        let human = |agent: &AgentIdx| self.book.agent(*agent).is_human();
        let handler = contact.talks().iter().map(|talk| talk.agent).find(human);
        if self.book.case(case).state() == CaseState::Closed {
            // Closed meanwhile: there is nothing to own.
            return;
        }
        if let (Some(agent), None) = (handler, self.book.case(case).owner()) {
            self.own(case, agent, Some(idx));
        }
    }
}
