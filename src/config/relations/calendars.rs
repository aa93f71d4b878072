//! Calendars: hours that end a minute too early.

use super::{Related, Scope};
use crate::calendar::{Span, WEEKDAYS};
use crate::config::fault::Finding;

pub(super) fn calendars(scope: &Scope<'_>, related: &mut Related) {
    for (name, calendar) in &scope.tenant.calendars {
        let mut warn = |path: &[&str], hours: &[Span]| {
            let Some(early) = hours.iter().find(|span| span.ends_a_minute_early()) else {
                return;
            };
            let path = [&["calendars", name.as_str()], path].concat();
            let to_midnight = early.to_string().replace("23:59", "24:00");
            related.warnings.push(
                Finding::new(
                    scope.place(&path),
                    format!("{early} closes for the last minute of the day"),
                )
                .label("until 23:59:00, not midnight")
                .help(format!("write \"{to_midnight}\" to be open until midnight")),
            );
        };
        for (day, hours) in WEEKDAYS.iter().zip(&calendar.week) {
            warn(&["week", day], hours);
        }
        // Where they are not written they are those of the week.
        if !calendar.week.contains(&calendar.make_up_hours) {
            warn(&["make_up_hours"], &calendar.make_up_hours);
        }
        for special in &calendar.special {
            warn(&["special", &special.date.to_string()], &special.hours);
        }
    }
}
