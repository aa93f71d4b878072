//! Simulation: an independent check, metamorphic relations, order at equal times, errors in files.

#![allow(
    clippy::too_many_lines,
    clippy::unwrap_in_result,
    reason = "a table of cases is one function, and a test fails where it stands"
)]

mod agreement;
mod centre;
mod compared;
mod faults;
mod generated;
mod metamorphic;
mod oracle;
mod order;
mod printed;
