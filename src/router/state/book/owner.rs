//! The owners of cases. A case is on its owner's list until it is closed: owner, state of the case
//! and the agents' lists change here together, and nowhere else (rules 11, 13).

use super::Book;
use crate::router::api::codes::CaseState;
use crate::router::api::ids::{AgentIdx, CaseIdx};
use crate::router::api::time::MaybeAt;

impl Book {
    /// Makes an agent the owner of a case. Returns the previous owner.
    pub(in crate::router) fn set_owner(&mut self, case: CaseIdx, to: AgentIdx) -> Option<AgentIdx> {
        let entry = &mut self.cases[case];
        let from = entry.owner.replace(to);
        entry.owned_at = MaybeAt::at(self.at);
        if let Some(from) = from {
            self.agents[from.at()].cases.remove(&case);
        }
        self.agents[to.at()].cases.insert(case);
        from
    }

    /// Sets the state of a case, with its time.
    pub(in crate::router) fn set_case_state(&mut self, case: CaseIdx, state: CaseState) {
        let at = self.at;
        let entry = &mut self.cases[case];
        let before = std::mem::replace(&mut entry.state, state);
        entry.active_at = at;
        let owner = entry.owner;
        let cold = entry.cold_mut();
        match state {
            CaseState::Open => {
                cold.resolved_at = MaybeAt::NONE;
                cold.closed_at = MaybeAt::NONE;
                cold.close_at = MaybeAt::NONE;
                if let Some(owner) = owner.filter(|_| before == CaseState::Closed) {
                    self.agents[owner.at()].cases.insert(case);
                }
            }
            CaseState::Resolved => cold.resolved_at = MaybeAt::at(at),
            CaseState::Closed => {
                cold.closed_at = MaybeAt::at(at);
                cold.close_at = MaybeAt::NONE;
                if let Some(owner) = owner {
                    self.agents[owner.at()].cases.remove(&case);
                }
                self.closed.push_back((at, case));
            }
        }
    }

    /// Forgets a case that belonged to a single contact, which has ended.
    pub(in crate::router) fn forget_unreferred(&mut self, case: CaseIdx) {
        let Some(entry) = self.cases.get(case) else {
            return;
        };
        if entry.referred == 0 && entry.customer.is_none() {
            if let Some(owner) = entry.owner {
                self.agents[owner.at()].cases.remove(&case);
            }
            self.cases.remove(case);
        }
    }
}
