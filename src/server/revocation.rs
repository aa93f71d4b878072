//! What happens when a reload removes a token or changes its rights.
//!
//! A peer admitted by it loses its subscription and its session at once, as if it had disconnected,
//! and becomes a stranger: requests get `unauthorized`, and soon the connection is closed. No event
//! is sent to it after the configuration has been replaced.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant as Moment;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::config::DEFAULT_TENANT;
use crate::router::reject::RejectKind;
use crate::router::time::Millis;

use super::access::Access;
use super::audit::Target;
use super::clock::millis;
use super::conversation::Conversation;
use super::end::End;
use super::hub::Stopped;

/// How long a peer with a revoked token may take to send another, at most.
const ANOTHER_TOKEN: Duration = Duration::from_secs(1);

impl Conversation {
    /// Completes when the configuration this peer knows is replaced, or the daemon stops.
    pub fn outdated(&self) -> WaitForCancellationFutureOwned {
        self.live.over.clone().cancelled_owned()
    }

    /// Handles the end of [`Conversation::outdated`].
    pub async fn renew(&mut self) -> Result<(), End> {
        if self.hub.serving.is_cancelled() {
            return Err(End::Stopped);
        }
        Ok(self.recheck_access().await?)
    }

    /// Checks the peer's access again if the configuration was replaced.
    pub(super) async fn recheck_access(&mut self) -> Result<(), Stopped> {
        if self.is_up_to_date() {
            return Ok(());
        }
        self.live = self.hub.live();
        let live = Arc::clone(&self.live);
        let holds = |access: &Access| access.still_holds(&live.config);
        let had_access = self.access.is_some();
        if self.access.as_ref().is_some_and(holds) {
            return Ok(());
        }
        self.feed = None;
        if had_access {
            self.tell("session", Target::default(), Some(RejectKind::Unauthorized));
        }
        self.close_desktop().await?;
        self.session = None;
        if let Some(client) = self.client.take() {
            self.close_session(client).await?;
        }
        // A connection that sent a token has no rights without it, on the Unix socket either. Any
        // other one starts over like a new connection, in the default tenant.
        let is_bound = self.access.as_ref().is_some_and(Access::is_by_token);
        self.access = match is_bound {
            true => None,
            false => Access::on_arrival(self.via, &live.config),
        };
        let cell = self.hub.cells.find(DEFAULT_TENANT);
        self.cell = cell.expect("the default tenant is made at the start and never removed");
        self.access_changed();
        if had_access && self.access.is_none() {
            self.is_revoked = true;
            self.stranger_since = revoked_at(live.config.server.limits.handshake_ms);
        }
        Ok(())
    }

    /// Whether the configuration this peer knows is the one in force.
    pub(super) fn is_up_to_date(&self) -> bool {
        self.hub.generation() == self.live.generation
    }

    /// Since when the peer has been without a token.
    pub fn stranger_since(&self) -> Moment {
        self.stranger_since
    }

    /// Why the connection ends; a revoked token takes precedence.
    pub fn end_word(&self, end: End) -> End {
        if self.is_revoked && end == End::Idle {
            End::Revoked
        } else {
            end
        }
    }
}

/// The moment to count the time for sending a token from, so that it runs out soon.
fn revoked_at(handshake: Millis) -> Moment {
    let now = Moment::now();
    let passed = millis(handshake).saturating_sub(ANOTHER_TOKEN);
    now.checked_sub(passed).unwrap_or(now)
}
