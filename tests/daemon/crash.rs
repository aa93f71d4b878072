//! `kill -9` at random moments: nothing acknowledged is lost.
//!
//! Clients record every acknowledgement; the daemon is killed while they work; after the next start
//! everything acknowledged must be there, waiting contacts in their place with their time of
//! joining, owners unchanged. `CRASH_ROUNDS` sets the number of rounds, `CRASH_SEED` repeats a run.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::support::{Client, Daemon, Place};

const ROUNDS: u64 = 20;
const CLIENTS: usize = 3;

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Everything acknowledged.
#[derive(Default)]
struct Known {
    /// Waiting contacts with their time of joining, in the order of submission by client.
    waiting: BTreeMap<String, i64>,
    /// Contacts acknowledged as ended.
    ended: Vec<String>,
    /// The owner of each case.
    owners: BTreeMap<String, String>,
    /// Notes acknowledged by case.
    notes: BTreeMap<String, u64>,
}

/// A contact whose name was forgotten in the very millisecond of a refused command.
#[test]
fn a_name_that_comes_again_beside_a_refusal_is_kept() {
    let place = Place::new("");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call("settings.set", json!({"keep_ended_ms": 300}));
    for n in 0..20 {
        let contact = format!("x{n}");
        client.call("contact.submit", json!({"contact": contact}));
        client.call(
            "contact.cancel",
            json!({"contact": contact, "reason": "abandoned"}),
        );
    }
    std::thread::sleep(Duration::from_millis(400));
    let refused = json!({"jsonrpc": "2.0", "id": 0, "method": "agent.presence",
        "params": {"agent": "nobody", "presence": "break"}});
    let submits = (0..20).map(|n| {
        json!({"jsonrpc": "2.0", "id": n, "method": "contact.submit",
            "params": {"contact": format!("x{n}")}})
    });
    let all: Vec<Value> = submits
        .flat_map(|submit| [refused.clone(), submit])
        .collect();
    client
        .line(&Value::from(all).to_string())
        .expect("it listens");
    let answers = client.reply();
    let waiting = |answers: &Value| {
        let answers = answers.as_array().expect("a batch").iter();
        answers
            .filter(|answer| answer["result"]["state"] == "waiting")
            .count()
    };
    assert_eq!(waiting(&answers), 20, "{answers}");
    daemon.kill();
    let daemon = place.start();
    let mut client = daemon.unix();
    for n in 0..20 {
        let found = client.call("contact.get", json!({"contact": format!("x{n}")}));
        assert_eq!(found["state"], "waiting", "{found}");
    }
}

#[test]
fn nothing_acknowledged_is_lost_by_kill_9() {
    let seed = from_env("CRASH_SEED").unwrap_or_else(rand::random);
    let mut chance = StdRng::seed_from_u64(seed);
    let place = Place::new("[queues.hold]\n[queues.work]\nwrap_up = \"0s\"\n");
    let known = Arc::new(Mutex::new(Known::default()));
    for round in 0..from_env("CRASH_ROUNDS").unwrap_or(ROUNDS) {
        let daemon = place.start();
        let whole = format!("round {round}, CRASH_SEED={seed}");
        check(&daemon, &known.lock().expect("no panic"), &whole);
        let clients: Vec<JoinHandle<()>> = (0..CLIENTS)
            .map(|n| {
                let (client, known) = (daemon.unix(), Arc::clone(&known));
                std::thread::spawn(move || work(client, n, round, &known))
            })
            .collect();
        if chance.random_bool(0.3) {
            // Also while a snapshot is being written.
            let mut client = daemon.unix();
            std::thread::sleep(Duration::from_millis(chance.random_range(0..60)));
            client.send("server.snapshot", json!({}));
        }
        std::thread::sleep(Duration::from_millis(chance.random_range(5..120)));
        daemon.kill();
        for client in clients {
            client.join().expect("a client does not panic");
        }
        place.verify();
    }
    let daemon = place.start();
    check(&daemon, &known.lock().expect("no panic"), "at the end");
    daemon.stop();
}

#[test]
fn after_a_failed_write_nothing_more_is_acknowledged() {
    let place = Place::new("[agents.ada]\n");
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call("session.open", json!({"client": "pbx"}));
    client.call(
        "agent.presence",
        json!({"agent": "ada", "presence": "available"}),
    );
    client.call("contact.submit", json!({"contact": "talks"}));
    let accept = json!({"contact": "talks", "agent": "ada"});
    client.call("offer.accept", accept);
    client.call("contact.submit", json!({"contact": "waits"}));
    let mut onlooker = daemon.unix();
    onlooker.call("events.subscribe", json!({}));
    daemon.break_the_disk();
    let lost = json!({"contact": "lost", "key": "k1"});
    assert_eq!(client.try_ask("contact.submit", lost.clone()), None);
    assert!(onlooker.is_closed(), "it saw what is not durable");
    assert_eq!(daemon.wait().code(), Some(74));
    place.verify();
    // The platform reconnects, repeats its unanswered requests, and continues.
    let daemon = place.start();
    let mut client = daemon.unix();
    client.call("session.open", json!({"client": "pbx"}));
    assert_eq!(
        client.refused("contact.get", json!({"contact": "lost"})),
        "not_found"
    );
    assert_eq!(client.call("contact.submit", lost)["position"], 2);
    let live = json!({"source": "pbx", "contacts": ["talks", "waits", "lost"]});
    let synced = client.call("contact.sync", live);
    assert_eq!(synced["confirmed"], 3, "{synced}");
    let ended = json!({"contact": "talks", "outcome": "resolved"});
    client.call("contact.end", ended);
    let next = client.call("contact.get", json!({"contact": "waits"}));
    assert_eq!(next["state"], "offered");
    daemon.stop();
}

/// One client's work until the connection breaks.
fn work(mut client: Client, n: usize, round: u64, known: &Mutex<Known>) {
    // No reply means that the daemon is gone.
    let _ = work_on(&mut client, n, round, known);
}

#[expect(
    clippy::unwrap_in_result,
    reason = "no result means the daemon is gone"
)]
fn work_on(client: &mut Client, n: usize, round: u64, known: &Mutex<Known>) -> Option<()> {
    let agent = format!("agent{n}");
    acknowledged(
        client,
        "agent.set",
        json!({"agent": agent, "skills": {(agent.as_str()): 1}}),
    )?;
    let available = json!({"agent": agent, "presence": "available"});
    acknowledged(client, "agent.presence", available)?;
    for step in 0.. {
        let held = format!("hold-{n}-{round}-{step}");
        // Nobody has the skill, so it waits for ever.
        let submit = json!({"contact": held, "queue": "hold", "requires": {"nobody": 1}});
        acknowledged(client, "contact.submit", submit)?;
        let joined = acknowledged(client, "contact.get", json!({"contact": held}))?["joined_at"]
            .as_i64()
            .expect("a time");
        known.lock().expect("no panic").waiting.insert(held, joined);

        let contact = format!("work-{n}-{round}-{step}");
        let customer = format!("tel:{n}-{round}-{}", step / 4);
        let requires = json!({(agent.as_str()): 1});
        let submit = json!({"contact": contact, "queue": "work", "customer": customer,
            "requires": requires});
        acknowledged(client, "contact.submit", submit)?;
        let accept = json!({"contact": contact, "agent": agent});
        let connected = acknowledged(client, "offer.accept", accept)?;
        let case = connected["case"].as_str().expect("a case").to_owned();
        let owner = connected["owner"].as_str().expect("an owner").to_owned();
        known
            .lock()
            .expect("no panic")
            .owners
            .insert(case.clone(), owner);

        let note = json!({"case": case, "text": "seen", "by": agent});
        let noted = acknowledged(client, "case.note", note)?;
        let notes = noted["notes"].as_array().map_or(0, Vec::len) as u64;
        known.lock().expect("no panic").notes.insert(case, notes);

        let end = json!({"contact": contact, "outcome": "open"});
        acknowledged(client, "contact.end", end)?;
        known.lock().expect("no panic").ended.push(contact);
    }
    Some(())
}

/// The result of a request; `None` if the daemon is gone.
fn acknowledged(client: &mut Client, method: &str, params: Value) -> Option<Value> {
    let mut reply = client.try_ask(method, params)?;
    // A contact left from the last round may occupy the agent: take it first.
    if method == "offer.accept" && reply.get("error").is_some() {
        return None;
    }
    assert!(reply.get("error").is_none(), "{method}: {reply}");
    Some(reply["result"].take())
}

fn check(daemon: &Daemon, known: &Known, when: &str) {
    let mut client = daemon.unix();
    for (contact, joined) in &known.waiting {
        let found = client.call("contact.get", json!({"contact": contact}));
        assert_eq!(found["state"], "waiting", "{contact}, {when}");
        assert_eq!(found["joined_at"], *joined, "{contact}, {when}");
    }
    for contact in &known.ended {
        let found = client.call("contact.get", json!({"contact": contact}));
        assert_eq!(found["state"], "ended", "{contact}, {when}");
    }
    for (case, owner) in &known.owners {
        let found = client.call("case.get", json!({"case": case}));
        assert_eq!(found["owner"], *owner, "{case}, {when}");
        let notes = found["notes"].as_array().map_or(0, Vec::len) as u64;
        let least = known.notes.get(case).copied().unwrap_or(0);
        assert!(notes >= least, "{case} has {notes} notes, {when}");
    }
    check_places(&mut client, known, when);
}

/// Checks that waiting contacts are in the order of joining.
fn check_places(client: &mut Client, known: &Known, when: &str) {
    let mut places: Vec<(i64, i64)> = known
        .waiting
        .iter()
        .map(|(contact, joined)| {
            let found = client.call("contact.get", json!({"contact": contact}));
            (found["position"].as_i64().expect("a place"), *joined)
        })
        .collect();
    places.sort_unstable();
    let in_order = places.windows(2).all(|pair| match pair {
        [a, b] => a.0 < b.0 && a.1 <= b.1,
        _ => true,
    });
    assert!(in_order, "{places:?}, {when}");
}
