//! Deadlines in order: nested wheels of 64 slots.
//!
//! All of time is divided into 64 slots, each of these into 64 again, and so on down to a single
//! millisecond: six bits of the time for each level. A slot holds a plain list. Only the first list
//! is kept sorted; when a long list becomes first, it is split into a wheel of its own, so an entry
//! moves at most once for each level before it is taken. Arming descends the existing wheels, at
//! most eleven and usually few, however many entries are armed.
//!
//! A wheel has no present: an entry may be earlier than all others ever armed or taken. This file
//! does not know what an entry is for.

use super::timers::Due;
use crate::router::api::time::Timestamp;

/// Bits of the time for each level.
const BITS: u32 = 6;
const SLOTS: usize = 1 << BITS;
/// The level whose wheel covers all of time.
const TOP: u32 = u64::BITS / BITS;
/// Up to this many entries are kept sorted by moving them.
const FEW: usize = 16;
/// A list that held more frees its memory.
const KEPT_MAX: usize = 64;

/// 64 slots of equal length.
#[derive(Clone, Debug)]
struct Wheel {
    /// Slots with a list or a wheel.
    filled: u64,
    /// Slots with a wheel.
    opened: u64,
    /// The number of the list or wheel in each slot.
    slots: [u32; SLOTS],
}

/// The outermost container.
#[derive(Clone, Copy, Debug, Default)]
enum Root {
    #[default]
    Nothing,
    /// So few entries that one list is enough.
    List,
    Wheel(Outermost),
}

/// The outermost wheel.
#[derive(Clone, Copy, Debug)]
struct Outermost {
    wheel: u32,
    level: u32,
    /// Any moment within it.
    within: u64,
}

/// The entries.
#[derive(Clone, Debug, Default)]
pub struct Wheels {
    root: Root,
    wheels: Vec<Wheel>,
    spare_wheels: Vec<u32>,
    lists: Vec<Vec<Due>>,
    spare_lists: Vec<u32>,
    /// The list whose last entry is the first of all, if there is any.
    first: u32,
    len: usize,
}

/// A moment as an unsigned number, in the same order.
fn moment(at: Timestamp) -> u64 {
    at.cast_unsigned() ^ 1 << (u64::BITS - 1)
}

/// The slot of a moment in a wheel of this level.
fn slot_of(moment: u64, level: u32) -> usize {
    (moment >> (BITS * level)) as usize & (SLOTS - 1)
}

/// The lowest level where one wheel has both moments.
fn level_of(one: u64, other: u64) -> u32 {
    (one ^ other).checked_ilog2().map_or(0, |bit| bit / BITS)
}

/// Adds an entry to a sorted list, whose first entry is last.
fn put_in_order(list: &mut Vec<Due>, due: Due) {
    let place = list.partition_point(|other| *other > due);
    list.insert(place, due);
}

impl Wheels {
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn first(&self) -> Option<Due> {
        self.lists.get(self.first as usize)?.last().copied()
    }

    pub fn arm(&mut self, due: Due) {
        self.len += 1;
        match self.root {
            Root::Nothing => {
                self.first = self.list_of(due);
                self.root = Root::List;
            }
            Root::List => {
                put_in_order(&mut self.lists[self.first as usize], due);
                self.open_root_if_long();
            }
            Root::Wheel(outermost) => {
                let outermost = self.widened(outermost, moment(due.at));
                self.put(outermost, due);
            }
        }
    }

    /// Takes the first entry.
    pub fn pop(&mut self) -> Option<Due> {
        let list = self.lists.get_mut(self.first as usize)?;
        let due = list.pop()?;
        self.len -= 1;
        if list.is_empty() {
            self.close(moment(due.at));
            self.find_first();
        }
        Some(due)
    }

    /// All entries in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = Due> + '_ {
        self.lists.iter().flatten().copied()
    }

    /// Keeps only some entries.
    pub fn retain(&mut self, keep: impl Fn(Due) -> bool) {
        let all = std::mem::take(self).lists.into_iter().flatten();
        for due in all.filter(|due| keep(*due)) {
            self.arm(due);
        }
    }

    /// Adds an entry to its list, below a wheel that covers its moment.
    fn put(&mut self, outermost: Outermost, due: Due) {
        let moment = moment(due.at);
        let (mut wheel, mut level) = (outermost.wheel, outermost.level);
        loop {
            let slot = slot_of(moment, level);
            let Wheel { filled, opened, .. } = self.wheels[wheel as usize];
            let inside = self.wheels[wheel as usize].slots[slot];
            if opened >> slot & 1 == 1 {
                wheel = inside;
                level -= 1;
            } else if filled >> slot & 1 == 0 {
                let is_first = self.first().is_none_or(|first| due < first);
                let list = self.list_of(due);
                self.wheels[wheel as usize].fill(slot, list);
                if is_first {
                    self.first = list;
                }
                return;
            } else if inside == self.first {
                put_in_order(&mut self.lists[inside as usize], due);
                if self.is_long(inside, level) {
                    self.find_first();
                }
                return;
            } else {
                self.lists[inside as usize].push(due);
                return;
            }
        }
    }

    /// Whether a list of a wheel should be split before it is sorted. Entries of one millisecond
    /// cannot be split.
    fn is_long(&self, list: u32, level: u32) -> bool {
        level > 0 && self.lists[list as usize].len() > FEW
    }

    /// Adds outer wheels until a moment is covered.
    fn widened(&mut self, mut outermost: Outermost, moment: u64) -> Outermost {
        let level = level_of(outermost.within, moment);
        if level <= outermost.level {
            return outermost;
        }
        while outermost.level < level {
            outermost.level += 1;
            let slot = slot_of(outermost.within, outermost.level);
            let around = self.new_wheel();
            self.wheels[around as usize].fill(slot, outermost.wheel);
            self.wheels[around as usize].opened = 1 << slot;
            outermost.wheel = around;
        }
        self.root = Root::Wheel(outermost);
        outermost
    }

    fn open_root_if_long(&mut self) {
        let list = &self.lists[self.first as usize];
        if list.len() <= FEW {
            return;
        }
        let (last, first) = (moment(list[0].at), moment(list[list.len() - 1].at));
        let level = level_of(first, last);
        let wheel = self.deal_out(self.first, level);
        self.root = Root::Wheel(Outermost {
            wheel,
            level,
            within: first,
        });
        self.find_first();
    }

    /// Splits a list into a wheel.
    fn deal_out(&mut self, list: u32, level: u32) -> u32 {
        let wheel = self.new_wheel();
        let mut entries = std::mem::take(&mut self.lists[list as usize]);
        for due in entries.drain(..) {
            let slot = slot_of(moment(due.at), level);
            let Wheel { filled, slots, .. } = &self.wheels[wheel as usize];
            if filled >> slot & 1 == 1 {
                let inside = slots[slot];
                self.lists[inside as usize].push(due);
            } else {
                let inside = self.list_of(due);
                self.wheels[wheel as usize].fill(slot, inside);
            }
        }
        self.lists[list as usize] = entries;
        self.spare_list(list);
        wheel
    }

    /// Finds the first list and sorts it, splitting long ones on the way.
    fn find_first(&mut self) {
        let Root::Wheel(Outermost {
            mut wheel,
            mut level,
            ..
        }) = self.root
        else {
            return;
        };
        loop {
            let Wheel { filled, opened, .. } = self.wheels[wheel as usize];
            let slot = filled.trailing_zeros() as usize;
            let mut inside = self.wheels[wheel as usize].slots[slot];
            if opened >> slot & 1 == 0 {
                if !self.is_long(inside, level) {
                    self.lists[inside as usize].sort_unstable_by(|one, other| other.cmp(one));
                    self.first = inside;
                    return;
                }
                inside = self.deal_out(inside, level - 1);
                let around = &mut self.wheels[wheel as usize];
                around.slots[slot] = inside;
                around.opened |= 1 << slot;
            }
            wheel = inside;
            level -= 1;
        }
    }

    /// Removes the empty first list, which had this moment, and the wheels that become empty.
    fn close(&mut self, moment: u64) {
        self.spare_list(self.first);
        let Root::Wheel(outermost) = self.root else {
            self.root = Root::Nothing;
            return;
        };
        let mut path = [outermost.wheel; TOP as usize + 1];
        let mut level = outermost.level;
        loop {
            let wheel = &self.wheels[path[level as usize] as usize];
            let slot = slot_of(moment, level);
            if wheel.opened >> slot & 1 == 0 {
                break;
            }
            level -= 1;
            path[level as usize] = wheel.slots[slot];
        }
        for level in level..=outermost.level {
            let number = path[level as usize];
            let wheel = &mut self.wheels[number as usize];
            wheel.empty(slot_of(moment, level));
            if wheel.filled != 0 {
                return;
            }
            self.spare_wheels.push(number);
        }
        self.root = Root::Nothing;
    }

    fn list_of(&mut self, due: Due) -> u32 {
        let list = self.spare_lists.pop().unwrap_or_else(|| {
            self.lists.push(Vec::new());
            number(self.lists.len() - 1)
        });
        self.lists[list as usize].push(due);
        list
    }

    fn spare_list(&mut self, list: u32) {
        let entries = &mut self.lists[list as usize];
        if entries.capacity() > KEPT_MAX {
            *entries = Vec::new();
        }
        self.spare_lists.push(list);
    }

    fn new_wheel(&mut self) -> u32 {
        self.spare_wheels.pop().unwrap_or_else(|| {
            self.wheels.push(Wheel {
                filled: 0,
                opened: 0,
                slots: [0; SLOTS],
            });
            number(self.wheels.len() - 1)
        })
    }
}

impl Wheel {
    fn fill(&mut self, slot: usize, inside: u32) {
        self.filled |= 1 << slot;
        self.slots[slot] = inside;
    }

    fn empty(&mut self, slot: usize) {
        self.filled &= !(1 << slot);
        self.opened &= !(1 << slot);
    }
}

fn number(n: usize) -> u32 {
    u32::try_from(n).expect("fewer lists than entries, fewer entries than 2^32")
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BinaryHeap;

    use super::*;
    use crate::router::state::timers::Timer;
    use crate::router::store::draw::Draw;

    /// The reference for comparison.
    type Heap = BinaryHeap<Reverse<Due>>;

    const TIMERS: [Timer; 4] = [Timer::FIRST, Timer::Offer, Timer::MaxWait, Timer::LAST];

    fn some_due(draw: &mut Draw, now: Timestamp) -> Due {
        let at = match draw.below(16) {
            0 => now,
            1..4 => now.wrapping_add(draw.below(4) as i64),
            4..8 => now.wrapping_add(draw.below(300) as i64),
            8..12 => now.saturating_add(20_000 + draw.below(2_000) as i64),
            12 => now.saturating_add(draw.below(1 << 42) as i64),
            13 => now.saturating_sub(draw.below(100_000) as i64),
            14 => 3_600_000 * (1 + draw.below(20) as i64),
            _ => (draw.number() as i64).wrapping_mul(99_991),
        };
        Due {
            at,
            timer: TIMERS[draw.below(4) as usize],
            of: draw.below(50) as u32,
        }
    }

    fn steps(seed: u64, steps: u32, most: usize) {
        let mut draw = Draw::new(seed);
        let (mut wheels, mut heap) = (Wheels::default(), Heap::new());
        let mut now = draw.below(1 << 41) as i64 - (1 << 40);
        for step in 0..steps {
            match draw.below(1_000) {
                0 => {
                    let keep = |due: Due| !due.of.is_multiple_of(3);
                    wheels.retain(keep);
                    heap.retain(|due| keep(due.0));
                }
                1 => now += draw.below(1 << 30) as i64,
                2..5 => {
                    let due = some_due(&mut draw, now);
                    for _ in 0..draw.below(60) {
                        wheels.arm(due);
                        heap.push(Reverse(due));
                    }
                }
                5..550 if heap.len() < most => {
                    let due = some_due(&mut draw, now);
                    wheels.arm(due);
                    heap.push(Reverse(due));
                }
                _ => {
                    let due = heap.pop().map(|due| due.0);
                    assert_eq!(wheels.pop(), due, "seed {seed}, step {step}");
                    now = now.max(due.map_or(now, |due| due.at.min(now + 1_000)));
                }
            }
            let first = heap.peek().map(|due| due.0);
            assert_eq!(wheels.first(), first, "seed {seed}, step {step}");
            assert_eq!(wheels.len(), heap.len(), "seed {seed}, step {step}");
        }
        while let Some(due) = heap.pop() {
            assert_eq!(wheels.pop(), Some(due.0), "seed {seed}, at the end");
        }
        assert_eq!(wheels.pop(), None);
        assert_eq!(wheels.spare_lists.len(), wheels.lists.len());
        assert_eq!(wheels.spare_wheels.len(), wheels.wheels.len());
    }

    #[test]
    fn entries_come_as_from_a_heap() {
        for seed in 0..400 {
            steps(seed, 5_000, [4, 20, 400, 4_000][seed as usize % 4]);
        }
    }

    #[test]
    fn the_ends_of_time_have_their_place() {
        let ats = [i64::MAX, i64::MIN, 0, -1, 1, i64::MAX - 1, i64::MIN + 1];
        let (mut wheels, mut heap) = (Wheels::default(), Heap::new());
        for of in 0..10 {
            for at in ats {
                let timer = Timer::Lease;
                wheels.arm(Due { at, timer, of });
                heap.push(Reverse(Due { at, timer, of }));
            }
        }
        while let Some(due) = heap.pop() {
            assert_eq!(wheels.pop(), Some(due.0));
        }
        assert_eq!(wheels.pop(), None);
    }
}
