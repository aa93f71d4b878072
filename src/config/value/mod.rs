//! Checks one value as the user wrote it against the type of its key.
//!
//! Every fault names the right form. Nothing here compares one key with another.

mod many;

use std::net::SocketAddr;
use std::ops::Range;

use serde_json::{Value, json};
use toml::Spanned;
use toml::de::DeValue;

use super::duration;
use super::fault::Finding;
use super::keys::{Key, whole_range};
use crate::calendar::Term;
use crate::fields::{ALL, Type, quoted};
use crate::identity::is_country;
use crate::nearest::nearest;
use crate::router::by_customer::SkillPattern;
use crate::router::country::Country;
use crate::router::ids::{Name, TEXT_BYTES_MAX};
use crate::router::policy::PRIORITY_MAX;
use crate::router::time::MILLIS_MAX;

pub(super) use many::{bad_name, twice};

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

/// Checks a value that is not a section. `None` = not usable.
pub(super) fn check(
    key: Key,
    value: &Spanned<DeValue<'_>>,
    faults: &mut Vec<Finding>,
) -> Option<Value> {
    let (name, place) = (key.name(), value.span());
    let (kind, off) = if let Type::Limit(inner) = key.field.kind {
        (*inner, true)
    } else {
        (key.field.kind, false)
    };
    let checked = match (kind, value.get_ref()) {
        (_, DeValue::String(text)) if off && text == "off" => Ok(Value::Null),
        (Type::List(item, max), DeValue::Array(items)) => {
            Ok(many::list(name, item, max, items, &place, faults))
        }
        (Type::AllOrList(..), DeValue::String(text)) if text == ALL => Ok(json!(ALL)),
        (Type::AllOrList(item, max), DeValue::Array(items)) => {
            Ok(many::list(name, item, max, items, &place, faults))
        }
        (Type::AllOrList(..), written) => Err(type_wrong(
            name,
            "\"all\" or a list",
            written,
            "give \"all\", or a list such as [\"ada\", \"bo\"]",
        )),
        (Type::Map(entry, max), DeValue::Table(table)) => {
            Ok(many::map(name, entry, max, table, &place, faults))
        }
        (_, written) => scalar(name, &kind, off, written),
    };
    checked
        .map_err(|wrong| faults.push(finding(place, wrong)))
        .ok()
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

/// Checks a single value; `off` = `"off"` is allowed too.
fn scalar(key: &str, kind: &Type, off: bool, value: &DeValue<'_>) -> Result<Value, Wrong> {
    match *kind {
        Type::Millis { min, max } => time(key, min, max, off, value),
        Type::Term => term(key, value),
        Type::Timestamp => timestamp(key, value),
        Type::Whole { min, max } => whole(key, min, max, off, value),
        Type::Priority => {
            let max = i64::from(PRIORITY_MAX);
            whole(key, -max, max, off, value)
        }
        Type::Bytes { min, max, step } => size(key, min, max, step, value),
        Type::Share => share(key, value),
        Type::Words(words) => {
            let help = format!("give one of {}", quoted(words));
            word(key, words, string(key, value, &help)?)
        }
        Type::Name => name(key, string(key, value, "give a name in quotes")?),
        Type::Text => free_text(key, string(key, value, "give a text in quotes")?),
        Type::SkillPattern => pattern(key, value),
        Type::Zone => zone(key, value),
        Type::Bool => value.as_bool().map(Value::Bool).ok_or_else(|| {
            type_wrong(
                key,
                "true or false",
                value,
                "give true or false, without quotes",
            )
        }),
        Type::Address => address(key, value),
        Type::Path(max) => {
            let help = if off {
                "give a path in quotes, or \"off\""
            } else {
                "give a path in quotes"
            };
            path(key, string(key, value, help)?, max)
        }
        Type::Mode => mode(key, value),
        Type::Hash => hash(key, value),
        Type::Country => country(key, string(key, value, "give a country in quotes")?),
        Type::List(..)
        | Type::Map(..)
        | Type::Object(_)
        | Type::Level
        | Type::Limit(_)
        | Type::Key
        | Type::Offer
        | Type::BoolOrList(_)
        | Type::AllOrList(..)
        | Type::Attributes => Err(not_several(key, kind, value)),
    }
}

fn term(key: &str, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give a duration such as \"45m\", or \"5 working days\", or \"8 working hours\"";
    let text = string(key, value, form)?;
    match Term::parse(text) {
        Ok(term) => Ok(json!(term)),
        Err(message) => Err(wrong(
            format!(
                "`{}`: {}",
                key,
                message.split(": give ").next().unwrap_or_default()
            ),
            "not a term",
            form,
        )),
    }
}

/// A single value where a list is expected.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others are lists")]
fn not_several(key: &str, kind: &Type, value: &DeValue<'_>) -> Wrong {
    let (expected, help) = match kind {
        Type::Map(Type::Level, _) => (
            "skills with their levels",
            "give each skill a level from 1 to 10, such as { billing = 7 }",
        ),
        Type::Map(Type::Whole { .. }, _) => (
            "channels with their numbers",
            "give each channel a number, such as { chat = 3 }",
        ),
        Type::Map(Type::Text, _) => (
            "agents with reasons",
            "give each agent a reason, such as { bo = \"relative of the customer\" }",
        ),
        Type::Map(Type::Priority, _) => (
            "names with their priorities",
            "give each name a priority, such as { gold = 2 }",
        ),
        Type::Map(Type::List(..), _) => (
            "dates with their hours",
            "give each date a list of hours, such as { \"2026-12-24\" = [\"09:00-12:00\"] }",
        ),
        Type::Map(..) => (
            "names with their agents",
            "give each name an agent, such as { north = \"ada\" }",
        ),
        _ => (
            "a list",
            "give a list in brackets, such as [\"one\", \"two\"]",
        ),
    };
    type_wrong(key, expected, value, help)
}

/// A time with its offset, as milliseconds since 1970.
fn timestamp(key: &str, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give a date with time and offset from UTC, such as 2026-10-01T08:00:00+08:00";
    let DeValue::Datetime(time) = value else {
        return Err(type_wrong(key, "a time", value, form));
    };
    let parsed: Result<jiff::Timestamp, _> = time.to_string().parse();
    parsed.map(|at| json!(at.as_millisecond())).map_err(|_| {
        let message = format!("`{key}` = {time} is not a time that everybody understands alike");
        wrong(message, "lacks its time or offset", form)
    })
}

/// A skill name with a placeholder.
fn pattern(key: &str, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let help = "give the name of a skill with one {} in it, such as \"lang:{}\"";
    let text = string(key, value, help)?;
    match serde_json::from_value::<SkillPattern>(json!(text)) {
        Ok(_) => Ok(json!(text)),
        Err(_) => {
            let message = format!("`{key}` has no place for a word");
            Err(wrong(message, "needs one {}", help))
        }
    }
}

/// A time zone by its name.
fn zone(key: &str, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give a time zone of the IANA database, such as \"Asia/Shanghai\"";
    let text = string(key, value, form)?;
    match crate::calendar::zone::resolve(text) {
        Ok(_) => Ok(json!(text)),
        Err(right) => {
            let message = format!("`{key}`: there is no time zone {text:?}");
            Err(wrong(message, "not known", right))
        }
    }
}

fn time(key: &str, min: i64, max: i64, off: bool, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = if off {
        "give a duration such as \"45s\", \"2m\" or \"off\""
    } else {
        "give a duration such as \"45s\", \"2m\" or \"1h30m\""
    };
    let DeValue::String(text) = value else {
        #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum")]
        let help = match value {
            DeValue::Integer(_) | DeValue::Float(_) => format!(
                "give a duration in quotes with its unit: {} = {}",
                key,
                duration_hint(value, 1_000)
            ),
            _ => form.to_owned(),
        };
        return Err(type_wrong(key, "a duration", value, &help));
    };
    if text == "off" {
        return Err(wrong(
            format!("`{key}` always has a limit"),
            "cannot be \"off\"",
            format!("{form}; \"0s\" is the shortest"),
        ));
    }
    let ms = duration::parse(text)
        .map_err(|message| wrong(format!("`{key}`: {message}"), "not a duration", form))?;
    if max < MILLIS_MAX && !(min..=max).contains(&ms.0) {
        let (least, most) = (duration::format(min), duration::format(max));
        return Err(wrong(
            format!("`{key}` is out of range"),
            "out of range",
            format!("give a duration from {least:?} to {most:?}"),
        ));
    }
    if ms.0 < min {
        let least = duration::format(min);
        return Err(wrong(
            format!("`{key}` is too short"),
            "too short",
            format!("give {least:?} or more"),
        ));
    }
    Ok(json!(ms.0))
}

/// The most likely intended duration, in quotes. `unit_ms` is the unit of a bare number.
pub(super) fn duration_hint(value: &DeValue<'_>, unit_ms: i64) -> String {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum")]
    let ms = match value {
        DeValue::Integer(_) => integer(value).and_then(|n| n.checked_mul(unit_ms)),
        DeValue::String(text) => duration::parse(text).ok().map(|ms| ms.0),
        _ => None,
    };
    let ms = ms.filter(|ms| (0..=MILLIS_MAX).contains(ms));
    format!("{:?}", ms.map_or("45s".to_owned(), duration::format))
}

fn whole(key: &str, min: i64, max: i64, off: bool, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let range = whole_range(min, max);
    let form = if off {
        format!("give a whole number, {range}, or \"off\" for no limit")
    } else {
        format!("give a whole number, {range}")
    };
    if !value.is_integer() {
        return Err(type_wrong(key, "a whole number", value, &form));
    }
    integer(value)
        .filter(|n| (min..=max).contains(n))
        .map(|n| json!(n))
        .ok_or_else(|| wrong(format!("`{key}` is out of range"), "out of range", form))
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let written = value.as_integer()?;
    i64::from_str_radix(written.as_str(), written.radix()).ok()
}

fn size(key: &str, min: u64, max: u64, step: u64, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let (least, most) = (duration::format_bytes(min), duration::format_bytes(max));
    let some = duration::format_bytes((64 << 10_u64).clamp(min, max));
    let mut form = format!("give a size from {least:?} to {most:?}, such as {some:?}");
    if step > 1 {
        form = format!("{form}, a multiple of {:?}", duration::format_bytes(step));
    }
    #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum")]
    let bytes = match value {
        DeValue::String(text) => duration::parse_bytes(text).ok_or_else(|| {
            wrong(
                format!("`{key}`: {text:?} is not a size"),
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
        let message = format!("`{key}` is out of range");
        return Err(wrong(message, "out of range", form));
    }
    Ok(json!(bytes))
}

fn share(key: &str, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give a number from 0 to 1, such as 0.8 for 80 %";
    #[expect(clippy::wildcard_enum_match_arm, reason = "a foreign enum")]
    let share: f64 = match value {
        DeValue::Float(number) => number.as_str().parse().ok(),
        DeValue::Integer(_) => integer(value).map(|n| n as f64),
        _ => return Err(type_wrong(key, "a number", value, form)),
    }
    .unwrap_or(f64::NAN);
    if !(0.0..=1.0).contains(&share) {
        let message = format!("`{key}` is out of range");
        return Err(wrong(message, "not from 0 to 1", form));
    }
    Ok(json!(share))
}

fn word(key: &str, words: &[&str], text: &str) -> Result<Value, Wrong> {
    if words.contains(&text) {
        return Ok(json!(text));
    }
    let label = match nearest(text, words.iter().copied()) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "not one of the words".to_owned(),
    };
    let message = format!("`{key}` does not know {text:?}");
    Err(wrong(
        message,
        label,
        format!("give one of {}", quoted(words)),
    ))
}

fn name(key: &str, text: &str) -> Result<Value, Wrong> {
    match Name::new(text) {
        Ok(_) => Ok(json!(text)),
        Err(message) => Err(wrong(
            format!("`{key}`: {message}"),
            "not a name",
            NAME_FORM,
        )),
    }
}

fn country(key: &str, text: &str) -> Result<Value, Wrong> {
    let known = Country::new(text).ok().filter(|one| is_country(*one));
    match known {
        Some(country) => Ok(json!(country)),
        None => Err(wrong(
            format!("`{key}` does not know {text:?}"),
            "not a country",
            "give its two letters of ISO 3166, such as \"CN\"",
        )),
    }
}

fn free_text(key: &str, text: &str) -> Result<Value, Wrong> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(wrong(
            format!("`{}` is {} bytes long", key, text.len()),
            "too long",
            format!("give at most {TEXT_BYTES_MAX} bytes"),
        ));
    }
    Ok(json!(text))
}

fn path(key: &str, text: &str, max: usize) -> Result<Value, Wrong> {
    if text.is_empty() || text.contains('\0') {
        let message = format!("`{key}` is not a path");
        return Err(wrong(
            message,
            "not a path",
            "give the path of a file or folder",
        ));
    }
    if text.len() > max {
        return Err(wrong(
            format!("`{}` is {} bytes long", key, text.len()),
            "too long for a socket",
            format!("give a path of at most {max} bytes: the system takes no longer one"),
        ));
    }
    Ok(json!(text))
}

fn address(key: &str, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give an address with its port, such as \"127.0.0.1:7878\" or \"[::1]:7878\", or \
                \"off\"";
    let text = string(key, value, form)?;
    match text.parse::<SocketAddr>() {
        Ok(address) => Ok(json!(address)),
        Err(_) => Err(wrong(
            format!("`{key}`: {text:?} is not an address with a port"),
            "not an address",
            form,
        )),
    }
}

fn mode(key: &str, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give the permission bits in quotes, in octal as for chmod, such as \"0660\"";
    let text = string(key, value, form)?;
    let octal = !text.is_empty() && text.bytes().all(|b| (b'0'..=b'7').contains(&b));
    u32::from_str_radix(text, 8)
        .ok()
        .filter(|mode| octal && *mode <= 0o777)
        .map(|mode| json!(mode))
        .ok_or_else(|| wrong(format!("`{key}` is not a mode"), "not a mode", form))
}

fn hash(key: &str, value: &DeValue<'_>) -> Result<Value, Wrong> {
    let form = "give 64 hexadecimal digits: printf %s TOKEN | sha256sum";
    let text = string(key, value, form)?;
    if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(json!(text.to_ascii_lowercase()));
    }
    // The text is not shown: it may be the token itself.
    let message = format!("`{key}` is not a SHA-256");
    Err(Wrong {
        secret: true,
        ..wrong(message, "not a hash", form)
    })
}

fn string<'a>(key: &str, value: &'a DeValue<'_>, help: &str) -> Result<&'a str, Wrong> {
    value
        .as_str()
        .ok_or_else(|| type_wrong(key, "a text in quotes", value, help))
}

fn type_wrong(key: &str, expected: &str, value: &DeValue<'_>, help: &str) -> Wrong {
    wrong(
        format!("`{key}` takes {expected}"),
        format!("this is {}", written(value)),
        help,
    )
}

/// The type of what was written, in a word or two.
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
