//! Simulation speed: contacts per second on one core, arrivals read as CSV, in a plain queue and in
//! one where every contact has an owner to wait for.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Cursor;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use firsthand::config::Config;
use firsthand::simulate::run_on;
use firsthand::table::{Columns, Table};
use firsthand::trace::{AGENT_COLUMNS, ARRIVAL_COLUMNS, Roster};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp};

// As in the daemon.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONTACTS: u64 = 100_000;

fn arrivals(agents: usize, owned: bool) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let service = Exp::new(1.0 / 180_000.0).expect("above 0");
    let gap = Exp::new(0.8 * agents as f64 / 180_000.0).expect("above 0");
    let mut text = String::from("contact,at_ms,queue,service_ms,owner\n");
    let mut at = 0.0;
    for n in 0..CONTACTS {
        at += gap.sample(&mut random);
        let service_ms = service.sample(&mut random) as i64;
        write!(text, "c{n},{},q,{service_ms},", at as i64).expect("text grows");
        if owned {
            let owner = random.random_range(0..agents);
            write!(text, "a{owner:04}").expect("text grows");
        }
        text.push('\n');
    }
    text
}

fn table(name: &str, text: String, columns: Columns) -> Table {
    Table::read(name, Cursor::new(text.into_bytes()), columns).expect("a right table")
}

fn queues(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("simulate");
    group
        .throughput(Throughput::Elements(CONTACTS))
        .sample_size(10);
    let config = Config::default();
    for (name, owned) in [("plain", false), ("owners", true)] {
        for agents in [14, 100, 1_000] {
            let arrivals = arrivals(agents, owned);
            let mut rows = String::from("agent,skills\n");
            for n in 0..agents {
                writeln!(rows, "a{n:04},").expect("text grows");
            }
            let roster = table("agents", rows, AGENT_COLUMNS);
            let roster = Roster::of_table(roster, Some(&config.tenant)).expect("right agents");
            group.bench_function(format!("{name}, {agents} agents"), |bench| {
                bench.iter(|| {
                    let arrivals = table("arrivals", arrivals.clone(), ARRIVAL_COLUMNS);
                    black_box(run_on(&config, arrivals, &roster, None, 1).expect("a run"))
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, queues);
criterion_main!(benches);
