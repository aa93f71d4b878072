//! A list that grows in segments, for as many records as a country has customers.
//!
//! What stands in it is never moved once its segment is the last no longer, so growing costs the
//! same for the ten-millionth record as for the first, and asks for no more memory than it fills.
//! This file knows positions and nothing of what stands there.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Records of one segment.
const SEGMENT: usize = 1_024;

/// The list.
#[derive(Clone, Debug)]
pub struct Segments<T> {
    /// All but the last are full.
    segments: Vec<Vec<T>>,
}

impl<T> Default for Segments<T> {
    fn default() -> Self {
        Self {
            segments: Vec::new(),
        }
    }
}

impl<T> Segments<T> {
    pub fn len(&self) -> usize {
        match self.segments.split_last() {
            None => 0,
            Some((last, full)) => full.len() * SEGMENT + last.len(),
        }
    }

    pub fn push(&mut self, record: T) {
        match self.segments.last_mut() {
            Some(last) if last.len() < SEGMENT => last.push(record),
            // A small centre does not need a whole one.
            None => self.segments.push(vec![record]),
            Some(_) => {
                let mut next = Vec::with_capacity(SEGMENT);
                next.push(record);
                self.segments.push(next);
            }
        }
    }

    pub fn get(&self, at: usize) -> Option<&T> {
        self.segments.get(at / SEGMENT)?.get(at % SEGMENT)
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.segments.iter().flatten()
    }
}

impl<T> std::ops::Index<usize> for Segments<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        &self.segments[at / SEGMENT][at % SEGMENT]
    }
}

impl<T> std::ops::IndexMut<usize> for Segments<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.segments[at / SEGMENT][at % SEGMENT]
    }
}

impl<T: Serialize> Serialize for Segments<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for record in self.iter() {
            list.serialize_element(record)?;
        }
        list.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Segments<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Records<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Records<T> {
            type Value = Segments<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Segments<T>, A::Error> {
                let mut records = Segments::default();
                while let Some(record) = list.next_element()? {
                    records.push(record);
                }
                Ok(records)
            }
        }
        deserializer.deserialize_seq(Records(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_stand_where_they_were_put() {
        let mut list = Segments::default();
        for n in 0..SEGMENT * 3 + 7 {
            assert_eq!(list.len(), n);
            assert_eq!(list.get(n), None);
            list.push(n);
        }
        list[SEGMENT] += 1;
        list[SEGMENT - 1] += 1;
        let expected =
            (0..SEGMENT * 3 + 7).map(|n| n + usize::from(n == SEGMENT || n == SEGMENT - 1));
        assert!(list.iter().copied().eq(expected));
        let bytes = postcard::to_stdvec(&list).expect("memory");
        let read: Segments<usize> = postcard::from_bytes(&bytes).expect("as written");
        assert!(read.iter().eq(list.iter()));
        assert_eq!(read.len(), list.len());
    }
}
