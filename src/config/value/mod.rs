//! One value as the user wrote it: whether it is of the kind its key takes.
//!
//! Every refusal says what would be right. Nothing here compares one key with another.

mod many;
mod people;

use std::net::SocketAddr;
use std::ops::Range;

use serde_json::{Value, json};
use toml::Spanned;
use toml::de::DeValue;

use super::duration;
use super::fault::Finding;
use super::keys::{Key, Kind, SOCKET_PATH_BYTES_MAX, quoted, whole_range};
use crate::calendar::Term;
use crate::nearest::nearest;
use crate::router::ids::{Name, TEXT_BYTES_MAX};

pub(super) use many::bad_name;

const NAME_FORM: &str = "give a name of 1 to 128 bytes without control characters";

/// What is wrong with a value: a message, words for the place, and the right form.
struct Wrong {
    message: String,
    label: String,
    help: String,
    secret: bool,
}

fn wrong(message: impl Into<String>, label: impl Into<String>, help: impl Into<String>) -> Wrong {
    Wrong {
        message: message.into(),
        label: label.into(),
        help: help.into(),
        secret: false,
    }
}

/// Checks a value that is not a section. `None` where it cannot be used.
pub(super) fn check(
    key: &Key,
    kind: &Kind,
    value: &Spanned<DeValue<'_>>,
    faults: &mut Vec<Finding>,
) -> Option<Value> {
    let place = value.span();
    match (kind, value.get_ref()) {
        (Kind::Names, DeValue::Array(items)) => Some(many::names(key, items, faults)),
        (Kind::Words(words), DeValue::Array(items)) => {
            Some(many::list_of_words(key, &words(), items, faults))
        }
        (Kind::Skills, DeValue::Table(table)) => Some(many::levels(key, table, &place, faults)),
        (Kind::Capacity, DeValue::Table(table)) => Some(many::capacities(key, table, faults)),
        (Kind::Reasons, DeValue::Table(table)) => Some(many::reasons(key, table, faults)),
        (Kind::Priorities, DeValue::Table(table)) => Some(people::priorities(key, table, faults)),
        (Kind::Agents, DeValue::Table(table)) => Some(people::agents(key, table, faults)),
        (Kind::Absences, DeValue::Array(items)) => Some(people::absences(key, items, faults)),
        (kind, written) => match scalar(key, kind, written) {
            Ok(value) => Some(value),
            Err(wrong) => {
                faults.push(finding(place, wrong));
                None
            }
        },
    }
}

fn finding(place: Range<usize>, wrong: Wrong) -> Finding {
    let finding = Finding::new(place, wrong.message)
        .label(wrong.label)
        .help(wrong.help);
    if wrong.secret {
        finding.secret()
    } else {
        finding
    }
}

fn scalar(key: &Key, kind: &Kind, value: &DeValue<'_>) -> Result<Value, Wrong> {
    match *kind {
        Kind::Duration { min_ms, off } => time(key, min_ms, off, value),
        Kind::Term => term(key, value),
        Kind::Whole { min, max, off } => whole(key, min, max, off, value),
        Kind::Bytes { min, max, step } => size(key, min, max, step, value),
        Kind::Share => share(key, value),
        Kind::Word(words) => {
            let words = words();
            let help = format!("give one of {}", quoted(&words));
            let text = string(key, value, &help)?;
            word(key, &words, text)
        }
        Kind::Name => {
            let text = string(key, value, "give a name in quotes")?;
            name(key, text)
        }
        Kind::Text => {
            let text = string(key, value, "give a text in quotes")?;
            free_text(key, text)
        }
        Kind::SkillPattern => people::pattern(key, value),
        Kind::Flag => value.as_bool().map(Value::Bool).ok_or_else(|| {
            type_wrong(
                key,
                "true or false",
                value,
                "give true or false, without quotes",
            )
        }),
        Kind::Address => address(key, value),
        Kind::Folder => {
            let text = string(key, value, "give a path in quotes")?;
            path(key, text, usize::MAX)
        }
        Kind::Socket => {
            let text = string(key, value, "give a path in quotes, or \"off\"")?;
            if text == "off" {
                return Ok(Value::Null);
            }
            path(key, text, SOCKET_PATH_BYTES_MAX)
        }
        Kind::Mode => mode(key, value),
        Kind::Hash => hash(key, value),
        Kind::Names
        | Kind::Words(_)
        | Kind::Skills
        | Kind::Capacity
        | Kind::Reasons
        | Kind::Priorities
        | Kind::Agents
        | Kind::Absences
        | Kind::Table(_)
        | Kind::Named(_)
        | Kind::List { .. } => Err(not_several(key, kind, value)),
    }
}

fn term(key: &Key, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give a duration such as \"45m\", or \"5 working days\", or \"8 working hours\"";
    let text = string(key, value, form)?;
    match Term::parse(text) {
        Ok(term) => Ok(json!(term)),
        Err(message) => Err(wrong(
            format!(
                "`{}`: {}",
                key.name,
                message.split(": give ").next().unwrap_or_default()
            ),
            "not a term",
            form,
        )),
    }
}

/// A single value where several are expected.
fn not_several(key: &Key, kind: &Kind, value: &DeValue<'_>) -> Wrong {
    let (expected, help) = match kind {
        Kind::Skills => (
            "skills with their levels",
            "give each skill a level from 1 to 10, such as { billing = 7 }",
        ),
        Kind::Capacity => (
            "channels with their numbers",
            "give each channel a number, such as { chat = 3 }",
        ),
        Kind::Reasons => (
            "agents with reasons",
            "give each agent a reason, such as { bo = \"relative of the customer\" }",
        ),
        Kind::Priorities => (
            "names with their priorities",
            "give each name a priority, such as { gold = 2 }",
        ),
        Kind::Agents => (
            "names with their agents",
            "give each name an agent, such as { north = \"ada\" }",
        ),
        Kind::Absences => ("a list of absences", people::ABSENCE_FORM),
        Kind::Names | Kind::Words(_) => (
            "a list",
            "give a list in brackets, such as [\"one\", \"two\"]",
        ),
        _ => ("a section", "give a section"),
    };
    type_wrong(key, expected, value, help)
}

fn time(key: &Key, min_ms: i64, off: bool, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = if off {
        "give a duration such as \"45s\", \"2m\" or \"off\""
    } else {
        "give a duration such as \"45s\", \"2m\" or \"1h30m\""
    };
    let DeValue::String(text) = value else {
        let help = match value {
            DeValue::Integer(_) | DeValue::Float(_) => format!(
                "give a duration in quotes with its unit: {} = {}",
                key.name,
                duration_hint(value, 1_000)
            ),
            _ => form.to_owned(),
        };
        return Err(type_wrong(key, "a duration", value, &help));
    };
    if text == "off" && off {
        return Ok(Value::Null);
    }
    if text == "off" {
        return Err(wrong(
            format!("`{}` always has a limit", key.name),
            "cannot be \"off\"",
            format!("{form}; \"0s\" is the shortest"),
        ));
    }
    let ms = duration::parse(text)
        .map_err(|message| wrong(format!("`{}`: {message}", key.name), "not a duration", form))?;
    if ms.0 < min_ms {
        let least = duration::format(min_ms);
        return Err(wrong(
            format!("`{}` is too short", key.name),
            "too short",
            format!("give {least:?} or more"),
        ));
    }
    Ok(json!(ms.0))
}

/// What a value was most likely meant to be as a duration, in quotes. `unit_ms` is the unit of a
/// number.
pub(super) fn duration_hint(value: &DeValue<'_>, unit_ms: i64) -> String {
    let ms = match value {
        DeValue::Integer(_) => integer(value).and_then(|n| n.checked_mul(unit_ms)),
        DeValue::String(text) => duration::parse(text).ok().map(|ms| ms.0),
        _ => None,
    };
    let ms = ms.filter(|ms| (0..=crate::router::time::MILLIS_MAX).contains(ms));
    format!("{:?}", ms.map_or("45s".to_owned(), duration::format))
}

fn whole(key: &Key, min: i64, max: i64, off: bool, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let range = whole_range(min, max);
    let form = if off {
        format!("give a whole number, {range}, or \"off\" for no limit")
    } else {
        format!("give a whole number, {range}")
    };
    if off && value.as_str() == Some("off") {
        return Ok(Value::Null);
    }
    if !value.is_integer() {
        return Err(type_wrong(key, "a whole number", value, &form));
    }
    integer(value)
        .filter(|n| (min..=max).contains(n))
        .map(|n| json!(n))
        .ok_or_else(|| {
            wrong(
                format!("`{}` is out of range", key.name),
                "out of range",
                form,
            )
        })
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let written = value.as_integer()?;
    i64::from_str_radix(written.as_str(), written.radix()).ok()
}

fn size(key: &Key, min: u64, max: u64, step: u64, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let (least, most) = (duration::format_bytes(min), duration::format_bytes(max));
    let some = duration::format_bytes((64 << 10_u64).clamp(min, max));
    let mut form = format!("give a size from {least:?} to {most:?}, such as {some:?}");
    if step > 1 {
        form = format!("{form}, a multiple of {:?}", duration::format_bytes(step));
    }
    let bytes = match value {
        DeValue::String(text) => duration::parse_bytes(text).ok_or_else(|| {
            wrong(
                format!("`{}`: {text:?} is not a size", key.name),
                "not a size",
                form.clone(),
            )
        })?,
        DeValue::Integer(_) => integer(value)
            .and_then(|n| u64::try_from(n).ok())
            .unwrap_or(u64::MAX),
        _ => return Err(type_wrong(key, "a size", value, &form)),
    };
    if !(min..=max).contains(&bytes) || !bytes.is_multiple_of(step) {
        let message = format!("`{}` is out of range", key.name);
        return Err(wrong(message, "out of range", form));
    }
    Ok(json!(bytes))
}

fn share(key: &Key, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give a number from 0 to 1, such as 0.8 for 80 %";
    let share: f64 = match value {
        DeValue::Float(number) => number.as_str().parse().ok(),
        DeValue::Integer(_) => integer(value).map(|n| n as f64),
        _ => return Err(type_wrong(key, "a number", value, form)),
    }
    .unwrap_or(f64::NAN);
    if !(0.0..=1.0).contains(&share) {
        let message = format!("`{}` is out of range", key.name);
        return Err(wrong(message, "not from 0 to 1", form));
    }
    Ok(json!(share))
}

fn word(key: &Key, words: &[&str], text: &str) -> Result<Value, Wrong> {
    if words.contains(&text) {
        return Ok(json!(text));
    }
    let label = match nearest(text, words.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "not one of the words".to_owned(),
    };
    let message = format!("`{}` does not know {text:?}", key.name);
    Err(wrong(
        message,
        label,
        format!("give one of {}", quoted(words)),
    ))
}

fn name(key: &Key, text: &str) -> Result<Value, Wrong> {
    match Name::new(text) {
        Ok(_) => Ok(json!(text)),
        Err(message) => Err(wrong(
            format!("`{}`: {message}", key.name),
            "not a name",
            NAME_FORM,
        )),
    }
}

fn free_text(key: &Key, text: &str) -> Result<Value, Wrong> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(wrong(
            format!("`{}` is {} bytes long", key.name, text.len()),
            "too long",
            format!("give at most {TEXT_BYTES_MAX} bytes"),
        ));
    }
    Ok(json!(text))
}

fn path(key: &Key, text: &str, max: usize) -> Result<Value, Wrong> {
    if text.is_empty() || text.contains('\0') {
        let message = format!("`{}` is not a path", key.name);
        return Err(wrong(
            message,
            "not a path",
            "give the path of a file or folder",
        ));
    }
    if text.len() > max {
        return Err(wrong(
            format!("`{}` is {} bytes long", key.name, text.len()),
            "too long for a socket",
            format!("give a path of at most {max} bytes: the system takes no longer one"),
        ));
    }
    Ok(json!(text))
}

fn address(key: &Key, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give an address with its port, such as \"127.0.0.1:7878\" or \"[::1]:7878\", or \
                \"off\"";
    let text = string(key, value, form)?;
    if text == "off" {
        return Ok(Value::Null);
    }
    match text.parse::<SocketAddr>() {
        Ok(address) => Ok(json!(address)),
        Err(_) => Err(wrong(
            format!("`{}`: {text:?} is not an address with a port", key.name),
            "not an address",
            form,
        )),
    }
}

fn mode(key: &Key, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give the permission bits in quotes, in octal as for chmod, such as \"0660\"";
    let text = string(key, value, form)?;
    let octal = !text.is_empty() && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    u32::from_str_radix(text, 8)
        .ok()
        .filter(|mode| octal && *mode <= 0o777)
        .map(|mode| json!(mode))
        .ok_or_else(|| wrong(format!("`{}` is not a mode", key.name), "not a mode", form))
}

fn hash(key: &Key, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give 64 hexadecimal digits: printf %s TOKEN | sha256sum";
    let text = string(key, value, form)?;
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(json!(text.to_ascii_lowercase()));
    }
    // The text is not shown: it may be the token itself.
    let message = format!("`{}` is not a SHA-256", key.name);
    Err(Wrong {
        secret: true,
        ..wrong(message, "not a hash", form)
    })
}

fn string<'a>(key: &Key, value: &'a DeValue<'_>, help: &str) -> Result<&'a str, Wrong> {
    value
        .as_str()
        .ok_or_else(|| type_wrong(key, "a text in quotes", value, help))
}

fn type_wrong(key: &Key, expected: &str, value: &DeValue<'_>, help: &str) -> Wrong {
    wrong(
        format!("`{}` takes {expected}", key.name),
        format!("this is {}", written(value)),
        help,
    )
}

/// What was written, in a word or two.
pub(super) fn written(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
