//! The first step: from the text to what the user wrote, checked key by key against the table.
//!
//! The result is plain data with the fields' names of the wire. What is wrong is reported and left
//! out, so that everything else can still be checked. Nothing here knows what a key is for.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Finding;
use super::keys::{Key, Kind, ROOT, Section, quoted};
use super::nearest::nearest;
use super::value::{self, written};
use crate::router::ids::Name;

/// What the user wrote, and the places of it.
pub(super) struct Document<'a> {
    pub root: Spanned<DeTable<'a>>,
    pub fields: Map<String, Value>,
    pub faults: Vec<Finding>,
}

/// Reads the text and checks every key of it.
pub(super) fn read(text: &str) -> Document<'_> {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut faults: Vec<Finding> = errors
        .iter()
        .map(|error| syntax_fault(text, error))
        .collect();
    let broken: Vec<usize> = faults
        .iter()
        .filter_map(|fault| fault.span.as_ref())
        .map(|span| line_of(text, span.start))
        .collect();
    let mut reader = Reader { faults: Vec::new() };
    let fields = reader.section(&ROOT, root.get_ref(), &(0..0));
    // Where the parser had to guess, its guess is no fault of the user.
    let genuine = reader.faults.into_iter().filter(|fault| {
        let span = fault.span.as_ref().expect("the reader gives a place");
        !broken.contains(&line_of(text, span.start))
    });
    faults.extend(genuine);
    Document {
        root,
        fields,
        faults,
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at.min(text.len())]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
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
            if let Some(field) = self.value(key, name, value) {
                fields.insert(key.field(), field);
            }
        }
        for key in section.all().filter(|key| key.required) {
            let there = table.iter().any(|(name, _)| name.get_ref() == key.name);
            if !there {
                self.faults.push(
                    Finding::new(header.clone(), format!("`{}` is missing here", key.name))
                        .label(format!("needs `{}`", key.name))
                        .help(format!("add {} = {}", key.name, key.example)),
                );
            }
        }
        fields
    }

    fn value(
        &mut self,
        key: &Key,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Value> {
        match (key.kind, value.get_ref()) {
            (Kind::Table(section), DeValue::Table(table)) => {
                Some(Value::Object(self.section(section, table, &name.span())))
            }
            (Kind::Named(section), DeValue::Table(table)) => {
                Some(Value::Object(self.named(section, table)))
            }
            (Kind::List { section, max }, DeValue::Array(items)) => {
                if items.len() > max {
                    let message = format!("{} `{}` are too many", items.len(), key.name);
                    let fault = Finding::new(name.span(), message).label("too many");
                    self.faults.push(fault.help(format!("give at most {max}")));
                }
                let items = items
                    .iter()
                    .filter_map(|item| self.item(section, key, item));
                Some(Value::Array(items.collect()))
            }
            (Kind::Table(_) | Kind::Named(_) | Kind::List { .. }, _) => {
                self.faults.push(not_a_section(key, value));
                None
            }
            (kind, _) => value::check(key, &kind, value, &mut self.faults),
        }
    }

    /// One of a list of sections; left out where something that it needs is missing.
    fn item(&mut self, section: &Section, key: &Key, item: &Spanned<DeValue<'_>>) -> Option<Value> {
        let DeValue::Table(table) = item.get_ref() else {
            self.faults.push(not_a_section(key, item));
            return None;
        };
        let fields = self.section(section, table, &item.span());
        Some(Value::Object(fields))
    }

    fn named(&mut self, section: &'static Section, table: &DeTable<'_>) -> Map<String, Value> {
        let mut found = BTreeMap::new();
        for (name, value) in table.iter() {
            if let Err(message) = Name::new(name.get_ref()) {
                self.faults
                    .push(Finding::new(name.span(), message).label("this name"));
                continue;
            }
            let DeValue::Table(inner) = value.get_ref() else {
                self.faults
                    .push(not_in_a_named_section(section, name, value));
                continue;
            };
            let fields = self.section(section, inner, &name.span());
            found.insert(name.get_ref().to_string(), Value::Object(fields));
        }
        found.into_iter().collect()
    }
}

fn unknown_key(
    section: &Section,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
) -> Finding {
    let text: &str = name.get_ref();
    let place = if section.path.is_empty() {
        "at the top of the file".to_owned()
    } else {
        format!("in [{}]", section.path)
    };
    let is_table = matches!(value.get_ref(), DeValue::Table(_));
    let noun = if is_table { "section" } else { "key" };
    let fault = Finding::new(name.span(), format!("there is no {noun} `{text}` {place}"));
    let known: Vec<&'static str> = section.all().map(|key| key.name).collect();
    let stem = text.strip_suffix("_ms").and_then(|stem| section.find(stem));
    if let Some(key) = stem {
        return fault.label(format!("write `{}`", key.name)).help(format!(
            "in this file durations have no `_ms` and stand in quotes: {} = {}",
            key.name,
            value::duration_hint(value.get_ref(), 1)
        ));
    }
    if let Some(near) = nearest(text, known.iter().copied()) {
        return fault
            .label(format!("did you mean `{near}`?"))
            .help(format!("the nearest known key is `{near}`"));
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

/// The section in which a key of that name is known, if there is exactly one.
fn elsewhere(name: &str) -> Option<&'static str> {
    let mut places = super::keys::sections()
        .into_iter()
        .filter(|section| section.keys.iter().any(|key| key.name == name));
    let place = places.next()?;
    places.next().is_none().then_some(place.path)
}

fn not_a_section(key: &Key, value: &Spanned<DeValue<'_>>) -> Finding {
    let form = match key.kind {
        Kind::List { .. } => format!("[[…{}]] sections", key.name),
        Kind::Named(_) => format!("sections with a name, [{}.NAME]", key.name),
        _ => format!("a section, [{}]", key.name),
    };
    let path = key.section().map_or("", |section| section.path);
    let header = match key.kind {
        Kind::List { .. } => format!("[[{path}]]"),
        _ => format!("[{path}]"),
    };
    Finding::new(value.span(), format!("`{}` takes {form}", key.name))
        .label(format!("this is {}", written(value.get_ref())))
        .help(format!(
            "write {header} on a line of its own, and its keys below"
        ))
}

fn not_in_a_named_section(
    section: &'static Section,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
) -> Finding {
    let text: &str = name.get_ref();
    let header = section.path.replace("NAME", "…");
    let message = format!("`{text}` stands where the name of a section is expected");
    let fault =
        Finding::new(name.span(), message).label(format!("this is {}", written(value.get_ref())));
    if section.find(text).is_some() {
        return fault.help(format!(
            "`{text}` belongs below a name: write [{header}] with the name in place of …"
        ));
    }
    fault.help(format!(
        "a section has a header with its name, [{}], and keys such as {}",
        section.path.replace("NAME", &quoted(&[text])),
        section.keys[0].name
    ))
}
