//! The records of the daemon in the journal, as bytes. Must not read or write files.
//!
//! The journal gives kinds no meaning; here a kind is the type of a record. The content has the
//! form of `crate::stored`. An unknown kind is refused, because skipping a record would change
//! history.

use crate::journal::{Record as Kept, Sequence};
use crate::router::command::Stamped;
use crate::router::ids::Name;
use crate::router::rules::RULES_LEVEL;
use crate::stored::{self, Reader, Stored, Writer};

use super::program::{Program, THIS};

/// A command and a configuration as early builds wrote them: by the order of the structs' fields,
/// which has changed since.
const POSITIONAL: [u16; 2] = [1, 2];
/// A command of a tenant that was carried out.
pub const COMMAND: u16 = 3;
/// The applied configuration of a tenant, as JSON.
pub const CONFIGURED: u16 = 4;
/// The program that decided the records after it.
pub const PROGRAM: u16 = 5;

/// What to do about a record in that early form.
pub const POSITIONAL_ADVICE: &str = "was written by an early build of 0.1.0, in a form that no \
    later version reads: keep its folder for that build, and begin with an empty folder \
    (journal.dir)";

/// A record read back.
#[derive(Debug)]
pub enum Record {
    Command { tenant: Name, stamped: Stamped },
    Configured { tenant: Name, json: String },
    Program(Program),
}

/// Why a record cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    #[error(
        "journal sequence {sequence} is of kind {kind}, which this version ({THIS}) does not know: \
         version {version} wrote it, start that one or a later one"
    )]
    UnknownKind {
        sequence: u64,
        kind: u16,
        version: String,
    },
    #[error(
        "journal sequence {sequence} names the program in a form that this version ({THIS}) does \
         not read ({cause}): start the version that wrote it"
    )]
    UnreadableProgram { sequence: u64, cause: stored::Error },
    #[error("journal sequence {sequence} {POSITIONAL_ADVICE}")]
    Positional { sequence: u64 },
    #[error(
        "journal sequence {sequence} was decided by version {version} under rules level {level}, \
         and this version has level {RULES_LEVEL}: start version {version} once and end it in \
         order (SIGTERM), so that its last snapshot holds everything; this version goes on from \
         that snapshot"
    )]
    OlderRules {
        sequence: u64,
        level: u32,
        version: String,
    },
    #[error(
        "{place} was written by version {version} under rules level {level}, which is newer than \
         this version's {RULES_LEVEL}: start version {version} or a later one"
    )]
    NewerRules {
        place: String,
        level: u32,
        version: String,
    },
    #[error(
        "{place} was written by version {version} in a form that this version ({THIS}) does not \
         read ({cause}): start version {version} or a later one"
    )]
    Unreadable {
        place: String,
        version: String,
        cause: String,
    },
}

impl Record {
    /// Decodes a record that `program` wrote, or that names another program.
    pub(super) fn read(kept: &Kept<'_>, program: &Program) -> Result<Self, RecordError> {
        let sequence = kept.sequence;
        match kept.kind {
            COMMAND => read(kept.bytes).map(|(tenant, stamped)| Self::Command { tenant, stamped }),
            CONFIGURED => read(kept.bytes).map(|(tenant, json)| Self::Configured { tenant, json }),
            PROGRAM => {
                let unreadable = |cause| RecordError::UnreadableProgram { sequence, cause };
                return stored::read(kept.bytes)
                    .map(Self::Program)
                    .map_err(unreadable);
            }
            kind if POSITIONAL.contains(&kind) => {
                return Err(RecordError::Positional { sequence });
            }
            kind => {
                return Err(RecordError::UnknownKind {
                    sequence,
                    kind,
                    version: program.version.to_string(),
                });
            }
        }
        .map_err(|cause| program.unreadable(place(sequence), cause))
    }
}

/// How messages name a record.
pub(super) fn place(sequence: Sequence) -> String {
    format!("journal sequence {sequence}")
}

/// Whether records of a kind are decided by rules. Early builds named no level, and the name of a
/// program is no decision.
pub(super) fn has_level(kind: u16) -> bool {
    kind != PROGRAM && !POSITIONAL.contains(&kind)
}

/// Reads a record: the tenant, then the content.
fn read<T: Stored>(bytes: &[u8]) -> Result<(Name, T), stored::Error> {
    let mut from = Reader::new(bytes);
    let record = (Name::read(&mut from)?, T::read(&mut from)?);
    from.end()?;
    Ok(record)
}

/// Appends a command to a buffer.
pub fn write_command(out: &mut Vec<u8>, tenant: &Name, stamped: &Stamped) {
    let mut out = Writer::new(out);
    tenant.write(&mut out);
    stamped.write(&mut out);
}

/// The bytes of a program's record.
pub fn program_bytes(program: &Program) -> Vec<u8> {
    let mut bytes = Vec::new();
    stored::write(&mut bytes, program);
    bytes
}

/// Appends an applied configuration to a buffer.
pub fn write_configured(out: &mut Vec<u8>, tenant: &Name, json: &str) {
    let mut out = Writer::new(out);
    tenant.write(&mut out);
    out.plain(json);
}
