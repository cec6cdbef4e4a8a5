//! Calls, what is kept of their messages, and the order of those that ended.

pub(super) mod call;
mod ending;
mod history;
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

/// A call gave way to a new one.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(super) enum Evicted {
    /// It had to make room for an account's caller, and its end is not told yet: its successor tells it.
    ToldBySuccessor { generation: u32, tag: u64 },
    /// What it had not told is lost.
    Lost,
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

    /// A slot for a call, if one is free; `before`: the call that gave way to it.
    pub(super) fn insert(&mut self, before: Option<Evicted>) -> Option<Handle> {
        let (before, before_tag) = match before {
            Some(Evicted::ToldBySuccessor { generation, tag }) => (generation, tag),
            _ => (0, 0),
        };
        self.slots.insert(Call { before, before_tag, ..Call::EMPTY })
    }

    pub(super) fn is_full(&self) -> bool {
        self.slots.is_full()
    }

    /// The call that ended first and was not released gives way; its slot is to be freed.
    pub(super) fn evict_ended(&mut self) -> Option<(Handle, Option<Evicted>)> {
        let handle = self.ended.pop().and_then(|oldest| self.slots.handle_at(oldest))?;
        let call = self.slots.get_mut(handle)?;
        let unread = call.pending & Call::bit(super::CallState::Ended) != 0;
        if !(unread && call.gave_way()) {
            return Some((handle, Some(Evicted::Lost)));
        }
        // nobody had the time to fetch its end; of one that was never told of, that of one that had given way to it
        let (generation, tag) = if call.pending & Call::bit(super::CallState::Incoming) == 0 {
            (handle.generation, call.tag)
        } else {
            (take(&mut call.before), call.before_tag)
        };
        Some((handle, (generation > 0).then_some(Evicted::ToldBySuccessor { generation, tag })))
    }

    /// A call has ended, and stays readable.
    pub(super) fn keep_ended(&mut self, handle: Handle) {
        self.ended.push(handle.index);
    }

    /// Takes a call out of the list of those that ended and were not released.
    pub(super) fn forget_ended(&mut self, index: u32) {
        if self.ended.first() == Some(index) {
            self.ended.pop(); // nearly always
            return;
        }
        // the list turns once, so that the others keep their order
        for _ in 0..self.ended.len() {
            match self.ended.pop() {
                Some(other) if other != index => self.ended.push(other),
                _ => {}
            }
        }
    }

    /// A call's slot is free. True: it still had to tell the end of one that had given way to it.
    pub(super) fn remove(&mut self, handle: Handle) -> bool {
        let untold = self.slots.get(handle).is_some_and(|call| call.before > 0);
        self.slots.remove(handle);
        untold
    }
}
