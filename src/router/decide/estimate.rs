//! The expected wait of a contact that stays.
//!
//! In its queue it waits until those before it have left, which is Erlang's queue seen from inside
//! (see `pace`). A contact kept for its owner waits until the owner is free, or until that wait
//! ends and its turn in the queue comes, whichever is first. While nobody who could serve it is
//! logged in there is no estimate; while all of them are on break it waits until the first is back.
//! Pure. The cost does not depend on how many wait, except for one step for each sixteenth by which
//! a queue with impatient callers grows.

use super::judge::Situation;
use crate::router::api::ids::AgentIdx;
use crate::router::api::time::Timestamp;
use crate::router::state::book::Book;
use crate::router::state::contact::Contact;
use crate::router::state::skill::Levels;

/// Doublings in the approximation of e^−x.
const DOUBLINGS: u32 = 10;

impl Book {
    /// The estimate in milliseconds; `None` until the queue has finished a conversation, and while
    /// nobody who could serve the contact is there or known to come back.
    pub(in crate::router) fn estimated_wait_ms(
        &self,
        contact: &Contact,
        position: u32,
    ) -> Option<i64> {
        let queue = self.queue(contact.queue());
        let ahead = position.saturating_sub(1);
        let common = queue.pace.wait_behind(ahead, queue.counts().serving())?;
        let mut wait = self.owner_or_queue(contact, common).unwrap_or(common);
        let from = self.served_from(contact)?;
        if from > self.at() {
            // Whoever comes back first takes the first; the others wait on as in any queue.
            let first = queue.pace.wait_behind(0, queue.counts().serving())?;
            wait = wait.max((from - self.at()) as f64 + common - first);
        }
        Some(wait.round() as i64)
    }

    /// The expected wait of a contact kept for its owner.
    fn owner_or_queue(&self, contact: &Contact, common: f64) -> Option<f64> {
        let owner = self.sought_owner(contact)?;
        let requirement = self.requirement(contact);
        let reach = self.reach(contact, &requirement);
        let until = reach.owner_only_until.filter(|_| reach.is_closed())?;
        let kept = (until < Timestamp::MAX).then(|| {
            let others_idle = self.choose(contact, &requirement, None).is_some();
            let left = (until - self.at()).max(0) as f64;
            if others_idle { left } else { left.max(common) }
        });
        match self.owner_free_in(contact, &requirement, owner)? {
            FreeIn::Exactly(wait) => Some(kept.map_or(wait, |kept| wait.min(kept))),
            FreeIn::About(mean) => {
                Some(kept.map_or(mean, |kept| mean * (1.0 - decay(kept / mean))))
            }
        }
    }

    /// When an owner will be free: the known time, else one mean conversation for each contact
    /// before this one and for the present one, whose elapsed time predicts little.
    fn owner_free_in(
        &self,
        contact: &Contact,
        requirement: &Levels,
        owner: AgentIdx,
    ) -> Option<FreeIn> {
        let entry = self.agent(owner);
        let known = |at: Timestamp| FreeIn::Exactly((at - self.at()).max(0) as f64);
        match self.situation(contact, requirement, owner) {
            Situation::WrapUp => entry
                .wraps()
                .iter()
                .map(|wrap| wrap.until_at)
                .max()
                .map(known),
            Situation::Break { until_at } => until_at.map(known),
            Situation::Busy => {
                let taken = self.queue(contact.queue()).pace.taken_ms()?;
                let key = contact.place().map(|place| place.key);
                let key = key.unwrap_or_else(|| self.wait_key(contact));
                let turns = 1 + entry.owned_waiting().range(..key).count();
                Some(FreeIn::About(taken.max(1.0) * turns as f64))
            }
            Situation::Free => Some(FreeIn::Exactly(0.0)),
            Situation::Offline { .. } | Situation::Never(_) => None,
        }
    }
}

/// In how many milliseconds an agent is free.
enum FreeIn {
    Exactly(f64),
    /// A mean; conversations are taken as memoryless.
    About(f64),
}

/// e^−x for x ≥ 0, within one part in a thousand up to x = 1, using operations that give the same
/// result on every machine.
fn decay(x: f64) -> f64 {
    let mut growth = 1.0 + x / f64::from(1_u32 << DOUBLINGS);
    for _ in 0..DOUBLINGS {
        growth *= growth;
    }
    1.0 / growth
}

#[cfg(test)]
mod tests {
    use super::decay;

    #[test]
    fn decay_is_exponential() {
        for x in [0.0, 0.01, 0.5, 1.0, 3.0, 20.0, 1e9] {
            let right = f64::exp(-x);
            assert!((decay(x) - right).abs() < 0.001, "{x}: {}", decay(x));
        }
    }
}
