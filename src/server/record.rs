//! What the daemon writes into the journal, as bytes.
//!
//! The journal gives the number of a kind no meaning; here it is the type of a record. Its content
//! has the form of `crate::stored`. A kind that is not known is refused, because passing over a
//! record would be another history. This file must not read or write files.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::journal::Record as Kept;
use crate::router::command::Stamped;
use crate::router::ids::Name;
use crate::stored::{self, Reader, Stored, Writer};

/// A command and an applied configuration as builds before this form wrote them: by the order of
/// the structs' fields, which has changed since.
const POSITIONAL: [u16; 2] = [1, 2];
/// A command of a tenant that was carried out.
pub const COMMAND: u16 = 3;
/// The configuration of a tenant that was applied, as JSON.
pub const CONFIGURED: u16 = 4;

/// A record as it is read back.
#[derive(Debug)]
pub enum Record {
    Command { tenant: Name, stamped: Stamped },
    Configured { tenant: Name, json: String },
}

/// Why a record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error(
        "journal sequence {sequence} is of kind {kind}, which this version does not know: start \
         the version that wrote it"
    )]
    UnknownKind { sequence: u64, kind: u16 },
    #[error(
        "journal sequence {sequence} was written by a build of 0.1.0 whose records this version \
         cannot read: start that build once and end it in order (SIGTERM), so that its last \
         snapshot holds everything, then start this version"
    )]
    Positional { sequence: u64 },
    #[error("journal sequence {sequence} cannot be understood: {cause}")]
    Unreadable { sequence: u64, cause: stored::Error },
}

impl Record {
    /// Understands a stored record.
    pub fn read(kept: &Kept<'_>) -> Result<Self, RecordError> {
        let sequence = kept.sequence;
        let unreadable = |cause| RecordError::Unreadable { sequence, cause };
        match kept.kind {
            COMMAND => read(kept.bytes).map(|(tenant, stamped)| Self::Command { tenant, stamped }),
            CONFIGURED => read(kept.bytes).map(|(tenant, json)| Self::Configured { tenant, json }),
            kind if POSITIONAL.contains(&kind) => {
                return Err(RecordError::Positional { sequence });
            }
            kind => return Err(RecordError::UnknownKind { sequence, kind }),
        }
        .map_err(unreadable)
    }
}

/// Reads a record: the tenant, then what there is of it.
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

/// Appends an applied configuration to a buffer.
pub fn write_configured(out: &mut Vec<u8>, tenant: &Name, json: &str) {
    let mut out = Writer::new(out);
    tenant.write(&mut out);
    out.plain(json);
}

/// The state of all tenants, as a snapshot holds it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Snapshot<'a> {
    #[serde(borrow)]
    pub tenants: Vec<TenantImage<'a>>,
}

impl Snapshot<'_> {
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).expect("memory takes the state")
    }
}

/// One tenant's part.
#[derive(Debug, Serialize, Deserialize)]
pub struct TenantImage<'a> {
    pub tenant: Name,
    /// The image contains every record of this tenant through this one, even where the snapshot
    /// as a whole is older: records up to here are passed over when they are read.
    pub sequence: u64,
    pub event_seq: u64,
    /// The configuration last applied, as JSON.
    pub configured: Option<String>,
    /// Where it is read it stays in the snapshot's bytes.
    #[serde(borrow, with = "serde_bytes")]
    pub image: Cow<'a, [u8]>,
}
