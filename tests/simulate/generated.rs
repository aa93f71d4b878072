//! Generated arrivals: the shipped models are valid, the seed decides, rates and shares hold.

use std::collections::BTreeMap;

use firsthand::generate::{Model, write_agents, write_arrivals};

use crate::centre::Centre;

fn arrivals(model: &Model, seed: u64) -> String {
    let mut out = Vec::new();
    write_arrivals(model, seed, &mut out).expect("memory takes all");
    String::from_utf8(out).expect("text")
}

fn agents(model: &Model, seed: u64) -> String {
    let mut out = Vec::new();
    write_agents(model, seed, &mut out).expect("memory takes all");
    String::from_utf8(out).expect("text")
}

#[test]
fn the_shipped_models_run() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/config/models");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("models are shipped") {
        let path = entry.expect("a file").path();
        let model = Model::load(&path).unwrap_or_else(|error| panic!("{error}"));
        let centre = Centre {
            config: String::new(),
            agents: agents(&model, 1),
            arrivals: arrivals(&model, 1),
        };
        let (_, summary) = centre.run();
        let all = &summary.all;
        assert!(
            all.ends.contacts > 1_000 && all.repeat_contacts > 100,
            "{path:?}"
        );
        assert!(
            all.ends.served > all.ends.contacts * 8 / 10,
            "{path:?}: {all:?}"
        );
        assert_eq!(all.ends.unserved, 0, "{path:?}");
        assert_eq!(arrivals(&model, 1), centre.arrivals);
        assert_ne!(arrivals(&model, 2), centre.arrivals);
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn rates_and_shares_are_kept() {
    let model = Model::parse(
        "days = 100\n[arrivals.a]\nqueue = \"q\"\nper_hour = 60\nknown = 1.0\n\
         talk = { law = \"gamma\", mean = \"100s\", cv = 0.5 }\n\
         patience = { law = \"empirical\", values = [\"1s\", \"3s\"], weights = [3, 1] }\n\
         repeat = { share = 0.25, after = { law = \"fixed\", value = \"1h\" } }\n\
         [[bursts]]\nday = 3\nfrom = \"10:00\"\nto = \"11:00\"\nfactor = 12\n",
    )
    .expect("a right model");
    let text = arrivals(&model, 5);
    let mut customers: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut n, mut talk, mut short, mut burst) = (0.0, 0.0, 0.0, 0.0);
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let at: i64 = cells[1].parse().expect("a time");
        let hour = at / 3_600_000;
        *customers.entry(cells[4]).or_default() += 1;
        n += 1.0;
        talk += cells[9].parse::<f64>().expect("a time");
        short += f64::from(cells[10] == "1000");
        burst += f64::from(hour == 2 * 24 + 10);
    }
    let near = |found: f64, right: f64, tolerance: f64| {
        assert!((found - right).abs() < tolerance, "{found}, not {right}");
    };
    // 60 an hour for 2,400 hours, and eleven hours' worth more in the burst.
    near(n, 144_660.0, 2_000.0);
    near(talk / n, 100_000.0, 1_000.0);
    near(short / n, 0.75, 0.01);
    near(burst, 720.0 * 0.75 + 60.0 * 0.25, 100.0);
    near(n / customers.len() as f64, 1.0 / 0.75, 0.02);
}

#[test]
fn a_wrong_model_is_named() {
    for (model, said) in [
        ("days = 0\narrivals = {}\n", "days = 0: give 1 to 3660"),
        (
            "days = 1\n[arrivals.a]\nqueue = \"q\"\nper_hour = 5\n\
             talk = { law = \"lognormal\", mean = \"1s\", cv = 0 }\n",
            "arrivals.a: talk: cv = 0 must be above 0",
        ),
        (
            "days = 1\n[arrivals.a]\nqueue = \"q\"\nper_hour = 5\n\
             talk = { law = \"fixed\", value = \"1s\" }\n\
             [[bursts]]\nday = 1\nfrom = \"10:00\"\nto = \"11:00\"\nfactor = 2\narrivals = [\"b\"]\n",
            "bursts: there are no arrivals \"b\"",
        ),
        (
            "days = 1\narrivals = {}\n[agents.a]\ncount = 1\nskills = { x = [5, 12] }\n\
             shifts = [{ from = \"08:00\", to = \"16:00\" }]\n",
            "agents.a: skills.x: give a level from 1 to 10, or [low, high]",
        ),
    ] {
        assert_eq!(Model::parse(model).expect_err("a fault"), said);
    }
    let unknown = Model::parse("days = 1\narrivals = {}\ncolour = 1\n").expect_err("a fault");
    assert!(unknown.contains("unknown field `colour`"), "{unknown}");
}
