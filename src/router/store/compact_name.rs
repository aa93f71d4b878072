//! A name as stored in records kept by the million: its bytes inline with a small value beside
//! them, longer ones in a box.
//!
//! [`Name`] is for passing on, this is for storage. It compares as bytes and converts to a [`Name`]
//! on output, which copies a short one and shares a long one.

use std::fmt;
use std::num::NonZeroU8;

use crate::router::api::ids::Name;
use crate::stored::{Error, Reader, Stored, Writer};

/// A name of up to `N` bytes inline, and the value beside it.
#[derive(Clone)]
pub enum CompactName<const N: usize, T = ()> {
    Short {
        length: NonZeroU8,
        text: [u8; N],
        beside: T,
    },
    Long {
        name: Box<Name>,
        beside: T,
    },
}

impl<const N: usize, T> CompactName<N, T> {
    pub fn new(name: &Name, beside: T) -> Self {
        Self::of(name.as_str(), || name.clone(), beside)
    }

    /// Reads a stored name. The error says what would be valid.
    pub fn read(text: &str, beside: T) -> Result<Self, String> {
        Name::check_stored(text)?;
        Ok(Self::of(text, || Name::of(text), beside))
    }

    fn of(text: &str, name: impl FnOnce() -> Name, beside: T) -> Self {
        let bytes = text.as_bytes();
        let length = u8::try_from(bytes.len()).ok().and_then(NonZeroU8::new);
        let mut text = [0; N];
        match (length, text.get_mut(..bytes.len())) {
            (Some(length), Some(room)) => {
                room.copy_from_slice(bytes);
                Self::Short {
                    length,
                    text,
                    beside,
                }
            }
            _ => Self::Long {
                name: Box::new(name()),
                beside,
            },
        }
    }

    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { length, text, .. } => &text[..usize::from(length.get())],
            Self::Long { name, .. } => name.as_str().as_bytes(),
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Short { .. } => {
                let text = std::str::from_utf8(self.as_bytes());
                text.expect("a name was text when it was taken in")
            }
            Self::Long { name, .. } => name.as_str(),
        }
    }

    pub fn name(&self) -> Name {
        match self {
            Self::Short { .. } => Name::of(self.as_str()),
            Self::Long { name, .. } => Name::clone(name),
        }
    }

    pub fn is(&self, name: &Name) -> bool {
        self.as_bytes() == name.as_str().as_bytes()
    }

    pub fn beside(&self) -> &T {
        match self {
            Self::Short { beside, .. } | Self::Long { beside, .. } => beside,
        }
    }

    pub fn beside_mut(&mut self) -> &mut T {
        match self {
            Self::Short { beside, .. } | Self::Long { beside, .. } => beside,
        }
    }
}

/// Stored as its text.
impl<const N: usize> Stored for CompactName<N> {
    fn write(&self, out: &mut Writer<'_>) {
        out.plain(self.as_str());
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        Self::read(from.plain()?, ()).map_err(Error::Wrong)
    }
}

impl<const N: usize, T> fmt::Debug for CompactName<N, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::api::ids::{CaseIdx, NAME_BYTES_MAX};

    #[test]
    fn takes_no_room_for_what_it_is() {
        assert_eq!(size_of::<CompactName<15>>(), 16);
        assert_eq!(size_of::<CompactName<19, Option<CaseIdx>>>(), 24);
    }

    #[test]
    fn names_come_out_as_they_went_in() {
        for length in 1..=NAME_BYTES_MAX {
            let name = Name::of(&"n".repeat(length));
            let mut kept = CompactName::<15, u32>::new(&name, 7);
            assert_eq!(kept.name(), name);
            assert!(kept.is(&name));
            assert!(!kept.is(&Name::of("other")));
            *kept.beside_mut() += 1;
            assert_eq!(*kept.beside(), 8);
        }
        let name = Name::of("首问负责制");
        assert_eq!(CompactName::<15>::new(&name, ()).name(), name);
    }
}
