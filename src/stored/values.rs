//! The stored form of numbers, texts, options and lists.

use std::collections::BTreeMap;

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

impl<T: Stored> Stored for Vec<T> {
    fn write(&self, out: &mut Writer<'_>) {
        out.plain(&self.len());
        for value in self {
            value.write(out);
        }
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Error> {
        let length: usize = from.plain()?;
        // No more room is taken at once than for a usual list: the length may be wrong.
        let mut values = Self::with_capacity(length.min(1_024));
        for _ in 0..length {
            values.push(T::read(from)?);
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

/// As many values as the type says, without their number.
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
