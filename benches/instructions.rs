//! Instructions of the hot path, as a ratchet: counted by valgrind, independent of the machine's
//! load and clock, and compared with `benches/instructions.json`.
//!
//! Each case runs a few and many rounds under cachegrind; the difference of the counts, divided by
//! the difference of the rounds, is the cost of one round without start and preparation. A case
//! more than [`MORE_MAX_PERCENT`] above the committed number fails; `UPDATE_EXPECT=1` rewrites the
//! numbers. Counts differ between kinds of processors and between compilers; the file names those
//! it is for.

mod centre;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use centre::{Centre, Size};
use firsthand::journal::frame::{FrameBuilder, FrameHeader};
use firsthand::router::answer::Answer;
use firsthand::router::command::Stamped;
use firsthand::router::event::Event;
use firsthand::router::ids::Name;
use firsthand::router::policy::SkillMap;
use firsthand::server::write_command;
use firsthand::wire::limits::Limits;
use firsthand::wire::request::{self, Id};
use firsthand::wire::{event, reply};
use serde::{Deserialize, Serialize};

// As in the daemon.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How far above the committed number a case may be.
const MORE_MAX_PERCENT: f64 = 5.0;
const ROUNDS_FEW: u64 = 500;
const ROUNDS_MANY: u64 = 2_500;

const SUBMIT: &str = r#"{"jsonrpc":"2.0","id":471,"method":"contact.submit","params":{"contact":"call-0017","queue":"support","channel":"voice","customer":"tel:+8613800138000","topic":"billing"}}"#;
const ACCEPT: &str =
    r#"{"jsonrpc":"2.0","id":472,"method":"offer.accept","params":{"offer":"o471"}}"#;

type Case = (&'static str, fn(u64));

/// The cases. Preparation is the same for few and many rounds, so it does not count.
const CASES: &[Case] = &[
    ("read a submission", |rounds| read(SUBMIT, rounds)),
    ("read an acceptance", |rounds| read(ACCEPT, rounds)),
    ("life by skill, 1,000 agents", |rounds| {
        lives(
            Centre::new(Size::agents(1_000)),
            Centre::life_by_skill,
            rounds,
        );
    }),
    ("life by owner, 1,000 agents", |rounds| {
        let centre = Centre::new(Size::agents(1_000)).with_owners(1_000);
        lives(centre, Centre::life_by_owner, rounds);
    }),
    ("life in a backlog of 1,000", |rounds| {
        let centre = Centre::new(Size::agents(1_000)).with_backlog(1_000);
        lives(centre, Centre::life_in_backlog, rounds);
    }),
    ("write a reply", write_replies),
    ("write an event", write_events),
    ("write a record", write_records),
    ("frame of 64 records", write_frames),
];

fn read(line: &str, rounds: u64) {
    let limits = Limits::default();
    for _ in 0..rounds {
        black_box(request::parse(black_box(line.as_bytes()), &limits));
    }
}

fn lives(mut centre: Centre, round: fn(&mut Centre), rounds: u64) {
    for _ in 0..rounds {
        round(&mut centre);
    }
}

fn a_submission() -> (Stamped, Answer, Vec<Event>) {
    let mut centre = Centre::new(Size::agents(100)).with_owners(10);
    let customer = centre.some_customer();
    let command = centre.submission(Some(customer), SkillMap::new());
    let stamped = Stamped {
        at: 1_700_000_000_000,
        chance: 7,
        source: None,
        key: None,
        actor: None,
        command,
    };
    let answer = centre
        .router
        .apply(&stamped, &mut centre.effects)
        .expect("a contact that fits");
    (stamped, answer, centre.effects.events)
}

fn write_replies(rounds: u64) {
    let (_, answer, _) = a_submission();
    let mut out = Vec::with_capacity(4_096);
    for n in 0..rounds {
        out.clear();
        reply::outcome(
            &mut out,
            &Id::Number(1_000 + n as i64 % 1_000),
            &Ok(answer.clone()),
        );
        reply::end(black_box(&mut out));
    }
}

fn write_events(rounds: u64) {
    let (_, _, events) = a_submission();
    let mut out = Vec::with_capacity(4_096);
    for _ in 0..rounds {
        out.clear();
        for one in &events {
            event::notification(&mut out, one);
        }
        black_box(&mut out);
    }
}

/// A record as the daemon writes it: the tenant and the command.
fn write_records(rounds: u64) {
    let (stamped, _, _) = a_submission();
    let tenant = Name::of("default");
    let mut out = Vec::with_capacity(4_096);
    for _ in 0..rounds {
        out.clear();
        write_command(&mut out, &tenant, &stamped);
        black_box(&mut out);
    }
}

fn write_frames(rounds: u64) {
    let record = [7; 128];
    let mut frame = FrameBuilder::new();
    for _ in 0..rounds {
        frame.clear();
        for _ in 0..64 {
            frame.push(1, &record);
        }
        black_box(frame.finish(&FrameHeader::default()));
    }
}

/// The committed numbers.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Committed {
    /// The machine and compiler they are for.
    machine: String,
    compiler: String,
    instructions: BTreeMap<String, u64>,
}

impl Committed {
    fn path() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/instructions.json")
    }

    fn load() -> Self {
        let Ok(text) = std::fs::read_to_string(Self::path()) else {
            return Self::default();
        };
        serde_json::from_str(&text).expect("benches/instructions.json is as this program writes it")
    }

    fn store(&self) {
        let mut text = serde_json::to_string_pretty(self).expect("plain data");
        text.push('\n');
        std::fs::write(Self::path(), text).expect("a writable source tree");
    }
}

/// Instructions of a whole process.
fn count(case: &str, rounds: u64) -> u64 {
    let this = std::env::current_exe().expect("this program has a path");
    let output = Command::new("valgrind")
        .args([
            "--tool=cachegrind",
            "--cache-sim=no",
            "--cachegrind-out-file=/dev/null",
        ])
        .arg(this)
        .args(["--case", case, &rounds.to_string()])
        .output()
        .expect("valgrind runs: apt install valgrind");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{case}: {text}");
    // ==41== I   refs:      25,990,273
    let found = text.lines().find_map(|line| {
        let (before, number) = line.split_once("refs:")?;
        before.trim_end().ends_with('I').then_some(number)
    });
    let number = found.unwrap_or_else(|| panic!("no count in what valgrind said:\n{text}"));
    number
        .trim()
        .replace(',', "")
        .parse()
        .expect("a whole number")
}

fn first_line(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    let text = output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).into_owned(),
    );
    text.lines().next().unwrap_or_default().to_owned()
}

fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find(|line| line.starts_with("model name"));
    let name = model.and_then(|line| line.split_once(": "));
    name.map_or("unknown", |(_, name)| name).to_owned()
}

fn judge() -> ExitCode {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut committed = Committed::load();
    let (machine, compiler) = (machine(), first_line("rustc", "--version"));
    let same = committed.machine == machine && committed.compiler == compiler;
    let mut failed = false;
    println!(
        "{:32} {:>10} {:>10} {:>8}",
        "instructions of", "now", "committed", ""
    );
    for (name, _) in CASES {
        let extra = count(name, ROUNDS_MANY) - count(name, ROUNDS_FEW);
        let now = extra / (ROUNDS_MANY - ROUNDS_FEW);
        let before = committed.instructions.get(*name).copied();
        let change = before.map(|before| (now as f64 / before as f64 - 1.0) * 100.0);
        let word = match change {
            None => "new".to_owned(),
            Some(change) => format!("{change:+.1} %"),
        };
        println!("{name:32} {now:>10} {:>10} {word:>8}", before.unwrap_or(0));
        failed |= change.is_none_or(|change| change > MORE_MAX_PERCENT);
        if update {
            committed.instructions.insert((*name).to_owned(), now);
        }
    }
    if update {
        committed
            .instructions
            .retain(|known, _| CASES.iter().any(|(name, _)| name == known));
        Committed {
            machine,
            compiler,
            ..committed
        }
        .store();
        return ExitCode::SUCCESS;
    }
    if failed && !same {
        println!(
            "the numbers stand for {} and {}; this is {machine} and {compiler}, so this run only \
             shows them",
            committed.machine, committed.compiler
        );
        return ExitCode::SUCCESS;
    }
    if failed {
        println!(
            "more than {MORE_MAX_PERCENT} % above benches/instructions.json: make it cheaper, or \
             say in the commit why it costs more and run with UPDATE_EXPECT=1"
        );
    }
    ExitCode::from(u8::from(failed))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [flag, case, rounds] if flag == "--case" => {
            let rounds = rounds.parse().expect("a number of rounds");
            let (_, run) = CASES
                .iter()
                .find(|(name, _)| name == case)
                .expect("a case that there is");
            run(rounds);
            ExitCode::SUCCESS
        }
        _ => judge(),
    }
}
