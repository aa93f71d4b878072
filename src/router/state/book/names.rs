//! Names of numbered entities, as answers and events have them.

use super::Book;
use crate::calendar::{Calendar, Term, plain};
use crate::router::api::command::AgentSet;
use crate::router::api::event::{ContactRef, DeadlineRef, News};
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Name};
use crate::router::api::policy::{Capacity, Policy};
use crate::router::state::case::Case;
use crate::router::state::clock::ClockOf;
use crate::router::state::contact::Contact;
use crate::router::state::kind::KindIdx;

impl Book {
    pub(in crate::router) fn policy_of(&self, idx: ContactIdx) -> &Policy {
        &self.queues[self.contacts[idx].queue.at()].policy
    }

    pub(in crate::router) fn agent_name(&self, idx: AgentIdx) -> Name {
        self.agents[idx.at()].id.clone()
    }

    pub(in crate::router) fn agent_names(&self, agents: &[AgentIdx]) -> Vec<Name> {
        agents.iter().map(|agent| self.agent_name(*agent)).collect()
    }

    pub(in crate::router) fn case_of(&self, contact: &Contact) -> Option<&Case> {
        contact.case.map(|case| &self.cases[case])
    }

    pub(in crate::router) fn owner_name(&self, idx: ContactIdx) -> Option<Name> {
        self.owner_of(&self.contacts[idx])
    }

    pub(in crate::router) fn owner_of(&self, contact: &Contact) -> Option<Name> {
        self.case_of(contact)
            .and_then(|case| case.owner)
            .map(|owner| self.agent_name(owner))
    }

    /// Who contacts: the customer, or the number that many share.
    pub(in crate::router) fn customer_shown(&self, contact: &Contact) -> Option<Name> {
        match contact.customer {
            Some(customer) => Some(self.customers[customer].id()),
            None => contact.shared().cloned(),
        }
    }

    /// The common part of every event of a contact.
    pub(in crate::router) fn about(&self, idx: ContactIdx) -> ContactRef {
        let contact = &self.contacts[idx];
        ContactRef {
            contact: contact.id.clone(),
            queue: self.queues[contact.queue.at()].id.clone(),
            customer: self.customer_shown(contact),
            case: self.case_of(contact).map(|case| case.id()),
            agent: contact.last_agent.map(|agent| self.agent_name(agent)),
            ticket: contact.ticket(),
            source: contact
                .source()
                .map(|source| self.sources.get(source).name().clone()),
        }
    }

    /// The agent that an agent may consult first, if any.
    pub(in crate::router) fn mentor_name(&self, idx: AgentIdx) -> Option<Name> {
        let mentor = &self.agents[self.agents[idx.at()].bonds.mentor?.at()];
        mentor.exists.then(|| mentor.id.clone())
    }

    /// The name of an agent's team.
    pub(in crate::router) fn team_name(&self, idx: AgentIdx) -> Option<Name> {
        let team = self.agents[idx.at()].team?;
        Some(self.teams.name(team.number()).clone())
    }

    /// An agent as `agent.set` would make it. Its absences are left out, which keeps them.
    pub(in crate::router) fn as_set(&self, idx: AgentIdx) -> AgentSet {
        let agent = &self.agents[idx.at()];
        let id = |agent: AgentIdx| self.agents[agent.at()].id.clone();
        let capacity = agent.capacity.iter().map(|(channel, n)| {
            let n = Capacity::of(*n);
            (self.channels.name(*channel).clone(), n)
        });
        AgentSet {
            agent: agent.id.clone(),
            name: agent.name.clone(),
            kind: agent.kind,
            skills: self.skills.map(&agent.skills),
            capacity: capacity.collect(),
            team: self.team_name(idx),
            deputy: agent.deputy.map(id),
            leader: agent.leader.map(id),
            address: agent.address.clone(),
            wrap_up_ms: agent.wrap_up_ms,
            rank: agent.rank,
            mentor: agent.bonds.mentor.map(id),
            max_open_cases: agent.bonds.max_open_cases(),
            absences: None,
        }
    }

    /// The name of a contact's queue.
    pub(in crate::router) fn queue_name(&self, idx: ContactIdx) -> Name {
        self.queues[self.contacts[idx].queue.at()].id.clone()
    }

    pub(in crate::router) fn kind_of(&self, case: CaseIdx) -> Option<KindIdx> {
        self.cases[case].progress()?.kind
    }

    pub(in crate::router) fn case_owner_name(&self, case: CaseIdx) -> Option<Name> {
        let owner = self.cases[case].owner?;
        Some(self.agents[owner.at()].id.clone())
    }

    pub(in crate::router) fn deadline_ref(&self, case: CaseIdx, of: ClockOf) -> DeadlineRef {
        let stage = match of {
            ClockOf::Stage(stage) => self.stage_name(case, stage),
            ClockOf::Whole | ClockOf::Assist(_) => None,
        };
        let assist = match of {
            ClockOf::Assist(number) => Some(number),
            ClockOf::Whole | ClockOf::Stage(_) => None,
        };
        DeadlineRef {
            case: self.cases[case].id(),
            stage,
            assist,
        }
    }

    pub(in crate::router) fn stage_name(&self, case: CaseIdx, stage: u16) -> Option<Name> {
        let rules = &self.kinds.get(self.kind_of(case)?).rules;
        let stage = rules.stages.get(usize::from(stage))?;
        Some(stage.stage.clone())
    }

    /// Results of assist tasks that the owner has not heard, for a contact of the customer.
    pub(in crate::router) fn news_for(&self, idx: ContactIdx) -> Vec<News> {
        let contact = &self.contacts[idx];
        match contact.case.filter(|_| contact.duty.is_none()) {
            Some(case) => self.news_of(case),
            None => Vec::new(),
        }
    }

    pub(in crate::router) fn news_of(&self, case: CaseIdx) -> Vec<News> {
        let Some(progress) = self.cases[case].progress() else {
            return Vec::new();
        };
        let unheard = progress.news.iter();
        unheard
            .filter_map(|number| {
                let assist = progress.assist(*number)?;
                Some(News {
                    assist: *number,
                    at: assist.done_at?,
                    by: assist.done_by.clone(),
                    result: assist.result.clone(),
                })
            })
            .collect()
    }

    /// The calendar of a kind: the one it names, or the plain one if its terms need one.
    pub(in crate::router) fn calendar_of(&self, kind: KindIdx) -> Option<&Calendar> {
        let rules = &self.kinds.get(kind).rules;
        match &rules.calendar {
            Some(name) => self.calendars.get(name),
            None => rules.terms().any(Term::needs_calendar).then(plain),
        }
    }

    /// The present owner of a contact's case.
    pub(crate) fn case_owner(&self, contact: ContactIdx) -> Option<AgentIdx> {
        let case = self.contacts.get(contact)?.case?;
        self.cases[case].owner
    }
}
