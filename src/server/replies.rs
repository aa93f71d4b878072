//! Writes the replies of a turn into the caller's buffer, one line for each message.

use serde::Serialize;

use crate::router::ids::Name;
use crate::router::reject::Reject;
use crate::wire::reply;
use crate::wire::request::Id;

/// The open array of replies to a batch.
#[derive(Debug)]
pub struct Array {
    batch: reply::Batch,
    bytes: usize,
}

/// Writes replies in the order of the requests.
pub struct Replies<'a> {
    out: &'a mut Vec<u8>,
    /// The open array.
    array: Option<Array>,
    /// The most bytes of replies to one batch.
    batch_bytes_max: usize,
}

impl<'a> Replies<'a> {
    /// Continues the array that was left open.
    pub fn new(out: &'a mut Vec<u8>, array: Option<Array>, batch_bytes_max: usize) -> Self {
        Self {
            out,
            array,
            batch_bytes_max,
        }
    }

    /// The array that is still open.
    pub fn into_array(self) -> Option<Array> {
        self.array
    }

    /// Bytes in the buffer.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    pub fn open(&mut self) {
        self.array = Some(Array {
            batch: reply::Batch::new(),
            bytes: 0,
        });
    }

    pub fn close(&mut self) {
        if let Some(array) = self.array.take() {
            array.batch.finish(self.out);
        }
    }

    /// Refuses a further call that wants a reply if those of its batch are too long already.
    pub fn check(&self, id: Option<&Id>) -> Result<(), Reject> {
        let max = self.batch_bytes_max;
        if id.is_none() || self.array.as_ref().is_none_or(|array| array.bytes < max) {
            return Ok(());
        }
        let message = format!(
            "the replies to this batch are over {max} bytes (server.limits.reply_bytes): ask for \
             less at once"
        );
        Err(Reject::limit("batch", &Name::of("reply_bytes"), message))
    }

    /// Writes one reply; a notification (no id) gets none.
    pub fn put(&mut self, id: Option<&Id>, write: impl FnOnce(&mut Vec<u8>, &Id)) {
        let Some(id) = id else {
            return;
        };
        match &mut self.array {
            Some(array) => {
                let before = self.out.len();
                array.batch.next(self.out);
                write(self.out, id);
                array.bytes += self.out.len() - before;
            }
            None => {
                write(self.out, id);
                reply::end(self.out);
            }
        }
    }

    pub fn result<T: Serialize>(&mut self, id: Option<&Id>, value: &T) {
        self.put(id, |out, id| reply::result(out, id, value));
    }
}
