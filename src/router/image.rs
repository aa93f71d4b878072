//! The whole state as bytes and back, and its digest.
//!
//! The book writes its own bytes; the places of seeking contacts follow from decisions, so they are
//! rebuilt here.

use super::api::ids::ContactIdx;
use super::api::join::{InTurn, Join};
use super::state::book::Book;
use super::state::deadline::Deadline;
use super::{Detail, Router};

impl Router {
    /// The whole state as bytes, for a snapshot. Equal states give equal bytes.
    pub fn image(&self) -> Vec<u8> {
        self.book.image(self.event_seq)
    }

    /// A digest of the state: equal states have equal digests.
    pub fn digest(&self) -> [u8; 32] {
        *blake3::hash(&self.image()).as_bytes()
    }

    /// Restores the router from [`Router::image`]. The error says what is wrong with the bytes.
    pub fn from_image(bytes: &[u8]) -> Result<Self, String> {
        Self::from_image_by(bytes, &InTurn)
    }

    /// Likewise, with a second thread for half of a large image.
    pub fn from_image_by(bytes: &[u8], pieces: &impl Join) -> Result<Self, String> {
        let mut router = Self::with_detail(Detail::FULL);
        (router.book, router.event_seq) = Book::from_image(bytes, pieces)?;
        router.index_contacts();
        router.book.prune_timers();
        Ok(router)
    }

    fn index_contacts(&mut self) {
        for n in 0..self.book.contacts().slots.len() {
            let idx = ContactIdx::from_usize(n);
            let Some(contact) = self.book.contacts().get(idx) else {
                continue;
            };
            if !contact.seeking() {
                continue;
            }
            self.book.note_seeking(idx);
            let contact = self.book.contact(idx);
            if contact.offers().is_empty() {
                let armed = self.book.contact(idx).deadline(Deadline::OwnerWait);
                self.enter_index(idx);
                debug_assert_eq!(
                    armed,
                    self.book.contact(idx).deadline(Deadline::OwnerWait),
                    "a wait for an owner ends when it did"
                );
            } else {
                self.note_ringing(idx);
            }
        }
    }
}
