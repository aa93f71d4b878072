//! The `firsthand` binary.

fn main() {}
