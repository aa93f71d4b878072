//! Containers without a meaning: they know numbers, places and names as bytes, and nothing of what
//! is kept in them.

pub(super) mod bitmap;
pub(super) mod compact_name;
pub(super) mod directory;
#[cfg(test)]
pub(super) mod draw;
pub(super) mod segments;
pub(super) mod small_list;
