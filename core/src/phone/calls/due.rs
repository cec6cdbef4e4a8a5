//! Deadlines of calls and dialogs.

use super::Calls;
use super::moment::Moment;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::{CallId, Cause, EndCause, EndedBy, Lower};

impl Calls<'_> {
    /// A timer of a dialog: its BYE found no slot before, or it is the loser of a fork.
    pub(in crate::phone) fn dialog_timeout(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(dialog) = lower.dialogs.dialog(handle) else { return };
        let lost = dialog.local_tag.handle != handle;
        if lower.dialogs.take_owed_bye(handle) {
            self.send_bye(lower, now, handle);
            if lost {
                self.linger(lower, now, handle);
            }
        } else if lost {
            self.forget_loser(lower, handle);
        }
    }

    /// A call is one of many that are to end, has rung too long, its CANCEL found no slot before, or it is to be
    /// offered anew.
    pub(in crate::phone) fn call_timeout(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        self.serve_first(lower, now, handle);
        // one that was given up may have stood before another one, and then nothing was served
        self.wake(&mut lower.cx, handle);
    }

    fn serve_first(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get_mut(handle) else { return };
        if core::mem::take(&mut call.leaving) {
            // refused only where it has ended by itself
            let _ = self.hangup(lower, now, CallId(handle));
            return;
        }
        if call.plan.at() <= now {
            self.rule_due(lower, now, handle);
            return;
        }
        if call.refresh.at() <= now {
            self.refresh_due(lower, now, handle);
            return;
        }
        #[cfg(feature = "refer")]
        if call.transfer.at() <= now {
            return self.transfer_due(lower, now, handle);
        }
        #[cfg(feature = "refer")]
        if call.report.at() <= now {
            return self.report_due(lower, now, handle);
        }
        if cfg!(feature = "reoffer") && call.next_offer.at() <= now {
            call.next_offer.rest();
            self.reoffer(lower, now, handle);
            return;
        }
        if call.cancel_at() <= now {
            call.cancel_again = Moment::NEVER;
            let cause = call.cause;
            self.cancel_call(lower, now, handle, cause);
            return;
        }
        if call.give_up_at() <= now {
            call.give_up(Instant::NEVER);
            let incoming = call.incoming;
            self.ends(handle, EndedBy::Library, EndCause::None);
            if incoming {
                // rfc3261#13.3.1: its INVITE was to expire
                self.refuse_call(lower, now, handle, 487, Cause::Timeout);
                return;
            }
            self.cancel_call(lower, now, handle, Cause::Timeout);
        }
    }
}
