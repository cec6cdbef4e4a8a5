//! Time has passed: what is due is done, a bounded number of things a call.

use super::calls::call::Cancel;
use super::object::Object;
use super::{CallId, CallState, Cause, EndCause, EndedBy, Phone};
use crate::base::limits::TIMEOUTS_A_CALL;
use crate::base::slots::Handle;
use crate::base::time::Instant;

impl Phone<'_> {
    /// Serves deadlines that have passed. Early and repeated calls do nothing; what is left after a bounded number is
    /// due at once again.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.hear(now);
        for _ in 0..TIMEOUTS_A_CALL {
            let Some((_, number)) = self.lower.cx.due.first().filter(|(at, _)| *at <= now) else { return };
            // each sets its next deadline; one that does not has none
            self.lower.cx.due.set(number, Instant::NEVER);
            match self.lower.cx.objects.object(number) {
                Object::Request(index) => {
                    if let Some(handle) = self.lower.transactions.request_at(index) {
                        self.request_timeout(now, handle);
                    }
                }
                Object::Server(index) => {
                    if let Some(handle) = self.lower.transactions.server_at(index) {
                        self.server_timeout(now, handle);
                    }
                }
                Object::Call(index) => {
                    if let Some(handle) = self.calls.handle_at(index) {
                        self.call_timeout(now, handle);
                    }
                }
                Object::Account(index) => {
                    if let Some(handle) = self.lower.accounts.handle_at(index) {
                        self.account_timeout(now, handle);
                    }
                }
                Object::Stream(index) => {
                    if let Some((line, news)) = self.lower.media.due(&mut self.lower.cx, now, index) {
                        self.take_news(now, line, news);
                    }
                }
                Object::Dialog(index) => {
                    if let Some(handle) = self.lower.dialogs.at(index) {
                        self.dialog_timeout(now, handle);
                    }
                }
            }
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

    /// A call is one of many that are to end, has rung too long, its CANCEL found no slot before, or it is to be
    /// offered anew.
    fn call_timeout(&mut self, now: Instant, handle: Handle) {
        let Some(call) = self.calls.get_mut(handle) else { return };
        if core::mem::take(&mut call.leaving) {
            // refused only where it has ended by itself
            let _ = self.hangup(now, CallId(handle));
            self.calls.wake(&mut self.lower.cx, handle);
            return;
        }
        if call.give_up <= now {
            call.give_up = Instant::NEVER;
            if call.state == CallState::Connected {
                self.reoffer(now, handle);
                return;
            }
            let incoming = call.incoming;
            self.calls.ends(handle, EndedBy::Library, EndCause::None);
            if incoming {
                // rfc3261#13.3.1: its INVITE was to expire
                self.refuse_call(now, handle, 487, Cause::Timeout);
                return;
            }
            let Some(call) = self.calls.get(handle) else { return };
            let cause = if call.cancel == Cancel::No { Cause::Timeout } else { call.cause };
            self.cancel_call(now, handle, cause);
        }
    }
}
