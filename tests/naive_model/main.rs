//! The router against a simple model of its rules, given the same commands.
//!
//! Every seed draws a small call centre and its workload. After each command the router and the
//! model are compared in everything that the command can have touched; the invariants are checked
//! on the router alone. `SIM_SEED` is the first seed, `SIM_SEEDS` the number of seeds (256),
//! `SIM_STEPS` the commands of each (2,000); `SIM_TRACE=1` shows the last commands before a
//! difference.

#![expect(clippy::wildcard_enum_match_arm, reason = "tests look at one variant")]
#![allow(
    clippy::unwrap_in_result,
    clippy::too_many_lines,
    reason = "a test stops where its own machinery is wrong"
)]

mod answers;
mod compare;
mod invariants;
mod model;
mod pair;
mod regressions;
mod run;
mod scenarios;
mod workload;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use firsthand::router::codes::{Outcome, Route};
use model::Canary;
use run::{Plan, Tally, run};

const SEEDS: u64 = 256;
const STEPS: u64 = 2_000;

fn from_env(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => match text.parse() {
            Ok(number) => number,
            Err(_) => panic!("{name}={text:?} is not a number"),
        },
        Err(_) => default,
    }
}

/// Runs the seeds on all processors; the error is that of the lowest failing seed.
fn sweep(first: u64, seeds: u64, steps: u64, canary: Option<Canary>) -> Result<Tally, String> {
    let trace = std::env::var_os("SIM_TRACE").is_some();
    let next = AtomicU64::new(first);
    let failed: Mutex<Option<(u64, String)>> = Mutex::new(None);
    let total = Mutex::new(Tally::default());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let over = failed.lock().expect("no panic inside").is_some();
                    if seed >= first + seeds || over {
                        return;
                    }
                    let plan = Plan {
                        seed,
                        steps,
                        trace,
                        canary,
                    };
                    match run(&plan) {
                        Ok(tally) => total.lock().expect("no panic inside").add(tally),
                        Err(report) => {
                            let mut failed = failed.lock().expect("no panic inside");
                            if failed.as_ref().is_none_or(|(other, _)| seed < *other) {
                                *failed = Some((seed, report));
                            }
                        }
                    }
                }
            });
        }
    });
    match failed.into_inner().expect("no panic inside") {
        Some((_, report)) => Err(report),
        None => Ok(total.into_inner().expect("no panic inside")),
    }
}

#[test]
fn the_router_does_what_the_model_says() {
    let first = from_env("SIM_SEED", 0);
    let seeds = from_env("SIM_SEEDS", SEEDS);
    let steps = from_env("SIM_STEPS", STEPS);
    match sweep(first, seeds, steps, None) {
        Ok(tally) => {
            eprintln!("{seeds} seeds from {first}: {tally:#?}");
            if seeds * steps >= SEEDS * STEPS {
                everything_happened(&tally);
            }
        }
        Err(report) => panic!("{report}"),
    }
}

/// A workload in which something never happens does not test it.
fn everything_happened(tally: &Tally) {
    let routes = Route::ALL.iter().map(|route| format!("route {route}"));
    let outcomes = Outcome::ALL.iter().map(|word| format!("outcome {word}"));
    let kinds = ["not_found", "conflict", "invalid", "limit"];
    let refusals = kinds.iter().map(|kind| format!("refused {kind}"));
    for word in routes.chain(outcomes).chain(refusals) {
        assert!(tally.seen.contains_key(&word), "{word} never happened");
    }
}

/// The comparison detects each deliberate fault of the model, so it can fail.
#[test]
fn a_wrong_model_is_found_out() {
    for canary in [
        Canary::LongestIdleReversed,
        Canary::OwnerForgotten,
        Canary::NoRetryDelay,
    ] {
        let found = sweep(0, 16, 500, Some(canary));
        assert!(found.is_err(), "{canary:?} went unnoticed");
    }
}
