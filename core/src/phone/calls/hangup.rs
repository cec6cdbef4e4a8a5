//! The end of a call.

use super::Calls;
use super::call::Cancel;
use super::moment::Moment;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::object::Object;
use crate::phone::{CallId, CallState, Cause, CommandError, EndCause, EndedBy, Lower};
use crate::sip::server::State;

impl Calls<'_> {
    /// Ends a call in any state: refuses, cancels or sends BYE.
    ///
    /// # Errors
    /// [`CommandError::Stale`], or [`CommandError::State`] when it has ended already.
    pub(in crate::phone) fn hangup(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: CallId,
    ) -> Result<(), CommandError> {
        let slot = self.get(call.0).ok_or(CommandError::Stale)?;
        let (state, incoming) = (slot.state, slot.incoming);
        if state == CallState::Ended {
            return Err(CommandError::State);
        }
        self.ends(call.0, EndedBy::Application, EndCause::None);
        match state {
            CallState::Incoming | CallState::Early if incoming => {
                self.refuse_call(lower, now, call.0, 486, Cause::Refused)
            }
            CallState::Calling | CallState::Early => self.cancel_call(lower, now, call.0, Cause::Normal),
            _ => self.end_call(lower, now, call.0, Cause::Normal, 0),
        }
        Ok(())
    }

    /// The end of a call: media stops, its ports close, BYE leaves where the dialog is confirmed, and the last event
    /// follows.
    pub(in crate::phone) fn end_call(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call_handle: Handle,
        cause: Cause,
        status: u16,
    ) {
        let Some(call) = self.get(call_handle) else { return };
        if call.state == CallState::Ended {
            return;
        }
        let (dialog_handle, server, cancelled) = (call.dialog, call.server, call.cancel);
        let (given_up, state) = (call.cause, call.state);
        #[cfg(all(feature = "numbers", feature = "rules"))]
        self.emergency_ends(lower, now, call_handle);
        self.leave_reoffer(lower, now, call_handle);
        #[cfg(feature = "reoffer")]
        self.drop_wishes(lower, call_handle);
        #[cfg(feature = "info")]
        self.leave_info(lower, call_handle);
        #[cfg(feature = "refer")]
        self.leave_transfer(lower, now, call_handle, (cause, status));
        self.stop_media(lower, now, call_handle);
        self.drop_forks(lower, dialog_handle);
        lower.forget_lookup(dialog_handle);
        if lower.dialogs.is_confirmed(dialog_handle) {
            let unacknowledged = lower
                .transactions
                .server(server)
                .is_some_and(|server| server.state() == State::Accepted && !server.served().is_again());
            if unacknowledged {
                // rfc3261#15: the called side waits for the ACK before its BYE
                lower.dialogs.owe_bye(&mut lower.cx, dialog_handle, None);
            } else {
                self.send_bye(lower, now, dialog_handle);
            }
        }
        lower.media.close_ports(&mut lower.cx, call_handle);
        let _ = lower.media.take_waiting(call_handle); // nothing goes on
        let Some(call) = self.get_mut(call_handle) else { return };
        call.reach(now, CallState::Ended);
        call.give_up(Instant::NEVER);
        call.cancel_again = Moment::NEVER;
        call.next_offer.rest();
        call.plan.rest();
        call.refresh.rest();
        // the cause of the hang-up counts, where nothing but it or silence ended the call
        let silent = matches!(cause, Cause::Normal | Cause::Timeout | Cause::Unreachable);
        call.cause = if cancelled != Cancel::No && silent { given_up } else { cause };
        if status > 0 {
            call.sip_code = status;
        }
        let account = call.account;
        #[cfg(feature = "publish")]
        if state == CallState::Connected {
            lower.accounts.call_went_up_or_down(&mut lower.cx, now, account);
        }
        self.settle_end(lower.cx.closing, call_handle, state, status);
        #[cfg(feature = "tones")]
        self.tell_refusal(lower, call_handle, state);
        self.trace(&mut lower.cx, call_handle);
        self.wake(&mut lower.cx, call_handle);
        #[cfg(feature = "refer")]
        self.report(lower, now, call_handle);
        self.keep_ended(call_handle);
        lower.cx.tell(Object::Call(call_handle.index));
        self.leave(lower, account);
    }
}
