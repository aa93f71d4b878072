//! Erlang A: waiting with exponential patience.

use statrs::function::beta::beta_reg;

/// Probabilities below this share of the largest are neglected.
const NEGLIGIBLE: f64 = 1e-14;

/// A queue whose contacts hang up when their patience ends.
///
/// The chain of the number in the system has death rate min(k, n)μ + max(k − n, 0)θ. Its
/// probabilities are computed outwards from state n, relative to it, so none overflows.
#[derive(Clone, Debug, PartialEq)]
pub struct Patience {
    rate: f64,
    service: f64,
    patience: f64,
    agents: u32,
    /// The probability of fewer than n contacts in the system.
    below: f64,
    /// The probabilities of n, n + 1, n + 2 … contacts in the system.
    queued: Vec<f64>,
}

impl Patience {
    /// A queue of `agents` for contacts that come `rate` per unit of time, take `service` and
    /// wait `patience` on average.
    pub fn new(agents: u32, rate: f64, service: f64, patience: f64) -> Self {
        let load = rate * service;
        let (mut below, mut term) = (0.0, 1.0);
        for k in (1..=agents).rev() {
            term *= f64::from(k) / load;
            below += term;
            if term < NEGLIGIBLE * below {
                break;
            }
        }
        let mut queued = vec![1.0];
        let (mut total, mut term) = (1.0, 1.0);
        for j in 1_u32.. {
            term *= rate / (f64::from(agents) / service + f64::from(j) / patience);
            queued.push(term);
            total += term;
            if term < NEGLIGIBLE * total {
                break;
            }
        }
        let all = below + total;
        for share in &mut queued {
            *share /= all;
        }
        Self {
            rate,
            service,
            patience,
            agents,
            below: below / all,
            queued,
        }
    }

    /// The share of contacts that wait at all.
    pub fn waits(&self) -> f64 {
        1.0 - self.below
    }

    /// The mean number of contacts waiting.
    pub fn queue_length(&self) -> f64 {
        let numbered = self.queued.iter().enumerate();
        numbered.map(|(j, share)| j as f64 * share).sum()
    }

    /// The share of contacts that hang up.
    pub fn abandons(&self) -> f64 {
        self.queue_length() / (self.patience * self.rate)
    }

    /// The mean wait of all contacts, those that hang up included.
    pub fn mean_wait(&self) -> f64 {
        self.queue_length() / self.rate
    }

    /// The share of time that agents are busy.
    pub fn occupancy(&self) -> f64 {
        self.rate * self.service * (1.0 - self.abandons()) / f64::from(self.agents)
    }

    /// The share of contacts that are served after waiting no longer than `limit`.
    /// A contact that finds j waiting is served after j + 1 departures. With m = nμ/θ and V the
    /// time until then, 1 − e^(−θV) is beta distributed; e^(−θV) is the probability of staying
    /// until then.
    pub fn within(&self, limit: f64) -> f64 {
        let m = f64::from(self.agents) * self.patience / self.service;
        let x = -(-limit / self.patience).exp_m1();
        let mut served = self.below;
        for (j, share) in self.queued.iter().enumerate() {
            let before = j as f64 + 1.0;
            served += share * m / (m + before) * beta_reg(before, m + 1.0, x);
        }
        served
    }

    /// The fewest agents, at most `most`, by whom `share` of the contacts are served within
    /// `limit`.
    pub fn staff(
        rate: f64,
        service: f64,
        patience: f64,
        share: f64,
        limit: f64,
        most: u32,
    ) -> Option<u32> {
        (1..=most).find(|n| Self::new(*n, rate, service, patience).within(limit) >= share)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Delay;
    use super::*;

    fn near(found: f64, right: f64, tolerance: f64) {
        assert!((found - right).abs() <= tolerance, "{found}, not {right}");
    }

    #[test]
    fn abandonment_as_published() {
        // Mandelbaum and Zeltyn's example: 48 calls a minute of one minute, patience two minutes,
        // fifty agents.
        let found = Patience::new(50, 48.0 / 60.0, 60.0, 120.0);
        near(found.abandons(), 0.031, 0.0005);
        near(found.mean_wait(), 3.7, 0.05);
    }

    #[test]
    fn endless_patience_is_erlang_c() {
        let patient = Patience::new(14, 200.0 / 3_600.0, 180.0, 1e9);
        let waiting = Delay::new(14, 200.0 / 3_600.0, 180.0);
        near(patient.waits(), waiting.waits(), 1e-5);
        near(patient.mean_wait(), waiting.mean_wait(), 1e-3);
        near(patient.within(20.0), waiting.within(20.0), 1e-5);
        near(patient.abandons(), 0.0, 1e-6);
    }

    #[test]
    fn all_are_served_or_hang_up() {
        for agents in [1, 5, 40, 1_000] {
            let queue = Patience::new(agents, f64::from(agents) * 1.1, 1.0, 2.0);
            near(queue.within(1e4), 1.0 - queue.abandons(), 1e-9);
            assert!(queue.occupancy() < 1.0);
        }
    }
}
