//! The journal: an ordered, checksummed, durable log of opaque records.
//!
//! It knows nothing of routing: a record is bytes with a type number. A record whose sequence was
//! reported durable is there after any crash, or opening fails and names the place of the damage;
//! it is never lost silently. `docs/journal.md` describes the format and the rules. Only `recovery`
//! cuts, only `committer` writes frames, only `scan` judges damage.

mod admission;
mod error;
pub mod frame;
mod options;
mod segment;
mod stats;
pub mod storage;
pub mod tools;

mod catalogue;
mod committer;
mod kept;
mod marker;
mod progress;
mod queue;
mod reader;
mod recovery;
mod room;
mod scan;
mod snapshot;
mod spare;
mod writer;

pub use admission::{Admitted, Asked};
pub use catalogue::{Horizon, Pruned};
pub use error::{Damage, JournalError};
pub use frame::{Record, Sequence};
pub use marker::{MARKER_FILE, Marker};
pub use options::{Durability, Options, reserve_bytes};
pub use progress::Progress;
pub use recovery::Recovery;
pub use scan::{SegmentReport, TornTail};
pub use segment::{FORMAT, FRAMES_START, JournalUuid, segment_file, segment_number};
pub use snapshot::{
    KeptState, SnapshotInfo, SnapshotReader, SnapshotWriter, StateDigest, snapshot_file,
    snapshot_sequence,
};
pub use stats::{CommitObserver, CommitReport, Space, Stats};
pub use writer::{Journal, NewRecord};
