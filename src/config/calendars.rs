//! Calendars of the configuration: those that come with the program, and those in files of their
//! own.
//!
//! Both are only where a calendar begins: what stands in the configuration itself adds to it.

use std::path::Path;

use crate::calendar::Written;

/// The calendars that come with the program, by name.
pub const SHIPPED: [(&str, &str); 2] = [
    ("china", include_str!("../../config/calendars/china.toml")),
    ("none", include_str!("../../config/calendars/none.toml")),
];

/// Their names.
pub const SHIPPED_NAMES: [&str; SHIPPED.len()] = [SHIPPED[0].0, SHIPPED[1].0];

/// What a calendar of the configuration begins with, as `base` and `file` say. `folder` is that of
/// the configuration. The error names the file.
pub(super) fn begin(
    base: Option<&str>,
    file: Option<&str>,
    folder: &Path,
) -> Result<Written, String> {
    let shipped = SHIPPED.iter().find(|(name, _)| Some(*name) == base);
    let mut written = match shipped {
        Some((name, text)) => read(name, text)?,
        None => Written::default(),
    };
    if let Some(file) = file {
        let path = folder.join(file);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        written = added(written, read(file, &text)?);
    }
    Ok(written)
}

/// A calendar with more of it: dates are added, the rest takes the place of what was there.
pub(super) fn added(mut base: Written, more: Written) -> Written {
    base.holidays.extend(more.holidays);
    base.make_up.extend(more.make_up);
    Written {
        zone: more.zone.or(base.zone),
        week: more.week.or(base.week),
        make_up_hours: more.make_up_hours.or(base.make_up_hours),
        ..base
    }
}

fn read(name: &str, text: &str) -> Result<Written, String> {
    toml::from_str(text).map_err(|error| {
        let message = error.message();
        let line = error
            .span()
            .map_or(1, |span| text[..span.start].lines().count().max(1));
        format!("{name}: line {line}: {message}")
    })
}
