//! The side that ended a call, and its reason: one word each, from the message or timer that ended it.

use super::Calls;
use crate::base::slots::Handle;
use crate::phone::{CallState, Cause, EndCause, EndedBy};
use crate::wire::sip::{Message, Name, Params};

impl Calls<'_> {
    /// Notes the side that ends a call, which may take its time until the far end has agreed. The first one counts.
    pub(in crate::phone) fn ends(&mut self, call: Handle, by: EndedBy, cause: EndCause) {
        if let Some(call) =
            self.slots.get_mut(call).filter(|call| call.ended_by == EndedBy::Nobody && call.state != CallState::Ended)
        {
            call.ended_by = by;
            call.end_cause = cause;
        }
    }

    /// A call is over: a side or reason that is not known yet follows from its end. `state` is its state before.
    pub(in crate::phone) fn settle_end(&mut self, closing: bool, handle: Handle, state: CallState, status: u16) {
        let Some(call) = self.slots.get_mut(handle) else { return };
        if call.ended_by == EndedBy::Nobody {
            call.ended_by = EndedBy::Library;
        }
        if closing && call.ended_by == EndedBy::Application {
            call.end_cause = EndCause::Shutdown;
        } else if call.end_cause == EndCause::None {
            let rang = state == CallState::Early || state == CallState::Incoming;
            call.end_cause = match call.cause {
                Cause::Normal if state == CallState::Connected => EndCause::Normal,
                Cause::Normal => EndCause::Cancelled,
                Cause::Timeout if rang || call.ended_by == EndedBy::Remote => EndCause::NoAnswer,
                cause => EndCause::of(cause, status),
            };
        }
    }
}

/// rfc3326#2, #3.1: the reason of a CANCEL is that another phone has answered, or has refused for all of them. Then it
/// is no missed call. Exchanges write it with the status, with Q.850's "non-selected user clearing", or in words alone.
pub(in crate::phone) fn reason_of(request: &Message<'_>) -> EndCause {
    let cause = |value: &[u8]| {
        let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
        let (protocol, params) = value.split_at_checked(end).unwrap_or_default();
        let (protocol, params) = (protocol.trim_ascii(), Params::new(params));
        let elsewhere = |text: &[u8]| text.windows(9).any(|word| word.eq_ignore_ascii_case(b"elsewhere"));
        match params.get(b"cause") {
            Some(b"200") if protocol.eq_ignore_ascii_case(b"SIP") => EndCause::Elsewhere,
            Some(b"600") if protocol.eq_ignore_ascii_case(b"SIP") => EndCause::Busy,
            Some(b"603") if protocol.eq_ignore_ascii_case(b"SIP") => EndCause::Declined,
            Some(b"26") if protocol.eq_ignore_ascii_case(b"Q.850") => EndCause::Elsewhere,
            _ if params.get(b"text").is_some_and(elsewhere) => EndCause::Elsewhere,
            _ => EndCause::None,
        }
    };
    request.values(Name::Reason).map(cause).find(|cause| *cause != EndCause::None).unwrap_or(EndCause::None)
}
