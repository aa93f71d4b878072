//! `contact.list`: the contacts that all given conditions fit, by id.
//!
//! What a client program or an agent has now is found through its own list; only a question about
//! contacts that may have ended looks at every contact that is kept.

use super::query::page;
use crate::router::api::answer::Answer;
use crate::router::api::codes::ContactState;
use crate::router::api::ids::{
    AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name, QueueIdx, SourceIdx,
};
use crate::router::api::query::ContactList;
use crate::router::api::reject::Reject;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;

/// The conditions of a list, with their names resolved.
struct Wanted<'a> {
    list: &'a ContactList,
    queue: Option<QueueIdx>,
    source: Option<SourceIdx>,
    customer: Option<CustomerIdx>,
    case: Option<CaseIdx>,
    agent: Option<AgentIdx>,
}

impl Book {
    pub(super) fn contact_list(&self, list: &ContactList) -> Result<Answer, Reject> {
        let find_customer = |name: &Name| {
            let found = self.customers().find(name.as_str());
            found.ok_or_else(|| Reject::not_found("customer", name))
        };
        let find_source = |name| {
            let found = self.sources().find(name);
            found.ok_or_else(|| Reject::not_found("client", name).in_field("source"))
        };
        let wanted = Wanted {
            list,
            queue: (list.queue.as_ref())
                .map(|name| self.find_queue(name))
                .transpose()?,
            source: list.source.as_ref().map(find_source).transpose()?,
            customer: list.customer.as_ref().map(find_customer).transpose()?,
            case: (list.case.as_ref())
                .map(|name| self.find_case(name))
                .transpose()?,
            agent: (list.agent.as_ref())
                .map(|name| self.find_agent(name))
                .transpose()?,
        };
        let fits = |idx: &ContactIdx| {
            let contact = self.contacts().get(*idx);
            contact.is_some_and(|contact| wanted.fits(contact))
        };
        let found: Vec<ContactIdx> = match self.lists_of(&wanted) {
            Some(listed) => listed.into_iter().filter(fits).collect(),
            None => (0..self.contacts().slots.len())
                .map(ContactIdx::from_usize)
                .filter(fits)
                .collect(),
        };
        let page = page(found.into_iter(), list.after.as_ref(), list.limit, |idx| {
            &self.contact(idx).id
        });
        Ok(Answer::Contacts(page.map(|idx| self.contact_view(idx))))
    }

    /// A list that has all the wanted contacts, each once: of the client program, or of the agent.
    fn lists_of(&self, wanted: &Wanted<'_>) -> Option<Vec<ContactIdx>> {
        let state = wanted.list.state?;
        if state == ContactState::Ended {
            return None;
        }
        if let Some(source) = wanted.source {
            return Some(self.sources().get(source).live().iter().copied().collect());
        }
        // In these states the agent's own lists have them; others may be of an earlier agent.
        let is_agents = matches!(state, ContactState::Connected | ContactState::WrapUp);
        let agent = self.agent(wanted.agent.filter(|_| is_agents)?);
        let mut found: Vec<ContactIdx> = agent
            .talks()
            .iter()
            .map(|held| held.contact)
            .chain(agent.reserved().iter().map(|held| held.contact))
            .chain(agent.wraps().iter().map(|wrap| wrap.contact))
            .collect();
        found.sort_unstable();
        found.dedup();
        Some(found)
    }
}

impl Wanted<'_> {
    fn fits(&self, contact: &Contact) -> bool {
        let Self {
            list,
            queue,
            source,
            customer,
            case,
            agent,
        } = self;
        let ended_as = contact.outcome.filter(|_| !contact.is_live());
        queue.is_none_or(|queue| contact.queue() == queue)
            && list.state.is_none_or(|state| contact.state() == state)
            && source.is_none_or(|source| contact.source() == Some(source))
            && customer.is_none_or(|customer| contact.customer() == Some(customer))
            && case.is_none_or(|case| contact.case() == Some(case))
            && agent.is_none_or(|agent| is_of(contact, agent))
            && (list.outcome).is_none_or(|outcome| ended_as == Some(outcome))
            && (list.ticket.as_ref()).is_none_or(|ticket| contact.ticket().as_ref() == Some(ticket))
            && list.from_at.is_none_or(|from| contact.submitted_at >= from)
            && list.to_at.is_none_or(|to| contact.submitted_at < to)
    }
}

/// Whether an agent has a contact, is offered it, or had it last.
fn is_of(contact: &Contact, agent: AgentIdx) -> bool {
    contact.talks().iter().any(|talk| talk.agent == agent)
        || contact.offer_to(agent).is_some()
        || contact.wrapping().contains(&agent)
        || (contact.talks().is_empty()
            && contact.wrapping().is_empty()
            && contact.last_agent == Some(agent))
}
