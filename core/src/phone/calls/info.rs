//! INFO: digits beside the media, both ways. One of ours is under way at a time, for they are to be taken in their order;
//! one of theirs is answered at once, for nobody is asked.

use super::Calls;
use super::call::PENDING_DIGIT;
use super::checks::may_be_ignored;
use crate::base::count;
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::media::digits::DigitMethod;
use crate::phone::arrived::Arrived;
use crate::phone::context::done::Ended;
use crate::phone::event::Op;
use crate::phone::object::Object;
use crate::phone::response::Extra;
use crate::phone::transactions::request::Sending;
use crate::phone::{CallState, Cause, EndCause, EndedBy, Lower};
use crate::wire::dtmf::info::{PLAIN, RELAY, Signal, is_relay, write};
use crate::wire::sip::{Message, Name};

/// Bytes of the longest body of ours: `Signal=5`, `Duration=65535`, and the ends of their lines.
const BODY: usize = 40;

impl Calls<'_> {
    /// The far end sends INFO.
    pub(in crate::phone) fn informed(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
        let Arrived { flow, request, dialog, .. } = *arrived;
        let (status, signal) = match read(request) {
            Ok(signal) => (200, signal),
            Err(status) => (status, None),
        };
        if status == 400 {
            count::up(&mut lower.cx.counters.malformed);
            lower.cx.trace_malformed(flow, "the digit of an INFO cannot be read");
        }
        refuse_or_take(lower, now, arrived, status);
        let handle = lower.dialogs.call_of(dialog);
        self.keep(&lower.cx, handle, request);
        let Some((Signal { digit: Some(digit), ms }, method)) = signal else { return };
        if !lower.media.take_digit(now, handle, digit, ms, method) {
            lower.cx.lose(1);
            return;
        }
        if let Some(call) = self.get_mut(handle) {
            call.pending |= PENDING_DIGIT;
            lower.cx.tell(Object::Call(handle.index));
        }
    }

    /// A digit is to leave as an INFO.
    pub(super) fn inform(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        if !self.get(handle).is_some_and(|call| call.info.is_none() && call.state != CallState::Ended) {
            return;
        }
        let Some(digit) = lower.media.take_info(handle) else { return };
        if !self.send_info(lower, now, handle, digit) && !lower.media.put_info_back(handle) {
            self.info_failed(lower, now, handle, Ended { result: Cause::Full, sip_code: 0 });
        }
    }

    /// False: no request is free.
    fn send_info(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        (digit, ms, method): (u8, u16, DigitMethod),
    ) -> bool {
        // before an answer, that of the early dialog that is heard
        let Some(dialog) = lower.media.line(handle).map(|line| line.heard()) else { return false };
        let Some(request) = lower.dialog_request(dialog, Sending::Info) else { return false };
        let relay = method == DigitMethod::Info;
        let mut room = [0; BODY];
        let mut body = Cursor::new(&mut room);
        write(relay, digit, ms, &mut body);
        let kind = if relay { RELAY } else { PLAIN };
        if lower.transactions.carry(&mut lower.cx, request, b"", (kind, body.written())).is_err() {
            lower.end_request(request);
            return false;
        }
        if let Some(call) = self.get_mut(handle) {
            call.info = request;
        }
        let way = lower.way_within(dialog);
        let asking = lower.go(now, request, way);
        self.asked(lower, now, asking);
        true
    }

    /// A response to an INFO of ours came. The call may have ended meanwhile.
    pub(in crate::phone) fn info_response(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        dialog: Handle,
        request: Handle,
        status: u16,
    ) {
        if status < 200 {
            return;
        }
        let handle = lower.dialogs.call_of(dialog);
        let account = lower.dialogs.account_of(dialog);
        lower.end_request(request);
        let Some(call) = self.get_mut(handle).filter(|call| call.info == request) else { return };
        call.info = Handle::NONE;
        match status {
            200..=299 => {
                let news = lower.media.info_over(handle, true);
                self.take_news(lower, now, handle, news);
            }
            481 => self.is_unknown(lower, now, dialog, status),
            401 | 407 => {
                let result = lower.accounts.refusal(account);
                self.info_failed(lower, now, handle, Ended { result, sip_code: status });
            }
            // rfc5057#5.1: a refused INFO affects nothing else
            _ => self.info_failed(lower, now, handle, Ended { result: Cause::Refused, sip_code: status }),
        }
    }

    /// rfc5057#5.1: the far end has no such call any more.
    pub(in crate::phone) fn is_unknown(&mut self, lower: &mut Lower<'_>, now: Instant, dialog: Handle, status: u16) {
        let handle = lower.dialogs.call_of(dialog);
        if self.goes_on(handle) {
            self.ends(handle, EndedBy::Remote, EndCause::Network);
            self.end_call(lower, now, handle, Cause::Refused, status);
        }
    }

    /// An INFO of ours came to nothing without a final response. rfc3261#12.2.1.2 would end the call with a timeout; but
    /// there are far ends that drop an INFO, and the media shows whether they are there.
    pub(super) fn info_lost(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        request: Handle,
        cause: Cause,
    ) {
        lower.end_request(request);
        if let Some(call) = self.get_mut(handle).filter(|call| call.info == request) {
            call.info = Handle::NONE;
            self.info_failed(lower, now, handle, Ended { result: cause, sip_code: 0 });
        }
    }

    /// The digits of its command that have not left are given up.
    fn info_failed(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, ended: Ended) {
        let news = lower.media.info_over(handle, false);
        self.take_news(lower, now, handle, news);
        if let Some(call) = self.get_mut(handle)
            && lower.cx.end(call.commands, Op::Digits, 1, ended)
        {
            lower.cx.tell(Object::Call(handle.index));
        }
    }

    /// The call ends: nobody waits for the response of its INFO.
    pub(super) fn leave_info(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        if let Some(call) = self.get_mut(handle) {
            let request = core::mem::replace(&mut call.info, Handle::NONE);
            lower.end_request(request);
        }
    }
}

/// The response to an INFO that takes no slot. rfc6086#4.2.2: a 469 says which packages are taken.
#[cfg(feature = "message")]
fn refuse_or_take(lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>, status: u16) {
    let Lower { cx, transactions, dialogs, .. } = lower;
    let packages = if status == 469 { dialogs.packages(arrived.dialog) } else { None };
    transactions.respond_and_bury(cx, now, arrived, status, Extra { info: true, packages, ..Extra::default() });
}

/// The response to an INFO.
#[cfg(not(feature = "message"))]
fn refuse_or_take(lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>, status: u16) {
    super::responses::respond_and_bury(lower, now, arrived, status, Extra { info: true, ..Extra::default() });
}

/// The digit that an INFO brings, or the status that it is refused with.
fn read(request: &Message<'_>) -> Result<Option<(Signal, DigitMethod)>, u16> {
    // rfc6086#4.2.2: those that we take went another way. Digits have none.
    if request.has(Name::InfoPackage) {
        return Err(469);
    }
    if request.body().is_empty() {
        return Ok(None);
    }
    let Some(relay) = is_relay(request.content_type().as_ref()) else {
        // rfc3261#8.2.3
        return if may_be_ignored(request) { Ok(None) } else { Err(415) };
    };
    if request.is_coded() {
        return Err(415);
    }
    let method = if relay { DigitMethod::Info } else { DigitMethod::InfoPlain };
    Signal::parse(relay, request.body()).map(|signal| Some((signal, method))).ok_or(400)
}
