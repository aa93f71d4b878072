//! The table of keys, the program, the sample file and the manual agree.
//!
//! `config/firsthand.toml` is generated from the table as a whole, `docs/configuration.md` between
//! its two marks: `UPDATE_EXPECT=1 cargo test --test config_keys`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use firsthand::config::keys::{Form, Key, Section, sections};
use firsthand::config::{Config, Tenant};
use firsthand::router::command::AgentSet;
use firsthand::router::ids::Name;
use firsthand::router::policy::{ChannelRule, Policy};

const SAMPLE_HEAD: &str = "\
# firsthand: every key of the configuration, with its default.
#
# A line that begins with `#` and a space explains. A line that begins with `#` alone is a key with
# its default: take the `#` away and change the value. As it stands, this file is the default
# configuration: a daemon without queues of its own, which takes them over its sockets.
#
#     firsthand check FILE    says what is wrong with a file, and where
#
# Durations are texts such as \"45s\", \"2m\", \"1h30m\" or \"2d\" (days of 24 hours); \"off\" is no
# limit, where a limit may be absent. Sizes are texts such as \"64 KiB\", or numbers of bytes.
# A changed file is taken over by SIGHUP or server.reload, without logging anyone out; one with a
# fault changes nothing. config/small.toml is a small call centre to begin with.
";

const MARK_BEGIN: &str = "<!-- keys: begin, written from the table of keys -->\n";
const MARK_END: &str = "<!-- keys: end -->\n";

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn same_or_update(path: &str, wanted: &str) {
    let there = std::fs::read_to_string(file(path)).unwrap_or_default();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(file(path), wanted).expect("the file is written");
    } else if there != wanted {
        panic!("{path} differs from the table of keys: run with UPDATE_EXPECT=1 and read it");
    }
}

/// The header of a section in the sample.
fn header(section: &Section) -> String {
    section
        .path
        .replace("queues.NAME", "queues.billing")
        .replace("agents.NAME", "agents.ada")
        .replace("customers.NAME", "customers.c1001")
        .replace("channels.NAME", "channels.video")
        .replace("kinds.NAME", "kinds.complaint")
        .replace("calendars.NAME", "calendars.work")
}

fn is_list(section: &Section) -> bool {
    matches!(section.form, Form::List(_))
}

/// Text as comments of at most 98 columns.
fn comment(text: &str) -> String {
    let mut lines = String::new();
    let mut line = "#".to_owned();
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > 98 && line != "#" {
            lines.push_str(&line);
            lines.push('\n');
            line = "#".to_owned();
        }
        line.push(' ');
        line.push_str(word);
    }
    lines + &line + "\n"
}

fn sample_key(section: &Section, key: Key) -> String {
    let mut text = comment(&key.about());
    let (name, range) = (key.name(), key.range().replace('`', ""));
    let (required, example) = (key.field.required_in_file, key.field.example);
    let default = section.default_of(key);
    let mut notes = String::new();
    if required {
        notes.push_str("Must be given. ");
    } else if default.is_none() {
        notes.push_str("No default. ");
    }
    if !range.is_empty() {
        let _ = write!(notes, "{}: {range}.", capital(key.noun()));
    }
    if !notes.is_empty() {
        text.push_str(&comment(&notes));
    }
    if !example.is_empty() && !required {
        let _ = writeln!(text, "# For example: {name} = {example}");
    }
    match default {
        Some(default) => {
            let _ = writeln!(text, "#{name} = {default}");
        }
        None if required => {
            let _ = writeln!(text, "#{name} = {example}");
        }
        None => {}
    }
    text
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn sample() -> String {
    let mut text = SAMPLE_HEAD.to_owned();
    for section in sections() {
        let header = header(&section);
        let _ = writeln!(text, "\n# {}", "-".repeat(96));
        text.push_str(&comment(section.fields.about));
        if section.is_repetition() {
            continue;
        }
        let _ = if is_list(&section) {
            writeln!(text, "#[[{header}]]")
        } else {
            writeln!(text, "#[{header}]")
        };
        for key in section.keys().filter(|key| key.section().is_none()) {
            text.push('\n');
            text.push_str(&sample_key(&section, key));
        }
    }
    text
}

/// The tables of the manual.
fn tables() -> String {
    let mut text = String::new();
    for section in sections() {
        let header = if is_list(&section) {
            format!("[[{}]]", section.path)
        } else {
            format!("[{}]", section.path)
        };
        let _ = writeln!(text, "\n### `{header}`\n\n{}\n", section.fields.about);
        if section.is_repetition() {
            continue;
        }
        let _ = writeln!(text, "| key | type | default | accepts | what it does |");
        let _ = writeln!(text, "|---|---|---|---|---|");
        for key in section.keys().filter(|key| key.section().is_none()) {
            let default = match section.default_of(key) {
                Some(default) => format!("`{default}`"),
                None if key.field.required_in_file => "must be given".to_owned(),
                None => "none".to_owned(),
            };
            let example = if key.field.example.is_empty() {
                String::new()
            } else {
                format!(" Example: `{}`", key.field.example)
            };
            let _ = writeln!(
                text,
                "| `{}` | {} | {default} | {} | {}{example} |",
                key.name(),
                key.noun(),
                key.range().replace('|', "\\|"),
                key.about(),
            );
        }
    }
    text.push('\n');
    text
}

#[test]
fn the_sample_names_every_key_with_its_default() {
    same_or_update("config/firsthand.toml", &sample());
}

#[test]
fn the_manual_names_every_key_with_its_default() {
    let manual = std::fs::read_to_string(file("docs/configuration.md")).expect("the manual");
    let (head, rest) = manual.split_once(MARK_BEGIN).expect("the first mark");
    let (_, tail) = rest.split_once(MARK_END).expect("the second mark");
    let wanted = [head, MARK_BEGIN, &tables(), MARK_END, tail].concat();
    same_or_update("docs/configuration.md", &wanted);
}

#[test]
fn the_sample_as_it_stands_is_the_default() {
    let (config, warnings) = Config::load(&file("config/firsthand.toml")).expect("it loads");
    assert_eq!(warnings, []);
    assert_eq!(config, Config::default());
}

/// The sample's defaults are the program's: with every key written out, nothing changes.
#[test]
fn the_sample_with_every_key_written_out_is_the_default() {
    let text: String = sample()
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key) if !key.is_empty() && !key.starts_with(' ') => format!("{key}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let keys = text
        .lines()
        .filter(|line| !line.starts_with(['#', '[']) && line.contains(" = "))
        .count();
    assert!(keys > 70, "the keys are written out: {keys}");
    // A step of a ladder needs one of two times, a stage with a ladder a term, a calendar a working
    // day.
    let text = text
        .replace(
            "[[kinds.complaint.ladder]]\n",
            "[[kinds.complaint.ladder]]\nafter = \"1d\"\n",
        )
        .replace(
            "[[kinds.complaint.stages.ladder]]\n",
            "[[kinds.complaint.stages.ladder]]\nafter = \"1d\"\n",
        )
        .replace(
            "[[kinds.complaint.stages]]\n",
            "[[kinds.complaint.stages]]\ndue = \"3d\"\n",
        )
        .replace(
            "[calendars.work.week]\n",
            "[calendars.work.week]\nmon = [\"09:00-17:00\"]\n",
        );
    let (mut config, _) =
        Config::parse("written out", text).unwrap_or_else(|faults| panic!("{faults}"));

    let tenant = std::mem::take(&mut config.tenant);
    let queue = &tenant.queues["billing"];
    let mut without_steps = queue.clone();
    assert_eq!(without_steps.steps.drain(..).count(), 1);
    assert_eq!(without_steps, Policy::default());
    let agent: AgentSet = serde_json::from_str(r#"{"agent": "ada"}"#).expect("an agent");
    let mut without_absences = tenant.agents["ada"].clone();
    let absences = without_absences.absences.take();
    assert_eq!(absences.map(|absences| absences.len()), Some(1));
    assert_eq!(without_absences, agent);
    assert!(tenant.customers["c1001"].identities.is_empty());
    assert_eq!(tenant.kinds["complaint"].ladder.len(), 1);
    assert_eq!(tenant.calendars["work"].holidays, []);
    let mut settings = tenant.settings.clone();
    let channels = std::mem::take(&mut settings.channels);
    assert_eq!(settings, Tenant::default().settings);
    assert_eq!(channels[&Name::of("video")], ChannelRule::default());
    assert_eq!(config.tokens.len(), 1);
    config.tokens.clear();
    assert_eq!(config, Config::default());
}

/// Every field of the wire can be written in the file.
#[test]
fn every_field_of_the_wire_has_its_key() {
    for section in sections() {
        for name in section.defaults.keys() {
            let known = section.fields.all.iter().any(|field| field.name == name);
            assert!(known, "[{}] lacks {name}", section.path);
        }
        for key in section.keys() {
            let optional = key.section().is_none() && !key.field.required_in_file;
            let missing = optional && section.default_of(key).is_none();
            assert!(
                !missing || !key.field.example.is_empty(),
                "{} in [{}] has neither default nor example",
                key.name(),
                section.path
            );
            assert!(
                key.about().ends_with('.'),
                "{} is told in sentences",
                key.name()
            );
        }
    }
}

#[test]
fn the_small_call_centre_loads_without_a_warning() {
    let (config, warnings) =
        Config::load(&file("config/small.toml")).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(warnings, []);
    let tenant = &config.tenant;
    assert_eq!(
        (
            tenant.queues.len(),
            tenant.agents.len(),
            tenant.customers.len()
        ),
        (3, 6, 3)
    );
}
