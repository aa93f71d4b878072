//! Faults and warnings of a configuration, with their place and a remedy.
//!
//! A [`Finding`] is a fault or a warning with its place in the file; [`Faults`] are all faults of a
//! file that cannot be used. Nothing here prints: rendering returns text, in colour if asked for.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::printable::{printable, printable_coloured};

/// The most faults rendered; the rest is counted.
const RENDERED_MAX: usize = 100;

/// The file that was read.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as the operator wrote it.
    pub path: String,
    pub text: String,
}

/// One fault or warning, not yet bound to its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// Range of bytes in the text; `None` = the whole file.
    pub span: Option<Range<usize>>,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// A few words shown under the place.
    pub label: String,
    /// The remedy.
    pub help: Option<String>,
    /// A second place that belongs to it.
    pub also: Option<(Range<usize>, String)>,
    /// Whether the place may hold a secret, which is then not shown.
    pub secret: bool,
}

impl Finding {
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span: Some(span),
            message: message.into(),
            label: String::new(),
            help: None,
            also: None,
            secret: false,
        }
    }

    pub fn of_file(message: impl Into<String>) -> Self {
        Self {
            span: None,
            ..Self::new(0..0, message)
        }
    }

    /// Where it begins; findings about the whole file come first.
    pub fn start(&self) -> usize {
        self.span.as_ref().map_or(0, |span| span.start)
    }

    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub fn also(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.also = Some((span, label.into()));
        self
    }

    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// The text with secrets masked.
    fn shown<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match &self.span {
            Some(span) if self.secret => {
                let span = clamp(span, text);
                let hidden = "*".repeat(span.len());
                Cow::Owned([&text[..span.start], &hidden, &text[span.end..]].concat())
            }
            _ => Cow::Borrowed(text),
        }
    }

    fn render(&self, source: &Source, level: Level<'_>, renderer: &Renderer) -> String {
        let title = level.primary_title(self.message.as_str());
        let mut group = match &self.span {
            None => Group::with_title(title),
            Some(span) => {
                let place = AnnotationKind::Primary.span(clamp(span, &source.text));
                let place = if self.label.is_empty() {
                    place
                } else {
                    place.label(self.label.as_str())
                };
                let also = self.also.as_ref().map(|(span, label)| {
                    AnnotationKind::Context
                        .span(clamp(span, &source.text))
                        .label(label.as_str())
                });
                title.element(
                    Snippet::source(self.shown(&source.text))
                        .path(printable(&source.path))
                        .annotation(place)
                        .annotations(also),
                )
            }
        };
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        printable_coloured(&renderer.render(&[group])).into_owned()
    }
}

/// A span the renderer accepts: within the text and its first line.
fn clamp(span: &Range<usize>, text: &str) -> Range<usize> {
    let start = text.floor_char_boundary(span.start);
    let end = text.floor_char_boundary(span.end).max(start);
    let end = text[start..end].find('\n').map_or(end, |n| start + n);
    start..end
}

fn renderer(colour: bool) -> Renderer {
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer.decor_style(DecorStyle::Ascii)
}

/// Line and column of a place, both from 1, the column in characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line_start = before.rfind('\n').map_or(0, |n| n + 1);
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

/// The line of a place, from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    position(text, at).0
}

/// A finding in plain words, for a log line or a reply.
#[serde_with::skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Described {
    pub file: String,
    pub line: Option<usize>,
    pub column: Option<usize>,
    pub message: String,
    /// The remedy.
    pub help: Option<String>,
}

impl Described {
    fn new(source: &Source, finding: &Finding) -> Self {
        let place = finding
            .span
            .as_ref()
            .map(|span| position(&source.text, span.start));
        Self {
            file: source.path.clone(),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            message: finding.message.clone(),
            help: finding.help.clone(),
        }
    }
}

impl fmt::Display for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, " ({help})")?;
        }
        Ok(())
    }
}

/// Something valid that is most likely a mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct Warning {
    pub(super) source: Arc<Source>,
    pub(super) finding: Finding,
}

impl Warning {
    /// File, line, column and message.
    pub fn describe(&self) -> Described {
        Described::new(&self.source, &self.finding)
    }

    /// The annotated excerpt of the file.
    pub fn render(&self, colour: bool) -> String {
        self.finding
            .render(&self.source, Level::WARNING, &renderer(colour))
    }
}

// The file's text may contain secrets, so `Debug` shows no more than `Display`.
impl fmt::Debug for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

/// All faults of a file, in the order of the file. Never empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Faults {
    pub(super) source: Arc<Source>,
    pub(super) faults: Vec<Finding>,
}

impl Faults {
    /// The number of faults.
    pub fn count(&self) -> usize {
        self.faults.len()
    }

    /// Each fault with file, line, column and message.
    pub fn describe(&self) -> Vec<Described> {
        self.faults
            .iter()
            .map(|finding| Described::new(&self.source, finding))
            .collect()
    }

    /// The annotated excerpts, then the number of faults.
    pub fn render(&self, colour: bool) -> String {
        let renderer = renderer(colour);
        let mut text = String::new();
        for finding in self.faults.iter().take(RENDERED_MAX) {
            text.push_str(&finding.render(&self.source, Level::ERROR, &renderer));
            text.push_str("\n\n");
        }
        let count = self.faults.len();
        text.push_str(&format!(
            "{}: {}",
            printable(&self.source.path),
            counted(count, "fault")
        ));
        if count > RENDERED_MAX {
            text.push_str(&format!(", the first {RENDERED_MAX} are shown"));
        }
        text
    }
}

/// `1 fault`, `2 faults`.
pub(super) fn counted(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {noun}s")
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Faults {}
