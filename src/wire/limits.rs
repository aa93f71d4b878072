//! The limits of the wire, each with a name and a unit.

/// The longest line in bytes, without its end.
pub const LINE_BYTES_MAX: usize = 64 * 1024;
/// The most calls in a batch.
pub const BATCH_CALLS_MAX: usize = 1_000;
/// A page of a list takes no further item from this length on, in bytes.
pub const PAGE_BYTES_MAX: usize = 1 << 20;
/// How deep arrays and objects may nest; the request itself is level 1.
pub const DEPTH_MAX: usize = 32;
/// The parser's own limit of nesting, which no configuration exceeds.
pub const DEPTH_MAX_MAX: usize = 120;
/// The largest integer that every JSON implementation carries exactly.
pub const INTEGER_MAX: i64 = (1 << 53) - 1;
/// The longest piece of a request that an error quotes, in bytes.
pub const ECHO_BYTES_MAX: usize = 64;

/// What one connection may send; the defaults are those of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub line_bytes_max: usize,
    pub batch_calls_max: usize,
    pub depth_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_bytes_max: LINE_BYTES_MAX,
            batch_calls_max: BATCH_CALLS_MAX,
            depth_max: DEPTH_MAX,
        }
    }
}
