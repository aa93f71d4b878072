//! The simulation and the oracle agree, contact by contact, on random small centres.

use std::fmt::Write as _;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::centre::Centre;
use crate::oracle::{Agent, Arrival, Center, Oracle, Policy, Row, Skill, assert_sorted};

const SKILLS: [&str; 3] = ["bills", "lines", "zh"];
const TEAMS: [&str; 2] = ["north", "south"];

fn skills(random: &mut ChaCha8Rng, chance: f64) -> Vec<Skill> {
    (0..SKILLS.len())
        .filter_map(|skill| {
            let level = random.random_range(1..=10);
            random.random_bool(chance).then_some((skill, level))
        })
        .collect()
}

/// A multiple of a step, so that many times are equal.
fn time(random: &mut ChaCha8Rng, max: i64) -> i64 {
    random.random_range(0..=max) * 1_000
}

fn policy(random: &mut ChaCha8Rng, plain: bool) -> Policy {
    let rare = |random: &mut ChaCha8Rng| !plain && random.random_bool(0.25);
    let wait = |random: &mut ChaCha8Rng| {
        if random.random_bool(0.4) {
            0
        } else {
            time(random, 12)
        }
    };
    Policy {
        requires: skills(random, 0.2)
            .into_iter()
            .map(|(s, l)| (s, l.min(3)))
            .collect(),
        priority: i64::from(rare(random)),
        wrap_up: if rare(random) { time(random, 6) } else { 0 },
        max_wait: rare(random).then(|| time(random, 20) + 1_000),
        max_waiting: rare(random).then(|| random.random_range(0..4)),
        max_in_system: rare(random).then(|| random.random_range(1..8)),
        follows_owner: random.random_bool(0.85),
        wait_busy: wait(random),
        wait_wrap_up: wait(random),
        wait_offline: if rare(random) { wait(random) } else { 0 },
        own_first: random.random_bool(0.6),
        overtake: random.random_bool(0.6).then(|| time(random, 15)),
        skill_check: random.random_bool(0.3),
        last_handler: random.random_bool(0.2),
        yields: random.random_bool(0.4),
    }
}

fn agents(random: &mut ChaCha8Rng) -> Vec<Agent> {
    let count = random.random_range(1..=5);
    (0..count)
        .map(|n| {
            let mut shifts = Vec::new();
            let mut from = time(random, 10);
            for _ in 0..random.random_range(1..=3) {
                let to = from + 1_000 + time(random, 120);
                shifts.push((from, to));
                from = to + 1_000 + time(random, 20);
            }
            let deputy = random.random_range(0..count);
            let has_deputy = random.random_bool(0.3) && deputy != n;
            let team = random.random_range(0..TEAMS.len());
            Agent {
                id: format!("a{n}"),
                skills: skills(random, 0.8),
                team: random.random_bool(0.4).then_some(team),
                deputy: has_deputy.then_some(deputy),
                shifts,
            }
        })
        .collect()
}

fn center(seed: u64) -> Center {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let agents = agents(&mut random);
    let plain = random.random_bool(0.3);
    let policies = vec![policy(&mut random, plain), policy(&mut random, plain)];
    let mut arrivals = Vec::new();
    let mut at = time(&mut random, 5);
    for _ in 0..random.random_range(5..60) {
        at += time(&mut random, 5);
        let owner = random.random_range(0..agents.len());
        let requires = skills(&mut random, 0.1);
        let of_customer = random.random_bool(0.7);
        let customer = of_customer.then(|| random.random_range(0..6));
        let own_case = customer.is_none() && random.random_bool(0.4);
        arrivals.push(Arrival {
            at,
            queue: random.random_range(0..policies.len()),
            customer,
            owner: own_case.then_some(owner),
            priority: i64::from(random.random_bool(0.1)),
            requires: requires.into_iter().map(|(s, l)| (s, l.min(4))).collect(),
            service: time(&mut random, 20),
            patience: random.random_bool(0.5).then(|| time(&mut random, 30)),
            wrap_up: random.random_bool(0.2).then(|| time(&mut random, 5)),
        });
    }
    Center {
        policies,
        agents,
        arrivals,
    }
}

fn list(skills: &[Skill], sign: &str) -> String {
    let parts: Vec<String> = skills
        .iter()
        .map(|(skill, level)| format!("{}{sign}{level}", SKILLS[*skill]))
        .collect();
    parts.join(";")
}

fn written(center: &Center) -> Centre {
    let mut files = Centre::default();
    for (n, policy) in center.policies.iter().enumerate() {
        let limit =
            |limit: Option<i64>| limit.map_or("\"off\"".to_owned(), |ms| format!("\"{ms}ms\""));
        let count =
            |limit: Option<usize>| limit.map_or("\"off\"".to_owned(), |limit| limit.to_string());
        let requires: Vec<String> = policy
            .requires
            .iter()
            .map(|(skill, level)| format!("{} = {level}", SKILLS[*skill]))
            .collect();
        write!(
            files.config,
            "[queues.q{n}]\nrequires = {{ {} }}\npriority = {}\nwrap_up = \"{}ms\"\n\
             max_wait = {}\nmax_waiting = {}\nmax_in_system = {}\n\
             [queues.q{n}.ownership]\nmode = \"{}\"\nown_first = {}\novertake = {}\n\
             owner_skill_check = {}\nkey = \"{}\"\nhold = \"{}\"\n\
             [queues.q{n}.ownership.wait]\nbusy = \"{}ms\"\nwrap_up = \"{}ms\"\n\
             offline = \"{}ms\"\n",
            requires.join(", "),
            policy.priority,
            policy.wrap_up,
            limit(policy.max_wait),
            count(policy.max_waiting),
            count(policy.max_in_system),
            if policy.follows_owner {
                "prefer"
            } else {
                "off"
            },
            policy.own_first,
            limit(policy.overtake),
            policy.skill_check,
            if policy.last_handler { "last" } else { "first" },
            if policy.yields {
                "while_busy"
            } else {
                "always"
            },
            policy.wait_busy,
            policy.wait_wrap_up,
            policy.wait_offline,
        )
        .expect("text grows");
    }
    files.agents = "agent,skills,team,deputy,from_ms,to_ms\n".to_owned();
    for agent in &center.agents {
        for (from, to) in &agent.shifts {
            let team = agent.team.map_or("", |team| TEAMS[team]);
            let deputy = agent.deputy.map_or("", |d| &center.agents[d].id);
            let skills = list(&agent.skills, "=");
            let id = &agent.id;
            writeln!(files.agents, "{id},{skills},{team},{deputy},{from},{to}").expect("grows");
        }
    }
    let header = "contact,queue,at_ms,customer,owner,priority,requires,service_ms,patience_ms,\
                  wrap_up_ms\n";
    files.arrivals = header.to_owned();
    for (n, arrival) in center.arrivals.iter().enumerate() {
        let number = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
        writeln!(
            files.arrivals,
            "c{n},q{},{},{},{},{},{},{},{},{}",
            arrival.queue,
            arrival.at,
            arrival.customer.map_or(String::new(), |c| format!("k{c}")),
            arrival.owner.map_or("", |owner| &center.agents[owner].id),
            arrival.priority,
            list(&arrival.requires, ">="),
            arrival.service,
            number(arrival.patience),
            number(arrival.wrap_up),
        )
        .expect("text grows");
    }
    files
}

/// The rows of the oracle, in the format of the simulation.
fn expected(center: &Center, rows: &[Row]) -> String {
    let mut text =
        "contact,outcome,agent,route,owner,queued_ms,connected_ms,ended_ms,wait_ms,offers\n"
            .to_owned();
    for (n, row) in rows.iter().enumerate() {
        let name = |a: Option<usize>| a.map_or("", |a| center.agents[a].id.as_str());
        let number = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
        writeln!(
            text,
            "c{n},{},{},{},{},{},{},{},{},{}",
            row.outcome,
            name(row.agent),
            row.route,
            name(row.owner),
            center.arrivals[n].at,
            number(row.connected),
            number(row.ended),
            number(row.wait),
            row.offers,
        )
        .expect("text grows");
    }
    text
}

#[test]
fn contact_by_contact() {
    let seeds = std::env::var("SEEDS").map_or(400, |seeds| seeds.parse().expect("a number"));
    let from = std::env::var("FROM").map_or(0, |seeds| seeds.parse().expect("a number"));
    for seed in from..seeds {
        let center = center(seed);
        assert_sorted(&center);
        let files = written(&center);
        let (rows, _) = files.run();
        let right = expected(&center, &Oracle::run(&center));
        if rows != right {
            let first = rows.lines().zip(right.lines()).find(|(a, b)| a != b);
            eprintln!("FOUND\n{rows}RIGHT\n{right}");
            panic!("seed {seed}: simulated and expected differ first at {first:?}\n{files:#?}");
        }
    }
}
