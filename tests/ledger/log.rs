//! `ledger --events`: the figures against a slow and obvious count.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::process::{Output, Stdio};

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::process::firsthand;
use firsthand::ledger::log::{self, Columns, Key};
use firsthand::ledger::moment::Reading;

const DAY: i64 = 86_400_000;

/// A row: case, time, holder, customer.
type Row = (String, i64, String, String);

fn csv(rows: &[Row]) -> String {
    let mut text = "time,customer,holder,case,other\n".to_owned();
    for (case, at, holder, customer) in rows {
        text += &format!("{at},{customer},{holder},{case},x\n");
    }
    text
}

fn figures(rows: &[Row], key: Key) -> Value {
    let source = Cursor::new(csv(rows).into_bytes());
    let read = log::read("test", source, &Columns::default(), &Reading::default());
    serde_json::to_value(log::figures(&read.expect("a log"), key)).expect("JSON")
}

/// The figures, by scanning all rows again and again.
fn naive(rows: &[Row], last: bool) -> Value {
    let mut cases: BTreeMap<&str, Vec<(i64, usize)>> = BTreeMap::new();
    for (n, (case, at, _, _)) in rows.iter().enumerate() {
        cases.entry(case).or_default().push((*at, n));
    }
    let mut sums = [0_usize; 8];
    // Customer, start, first row, end, holders.
    let mut of_customers = Vec::new();
    for (case, mut events) in cases.clone() {
        events.sort();
        let mut holders: Vec<&str> = events.iter().map(|(_, n)| rows[*n].2.as_str()).collect();
        holders.retain(|holder| !holder.is_empty());
        holders.dedup();
        let moves = holders.len().saturating_sub(1);
        let pings = (2..holders.len())
            .filter(|i| holders[*i] == holders[i - 2])
            .count();
        let back = (0..holders.len())
            .filter(|i| holders[..*i].contains(&holders[*i]))
            .count();
        let by_first = !holders.is_empty() && holders.first() == holders.last();
        let more = [
            moves,
            usize::from(moves > 0),
            pings,
            usize::from(pings > 0),
            back,
            usize::from(back > 0),
            usize::from(by_first),
            usize::from(!holders.is_empty()),
        ];
        for (sum, more) in sums.iter_mut().zip(more) {
            *sum += more;
        }
        let customer = events
            .iter()
            .map(|(_, n)| rows[*n].3.as_str())
            .find(|c| !c.is_empty());
        let first_row = rows.iter().position(|row| row.0 == case);
        if let Some(customer) = customer {
            let (start, end) = (events[0].0, events[events.len() - 1].0);
            of_customers.push((customer, start, first_row, end, holders));
        }
    }
    of_customers.sort();
    let window = |days: i64| {
        let mut counts = [0, 0, 0];
        for pair in of_customers.windows(2) {
            let (former, new) = (&pair[0], &pair[1]);
            if former.0 == new.0 && new.1 - former.3 <= days * DAY {
                let handler = if last {
                    former.4.last()
                } else {
                    former.4.first()
                };
                counts[0] += 1;
                counts[1] += i32::from(handler.is_some());
                counts[2] += i32::from(handler.is_some() && handler == new.4.first());
            }
        }
        json!({"repeats": counts[0], "proposed": counts[1], "same_handler": counts[2]})
    };
    json!({
        "cases": cases.len(), "events": rows.len(),
        "handovers": sums[0], "cases_with_handover": sums[1],
        "ping_pong": sums[2], "cases_with_ping_pong": sums[3],
        "returns": sums[4], "cases_with_return": sums[5],
        "finished_by_first": (sums[7] > 0).then(|| sums[6] as f64 / sums[7] as f64),
        "repeats": {"d1": window(1), "d7": window(7), "d30": window(30)},
    })
}

#[test]
fn figures_are_those_of_an_obvious_count() {
    for seed in 0..300 {
        let mut chance = StdRng::seed_from_u64(seed);
        let cases = chance.random_range(1..20);
        let mut rows: Vec<Row> = (0..chance.random_range(0..120))
            .map(|_| {
                let case = chance.random_range(0..cases);
                let holder = match chance.random_range(0..5) {
                    0 => String::new(),
                    n => format!("h{n}"),
                };
                let customer = match case % 4 {
                    0 => String::new(),
                    n => format!("k{n}"),
                };
                // Cases are days apart, and many rows have the same time.
                let at = case * 2 * DAY + chance.random_range(0..8) * DAY / 4;
                (format!("c{case}"), at, holder, customer)
            })
            .collect();
        rows.shuffle(&mut chance);
        assert_eq!(
            figures(&rows, Key::First),
            naive(&rows, false),
            "seed {seed}"
        );
        assert_eq!(figures(&rows, Key::Last), naive(&rows, true), "seed {seed}");
    }
}

fn run(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = firsthand()
        .arg("ledger")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

fn printed(output: &Output) -> (i32, String, String) {
    (
        output.status.code().expect("a code"),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[test]
fn a_log_of_another_system_is_read_as_it_is() {
    let text = "Ticket;x\n".replace(';', ",") + "";
    let (code, _, errors) = printed(&run(&["--events", "-"], text.as_bytes()));
    assert_eq!(code, 2);
    assert!(
        errors.contains("has no column \"case\": it has Ticket, x"),
        "{errors}"
    );

    let log = "\u{feff}Ticket,activity,Who,When\n\
        T1,open,Ann,2010-01-13T08:40:25.000+02:00\n\
        T1,again,Ann,2010-01-13 06:40:25\n\
        T1,move,\"Bob, jr\",2010/01/14 08:00:00.000\n\
        T1,back,Ann,1263500000000\n";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(log.as_bytes()).expect("memory");
    let packed = packed.finish().expect("memory");
    let columns = [
        "--events",
        "-",
        "--case-column",
        "Ticket",
        "--holder-column",
        "Who",
        "--time-column",
        "When",
        "--per-case",
    ];
    let (code, out, errors) = printed(&run(&columns, &packed));
    assert_eq!((code, errors.as_str()), (0, ""));
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["holders"], 2);
    assert_eq!(lines[0]["last_holder"], "Ann");
    assert_eq!(
        lines[1],
        json!({"cases": 1, "events": 4, "handovers": 2, "cases_with_handover": 1,
            "ping_pong": 1, "cases_with_ping_pong": 1, "returns": 1, "cases_with_return": 1,
            "finished_by_first": 1.0, "repeats": null})
    );
}

#[test]
fn a_fault_is_named_with_its_row() {
    let faults = [
        (
            "a,soon,x",
            "row 2 (line 3), column \"time\": \"soon\" is no time: give milliseconds",
        ),
        (",5,x", "row 2 (line 3), column \"case\": is empty"),
        ("a,5", "cannot be read as CSV"),
    ];
    for (row, fault) in faults {
        let log = format!("case,time,holder\na,1,x\n{row}\n");
        let (code, out, errors) = printed(&run(&["--events", "-"], log.as_bytes()));
        assert_eq!((code, out.as_str()), (2, ""), "{row}");
        assert!(errors.contains(fault), "{row}: {errors}");
    }
    let seconds = "case,time,holder\na,1263364825,x\n";
    let (_, _, errors) = printed(&run(&["--events", "-"], seconds.as_bytes()));
    assert!(errors.contains("give --time-unit s"), "{errors}");
    let (_, _, errors) = printed(&run(
        &["--events", "-", "--time-unit", "s"],
        seconds.as_bytes(),
    ));
    assert_eq!(errors, "");
    let (code, _, errors) = printed(&run(&["--events", "/nowhere/x.csv"], b""));
    assert_eq!(code, 2);
    assert!(
        errors.contains("/nowhere/x.csv cannot be opened"),
        "{errors}"
    );
}

#[test]
fn an_empty_log_divides_by_nothing() {
    let (code, out, _) = printed(&run(&["--events", "-"], b"case,time,holder,customer\n"));
    let figures: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(code, 0);
    assert_eq!(figures["finished_by_first"], Value::Null);
    assert_eq!(figures["repeats"]["d1"]["repeats"], 0);
}
