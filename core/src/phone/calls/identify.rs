//! Our own identity in a call changes (rfc4916#4.3): a request with another From, an UPDATE where the far end takes it, else
//! a re-INVITE that repeats our last description. Any other offer of ours carries it as well.

use super::Calls;
use super::call::Call;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::context::done::Ended;
use crate::phone::event::Op;
use crate::phone::object::Object;
use crate::phone::{CallState, Cause, CommandError, Lower, Privacy, identity};

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
        let dialog = call.dialog;
        let sent = lower.dialogs.renames(dialog) == Some(true);
        if sent || !(call.is_up() || call.incoming && call.state != CallState::Ended) {
            return Err(CommandError::State);
        }
        if caller.is_empty() {
            return Err(CommandError::Uri);
        }
        identity::check(caller, "", Privacy::Inherited)?;
        // rfc4916#4.2: only a far end that has said so takes another From
        if !lower.dialogs.session(dialog).timer.renames() {
            return Err(CommandError::Unsupported);
        }
        if !lower.cx.can_begin() {
            return Err(CommandError::Full);
        }
        if !lower.dialogs.rename(dialog, &identity::bracketed(caller.as_bytes())) {
            return Err(CommandError::Text);
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
        let quiet = |call: &&Call| call.is_up() && call.request.is_none() && !call.next_offer.waits();
        let Some(dialog) = self.get(handle).filter(quiet).map(|call| call.dialog) else { return };
        if lower.dialogs.renames(dialog) == Some(false) {
            self.refresh_now(handle);
            self.reoffer(lower, now, handle);
        }
    }

    /// A request of ours that changes the call succeeded: the far end has our new identity, where that stood in it.
    pub(super) fn identity_taken(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let Some(dialog) = self.get(handle).map(|call| call.dialog) else { return };
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
        let Some(call) = self.get(handle) else { return false };
        // no request of its own follows one that never left, or got no response, after all its tries
        let over = ended.sip_code == 0 && !call.next_offer.waits();
        let dialog = call.dialog;
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

    fn end_identity(&mut self, lower: &mut Lower<'_>, handle: Handle, ended: Ended) {
        let Some(call) = self.get(handle) else { return };
        if lower.cx.end(call.commands, Op::Identify, u32::MAX, ended) {
            lower.cx.tell(Object::Call(handle.index));
        }
    }
}
