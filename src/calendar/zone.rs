//! The table of a time zone by its name, from the database built into the program.
//!
//! Called where a calendar is set (the wire, the configuration) and nowhere else. `jiff` reads the
//! format and brings the data; the system's own database is never used, so that the same request
//! means the same on every machine.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::offsets::{OFFSETS_MAX, Offset, Zone};

/// The table runs from 1970-01-01 to 2100-01-01; after it the last offset stays.
const LAST_SECOND: i64 = 4_102_444_800;

/// Resolves a name such as `Asia/Shanghai`. The error says what is accepted.
pub fn resolve(name: &str) -> Result<Zone, String> {
    let found = TimeZoneDatabase::bundled().get(name).map_err(|_| {
        format!("there is no time zone {name:?}: give one of the IANA database, such as \"Asia/Shanghai\"")
    })?;
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
