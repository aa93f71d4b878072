//! The state of all tenants as bytes of a snapshot. Must not read or write files.
//!
//! ```text
//! magic 8 | head: who wrote it, and what of which tenant follows | image | image …
//! ```
//! The head has the form of `crate::stored`, each image that of the router.

use std::borrow::Cow;

use crate::journal::Sequence;
use crate::router::IMAGE_FORMAT;
use crate::router::ids::Name;
use crate::router::rules::RULES_LEVEL;
use crate::stored::{self, Reader, Stored, Writer, stored};

use super::error::ServerError;
use super::program::Program;

/// Begins with a zero because no state of an older form does.
const MAGIC: [u8; 8] = *b"\0FHSTATE";

/// The state of all tenants.
#[derive(Debug)]
pub struct Snapshot<'a> {
    /// The program that wrote it, and so the rules by which the records before it were decided.
    pub program: Program,
    /// Every record after this one was decided by those rules.
    pub decided_since: Sequence,
    pub tenants: Vec<TenantImage<'a>>,
}

/// One tenant's part.
#[derive(Debug)]
pub struct TenantImage<'a> {
    pub tenant: Name,
    /// The image includes every record of this tenant through this one, even if the snapshot as a
    /// whole is older; a start skips these records.
    pub sequence: Sequence,
    pub event_seq: u64,
    /// The configuration last applied, as JSON.
    pub configured: Option<String>,
    /// Borrowed from the snapshot's bytes when read.
    pub image: Cow<'a, [u8]>,
}

/// The part before the images.
struct Head {
    program: Program,
    image_format: u32,
    decided_since: Sequence,
    tenants: Vec<TenantHead>,
}

stored! { Head { 1 program, 2 image_format, 3 decided_since, 4 tenants } }

struct TenantHead {
    tenant: Name,
    sequence: Sequence,
    event_seq: u64,
    configured: Option<String>,
    image_bytes: u64,
}

stored! { TenantHead { 1 tenant, 2 sequence, 3 event_seq, 4 configured, 5 image_bytes } }

/// The program that wrote a snapshot, read from the beginning of its state.
#[derive(Debug)]
pub struct WrittenBy {
    pub program: Program,
    pub image_format: u32,
}

/// The next field, if it has that number.
fn field<T: Stored>(from: &mut Reader<'_>, number: u8) -> Option<T> {
    let is_next = from.field() == Ok(Some(number));
    is_next.then(|| T::read_field(from).ok()).flatten()
}

impl WrittenBy {
    /// Reads it from the first bytes of a state; `None` = another form.
    pub fn read(state: &[u8]) -> Option<Self> {
        let mut from = Reader::new(state.strip_prefix(&MAGIC)?);
        Some(Self {
            program: field(&mut from, 1)?,
            image_format: field(&mut from, 2)?,
        })
    }
}

impl<'a> Snapshot<'a> {
    /// A snapshot by the running program.
    pub fn new(decided_since: Sequence, tenants: Vec<TenantImage<'a>>) -> Self {
        Self {
            program: Program::this(),
            decided_since,
            tenants,
        }
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let head_of = |image: &TenantImage<'_>| TenantHead {
            tenant: image.tenant.clone(),
            sequence: image.sequence,
            event_seq: image.event_seq,
            configured: image.configured.clone(),
            image_bytes: image.image.len() as u64,
        };
        let head = Head {
            program: self.program.clone(),
            image_format: IMAGE_FORMAT,
            decided_since: self.decided_since,
            tenants: self.tenants.iter().map(head_of).collect(),
        };
        let mut bytes = MAGIC.to_vec();
        head.write(&mut Writer::new(&mut bytes));
        for tenant in &self.tenants {
            bytes.extend_from_slice(&tenant.image);
        }
        bytes
    }

    /// Reads a state that the running program can continue.
    pub fn read(bytes: &'a [u8]) -> Result<Self, ServerError> {
        let bytes = bytes
            .strip_prefix(&MAGIC)
            .ok_or(ServerError::PositionalSnapshot)?;
        let mut from = Reader::new(bytes);
        let head = Head::read(&mut from).map_err(ServerError::Snapshot)?;
        head.program.check_state()?;
        if head.image_format != IMAGE_FORMAT {
            return Err(ServerError::ImageFormat {
                version: head.program.version.to_string(),
                found: head.image_format,
            });
        }
        let mut images = from.rest().map_err(ServerError::Snapshot)?;
        let mut tenants = Vec::with_capacity(head.tenants.len());
        for tenant in head.tenants {
            let length = usize::try_from(tenant.image_bytes).unwrap_or(usize::MAX);
            let cut = || stored::Error::Wrong("an image is cut short".to_owned());
            let (image, behind) = images
                .split_at_checked(length)
                .ok_or_else(|| ServerError::Snapshot(cut()))?;
            images = behind;
            tenants.push(TenantImage {
                tenant: tenant.tenant,
                sequence: tenant.sequence,
                event_seq: tenant.event_seq,
                configured: tenant.configured,
                image: Cow::Borrowed(image),
            });
        }
        Ok(Self {
            program: head.program,
            decided_since: head.decided_since,
            tenants,
        })
    }

    /// The record after which all commands were decided by the running program's rules, if it
    /// starts from this snapshot taken at `sequence`.
    pub fn decided_since(&self, sequence: Sequence) -> Sequence {
        if self.program.rules_level == RULES_LEVEL {
            self.decided_since
        } else {
            sequence
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_of_another_format_are_refused_with_the_version_that_wrote_them() {
        let head = Head {
            program: Program {
                rules_level: RULES_LEVEL,
                version: "9.8.7".into(),
            },
            image_format: IMAGE_FORMAT + 1,
            decided_since: 0,
            tenants: Vec::new(),
        };
        let mut bytes = MAGIC.to_vec();
        stored::write(&mut bytes, &head);
        let refusal = Snapshot::read(&bytes).expect_err("another format");
        let text = refusal.to_string();
        assert!(text.contains("start version 9.8.7"), "{text}");
        let by = WrittenBy::read(&bytes).expect("the head can be read");
        assert_eq!(by.image_format, IMAGE_FORMAT + 1);
    }
}
