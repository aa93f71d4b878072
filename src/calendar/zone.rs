//! The table of a time zone by its name, from the database built into the program.
//!
//! Called where a calendar is set (the wire, the configuration) and nowhere else. `jiff` reads the
//! format and brings the data; the system's own database is never used, so that the same request
//! means the same on every machine.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::offsets::{OFFSETS_MAX, Offset, Zone};
use crate::nearest::nearest;

/// The table runs from 1970-01-01 to 2100-01-01; after it the last offset stays.
const LAST_SECOND: i64 = 4_102_444_800;

/// Resolves a name such as `Asia/Shanghai`. The error says what would be right.
pub fn resolve(name: &str) -> Result<Zone, String> {
    let found = TimeZoneDatabase::bundled()
        .get(name)
        .map_err(|_| right(name))?;
    let start = Timestamp::UNIX_EPOCH;
    let mut offsets = vec![Offset {
        from: 0,
        ms: offset_ms(&found, start),
    }];
    for change in found.following(start) {
        let at = change.timestamp();
        if at.as_second() >= LAST_SECOND || offsets.len() == OFFSETS_MAX {
            break;
        }
        let ms = i64::from(change.offset().seconds()) * 1_000;
        if offsets.last().is_none_or(|last| last.ms != ms) {
            offsets.push(Offset {
                from: at.as_millisecond(),
                ms,
            });
        }
    }
    Ok(Zone {
        name: found.iana_name().unwrap_or(name).into(),
        offsets,
    })
}

fn offset_ms(zone: &TimeZone, at: Timestamp) -> i64 {
    i64::from(zone.to_offset(at).seconds()) * 1_000
}

/// The right name for one that does not exist.
fn right(name: &str) -> String {
    if let Some(fixed) = fixed(name) {
        return format!(
            "write {fixed:?} (of these names the sign is turned round), or that of a city, such as \
             \"Asia/Shanghai\""
        );
    }
    let database = TimeZoneDatabase::bundled();
    let known: Vec<String> = database.available().map(|zone| zone.to_string()).collect();
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "give one of the IANA database, such as \"Asia/Shanghai\"".to_owned(),
    }
}

/// `UTC+8`, `GMT-5`, `+08:00`: the zone that has this difference all year.
fn fixed(name: &str) -> Option<String> {
    let name = name.trim();
    let bare = ["UTC", "GMT"]
        .iter()
        .find_map(|word| name.strip_prefix(word))
        .unwrap_or(name)
        .trim();
    let turned = match bare.chars().next()? {
        '+' => '-',
        '-' | '−' => '+',
        _ => return None,
    };
    let digits = bare.trim_start_matches(['+', '-', '−']);
    let hours = digits.strip_suffix(":00").unwrap_or(digits);
    let hours: u8 = hours.parse().ok()?;
    let zone = format!("Etc/GMT{turned}{hours}");
    TimeZoneDatabase::bundled().get(&zone).ok().map(|_| zone)
}
