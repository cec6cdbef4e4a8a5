//! Direct calls, where anybody may call: what they may take of the pools, and what of theirs gives way to an account's
//! callers.
//!
//! A direct INVITE is let in while more slots are free than are kept for accounts, and while its source does not have
//! too many under way. When an account's caller finds no slot all the same, a direct INVITE that has no answer or no
//! ACK yet gives way.

use super::responses::Describe;
use super::{CallState, Cause, Flow, Phone};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::server::State;
use crate::sip::tombstone::Answered;

impl Phone<'_> {
    /// A dialog that no account has.
    pub(super) fn is_direct(&self, dialog: Handle) -> bool {
        self.lower.dialogs.get(dialog).is_some_and(|dialog| dialog.account.is_none())
    }

    /// Slots of calls, transactions and dialogs that direct calls leave to accounts.
    pub(super) fn kept_slots(&self) -> usize {
        if self.lower.accounts.used() == 0 { 0 } else { self.lower.cx.fixed.direct_reserve }
    }

    /// Whether a direct INVITE from there may take slots.
    pub(super) fn direct_fits(&self, flow: Flow) -> bool {
        let kept = self.kept_slots();
        let room = self.calls.possible() > kept
            && (kept == 0 || self.lower.transactions.servers_free() > kept && self.lower.dialogs.free() > kept);
        room && !self.lower.transactions.is_source_busy(&self.lower.cx, flow)
    }

    /// Lets a direct INVITE in, or not. Where its source has too many under way, one of those that are refused and only
    /// wait for their ACK gives way: nothing is lost with it.
    pub(super) fn admit_direct(&mut self, now: Instant, flow: Flow) -> bool {
        if let Some(refused) = self.lower.transactions.refused_of_busy(&self.lower.cx, flow) {
            self.give_way(now, refused);
        }
        self.direct_fits(flow)
    }

    /// Whether an INVITE of an account's caller finds a slot, or one that gives way.
    pub(super) fn account_fits(&self) -> bool {
        self.calls.possible() > 0 || self.lower.transactions.directs().next().is_some()
    }

    /// Makes room for an account's caller. False: there is none.
    pub(super) fn make_room(&mut self, now: Instant) -> bool {
        while self.calls.possible() == 0
            || self.lower.transactions.servers_free() == 0
            || self.lower.dialogs.free() == 0
        {
            let Some(first) = self.first_to_go() else { break };
            let server = self.lower.transactions.server(first);
            let rang = server.is_some_and(|server| self.calls.get(server.served().call).is_some());
            self.give_way(now, first);
            if rang {
                break; // all is free that one INVITE needs; a second one would gain nothing
            }
        }
        self.calls.possible() > 0
    }

    /// The direct INVITE that gives way first: one that is refused and only waits for its ACK, else the oldest. It
    /// looks at all that there are, but only for an account's caller who found no slot.
    fn first_to_go(&self) -> Option<Handle> {
        let age = |call: Handle| {
            let call = self.calls.get(call).filter(|call| call.state != CallState::Ended);
            call.map_or(Instant::ZERO, |call| call.started)
        };
        let directs = self.lower.transactions.directs();
        directs.min_by_key(|(_, server)| age(server.served().call)).map(|(handle, _)| handle)
    }

    /// A direct INVITE gives way.
    ///
    /// One that rings gets 486 (rfc3261#21.4.24: the phone cannot take another call just now). It leaves once; its
    /// buffer is needed, so a retransmission of the INVITE gets the same from a tombstone. One that was answered and
    /// has no ACK ends without a word: a BYE has to wait for the ACK (rfc3261#15), and if one comes nevertheless,
    /// whoever sent it gets 481 to its next request.
    fn give_way(&mut self, now: Instant, handle: Handle) {
        let Some(server) = self.lower.transactions.server(handle) else { return };
        let (state, served, refusal) = (server.state(), server.served(), server.status());
        if state == State::Proceeding && self.render_response(handle, 486, Describe::Nothing).is_ok() {
            self.lower.transactions.respond_last(handle);
        }
        self.lower.dialogs.forget_bye(served.dialog);
        self.end_call(now, served.call, Cause::Full, 486);
        let status = if state == State::Completed { refusal } else { 486 };
        let secret = self.lower.dialogs.get(served.dialog).map_or(0, |dialog| dialog.local_tag.secret);
        self.end_server_owing(now, handle, Answered { secret, status, ..Answered::default() });
    }
}
