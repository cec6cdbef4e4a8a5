//! Calls, what is kept of their messages, and the order of those that ended.

pub(super) mod call;
mod ending;
mod history;
mod life;
mod told;

pub(super) use ending::reason_of;

use super::storage::{Blocks, Capacity, Storage};
use crate::base::due::Owed;
use crate::base::slots::{Handle, Slots};
use call::Call;
use core::mem::take;

/// Calls, what is kept of their messages, and the order of those that ended.
pub(super) struct Calls<'a> {
    slots: Slots<'a, Call>,
    history: Blocks<'a>,
    /// Ended calls that were not released, in the order of their ends.
    ended: Owed<'a>,
}

impl<'a> Calls<'a> {
    pub(super) fn new(storage: &mut Storage<'a>, capacity: &Capacity, mark: u8) -> Self {
        Self {
            slots: Slots::marked(take(&mut storage.calls), mark),
            history: Blocks::new(take(&mut storage.history), 2 * capacity.history as usize),
            ended: Owed::new(take(&mut storage.ended)),
        }
    }

    pub(super) fn get(&self, handle: Handle) -> Option<&Call> {
        self.slots.get(handle)
    }

    pub(super) fn get_mut(&mut self, handle: Handle) -> Option<&mut Call> {
        self.slots.get_mut(handle)
    }

    pub(super) fn handle_at(&self, index: u32) -> Option<Handle> {
        self.slots.handle_at(index)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Handle, &Call)> {
        self.slots.iter()
    }

    pub(super) fn capacity(&self) -> u32 {
        self.slots.capacity() as u32
    }

    /// How many there are, ended ones that were not released among them.
    pub(super) const fn used(&self) -> usize {
        self.slots.used()
    }

    /// Ended calls that were not released.
    pub(super) fn ended(&self) -> usize {
        self.ended.len()
    }

    /// Calls that could begin: an ended call that nobody fetched gives its slot.
    pub(super) fn possible(&self) -> usize {
        self.slots.free() + self.ended.len()
    }
}
