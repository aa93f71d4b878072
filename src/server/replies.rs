//! The replies of a turn in the caller's buffer: one line for each message.

use serde::Serialize;

use crate::wire::reply;
use crate::wire::request::Id;

/// Writes replies in the order of the requests.
pub struct Replies<'a> {
    out: &'a mut Vec<u8>,
    /// The array that is open.
    array: Option<reply::Batch>,
}

impl<'a> Replies<'a> {
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, array: None }
    }

    pub fn open(&mut self) {
        self.array = Some(reply::Batch::new());
    }

    pub fn close(&mut self) {
        if let Some(array) = self.array.take() {
            array.finish(self.out);
        }
    }

    /// Writes one reply; a notification (no id) gets none.
    pub fn put(&mut self, id: Option<&Id>, write: impl FnOnce(&mut Vec<u8>, &Id)) {
        let Some(id) = id else {
            return;
        };
        match &mut self.array {
            Some(array) => {
                array.next(self.out);
                write(self.out, id);
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
