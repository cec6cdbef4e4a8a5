//! Calls given up before they were answered: CANCEL, and late responses.

use super::Calls;
use super::call::Cancel;
use super::moment::Moment;
#[cfg(feature = "numbers")]
use crate::base::cursor::Cursor;
use crate::base::limits::SLOT_RETRY_MS;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
#[cfg(feature = "identity")]
use crate::phone::dialogs::For;
#[cfg(feature = "numbers")]
use crate::phone::dialogs::Lost;
#[cfg(any(feature = "identity", feature = "numbers"))]
use crate::phone::transactions::request::{Owner, Request};
#[cfg(feature = "numbers")]
use crate::phone::write::PREEMPTION;
use crate::phone::{Cause, Flow, Lower};
use crate::wire::sip::Message;
#[cfg(feature = "numbers")]
use crate::wire::sip::{Name, Writer};

impl Calls<'_> {
    /// Gives up an outgoing call that is not answered.
    pub(super) fn cancel_call(&mut self, lower: &mut Lower<'_>, now: Instant, call_handle: Handle, cause: Cause) {
        self.stop_media(lower, now, call_handle);
        #[cfg(feature = "reliable")]
        self.leave_early(lower, call_handle);
        let Some(call) = self.get_mut(call_handle) else { return };
        let request = call.request;
        call.cause = cause;
        let Some(invite) = lower.transactions.request(request) else {
            self.end_call(lower, now, call_handle, cause, 0);
            return;
        };
        if invite.is_proceeding() {
            if self.get(call_handle).is_some_and(|call| call.cancel != Cancel::Sent) {
                self.send_cancel(lower, now, call_handle);
            }
            return;
        }
        let unheard = invite.is_unheard();
        if let Some(call) = self.get_mut(call_handle) {
            call.request = Handle::NONE;
            call.sip_code = if unheard { 0 } else { call.sip_code };
        }
        if unheard {
            // rfc3261#9.1: CANCEL waits for a provisional response. The application does not: its call is over, and
            // late responses are handled below
            lower.transactions.abandon(request);
        } else {
            lower.end_request(request);
        }
        self.end_call(lower, now, call_handle, cause, 0);
    }

    pub(super) fn send_cancel(&mut self, lower: &mut Lower<'_>, now: Instant, call_handle: Handle) {
        let Some(invite) = self.get(call_handle).map(|call| call.request) else { return };
        let sent = self.cancel_invite(lower, now, invite);
        if let Some(call) = self.get_mut(call_handle) {
            // every slot is busy: it is tried again; a 2xx that comes first is ended with BYE
            call.give_up(Instant::NEVER);
            if sent {
                (call.cancel, call.cancel_again) = (Cancel::Sent, Moment::NEVER);
            } else {
                call.cancel_later(now + Duration::from_millis(SLOT_RETRY_MS));
            }
        }
        self.wake(&mut lower.cx, call_handle);
    }

    /// A response to an INVITE whose call was given up before any came.
    pub(super) fn given_up_response(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        flow: Flow,
        request: Handle,
        response: &Message<'_>,
        status: u16,
    ) {
        match status {
            ..=199 => self.cancel_given_up(lower, now, request),
            200..=299 => {
                // rfc3261#13.2.2.4: it is acknowledged, then ended; a repetition, or another branch, as when the
                // transaction was over
                self.repeated_success(lower, now, flow, response);
                lower.end_request(request);
            }
            // its ACK is the transaction's
            _ => {}
        }
    }

    /// rfc3261#9.1: a provisional response came, so CANCEL may leave. Where every slot is busy it is tried again.
    pub(in crate::phone) fn cancel_given_up(&mut self, lower: &mut Lower<'_>, now: Instant, invite: Handle) {
        if lower.transactions.request(invite).is_none_or(|request| !request.waits_for_cancel()) {
            return;
        }
        if !self.cancel_invite(lower, now, invite) {
            lower.transactions.try_again_at(&mut lower.cx, invite, now + Duration::from_millis(SLOT_RETRY_MS));
        }
    }

    /// False: no slot is free for its CANCEL, or that does not fit.
    fn cancel_invite(&mut self, lower: &mut Lower<'_>, now: Instant, invite: Handle) -> bool {
        let lines: &[u8] = b"";
        #[cfg(any(feature = "identity", feature = "numbers"))]
        let dialog = match lower.transactions.request(invite).map(Request::owner) {
            Some(Owner::Dialog(dialog)) => dialog,
            _ => Handle::NONE,
        };
        // rfc3326#2: a CANCEL may have a reason
        #[cfg(feature = "numbers")]
        let mut room = [0; "Reason: \r\n".len() + PREEMPTION.len()];
        #[cfg(feature = "numbers")]
        let lines = if lower.dialogs.get(dialog).is_some_and(|leg| leg.lost() == Lost::Way) {
            let mut out = Cursor::new(&mut room);
            Writer::new(&mut out).header_bytes(Name::Reason, PREEMPTION);
            room.as_slice()
        } else {
            lines
        };
        #[cfg(feature = "identity")]
        let lines = Some(lower.dialogs.added(dialog, For::End)).filter(|added| !added.is_empty()).unwrap_or(lines);
        let cancelled = lower.transactions.cancel(&mut lower.cx, now, invite, lines);
        lower.release(cancelled.over);
        cancelled.sent
    }
}
