//! What happened, in the order of the ladder: bits wait in the slots, and are told when the driver asks.

use super::calls::call::{Call, PENDING_DIGIT, PENDING_MEDIA, PENDING_SENT};
use super::event::{MEDIA_HELD, MEDIA_RECEIVING, MEDIA_SENDING};
use super::object::Object;
use super::{AccountId, CallId, CallState, EndCause, EndedBy, Event, EventKind, Phone};
use crate::base::slots::Handle;
use crate::base::time::Instant;

/// [`super::accounts::account::Account::pending`]: a challenge was refused.
pub(crate) const PENDING_CHALLENGE: u32 = 1 << 31;

const STATES: u32 = (1 << CallState::Calling as u32) | (1 << CallState::Early as u32) | (1 << CallState::Connected as u32);

impl Phone<'_> {
    /// The next event; it releases the one before. What an ended call has to say can be read until then.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.release_event();
        loop {
            let place = self.lower.cx.events.first()?;
            let calls = self.calls.slots.capacity() as u32;
            let event = if place < calls { self.call_event(place) } else { self.account_event(place - calls) };
            match event {
                Some(event) => return Some(event),
                None => {
                    self.lower.cx.events.pop();
                }
            }
        }
    }

    /// Whether [`Phone::poll_event`] may have something: for drivers that wake somebody to fetch it.
    #[must_use]
    pub const fn has_event(&self) -> bool {
        !self.lower.cx.events.is_empty()
    }

    /// The event given out last is done with: the slot of its ended call is free.
    pub fn release_event(&mut self) {
        let told = core::mem::replace(&mut self.calls.told, Handle::NONE);
        if !told.is_none() && self.calls.slots.get(told).is_some() {
            self.forget_ended(told.index);
            let account = self.calls.slots.get(told).map_or(Handle::NONE, |call| call.account);
            self.free_call(told);
            self.leave(Instant::ZERO, account);
        }
        let account = core::mem::replace(&mut self.lower.accounts.told, Handle::NONE);
        self.leave(Instant::ZERO, account);
    }

    /// Takes a call out of the list of those that ended and were not fetched.
    fn forget_ended(&mut self, index: u32) {
        if self.calls.ended.first() == Some(index) {
            self.calls.ended.pop(); // nearly always
            return;
        }
        // the list turns once, so that the others keep their order
        for _ in 0..self.calls.ended.len() {
            match self.calls.ended.pop() {
                Some(other) if other != index => self.calls.ended.push(other),
                _ => {}
            }
        }
    }

    fn call_event(&mut self, index: u32) -> Option<Event> {
        let handle = self.calls.slots.handle_at(index)?;
        let call = self.calls.slots.get_mut(handle)?;
        let mut event = Event {
            kind: EventKind::Call,
            account: AccountId(call.account),
            call: CallId(handle),
            tag: call.tag,
            token: 0,
            at: call.started,
            state: call.state as u32,
            reached: 0,
            sip_code: call.sip_code,
            result: super::Cause::Normal,
            cause: EndCause::None,
            ended_by: EndedBy::Nobody,
            value: 0,
        };
        let incoming = Call::bit(CallState::Incoming);
        let ended = Call::bit(CallState::Ended);
        if call.before > 0 {
            let generation = core::mem::take(&mut call.before);
            return Some(Event {
                account: AccountId::NONE,
                call: CallId(Handle { index, generation }),
                tag: call.before_tag,
                state: CallState::Ended as u32,
                reached: ended,
                sip_code: 486,
                result: super::Cause::Full,
                cause: EndCause::Full,
                ended_by: EndedBy::Library,
                ..event
            });
        }
        if call.pending & incoming != 0 {
            call.pending &= !incoming;
            event.state = CallState::Incoming as u32;
            event.reached = incoming;
            event.sip_code = 0;
            return Some(event);
        }
        let states = call.pending & STATES;
        if states != 0 {
            call.pending &= !STATES;
            event.state = 31 - states.leading_zeros();
            event.reached = states;
            if event.state == CallState::Connected as u32 {
                event.at = call.connected;
            }
            if event.state == CallState::Calling as u32 {
                event.sip_code = 0;
            }
            return Some(event);
        }
        if call.pending & PENDING_MEDIA != 0 {
            call.pending &= !PENDING_MEDIA;
            event.kind = EventKind::Media;
            if call.state == CallState::Connected {
                event.result = call.cause; // an offer of ours that came to nothing
            }
            event.value = self.calls.slots.get(handle).and_then(|call| self.agreed_by(call)).map_or(0, |agreed| {
                u32::from(agreed.send) * MEDIA_SENDING + u32::from(agreed.receive) * MEDIA_RECEIVING + u32::from(agreed.held) * MEDIA_HELD
            });
            return Some(event);
        }
        if call.pending & PENDING_DIGIT != 0 {
            if let Some((digit, _)) = self.lower.media.streams.get_mut(index as usize).and_then(crate::media::Stream::poll_digit) {
                event.kind = EventKind::Digit;
                event.value = u32::from(digit);
                return Some(event);
            }
            call.pending &= !PENDING_DIGIT;
        }
        if call.pending & PENDING_SENT != 0 {
            if call.digits_told < call.digits_sent.max(call.digits_lost) {
                call.digits_told += 1;
                event.kind = EventKind::DigitsSent;
                event.token = super::commands::digits_token(handle, call.digits_told);
                event.result = if call.digits_told > call.digits_sent { super::Cause::State } else { super::Cause::Normal };
                return Some(event);
            }
            call.pending &= !PENDING_SENT;
        }
        if call.pending & ended != 0 {
            call.pending &= !ended;
            event.state = CallState::Ended as u32;
            event.reached = ended;
            event.at = call.ended;
            event.result = call.cause;
            event.cause = call.end_cause;
            event.ended_by = call.ended_by;
            self.calls.told = handle;
            return Some(event);
        }
        None
    }

    fn account_event(&mut self, index: u32) -> Option<Event> {
        let handle = self.lower.accounts.slots.handle_at(index)?;
        let account = self.lower.accounts.slots.get_mut(handle)?;
        if account.pending == 0 {
            return None;
        }
        let mut event = Event {
            kind: EventKind::Account,
            account: AccountId(handle),
            call: CallId::NONE,
            tag: account.tag,
            token: 0,
            at: Instant::ZERO,
            state: account.state as u32,
            reached: account.pending & !PENDING_CHALLENGE,
            sip_code: account.sip_code,
            result: account.cause,
            cause: EndCause::None,
            ended_by: EndedBy::Nobody,
            value: 0,
        };
        if account.pending & PENDING_CHALLENGE != 0 {
            account.pending &= !PENDING_CHALLENGE;
            event.kind = EventKind::Challenge;
            event.result = account.refused;
            event.reached = 0;
            return Some(event);
        }
        account.pending = 0;
        self.lower.accounts.told = handle;
        Some(event)
    }

    /// Commands may have sent their last digit.
    pub(super) fn check_digits(&mut self, handle: Handle) {
        let sent = self.lower.media.streams.get_mut(handle.index as usize).map_or(0, crate::media::Stream::take_digits_sent);
        let Some(call) = self.calls.slots.get_mut(handle).filter(|_| sent > 0) else { return };
        call.digits_sent = call.digits_sent.max(call.digits_lost) + u32::from(sent);
        call.pending |= PENDING_SENT;
        self.tell(Object::Call(handle.index));
    }

    /// Nothing may be sent any more: the digits that wait are given up.
    pub(super) fn lose_digits(&mut self, handle: Handle) {
        self.check_digits(handle);
        let Some(call) = self.calls.slots.get_mut(handle) else { return };
        if call.digits_sent.max(call.digits_lost) < call.digits {
            call.digits_lost = call.digits;
            call.pending |= PENDING_SENT;
            self.tell(Object::Call(handle.index));
        }
    }
}
