//! The level of the routing rules.

/// Raise it by one with every change after which the same commands give a different agent, owner,
/// order, deadline or event. Not for a new command, query or optional parameter that leaves the old
/// ones as they were, and not for the form of messages.
///
/// Defaults are rules too: `Book::new` makes a tenant's settings, channels and queue `default` from
/// `Settings::default()`, `CHANNELS` and `Policy::default()`, and no record holds them. So a changed
/// default raises the level.
///
/// A daemon never replays a command under a different level: it starts only from a snapshot without
/// later records of another level, which is what an older version leaves after an orderly shutdown.
pub const RULES_LEVEL: u32 = 2;
