//! Durations and sizes as an operator writes them, and back.
//!
//! The grammar of durations is jiff's friendly one with days of 24 hours; this file only limits the
//! values to those a call centre can mean. It must not know where a value is written.

use crate::router::time::{MILLIS_MAX, Millis};

/// Reads `"45s"`, `"1h30m"`, `"2d"`. The error says what is wrong, without the right form.
pub fn parse(text: &str) -> Result<Millis, String> {
    let ms = crate::calendar::parse_ms(text)?;
    if ms > MILLIS_MAX {
        return Err(format!("{text:?} is longer than {}", format(MILLIS_MAX)));
    }
    Ok(Millis(ms))
}

/// Writes milliseconds in the shortest form that [`parse`] reads back: `"1h30m"`, `"0s"`.
pub fn format(ms: i64) -> String {
    const UNITS: [(i64, &str); 5] = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1_000, "s"),
        (1, "ms"),
    ];
    if ms == 0 {
        return "0s".to_owned();
    }
    let mut left = ms;
    let mut text = String::new();
    for (size, unit) in UNITS {
        if left >= size {
            text.push_str(&format!("{}{unit}", left / size));
            left %= size;
        }
    }
    text
}

const SIZES: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];

/// Reads a size such as `"64 KiB"`, `"4MiB"` or `"512 B"`.
pub fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits_end = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at(digits_end);
    let number: u64 = digits.parse().ok()?;
    let unit = unit.trim();
    let size = if unit == "B" {
        1
    } else {
        SIZES.iter().find(|(_, name)| *name == unit)?.0
    };
    number.checked_mul(size)
}

/// Writes a size in the largest unit that divides it.
pub fn format_bytes(bytes: u64) -> String {
    for (size, unit) in SIZES {
        if bytes >= size && bytes.is_multiple_of(size) {
            return format!("{} {unit}", bytes / size);
        }
    }
    format!("{bytes} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_write() {
        for (text, ms) in [
            ("45s", 45_000),
            ("1h30m", 5_400_000),
            ("500ms", 500),
            ("2d", 172_800_000),
            ("0s", 0),
        ] {
            assert_eq!(parse(text), Ok(Millis(ms)), "{text}");
            assert_eq!(format(ms), text);
        }
        for text in [
            "45",
            "",
            "-3s",
            "1us",
            "5 working days",
            "1 month",
            "11000d",
            "s",
        ] {
            assert!(parse(text).is_err(), "{text:?} is refused");
        }
    }

    #[test]
    fn sizes_read_and_write() {
        for (text, bytes) in [("64 KiB", 65_536), ("4 MiB", 4 << 20), ("7 B", 7)] {
            assert_eq!(parse_bytes(text), Some(bytes), "{text}");
            assert_eq!(format_bytes(bytes), text);
        }
        for text in [
            "64",
            "KiB",
            "1 TiB",
            "-1 KiB",
            "99999999999999999999 B",
            "99999999999 GiB",
        ] {
            assert_eq!(parse_bytes(text), None, "{text:?} is refused");
        }
    }
}
