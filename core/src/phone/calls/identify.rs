//! Our own identity in a call changes (rfc4916#4.3): a request with another From, an UPDATE where the far end takes it, else
//! a re-INVITE that repeats our last description. Any other offer of ours carries it as well.

use super::Calls;
use super::call::Call;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::context::done::Ended;
use crate::phone::event::Op;
use crate::phone::object::Object;
use crate::phone::{Cause, CommandError, Lower, Privacy, identity};

impl Calls<'_> {
    /// See [`crate::phone::Phone::identify`].
    pub(in crate::phone) fn identify(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        caller: &str,
        token: u64,
    ) -> Result<(), CommandError> {
        let call = self.get(handle).ok_or(CommandError::Stale)?;
        let before = self.renaming(lower, handle);
        let sent = before.is_some_and(|dialog| lower.dialogs.renames(dialog) == Some(true));
        if sent || !self.may_be_renamed(lower, handle) {
            return Err(CommandError::State);
        }
        let dialog = self.dialog_to_rename(lower, handle).unwrap_or(call.dialog);
        if caller.is_empty() {
            return Err(CommandError::Uri);
        }
        identity::check(caller, "", Privacy::Inherited)?;
        // rfc4916#4.2: only a far end that has said so takes another From
        if !lower.dialogs.session(dialog).timer.renames() {
            // what answers the call may say it
            let may_follow = !call.incoming && !call.is_up();
            return Err(if may_follow { CommandError::State } else { CommandError::Unsupported });
        }
        if !self.is_to_be_renamed_in(lower, handle, dialog) {
            return Err(CommandError::State);
        }
        if !lower.cx.can_begin() {
            return Err(CommandError::Full);
        }
        if !lower.dialogs.rename(dialog, &identity::bracketed(caller.as_bytes())) {
            return Err(CommandError::Text);
        }
        if let Some(before) = before.filter(|before| *before != dialog) {
            lower.dialogs.keep_name(before);
        }
        self.end_identity(lower, handle, Ended { result: Cause::Cancelled, sip_code: 0 });
        if let Some(call) = self.get_mut(handle) {
            lower.cx.begin(&mut call.commands, handle, Op::Identify, token)?;
        }
        self.offer_identity(lower, now, handle);
        Ok(())
    }

    /// The request with another From leaves, where one is wanted and nothing else is out, or waits to be.
    pub(super) fn offer_identity(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        #[cfg(feature = "reliable")]
        if self.get(handle).is_some_and(|call| !call.is_up() && !call.asks() && !call.next_offer.waits()) {
            if let Some(call) = self.get_mut(handle) {
                call.next_offer.begin();
            }
            self.offer_early(lower, now, handle);
            return;
        }
        let quiet = |call: &&Call| call.is_up() && !call.asks() && !call.next_offer.waits();
        let Some(dialog) = self.get(handle).filter(quiet).map(|call| call.dialog) else { return };
        if lower.dialogs.renames(dialog) == Some(false) {
            self.refresh_now(handle);
            self.reoffer(lower, now, handle);
        }
    }

    /// A request of ours that changes the call succeeded: the far end has our new identity, where that stood in it.
    pub(super) fn identity_taken(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let Some(dialog) = self.renaming(lower, handle) else { return };
        if lower.dialogs.renamed(dialog, true) {
            self.end_identity(lower, handle, Ended { result: Cause::Normal, sip_code: 0 });
        }
    }

    /// It came to nothing, and our identity stays as it was. True: it was for that alone.
    pub(super) fn identity_refused(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        ended: Ended,
    ) -> bool {
        let Some(dialog) = self.renaming(lower, handle) else { return false };
        // no request of its own follows one that never left, or got no response, after all its tries
        let over = ended.sip_code == 0 && self.get(handle).is_some_and(|call| !call.next_offer.waits());
        let ends = lower.dialogs.renamed(dialog, false) || over && lower.dialogs.keep_name(dialog);
        if !ends {
            return false;
        }
        self.end_identity(lower, handle, ended);
        let alone = self.is_refreshing(handle);
        if alone {
            self.forget_refresh(handle);
            self.refreshed(lower, now, handle);
        }
        alone
    }

    /// The dialog of a call in which our identity is to change.
    pub(super) fn renaming(&self, lower: &Lower<'_>, handle: Handle) -> Option<Handle> {
        let first = self.get(handle)?.dialog;
        let mut dialogs = Self::dialogs_of(lower, first);
        dialogs.find(|dialog| lower.dialogs.renames(*dialog).is_some())
    }

    /// The dialog in which it is to: the call's; before the answer to a call that was dialled, the one that is heard.
    fn dialog_to_rename(&self, lower: &Lower<'_>, handle: Handle) -> Option<Handle> {
        let call = self.get(handle)?;
        #[cfg(feature = "reliable")]
        if !call.is_up() {
            return self.early_dialog_of(lower, call, handle);
        }
        let _ = lower;
        Some(call.dialog)
    }

    /// It may be told of another identity now, or behind the answer that it waits for.
    fn may_be_renamed(&self, lower: &Lower<'_>, handle: Handle) -> bool {
        let Some(call) = self.get(handle).filter(|call| !call.is_over()) else { return false };
        #[cfg(feature = "reliable")]
        if !call.incoming && !call.is_up() {
            return self.early_dialog_of(lower, call, handle).is_some();
        }
        let _ = lower;
        call.is_up() || call.incoming
    }

    /// The same of this dialog, whose far end takes another From: before the answer to a call that was dialled it has to
    /// take UPDATE too.
    fn is_to_be_renamed_in(&self, lower: &Lower<'_>, handle: Handle, dialog: Handle) -> bool {
        let dialled = self.get(handle).is_some_and(|call| !call.incoming && !call.is_up());
        !dialled || lower.dialogs.session(dialog).timer.updates()
    }

    /// The INVITE goes elsewhere, or is given up: its early dialogs are told nothing any more.
    #[cfg(feature = "reliable")]
    pub(super) fn drop_identity(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        while let Some(dialog) = self.renaming(lower, handle) {
            lower.dialogs.keep_name(dialog);
        }
        self.end_identity(lower, handle, Ended { result: Cause::Cancelled, sip_code: 0 });
    }

    /// A 2xx came in this dialog: what was to be told in another has come to nothing.
    #[cfg(feature = "reliable")]
    pub(super) fn identity_wins(&mut self, lower: &mut Lower<'_>, handle: Handle, winner: Handle) {
        if lower.dialogs.renames(winner).is_none() {
            self.end_identity(lower, handle, Ended { result: Cause::Cancelled, sip_code: 0 });
        }
    }

    fn end_identity(&mut self, lower: &mut Lower<'_>, handle: Handle, ended: Ended) {
        let Some(call) = self.get(handle) else { return };
        if lower.cx.end(call.commands, Op::Identify, u32::MAX, ended) {
            lower.cx.tell(Object::Call(handle.index));
        }
    }
}
