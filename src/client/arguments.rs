//! Turns `key=value …` of the command line into the params of a method.
//!
//! The table of methods gives the type of each value, so an id that looks like a number stays text.
//! A name the table does not know is sent as it is: the daemon decides.

use serde_json::{Map, Value};

use crate::fields::{ALL, Field, Type};
use crate::wire::method::{self, KEY, Kind};

/// Why arguments cannot be params.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    #[error("\"{word}\" is no name=value{hint}")]
    NoValue { word: String, hint: String },
    #[error("\"{name}\" is given twice")]
    Twice { name: String },
    #[error("\"{name}\" has an empty part")]
    EmptyName { name: String },
    #[error("{name} is {value}, which is no JSON: give {expected}")]
    NoJson {
        name: String,
        value: String,
        expected: String,
    },
}

/// Reads the arguments of a method. `retry.busy_ms=5` sets a member of an object; a word without
/// `=` is the next required parameter, or the first parameter if none is required.
pub fn params(method: &str, arguments: &[String]) -> Result<Map<String, Value>, ArgumentError> {
    let method = method::find(method);
    let known: &[Field] = method.map_or(&[], |method| method.params.all);
    let takes_key = method.is_some_and(|method| method.kind == Kind::Mutation);
    let mut params = Map::new();
    for argument in arguments {
        match argument.split_once('=') {
            Some(("key", text)) if takes_key => {
                let key = value(Some(&KEY.kind), "key", text)?;
                if params.insert("key".to_owned(), key).is_some() {
                    let name = "key".to_owned();
                    return Err(ArgumentError::Twice { name });
                }
            }
            Some((name, text)) if is_name(name) => set(&mut params, known, name, text)?,
            _ => {
                let mut takes = known.iter().filter(|param| param.required).peekable();
                // If nothing is required, as in offer.accept, it is the first parameter.
                let first = known.first().filter(|_| takes.peek().is_none());
                let next = takes
                    .chain(first)
                    .find(|param| !params.contains_key(param.name));
                let next = next.ok_or_else(|| no_value(argument, known))?;
                set(&mut params, known, next.name, argument)?;
            }
        }
    }
    Ok(params)
}

/// Whether the part before a `=` names a parameter; an id may contain a `=`.
fn is_name(name: &str) -> bool {
    let first = name.chars().next();
    first.is_some_and(|first| first.is_ascii_lowercase())
        && !name.contains(|c: char| c.is_whitespace() || c == '"' || c == '{' || c == '[')
}

fn no_value(word: &str, known: &[Field]) -> ArgumentError {
    let names: Vec<&str> = known.iter().map(|param| param.name).collect();
    let hint = if names.is_empty() {
        String::new()
    } else {
        format!("; the method takes {}", names.join(", "))
    };
    ArgumentError::NoValue {
        word: word.to_owned(),
        hint,
    }
}

/// Sets one value, creating the objects on its path.
fn set(
    params: &mut Map<String, Value>,
    known: &[Field],
    name: &str,
    text: &str,
) -> Result<(), ArgumentError> {
    let mut parts = name.split('.').peekable();
    let mut kind = None;
    let mut depth = 0;
    let mut here = params;
    while let Some(part) = parts.next() {
        if part.is_empty() {
            return Err(ArgumentError::EmptyName {
                name: name.to_owned(),
            });
        }
        kind = if depth == 0 {
            let mut params = known.iter().filter(|param| param.name == part);
            params.next().map(|param| &param.kind)
        } else {
            kind.and_then(|kind: &Type| kind.member(part))
        };
        depth += 1;
        let twice = || ArgumentError::Twice {
            name: name.to_owned(),
        };
        if parts.peek().is_none() {
            let value = value(kind, name, text)?;
            return match here.insert(part.to_owned(), value) {
                None => Ok(()),
                Some(_) => Err(twice()),
            };
        }
        let inner = here
            .entry(part)
            .or_insert_with(|| Value::Object(Map::new()));
        here = inner.as_object_mut().ok_or_else(twice)?;
    }
    Ok(())
}

/// Reads a value by its type; if the type is unknown, as JSON or else as text.
fn value(kind: Option<&Type>, name: &str, text: &str) -> Result<Value, ArgumentError> {
    let json = || serde_json::from_str::<Value>(text).ok();
    let plain = || Value::String(text.to_owned());
    let Some(kind) = kind else {
        return Ok(json().unwrap_or_else(plain));
    };
    let must = || {
        json().ok_or_else(|| ArgumentError::NoJson {
            name: name.to_owned(),
            value: text.to_owned(),
            expected: kind.describe(),
        })
    };
    match kind {
        Type::Name
        | Type::Key
        | Type::Text
        | Type::SkillPattern
        | Type::Zone
        | Type::Term
        | Type::Offer
        | Type::Words(_)
        | Type::Address
        | Type::Path(_)
        | Type::Hash
        | Type::Country => Ok(json().filter(Value::is_string).unwrap_or_else(plain)),
        Type::Limit(_) if matches!(text, "null" | "off") => Ok(Value::Null),
        Type::Limit(inner) => value(Some(inner), name, text),
        Type::BoolOrList(_) if matches!(text, "true" | "false") => must(),
        Type::AllOrList(..) if text == ALL => Ok(Value::from(ALL)),
        Type::List(item, _) | Type::BoolOrList(item) | Type::AllOrList(item, _) => {
            if let Some(list) = json().filter(Value::is_array) {
                return Ok(list);
            }
            let items = text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty());
            items.map(|one| value(Some(item), name, one)).collect()
        }
        Type::Bool
        | Type::Millis { .. }
        | Type::Timestamp
        | Type::Priority
        | Type::Level
        | Type::Whole { .. }
        | Type::Bytes { .. }
        | Type::Mode
        | Type::Share
        | Type::Map(..)
        | Type::Object(_)
        | Type::Attributes => must(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(line: &str) -> Result<Value, ArgumentError> {
        let mut words = line.split(' ').map(str::to_owned);
        let method = words.next().expect("a method");
        params(&method, &words.collect::<Vec<_>>()).map(Value::Object)
    }

    #[test]
    fn values_have_the_type_of_their_parameter() {
        for (line, params) in [
            ("session.ping", json!({})),
            ("agent.get agent=7", json!({"agent": "7"})),
            ("agent.get bob", json!({"agent": "bob"})),
            (
                "agent.presence bob break",
                json!({"agent": "bob", "presence": "break"}),
            ),
            (
                "contact.submit c1 customer=13800138000 requires.zh=5 priority=2",
                json!({"contact": "c1", "customer": "13800138000", "requires": {"zh": 5}, "priority": 2}),
            ),
            (
                "queue.set default retry.busy_ms=5 retry.declined_ms=6 max_wait_ms=off ownership.wait.busy_ms=1",
                json!({"queue": "default", "retry": {"busy_ms": 5, "declined_ms": 6},
                       "max_wait_ms": null, "ownership": {"wait": {"busy_ms": 1}}}),
            ),
            (
                "contact.sync pbx c1,c2",
                json!({"source": "pbx", "contacts": ["c1", "c2"]}),
            ),
            (
                "contact.sync pbx []",
                json!({"source": "pbx", "contacts": []}),
            ),
            (
                "session.open pbx events=true",
                json!({"client": "pbx", "events": true}),
            ),
            (
                "session.open pbx events=contact.offered,case.owned",
                json!({"client": "pbx", "events": ["contact.offered", "case.owned"]}),
            ),
            (
                r#"contact.submit "c=1" attributes={"a":[1]} case=null"#,
                json!({"contact": "c=1", "attributes": {"a": [1]}, "case": "null"}),
            ),
            (
                "contact.submit c1 attributes.vip=true attributes.n=x",
                json!({"contact": "c1", "attributes": {"vip": true, "n": "x"}}),
            ),
            (
                "new.method a=1 b=x c={}",
                json!({"a": 1, "b": "x", "c": {}}),
            ),
        ] {
            assert_eq!(read(line), Ok(params), "{line}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (line, message) in [
            (
                "agent.get bob eve",
                "\"eve\" is no name=value; the method takes agent",
            ),
            ("new.method x", "\"x\" is no name=value"),
            ("agent.get agent=a agent=b", "\"agent\" is given twice"),
            ("queue.set q retry.=1", "\"retry.\" has an empty part"),
            (
                "queue.set q priority=high",
                "priority is high, which is no JSON: give a whole number from -1000000 to 1000000",
            ),
        ] {
            let error = read(line).expect_err(line).to_string();
            assert_eq!(error, message, "{line}");
        }
    }
}
