//! How much a router tells of what it does. Detail never changes a decision.

/// How much a router keeps and tells beyond what routing needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Number and hand out events. Off in bulk simulation.
    pub events: bool,
    /// Hand out counts for the metrics.
    pub counts: bool,
    /// Remember the steps of each contact for `contact.explain`.
    pub trail: bool,
    /// Open a case for a contact without customer too. Off in bulk simulation, where nobody can
    /// ask for such a case again.
    pub nameless_cases: bool,
    /// Hand out what happens to contacts by number, for bulk runs in this crate.
    pub moves: bool,
}

impl Detail {
    pub const FULL: Self = Self {
        events: true,
        counts: true,
        trail: true,
        nameless_cases: true,
        moves: false,
    };
    pub const BARE: Self = Self {
        events: false,
        counts: false,
        trail: false,
        nameless_cases: false,
        moves: false,
    };
    pub const BULK: Self = Self {
        moves: true,
        ..Self::BARE
    };
}
