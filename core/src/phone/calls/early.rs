//! Our UPDATE in an early dialog (rfc3311#5.1): an offer of the application's, or another identity of ours, before the
//! call is up. One is out at a time, and it goes where the call is heard.
//!
//! It is for commands alone. Whatever else both sides have not agreed on yet is offered behind the answer, and so is a
//! command whose UPDATE the far end does not take.

use super::Calls;
use super::call::{Call, Cancel};
use super::reoffer::failed;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::context::done::Ended;
use crate::phone::transactions::request::{Owner, Request, Sending};
use crate::phone::{CallState, Cause, EndCause, EndedBy, Lower, NotYet};
use crate::sip::server::State;
use crate::sip::session::{Carrier, Offer};

/// The obstacles to an UPDATE of ours before the call is up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Early {
    /// Nothing.
    Leaves,
    /// Another exchange, which ends by its own clock.
    Waits,
    /// It would be against the rules.
    Not(NotYet),
}

impl Calls<'_> {
    /// The early dialog that our UPDATE goes to: the one that is heard, else the first that there is.
    pub(super) fn early_dialog_of(&self, lower: &Lower<'_>, call: &Call, handle: Handle) -> Option<Handle> {
        if call.incoming {
            return Some(call.dialog);
        }
        let tagged = |dialog: &Handle| lower.dialogs.dialog(*dialog).is_some_and(|leg| !leg.remote_tag.is_empty());
        let heard = Some(lower.media.heard(handle)).filter(tagged);
        heard.or_else(|| Self::dialogs_of(lower, call.dialog).find(tagged))
    }

    /// An UPDATE may leave in the early dialog that is heard; `offers`: with a description.
    pub(super) fn may_update_early(&self, lower: &Lower<'_>, handle: Handle, offers: bool) -> Early {
        let alive = |call: &&Call| call.state != CallState::Ended && call.cancel == Cancel::No && !call.leaving;
        let Some(call) = self.get(handle).filter(alive) else { return Early::Not(NotYet::Over) };
        match self.early_dialog_of(lower, call, handle) {
            Some(dialog) => self.may_update_in(lower, (handle, call), dialog, offers),
            None => Early::Not(NotYet::Dialog),
        }
    }

    fn may_update_in(&self, lower: &Lower<'_>, (handle, call): (Handle, &Call), dialog: Handle, offers: bool) -> Early {
        let Some(leg) = lower.dialogs.get(dialog) else { return Early::Not(NotYet::Dialog) };
        let session = &leg.dialog().session;
        let waits_for_prack = if call.incoming {
            match lower.transactions.server_state(call.server) {
                Some(State::Proceeding) => {}
                _ => return Early::Not(NotYet::Over),
            }
            // rfc3311#5.1, rfc4916#4.2: the called side's waits for a PRACK; then the caller has this dialog
            let awaited = lower.transactions.awaits_prack(call.server);
            if !awaited && !session.is_acknowledged() {
                return Early::Not(NotYet::Prack);
            }
            awaited
        } else {
            // an UPDATE that overtook our PRACK would come before the exchange is complete there
            lower.transactions.request(leg.prack()).is_some()
        };
        if !session.timer.updates() {
            return Early::Not(NotYet::Update);
        }
        let mut waits = waits_for_prack || !call.update.is_none();
        if offers {
            let answered_soon = call.incoming && lower.transactions.waits_for_prack(call.server, 200);
            match session.offer() {
                None => {}
                Some(Offer { carrier: Carrier::Invite, .. }) if !answered_soon => {
                    return Early::Not(NotYet::Answer);
                }
                Some(_) => waits = true,
            }
            // an INVITE without an offer, and none of ours yet
            if session.offer().is_none() && (call.answer_in_ack || lower.media.agreed(handle).is_none()) {
                return Early::Not(NotYet::Answer);
            }
            waits |= leg.looks_up();
        }
        if waits { Early::Waits } else { Early::Leaves }
    }

    /// The offers and the identity that are wanted of a call that is not up leave in its early dialog, as soon as they may.
    #[inline(never)]
    pub(super) fn offer_early(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let wishes = self.offer_wishes_early(lower, now, handle);
        #[cfg(feature = "identity")]
        if !wishes {
            self.offer_identity_early(lower, now, handle);
        }
        let _ = wishes;
    }

    #[cfg(feature = "identity")]
    fn offer_identity_early(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        if let Some(call) = self.get(handle).filter(|call| call.cancel == Cancel::No)
            && let Some(dialog) = self.renaming(lower, handle)
            && self.may_update_in(lower, (handle, call), dialog, false) == Early::Leaves
        {
            self.refresh_alone(handle);
            self.update_early(lower, now, (handle, dialog), Sending::Refresh);
        }
    }

    /// False: no command wants an offer, or it has its turn with the answer.
    fn offer_wishes_early(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) -> bool {
        let Some(call) = self.get(handle).filter(|_| self.is_carried_to_be(lower, handle)) else { return false };
        match self.may_update_early(lower, handle, true) {
            Early::Leaves => {
                let dialog = self.early_dialog_of(lower, call, handle).unwrap_or(call.dialog);
                self.forget_refresh(handle);
                self.update_early(lower, now, (handle, dialog), Sending::Update);
                true
            }
            Early::Waits => {
                self.wait_for_turn(lower, now, handle);
                true
            }
            Early::Not(_) => false,
        }
    }

    fn update_early(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (handle, dialog): (Handle, Handle),
        sending: Sending,
    ) {
        if sending == Sending::Update {
            self.carry_wishes(lower, handle);
        }
        let Some(request) = lower.dialog_request(dialog, sending) else {
            self.offer_later(lower, now, handle, Cause::Full);
            return;
        };
        let Some(call) = self.get_mut(handle) else { return };
        call.update = request;
        call.next_offer.leaves();
        call.next_offer.rest();
        // the INVITE's way, unless the dialog's routes or target name another
        if let Some(flow) = lower.transactions.request(call.request).map(Request::flow) {
            lower.dialogs.set_flow(dialog, flow);
            lower.dialogs.find_next_hop(dialog);
        }
        let way = lower.way_within(dialog);
        let asking = lower.go(now, request, way);
        self.asked(lower, now, asking);
    }

    /// Our UPDATE of an early dialog is of no use any more: it is not sent again, and its response changes nothing. What
    /// it carried is still wanted.
    pub(super) fn drop_update(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let Some(call) = self.get_mut(handle) else { return };
        let update = core::mem::replace(&mut call.update, Handle::NONE);
        let Some((owner, method)) = lower.transactions.request(update).map(|sent| (sent.owner(), sent.method())) else {
            return;
        };
        call.carried = [0; 2];
        if let (Owner::Dialog(dialog), Some(_)) = (owner, method.offers()) {
            // it may have been heard: the next one is another edition
            lower.offer_is_over(dialog, true);
        }
        lower.end_request(update);
    }

    /// The call is given up, or its INVITE goes elsewhere: nothing is asked in its early dialogs any more.
    pub(super) fn leave_early(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        self.drop_update(lower, handle);
        #[cfg(feature = "identity")]
        self.drop_identity(lower, handle);
        if let Some(call) = self.get_mut(handle).filter(|call| call.state != CallState::Connected) {
            call.next_offer.rest();
            self.wake(&mut lower.cx, handle);
        }
    }

    /// A 2xx made this early dialog the call's; `first`: its slot from now on. An UPDATE of ours that is out there goes
    /// on; one in another branch has lost with it.
    pub(super) fn update_wins(&mut self, lower: &mut Lower<'_>, handle: Handle, winner: Handle, first: Handle) {
        let update = self.get(handle).map_or(Handle::NONE, |call| call.update);
        if let Some(Owner::Dialog(dialog)) = lower.transactions.request(update).map(Request::owner) {
            if dialog != winner {
                self.drop_update(lower, handle);
            } else if winner != first {
                lower.transactions.give_to(update, Owner::Dialog(first));
                lower.dialogs.take(first);
                lower.release_dialog(winner);
            }
        }
        #[cfg(feature = "identity")]
        self.identity_wins(lower, handle, winner);
    }

    /// rfc3311#5: the far end takes no UPDATE before the answer, or (504) none without asking its user. What is wanted
    /// leaves behind the answer.
    pub(super) fn wait_for_answer(&mut self, lower: &mut Lower<'_>, handle: Handle, dialog: Handle) {
        if let Some(session) = lower.dialogs.session_mut(dialog) {
            session.timer.learn_updates(false);
        }
        #[cfg(feature = "identity")]
        lower.dialogs.rename_waits(dialog);
        if let Some(call) = self.get_mut(handle) {
            call.carried = [0; 2];
            call.next_offer.begin();
            call.next_offer.rest();
        }
        self.forget_refresh(handle);
    }

    /// rfc3311#5.3: the far end has no such early dialog, or does not respond there: the dialog is over. With it the
    /// call, where no other branch is left.
    pub(super) fn early_dialog_lost(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (handle, dialog): (Handle, Handle),
        ended: Ended,
    ) {
        let Some(incoming) = self.get(handle).map(|call| call.incoming) else { return };
        if !incoming && !lower.dialogs.is_alone(dialog) {
            if let Some(session) = lower.dialogs.session_mut(dialog) {
                session.timer.learn_updates(false);
            }
            self.offer_failed(lower, now, handle, ended);
            return;
        }
        let by = if ended.sip_code == 0 { EndedBy::Library } else { EndedBy::Remote };
        self.ends(handle, by, EndCause::Network);
        if incoming {
            self.refuse_call(lower, now, handle, 500, ended.result);
        } else {
            self.cancel_call(lower, now, handle, ended.result);
        }
    }

    /// The outcome of an UPDATE in an early dialog that is no success of its own. False: it is as in a call that is up.
    pub(super) fn take_early_refusal(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (handle, dialog): (Handle, Handle),
        status: u16,
    ) -> bool {
        if self.get(handle).is_none_or(|call| call.state == CallState::Connected) {
            return false;
        }
        match status {
            405 | 501 | 504 => self.wait_for_answer(lower, handle, dialog),
            408 | 481 => {
                let cause = if status == 408 { Cause::Timeout } else { Cause::Refused };
                self.early_dialog_lost(lower, now, (handle, dialog), failed(cause, status));
            }
            _ => return false,
        }
        true
    }

    /// The obstacle to an offer of ours, or to another identity, in a call that is not up.
    pub(in crate::phone) fn not_yet(&self, lower: &Lower<'_>, handle: Handle, offers: bool) -> Option<NotYet> {
        if self.get(handle)?.is_up() {
            return None;
        }
        match self.may_update_early(lower, handle, offers) {
            Early::Not(why) => Some(why),
            #[cfg(feature = "identity")]
            _ if !offers && !self.takes_names_early(lower, handle) => Some(NotYet::Name),
            _ => None,
        }
    }

    /// The far end of an early dialog has said that it takes another From (rfc4916#4.3).
    #[cfg(feature = "identity")]
    fn takes_names_early(&self, lower: &Lower<'_>, handle: Handle) -> bool {
        let dialog = self.get(handle).and_then(|call| self.early_dialog_of(lower, call, handle));
        dialog.is_some_and(|dialog| lower.dialogs.session(dialog).timer.renames())
    }
}
