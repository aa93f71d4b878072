//! Requests and replies of one connection, for any protocol.
//!
//! A talk does no I/O and knows no time, so the same engine can load servers with different
//! protocols.

/// One side of a conversation.
pub trait Talk {
    /// Appends the next request. `false` = nothing to ask now.
    fn ask(&mut self, out: &mut Vec<u8>) -> bool;

    /// Takes the first reply off `input`; `None` = it is not complete.
    fn hear(&mut self, input: &[u8]) -> Option<Heard>;
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Its length in bytes.
    pub bytes: usize,
    /// The error in place of a result.
    pub refusal: Option<String>,
}
