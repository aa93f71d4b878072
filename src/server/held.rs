//! The common limit for bytes that wait to be sent: over it, the connection that holds most of them
//! is closed.
//!
//! The first [`FREE_BYTES`] of each connection are not counted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::end::End;
use super::places::Guest;

/// Bytes one connection may hold without being counted.
pub const FREE_BYTES: usize = 64 << 10;

/// The account of all connections.
#[derive(Debug)]
pub struct Held {
    max: usize,
    /// The sum over the holders.
    all: AtomicUsize,
    holders: Mutex<Holders>,
}

#[derive(Debug, Default)]
struct Holders {
    by_number: BTreeMap<u64, Holder>,
    /// Bytes of connections that are being closed.
    leaving: usize,
    next: u64,
}

#[derive(Debug)]
struct Holder {
    bytes: usize,
    guest: Arc<Guest>,
}

impl Held {
    pub fn new(max: usize) -> Arc<Self> {
        Arc::new(Self {
            max,
            all: AtomicUsize::new(0),
            holders: Mutex::default(),
        })
    }

    /// Bytes that wait now.
    pub fn bytes(&self) -> usize {
        self.all.load(Ordering::Relaxed)
    }

    fn close_the_largest(&self) {
        let mut holders = self.holders.lock();
        while self.bytes().saturating_sub(holders.leaving) > self.max {
            let largest = holders.by_number.iter().max_by_key(|(_, held)| held.bytes);
            let Some((&number, _)) = largest else {
                return;
            };
            if let Some(holder) = holders.by_number.remove(&number) {
                holders.leaving += holder.bytes;
                holder.guest.dismiss(End::SlowConsumer);
            }
        }
    }
}

/// The bytes waiting for one connection.
#[derive(Debug)]
pub struct Portion {
    held: Arc<Held>,
    guest: Arc<Guest>,
    /// Its number among the holders.
    number: Option<u64>,
    bytes: usize,
}

impl Portion {
    pub fn new(held: Arc<Held>, guest: Arc<Guest>) -> Self {
        Self {
            held,
            guest,
            number: None,
            bytes: 0,
        }
    }

    /// Sets how many bytes the connection holds now.
    pub fn set(&mut self, bytes: usize) {
        let bytes = if bytes > FREE_BYTES { bytes } else { 0 };
        if bytes != self.bytes {
            self.change(bytes);
        }
    }

    fn change(&mut self, bytes: usize) {
        let grows = bytes > self.bytes;
        self.held.all.fetch_add(bytes, Ordering::Relaxed);
        self.held.all.fetch_sub(self.bytes, Ordering::Relaxed);
        {
            let mut holders = self.held.holders.lock();
            match self.number {
                None => {
                    let number = holders.next;
                    holders.next += 1;
                    let guest = Arc::clone(&self.guest);
                    holders.by_number.insert(number, Holder { bytes, guest });
                    self.number = Some(number);
                }
                Some(number) => match holders.by_number.get_mut(&number) {
                    Some(_) if bytes == 0 => {
                        holders.by_number.remove(&number);
                        self.number = None;
                    }
                    Some(holder) => holder.bytes = bytes,
                    // It is being closed already.
                    None => {
                        holders.leaving = (holders.leaving + bytes).saturating_sub(self.bytes);
                        if bytes == 0 {
                            self.number = None;
                        }
                    }
                },
            }
        }
        self.bytes = bytes;
        if grows && self.held.bytes() > self.held.max {
            self.held.close_the_largest();
        }
    }
}

impl Drop for Portion {
    fn drop(&mut self) {
        self.set(0);
    }
}

/// Bytes of an answer being sent, counted until they are sent.
#[derive(Debug)]
pub struct Counted {
    bytes: Vec<u8>,
    _portion: Portion,
}

impl Counted {
    pub fn new(bytes: Vec<u8>, mut portion: Portion) -> Self {
        portion.set(bytes.len());
        Self {
            bytes,
            _portion: portion,
        }
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::super::places::{Net, Newcomer, Places};
    use super::*;

    #[test]
    fn over_the_limit_the_largest_holder_is_closed() {
        let places = Places::new(100, 100, CancellationToken::new());
        let held = Held::new(10 * FREE_BYTES);
        let net = Net::from(std::net::IpAddr::from([127, 0, 0, 1]));
        let guest = || places.seat(Newcomer::Known(net)).expect("a place");
        let (a, b, c) = (guest(), guest(), guest());
        let portion = |guest: &Arc<Guest>| Portion::new(Arc::clone(&held), Arc::clone(guest));
        let (mut of_a, mut of_b, mut of_c) = (portion(&a), portion(&b), portion(&c));
        of_a.set(FREE_BYTES);
        assert_eq!(held.bytes(), 0, "little is not counted");
        of_a.set(5 * FREE_BYTES);
        of_b.set(3 * FREE_BYTES);
        of_c.set(2 * FREE_BYTES);
        let told = || [&a, &b, &c].map(|guest| guest.is_dismissed());
        assert_eq!(told(), [false; 3]);
        of_c.set(3 * FREE_BYTES);
        assert_eq!(told(), [true, false, false]);
        // Bytes being dropped already are not demanded twice.
        of_b.set(4 * FREE_BYTES);
        assert_eq!(told(), [true, false, false]);
        assert_eq!(a.why(), End::SlowConsumer);
        drop(of_a);
        assert_eq!(held.bytes(), 7 * FREE_BYTES);
        of_b.set(9 * FREE_BYTES);
        assert_eq!(told(), [true, true, false]);
        drop((of_b, of_c));
        assert_eq!(held.bytes(), 0);
        let holders = held.holders.lock();
        assert!(holders.by_number.is_empty() && holders.leaving == 0);
    }
}
