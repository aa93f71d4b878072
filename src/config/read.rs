//! The first step: checks the text key by key against the table.
//!
//! The result is plain data with the wire's field names. Faulty values are reported and left out,
//! so that everything else can still be checked. Nothing here knows what a key is for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Finding;
use super::keys::{Form, Key, Section};
use super::value::{self, written};
use crate::nearest::nearest;
use crate::router::ids::Name;

/// What the user wrote, with its places in the text.
pub(super) struct Document<'a> {
    pub root: Spanned<DeTable<'a>>,
    pub fields: Map<String, Value>,
    pub faults: Vec<Finding>,
    /// What the parser guessed after an error.
    pub broken: Vec<Range<usize>>,
}

/// Reads the text of a configuration and checks every key.
pub(super) fn read(text: &str) -> Document<'_> {
    read_as(text, &Section::root())
}

/// Reads a file that holds one calendar.
pub(super) fn read_calendar(text: &str) -> Document<'_> {
    read_as(text, &Section::of_calendar_file())
}

fn read_as<'a>(text: &'a str, section: &Section) -> Document<'a> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut faults: Vec<Finding> = errors
        .iter()
        .map(|error| syntax_fault(text, error))
        .collect();
    faults.dedup();
    let broken: Vec<Range<usize>> = faults
        .iter()
        .filter_map(|fault| fault.span.as_ref())
        .map(|span| guessed(text, span.start))
        .collect();
    let mut reader = Reader { faults: Vec::new() };
    let fields = reader.section(section, root.get_ref(), &(0..0));
    // Faults in what the parser guessed after an error are not the user's.
    faults.extend(genuine(reader.faults, &broken));
    Document {
        root,
        fields,
        faults,
        broken,
    }
}

/// The faults outside of what the parser guessed.
pub(super) fn genuine(faults: Vec<Finding>, broken: &[Range<usize>]) -> Vec<Finding> {
    let is_genuine = |fault: &Finding| {
        let start = fault.span.as_ref().map(|span| span.start);
        start.is_none_or(|start| !broken.iter().any(|guessed| guessed.contains(&start)))
    };
    faults.into_iter().filter(is_genuine).collect()
}

/// The part of the text the parser guessed after an error: the rest of the line or, after a faulty
/// section header, that section.
fn guessed(text: &str, at: usize) -> Range<usize> {
    let at = text.floor_char_boundary(at);
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let stop = if text[start..].trim_start().starts_with('[') {
        "\n["
    } else {
        "\n"
    };
    start..text[at..].find(stop).map_or(text.len(), |end| at + end) + 1
}

fn syntax_fault(text: &str, error: &toml::de::Error) -> Finding {
    let span = error.span().unwrap_or(text.len()..text.len());
    let fault = Finding::new(span, format!("this is not TOML: {}", error.message()));
    if error.message().starts_with("duplicate key") {
        return fault.label("written a second time").help(
            "give each key once, and each section one header; of the two, keep the one that is \
             meant",
        );
    }
    if error.message().starts_with("string values must be quoted") {
        return fault
            .label("a value is missing or not in quotes")
            .help("write words and durations in quotes, such as key = \"45s\"");
    }
    if error.message().starts_with("cannot extend") {
        return fault
            .label("this name has another meaning already")
            .help("a name is either a key with a value or a section, not both");
    }
    fault.label("not understood from here on")
}

struct Reader {
    faults: Vec<Finding>,
}

impl Reader {
    /// Checks the keys of one section. `header` is where the section is named.
    fn section(
        &mut self,
        section: &Section,
        table: &DeTable<'_>,
        header: &Range<usize>,
    ) -> Map<String, Value> {
        let mut fields = Map::new();
        for (name, value) in table.iter() {
            let Some(key) = section.find(name.get_ref()) else {
                self.faults.push(unknown_key(section, name, value));
                continue;
            };
            if let Some(read) = self.value(section, key, name, value) {
                fields.insert(key.field.name.to_owned(), read);
            }
        }
        for key in section.keys().filter(|key| key.field.required_in_file) {
            let there = table.iter().any(|(name, _)| name.get_ref() == key.name());
            if !there {
                let (name, example) = (key.name(), key.field.example);
                self.faults.push(
                    Finding::new(header.clone(), format!("`{name}` is missing here"))
                        .label(format!("needs `{name}`"))
                        .help(format!("add {name} = {example}")),
                );
            }
        }
        fields
    }

    /// The same; `None` if a required key is missing or faulty.
    fn whole_section(
        &mut self,
        section: &Section,
        table: &DeTable<'_>,
        header: &Range<usize>,
    ) -> Option<Value> {
        let fields = self.section(section, table, header);
        let is_whole = section
            .keys()
            .filter(|key| key.field.required_in_file)
            .all(|key| fields.contains_key(key.field.name));
        is_whole.then_some(Value::Object(fields))
    }

    fn value(
        &mut self,
        section: &Section,
        key: Key,
        name: &Spanned<Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Value> {
        let Some(inner) = section.below(key) else {
            return value::check(key, value, &mut self.faults);
        };
        match (inner.form, value.get_ref()) {
            (Form::Once, DeValue::Table(table)) => self.whole_section(&inner, table, &name.span()),
            (Form::Named, DeValue::Table(table)) => Some(self.named(&inner, table)),
            (Form::List(max), DeValue::Array(items)) => {
                if items.len() > max {
                    let message = format!("{} `{}` are too many", items.len(), key.name());
                    let fault = Finding::new(name.span(), message).label("too many");
                    self.faults.push(fault.help(format!("give at most {max}")));
                }
                let items = items.iter().filter_map(|item| self.item(&inner, key, item));
                Some(Value::Array(items.collect()))
            }
            (_, _) => {
                self.faults.push(not_a_section(&inner, key, value));
                None
            }
        }
    }

    /// One item of a list of sections.
    fn item(&mut self, section: &Section, key: Key, item: &Spanned<DeValue<'_>>) -> Option<Value> {
        let DeValue::Table(table) = item.get_ref() else {
            self.faults.push(not_a_section(section, key, item));
            return None;
        };
        self.whole_section(section, table, &item.span())
    }

    fn named(&mut self, section: &Section, table: &DeTable<'_>) -> Value {
        let mut found = BTreeMap::new();
        for (name, value) in table.iter() {
            let id = match Name::new(name.get_ref()) {
                Ok(id) => id.as_str().to_owned(),
                Err(message) => {
                    self.faults.push(value::bad_name(name.span(), message));
                    continue;
                }
            };
            if found.contains_key(&id) {
                self.faults.push(value::twice(name.span(), &id));
                continue;
            }
            let DeValue::Table(inner) = value.get_ref() else {
                self.faults
                    .push(not_in_a_named_section(section, name, value));
                continue;
            };
            let fields = self.section(section, inner, &name.span());
            found.insert(id, Value::Object(fields));
        }
        Value::Object(found.into_iter().collect())
    }
}

fn unknown_key(
    section: &Section,
    name: &Spanned<Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
) -> Finding {
    let text: &str = name.get_ref();
    let place = if section.path.is_empty() {
        "at the top of the file".to_owned()
    } else {
        format!("in [{}]", section.path)
    };
    // Below the top level, a table in the place of a key is most likely an inline table.
    let is_section = section.path.is_empty() && matches!(value.get_ref(), DeValue::Table(_));
    let noun = if is_section { "section" } else { "key" };
    let fault = Finding::new(name.span(), format!("there is no {noun} `{text}` {place}"));
    if section.path.is_empty() && text == "policy" {
        return fault.label("ownership policies to compare").help(
            "such a file is for `firsthand compare --ownership FILE`, and is no configuration",
        );
    }
    let known: Vec<&'static str> = section.keys().map(|key| key.name()).collect();
    let stem = text.strip_suffix("_ms").and_then(|stem| section.find(stem));
    if let Some(key) = stem {
        return fault.label(format!("write `{}`", key.name())).help(format!(
            "in this file durations have no `_ms` and stand in quotes: {} = {}",
            key.name(),
            value::duration_hint(value.get_ref(), 1)
        ));
    }
    if let Some(near) = nearest(text, known.iter().copied()) {
        return fault
            .label(format!("did you mean `{near}`?"))
            .help(format!("the nearest known {noun} is `{near}`"));
    }
    if let Some(other) = elsewhere(text) {
        return fault
            .label("not known here")
            .help(format!("`{text}` belongs in [{other}]"));
    }
    fault
        .label("not known here")
        .help(format!("known here: {}", known.join(", ")))
}

/// The only section with a key of that name, if there is exactly one.
fn elsewhere(name: &str) -> Option<String> {
    let mut places = super::keys::sections()
        .into_iter()
        .filter(|section| !section.is_repetition() && section.find(name).is_some());
    let place = places.next()?;
    places.next().is_none().then_some(place.path)
}

fn not_a_section(section: &Section, key: Key, value: &Spanned<DeValue<'_>>) -> Finding {
    let (form, header) = match section.form {
        Form::List(_) => ("a list of sections", format!("[[{}]]", section.path)),
        Form::Named => ("sections with names", format!("[{}]", section.path)),
        Form::Once => ("a section", format!("[{}]", section.path)),
    };
    Finding::new(value.span(), format!("`{}` takes {form}", key.name()))
        .label(format!("this is {}", written(value.get_ref())))
        .help(format!(
            "write {header} on a line of its own, and its keys below"
        ))
}

fn not_in_a_named_section(
    section: &Section,
    name: &Spanned<Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
) -> Finding {
    let text: &str = name.get_ref();
    let message = format!("`{text}` stands where the name of a section is expected");
    let fault =
        Finding::new(name.span(), message).label(format!("this is {}", written(value.get_ref())));
    if section.find(text).is_some() {
        return fault.help(format!(
            "`{text}` belongs into a section with a name: write [{}] above it, with a name for \
             NAME",
            section.path
        ));
    }
    fault.help(format!(
        "a section has a header with its name, [{}], and keys such as {}",
        section.path.replace("NAME", &bare_or_quoted(text)),
        section.keys().next().map_or("", |key| key.name())
    ))
}

/// A name as written in a header.
fn bare_or_quoted(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.chars().all(bare) {
        name.to_owned()
    } else {
        toml::Value::from(name).to_string()
    }
}
