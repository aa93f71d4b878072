//! Measurements without sockets: the router, its growth, its memory, and simulation.

use std::hint::black_box;
use std::time::Instant;

use firsthand::router::ahead::AHEAD;
use firsthand::router::command::Command;
use firsthand::router::ids::Name;

use super::centre::growth::GROWTHS;
use super::centre::{Centre, Size, nanoseconds, processor_time};
use super::table::{Table, figure};

/// Rounds for one figure.
const ROUNDS: usize = 20_000;
/// Tries for each figure; the smallest counts, because the machine may be busy otherwise.
const TRIES: usize = 5;

const DECISION: &str = "decision";
/// Rows about how a cost grows.
pub const GROWTH: &str = "growth";
const MEMORY: &str = "memory";
/// The part that [`print_directory`] is.
pub const DIRECTORY: &str = "directory";
const SIMULATION: &str = "simulation";

pub fn measure(owners: usize, table: &mut Table) {
    let mut centre = records(owners, table);
    decisions(&mut centre, owners, table);
    drop(centre);
    directory(owners, table);
    growth(table);
    simulation(table);
}

/// Memory of the records alone.
pub fn memory(owners: usize, table: &mut Table) {
    drop(records(owners, table));
    directory(owners, table);
}

/// A centre with this many owners, and their memory.
fn records(owners: usize, table: &mut Table) -> Centre {
    let before = resident();
    let mut centre = Centre::new(Size::agents(100_000));
    let agents = resident();
    centre = centre.with_owners(owners);
    let bytes = (resident() - agents) as f64 / owners as f64;
    table.at_most(
        MEMORY,
        format!("memory of an ownership record with its case and customer, all in, at {owners}"),
        (160.0, "bytes"),
        bytes,
        format!(
            "growth of the process by {owners} open cases of as many customers; 100,000 agents \
             take {} bytes each",
            figure((agents - before) as f64 / 100_000.0)
        ),
    );
    centre
}

/// Memory of a customer without a case, measured in a new process, because this one would reuse
/// freed memory.
fn directory(customers: usize, table: &mut Table) {
    let this = std::env::current_exe().expect("this program has a path");
    let output = std::process::Command::new(this)
        .args(["--parts", DIRECTORY, "--owners-inside"])
        .arg(customers.to_string())
        .output()
        .expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    table.at_most(
        MEMORY,
        format!("memory of the directory alone, at {customers} customers"),
        (64.0, "bytes"),
        text.trim().parse().expect("a number of bytes"),
        "growth of a process by as many customers without a case: record, name and number",
    );
}

/// Prints the bytes per customer.
pub fn print_directory(customers: usize) {
    let mut centre = Centre::new(Size::agents(1));
    let before = resident();
    for n in 0..customers {
        centre.know_customer(n);
    }
    println!("{}", (resident() - before) as f64 / customers as f64);
}

/// Nanoseconds of a decision in batches, with and without reading ahead, in turns.
fn batches(centre: &mut Centre) -> (f64, f64) {
    const BATCHES: usize = 2 * ROUNDS / AHEAD;
    let mut least = [f64::MAX; 2];
    for _ in 0..TRIES {
        let mut times = [Vec::new(), Vec::new()];
        for round in 0..BATCHES {
            let commands: Vec<Command> = (0..AHEAD).map(|n| some_submission(centre, n)).collect();
            let contacts: Vec<Name> = commands.iter().map(super::centre::contact_of).collect();
            let mut answers = Vec::with_capacity(AHEAD);
            let began = Instant::now();
            if round % 2 == 0 {
                centre.router.book().look_ahead(commands.iter());
            }
            for command in commands {
                answers.push(centre.apply(black_box(command)));
            }
            times[round % 2].push(began.elapsed().as_nanos() as f64 / AHEAD as f64);
            for (contact, answer) in contacts.into_iter().zip(&answers) {
                centre.finish(contact, answer);
            }
        }
        for (times, least) in times.iter_mut().zip(&mut least) {
            times.sort_by(f64::total_cmp);
            let kept = &times[..times.len() * 995 / 1_000];
            *least = least.min(kept.iter().sum::<f64>() / kept.len() as f64);
        }
    }
    (least[0], least[1])
}

/// A submission by skill or, every second, of an owner's customer.
fn some_submission(centre: &mut Centre, round: usize) -> Command {
    if round.is_multiple_of(2) {
        let requires = centre.some_skill();
        centre.submission(None, requires)
    } else {
        let customer = centre.some_customer();
        centre.submission(Some(customer), Default::default())
    }
}

/// Single decisions, each with its own clock reading, and whole lives.
fn decisions(centre: &mut Centre, owners: usize, table: &mut Table) {
    let (mut means, mut tails) = (Vec::new(), Vec::new());
    for _ in 0..TRIES {
        let mut times = Vec::with_capacity(ROUNDS);
        for round in 0..ROUNDS {
            let command = some_submission(centre, round);
            let contact = super::centre::contact_of(&command);
            let began = Instant::now();
            let answer = centre.apply(black_box(command));
            times.push(began.elapsed().as_nanos() as f64);
            centre.finish(contact, &answer);
        }
        times.sort_by(f64::total_cmp);
        // The slowest are left out of the mean: the machine was busy otherwise.
        let kept = &times[..ROUNDS * 995 / 1_000];
        means.push(kept.iter().sum::<f64>() / kept.len() as f64);
        tails.push(times[ROUNDS * 99 / 100]);
    }
    let least = |values: &[f64]| values.iter().copied().fold(f64::MAX, f64::min);
    let what = format!("100,000 agents, {owners} owners");
    let note = "submission to offer with case, timers, counts, explanation and events, one at a \
                time, half by skill and half by owner";
    table.at_most(
        DECISION,
        format!("routing decision in process, {what}, one at a time, mean"),
        (700.0, "ns"),
        least(&means),
        note,
    );
    table.at_most(
        DECISION,
        format!("routing decision in process, {what}, p99"),
        (1_000.0, "ns"),
        least(&tails),
        note,
    );
    let (ahead, plain) = batches(centre);
    table.at_most(
        DECISION,
        format!("routing decision in process, {what}, in batches of {AHEAD}, mean"),
        (250.0, "ns"),
        ahead,
        format!(
            "the same submissions, {AHEAD} read ahead together and then carried out one after \
             another; without reading ahead {} ns",
            figure(plain)
        ),
    );
    let life = nanoseconds(centre, Centre::life_by_skill);
    table.at_most(
        DECISION,
        format!("whole life of a contact in process (submit, accept, end, agent free), {what}"),
        (1_000.0, "ns"),
        life,
        format!(
            "by skill; of an owner's customer {} ns",
            figure(nanoseconds(centre, Centre::life_by_owner))
        ),
    );
}

fn growth(table: &mut Table) {
    for growth in GROWTHS {
        let (what, by) = (growth.of, growth.by);
        let figures = growth.measure();
        let list: Vec<String> = by
            .iter()
            .zip(&figures)
            .map(|(n, ns)| format!("{n}: {} ns", figure(*ns)))
            .collect();
        table.curve(what, by.into_iter().zip(figures.iter().copied()).collect());
        table.at_most(
            GROWTH,
            format!(
                "cost of a contact's life from {} to {} {what}",
                by[0],
                by[by.len() - 1]
            ),
            (2.0, "×"),
            figures[figures.len() - 1] / figures[0],
            list.join(", "),
        );
    }
}

/// Contacts simulated per second on one core, in a plain queue.
fn simulation(table: &mut Table) {
    use firsthand::config::Config;
    use firsthand::simulate::run_on;
    use firsthand::table::Table as Rows;
    use firsthand::trace::{AGENT_COLUMNS, ARRIVAL_COLUMNS, Roster};

    const CONTACTS: usize = 200_000;
    const AGENTS: usize = 100;
    let config = Config::default();
    let rows = |name, text: String, columns| {
        let text = std::io::Cursor::new(text.into_bytes());
        Rows::read(name, text, columns).expect("a right table")
    };
    let agents: String = (0..AGENTS).map(|n| format!("a{n:04},\n")).collect();
    let roster = rows("agents", format!("agent,skills\n{agents}"), AGENT_COLUMNS);
    let roster = Roster::of_table(roster, Some(&config.tenant)).expect("right agents");
    let mut arrivals = String::from("contact,at_ms,queue,service_ms\n");
    for n in 0..CONTACTS {
        // Two thousand milliseconds of service for a hundred agents at 80 percent.
        arrivals.push_str(&format!("c{n},{},q,{}\n", n * 25, 500 + n * 7_919 % 3_000));
    }
    let mut least = f64::MAX;
    for _ in 0..3 {
        let arrivals = rows("arrivals", arrivals.clone(), ARRIVAL_COLUMNS);
        let began = processor_time();
        black_box(run_on(&config, arrivals, &roster, None, 1).expect("a run"));
        least = least.min((processor_time() - began).as_secs_f64());
    }
    table.at_least(
        SIMULATION,
        "simulated contacts a second on one core",
        (1e6, "/s"),
        CONTACTS as f64 / least,
        "processor time of the run; one plain queue, 100 agents, 80 % load",
    );
}

/// Bytes of this process in memory.
pub fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel says it");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .expect("a process has memory");
    let kibibytes = line.trim().trim_end_matches(" kB").trim();
    kibibytes.parse::<usize>().expect("a number") * 1_024
}
