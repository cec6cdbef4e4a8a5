//! The slots of calls: taken, kept while an ended call can be read, freed.

use super::Calls;
use super::before::Before;
use super::call::Call;
use crate::base::count;
use crate::base::slots::Handle;
use crate::phone::context::Context;
use crate::phone::object::Object;
use crate::phone::trace::{About, IS_MADE, Pool, What};
use crate::phone::{CallId, CallState, Lower};
use core::mem::replace;

impl Calls<'_> {
    /// A slot for a call: a free one, or that of the call that ended longest ago and was not released.
    pub(in crate::phone) fn open(&mut self, lower: &mut Lower<'_>) -> Option<Handle> {
        let before = if self.slots.is_full() { self.evict(lower)? } else { Before::NONE };
        let session_id = lower.cx.rng.next_u32();
        let handle = self.slots.insert(Call { before, ..Call::EMPTY })?;
        lower.media.open_line(handle, session_id);
        Some(handle)
    }

    /// The call that ended first and was not released gives way.
    fn evict(&mut self, lower: &mut Lower<'_>) -> Option<Before> {
        let handle = self.ended.pop().and_then(|oldest| self.slots.handle_at(oldest))?;
        let call = self.slots.get_mut(handle)?;
        let unread = call.pending & Call::bit(CallState::Ended) != 0;
        let before = if !(unread && call.gave_way) {
            lower.cx.trace_full(Pool::EndedCalls);
            lose(&mut lower.cx);
            Before::NONE
        } else if call.pending & Call::bit(CallState::Incoming) == 0 {
            // its end was not fetched in time
            call.leaves(handle)
        } else {
            // no event was made of it; but one may have been made of a call that had given way to it
            replace(&mut call.before, Before::NONE)
        };
        self.free(lower, handle, 1);
        Some(before)
    }

    /// A call has ended, and stays readable.
    pub(in crate::phone) fn keep_ended(&mut self, handle: Handle) {
        self.ended.push(handle.index);
    }

    /// A call that has ended was read.
    pub(in crate::phone) fn release(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        self.forget_ended(handle.index);
        self.free(lower, handle, 0);
    }

    /// Takes a call out of the list of those that ended and were not released.
    fn forget_ended(&mut self, index: u32) {
        if self.ended.first() == Some(index) {
            self.ended.pop(); // nearly always
            return;
        }
        // the list turns once, so that the others keep their order
        for _ in 0..self.ended.len() {
            match self.ended.pop() {
                Some(other) if other != index => self.ended.push(other),
                _ => {}
            }
        }
    }

    /// A call's slot is free again: it was released, or gave way to a call that needs so many requests.
    fn free(
        &mut self,
        lower: &mut Lower<'_>,
        handle: Handle,
        #[cfg_attr(not(feature = "refer"), expect(unused_variables, reason = "nothing is told at its end"))]
        needed: usize,
    ) {
        #[cfg(feature = "refer")]
        self.leave_report(lower, handle, needed);
        let Some(call) = self.slots.get(handle) else { return };
        let (dialog, server) = (call.dialog, call.server);
        lower.cx.orphan_commands(call.commands);
        lower.transactions.forget_call(server);
        lower.dialogs.forget_usage(dialog);
        self.discard(lower, handle);
        lower.release_dialog(dialog);
    }

    /// A call goes of which nothing is under way. If it still kept the end of one that had given way to it, that one is
    /// lost.
    pub(in crate::phone) fn discard(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        if self.slots.get(handle).is_some_and(|call| call.before.is_some()) {
            lose(&mut lower.cx);
        }
        lower.media.close_line(handle);
        self.slots.remove(handle);
    }

    /// An account that was removed goes when nothing of it is under way.
    pub(in crate::phone) fn leave(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        if lower.accounts.has_left(handle, true) {
            self.remove_account(lower, handle);
        }
    }

    /// Removes an account, unless a call of it goes on.
    pub(in crate::phone) fn remove_account(&mut self, lower: &mut Lower<'_>, handle: Handle) -> bool {
        let in_use = self.iter().any(|(_, call)| call.account == handle && call.state != CallState::Ended);
        if !in_use {
            lower.accounts.remove(&mut lower.cx, handle);
        }
        !in_use
    }

    /// Keeps a call's deadline in the heap.
    pub(in crate::phone) fn wake(&self, cx: &mut Context<'_>, handle: Handle) {
        if let Some(call) = self.slots.get(handle) {
            cx.wake(Object::Call(handle.index), call.deadline());
        }
    }

    /// A call has a new state.
    #[inline(never)]
    pub(in crate::phone) fn trace(&self, cx: &mut Context<'_>, handle: Handle) {
        let Some(call) = self.slots.get(handle).filter(|_| IS_MADE) else { return };
        let what = What::Call {
            state: call.state,
            incoming: call.incoming,
            sip_code: call.sip_code,
            result: call.cause,
            cause: call.end_cause,
            ended_by: call.ended_by,
        };
        cx.trace(About::Call(CallId(handle)), what);
    }
}

/// The end of a call is lost.
fn lose(cx: &mut Context<'_>) {
    count::up(&mut cx.counters.evicted_calls);
    cx.lose(1);
}
