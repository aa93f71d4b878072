//! What one connection says: requests out, replies in, whatever the protocol.
//!
//! A talk does no input or output and knows no time, so that the same engine can put the same
//! load on servers that speak differently.

/// One side of a conversation.
pub trait Talk {
    /// Appends the next request. `false` = there is nothing to ask for now.
    fn ask(&mut self, out: &mut Vec<u8>) -> bool;

    /// Takes the first reply off `input`; `None` = it has not all arrived.
    fn hear(&mut self, input: &[u8]) -> Option<Heard>;
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Its length.
    pub bytes: usize,
    /// What the server said instead of doing it.
    pub refusal: Option<String>,
}
