//! The roles of callers.

use crate::router::words::words;

words! {
    /// What a caller may do: named in a token, and required by a method.
    Role {
        /// A telephony platform: contacts and offers of its tenant.
        Platform,
        /// One agent: its presence, its offers and contacts.
        Agent,
        /// Moves, forces, hands over; audited.
        Supervisor,
        /// Reads figures only, no personal data.
        Ops,
        /// Everything; on the Unix socket only.
        Admin,
    }
}
