//! Where agents can be reached: desktops, beats and telephones change here together with their
//! deadline, and with whether the idle order shows the agent as free.

use super::Book;
use crate::router::api::codes::{Device, Presence};
use crate::router::api::ids::{AgentIdx, QueueIdx, SourceIdx, Text};
use crate::router::api::time::Millis;
use crate::router::state::timers::Timer;
use crate::router::state::whereabouts::{NextPresence, Out, Whereabouts};

impl Book {
    /// The presence of an agent is bound to a session.
    pub(in crate::router) fn bind_desktop(&mut self, idx: AgentIdx, session: u64) {
        self.locate(idx, |of| {
            if !of.desktops.contains(&session) {
                of.desktops.push(session);
            }
            (of.lost_until, of.beat_at, of.beat_ms) = (None, None, None);
        });
    }

    /// The presence of an agent lapses unless it is renewed in time.
    pub(in crate::router) fn keep_beat(&mut self, idx: AgentIdx, beat_ms: i64) {
        let at = self.at.saturating_add(beat_ms);
        self.locate(idx, |of| {
            of.desktops.clear();
            of.lost_until = None;
            (of.beat_at, of.beat_ms) = (Some(at), Some(Millis(beat_ms)));
        });
        self.timers.arm(at, Timer::Desktop, idx.number());
    }

    /// The presence of an agent is bound to nothing.
    pub(in crate::router) fn unbind(&mut self, idx: AgentIdx) {
        self.locate(idx, |of| {
            of.desktops.clear();
            (of.lost_until, of.beat_at, of.beat_ms) = (None, None, None);
        });
    }

    /// Somebody says that an agent is there whose desktop is gone.
    pub(in crate::router) fn find_again(&mut self, idx: AgentIdx) {
        self.locate(idx, |of| of.lost_until = None);
    }

    /// A session closes. Answers the agents who have no other desktop; they are offline after
    /// `bound_grace_ms`.
    pub(in crate::router) fn close_desktop(&mut self, session: u64) -> Vec<AgentIdx> {
        let all = (0..self.agents.len()).map(AgentIdx::from_usize);
        let holds = |idx: &AgentIdx| {
            let of = self.agents[idx.at()].whereabouts.as_ref();
            of.is_some_and(|of| of.desktops.contains(&session))
        };
        let bound: Vec<AgentIdx> = all.filter(holds).collect();
        let mut lost = Vec::new();
        for idx in bound {
            self.locate(idx, |of| of.desktops.retain(|open| *open != session));
            if !self.agents[idx.at()].is_bound() {
                self.lose_desktop(idx);
                lost.push(idx);
            }
        }
        lost
    }

    /// The process starts: no session is open, and nobody could renew anything meanwhile.
    pub(in crate::router) fn close_all_desktops(&mut self) {
        for idx in (0..self.agents.len()).map(AgentIdx::from_usize) {
            let Some(of) = &mut self.agents[idx.at()].whereabouts else {
                continue;
            };
            let was_bound = !of.desktops.is_empty() || of.lost_until.is_some();
            of.desktops.clear();
            let beat_ms = of.beat_ms;
            if was_bound {
                self.lose_desktop(idx);
            } else if let Some(beat_ms) = beat_ms {
                self.keep_beat(idx, beat_ms.0);
            }
        }
    }

    fn lose_desktop(&mut self, idx: AgentIdx) {
        if self.agents[idx.at()].presence == Presence::Offline {
            return;
        }
        let at = self.at.saturating_add(self.settings.bound_grace_ms.0);
        self.locate(idx, |of| of.lost_until = Some(at));
        self.timers.arm(at, Timer::Desktop, idx.number());
    }

    /// What an agent's telephone is doing, and who says so.
    pub(in crate::router) fn set_device(
        &mut self,
        idx: AgentIdx,
        device: Device,
        by: Option<SourceIdx>,
    ) {
        let device = Some(device).filter(|device| *device != Device::Idle);
        self.locate(idx, |of| {
            of.device = device;
            of.device_by = by.filter(|_| device.is_some());
        });
    }

    /// Sets or takes the presence that begins when an agent's offers and conversations are over.
    pub(in crate::router) fn set_next(
        &mut self,
        idx: AgentIdx,
        next: Option<NextPresence>,
    ) -> Option<NextPresence> {
        if next.is_none() && self.agents[idx.at()].next().is_none() {
            return None;
        }
        if let Some(until) = next.as_ref().and_then(|next| next.until_at) {
            self.timers.arm(until, Timer::Presence, idx.number());
        }
        let mut before = None;
        self.locate(idx, |of| before = std::mem::replace(&mut of.next, next));
        before
    }

    /// Takes an agent out of a queue, or puts it back. Answers whether it was the other way before.
    pub(in crate::router) fn set_out(
        &mut self,
        idx: AgentIdx,
        queue: QueueIdx,
        out: Option<Option<Text>>,
    ) -> bool {
        let at = self.at;
        let was = self.agents[idx.at()].is_out_of(queue);
        let is = out.is_some();
        self.locate(idx, |of| match out {
            None => of.out.retain(|out| out.queue != queue),
            Some(reason) => match of.out.iter_mut().find(|out| out.queue == queue) {
                Some(known) => known.reason = reason,
                None => of.out.push(Out {
                    queue,
                    reason,
                    since_at: at,
                }),
            },
        });
        was != is
    }

    /// A queue is removed: nobody is out of it any more.
    pub(in crate::router) fn forget_out_of(&mut self, queue: QueueIdx) {
        for idx in (0..self.agents.len()).map(AgentIdx::from_usize) {
            if self.agents[idx.at()].is_out_of(queue) {
                self.set_out(idx, queue, None);
            }
        }
    }

    /// The agents whose telephones a client program holds, as far as these are not idle.
    pub(in crate::router) fn telephones_of(&self, source: SourceIdx) -> Vec<AgentIdx> {
        let all = (0..self.agents.len()).map(AgentIdx::from_usize);
        let holds = |idx: &AgentIdx| {
            let of = self.agents[idx.at()].whereabouts.as_ref();
            of.is_some_and(|of| of.device_by == Some(source))
        };
        all.filter(holds).collect()
    }

    /// Changes the whereabouts of an agent, who may be free for offers by that, or no longer.
    fn locate(&mut self, idx: AgentIdx, change: impl FnOnce(&mut Whereabouts)) {
        let entry = &mut self.agents[idx.at()];
        let mut of = entry.whereabouts.take().unwrap_or_default();
        change(&mut of);
        let before = std::mem::replace(&mut entry.barred, of.barred());
        let after = entry.barred;
        entry.whereabouts = (!of.is_plain()).then_some(of);
        if before == after {
            return;
        }
        if after.is_none() {
            self.note_freed(idx);
        }
        self.refresh(idx);
        self.note_changed(idx);
    }
}
