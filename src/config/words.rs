//! The closed sets of words that only the configuration knows.

use crate::router::words::words;

words! {
    /// When a change counts as kept, so that its reply may leave.
    Durability {
        /// The disk has confirmed it: survives power loss.
        Fsync,
        /// The kernel has it: survives the end of the process, not power loss.
        Os,
        /// At once.
        None,
    }

    /// How a line of the log is written.
    LogFormat { Text, Json }

    /// The least grave lines that are logged.
    LogLevel { Error, Warn, Info, Debug, Trace }
}
