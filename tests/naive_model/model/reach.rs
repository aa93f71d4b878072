//! Who may take a contact now, and by which route: skills, ownership, stand-ins.

use firsthand::router::codes::{Fallback, OwnerHold, OwnershipMode, Presence, Route};
use firsthand::router::ids::Name;
use firsthand::router::policy::SkillMap;
use firsthand::router::time::Timestamp;

use super::timers::Kind;
use super::{Agent, Contact, Model};

/// A point in time, and the kinds of deadline already handled at it.
pub type Moment = (Timestamp, Kind);

/// To whom a contact is open now.
pub enum Reach {
    /// Anyone with the skills: it has no owner, or the owner does not count here.
    Anyone,
    /// Rule 15: it waits for its owner alone.
    OwnerAlone(Name),
    /// Rule 15: the wait for the owner is over: the fallbacks in their order, after the owner if
    /// the owner may still take it.
    ///
    /// With `hold = "while_busy"` this applies during the wait too: the contact is kept for the
    /// owner, and others take it only if they have nothing else to take.
    Fallbacks {
        owner: Name,
        owner_too: bool,
        kept: bool,
    },
}

impl Model {
    /// Rule 5: the queue's requirement after the steps due by now, merged with the contact's own;
    /// the higher level counts.
    pub fn requirement(&self, contact: &Contact) -> SkillMap {
        self.requirement_at(contact, self.clock)
    }

    pub fn requirement_at(&self, contact: &Contact, clock: Moment) -> SkillMap {
        let policy = self.policy(&contact.queue);
        let mut steps: Vec<_> = policy.steps.iter().collect();
        steps.sort_by_key(|step| step.after_ms);
        let mut needed = policy.requires.clone();
        for step in steps {
            if (contact.waits_since + step.after_ms.0, Kind::Step) > clock {
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

    /// Rule 3: requirements alone decide who can serve.
    pub fn has_skills(&self, agent: &Agent, contact: &Contact) -> bool {
        self.has_skills_at(agent, contact, self.clock)
    }

    pub fn has_skills_at(&self, agent: &Agent, contact: &Contact, clock: Moment) -> bool {
        let policy = self.policy(&contact.queue);
        if policy.steps.is_empty() {
            // The common case: no step has changed the requirements.
            let mut needed = policy.requires.iter().chain(&contact.requires);
            return needed.all(|(skill, level)| agent.skills.get(skill) >= Some(level));
        }
        let needed = self.requirement_at(contact, clock);
        needed
            .iter()
            .all(|(skill, level)| agent.skills.get(skill) >= Some(level))
    }

    /// Rule 2: the agent's proficiency for a contact: the lowest of the required skills.
    pub fn proficiency(&self, agent: &Agent, contact: &Contact) -> u8 {
        let needed = self.requirement(contact);
        let levels = needed.keys().map(|skill| agent.skills.get(skill));
        levels
            .map(|level| level.map_or(0, |level| level.0))
            .min()
            .unwrap_or(0)
    }

    pub fn reach(&self, contact: &Contact) -> Reach {
        if let Some((agent, _)) = &contact.assigned {
            return Reach::OwnerAlone(agent.clone());
        }
        let Some(owner) = self.sought_owner(contact).cloned() else {
            return Reach::Anyone;
        };
        let never = match self.agent(&owner) {
            Some(agent) => self.never_takes(agent, contact),
            // The owner was removed after the case closed, and the case was reopened.
            None => true,
        };
        let ownership = &self.policy(&contact.queue).ownership;
        if never {
            return if self.names_nobody(&owner, contact) {
                // The owner never comes and the fallbacks name nobody: anyone may take it.
                Reach::Anyone
            } else {
                Reach::Fallbacks {
                    owner,
                    owner_too: false,
                    kept: false,
                }
            };
        }
        let agent = self.agent(&owner).expect("asked before");
        let required = ownership.mode == OwnershipMode::Require || contact.by_owner_only;
        // Rule 14: a free owner comes before all others, unless others are asked already.
        let free = self.is_available_for(agent, &contact.channel) && !self.is_out(agent, contact);
        let comes_first = free && contact.offers.is_empty();
        let awaits = !free && self.awaits(agent, contact);
        let shared = ownership.hold == OwnerHold::WhileBusy && !self.names_nobody(&owner, contact);
        if required || comes_first || awaits && !shared {
            return Reach::OwnerAlone(owner);
        }
        Reach::Fallbacks {
            owner,
            owner_too: true,
            kept: awaits,
        }
    }

    pub fn names_nobody(&self, owner: &Name, contact: &Contact) -> bool {
        let Some(owner) = self.agent_or_removed(owner) else {
            return true;
        };
        let listed = &self.policy(&contact.queue).ownership.fallback;
        listed.iter().all(|fallback| match fallback {
            Fallback::Deputy => !self.could_stand_in(owner.deputy.as_ref(), contact),
            Fallback::Leader => !self.could_stand_in(owner.leader.as_ref(), contact),
            Fallback::Team => owner.team.is_none(),
            Fallback::Skill => false,
            Fallback::CallbackByOwner => true,
        })
    }

    /// Rule 15: whether there is a deputy or leader who could ever take a contact.
    fn could_stand_in(&self, name: Option<&Name>, contact: &Contact) -> bool {
        let Some(agent) = name.and_then(|name| self.agent(name)) else {
            return false;
        };
        let check = self.policy(&contact.queue).ownership.owner_skill_check;
        !self.is_shut_out(&agent.name, contact)
            && self.capacity(agent, &contact.channel) > 0
            && (!check || self.has_skills(agent, contact))
    }

    /// Whether an owner can never take a contact. Rule 17: an exclusion overrides ownership.
    /// Rule 14: the owner's skills are not checked unless the queue says so.
    pub fn never_takes(&self, owner: &Agent, contact: &Contact) -> bool {
        let check = self.policy(&contact.queue).ownership.owner_skill_check;
        self.is_excluded(&owner.name, contact)
            || check && !self.has_skills(owner, contact)
            || self.capacity(owner, &contact.channel) == 0
    }

    /// Rule 15: whether a contact waits for an owner who is not free.
    pub fn awaits(&self, owner: &Agent, contact: &Contact) -> bool {
        let wait = &self.policy(&contact.queue).ownership.wait;
        // Rule 27: out of the queue is as offline.
        let presence = if self.is_out(owner, contact) {
            Presence::Offline
        } else {
            owner.heading()
        };
        let limit = match presence {
            Presence::Break => wait.break_ms,
            Presence::Offline => wait.offline_ms,
            Presence::Available if self.in_wrap_up(owner) => wait.wrap_up_ms,
            Presence::Available => wait.busy_ms,
        };
        let assigned = contact.assigned.as_ref();
        let from = assigned.map_or(contact.waits_since, |(_, since)| *since);
        let end = from + limit.0;
        let back = owner.back_at().filter(|_| presence == Presence::Break);
        // A wait that ends at this instant is ended by its deadline; none begins with no time left.
        let lasts = self.now < end || contact.kept && !self.passed(end, Kind::OwnerWait);
        lasts && back.is_none_or(|back| back <= end)
    }

    /// Whether an agent could take a contact if free, and by which route; the number orders the
    /// routes, the lowest is asked first.
    pub fn account(&self, agent: &Agent, contact: &Contact) -> Option<(usize, Route)> {
        match self.reach(contact) {
            Reach::Anyone => {
                let owns = self.owner_of(contact) == Some(&agent.name);
                let route = if owns { Route::Owner } else { Route::Skill };
                self.has_skills(agent, contact).then_some((0, route))
            }
            Reach::OwnerAlone(owner) => {
                let by_hand = contact.assigned.is_some();
                let route = if by_hand && self.owner_of(contact) != Some(&agent.name) {
                    Route::Assigned
                } else {
                    Route::Owner
                };
                (agent.name == owner).then_some((0, route))
            }
            Reach::Fallbacks {
                owner, owner_too, ..
            } => {
                if agent.name == owner {
                    return owner_too.then_some((0, Route::Owner));
                }
                self.stands_in(agent, &owner, contact)
            }
        }
    }

    /// Rule 16: the first listed route by which an agent may stand in for an owner.
    pub fn stands_in(
        &self,
        agent: &Agent,
        owner: &Name,
        contact: &Contact,
    ) -> Option<(usize, Route)> {
        let owner = self.agent_or_removed(owner)?;
        let skilled = self.has_skills(agent, contact);
        let ownership = &self.policy(&contact.queue).ownership;
        let trusted = skilled || !ownership.owner_skill_check;
        for (nth, fallback) in ownership.fallback.iter().enumerate() {
            let (fits, route) = match fallback {
                Fallback::Deputy => (
                    owner.deputy.as_ref() == Some(&agent.name) && trusted,
                    Route::Deputy,
                ),
                Fallback::Leader => (
                    owner.leader.as_ref() == Some(&agent.name) && trusted,
                    Route::Leader,
                ),
                Fallback::Team => (
                    owner.team.is_some() && owner.team == agent.team && skilled,
                    Route::Team,
                ),
                Fallback::Skill => (skilled, Route::Skill),
                Fallback::CallbackByOwner => (false, Route::Owner),
            };
            if fits {
                return Some((nth + 1, route));
            }
        }
        None
    }

    /// Rule 15: whether the list reaches `callback_by_owner` before anyone is found, and the owner
    /// can call back.
    pub fn calls_back(&self, contact: &Contact, found: Option<usize>) -> bool {
        let Reach::Fallbacks {
            owner_too: true,
            kept: false,
            ..
        } = self.reach(contact)
        else {
            return false;
        };
        let listed = &self.policy(&contact.queue).ownership.fallback;
        let place = listed
            .iter()
            .position(|fallback| *fallback == Fallback::CallbackByOwner);
        let comes_first = place.is_some_and(|nth| found.is_none_or(|found| nth + 1 < found));
        comes_first
            && contact.offers.is_empty()
            && contact.legs.is_empty()
            && self.has_number(contact)
    }

    /// Rule 4: whether an agent may be asked beside others already asked, and by which route: by
    /// skill or team only.
    pub fn joins(&self, agent: &Agent, contact: &Contact) -> Option<(usize, Route)> {
        if !self.has_skills(agent, contact) {
            return None;
        }
        match self.reach(contact) {
            Reach::Anyone => self.account(agent, contact),
            Reach::OwnerAlone(_) => None,
            Reach::Fallbacks { owner, .. } => {
                let team = self
                    .agent_or_removed(&owner)
                    .and_then(|owner| owner.team.as_ref());
                let listed = &self.policy(&contact.queue).ownership.fallback;
                listed
                    .iter()
                    .enumerate()
                    .find_map(|(nth, fallback)| match fallback {
                        Fallback::Team if team.is_some() && team == agent.team.as_ref() => {
                            Some((nth + 1, Route::Team))
                        }
                        Fallback::Skill => Some((nth + 1, Route::Skill)),
                        _ => None,
                    })
            }
        }
    }
}
