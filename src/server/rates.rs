//! Limits the requests of each client per second, over all its connections.
//!
//! A client with a token is known by it, over any transport. Where no token is needed, each lasting
//! connection is a client; over `POST /rpc` each address is. Buckets that have been quiet are
//! dropped.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::bucket::Bucket;
use super::places::Net;
use crate::router::time::Timestamp;

/// The most buckets kept; clients beyond that share one.
const CLIENTS_MAX: usize = 65_536;

/// What a client is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    Token([u8; 32]),
    Address(Net),
    /// All clients beyond [`CLIENTS_MAX`].
    Others,
}

/// A bucket that several connections may share.
#[derive(Clone, Debug)]
pub struct Shared(Arc<Mutex<Bucket>>);

impl Shared {
    /// A bucket of its own.
    pub fn alone(per_second: u32, now: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Bucket::new(per_second, now))))
    }

    pub fn per_second(&self) -> u32 {
        self.0.lock().per_second()
    }

    pub fn take(&self, now: Timestamp) -> bool {
        self.0.lock().take(now)
    }
}

/// The buckets.
#[derive(Debug, Default)]
pub struct Rates {
    by_client: Mutex<HashMap<Client, Shared>>,
}

impl Rates {
    pub fn of(&self, client: Client, per_second: u32, now: Timestamp) -> Shared {
        let mut by_client = self.by_client.lock();
        let known = by_client.get(&client);
        // A reload may have changed the rate.
        if let Some(bucket) = known.filter(|bucket| bucket.per_second() == per_second) {
            return bucket.clone();
        }
        let mut client = client;
        if by_client.len() >= CLIENTS_MAX {
            by_client.retain(|_, bucket| {
                Arc::strong_count(&bucket.0) > 1 || !bucket.0.lock().is_full(now)
            });
            if by_client.len() >= CLIENTS_MAX {
                client = Client::Others;
                if let Some(bucket) = by_client.get(&client) {
                    return bucket.clone();
                }
            }
        }
        let bucket = Shared::alone(per_second, now);
        by_client.insert(client, bucket.clone());
        bucket
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;

    fn address(n: u32) -> Client {
        Client::Address(Net::from(IpAddr::from(Ipv4Addr::from_bits(n))))
    }

    #[test]
    fn the_connections_of_a_client_share_its_bucket() {
        let rates = Rates::default();
        let (a, again) = (rates.of(address(1), 1, 0), rates.of(address(1), 1, 0));
        let other = rates.of(address(2), 1, 0);
        assert!(a.take(0) && again.take(0) && !a.take(0));
        assert!(other.take(0));
        assert!(rates.of(address(1), 5, 0).take(0), "the rate was changed");
    }

    #[test]
    fn buckets_are_bounded_and_quiet_ones_dropped() {
        let rates = Rates::default();
        for n in 0..CLIENTS_MAX as u32 {
            assert!(rates.of(address(n), 1, 0).take(0));
        }
        let late = rates.of(address(u32::MAX), 1, 0);
        let later = rates.of(address(u32::MAX - 1), 1, 0);
        assert!(late.take(0) && late.take(0) && !later.take(0), "they share");
        let _ = rates.of(address(u32::MAX), 1, 10_000);
        assert!(rates.by_client.lock().len() < 3);
    }
}
