//! The calendars of a configuration: begun from a shipped one or a file, with the entries written
//! here added, and everything that is wrong with them, each with its place.

use std::ops::Range;
use std::path::Path;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::fault::{Finding, line_of};
use super::read;
use super::relations::{find, place};
use crate::calendar::{Calendar, Fault, Written, plain};

/// The shipped calendars by name.
pub const SHIPPED: [(&str, &str); 2] = [
    ("china", include_str!("../../config/calendars/china.toml")),
    ("none", include_str!("../../config/calendars/none.toml")),
];

/// Their names.
pub const SHIPPED_NAMES: [&str; SHIPPED.len()] = [SHIPPED[0].0, SHIPPED[1].0];

/// A section `[calendars.NAME]`.
pub(super) struct Place<'a> {
    pub name: &'a str,
    /// The text of the whole file, for places.
    pub root: &'a DeTable<'a>,
    /// The folder of the file, for the files that it names.
    pub folder: &'a Path,
    /// What is wrong with single keys of the file.
    pub known: &'a [Finding],
}

/// Builds the calendar of a section. A faulty one is replaced by a plain one, so that what names it
/// is not faulty too.
pub(super) fn build(at: &Place<'_>, mut value: Value, faults: &mut Vec<Finding>) -> Calendar {
    let mut found = Vec::new();
    let mut take = |key: &str| {
        let taken = value.as_object_mut().and_then(|fields| fields.remove(key));
        taken.and_then(|value| value.as_str().map(str::to_owned))
    };
    let (base, file) = (take("base"), take("file"));
    let shipped = SHIPPED
        .iter()
        .find(|(name, _)| Some(*name) == base.as_deref());
    let mut written = shipped.map_or_else(Written::default, |(_, text)| {
        toml::from_str(text).expect("a shipped calendar can be read")
    });
    if let Some(file) = file {
        written = added(written, at.of_file(&file, &mut found));
    }
    match serde_json::from_value::<Written>(value) {
        Ok(more) => {
            found.extend(more.faults().iter().map(|fault| at.finding(fault)));
            written = added(written, more);
        }
        Err(error) => found.push(at.cannot_be_used(&error.to_string())),
    }
    let mut known = at.known.iter().filter_map(|fault| fault.span.as_ref());
    let is_faulty = !found.is_empty() || known.any(|span| at.holds(span.start));
    let calendar = match written.resolve() {
        Ok(calendar) => Some(calendar),
        // What follows from a fault is none of its own.
        Err(_) if is_faulty => None,
        Err(whole) => {
            found.extend(whole.iter().map(|fault| at.finding(fault)));
            None
        }
    };
    faults.append(&mut found);
    calendar.unwrap_or_else(|| plain().clone())
}

impl Place<'_> {
    /// The calendar in a file that this one names.
    fn of_file(&self, file: &str, found: &mut Vec<Finding>) -> Written {
        let here = place(Some(self.root), &["calendars", self.name, "file"]);
        let path = self.folder.join(file);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                let message = format!("{} cannot be read: {error}", path.display());
                found.push(Finding::new(here, message).label("this file"));
                return Written::default();
            }
        };
        let document = read::read_calendar(&text);
        let mut inside = document.faults;
        let written = Value::Object(document.fields);
        let written = serde_json::from_value::<Written>(written).unwrap_or_default();
        let root = document.root.get_ref();
        for fault in written.faults() {
            inside.push(worded(&fault, place_in(root, &[], &fault)));
        }
        inside.sort_by_key(Finding::start);
        found.extend(inside.into_iter().map(|fault| {
            let line = line_of(&text, fault.start());
            let finding = Finding::new(here.clone(), format!("{file}:{line}: {}", fault.message));
            let finding = finding.label("in this file");
            match fault.help {
                Some(help) => finding.help(help),
                None => finding,
            }
        }));
        written
    }

    fn finding(&self, fault: &Fault) -> Finding {
        worded(fault, place_in(self.root, &["calendars", self.name], fault))
    }

    fn cannot_be_used(&self, message: &str) -> Finding {
        let place = place(Some(self.root), &["calendars", self.name]);
        Finding::new(
            place,
            format!("[calendars.{}] cannot be used: {message}", self.name),
        )
    }

    /// Whether a place of the text lies in this section.
    fn holds(&self, at: usize) -> bool {
        let calendars = self.root.get("calendars");
        let calendars = calendars.and_then(|value| value.get_ref().as_table());
        let own = calendars.and_then(|table| table.get(self.name));
        own.is_some_and(|value| within(value.get_ref(), &value.span(), at))
    }
}

/// Whether a place lies in a value; the parts of a table need not stand together.
fn within(value: &DeValue<'_>, span: &Range<usize>, at: usize) -> bool {
    let Some(table) = value.as_table() else {
        return span.contains(&at);
    };
    table
        .iter()
        .any(|(key, value)| key.span().contains(&at) || within(value.get_ref(), &value.span(), at))
}

fn worded(fault: &Fault, place: Range<usize>) -> Finding {
    Finding::new(place, fault.message.clone())
        .label("cannot be used")
        .help(fault.right.clone())
}

/// The place of a fault: the text itself where it is one of a list, else its key or its value.
fn place_in(root: &DeTable<'_>, section: &[&str], fault: &Fault) -> Range<usize> {
    let mut path = section.to_vec();
    path.push(fault.field);
    path.extend(fault.key.as_deref());
    let Some((key, value)) = find(Some(root), &path) else {
        return 0..0;
    };
    let Some(text) = &fault.text else {
        return if fault.key.is_some() { key } else { value };
    };
    let mut list = Some(root);
    for step in &path[..path.len() - 1] {
        list = list.and_then(|table| table.get(*step)?.get_ref().as_table());
    }
    let last = path[path.len() - 1];
    let items = list.and_then(|table| table.get(last)?.get_ref().as_array());
    let item = items.and_then(|items| {
        let is_meant = |item: &&toml::Spanned<DeValue<'_>>| item.get_ref().as_str() == Some(text);
        items.iter().find(is_meant)
    });
    item.map_or(value, |item| item.span())
}

/// Adds to a calendar: dates are added, everything else is replaced.
fn added(mut base: Written, more: Written) -> Written {
    base.holidays.extend(more.holidays);
    base.make_up.extend(more.make_up);
    base.special.extend(more.special);
    Written {
        zone: more.zone.or(base.zone),
        week: more.week.or(base.week),
        make_up_hours: more.make_up_hours.or(base.make_up_hours),
        ..base
    }
}
