//! The end of a call.

use super::calls::call::Cancel;
use super::object::Object;
use super::{CallId, CallState, Cause, CommandError, EndCause, EndedBy, Phone};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::server::State;

impl Phone<'_> {
    /// Ends a call, whatever its state: refuses, cancels or says BYE.
    ///
    /// # Errors
    /// [`CommandError::Stale`], or [`CommandError::State`] when it has ended already.
    pub fn hangup(&mut self, now: Instant, call: CallId) -> Result<(), CommandError> {
        self.hear(now);
        let slot = self.calls.get(call.0).ok_or(CommandError::Stale)?;
        let (state, incoming) = (slot.state, slot.incoming);
        if state == CallState::Ended {
            return Err(CommandError::State);
        }
        self.calls.ends(call.0, EndedBy::Application, EndCause::None);
        match state {
            CallState::Incoming | CallState::Early if incoming => self.refuse_call(now, call.0, 486, Cause::Refused),
            CallState::Calling | CallState::Early => self.cancel_call(now, call.0, Cause::Normal),
            _ => self.end_call(now, call.0, Cause::Normal, 0),
        }
        Ok(())
    }

    /// The end of a call: media stops, its ports close, BYE leaves where the dialog is confirmed, and the last event is
    /// told.
    pub(super) fn end_call(&mut self, now: Instant, call_handle: Handle, cause: Cause, status: u16) {
        let Some(call) = self.calls.get(call_handle) else { return };
        if call.state == CallState::Ended {
            return;
        }
        let (dialog_handle, server, cancelled) = (call.dialog, call.server, call.cancel);
        let (given_up, state) = (call.cause, call.state);
        self.leave_reoffer(now, call_handle);
        self.stop_media(now, call_handle);
        self.drop_forks(dialog_handle);
        self.lower.forget_lookup(dialog_handle);
        if self.lower.dialogs.is_confirmed(dialog_handle) {
            let unacknowledged = self
                .lower
                .transactions
                .server(server)
                .is_some_and(|server| server.state() == State::Accepted && !server.served().is_again());
            if unacknowledged {
                // rfc3261#15: the called side waits for the ACK before its BYE
                self.lower.dialogs.owe_bye(&mut self.lower.cx, dialog_handle, None);
            } else {
                self.send_bye(now, dialog_handle);
            }
        }
        self.lower.media.close_ports(&mut self.lower.cx, call_handle);
        let _ = self.lower.media.take_waiting(call_handle); // nothing goes on
        let Some(call) = self.calls.get_mut(call_handle) else { return };
        call.reach(now, CallState::Ended);
        call.give_up = Instant::NEVER;
        // what the hang-up was for counts, where nothing but it or silence ended the call
        let silent = matches!(cause, Cause::Normal | Cause::Timeout | Cause::Unreachable);
        call.cause = if cancelled != Cancel::No && silent { given_up } else { cause };
        if status > 0 {
            call.sip_code = status;
        }
        let account = call.account;
        self.calls.settle_end(self.lower.cx.closing, call_handle, state, status);
        self.calls.trace(&mut self.lower.cx, call_handle);
        self.calls.wake(&mut self.lower.cx, call_handle);
        self.calls.keep_ended(call_handle);
        self.lower.cx.tell(Object::Call(call_handle.index));
        self.leave(account);
    }
}
