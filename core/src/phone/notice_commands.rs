//! Commands over what messages say of each other: that one is being written, and what became of one.

use super::{AccountId, CallId, CommandError, Disposition, MessageId, Phone};
use crate::base::time::Instant;

impl Phone<'_> {
    /// Tells the writer of a message that came, and was accepted, that it was delivered or displayed (RFC 5438), where the
    /// writer asked for it. Once each: a second time nothing leaves. Nothing tells its end.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Range`] for another disposition; [`CommandError::State`] for a message
    /// that was not accepted (2xx), or is none for people; [`CommandError::Nothing`] where its writer did not ask;
    /// [`CommandError::Uri`] for a writer without a name; [`CommandError::Full`].
    pub fn message_notice(
        &mut self,
        now: Instant,
        message: MessageId,
        disposition: Disposition,
    ) -> Result<(), CommandError> {
        let info = self.message_info(message)?;
        if !matches!(disposition, Disposition::Delivered | Disposition::Displayed) {
            return Err(CommandError::Range);
        }
        if self.lower.cx.closing || !(info.account.is_none() || self.lower.accounts.stays(info.account.0)) {
            return Err(CommandError::State);
        }
        self.hear(now);
        let dialog = self.dialog_of(message);
        self.messages.notice(&mut self.lower, now, message.0, dialog, disposition)
    }

    /// Tells a far end that we write a message to it, or that we do not any more (RFC 3994); the target and the account as
    /// for [`Phone::message_send`]. To be called for each key, say: an indication leaves at the first, and once a minute
    /// while they go on; 15 s after the last it leaves that we are idle. A message to the same far end ends it.
    ///
    /// # Errors
    /// As [`Phone::message_send`]; [`CommandError::Full`], too, where a quarter of the messages are indications of ours.
    pub fn compose(
        &mut self,
        now: Instant,
        account: AccountId,
        target: &str,
        writes: bool,
    ) -> Result<(), CommandError> {
        if self.lower.cx.closing {
            return Err(CommandError::State);
        }
        if !account.is_none() && !self.lower.accounts.stays(account.0) {
            return Err(CommandError::Stale);
        }
        self.hear(now);
        self.messages.compose(&mut self.lower, now, account.0, target, writes)
    }

    /// The same to the far end of a call that is up, in its dialog.
    ///
    /// # Errors
    /// As [`Phone::compose`]; [`CommandError::State`] for a call that is not up.
    pub fn compose_in_call(&mut self, now: Instant, call: CallId, writes: bool) -> Result<(), CommandError> {
        let slot = self.call(call)?;
        let dialog = slot.dialog();
        if !slot.is_up() || !self.lower.dialogs.is_confirmed(dialog) || self.lower.cx.closing {
            return Err(CommandError::State);
        }
        self.hear(now);
        self.messages.compose_in_call(&mut self.lower, now, (call.0, dialog), writes)
    }
}
