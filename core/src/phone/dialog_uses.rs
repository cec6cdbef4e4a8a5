//! Dialogs and their uses: taken by requests, released, settled.

use super::object::Object;
use super::target::TARGET;
use super::transactions::request::{Owner, Sending};
use super::{Flow, Phone};
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::dialog::Dialog;
use crate::wire::sip::{Scheme, Uri, write_socket};

impl Phone<'_> {
    /// A slot for a dialog, in which nothing is agreed on yet.
    pub(super) fn new_dialog(&mut self, dialog: Dialog) -> Option<Handle> {
        let Some(handle) = self.lower.dialogs.slots.insert(dialog) else {
            self.lower.cx.trace_full(super::trace::Pool::Dialogs);
            return None;
        };
        self.forget_agreed(handle);
        Some(handle)
    }

    /// A request in a dialog; the dialog is used by it.
    pub(super) fn dialog_request(&mut self, dialog: Handle, method: Sending) -> Option<Handle> {
        let request = self.new_request(Owner::Dialog(dialog), method)?;
        if let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog) {
            dialog.usages = dialog.usages.saturating_add(1);
        }
        Some(request)
    }

    /// A use of a dialog is over; with the last one it goes.
    pub(super) fn release_dialog(&mut self, handle: Handle) {
        let Some(dialog) = self.lower.dialogs.slots.get_mut(handle) else { return };
        dialog.usages = dialog.usages.saturating_sub(1);
        self.settle_dialog(handle);
    }

    /// A dialog that nobody uses and that owes nothing goes.
    pub(super) fn settle_dialog(&mut self, handle: Handle) {
        if self
            .lower
            .dialogs
            .slots
            .get(handle)
            .is_some_and(|dialog| dialog.usages == 0 && !dialog.ack_owed && !dialog.bye_owed)
        {
            self.forget_lookup(handle);
            self.lower.dialogs.slots.remove(handle);
            self.lower.cx.due.set(self.lower.cx.objects.number(Object::Dialog(handle.index)), Instant::NEVER);
        }
    }

    /// Our side of a direct call is named by the address it leaves from.
    pub(super) fn name_direct_call(&mut self, dialog_handle: Handle, flow: Flow) {
        let Some(local) = self.local_of(flow.socket()) else { return };
        let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog_handle) else { return };
        let block = self.lower.dialogs.text.get_mut(dialog_handle.index);
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
        let Some(dialog) = self.lower.dialogs.slots.get_mut(handle) else { return };
        let lost = dialog.local_tag.handle != handle;
        if core::mem::take(&mut dialog.bye_owed) {
            self.send_bye(now, handle);
            if lost {
                self.linger(now, handle);
            }
        } else if lost {
            self.forget_loser(handle);
        }
    }

    /// Where a dialog's next requests go: an address in its next hop's URI is taken as it is; a name keeps the way that
    /// is known.
    pub(super) fn find_next_hop(&mut self, handle: Handle) {
        let Some(dialog) = self.lower.dialogs.slots.get_mut(handle) else { return };
        let Some(Flow::Udp { socket, remote }) = dialog.flow else { return };
        let Ok(uri) = Uri::parse(dialog.next_hop(self.lower.dialogs.text.get(handle.index))) else { return };
        let datagram =
            uri.transport().is_none_or(|name| name.eq_ignore_ascii_case(b"udp")) && uri.scheme == Scheme::Sip;
        let ip = uri.maddr().unwrap_or(uri.host).ip();
        if let (Some(ip), true) = (ip, datagram)
            && ip.is_ipv4() == remote.is_ipv4()
        {
            let remote = core::net::SocketAddr::new(ip, uri.port.unwrap_or(5060));
            dialog.flow = Some(Flow::Udp { socket, remote });
        }
    }
}
