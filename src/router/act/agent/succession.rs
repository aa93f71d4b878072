//! Succession (首问责任移交): the open cases of a leaving agent go to several others, balanced by load,
//! announced beforehand and in batches. Every move is a recorded handover with actor and reason.

use crate::router::Router;
use crate::router::Subject;
use crate::router::api::answer::{Answer, SuccessionView};
use crate::router::api::event::AgentEvent;
use crate::router::api::ids::{AgentIdx, CaseIdx, Name};
use crate::router::api::people::AgentSuccession;
use crate::router::api::reject::Reject;
use crate::router::state::bonds::{SUCCESSION_EVERY_MIN, SUCCESSORS_MAX, Succession};

impl Router {
    /// `agent.succession`.
    pub(super) fn agent_succession(&mut self, plan: &AgentSuccession) -> Result<Subject, Reject> {
        let idx = self.book.find_agent(&plan.agent)?;
        let to = self.successors(idx, plan)?;
        let bad = |field, message: String| {
            Err(Reject::invalid("agent", field, message).with_id(&plan.agent))
        };
        if plan.batch == Some(0) {
            return bad(
                "batch",
                "a batch of 0 moves nothing: give 1 or more".to_owned(),
            );
        }
        if plan.every_ms < SUCCESSION_EVERY_MIN {
            let least = SUCCESSION_EVERY_MIN.0;
            return bad("every_ms", format!("too short: give at least {least}"));
        }
        if to.is_empty() {
            self.book.set_succession(idx, None);
            return Ok(Subject::Answer(self.succession_view(idx, &plan.agent, 0)));
        }
        let start_at = plan.start_at.unwrap_or(self.book.at()).max(self.book.at());
        let succession = Succession {
            to,
            batch: plan.batch,
            every_ms: plan.every_ms,
            next_at: start_at,
            reason: plan.reason.clone(),
            by: plan.by.clone(),
            handed_over: 0,
        };
        self.book.set_succession(idx, Some(Box::new(succession)));
        self.emit(|book| AgentEvent::Succession {
            agent: plan.agent.clone(),
            to: plan.to.clone(),
            cases: book.agent(idx).cases().len() as u64,
            start_at,
            reason: plan.reason.clone(),
            by: plan.by.clone(),
        });
        let mut moved = 0;
        if start_at == self.book.at() {
            moved = self.succession_due(idx);
        }
        let answer = self.succession_view(idx, &plan.agent, moved);
        Ok(Subject::Answer(answer))
    }

    /// The successors of a plan, each able to own cases.
    fn successors(&self, idx: AgentIdx, plan: &AgentSuccession) -> Result<Vec<AgentIdx>, Reject> {
        if plan.to.len() > SUCCESSORS_MAX {
            let message = format!("{} successors: at most {SUCCESSORS_MAX}", plan.to.len());
            return Err(Reject::invalid("agent", "to", message).with_id(&plan.agent));
        }
        let mut found = Vec::new();
        for name in &plan.to {
            let agent = self
                .book
                .find_agent(name)
                .map_err(|reject| reject.in_field("to"))?;
            let wrong = if agent == idx {
                Some("an agent cannot succeed itself: name others".to_owned())
            } else if !self.book.agent(agent).is_human() {
                Some(format!(
                    "agent \"{name}\" is a bot and never owns: name a human"
                ))
            } else if found.contains(&agent) {
                Some(format!("agent \"{name}\" is named twice: once is enough"))
            } else {
                None
            };
            if let Some(message) = wrong {
                return Err(Reject::invalid("agent", "to", message).with_id(name));
            }
            found.push(agent);
        }
        Ok(found)
    }

    /// Hands over one batch; without cases or successors left, the plan is done. Returns how many
    /// cases moved.
    pub(in crate::router::act) fn succession_due(&mut self, idx: AgentIdx) -> u64 {
        let Some(mut plan) = self.book.agent(idx).bonds().succession().cloned() else {
            return 0;
        };
        let batch = plan.batch.map_or(usize::MAX, |batch| batch as usize);
        let cases: Vec<CaseIdx> = self
            .book
            .agent(idx)
            .cases()
            .iter()
            .copied()
            .take(batch)
            .collect();
        let moved = self.share_out(&cases, &plan);
        plan.handed_over += moved;
        let left = self.book.agent(idx).cases().len() as u64;
        if left == 0 || moved == 0 {
            self.book.set_succession(idx, None);
            self.emit(|book| AgentEvent::Succeeded {
                agent: book.agent_name(idx),
                cases: plan.handed_over,
                left,
            });
            return moved;
        }
        plan.next_at = self.book.at().saturating_add(plan.every_ms.0);
        self.book.set_succession(idx, Some(Box::new(plan)));
        moved
    }

    /// Hands cases over, each to the successor with the fewest open cases then; of equals the first
    /// named. Returns how many moved.
    pub(super) fn share_out(&mut self, cases: &[CaseIdx], plan: &Succession) -> u64 {
        let mut moved = 0;
        for case in cases {
            let takers = plan.to.iter().copied().filter(|agent| self.takes(*agent));
            let Some(to) = takers.min_by_key(|agent| self.book.agent(*agent).cases().len()) else {
                break;
            };
            self.hand_over(*case, to, plan.reason.clone(), plan.by.clone());
            moved += 1;
        }
        moved
    }

    /// Whether a successor can take cases: it exists, is a human, and is not leaving itself.
    fn takes(&self, agent: AgentIdx) -> bool {
        let entry = self.book.agent(agent);
        entry.exists() && entry.is_human() && entry.bonds().succession().is_none()
    }

    pub(super) fn has_takers(&self, plan: &Succession) -> bool {
        plan.to.iter().any(|agent| self.takes(*agent))
    }

    fn succession_view(&self, idx: AgentIdx, agent: &Name, moved: u64) -> Answer {
        let entry = self.book.agent(idx);
        let plan = entry.bonds().succession();
        let to = plan.map_or(&[][..], |plan| &plan.to);
        Answer::Succession(SuccessionView {
            agent: agent.clone(),
            to: to.iter().map(|to| self.book.agent_name(*to)).collect(),
            next_at: plan.map(|plan| plan.next_at),
            handed_over: moved,
            open_cases: entry.cases().len() as u64,
        })
    }
}
