//! The agenda: what to do next in virtual time.
//!
//! At equal times the order is that of `simulate`: the end of a service comes before the end of a
//! shift, the start of a shift before a contact gives up, arrivals last.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An action of the player; the variants are in the order of equal times. Contacts and agents are
/// the player's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    EndService { contact: usize },
    EndWrapUp { contact: usize },
    Answer { contact: usize, offer: u64 },
    EndShift { agent: usize, shift: usize },
    StartShift { agent: usize, shift: usize },
    LosePatience { contact: usize },
    Arrive,
}

/// The actions to come, by virtual milliseconds.
#[derive(Debug, Default)]
pub struct Agenda {
    due: BinaryHeap<Reverse<(i64, Action)>>,
}

impl Agenda {
    pub fn add(&mut self, at_ms: i64, action: Action) {
        self.due.push(Reverse((at_ms, action)));
    }

    /// The time of the next action.
    pub fn next_ms(&self) -> Option<i64> {
        self.due.peek().map(|Reverse((at_ms, _))| *at_ms)
    }

    /// Takes the next action if it is due.
    pub fn take(&mut self, now_ms: i64) -> Option<(i64, Action)> {
        if self.next_ms()? > now_ms {
            return None;
        }
        self.due.pop().map(|Reverse(next)| next)
    }

    /// Whether only shifts are left.
    pub fn only_shifts(&self) -> bool {
        self.due.iter().all(|Reverse((_, action))| {
            matches!(action, Action::EndShift { .. } | Action::StartShift { .. })
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
        agenda.add(5, Action::Arrive);
        agenda.add(5, Action::LosePatience { contact: 1 });
        agenda.add(5, Action::StartShift { agent: 0, shift: 1 });
        agenda.add(5, Action::EndShift { agent: 2, shift: 0 });
        agenda.add(5, Action::EndShift { agent: 1, shift: 0 });
        agenda.add(5, Action::EndService { contact: 9 });
        agenda.add(4, Action::Arrive);
        let mut order = Vec::new();
        while let Some((at, action)) = agenda.take(5) {
            order.push((at, action));
        }
        assert_eq!(
            order,
            [
                (4, Action::Arrive),
                (5, Action::EndService { contact: 9 }),
                (5, Action::EndShift { agent: 1, shift: 0 }),
                (5, Action::EndShift { agent: 2, shift: 0 }),
                (5, Action::StartShift { agent: 0, shift: 1 }),
                (5, Action::LosePatience { contact: 1 }),
                (5, Action::Arrive),
            ]
        );
        assert!(agenda.is_empty());
    }
}
