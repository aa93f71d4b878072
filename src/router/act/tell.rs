//! Emitting events, with their numbers, and counts for the metrics.

use crate::router::Router;
use crate::router::api::codes::AgentState;
use crate::router::api::effect::Count;
use crate::router::api::event::{AgentEvent, ContactEvent, Event, EventBody, ROUTER};
use crate::router::api::ids::{ContactIdx, Name};
use crate::router::state::book::Book;

impl Router {
    /// Emits an event, which is made only if wanted: a run without events does not number them
    /// either.
    #[inline]
    pub(in crate::router) fn emit<E: Into<EventBody>>(&mut self, event: impl FnOnce(&Book) -> E) {
        if self.detail.events {
            let body = event(&self.book).into();
            self.event_seq += 1;
            self.out.events.push(Event {
                seq: self.event_seq,
                at: self.book.at(),
                actor: self.actor.clone(),
                body,
            });
        }
    }

    /// Emits an event of a contact with its present fields.
    #[inline]
    pub(super) fn emit_contact(
        &mut self,
        idx: ContactIdx,
        event: impl FnOnce(&Book) -> ContactEvent,
    ) {
        self.emit(|book| (book.about(idx), event(book)));
    }

    /// Tells the agents' states that changed.
    pub(super) fn tell_states(&mut self) {
        while let Some(idx) = self.book.take_untold() {
            self.emit(|book| {
                let entry = book.agent(idx);
                let about = entry.state_about();
                let contact = about.and_then(|contact| book.contacts().get(contact));
                let state = entry.state();
                let is_away = matches!(state, AgentState::Break | AgentState::Offline);
                AgentEvent::State {
                    agent: entry.id.clone(),
                    state,
                    state_since_at: entry.state_since_at(),
                    contact: contact.map(|contact| contact.id.clone()),
                    reason: entry.reason().filter(|_| is_away).cloned(),
                }
            });
        }
    }

    /// Who asked for the command being carried out, or the router.
    pub(super) fn actor_name(&self) -> Name {
        self.actor.clone().unwrap_or_else(|| Name::of(ROUTER))
    }

    pub(super) fn count(&mut self, count: impl FnOnce(&Book) -> Count) {
        if self.detail.counts {
            let count = count(&self.book);
            self.out.counts.push(count);
        }
    }
}
