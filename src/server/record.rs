//! What the daemon writes into the journal, as bytes.
//!
//! The journal gives the number of a kind no meaning; here it is the version and the type of a
//! record in one. A kind that is not known is refused, because passing over a record would be
//! another history. This file must not read or write files.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::journal::Record as Stored;
use crate::router::command::Stamped;
use crate::router::ids::Name;

/// A command of a tenant that was carried out.
pub const COMMAND: u16 = 1;
/// The configuration of a tenant that was applied, as JSON.
pub const CONFIGURED: u16 = 2;

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
    #[error("journal sequence {sequence} cannot be understood: {cause}")]
    Unreadable {
        sequence: u64,
        cause: postcard::Error,
    },
}

impl Record {
    /// Understands a stored record.
    pub fn read(stored: &Stored<'_>) -> Result<Self, RecordError> {
        let sequence = stored.sequence;
        let unreadable = |cause| RecordError::Unreadable { sequence, cause };
        match stored.kind {
            COMMAND => {
                let (tenant, stamped) = postcard::from_bytes(stored.bytes).map_err(unreadable)?;
                Ok(Self::Command { tenant, stamped })
            }
            CONFIGURED => {
                let (tenant, json) = postcard::from_bytes(stored.bytes).map_err(unreadable)?;
                Ok(Self::Configured { tenant, json })
            }
            kind => Err(RecordError::UnknownKind { sequence, kind }),
        }
    }
}

/// Appends a command to a buffer.
pub fn write_command(out: &mut Vec<u8>, tenant: &Name, stamped: &Stamped) {
    write(out, &(tenant, stamped));
}

/// Appends an applied configuration to a buffer.
pub fn write_configured(out: &mut Vec<u8>, tenant: &Name, json: &str) {
    write(out, &(tenant, json));
}

fn write<T: Serialize>(out: &mut Vec<u8>, value: &T) {
    let buffer = std::mem::take(out);
    *out = postcard::to_extend(value, buffer).expect("memory takes every command");
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
