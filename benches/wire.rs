//! The cost of reading a request and writing its reply, compared with going through
//! `serde_json::Value` in the same run.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use firsthand::identity;
use firsthand::router::answer::{Answer, OfferView, Submitted};
use firsthand::router::codes::{ContactState, Route, Why};
use firsthand::router::command::Command;
use firsthand::router::country::Country;
use firsthand::router::ids::{Name, OfferId};
use firsthand::router::policy::Settings;
use firsthand::wire::limits::Limits;
use firsthand::wire::reply;
use firsthand::wire::request::{Id, Message, Request, parse};
use serde_json::{Value, json};

/// A submit as a platform sends it.
const SUBMIT: &str = r#"{"jsonrpc":"2.0","id":471,"method":"contact.submit","params":{"contact":"call-0017","queue":"support","channel":"voice","customer":"tel:+8613800138000","topic":"billing"}}"#;

/// The same with an idempotency key and a requirement, which take a second walk.
const KEYED: &str = r#"{"jsonrpc":"2.0","id":4711,"method":"contact.submit","params":{"contact":"call-000017","queue":"support","customer":"tel:+8613800138000","requires":{"zh":5},"key":"k-17"}}"#;

fn submitted() -> Answer {
    let contact = Name::of("call-000017");
    let agent = Name::of("bob");
    Answer::Submitted(Box::new(Submitted {
        contact: contact.clone(),
        state: ContactState::Offered,
        outcome: None,
        queue: Name::of("support"),
        customer: Some(Name::of("tel:+8613800138000")),
        withheld: None,
        shared: None,
        case: Some(Name::of("case-1")),
        owner: Some(agent.clone()),
        agent: None,
        offer: Some(OfferView {
            offer: OfferId(17),
            contact,
            agent,
            address: None,
            route: Route::Owner,
            expires_at: 1_700_000_020_000,
            mentor: None,
        }),
        position: None,
        estimated_wait_ms: None,
        why: Why::OwnerAvailable,
        ticket: None,
    }))
}

fn decode(line: &str) -> Message {
    parse(line.as_bytes(), &Limits::default())
}

/// The least a codec over `Value` would do: parse, and look up its members as strings.
fn decode_value(line: &str) -> (Value, usize) {
    let value: Value = serde_json::from_slice(line.as_bytes()).expect("JSON");
    let params = &value["params"];
    let found = ["contact", "queue", "channel", "customer", "topic"]
        .iter()
        .filter_map(|name| params[*name].as_str())
        .map(str::len)
        .sum();
    (value, found)
}

fn encode(out: &mut Vec<u8>, id: &Id, answer: &Answer) {
    out.clear();
    reply::result(out, id, answer);
    reply::end(out);
}

fn encode_value(out: &mut Vec<u8>, answer: &Answer) {
    out.clear();
    let value = json!({"jsonrpc": "2.0", "id": 4711, "result": answer});
    serde_json::to_writer(&mut *out, &value).expect("memory");
    reply::end(out);
}

/// Nanoseconds per call, the fastest of several alternating rounds.
fn race<const N: usize>(mut runners: [&mut dyn FnMut(); N]) -> [f64; N] {
    const CALLS: u32 = 20_000;
    const ROUNDS: usize = 15;
    let mut best = [Duration::MAX; N];
    for _ in 0..ROUNDS {
        for (run, best) in runners.iter_mut().zip(&mut best) {
            let start = Instant::now();
            for _ in 0..CALLS {
                run();
            }
            *best = start.elapsed().min(*best);
        }
    }
    best.map(|best| best.as_secs_f64() * 1e9 / f64::from(CALLS))
}

fn ratios() {
    let answer = submitted();
    let id = Id::Number(4711);
    let (mut out, mut other) = (Vec::new(), Vec::new());
    let [typed, keyed, value, write, write_value] = race([
        &mut || {
            black_box(decode(black_box(SUBMIT)));
        },
        &mut || {
            black_box(decode(black_box(KEYED)));
        },
        &mut || {
            black_box(decode_value(black_box(SUBMIT)));
        },
        &mut || encode(&mut out, &id, black_box(&answer)),
        &mut || encode_value(&mut other, black_box(&answer)),
    ]);
    println!(
        "submit of {} bytes: read {typed:.0} ns, with key {keyed:.0} ns, as Value {value:.0} ns",
        SUBMIT.len()
    );
    println!("its reply: write {write:.0} ns, through Value {write_value:.0} ns");
    println!(
        "ratio to Value: read {:.2}, write {:.2}, both {:.2}",
        typed / value,
        write / write_value,
        (typed + write) / (value + write_value)
    );
}

/// The same submission with its customer written in another way.
fn submission(customer: &str) -> Command {
    let line = SUBMIT.replace("tel:+8613800138000", customer);
    match decode(&line) {
        Message::One(call) => match call.request {
            Ok(Request::Command(command)) => command,
            other => panic!("{other:?}"),
        },
        Message::Batch(_) => unreachable!("one request"),
    }
}

/// What the door costs a submission, beside reading its line.
fn door() {
    let settings = Settings {
        country: Country::new("CN").ok(),
        ..Settings::default()
    };
    let commands = ["tel:+8613800138000", "tel:138 0013 8000", "tel:anonymous"].map(submission);
    let pass = |command: &Command| {
        let mut command = command.clone();
        identity::admit(&mut command, &settings).expect("admitted");
        black_box(command);
    };
    let [formed, national, nobody] = &commands;
    let [read, copied, formed, national, nobody] = race([
        &mut || {
            black_box(decode(black_box(SUBMIT)));
        },
        &mut || {
            black_box(black_box(formed).clone());
        },
        &mut || pass(black_box(formed)),
        &mut || pass(black_box(national)),
        &mut || pass(black_box(nobody)),
    ]);
    let cost = |with: f64| (with - copied).max(0.0);
    println!(
        "the door: {:.0} ns for a number in its form, {:.0} ns for a withheld one, {:.0} ns for a \
         national one with separators; reading the line {read:.0} ns",
        cost(formed),
        cost(nobody),
        cost(national)
    );
    println!(
        "ratio to reading the line: in its form {:.3}, withheld {:.3}, national {:.1}",
        cost(formed) / read,
        cost(nobody) / read,
        cost(national) / read
    );
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let answer = submitted();
    let id = Id::Number(4711);
    let mut out = Vec::new();
    let mut group = criterion.benchmark_group("wire");
    group.throughput(Throughput::Bytes(SUBMIT.len() as u64));
    group.bench_function("decode submit", |b| b.iter(|| decode(black_box(SUBMIT))));
    group.bench_function("decode submit with key", |b| {
        b.iter(|| decode(black_box(KEYED)))
    });
    group.bench_function("encode reply", |b| {
        b.iter(|| encode(&mut out, &id, black_box(&answer)))
    });
    group.finish();
    ratios();
    door();
    criterion.final_summary();
}
