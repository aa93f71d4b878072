//! Lists and small tables as the user wrote them: every entry is checked, the valid ones are kept.

use std::ops::Range;

use serde_json::{Map, Value, json};
use toml::de::{DeArray, DeTable, DeValue};

use super::{
    NAME_FORM, Wrong, finding, free_text, integer, name, scalar, string, word, written, wrong,
};
use crate::config::fault::Finding;
use crate::fields::{Type, quoted};
use crate::router::ids::Name;
use crate::router::policy::{Level, PRIORITY_MAX};

/// Checks every item of a list.
pub(super) fn list(
    key: &str,
    item: &Type,
    max: usize,
    items: &DeArray<'_>,
    place: &Range<usize>,
    faults: &mut Vec<Finding>,
) -> Value {
    too_many(key, "items", items.len(), max, place, faults);
    let mut found: Vec<Value> = Vec::new();
    for written in items.iter() {
        let value = written.get_ref();
        let checked = if let Type::Words(words) = item {
            let help = format!("give words of {}", quoted(words));
            string(key, value, &help).and_then(|text| word(key, words, text))
        } else if matches!(item, Type::Name) {
            string(key, value, "give names in quotes").and_then(|it| name(key, it))
        } else {
            scalar(key, item, false, value)
        };
        match checked {
            Ok(value) if item.words().is_some() && found.contains(&value) => {
                let message = format!("`{key}` names {value} twice");
                let wrong = wrong(message, "again", "name each word once");
                faults.push(finding(written.span(), wrong));
            }
            Ok(value) => found.push(value),
            Err(wrong) => faults.push(finding(written.span(), wrong)),
        }
    }
    Value::Array(found)
}

/// Checks every entry of a small table.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others are read as single values"
)]
pub(super) fn map(
    key: &str,
    entry: &Type,
    max: usize,
    table: &DeTable<'_>,
    place: &Range<usize>,
    faults: &mut Vec<Finding>,
) -> Value {
    let noun = if matches!(entry, Type::Level) {
        "skills"
    } else if matches!(entry, Type::Whole { .. }) {
        "channels"
    } else if matches!(entry, Type::List(..)) {
        "dates"
    } else {
        "names"
    };
    too_many(key, noun, table.len(), max, place, faults);
    if let Type::List(item, most) = entry {
        return lists(key, item, *most, table, faults);
    }
    entries(table, faults, |name, value| match *entry {
        Type::Level => level(name, value),
        Type::Whole { min, max } => number(
            (min, max),
            value,
            format!("the capacity for {name:?} is not a number of contacts"),
        ),
        Type::Priority => number(
            (-i64::from(PRIORITY_MAX), i64::from(PRIORITY_MAX)),
            value,
            format!("the priority of {name:?} is not one"),
        ),
        Type::Text => reason(key, name, value),
        Type::Name => {
            let text = string(key, value, "give the name of an agent in quotes")?;
            super::name(key, text)
        }
        ref entry => scalar(key, entry, false, value),
    })
}

/// A small table whose values are lists.
fn lists(
    key: &str,
    item: &Type,
    max: usize,
    table: &DeTable<'_>,
    faults: &mut Vec<Finding>,
) -> Value {
    let mut found = Map::new();
    for (name, value) in table.iter() {
        let DeValue::Array(items) = value.get_ref() else {
            let message = format!("`{key}`: {:?} takes a list", name.get_ref());
            let help = "give a list in brackets, such as [\"09:00-12:00\"]; [] is none";
            let label = format!("this is {}", written(value.get_ref()));
            faults.push(finding(value.span(), wrong(message, label, help)));
            continue;
        };
        let items = list(name.get_ref(), item, max, items, &value.span(), faults);
        found.insert(name.get_ref().to_string(), items);
    }
    Value::Object(found)
}

fn too_many(
    key: &str,
    noun: &str,
    count: usize,
    max: usize,
    place: &Range<usize>,
    faults: &mut Vec<Finding>,
) {
    if count > max {
        let message = format!("`{key}` names {count} {noun}");
        let help = format!("give at most {max}");
        faults.push(finding(place.clone(), wrong(message, "too many", help)));
    }
}

fn level(skill: &str, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let (least, most) = (Level::MIN.0, Level::MAX.0);
    let level = integer(value).filter(|n| (i64::from(least)..=i64::from(most)).contains(n));
    level.map(|n| json!(n)).ok_or_else(|| {
        wrong(
            format!("the level of {skill:?} is not a proficiency"),
            off_range(value, &format!("not from {least} to {most}")),
            format!("give a level from {least} (lowest) to {most} (best), without quotes"),
        )
    })
}

fn number((min, max): (i64, i64), value: &DeValue<'_>, message: String) -> Result<Value, Wrong> {
    let number = integer(value).filter(|n| (min..=max).contains(n));
    number.map(|n| json!(n)).ok_or_else(|| {
        wrong(
            message,
            off_range(value, "out of range"),
            format!("give a whole number from {min} to {max}"),
        )
    })
}

fn reason(key: &str, agent: &str, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let help = "give the reason in quotes; it is shown where the exclusion decides";
    let text = string(key, value, help)?;
    if text.trim().is_empty() {
        let message = format!("the exclusion of {agent:?} gives no reason");
        return Err(wrong(message, "empty", help));
    }
    free_text(key, text)
}

/// The fault of an invalid name on the left.
pub(in crate::config) fn bad_name(place: Range<usize>, message: String) -> Finding {
    Finding::new(place, message)
        .label("this name")
        .help(NAME_FORM)
}

/// Checks each entry of a small table: the name on the left, then the value.
fn entries(
    table: &DeTable<'_>,
    faults: &mut Vec<Finding>,
    check: impl Fn(&str, &DeValue<'_>) -> Result<Value, Wrong>,
) -> Value {
    let mut found = Map::new();
    for (name, value) in table.iter() {
        let id = match Name::new(name.get_ref()) {
            Ok(id) => id.as_str().to_owned(),
            Err(message) => {
                faults.push(bad_name(name.span(), message));
                continue;
            }
        };
        if found.contains_key(&id) {
            faults.push(twice(name.span(), &id));
            continue;
        }
        match check(name.get_ref(), value.get_ref()) {
            Ok(checked) => {
                found.insert(id, checked);
            }
            Err(wrong) => faults.push(finding(value.span(), wrong)),
        }
    }
    Value::Object(found)
}

/// The fault of two spellings of one name.
pub(in crate::config) fn twice(place: Range<usize>, name: &str) -> Finding {
    Finding::new(place, format!("\"{name}\" is written twice"))
        .label("the same name in another spelling")
        .help("names differ by more than blanks at their ends and the form of a letter")
}

/// Words under a number that is out of range or not whole.
fn off_range(value: &DeValue<'_>, range: &str) -> String {
    if value.is_integer() {
        range.to_owned()
    } else {
        format!("this is {}", written(value))
    }
}
