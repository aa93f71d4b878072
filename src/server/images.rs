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

/// The program that wrote a snapshot, read from the beginning of its state: the first two fields of
/// the head, which never change, so that every version can say who wrote what it refuses.
#[derive(Debug)]
pub struct WrittenBy {
    pub program: Program,
    pub image_format: u32,
}

/// The next field, which must have that number.
fn field<T: Stored>(from: &mut Reader<'_>, number: u8) -> Result<T, stored::Error> {
    match from.field()? {
        Some(found) if found == number => T::read_field(from),
        _ => Err(stored::Error::MissingField { of: "Head", number }),
    }
}

impl WrittenBy {
    /// Reads it from the first bytes of a state.
    pub fn read(state: &[u8]) -> Result<Self, ServerError> {
        let head = state
            .strip_prefix(&MAGIC)
            .ok_or(ServerError::PositionalSnapshot)?;
        let mut from = Reader::new(head);
        let mut read = || {
            Ok(Self {
                program: field(&mut from, 1)?,
                image_format: field(&mut from, 2)?,
            })
        };
        read().map_err(ServerError::Snapshot)
    }

    /// Whether the running program reads what follows.
    fn check(&self) -> Result<(), ServerError> {
        self.program.check_state()?;
        if self.image_format == IMAGE_FORMAT {
            return Ok(());
        }
        Err(ServerError::ImageFormat {
            version: self.program.version.to_string(),
            found: self.image_format,
        })
    }
}

impl TenantImage<'_> {
    /// How messages name it.
    pub fn place(&self) -> String {
        format!("the state of tenant \"{}\" in the snapshot", self.tenant)
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
        let by = WrittenBy::read(bytes)?;
        by.check()?;
        let unreadable = |cause| by.program.unreadable("the snapshot".to_owned(), cause);
        let (head, mut images) =
            stored::read_next::<Head>(&bytes[MAGIC.len()..]).map_err(unreadable)?;
        let mut tenants = Vec::with_capacity(head.tenants.len());
        for tenant in head.tenants {
            let length = usize::try_from(tenant.image_bytes).unwrap_or(usize::MAX);
            let cut = || stored::Error::Wrong("an image is cut short".to_owned());
            let (image, behind) = images
                .split_at_checked(length)
                .ok_or_else(|| unreadable(cut()))?;
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

    /// A state whose head begins with who wrote it and goes on with `rest`.
    fn state(rules_level: u32, image_format: u32, rest: &[u8]) -> Vec<u8> {
        let program = Program {
            rules_level,
            version: "9.8.7".into(),
        };
        let mut bytes = MAGIC.to_vec();
        let mut out = Writer::new(&mut bytes);
        out.field(1);
        program.write(&mut out);
        out.field(2);
        image_format.write(&mut out);
        bytes.extend_from_slice(rest);
        bytes
    }

    fn refusal(bytes: &[u8]) -> String {
        let by = WrittenBy::read(bytes).expect("who wrote it stands first");
        assert_eq!(&*by.program.version, "9.8.7");
        let refused = Snapshot::read(bytes).expect_err("it is refused");
        assert_eq!(refused.exit_code(), 74);
        refused.to_string()
    }

    #[test]
    fn images_of_another_format_are_refused_with_the_version_that_wrote_them() {
        let text = refusal(&state(RULES_LEVEL, IMAGE_FORMAT + 1, &[0]));
        assert!(text.contains("start version 9.8.7"), "{text}");
    }

    #[test]
    fn a_head_of_another_form_names_the_version_that_wrote_it() {
        let unknown_field = [99, 1, 0];
        for (level, advice) in [
            (RULES_LEVEL, "does not read (Head has a field 99"),
            (RULES_LEVEL + 1, "which is newer than"),
        ] {
            let text = refusal(&state(level, IMAGE_FORMAT, &unknown_field));
            assert!(text.contains(advice), "{text}");
            assert!(text.contains("start version 9.8.7 or a later"), "{text}");
        }
    }

    #[test]
    fn a_whole_state_begins_with_who_wrote_it() {
        let bytes = Snapshot::new(0, Vec::new()).to_bytes();
        let by = WrittenBy::read(&bytes).expect("its beginning");
        assert_eq!(by.program, Program::this());
        assert_eq!(by.image_format, IMAGE_FORMAT);
        assert!(matches!(
            WrittenBy::read(b"another form"),
            Err(ServerError::PositionalSnapshot)
        ));
    }
}
