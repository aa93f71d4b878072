//! The one form of a telephone number: E.164, such as `+8613800138000`.
//!
//! Number plans are those of the crate `phonenumber` (Google's libphonenumber). Its tables are read
//! when a number first needs them: one in international form without a trunk prefix does not.

use phonenumber::country::{Id, Source};
use phonenumber::metadata::Database;
use unicode_normalization::UnicodeNormalization;

use crate::router::country::Country;

/// The fewest and most digits of a number with its calling code (E.164).
const DIGITS_MIN: usize = 7;
const DIGITS_MAX: usize = 15;
/// The most digits of an extension.
const EXTENSION_DIGITS_MAX: usize = 11;

/// The calling codes of two digits; 1 and 7 are of one, all others of three (E.164).
const OF_TWO: [&str; 42] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65",
    "66", "81", "82", "84", "86", "90", "91", "92", "93", "94",
];
const OF_TWO_MORE: [&str; 2] = ["95", "98"];

fn plans() -> &'static Database {
    &phonenumber::metadata::DATABASE
}

/// Reads the number plans now instead of when the first number needs them.
pub fn load() {
    let _ = plans().by_code(&1);
}

/// Whether a country is known by these two letters.
pub fn is_country(country: Country) -> bool {
    country.as_str().parse::<Id>().is_ok()
}

/// Whether a number is in its form for certain: international, plain digits, no trunk prefix.
#[inline]
pub fn is_in_form(number: &str) -> bool {
    let Some(digits) = number.strip_prefix('+') else {
        return false;
    };
    let is_plain = digits
        .bytes()
        .fold(true, |plain, byte| plain & byte.is_ascii_digit());
    is_plain
        && (DIGITS_MIN..=DIGITS_MAX).contains(&digits.len())
        && !digits[code_length(digits)..].starts_with('0')
}

/// How many digits of an international number are its calling code.
fn code_length(digits: &str) -> usize {
    match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        _ => match digits.get(..2) {
            Some(two) if OF_TWO.contains(&two) || OF_TWO_MORE.contains(&two) => 2,
            _ => 3.min(digits.len()),
        },
    }
}

/// The form of a number; what is none stays as written, except for characters of full width.
pub fn form(written: &str, country: Option<Country>) -> String {
    let text: String = written.nfkc().map(ascii_digit).collect();
    let text = text.trim();
    let Some(parts) = Parts::of(text) else {
        return text.to_owned();
    };
    let number = match parts.international() {
        Some(digits) => international(&digits),
        None => country.and_then(|country| national(&parts.digits, country)),
    };
    match (number, parts.extension) {
        (None, _) => text.to_owned(),
        (Some(number), None) => number,
        (Some(number), Some(extension)) => format!("{number};ext={extension}"),
    }
}

/// A digit of Arabic or Persian as one of ASCII.
fn ascii_digit(character: char) -> char {
    let zero = match character {
        '\u{660}'..='\u{669}' => 0x660,
        '\u{6f0}'..='\u{6f9}' => 0x6f0,
        _ => return character,
    };
    char::from_digit(u32::from(character) - zero, 10).unwrap_or(character)
}

/// What a written number consists of.
struct Parts {
    has_plus: bool,
    /// Without separators.
    digits: String,
    /// The digits of `;phone-context=+86`.
    context: Option<String>,
    extension: Option<String>,
}

impl Parts {
    /// `None` = it is no number.
    fn of(text: &str) -> Option<Self> {
        let mut parameters = text.split(';');
        let number = parameters.next()?;
        let (mut context, mut extension) = (None, None);
        for parameter in parameters {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name.trim().to_ascii_lowercase().as_str() {
                "ext" => extension = Some(extension_of(value)?),
                "phone-context" => {
                    context = value.trim().strip_prefix('+').map(only_digits);
                }
                // How the call came, not who calls.
                _ => {}
            }
        }
        let end = number
            .find(|c: char| c.is_alphabetic() || c == '#')
            .unwrap_or(number.len());
        let (number, tail) = number.split_at(end);
        if !tail.is_empty() {
            let lower = tail.to_lowercase();
            let markers = ["extension", "ext.", "ext", "x", "#", "转", "分机"];
            let rest = markers
                .iter()
                .find_map(|marker| lower.strip_prefix(marker))?;
            extension = Some(extension_of(rest)?);
        }
        let (has_plus, number) = match number.trim().strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, number.trim()),
        };
        let is_allowed = |c: char| c.is_ascii_digit() || is_separator(c);
        if !number.chars().all(is_allowed) {
            return None;
        }
        let is_abroad = has_plus || number.starts_with("00");
        let number = match is_abroad {
            // The trunk prefix, written for those who call from within the country.
            true => number.replacen("(0)", "", 1),
            false => number.to_owned(),
        };
        Some(Self {
            has_plus,
            digits: only_digits(&number),
            context,
            extension,
        })
    }

    /// The digits with the calling code, if they are given.
    fn international(&self) -> Option<String> {
        if self.has_plus {
            return Some(self.digits.clone());
        }
        if let Some(context) = &self.context {
            return Some(format!("{context}{}", self.digits));
        }
        let after = self.digits.strip_prefix("00")?;
        Some(after.to_owned())
    }
}

fn extension_of(text: &str) -> Option<String> {
    let digits = text.trim().trim_end_matches('.').trim();
    let is_one = !digits.is_empty()
        && digits.len() <= EXTENSION_DIGITS_MAX
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then(|| digits.to_owned())
}

fn is_separator(character: char) -> bool {
    matches!(
        character,
        ' ' | '-' | '.' | '/' | '(' | ')' | '~' | '\u{2010}'..='\u{2015}' | '\u{2212}'
    )
}

fn only_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// An international number without a trunk prefix behind its calling code.
fn international(digits: &str) -> Option<String> {
    if !(DIGITS_MIN..=DIGITS_MAX).contains(&digits.len()) || digits.starts_with('0') {
        return None;
    }
    let (code, national) = digits.split_at(code_length(digits));
    let national = match national.strip_prefix('0') {
        Some(without) if trunk_is_zero(code) => without,
        _ => national,
    };
    Some(format!("+{code}{national}"))
}

/// Whether a country's numbers are dialled with a 0 within it, which is left out from abroad.
fn trunk_is_zero(code: &str) -> bool {
    let Some(regions) = code
        .parse()
        .ok()
        .and_then(|code: u16| plans().by_code(&code))
    else {
        return false;
    };
    let main = regions
        .iter()
        .find(|region| region.is_main_country_for_code())
        .or(regions.first());
    main.is_some_and(|region| region.national_prefix() == Some("0"))
}

/// A number as dialled within the country. One that is neither valid nor written with a prefix is
/// short or local, and stays.
fn national(digits: &str, country: Country) -> Option<String> {
    let country: Id = country.as_str().parse().ok()?;
    let number = phonenumber::parse(Some(country), digits).ok()?;
    let national = number.national().to_string();
    let is_prefixed = number.country().source() != Source::Number && national.len() < digits.len();
    let plan = plans().by_code(&number.country().code())?;
    let length = u16::try_from(national.len()).ok()?;
    let is_possible = plan.iter().any(|region| {
        region
            .descriptors()
            .general()
            .possible_length()
            .contains(&length)
    });
    let is_number = number.is_valid() || is_prefixed && is_possible;
    is_number.then(|| number.format().mode(phonenumber::Mode::E164).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The calling codes of the plans are those told apart here without them.
    #[test]
    fn calling_codes_are_those_of_the_plans() {
        for region in plans().iter() {
            let code = region.country_code().to_string();
            let number = format!("{code}23456789");
            assert_eq!(code_length(&number), code.len(), "{code}");
        }
    }

    /// Each plan's example is in its form, and its national form leads there.
    #[test]
    fn examples_of_all_countries_have_one_form() {
        let mut seen = 0;
        for region in plans().iter().filter(|region| region.id().len() == 2) {
            let Some(example) = region
                .descriptors()
                .fixed_line()
                .and_then(|one| one.example())
            else {
                continue;
            };
            let plain = format!("+{}{example}", region.country_code());
            assert_eq!(form(&plain, None), plain, "{}", region.id());
            let spaced = format!("00 {} {example}", region.country_code());
            assert_eq!(form(&spaced, None), plain, "{}", region.id());
            let country = Country::new(region.id()).expect("two letters");
            let prefix = region.national_prefix().unwrap_or_default();
            assert_eq!(
                form(&format!("{prefix}{example}"), Some(country)),
                plain,
                "{}",
                region.id()
            );
            seen += 1;
        }
        assert!(seen > 200, "{seen} countries");
    }
}
