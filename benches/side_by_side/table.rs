//! The table of goals, figures, and whether the goals are met.

use std::path::Path;

use serde::Serialize;

/// Whether a goal is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Met,
    Missed,
    NotMeasured,
}

/// One row.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub group: &'static str,
    pub what: String,
    pub unit: &'static str,
    /// The limit, and whether more is better.
    pub goal: f64,
    pub is_floor: bool,
    pub measured: Option<f64>,
    /// What the figure is based on, or why there is none.
    pub note: String,
    pub verdict: Verdict,
}

#[derive(Debug, Serialize)]
pub struct Table {
    machine: String,
    pub rows: Vec<Row>,
    /// How the cost of a contact grows: for each thing varied, sizes and nanoseconds.
    pub curves: Vec<(String, Vec<(usize, f64)>)>,
}

impl Table {
    pub fn new() -> Self {
        Self {
            machine: machine(),
            rows: Vec::new(),
            curves: Vec::new(),
        }
    }

    /// At most `goal`.
    pub fn at_most(
        &mut self,
        group: &'static str,
        what: impl Into<String>,
        (goal, unit): (f64, &'static str),
        measured: f64,
        note: impl Into<String>,
    ) {
        let verdict = if measured <= goal {
            Verdict::Met
        } else {
            Verdict::Missed
        };
        self.add(
            group,
            what.into(),
            (goal, unit),
            false,
            Some(measured),
            note.into(),
            verdict,
        );
    }

    /// At least `goal`.
    pub fn at_least(
        &mut self,
        group: &'static str,
        what: impl Into<String>,
        (goal, unit): (f64, &'static str),
        measured: f64,
        note: impl Into<String>,
    ) {
        let verdict = if measured >= goal {
            Verdict::Met
        } else {
            Verdict::Missed
        };
        self.add(
            group,
            what.into(),
            (goal, unit),
            true,
            Some(measured),
            note.into(),
            verdict,
        );
    }

    pub fn curve(&mut self, by: &str, points: Vec<(usize, f64)>) {
        self.curves.push((by.to_owned(), points));
    }

    pub fn not_measured(
        &mut self,
        group: &'static str,
        what: impl Into<String>,
        goal: (f64, &'static str),
        why: impl Into<String>,
    ) {
        self.add(
            group,
            what.into(),
            goal,
            false,
            None,
            why.into(),
            Verdict::NotMeasured,
        );
    }

    #[allow(clippy::too_many_arguments)]
    fn add(
        &mut self,
        group: &'static str,
        what: String,
        (goal, unit): (f64, &'static str),
        is_floor: bool,
        measured: Option<f64>,
        note: String,
        verdict: Verdict,
    ) {
        let row = Row {
            group,
            what,
            unit,
            goal,
            is_floor,
            measured,
            note,
            verdict,
        };
        eprintln!("{}", line(&row));
        self.rows.push(row);
    }

    pub fn print(&self) {
        println!("\n{}\n", self.machine);
        println!("| goal | at | measured | verdict | how |");
        println!("|---|---|---|---|---|");
        for row in &self.rows {
            println!("{}", line(row));
        }
        let count = |verdict| {
            self.rows
                .iter()
                .filter(|row| row.verdict == verdict)
                .count()
        };
        println!(
            "\n{} met, {} missed, {} not measured",
            count(Verdict::Met),
            count(Verdict::Missed),
            count(Verdict::NotMeasured)
        );
    }

    pub fn write(&self, path: &Path) {
        let text = serde_json::to_string_pretty(self).expect("plain data");
        std::fs::write(path, text).expect("a writable folder");
    }
}

fn line(row: &Row) -> String {
    let sign = if row.is_floor { "≥" } else { "≤" };
    let measured = row.measured.map_or("—".to_owned(), |value| {
        format!("{} {}", figure(value), row.unit)
    });
    let verdict = match row.verdict {
        Verdict::Met => "met",
        Verdict::Missed => "missed",
        Verdict::NotMeasured => "not measured",
    };
    format!(
        "| {} | {sign} {} {} | {measured} | {verdict} | {} |",
        row.what,
        figure(row.goal),
        row.unit,
        row.note
    )
}

/// Three digits, with thousands separated.
pub fn figure(value: f64) -> String {
    if value >= 1_000.0 {
        let whole = format!("{value:.0}");
        let mut text = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        return text;
    }
    if value >= 100.0 {
        format!("{value:.0}")
    } else if value >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .and_then(|line| line.split_once(": "))
        .map_or("unknown", |(_, name)| name);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "{processors} × {model}, Linux {}, load before {}",
        kernel.trim(),
        load.split(' ').next().unwrap_or_default()
    )
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
