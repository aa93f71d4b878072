//! The calendars a configuration may start from: shipped ones, and files.
//!
//! The configuration's own entries are added to them.

use std::path::Path;

use crate::calendar::Written;

/// The shipped calendars by name.
pub const SHIPPED: [(&str, &str); 2] = [
    ("china", include_str!("../../config/calendars/china.toml")),
    ("none", include_str!("../../config/calendars/none.toml")),
];

/// Their names.
pub const SHIPPED_NAMES: [&str; SHIPPED.len()] = [SHIPPED[0].0, SHIPPED[1].0];

/// The calendar that `base` and `file` name as a start. `folder` is that of the configuration. The
/// error names the file.
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

/// Adds to a calendar: dates are added, everything else is replaced.
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
