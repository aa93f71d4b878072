//! What is done to customers: linked, merged, excluded; what their profile asks for.

pub(crate) mod by_customer;
mod link;
