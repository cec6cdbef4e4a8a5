//! Media ports that a call waited for: they are open, or cannot be had.

use super::Calls;
use crate::base::count;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::media::ports::{NoPorts, Waiting};
use crate::phone::trace::Pool;
use crate::phone::transactions::request::Request;
use crate::phone::{CallState, Cause, Failure, Lower};

impl Calls<'_> {
    /// The request that waited for the media ports has them; or wishes for others, if the host's address has changed
    /// meanwhile.
    pub(in crate::phone) fn go_on(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, waiting: Waiting) {
        match waiting {
            Waiting::Nothing => {}
            Waiting::Answer(code) => self.answer_call(lower, now, handle, code),
            Waiting::Offer => {
                let Some(request) = self.get(handle).map(|call| call.request) else { return };
                // one whose way is looked for comes here by itself
                if lower.transactions.request(request).is_some_and(Request::is_preparing) {
                    let asking = lower.prepare(now, request);
                    self.asked(lower, now, asking);
                }
            }
        }
    }

    pub(in crate::phone) fn ports_failed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        failure: Failure,
    ) {
        match lower.media.failed(&lower.cx, handle) {
            NoPorts::Unwanted => return,
            NoPorts::Moved(waiting) => {
                self.go_on(lower, now, handle, waiting);
                return;
            }
            NoPorts::Failed => {}
        }
        let Some(call) = self.get(handle) else { return };
        let (incoming, request, state) = (call.incoming, call.request, call.state);
        count::up(&mut lower.cx.counters.refused_full);
        lower.cx.trace_full(Pool::Ports);
        let cause = if failure == Failure::Port { Cause::Port } else { Cause::Unreachable };
        if state == CallState::Connected {
            self.reoffer_failed(lower, now, handle, request, cause);
        } else if incoming {
            self.refuse_call(lower, now, handle, 503, cause);
        } else {
            self.invite_failed(lower, now, handle, request, cause);
        }
    }
}
