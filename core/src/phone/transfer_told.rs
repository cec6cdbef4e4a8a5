//! News of transfers, and the names by which others take a call's place.

use super::{CallId, CommandError, Phone, TransferState};
use crate::base::cursor::Cursor;

impl Phone<'_> {
    /// The state of a call's transfer, or of its last one.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] of a call that was not transferred.
    pub fn call_transfer(&self, call: CallId) -> Result<TransferState, CommandError> {
        self.call(call)?.transfer_state().ok_or(CommandError::Nothing)
    }

    /// The name of a call as its far end knows it: a value of Replaces for an INVITE that is to take its place there
    /// (RFC 3891).
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] of a call that has not been answered, and of one that is over.
    pub fn call_replaces(&self, call: CallId, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        let slot = self.call(call)?;
        if !slot.is_up() {
            return Err(CommandError::Nothing);
        }
        self.lower.dialogs.write_replaces(slot.dialog(), out);
        Ok(())
    }

    /// The URI by which a call's far end itself is reached, its Contact: where an INVITE that is to take the call's place
    /// goes, for no other phone has the call (rfc3891#4).
    ///
    /// # Errors
    /// As [`Phone::call_replaces`].
    pub fn call_target(&self, call: CallId, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        let slot = self.call(call)?;
        let dialog = self.lower.dialogs.dialog(slot.dialog()).filter(|_| slot.is_up()).ok_or(CommandError::Nothing)?;
        out.put(dialog.target.of(self.lower.dialogs.text(slot.dialog())));
        Ok(())
    }
}
