//! Simulation compared with queueing theory: Erlang C, Erlang A, and the continuity of an owner who
//! is not waited for.
//!
//! Each figure is the mean of several seeds, with its tolerance beside it. Runs are short enough
//! for every build; docs/simulation.md has the same figures from millions of contacts.

use std::fmt::Write as _;
use std::io::Cursor;

use firsthand::config::Config;
use firsthand::simulate::{Summary, run_on};
use firsthand::table::Table;
use firsthand::trace::{AGENT_COLUMNS, ARRIVAL_COLUMNS, Roster};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp};

/// A plain centre: Poisson arrivals, exponential service and patience, equal agents.
#[derive(Clone, Copy)]
struct Centre {
    per_ms: f64,
    service_ms: f64,
    patience_ms: Option<f64>,
    agents: usize,
    owners: bool,
    contacts: usize,
}

fn arrivals(centre: &Centre, seed: u64) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let gap = Exp::new(centre.per_ms).expect("a rate above 0");
    let service = Exp::new(1.0 / centre.service_ms).expect("a time above 0");
    let mut text = String::from("contact,at_ms,queue,service_ms,patience_ms,owner\n");
    let mut at = 0.0;
    for n in 0..centre.contacts {
        at += gap.sample(&mut random);
        let service_ms = service.sample(&mut random).round();
        let patience = centre.patience_ms.map(|mean| {
            let patience = Exp::new(1.0 / mean).expect("a time above 0");
            patience.sample(&mut random).round().to_string()
        });
        let owner = if centre.owners {
            format!("a{:03}", random.random_range(0..centre.agents))
        } else {
            String::new()
        };
        let patience = patience.unwrap_or_default();
        let at = at.round();
        writeln!(text, "{n},{at},q,{service_ms},{patience},{owner}").expect("text grows");
    }
    text
}

fn simulate(centre: &Centre, config: &str, seed: u64) -> Summary {
    let (config, _) = Config::parse("test.toml", config.to_owned()).expect("a right config");
    let mut agents = String::from("agent,skills\n");
    for n in 0..centre.agents {
        writeln!(agents, "a{n:03},").expect("text grows");
    }
    let table = |name: &str, text: String, columns| {
        Table::read(name, Cursor::new(text.into_bytes()), columns).expect("a right table")
    };
    let roster = table("agents", agents, AGENT_COLUMNS);
    let roster = Roster::of_table(roster, Some(&config.tenant)).expect("right agents");
    let arrivals = table("arrivals", arrivals(centre, seed), ARRIVAL_COLUMNS);
    let report = run_on(&config, arrivals, &roster, None, seed).expect("a run");
    let summary = report.summary;
    assert!(summary.littles_law.error < 0.005, "Little's law");
    assert_eq!(summary.all.ends.contacts, centre.contacts as u64);
    summary
}

/// Means over seeds of the figures that `of` reads from each summary.
fn means<const N: usize>(
    centre: &Centre,
    config: &str,
    seeds: u64,
    of: impl Fn(&Summary) -> [f64; N],
) -> [f64; N] {
    let mut sums = [0.0; N];
    for seed in 1..=seeds {
        let found = of(&simulate(centre, config, seed));
        for (sum, found) in sums.iter_mut().zip(found) {
            *sum += found / seeds as f64;
        }
    }
    sums
}

fn assert_near(what: &str, found: f64, right: f64, tolerance: f64) {
    assert!(
        (found - right).abs() <= tolerance,
        "{what}: {found:.5}, in theory {right:.5} ± {tolerance}"
    );
}

/// 200 calls an hour of 180 s.
const TWO_HUNDRED_AN_HOUR: Centre = Centre {
    per_ms: 200.0 / 3_600_000.0,
    service_ms: 180_000.0,
    patience_ms: None,
    agents: 14,
    owners: false,
    contacts: 40_000,
};

#[test]
fn erlang_c_with_fourteen_agents() {
    let found = means(&TWO_HUNDRED_AN_HOUR, "", 3, |s| {
        let all = &s.all;
        let level = all.service_level.expect("contacts");
        [all.waited.expect("contacts"), all.wait_ms.mean / 1e3, level]
    });
    assert_near("P(wait)", found[0], 0.1741, 0.012);
    assert_near("mean wait, s", found[1], 7.84, 1.0);
    assert_near("within 20 s", found[2], 0.888, 0.01);
}

#[test]
fn erlang_c_with_thirteen_agents() {
    let centre = Centre {
        agents: 13,
        ..TWO_HUNDRED_AN_HOUR
    };
    let found = means(&centre, "", 3, |s| {
        let all = &s.all;
        let level = all.service_level.expect("contacts");
        [all.waited.expect("contacts"), all.wait_ms.mean / 1e3, level]
    });
    assert_near("P(wait)", found[0], 0.2853, 0.02);
    assert_near("mean wait, s", found[1], 17.1, 2.5);
    assert_near("within 20 s", found[2], 0.796, 0.018);
}

#[test]
fn erlang_a() {
    let centre = Centre {
        per_ms: 48.0 / 60_000.0,
        service_ms: 60_000.0,
        patience_ms: Some(120_000.0),
        agents: 50,
        owners: false,
        contacts: 50_000,
    };
    let found = means(&centre, "", 2, |s| {
        let abandoned = s.all.ends.abandoned as f64 / s.all.ends.contacts as f64;
        [abandoned, s.all.wait_all_ms.unwrap_or_default().mean / 1e3]
    });
    assert_near("abandoned", found[0], 0.031, 0.003);
    assert_near("mean wait of all, s", found[1], 3.7, 0.4);
}

#[test]
fn continuity_without_waiting_for_the_owner() {
    let centre = Centre {
        per_ms: 8.0 / 100_000.0,
        service_ms: 100_000.0,
        patience_ms: None,
        agents: 10,
        owners: true,
        contacts: 30_000,
    };
    let config = "[queues.q.ownership]\nown_first = false\n\
                  [queues.q.ownership.wait]\nbusy = \"0s\"\nwrap_up = \"0s\"\n";
    let found = means(&centre, config, 3, |s| {
        let all = &s.all;
        assert_eq!(
            all.repeat_contacts, all.ends.served,
            "every contact has an owner"
        );
        let continuity = all.continuity.expect("owners");
        [continuity, all.waited.expect("contacts"), all.wait_ms.mean]
    });
    // 1 − ρ + C(n, a) / n, with C(10, 8) = 0.40918 and a mean wait of C / (n − a) services.
    assert_near("continuity", found[0], 0.2409, 0.008);
    assert_near("P(wait)", found[1], 0.40918, 0.025);
    assert_near("mean wait, ms", found[2], 20_459.0, 3_000.0);
}
