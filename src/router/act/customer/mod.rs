//! What is done to customers: linked, merged, excluded; the wishes of their contacts.

mod link;
mod wishes;
