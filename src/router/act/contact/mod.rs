//! Acts on contacts, from submission to end.

// Arrival: submission, tickets, waiting.
mod seek;
mod submit;
mod ticket;

// Offers and conversations.
pub(super) mod accept;
pub(super) mod assign;
mod callbacks;
mod hold;
mod learnt;
mod leave;
mod offers;
mod outcome;
mod take;
mod trail;
mod transfer;
mod tries;
mod update;

// The end, full queues, lost platforms.
pub(in crate::router) mod end;
mod overflow;
mod sessions;

// Contacts created by the router.
pub(super) mod duty;

use crate::router::api::command::{ContactCommand, OfferCommand, SessionCommand};
use crate::router::api::ids::Name;
use crate::router::api::reject::Reject;
use crate::router::{Router, Subject};

impl Router {
    pub(in crate::router) fn contact_command(
        &mut self,
        command: &ContactCommand,
        source: Option<&Name>,
    ) -> Result<Subject, Reject> {
        match command {
            ContactCommand::Submit(submit) => self.contact_submit(submit, source),
            ContactCommand::Update(update) => self.contact_update(update),
            ContactCommand::Cancel(cancel) => self.contact_cancel(cancel),
            ContactCommand::End(end) => self.contact_end(end),
            ContactCommand::Transfer(transfer) => self.contact_transfer(transfer),
            ContactCommand::Sync(sync) => self.contact_sync(sync, source),
            ContactCommand::Callback(call) => self.contact_callback(call),
            ContactCommand::Leave(of) => self.contact_leave(of),
            ContactCommand::Retrieve(of) => self.contact_retrieve(of),
            ContactCommand::Hold(hold) => self.contact_hold(hold),
            ContactCommand::Take(of) => self.contact_take(of),
            ContactCommand::Outcome(told) => self.contact_outcome(told),
            ContactCommand::Assign(to) => self.contact_assign(to),
        }
    }

    pub(in crate::router) fn offer_command(
        &mut self,
        command: &OfferCommand,
    ) -> Result<Subject, Reject> {
        match command {
            OfferCommand::Accept(of) => self.offer_accept(of),
            OfferCommand::Decline(decline) => self.offer_decline(decline),
        }
    }

    pub(in crate::router) fn session_command(
        &mut self,
        command: &SessionCommand,
    ) -> Result<Subject, Reject> {
        match command {
            SessionCommand::Opened(session) => self.session_opened(&session.client),
            SessionCommand::Closed(session) => self.session_closed(&session.client),
            SessionCommand::DesktopClosed(of) => self.desktop_closed(of),
        }
    }
}
