//! What is done to customers: linked, merged, excluded; what their profile asks for.

mod by_customer;
mod link;
