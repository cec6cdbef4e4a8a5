//! Dialogs and their uses: taken by requests, released, settled.

use super::target::TARGET;
use super::transactions::request::{Owner, Sending};
use super::{Flow, Phone};
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::dialog::Dialog;
use crate::wire::sip::write_socket;

impl Phone<'_> {
    /// A slot for a dialog, in which nothing is agreed on yet.
    pub(super) fn new_dialog(&mut self, dialog: Dialog) -> Option<Handle> {
        let handle = self.lower.dialogs.open(&mut self.lower.cx, dialog)?;
        self.lower.media.forget_agreed(handle);
        Some(handle)
    }

    /// A request in a dialog; the dialog is used by it.
    pub(super) fn dialog_request(&mut self, dialog: Handle, method: Sending) -> Option<Handle> {
        let request = self.new_request(Owner::Dialog(dialog), method)?;
        self.lower.dialogs.take(dialog);
        Some(request)
    }

    /// A use of a dialog is over; with the last one it goes.
    pub(super) fn release_dialog(&mut self, handle: Handle) {
        if let Some(lookup) = self.lower.dialogs.release(&mut self.lower.cx, handle) {
            self.dialog_gone(handle, lookup);
        }
    }

    /// A dialog that nobody uses and that owes nothing goes.
    pub(super) fn settle_dialog(&mut self, handle: Handle) {
        if let Some(lookup) = self.lower.dialogs.settle(&mut self.lower.cx, handle) {
            self.dialog_gone(handle, lookup);
        }
    }

    /// The ACK of a 2xx has left, or has no way.
    pub(super) fn ack_left(&mut self, handle: Handle) {
        if let Some(lookup) = self.lower.dialogs.ack_left(&mut self.lower.cx, handle) {
            self.dialog_gone(handle, lookup);
        }
    }

    /// A dialog's slot is free: what was agreed there, and the look-up that was for it, go too.
    fn dialog_gone(&mut self, handle: Handle, lookup: Handle) {
        self.lower.media.forget_agreed(handle);
        self.end_request(lookup);
    }

    /// Our side of a direct call is named by the address it leaves from.
    pub(super) fn name_direct_call(&mut self, dialog_handle: Handle, flow: Flow) {
        let Some(local) = self.local_of(flow.socket()) else { return };
        let Some((dialog, block)) = self.lower.dialogs.two(dialog_handle) else { return };
        if !dialog.account.is_none() || dialog.local.of(block).ends_with(b">") {
            return;
        }
        let mut text = [0u8; TARGET];
        let mut out = Cursor::new(&mut text);
        out.put(dialog.local.of(block));
        out.put_str("<sip:");
        out.put(self.lower.cx.fixed.direct_user.get());
        out.put_str("@");
        write_socket(&mut out, local);
        out.put_str(">");
        if let Ok(len) = out.finish() {
            let _ = dialog.set_local(block, text.get(..len).unwrap_or_default());
        }
    }

    /// A timer of a dialog: its BYE found no slot before, or it is the loser of a fork.
    pub(super) fn dialog_timeout(&mut self, now: Instant, handle: Handle) {
        let Some(dialog) = self.lower.dialogs.get(handle) else { return };
        let lost = dialog.local_tag.handle != handle;
        if self.lower.dialogs.take_owed_bye(handle) {
            self.send_bye(now, handle);
            if lost {
                self.linger(now, handle);
            }
        } else if lost {
            self.forget_loser(handle);
        }
    }
}
