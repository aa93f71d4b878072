//! A list that grows in segments, for as many records as a country has customers.
//!
//! Full segments never move, so growing costs the same for the ten-millionth record as for the
//! first, and allocates no more memory than it fills. This file knows positions, not contents.

/// The most bytes of a segment. Allocators have size classes, and a request of exactly a class with
/// an alignment may take the next: a third of the memory wasted.
const SEGMENT_BYTES: usize = (64 << 10) - 64;

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
    /// Records in a segment.
    const SEGMENT: usize = SEGMENT_BYTES / size_of::<T>();

    pub fn len(&self) -> usize {
        match self.segments.split_last() {
            None => 0,
            Some((last, full)) => full.len() * Self::SEGMENT + last.len(),
        }
    }

    pub fn push(&mut self, record: T) {
        match self.segments.last_mut() {
            Some(last) if last.len() < Self::SEGMENT => {
                if last.len() == last.capacity() {
                    last.reserve_exact(last.len().min(Self::SEGMENT - last.len()));
                }
                last.push(record);
            }
            // A small centre does not need a whole segment.
            None => self.segments.push(vec![record]),
            Some(_) => {
                let mut next = Vec::with_capacity(Self::SEGMENT);
                next.push(record);
                self.segments.push(next);
            }
        }
    }

    pub fn get(&self, at: usize) -> Option<&T> {
        self.segments
            .get(at / Self::SEGMENT)?
            .get(at % Self::SEGMENT)
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.segments.iter().flatten()
    }
}

impl<T> FromIterator<T> for Segments<T> {
    fn from_iter<I: IntoIterator<Item = T>>(records: I) -> Self {
        let mut list = Self::default();
        for record in records {
            list.push(record);
        }
        list
    }
}

impl<T> std::ops::Index<usize> for Segments<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        &self.segments[at / Self::SEGMENT][at % Self::SEGMENT]
    }
}

impl<T> std::ops::IndexMut<usize> for Segments<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.segments[at / Self::SEGMENT][at % Self::SEGMENT]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_stand_where_they_were_put() {
        const SEGMENT: usize = Segments::<usize>::SEGMENT;
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
        let room: usize = list.segments.iter().map(Vec::capacity).sum();
        assert_eq!(room, SEGMENT * 4, "no more than whole segments");
    }
}
