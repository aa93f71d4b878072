//! Where an agent can be reached apart from its presence: the sessions of its desktop, its beat, its
//! telephone, and the queues that it is out of. Most agents have nothing of it.

use smallvec::SmallVec;

use super::agent::Agent;
use crate::router::api::codes::{Device, Presence};
use crate::router::api::ids::{QueueIdx, SourceIdx, Text};
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
    /// The presence that begins when its offers and conversations are over.
    pub(super) next: Option<NextPresence>,
    /// The queues from which it takes nothing.
    pub(super) out: SmallVec<[Out; 1]>,
}

/// A presence that begins later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextPresence {
    pub presence: Presence,
    pub reason: Option<Text>,
    pub until_at: Option<Timestamp>,
}

stored! { NextPresence { 1 presence, 2 reason, 3 until_at } }

/// A queue that an agent is out of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Out {
    pub queue: QueueIdx,
    pub reason: Option<Text>,
    pub since_at: Timestamp,
}

stored! { Out { 1 queue, 2 reason, 3 since_at } }

stored! {
    Whereabouts {
        1 desktops, 2 lost_until, 3 beat_at, 4 beat_ms, 5 device, 6 device_by, 7 out, 8 next,
    }
}

/// Why an agent gets no offers though it is available and free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// It goes away when its offers and conversations are over.
    Leaving(Presence),
    /// Its telephone is in a call that is none of ours.
    Elsewhere,
    /// Its telephone is gone.
    NoTelephone,
    /// Its last desktop is gone.
    NoDesktop,
}

impl Whereabouts {
    pub(super) fn barred(&self) -> Option<Barred> {
        if let Some(next) = &self.next {
            return Some(Barred::Leaving(next.presence));
        }
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

impl Agent {
    /// Why it gets no offers though it is available and free.
    pub fn barred(&self) -> Option<Barred> {
        self.barred
    }

    /// The same, found anew.
    pub fn barred_by_whereabouts(&self) -> Option<Barred> {
        self.whereabouts.as_ref().and_then(|of| of.barred())
    }

    /// What its telephone is doing, as far as its platform has said.
    pub fn device(&self) -> Device {
        let device = self.whereabouts.as_ref().and_then(|of| of.device);
        device.unwrap_or(Device::Idle)
    }

    /// When it is offline unless its desktop or its beat shows that it is there.
    pub fn lapses_at(&self) -> Option<Timestamp> {
        let of = self.whereabouts.as_ref()?;
        of.lost_until.or(of.beat_at)
    }

    /// Whether its last desktop is gone.
    pub fn has_lost_desktop(&self) -> bool {
        let of = self.whereabouts.as_ref();
        of.is_some_and(|of| of.lost_until.is_some())
    }

    /// The presence that begins when its offers and conversations are over.
    pub fn next(&self) -> Option<&NextPresence> {
        self.whereabouts.as_ref()?.next.as_ref()
    }

    /// Whether it goes away when its offers and conversations are over.
    pub fn is_leaving(&self) -> bool {
        matches!(self.barred, Some(Barred::Leaving(_)))
    }

    /// Its presence for whatever is not offered yet: of one who is leaving, the next.
    pub fn heading(&self) -> Presence {
        match self.barred {
            Some(Barred::Leaving(presence)) => presence,
            Some(Barred::Elsewhere | Barred::NoTelephone | Barred::NoDesktop) | None => {
                self.presence
            }
        }
    }

    /// When it is available again by itself, if it is or goes away.
    pub fn back_at(&self) -> Option<Timestamp> {
        match self.next() {
            Some(next) => next.until_at,
            None => self.until_at,
        }
    }

    /// The queues that it is out of.
    pub fn out(&self) -> &[Out] {
        self.whereabouts.as_ref().map_or(&[], |of| &of.out)
    }

    /// Whether it is out of a queue.
    pub fn is_out_of(&self, queue: QueueIdx) -> bool {
        self.out().iter().any(|out| out.queue == queue)
    }

    /// Whether its presence is bound to a session that is open.
    pub fn is_bound(&self) -> bool {
        let of = self.whereabouts.as_ref();
        of.is_some_and(|of| !of.desktops.is_empty())
    }
}
