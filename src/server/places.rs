//! Places for connections: how many there are, for whom some are kept, and who gives way.
//!
//! Strangers, who have shown no token where one is needed, have at most half of the places, and
//! each address has its share of that. Who will show a token cannot be told from who will not; so
//! a newcomer always gets in, and the stranger that has been there longest goes. Some places are
//! kept for the Unix socket, some for the network, and a few for the daemon's own user and root.

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

/// Of the places, strangers have one in so many.
const STRANGERS_SHARE: usize = 2;
/// Of the strangers' places, one address has one in so many, or what is configured if that is less.
const ADDRESS_SHARE: usize = 2;
/// One place in so many is kept for the Unix socket, and as many for the network.
const KEPT_SHARE: usize = 8;
/// The most places that are kept for the daemon's own user and root.
const MASTERS_KEPT_MAX: usize = 8;
/// Connections that have been told to go and are not gone yet, before acceptance waits for them.
const LEAVING_MAX: usize = 8;
/// Bytes that a stranger may send before it is answered: a request's head and a short body.
const STRANGER_BYTES_MAX: usize = 32 << 10;
/// How long acceptance waits for them at most.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

/// Who comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comer {
    /// Over the Unix socket: the daemon's own user or root.
    Master,
    /// Anybody else over the Unix socket.
    Local,
    /// Over the network, where no token is needed.
    Known(Net),
    /// Over the network, without a token yet.
    Stranger(Net),
}

/// An address as far as it counts: one host of IPv4, one /64 of IPv6.
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
    masters_kept: usize,
    state: Mutex<State>,
    /// Told when somebody who was to go has gone.
    left: Notify,
    /// Ends everybody's stay.
    closing: CancellationToken,
}

/// Who goes first: an idle one before one that may be about to show its token, then by age.
type Turn = (bool, u64);

#[derive(Debug, Default)]
struct State {
    masters: usize,
    locals: usize,
    known: usize,
    strangers: BTreeMap<Turn, (Net, Arc<Leave>)>,
    by_address: HashMap<Net, BTreeSet<Turn>>,
    /// They have been told to go and hold their sockets still.
    leaving: usize,
    next: u64,
}

impl State {
    fn network(&self) -> usize {
        self.known + self.strangers.len()
    }

    fn total(&self) -> usize {
        self.masters + self.locals + self.network()
    }

    fn seat_stranger(&mut self, turn: Turn, net: Net, leave: &Arc<Leave>) {
        self.strangers.insert(turn, (net, Arc::clone(leave)));
        self.by_address.entry(net).or_default().insert(turn);
    }

    /// `false` = it was told to go before.
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

    /// Lets a stranger go; `false` = there is none.
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
            masters_kept: (max / KEPT_SHARE).min(MASTERS_KEPT_MAX),
            state: Mutex::default(),
            left: Notify::new(),
            closing,
        })
    }

    /// Connections that have a place.
    pub fn taken(&self) -> usize {
        self.state.lock().total()
    }

    /// A place for a newcomer, if need be that of a stranger; `None` = there is none.
    pub fn seat(self: &Arc<Self>, comer: Comer) -> Option<Arc<Guest>> {
        let leave = Arc::new(Leave {
            told: self.closing.child_token(),
            why: OnceLock::new(),
        });
        let mut state = self.state.lock();
        if let Comer::Stranger(net) = comer {
            let of_address = state.by_address.get(&net);
            if of_address.is_some_and(|turns| turns.len() >= self.by_address_max) {
                let oldest = of_address.and_then(|turns| turns.first().copied());
                state.let_go(oldest);
            } else if state.strangers.len() >= self.strangers_max {
                let oldest = state.oldest();
                state.let_go(oldest);
            }
        }
        while !self.has_room(&state, comer) {
            let oldest = state.oldest();
            if !state.let_go(oldest) {
                return None;
            }
        }
        let seat = match comer {
            Comer::Master => {
                state.masters += 1;
                Seat::Master
            }
            Comer::Local => {
                state.locals += 1;
                Seat::Local
            }
            Comer::Known(_) => {
                state.known += 1;
                Seat::Known
            }
            Comer::Stranger(net) => {
                let turn = (true, state.next);
                state.next += 1;
                state.seat_stranger(turn, net, &leave);
                Seat::Stranger(turn, net)
            }
        };
        Some(Arc::new(Guest {
            places: Arc::clone(self),
            leave,
            net: match comer {
                Comer::Master | Comer::Local => None,
                Comer::Known(net) | Comer::Stranger(net) => Some(net),
            },
            seat: Mutex::new(seat),
            done: Mutex::default(),
            is_stranger: AtomicBool::new(matches!(comer, Comer::Stranger(_))),
            heard: AtomicUsize::new(0),
        }))
    }

    fn has_room(&self, state: &State, comer: Comer) -> bool {
        let for_masters = self.masters_kept.saturating_sub(state.masters);
        let for_locals = self.kept.saturating_sub(state.locals + state.masters);
        let for_network = self.kept.saturating_sub(state.network());
        let others = match comer {
            Comer::Master => 0,
            Comer::Local => for_masters + for_network,
            Comer::Known(_) | Comer::Stranger(_) => for_masters.max(for_locals),
        };
        state.total() + others < self.max
    }

    /// Waits while many that were to go are still there: they hold descriptors.
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
        // Whoever does not go in time ends by its own limits.
        let _ = tokio::time::timeout(LEAVE_WITHIN, gone).await;
    }
}

/// How a connection is told to go.
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
    Master,
    Local,
    Known,
    Stranger(Turn, Net),
}

/// A connection that has a place, which comes back when this is dropped.
#[derive(Debug)]
pub struct Guest {
    places: Arc<Places>,
    leave: Arc<Leave>,
    net: Option<Net>,
    seat: Mutex<Seat>,
    /// What it has worked of late.
    done: Mutex<Done>,
    is_stranger: AtomicBool,
    /// Bytes that came since it was last answered.
    heard: AtomicUsize,
}

impl Guest {
    /// Where it comes from, over the network.
    pub fn net(&self) -> Option<Net> {
        self.net
    }

    pub fn done(&self) -> Done {
        *self.done.lock()
    }

    /// It has worked from then until now.
    pub fn worked(&self, from: Moment) {
        self.done.lock().add(from, Moment::now());
    }

    /// Bytes have come; `false` = more than a stranger may send before it is answered.
    pub fn hear(&self, bytes: usize) -> bool {
        let heard = self.heard.fetch_add(bytes, Ordering::Relaxed);
        heard < STRANGER_BYTES_MAX || !self.is_stranger.load(Ordering::Relaxed)
    }

    /// What it sent has been dealt with.
    pub fn answered(&self) {
        self.heard.store(0, Ordering::Relaxed);
    }

    /// Tells it to go.
    pub fn dismiss(&self, why: End) {
        self.leave.tell(why);
    }

    /// Waits until it is told to go, or the daemon stops.
    pub fn dismissed(&self) -> WaitForCancellationFuture<'_> {
        self.leave.told.cancelled()
    }

    pub fn is_dismissed(&self) -> bool {
        self.leave.told.is_cancelled()
    }

    /// Why it was told to go.
    pub fn why(&self) -> End {
        self.leave.why.get().copied().unwrap_or(End::Stopped)
    }

    /// It has shown a token, or what it showed holds no more.
    pub fn set_known(&self, known: bool) {
        self.is_stranger.store(!known, Ordering::Relaxed);
        let mut seat = self.seat.lock();
        match (*seat, known) {
            (Seat::Stranger(turn, _), true) => {
                let mut state = self.places.state.lock();
                // Otherwise it was told to go before.
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
            (Seat::Master | Seat::Local, _) | (Seat::Known, true) | (Seat::Stranger(..), false) => {
            }
        }
    }

    /// A stranger that asks nothing goes first.
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
            Seat::Master => state.masters -= 1,
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

    fn stranger(host: u8) -> Comer {
        Comer::Stranger(Net::from(IpAddr::from([10, 0, 0, host])))
    }

    fn was_told(guest: &Guest) -> bool {
        guest.is_dismissed()
    }

    #[test]
    fn strangers_leave_room_for_everybody_else() {
        let places = places(320, 1_000);
        let crowd: Vec<_> = (0..=255)
            .chain(0..=255)
            .map(|host| places.seat(stranger(host)).expect("a newcomer gets in"))
            .collect();
        assert_eq!(places.taken(), 160);
        assert!(crowd.iter().take(352).all(|guest| was_told(guest)));
        assert!(!crowd.iter().skip(352).any(|guest| was_told(guest)));
        assert!(places.seat(Comer::Master).is_some());
        assert!(places.seat(Comer::Local).is_some());
        let newcomer = places.seat(stranger(7)).expect("it gets in");
        newcomer.set_known(true);
        drop(crowd);
        assert_eq!((places.taken(), places.state.lock().leaving), (1, 0));
        drop(newcomer);
        assert_eq!(places.taken(), 0);
        assert!(places.state.lock().by_address.is_empty());
    }

    #[test]
    fn an_address_has_its_share_and_drives_out_its_own() {
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
    fn the_idle_go_first() {
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
    fn neither_side_takes_all_places() {
        let places = places(80, 1_000);
        let fill = |comer| -> Vec<_> { std::iter::from_fn(|| places.seat(comer)).collect() };
        let net = Net::from(IpAddr::from([127, 0, 0, 1]));
        let known = fill(Comer::Known(net));
        assert_eq!(known.len(), 70);
        assert!(places.seat(stranger(1)).is_none());
        let locals = fill(Comer::Local);
        let masters = fill(Comer::Master);
        assert_eq!((locals.len(), masters.len()), (2, 8));
        drop((known, locals, masters));
        let locals = fill(Comer::Local);
        assert_eq!(locals.len(), 62);
        assert_eq!(fill(Comer::Known(net)).len(), 10);
    }
}
