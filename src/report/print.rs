//! The report as tables, as JSON and as CSV, all with the same measures.

use std::collections::BTreeMap;
use std::io::Write;

use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Map, Value, json};

use super::figures::{Figures, StageFigures};
use super::fold::Report;
use super::measures::{MEASURES, Measure, Section, Unit};
use crate::ledger::moment;

/// A value for people.
pub(super) fn shown(unit: Unit, value: Option<f64>) -> String {
    let Some(value) = value else {
        return "–".to_owned();
    };
    match unit {
        Unit::Count => format!("{value:.0}"),
        Unit::Share => format!("{:.1} %", value * 100.0),
        Unit::Ratio => format!("{value:.2}"),
        Unit::Duration => duration(value / 1e3),
    }
}

/// Seconds for people.
fn duration(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    let (days, hours, minutes) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60);
    match whole {
        ..60 => format!("{seconds:.1} s"),
        60..3_600 => format!("{minutes} min {} s", whole % 60),
        3_600..86_400 => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

pub(super) fn brief() -> impl Iterator<Item = &'static Measure> {
    MEASURES.iter().filter(|measure| measure.is_brief)
}

pub(super) fn of_section(section: Section) -> impl Iterator<Item = &'static Measure> {
    MEASURES
        .iter()
        .filter(move |measure| measure.section == section)
}

/// The time that the figures cover, for people.
pub(super) fn span(report: &Report) -> String {
    match report.span {
        Some((first, last)) => format!("{} – {}", moment::rfc3339(first), moment::rfc3339(last)),
        None => "nothing happened".to_owned(),
    }
}

/// The columns of the tables of stages.
pub(super) const STAGE_COLUMNS: [&str; 8] = [
    "kind", "stage", "left", "mean", "p50", "p90", "met", "overdue",
];

pub(super) fn stage_row(kind: &str, stage: &str, figures: &StageFigures) -> [String; 8] {
    let took = |value| shown(Unit::Duration, value);
    [
        kind.to_owned(),
        stage.to_owned(),
        figures.took.count().to_string(),
        took(figures.took.mean()),
        took(figures.took.percentile(50)),
        took(figures.took.percentile(90)),
        figures.met.to_string(),
        figures.overdue.to_string(),
    ]
}

/// The periods with complaints, and the numbers of each class in them.
pub(super) fn classes(report: &Report) -> (Vec<String>, BTreeMap<String, Vec<u64>>) {
    let periods: Vec<String> = report.by_period.keys().cloned().collect();
    let mut classes: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for ((class, period), count) in &report.classes {
        let row = classes
            .entry(class.clone())
            .or_insert_with(|| vec![0; periods.len()]);
        if let Some(at) = periods.iter().position(|known| known == period) {
            row[at] += count;
        }
    }
    (periods, classes)
}

/// The last period compared with the one before.
pub(super) fn trend(row: &[u64]) -> String {
    match row {
        [.., before, last] => {
            let change = i128::from(*last) - i128::from(*before);
            format!("{change:+}")
        }
        _ => "–".to_owned(),
    }
}

/// The report for a terminal.
pub fn table(report: &Report, with_formulas: bool) -> String {
    let mut out = format!("{}\n", span(report));
    for section in Section::ALL {
        let mut table = grid(&["", ""]);
        for measure in of_section(*section) {
            let value = (measure.value)(&report.total);
            table.add_row([measure.title.to_owned(), shown(measure.unit, value)]);
        }
        right(&mut table, 1);
        out.push_str(&format!("\n{}\n{table}\n", section.title()));
    }
    for (by, groups) in report.groups() {
        if groups.is_empty() {
            continue;
        }
        // One word a line: the numbers are narrower than their names.
        let header: Vec<String> = std::iter::once(by.to_owned())
            .chain(brief().map(|measure| measure.title.replace(' ', "\n")))
            .collect();
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let mut table = grid(&header);
        for (name, figures) in groups {
            table.add_row(group_row(name, figures));
        }
        right(&mut table, 1);
        out.push_str(&format!("\nBy {by}\n{table}\n"));
    }
    if !report.stages.is_empty() {
        let mut table = grid(&STAGE_COLUMNS);
        for ((kind, stage), figures) in &report.stages {
            table.add_row(stage_row(kind, stage, figures));
        }
        right(&mut table, 2);
        out.push_str(&format!("\nStages\n{table}\n"));
    }
    let (periods, classes) = classes(report);
    if !classes.is_empty() {
        let mut header: Vec<&str> = vec!["class"];
        header.extend(periods.iter().map(String::as_str));
        header.push("trend");
        let mut table = grid(&header);
        for (class, row) in &classes {
            let mut cells = vec![class.clone()];
            cells.extend(row.iter().map(u64::to_string));
            cells.push(trend(row));
            table.add_row(cells);
        }
        right(&mut table, 1);
        out.push_str(&format!("\nComplaints\n{table}\n"));
    }
    if with_formulas {
        out.push_str(&format!("\n{}", formulas()));
    }
    out
}

pub(super) fn group_row(name: &str, figures: &Figures) -> Vec<String> {
    std::iter::once(name.to_owned())
        .chain(brief().map(|measure| shown(measure.unit, (measure.value)(figures))))
        .collect()
}

fn grid(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY);
    if header.iter().any(|name| !name.is_empty()) {
        table.set_header(header);
    }
    table
}

fn right(table: &mut Table, from: usize) {
    for column in table.column_iter_mut().skip(from) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

/// The formulas of all measures.
pub fn formulas() -> String {
    let mut text = String::new();
    for measure in MEASURES {
        text.push_str(&format!("{} = {}\n", measure.name, measure.formula));
    }
    text.push_str(
        "stages: the time from entering to leaving a stage, without the time for which its clock \
         stood still\ncomplaints by class: cases opened of the kinds given by --complaint, by \
         topic; trend = last period − the one before\n",
    );
    text
}

fn values(figures: &Figures) -> Value {
    let mut map = Map::new();
    for measure in MEASURES {
        let value = (measure.value)(figures);
        let value = match measure.unit {
            Unit::Count => json!(value.map(|count| count as u64)),
            Unit::Share | Unit::Duration | Unit::Ratio => json!(value),
        };
        map.insert(measure.name.to_owned(), value);
    }
    Value::Object(map)
}

/// The report as JSON.
pub fn json(report: &Report) -> Value {
    let mut map = Map::new();
    map.insert("from_at".to_owned(), json!(report.span.map(|span| span.0)));
    map.insert("to_at".to_owned(), json!(report.span.map(|span| span.1)));
    map.insert("total".to_owned(), values(&report.total));
    for (by, groups) in report.groups() {
        let groups: Map<String, Value> = groups
            .iter()
            .map(|(name, figures)| (name.clone(), values(figures)))
            .collect();
        map.insert(format!("by_{by}"), Value::Object(groups));
    }
    let stages = report.stages.iter().map(|((kind, stage), figures)| {
        json!({
            "kind": kind,
            "stage": stage,
            "left": figures.took.count(),
            "took_ms_mean": figures.took.mean(),
            "took_ms_p50": figures.took.percentile(50),
            "took_ms_p90": figures.took.percentile(90),
            "met": figures.met,
            "overdue": figures.overdue,
        })
    });
    map.insert("stages".to_owned(), stages.collect());
    let classes = report.classes.iter().map(
        |((class, period), opened)| json!({"class": class, "period": period, "opened": opened}),
    );
    map.insert("complaint_classes".to_owned(), classes.collect());
    Value::Object(map)
}

/// The report as CSV: a row for each value, with its group.
pub fn csv(report: &Report, out: impl Write) -> Result<(), csv::Error> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["by", "group", "measure", "value"])?;
    let total = BTreeMap::from([(String::new(), report.total.clone())]);
    let groups = report.groups();
    for (by, groups) in std::iter::once(("total", &total)).chain(groups) {
        for (name, figures) in groups {
            for measure in MEASURES {
                let value = (measure.value)(figures);
                let value = value.map_or_else(String::new, |value| value.to_string());
                csv.write_record([by, name, measure.name, &value])?;
            }
        }
    }
    for ((kind, stage), figures) in &report.stages {
        let took = &figures.took;
        let values = [
            ("left", Some(took.count() as f64)),
            ("took_ms_mean", took.mean()),
            ("took_ms_p50", took.percentile(50)),
            ("took_ms_p90", took.percentile(90)),
            ("met", Some(figures.met as f64)),
            ("overdue", Some(figures.overdue as f64)),
        ];
        for (name, value) in values {
            let value = value.map_or_else(String::new, |value| value.to_string());
            csv.write_record(["stage", &format!("{kind}/{stage}"), name, &value])?;
        }
    }
    for ((class, period), opened) in &report.classes {
        let group = format!("{class}/{period}");
        csv.write_record(["complaint_class", &group, "opened", &opened.to_string()])?;
    }
    csv.flush()?;
    Ok(())
}
