//! Shows results as tables.
//!
//! Times are shown in local time, durations with units, lists with a row for each item. Nothing is
//! computed that the daemon did not send; `--json` shows what is left out here.

use comfy_table::{ContentArrangement, Table, presets};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::ordered::Ordered;
use super::telling::duration;
use crate::printable::printable;

/// The columns of a list, by the first member of its items. Other members are shown for a single
/// item only.
const COLUMNS: &[(&str, &[&str])] = &[
    (
        "agent",
        &[
            "agent",
            "name",
            "team",
            "skills",
            "state",
            "reason",
            "contacts",
            "open_cases",
            "handled",
            "route",
            "verdict",
        ],
    ),
    (
        "queue",
        &[
            "queue",
            "waiting",
            "offered",
            "connected",
            "oldest_joined_at",
            "requires",
            "strategy",
            "priority",
        ],
    ),
    (
        "contact",
        &[
            "contact",
            "state",
            "outcome",
            "queue",
            "customer",
            "agent",
            "route",
            "owner",
            "joined_at",
            "wait_ms",
            "why",
        ],
    ),
    (
        "case",
        &[
            "case",
            "state",
            "customer",
            "topic",
            "owner",
            "contacts",
            "handovers",
            "opened_at",
        ],
    ),
];

/// The most columns of an unknown list.
const COLUMNS_MAX: usize = 9;

/// The narrowest table.
const WIDTH_MIN: u16 = 60;

/// A result as text, without a line end.
pub fn human(value: &Ordered) -> String {
    match value {
        Ordered::Object(members) => object(members),
        Ordered::List(items) => list(items),
        scalar @ (Ordered::Null
        | Ordered::Bool(_)
        | Ordered::Whole(_)
        | Ordered::Real(_)
        | Ordered::Text(_)) => cell("", scalar),
    }
}

fn object(members: &[(String, Ordered)]) -> String {
    if let Some((_, Ordered::List(items))) = members.iter().find(|(name, _)| name == "items") {
        let next = members.iter().find(|(name, _)| name == "next");
        let more = next.and_then(|(_, next)| next.text());
        let more = more.map(|next| format!("\nmore: after={next}"));
        return list(items) + &more.unwrap_or_default();
    }
    let mut parts = Vec::new();
    let mut rows = table();
    let mut empty = true;
    for (name, value) in members {
        match value {
            Ordered::List(items) if items.iter().any(|item| matches!(item, Ordered::Object(_))) => {
                parts.push(format!("\n{name}\n{}", list(items)));
            }
            value @ (Ordered::Null
            | Ordered::Bool(_)
            | Ordered::Whole(_)
            | Ordered::Real(_)
            | Ordered::Text(_)
            | Ordered::List(_)
            | Ordered::Object(_)) => {
                rows.add_row([name.clone(), cell(name, value)]);
                empty = false;
            }
        }
    }
    if !empty {
        parts.insert(0, trimmed(&rows));
    }
    if parts.is_empty() {
        "nothing".to_owned()
    } else {
        parts.join("\n")
    }
}

/// A table with one row for each item.
fn list(items: &[Ordered]) -> String {
    let Some(first) = items.first() else {
        return "none".to_owned();
    };
    let Ordered::Object(_) = first else {
        let lines: Vec<String> = items.iter().map(|item| cell("", item)).collect();
        return lines.join("\n");
    };
    let columns = columns(items);
    let mut rows = table();
    rows.set_header(columns.iter().map(|name| name.trim_end_matches("_ms")));
    for item in items {
        rows.add_row(
            columns
                .iter()
                .map(|name| item.get(name).map(|value| cell(name, value)))
                .map(Option::unwrap_or_default),
        );
    }
    trimmed(&rows)
}

/// The columns with a value in any item.
fn columns(items: &[Ordered]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for item in items {
        let Ordered::Object(members) = item else {
            continue;
        };
        for (name, value) in members {
            if !cell(name, value).is_empty() && !found.contains(name) {
                found.push(name.clone());
            }
        }
    }
    let first = items.first().and_then(|item| match item {
        Ordered::Object(members) => members.first().map(|(name, _)| name.as_str()),
        Ordered::Null
        | Ordered::Bool(_)
        | Ordered::Whole(_)
        | Ordered::Real(_)
        | Ordered::Text(_)
        | Ordered::List(_) => None,
    });
    match COLUMNS.iter().find(|(known, _)| Some(*known) == first) {
        Some((_, wanted)) => {
            let wanted = wanted
                .iter()
                .filter(|name| found.iter().any(|known| known == *name));
            wanted.map(|name| (*name).to_owned()).collect()
        }
        None => {
            found.truncate(COLUMNS_MAX);
            found
        }
    }
}

/// A value in a table cell.
fn cell(name: &str, value: &Ordered) -> String {
    match value {
        Ordered::Null => String::new(),
        Ordered::Whole(ms) if name.ends_with("_ms") => duration(*ms),
        Ordered::Whole(at) if name.ends_with("_at") || name == "at" => time(*at),
        Ordered::Bool(value) => value.to_string(),
        Ordered::Whole(value) => value.to_string(),
        Ordered::Real(value) => format!("{value:.3}"),
        Ordered::Text(text) => printable(text).into_owned(),
        Ordered::List(items) => {
            let items: Vec<String> = items.iter().map(|item| cell("", item)).collect();
            items.join(", ")
        }
        Ordered::Object(members) => {
            let members = members.iter().filter(|(_, value)| *value != Ordered::Null);
            let members: Vec<String> = members
                .map(|(name, value)| format!("{}={}", printable(name), cell(name, value)))
                .collect();
            members.join(" ")
        }
    }
}

/// A time in this machine's zone.
fn time(at: i64) -> String {
    match Timestamp::from_millisecond(at) {
        Ok(at) => at
            .to_zoned(TimeZone::system())
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string(),
        Err(_) => at.to_string(),
    }
}

fn table() -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic);
    // A terminal of unknown size reports zero.
    if table.width().is_some_and(|width| width < WIDTH_MIN) {
        table.set_width(WIDTH_MIN);
    }
    table
}

/// The table without spaces at the ends of its lines and without its left margin.
fn trimmed(table: &Table) -> String {
    let lines: Vec<String> = table
        .lines()
        .map(|line| {
            line.strip_prefix(' ')
                .unwrap_or(&line)
                .trim_end()
                .to_owned()
        })
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        human(&serde_json::from_str(text).expect("JSON"))
    }

    #[test]
    fn an_object_has_a_line_for_each_member() {
        let text =
            r#"{"contact":"c1","state":"waiting","wait_ms":4100,"requires":{"zh":5},"case":null}"#;
        let lines = shown(text);
        let lines: Vec<&str> = lines.lines().map(str::trim_end).collect();
        assert_eq!(
            lines,
            [
                "contact   c1",
                "state     waiting",
                "wait_ms   4.1 s",
                "requires  zh=5",
                "case"
            ]
        );
    }

    #[test]
    fn a_list_has_a_row_for_each_item() {
        let text = r#"{"items":[{"agent":"bob","skills":{"zh":5,"en":1},"state":"busy","contacts":["c1","c2"],"talk_ms":5}],"next":"bob"}"#;
        assert_eq!(
            shown(text),
            "agent  skills     state  contacts\nbob    zh=5 en=1  busy   c1, c2\nmore: after=bob"
        );
        let text = r#"{"items":[{"agent":"bob","name":"a\u001b[31m\nb","skills":{"\u0007":1}}]}"#;
        assert_eq!(
            shown(text),
            "agent  name                skills\nbob    a\\u001b[31m\\u000ab  \\u0007=1",
            "what others wrote does not steer the terminal"
        );
        assert_eq!(shown(r#"{"items":[]}"#), "none");
        assert_eq!(shown("{}"), "nothing");
    }
}
