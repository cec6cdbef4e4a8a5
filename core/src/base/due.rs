//! Deadlines and debts: a heap of deadlines and a queue, both over object numbers, so that nothing walks all
//! slots.

use super::time::Instant;

/// A cell of the heap, and an object's index in the heap.
#[derive(Clone, Copy, Debug, Default)]
pub struct DueCell {
    /// The heap: deadline of the object at this index.
    at: Instant,
    /// The heap: the object at this index.
    object: u32,
    /// By object: its index in the heap + 1; 0 when it has no deadline.
    position: u32,
}

/// A binary heap with one deadline an object; objects are numbered from 0 to the number of cells - 1, so it cannot be
/// full.
#[derive(Debug)]
pub struct Due<'a> {
    cells: &'a mut [DueCell],
    len: usize,
}

impl<'a> Due<'a> {
    /// Over one zeroed cell an object.
    pub const fn new(cells: &'a mut [DueCell]) -> Self {
        Self { cells, len: 0 }
    }

    /// The earliest deadline and its object.
    #[must_use]
    pub fn first(&self) -> Option<(Instant, u32)> {
        if self.len == 0 {
            return None;
        }
        self.cells.first().map(|cell| (cell.at, cell.object))
    }

    /// Sets the deadline of an object; [`Instant::NEVER`] takes it away.
    pub fn set(&mut self, object: u32, at: Instant) {
        let Some(position) = self.cells.get(object as usize).map(|cell| cell.position as usize) else { return };
        if at == Instant::NEVER {
            if position > 0 {
                self.take(position - 1);
            }
            return;
        }
        if position > 0 && self.at(position - 1) == at {
            return;
        }
        let index = if position > 0 {
            position - 1
        } else {
            self.len += 1;
            self.len - 1
        };
        self.stand(index, at, object);
        self.up(index);
        let index = self.cells.get(object as usize).map_or(0, |cell| cell.position as usize);
        if index > 0 {
            self.down(index - 1);
        }
    }

    fn take(&mut self, index: usize) {
        if let Some(object) = self.cells.get(index).map(|cell| cell.object)
            && let Some(cell) = self.cells.get_mut(object as usize)
        {
            cell.position = 0;
        }
        self.len = self.len.saturating_sub(1);
        if index < self.len
            && let Some((at, object)) = self.cells.get(self.len).map(|cell| (cell.at, cell.object))
        {
            self.stand(index, at, object);
            self.up(index);
            self.down(index);
        }
    }

    fn stand(&mut self, index: usize, at: Instant, object: u32) {
        if let Some(cell) = self.cells.get_mut(index) {
            cell.at = at;
            cell.object = object;
        }
        if let Some(cell) = self.cells.get_mut(object as usize) {
            cell.position = index as u32 + 1;
        }
    }

    fn at(&self, index: usize) -> Instant {
        if index < self.len { self.cells.get(index).map_or(Instant::NEVER, |cell| cell.at) } else { Instant::NEVER }
    }

    fn swap(&mut self, a: usize, b: usize) {
        let (Some(x), Some(y)) = (self.cells.get(a).copied(), self.cells.get(b).copied()) else { return };
        self.stand(a, y.at, y.object);
        self.stand(b, x.at, x.object);
    }

    fn up(&mut self, mut index: usize) {
        while index > 0 {
            let parent = (index - 1) / 2;
            if self.at(parent) <= self.at(index) {
                break;
            }
            self.swap(index, parent);
            index = parent;
        }
    }

    fn down(&mut self, mut index: usize) {
        loop {
            let (left, right) = (2 * index + 1, 2 * index + 2);
            let least = if self.at(right) < self.at(left) { right } else { left };
            if least >= self.len || self.at(index) <= self.at(least) {
                break;
            }
            self.swap(index, least);
            index = least;
        }
    }
}

crate::base::zeroed::zeroed!(DueCell, OwedCell);

/// A cell of an [`Owed`] queue.
#[derive(Clone, Copy, Debug, Default)]
pub struct OwedCell {
    /// By index in the ring: the object that waits there.
    object: u32,
    /// By object: it waits.
    waits: bool,
}

/// Objects that owe something, first come first served; each waits at most once, so it cannot be full.
#[derive(Debug)]
pub struct Owed<'a> {
    cells: &'a mut [OwedCell],
    head: usize,
    len: usize,
}

impl<'a> Owed<'a> {
    /// Over one zeroed cell an object.
    pub const fn new(cells: &'a mut [OwedCell]) -> Self {
        Self { cells, head: 0, len: 0 }
    }

    /// The object waits, at the end if it does not wait already.
    pub fn push(&mut self, object: u32) {
        let Some(cell) = self.cells.get_mut(object as usize) else { return };
        if cell.waits {
            return;
        }
        cell.waits = true;
        let tail = (self.head + self.len) % self.cells.len().max(1);
        if let Some(cell) = self.cells.get_mut(tail) {
            cell.object = object;
        }
        self.len += 1;
    }

    /// The object that waits longest.
    #[must_use]
    pub fn first(&self) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        self.cells.get(self.head).map(|cell| cell.object)
    }

    /// The object that waits longest waits no more.
    pub fn pop(&mut self) -> Option<u32> {
        let object = self.first()?;
        self.head = (self.head + 1) % self.cells.len().max(1);
        self.len -= 1;
        if let Some(cell) = self.cells.get_mut(object as usize) {
            cell.waits = false;
        }
        Some(object)
    }

    /// The object waits.
    #[must_use]
    pub fn has(&self, object: u32) -> bool {
        self.cells.get(object as usize).is_some_and(|cell| cell.waits)
    }

    /// The number of objects that wait.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// No object waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}
