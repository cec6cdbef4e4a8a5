//! Buffers of one kind, by slot.

use super::copying::copy_within;

/// Buffers of one kind: one slice and a stride, so that neither lifetimes nor sizes sit in slots.
pub(crate) struct Blocks<'a, T = u8> {
    all: &'a mut [T],
    stride: usize,
}

impl<'a, T: Copy> Blocks<'a, T> {
    pub(crate) const fn new(all: &'a mut [T], stride: usize) -> Self {
        Self { all, stride }
    }

    /// The length of each.
    pub(crate) const fn each(&self) -> usize {
        self.stride
    }

    pub(crate) fn get(&self, index: u32) -> &[T] {
        let start = index as usize * self.stride;
        self.all.get(start..start + self.stride).unwrap_or_default()
    }

    pub(crate) fn get_mut(&mut self, index: u32) -> &mut [T] {
        let start = index as usize * self.stride;
        self.all.get_mut(start..start + self.stride).unwrap_or_default()
    }

    /// One block to read and another to write. The same one twice gives an empty one to read.
    pub(crate) fn two(&mut self, from: u32, to: u32) -> (&[T], &mut [T]) {
        let (from, to) = (from as usize * self.stride, to as usize * self.stride);
        if from < to {
            let (low, high) = self.all.split_at_mut_checked(to).unwrap_or_default();
            (low.get(from..from + self.stride).unwrap_or_default(), high.get_mut(..self.stride).unwrap_or_default())
        } else {
            let (low, high) = self.all.split_at_mut_checked(from).unwrap_or_default();
            let read = if from == to { &[] } else { high.get(..self.stride).unwrap_or_default() };
            (read, low.get_mut(to..to + self.stride).unwrap_or_default())
        }
    }

    /// Copies one block over another.
    pub(crate) fn copy(&mut self, from: u32, to: u32) {
        self.copy_but(from, to, 0);
    }

    /// The same, but for so many bytes at the end.
    pub(crate) fn copy_but(&mut self, from: u32, to: u32, kept: usize) {
        let start = from as usize * self.stride;
        let end = start + self.stride;
        let target = to as usize * self.stride;
        copy_within(self.all, start..end.saturating_sub(kept).max(start), target);
    }
}
