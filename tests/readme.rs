//! The README and the pages are true: the session is played against a real daemon, links resolve,
//! the Chinese README agrees, and everything that pages name in the source exists.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

#[path = "support/process.rs"]
mod process;

use process::Daemon;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).expect(name)
}

/// The code blocks of a text, each with its language in front.
fn blocks(text: &str) -> Vec<String> {
    let parts = text.split("```").skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}

/// The lines to paste into the socket, and the expected replies.
fn session() -> (Vec<String>, Vec<String>) {
    let blocks = blocks(&read("README.md"));
    let pasted = blocks
        .iter()
        .find(|block| block.contains("<<'END'"))
        .expect("a session");
    let replies = blocks
        .iter()
        .find(|block| block.starts_with("json\n"))
        .expect("replies");
    let lines = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| line.starts_with('{'))
            .map(str::to_owned)
            .collect()
    };
    (lines(pasted), lines(replies))
}

/// Whether a reply matches: `…` stands for anything, a time for any time.
fn fits(reply: &str, promised: &str) -> bool {
    let (reply, promised) = (without_times(reply), without_times(promised));
    let mut rest = reply.as_str();
    let pieces: Vec<&str> = promised.split('…').collect();
    for (number, piece) in pieces.iter().enumerate() {
        // The text before or after a cut ends at a comma or a bracket.
        let piece = if number == 0 {
            *piece
        } else {
            piece.trim_start_matches(',')
        };
        match rest.find(piece) {
            Some(0) => rest = &rest[piece.len()..],
            Some(at) if number > 0 => rest = &rest[at + piece.len()..],
            _ => return false,
        }
    }
    rest.is_empty()
}

/// Milliseconds since 1970 have thirteen digits.
fn without_times(text: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        out.push_str(if digits.len() == 13 { "TIME" } else { &digits });
        digits.clear();
        out.push(c);
    }
    out.trim_end().to_owned()
}

/// The tables of `config/small.toml`, without those of the process: the test has its own.
fn small() -> String {
    let text = read("config/small.toml");
    let from = text.find("[queues.billing]").expect("its first queue");
    text[from..].to_owned()
}

/// The replies when the lines are pasted at once.
fn paste(socket: &Path, lines: &[String]) -> Vec<String> {
    let text = lines.join("\n") + "\n";
    let mut stream = UnixStream::connect(socket).expect("the daemon listens");
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a limit");
    stream.write_all(text.as_bytes()).expect("the daemon reads");
    let (mut got, mut buffer) = (Vec::new(), [0; 4096]);
    while got.iter().filter(|byte| **byte == b'\n').count() < lines.len() {
        let count = stream.read(&mut buffer).expect("the daemon answers");
        assert!(count > 0, "the daemon hung up");
        got.extend_from_slice(&buffer[..count]);
    }
    String::from_utf8(got)
        .expect("text")
        .lines()
        .map(str::to_owned)
        .collect()
}

fn check(replies: &[String], promised: &[String]) {
    assert_eq!(replies.len(), promised.len(), "{replies:#?}");
    for (reply, promised) in replies.iter().zip(promised) {
        assert!(
            fits(reply, promised),
            "\nthe README says {promised}\nthe daemon    {reply}"
        );
    }
}

#[test]
fn the_session_works_as_it_stands() {
    let daemon = Daemon::start(&small());
    let (lines, promised) = session();
    assert!(lines.len() >= 8, "{lines:#?}");
    check(&paste(daemon.socket(), &lines), &promised);
}

#[test]
fn the_session_works_through_socat_and_nc() {
    let (lines, promised) = session();
    for program in [&["socat", "-t5", "-"][..], &["nc", "-NU"][..]] {
        let found = Command::new("which")
            .arg(program[0])
            .output()
            .expect("which runs");
        if !found.status.success() {
            println!("{} is not installed: tests/run installs it", program[0]);
            continue;
        }
        let daemon = Daemon::start(&small());
        let socket = daemon.socket().display().to_string();
        let place = if program[0] == "socat" {
            format!("UNIX-CONNECT:{socket}")
        } else {
            socket
        };
        let mut child = Command::new(program[0])
            .args(&program[1..])
            .arg(place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin
            .write_all((lines.join("\n") + "\n").as_bytes())
            .expect("it reads");
        drop(stdin);
        let done = child.wait_with_output().expect("it ends");
        let text = String::from_utf8(done.stdout).expect("text");
        check(
            &text.lines().map(str::to_owned).collect::<Vec<_>>(),
            &promised,
        );
    }
}

#[test]
fn both_languages_have_the_same_sections() {
    let (english, chinese) = (read("README.md"), read("README.zh-CN.md"));
    assert_eq!(blocks(&english), blocks(&chinese), "the code blocks differ");
    let count = |text: &str, what: &str| text.lines().filter(|line| line.starts_with(what)).count();
    for what in ["#", "##", "|", "-", "["] {
        assert_eq!(
            count(&english, what),
            count(&chinese, what),
            "lines that begin with {what}"
        );
    }
    let numbers = |text: &str| -> Vec<String> {
        let table = text
            .lines()
            .filter(|line| line.starts_with('|'))
            .flat_map(str::chars);
        let table: String = table
            .map(|c| if c.is_ascii_digit() { c } else { ' ' })
            .collect();
        let mut numbers: Vec<String> = table.split_whitespace().map(str::to_owned).collect();
        numbers.sort();
        numbers
    };
    assert_eq!(
        numbers(&english),
        numbers(&chinese),
        "the figures of the tables differ"
    );
}

/// The pages of the project, in both languages.
fn pages() -> Vec<String> {
    let mut pages = Vec::new();
    for folder in ["", "docs/", "deploy/"] {
        for entry in std::fs::read_dir(root().join(folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name();
            let name = name.to_str().expect("a name in UTF-8");
            if Path::new(name)
                .extension()
                .is_some_and(|ending| ending == "md")
            {
                pages.push(format!("{folder}{name}"));
            }
        }
    }
    assert!(pages.len() > 15, "{pages:?}");
    pages
}

/// The targets a link can name on a page: its own marks, and its headings as Markdown hosts spell
/// them.
fn anchors(text: &str) -> Vec<String> {
    let marks = text
        .split("<a id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let headings = text
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim().to_lowercase());
    let headings = headings.map(|heading| {
        let kept = heading
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_');
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    });
    marks.map(str::to_owned).chain(headings).collect()
}

#[test]
fn links_resolve() {
    for name in pages() {
        let text = read(&name);
        let folder = Path::new(&name).parent().expect("a folder").to_owned();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
            .filter(|link| !link.starts_with("http"))
        {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => PathBuf::from(&name),
                file => folder.join(file),
            };
            assert!(
                root().join(&target).exists(),
                "{name}: {link} does not exist"
            );
            let found = || anchors(&read(target.to_str().expect("a name in UTF-8")));
            assert!(
                anchor.is_empty() || found().iter().any(|known| known == anchor),
                "{name}: {link}: there is no such heading"
            );
        }
    }
}

#[test]
fn the_readme_is_short() {
    for name in ["README.md", "README.zh-CN.md"] {
        let lines = read(name).lines().count();
        assert!(lines <= 120, "{name} has {lines} lines, at most 120");
    }
}

/// The folders and files of `src`, each with the others that its code names.
fn folders() -> BTreeMap<String, BTreeSet<String>> {
    let entries = std::fs::read_dir(root().join("src")).expect("the source");
    let folder = |entry: std::io::Result<std::fs::DirEntry>| {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        let mut code = String::new();
        source(&entry.path(), &mut code);
        let own = name.trim_end_matches(".rs").to_owned();
        let mut named = BTreeSet::new();
        for line in code.lines() {
            let line = line.split("//").next().unwrap_or_default();
            for after in line.split("crate::").skip(1) {
                let other = after
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next();
                named.extend(other.filter(|other| *other != own).map(str::to_owned));
            }
        }
        (own, named)
    };
    entries.map(folder).collect()
}

/// The words in backquotes.
fn quoted(cell: &str) -> BTreeSet<String> {
    let words = cell.split('`').skip(1).step_by(2);
    words.map(str::to_owned).collect()
}

#[test]
fn folders_name_what_the_architecture_says_and_nothing_above_them() {
    let text = read("docs/architecture.md");
    let table = text.split("\n\n").find(|part| {
        part.starts_with("| folder | does | names | must not |") && part.contains("`router`")
    });
    let table = table.expect("the table of folders").lines().skip(2);
    let mut folders = folders();
    let mut below = BTreeSet::new();
    for row in table {
        let cells: Vec<&str> = row.split(" | ").collect();
        assert_eq!(cells.len(), 4, "{row}");
        for name in quoted(cells[0]) {
            let own = name.trim_end_matches(".rs").to_owned();
            let named = folders.remove(own.as_str());
            let named = named.unwrap_or_else(|| panic!("there is no src/{name}"));
            let said = match cells[2] {
                "any" => named.clone(),
                cell => quoted(cell),
            };
            assert_eq!(
                said, named,
                "src/{name} names other folders than its row says"
            );
            let above: Vec<&String> = named.difference(&below).collect();
            assert!(above.is_empty(), "src/{name} names {above:?} above it");
            below.insert(own);
        }
    }
    assert!(folders.is_empty(), "folders without a row: {folders:?}");
}

/// All Rust source of a file or below a folder.
fn source(path: &Path, text: &mut String) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a folder") {
            source(&entry.expect("an entry").path(), text);
        }
    } else if path.extension().is_some_and(|ending| ending == "rs") {
        text.push_str(&std::fs::read_to_string(path).expect("a source file"));
    }
}

#[test]
fn types_of_the_lexicon_exist() {
    let mut code = String::new();
    source(&root().join("src"), &mut code);
    let words: BTreeSet<&str> = code
        .lines()
        .filter_map(|line| {
            let line = line.trim_start().trim_start_matches("pub ");
            let line = match line.strip_prefix("pub(") {
                Some(rest) => rest.split_once(") ").map_or(rest, |(_, rest)| rest),
                None => line,
            };
            let kinds = ["struct ", "enum ", "trait ", "type "];
            let named = kinds.iter().find_map(|kind| line.strip_prefix(kind));
            // A macro that makes an enum of words begins with its name.
            let name = named.or_else(|| line.contains(" {").then_some(line))?;
            name.split(|c: char| !c.is_alphanumeric()).next()
        })
        .collect();
    let lexicon = read("docs/lexicon.md");
    let mut count = 0;
    for line in lexicon.lines().filter(|line| line.starts_with("| **")) {
        let cells: Vec<&str> = line.split(" | ").collect();
        for name in cells.last().expect("cells").split('`').skip(1).step_by(2) {
            assert!(words.contains(name), "docs/lexicon.md: no type {name}");
            count += 1;
        }
    }
    assert!(count > 50, "only {count} types are named");
}

#[test]
fn commands_in_the_readme_exist() {
    let help = process::firsthand().arg("--help").output().expect("help");
    let help = String::from_utf8(help.stdout).expect("text");
    for line in blocks(&read("README.md"))
        .iter()
        .flat_map(|block| block.lines())
    {
        let words = line.trim_start_matches("cargo run --release -- ");
        let called = line.starts_with("cargo run").then_some(words);
        let called = called.or_else(|| line.strip_prefix("firsthand "));
        if let Some(command) = called.and_then(|called| called.split(' ').next()) {
            assert!(
                help.contains(&format!("  {command} ")),
                "there is no command {command}"
            );
        }
    }
}
