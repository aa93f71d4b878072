//! What a reload takes away: a token that is no longer configured, or means something else now.
//!
//! Whoever came in by it loses its subscription and its session at once, as if it had closed, and
//! is somebody who has shown no token: asked, the daemon answers `unauthorized`, and soon it closes
//! the connection. No event leaves after the configuration has been replaced.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant as Moment;
use tokio_util::sync::WaitForCancellationFutureOwned;

use crate::config::DEFAULT_TENANT;
use crate::router::reject::RejectKind;
use crate::router::time::Millis;

use super::access::Access;
use super::audit::Target;
use super::connection::millis;
use super::conversation::Conversation;
use super::end::End;
use super::hub::Stopped;

/// How long one whose token was taken away may show another, at most.
const ANOTHER_TOKEN: Duration = Duration::from_secs(1);

impl Conversation {
    /// Ends when the configuration that this peer knows is replaced, or the daemon stops.
    pub fn outdated(&self) -> WaitForCancellationFutureOwned {
        self.live.over.clone().cancelled_owned()
    }

    /// What [`Conversation::outdated`] means for the connection.
    pub async fn renew(&mut self) -> Result<(), End> {
        if self.hub.serving.is_cancelled() {
            return Err(End::Stopped);
        }
        Ok(self.recheck_access().await?)
    }

    /// Looks at the configuration anew if there is another.
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
        if let Some(client) = self.client.take() {
            self.close_session(client).await?;
        }
        // A connection that showed a token has no rights without it, on the Unix socket either. Any
        // other one starts over as a new connection would, in the default tenant.
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

    /// Whether the configuration that this peer knows is the one in force.
    pub(super) fn is_up_to_date(&self) -> bool {
        self.hub.generation() == self.live.generation
    }

    /// Since when it has shown no token.
    pub fn stranger_since(&self) -> Moment {
        self.stranger_since
    }

    /// Why the connection ends, where something else is known of it.
    pub fn end_word(&self, end: End) -> End {
        match end {
            End::Idle if self.is_revoked => End::Revoked,
            end => end,
        }
    }
}

/// The moment from which the time for showing a token runs out soon.
fn revoked_at(handshake: Millis) -> Moment {
    let now = Moment::now();
    let passed = millis(handshake).saturating_sub(ANOTHER_TOKEN);
    now.checked_sub(passed).unwrap_or(now)
}
