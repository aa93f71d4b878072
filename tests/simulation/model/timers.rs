//! Time: what is due, found by looking at everything.

use firsthand::router::codes::{ContactState, OwnershipMode, Presence};
use firsthand::router::codes::{Fallback, Outcome};
use firsthand::router::ids::Name;
use firsthand::router::time::Timestamp;

use super::{Contact, Model};

/// Every reason for something to happen by itself, in the order in which they happen at one
/// instant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Due {
    /// [8]
    WrapUp { agent: Name, contact: Name },
    /// [4]
    Retry(Name),
    /// [15]
    Break(Name),
    /// [4]
    Offer { arrival: u64, nth: usize },
    /// [12]
    Firm(Name),
    /// `not_before_at`
    Scheduled(Name),
    /// [6]
    MaxWait(Name),
    /// [6]
    NoAgent(Name),
    /// [10]
    Lease(Name),
    /// [13]
    CaseClose(usize),
}

impl Model {
    /// Does everything that is due, each thing by itself, in the order of deadlines.
    pub(super) fn fire_due(&mut self) {
        while let Some((at, due)) = self.first_due() {
            if at > self.now {
                return;
            }
            self.fire(due);
            self.settle();
            self.bury();
        }
    }

    /// The time of the next thing that is sure to happen.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.first_due().map(|(at, _)| at)
    }

    fn first_due(&self) -> Option<(Timestamp, Due)> {
        let mut all = Vec::new();
        for agent in &self.agents {
            if let Some(at) = agent.retry_at {
                all.push((at, Due::Retry(agent.name.clone())));
            }
            if let (Presence::Break, Some(at)) = (agent.presence, agent.until_at) {
                all.push((at, Due::Break(agent.name.clone())));
            }
        }
        for contact in &self.contacts {
            self.dues_of(contact, &mut all);
        }
        for (idx, case) in self.cases.iter().enumerate() {
            if let (Some(at), None, Some(after)) = (
                case.resolved_at,
                case.closed_at,
                self.settings.close_after_ms,
            ) {
                all.push((at + after.0, Due::CaseClose(idx)));
            }
        }
        all.into_iter().min()
    }

    fn dues_of(&self, contact: &Contact, all: &mut Vec<(Timestamp, Due)>) {
        let name = || contact.name.clone();
        for (nth, offer) in contact.offers.iter().enumerate() {
            let arrival = contact.arrival;
            all.push((offer.expires_at, Due::Offer { arrival, nth }));
        }
        for wrap_up in &contact.wrap_ups {
            let agent = wrap_up.agent.clone();
            let contact = name();
            all.push((wrap_up.until_at, Due::WrapUp { agent, contact }));
        }
        for leg in &contact.legs {
            if let Some(at) = leg.firm_at {
                all.push((at, Due::Firm(name())));
            }
        }
        match contact.state() {
            ContactState::Scheduled => {
                let at = contact
                    .scheduled_at
                    .expect("a scheduled contact has a time");
                all.push((at, Due::Scheduled(name())));
            }
            ContactState::Waiting => {
                if let Some(at) = self.wait_ends_at(contact) {
                    all.push((at, Due::MaxWait(name())));
                }
                let no_agent = self.policy(&contact.queue).no_agent_ms;
                if let Some(ms) = no_agent
                    && !self.someone_could_serve(contact)
                {
                    let at = (contact.entered_at + ms.0).max(self.now);
                    all.push((at, Due::NoAgent(name())));
                }
            }
            ContactState::Connected => {
                if let (Some(gone_at), Some(lease)) = (contact.gone_at, self.settings.lease_ms) {
                    all.push((gone_at + lease.0, Due::Lease(name())));
                }
            }
            ContactState::Offered | ContactState::WrapUp | ContactState::Ended => {}
        }
    }

    /// [6] From entering the queue; the contact's own limit goes before the queue's.
    fn wait_ends_at(&self, contact: &Contact) -> Option<Timestamp> {
        let of_queue = self.policy(&contact.queue).max_wait_ms.map(|ms| ms.0);
        let limit = contact.max_wait_ms.or(of_queue)?;
        Some(contact.entered_at + limit)
    }

    pub(super) fn waited_too_long(&self, contact: &Contact) -> bool {
        self.wait_ends_at(contact).is_some_and(|at| at <= self.now)
    }

    /// [6] Whether anyone is logged in who could ever serve this contact: now, after a step, or
    /// on the account of its owner.
    pub fn someone_could_serve(&self, contact: &Contact) -> bool {
        let policy = self.policy(&contact.queue);
        let mut times = vec![self.now];
        let steps = policy.steps.iter();
        times.extend(steps.map(|step| (contact.entered_at + step.after_ms.0).max(self.now)));
        let owner = self
            .sought_owner(contact)
            .and_then(|owner| self.agent(owner));
        let ownership = &policy.ownership;
        self.agents
            .iter()
            .filter(|agent| agent.presence != Presence::Offline)
            .filter(|agent| self.capacity(agent, &contact.channel) > 0)
            .filter(|agent| !self.is_excluded(&agent.name, contact))
            .any(|agent| {
                let skilled = times
                    .iter()
                    .any(|at| self.has_skills_at(agent, contact, *at));
                let Some(owner) = owner else {
                    return skilled;
                };
                let trusted = skilled || !ownership.owner_skill_check;
                if agent.name == owner.name {
                    return trusted;
                }
                if ownership.mode == OwnershipMode::Require
                    && !self.is_excluded(&owner.name, contact)
                {
                    return false;
                }
                ownership.fallback.iter().any(|fallback| match fallback {
                    Fallback::Deputy => owner.deputy.as_ref() == Some(&agent.name) && trusted,
                    Fallback::Leader => owner.leader.as_ref() == Some(&agent.name) && trusted,
                    Fallback::Team => owner.team.is_some() && owner.team == agent.team && skilled,
                    Fallback::Skill => skilled,
                    Fallback::CallbackByOwner => false,
                })
            })
    }

    fn fire(&mut self, due: Due) {
        let place = |model: &Self, name: &Name| model.live(name).expect("a due contact lives");
        match due {
            Due::WrapUp { agent, contact } => self.end_wrap_ups(&agent, Some(&contact)),
            Due::Retry(agent) => {
                self.agent_mut(&agent).retry_at = None;
                self.free(&agent);
            }
            Due::Break(agent) => self.enter_presence(&agent, Presence::Available, None),
            Due::Offer { arrival, nth } => {
                let mut contacts = self.contacts.iter();
                let idx = contacts.position(|contact| contact.arrival == arrival);
                self.offer_expired(idx.expect("an offered contact lives"), nth);
            }
            Due::Firm(contact) => self.become_firm(place(self, &contact)),
            Due::Scheduled(contact) => self.begin_to_wait(place(self, &contact)),
            Due::MaxWait(contact) => self.overflow(place(self, &contact), Outcome::Timeout),
            Due::NoAgent(contact) => self.overflow(place(self, &contact), Outcome::NoAgent),
            Due::Lease(contact) => self.drop_contact(place(self, &contact), Outcome::Dropped),
            Due::CaseClose(case) => self.close(case),
        }
    }

    /// [12] So much conversation has made the first human the owner.
    fn become_firm(&mut self, idx: usize) {
        let now = self.now;
        let contact = &mut self.contacts[idx];
        let due = contact
            .legs
            .iter_mut()
            .find(|leg| leg.firm_at.is_some_and(|at| at <= now))
            .expect("a conversation became firm");
        due.firm_at = None;
        let agent = due.agent.clone();
        if let Some(case) = contact.case
            && self.cases[case].owner.is_none()
        {
            self.own(case, &agent);
        }
    }
}
