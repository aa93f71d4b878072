//! Calls that concern the connection or the process: `session.open`, `events.subscribe`,
//! `server.*`. Carried out between turns, outside the tenant's lock.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use crate::journal::Sequence;
use crate::router::command::{Command, Session, SessionCommand};
use crate::router::ids::Name;
use crate::router::reject::{Reject, RejectKind};
use crate::wire::PROTOCOL;
use crate::wire::method;
use crate::wire::reply::{self, SessionOpened, Subscribed};
use crate::wire::request::{Call, Request, ServerCall, SessionOpen};
use crate::wire::subscription::Subscribe;

use super::access::{Access, unauthorized};
use super::compare;
use super::conversation::Conversation;
use super::feed::Feed;
use super::hub::Stopped;
use super::metrics::requests::Answered;
use super::reload::{self, ReloadError};
use super::replies::Replies;
use super::room;
use super::snapshots::{self, Manner};
use super::status::Status;

/// Why such a call has no result.
enum Failed {
    Refused(Reject),
    Stopped,
}

impl From<Reject> for Failed {
    fn from(refusal: Reject) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Stopped> for Failed {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// The result of `server.snapshot`.
#[derive(Serialize)]
struct SnapshotTaken {
    /// The journal sequence of the snapshot.
    seq: Sequence,
}

impl Conversation {
    /// Carries out a call outside the lock. The returned sequence must be durable before the reply
    /// is sent.
    pub(super) async fn call_outside(
        &mut self,
        call: Call,
        replies: &mut Replies<'_>,
    ) -> Result<Sequence, Stopped> {
        let id = call.id.as_ref();
        let admitted = self.admit(&call, self.hub.clock.now());
        let admitted = admitted.and_then(|()| replies.check(id));
        // A refusal because of the role has been audited already.
        let told = admitted.is_ok().then(|| self.to_audit_outside(&call));
        let done = match (admitted, call.request) {
            (Err(refusal), _) => Err(Failed::Refused(refusal)),
            (Ok(()), Ok(Request::SessionOpen(open))) => {
                self.open(open).await.map(|(opened, sequence)| {
                    replies.result(id, &opened);
                    sequence
                })
            }
            (Ok(()), Ok(Request::Subscribe(wanted))) => {
                self.subscribe(*wanted).await.map(|subscribed| {
                    replies.result(id, &subscribed);
                    0
                })
            }
            (Ok(()), Ok(Request::Server(call))) => self.server(call).await.map(|value| {
                replies.result(id, &value);
                0
            }),
            (
                Ok(()),
                Ok(
                    Request::Command(_)
                    | Request::Query(_)
                    | Request::SessionPing
                    | Request::Discover,
                )
                | Err(_),
            ) => unreachable!("these are dealt with under the lock"),
        };
        let answered = match &done {
            Ok(_) => Answered::Ok,
            Err(Failed::Refused(refusal)) => Answered::Refused(refusal.kind),
            Err(Failed::Stopped) => return Err(Stopped),
        };
        self.hub.metrics.count_request(call.method, answered);
        let done = done.map_err(|failed| match failed {
            Failed::Refused(refusal) => refusal,
            Failed::Stopped => unreachable!("nothing is answered then"),
        });
        self.tell_outcome(told, None, &done);
        match done {
            Ok(sequence) => Ok(sequence),
            Err(refusal) => {
                replies.put(id, |out, id| reply::refusal(out, id, &refusal));
                Ok(0)
            }
        }
    }

    async fn open(&mut self, open: SessionOpen) -> Result<(SessionOpened, Sequence), Failed> {
        if !self.can_listen {
            return Err(needs_a_connection("session.open").into());
        }
        let live = self.hub.live();
        let access = match &open.token {
            Some(secret) => Access::by_token(self.via, secret, &live.config),
            None => self
                .access
                .clone()
                .ok_or_else(|| unauthorized("a token is needed: give `token`")),
        };
        let access = access?;
        if open.events.is_some() {
            let subscribe = method::find("events.subscribe");
            access.check(subscribe.expect("it is a method"))?;
        }
        let tenant = access.choose_tenant(open.tenant.as_ref())?;
        let cell = self
            .hub
            .cells
            .find(tenant.as_str())
            .filter(|_| self.hub.is_configured(&tenant))
            .ok_or_else(|| Reject::not_found("tenant", &tenant))?;
        self.close_desktop().await?;
        if let Some(before) = self.client.take() {
            self.close_session(before).await?;
        }
        self.feed = None;
        self.cell = cell;
        // A session that cannot submit contacts, or holds none of their lines, does not represent
        // its client.
        let stands_for_it = access.brings_contacts() && open.lines;
        self.access = Some(access);
        self.is_revoked = false;
        self.access_changed();
        let opened = Command::Session(SessionCommand::Opened(Session {
            client: open.client.clone(),
        }));
        let (outcome, sequence) = self.hub.turn(&self.cell, |turn| {
            if !stands_for_it {
                return Ok(());
            }
            if !turn.has_room() && turn.tenant.has_postponed_enough() {
                return Err(room::out(turn.shortage()));
            }
            // The router never refuses this command.
            turn.record(self.hub.clock.now(), opened);
            Ok(())
        })?;
        outcome?;
        self.session = Some(self.hub.next_session());
        self.client = stands_for_it.then(|| open.client.clone());
        let seq = match open.events {
            Some(wanted) => self.listen(*wanted).await?,
            None => self.cell.ring(|ring| ring.last_seq()),
        };
        let opened = SessionOpened {
            client: open.client,
            tenant: open.tenant,
            protocol: PROTOCOL,
            seq,
        };
        Ok((opened, sequence))
    }

    async fn subscribe(&mut self, wanted: Subscribe) -> Result<Subscribed, Failed> {
        if !self.can_listen {
            return Err(needs_a_connection("events.subscribe").into());
        }
        let seq = self.listen(wanted).await?;
        Ok(Subscribed {
            subscribed: true,
            seq,
        })
    }

    /// Subscribes, replacing an earlier subscription.
    async fn listen(&mut self, wanted: Subscribe) -> Result<u64, Reject> {
        let own = self.access.as_ref().and_then(|access| access.agent.clone());
        let hub = Arc::clone(&self.hub);
        let (feed, last) = Feed::open(hub, Arc::clone(&self.cell), wanted, own).await?;
        self.feed = Some(feed);
        Ok(last)
    }

    async fn server(&self, call: ServerCall) -> Result<Box<serde_json::value::RawValue>, Failed> {
        let value = match call {
            ServerCall::Status => {
                serde_json::value::to_raw_value(&Status::of(&self.hub, &self.cell))
            }
            ServerCall::Snapshot => {
                let seq = snapshots::take(&self.hub, Manner::Beside)
                    .await
                    .map_err(|error| {
                        Reject::unavailable(
                            "server",
                            format!("the snapshot could not be written: {error}"),
                        )
                    })?;
                serde_json::value::to_raw_value(&SnapshotTaken { seq })
            }
            ServerCall::Reload { allow_removals } => {
                let reloaded = reload::reload(&self.hub, allow_removals).await;
                let reloaded = reloaded.map_err(refused_reload)?;
                serde_json::value::to_raw_value(&reloaded)
            }
            ServerCall::Compare(config) => {
                let file = PathBuf::from(&*config.file);
                let compared = compare::compare(&self.hub, file).await;
                serde_json::value::to_raw_value(&compared.map_err(refused_reload)?)
            }
            ServerCall::Drain => {
                self.hub.drain();
                serde_json::value::to_raw_value(&crate::router::answer::Done { ok: true })
            }
        };
        Ok(value.expect("answers are plain data"))
    }
}

fn needs_a_connection(method: &'static str) -> Reject {
    let id = Name::of(method);
    let message =
        format!("{method} needs a connection that stays: use the socket, TCP or the WebSocket /ws");
    Reject::plain(RejectKind::Invalid, "method", message).with_id(&id)
}

/// Why a configuration was not taken over.
fn refused_reload(error: ReloadError) -> Failed {
    match error {
        ReloadError::Stopped => Failed::Stopped,
        error @ ReloadError::Removals(_) => {
            Reject::plain(RejectKind::Conflict, "server", error.to_string())
                .in_field("allow_removals")
                .into()
        }
        error @ (ReloadError::NoFile
        | ReloadError::NoPath
        | ReloadError::Faults(_)
        | ReloadError::Busy
        | ReloadError::Ending) => Reject::invalid("server", "config", error.to_string()).into(),
    }
}
