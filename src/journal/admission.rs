//! Reserves room for an append before the caller changes anything that it will have to append.
//!
//! What was admitted can always be made durable: its room is allocated. A caller that changes
//! nothing without admission never waits for a full disk. Nothing here blocks.

use super::room::Ahead;
use super::spare::Standing;
use super::stats::Space;
use super::writer::{Journal, Shared};

/// What [`Journal::ask`] found.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Bytes that wait for the disk.
    pub waiting_bytes: usize,
    /// Room reserved for one append of up to `admitted_bytes`.
    pub admitted: Option<Admitted<'a>>,
    /// Why the disk has no room for the next segment, while it has none.
    pub shortage: Option<String>,
}

/// Reserved room, released on drop. Drop it after the append.
pub struct Admitted<'a> {
    shared: &'a Shared,
    charge: u64,
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        self.shared.queue.lock().room.give_back(self.charge);
    }
}

impl std::fmt::Debug for Admitted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Admitted").field(&self.charge).finish()
    }
}

impl Journal {
    /// Reserves room for one append of up to `admitted_bytes`, and reports the state of the disk.
    #[must_use]
    pub fn ask(&self) -> Asked<'_> {
        let shared = self.shared();
        let (waiting_bytes, charge) = {
            let mut queue = shared.queue.lock();
            let (ahead, waiting) = (shared.spare.ahead(), queue.waiting());
            let charge = queue
                .room
                .admit(shared.options.admitted_bytes(), ahead, waiting);
            (queue.waiting_bytes(), charge)
        };
        Asked {
            waiting_bytes,
            admitted: charge.map(|charge| Admitted { shared, charge }),
            shortage: match shared.spare.standing() {
                Standing::Failed(error) => Some(error.to_string()),
                Standing::Whole | Standing::Allocating => None,
            },
        }
    }

    /// Whether there is room for `times` such appends if nobody else appends.
    #[must_use]
    pub fn has_room(&self, times: usize) -> bool {
        let shared = self.shared();
        let bytes = shared.options.admitted_bytes().saturating_mul(times);
        let queue = shared.queue.lock();
        let ahead: Ahead = shared.spare.ahead();
        queue.room.has(bytes, ahead, queue.waiting())
    }

    /// Whether the disk has room for further segments.
    #[must_use]
    pub fn space(&self) -> Space {
        match self.shared().spare.standing() {
            Standing::Whole => Space::Ahead,
            Standing::Allocating => Space::Allocating,
            Standing::Failed(error) if self.has_room(1) => Space::Low {
                reason: error.to_string(),
            },
            Standing::Failed(error) => Space::Out {
                reason: error.to_string(),
            },
        }
    }
}
