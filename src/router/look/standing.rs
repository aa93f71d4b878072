//! How an agent relates to an offer, a contact, a case or a customer.
//!
//! This only answers questions; the caller decides what they permit. Unknown agents and entities
//! relate to nothing, so answers do not reveal whether they exist.

use crate::router::api::codes::{CaseState, ContactState, Rule};
use crate::router::api::command::Command;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Key, Name, OfferId};
use crate::router::api::reject::Reject;
use crate::router::state::book::Book;
use crate::router::state::case::Case;
use crate::router::state::progress::Assist;
use crate::router::state::skill::meets;

impl Book {
    /// Whether the offer is open at the agent.
    pub fn is_offered(&self, agent: &Name, offer: OfferId) -> bool {
        self.agent_known(agent).is_some_and(|agent| {
            let mut reserved = self.agent(agent).reserved().iter();
            reserved.any(|held| held.offer == offer)
        })
    }

    /// Whether the contact is offered to the agent now.
    pub fn is_offered_contact(&self, agent: &Name, contact: &Name) -> bool {
        let (Some(agent), Some(contact)) = (self.agent_known(agent), self.contacts().find(contact))
        else {
            return false;
        };
        self.contact(contact).offer_to(agent).is_some()
    }

    /// Whether the contact was offered to the agent, as far as its steps are kept.
    pub fn was_offered_contact(&self, agent: &Name, contact: &Name) -> bool {
        self.has_step(agent, contact, |rule| {
            matches!(
                rule,
                Rule::Accept | Rule::Decline | Rule::Expire | Rule::Revoke
            )
        })
    }

    /// Whether the agent is connected to the contact.
    pub fn is_connected(&self, agent: &Name, contact: &Name) -> bool {
        let (Some(agent), Some(contact)) = (self.agent_known(agent), self.contacts().find(contact))
        else {
            return false;
        };
        let mut talks = self.agent(agent).talks().iter();
        talks.any(|held| held.contact == contact)
    }

    /// Whether the agent may still say how the contact ended: it had it last, and it is over.
    pub fn had_last(&self, agent: &Name, contact: &Name) -> bool {
        let (Some(agent), Some(contact)) = (self.agent_known(agent), self.contacts().find(contact))
        else {
            return false;
        };
        let contact = self.contact(contact);
        let is_over = matches!(contact.state(), ContactState::WrapUp | ContactState::Ended);
        is_over && (contact.last_agent == Some(agent) || contact.wrapping().contains(&agent))
    }

    /// Whether the agent passed the contact on, and nobody has taken it yet.
    pub fn has_passed_on(&self, agent: &Name, contact: &Name) -> bool {
        let (Some(agent), Some(contact)) = (self.agent_known(agent), self.contacts().find(contact))
        else {
            return false;
        };
        let passed = self.contact(contact).passed();
        passed.is_some_and(|passed| passed.by == agent)
    }

    /// Whether the agent was connected to the contact, as far as its steps are kept.
    pub fn was_connected(&self, agent: &Name, contact: &Name) -> bool {
        let last = |agent: AgentIdx| {
            let contact = self.contacts().find(contact);
            contact.is_some_and(|contact| self.contact(contact).last_agent == Some(agent))
        };
        self.agent_known(agent).is_some_and(last)
            || self.has_step(agent, contact, |rule| {
                matches!(rule, Rule::Accept | Rule::Take | Rule::Retrieve)
            })
    }

    /// Whether the agent is responsible for the case: as owner, or as the owner's deputy or leader.
    /// For a case without owner, its last handler and agents with a contact of it now are
    /// responsible.
    pub fn answers_for(&self, agent: &Name, case: &Name) -> bool {
        let Some((agent, idx)) = self.agent_and_case(agent, case) else {
            return false;
        };
        let case = self.case(idx);
        match case.owner() {
            Some(owner) => self.stands_for(agent, owner),
            None => case.last_handler == Some(agent) || self.has_contact_of(agent, idx),
        }
    }

    /// Whether the agent works on the case: it is responsible, has a contact of it now (wrap-up
    /// included), or was asked for help.
    pub fn works_on(&self, agent: &Name, case: &Name) -> bool {
        if self.answers_for(agent, case) {
            return true;
        }
        self.agent_and_case(agent, case)
            .is_some_and(|(agent, idx)| {
                self.has_contact_of(agent, idx)
                    || assists(self.case(idx))
                        .any(|assist| assist.is_open() && self.is_asked(agent, idx, assist))
            })
    }

    /// Whether the agent was asked to do an assist task of the case: the given one, or any open
    /// one.
    pub fn was_asked(&self, agent: &Name, case: &Name, number: Option<u32>) -> bool {
        self.agent_and_case(agent, case)
            .is_some_and(|(agent, idx)| {
                assists(self.case(idx))
                    .filter(|assist| match number {
                        Some(number) => assist.number == number,
                        None => assist.is_open(),
                    })
                    .any(|assist| self.is_asked(agent, idx, assist))
            })
    }

    /// Whether another agent is responsible for an open case of the customer, while this one is
    /// responsible for none and has no contact of it now.
    pub fn is_others_customer(&self, agent: &Name, customer: &Name) -> bool {
        let (Some(agent), Some(customer)) = (
            self.agent_known(agent),
            self.customers().find(customer.as_str()),
        ) else {
            return false;
        };
        let here = |contact: ContactIdx| {
            let contact = self.contacts().get(contact);
            contact.is_some_and(|contact| contact.customer() == Some(customer))
        };
        if self.contacts_with(agent).any(here) {
            return false;
        }
        let cases = self.customer(customer).cases().iter();
        let open = cases
            .map(|case| self.case(*case))
            .filter(|case| case.state() != CaseState::Closed);
        let mut others = false;
        for owner in open.filter_map(|case| case.owner()) {
            if self.stands_for(agent, owner) {
                return false;
            }
            others = true;
        }
        others
    }

    /// Whether a case with this name is known.
    pub fn knows_case(&self, case: &Name) -> bool {
        self.cases().find(case).is_some()
    }

    /// Whether a request with this key was answered before and will only be answered again.
    pub fn is_repeat(&self, key: Option<&Key>) -> bool {
        key.is_some_and(|key| matches!(self.keys().look_up(key), Some(Ok(_))))
    }

    /// Refuses a command that names one thing twice and differently. Checked when a command is
    /// first applied, not in replay: the journal has only applied commands.
    pub(in crate::router) fn check_agrees(&self, command: &Command) -> Result<(), Reject> {
        let Command::Offer(command) = command else {
            return Ok(());
        };
        let (offer, contact, agent) = command.named();
        let Some((id, idx)) = offer.and_then(|id| self.offered(id).map(|idx| (id, idx))) else {
            // Unknown or ended entities are refused by the act itself.
            return Ok(());
        };
        let held = self.contact(idx);
        let conflict = |field: &'static str, message: String| {
            let name = Name::numbered("o", id.0);
            Err(Reject::conflict("offer", &name, message).in_field(field))
        };
        if let Some(contact) = contact.filter(|contact| held.id != **contact) {
            return conflict(
                "contact",
                format!("offer \"{id}\" is not of contact \"{contact}\": leave `contact` out"),
            );
        }
        let before = held.offers().iter().find(|open| open.id == id);
        let before = before.map(|open| &self.agent(open.agent).id);
        if let Some(agent) = agent.filter(|agent| before != Some(*agent)) {
            return conflict(
                "agent",
                format!("offer \"{id}\" is not before agent \"{agent}\": leave `agent` out"),
            );
        }
        Ok(())
    }

    fn agent_known(&self, agent: &Name) -> Option<AgentIdx> {
        self.find_agent(agent).ok()
    }

    fn agent_and_case(&self, agent: &Name, case: &Name) -> Option<(AgentIdx, CaseIdx)> {
        self.agent_known(agent).zip(self.cases().find(case))
    }

    fn stands_for(&self, agent: AgentIdx, owner: AgentIdx) -> bool {
        let entry = self.agent(owner);
        owner == agent || entry.deputy() == Some(agent) || entry.leader == Some(agent)
    }

    /// The contacts that an agent is connected to or in wrap-up for.
    fn contacts_with(&self, agent: AgentIdx) -> impl Iterator<Item = ContactIdx> {
        let entry = self.agent(agent);
        let talks = entry.talks().iter().map(|held| held.contact);
        talks.chain(entry.wraps().iter().map(|wrap| wrap.contact))
    }

    fn has_contact_of(&self, agent: AgentIdx, case: CaseIdx) -> bool {
        self.contacts_with(agent).any(|contact| {
            let contact = self.contacts().get(contact);
            contact.is_some_and(|contact| contact.case() == Some(case))
        })
    }

    /// Whoever took a task; before that, the agent who was asked, or everyone able to serve the
    /// queue that was asked, except the owner.
    fn is_asked(&self, agent: AgentIdx, case: CaseIdx, assist: &Assist) -> bool {
        if let Some(asked) = assist.taken_by.or(assist.agent) {
            return asked == agent || assist.agent == Some(agent);
        }
        let Some(queue) = assist.queue else {
            return false;
        };
        let contact = assist
            .contact
            .and_then(|contact| self.contacts().get(contact));
        let skills = self.agent(agent).skills();
        let serves = match contact {
            Some(contact) => meets(skills, &self.requirement(contact)),
            None => meets(skills, self.queue(queue).requires()),
        };
        serves && self.case(case).owner() != Some(agent)
    }

    fn has_step(&self, agent: &Name, contact: &Name, is_such: impl Fn(Rule) -> bool) -> bool {
        let (Some(agent), Some(contact)) = (self.agent_known(agent), self.contacts().find(contact))
        else {
            return false;
        };
        let mut trail = self.contact(contact).trail.iter();
        trail.any(|step| step.agent == Some(agent) && is_such(step.rule))
    }
}

fn assists(case: &Case) -> impl Iterator<Item = &Assist> {
    let assists = case.progress().map(|progress| &progress.assists[..]);
    assists.unwrap_or_default().iter()
}
