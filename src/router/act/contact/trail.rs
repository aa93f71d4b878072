//! The trail of a contact: its steps, recorded as they happen, with the agents named by the rule
//! and a few from the idle order; nothing is reconstructed later.

use crate::router::Router;
use crate::router::api::codes::{Route, Rule, Why};
use crate::router::api::ids::{AgentIdx, ContactIdx};
use crate::router::api::time::Timestamp;
use crate::router::state::contact::StepTaken;

impl Router {
    /// Records a step without considered agents.
    pub(in crate::router::act) fn remember(
        &mut self,
        idx: ContactIdx,
        rule: Rule,
        why: Option<Why>,
        agent: Option<AgentIdx>,
    ) {
        if self.detail.trail {
            let at = self.book.at();
            let candidates = Box::default();
            let step = StepTaken {
                at,
                rule,
                why,
                agent,
                until_at: None,
                candidates,
            };
            self.book.contact_mut(idx).remember(step);
        }
    }

    /// Records a search for an agent, with the considered agents.
    pub(super) fn remember_search(
        &mut self,
        idx: ContactIdx,
        rule: Rule,
        why: Why,
        chosen: Option<(AgentIdx, Route)>,
        until_at: Option<Timestamp>,
    ) {
        if !self.detail.trail {
            return;
        }
        let contact = self.book.contact(idx);
        let requirement = self.book.requirement(contact);
        let candidates = self.book.considered(contact, &requirement, chosen);
        let candidates = candidates.into_boxed_slice();
        let agent = chosen.map(|(agent, _)| agent);
        let at = self.book.at();
        let step = StepTaken {
            at,
            rule,
            why: Some(why),
            agent,
            until_at,
            candidates,
        };
        self.book.contact_mut(idx).remember(step);
    }
}
