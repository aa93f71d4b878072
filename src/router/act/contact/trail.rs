//! The trail of a contact: its steps are taken down when they happen, with the agents named by the
//! rule and a few of those in the idle order; nothing is reconstructed afterwards.

use crate::router::Router;
use crate::router::api::codes::{Route, Rule, Why};
use crate::router::api::ids::{AgentIdx, ContactIdx};
use crate::router::api::time::Timestamp;
use crate::router::state::contact::StepTaken;

impl Router {
    /// Takes down a step that considered nobody.
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

    /// Takes down a search for an agent, with those who were considered.
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
