//! Erlang B and C.

/// Erlang B: the share of contacts that find all of `agents` busy and are lost.
///
/// The recursion B(k) = a B(k−1) / (k + a B(k−1)) only adds, multiplies and divides positive
/// numbers, so it loses no precision for any number of agents.
pub fn blocking(agents: u32, load: f64) -> f64 {
    let mut blocked = 1.0;
    for k in 1..=agents {
        blocked = load * blocked / (f64::from(k) + load * blocked);
    }
    blocked
}

/// Erlang C: a queue in which everybody waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delay {
    agents: u32,
    load: f64,
    service: f64,
    waits: f64,
}

impl Delay {
    /// A queue of `agents` for contacts that come `rate` per unit of time and take `service`.
    pub fn new(agents: u32, rate: f64, service: f64) -> Self {
        let load = rate * service;
        let blocked = blocking(agents, load);
        let n = f64::from(agents);
        let waits = if load >= n {
            1.0
        } else {
            n * blocked / (n - load * (1.0 - blocked))
        };
        Self {
            agents,
            load,
            service,
            waits,
        }
    }

    /// Whether the agents keep up with the load; otherwise the queue grows without limit.
    pub fn is_stable(&self) -> bool {
        self.load < f64::from(self.agents)
    }

    /// The share of contacts that wait at all.
    pub fn waits(&self) -> f64 {
        self.waits
    }

    /// The share of time that agents are busy.
    pub fn occupancy(&self) -> f64 {
        (self.load / f64::from(self.agents)).min(1.0)
    }

    /// The agents' total service rate less the arrival rate, per unit of time.
    fn spare_rate(&self) -> f64 {
        (f64::from(self.agents) - self.load) / self.service
    }

    /// The mean wait of all contacts.
    pub fn mean_wait(&self) -> f64 {
        if !self.is_stable() {
            return f64::INFINITY;
        }
        self.waits / self.spare_rate()
    }

    /// The share of contacts that wait no longer than `limit`.
    pub fn within(&self, limit: f64) -> f64 {
        if !self.is_stable() {
            return 0.0;
        }
        1.0 - self.waits * (-self.spare_rate() * limit).exp()
    }

    /// The fewest agents, at most `most`, for whom `share` of the contacts wait no longer than
    /// `limit`.
    pub fn staff(rate: f64, service: f64, share: f64, limit: f64, most: u32) -> Option<u32> {
        let fewest = (rate * service).floor() as u32 + 1;
        (fewest..=most).find(|n| Self::new(*n, rate, service).within(limit) >= share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, right: f64, tolerance: f64) {
        assert!((found - right).abs() <= tolerance, "{found}, not {right}");
    }

    #[test]
    fn blocking_as_in_the_published_tables() {
        // From Erlang B tables: the load offered at a blocking of 1 % and 0.1 %.
        for (agents, load, blocked) in [
            (1, 0.010_1, 0.01),
            (5, 1.361, 0.01),
            (10, 4.461, 0.01),
            (20, 12.031, 0.01),
            (50, 37.901, 0.01),
            (100, 84.064, 0.01),
            (10, 3.092, 0.001),
            (100, 75.242, 0.001),
        ] {
            near(blocking(agents, load), blocked, blocked * 0.002);
        }
    }

    #[test]
    fn waiting_as_in_the_published_tables() {
        let fourteen = Delay::new(14, 200.0 / 3_600.0, 180.0);
        near(fourteen.waits(), 0.1741, 0.00005);
        near(fourteen.mean_wait(), 7.84, 0.005);
        near(fourteen.within(20.0), 0.888, 0.0005);
        let thirteen = Delay::new(13, 200.0 / 3_600.0, 180.0);
        near(thirteen.waits(), 0.2853, 0.00005);
        near(thirteen.mean_wait(), 17.1, 0.05);
        near(thirteen.within(20.0), 0.796, 0.0005);
        near(Delay::new(10, 8.0, 1.0).waits(), 0.409_18, 0.000_005);
    }

    #[test]
    fn thousands_of_agents_do_not_overflow() {
        let crowd = Delay::new(20_000, 19_800.0, 1.0);
        assert!(crowd.waits() > 0.0 && crowd.waits() < 1.0);
        // Halfin and Whitt: β = (n − a)/√n = 1.414 gives [1 + β Φ(β)/φ(β)]⁻¹ = 0.102.
        near(crowd.waits(), 0.102, 0.002);
        assert!(!Delay::new(10, 10.0, 1.0).is_stable());
        assert_eq!(Delay::new(10, 11.0, 1.0).mean_wait(), f64::INFINITY);
    }

    #[test]
    fn fewest_agents_for_a_target() {
        assert_eq!(
            Delay::staff(200.0 / 3_600.0, 180.0, 0.8, 20.0, 100),
            Some(14)
        );
        assert_eq!(
            Delay::staff(200.0 / 3_600.0, 180.0, 0.79, 20.0, 100),
            Some(13)
        );
        assert_eq!(Delay::staff(200.0 / 3_600.0, 180.0, 0.8, 20.0, 12), None);
    }
}
