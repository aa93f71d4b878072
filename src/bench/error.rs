//! Why a measurement cannot be made.

use std::io;
use std::time::Duration;

use crate::client::Address;

#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error("no daemon answers at {address}: {cause}")]
    Connect { address: Address, cause: io::Error },
    #[error("connection {number} broke: {cause}")]
    Broken { number: usize, cause: io::Error },
    #[error(
        "the daemon closed connection {number}: its log says why, and server.limits.connections \
         how many it takes"
    )]
    Closed { number: usize },
    #[error("the system refuses: {0}")]
    System(#[from] io::Error),
    #[error("the daemon refused what the measurement needs first: {0}")]
    Preparing(String),
    #[error("the daemon answered nothing for {} s, with {waiting} requests under way", .after.as_secs())]
    Silent { after: Duration, waiting: usize },
}
