//! The stored form of numbers, texts, options and lists.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use smallvec::SmallVec;

use super::{Error, Reader, Stored, Writer};

macro_rules! plain {
    ($($type:ty),+) => {$(
        impl Stored for $type {
            fn write(&self, out: &mut Writer<'_>) {
                out.plain(self);
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
                from.plain()
            }
        }
    )+};
}

plain!(bool, u8, u16, u32, u64, i32, i64, f64, Box<str>, String);

impl<T: Stored> Stored for Box<T> {
    fn write(&self, out: &mut Writer<'_>) {
        T::write(self, out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        T::read(from).map(Self::new)
    }
}

impl<T: Stored> Stored for Option<T> {
    fn write(&self, out: &mut Writer<'_>) {
        out.plain(&self.is_some());
        self.write_field(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        if from.plain()? {
            Self::read_field(from)
        } else {
            Ok(None)
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn write_field(&self, out: &mut Writer<'_>) {
        if let Some(value) = self {
            value.write(out);
        }
    }

    fn read_field(from: &mut Reader<'_>) -> Result<Self, Error> {
        T::read(from).map(Some)
    }
}

/// Reserves no more than a usual list needs: the length may be corrupt.
const CAPACITY_MAX: usize = 1_024;

fn write_list<'a, T: Stored + 'a>(
    values: impl ExactSizeIterator<Item = &'a T>,
    out: &mut Writer<'_>,
) {
    out.plain(&values.len());
    for value in values {
        value.write(out);
    }
}

fn read_list<T: Stored>(from: &mut Reader<'_>) -> Result<Vec<T>, Error> {
    let length: usize = from.plain()?;
    let mut values = Vec::with_capacity(length.min(CAPACITY_MAX));
    for _ in 0..length {
        values.push(T::read(from)?);
    }
    Ok(values)
}

macro_rules! list {
    ($($type:ty where { $($bounds:tt)+ } of $value:ty),+ $(,)?) => {$(
        impl<$($bounds)+> Stored for $type where $value: Stored {
            fn write(&self, out: &mut Writer<'_>) {
                write_list(self.iter(), out);
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
                read_list::<$value>(from).map(|values| values.into_iter().collect())
            }

            fn absent() -> Option<Self> {
                Some(Self::default())
            }

            fn is_absent(&self) -> bool {
                self.is_empty()
            }
        }
    )+};
}

list! {
    Vec<T> where { T } of T,
    VecDeque<T> where { T } of T,
    BTreeSet<T> where { T: Ord } of T,
    Box<[T]> where { T } of T,
}

impl<A: smallvec::Array> Stored for SmallVec<A>
where
    A::Item: Stored,
{
    fn write(&self, out: &mut Writer<'_>) {
        write_list(self.iter(), out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        let length: usize = from.plain()?;
        let mut values = Self::new();
        for _ in 0..length {
            values.push(A::Item::read(from)?);
        }
        Ok(values)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn write(&self, out: &mut Writer<'_>) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        Ok((A::read(from)?, B::read(from)?))
    }
}

/// Borrowed when written, owned when read.
impl<T: Stored + Clone> Stored for Cow<'_, T> {
    fn write(&self, out: &mut Writer<'_>) {
        T::write(self, out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        T::read(from).map(Self::Owned)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Self::Owned)
    }

    fn is_absent(&self) -> bool {
        T::is_absent(self)
    }
}

impl<T: Stored + Clone> Stored for Cow<'_, [T]> {
    fn write(&self, out: &mut Writer<'_>) {
        write_list(self.iter(), out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        read_list(from).map(Self::Owned)
    }

    fn absent() -> Option<Self> {
        Some(Self::Owned(Vec::new()))
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// A fixed number of values, stored without their count.
impl<T: Stored + Default, const N: usize> Stored for [T; N] {
    fn write(&self, out: &mut Writer<'_>) {
        for value in self {
            value.write(out);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        let mut values: Self = std::array::from_fn(|_| T::default());
        for value in &mut values {
            *value = T::read(from)?;
        }
        Ok(values)
    }
}

impl<K: Stored + Ord, V: Stored> Stored for BTreeMap<K, V> {
    fn write(&self, out: &mut Writer<'_>) {
        out.plain(&self.len());
        for (key, value) in self {
            key.write(out);
            value.write(out);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        let length: usize = from.plain()?;
        let mut values = Self::new();
        for _ in 0..length {
            let key = K::read(from)?;
            values.insert(key, V::read(from)?);
        }
        Ok(values)
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}
