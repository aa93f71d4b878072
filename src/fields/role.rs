//! What those who call may do.

use crate::router::words::words;

words! {
    /// What somebody may do: the word of a token, and who may call a method.
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
