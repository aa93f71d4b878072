//! Rehearses every script in `tests/transcripts/` twice and compares the output.
//!
//! A script is `NAME.ndjson`, its output `NAME.expected`. A fault of the script itself is printed
//! as a last line that begins with `error:`. `UPDATE_EXPECT=1` rewrites the expected output.

#[path = "transcripts/level.rs"]
mod level;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use firsthand::rehearse;
use firsthand::router::Router;

#[test]
fn transcripts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut scripts = Vec::new();
    collect(&root, &mut scripts);
    scripts.sort();
    assert!(!scripts.is_empty(), "no scripts in {}", root.display());
    let failed: Vec<String> = scripts.iter().filter_map(|script| check(script)).collect();
    assert!(
        failed.is_empty(),
        "{} of {} transcripts differ; UPDATE_EXPECT=1 rewrites them\n{}",
        failed.len(),
        scripts.len(),
        failed.join("\n")
    );
}

/// The scripts below a folder.
fn collect(folder: &Path, scripts: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, scripts);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "ndjson")
        {
            scripts.push(path);
        }
    }
}

/// The difference, if any.
fn check(script: &Path) -> Option<String> {
    let text = std::fs::read(script).expect("the script can be read");
    let actual = rehearse(&text);
    let again = rehearse(&text);
    if actual != again {
        let diff = diff(&actual, &again);
        return Some(format!("{}: two runs differ\n{diff}", script.display()));
    }
    let expectation = script.with_extension("expected");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&expectation, &actual).expect("the expectation can be written");
        return None;
    }
    let expected = std::fs::read_to_string(&expectation).unwrap_or_default();
    (expected != actual).then(|| format!("{}\n{}", script.display(), diff(&expected, &actual)))
}

fn rehearse(script: &[u8]) -> String {
    let mut out = Vec::new();
    let played = rehearse::run(script, &mut out, Router::new());
    let mut text = String::from_utf8(out).expect("what is printed is UTF-8");
    if let Err(error) = played {
        writeln!(text, "error: {error} (exit {})", error.exit_code()).expect("memory");
    }
    text
}

/// The lines that differ, with the two equal ones before each run of them.
fn diff(expected: &str, actual: &str) -> String {
    let (old, new): (Vec<_>, Vec<_>) = (expected.lines().collect(), actual.lines().collect());
    // Longest common subsequence, from the end.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut out, mut equal) = (0, 0, String::new(), Vec::new());
    while i < old.len() || j < new.len() {
        let is_equal = i < old.len() && j < new.len() && old[i] == new[j];
        if is_equal {
            equal.push(old[i]);
            (i, j) = (i + 1, j + 1);
            continue;
        }
        for line in equal.split_off(equal.len().saturating_sub(2)) {
            writeln!(out, "  {line}").expect("memory");
        }
        equal.clear();
        let is_gone = j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]);
        if is_gone {
            writeln!(out, "- {}", old[i]).expect("memory");
            i += 1;
        } else {
            writeln!(out, "+ {}", new[j]).expect("memory");
            j += 1;
        }
    }
    out
}

#[test]
fn a_diff_shows_removed_and_added_lines() {
    assert_eq!(diff("a\nb\nc\nd\n", "a\nb\nx\nd\n"), "  a\n  b\n- c\n+ x\n");
    assert_eq!(diff("", "a\n"), "+ a\n");
    assert_eq!(diff("a\n", ""), "- a\n");
    assert_eq!(diff("a\n", "a\n"), "");
}
