//! Messages that come: kept as they are, until the application has answered, or for good.

use super::Messages;
use super::message::{Message, PENDING_NEWS};
use crate::base::limits::UNREAD_MS;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::MessageState;
use crate::phone::arrived::Arrived;
use crate::phone::message::MessagePolicy;
use crate::phone::object::Object;
use crate::phone::response::Extra;
use crate::phone::{Cause, CommandError, Lower};

impl Messages<'_> {
    /// A MESSAGE came, in a call's dialog or in none. Gives one that was accepted at once.
    pub(in crate::phone) fn arrived(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        call: Handle,
    ) -> Option<Handle> {
        let account = if arrived.dialog.is_none() { arrived.account } else { lower.dialogs.account_of(arrived.dialog) };
        let message = Message { account, call, ..Message::EMPTY };
        let policy = lower.accounts.messages(&lower.cx, account);
        #[cfg(feature = "imdn")]
        if policy != MessagePolicy::Refuse
            && !lower.cx.closing
            && !arrived.request.is_coded()
            && let Some(status) = self.status_arrived(lower, now, arrived, (account, call))
        {
            lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, status, Extra::default());
            return None;
        }
        let taken = if policy == MessagePolicy::Refuse {
            Err(403)
        } else {
            self.take_in(lower, now, arrived, message, policy == MessagePolicy::Store)
        };
        taken.unwrap_or_else(|status| {
            lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, status, Extra::default());
            None
        })
    }

    /// Takes one in that is not refused: `stores` it, or asks. An error is the status of its refusal.
    pub(super) fn take_in(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        message: Message,
        stores: bool,
    ) -> Result<Option<Handle>, u16> {
        let request = arrived.request;
        if lower.cx.closing {
            return Err(message.unread());
        }
        if request.is_coded() {
            return Err(415);
        }
        let due = if stores { Instant::NEVER } else { now + Duration::from_millis(UNREAD_MS) };
        let message = Message { due, ..message };
        let kept = message.kept();
        let handle = self.take(lower, now, arrived, message, !stores)?;
        if stores {
            lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, kept, Extra::default());
            if !lower.transactions.owes_reply() {
                // its echo alone is too long: who hears nothing of it believes that it did not come
                self.free(&mut lower.cx, handle);
                return Ok(None);
            }
            self.set_outcome(handle, kept, Cause::Normal);
        } else {
            lower.cx.wake(Object::Message(handle.index), due);
        }
        #[cfg(feature = "imdn")]
        if !message.is_info() {
            self.learn_wanted(handle, arrived);
            self.composer_wrote(lower, now, message.account, arrived);
        }
        let state = if stores { MessageState::Kept } else { MessageState::Unread };
        self.reach(&mut lower.cx, handle, state, PENDING_NEWS);
        Ok(Some(handle).filter(|_| stores))
    }

    pub(super) fn set_outcome(&mut self, handle: Handle, sip_code: u16, result: Cause) {
        if let Some(message) = self.slots.get_mut(handle) {
            (message.sip_code, message.result) = (sip_code, result);
        }
    }

    /// Answers a message that came; see [`crate::phone::Phone::message_answer`].
    pub(in crate::phone) fn answer(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        status: u16,
    ) -> Result<(), CommandError> {
        let message = self.slots.get(handle).ok_or(CommandError::Stale)?;
        if message.state != MessageState::Unread {
            return Err(CommandError::State);
        }
        self.respond(lower, now, handle, status);
        self.over(lower, now, handle, status, Cause::Normal, 0);
        Ok(())
    }

    pub(super) fn over(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        status: u16,
        result: Cause,
        news: u8,
    ) {
        self.set_outcome(handle, status, result);
        if let Some(message) = self.slots.get_mut(handle) {
            (message.changed, message.due) = (now, Instant::NEVER);
        }
        lower.cx.wake(Object::Message(handle.index), Instant::NEVER);
        self.reach(&mut lower.cx, handle, MessageState::Over, news);
    }

    /// A deadline of a message: nobody has answered it, or one of ours is to try again.
    pub(in crate::phone) fn due(&mut self, lower: &mut Lower<'_>, now: Instant, index: u32) {
        let Some(handle) = self.slots.handle_at(index) else { return };
        let Some(message) = self.slots.get(handle) else { return };
        let (incoming, unread) = (message.incoming, message.unread());
        if message.due > now {
            lower.cx.wake(Object::Message(index), message.due);
            return;
        }
        #[cfg(feature = "imdn")]
        if self.composing_due(lower, now, handle) {
            return;
        }
        if incoming {
            self.respond(lower, now, handle, unread);
            self.over(lower, now, handle, unread, Cause::Timeout, PENDING_NEWS);
        } else {
            self.try_again(lower, now, handle);
        }
    }

    /// An account goes (`None`: the phone does): its messages that wait for a response are over, both ways.
    pub(in crate::phone) fn leave_all(&mut self, lower: &mut Lower<'_>, now: Instant, account: Option<Handle>) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            let Some(message) = self.slots.get(handle) else { continue };
            if account.is_some_and(|account| account != message.account) {
                continue;
            }
            #[cfg(feature = "imdn")]
            self.composing_ends(&mut lower.cx, now, handle);
            let Some(message) = self.slots.get(handle).filter(|message| message.is_under_way()) else { continue };
            if message.incoming {
                let unread = message.unread();
                self.respond(lower, now, handle, unread);
                self.over(lower, now, handle, unread, Cause::Cancelled, PENDING_NEWS);
            } else if account.is_some() {
                self.give_up(lower, now, handle);
            }
        }
    }
}
