//! Cutting bytes into lines, however they arrive.

use firsthand::wire::limits::Limits;
use firsthand::wire::line::{Line, Lines};
use proptest::prelude::*;

/// The lines of a stream that arrives in the given pieces; `None` = too long.
fn lines<'a>(max: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Option<Vec<u8>>> {
    let mut reader = Lines::new(&Limits {
        line_bytes_max: max,
        ..Limits::default()
    });
    let own = |line: Line<'_>| match line {
        Line::Whole(bytes) => Some(bytes.to_vec()),
        Line::TooLong => None,
    };
    let mut found = Vec::new();
    for piece in pieces {
        reader.push(piece);
        while let Some(line) = reader.next_line() {
            found.push(own(line));
        }
    }
    found.extend(reader.finish().map(own));
    found
}

fn check(max: usize, pieces: &[&str], expected: &[Option<&str>]) {
    let found = lines(max, pieces.iter().map(|piece| piece.as_bytes()));
    let expected: Vec<_> = expected
        .iter()
        .map(|line| line.map(|text| text.as_bytes().to_vec()))
        .collect();
    assert_eq!(found, expected, "{pieces:?}");
}

#[test]
fn lines_come_whole() {
    check(100, &["a\nb\n"], &[Some("a"), Some("b")]);
    check(100, &["a", "b\nc", "\n"], &[Some("ab"), Some("c")]);
    check(
        100,
        &["a\r\nb\r", "\nc"],
        &[Some("a"), Some("b"), Some("c")],
    );
    check(100, &["\n \n\t\r\n\r\n", "a\n", "  "], &[Some("a")]);
    check(100, &[], &[]);
}

#[test]
fn a_line_over_the_limit_is_told_once_and_skipped() {
    check(4, &["abcd\nabcde\nx\n"], &[Some("abcd"), None, Some("x")]);
    check(4, &["abcd\r\n"], &[Some("abcd")]);
    check(4, &["abcd", "\r", "\n"], &[Some("abcd")]);
    check(
        4,
        &["abcde", "f", "ghijklmnopq", "r\nx\n"],
        &[None, Some("x")],
    );
    check(4, &["abcdef", "ghij"], &[None]);
    check(4, &["abcdef\nabcdef\n", "x"], &[None, None, Some("x")]);
}

#[test]
fn no_more_than_a_line_and_a_read_is_held() {
    let mut reader = Lines::new(&Limits::default());
    let chunk = [b'x'; 8 * 1024];
    let mut told = 0;
    for _ in 0..10_000 {
        reader.push(&chunk);
        while reader.next_line().is_some() {
            told += 1;
        }
        assert!(reader.space().capacity() < 256 * 1024);
    }
    assert_eq!(told, 1);
}

proptest! {
    #[test]
    fn pieces_do_not_matter(
        text in "[ab\\r\\n ]{0,60}",
        cuts in prop::collection::vec(0..60_usize, 0..8),
        max in 1..8_usize,
    ) {
        let whole = lines(max, [text.as_bytes()]);
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut <= text.len()).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|pair| &text.as_bytes()[pair[0]..pair[1]]);
        prop_assert_eq!(lines(max, pieces), whole);
    }
}
