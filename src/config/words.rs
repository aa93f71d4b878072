//! The closed sets of words that only the configuration knows, each with one spelling.
//!
//! Words that also go over the wire stand with the router's codes and are not repeated here.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// Every word, in the order of the enum.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word as it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// When a change counts as kept, so that its reply may leave.
    Durability {
        /// The disk has confirmed it: survives power loss.
        Fsync = "fsync",
        /// The kernel has it: survives the end of the process, not power loss.
        Os = "os",
        /// At once.
        None = "none",
    }
}

words! {
    /// How a line of the log is written.
    LogFormat { Text = "text", Json = "json" }
}

words! {
    /// The least grave lines that are logged.
    LogLevel {
        Error = "error",
        Warn = "warn",
        Info = "info",
        Debug = "debug",
        Trace = "trace",
    }
}

words! {
    /// What the holder of a token may do.
    Role {
        /// Contacts and offers of its tenant.
        Platform = "platform",
        /// The presence and the offers of one agent.
        Agent = "agent",
        /// Move, force, hand over; audited.
        Supervisor = "supervisor",
        /// Reads only, no personal data.
        Ops = "ops",
        /// Configuration, tokens, drain; on the Unix socket only.
        Admin = "admin",
    }
}
