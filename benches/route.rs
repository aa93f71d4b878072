//! The cost of a routing decision in process, and that it does not grow with the centre.
//!
//! A round is the whole life of a contact: submit, offer, accept, end, and the agent free again.
//! Ratios of the same run are printed beside criterion's figures: by agents, by contacts waiting
//! for other agents and for these, by owners, queues and skills. `ROUTE_OWNERS=10000000` makes the
//! owner path as large as a province (some 2 GB of memory; the default is 1,000,000).

mod centre;

use std::time::Duration;

use centre::growth::GROWTHS;
use centre::{Centre, Size};
use criterion::{Criterion, criterion_group, criterion_main};

// As in the daemon.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Prints how the cost of a round grows with one thing at a time.
fn ratios(_: &mut Criterion) {
    for growth in GROWTHS {
        let figures = growth.measure();
        let list: Vec<String> = growth
            .by
            .iter()
            .zip(&figures)
            .map(|(n, ns)| format!("{n}: {ns:.0} ns"))
            .collect();
        println!(
            "life of a contact by {}: {}; last/first = {:.2}",
            growth.of,
            list.join(", "),
            figures[figures.len() - 1] / figures[0]
        );
    }
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
