//! What a routing decision costs, in process, and that the cost does not grow with the centre.
//!
//! A round is the whole life of a contact: submit, offer, accept, end, and the agent free again.
//! Beside criterion's figures ratios of the same run are printed: by agents, by contacts that wait
//! for others, by contacts that wait for these agents, by owners, queues and skills.
//! `ROUTE_OWNERS=10000000` makes the owner path as large as a province (it needs some 10 GB of
//! memory; the default is 1,000,000).

mod centre;

use std::time::Duration;

use centre::{Centre, Size, nanoseconds};
use criterion::{Criterion, criterion_group, criterion_main};

/// Prints how the cost of a round grows with one thing.
fn growth(of: &str, by: &[usize], make: impl Fn(usize) -> Centre, round: fn(&mut Centre)) {
    let figures: Vec<f64> = by
        .iter()
        .map(|n| nanoseconds(&mut make(*n), round))
        .collect();
    let list: Vec<String> = by
        .iter()
        .zip(&figures)
        .map(|(n, ns)| format!("{n}: {ns:.0} ns"))
        .collect();
    let ratio = figures.last().unwrap_or(&0.0) / figures.first().unwrap_or(&1.0);
    println!(
        "life of a contact by {of}: {}; last/first = {ratio:.2}",
        list.join(", ")
    );
}

fn ratios(_: &mut Criterion) {
    growth(
        "agents",
        &[1_000, 10_000, 100_000],
        |n| Centre::new(Size::agents(n)),
        Centre::life_by_skill,
    );
    growth(
        "contacts waiting for others",
        &[10, 1_000, 100_000],
        |n| Centre::new(Size::agents(1_000)).with_waiting(n),
        Centre::life_by_skill,
    );
    growth(
        "contacts waiting for these agents",
        &[10, 1_000, 100_000],
        |n| Centre::new(Size::agents(1_000)).with_backlog(n),
        Centre::life_in_backlog,
    );
    growth(
        "queues",
        &[1, 100, 10_000],
        |queues| {
            Centre::new(Size {
                queues,
                ..Size::agents(1_000)
            })
        },
        Centre::life_by_skill,
    );
    growth(
        "skills",
        &[5, 50, 500],
        |skills| {
            Centre::new(Size {
                skills,
                ..Size::agents(10_000)
            })
        },
        Centre::life_by_skill,
    );
    growth(
        "owners",
        &[1_000, 100_000, 1_000_000],
        |n| Centre::new(Size::agents(10_000)).with_owners(n),
        Centre::life_by_owner,
    );
}

fn lives(criterion: &mut Criterion) {
    for agents in [1_000, 10_000, 100_000] {
        let mut centre = Centre::new(Size::agents(agents));
        criterion.bench_function(&format!("life by skill, {agents} agents"), |bench| {
            bench.iter(|| centre.life_by_skill());
        });
    }
    let owners = std::env::var("ROUTE_OWNERS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_000_000);
    let mut centre = Centre::new(Size::agents(10_000)).with_owners(owners);
    criterion.bench_function(&format!("life by owner, {owners} owners"), |bench| {
        bench.iter(|| centre.life_by_owner());
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(2));
    targets = ratios, lives
}
criterion_main!(benches);
