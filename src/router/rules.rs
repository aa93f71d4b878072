//! The level of the rules by which the router decides.

/// To be raised by one with every change after which the same commands would give something else:
/// another agent, owner, order, deadline or event. Not for a new command, question or optional
/// parameter that leaves the old ones as they were, and not for the form of messages.
///
/// A daemon replays no command under other rules than it was decided by: it starts only from a
/// snapshot behind which there are no records of another level, which is what an older version
/// leaves when it is ended in order.
pub const RULES_LEVEL: u32 = 1;
