//! A list of numbers that usually holds at most one, in sixteen bytes.
//!
//! It keeps insertion order.

use crate::stored::{Error, Reader, Stored, Writer};

/// The list, in insertion order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SmallList<T: Copy> {
    #[default]
    None,
    One(T),
    #[expect(clippy::box_collection, reason = "a list itself takes twice the room")]
    Many(Box<Vec<T>>),
}

impl<T: Copy> SmallList<T> {
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }

    pub fn push(&mut self, one: T) {
        match self {
            Self::None => *self = Self::One(one),
            Self::One(first) => *self = Self::Many(Box::new(vec![*first, one])),
            Self::Many(many) => many.push(one),
        }
    }

    /// Keeps only some numbers.
    pub fn retain(&mut self, mut stays: impl FnMut(T) -> bool) {
        match self {
            Self::None => {}
            Self::One(one) => {
                if !stays(*one) {
                    *self = Self::None;
                }
            }
            Self::Many(many) => {
                many.retain(|one| stays(*one));
                match ***many {
                    [] => *self = Self::None,
                    [one] => *self = Self::One(one),
                    _ => {}
                }
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }
}

impl<T: Copy> Extend<T> for SmallList<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, more: I) {
        for one in more {
            self.push(one);
        }
    }
}

impl<T: Copy + Stored> Stored for SmallList<T> {
    fn write(&self, out: &mut Writer<'_>) {
        let list = self.as_slice();
        out.plain(&list.len());
        for one in list {
            one.write(out);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        let length: usize = from.plain()?;
        let mut few = Self::None;
        for _ in 0..length {
            few.push(T::read(from)?);
        }
        Ok(few)
    }

    fn absent() -> Option<Self> {
        Some(Self::None)
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stored;

    #[test]
    fn holds_what_a_list_holds() {
        let (mut few, mut list) = (SmallList::default(), Vec::new());
        for n in 0..40_u32 {
            if n % 3 == 2 {
                few.retain(|one| one % 2 == n % 2);
                list.retain(|one| one % 2 == n % 2);
            } else {
                few.push(n);
                list.push(n);
            }
            assert_eq!(few.as_slice(), list);
            assert_eq!(few.is_empty(), list.is_empty());
            let mut bytes = Vec::new();
            stored::write(&mut bytes, &few);
            assert_eq!(stored::read(&bytes), Ok(few.clone()));
        }
    }
}
