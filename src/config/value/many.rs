//! Lists and small tables as the user wrote them: every entry is checked, the good ones are kept.

use std::ops::Range;

use serde_json::{Map, Value, json};
use toml::de::{DeArray, DeTable, DeValue};

use super::{NAME_FORM, Wrong, finding, free_text, integer, name, string, word, written, wrong};
use crate::config::fault::Finding;
use crate::config::keys::{Key, quoted};
use crate::router::ids::Name;
use crate::router::policy::{CAPACITY_MAX, SKILLS_MAX};

pub(super) fn names(key: &Key, items: &DeArray<'_>, faults: &mut Vec<Finding>) -> Value {
    let mut found = Vec::new();
    for item in items.iter() {
        let checked =
            string(key, item.get_ref(), "give names in quotes").and_then(|text| name(key, text));
        match checked {
            Ok(name) => found.push(name),
            Err(wrong) => faults.push(finding(item.span(), wrong)),
        }
    }
    Value::Array(found)
}

pub(super) fn list_of_words(
    key: &Key,
    words: &[&str],
    items: &DeArray<'_>,
    faults: &mut Vec<Finding>,
) -> Value {
    let mut found: Vec<Value> = Vec::new();
    for item in items.iter() {
        let help = format!("give words of {}", quoted(words));
        let checked = string(key, item.get_ref(), &help)
            .and_then(|text| word(key, words, text))
            .and_then(|value| {
                if found.contains(&value) {
                    let message = format!("`{}` names {value} twice", key.name);
                    return Err(wrong(message, "again", "name each word once"));
                }
                Ok(value)
            });
        match checked {
            Ok(value) => found.push(value),
            Err(wrong) => faults.push(finding(item.span(), wrong)),
        }
    }
    Value::Array(found)
}

pub(super) fn levels(
    key: &Key,
    table: &DeTable<'_>,
    place: &Range<usize>,
    faults: &mut Vec<Finding>,
) -> Value {
    if table.len() > SKILLS_MAX {
        let message = format!("`{}` names {} skills", key.name, table.len());
        let help = format!("give at most {SKILLS_MAX}");
        faults.push(finding(place.clone(), wrong(message, "too many", help)));
    }
    entries(table, faults, |skill, value| {
        let message = format!("the level of {skill:?} is not a proficiency");
        let level = integer(value).filter(|n| (1..=10).contains(n));
        level.map(|n| json!(n)).ok_or_else(|| {
            wrong(
                message,
                off_range(value, "not from 1 to 10"),
                "give a level from 1 (lowest) to 10 (best), without quotes",
            )
        })
    })
}

pub(super) fn capacities(_: &Key, table: &DeTable<'_>, faults: &mut Vec<Finding>) -> Value {
    entries(table, faults, |channel, value| {
        let number = integer(value).filter(|n| (0..=i64::from(CAPACITY_MAX)).contains(n));
        number.map(|n| json!(n)).ok_or_else(|| {
            wrong(
                format!("the capacity for {channel:?} is not a number of contacts"),
                off_range(value, "out of range"),
                format!("give a whole number from 0 to {CAPACITY_MAX}"),
            )
        })
    })
}

pub(super) fn reasons(key: &Key, table: &DeTable<'_>, faults: &mut Vec<Finding>) -> Value {
    entries(table, faults, |agent, value| {
        let help = "give the reason in quotes; it is shown where the exclusion decides";
        let text = string(key, value, help)?;
        if text.trim().is_empty() {
            let message = format!("the exclusion of {agent:?} gives no reason");
            return Err(wrong(message, "empty", help));
        }
        free_text(key, text)
    })
}

/// The fault of a name on the left that is no name.
pub(in crate::config) fn bad_name(place: Range<usize>, message: String) -> Finding {
    Finding::new(place, message)
        .label("this name")
        .help(NAME_FORM)
}

/// Checks each entry of a small table: the name on the left, then the value.
pub(super) fn entries(
    table: &DeTable<'_>,
    faults: &mut Vec<Finding>,
    check: impl Fn(&str, &DeValue<'_>) -> Result<Value, Wrong>,
) -> Value {
    let mut found = Map::new();
    for (name, value) in table.iter() {
        if let Err(message) = Name::new(name.get_ref()) {
            faults.push(bad_name(name.span(), message));
            continue;
        }
        match check(name.get_ref(), value.get_ref()) {
            Ok(checked) => {
                found.insert(name.get_ref().to_string(), checked);
            }
            Err(wrong) => faults.push(finding(value.span(), wrong)),
        }
    }
    Value::Object(found)
}

/// Words under a number that is out of range, or under what is no whole number at all.
pub(super) fn off_range(value: &DeValue<'_>, range: &str) -> String {
    if value.is_integer() {
        range.to_owned()
    } else {
        format!("this is {}", written(value))
    }
}
