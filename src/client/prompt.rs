//! Completion and hints of the prompt.
//!
//! Names come from the table of methods, so the prompt knows all that the wire knows.

use rustyline::completion::{Completer as Complete, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use crate::fields::{Field, Type};
use crate::wire::method::{self, KEY, Kind, METHODS};

/// Words of the prompt that are not methods.
pub const COMMANDS: &[&str] = &["events", "help", "quit"];

/// Completes methods, names of params, and words a param may have.
#[derive(Debug, Default)]
pub struct Completer;

impl Helper for Completer {}
impl Highlighter for Completer {}
impl Validator for Completer {}

impl Complete for Completer {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        at: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let line = line.get(..at).unwrap_or(line);
        let (start, words) = candidates(line);
        let pairs = words.into_iter().map(|word| Pair {
            display: word.clone(),
            replacement: word,
        });
        Ok((start, pairs.collect()))
    }
}

impl Hinter for Completer {
    type Hint = String;

    /// After a method and a space: the required params still missing.
    fn hint(&self, line: &str, at: usize, _: &Context<'_>) -> Option<String> {
        if at < line.len() || !line.ends_with(' ') {
            return None;
        }
        let mut words = line.split_whitespace();
        let method = method::find(words.next()?)?;
        let given: Vec<&str> = words.filter_map(|word| word.split('=').next()).collect();
        let required = method.params.all.iter().filter(|param| param.required);
        let missing = required.filter(|param| !given.contains(&param.name));
        let hint: Vec<String> = missing.map(|param| format!("{}=", param.name)).collect();
        (!hint.is_empty()).then(|| hint.join(" "))
    }
}

/// Where the last word begins, and its completions.
pub fn candidates(line: &str) -> (usize, Vec<String>) {
    let start = line.rfind(' ').map_or(0, |space| space + 1);
    let word = &line[start..];
    let mut before = line[..start].split_whitespace();
    let Some(method) = before.next() else {
        let methods = METHODS.iter().map(|method| method.name);
        let names = methods.chain(COMMANDS.iter().copied());
        let names = names.filter(|name| name.starts_with(word));
        return (start, names.map(str::to_owned).collect());
    };
    let Some(method) = method::find(method) else {
        return (start, Vec::new());
    };
    let given: Vec<&str> = before.filter_map(|word| word.split('=').next()).collect();
    let free = |param: &&Field| !given.contains(&param.name);
    if let Some((name, begun)) = word.split_once('=') {
        let words = kind(method.params.all, name).map(words).unwrap_or_default();
        let words = words.into_iter().filter(|word| word.starts_with(begun));
        return (start + name.len() + 1, words.map(str::to_owned).collect());
    }
    if let Some((path, begun)) = word.rsplit_once('.') {
        let members = kind(method.params.all, path)
            .and_then(Type::members)
            .unwrap_or(&[]);
        let members = members
            .iter()
            .filter(|member| member.name.starts_with(begun));
        let names = members.map(ending);
        return (start + path.len() + 1, names.collect());
    }
    let key = (method.kind == Kind::Mutation).then_some(&KEY);
    let params = method.params.all.iter().chain(key).filter(free);
    let params = params.filter(|param| param.name.starts_with(word));
    (start, params.map(ending).collect())
}

/// A name with the characters that follow it.
fn ending(param: &Field) -> String {
    let follows = if matches!(param.kind, Type::Object(_)) {
        '.'
    } else {
        '='
    };
    format!("{}{follows}", param.name)
}

/// The type at the end of a path such as `ownership.wait`.
fn kind(params: &'static [Field], path: &str) -> Option<&'static Type> {
    let mut parts = path.split('.');
    let first = parts.next()?;
    let mut kind = &params.iter().find(|param| param.name == first)?.kind;
    for part in parts {
        kind = kind.member(part)?;
    }
    Some(kind)
}

fn words(kind: &'static Type) -> Vec<&'static str> {
    if matches!(kind, Type::Bool) {
        vec!["true", "false"]
    } else if matches!(kind, Type::Limit(_)) {
        vec!["off"]
    } else {
        kind.words().map(<[_]>::to_vec).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_completed_from_the_table() {
        for (line, start, words) in [
            ("agent.pr", 0, vec!["agent.presence"]),
            ("ev", 0, vec!["events.subscribe", "events"]),
            (
                "agent.presence ",
                15,
                vec![
                    "agent=",
                    "presence=",
                    "reason=",
                    "until_at=",
                    "after=",
                    "bound=",
                    "beat_ms=",
                    "key=",
                ],
            ),
            ("agent.presence agent=bob pres", 25, vec!["presence="]),
            ("agent.presence presence=o", 24, vec!["offline"]),
            ("queue.set queue=a ret", 18, vec!["retry."]),
            (
                "queue.set ownership.wait.b",
                25,
                vec!["busy_ms=", "break_ms="],
            ),
            (
                "queue.set ownership.mode=",
                25,
                vec!["off", "prefer", "require"],
            ),
            ("nothing.here a", 13, vec![]),
        ] {
            let (at, found) = candidates(line);
            assert_eq!(at, start, "{line}");
            let found: Vec<&str> = found.iter().map(String::as_str).collect();
            assert_eq!(found, words, "{line}");
        }
    }
}
