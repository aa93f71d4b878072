//! Places for connections: how many there are, for whom some are reserved, and who is closed first.
//!
//! Strangers, peers without a token where one is needed, have at most half of the places, and each
//! address has a share of that. Which of them will send a token is unknown, so a newcomer always
//! gets in and the oldest stranger is closed. Some places are reserved for the Unix socket, some
//! for the network, and a few for the daemon's own user and root.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant as Moment;
use tokio_util::sync::{CancellationToken, WaitForCancellationFuture};

use super::end::End;
use super::work::Done;

/// One in this many of all places is for strangers.
const STRANGERS_SHARE: usize = 2;
/// One in this many of the strangers' places is for one address, or what is configured if less.
const ADDRESS_SHARE: usize = 2;
/// One in this many places is reserved for the Unix socket, and as many for the network.
const KEPT_SHARE: usize = 8;
/// The most places reserved for the daemon's own user and root.
const OPERATORS_KEPT_MAX: usize = 8;
/// Dismissed connections that may still be open before acceptance waits for them.
const LEAVING_MAX: usize = 8;
/// Bytes that a stranger may send before it is answered: a request's head and a short body.
const STRANGER_BYTES_MAX: usize = 32 << 10;
/// How long acceptance waits for them at most.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

/// The kind of a newcomer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Newcomer {
    /// The daemon's own user or root, over the Unix socket.
    Operator,
    /// Anybody else, over the Unix socket.
    Local,
    /// Over the network, where no token is needed.
    Known(Net),
    /// Over the network, without a token yet.
    Stranger(Net),
}

/// An address as counted: one host of IPv4, one /64 of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Net(IpAddr);

impl From<IpAddr> for Net {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(IpAddr::V4(address)),
            IpAddr::V6(address) => {
                let host: u128 = (1 << 64) - 1;
                Self(IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !host)))
            }
        }
    }
}

/// The places.
#[derive(Debug)]
pub struct Places {
    max: usize,
    strangers_max: usize,
    by_address_max: usize,
    kept: usize,
    operators_kept: usize,
    state: Mutex<State>,
    /// Notified when a dismissed connection has closed.
    left: Notify,
    /// Dismisses every connection.
    closing: CancellationToken,
}

/// Order of dismissal: idle ones before one that may be about to send its token, then by age.
type Turn = (bool, u64);

#[derive(Debug, Default)]
struct State {
    operators: usize,
    locals: usize,
    known: usize,
    strangers: BTreeMap<Turn, (Net, Arc<Leave>)>,
    by_address: HashMap<Net, BTreeSet<Turn>>,
    /// Dismissed connections that are still open.
    leaving: usize,
    next: u64,
}

impl State {
    fn network(&self) -> usize {
        self.known + self.strangers.len()
    }

    fn total(&self) -> usize {
        self.operators + self.locals + self.network()
    }

    fn seat_stranger(&mut self, turn: Turn, net: Net, leave: &Arc<Leave>) {
        self.strangers.insert(turn, (net, Arc::clone(leave)));
        self.by_address.entry(net).or_default().insert(turn);
    }

    /// Dismisses this stranger; `false` = it was dismissed before.
    fn unseat_stranger(&mut self, turn: Turn) -> Option<Arc<Leave>> {
        let (net, leave) = self.strangers.remove(&turn)?;
        if let Some(turns) = self.by_address.get_mut(&net) {
            turns.remove(&turn);
            if turns.is_empty() {
                self.by_address.remove(&net);
            }
        }
        Some(leave)
    }

    /// Dismisses one stranger; `false` = there is none.
    fn let_go(&mut self, turn: Option<Turn>) -> bool {
        let Some(leave) = turn.and_then(|turn| self.unseat_stranger(turn)) else {
            return false;
        };
        self.leaving += 1;
        leave.tell(End::Crowded);
        true
    }

    fn oldest(&self) -> Option<Turn> {
        self.strangers.keys().next().copied()
    }
}

impl Places {
    pub fn new(max: usize, by_address_max: usize, closing: CancellationToken) -> Arc<Self> {
        let strangers_max = (max / STRANGERS_SHARE).max(1);
        Arc::new(Self {
            max,
            strangers_max,
            by_address_max: by_address_max.min(strangers_max / ADDRESS_SHARE).max(1),
            kept: max / KEPT_SHARE,
            operators_kept: (max / KEPT_SHARE).min(OPERATORS_KEPT_MAX),
            state: Mutex::default(),
            left: Notify::new(),
            closing,
        })
    }

    /// Connections that have a place.
    pub fn taken(&self) -> usize {
        self.state.lock().total()
    }

    /// A place for a newcomer, if need be that of a stranger; `None` = no place.
    pub fn seat(self: &Arc<Self>, newcomer: Newcomer) -> Option<Arc<Guest>> {
        let leave = Arc::new(Leave {
            told: self.closing.child_token(),
            why: OnceLock::new(),
        });
        let mut state = self.state.lock();
        if let Newcomer::Stranger(net) = newcomer {
            let of_address = state.by_address.get(&net);
            if of_address.is_some_and(|turns| turns.len() >= self.by_address_max) {
                let oldest = of_address.and_then(|turns| turns.first().copied());
                state.let_go(oldest);
            } else if state.strangers.len() >= self.strangers_max {
                let oldest = state.oldest();
                state.let_go(oldest);
            }
        }
        while !self.has_room(&state, newcomer) {
            let oldest = state.oldest();
            if !state.let_go(oldest) {
                return None;
            }
        }
        let seat = match newcomer {
            Newcomer::Operator => {
                state.operators += 1;
                Seat::Operator
            }
            Newcomer::Local => {
                state.locals += 1;
                Seat::Local
            }
            Newcomer::Known(_) => {
                state.known += 1;
                Seat::Known
            }
            Newcomer::Stranger(net) => {
                let turn = (true, state.next);
                state.next += 1;
                state.seat_stranger(turn, net, &leave);
                Seat::Stranger(turn, net)
            }
        };
        Some(Arc::new(Guest {
            places: Arc::clone(self),
            leave,
            net: match newcomer {
                Newcomer::Operator | Newcomer::Local => None,
                Newcomer::Known(net) | Newcomer::Stranger(net) => Some(net),
            },
            seat: Mutex::new(seat),
            done: Mutex::default(),
            is_stranger: AtomicBool::new(matches!(newcomer, Newcomer::Stranger(_))),
            heard: AtomicUsize::new(0),
        }))
    }

    fn has_room(&self, state: &State, newcomer: Newcomer) -> bool {
        let for_operators = self.operators_kept.saturating_sub(state.operators);
        let for_locals = self.kept.saturating_sub(state.locals + state.operators);
        let for_network = self.kept.saturating_sub(state.network());
        let others = match newcomer {
            Newcomer::Operator => 0,
            Newcomer::Local => for_operators + for_network,
            Newcomer::Known(_) | Newcomer::Stranger(_) => for_operators.max(for_locals),
        };
        state.total() + others < self.max
    }

    /// Waits while many dismissed connections are still open: they hold descriptors.
    pub async fn settled(&self) {
        let gone = async {
            loop {
                let left = self.left.notified();
                if self.state.lock().leaving <= LEAVING_MAX {
                    return;
                }
                left.await;
            }
        };
        // A connection that does not close in time ends by its own limits.
        let _ = tokio::time::timeout(LEAVE_WITHIN, gone).await;
    }
}

/// How a connection is dismissed.
#[derive(Debug)]
struct Leave {
    told: CancellationToken,
    why: OnceLock<End>,
}

impl Leave {
    fn tell(&self, why: End) {
        if self.why.set(why).is_ok() {
            self.told.cancel();
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Seat {
    Operator,
    Local,
    Known,
    Stranger(Turn, Net),
}

/// A connection with a place; dropping it frees the place.
#[derive(Debug)]
pub struct Guest {
    places: Arc<Places>,
    leave: Arc<Leave>,
    net: Option<Net>,
    seat: Mutex<Seat>,
    /// How much it has worked recently.
    done: Mutex<Done>,
    is_stranger: AtomicBool,
    /// Bytes received since it was last answered.
    heard: AtomicUsize,
}

impl Guest {
    /// Its network address.
    pub fn net(&self) -> Option<Net> {
        self.net
    }

    pub fn done(&self) -> Done {
        *self.done.lock()
    }

    /// Counts work from `from` until now.
    pub fn worked(&self, from: Moment) {
        self.done.lock().add(from, Moment::now());
    }

    /// Counts received bytes; `false` = more than a stranger may send before it is answered.
    pub fn hear(&self, bytes: usize) -> bool {
        let heard = self.heard.fetch_add(bytes, Ordering::Relaxed);
        heard < STRANGER_BYTES_MAX || !self.is_stranger.load(Ordering::Relaxed)
    }

    /// Its input has been handled.
    pub fn answered(&self) {
        self.heard.store(0, Ordering::Relaxed);
    }

    /// Asks it to close.
    pub fn dismiss(&self, why: End) {
        self.leave.tell(why);
    }

    /// Waits until it is dismissed, or the daemon stops.
    pub fn dismissed(&self) -> WaitForCancellationFuture<'_> {
        self.leave.told.cancelled()
    }

    #[cfg(test)]
    pub fn is_dismissed(&self) -> bool {
        self.leave.told.is_cancelled()
    }

    /// Why it was dismissed.
    pub fn why(&self) -> End {
        self.leave.why.get().copied().unwrap_or(End::Stopped)
    }

    /// Called when it has sent a token, or its token has lost its validity.
    pub fn set_known(&self, known: bool) {
        self.is_stranger.store(!known, Ordering::Relaxed);
        let mut seat = self.seat.lock();
        match (*seat, known) {
            (Seat::Stranger(turn, _), true) => {
                let mut state = self.places.state.lock();
                // Otherwise it has been dismissed already.
                if state.unseat_stranger(turn).is_some() {
                    state.known += 1;
                    *seat = Seat::Known;
                }
            }
            (Seat::Known, false) => {
                let net = self
                    .net
                    .expect("only who comes over the network is known or not");
                let mut state = self.places.state.lock();
                state.known -= 1;
                let turn = (true, state.next);
                state.next += 1;
                state.seat_stranger(turn, net, &self.leave);
                *seat = Seat::Stranger(turn, net);
            }
            (Seat::Operator | Seat::Local, _)
            | (Seat::Known, true)
            | (Seat::Stranger(..), false) => {}
        }
    }

    /// An idle stranger is dismissed before a busy one.
    pub fn set_idle(&self, idle: bool) {
        let mut seat = self.seat.lock();
        if let Seat::Stranger(turn, net) = *seat
            && turn.0 == idle
        {
            let mut state = self.places.state.lock();
            if state.unseat_stranger(turn).is_some() {
                let turn = (!idle, turn.1);
                state.seat_stranger(turn, net, &self.leave);
                *seat = Seat::Stranger(turn, net);
            }
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut state = self.places.state.lock();
        match *self.seat.lock() {
            Seat::Operator => state.operators -= 1,
            Seat::Local => state.locals -= 1,
            Seat::Known => state.known -= 1,
            Seat::Stranger(turn, _) => {
                if state.unseat_stranger(turn).is_none() {
                    state.leaving -= 1;
                    self.places.left.notify_waiters();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(max: usize, by_address: usize) -> Arc<Places> {
        Places::new(max, by_address, CancellationToken::new())
    }

    fn stranger(host: u8) -> Newcomer {
        Newcomer::Stranger(Net::from(IpAddr::from([10, 0, 0, host])))
    }

    fn was_told(guest: &Guest) -> bool {
        guest.is_dismissed()
    }

    #[test]
    fn strangers_have_at_most_half_of_the_places() {
        let places = places(320, 1_000);
        let crowd: Vec<_> = (0..=255)
            .chain(0..=255)
            .map(|host| places.seat(stranger(host)).expect("a newcomer gets in"))
            .collect();
        assert_eq!(places.taken(), 160);
        assert!(crowd.iter().take(352).all(|guest| was_told(guest)));
        assert!(!crowd.iter().skip(352).any(|guest| was_told(guest)));
        assert!(places.seat(Newcomer::Operator).is_some());
        assert!(places.seat(Newcomer::Local).is_some());
        let newcomer = places.seat(stranger(7)).expect("it gets in");
        newcomer.set_known(true);
        drop(crowd);
        assert_eq!((places.taken(), places.state.lock().leaving), (1, 0));
        drop(newcomer);
        assert_eq!(places.taken(), 0);
        assert!(places.state.lock().by_address.is_empty());
    }

    #[test]
    fn an_address_over_its_share_displaces_its_own_connections() {
        let places = places(1_000, 10);
        let other = places.seat(stranger(1)).expect("a place");
        let crowd: Vec<_> = (0..30).filter_map(|_| places.seat(stranger(2))).collect();
        assert_eq!((crowd.len(), places.taken()), (30, 11));
        assert!(!was_told(&other));
        assert!(was_told(&crowd[0]) && was_told(&crowd[19]) && !was_told(&crowd[20]));
        let v6 = |text: &str| Net::from(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(v6("2001:db8::1"), v6("2001:db8::2"));
        assert_ne!(v6("2001:db8::1"), v6("2001:db8:0:1::1"));
        assert_eq!(v6("::ffff:10.0.0.1"), v6("10.0.0.1"));
    }

    #[test]
    fn idle_strangers_are_dismissed_first() {
        let places = places(8, 1_000);
        let guests: Vec<_> = (1..=4)
            .map(|host| places.seat(stranger(host)).expect("a place"))
            .collect();
        guests[2].set_idle(true);
        let _fifth = places.seat(stranger(5)).expect("a place");
        guests[0].set_known(true);
        let _sixth = places.seat(stranger(6)).expect("a place");
        let told: Vec<bool> = guests.iter().map(|guest| was_told(guest)).collect();
        assert_eq!(
            told,
            [false, false, true, false],
            "a known one is no stranger"
        );
    }

    #[test]
    fn places_are_reserved_for_the_network_and_for_the_unix_socket() {
        let places = places(80, 1_000);
        let fill = |newcomer| -> Vec<_> { std::iter::from_fn(|| places.seat(newcomer)).collect() };
        let net = Net::from(IpAddr::from([127, 0, 0, 1]));
        let known = fill(Newcomer::Known(net));
        assert_eq!(known.len(), 70);
        assert!(places.seat(stranger(1)).is_none());
        let locals = fill(Newcomer::Local);
        let operators = fill(Newcomer::Operator);
        assert_eq!((locals.len(), operators.len()), (2, 8));
        drop((known, locals, operators));
        let locals = fill(Newcomer::Local);
        assert_eq!(locals.len(), 62);
        assert_eq!(fill(Newcomer::Known(net)).len(), 10);
    }
}
