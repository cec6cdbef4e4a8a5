//! Direct calls, where they are allowed: the slots that they may take, and those that give way to an account's callers.
//!
//! A direct INVITE is let in while more slots are free than are kept for accounts, and while its source does not have
//! too many under way. When an account's caller finds no slot all the same, a direct INVITE that has no answer or no
//! ACK yet gives way.

use super::Calls;
use super::responses::Describe;
use crate::base::slots::Handle;
use crate::base::time::Instant;
#[cfg(feature = "refer")]
use crate::phone::TransferPolicy;
use crate::phone::trace::{About, IS_MADE, Pool, Rule, What};
#[cfg(feature = "refer")]
use crate::phone::transactions::Transactions;
use crate::phone::{CallState, Cause, Flow, Lower};
use crate::sip::server::State;
use crate::sip::tombstone::{Own, Responded};
use crate::wire::sip::Method;

impl Calls<'_> {
    /// A dialog that no account has.
    pub(in crate::phone) fn is_direct(lower: &Lower<'_>, dialog: Handle) -> bool {
        lower.dialogs.get(dialog).is_some_and(|leg| leg.account().is_none())
    }

    /// Slots of calls, transactions and dialogs that direct calls leave to accounts.
    pub(super) fn kept_slots(lower: &Lower<'_>) -> usize {
        if lower.accounts.used() == 0 { 0 } else { lower.cx.fixed.direct_reserve }
    }

    /// A direct INVITE from there may take slots.
    pub(in crate::phone) fn direct_fits(&self, lower: &Lower<'_>, flow: Flow) -> bool {
        let kept = Self::kept_slots(lower);
        let room = self.possible() > kept
            && (kept == 0 || lower.transactions.servers_free() > kept && lower.dialogs.free() > kept);
        room && !self.is_source_busy(lower, flow)
    }

    /// A source has as many INVITEs under way as it may have. Calls that were dialled because of its REFERs count as well:
    /// where they are followed at once, they are its doing.
    fn is_source_busy(&self, lower: &Lower<'_>, flow: Flow) -> bool {
        #[cfg(feature = "refer")]
        let others = match lower.accounts.transfers(&lower.cx, Handle::NONE) {
            (TransferPolicy::Follow, _) => self.followed_for(Transactions::source(&lower.cx, flow)),
            _ => 0,
        };
        #[cfg(not(feature = "refer"))]
        let others = 0;
        lower.transactions.is_source_busy(&lower.cx, flow, others)
    }

    /// Lets a direct INVITE in, or not. Where its source has too many under way, one of those that are refused and only
    /// wait for their ACK gives way: nothing is lost with it.
    pub(super) fn admit_direct(&mut self, lower: &mut Lower<'_>, now: Instant, flow: Flow) -> bool {
        if let Some(refused) = lower.transactions.refused_of_busy(&lower.cx, flow) {
            self.give_way(lower, now, refused);
        }
        self.direct_fits(lower, flow)
    }

    /// An INVITE of an account's caller finds a slot, or one that gives way.
    pub(in crate::phone) fn account_fits(&self, lower: &Lower<'_>) -> bool {
        self.possible() > 0 || lower.transactions.directs().next().is_some()
    }

    /// Makes room for an account's caller. False: there is none.
    pub(super) fn make_room(&mut self, lower: &mut Lower<'_>, now: Instant) -> bool {
        while self.possible() == 0 || lower.transactions.servers_free() == 0 || lower.dialogs.free() == 0 {
            let Some(first) = self.first_to_go(lower) else { break };
            let server = lower.transactions.server(first);
            let rang = server.is_some_and(|server| self.get(server.served().call).is_some());
            self.give_way(lower, now, first);
            if rang {
                break; // all is free that one INVITE needs; a second one would gain nothing
            }
        }
        self.possible() > 0
    }

    /// The direct INVITE that gives way first: one that is refused and only waits for its ACK, else the oldest. It
    /// looks at all that there are, but only for an account's caller who found no slot.
    fn first_to_go(&self, lower: &Lower<'_>) -> Option<Handle> {
        let age = |call: Handle| {
            let call = self.get(call).filter(|call| call.state != CallState::Ended);
            call.map_or(Instant::ZERO, |call| call.started)
        };
        let directs = lower.transactions.directs();
        directs.min_by_key(|(_, server)| age(server.served().call)).map(|(handle, _)| handle)
    }

    /// A direct INVITE gives way.
    ///
    /// One that rings gets 486 (rfc3261#21.4.24: the phone cannot take another call just now). It leaves once; its
    /// buffer is needed, so a retransmission of the INVITE gets the same from a tombstone. One that was answered and
    /// has no ACK ends without a BYE, which would have to wait for the ACK (rfc3261#15); if an ACK comes nevertheless,
    /// its sender gets 481 to its next request.
    fn give_way(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(server) = lower.transactions.server(handle) else { return };
        let (state, served, refusal) = (server.state(), server.served(), server.status());
        if state == State::Proceeding && self.render_response(lower, handle, 486, Describe::Nothing).is_ok() {
            lower.transactions.respond_last(handle);
        }
        lower.dialogs.forget_bye(served.dialog);
        if let Some(call) = self.get_mut(served.call).filter(|call| !call.is_over()) {
            call.gave_way = true;
        }
        self.end_call(lower, now, served.call, Cause::Full, 486);
        let status = if state == State::Completed { refusal } else { 486 };
        let own = Own::Tag(lower.dialogs.dialog(served.dialog).map_or(0, |dialog| dialog.local_tag.secret));
        self.end_server_owing(lower, now, handle, Responded { own, status, ..Responded::default() });
    }

    /// An INVITE found no slot for its call.
    #[inline(never)]
    pub(super) fn trace_no_room(&mut self, lower: &mut Lower<'_>, flow: Flow, account: Handle) {
        if !IS_MADE {
            return;
        }
        let rule = match account.is_none() {
            true if self.is_source_busy(lower, flow) => Rule::PerSource,
            true if self.possible() > 0 => Rule::Reserve,
            _ => {
                lower.cx.trace_full(Pool::Calls);
                return;
            }
        };
        lower.cx.trace(About::Phone, What::Stranger { from: flow.remote(), method: Method::Invite, rule });
    }
}
