//! The sessions of client programs: who is there, who is gone, and until when the offers of one that
//! is gone stand.

use super::Book;
use crate::router::api::ids::{Name, SourceIdx};
use crate::router::state::timers::Timer;

impl Book {
    /// A client program opens a session. Answers its number if it had been gone.
    pub(in crate::router) fn open_session(&mut self, client: &Name) -> Option<SourceIdx> {
        let (source, was_gone) = self.sources.open_session(client);
        was_gone.then_some(source)
    }

    /// A session of a client program closes. Answers its number if it is gone by that.
    pub(in crate::router) fn close_session(&mut self, client: &Name) -> Option<SourceIdx> {
        self.sources.close_session(client)
    }

    /// All sessions are closed.
    pub(in crate::router) fn close_all_sessions(&mut self) {
        self.sources.close_all_sessions();
    }

    /// A client program says that it is there. Answers its number, and whether it had been gone.
    pub(in crate::router) fn bring_back(&mut self, client: &Name) -> (SourceIdx, bool) {
        self.sources.bring_back(client)
    }

    /// Lets the ringing offers of a client program that is gone stand for `platform_grace_ms`.
    pub(in crate::router) fn give_grace(&mut self, source: SourceIdx) {
        let at = self.at.saturating_add(self.settings.platform_grace_ms.0);
        self.sources.slots[source.at()].grace_at = Some(at);
        self.timers.arm(at, Timer::Platform, source.number());
    }

    /// The offers of a client program no longer stand.
    pub(in crate::router) fn end_grace(&mut self, source: SourceIdx) {
        self.sources.slots[source.at()].grace_at = None;
    }
}
