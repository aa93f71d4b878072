//! Every fault of a configuration is reported with its place and a remedy.
//!
//! Each `tests/config/NAME.toml` has a `NAME.expected` with its exact output. `UPDATE_EXPECT=1
//! cargo test --test config` rewrites them; read the difference.

use std::path::{Path, PathBuf};

use firsthand::config::{Config, Faults, check};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config")
}

fn refused(text: &str) -> Faults {
    Config::parse("test.toml", text.to_owned()).expect_err("the text has a fault")
}

#[test]
fn faults_are_shown_as_expected() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the folder of bad files")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    assert!(files.len() > 10, "the bad files are there");
    let mut wrong = Vec::new();
    for path in files {
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a bad file");
        let shown = match Config::parse(&name, text) {
            Ok((_, warnings)) => warnings
                .iter()
                .map(|warning| format!("{warning}\n\n"))
                .chain(["ok\n".to_owned()])
                .collect(),
            Err(faults) => format!("{faults}\n"),
        };
        let expected = path.with_extension("expected");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&expected, &shown).expect("the expectation is written");
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != shown {
            wrong.push(format!("=== {name} is now shown as\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_fault_says_file_line_and_column() {
    let faults = refused("[queues.a]\n  ring = 20\n");
    assert_eq!(faults.count(), 1);
    let [fault] = &faults.describe()[..] else {
        panic!("one fault");
    };
    assert_eq!(
        (fault.file.as_str(), fault.line, fault.column),
        ("test.toml", Some(2), Some(10))
    );
    assert_eq!(
        fault.to_string(),
        "test.toml:2:10: `ring` takes a duration (give a duration in quotes with its unit: \
         ring = \"20s\")"
    );
}

#[test]
fn colour_is_only_given_where_asked_for() {
    let faults = refused("x = 1");
    assert!(!faults.render(false).contains('\u{1b}'));
    assert!(faults.render(true).contains('\u{1b}'));
}

#[test]
fn possible_secrets_are_not_shown() {
    let faults = refused("[[tokens]]\nname = \"pbx\"\nrole = \"ops\"\nsha256 = \"hunter2\"\n");
    assert_eq!(faults.count(), 1);
    assert!(!faults.to_string().contains("hunter2"), "{faults}");
    assert!(!faults.describe()[0].to_string().contains("hunter2"));
}

#[test]
fn a_file_that_is_not_there_or_not_text_is_a_fault() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing.toml");
    let faults = Config::load(&missing).expect_err("no such file");
    assert!(faults.to_string().contains("cannot be read"), "{faults}");

    let binary = folder.path().join("binary.toml");
    std::fs::write(&binary, b"[server]\n\xff").expect("a file");
    let faults = Config::load(&binary).expect_err("not a text");
    assert!(faults.to_string().contains("not UTF-8: line 2"), "{faults}");
}

#[test]
fn check_counts_what_is_there_and_answers_2_for_faults() {
    let run = |text: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.toml");
        std::fs::write(&path, text).expect("a file");
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = check(&path, &mut out, &mut err, false).expect("memory takes it");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (code, text(out), text(err))
    };
    let (code, out, err) = run("[queues.a]\n[agents.b]\n[agents.c]\n");
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.ends_with(": ok\n1 queue, 2 agents, 0 customers\n"),
        "{out}"
    );

    let (code, out, err) = run("[queues.a]\nx = 1\n[agents.b]\ny = 2\n");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.ends_with("2 faults\n"), "{err}");
}

/// Reading any text gives a configuration, or faults at places that exist.
#[test]
fn no_text_makes_the_reader_panic() {
    let samples = [
        include_str!("config/wrong_types.toml"),
        include_str!("config/references.toml"),
        include_str!("config/unicode.toml"),
        include_str!("config/syntax.toml"),
        include_str!("../config/small.toml"),
    ];
    let read = |text: String, show: bool| {
        if let Err(faults) = Config::parse("test.toml", text) {
            assert!(faults.count() > 0);
            if show {
                assert!(!faults.render(true).is_empty());
            }
        }
    };
    let spoilers = [
        "\"", "[", "]", "=", "\n", "中", "{", "#", "9", ".", "'''", "\u{1}",
    ];
    for sample in samples {
        let ends = sample.char_indices().map(|(at, _)| at).step_by(3);
        for (n, end) in ends.enumerate() {
            let (before, after) = sample.split_at(end);
            let spoiler = spoilers[n % spoilers.len()];
            read(before.to_owned(), n % 7 == 0);
            read(after.to_owned(), n % 7 == 1);
            read([before, spoiler, after].concat(), n % 5 == 0);
        }
    }
}
