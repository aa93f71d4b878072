//! The scorecard against a small centre whose figures were computed by hand.

#[path = "../support/centre.rs"]
mod centre;
mod figures;
mod manual;
mod parts;
