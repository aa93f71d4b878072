//! Splits messages into pieces: calls, and the ends of batches.

use std::slice;
use std::vec;

use crate::router::command::Command;
use crate::wire::request::{Call, Message, Request};

/// A piece of the input.
#[derive(Debug)]
pub enum Piece {
    Open,
    Call(Call),
    Close,
}

impl Piece {
    /// Whether it can be handled under the tenant's lock.
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

/// The pieces of some messages, drained from the caller's buffer, which keeps its memory.
#[derive(Debug)]
pub struct Pieces<'a> {
    messages: vec::Drain<'a, Message>,
    /// The open batch.
    batch: Option<vec::IntoIter<Call>>,
    /// The next piece, if it has been peeked at.
    next: Option<Piece>,
}

impl<'a> Pieces<'a> {
    pub fn of(messages: &'a mut Vec<Message>) -> Self {
        Self {
            messages: messages.drain(..),
            batch: None,
            next: None,
        }
    }

    /// The next piece, without taking it.
    pub fn peek(&mut self) -> Option<&Piece> {
        if self.next.is_none() {
            self.next = self.cut();
        }
        self.next.as_ref()
    }

    /// Whether everything has been taken.
    pub fn is_done(&mut self) -> bool {
        self.peek().is_none()
    }

    pub fn take(&mut self) -> Option<Piece> {
        self.next.take().or_else(|| self.cut())
    }

    /// Takes the next piece if it can be handled under the tenant's lock.
    pub fn next_local(&mut self) -> Option<Piece> {
        self.peek().filter(|next| next.is_local())?;
        self.next.take()
    }

    /// The commands among the next calls, without taking them.
    pub fn commands(&self, calls: usize) -> impl Iterator<Item = &Command> {
        let next = self.next.iter().filter_map(|next| match next {
            Piece::Call(call) => Some(call),
            Piece::Open | Piece::Close => None,
        });
        let batch = self.batch.iter().flat_map(|batch| batch.as_slice());
        let later = self.messages.as_slice().iter();
        let later = later.flat_map(|message| match message {
            Message::One(call) => slice::from_ref(call),
            Message::Batch(calls) => calls.as_slice(),
        });
        let next = next.chain(batch).chain(later).take(calls);
        next.filter_map(|call| match &call.request {
            Ok(Request::Command(command)) => Some(command),
            _ => None,
        })
    }

    fn cut(&mut self) -> Option<Piece> {
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
