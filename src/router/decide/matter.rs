//! Which case a contact belongs to (rule 11), and who owned the previous one.

use crate::router::api::codes::CaseState;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name};
use crate::router::api::time::Timestamp;
use crate::router::state::book::Book;

/// The cases of a customer for one topic.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::router) struct Matter {
    /// The open, or else the resolved case.
    pub case: Option<CaseIdx>,
    /// When the last closed case closed, and its owner.
    closed: Option<(Timestamp, AgentIdx)>,
}

impl Matter {
    /// The last owner, while it counts as a preference.
    pub(in crate::router) fn last_owner(
        &self,
        at: Timestamp,
        affinity_ms: i64,
    ) -> Option<AgentIdx> {
        let (closed_at, owner) = self.closed?;
        (affinity_ms > 0 && at - closed_at <= affinity_ms).then_some(owner)
    }
}

impl Book {
    /// The case of a customer's contact on a topic (rule 11): an open one of the same topic, or of
    /// any topic if none is given; else a resolved one, chosen likewise. Of several, the most
    /// recently active.
    pub(in crate::router) fn matter(&self, customer: CustomerIdx, topic: Option<&Name>) -> Matter {
        let mut best: Option<(bool, Timestamp, CaseIdx)> = None;
        let mut closed: Option<(Timestamp, AgentIdx)> = None;
        for idx in self.customer(customer).cases() {
            let case = self.case(*idx);
            if topic.is_some() && case.topic() != topic {
                continue;
            }
            match case.state() {
                CaseState::Open | CaseState::Resolved => {
                    let rank = (case.state() == CaseState::Open, case.active_at, *idx);
                    if best.is_none_or(|best| (best.0, best.1) <= (rank.0, rank.1)) {
                        best = Some(rank);
                    }
                }
                CaseState::Closed => {
                    if let (Some(at), Some(owner)) = (case.closed_at(), case.owner())
                        && closed.is_none_or(|(before, _)| before <= at)
                    {
                        closed = Some((at, owner));
                    }
                }
            }
        }
        Matter {
            case: best.map(|(_, _, case)| case),
            closed,
        }
    }

    /// The case that a contact without one now belongs to.
    pub(in crate::router) fn case_for(&self, idx: ContactIdx) -> Option<CaseIdx> {
        let contact = self.contact(idx);
        self.matter(contact.customer()?, contact.topic.as_ref())
            .case
    }
}
