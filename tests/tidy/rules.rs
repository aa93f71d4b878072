//! The rules of routing and their citations: every cited number is in `docs/routing-rules.md`, and
//! every rule there has an example and a transcript that shows it.

use std::collections::BTreeSet;
use std::fs;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::{relative, report, root};

const DOCUMENT: &str = "docs/routing-rules.md";
const TRANSCRIPTS: &str = "tests/transcripts";

/// Where rules are cited, and in which files.
const CITING: [&str; 4] = ["src", "tests", "benches", "docs"];
const CITING_FILES: [&str; 4] = ["rs", "md", "toml", "ndjson"];

/// How citations of documents outside the project begin.
const ELSEWHERE: [&str; 2] = [concat!("contr", "act"), concat!("doctr", "ine")];

/// A rule in the document.
struct Rule {
    number: u32,
    anchor: String,
    text: String,
    transcripts: Vec<String>,
}

fn document() -> Vec<Rule> {
    let text = fs::read_to_string(root().join(DOCUMENT)).expect(DOCUMENT);
    let mut rules: Vec<Rule> = Vec::new();
    let mut inside = false;
    let mut anchor = String::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("### Rule ") {
            let number = title.split('.').next().unwrap_or_default();
            rules.push(Rule {
                number: number.parse().expect("a rule begins with its number"),
                anchor: std::mem::take(&mut anchor),
                text: String::new(),
                transcripts: Vec::new(),
            });
            inside = true;
            continue;
        }
        if line.starts_with('#') {
            inside = false;
        }
        if line.starts_with("<a id=") {
            line.clone_into(&mut anchor);
        }
        if let Some(rule) = rules.last_mut().filter(|_| inside) {
            if let Some(names) = line.strip_prefix("Transcripts: ") {
                let names = names.split('`').skip(1).step_by(2);
                rule.transcripts.extend(names.map(str::to_owned));
            }
            rule.text.push_str(line);
            rule.text.push('\n');
        }
    }
    rules
}

/// Files below a folder with one of these endings, with their text.
fn files(under: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(under)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path: PathBuf = entry.expect("a readable folder").path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if ending.is_some_and(|ending| endings.contains(&ending)) {
                let text = fs::read_to_string(&path).expect("a text file");
                found.push((relative(&path), text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no files under {under}");
    found
}

/// A text on one line with single spaces, without comment marks.
fn flat(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.trim_start().trim_start_matches(['/', '!', '#', '>']));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ")
}

/// The number at the beginning of a text, and the rest.
fn number(text: &str) -> Option<(u32, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

/// The numbers of rules that a text cites: `rule 4`, `rules 2, 4 and 14`, `rules 4 to 6`,
/// `rule-04`.
fn cited(text: &str) -> BTreeSet<u32> {
    let text = flat(text).to_lowercase();
    let mut found = BTreeSet::new();
    for (at, word) in text.match_indices("rule") {
        if text[..at].ends_with(char::is_alphanumeric) {
            continue;
        }
        let rest = &text[at + word.len()..];
        let rest = rest.strip_prefix('s').unwrap_or(rest).trim_start();
        let rest = rest.strip_prefix('-').unwrap_or(rest);
        let Some((first, mut rest)) = number(rest) else {
            continue;
        };
        found.insert(first);
        let mut last = first;
        while let Some((range, next, after)) = continued(rest) {
            found.extend(if range { last..=next } else { next..=next } as RangeInclusive<u32>);
            (last, rest) = (next, after);
        }
    }
    found
}

/// Another number after a cited one, and whether the citation is a range.
fn continued(rest: &str) -> Option<(bool, u32, &str)> {
    let joints = [
        (", and ", false),
        (", ", false),
        (" and ", false),
        (" or ", false),
        (" to ", true),
        ("–", true),
    ];
    joints.into_iter().find_map(|(joint, range)| {
        let (next, after) = number(rest.strip_prefix(joint)?)?;
        Some((range, next, after))
    })
}

#[test]
fn citations_are_found() {
    let found = |text: &str| cited(text).into_iter().collect::<Vec<u32>>();
    assert_eq!(found("//! … is asked (rule 4)."), [4]);
    assert_eq!(found("/// Rules 2, 4 and 14 hold."), [2, 4, 14]);
    assert_eq!(found("//! as in rules 6,\n//! 7 and\n//! 8"), [6, 7, 8]);
    assert_eq!(
        found("rules 4 to 6, rule-09-x and #rule-11"),
        [4, 5, 6, 9, 11]
    );
    assert_eq!(found("# Rule 18: 3 contacts, then 4"), [18]);
    assert_eq!(found("a ferrule 3, the rule of 3, rules"), [] as [u32; 0]);
}

#[test]
fn every_rule_has_an_example_and_a_transcript() {
    let mut faults = Vec::new();
    for (rule, wanted) in document().iter().zip(1..) {
        let number = rule.number;
        if number != wanted {
            faults.push(format!(
                "{DOCUMENT}: rule {number} stands where {wanted} should"
            ));
        }
        if rule.anchor != format!("<a id=\"rule-{number}\"></a>") {
            faults.push(format!(
                "{DOCUMENT}: rule {number} lacks its anchor above it"
            ));
        }
        if !rule.text.contains("\nExample: ") {
            faults.push(format!("{DOCUMENT}: rule {number} has no example"));
        }
        if rule.transcripts.is_empty() {
            faults.push(format!("{DOCUMENT}: rule {number} names no transcript"));
        }
        for name in &rule.transcripts {
            if !root().join(format!("{TRANSCRIPTS}/{name}.ndjson")).exists() {
                faults.push(format!("{DOCUMENT}: rule {number}: there is no {name}"));
            }
        }
    }
    report(&faults);
}

#[test]
fn every_transcript_of_a_rule_is_named() {
    let rules = document();
    let named: BTreeSet<&str> = rules
        .iter()
        .flat_map(|rule| rule.transcripts.iter().map(String::as_str))
        .collect();
    let mut faults = Vec::new();
    for (path, _) in files(TRANSCRIPTS, &["ndjson"]) {
        let name = path.trim_start_matches(TRANSCRIPTS).trim_start_matches('/');
        let name = name.trim_end_matches(".ndjson");
        if name.contains("/rule-") && !named.contains(name) {
            faults.push(format!("{path}: {DOCUMENT} does not name it"));
        }
    }
    report(&faults);
}

#[test]
fn every_rule_that_is_cited_exists() {
    let known: BTreeSet<u32> = document().iter().map(|rule| rule.number).collect();
    assert!(!known.is_empty(), "{DOCUMENT} has no rules");
    let mut faults = Vec::new();
    for folder in CITING {
        for (path, text) in files(folder, &CITING_FILES) {
            if path == relative(&root().join(file!())) {
                continue;
            }
            let name = cited(&path);
            for number in cited(&text).union(&name).filter(|n| !known.contains(n)) {
                faults.push(format!("{path}: {DOCUMENT} has no rule {number}"));
            }
        }
    }
    report(&faults);
}

/// Rules are cited by their number in the project's own document and by nothing else, because
/// nobody outside could look it up.
#[test]
fn nothing_is_cited_that_is_not_here() {
    let mut faults = Vec::new();
    for folder in CITING {
        for (path, text) in files(folder, &CITING_FILES) {
            let text = flat(&text).to_lowercase();
            let by_section = text
                .match_indices("section ")
                .any(|(at, word)| number(&text[at + word.len()..]).is_some());
            let elsewhere = ELSEWHERE.iter().find(|word| text.contains(**word));
            if let Some(word) = elsewhere {
                faults.push(format!("{path}: cites a {word}: cite a rule of {DOCUMENT}"));
            }
            if by_section {
                faults.push(format!("{path}: cites a section by number: cite a rule"));
            }
        }
    }
    report(&faults);
}
