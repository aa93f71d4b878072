//! What a configuration would take away from agents, queues and customers that hold something, and
//! who takes over from an agent who leaves. Reads only; whoever asks decides.

use std::collections::BTreeSet;
use std::fmt;

use crate::config::{Config, DEFAULT_TENANT, Tenant as Wanted};
use crate::router::answer::{AgentView, Answer};
use crate::router::codes::AgentKind;
use crate::router::command::{AgentCommand, AgentRef, Command, QueueRef};
use crate::router::ids::Name;
use crate::router::query::{CustomerRef, Query};
use crate::router::time::Timestamp;

use super::configure::before;
use super::hub::Hub;
use super::tenant::Tenant;

/// The time of a question that does not depend on it.
const AS_IT_STANDS: Timestamp = 0;

/// Most removals that are written out; the rest is counted.
const SHOWN_MAX: usize = 50;

/// Everything that a configuration takes away although it is in use.
#[derive(Debug, Default)]
pub struct Removals(Vec<Removal>);

/// One thing that is in use.
#[derive(Debug)]
struct Removal {
    tenant: Name,
    entity: &'static str,
    id: Name,
    /// What it holds, and what would become of it.
    holds: String,
}

impl fmt::Display for Removal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tenant.as_str() != DEFAULT_TENANT {
            write!(f, "tenant \"{}\": ", self.tenant)?;
        }
        write!(f, "{} \"{}\" {}", self.entity, self.id, self.holds)
    }
}

impl Removals {
    /// Compares a configuration with what each tenant holds now.
    pub fn of(hub: &Hub, config: &Config) -> Self {
        let mut found = Vec::new();
        let default = Name::of(DEFAULT_TENANT);
        let tenants = config.tenants.iter();
        for (name, wanted) in std::iter::once((&default, &config.tenant)).chain(tenants) {
            if let Some(cell) = hub.cells.find(name.as_str()) {
                cell.look(|tenant| note(tenant, name, wanted, &mut found));
            }
        }
        Self(found)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What one of them holds, and what would become of it; no tenant is the default one.
    pub fn of_one(&self, tenant: Option<&Name>, entity: &str, id: Option<&Name>) -> Option<String> {
        let tenant = tenant.map_or(DEFAULT_TENANT, Name::as_str);
        let mut all = self.0.iter();
        let is = |one: &&Removal| {
            one.tenant.as_str() == tenant && one.entity == entity && Some(&one.id) == id
        };
        all.find(is).map(|one| one.holds.clone())
    }
}

impl fmt::Display for Removals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.iter().take(SHOWN_MAX) {
            writeln!(f, "  {line}")?;
        }
        if self.0.len() > SHOWN_MAX {
            writeln!(f, "  and {} more", self.0.len() - SHOWN_MAX)?;
        }
        Ok(())
    }
}

fn note(tenant: &Tenant, name: &Name, wanted: &Wanted, found: &mut Vec<Removal>) {
    let Ok(Some(before)) = before(tenant) else {
        return;
    };
    let mut note = |entity, id: &Name, holds: String| {
        found.push(Removal {
            tenant: name.clone(),
            entity,
            id: id.clone(),
            holds,
        });
    };
    let gone = |agent: &&Name| !wanted.agents.contains_key(*agent);
    let leaving: BTreeSet<&Name> = before.agents.keys().filter(gone).collect();
    for agent in &leaving {
        let Some(view) = agent_view(tenant, agent) else {
            continue;
        };
        let (cases, contacts) = (view.open_cases, view.contacts.len() + view.offers.len());
        if cases == 0 && contacts == 0 {
            continue;
        }
        let then = fate(tenant, &view, &leaving);
        let holds = format!("owns {cases} open cases and has {contacts} contacts: {then}");
        note("agent", agent, holds);
    }
    for queue in before
        .queues
        .keys()
        .filter(|queue| !wanted.queues.contains_key(*queue))
    {
        let query = Query::QueueGet(QueueRef {
            queue: queue.clone(),
        });
        let Ok(Answer::Queue(view)) = tenant.query_standing(AS_IT_STANDS, &query) else {
            continue;
        };
        let held = view.waiting + view.offered + view.connected;
        if held > 0 {
            let holds = format!("holds {held} contacts: it would stay until they are over");
            note("queue", queue, holds);
        }
    }
    for customer in before
        .customers
        .keys()
        .filter(|one| !wanted.customers.contains_key(*one))
    {
        let query = Query::CustomerGet(CustomerRef {
            customer: customer.clone(),
        });
        let Ok(Answer::Customer(view)) = tenant.query_standing(AS_IT_STANDS, &query) else {
            continue;
        };
        let cases = view.open_cases.len();
        if cases > 0 {
            let holds = format!(
                "has {cases} open cases: they would stay, without what the file says of the \
                 customer (its exclusions are lifted)"
            );
            note("customer", customer, holds);
        }
    }
}

/// What would become of an agent who leaves, and of what it holds.
fn fate(tenant: &Tenant, view: &AgentView, leaving: &BTreeSet<&Name>) -> String {
    if !view.contacts.is_empty() {
        return "it would stay until they are over".to_owned();
    }
    if view.open_cases == 0 {
        return "its offers would be revoked".to_owned();
    }
    match heir(tenant, view, leaving) {
        Some(heir) => format!("the cases would go to \"{heir}\""),
        None => "nobody who stays would take the cases, and it would stay".to_owned(),
    }
}

fn agent_view(tenant: &Tenant, agent: &Name) -> Option<AgentView> {
    let query = Query::AgentGet(AgentRef {
        agent: agent.clone(),
    });
    let Ok(Answer::Agent(view)) = tenant.query_standing(AS_IT_STANDS, &query) else {
        return None;
    };
    Some(*view)
}

/// Who takes the cases of an agent who leaves: along deputies and leaders, the first human who stays.
fn heir(tenant: &Tenant, leaver: &AgentView, leaving: &BTreeSet<&Name>) -> Option<Name> {
    let mut seen = BTreeSet::from([leaver.agent.clone()]);
    let mut next = std::collections::VecDeque::from([leaver.clone()]);
    while let Some(from) = next.pop_front() {
        for name in [from.deputy, from.leader].into_iter().flatten() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let Some(view) = agent_view(tenant, &name) else {
                continue;
            };
            if !leaving.contains(&name) && view.kind == AgentKind::Human {
                return Some(name);
            }
            next.push_back(view);
        }
    }
    None
}

/// The command that removes an agent, with the successor named where the first in line leaves in the
/// same step: its cases go over once, to somebody who stays.
pub fn in_one_hop(tenant: &Tenant, command: &Command, leaving: &BTreeSet<&Name>) -> Command {
    let mut command = command.clone();
    if let Command::Agent(AgentCommand::Remove(remove)) = &mut command
        && let Some(view) = agent_view(tenant, &remove.agent)
        && [&view.deputy, &view.leader]
            .into_iter()
            .flatten()
            .any(|one| leaving.contains(one))
        && view.open_cases > 0
    {
        remove.successor = heir(tenant, &view, leaving);
    }
    command
}
