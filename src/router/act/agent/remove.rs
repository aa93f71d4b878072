//! Removing an agent: its cases go to a successor or stay without owner.

use crate::router::api::answer::{AgentRemovedView, Answer};
use crate::router::api::codes::Presence;
use crate::router::api::command::AgentRemove;
use crate::router::api::event::AgentEvent;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, Text};
use crate::router::api::reject::Reject;
use crate::router::api::time::Timestamp;
use crate::router::{Router, Subject};

/// The reason of a removal that names none, and of the presence that it ends.
const REMOVED: &str = "removed";

impl Router {
    pub(super) fn agent_remove(&mut self, remove: &AgentRemove) -> Result<Subject, Reject> {
        let idx = self.book.find_agent(&remove.agent)?;
        let entry = self.book.agent(idx);
        if !entry.talks().is_empty() {
            let n = entry.talks().len();
            let message = format!(
                "agent \"{}\" is in conversation ({n}): end or transfer its contacts first",
                remove.agent
            );
            return Err(Reject::conflict("agent", &remove.agent, message));
        }
        let cases: Vec<CaseIdx> = entry.cases().iter().copied().collect();
        let successor = self.successor(idx, remove)?;
        let plan = entry.bonds().succession().cloned();
        let shared = plan.filter(|plan| remove.successor.is_none() && self.has_takers(plan));
        if successor.is_none() && shared.is_none() && !cases.is_empty() {
            let message = format!(
                "agent \"{}\" owns {} open cases and has neither deputy nor leader: name a \
                 successor",
                remove.agent,
                cases.len()
            );
            return Err(Reject::conflict("agent", &remove.agent, message).in_field("successor"));
        }
        self.end_wrap_ups(idx, Timestamp::MAX);
        self.set_presence(idx, Presence::Offline, Some(Text(REMOVED.into())), None);
        let handed_over = cases.len() as u64;
        let reason = remove.reason.clone().unwrap_or(Text(REMOVED.into()));
        let went = shared
            .as_ref()
            .map_or(0, |plan| self.share_out(&cases, plan));
        if let Some(to) = successor {
            for case in cases.into_iter().skip(went as usize) {
                self.succeed(case, to, reason.clone());
            }
        }
        self.forget_agent(idx);
        let shared = shared
            .filter(|_| went > 0)
            .map_or(Vec::new(), |plan| plan.to);
        let successors = shared.iter().map(|to| self.book.agent_name(*to)).collect();
        let successor = successor.filter(|_| went < handed_over || handed_over == 0);
        let successor = successor.map(|to| self.book.agent_name(to));
        self.emit(|_| AgentEvent::Removed {
            agent: remove.agent.clone(),
            successor: successor.clone(),
            cases: handed_over,
            reason,
        });
        Ok(Subject::Answer(Answer::AgentRemoved(AgentRemovedView {
            agent: remove.agent.clone(),
            removed: true,
            successor,
            handed_over,
            successors,
        })))
    }

    /// Removes the agent; contacts that wait for it are decided again.
    fn forget_agent(&mut self, idx: AgentIdx) {
        let lost = self.book.remove_agent(idx);
        let entry = self.book.agent(idx);
        let named = entry.named_waiting().values();
        let waiting = named.chain(entry.owned_waiting().values()).copied();
        self.unsettled.extend(waiting);
        self.end_wishes_for(&lost);
    }

    /// Who gets the open cases of a removed agent: the named successor, else deputy, else leader.
    fn successor(&self, idx: AgentIdx, remove: &AgentRemove) -> Result<Option<AgentIdx>, Reject> {
        if let Some(name) = &remove.successor {
            let to = self
                .book
                .find_agent(name)
                .map_err(|reject| reject.in_field("successor"))?;
            if to == idx {
                let message = "an agent cannot succeed itself: name another";
                return Err(Reject::invalid("agent", "successor", message).with_id(name));
            }
            if !self.book.agent(to).is_human() {
                let message = format!("agent \"{name}\" is a bot and never owns: name a human");
                return Err(Reject::invalid("agent", "successor", message).with_id(name));
            }
            return Ok(Some(to));
        }
        let entry = self.book.agent(idx);
        let fit = |agent: &AgentIdx| {
            *agent != idx && self.book.agent(*agent).exists() && self.book.agent(*agent).is_human()
        };
        Ok(entry.deputy().filter(fit).or(entry.leader.filter(fit)))
    }

    /// Logging in or off may change, for every waiting contact, whether anyone could serve it.
    pub(super) fn watch_no_agent_everywhere(&mut self) {
        let watched: Vec<ContactIdx> = self
            .book
            .queues()
            .iter()
            .filter(|queue| queue.policy().no_agent_ms.is_some())
            .flat_map(|queue| queue.waiting().contacts())
            .collect();
        for contact in watched {
            self.watch_no_agent(contact);
        }
        // They may have to go back to who passed them on.
        let passed = self.book.passed_to_queues();
        self.unsettled.extend(passed);
    }
}
