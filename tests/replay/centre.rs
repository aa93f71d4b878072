//! A generated centre: customers who come back, agents with shifts, all from a seed.

use std::fmt::Write as _;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Arrivals and agents as CSV.
pub struct Centre {
    pub arrivals: String,
    pub agents: String,
}

pub const AGENTS: usize = 8;
const CUSTOMERS: usize = 25;

impl Centre {
    /// `contacts` contacts, two seconds of virtual time apart on average.
    pub fn new(contacts: usize, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut arrivals =
            "contact,at_ms,queue,customer,requires,service_ms,patience_ms\n".to_owned();
        let mut at_ms = 1_000;
        for n in 0..contacts {
            at_ms += rng.random_range(0..4_000);
            let customer = match rng.random_range(0..CUSTOMERS + 3) {
                known @ 0..CUSTOMERS => format!("cust-{known}"),
                _ => String::new(),
            };
            let (queue, requires) = match n % 3 {
                0 => ("repair", "tech>=3"),
                1 => ("billing", "bills>=2"),
                _ => ("billing", ""),
            };
            let service = rng.random_range(2_000..22_000);
            let patience = match rng.random_range(0..10) {
                0 => rng.random_range(1_000..15_000).to_string(),
                1..4 => String::new(),
                _ => rng.random_range(60_000..300_000).to_string(),
            };
            writeln!(
                arrivals,
                "c{n},{at_ms},{queue},{customer},{requires},{service},{patience}"
            )
            .expect("memory takes it");
        }
        let mut agents = "agent,skills,team,deputy,from_ms,to_ms\n".to_owned();
        for n in 0..AGENTS {
            let skills = if n % 2 == 0 {
                "tech=5;bills=3"
            } else {
                "bills=6"
            };
            let deputy = format!("agent-{}", (n + 2) % AGENTS);
            let mut from = 0;
            // The last shift lasts long enough for those who still wait.
            while from < at_ms {
                let to = from + rng.random_range(60_000..400_000);
                let end = if to > at_ms {
                    String::new()
                } else {
                    to.to_string()
                };
                writeln!(agents, "agent-{n},{skills},t,{deputy},{from},{end}").expect("memory");
                from = to + rng.random_range(0..30_000);
            }
        }
        Self { arrivals, agents }
    }
}
