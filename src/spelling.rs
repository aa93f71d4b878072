//! How ids are spelt: one form for what looks the same, and no character that cannot be seen. It
//! must not know what an id names.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// An id in its one form: Unicode NFC without blanks at its ends. Printable ASCII, which most ids
/// are, is not decoded. The error says what is wrong with it.
#[inline]
pub fn one_form(text: &str) -> Result<Cow<'_, str>, String> {
    let bytes = text.as_bytes();
    let is_plain = bytes
        .iter()
        .fold(true, |plain, byte| plain & (0x20..0x7f).contains(byte));
    let has_blank_end = bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ');
    if is_plain && !has_blank_end {
        return Ok(Cow::Borrowed(text));
    }
    of_any(text)
}

#[cold]
fn of_any(text: &str) -> Result<Cow<'_, str>, String> {
    if let Some(hidden) = text.chars().find(|character| is_hidden(*character)) {
        let kind = match hidden.is_control() {
            true => "a control character",
            false => "which cannot be seen",
        };
        return Err(format!("an id must not contain {}, {kind}", named(hidden)));
    }
    let inner = text.trim_matches(is_blank);
    match (inner.is_empty(), text.chars().next()) {
        (true, Some(blank)) => Err(format!(
            "an id must not be of blanks only ({})",
            named(blank)
        )),
        _ if unicode_normalization::is_nfc(inner) => Ok(Cow::Borrowed(inner)),
        _ => Ok(Cow::Owned(inner.nfc().collect())),
    }
}

/// Whether a character is a blank, such as U+3000 of Chinese text.
fn is_blank(character: char) -> bool {
    character == ' ' || character.general_category() == GeneralCategory::SpaceSeparator
}

/// Whether a character cannot be seen: it controls a terminal, changes the direction of text, ends
/// a line, or has no width.
pub fn is_hidden(character: char) -> bool {
    match character {
        ' '..='~' => false,
        // Letters and marks without an ink of their own, and selectors of a variant.
        '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{2065}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fff8}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => matches!(
            character.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        ),
    }
}

/// A character by number and name, such as `U+202E RIGHT-TO-LEFT OVERRIDE`.
pub fn named(character: char) -> String {
    let number = format!("U+{:04X}", u32::from(character));
    match unicode_names2::name(character) {
        Some(name) => format!("{number} {name}"),
        None => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_the_same_is_one_id() {
        let form = |text: &'static str| one_form(text).expect("an id").into_owned();
        assert_eq!(form("e\u{301}cole"), "\u{e9}cole");
        assert_eq!(form("  a b \u{3000}"), "a b");
        assert_eq!(form("\u{a0}客服\u{3000}"), "客服");
        assert_eq!(form("李"), "李");
    }

    #[test]
    fn what_cannot_be_seen_is_named() {
        let why = |text: &str| one_form(text).expect_err("refused");
        for (text, name) in [
            ("a\u{202e}b", "U+202E RIGHT-TO-LEFT OVERRIDE"),
            ("a\u{200b}", "U+200B ZERO WIDTH SPACE"),
            ("\u{feff}a", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
            ("a\u{2028}b", "U+2028 LINE SEPARATOR"),
            ("a\u{2029}", "U+2029 PARAGRAPH SEPARATOR"),
            ("a\u{2066}b", "U+2066 LEFT-TO-RIGHT ISOLATE"),
            ("a\u{ad}b", "U+00AD SOFT HYPHEN"),
            ("a\u{3164}", "U+3164 HANGUL FILLER"),
            ("a\u{e0041}", "U+E0041 TAG LATIN CAPITAL LETTER A"),
            ("a\tb", "U+0009"),
            ("a\u{85}", "U+0085"),
            ("  ", "U+0020 SPACE"),
            ("\u{3000}", "U+3000 IDEOGRAPHIC SPACE"),
        ] {
            let why = why(text);
            assert!(why.contains(name), "{text:?}: {why}");
        }
        assert!(why("a\u{7}").ends_with("U+0007, a control character"));
    }
}
