//! Prints to standard output, whose reader may stop before the end.

use std::fmt;
use std::io::{ErrorKind, Write};

use super::FAILED;
use crate::printable::printable_lines;

/// Prints a line. If the reader has gone, such as `head`, further output is skipped without an
/// error. Any other error ends the program.
pub(super) fn line(text: fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{}", printable_lines(&text.to_string())) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("firsthand: cannot write to the standard output: {error}");
            std::process::exit(FAILED.into());
        }
        Ok(()) | Err(_) => {}
    }
}

/// [`line()`] with the arguments of `format!`.
macro_rules! say {
    ($($text:tt)*) => { $crate::cli::out::line(format_args!($($text)*)) };
}
pub(super) use say;
