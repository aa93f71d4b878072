//! Makes text from outside safe to show on a terminal.
//!
//! Such text may contain characters that control a terminal (C0, C1), change the direction of text,
//! or are invisible. They are escaped, so that nothing is hidden. Nothing else is changed.

use std::borrow::Cow;

use crate::spelling::is_hidden;

/// The text with every hidden character escaped.
pub fn printable(text: &str) -> Cow<'_, str> {
    written_out(text, |_| false)
}

/// The same for a text of several lines.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    written_out(text, |character| matches!(character, '\n' | '\t'))
}

/// The same for a coloured text whose parts are safe already.
pub fn printable_coloured(text: &str) -> Cow<'_, str> {
    written_out(text, |character| {
        matches!(character, '\n' | '\t' | '\u{1b}')
    })
}

/// Escapes hidden characters as `\u0085`, which JSON reads as the same text, except those that may
/// stay.
fn written_out(text: &str, may_stay: impl Fn(char) -> bool) -> Cow<'_, str> {
    let stands_out = |character| is_hidden(character) && !may_stay(character);
    if !text.chars().any(stands_out) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if stands_out(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_invisible_characters_are_escaped() {
        assert_eq!(printable("Li 李 é ü ½ 🙂"), "Li 李 é ü ½ 🙂");
        assert_eq!(printable("a\u{9b}31mb"), "a\\u009b31mb");
        assert_eq!(printable("a\u{1b}[2Jb\r\n"), "a\\u001b[2Jb\\u000d\\u000a");
        assert_eq!(printable("\u{202e}exe\u{200b}"), "\\u202eexe\\u200b");
        assert_eq!(printable("\u{e0041}"), "\\udb40\\udc41");
        assert_eq!(printable_lines("a\n\tb\u{85}"), "a\n\tb\\u0085");
        assert_eq!(printable_coloured("\u{1b}[1ma\u{90}"), "\u{1b}[1ma\\u0090");
    }

    #[test]
    fn json_reads_it_as_the_same_text() {
        let text = "a\u{85}\u{202e}\u{e0041}\u{7f}";
        let json = serde_json::to_string(text).expect("text");
        let shown = printable(&json);
        let hidden = shown.chars().filter(|character| is_hidden(*character));
        assert_eq!(hidden.count(), 0);
        assert_eq!(
            serde_json::from_str::<String>(&shown)
                .expect("JSON")
                .as_str(),
            text
        );
    }
}
