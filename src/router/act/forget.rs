//! Forgetting what is long over.

use crate::router::Router;
use crate::router::api::ids::CaseIdx;
use crate::router::api::time::Timestamp;
use crate::router::state::case::Case;

impl Router {
    /// Forgets contacts and cases that are over for long enough, and nothing refers to.
    pub(in crate::router) fn forget_ended(&mut self) {
        let keep_ms = self.book.settings.keep_ended_ms.0;
        let keep_max = self.book.settings.keep_ended_max as usize;
        while let Some((at, idx)) = self.book.ended.front().copied() {
            if self.book.ended.len() <= keep_max && self.book.at - at <= keep_ms {
                break;
            }
            self.book.ended.pop_front();
            if let Some(case) = self.book.contacts.remove(idx) {
                self.book.cases[case].referred -= 1;
            }
        }
        if self.book.closed.is_empty() {
            return;
        }
        let keep_closed_ms = keep_ms.max(self.book.longest_affinity_ms);
        while let Some((at, idx)) = self.book.closed.front().copied() {
            if self.book.at - at <= keep_closed_ms {
                break;
            }
            self.book.closed.pop_front();
            self.forget_case(at, idx);
        }
    }

    fn forget_case(&mut self, closed_at: Timestamp, idx: CaseIdx) {
        let Some(case) = self.book.cases.get(idx) else {
            return;
        };
        // One that was reopened is not over, and one closed again since has a later entry.
        if case.closed_at().is_none_or(|at| at > closed_at) {
            return;
        }
        if case.referred > 0 {
            // A contact still refers to it; look again as long after.
            self.book.closed.push_back((self.book.at, idx));
            return;
        }
        if let Some(customer) = case.customer {
            self.book.customers[customer].drop_case(idx);
        }
        let case = self.book.cases.remove(idx);
        let progress = case.as_ref().and_then(Case::progress);
        if let Some(kind) = progress.and_then(|progress| progress.kind) {
            self.book.kinds.release(kind);
        }
    }
}
