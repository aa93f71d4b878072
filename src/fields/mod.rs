//! What can be said to the program, whether on the wire or in a file.

mod role;

pub use role::Role;
