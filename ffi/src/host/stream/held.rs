//! Bytes that wait in a room of fixed size, in order.

/// The part of a room that is filled. The room itself lies in the table's block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    start: usize,
    end: usize,
}

impl Held {
    pub(super) const fn len(&self) -> usize {
        self.end - self.start
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.end == self.start
    }

    pub(super) fn bytes<'r>(&self, room: &'r [u8]) -> &'r [u8] {
        room.get(self.start..self.end).unwrap_or_default()
    }

    /// Adds bytes. False: they do not fit, and nothing changed.
    pub(super) fn push(&mut self, room: &mut [u8], bytes: &[u8]) -> bool {
        if bytes.len() > room.len() - self.len() {
            return false;
        }
        if let Some(place) = self.free(room).get_mut(..bytes.len()) {
            place.copy_from_slice(bytes);
        }
        self.filled(bytes.len());
        true
    }

    /// The free part, behind what is filled.
    pub(super) fn free<'r>(&mut self, room: &'r mut [u8]) -> &'r mut [u8] {
        if self.start > 0 {
            room.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        room.get_mut(self.end..).unwrap_or_default()
    }

    /// So many bytes of the free part were filled.
    pub(super) const fn filled(&mut self, count: usize) {
        self.end += count;
    }

    /// The first bytes are done with.
    pub(super) fn drop_front(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
        if self.is_empty() {
            *self = Self::default();
        }
    }
}
