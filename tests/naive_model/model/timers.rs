//! Time: finds what is due by a scan of everything.

use firsthand::router::codes::{CaseState, Outcome, OwnershipMode, Presence};
use firsthand::router::ids::Name;
use firsthand::router::time::Timestamp;

use super::{Agent, Contact, Model};

/// Every kind of deadline, in the order in which those of one instant are handled: ends of service,
/// starts of work, waits for an owner, limits of waiting, arrivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Rule 8.
    WrapUp,
    /// Rule 10.
    Lease,
    /// Rule 10.
    Platform,
    /// Rule 27.
    Desktop,
    /// Rule 15.
    Presence,
    /// Rule 4.
    Retry,
    /// Rule 4.
    Offer,
    /// Rule 12.
    Firm,
    /// Rule 15.
    OwnerWait,
    /// Rule 5.
    Step,
    /// `age_priority_ms`
    Age,
    /// Rule 6.
    NoAgent,
    /// Rule 6.
    MaxWait,
    /// Rule 13.
    CaseClose,
    /// `not_before_at`
    Scheduled,
}

/// Kinds that change no field: only that their moment has passed matters.
const CLOCKS: [Kind; 3] = [Kind::OwnerWait, Kind::Step, Kind::Age];

/// The entity of a deadline.
#[derive(Clone, Debug)]
enum About {
    Agent(Name),
    Contact(Name),
    Case(usize),
    Client(Name),
}

impl Model {
    /// Whether a moment has passed, in the order of times, then of kinds.
    pub fn passed(&self, at: Timestamp, kind: Kind) -> bool {
        (at, kind) <= self.clock
    }

    /// Handles everything due, in the order of deadlines. Deadlines of one kind at one instant are
    /// handled together.
    pub(super) fn fire_due(&mut self) {
        while let Some((at, kind)) = self.next_deadline()
            && at <= self.now
        {
            for clock in CLOCKS.into_iter().filter(|clock| *clock < kind) {
                self.move_clock(at, clock);
            }
            let mut together = self.due_at(at, kind);
            together.sort_by_key(|about| match about {
                // Arrivals keep the order of their submits.
                About::Contact(_) if kind == Kind::Scheduled => 0,
                About::Contact(name) => self.hinted_order(name),
                About::Agent(_) | About::Case(_) | About::Client(_) => 0,
            });
            for about in together {
                self.fire(kind, at, &about);
            }
            self.move_clock(at, kind);
        }
        for clock in CLOCKS {
            self.move_clock(self.now, clock);
        }
        self.clock = (self.now, Kind::Scheduled);
    }

    /// Where the router had this contact in its order of simultaneous deadlines.
    pub(super) fn hinted_order(&self, contact: &Name) -> usize {
        let mut order = self.hints.order.iter();
        order.position(|name| name == contact).unwrap_or(usize::MAX)
    }

    /// Advances to a moment and settles.
    fn move_clock(&mut self, at: Timestamp, kind: Kind) {
        let before = self.clock;
        self.clock = self.clock.max((at, kind));
        let mut new = !CLOCKS.contains(&kind);
        for idx in 0..self.contacts.len() {
            let passed_now = |moment: &(Timestamp, Kind)| *moment > before && *moment <= self.clock;
            let passed: Vec<_> = self.clocks_of(idx).into_iter().filter(passed_now).collect();
            new |= !passed.is_empty();
            // Rule 5: a step that finds agents offers at once, even while another offer rings.
            self.contacts[idx].looks_for_more |= passed.iter().any(|(_, kind)| *kind == Kind::Step);
        }
        if new {
            self.settle();
        }
    }

    /// The moments of a contact that change no field and may be due.
    fn clocks_of(&self, idx: usize) -> Vec<(Timestamp, Kind)> {
        let contact = &self.contacts[idx];
        let mut all = Vec::new();
        if !contact.seeking {
            return all;
        }
        let policy = self.policy(&contact.queue);
        let wait = &policy.ownership.wait;
        for limit in [
            wait.busy_ms,
            wait.wrap_up_ms,
            wait.break_ms,
            wait.offline_ms,
        ] {
            all.push((contact.waits_since + limit.0, Kind::OwnerWait));
            if let Some((_, since)) = &contact.assigned {
                all.push((since + limit.0, Kind::OwnerWait));
            }
        }
        for step in &policy.steps {
            all.push((contact.waits_since + step.after_ms.0, Kind::Step));
        }
        let age = policy.age_priority_ms.0;
        if age > 0 {
            let waited = (self.clock.0 - contact.order_at).max(0);
            all.push((contact.order_at + waited / age * age, Kind::Age));
        }
        all
    }

    /// The next deadline.
    pub fn next_deadline(&self) -> Option<(Timestamp, Kind)> {
        let mut first = None;
        self.each_due(&mut |at, kind, _| {
            if first.is_none_or(|first| (at, kind) < first) {
                first = Some((at, kind));
            }
        });
        first
    }

    fn due_at(&self, at: Timestamp, kind: Kind) -> Vec<About> {
        let mut all = Vec::new();
        self.each_due(&mut |due_at, due_kind, about| {
            if (due_at, due_kind) == (at, kind) {
                all.push(about());
            }
        });
        all
    }

    fn each_due(&self, due: &mut impl FnMut(Timestamp, Kind, &dyn Fn() -> About)) {
        for agent in &self.agents {
            let about = || About::Agent(agent.name.clone());
            if let Some(at) = agent.retry_at {
                due(at, Kind::Retry, &about);
            }
            for at in &agent.wrap_ups {
                due(*at, Kind::WrapUp, &about);
            }
            if let Some(at) = agent.until_at {
                due(at, Kind::Presence, &about);
            }
            let next = agent.at.next.and_then(|(_, until)| until);
            if let Some(at) = next.filter(|_| next != agent.until_at) {
                due(at, Kind::Presence, &about);
            }
            if let Some(at) = agent.lapses_at() {
                due(at, Kind::Desktop, &about);
            }
        }
        for (client, at) in &self.grace {
            due(*at, Kind::Platform, &|| About::Client(client.clone()));
        }
        for contact in &self.contacts {
            let about = || About::Contact(contact.name.clone());
            self.dues_of(contact, &mut |at, kind| due(at, kind, &about));
        }
        for (idx, case) in self.cases.iter().enumerate() {
            if let Some(at) = case.close_at {
                due(at, Kind::CaseClose, &|| About::Case(idx));
            }
        }
    }

    fn dues_of(&self, contact: &Contact, due: &mut impl FnMut(Timestamp, Kind)) {
        for wrap_up in &contact.wrap_ups {
            due(wrap_up.until_at, Kind::WrapUp);
        }
        for offer in &contact.offers {
            due(offer.expires_at, Kind::Offer);
        }
        let case = contact.case.map(|case| &self.cases[case]);
        if case.is_some_and(|case| case.owner.is_none()) {
            for firm_at in contact.legs.iter().filter_map(|leg| leg.firm_at) {
                due(firm_at, Kind::Firm);
            }
        }
        if let Some(at) = contact.lease_at {
            due(at, Kind::Lease);
        }
        if let Some(at) = contact.scheduled_at {
            due(at, Kind::Scheduled);
        }
        if contact.seeking
            && !contact.overdue
            && let Some(at) = self.wait_ends_at(contact)
        {
            due(at, Kind::MaxWait);
        }
        let no_agent_ms = self.policy(&contact.queue).no_agent_ms;
        if let (Some(since), Some(ms)) = (contact.nobody_since, no_agent_ms) {
            due(since + ms.0, Kind::NoAgent);
        }
    }

    /// Rule 6: the contact's own limit precedes the queue's, which counts from entering it.
    fn wait_ends_at(&self, contact: &Contact) -> Option<Timestamp> {
        let own = contact.max_wait_ms.map(|ms| contact.waits_since + ms);
        let of_queue = self.policy(&contact.queue).max_wait_ms;
        own.or(of_queue.map(|ms| contact.entered_at + ms.0))
    }

    /// Rule 6: whether it stays only until its offers are decided. A newer policy may allow more
    /// time.
    pub(super) fn waited_too_long(&self, contact: &Contact) -> bool {
        let ends_at = self.wait_ends_at(contact);
        contact.overdue && ends_at.is_some_and(|at| self.passed(at, Kind::MaxWait))
    }

    /// Rule 6: whether anyone logged in could ever serve this contact, now or after a step, by
    /// skill or through its owner.
    pub fn someone_could_serve(&mut self, idx: usize) -> bool {
        let contact = self.contacts[idx].clone();
        self.could_be_served(&contact, None)
    }

    /// The same, by anyone but one agent.
    pub fn could_be_served(&mut self, contact: &Contact, but: Option<&Name>) -> bool {
        if contact.assigned.is_some() {
            let plain = Contact {
                assigned: None,
                ..contact.clone()
            };
            return self.could_be_assigned(contact, but) || self.could_be_served(&plain, but);
        }
        let steps = self.policy(&contact.queue).steps.iter();
        let steps = steps.map(|step| (contact.waits_since + step.after_ms.0, Kind::Step));
        let now = self.clock;
        let moments: Vec<_> = steps.map(|moment| moment.max(now)).chain([now]).collect();
        let mut found = false;
        for moment in moments {
            self.clock = moment;
            found |= self.agents.iter().any(|agent| {
                self.counts_as_there(agent, contact)
                    && self.capacity(agent, &contact.channel) > 0
                    && Some(&agent.name) != but
                    && !self.is_shut_out(&agent.name, contact)
                    && contact.legs.iter().all(|leg| leg.agent != agent.name)
                    && self.could_be_reached(contact, agent)
            });
        }
        self.clock = now;
        found
    }

    /// Whether a contact could ever reach an agent, apart from its waits.
    fn could_be_reached(&self, contact: &Contact, agent: &Agent) -> bool {
        let skilled = self.has_skills(agent, contact);
        let Some(owner) = self.sought_owner(contact) else {
            return skilled;
        };
        let never = match self.agent(owner) {
            Some(owner) => self.never_takes(owner, contact),
            None => true,
        };
        if agent.name == *owner {
            return !never;
        }
        let ownership = &self.policy(&contact.queue).ownership;
        let required = ownership.mode == OwnershipMode::Require || contact.by_owner_only;
        if never && self.names_nobody(owner, contact) {
            return skilled;
        }
        (never || !required) && self.stands_in(agent, owner, contact).is_some()
    }

    fn fire(&mut self, kind: Kind, at: Timestamp, about: &About) {
        match about {
            About::Agent(agent) if kind == Kind::Retry => {
                self.agent_mut(agent).retry_at = None;
                self.free(agent);
            }
            About::Agent(agent) if kind == Kind::WrapUp => self.end_passed_wrap_up(agent, at),
            About::Agent(agent) if kind == Kind::Desktop => {
                self.enter_presence(agent, Presence::Offline, None);
            }
            About::Agent(agent) => self.presence_ends(agent, at),
            About::Case(case) => self.close(*case),
            About::Client(client) => self.grace_ends(client),
            About::Contact(contact) => {
                let idx = self.live(contact).expect("a due contact lives");
                self.fire_contact(kind, at, idx);
            }
        }
    }

    fn fire_contact(&mut self, kind: Kind, at: Timestamp, idx: usize) {
        let contact = &self.contacts[idx];
        match kind {
            Kind::WrapUp => {
                let over = contact.wrap_ups.iter().filter(|due| due.until_at == at);
                let agents: Vec<Name> = over.map(|due| due.agent.clone()).collect();
                let name = contact.name.clone();
                for agent in agents {
                    self.end_wrap_ups(&agent, Some(&name));
                }
            }
            Kind::Offer => {
                while let Some(nth) = {
                    let mut offers = self.contacts[idx].offers.iter();
                    offers.position(|offer| offer.expires_at == at)
                } {
                    self.offer_expired(idx, nth);
                }
            }
            Kind::Firm => self.become_firm(idx, at),
            Kind::Scheduled => self.begin_to_wait(idx),
            Kind::MaxWait if contact.offers.is_empty() => self.overflow(idx, Outcome::Timeout),
            Kind::MaxWait => self.contacts[idx].overdue = true,
            Kind::NoAgent => self.overflow(idx, Outcome::NoAgent),
            Kind::Lease => self.repair(idx, Outcome::Dropped),
            Kind::Platform
            | Kind::Desktop
            | Kind::Presence
            | Kind::Retry
            | Kind::OwnerWait
            | Kind::Step
            | Kind::Age
            | Kind::CaseClose => unreachable!("{kind:?} is not about a contact"),
        }
    }

    /// Rule 12: enough conversation makes the first human the owner.
    fn become_firm(&mut self, idx: usize, at: Timestamp) {
        let contact = &mut self.contacts[idx];
        let mut made_firm = None;
        for leg in &mut contact.legs {
            if leg.firm_at == Some(at) {
                leg.firm_at = None;
                made_firm = made_firm.or(Some(leg.agent.clone()));
            }
        }
        // An agent changed to a bot meanwhile never owns.
        let case = contact.case;
        let made_firm = made_firm.filter(|agent| self.must_own(agent).is_ok());
        if let (Some(agent), Some(case)) = (made_firm, case)
            && self.cases[case].owner.is_none()
            && self.cases[case].state != CaseState::Closed
        {
            self.own(case, &agent);
        }
    }
}
