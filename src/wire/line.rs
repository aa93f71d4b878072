//! A stream of bytes cut into lines.
//!
//! [`Lines`] owns the read buffer of one connection and never holds more than one line and one
//! read of it. A line over the limit is told once; its remaining bytes are thrown away up to the
//! next line end, and the stream goes on. What a line says is not looked at here.

use super::limits::Limits;

/// Room made for one read.
const READ_BYTES: usize = 16 * 1024;

/// What the stream holds next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// A whole line without its end (`\n` or `\r\n`). Never blank.
    Whole(&'a [u8]),
    /// A line longer than the limit; it has been or will be skipped.
    TooLong,
}

/// The read side of one connection.
#[derive(Debug)]
pub struct Lines {
    line_bytes_max: usize,
    buffer: Vec<u8>,
    /// Where the unread bytes begin.
    start: usize,
    /// Up to where the unread bytes have been searched for a line end.
    searched: usize,
    /// A line over the limit is being thrown away.
    skipping: bool,
}

impl Lines {
    pub fn new(limits: &Limits) -> Self {
        Self {
            line_bytes_max: limits.line_bytes_max,
            buffer: Vec::new(),
            start: 0,
            searched: 0,
            skipping: false,
        }
    }

    /// Another limit from the next line on.
    pub fn set_line_bytes_max(&mut self, max: usize) {
        self.line_bytes_max = max;
    }

    /// The buffer to read into: append to it, change nothing else. What has been taken as lines
    /// is dropped first, so the bytes held stay below one line and one read.
    pub fn space(&mut self) -> &mut Vec<u8> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.searched -= self.start;
            self.start = 0;
        }
        self.buffer.reserve(READ_BYTES);
        &mut self.buffer
    }

    /// Appends bytes that were read elsewhere.
    pub fn push(&mut self, bytes: &[u8]) {
        self.space().extend_from_slice(bytes);
    }

    /// The next line; `None` = more bytes are needed.
    pub fn next_line(&mut self) -> Option<Line<'_>> {
        loop {
            let tail = self.buffer.get(self.searched..).unwrap_or_default();
            let Some(offset) = memchr::memchr(b'\n', tail) else {
                return self.unfinished();
            };
            let (start, end) = (self.start, self.searched + offset);
            self.start = end + 1;
            self.searched = end + 1;
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            let range = trim(&self.buffer, start, end);
            if range.len() > self.line_bytes_max {
                return Some(Line::TooLong);
            }
            if is_blank(&self.buffer[range.clone()]) {
                continue;
            }
            return Some(Line::Whole(&self.buffer[range]));
        }
    }

    /// What is left when the stream has ended: a last line that lacks its end.
    pub fn finish(&mut self) -> Option<Line<'_>> {
        let range = trim(&self.buffer, self.start, self.buffer.len());
        self.start = self.buffer.len();
        self.searched = self.start;
        if std::mem::take(&mut self.skipping) || is_blank(&self.buffer[range.clone()]) {
            return None;
        }
        if range.len() > self.line_bytes_max {
            return Some(Line::TooLong);
        }
        Some(Line::Whole(&self.buffer[range]))
    }

    /// No line end in sight: tells a line that is already too long, once.
    fn unfinished(&mut self) -> Option<Line<'_>> {
        self.searched = self.buffer.len();
        // One byte more than the limit may be the `\r` of a line end that is still on its way.
        let too_long = self.searched - self.start > self.line_bytes_max + 1;
        if !too_long && !self.skipping {
            return None;
        }
        self.buffer.clear();
        self.start = 0;
        self.searched = 0;
        if self.skipping {
            return None;
        }
        self.skipping = true;
        Some(Line::TooLong)
    }
}

/// The range of a line without a `\r` before its end.
fn trim(buffer: &[u8], start: usize, end: usize) -> std::ops::Range<usize> {
    match buffer.get(start..end) {
        Some([.., b'\r']) => start..end - 1,
        _ => start..end,
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}
