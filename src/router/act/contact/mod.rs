//! What is done to contacts, from submission to end.

// In: a submission, what it draws and where it waits.
mod seek;
mod submit;
mod ticket;

// On: offers and conversations.
pub(super) mod accept;
mod callbacks;
mod learnt;
mod offers;
mod trail;
mod transfer;
mod update;

// Out: the end, full queues, platforms that are gone.
pub(in crate::router) mod end;
mod overflow;
mod sessions;

// Contacts of the router's own.
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
            ContactCommand::Sync(sync) => self.contact_sync(sync),
            ContactCommand::Callback(call) => self.contact_callback(call),
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
        }
    }
}
