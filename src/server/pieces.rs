//! What arrived, piece by piece: arrays are opened and closed around their calls.

use std::iter::Peekable;
use std::vec;

use crate::wire::request::{Call, Message, Request};

/// A piece of what arrived.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every piece is a call, and a box would be memory asked for in each"
)]
pub enum Piece {
    Open,
    Call(Call),
    Close,
}

impl Piece {
    /// Whether it can be dealt with under the tenant's lock.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Open | Self::Close => true,
            Self::Call(call) => match &call.request {
                Err(_)
                | Ok(
                    Request::Command(_)
                    | Request::Query(_)
                    | Request::SessionPing
                    | Request::Discover,
                ) => true,
                Ok(Request::SessionOpen(_) | Request::Subscribe(_) | Request::Server(_)) => false,
            },
        }
    }
}

/// The pieces of some messages, taken out of the caller's buffer, whose memory stays there.
#[derive(Debug)]
pub struct Pieces<'a> {
    messages: vec::Drain<'a, Message>,
    /// The array that is open.
    batch: Option<vec::IntoIter<Call>>,
}

impl<'a> Pieces<'a> {
    pub fn of(messages: &'a mut Vec<Message>) -> Peekable<Self> {
        let pieces = Self {
            messages: messages.drain(..),
            batch: None,
        };
        pieces.peekable()
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if let Some(batch) = &mut self.batch {
            let Some(call) = batch.next() else {
                self.batch = None;
                return Some(Piece::Close);
            };
            return Some(Piece::Call(call));
        }
        match self.messages.next()? {
            Message::One(call) => Some(Piece::Call(call)),
            Message::Batch(calls) => {
                self.batch = Some(calls.into_iter());
                Some(Piece::Open)
            }
        }
    }
}
