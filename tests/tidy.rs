//! The rules of structure for the source tree.
//!
//! A file that breaks a rule is named with the rule. Limits of size are a ratchet: the list of
//! exceptions may only get shorter.

use std::fs;
use std::path::{Path, PathBuf};

#[path = "tidy/layers.rs"]
mod layers;
#[path = "tidy/rules.rs"]
mod rules;

/// The most lines of a source file.
const FILE_LINES_MAX: usize = 500;

/// Longer files with their former length; they may shrink, none may be added.
const LONGER: &[(&str, usize)] = &[];

/// What pure folders must not name: clock, I/O, chance, log.
const IMPURE: &[&str] = &[
    "tokio",
    "std::time",
    "std::fs",
    "std::net",
    "std::thread",
    "std::env",
    "std::io",
    "rand::",
    "tracing",
    "metrics::",
    "parking_lot",
    "dashmap",
    "crossbeam",
    "println!",
    "eprintln!",
];

/// Pure folders, and the other folders that they may name.
const PURE: &[(&str, &[&str])] = &[
    ("src/stored", &["stored"]),
    ("src/calendar", &["calendar", "nearest"]),
    (
        "src/router",
        &["router", "calendar", "stored", "spelling", "nearest"],
    ),
    ("src/fields", &["router", "calendar"]),
    (
        "src/wire",
        &["fields", "nearest", "router", "wire", "calendar"],
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(under: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(under)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                found.push((
                    relative(&path),
                    fs::read_to_string(&path).expect("a text file"),
                ));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no source under {under}");
    found
}

fn relative(path: &Path) -> String {
    let path = path.strip_prefix(root()).expect("inside the crate");
    path.to_string_lossy().into_owned()
}

/// The code of a file without its comments.
fn code(text: &str) -> String {
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_is() {
    let mut faults = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for (name, text) in rust_files(folder) {
            if !text.starts_with("//!") {
                faults.push(format!("{name}: must begin with //! that says what it is"));
            }
        }
    }
    report(&faults);
}

#[test]
fn files_are_short() {
    let mut faults = Vec::new();
    for (name, text) in rust_files("src") {
        let lines = text.lines().count();
        let known = LONGER.iter().find(|(longer, _)| *longer == name);
        let max = known.map_or(FILE_LINES_MAX, |(_, lines)| *lines);
        if lines > max {
            faults.push(format!(
                "{name}: {lines} lines, at most {max}: give a noun its own file"
            ));
        }
    }
    report(&faults);
}

#[test]
fn pure_folders_are_pure() {
    let mut faults = Vec::new();
    for (folder, allowed) in PURE {
        for (name, text) in rust_files(folder) {
            let code = code(&text);
            for word in IMPURE {
                if code.contains(word) {
                    faults.push(format!("{name}: names {word}, and {folder} is pure"));
                }
            }
            for (_, after) in code
                .match_indices("crate::")
                .map(|(at, m)| code.split_at(at + m.len()))
            {
                let module: String = after
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if !allowed.contains(&module.as_str()) {
                    faults.push(format!("{name}: names crate::{module}, {folder} may not"));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn nothing_is_left_undone_or_unsafe() {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("to", "do!"),
        concat!("unimpl", "emented!"),
        concat!("#[ign", "ore"),
        concat!("should_", "panic"),
        concat!("uns", "afe {"),
    ];
    let mut faults = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for (name, text) in rust_files(folder) {
            for word in words {
                if text.contains(word) {
                    faults.push(format!("{name}: has {word}"));
                }
            }
        }
    }
    report(&faults);
}

#[test]
fn source_does_not_unwrap() {
    let mut faults = Vec::new();
    for (name, text) in rust_files("src") {
        let code = code(&text);
        let code = code.split("#[cfg(test)]").next().unwrap_or_default();
        if code.contains(".unwrap()") {
            faults.push(format!(
                "{name}: unwraps; refuse, or expect with the invariant"
            ));
        }
    }
    report(&faults);
}

#[test]
fn transcripts_have_their_expectation() {
    let mut faults = Vec::new();
    let mut folders = vec![root().join("tests/transcripts")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the transcripts") {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "ndjson")
                && !path.with_extension("expected").exists()
            {
                faults.push(format!("{}: has no .expected beside it", relative(&path)));
            }
        }
    }
    report(&faults);
}
