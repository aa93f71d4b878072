//! The pace of a queue: how long contacts occupy its agents, and how long callers wait before they
//! hang up. Learnt from waits and parts that are over, and slowly forgotten.
//!
//! The state is integers, so that every run over the same commands has the same; results use only
//! additions, multiplications and divisions, which are the same on every machine.

use crate::stored::stored;

/// The mean is over all ended contacts up to this many; after that each new one has a weight of one
/// in this many. A smaller number would follow chance, and with it the queue that chance made.
const TAKEN_KNOWN_MAX: i64 = 256;
/// Turns are forgotten this much faster, since shifts change.
const TURNS_KNOWN: i64 = 32;
/// After this many contacts, earlier knowledge of patience counts half.
const WAITS_KNOWN_MAX: u32 = 4_096;
/// The fixed-point unit, so that fractions are not lost.
const ONE: i64 = 1_024;
/// Contacts ahead are computed in groups of one in this many: the last of them leave at such
/// similar rates that the error stays below one part in a thousand.
const GROUP: u32 = 16;

/// The pace of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The mean time in milliseconds that a part of a contact takes, from the answer to the end of wrap-up.
    taken_ms: i64,
    /// How many parts the mean covers.
    taken: i64,
    /// The sum of the waits of `waits` contacts, of which `hung_up` gave up.
    waited_ms: i64,
    waits: u32,
    hung_up: i64,
    /// The mean number of contacts being served whenever a waiting one is answered, in 1 ÷ [`ONE`];
    /// 0 before the first.
    serving: i64,
    /// The share of waiting contacts answered by an agent whose previous contact was of this queue
    /// too, in 1 ÷ [`ONE`]; all of them if the agents serve no other queue.
    own_turns: i64,
}

stored! { Pace { 1 taken_ms, 2 taken, 3 waited_ms, 4 waits, 5 hung_up, 6 serving, 7 own_turns } }

impl Default for Pace {
    fn default() -> Self {
        Self {
            taken_ms: 0,
            taken: 0,
            waited_ms: 0,
            waits: 0,
            hung_up: 0,
            serving: 0,
            own_turns: ONE,
        }
    }
}

impl Pace {
    /// Learns how long a part occupied its agent.
    pub fn learn_taken(&mut self, taken_ms: i64) {
        self.taken = TAKEN_KNOWN_MAX.min(self.taken + 1);
        self.taken_ms += (taken_ms - self.taken_ms) / self.taken;
    }

    /// Learns how long a contact waited, and whether it then hung up.
    pub fn learn_wait(&mut self, wait_ms: i64, hung_up: bool) {
        self.waited_ms = self.waited_ms.saturating_add(wait_ms);
        self.waits += 1;
        if hung_up {
            self.hung_up += ONE;
        }
        if self.waits == WAITS_KNOWN_MAX {
            self.waits /= 2;
            self.waited_ms /= 2;
            self.hung_up /= 2;
        }
    }

    /// Learns that a contact that had waited is answered, while `serving` are being served, and
    /// whether the agent's previous contact was of this queue.
    pub fn learn_turn(&mut self, serving: u32, own: bool) {
        let serving = i64::from(serving) * ONE;
        if self.serving == 0 {
            self.serving = serving;
        }
        self.serving += (serving - self.serving) / TURNS_KNOWN;
        self.own_turns += (i64::from(own) * ONE - self.own_turns) / TURNS_KNOWN;
    }

    /// The mean time a contact occupies its agents; `None` before the first has ended.
    pub fn taken_ms(&self) -> Option<f64> {
        (self.taken > 0).then_some(self.taken_ms as f64)
    }

    /// The mean time after which callers hang up: all time waited, divided by those who hung up;
    /// `None` if nobody did.
    fn patience_ms(&self) -> Option<f64> {
        let patient = self.hung_up > 0 && self.waited_ms > 0;
        patient.then(|| self.waited_ms as f64 * ONE as f64 / self.hung_up as f64)
    }

    /// How long a contact that stays waits with `ahead` others of its queue before it, where
    /// `serving` are in conversation or wrap-up: until those ahead have left, answered or not, and
    /// one more agent is free. With n serving, mean time S and patience P it is the sum over
    /// j = 0 … ahead of 1 ÷ (n/S + j/P); without patience (ahead + 1)·S/n.
    ///
    /// Where the agents serve other queues too, those ahead in them come between: then n is what
    /// this queue gets of the agents on average, and the agent that becomes free next is one of
    /// all, so that the last step is as much shorter.
    pub fn wait_behind(&self, ahead: u32, serving: u32) -> Option<f64> {
        let taken = self.taken_ms()?.max(1.0);
        let own = self.own_turns as f64 / ONE as f64;
        let usual = self.serving.max(ONE) as f64 / ONE as f64;
        let serving = own * f64::from(serving.max(1)) + (1.0 - own) * usual;
        let free_rate = serving / taken;
        let first = own / free_rate;
        let Some(patience) = self.patience_ms() else {
            return Some(first + f64::from(ahead) / free_rate);
        };
        let (mut wait, mut done) = (first, 1);
        while done <= ahead {
            let group = (done / GROUP).max(1).min(ahead - done + 1);
            let middle = f64::from(done) + (f64::from(group) - 1.0) / 2.0;
            wait += f64::from(group) / (free_rate + middle / patience);
            done += group;
        }
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: Option<f64>, right: f64) {
        let found = found.expect("something is known");
        assert!(
            (found - right).abs() <= right * 0.001 + 1e-9,
            "{found}, not {right}"
        );
    }

    #[test]
    fn nothing_is_known_before_the_first_end() {
        assert_eq!(Pace::default().wait_behind(0, 3), None);
    }

    #[test]
    fn a_mean_of_the_first_and_then_of_the_last() {
        let mut pace = Pace::default();
        pace.learn_taken(100);
        pace.learn_taken(300);
        near(pace.taken_ms(), 200.0);
        for _ in 0..5_000 {
            pace.learn_taken(1_000_000);
        }
        near(pace.taken_ms(), 1_000_000.0);
    }

    #[test]
    fn those_who_stay_wait_for_one_end_after_the_other() {
        let mut pace = Pace::default();
        pace.learn_taken(180_000);
        near(pace.wait_behind(0, 10), 18_000.0);
        near(pace.wait_behind(4, 10), 90_000.0);
        near(pace.wait_behind(0, 0), 180_000.0);
    }

    #[test]
    fn those_ahead_may_hang_up() {
        let mut pace = Pace::default();
        pace.learn_taken(180_000);
        pace.learn_wait(100_000, false);
        pace.learn_wait(20_000, true);
        for ahead in [0, 1, 5, 40, 3_000] {
            let ends = |j: u32| 1.0 / (10.0 / 180_000.0 + f64::from(j) / 120_000.0);
            near(pace.wait_behind(ahead, 10), (0..=ahead).map(ends).sum());
        }
    }

    #[test]
    fn agents_who_serve_other_queues_too() {
        let mut pace = Pace::default();
        pace.learn_taken(180_000);
        for turn in 0..100_000 {
            pace.learn_turn(if turn % 2 == 0 { 2 } else { 4 }, turn % 10 < 3);
        }
        // Three on average and seven now, with the queue's own share three in ten: computed with
        // 4.2, so that two ahead take 43 s each, and the next of all is free after 13 s.
        let wait = pace.wait_behind(2, 7).expect("it is known");
        assert!((93_000.0..104_000.0).contains(&wait), "{wait}");
    }

    #[test]
    fn old_waits_count_less() {
        let mut pace = Pace::default();
        for _ in 0..10 * WAITS_KNOWN_MAX {
            pace.learn_wait(1_000, true);
        }
        for _ in 0..10 * WAITS_KNOWN_MAX {
            pace.learn_wait(50_000, true);
        }
        near(pace.patience_ms(), 50_000.0);
    }
}
