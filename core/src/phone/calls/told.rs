//! The events of a call: its states in the order of the ladder, its media, digits, and its end.

use super::Calls;
use super::before::Before;
#[cfg(feature = "stream")]
use super::call::PENDING_DATAGRAM;
#[cfg(feature = "identity")]
use super::call::PENDING_IDENTITY;
#[cfg(feature = "refer")]
use super::call::PENDING_TRANSFER;
use super::call::{Call, PENDING_DIGIT, PENDING_MEDIA};
use super::reoffer::failed;
use crate::base::slots::Handle;
use crate::phone::context::done::Ended;
use crate::phone::{AccountId, Alert, CallId, CallState, Cause, EndCause, EndedBy, Event, EventKind, Lower};

const STATES: u32 =
    (1 << CallState::Calling as u32) | (1 << CallState::Early as u32) | (1 << CallState::Connected as u32);

impl Calls<'_> {
    /// The next event of a call.
    pub(in crate::phone) fn poll_event(&mut self, lower: &mut Lower<'_>, handle: Handle) -> Option<Event> {
        let index = handle.index;
        let call = self.slots.get_mut(handle)?;
        let (account, tag, sip_code) = (AccountId(call.account), call.tag, call.sip_code);
        let told = |at, kind| Some(Event { at, account, call: CallId(handle), tag, kind });
        let incoming = Call::bit(CallState::Incoming);
        if call.before.is_some() {
            // it gave way to this one
            return Some(core::mem::replace(&mut call.before, Before::NONE).event(call.started, index));
        }
        // the coming and the end of a call that a rule has not let in are one event
        if call.pending & incoming != 0 && !call.plan.is_unheard() {
            call.pending &= !incoming;
            let kind = EventKind::Call {
                state: CallState::Incoming,
                reached: incoming,
                sip_code: 0,
                result: Cause::Normal,
                cause: EndCause::None,
                ended_by: EndedBy::Nobody,
                rule: None,
                alert: call.alert(),
            };
            return told(call.started, kind);
        }
        let states = call.pending & STATES;
        if states != 0 {
            call.pending &= !STATES;
            let (state, at, sip_code) = if states & Call::bit(CallState::Connected) != 0 {
                // its end may have a status of its own by now
                let code = if sip_code / 100 == 2 { sip_code } else { 200 };
                (CallState::Connected, call.time(call.connected), code)
            } else if states & Call::bit(CallState::Early) != 0 {
                (CallState::Early, call.time(call.progressed), 100 + u16::from(call.early))
            } else {
                (CallState::Calling, call.started, 0)
            };
            return told(
                at,
                EventKind::Call {
                    state,
                    reached: states,
                    sip_code,
                    result: Cause::Normal,
                    cause: EndCause::None,
                    ended_by: EndedBy::Nobody,
                    rule: None,
                    alert: Alert(0),
                },
            );
        }
        if call.pending & PENDING_MEDIA != 0 {
            call.pending &= !PENDING_MEDIA;
            // an offer of ours that failed; else the far end's silence, for as long as it lasts
            let up = call.state == CallState::Connected;
            let outcome = if up { call.media_outcome } else { Ended::DONE };
            let silent = up && outcome == Ended::DONE && lower.media.is_silent(handle);
            let Ended { result, sip_code } = if silent { failed(Cause::MediaLost, 0) } else { outcome };
            let at = call.time(call.media_changed);
            let media = lower.media.ways(handle);
            return told(
                at,
                EventKind::Media { media, result, sip_code: if cfg!(feature = "reoffer") { sip_code } else { 0 } },
            );
        }
        #[cfg(feature = "identity")]
        if call.pending & PENDING_IDENTITY != 0 {
            call.pending &= !PENDING_IDENTITY;
            return told(call.time(call.identified), EventKind::Identity);
        }
        #[cfg(feature = "identity")]
        if let Some((bytes, at)) = lower.dialogs.take_location_left(call.dialog) {
            return told(lower.cx.latest.back_to(at), EventKind::LocationLeft { bytes });
        }
        #[cfg(feature = "refer")]
        if call.pending & PENDING_TRANSFER != 0 {
            call.pending &= !PENDING_TRANSFER;
            let (at, kind) = call.transfer_event();
            return told(at, kind);
        }
        #[cfg(feature = "stream")]
        if call.pending & PENDING_DATAGRAM != 0 {
            call.pending &= !PENDING_DATAGRAM;
            return told(lower.cx.latest, EventKind::Datagram { bytes: call.datagram });
        }
        if call.pending & PENDING_DIGIT != 0 {
            if let Some((kind, at)) = lower.media.poll_digit(&lower.cx, handle) {
                return told(at, kind);
            }
            #[cfg(feature = "info")]
            if let Some((out, left)) = lower.media.take_digit_out(handle) {
                let kind = EventKind::DigitSent { digit: out.digit, method: out.method, left };
                return told(lower.cx.latest, kind);
            }
            call.pending &= !PENDING_DIGIT;
        }
        let call = self.slots.get_mut(handle)?;
        let latest = lower.cx.latest;
        let over = if call.is_over() { call.ended_by } else { EndedBy::Nobody };
        match lower.cx.poll_done(&mut call.commands) {
            Some(done) => Some(done.event(latest, (account, CallId(handle), over), tag)),
            None => self.poll_end(handle),
        }
    }

    /// Its end, which is its last event.
    fn poll_end(&mut self, handle: Handle) -> Option<Event> {
        let ended = Call::bit(CallState::Ended);
        let call = self.slots.get_mut(handle).filter(|call| call.pending & ended != 0)?;
        let reached = call.pending & (ended | Call::bit(CallState::Incoming));
        call.pending &= !reached;
        let (account, tag, sip_code) = (AccountId(call.account), call.tag, call.sip_code);
        let (at, call_id) = (call.time(call.ended), CallId(handle));
        let kind = EventKind::Call {
            state: CallState::Ended,
            reached,
            sip_code,
            result: call.cause,
            cause: call.end_cause,
            ended_by: call.ended_by,
            rule: call.plan.rule(),
            alert: Alert(0),
        };
        Some(Event { at, account, call: call_id, tag, kind })
    }
}
