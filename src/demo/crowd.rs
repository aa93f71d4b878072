//! The customers: forty people who come back about the same matters.

use std::collections::VecDeque;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp, LogNormal};

use crate::replay::Arrival;

/// The topic of a matter, and the queue that takes it.
const TOPICS: &[(&str, &str)] = &[
    ("bill", "billing"),
    ("tariff", "billing"),
    ("refund", "billing"),
    ("outage", "repair"),
    ("meter", "repair"),
    ("moving", "general"),
];

/// Mean time between arrivals, in virtual milliseconds.
const BETWEEN_MS: f64 = 700.0;
/// Length of conversations: median, and spread.
const TALK_MEDIAN_MS: f64 = 3_500.0;
const TALK_SPREAD: f64 = 0.5;
/// The shortest and the longest patience.
const PATIENCE_MS: std::ops::Range<i64> = 12_000..60_000;
/// Probability that a conversation resolves its case.
const RESOLVED: f64 = 0.3;

/// Probability that a call repeats one of the last few, and how many those are.
const AGAIN: f64 = 0.5;
const AGAIN_OF: usize = 24;

/// Given and family names: every pair is a customer.
const GIVEN: &[&str] = &["Li", "Olga", "Amir", "Sofia", "Wei", "Nils", "Zoe", "Tariq"];
const FAMILY: &[&str] = &["Hua", "Petrova", "Berg", "Okafor", "Novak"];

/// An endless stream of arrivals.
pub struct Crowd {
    rng: ChaCha8Rng,
    between: Exp<f64>,
    talk: LogNormal<f64>,
    at_ms: f64,
    count: u64,
    /// Customer and topic of the last calls.
    recent: VecDeque<(usize, usize)>,
    /// Kinds of cases, one for each topic; may be empty.
    kinds: Vec<String>,
}

impl Crowd {
    pub fn new(seed: u64, kinds: Vec<String>) -> Self {
        Self {
            kinds,
            rng: ChaCha8Rng::seed_from_u64(seed),
            between: Exp::new(1.0 / BETWEEN_MS).expect("the rate is positive"),
            talk: LogNormal::new(TALK_MEDIAN_MS.ln(), TALK_SPREAD).expect("the spread is finite"),
            at_ms: 500.0,
            count: 0,
            recent: VecDeque::new(),
        }
    }

    /// Number of customers.
    pub const fn customers() -> usize {
        GIVEN.len() * FAMILY.len()
    }

    /// The customer of the next call, and its topic.
    fn matter(&mut self) -> (usize, usize) {
        let again = self.rng.random_bool(AGAIN);
        let matter = match self.recent.len() {
            known @ 1.. if again => self.recent[self.rng.random_range(0..known)],
            _ => {
                // Each customer has two topics.
                let customer = self.rng.random_range(0..Self::customers());
                (
                    customer,
                    (customer + self.rng.random_range(0..2) * 3) % TOPICS.len(),
                )
            }
        };
        self.recent.push_back(matter);
        if self.recent.len() > AGAIN_OF {
            self.recent.pop_front();
        }
        matter
    }
}

impl Iterator for Crowd {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        self.at_ms += self.between.sample(&mut self.rng);
        self.count += 1;
        let (number, topic) = self.matter();
        // The name is the id, so that the output is readable.
        let (given, family) = (GIVEN[number % GIVEN.len()], FAMILY[number / GIVEN.len()]);
        let kind = match self.kinds.len() {
            0 => None,
            kinds => Some(self.kinds[topic % kinds].clone()),
        };
        let (topic, queue) = TOPICS[topic];
        let resolved = self.rng.random_bool(RESOLVED);
        Some(Arrival {
            contact: format!("call-{}", self.count),
            at_ms: self.at_ms as i64,
            queue: queue.to_owned(),
            customer: Some(format!("{given} {family}")),
            topic: Some(topic.to_owned()),
            kind,
            service_ms: self.talk.sample(&mut self.rng) as i64,
            patience_ms: Some(self.rng.random_range(PATIENCE_MS)),
            outcome: resolved.then(|| "resolved".to_owned()),
            ..Arrival::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_customers() {
        let first: Vec<Arrival> = Crowd::new(3, Vec::new()).take(200).collect();
        let again: Vec<Arrival> = Crowd::new(3, Vec::new()).take(200).collect();
        assert_eq!(first, again);
        assert!(first.windows(2).all(|two| two[0].at_ms <= two[1].at_ms));
        assert_eq!(Crowd::customers(), 40);
    }
}
