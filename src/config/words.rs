//! The enums of words that only the configuration uses.

use crate::router::words::words;

words! {
    /// When a change counts as durable, so that its reply may be sent.
    Durability {
        /// When the disk has confirmed it: survives power loss.
        Fsync,
        /// When the kernel has it: survives the end of the process, not power loss.
        Os,
        /// At once.
        None,
    }

    /// Format of log lines.
    LogFormat { Text, Json }

    /// The lowest severity that is logged.
    LogLevel { Error, Warn, Info, Debug, Trace }
}
