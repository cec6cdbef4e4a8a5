//! Messages (RFC 3428): those that came and wait to be read, and those of ours that wait for their turn or their response.
//!
//! One slot and one block each, for both ways. A message that came stands in its block as it came; one of ours keeps its
//! parts there, for it may have to wait behind another one to the same far end.

mod arriving;
#[cfg(feature = "imdn")]
mod composing;
mod envelope;
#[cfg(feature = "info")]
mod informing;
mod message;
#[cfg(feature = "imdn")]
mod notices;
#[cfg(feature = "refer")]
mod referring;
mod sending;
#[cfg(feature = "imdn")]
mod status;
mod taking;
mod told;

use super::capacity::Capacity;
use super::command::CommandError;
use super::context::Context;
use super::event::MessageState;
use super::lender::Lender;
use super::object::Object;
use crate::base::blocks::Blocks;
use crate::base::due::Owed;
use crate::base::slots::{Entry, Handle, Slots};
use crate::base::table::Table;
use crate::base::time::Instant;
use message::Message;

/// Messages, their texts, and the order in which they ended.
pub(super) struct Messages<'a> {
    slots: Slots<'a, Message>,
    text: Blocks<'a>,
    /// Those that may give way, the one first that ended first; among them slots that have been released since.
    ended: Owed<'a>,
    /// The number of those that may give way.
    spare: usize,
    /// The number of those that came and may not.
    came: usize,
    /// Those of direct senders that came and may not give way, by the host that each came from.
    sources: Table<'a>,
    /// Slots that those which come leave to ours, and those that one source may have.
    reserve: usize,
    per_source: usize,
    /// Indications that a message is being written, both ways, by their far end.
    #[cfg(feature = "imdn")]
    composers: Table<'a>,
    /// Those of them that may not give way, of ours and of those that came, and the most of each that there may be.
    #[cfg(feature = "imdn")]
    composing: usize,
    #[cfg(feature = "imdn")]
    composing_came: usize,
    #[cfg(feature = "imdn")]
    most_composing: usize,
}

impl<'a> Messages<'a> {
    /// The room, with as many slots as the capacity has.
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let (count, text) = (capacity.messages(), capacity.message as usize);
        Self {
            slots: Slots::new(lender.lend(count, Entry::free())),
            text: Blocks::new(lender.zeroed(count * text), text),
            ended: Owed::new(lender.zeroed(count)),
            spare: 0,
            came: 0,
            sources: Table::new(lender.zeroed(count)),
            reserve: capacity.messages_reserve(),
            per_source: capacity.messages_per_source(),
            #[cfg(feature = "imdn")]
            composers: Table::new(lender.zeroed(count)),
            #[cfg(feature = "imdn")]
            composing: 0,
            #[cfg(feature = "imdn")]
            composing_came: 0,
            #[cfg(feature = "imdn")]
            most_composing: count.div_ceil(composing::SHARE),
        }
    }

    /// Its handles are this phone's.
    pub(super) fn mark(&mut self, mark: u8) {
        self.slots.mark(mark);
    }

    /// Its slots.
    pub(super) fn capacity(&self) -> usize {
        self.slots.capacity()
    }

    /// Those that cannot give way.
    pub(super) const fn busy(&self) -> usize {
        self.slots.used() - self.spare
    }

    /// The messages that are there, and that the application knows.
    pub(super) fn handles(&self) -> impl Iterator<Item = Handle> {
        self.slots.iter().filter(|(_, message)| !message.is_quiet()).map(|(handle, _)| handle)
    }

    /// Sets the application's own number. False: there is no such message.
    pub(super) fn set_tag(&mut self, handle: Handle, tag: u64) -> bool {
        self.slots.get_mut(handle).map(|message| message.tag = tag).is_some()
    }

    /// One waits for its response, ours or theirs.
    pub(super) fn are_under_way(&self) -> bool {
        self.slots.iter().any(|(_, message)| message.is_under_way())
    }

    /// Slots that are free, or of messages that may give way.
    fn vacant(&self) -> usize {
        self.slots.free() + self.spare
    }

    /// A slot: a free one, or that of the message that ended first and may give way.
    fn open(&mut self, cx: &mut Context<'_>) -> Option<Handle> {
        while self.slots.is_full() {
            let oldest = self.slots.handle_at(self.ended.pop()?);
            if let Some(oldest) = oldest.filter(|oldest| self.slots.get(*oldest).is_some_and(Message::may_go)) {
                self.free(cx, oldest);
            }
        }
        self.slots.insert(Message::EMPTY)
    }

    fn free(&mut self, cx: &mut Context<'_>, handle: Handle) {
        let Some(message) = self.slots.get(handle) else { return };
        if message.may_go() {
            self.spare -= 1;
        } else {
            self.leaves_inbox(handle);
        }
        #[cfg(feature = "imdn")]
        self.forget_composer(handle);
        self.slots.remove(handle);
        cx.wake(Object::Message(handle.index), Instant::NEVER);
        // what people write to each other does not stay
        self.text.get_mut(handle.index).fill(0);
    }

    /// Gives a message's slot back.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for one that waits for a response, and for one of ours whose end
    /// was not fetched.
    pub(super) fn release(&mut self, cx: &mut Context<'_>, handle: Handle) -> Result<(), CommandError> {
        let message = self.slots.get(handle).ok_or(CommandError::Stale)?;
        if message.is_under_way() || message.owes_end() {
            return Err(CommandError::State);
        }
        self.free(cx, handle);
        Ok(())
    }

    /// A message has another state, or an event of it was fetched: it may give way from now on, where it may.
    fn change(&mut self, handle: Handle, change: impl FnOnce(&mut Message)) {
        let Some(message) = self.slots.get_mut(handle) else { return };
        let before = message.may_go();
        change(message);
        if message.may_go() && !before {
            self.spare += 1;
            self.ended.push(handle.index);
            self.leaves_inbox(handle);
            #[cfg(feature = "imdn")]
            self.composer_may_go(handle);
        } else if before && !message.may_go() {
            self.spare -= 1; // there is news of it again
        }
    }

    /// A message has this state from now on, with an event where `news` has a bit.
    fn reach(&mut self, cx: &mut Context<'_>, handle: Handle, state: MessageState, news: u8) {
        self.change(handle, |message| {
            message.state = state;
            message.pending |= news;
        });
        if news != 0 {
            cx.tell(Object::Message(handle.index));
        }
    }
}
