//! How the cost of a contact's life grows with one thing at a time: what is varied, and how far.
//! The caller shows the figures.

use super::{Centre, Size, nanoseconds};

/// One thing that grows.
pub struct Growth {
    /// What it is, in the plural.
    pub of: &'static str,
    pub by: [usize; 3],
    make: fn(usize) -> Centre,
    round: fn(&mut Centre),
}

impl Growth {
    /// Nanoseconds per round at each size.
    pub fn measure(&self) -> Vec<f64> {
        let figures = self.by.iter();
        figures
            .map(|n| nanoseconds(&mut (self.make)(*n), self.round))
            .collect()
    }
}

pub const GROWTHS: [Growth; 8] = [
    Growth {
        of: "agents",
        by: [1_000, 10_000, 100_000],
        make: |n| Centre::new(Size::agents(n)),
        round: Centre::life_by_skill,
    },
    Growth {
        of: "agents who wrap up",
        by: [1_000, 10_000, 100_000],
        make: |n| Centre::new(Size::agents(n)).with_wrap_up(),
        round: Centre::life_by_skill,
    },
    Growth {
        of: "contacts of which one comes to stand in the middle",
        by: [10, 1_000, 100_000],
        make: |n| Centre::new(Size::agents(1_000)).with_two_priorities(n),
        round: Centre::life_in_the_middle,
    },
    Growth {
        of: "contacts that wait for others",
        by: [10, 1_000, 100_000],
        make: |n| Centre::new(Size::agents(1_000)).with_waiting(n),
        round: Centre::life_by_skill,
    },
    Growth {
        of: "contacts that wait for these agents",
        by: [10, 1_000, 100_000],
        make: |n| Centre::new(Size::agents(1_000)).with_backlog(n),
        round: Centre::life_in_backlog,
    },
    Growth {
        of: "queues",
        by: [1, 100, 10_000],
        make: |queues| {
            Centre::new(Size {
                queues,
                ..Size::agents(1_000)
            })
        },
        round: Centre::life_by_skill,
    },
    Growth {
        of: "skills",
        by: [5, 50, 500],
        make: |skills| {
            Centre::new(Size {
                skills,
                ..Size::agents(10_000)
            })
        },
        round: Centre::life_by_skill,
    },
    Growth {
        of: "owners",
        by: [10_000, 100_000, 1_000_000],
        make: |n| Centre::new(Size::agents(10_000)).with_owners(n),
        round: Centre::life_by_owner,
    },
];
