//! What happened, in the order of the ladder: bits wait in the slots, and are told when the driver asks. Telling
//! releases nothing: an ended call stays readable until it is released, or until its slot is needed.

use super::calls::call::{Call, PENDING_DIGIT, PENDING_MEDIA};
use super::done::Link;
use super::object::Object;
use super::trace::Pool;
use super::{AccountId, CallId, CallState, Cause, CommandError, EndCause, EndedBy, Event, EventKind, Phone};
use crate::base::count;
use crate::base::slots::Handle;
use crate::base::time::Instant;

const STATES: u32 =
    (1 << CallState::Calling as u32) | (1 << CallState::Early as u32) | (1 << CallState::Connected as u32);

impl Phone<'_> {
    /// The next event. Fetching it releases nothing: see [`Phone::release`].
    pub fn poll_event(&mut self) -> Option<Event> {
        let lost = core::mem::take(&mut self.lower.cx.lost);
        if lost > 0 {
            let kind = EventKind::Lost(lost);
            return Some(Event {
                at: self.lower.cx.lost_at,
                account: AccountId::NONE,
                call: CallId::NONE,
                tag: 0,
                kind,
            });
        }
        if let Some(event) = self.poll_orphan() {
            return Some(event);
        }
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
        !self.lower.cx.events.is_empty() || self.lower.cx.lost > 0 || !self.lower.cx.orphans.is_none()
    }

    /// The time as the driver told it last, which never runs backwards; what happens is stamped with it.
    pub(super) fn hear(&mut self, now: Instant) {
        self.lower.cx.latest = self.lower.cx.latest.max(now);
    }

    /// Gives back the slot of a call that has ended; what it has not told is not told any more, but for the ends of
    /// commands.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for a call that has not ended.
    pub fn release(&mut self, call: CallId) -> Result<(), CommandError> {
        if self.call(call)?.state != CallState::Ended {
            return Err(CommandError::State);
        }
        self.forget_ended(call.0.index);
        self.free_call(call.0);
        Ok(())
    }

    /// Takes a call out of the list of those that ended and were not released.
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

    /// Frees the slot of the call that ended first and was not released. Given are the generation and the tag of one
    /// that had to make room and whose end is not told yet: its successor tells it.
    pub(super) fn evict_ended(&mut self) -> Option<(u32, u64)> {
        let handle = self.calls.ended.pop().and_then(|oldest| self.calls.slots.handle_at(oldest))?;
        let unread = self.calls.slots.get(handle).filter(|call| call.pending & Call::bit(CallState::Ended) != 0);
        let mut before = (0, 0);
        match unread.filter(|call| call.gave_way()) {
            // nobody had the time to fetch its end
            Some(call) if call.pending & Call::bit(CallState::Incoming) == 0 => before = (handle.generation, call.tag),
            // it was never told of; but one that had given way to it may have been
            Some(_) => {
                before = self
                    .calls
                    .slots
                    .get_mut(handle)
                    .map_or((0, 0), |call| (core::mem::take(&mut call.before), call.before_tag))
            }
            None => {
                count::up(&mut self.lower.cx.counters.evicted_calls);
                self.lower.cx.trace_full(Pool::EndedCalls);
                self.lose();
            }
        }
        self.free_call(handle);
        Some(before)
    }

    /// A call's slot is free. If it still had to tell the end of the one that had given way to it, that one is lost.
    pub(super) fn remove_call(&mut self, handle: Handle) {
        if self.calls.slots.get(handle).is_some_and(|call| call.before > 0) {
            count::up(&mut self.lower.cx.counters.evicted_calls);
            self.lose();
        }
        self.lower.media.close_line(handle);
        self.calls.slots.remove(handle);
    }

    /// One object more gave way, and it is told.
    pub(super) fn lose(&mut self) {
        self.lower.cx.lost = self.lower.cx.lost.saturating_add(1);
        self.lower.cx.lost_at = self.lower.cx.latest;
    }

    fn call_event(&mut self, index: u32) -> Option<Event> {
        let handle = self.calls.slots.handle_at(index)?;
        let call = self.calls.slots.get_mut(handle)?;
        let (account, tag, sip_code) = (AccountId(call.account), call.tag, call.sip_code);
        let told = |at, kind| Some(Event { at, account, call: CallId(handle), tag, kind });
        let incoming = Call::bit(CallState::Incoming);
        let ended = Call::bit(CallState::Ended);
        if call.before > 0 {
            let call_before = CallId(Handle { index, generation: core::mem::take(&mut call.before) });
            let kind = EventKind::Call {
                state: CallState::Ended,
                reached: ended,
                sip_code: 486,
                result: Cause::Full,
                cause: EndCause::Full,
                ended_by: EndedBy::Library,
            };
            // it gave way to this one
            return Some(Event {
                at: call.started,
                account: AccountId::NONE,
                call: call_before,
                tag: call.before_tag,
                kind,
            });
        }
        if call.pending & incoming != 0 {
            call.pending &= !incoming;
            let kind = EventKind::Call {
                state: CallState::Incoming,
                reached: incoming,
                sip_code: 0,
                result: Cause::Normal,
                cause: EndCause::None,
                ended_by: EndedBy::Nobody,
            };
            return told(call.started, kind);
        }
        let states = call.pending & STATES;
        if states != 0 {
            call.pending &= !STATES;
            let (state, at, sip_code) = if states & Call::bit(CallState::Connected) != 0 {
                (CallState::Connected, call.time(call.connected), sip_code)
            } else if states & Call::bit(CallState::Early) != 0 {
                (CallState::Early, call.time(call.progressed), sip_code)
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
                },
            );
        }
        if call.pending & PENDING_MEDIA != 0 {
            call.pending &= !PENDING_MEDIA;
            // an offer of ours that came to nothing
            let result = if call.state == CallState::Connected { call.cause } else { Cause::Normal };
            let at = call.time(call.media_changed);
            let media = self.lower.media.ways(handle);
            return told(at, EventKind::Media { media, result });
        }
        if call.pending & PENDING_DIGIT != 0 {
            if let Some((digit, at)) = self.lower.media.poll_digit(&self.lower.cx, handle) {
                return told(at, EventKind::Digit(digit));
            }
            call.pending &= !PENDING_DIGIT;
        }
        if call.commands != Link::NONE
            && let Some(event) = self.poll_done(Object::Call(index))
        {
            return Some(event);
        }
        let call = self.calls.slots.get_mut(handle).filter(|call| call.pending & ended != 0)?;
        call.pending &= !ended;
        told(
            call.time(call.ended),
            EventKind::Call {
                state: CallState::Ended,
                reached: ended,
                sip_code,
                result: call.cause,
                cause: call.end_cause,
                ended_by: call.ended_by,
            },
        )
    }

    fn account_event(&mut self, index: u32) -> Option<Event> {
        let handle = self.lower.accounts.handle_at(index)?;
        if let Some(event) = self.poll_done(Object::Account(index)) {
            return Some(event);
        }
        let event = self.lower.accounts.poll_event(self.lower.cx.latest, handle);
        // one that was removed may have told its end now
        self.leave(handle);
        event
    }
}
