//! `Join` runs two independent pieces of work and returns both results.
//!
//! The router has no threads of its own; a caller may lend one for reading a large image. The
//! results are the same.

/// Runs two independent pieces of work.
pub trait Join {
    fn join<A: Send, B: Send>(
        &self,
        one: impl FnOnce() -> A + Send,
        other: impl FnOnce() -> B + Send,
    ) -> (A, B);
}

/// Runs them one after the other.
#[derive(Clone, Copy, Debug)]
pub struct InTurn;

impl Join for InTurn {
    fn join<A: Send, B: Send>(
        &self,
        one: impl FnOnce() -> A + Send,
        other: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        (one(), other())
    }
}
