//! BYE, in both directions.

use super::Calls;
use super::call::Call;
use super::responses::{Describe, respond_and_bury};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::arrived::Arrived;
use crate::phone::response::Extra;
use crate::phone::transactions::request::Sending;
use crate::phone::{CallState, Cause, EndCause, EndedBy, Lower};
use crate::sip::server::State;

impl Calls<'_> {
    /// The far end sends BYE (rfc3261#15.1.2).
    pub(in crate::phone) fn hung_up(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
        let Arrived { request, dialog: dialog_handle, .. } = *arrived;
        let call_handle = lower.dialogs.call_of(dialog_handle);
        respond_and_bury(lower, now, arrived, 200, Extra::default());
        self.keep(&lower.cx, call_handle, request);
        lower.dialogs.forget_bye(dialog_handle);
        let server = self.get(call_handle).map_or(Handle::NONE, |call| call.server);
        match lower.transactions.server_state(server) {
            // rfc3261#15.1.2: a pending request gets 487
            Some(State::Proceeding) => self.refuse_server(lower, now, server, 487, Describe::Nothing),
            Some(State::Accepted) => self.end_server(lower, now, server),
            Some(State::Completed) | None => {}
        }
        if self.get(call_handle).is_some_and(Call::is_unanswered) {
            // rfc3261#15: the called side must not send BYE before it has answered. One that does so refuses the
            // call in its way; where others ring too, they go on.
            if lower.dialogs.is_alone(dialog_handle) {
                self.ends(call_handle, EndedBy::Remote, EndCause::Declined);
                self.cancel_call(lower, now, call_handle, Cause::Normal);
            }
            return;
        }
        lower.dialogs.leave(dialog_handle);
        #[cfg(feature = "refer")]
        self.left_by_transfer(lower, now, call_handle);
        // before the answer it ends the call as a CANCEL would
        self.ends(call_handle, EndedBy::Remote, EndCause::None);
        let up = self.get(call_handle).is_some_and(|call| call.state == CallState::Connected);
        let (cause, status) = if up { (Cause::Normal, 0) } else { (Cause::Cancelled, 487) };
        self.end_call(lower, now, call_handle, cause, status);
        lower.settle_dialog(dialog_handle);
    }

    /// Sends BYE in a dialog that is confirmed.
    pub(super) fn send_bye(&mut self, lower: &mut Lower<'_>, now: Instant, dialog_handle: Handle) {
        let Some((flow, own_hop)) = lower.dialogs.end(dialog_handle) else { return };
        let Some(request) = lower.dialog_request(dialog_handle, Sending::Bye) else {
            // every slot is busy: the dialog stays, and the BYE is tried again
            lower.dialogs.owe_bye(&mut lower.cx, dialog_handle, Some(now));
            return;
        };
        match flow {
            Some(flow) if lower.cx.local_of(flow.socket()).is_some() => {
                let asking = lower.go_over(now, request, flow, own_hop);
                self.asked(lower, now, asking);
            }
            // its socket is gone: there may be another way
            Some(_) => lower.locate(request),
            None => lower.end_request(request),
        }
    }
}
