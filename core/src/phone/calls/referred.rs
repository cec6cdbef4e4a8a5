//! A call that was dialled for a REFER tells its sender how it goes: a NOTIFY for each change, one at a time, the last of
//! which ends the subscription (RFC 3515 §2.4.4, §2.4.5).

use super::Calls;
use super::call::Call;
use super::directed::{Followed, Report};
use super::moment::Moment;
use crate::base::cursor::Cursor;
use crate::base::limits::{REPORT_MS, SLOT_RETRY_MS};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::transactions::request::Sending;
use crate::phone::{CallState, Cause, Lower};
use crate::wire::body::sipfrag;

/// Bytes of the lines of a NOTIFY beside those that all requests have.
const LINES: usize = 128;

/// Bytes of a status line.
const BODY: usize = 96;

impl Call {
    /// A status for what has become of it.
    fn said(&self) -> u16 {
        match self.state {
            _ if self.connected != Moment::NEVER => 200,
            CallState::Early => 100 + u16::from(self.early),
            CallState::Ended if self.sip_code >= 300 => self.sip_code,
            CallState::Ended => match self.cause {
                Cause::Normal | Cause::Cancelled => 487,
                Cause::Timeout => 408,
                Cause::Name => 404,
                Cause::Codec => 488,
                _ => 503,
            },
            _ => 100,
        }
    }
}

impl Calls<'_> {
    /// A call was dialled for a REFER, whose sender is told.
    pub(in crate::phone) fn begin_report(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        followed: Followed,
    ) {
        let Followed { refer, leg, source, id, unasked } = followed;
        let Some(call) = self.get_mut(handle) else {
            lower.release_dialog(leg);
            return;
        };
        call.report = Report { refer, leg, source, id, unasked, ..Report::NONE };
        if leg.is_none() {
            return;
        }
        call.report.until = now + Duration::from_millis(REPORT_MS);
        // rfc3515#2.4.4: at once
        self.send_report(lower, now, handle, 100, false);
        self.report(lower, now, handle);
        self.wake(&mut lower.cx, handle);
    }

    /// A call that was dialled for a REFER of this leg is not up yet, or its sender has not been told all.
    pub(in crate::phone) fn is_followed(&self, handle: Handle, leg: Handle) -> bool {
        self.get(handle).is_some_and(|call| call.report.leg == leg || !call.is_up() && !call.is_over())
    }

    /// Calls that were dialled for REFERs of a host and are not up. It walks the calls.
    pub(super) fn followed_for(&self, source: u64) -> usize {
        self.iter().filter(|(_, call)| call.report.source == source && !call.is_up() && !call.is_over()).count()
    }

    /// A call may have gone on: its sender is told, where that is news.
    pub(super) fn report(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get(handle) else { return };
        let (report, said) = (call.report, call.said());
        if report.leg.is_none() || !report.request.is_none() || report.over {
            return;
        }
        let late = report.until <= now;
        if said != report.told || late {
            self.send_report(lower, now, handle, said, late);
        }
    }

    fn send_report(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, status: u16, late: bool) {
        let Some(Report { leg, id, until, .. }) = self.get(handle).map(|call| call.report) else { return };
        let over = late || status >= 200;
        let mut room = [0u8; LINES];
        let mut lines = Cursor::new(&mut room);
        lines.put_str("Event: refer");
        if id > 0 {
            lines.put_str(";id=");
            lines.put_number(id.into());
        }
        lines.put_str("\r\nSubscription-State: ");
        if over {
            lines.put_str(if late { "terminated;reason=timeout" } else { "terminated;reason=noresource" });
        } else {
            lines.put_str("active;expires=");
            lines.put_number(until.since(now).millis() / 1000);
        }
        lines.put_str("\r\n");
        let mut body = [0u8; BODY];
        let mut body = Cursor::new(&mut body);
        sipfrag::write(status, b"", &mut body);
        let request = lower.dialog_request(leg, Sending::Notify);
        let carried = request.is_some_and(|request| {
            let body = (sipfrag::TYPE_WITH_VERSION, body.written());
            lower.transactions.carry(&mut lower.cx, request, lines.written(), body).is_ok()
        });
        let Some(call) = self.get_mut(handle) else { return };
        call.report.retry = Instant::NEVER;
        let Some(request) = request else {
            call.report.retry = now + Duration::from_millis(SLOT_RETRY_MS);
            self.wake(&mut lower.cx, handle);
            return;
        };
        if !carried {
            lower.end_request(request);
            return self.end_report(lower, handle);
        }
        (call.report.request, call.report.told, call.report.over) = (request, status, over);
        if over {
            call.report.until = Instant::NEVER;
        }
        self.wake(&mut lower.cx, handle);
        let way = lower.way_within(leg);
        let asking = lower.go(now, request, way);
        self.asked(lower, now, asking);
    }

    /// A response to a NOTIFY of ours came.
    pub(in crate::phone) fn report_response(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        leg: Handle,
        request: Handle,
        status: u16,
    ) {
        if status < 200 {
            return;
        }
        let handle = lower.dialogs.reporter_of(leg);
        lower.end_request(request);
        let Some(call) = self.get_mut(handle).filter(|call| call.report.request == request) else { return };
        call.report.request = Handle::NONE;
        // rfc6665#4.2.2: whoever does not want it, or does not know it, is told no more
        if call.report.over || status >= 300 {
            return self.end_report(lower, handle);
        }
        self.report(lower, now, handle);
    }

    /// A NOTIFY of ours came to nothing: nobody is told any more (rfc6665#4.2.2). One whose socket is gone is told anew from
    /// where we are now.
    pub(super) fn report_lost(&mut self, lower: &mut Lower<'_>, leg: Handle, request: Handle) {
        let handle = lower.dialogs.reporter_of(leg);
        let told = lower.transactions.request(request);
        let moved = told.is_some_and(|told| told.was_sent() && lower.cx.local_of(told.flow().socket()).is_none());
        lower.end_request(request);
        let Some(call) = self.get_mut(handle).filter(|call| call.report.request == request) else { return };
        call.report.request = Handle::NONE;
        if moved {
            (call.report.told, call.report.over) = (0, false);
            let now = lower.cx.latest;
            return self.report(lower, now, handle);
        }
        self.end_report(lower, handle);
    }

    /// A deadline of a report: a slot may be free, or it has gone on for too long.
    pub(super) fn report_due(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get_mut(handle) else { return };
        call.report.retry = Instant::NEVER;
        if call.report.until <= now && !call.report.request.is_none() {
            // the one under way tells the end of it all: its far end does not respond
            let (leg, request) = (call.report.leg, call.report.request);
            self.report_lost(lower, leg, request);
        } else {
            self.report(lower, now, handle);
        }
    }

    /// A call's slot is needed, or it is released: its end is told, if it was not, and nobody waits for the response. The
    /// last NOTIFY goes instead of one under way, or leaves as many requests as the call needs that takes the slot.
    pub(super) fn leave_report(&mut self, lower: &mut Lower<'_>, handle: Handle, needed: usize) {
        let Some(call) = self.get(handle) else { return };
        let (report, said) = (call.report, call.said());
        if report.leg.is_none() {
            return;
        }
        let under_way = !report.request.is_none();
        if !report.over && (under_way || lower.transactions.has_rooms_to_ask(1 + needed)) {
            let now = lower.cx.latest;
            lower.end_request(report.request);
            self.send_report(lower, now, handle, said, false);
        }
        self.end_report(lower, handle);
    }

    /// A call whose REFER came by this leg, and that tells there how it goes. It walks the calls.
    #[cfg(feature = "numbers")]
    pub(super) fn reports_by(&self, leg: Handle) -> Option<Handle> {
        self.iter().find(|(_, call)| call.report.leg == leg).map(|(handle, _)| handle)
    }

    pub(super) fn end_report(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let Some(call) = self.get_mut(handle) else { return };
        let Report { refer, leg, source, unasked, .. } = call.report;
        call.report = Report { refer, source, unasked, ..Report::NONE };
        self.wake(&mut lower.cx, handle);
        lower.release_dialog(leg);
    }
}
