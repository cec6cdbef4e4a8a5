//! Pools: a fixed number of slots, lent once, named by handles that carry a generation so that a stale one is
//! recognised.

/// Names one use of one slot. Zero is "none".
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Handle {
    /// Position in the pool.
    pub index: u32,
    /// The count of the slot's uses; 1 to 2^28 - 1, never 0 in a live handle.
    pub generation: u32,
}

impl Handle {
    /// No slot.
    pub const NONE: Self = Self { index: 0, generation: 0 };

    /// Names nothing.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.generation == 0
    }
}

/// The position of the pool's mark in a generation; below it the uses are counted. Ids keep 28 bits of both.
pub(crate) const MARK_SHIFT: u32 = 20;
/// The highest count.
const USES: u32 = (1 << MARK_SHIFT) - 1;

/// A slot and its bookkeeping.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    generation: u32,
    next_free: u32,
    /// None: the slot is free.
    value: Option<T>,
}

impl<T> Entry<T> {
    /// A free slot.
    #[must_use]
    pub const fn free() -> Self {
        Self { generation: 0, next_free: 0, value: None }
    }
}

/// A pool over lent storage. When it is full, [`Slots::insert`] returns `None` and changes nothing.
#[derive(Debug)]
pub struct Slots<'a, T> {
    entries: &'a mut [Entry<T>],
    /// First free slot + 1; 0 when none was given back yet.
    free: u32,
    /// Slots below this one have been used at least once.
    touched: u32,
    used: u32,
}

impl<'a, T> Slots<'a, T> {
    /// Over `entries`, all free. At most 2^20 - 1 of them count.
    pub fn new(entries: &'a mut [Entry<T>]) -> Self {
        let count = entries.len().min((1 << 20) - 1);
        let (entries, _) = entries.split_at_mut(count);
        Self { entries, free: 0, touched: 0, used: 0 }
    }

    /// Puts a mark in every handle, before the first is given out: this pool's handles differ from another's by it.
    pub fn mark(&mut self, mark: u8) {
        debug_assert!(self.touched == 0, "a slot that is used keeps its generation");
        // kept by every use of the slot, so the pool itself need not remember it
        self.entries.iter_mut().for_each(|entry| entry.generation = u32::from(mark) << MARK_SHIFT);
    }

    /// The number of slots.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.entries.len()
    }

    /// The number in use.
    #[must_use]
    pub const fn used(&self) -> usize {
        self.used as usize
    }

    /// The number of free slots.
    #[must_use]
    pub fn free(&self) -> usize {
        self.capacity() - self.used()
    }

    /// Every slot is in use.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.used() >= self.capacity()
    }

    /// Puts a value in a free slot; `None` when there is none.
    pub fn insert(&mut self, value: T) -> Option<Handle> {
        let index = if self.free > 0 { self.free - 1 } else { self.touched };
        let entry = self.entries.get_mut(index as usize)?;
        if self.free > 0 {
            self.free = entry.next_free;
        } else {
            self.touched += 1;
        }
        entry.generation = (entry.generation & !USES) | ((entry.generation & USES) % USES + 1);
        entry.value = Some(value);
        self.used += 1;
        Some(Handle { index, generation: entry.generation })
    }

    /// Gives a slot back. False for a stale handle.
    pub fn remove(&mut self, handle: Handle) -> bool {
        let Some(entry) = self.entries.get_mut(handle.index as usize) else { return false };
        if entry.generation != handle.generation || entry.value.is_none() {
            return false;
        }
        entry.value = None;
        entry.next_free = self.free;
        self.free = handle.index + 1;
        self.used = self.used.saturating_sub(1);
        true
    }

    /// The value, unless the handle is stale.
    #[must_use]
    pub fn get(&self, handle: Handle) -> Option<&T> {
        let entry = self.entries.get(handle.index as usize)?;
        entry.value.as_ref().filter(|_| entry.generation == handle.generation)
    }

    /// The value, to change it, unless the handle is stale.
    pub fn get_mut(&mut self, handle: Handle) -> Option<&mut T> {
        let entry = self.entries.get_mut(handle.index as usize)?;
        entry.value.as_mut().filter(|_| entry.generation == handle.generation)
    }

    /// The handle of the slot in use at `index`.
    #[must_use]
    pub fn handle_at(&self, index: u32) -> Option<Handle> {
        let entry = self.entries.get(index as usize)?;
        entry.value.is_some().then_some(Handle { index, generation: entry.generation })
    }

    /// The slots in use. It walks the pool: for commands that list, never for a packet.
    pub fn iter(&self) -> impl Iterator<Item = (Handle, &T)> {
        let touched = self.entries.get(..self.touched as usize).unwrap_or_default();
        touched.iter().enumerate().filter_map(|(index, entry)| {
            let handle = Handle { index: index as u32, generation: entry.generation };
            entry.value.as_ref().map(|value| (handle, value))
        })
    }
}

#[cfg(test)]
mod tests;
