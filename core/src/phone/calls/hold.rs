//! Hold, and other media that the application wants in a call that is up: commands whose ends are told, and the offers
//! that carry them.
//!
//! The wish stands in the call's line until both sides agreed on it. An offer is made from the line as it is when
//! it leaves, so one may carry several commands, and an answer of ours to an offer of theirs may settle them too.

use super::Calls;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::context::done::Ended;
use crate::phone::dialogs::Leg;
use crate::phone::event::Op;
use crate::phone::media::desired::Desired;
use crate::phone::object::Object;
use crate::phone::trace::{About, What};
use crate::phone::{CallId, Cause, CommandError, Lower, Reoffer};

/// Commands that an offer may carry.
const CARRIED: [Op; 2] = [Op::Hold, Op::Reoffer];

impl Calls<'_> {
    /// Holds or resumes; see [`crate::phone::Phone::hold`].
    pub(in crate::phone) fn hold(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: Handle,
        on: bool,
        token: u64,
    ) -> Result<(), CommandError> {
        self.may_change(lower, call)?;
        let desired = Desired { holding: on, ..lower.media.desired(call) };
        self.want(lower, now, (call, desired), (Op::Hold, token), false)?;
        if !on {
            self.hold_by_rules(lower, now, call);
        }
        Ok(())
    }

    /// Offers other media; see [`crate::phone::Phone::reoffer`].
    pub(in crate::phone) fn change(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: Handle,
        changes: &Reoffer,
        token: u64,
    ) -> Result<(), CommandError> {
        self.may_change(lower, call)?;
        if !lower.cx.fixed.takes(changes.codecs) {
            return Err(CommandError::Codec);
        }
        let before = lower.media.desired(call);
        let desired = Desired {
            direction: changes.direction.unwrap_or(before.direction),
            codecs: changes.codecs.or(before.codecs),
            one: before.one && changes.codecs.is_empty(),
            ..before
        };
        if let Some(call) = self.get_mut(call) {
            call.updates = changes.by_update.unwrap_or(call.updates);
        }
        self.want(lower, now, (call, desired), (Op::Reoffer, token), true)
    }

    /// The call is up, by an agreement that may not be all that we want, or an offer of theirs is over: an offer of ours
    /// follows. One that waited for its turn has it now, before the next of theirs; one that is due anyway stays so.
    pub(super) fn offer_unsettled(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get(handle) else { return };
        if call.next_offer.waits_for_turn() {
            self.reoffer(lower, now, handle);
            return;
        }
        let quiet = call.goes_on() && !call.asks() && !call.next_offer.waits();
        // one that no UPDATE has brought before the answer, say
        let wanted = call.is_up() && !lower.media.is_settled(handle) || self.is_carried_to_be(lower, handle);
        if quiet && wanted {
            self.offer_anew(lower, now, handle);
        }
        #[cfg(feature = "identity")]
        self.offer_identity(lower, now, handle);
    }

    fn may_change(&self, lower: &Lower<'_>, call: Handle) -> Result<(), CommandError> {
        let slot = self.get(call).ok_or(CommandError::Stale)?;
        #[cfg(feature = "reliable")]
        let waits = self.not_yet(lower, call, true).is_some();
        #[cfg(not(feature = "reliable"))]
        let waits = !slot.is_up();
        if waits || slot.is_over() {
            return Err(CommandError::State);
        }
        if lower.cx.can_begin() { Ok(()) } else { Err(CommandError::Full) }
    }

    /// A command wants this. `anew`: an offer is to leave, even if nothing changes.
    fn want(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (handle, desired): (Handle, Desired),
        (op, token): (Op, u64),
        anew: bool,
    ) -> Result<(), CommandError> {
        let call = self.get_mut(handle).ok_or(CommandError::Stale)?;
        // an answer whose host is looked up is not taken yet
        let sought = call.is_up() && lower.dialogs.get(call.dialog).is_some_and(Leg::looks_up);
        let (out, waits) = (sought || call.asks(), call.next_offer.waits());
        let carried = if out { call.carried.into_iter().zip(CARRIED).find(|(_, other)| *other == op) } else { None };
        // those that no offer carries are replaced
        let replaced = Ended { result: Cause::Cancelled, sip_code: 0 };
        let carried = carried.map_or(0, |(count, _)| count.into());
        if lower.cx.end_behind(call.commands, op, carried, u32::MAX, replaced) {
            lower.cx.tell(Object::Call(handle.index));
        }
        lower.cx.begin(&mut call.commands, handle, op, token)?;
        lower.media.desire(handle, desired);
        if out || waits {
            return Ok(()); // its turn comes
        }
        if lower.media.is_settled(handle) && !anew {
            self.wishes_met(lower, handle);
        } else {
            self.offer_anew(lower, now, handle);
        }
        Ok(())
    }

    /// Something is wanted that no offer has brought yet.
    #[cfg(feature = "timers")]
    pub(super) fn has_wishes(&self, lower: &Lower<'_>, handle: Handle) -> bool {
        !lower.media.is_settled(handle) || self.is_carried_to_be(lower, handle)
    }

    /// A command runs whose end an offer brings.
    pub(super) fn is_carried_to_be(&self, lower: &Lower<'_>, handle: Handle) -> bool {
        self.get(handle).is_some_and(|call| CARRIED.into_iter().any(|op| lower.cx.running(call.commands, op) > 0))
    }

    /// An offer leaves: it carries the commands that run.
    pub(super) fn carry_wishes(&mut self, lower: &Lower<'_>, handle: Handle) {
        if let Some(call) = self.get_mut(handle) {
            let commands = call.commands;
            call.carried = CARRIED.map(|op| lower.cx.running(commands, op) as u8);
        }
    }

    /// Both sides agreed: if on what we want, the commands have done their work, and none needs an offer any more.
    pub(super) fn wishes_met(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let Some(call) = self.get_mut(handle) else { return };
        if !lower.media.is_settled(handle) {
            return;
        }
        call.carried = [0; 2];
        let mut told = false;
        for op in CARRIED {
            told |= lower.cx.end(call.commands, op, u32::MAX, Ended::DONE);
        }
        if told {
            // a try that waits was for them; one for another reason tries again when the host's addresses change
            if !call.asks() && call.goes_on() {
                call.next_offer.rest();
            }
            self.wake(&mut lower.cx, handle);
            lower.cx.tell(Object::Call(handle.index));
        }
    }

    /// An offer was accepted, whatever its answer settles: the commands that it carried have ended, and later ones
    /// have their turn.
    pub(super) fn wishes_answered(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        self.end_carried(lower, handle, Ended::DONE);
        if !lower.media.is_settled(handle) {
            self.offer_anew(lower, now, handle);
        }
    }

    /// An offer came to nothing. The session stays as it was, and the commands that it carried have failed; later ones
    /// have their turn. False: it carried none.
    pub(super) fn wishes_refused(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, ended: Ended) -> bool {
        let Ended { result, sip_code } = ended;
        lower.cx.trace(About::Call(CallId(handle)), What::OfferFailed { result, sip_code });
        let carried = self.end_carried(lower, handle, ended);
        if self.is_carried_to_be(lower, handle) {
            self.offer_anew(lower, now, handle);
        } else {
            lower.media.desire_nothing(handle);
        }
        carried
    }

    fn end_carried(&mut self, lower: &mut Lower<'_>, handle: Handle, ended: Ended) -> bool {
        let Some(call) = self.get_mut(handle) else { return false };
        let (commands, mut told) = (call.commands, false);
        for (op, count) in CARRIED.into_iter().zip(core::mem::take(&mut call.carried)) {
            told |= lower.cx.end(commands, op, count.into(), ended);
        }
        if told {
            lower.cx.tell(Object::Call(handle.index));
        }
        told
    }

    /// The call ends: what was wanted of it comes no more.
    pub(super) fn drop_wishes(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let Some(call) = self.get(handle) else { return };
        let gone = Ended { result: Cause::Cancelled, sip_code: 0 };
        for op in CARRIED {
            lower.cx.end(call.commands, op, u32::MAX, gone);
        }
        #[cfg(feature = "identity")]
        lower.cx.end(call.commands, Op::Identify, u32::MAX, gone);
    }
}
