//! REFER (RFC 3515): kept as a message is, until the application follows it, refuses it, or says nothing for too long.

use super::Messages;
use super::message::{Message, PENDING_NEWS};
use crate::base::limits::UNREAD_MS;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::MessageState;
use crate::phone::arrived::Arrived;
use crate::phone::object::Object;
use crate::phone::response::Extra;
use crate::phone::{Cause, CommandError, Lower};
use crate::sip::tag::Tag;
use crate::wire::sip::Message as Sip;

impl Messages<'_> {
    /// A REFER came that may be followed; `refused`: it may not. An error is the status of its refusal.
    pub(in crate::phone) fn take_refer(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        (account, call): (Handle, Handle),
        refused: Option<u16>,
    ) -> Result<Handle, u16> {
        let due = if refused.is_some() { Instant::NEVER } else { now + Duration::from_millis(UNREAD_MS) };
        let message = Message { refer: true, account, call, due, ..Message::EMPTY };
        let taken = self.take(lower, now, arrived, message, refused.is_none());
        let handle = taken.map_err(|status| refused.unwrap_or(status))?;
        match refused {
            Some(status) => {
                lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, status, Extra::default());
                self.set_outcome(handle, status, Cause::Refused);
                self.reach(&mut lower.cx, handle, MessageState::Over, PENDING_NEWS);
            }
            None => {
                lower.cx.wake(Object::Message(handle.index), due);
                self.reach(&mut lower.cx, handle, MessageState::Unread, PENDING_NEWS);
            }
        }
        Ok(handle)
    }

    /// A REFER that a policy follows comes to nothing: its sender gets this status, and the application is told why.
    pub(in crate::phone) fn decline_refer(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        (status, result): (u16, Cause),
    ) {
        self.respond(lower, now, handle, status);
        self.over(lower, now, handle, status, result, 0);
    }

    /// It is a REFER that waits for an answer.
    pub(in crate::phone) fn is_open_refer(&self, handle: Handle) -> bool {
        self.slots.get(handle).is_some_and(|message| message.refer && message.state == MessageState::Unread)
    }

    /// It is a REFER.
    pub(in crate::phone) fn is_refer(&self, handle: Handle) -> bool {
        self.slots.get(handle).is_some_and(|message| message.refer)
    }

    /// A REFER that waits for an answer: its account, and the request.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] of another message, and of one that was answered.
    pub(in crate::phone) fn open_refer(&self, handle: Handle) -> Result<(Handle, Sip<'_>), CommandError> {
        let message = self.slots.get(handle).ok_or(CommandError::Stale)?;
        if !self.is_open_refer(handle) {
            return Err(CommandError::State);
        }
        let sip = self.whole(handle).and_then(|whole| Sip::parse(whole).ok()).ok_or(CommandError::State)?;
        Ok((message.account, sip))
    }

    /// The transaction of a REFER that waits for an answer.
    pub(in crate::phone) fn server_of(&self, handle: Handle) -> Handle {
        self.slots.get(handle).map_or(Handle::NONE, |message| message.server)
    }

    /// A REFER is followed in this dialog, or in none. `told`: its sender learns how it goes. rfc6665#8.3.1: 200, not 202.
    pub(in crate::phone) fn accept_refer(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        tag: Tag,
        (dialog, told): (Handle, bool),
    ) {
        if let Some((server, tagged)) = self.respond_with(lower, now, handle, 200, (tag, Some((dialog, told)))) {
            lower.transactions.may_yield(server, if tagged { 0 } else { tag.secret });
        }
        self.over(lower, now, handle, 200, Cause::Normal, 0);
    }
}
