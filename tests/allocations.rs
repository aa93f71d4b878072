//! Counts the allocations of the hot path, as a ratchet. A program of its own, because the counting
//! allocator counts every thread.
//!
//! Measured is one request of each kind in the steady state: buffers have reached their size, and
//! as many contacts are forgotten as come. The limits below are the present counts, with their
//! reasons; a change may lower them.

#[path = "../benches/centre/mod.rs"]
mod centre;

use std::alloc::System;

use centre::{Centre, Size};
use firsthand::journal::frame::{FrameBuilder, FrameHeader};
use firsthand::router::command::{Command, Stamped};
use firsthand::router::ids::Name;
use firsthand::router::policy::SkillMap;
use firsthand::server::write_command;
use firsthand::wire::limits::Limits;
use firsthand::wire::line::{Line, Lines};
use firsthand::wire::request::{self, Id};
use firsthand::wire::{event, reply};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROUNDS: usize = 1_000;
/// The smallest of this many counts: the test runner's thread may allocate meanwhile.
const TRIES: usize = 3;

const SUBMIT: &str = r#"{"jsonrpc":"2.0","id":471,"method":"contact.submit","params":{"contact":"call-0017","queue":"support","customer":"tel:+8613800138000"}}"#;
const ACCEPT: &str =
    r#"{"jsonrpc":"2.0","id":472,"method":"offer.accept","params":{"offer":"o471"}}"#;

/// Allocations per round, on average.
fn per_round(mut round: impl FnMut()) -> f64 {
    for _ in 0..ROUNDS {
        round();
    }
    let tries = (0..TRIES).map(|_| {
        let region = Region::new(ALLOCATOR);
        for _ in 0..ROUNDS {
            round();
        }
        let change = region.change();
        change.allocations + change.reallocations
    });
    tries.min().expect("tries") as f64 / ROUNDS as f64
}

fn check(what: &str, most: f64, found: f64) {
    println!("{what:40} {found:6.2} of at most {most}");
    assert!(
        found <= most,
        "{what}: memory is asked for {found:.2} times, at most {most}"
    );
}

/// All in one test, because no other thread may allocate meanwhile.
#[test]
fn the_hot_path_allocates_little() {
    lines();
    reading();
    routing();
    writing();
    framing();
}

/// Bytes are split into lines in place.
fn lines() {
    let mut lines = Lines::new(&Limits::default());
    let text = format!("{SUBMIT}\n{ACCEPT}\n");
    let found = per_round(|| {
        lines.push(text.as_bytes());
        let mut count = 0;
        while let Some(Line::Whole(_)) = lines.next_line() {
            count += 1;
        }
        assert_eq!(count, 2);
    });
    check("cut two lines", 0.0, found);
}

/// A submission takes one box, its names are inline; an acceptance allocates nothing.
fn reading() {
    let limits = Limits::default();
    let submit = per_round(|| {
        std::hint::black_box(request::parse(SUBMIT.as_bytes(), &limits));
    });
    check("read a submission", 1.0, submit);
    let accept = per_round(|| {
        std::hint::black_box(request::parse(ACCEPT.as_bytes(), &limits));
    });
    check("read an acceptance", 0.0, accept);
}

/// A box for the submission, one for each of its three answers, and the agents considered, once for
/// each search; a contact that waits is searched for twice. The contact, its steps, its offers, its
/// places in the order, its deadlines and all events reuse memory. Now and then a table grows, and
/// each contact of the backlog leaves an open case.
fn routing() {
    let centre = Centre::new(Size::agents(1_000)).with_short_memory();
    let mut centre = centre.with_owners(100);
    let owned = per_round(|| centre.life_by_owner());
    check("life of a contact of an owner", 5.1, owned);
    let centre = Centre::new(Size::agents(1_000)).with_short_memory();
    let mut backlog = centre.with_backlog(1_000);
    let found = per_round(|| backlog.life_in_backlog());
    check("life of a contact in a backlog", 6.8, found);
}

fn writing() {
    let mut centre = Centre::new(Size::agents(100)).with_owners(10);
    let customer = centre.some_customer();
    let command = centre.submission(Some(customer), SkillMap::new());
    let stamped = stamped(command);
    let answer = centre
        .router
        .apply(&stamped, &mut centre.effects)
        .expect("a contact that fits");
    let outcome = Ok(answer);
    let mut out = Vec::new();
    let reply = per_round(|| {
        out.clear();
        reply::outcome(&mut out, &Id::Number(4_711), &outcome);
        reply::end(&mut out);
    });
    check("write a reply", 0.0, reply);
    let mut text = Vec::new();
    let events = per_round(|| {
        text.clear();
        for one in &centre.effects.events {
            event::notification(&mut text, one);
        }
    });
    check("write the events", 0.0, events);
    let tenant = Name::of("default");
    let mut record = Vec::new();
    let records = per_round(|| {
        record.clear();
        write_command(&mut record, &tenant, &stamped);
    });
    check("write a record", 0.0, records);
}

fn stamped(command: Command) -> Stamped {
    Stamped {
        at: 1_700_000_000_000,
        chance: 7,
        source: None,
        key: None,
        actor: None,
        command,
    }
}

fn framing() {
    let mut frame = FrameBuilder::new();
    let record = [7; 128];
    let found = per_round(|| {
        frame.clear();
        for _ in 0..64 {
            frame.push(1, &record);
        }
        std::hint::black_box(frame.finish(&FrameHeader::default()));
    });
    check("frame of 64 records", 0.0, found);
}
