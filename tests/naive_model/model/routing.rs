//! Routing decisions: who is offered a contact, what a freed agent takes, and in which order.

use firsthand::router::codes::{ContactState, Outcome, OwnershipMode, Pick, Route, Strategy};
use firsthand::router::ids::{Name, OfferId};
use firsthand::router::time::Timestamp;

use super::reach::Reach;
use super::timers::Kind;
use super::{Agent, Canary, Contact, Model, Offer};

/// What happens next to a contact that looks for an agent.
pub enum Next {
    Offer(Name, Route),
    CallbackByOwner,
    Nobody,
}

/// Whether a single agent is asked by name; then nobody else is.
fn rings_by_name(contact: &Contact) -> bool {
    contact.offers.iter().any(|offer| {
        matches!(
            offer.route,
            Route::Owner | Route::Deputy | Route::Leader | Route::Direct | Route::Assigned
        )
    })
}

impl Model {
    /// Rule 3: the queue's priority and the contact's, and one step for each `age_priority_ms`
    /// waited.
    pub fn priority(&self, contact: &Contact) -> i64 {
        let policy = self.policy(&contact.queue);
        let age = match policy.age_priority_ms.0 {
            0 => 0,
            step => {
                let (at, kind) = self.clock;
                let at = if kind < Kind::Age { at - 1 } else { at };
                (at - contact.order_at).max(0) / step
            }
        };
        i64::from(policy.priority.0) + i64::from(contact.priority) + age
    }

    /// Rule 2: the total order over all queues.
    pub fn place(&self, contact: &Contact) -> (i64, Timestamp, u64) {
        (-self.priority(contact), contact.order_at, contact.arrival)
    }

    /// The next agent for a contact: the one it was transferred to, else the preferred one, else
    /// the first route that has agents, and among them by the queue's strategy. Agents who have
    /// just become free are left out: they choose for themselves.
    pub fn next_agent(&self, contact: &Contact) -> Next {
        if self.is_cut_off(contact) {
            return Next::Nobody;
        }
        let free =
            |agent: &Agent| !self.freed.contains(&agent.name) && self.is_free_for(agent, contact);
        let owns = |agent: &Name| self.owner_of(contact) == Some(agent);
        let by_name = |agent: &Name| {
            let route = if owns(agent) {
                Route::Owner
            } else {
                Route::Direct
            };
            Next::Offer(agent.clone(), route)
        };
        if let Some(direct) = &contact.direct {
            return match self.agent(direct) {
                Some(agent) if free(agent) => by_name(direct),
                Some(_) | None => Next::Nobody,
            };
        }
        let sought = self.sought_owner(contact);
        let last_owner = contact.last_owner.as_ref().filter(|_| {
            sought.is_none() && self.policy(&contact.queue).ownership.mode != OwnershipMode::Off
        });
        // A preference applies on arrival only; nobody waits for it.
        if contact.just_arrived && contact.assigned.is_none() {
            for preferred in [contact.prefer.as_ref(), last_owner].into_iter().flatten() {
                if let Some(agent) = self.agent(preferred)
                    && free(agent)
                    && self.has_skills(agent, contact)
                {
                    return by_name(preferred);
                }
            }
        }
        // An agent asked by name is the only one asked.
        let most = self.policy(&contact.queue).parallel_offers.get() as usize;
        if rings_by_name(contact) || contact.offers.len() >= most || self.round_is_over(contact) {
            return Next::Nobody;
        }
        let able: Vec<(&Agent, usize, Route)> = self
            .agents
            .iter()
            .filter(|agent| free(agent))
            .filter_map(|agent| {
                let (nth, route) = if contact.offers.is_empty() {
                    self.account(agent, contact)?
                } else {
                    self.joins(agent, contact)?
                };
                Some((agent, nth, route))
            })
            .collect();
        let first = able.iter().map(|(_, nth, _)| *nth).min();
        if self.calls_back(contact, first) {
            return Next::CallbackByOwner;
        }
        let able = able.into_iter().filter(|(_, nth, _)| Some(*nth) == first);
        match self.choose_agent(contact, &able.collect::<Vec<_>>()) {
            Some((agent, route)) => Next::Offer(agent, route),
            None => Next::Nobody,
        }
    }

    /// Rule 4: with `parallel_round` nobody is added to offers that were made before.
    fn round_is_over(&self, contact: &Contact) -> bool {
        self.policy(&contact.queue).parallel_round
            && !contact.offers.is_empty()
            && !self.round.contains(&contact.name)
    }

    /// Rule 3: by the queue's strategy; a random draw is the router's, if it was possible.
    fn choose_agent(
        &self,
        contact: &Contact,
        able: &[(&Agent, usize, Route)],
    ) -> Option<(Name, Route)> {
        if self.policy(&contact.queue).strategy == Strategy::Random {
            let drawn = self.hinted_offer(&contact.name, |agent| {
                able.iter().any(|(able, _, _)| able.name == *agent)
            });
            if let Some((agent, _)) = drawn {
                let drawn = able.iter().find(|(able, _, _)| able.name == agent)?;
                return Some((agent, drawn.2));
            }
        }
        let best = able
            .iter()
            .min_by_key(|(agent, _, _)| self.strategy_key(agent, contact))?;
        Some((best.0.name.clone(), best.2))
    }

    /// Rule 3: the smallest key is chosen: by strategy, then the longest idle, then the agent's id.
    fn strategy_key(&self, agent: &Agent, contact: &Contact) -> (i64, i64, Name) {
        let queue = self
            .queues
            .iter()
            .find(|queue| queue.name == contact.queue)
            .expect("a contact's queue exists");
        let held = self.held_by(&agent.name).count() + self.offered_to(&agent.name).count();
        let first = match queue.policy.strategy {
            Strategy::LongestIdle | Strategy::Random => 0,
            Strategy::MostSkilled => -i64::from(self.proficiency(agent, contact)),
            Strategy::LeastSkilled => i64::from(self.proficiency(agent, contact)),
            Strategy::RoundRobin => i64::from(Some(&agent.name) <= queue.last_offered.as_ref()),
            Strategy::FewestContacts => i64::try_from(agent.handled).expect("a small number"),
            Strategy::LeastTalkTime => agent.talk_ms,
            Strategy::LeastLoaded => i64::try_from(held).expect("a small number"),
            Strategy::Ordered => i64::from(agent.rank),
        };
        let mut idle = self.idle_since(agent).unwrap_or(i64::MIN);
        if queue.policy.strategy == Strategy::RoundRobin {
            idle = 0;
        }
        if self.canary == Some(Canary::LongestIdleReversed) {
            idle = -idle;
        }
        (first, idle, agent.name.clone())
    }

    /// Offers a contact to as many free agents as its queue allows. Returns whether anything
    /// changed.
    fn route(&mut self, idx: usize) -> bool {
        let mut moved = false;
        let contact = &self.contacts[idx];
        if contact.seeking && contact.offers.is_empty() && self.waited_too_long(contact) {
            // Rule 6: a contact whose time ran out while it was offered ends with its last offer.
            self.overflow(idx, Outcome::Timeout);
            return true;
        }
        if self.assignment_is_over(&self.contacts[idx]) {
            self.contacts[idx].assigned = None;
        }
        let looks_for_more =
            self.contacts[idx].looks_for_more || self.contacts[idx].offers.is_empty();
        loop {
            let contact = &self.contacts[idx];
            let rings = !contact.offers.is_empty();
            if !contact.seeking || rings && (!looks_for_more || self.waited_too_long(contact)) {
                return moved;
            }
            match self.next_agent(contact) {
                Next::Offer(agent, route) => self.offer(idx, &agent, route),
                Next::CallbackByOwner => self.end_as_callback(idx),
                Next::Nobody if contact.direct.is_some() && self.is_cut_off(contact) && !rings => {
                    // Nobody can ask the agent of a transfer.
                    self.offer_is_over(idx);
                }
                Next::Nobody => return moved,
            }
            moved = true;
        }
    }

    /// Rule 4: the agent is reserved until the offer is answered or expires.
    pub fn offer(&mut self, idx: usize, agent: &Name, route: Route) {
        let contact = &self.contacts[idx];
        let queue = contact.queue.clone();
        let hint = self.hinted_offer(&contact.name, |hinted| hinted == agent);
        let id = hint.map_or(OfferId(self.offer_last + 1), |(_, id)| id);
        self.offer_last = self.offer_last.max(id.0);
        self.hints.offers.retain(|(_, _, used)| *used != id);
        let offer = Offer {
            id,
            agent: agent.clone(),
            route,
            expires_at: self.now + self.policy(&queue).ring_ms.get(),
        };
        if self.contacts[idx].offers.is_empty() {
            self.round.push(self.contacts[idx].name.clone());
        }
        self.contacts[idx].offers.push(offer);
        self.contacts[idx].offers_made += 1;
        self.contacts[idx].just_arrived = false;
        for known in &mut self.queues {
            if known.name == queue {
                known.last_offered = Some(agent.clone());
            }
        }
    }

    /// The first offer of the router for this contact to an agent who may take it.
    fn hinted_offer(
        &self,
        contact: &Name,
        fits: impl Fn(&Name) -> bool,
    ) -> Option<(Name, OfferId)> {
        let mut hints = self.hints.offers.iter();
        let hint = hints.find(|(of, agent, _)| of == contact && fits(agent))?;
        Some((hint.1.clone(), hint.2))
    }

    /// Rules 2 and 14: what a freed agent takes: the contact's index and the route. Only if no
    /// contact waits for the agent may it be asked beside others.
    fn next_contact(&self, agent: &Agent) -> Option<(usize, Route)> {
        let takeable: Vec<(usize, &Contact, Route)> = self
            .contacts
            .iter()
            .enumerate()
            .filter(|(_, contact)| contact.seeking && contact.direct.is_none())
            .filter(|(_, contact)| !self.is_cut_off(contact))
            .filter(|(_, contact)| self.is_free_for(agent, contact))
            .filter_map(|(idx, contact)| {
                let (_, route) = self.account(agent, contact)?;
                Some((idx, contact, route))
            })
            .collect();
        let waiting = takeable
            .iter()
            .filter(|(_, contact, _)| contact.offers.is_empty());
        let assigned = waiting
            .clone()
            .filter(|(_, contact, _)| contact.assigned.is_some())
            .min_by_key(|(_, contact, _)| self.place(contact));
        if let Some((idx, _, route)) = assigned {
            return Some((*idx, *route));
        }
        let owned = waiting
            .clone()
            .filter(|(_, contact, _)| self.takes_first(agent, contact))
            .min_by_key(|(_, contact, _)| self.place(contact));
        let head = waiting.min_by_key(|(_, contact, _)| self.common_order(agent, contact));
        if let (Some(owned), Some(head)) = (owned, head)
            && self.canary != Some(Canary::OwnerForgotten)
            && !self.overrules(head.1, owned.1)
        {
            return Some((owned.0, owned.2));
        }
        if let Some(head) = head {
            return Some((head.0, head.2));
        }
        let ringing = takeable
            .iter()
            .filter(|(_, contact, _)| {
                let most = self.policy(&contact.queue).parallel_offers.get() as usize;
                !contact.offers.is_empty()
                    && contact.offers.len() < most
                    && !self.round_is_over(contact)
                    && !rings_by_name(contact)
                    && !self.waited_too_long(contact)
                    && self.joins(agent, contact).is_some()
            })
            .min_by_key(|(_, contact, _)| self.place(contact));
        ringing.map(|(idx, _, route)| (*idx, *route))
    }

    /// Rule 2: with `strongest_skill` the proficiency comes before the join time.
    fn common_order(&self, agent: &Agent, contact: &Contact) -> (i64, bool, i64, Timestamp, u64) {
        let (priority, order_at, arrival) = self.place(contact);
        let level = match self.settings.pick {
            Pick::LongestWaiting => 0,
            Pick::StrongestSkill => -i64::from(self.proficiency(agent, contact)),
        };
        let anothers = match self.reach(contact) {
            Reach::Fallbacks { owner, kept, .. } => kept && owner != agent.name,
            Reach::Anyone | Reach::OwnerAlone(_) => false,
        };
        (priority, anothers, level, order_at, arrival)
    }

    /// Rule 14: whether the agent owns this contact and takes it before the common order.
    fn takes_first(&self, agent: &Agent, contact: &Contact) -> bool {
        if self.sought_owner(contact) != Some(&agent.name) {
            return false;
        }
        let ownership = &self.policy(&contact.queue).ownership;
        let required = ownership.mode == OwnershipMode::Require || contact.by_owner_only;
        ownership.own_first || contact.kept || required && !self.never_takes(agent, contact)
    }

    /// Rule 14: a higher priority, or having joined more than `overtake_ms` before the owned one.
    fn overrules(&self, head: &Contact, owned: &Contact) -> bool {
        if self.priority(head) > self.priority(owned) {
            return true;
        }
        let overtake = self.policy(&owned.queue).ownership.overtake_ms;
        overtake.is_some_and(|overtake| head.order_at < owned.order_at - overtake.0)
    }

    /// Decides until nothing changes: first the contacts in order, among agents who were free
    /// before; then what each freed agent takes, the longest idle first.
    pub fn settle(&mut self) {
        loop {
            self.remove_ended();
            if self.leave_now() || self.route_all() {
                continue;
            }
            let longest_idle = self
                .freed
                .iter()
                .filter_map(|name| self.agent(name))
                .min_by_key(|agent| (self.idle_since(agent), agent.name.clone()))
                .map(|agent| agent.name.clone());
            let Some(agent) = longest_idle else {
                break;
            };
            self.freed.retain(|other| *other != agent);
            self.serve(&agent);
        }
        self.freed.clear();
        self.round.clear();
        self.record_waits();
    }

    /// Routes every contact that looks for an agent, in common order. Returns whether anything
    /// changed.
    fn route_all(&mut self) -> bool {
        let mut open: Vec<usize> = (0..self.contacts.len())
            .filter(|idx| self.contacts[*idx].seeking)
            .collect();
        open.sort_by_key(|idx| self.place(&self.contacts[*idx]));
        let mut moved = false;
        for idx in open {
            moved |= self.route(idx);
            self.contacts[idx].just_arrived = false;
            self.contacts[idx].looks_for_more = false;
        }
        moved
    }

    /// A freed agent takes contacts as long as it can.
    fn serve(&mut self, name: &Name) {
        while let Some(agent) = self.agent(name)
            && let Some((idx, route)) = self.next_contact(agent)
        {
            self.offer(idx, name, route);
        }
    }

    /// Records the state that the next command compares with.
    fn record_waits(&mut self) {
        for idx in 0..self.contacts.len() {
            let contact = &self.contacts[idx];
            let kept = contact.seeking
                && contact.offers.is_empty()
                && !self.is_cut_off(contact)
                && matches!(
                    self.reach(contact),
                    Reach::OwnerAlone(_) | Reach::Fallbacks { kept: true, .. }
                );
            // A scheduled callback is not given up because nobody is logged in.
            let consults = contact.seeking && !contact.legs.is_empty() && contact.offers.is_empty();
            let watched = (contact.state() == ContactState::Waiting || consults)
                && !contact.by_owner_only
                && self.policy(&contact.queue).no_agent_ms.is_some();
            let since = contact.nobody_since.unwrap_or(self.now);
            let nobody = watched && !self.someone_could_serve(idx);
            let contact = &mut self.contacts[idx];
            contact.kept = kept;
            contact.nobody_since = nobody.then_some(since);
        }
    }
}
