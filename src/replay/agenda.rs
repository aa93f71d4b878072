//! The agenda: what is to be done next in virtual time.
//!
//! At equal times the order of the kinds is that of every simulation: the end of a service comes
//! before the end of a shift, the start of a shift before a contact gives up, arrivals last.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Something to be done, in the order of kinds at one time. Contacts and agents are numbers of
/// the player.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    EndService { contact: usize },
    EndWrapUp { contact: usize },
    Answer { contact: usize, offer: u64 },
    EndShift { agent: usize, shift: usize },
    StartShift { agent: usize, shift: usize },
    LosePatience { contact: usize },
    Arrive,
}

/// What is due, by virtual milliseconds.
#[derive(Debug, Default)]
pub struct Agenda {
    due: BinaryHeap<Reverse<(i64, Deed)>>,
}

impl Agenda {
    pub fn add(&mut self, at_ms: i64, deed: Deed) {
        self.due.push(Reverse((at_ms, deed)));
    }

    /// When the next is due.
    pub fn next_ms(&self) -> Option<i64> {
        self.due.peek().map(|Reverse((at_ms, _))| *at_ms)
    }

    /// Takes the next if it is due.
    pub fn take(&mut self, now_ms: i64) -> Option<(i64, Deed)> {
        if self.next_ms()? > now_ms {
            return None;
        }
        self.due.pop().map(|Reverse(next)| next)
    }

    /// Whether anything but shifts is to come.
    pub fn only_shifts(&self) -> bool {
        self.due.iter().all(|Reverse((_, deed))| {
            matches!(deed, Deed::EndShift { .. } | Deed::StartShift { .. })
        })
    }

    pub fn is_empty(&self) -> bool {
        self.due.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_at_one_time_is_that_of_the_kinds() {
        let mut agenda = Agenda::default();
        agenda.add(5, Deed::Arrive);
        agenda.add(5, Deed::LosePatience { contact: 1 });
        agenda.add(5, Deed::StartShift { agent: 0, shift: 1 });
        agenda.add(5, Deed::EndShift { agent: 2, shift: 0 });
        agenda.add(5, Deed::EndShift { agent: 1, shift: 0 });
        agenda.add(5, Deed::EndService { contact: 9 });
        agenda.add(4, Deed::Arrive);
        let mut order = Vec::new();
        while let Some((at, deed)) = agenda.take(5) {
            order.push((at, deed));
        }
        assert_eq!(
            order,
            [
                (4, Deed::Arrive),
                (5, Deed::EndService { contact: 9 }),
                (5, Deed::EndShift { agent: 1, shift: 0 }),
                (5, Deed::EndShift { agent: 2, shift: 0 }),
                (5, Deed::StartShift { agent: 0, shift: 1 }),
                (5, Deed::LosePatience { contact: 1 }),
                (5, Deed::Arrive),
            ]
        );
        assert!(agenda.is_empty());
    }
}
