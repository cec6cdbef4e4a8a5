//! Who ended a call, and why: one word each, told from what ended it.

use super::Calls;
use crate::base::slots::Handle;
use crate::phone::{CallState, Cause, EndCause, EndedBy};
use crate::wire::sip::{Message, Name, Params};

impl Calls<'_> {
    /// Somebody ends a call, which may take its time until the far end has agreed. Whoever did it first counts.
    pub(in crate::phone) fn ends(&mut self, call: Handle, by: EndedBy, cause: EndCause) {
        if let Some(call) =
            self.slots.get_mut(call).filter(|call| call.ended_by == EndedBy::Nobody && call.state != CallState::Ended)
        {
            call.ended_by = by;
            call.end_cause = cause;
        }
    }

    /// A call is over: what nobody has said yet follows from how it ended. `state` is what it was before.
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
                Cause::Normal | Cause::Cancelled => EndCause::Cancelled,
                Cause::Name | Cause::Unreachable | Cause::Unsupported => EndCause::Network,
                Cause::Timeout if rang || call.ended_by == EndedBy::Remote => EndCause::NoAnswer,
                Cause::Timeout => EndCause::Network,
                Cause::Port | Cause::Full => EndCause::Full,
                Cause::Codec => EndCause::Media,
                Cause::MediaLost => EndCause::MediaLost,
                Cause::Auth | Cause::NoPassword | Cause::Realm | Cause::Scheme | Cause::ChallengeSize => EndCause::Auth,
                Cause::Protocol | Cause::State => EndCause::Server,
                Cause::Refused => of_status(status),
            };
        }
    }
}

/// rfc3261#21: what a final response that refuses says, in a word.
fn of_status(status: u16) -> EndCause {
    match status {
        300..=399 => EndCause::Redirected,
        486 | 600 => EndCause::Busy,
        408 | 480 => EndCause::NoAnswer,
        487 => EndCause::Cancelled,
        404 | 410 | 484 | 604 => EndCause::NotFound,
        401 | 407 => EndCause::Auth,
        415 | 488 | 606 => EndCause::Media,
        // of our request, not of the call
        400 | 405 | 406 | 411..=414 | 416 | 417 | 420..=423 | 481..=483 | 491 | 493 | 494 | 500..=599 => {
            EndCause::Server
        }
        _ => EndCause::Declined,
    }
}

/// rfc3326#2, #3.1: a CANCEL says that another phone has answered.
pub(in crate::phone) fn reason_of(request: &Message<'_>) -> EndCause {
    let elsewhere = request.values(Name::Reason).any(|value| {
        let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
        let (protocol, params) = value.split_at_checked(end).unwrap_or_default();
        protocol.trim_ascii().eq_ignore_ascii_case(b"SIP") && Params::new(params).get(b"cause") == Some(b"200")
    });
    if elsewhere { EndCause::Elsewhere } else { EndCause::None }
}
