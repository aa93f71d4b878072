//! A callback that does not reach the customer is tried again (rule 25).

use smallvec::SmallVec;

use crate::router::Router;
use crate::router::api::codes::ContactState;
use crate::router::api::effect::Count;
use crate::router::api::event::{ContactEvent, OfferReason};
use crate::router::api::ids::{ContactIdx, Name};
use crate::router::api::policy::CALLBACK_CHANNEL;
use crate::router::api::reject::Reject;
use crate::router::api::time::{MaybeAt, Timestamp};
use crate::router::state::contact::Talk;
use crate::router::state::deadline::Deadline;

impl Router {
    /// Refuses `unreached` for what is no callback.
    pub(super) fn check_is_callback(&self, idx: ContactIdx, name: &Name) -> Result<(), Reject> {
        let contact = self.book.contact(idx);
        let channel = self.book.channels().name(contact.channel);
        let is_over = matches!(contact.state(), ContactState::WrapUp | ContactState::Ended);
        if channel.as_str() == CALLBACK_CHANNEL || contact.is_promised_call() || is_over {
            return Ok(());
        }
        let message = format!(
            "unreached is for callbacks, and contact \"{name}\" is on the channel {channel}: give \
             resolved, open, transferred or dropped"
        );
        Err(Reject::invalid("contact", "outcome", message).with_id(name))
    }

    /// A callback did not reach the customer: its agents leave, and it is tried again later. False
    /// after the last try; one that the router made for a case has no further try of its own.
    pub(super) fn tries_again(&mut self, idx: ContactIdx, over_at: Timestamp) -> bool {
        let policy = &self.book.policy_of(idx).callback;
        let (attempts, every) = (policy.attempts.get(), policy.every_ms.0);
        let contact = self.book.contact_mut(idx);
        let is_duty = contact.duty.is_some();
        let cold = contact.cold_mut();
        cold.tries += 1;
        let attempt = cold.tries;
        let attempts = if is_duty { attempt } else { attempts };
        let next_at = (attempt < attempts).then(|| self.book.at().saturating_add(every));
        self.count(|book| Count::Unreached {
            queue: book.queue_name(idx),
        });
        self.emit_contact(idx, |_| ContactEvent::Unreached {
            attempt,
            attempts,
            next_at,
        });
        let Some(next_at) = next_at else { return false };
        self.revoke_offers(idx, OfferReason::ContactGone, |_| true);
        self.book.end_search(idx);
        let talks = SmallVec::<[Talk; 1]>::from_slice(self.book.contact(idx).talks());
        self.book.set_state(idx, ContactState::Scheduled);
        for talk in &talks {
            let wrap_ms = self.wrap_up_ms(idx, talk);
            let (part, until) = self.end_part(idx, talk, over_at, wrap_ms, false);
            self.tell_left(idx, talk.agent, &part, until);
        }
        let contact = self.book.contact_mut(idx);
        contact.drop_deadline(Deadline::Firm);
        contact.drop_deadline(Deadline::Lease);
        contact.last_agent = None;
        contact.route = None;
        contact.ended_by = None;
        contact.not_before_at = MaybeAt::at(next_at);
        self.schedule(idx, next_at);
        true
    }
}
