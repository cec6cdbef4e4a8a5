//! Commands over messages, and those that come: handed to their room.

use super::arrived::Arrived;
use super::{AccountId, CallId, CommandError, MessageId, MessageInfo, MessageState, MessageText, NewMessage, Phone};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;
#[cfg(feature = "info")]
use crate::phone::{packages, response::Extra};
#[cfg(feature = "info")]
use crate::sip::tombstone::Responded;
#[cfg(feature = "info")]
use crate::wire::dtmf::info::is_relay;
#[cfg(feature = "info")]
use crate::wire::sip::Name;

/// Statuses that an answer may have.
const FINAL: core::ops::RangeInclusive<u16> = 200..=699;

impl Phone<'_> {
    /// Sends a message (RFC 3428) to a target as [`Phone::dial`] takes it, but without digits behind a number. `account`
    /// none: directly. Messages to one far end leave one after the other, each when the one before it has its final
    /// response, so they arrive in their order. [`super::EventKind::Sent`] tells its end. One of more than 1300 bytes with
    /// its headers leaves by a stream or not at all (rfc3428#8).
    ///
    /// # Errors
    /// [`CommandError::State`] when the phone is closing; [`CommandError::Stale`]; [`CommandError::Uri`] and
    /// [`CommandError::NoAccount`] as for a call; [`CommandError::HeaderLine`] and [`CommandError::HeaderOwned`] for header
    /// lines that are none; [`CommandError::ContentType`]; [`CommandError::Text`] for a target that is too long;
    /// [`CommandError::Size`] when it does not fit a message; [`CommandError::Full`].
    pub fn message_send(
        &mut self,
        now: Instant,
        account: AccountId,
        target: &str,
        new: &NewMessage<'_>,
    ) -> Result<MessageId, CommandError> {
        if self.lower.cx.closing {
            return Err(CommandError::State);
        }
        if !account.is_none() && !self.lower.accounts.stays(account.0) {
            return Err(CommandError::Stale);
        }
        self.hear(now);
        self.messages.send(&mut self.lower, now, account.0, target, new).map(MessageId)
    }

    /// The same to the far end of a call that is up, in its dialog.
    ///
    /// # Errors
    /// As [`Phone::message_send`]; [`CommandError::State`] for a call that is not up.
    pub fn message_send_in_call(
        &mut self,
        now: Instant,
        call: CallId,
        new: &NewMessage<'_>,
    ) -> Result<MessageId, CommandError> {
        let slot = self.call(call)?;
        let dialog = slot.dialog();
        if !slot.is_up() || !self.lower.dialogs.is_confirmed(dialog) || self.lower.cx.closing {
            return Err(CommandError::State);
        }
        self.hear(now);
        self.messages.send_in_call(&mut self.lower, now, (call.0, dialog), new).map(MessageId)
    }

    /// Answers a message that came, with a status from 200 to 699; 0: 200. A REFER is refused, with 300 to 699; 0: 603.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Range`], as for a REFER that is to be accepted: [`Phone::dial`] follows it;
    /// [`CommandError::State`] for one that was answered, by itself where
    /// it is stored or nobody answered it in time, and for one of ours.
    pub fn message_answer(&mut self, now: Instant, message: MessageId, status: u16) -> Result<(), CommandError> {
        let usual = match self.message_info(message)?.refer {
            true => 603,
            false => 200,
        };
        let status = if status == 0 { usual } else { status };
        if !FINAL.contains(&status) {
            return Err(CommandError::Range);
        }
        #[cfg(feature = "refer")]
        if status < 300 && self.messages.is_refer(message.0) {
            return Err(CommandError::Range);
        }
        self.hear(now);
        self.messages.answer(&mut self.lower, now, message.0, status)?;
        #[cfg(feature = "imdn")]
        if status < 300 {
            let dialog = self.dialog_of(message);
            self.messages.tell_delivery(&mut self.lower, now, message.0, dialog);
        }
        Ok(())
    }

    /// The dialog of a message's call, while that is up.
    #[cfg(feature = "imdn")]
    pub(super) fn dialog_of(&self, message: MessageId) -> crate::base::slots::Handle {
        let call = self.calls.get(self.messages.call_of(message.0)).filter(|call| call.is_up());
        let dialog = call.map(|call| call.dialog()).filter(|dialog| self.lower.dialogs.is_confirmed(*dialog));
        dialog.unwrap_or_default()
    }

    /// Gives a message's slot back. One that came and was not answered is answered as by
    /// [`Phone::message_answer`] with 0.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for one of ours that has not ended, or whose end was not fetched.
    pub fn message_release(&mut self, now: Instant, message: MessageId) -> Result<(), CommandError> {
        self.hear(now);
        if self.message_info(message)?.state == MessageState::Unread {
            self.message_answer(now, message, 0)?;
        }
        self.messages.release(&mut self.lower.cx, message.0)
    }

    /// The messages, both ways, that may be there at once.
    #[must_use]
    pub fn message_capacity(&self) -> usize {
        self.messages.capacity()
    }

    /// The messages that are there.
    pub fn messages(&self) -> impl Iterator<Item = MessageId> {
        self.messages.handles().map(MessageId)
    }

    /// A message, in numbers.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn message_info(&self, message: MessageId) -> Result<MessageInfo, CommandError> {
        self.messages.info(message.0).ok_or(CommandError::Stale)
    }

    /// The body of a message, empty where it has none.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn message_body(&self, message: MessageId) -> Result<&[u8], CommandError> {
        self.messages.body(message.0).ok_or(CommandError::Stale)
    }

    /// A text of a message.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when there is none.
    pub fn message_text(
        &self,
        message: MessageId,
        which: MessageText,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        self.messages.write_text(message.0, which, out)
    }

    /// The value of a header in a message that came, or in the response to one of ours; for no name its first line. `nth`
    /// from 0.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when there is none.
    pub fn message_header(
        &self,
        message: MessageId,
        name: &str,
        nth: u32,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        self.messages.write_header(message.0, name, nth, out)
    }

    /// Sets the application's own number of a message.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn message_set_tag(&mut self, message: MessageId, tag: u64) -> Result<(), CommandError> {
        if self.messages.set_tag(message.0, tag) { Ok(()) } else { Err(CommandError::Stale) }
    }

    /// An INFO came: of a package that its call takes, or without one where that is taken too; any other one may bring a
    /// digit.
    #[cfg(feature = "info")]
    pub(super) fn info_arrived(&mut self, now: Instant, arrived: &Arrived<'_, '_>) {
        let Arrived { request, dialog, .. } = *arrived;
        let call = self.lower.dialogs.call_of(dialog);
        let name = request.header(Name::InfoPackage).map(packages::name_of);
        let brings =
            name.is_some() || !(request.body().is_empty() || is_relay(request.content_type().as_ref()).is_some());
        // an empty name is none, and no package is called as what we take without one
        let named = name.is_none_or(|name| !name.is_empty() && name != packages::UNPACKAGED);
        if brings && named && !call.is_none() && self.lower.dialogs.takes_package(dialog, name.unwrap_or_default()) {
            self.calls.keep(&self.lower.cx, call, request);
            self.messages.informed(&mut self.lower, now, arrived, call);
        } else {
            self.calls.informed(&mut self.lower, now, arrived);
        }
    }

    /// A repetition of an INFO gets the same response.
    #[cfg(feature = "info")]
    pub(super) fn info_again(&mut self, arrived: &Arrived<'_, '_>, responded: Responded) {
        let super::Lower { cx, transactions, dialogs, .. } = &mut self.lower;
        let packages = if responded.status == 469 { dialogs.packages(arrived.dialog) } else { None };
        let extra = Extra { packages, ..Extra::again(responded) };
        transactions.respond_at_once(cx, arrived.flow, arrived.request, responded.status, extra);
    }

    /// A MESSAGE came.
    pub(super) fn message_arrived(&mut self, now: Instant, arrived: &Arrived<'_, '_>) {
        let call = self.lower.dialogs.call_of(arrived.dialog);
        if !call.is_none() {
            self.calls.keep(&self.lower.cx, call, arrived.request);
        }
        let accepted = self.messages.arrived(&mut self.lower, now, arrived, call).map(MessageId);
        #[cfg(feature = "imdn")]
        if let Some(message) = accepted {
            let dialog = self.dialog_of(message);
            self.messages.tell_delivery(&mut self.lower, now, message.0, dialog);
        }
        #[cfg(not(feature = "imdn"))]
        let _ = accepted;
    }
}
