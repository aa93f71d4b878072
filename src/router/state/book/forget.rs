//! Forgetting contacts and cases that ended long ago.

use super::Book;
use crate::router::api::ids::{CaseIdx, ContactIdx};
use crate::router::api::time::Timestamp;
use crate::router::state::case::Case;

impl Book {
    /// A contact has ended: its client program drops it, and it is queued to be forgotten.
    pub(in crate::router) fn note_ended(&mut self, idx: ContactIdx) {
        if let Some(source) = self.contacts[idx].source {
            self.sources.leave(source, idx);
        }
        self.ended.push_back((self.at, idx));
    }

    /// Forgets contacts and cases that ended long enough ago and that nothing refers to.
    pub(in crate::router) fn forget_ended(&mut self) {
        let keep_ms = self.settings.keep_ended_ms.0;
        let keep_max = self.settings.keep_ended_max as usize;
        while let Some((at, idx)) = self.ended.front().copied() {
            if self.ended.len() <= keep_max && self.at - at <= keep_ms {
                break;
            }
            self.ended.pop_front();
            if let Some(case) = self.contacts.remove(idx) {
                self.cases[case].referred -= 1;
            }
        }
        if self.closed.is_empty() {
            return;
        }
        let keep_closed_ms = keep_ms.max(self.longest_affinity_ms);
        while let Some((at, idx)) = self.closed.front().copied() {
            if self.at - at <= keep_closed_ms {
                break;
            }
            self.closed.pop_front();
            self.forget_case(at, idx);
        }
    }

    fn forget_case(&mut self, closed_at: Timestamp, idx: CaseIdx) {
        let Some(case) = self.cases.get(idx) else {
            return;
        };
        // A reopened case is not over, and one closed again has a later entry.
        if case.closed_at().is_none_or(|at| at > closed_at) {
            return;
        }
        if case.referred > 0 {
            // A contact still refers to it; check again after the same time.
            self.closed.push_back((self.at, idx));
            return;
        }
        if let Some(customer) = case.customer {
            self.customers[customer].drop_case(idx);
        }
        let case = self.cases.remove(idx);
        let progress = case.as_ref().and_then(Case::progress);
        if let Some(kind) = progress.and_then(|progress| progress.kind) {
            self.kinds.release(kind);
        }
    }
}
