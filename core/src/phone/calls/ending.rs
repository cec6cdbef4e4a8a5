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

/// rfc3326#2, #3.1: the reason of a CANCEL is that another phone has answered.
pub(in crate::phone) fn reason_of(request: &Message<'_>) -> EndCause {
    let elsewhere = request.values(Name::Reason).any(|value| {
        let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
        let (protocol, params) = value.split_at_checked(end).unwrap_or_default();
        protocol.trim_ascii().eq_ignore_ascii_case(b"SIP") && Params::new(params).get(b"cause") == Some(b"200")
    });
    if elsewhere { EndCause::Elsewhere } else { EndCause::None }
}
