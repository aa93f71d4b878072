//! Simulation: an independent check, metamorphic relations, order at equal times, faults of files.

mod agreement;
mod centre;
mod faults;
mod generated;
mod metamorphic;
mod oracle;
mod order;
