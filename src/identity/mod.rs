//! The door: customers' identities in one form, before a command is stored.
//!
//! `tel:138 0013 8000`, `TEL:+86 (0)138-0013-8000` and `tel:+8613800138000` are one person, so they
//! are one text before the router sees them. What is stored has its form, so a later table of number
//! plans never changes a replay. Every way to run the router goes through here: the daemon's
//! requests and configuration, rehearsals and simulations. It must not look at state beyond the
//! tenant's settings, nor decide about routing.

mod door;
mod form;
mod tel;

pub use door::{admit, admit_query, is_person};
pub use form::{form, one_form};
pub use tel::{is_country, load};
