//! Priorities, agents in charge and absences as the user wrote them.

use serde_json::{Value, json};
use toml::de::{DeArray, DeTable, DeValue};

use super::many::{entries, off_range};
use super::{Wrong, finding, free_text, integer, name, string, written, wrong};
use crate::config::fault::Finding;
use crate::config::keys::Key;
use crate::router::by_customer::SkillPattern;
use crate::router::policy::PRIORITY_MAX;

pub(super) const ABSENCE_FORM: &str = "give each a from and a to with their offset from UTC, such \
     as [{ from = 2026-10-01T08:00:00+08:00, to = 2026-10-08T08:00:00+08:00 }]";

pub(super) fn priorities(_: &Key, table: &DeTable<'_>, faults: &mut Vec<Finding>) -> Value {
    let max = i64::from(PRIORITY_MAX);
    entries(table, faults, |name, value| {
        let number = integer(value).filter(|n| (-max..=max).contains(n));
        number.map(|n| json!(n)).ok_or_else(|| {
            wrong(
                format!("the priority of {name:?} is not one"),
                off_range(value, "out of range"),
                format!("give a whole number from -{max} to {max}"),
            )
        })
    })
}

pub(super) fn agents(key: &Key, table: &DeTable<'_>, faults: &mut Vec<Finding>) -> Value {
    entries(table, faults, |_, value| {
        let text = string(key, value, "give the name of an agent in quotes")?;
        name(key, text)
    })
}

pub(super) fn absences(key: &Key, items: &DeArray<'_>, faults: &mut Vec<Finding>) -> Value {
    let mut found = Vec::new();
    for item in items.iter() {
        match absence(key, item.get_ref()) {
            Ok(absence) => found.push(absence),
            Err(wrong) => faults.push(finding(item.span(), wrong)),
        }
    }
    Value::Array(found)
}

fn absence(key: &Key, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let DeValue::Table(table) = value else {
        let label = format!("this is {}", written(value));
        return Err(wrong("an absence has a from and a to", label, ABSENCE_FORM));
    };
    let known = ["from", "to", "reason"];
    let unknown = table
        .keys()
        .find(|name| !known.contains(&name.get_ref().as_ref()));
    if let Some(name) = unknown {
        let message = format!("an absence has no {:?}", name.get_ref());
        return Err(wrong(message, "not known", ABSENCE_FORM));
    }
    let (from, to) = (time(table, "from")?, time(table, "to")?);
    if to <= from {
        let help = "give a `to` after `from`";
        return Err(wrong(
            "an absence ends before it begins",
            "has no length",
            help,
        ));
    }
    let reason = match table.get("reason") {
        None => Value::Null,
        Some(reason) => {
            let text = string(key, reason.get_ref(), "give the reason in quotes")?;
            free_text(key, text)?
        }
    };
    Ok(json!({"from_at": from, "to_at": to, "reason": reason}))
}

/// A time with its offset, as milliseconds since 1970.
fn time(table: &DeTable<'_>, name: &str) -> Result<i64, Wrong> {
    let Some(value) = table.get(name) else {
        let message = format!("an absence needs a `{name}`");
        return Err(wrong(message, "lacks it", ABSENCE_FORM));
    };
    let text = match value.get_ref() {
        DeValue::Datetime(time) => time.to_string(),
        other => {
            let label = format!("this is {}", written(other));
            return Err(wrong(format!("`{name}` takes a time"), label, ABSENCE_FORM));
        }
    };
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    parsed.map(jiff::Timestamp::as_millisecond).map_err(|_| {
        let message = format!("`{name}` = {text} is not a time that everybody understands alike");
        wrong(message, "lacks its time or offset", ABSENCE_FORM)
    })
}

/// The name of a skill with a place for a word.
pub(super) fn pattern(key: &Key, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let help = "give the name of a skill with one {} in it, such as \"lang:{}\"";
    let text = string(key, value, help)?;
    match serde_json::from_value::<SkillPattern>(json!(text)) {
        Ok(_) => Ok(json!(text)),
        Err(_) => {
            let message = format!("`{}` has no place for a word", key.name);
            Err(wrong(message, "needs one {}", help))
        }
    }
}
