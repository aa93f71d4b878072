//! What must stay the same, or change in proportion, when the input changes in a known way.

use std::fmt::Write as _;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp};

use crate::centre::Centre;

/// A day of a small centre with owners, skills, impatience and shifts.
struct Day {
    /// Every time is multiplied by `scale`, then moved by `shift`.
    scale: i64,
    shift: i64,
    customer: fn(u32) -> String,
    extra_agent: bool,
}

impl Default for Day {
    fn default() -> Self {
        Self {
            scale: 1,
            shift: 0,
            customer: |n| format!("k{n}"),
            extra_agent: false,
        }
    }
}

impl Day {
    fn centre(&self) -> Centre {
        let scaled = |ms: i64| format!("\"{}ms\"", ms * self.scale);
        let config = format!(
            "[queues.bills]\nrequires = {{ bills = 3 }}\nwrap_up = {}\nmax_wait = {}\n\
             [queues.bills.ownership]\novertake = {}\n\
             [queues.bills.ownership.wait]\nbusy = {}\nwrap_up = {}\n\
             [queues.lines]\nrequires = {{ lines = 1 }}\npriority = 1\n\
             service_level = {{ within = {} }}\n\
             [queues.lines.ownership]\novertake = {}\n\
             [queues.lines.ownership.wait]\nbusy = {}\nwrap_up = {}\n",
            scaled(5_000),
            scaled(300_000),
            scaled(45_000),
            scaled(15_000),
            scaled(10_000),
            scaled(20_000),
            scaled(60_000),
            scaled(20_000),
            scaled(8_000),
        );
        let mut agents = "agent,skills,from_ms,to_ms\n".to_owned();
        let time = |ms: i64| ms * self.scale + self.shift;
        for n in 0..12 {
            let skills = ["bills=5", "bills=9;lines=2", "lines=7"][n % 3];
            let (from, to) = (time(n as i64 * 100_000), time(9_000_000));
            writeln!(agents, "a{n:02},{skills},{from},{to}").expect("text grows");
        }
        if self.extra_agent {
            let (from, to) = (time(0), time(9_000_000));
            writeln!(agents, "a99,juggling=10,{from},{to}").expect("text grows");
        }
        Centre {
            config,
            agents,
            arrivals: self.arrivals(),
        }
    }

    fn arrivals(&self) -> String {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let gap = Exp::new(1.0 / 9_000.0).expect("above 0");
        let service = Exp::new(1.0 / 90_000.0).expect("above 0");
        let mut text = "contact,at_ms,queue,customer,service_ms,patience_ms\n".to_owned();
        let mut at = 0;
        for n in 0..1_000 {
            at += gap.sample(&mut random) as i64;
            let queue = ["bills", "lines"][random.random_range(0..2)];
            let customer = (self.customer)(random.random_range(0..300));
            let service_ms = service.sample(&mut random) as i64 * self.scale;
            let patience_ms = random.random_range(10_000..400_000) * self.scale;
            let at = at * self.scale + self.shift;
            writeln!(
                text,
                "c{n},{at},{queue},{customer},{service_ms},{patience_ms}"
            )
            .expect("text grows");
        }
        text
    }
}

/// The columns of each row, by name.
fn columns(rows: &str, wanted: &[&str]) -> Vec<Vec<String>> {
    let mut lines = rows.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().expect("a header");
    let place = |name: &&str| header.iter().position(|h| h == name).expect("a column");
    let places: Vec<usize> = wanted.iter().map(place).collect();
    lines
        .map(|line| places.iter().map(|p| line[*p].to_owned()).collect())
        .collect()
}

const WHAT: [&str; 6] = ["contact", "outcome", "agent", "route", "owner", "offers"];

fn waits(rows: &str) -> Vec<i64> {
    columns(rows, &["wait_ms"])
        .into_iter()
        .map(|row| row[0].parse().unwrap_or(-1))
        .collect()
}

#[test]
fn same_input_same_bytes() {
    let centre = Day::default().centre();
    let (rows, mut summary) = centre.run();
    let (again, mut summary_again) = centre.run();
    assert_eq!(rows, again);
    (summary.wall_s, summary_again.wall_s) = (0.0, 0.0);
    let text = |summary| serde_json::to_string(summary).expect("plain data");
    assert_eq!(text(&summary), text(&summary_again));
    let outcomes = columns(&rows, &["outcome"]);
    let of = |word: &str| outcomes.iter().filter(|row| row[0] == word).count() as u64;
    assert_eq!(of("served"), summary.all.ends.served);
    assert_eq!(of("abandoned"), summary.all.ends.abandoned);
    assert!(
        of("abandoned") > 20,
        "the day is busy enough to tell something"
    );
    assert!(summary.all.owner_hits > 50);
}

#[test]
fn all_times_doubled_all_waits_doubled() {
    let (rows, one) = Day::default().centre().run();
    let doubled = Day {
        scale: 2,
        ..Day::default()
    };
    let (twice, two) = doubled.centre().run();
    assert_eq!(columns(&rows, &WHAT), columns(&twice, &WHAT));
    for (once, twice) in waits(&rows).into_iter().zip(waits(&twice)) {
        assert_eq!(twice, if once < 0 { once } else { 2 * once });
    }
    assert_eq!(2.0 * one.all.wait_ms.mean, two.all.wait_ms.mean);
    assert_eq!(one.queue_length_mean, two.queue_length_mean);
}

#[test]
fn all_times_moved_same_waits() {
    let (rows, _) = Day::default().centre().run();
    for shift in [1, 3_600_000, -10_000_000_000, 1_700_000_000_123] {
        let moved = Day {
            shift,
            ..Day::default()
        };
        let (there, _) = moved.centre().run();
        assert_eq!(columns(&rows, &WHAT), columns(&there, &WHAT));
        assert_eq!(waits(&rows), waits(&there));
    }
}

#[test]
fn an_agent_with_an_unused_skill_changes_nothing() {
    let (rows, _) = Day::default().centre().run();
    let more = Day {
        extra_agent: true,
        ..Day::default()
    };
    assert_eq!(rows, more.centre().run().0);
}

#[test]
fn customers_renamed_nothing_changes() {
    let (rows, _) = Day::default().centre().run();
    let renamed = Day {
        customer: |n| format!("tel:+46{}", 999_983 - 7 * n),
        ..Day::default()
    };
    assert_eq!(rows, renamed.centre().run().0);
}

#[test]
fn columns_in_any_order_and_gzip() {
    let centre = Day::default().centre();
    let (rows, _) = centre.run();
    let turned: Vec<String> = centre
        .arrivals
        .lines()
        .map(|line| line.split(',').rev().collect::<Vec<_>>().join(","))
        .collect();
    let other = Centre {
        arrivals: turned.join("\r\n"),
        ..centre
    };
    assert_eq!(rows, other.run().0);
}
