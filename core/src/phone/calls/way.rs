//! The way for a call for help: what gives way when every slot is in use.
//!
//! Each pool in its turn, one step at a time, what is missed least first. A call gives its slot only where no call could
//! begin; a request or a dialog is taken from a call that goes on only where none is spared by those that are over.

use super::Calls;
use super::call::{Call, Cancel};
use crate::base::limits::SLOT_RETRY_MS;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::dialogs::{Leg, Lost};
use crate::phone::transactions::request::{Owner, Request, Sending};
use crate::phone::{CallState, Cause, EndCause, EndedBy, Lower, MEDIA_HELD, MEDIA_HOLDING};
use crate::sip::server::State;

/// The order in which requests give way; calls that go on come behind, each with [`CALLS`] and its own rank.
mod spare {
    /// A request without an owner.
    pub(super) const NOBODYS: u8 = 0;
    /// It is asked again in a second: a BYE, a CANCEL.
    pub(super) const ENDS: u8 = 1;
    /// The registration goes on in a second.
    pub(super) const REGISTERS: u8 = 2;
    /// A host's look-up, or a request within a call that can do without: INFO, PRACK, UPDATE.
    pub(super) const WITHIN: u8 = 3;
    /// An INVITE of a call that is over: its far end gives up by itself, when it hears no ACK.
    pub(super) const OVER: u8 = 4;
    /// It takes its call with it.
    pub(super) const CALLS: u8 = 5;
}

impl Calls<'_> {
    /// Room for a call for help: a slot of each pool that it needs before its INVITE leaves. False: every call asks for
    /// help itself, or a pool has no slots at all.
    // `inline(never)`: keeps this off the deepest embedded stack path
    #[inline(never)]
    pub(super) fn make_way(&mut self, lower: &mut Lower<'_>, now: Instant) -> bool {
        loop {
            let made = if self.possible() == 0 {
                self.least_call(lower).map(|call| self.gives_way(lower, now, call)).is_some()
            } else if lower.dialogs.free() == 0 {
                self.free_a_dialog(lower, now)
            } else if !lower.transactions.has_room_to_ask() {
                self.free_a_request(lower, now)
            } else {
                return true;
            };
            if !made {
                return false;
            }
        }
    }

    /// The call that is missed least; of equals, the one that began first.
    fn least_call(&self, lower: &Lower<'_>) -> Option<Handle> {
        let ranked = self.iter().filter_map(|(handle, call)| Some((rank(lower, handle, call)?, call.started, handle)));
        ranked.min_by_key(|(rank, started, _)| (*rank, *started)).map(|(.., handle)| handle)
    }

    /// A call ends for a call for help: by a 486, a CANCEL or a BYE, as it stands. It is over at once: an INVITE that has
    /// left waits for its responses without it.
    fn gives_way(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get(handle) else { return };
        let (state, incoming, dialog, request) = (call.state, call.incoming, call.dialog, call.request);
        // one that was being given up ends as it would have
        let cause = if call.cancel == Cancel::No { Cause::Full } else { call.cause };
        self.ends(handle, EndedBy::Library, EndCause::Emergency);
        if let Some(call) = self.get_mut(handle) {
            call.gave_way = true;
        }
        lower.dialogs.lose(dialog, Lost::Way);
        match state {
            CallState::Incoming | CallState::Early if incoming => {
                self.refuse_call(lower, now, handle, 486, Cause::Full);
            }
            CallState::Calling | CallState::Early => {
                if lower.transactions.request(request).is_some_and(Request::is_running) {
                    lower.transactions.abandon(request);
                    if lower.transactions.request(request).is_some_and(Request::is_proceeding) {
                        self.cancel_given_up(lower, now, request);
                    }
                } else {
                    lower.end_request(request);
                }
                if let Some(call) = self.get_mut(handle) {
                    call.request = Handle::NONE;
                }
                self.end_call(lower, now, handle, cause, 0);
            }
            _ => self.end_call(lower, now, handle, Cause::Full, 0),
        }
    }

    /// A request gives way, or a call with its request. False: there is none that may.
    fn free_a_request(&mut self, lower: &mut Lower<'_>, now: Instant) -> bool {
        let ranked = lower.transactions.requests().filter_map(|(handle, request)| {
            Some((self.rank_of_request(lower, request)?, handle, request.owner(), request.method()))
        });
        let Some((rank, handle, owner, method)) = ranked.min_by_key(|(rank, ..)| *rank) else { return false };
        let again = now + Duration::from_millis(SLOT_RETRY_MS);
        match owner {
            Owner::Dialog(dialog) if rank >= spare::CALLS => {
                self.gives_way(lower, now, lower.dialogs.call_of(dialog));
            }
            Owner::Dialog(dialog) if method == Sending::Bye => {
                lower.dialogs.owe_bye(&mut lower.cx, dialog, Some(now));
                lower.end_request(handle);
            }
            Owner::Dialog(_) if rank == spare::WITHIN => self.request_failed(lower, now, handle, Cause::Full),
            Owner::Offer(_) | Owner::Answer(_) => self.host_found(lower, now, handle, &[]),
            Owner::Account(account) => {
                lower.end_request(handle);
                lower.accounts.begun(&mut lower.cx, now, account, None);
            }
            Owner::Invite(invite) => {
                lower.end_request(handle);
                lower.transactions.try_again_at(&mut lower.cx, invite, again);
                self.cancel_waits(lower, invite, again);
            }
            // its host is looked up again when the UPDATE comes again
            #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
            Owner::Update(_) => lower.end_request(handle),
            Owner::Dialog(_) | Owner::Nobody => lower.end_request(handle),
        }
        true
    }

    /// The CANCEL of a call that is being given up is to be sent later.
    fn cancel_waits(&mut self, lower: &mut Lower<'_>, invite: Handle, again: Instant) {
        let Some(Owner::Dialog(dialog)) = lower.transactions.request(invite).map(Request::owner) else { return };
        let handle = lower.dialogs.call_of(dialog);
        if let Some(call) = self.get_mut(handle).filter(|call| call.request == invite && call.cancel == Cancel::Sent) {
            call.cancel_later(again);
        }
        self.wake(&mut lower.cx, handle);
    }

    /// The rank of a request that runs; one for help has none.
    fn rank_of_request(&self, lower: &Lower<'_>, request: &Request) -> Option<u8> {
        let dialog = match request.owner() {
            Owner::Nobody => return Some(spare::NOBODYS),
            Owner::Invite(_) => return Some(spare::ENDS),
            Owner::Account(_) => return Some(spare::REGISTERS),
            Owner::Offer(_) => return Some(spare::WITHIN),
            #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
            Owner::Update(_) => return Some(spare::WITHIN),
            Owner::Dialog(dialog) | Owner::Answer(dialog) => dialog,
        };
        let handle = lower.dialogs.call_of(dialog);
        let call = self.get(handle).filter(|call| !call.is_over());
        match request.method() {
            _ if call.is_some_and(|call| call.help) => None,
            Sending::Bye => Some(spare::ENDS),
            method if !method.is_invite() => Some(spare::WITHIN),
            _ => call.map_or(Some(spare::OVER), |call| Some(spare::CALLS + rank(lower, handle, call)?)),
        }
    }

    /// A dialog gives way, or a call with its dialog. False: there is none that may.
    fn free_a_dialog(&mut self, lower: &mut Lower<'_>, now: Instant) -> bool {
        let ranked =
            lower.dialogs.iter().filter_map(|(handle, leg)| Some((self.rank_of_dialog(lower, handle, leg)?, handle)));
        if let Some((_, spared)) = ranked.min_by_key(|(rank, _)| *rank) {
            self.free_dialog(lower, now, spared);
            return true;
        }
        let least = self.least_call(lower);
        if let Some(call) = least {
            self.gives_way(lower, now, call);
        }
        least.is_some()
    }

    /// The rank of a dialog of no call that goes on, or of a branch that has not answered yet.
    fn rank_of_dialog(&self, lower: &Lower<'_>, handle: Handle, leg: &Leg) -> Option<u8> {
        if let Some(call) = self.get(leg.call()).filter(|call| !call.is_over()) {
            // rfc3261#12.1: without its early dialog a branch can still answer
            return (leg.is_chained() && !call.help).then_some(3);
        }
        let server = lower.transactions.server_of(handle).map(|(_, state)| state);
        let asks = lower.transactions.request_of(handle).map(|(_, method)| method);
        Some(match (server, asks) {
            // what is owed there would not leave any more, or find nobody
            _ if leg.owes_ack() || leg.owes_bye() => 4,
            (Some(State::Accepted), _) => 4,
            (_, Some(method)) if method.is_invite() => 4,
            // its message fails, or its subscription begins anew
            _ if leg.is_of_another_room() => 3,
            // who asked for a call is not told how it goes
            #[cfg(feature = "refer")]
            _ if self.reports_by(handle).is_some() => 2,
            // it goes on without its dialog, and is answered by no credentials
            (Some(_), _) | (_, Some(_)) => 2,
            // only the far end's name is lost
            _ if self.get(leg.call()).is_some() => 1,
            // the loser of a fork that has its BYE
            _ => 0,
        })
    }

    /// A dialog goes, whatever uses it.
    fn free_dialog(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        lower.forget_lookup(handle);
        while let Some((request, _)) = lower.transactions.request_of(handle) {
            lower.transactions.leave(&mut lower.cx, now, request);
            lower.transactions.give_to(request, Owner::Nobody);
            lower.release_dialog(handle);
        }
        while let Some((server, state)) = lower.transactions.server_of(handle) {
            if state == State::Completed {
                lower.transactions.forget_dialog(server);
                lower.release_dialog(handle);
            } else {
                self.end_server(lower, now, server);
            }
        }
        lower.dialogs.take_owed_bye(handle);
        lower.ack_left(handle);
        if lower.dialogs.get(handle).is_some_and(Leg::is_chained) {
            self.forget_loser(lower, handle);
        }
        let call = lower.dialogs.call_of(handle);
        if let Some(call) = self.get_mut(call).filter(|call| call.dialog == handle) {
            call.dialog = Handle::NONE;
            lower.dialogs.forget_usage(handle);
            lower.release_dialog(handle);
        }
        #[cfg(feature = "refer")]
        while let Some(call) = self.reports_by(handle) {
            self.end_report(lower, call);
        }
        if lower.dialogs.get(handle).is_some_and(Leg::is_of_another_room) {
            lower.release_dialog(handle);
        }
        debug_assert!(lower.dialogs.get(handle).is_none(), "each use of a dialog is known");
        lower.dialogs.discard(handle);
    }
}

/// The rank of a call that goes on: one that is being given up, one that rings here, one that is dialled, one on hold,
/// one that talks. A call for help has none.
fn rank(lower: &Lower<'_>, handle: Handle, call: &Call) -> Option<u8> {
    if call.is_over() || call.help {
        return None;
    }
    Some(match call.state {
        CallState::Connected if lower.media.ways(handle) & (MEDIA_HELD | MEDIA_HOLDING) == 0 => 4,
        CallState::Connected => 3,
        _ if call.cancel != Cancel::No => 0,
        _ if call.incoming => 1,
        _ => 2,
    })
}
