//! Cuts a stream of bytes into lines.
//!
//! [`Lines`] owns the read buffer of one connection and never holds more than one line and one
//! read. A line over the limit is reported once and skipped up to its end; the stream goes on. The
//! content of lines is not read here.

use super::limits::Limits;

/// Bytes reserved for one read.
const READ_BYTES: usize = 16 * 1024;

/// The next thing in the stream.
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
    /// End of the bytes already searched for a line end.
    searched: usize,
    /// A line over the limit is being skipped.
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

    /// Sets the limit from the next line on.
    pub fn set_line_bytes_max(&mut self, max: usize) {
        self.line_bytes_max = max;
    }

    /// The buffer to read into: only append to it. Lines already taken are dropped first, so less
    /// than one line and one read is held.
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

    /// The rest at the end of the stream: a last line without a line end.
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

    /// Without a line end: reports a line that is too long already, once.
    fn unfinished(&mut self) -> Option<Line<'_>> {
        self.searched = self.buffer.len();
        // One byte over the limit may be the `\r` of a line end that has not arrived.
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

/// The range of a line without a trailing `\r`.
fn trim(buffer: &[u8], start: usize, end: usize) -> std::ops::Range<usize> {
    match buffer.get(start..end) {
        Some([.., b'\r']) => start..end - 1,
        _ => start..end,
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}
