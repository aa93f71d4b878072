//! The decisions: who may take what, who is chosen, what a freed agent takes.

use firsthand::router::codes::{
    ContactState, Fallback, OwnershipMode, Pick, Presence, Route, Strategy,
};
use firsthand::router::ids::{Name, OfferId};
use firsthand::router::policy::SkillMap;
use firsthand::router::time::Timestamp;

use super::{Agent, Canary, Contact, Model, Offer};

/// Who a contact is open to at this moment.
enum Reach {
    /// Anyone with the skills: nobody owns it, or the owner does not count here.
    Anyone,
    /// [15] It waits for its owner alone.
    OwnerAlone(Name),
    /// [15] The wait for the owner is over: the fallbacks in their order, and the owner first
    /// where the owner may still take it.
    Fallbacks { owner: Name, owner_too: bool },
}

impl Model {
    /// [5] The queue's requirement after the steps due by now, with the contact's own on top: the
    /// higher level counts.
    pub fn requirement(&self, contact: &Contact) -> SkillMap {
        self.requirement_at(contact, self.now)
    }

    pub fn requirement_at(&self, contact: &Contact, at: Timestamp) -> SkillMap {
        let policy = self.policy(&contact.queue);
        let mut steps: Vec<_> = policy.steps.iter().collect();
        steps.sort_by_key(|step| step.after_ms);
        let mut needed = policy.requires.clone();
        for step in steps {
            if at < contact.entered_at + step.after_ms.0 {
                continue;
            }
            if let Some(requires) = &step.requires {
                needed = requires.clone();
            }
            needed.retain(|skill, _| !step.drop.contains(skill));
            if step.widen.is_some() {
                needed.clear();
            }
        }
        for (skill, level) in &contact.requires {
            let level = needed.get(skill).copied().max(Some(*level));
            needed.insert(skill.clone(), level.expect("one level is there"));
        }
        needed
    }

    /// [3] Requirements alone decide who can serve.
    pub fn has_skills(&self, agent: &Agent, contact: &Contact) -> bool {
        self.has_skills_at(agent, contact, self.now)
    }

    pub fn has_skills_at(&self, agent: &Agent, contact: &Contact, at: Timestamp) -> bool {
        let needed = self.requirement_at(contact, at);
        needed
            .iter()
            .all(|(skill, level)| agent.skills.get(skill) >= Some(level))
    }

    /// [2] The agent's proficiency for a contact: the lowest over the required skills.
    fn proficiency(&self, agent: &Agent, contact: &Contact) -> u8 {
        let needed = self.requirement(contact);
        let levels = needed.keys().map(|skill| agent.skills.get(skill));
        levels
            .map(|level| level.map_or(0, |level| level.0))
            .min()
            .unwrap_or(0)
    }

    /// [3] The queue's priority and the contact's, and one step for each `age_priority_ms` waited.
    pub fn priority(&self, contact: &Contact) -> i64 {
        let policy = self.policy(&contact.queue);
        let age = match policy.age_priority_ms.0 {
            0 => 0,
            step => (self.now - contact.order_at).max(0) / step,
        };
        i64::from(policy.priority.0) + i64::from(contact.priority) + age
    }

    /// [2] The total order over all queues.
    pub fn place(&self, contact: &Contact) -> (i64, Timestamp, u64) {
        (-self.priority(contact), contact.order_at, contact.arrival)
    }

    fn reach(&self, contact: &Contact) -> Reach {
        let Some(owner) = self.sought_owner(contact).cloned() else {
            return Reach::Anyone;
        };
        let Some(agent) = self.agent(&owner) else {
            return Reach::Anyone;
        };
        let ownership = &self.policy(&contact.queue).ownership;
        // [17] An exclusion overrides ownership.
        // [14] The owner's skill is not asked again unless the queue says so.
        let unskilled = ownership.owner_skill_check && !self.has_skills(agent, contact);
        if self.is_excluded(&owner, contact) || unskilled {
            return Reach::Fallbacks {
                owner,
                owner_too: false,
            };
        }
        if ownership.mode == OwnershipMode::Require || self.awaits(agent, contact) {
            return Reach::OwnerAlone(owner);
        }
        Reach::Fallbacks {
            owner,
            owner_too: true,
        }
    }

    /// [15] Whether the owner's situation is still worth waiting for. An owner who is free needs
    /// no wait, so nothing hangs on the answer then.
    fn awaits(&self, owner: &Agent, contact: &Contact) -> bool {
        let wait = &self.policy(&contact.queue).ownership.wait;
        let entered_at = contact.entered_at;
        if self.capacity(owner, &contact.channel) == 0 {
            return false;
        }
        let limit = match owner.presence {
            Presence::Break => {
                let end = entered_at + wait.break_ms.0;
                if owner.until_at.is_some_and(|until| until > end) {
                    return false;
                }
                wait.break_ms
            }
            Presence::Offline => wait.offline_ms,
            Presence::Available if self.in_wrap_up(&owner.name) => wait.wrap_up_ms,
            Presence::Available => wait.busy_ms,
        };
        self.now < entered_at + limit.0
    }

    /// Whether an agent may take a contact, were it free, and on whose account; the number orders
    /// the accounts: a lower one is asked first.
    pub fn account(&self, agent: &Agent, contact: &Contact) -> Option<(usize, Route)> {
        let skilled = || self.has_skills(agent, contact);
        match self.reach(contact) {
            Reach::Anyone => {
                let route = if self.owner_of(contact) == Some(&agent.name) {
                    Route::Owner
                } else {
                    Route::Skill
                };
                skilled().then_some((0, route))
            }
            Reach::OwnerAlone(owner) => (agent.name == owner).then_some((0, Route::Owner)),
            Reach::Fallbacks { owner, owner_too } => {
                if agent.name == owner {
                    return owner_too.then_some((0, Route::Owner));
                }
                let owner = self.agent(&owner)?;
                let ownership = &self.policy(&contact.queue).ownership;
                let check = ownership.owner_skill_check;
                // [16] The fallbacks in the order in which the queue lists them.
                let listed = ownership.fallback.iter().enumerate();
                listed
                    .filter_map(|(nth, fallback)| {
                        let (fits, route) = match fallback {
                            Fallback::Deputy => (
                                owner.deputy.as_ref() == Some(&agent.name) && (!check || skilled()),
                                Route::Deputy,
                            ),
                            Fallback::Leader => (
                                owner.leader.as_ref() == Some(&agent.name) && (!check || skilled()),
                                Route::Leader,
                            ),
                            Fallback::Team => (
                                owner.team.is_some() && owner.team == agent.team && skilled(),
                                Route::Team,
                            ),
                            Fallback::Skill => (skilled(), Route::Skill),
                            Fallback::CallbackByOwner => (false, Route::Owner),
                        };
                        fits.then_some((nth + 1, route))
                    })
                    .next()
            }
        }
    }

    /// The agent to whom a contact is offered next, if any is free: the one it asks for, else the
    /// first account that has someone, and within it by the queue's strategy.
    pub fn next_agent(&self, contact: &Contact) -> Option<(Name, Route)> {
        for preferred in [&contact.prefer, &contact.last_owner].into_iter().flatten() {
            if let Some(agent) = self.agent(preferred)
                && self.is_free_for(agent, contact)
                && self.has_skills(agent, contact)
            {
                let owns = self.owner_of(contact) == Some(preferred);
                let route = if owns { Route::Owner } else { Route::Direct };
                return Some((preferred.clone(), route));
            }
        }
        let able: Vec<(&Agent, usize, Route)> = self
            .agents
            .iter()
            .filter(|agent| self.is_free_for(agent, contact))
            .filter_map(|agent| {
                let (nth, route) = self.account(agent, contact)?;
                Some((agent, nth, route))
            })
            .collect();
        let first = able.iter().map(|(_, nth, _)| *nth).min()?;
        let able = able.into_iter().filter(|(_, nth, _)| *nth == first);
        let able: Vec<(&Agent, usize, Route)> = able.collect();
        if self.policy(&contact.queue).strategy == Strategy::Random {
            let hint = self.hinted_offer(&contact.name, |agent| {
                able.iter().any(|(able, _, _)| able.name == *agent)
            });
            if let Some((agent, _)) = hint {
                let drawn = able.iter().find(|(able, _, _)| able.name == agent)?;
                return Some((agent, drawn.2));
            }
        }
        let best = able
            .into_iter()
            .min_by_key(|(agent, _, _)| self.strategy_key(agent, contact))?;
        Some((best.0.name.clone(), best.2))
    }

    /// [3] The smallest key is chosen: by strategy, then the longest idle, then the agent's id.
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

    /// Offers a contact to as many agents as are free and as its queue allows.
    pub fn route(&mut self, idx: usize) {
        loop {
            let contact = &self.contacts[idx];
            let open = matches!(
                contact.state(),
                ContactState::Waiting | ContactState::Offered
            );
            let most = self.policy(&contact.queue).parallel_offers as usize;
            if !open || contact.offers.len() >= most {
                return;
            }
            let Some((agent, route)) = self.next_agent(contact) else {
                return;
            };
            self.offer(idx, &agent, route);
        }
    }

    /// [4] The agent is reserved until the offer is answered or its time runs out.
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
            expires_at: self.now + self.policy(&queue).ring_ms.0,
        };
        self.contacts[idx].offers.push(offer);
        for known in &mut self.queues {
            if known.name == queue {
                known.last_offered = Some(agent.clone());
            }
        }
    }

    /// The first offer of a contact that the router made to an agent that fits.
    fn hinted_offer(
        &self,
        contact: &Name,
        fits: impl Fn(&Name) -> bool,
    ) -> Option<(Name, OfferId)> {
        let mut hints = self.hints.offers.iter();
        let hint = hints.find(|(of, agent, _)| of == contact && fits(agent))?;
        Some((hint.1.clone(), hint.2))
    }

    /// [2] [14] What a freed agent takes: the place of the contact, and on whose account.
    fn next_contact(&self, agent: &Agent) -> Option<(usize, Route)> {
        self.choose(agent, ContactState::Waiting)
            .or_else(|| self.choose(agent, ContactState::Offered))
    }

    fn choose(&self, agent: &Agent, state: ContactState) -> Option<(usize, Route)> {
        let takeable: Vec<(usize, &Contact, Route)> = self
            .contacts
            .iter()
            .enumerate()
            .filter(|(_, contact)| contact.state() == state)
            .filter(|(_, contact)| {
                contact.offers.len() < self.policy(&contact.queue).parallel_offers as usize
            })
            .filter(|(_, contact)| self.is_free_for(agent, contact))
            .filter_map(|(idx, contact)| {
                let (_, route) = self.account(agent, contact)?;
                Some((idx, contact, route))
            })
            .collect();
        let head = takeable
            .iter()
            .min_by_key(|(_, contact, _)| self.common_order(agent, contact))?;
        let owned = takeable
            .iter()
            .filter(|(_, contact, _)| self.takes_first(agent, contact))
            .min_by_key(|(_, contact, _)| self.place(contact));
        if let Some(owned) = owned
            && self.canary != Some(Canary::OwnerForgotten)
            && !self.overrules(head.1, owned.1)
        {
            return Some((owned.0, owned.2));
        }
        Some((head.0, head.2))
    }

    /// [2] With `strongest_skill` the proficiency comes before the join time.
    fn common_order(&self, agent: &Agent, contact: &Contact) -> (i64, i64, Timestamp, u64) {
        let (priority, order_at, arrival) = self.place(contact);
        let level = match self.settings.pick {
            Pick::LongestWaiting => 0,
            Pick::StrongestSkill => -i64::from(self.proficiency(agent, contact)),
        };
        (priority, level, order_at, arrival)
    }

    /// [14] Whether this contact is owned by the agent in a way that puts it before the common
    /// order.
    fn takes_first(&self, agent: &Agent, contact: &Contact) -> bool {
        if self.sought_owner(contact) != Some(&agent.name) {
            return false;
        }
        let own_first = self.policy(&contact.queue).ownership.own_first;
        own_first || matches!(self.reach(contact), Reach::OwnerAlone(_))
    }

    /// [14] A higher priority, or having joined more than `overtake_ms` before the owned one.
    fn overrules(&self, head: &Contact, owned: &Contact) -> bool {
        if self.priority(head) > self.priority(owned) {
            return true;
        }
        let overtake = self.policy(&owned.queue).ownership.overtake_ms;
        overtake.is_some_and(|overtake| head.order_at < owned.order_at - overtake.0)
    }

    /// Decides everything anew until nothing moves: first the contacts that have become open to
    /// agents who were free before, in their order, then what each freed agent takes, the longest
    /// idle first.
    pub fn settle(&mut self) {
        loop {
            let freed = std::mem::take(&mut self.freed);
            self.route_all(&freed);
            let mut agents: Vec<&Agent> = self
                .agents
                .iter()
                .filter(|agent| freed.contains(&agent.name))
                .collect();
            agents.sort_by_key(|agent| (self.idle_since(agent), agent.name.clone()));
            let agents: Vec<Name> = agents.iter().map(|agent| agent.name.clone()).collect();
            for name in agents {
                self.serve(&name);
            }
            if self.freed.is_empty() {
                self.route_all(&[]);
                return;
            }
        }
    }

    /// Routes every open contact in common order, passing over the agents named.
    fn route_all(&mut self, except: &[Name]) {
        let mut open: Vec<usize> = (0..self.contacts.len())
            .filter(|idx| {
                matches!(
                    self.contacts[*idx].state(),
                    ContactState::Waiting | ContactState::Offered
                )
            })
            .collect();
        open.sort_by_key(|idx| self.place(&self.contacts[*idx]));
        for idx in open {
            let contact = &self.contacts[idx];
            match self.next_agent(contact) {
                Some((agent, _)) if !except.contains(&agent) => self.route(idx),
                Some(_) | None => {}
            }
        }
    }

    /// A freed agent takes contacts as long as it can.
    fn serve(&mut self, name: &Name) {
        loop {
            let Some(agent) = self.agent(name) else {
                return;
            };
            let Some((idx, route)) = self.next_contact(agent) else {
                return;
            };
            self.offer(idx, name, route);
        }
    }
}
