//! BYE, in both directions.

use super::arrived::Arrived;
use super::responses::Describe;
use super::transactions::request::Sending;
use super::transactions::stateless::Extra;
use super::{CallState, Cause, EndCause, EndedBy, Phone};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::server::State;

/// The far end says BYE (rfc3261#15.1.2).
pub(super) fn take(phone: &mut Phone<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
    phone.hung_up(now, arrived);
}

impl Phone<'_> {
    fn hung_up(&mut self, now: Instant, arrived: &Arrived<'_, '_>) {
        let Arrived { flow, keys, request, dialog: dialog_handle, .. } = *arrived;
        let call_handle = self.lower.dialogs.call_of(dialog_handle);
        self.respond_and_bury(now, flow, request, keys, 200, Extra::default());
        self.calls.keep(&self.lower.cx, call_handle, request);
        self.lower.dialogs.forget_bye(dialog_handle);
        let server = self.calls.get(call_handle).map_or(Handle::NONE, |call| call.server);
        match self.lower.transactions.server_state(server) {
            // rfc3261#15.1.2: what is pending gets 487
            Some(State::Proceeding) => self.refuse_server(now, server, 487, Describe::Nothing),
            Some(State::Accepted) => self.end_server(now, server),
            Some(State::Completed) | None => {}
        }
        if self.calls.get(call_handle).is_some_and(|call| !call.request.is_none() && call.state != CallState::Connected)
        {
            // rfc3261#15: the called side must not say BYE before it has answered. One that does so refuses the
            // call in its way; where others ring too, they go on.
            if self.lower.dialogs.is_alone(dialog_handle) {
                self.calls.ends(call_handle, EndedBy::Remote, EndCause::Declined);
                self.cancel_call(now, call_handle, Cause::Normal);
            }
            return;
        }
        self.lower.dialogs.leave(dialog_handle);
        // before the answer it ends the call as a CANCEL would
        self.calls.ends(call_handle, EndedBy::Remote, EndCause::None);
        let up = self.calls.get(call_handle).is_some_and(|call| call.state == CallState::Connected);
        let (cause, status) = if up { (Cause::Normal, 0) } else { (Cause::Cancelled, 487) };
        self.end_call(now, call_handle, cause, status);
        self.lower.settle_dialog(dialog_handle);
    }

    /// Sends BYE in a dialog that is confirmed.
    pub(super) fn send_bye(&mut self, now: Instant, dialog_handle: Handle) {
        let Some((flow, own_hop)) = self.lower.dialogs.end(dialog_handle) else { return };
        let Some(request) = self.lower.dialog_request(dialog_handle, Sending::Bye) else {
            // every slot is busy: the dialog stays, and the BYE is tried again
            self.lower.dialogs.owe_bye(&mut self.lower.cx, dialog_handle, Some(now));
            return;
        };
        match flow {
            Some(flow) if self.lower.cx.local_of(flow.socket()).is_some() => {
                let asking = self.lower.go_over(now, request, flow, own_hop);
                self.asked(now, asking);
            }
            // its socket is gone: there may be another way
            Some(_) => self.lower.locate(request),
            None => self.lower.end_request(request),
        }
    }
}
