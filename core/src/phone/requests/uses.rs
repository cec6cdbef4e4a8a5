//! Dialogs and their uses: taken by requests, released, settled; and the call that a request is of.

use crate::base::cursor::Cursor;
use crate::base::limits::TARGET;
use crate::base::slots::Handle;
use crate::phone::dialogs::Leg;
use crate::phone::trace::{About, IS_MADE, What};
use crate::phone::transactions::request::{Owner, Sending};
use crate::phone::{AccountId, CallId, Flow, Lower};
use crate::sip::session::{Carrier, Side};
use crate::wire::sip::write_socket;
use core::net::SocketAddr;

impl Lower<'_> {
    /// A slot for a dialog, in which nothing is agreed on yet.
    pub(in crate::phone) fn new_dialog(&mut self, leg: Leg) -> Option<Handle> {
        let handle = self.dialogs.open(&mut self.cx, leg)?;
        self.media.forget_agreed(handle);
        Some(handle)
    }

    /// A request in a dialog; the dialog is used by it.
    pub(in crate::phone) fn dialog_request(&mut self, dialog: Handle, method: Sending) -> Option<Handle> {
        let request = self.new_request(Owner::Dialog(dialog), method)?;
        self.dialogs.take(dialog);
        Some(request)
    }

    /// A request came to nothing without a final response: the addresses of its account's own server may be out of
    /// date, and are looked up before they are used again. Gives its owner and its method.
    pub(in crate::phone) fn came_to_nothing(&mut self, request: Handle) -> Option<(Owner, Sending)> {
        let request = self.transactions.request(request)?;
        let (owner, method) = (request.owner(), request.method());
        if request.own_hop() || matches!(owner, Owner::Account(_)) {
            let account = self.account_of(owner);
            self.accounts.forget_hop(account);
        }
        Some((owner, method))
    }

    /// A use of a dialog is over; with the last one it goes.
    pub(in crate::phone) fn release_dialog(&mut self, handle: Handle) {
        let gone = self.dialogs.release(&mut self.cx, handle);
        self.dialog_gone(handle, gone);
    }

    /// A dialog that is not used and owes nothing goes.
    pub(in crate::phone) fn settle_dialog(&mut self, handle: Handle) {
        let gone = self.dialogs.settle(&mut self.cx, handle);
        self.dialog_gone(handle, gone);
    }

    /// The ACK of a 2xx has left, or has no way.
    pub(in crate::phone) fn ack_left(&mut self, handle: Handle) {
        let gone = self.dialogs.ack_left(&mut self.cx, handle);
        self.dialog_gone(handle, gone);
    }

    /// An offer of the far end's came in a dialog.
    pub(in crate::phone) fn offer_came(&mut self, dialog: Handle, carrier: Carrier) {
        if let Some(session) = self.dialogs.session_mut(dialog) {
            session.begin(Side::Them, carrier);
        }
    }

    /// Our offer in a dialog has its answer; or it came to nothing.
    pub(in crate::phone) fn offer_is_over(&mut self, dialog: Handle, answered: bool) {
        match self.dialogs.session_mut(dialog) {
            Some(session) if answered => session.answer(),
            _ => self.offer_is_void(dialog, Side::Us),
        }
    }

    /// An offer in a dialog came to nothing: the session is as it was.
    pub(in crate::phone) fn offer_is_void(&mut self, dialog: Handle, by: Side) {
        if let Some(session) = self.dialogs.session_mut(dialog) {
            session.withdraw(by);
        }
    }

    /// With a dialog that is gone goes its look-up, and its agreement.
    fn dialog_gone(&mut self, handle: Handle, lookup: Option<Handle>) {
        if let Some(lookup) = lookup {
            self.media.forget_agreed(handle);
            self.end_request(lookup);
        }
    }

    /// A dialog's answer does not count any more, nor the host that it names.
    pub(in crate::phone) fn forget_lookup(&mut self, dialog: Handle) {
        let lookup = self.dialogs.set_lookup(dialog, Handle::NONE);
        self.end_request(lookup);
    }

    /// Our side of a direct call is named by the address it leaves from. False: its name finds no room.
    pub(super) fn name_direct_call(&mut self, dialog_handle: Handle, flow: Flow) -> bool {
        let Some(local) = self.cx.local_of(flow.socket()) else { return true };
        let Some(leg) = self.dialogs.get(dialog_handle) else { return true };
        let local_name = leg.dialog().local.of(self.dialogs.text(dialog_handle));
        if !leg.account().is_none() || local_name.ends_with(b">") {
            return true;
        }
        let mut text = [0u8; TARGET];
        let mut out = Cursor::new(&mut text);
        out.put(local_name);
        self.write_direct(local, &mut out);
        let text = out.finish().ok().and_then(|len| text.get(..len));
        text.is_some_and(|text| self.dialogs.set_local(dialog_handle, text))
    }

    /// The name of a direct call's own side, at this address.
    #[inline]
    pub(super) fn write_direct(&self, local: SocketAddr, out: &mut Cursor<'_>) {
        out.put_str("<sip:");
        out.put(self.cx.fixed.direct_user.get());
        out.put_str("@");
        write_socket(out, local);
        out.put_str(">");
    }

    /// A request of this owner's has changed its state.
    #[inline(never)]
    pub(in crate::phone) fn trace_request(&mut self, owner: Owner, what: What) {
        if !IS_MADE {
            return;
        }
        let call = match owner {
            Owner::Account(account) => {
                self.cx.trace(About::Account(AccountId(account)), what);
                return;
            }
            Owner::Dialog(dialog) | Owner::Answer(dialog) => self.dialogs.call_of(dialog),
            #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
            Owner::Update(dialog) => self.dialogs.call_of(dialog),
            Owner::Offer(server) => {
                self.transactions.server(server).map_or(Handle::NONE, |server| server.served().call)
            }
            Owner::Invite(_) | Owner::Nobody => Handle::NONE,
        };
        let about = if call.is_none() { About::Phone } else { About::Call(CallId(call)) };
        self.cx.trace(about, what);
    }
}
