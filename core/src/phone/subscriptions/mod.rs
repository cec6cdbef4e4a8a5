//! Subscriptions of ours (RFC 6665): each asks, is refreshed, begins anew by the rules, and keeps what it was told.
//!
//! A notification is folded into entries on arrival (`contents`); of bodies only the last one of all is kept whole.

mod asking;
mod contents;
mod events;
mod folded;
#[cfg(feature = "lists")]
mod lists;
mod notified;
mod slot;
mod told;

use super::capacity::Capacity;
use super::command::CommandError;
use super::context::Context;
use super::fields::{cut, put};
use super::lender::Lender;
use super::object::Object;
use crate::base::blocks::Blocks;
use crate::base::slots::{Entry, Handle, Slots};
use crate::base::time::Instant;
use crate::sip::subscription::Reason;
use slot::Slot;

/// Subscriptions, their texts and contents, and the last body.
pub(super) struct Subscriptions<'a> {
    slots: Slots<'a, Slot>,
    /// The texts of each, and behind them what it was told.
    text: Blocks<'a>,
    /// The body of the notification that came last, for applications that read it themselves.
    body: &'a mut [u8],
    /// Bytes of its type, and of both, and the subscription that it came for.
    kind_len: u16,
    body_len: usize,
    body_of: Handle,
}

impl<'a> Subscriptions<'a> {
    /// The room, with as many slots as the capacity has.
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let (count, text) = (capacity.subscriptions(), capacity.subscription_text as usize);
        Self {
            slots: Slots::new(lender.lend(count, Entry::free())),
            text: Blocks::new(lender.zeroed(count * text), text),
            body: lender.zeroed(if count > 0 { capacity.subscription_body as usize } else { 0 }),
            kind_len: 0,
            body_len: 0,
            body_of: Handle::NONE,
        }
    }

    /// Its handles are this phone's.
    pub(super) fn mark(&mut self, mark: u8) {
        self.slots.mark(mark);
    }

    /// The subscriptions that are there.
    pub(super) fn handles(&self) -> impl Iterator<Item = Handle> {
        self.slots.iter().map(|(handle, _)| handle)
    }

    /// Slots in use: those that have ended and wait for their release, too.
    pub(super) const fn used(&self) -> usize {
        self.slots.used()
    }

    /// One is to be taken back, or its end waits for a response.
    pub(super) fn are_leaving(&self) -> bool {
        self.slots.iter().any(|(_, slot)| slot.is_leaving())
    }

    /// Sets the application's own number. False: there is no such subscription.
    pub(super) fn set_tag(&mut self, handle: Handle, tag: u64) -> bool {
        self.slots.get_mut(handle).map(|slot| slot.tag = tag).is_some()
    }

    /// Gives the slot of one back that has ended.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for one that has not ended.
    pub(super) fn release(&mut self, cx: &mut Context<'_>, handle: Handle) -> Result<(), CommandError> {
        if !self.slots.get(handle).ok_or(CommandError::Stale)?.is_over() {
            return Err(CommandError::State);
        }
        self.free(cx, handle);
        Ok(())
    }

    fn free(&mut self, cx: &mut Context<'_>, handle: Handle) {
        if self.slots.remove(handle) {
            cx.wake(Object::Subscription(handle.index), Instant::NEVER);
            self.text.get_mut(handle.index).fill(0);
        }
        if self.body_of == handle {
            self.body_of = Handle::NONE;
        }
    }

    /// The head of the message that said the last of one: cut behind a field where the block has no room for all of it.
    fn keep_head(&mut self, handle: Handle, head: &[u8], reason: Option<Reason>) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let room = self.text.get_mut(handle.index).get_mut(usize::from(slot.end)..).unwrap_or_default();
        let parts = cut(head, room.len());
        let len = if put(room, parts) { parts.iter().map(|part| part.len()).sum() } else { 0 };
        (slot.head, slot.reason) = (len as u16, reason);
    }

    fn wake(&self, cx: &mut Context<'_>, handle: Handle) {
        if let Some(slot) = self.slots.get(handle) {
            cx.wake(Object::Subscription(handle.index), slot.machine.deadline());
        }
    }
}
