//! The level of detail of a router's output. It never changes a decision.

/// What a router records and reports beyond what routing needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Number and report events. Off in bulk simulation.
    pub events: bool,
    /// Report counts for the metrics.
    pub counts: bool,
    /// Keep the steps of each contact for `contact.explain`.
    pub trail: bool,
    /// Also open cases for contacts without a customer. Off in bulk simulation, where nobody can
    /// refer to such a case again.
    pub nameless_cases: bool,
    /// Report moves of contacts by number, for bulk runs in this crate.
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
