//! Pairs of owner and deputy that are away together (AB岗).

use std::collections::BTreeSet;

use crate::router::api::answer::{BriefingView, PairAwayView, ServedView};
use crate::router::api::ids::{AgentIdx, Name};
use crate::router::api::people::Absence;
use crate::router::api::time::Timestamp;
use crate::router::state::book::Book;

impl Book {
    /// The agents that stand in for each other: an agent's deputy, and those whose deputy it is.
    pub(in crate::router) fn pairs_of(&self, idx: AgentIdx) -> BTreeSet<AgentIdx> {
        let entry = self.agent(idx);
        let all = entry
            .deputy()
            .into_iter()
            .chain(entry.deputy_of().iter().copied());
        let exists = |other: &AgentIdx| self.agent(*other).exists() && *other != idx;
        all.filter(exists).collect()
    }

    /// When an agent and its stand-in will be away together, for one absence of the agent or all.
    pub(in crate::router) fn pairs_away(
        &self,
        idx: AgentIdx,
        only: Option<&Absence>,
    ) -> Vec<PairAwayView> {
        let own = &self.agent(idx).bonds().absences;
        if own.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for other in self.pairs_of(idx) {
            for absence in own
                .iter()
                .filter(|own| only.is_none_or(|only| only == *own))
            {
                let theirs = self.agent(other).bonds().absences.iter();
                for (from_at, to_at) in theirs.filter_map(|theirs| theirs.overlap(absence)) {
                    found.push(self.pair_away(idx, other, from_at, to_at));
                }
            }
        }
        found
    }

    pub(in crate::router) fn pair_away(
        &self,
        idx: AgentIdx,
        other: AgentIdx,
        from_at: Timestamp,
        to_at: Timestamp,
    ) -> PairAwayView {
        let leader = self.agent(idx).leader;
        PairAwayView {
            agent: self.agent_name(idx),
            other: self.agent_name(other),
            from_at,
            to_at,
            leader: leader.map(|leader| self.agent_name(leader)),
        }
    }

    pub(in crate::router) fn briefing_view(&self, idx: AgentIdx) -> BriefingView {
        let entry = self.agent(idx);
        let briefing = &entry.bonds().briefing;
        let state = |case: &Name| self.cases().find(case).map(|case| self.case(case).state());
        BriefingView {
            agent: entry.id.clone(),
            since_at: briefing.since_at,
            until_at: briefing.until_at,
            items: briefing
                .served
                .iter()
                .map(|served| ServedView {
                    at: served.at,
                    contact: served.contact.clone(),
                    case: served.case.clone(),
                    state: state(&served.case),
                    agent: self.agent_name(served.agent),
                    route: served.route,
                })
                .collect(),
            dropped: briefing.dropped,
        }
    }
}
