//! Measurements over sockets: submissions beside Redis, durable acknowledgements, and the whole
//! life of a contact.

use std::path::Path;
use std::time::{Duration, Instant};

use firsthand::bench::{self, Cost, Goal, Mix, Options, Pace, Pool, Report, Tally, Usage};
use firsthand::client::{Address, Connection};
use serde_json::json;

use super::disk::Probe;
use super::redis::Set;
use super::servers::{self, Server};
use super::table::{Table, figure, median};

const CONNECTIONS: usize = 50;
/// Processor time of Asterisk 22 `app_queue` for one routed call, with 10 to 100 members and nobody
/// waiting, on this kind of machine. A constant because Debian 12 has no Asterisk package.
const APP_QUEUE_US: f64 = 2_500.0;

/// One server in one round.
struct Side {
    per_second: f64,
    us_per_request: f64,
}

/// Submissions beside SET, in memory and durable.
pub fn measure(folder: &Path, scale: f64, rounds: usize, table: &mut Table) {
    const CPU: &str = "processor time of a submission beside Redis SET";
    const RATE: &str = "durable submissions a second beside Redis appendfsync always";
    if !servers::has_redis() {
        let why = "redis-server is not installed: run benches/side_by_side/run";
        table.not_measured(CPU, CPU, (0.75, "×"), why);
        table.not_measured(RATE, RATE, (2.0, "×"), why);
        return;
    }
    for (depth, requests, goal) in [(1, 100e3, 0.75), (16, 400e3, 0.75), (64, 400e3, 0.6)] {
        let (redis, ours) = turns(folder, false, depth, requests * scale, rounds);
        let ratio = ratios(&redis, &ours, |side| side.us_per_request);
        table.at_most(
            CPU,
            format!("server CPU per submission ÷ Redis SET, {CONNECTIONS} TCP connections, depth {depth}"),
            (goal, "×"),
            ratio,
            format!(
                "{} µs against {} µs; {} and {} requests/s",
                figure(middle(&ours, |side| side.us_per_request)),
                figure(middle(&redis, |side| side.us_per_request)),
                figure(middle(&ours, |side| side.per_second)),
                figure(middle(&redis, |side| side.per_second)),
            ),
        );
    }
    for (depth, requests, goal) in [(1, 60e3, 2.0), (16, 300e3, 1.5), (64, 400e3, 1.5)] {
        let (redis, ours) = turns(folder, true, depth, requests * scale, rounds);
        let ratio = ratios(&redis, &ours, |side| side.per_second);
        table.at_least(
            RATE,
            format!("durable submissions/s ÷ Redis appendfsync always, {CONNECTIONS} connections, depth {depth}"),
            (goal, "×"),
            ratio,
            format!(
                "{} against {} a second",
                figure(middle(&ours, |side| side.per_second)),
                figure(middle(&redis, |side| side.per_second)),
            ),
        );
    }
}

/// Rounds of both servers, each with fresh processes, in alternating order.
fn turns(
    folder: &Path,
    durable: bool,
    depth: usize,
    requests: f64,
    rounds: usize,
) -> (Vec<Side>, Vec<Side>) {
    let requests = requests as u64;
    let (mut redis, mut ours) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        for turn in 0..2 {
            if (round + turn) % 2 == 0 {
                redis.push(set(folder, durable, depth, requests));
            } else {
                ours.push(submit(folder, durable, depth, requests));
            }
        }
    }
    (redis, ours)
}

fn ratios(redis: &[Side], ours: &[Side], of: fn(&Side) -> f64) -> f64 {
    let pairs = redis.iter().zip(ours);
    median(pairs.map(|(redis, ours)| of(ours) / of(redis)).collect())
}

fn middle(sides: &[Side], of: fn(&Side) -> f64) -> f64 {
    median(sides.iter().map(of).collect())
}

fn set(folder: &Path, durable: bool, depth: usize, requests: u64) -> Side {
    let server = servers::redis(folder, durable);
    let talks = (0..CONNECTIONS).map(Set::new).collect();
    let mut pool = Pool::open(&server.address, talks).expect("it listens");
    let warm = Goal::Count(requests / 10);
    pool.run(depth, Pace::Closed, warm).expect("it answers");
    let usage = Usage::of(Some(server.pid()));
    let tally = pool
        .run(depth, Pace::Closed, Goal::Count(requests))
        .expect("it answers");
    let cost = usage.until_now().expect("its processor time");
    assert_eq!(tally.refused, 0, "{:?}", tally.first_refusal);
    side(&tally, cost)
}

fn side(tally: &Tally, cost: Cost) -> Side {
    Side {
        per_second: tally.answered as f64 / tally.took.as_secs_f64(),
        us_per_request: cost.seconds() * 1e6 / tally.answered as f64,
    }
}

fn submit(folder: &Path, durable: bool, depth: usize, requests: u64) -> Side {
    let server = servers::ours(folder, if durable { "fsync" } else { "none" });
    let options = Options {
        depth,
        goal: Goal::Count(requests),
        warm_up: Duration::from_millis(100),
        ..options(&server, Mix::Submit)
    };
    let report = run(&options);
    Side {
        per_second: report.per_second,
        us_per_request: report.server_us_per_request.expect("its processor time"),
    }
}

pub fn options(server: &Server, mix: Mix) -> Options {
    Options {
        address: server.address.clone(),
        token: None,
        tenant: None,
        mix,
        connections: CONNECTIONS,
        depth: 1,
        goal: Goal::Span(Duration::from_secs(3)),
        pace: Pace::Closed,
        warm_up: Duration::from_millis(200),
        customers: 100_000,
        queue: (mix == Mix::Submit).then(|| "nobody".to_owned()),
        pid: Some(server.pid()),
        stamp: "0".to_owned(),
    }
}

pub fn run(options: &Options) -> Report {
    let report = bench::run(options).expect("the daemon answers");
    assert!(report.is_sound(), "{report}");
    report
}

/// How much later than a bare sync a durable submission is acknowledged under little load; the disk
/// is probed at the same pace before and after.
pub fn acknowledgement(folder: &Path, table: &mut Table) {
    const PER_SECOND: f64 = 200.0;
    const SPAN: Duration = Duration::from_secs(4);
    let mut probe = Probe::new(folder);
    let mut syncs = Vec::new();
    let mut pace = |syncs: &mut Vec<f64>| {
        let until = Instant::now() + SPAN / 2;
        while Instant::now() < until {
            syncs.push(probe.sync().as_secs_f64() * 1e6);
            std::thread::sleep(Duration::from_secs_f64(1.0 / PER_SECOND));
        }
    };
    pace(&mut syncs);
    let server = servers::ours(folder, "fsync");
    let report = run(&Options {
        connections: 1,
        depth: 16,
        pace: Pace::Open(PER_SECOND),
        goal: Goal::Span(SPAN),
        ..options(&server, Mix::Submit)
    });
    pace(&mut syncs);
    let sync = median(syncs);
    table.at_most(
        "acknowledgement",
        "durable acknowledgement under light load, p50 ÷ p50 of one sync of the same disk",
        (2.5, "×"),
        report.latency_us.p50 / sync,
        format!(
            "{} µs (p99 {} µs) against {} µs, at {PER_SECOND} a second",
            figure(report.latency_us.p50),
            figure(report.latency_us.p99),
            figure(sync)
        ),
    );
}

/// The whole life of a contact compared with `app_queue`, and how long a freed agent waits.
pub fn contacts(folder: &Path, table: &mut Table) {
    let server = servers::ours(folder, "fsync");
    let report = run(&Options {
        depth: 4,
        ..options(&server, Mix::Life)
    });
    let lives = report.lives.expect("a mix with lives").ended as f64;
    let cost = report.server.expect("its processor time").seconds() * 1e6 / lives;
    table.at_least(
        "app_queue",
        "processor time of app_queue for one routed contact ÷ ours, durable, sockets and all",
        (100.0, "×"),
        APP_QUEUE_US / cost,
        format!(
            "{} µs for submit, accept and end; app_queue's {} µs were measured apart on this kind \
             of machine, Debian 12 has no Asterisk to run beside",
            figure(cost),
            figure(APP_QUEUE_US)
        ),
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let gaps = runtime.block_on(idle_gaps(&servers::socket(&server)));
    table.at_most(
        "app_queue",
        "from the end of a conversation to the next offer at the agent's side, p50, durable",
        (1_000.0, "µs"),
        median(gaps),
        "the platform sends contact.end and receives contact.offered for the next contact",
    );
}

/// Microseconds from sending the end of one contact until the offer of the next has arrived.
async fn idle_gaps(address: &Address) -> Vec<f64> {
    const CONTACTS: usize = 300;
    let mut line = Connection::open(address).await.expect("it listens");
    line.call(
        "session.open",
        &json!({"client": "gap", "events": ["contact.offered"]}),
    )
    .await
    .expect("a session");
    for (method, params) in [
        (
            "agent.set",
            json!({"agent": "gap", "skills": {"gap": 5}, "wrap_up_ms": 0}),
        ),
        (
            "agent.presence",
            json!({"agent": "gap", "presence": "available"}),
        ),
    ] {
        line.call(method, &params).await.expect("an agent");
    }
    for n in 0..CONTACTS {
        let contact = json!({"contact": format!("gap-{n}"), "requires": {"gap": 1}});
        line.call("contact.submit", &contact).await.expect("room");
    }
    let mut gaps = Vec::new();
    line.next_event().await.expect("the first offer");
    for n in 1..CONTACTS {
        let talking = format!("gap-{}", n - 1);
        line.call("offer.accept", &json!({"contact": talking, "agent": "gap"}))
            .await
            .expect("its offer");
        let began = Instant::now();
        line.send(
            "contact.end",
            &json!({"contact": talking, "outcome": "open"}),
        );
        line.next_event().await.expect("the next offer");
        gaps.push(began.elapsed().as_secs_f64() * 1e6);
    }
    gaps
}
