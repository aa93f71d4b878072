//! Generic containers: they know numbers, positions and names as bytes, not what these mean.

pub(super) mod bitmap;
pub(super) mod compact_name;
pub(super) mod directory;
#[cfg(test)]
pub(super) mod draw;
pub(super) mod segments;
pub(super) mod small_list;
