//! The daemon's ledger: each record once, however often the daemon is killed.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::process::{Daemon, firsthand};
use firsthand::ledger::{Reader, files};

const ROUNDS: u64 = 12;
const PATIENCE: Duration = Duration::from_secs(30);

/// A client of the line protocol.
pub struct Client {
    reader: BufReader<UnixStream>,
    writer: UnixStream,
}

impl Client {
    pub fn new(daemon: &Daemon) -> Self {
        let writer = UnixStream::connect(daemon.socket()).expect("the daemon listens");
        let reader = writer.try_clone().expect("a second handle");
        reader.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Self {
            reader: BufReader::new(reader),
            writer,
        }
    }

    /// A reply; `None` if the daemon is gone.
    pub fn ask(&mut self, method: &str, params: Value) -> Option<Value> {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        self.writer
            .write_all(format!("{request}\n").as_bytes())
            .ok()?;
        loop {
            let message = self.read()?;
            if message.get("id").is_some() {
                return Some(message);
            }
        }
    }

    fn read(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.reader
            .read_line(&mut line)
            .ok()
            .filter(|read| *read > 0)?;
        serde_json::from_str(&line).ok()
    }
}

/// Opens contacts and cases until the daemon is gone.
fn work(mut client: Client, round: u64) {
    let mut step = || -> Option<()> {
        client.ask("agent.set", json!({"agent": "ada", "team": "east"}))?;
        client.ask("agent.set", json!({"agent": "bob"}))?;
        client.ask(
            "agent.presence",
            json!({"agent": "ada", "presence": "available"}),
        )?;
        for n in 0.. {
            let (contact, case) = (format!("k-{round}-{n}"), format!("c-{round}-{n}"));
            let customer = format!("customer-{}", n % 5);
            client.ask("case.open", json!({"case": case, "customer": customer}))?;
            client.ask(
                "contact.submit",
                json!({"contact": contact, "customer": customer, "case": case}),
            )?;
            client.ask("offer.accept", json!({"contact": contact, "agent": "ada"}))?;
            client.ask(
                "contact.end",
                json!({"contact": contact, "outcome": "open"}),
            )?;
            client.ask("wrap_up.end", json!({"agent": "ada"}))?;
            let over = json!({"case": case, "to": "bob", "reason": "", "by": "boss"});
            client.ask("case.handover", over)?;
            client.ask("case.close", json!({"case": case, "by": "boss"}))?;
        }
        None
    };
    let _ = step();
}

pub fn records(daemon: &Daemon) -> Vec<Value> {
    let folder = files::folder_of(&daemon.folder().join("journal"), "default");
    let mut reader = Reader::open(&folder).expect("a ledger");
    let mut found = Vec::new();
    while let Some(line) = reader.read().expect("a whole ledger") {
        found.push(serde_json::from_str(line.text).expect("JSON"));
    }
    found
}

/// Every event of a kept kind that the feed has, from the oldest on.
fn told(daemon: &Daemon) -> Vec<Value> {
    let mut client = Client::new(daemon);
    let mut answer = client
        .ask("events.subscribe", json!({"after": 0}))
        .expect("an answer");
    if let Some(message) = answer["error"]["message"].as_str() {
        let number = message.split(' ').find_map(|word| word.parse::<u64>().ok());
        let dropped = number.unwrap_or_else(|| panic!("{message}"));
        answer = client
            .ask("events.subscribe", json!({"after": dropped}))
            .expect("an answer");
    }
    let last = answer["result"]["seq"].as_u64().expect("the last event");
    let mut events: Vec<Value> = Vec::new();
    while events.last().is_none_or(|event| event["seq"] != last) {
        let mut message = client.read().expect("an event");
        events.push(message["params"].take());
    }
    // Offers are kept only if they break a responsibility; here none do.
    let is_kept = |event: &Value| match event["type"].as_str().expect("a type") {
        "agent.set" | "agent.removed" => true,
        "contact.connected" | "contact.ended" | "contact.transferred" => true,
        of => of.starts_with("case.") && of != "case.noted",
    };
    events.retain(is_kept);
    events
}

fn verify(daemon: &Daemon) -> (Option<i32>, String) {
    let done = firsthand()
        .args(["ledger", "verify"])
        .arg(daemon.folder().join("journal"))
        .output()
        .expect("the binary runs");
    (
        done.status.code(),
        String::from_utf8_lossy(&done.stdout).into_owned(),
    )
}

#[test]
fn each_record_is_there_once_after_kill_9() {
    let seed: u64 = std::env::var("CRASH_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(rand::random);
    let mut chance = StdRng::seed_from_u64(seed);
    let mut daemon = Daemon::start("");
    for round in 0..ROUNDS {
        let client = Client::new(&daemon);
        let worker = std::thread::spawn(move || work(client, round));
        // The ledger is written every second: some kills come before that, some after.
        std::thread::sleep(Duration::from_millis(chance.random_range(50..1_400)));
        if chance.random_bool(0.4) {
            let mut client = Client::new(&daemon);
            client
                .writer
                .write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"server.snapshot\"}\n")
                .expect("it listens");
            std::thread::sleep(Duration::from_millis(chance.random_range(0..80)));
        }
        daemon.kill();
        worker.join().expect("the client does not panic");
        let (code, said) = verify(&daemon);
        // A line may be torn by the kill; the next start repairs it.
        assert!(
            code == Some(0) || said.contains("cut off"),
            "CRASH_SEED={seed}: {said}"
        );
        daemon.run();
    }
    let mut client = Client::new(&daemon);
    client.ask("server.snapshot", json!({})).expect("an answer");
    let (code, said) = verify(&daemon);
    assert_eq!(code, Some(0), "CRASH_SEED={seed}: {said}");
    let mut kept: Vec<Value> = records(&daemon);
    kept.retain(|record| {
        !record["type"]
            .as_str()
            .is_some_and(|kind| kind.starts_with("ledger."))
    });
    let numbers: Vec<u64> = kept
        .iter()
        .map(|record| record["seq"].as_u64().expect("a number"))
        .collect();
    assert!(
        numbers.is_sorted_by(|one, next| one < next),
        "CRASH_SEED={seed}"
    );
    // The journal has dropped what came before its oldest snapshot; the ledger has not.
    let events = told(&daemon);
    for record in &mut kept {
        let record = record.as_object_mut().expect("an object");
        for own in ["n", "hash", "team", "actor"] {
            record.remove(own);
        }
    }
    let first = events[0]["seq"].clone();
    let from = kept
        .iter()
        .position(|record| record["seq"] == first)
        .expect("it is there");
    assert_eq!(kept[from..], events[..], "CRASH_SEED={seed}");
    assert!(kept.iter().any(|record| record["type"] == "case.closed"));
}
