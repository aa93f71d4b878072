//! The choice of an agent among the eligible, by a queue's strategy (rule 3).
//!
//! `longest_idle` takes the first bit of the idle order; every other strategy compares the free and
//! qualified agents in idle order, so that the first of equals is the longest idle. Pure.

use std::cmp::Reverse;

use crate::router::api::codes::Strategy;
use crate::router::api::ids::{AgentIdx, TeamIdx};
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;
use crate::router::state::skill::{Levels, proficiency};

/// Mixes the random number of the command with a salt, so that each draw differs.
pub(super) fn mix(chance: u64, salt: u64) -> u64 {
    let mut z = chance ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Book {
    /// The agent chosen by skill, within a team if one is given. A matter without an owner skips
    /// agents who have enough cases, as long as there are others.
    pub(in crate::router) fn choose(
        &self,
        contact: &Contact,
        requirement: &Levels,
        team: Option<TeamIdx>,
    ) -> Option<AgentIdx> {
        if self.bounded() > 0 {
            let others = |agent| !self.leaves_to_others(contact, agent);
            let found = self.choose_among(contact, requirement, team, others);
            if found.is_some() {
                return found;
            }
        }
        self.choose_among(contact, requirement, team, |_| true)
    }

    /// Whether a contact would give an agent more cases than it should have.
    pub(super) fn leaves_to_others(&self, contact: &Contact, agent: AgentIdx) -> bool {
        let entry = self.agent(agent);
        let owned = contact
            .case()
            .is_some_and(|case| self.case(case).owner().is_some());
        !owned && entry.is_human() && entry.bonds().is_full(entry.cases().len())
    }

    fn choose_among(
        &self,
        contact: &Contact,
        requirement: &Levels,
        team: Option<TeamIdx>,
        among: impl Fn(AgentIdx) -> bool,
    ) -> Option<AgentIdx> {
        let mut eligible = self
            .idle()
            .free(contact.channel, requirement)
            .filter(|agent| {
                team.is_none_or(|team| self.agent(*agent).team == Some(team))
                    && among(*agent)
                    && self.eligible(contact, requirement, *agent)
            });
        let queue = self.queue(contact.queue());
        let agent = |agent: &AgentIdx| self.agent(*agent);
        match queue.policy().strategy {
            Strategy::LongestIdle => eligible.next(),
            Strategy::MostSkilled => {
                eligible.min_by_key(|a| Reverse(proficiency(agent(a).skills(), requirement)))
            }
            Strategy::LeastSkilled => {
                eligible.min_by_key(|a| proficiency(agent(a).skills(), requirement))
            }
            Strategy::FewestContacts => eligible.min_by_key(|a| agent(a).handled),
            Strategy::LeastTalkTime => eligible.min_by_key(|a| agent(a).talk_ms + agent(a).hold_ms),
            Strategy::LeastLoaded => eligible.min_by_key(|a| agent(a).load()),
            Strategy::Ordered => eligible.min_by_key(|a| agent(a).rank),
            Strategy::RoundRobin => {
                let last = queue.last_offered.map(|last| &self.agent(last).id);
                eligible.min_by_key(|a| {
                    let id = &agent(a).id;
                    (last.is_some_and(|last| id <= last), id)
                })
            }
            Strategy::Random => {
                let all: Vec<AgentIdx> = eligible.collect();
                let draw = mix(self.chance(), contact.seq ^ (self.offer_seq() << 20));
                let n = draw.checked_rem(all.len() as u64)?;
                all.get(n as usize).copied()
            }
        }
    }
}
