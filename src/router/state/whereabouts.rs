//! Where an agent can be reached apart from its presence: the sessions of its desktop, its beat, and
//! its telephone. Most agents have nothing of it.

use smallvec::SmallVec;

use crate::router::api::codes::Device;
use crate::router::api::ids::SourceIdx;
use crate::router::api::time::{Millis, Timestamp};
use crate::stored::stored;

/// Where an agent can be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whereabouts {
    /// The open sessions to which its presence is bound.
    pub(super) desktops: SmallVec<[u64; 1]>,
    /// The last of them closed; it is offline from then on.
    pub(super) lost_until: Option<Timestamp>,
    /// Its presence lapses then, and how long it lasts without being renewed.
    pub(super) beat_at: Option<Timestamp>,
    pub(super) beat_ms: Option<Millis>,
    /// What its telephone is doing, if it is not idle, and the client program that said so.
    pub(super) device: Option<Device>,
    pub(super) device_by: Option<SourceIdx>,
}

stored! {
    Whereabouts {
        1 desktops, 2 lost_until, 3 beat_at, 4 beat_ms, 5 device, 6 device_by,
    }
}

/// Why an agent gets no offers though it is available and free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// Its telephone is in a call that is none of ours.
    Elsewhere,
    /// Its telephone is gone.
    NoTelephone,
    /// Its last desktop is gone.
    NoDesktop,
}

impl Whereabouts {
    pub(super) fn barred(&self) -> Option<Barred> {
        match self.device {
            Some(Device::Gone) => Some(Barred::NoTelephone),
            Some(Device::Ringing | Device::Busy) => Some(Barred::Elsewhere),
            Some(Device::Idle) | None => self.lost_until.map(|_| Barred::NoDesktop),
        }
    }

    /// Whether nothing is noted.
    pub(super) fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}
