//! To which case a contact belongs (rule 11), and who owned the one before it.

use crate::router::api::codes::CaseState;
use crate::router::api::ids::{AgentIdx, CaseIdx, ContactIdx, CustomerIdx, Name};
use crate::router::api::time::Timestamp;
use crate::router::state::book::Book;

/// What is known of a customer's matter.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::router) struct Matter {
    /// The open, or else the resolved case.
    pub case: Option<CaseIdx>,
    /// The owner of the case that closed last, and when it closed.
    closed: Option<(Timestamp, AgentIdx)>,
}

impl Matter {
    /// The last owner, while it is remembered as a preference.
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
    /// The case to which a customer's contact on a topic belongs (rule 11): an open one of the
    /// same topic, or of any where no topic is given; else a resolved one in the same way. Among
    /// several the most recently active.
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

    /// The case that a contact without one belongs to by now.
    pub(in crate::router) fn case_for(&self, idx: ContactIdx) -> Option<CaseIdx> {
        let contact = self.contact(idx);
        self.matter(contact.customer()?, contact.topic.as_ref())
            .case
    }
}
