//! Direct calls, where anybody may call: what they may take of the pools, and what of theirs gives way to an account's
//! callers.
//!
//! A direct INVITE is let in while more slots are free than are kept for accounts, and while its source does not have
//! too many under way. When an account's caller finds no slot all the same, a direct INVITE that has no answer or no
//! ACK yet gives way.

use super::answers::Describe;
use super::{CallState, Cause, Flow, Phone};
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::base::time::Instant;
use crate::sip::server::State;
use crate::sip::tombstone::Answered;
use core::net::IpAddr;

impl Phone<'_> {
    /// A dialog that no account has.
    pub(super) fn is_direct(&self, dialog: Handle) -> bool {
        self.lower.dialogs.slots.get(dialog).is_some_and(|dialog| dialog.account.is_none())
    }

    /// Slots of calls, transactions and dialogs that direct calls leave to accounts.
    pub(super) fn kept_slots(&self) -> usize {
        if self.lower.accounts.slots.used() == 0 { 0 } else { self.lower.cx.fixed.direct_reserve }
    }

    /// Calls that could begin: an ended call that nobody fetched gives its slot.
    pub(super) fn free_calls(&self) -> usize {
        self.calls.slots.free() + self.calls.ended.len()
    }

    /// Whether a direct INVITE from there may take slots.
    pub(super) fn direct_fits(&self, flow: Flow) -> bool {
        let kept = self.kept_slots();
        let room = self.free_calls() > kept
            && (kept == 0 || self.lower.transactions.servers.free() > kept && self.lower.dialogs.slots.free() > kept);
        room && !self.is_source_busy(flow)
    }

    /// As many direct INVITEs of this source are under way as may be.
    pub(super) fn is_source_busy(&self, flow: Flow) -> bool {
        let most = self.lower.cx.fixed.direct_per_source;
        self.of_source(flow).filter(|handle| !self.is_refused(*handle)).take(most).count() >= most
    }

    /// Lets a direct INVITE in, or not. Where its source has too many under way, one of those that are refused and only
    /// wait for their ACK gives way: nothing is lost with it.
    pub(super) fn admit_direct(&mut self, now: Instant, flow: Flow) -> bool {
        let most = self.lower.cx.fixed.direct_per_source;
        let refused = self.of_source(flow).find(|handle| self.is_refused(*handle));
        if let Some(refused) = refused.filter(|_| self.of_source(flow).take(most).count() == most) {
            self.give_way(now, refused);
        }
        self.direct_fits(flow)
    }

    /// Direct INVITEs of the source that a flow leads to, which have no answer or no ACK yet.
    fn of_source(&self, flow: Flow) -> impl Iterator<Item = Handle> + '_ {
        let requests = self.lower.transactions.servers.capacity() as u32;
        let slots = self
            .lower
            .transactions
            .server_table
            .find(self.source_of(flow))
            .filter_map(move |slot| slot.checked_sub(requests));
        slots.filter_map(|index| self.lower.transactions.servers.handle_at(index))
    }

    fn is_refused(&self, server: Handle) -> bool {
        self.lower.transactions.servers.get(server).is_some_and(|server| server.transaction.state() == State::Completed)
    }

    /// Whether an INVITE of an account's caller finds a slot, or one that gives way.
    pub(super) fn account_fits(&self) -> bool {
        self.free_calls() > 0 || self.lower.transactions.servers.iter().any(|(_, server)| server.direct)
    }

    /// The hash of the host that a flow leads to. Of IPv6, a host has a network of 64 bits (rfc4291#2.5.4).
    fn source_of(&self, flow: Flow) -> u64 {
        let [_, key] = self.lower.cx.keys;
        let hash = Hasher::new(key);
        match flow.remote().ip().to_canonical() {
            IpAddr::V4(four) => hash.with(&four.octets()).finish(),
            IpAddr::V6(six) => hash.with(six.octets().first_chunk::<8>().unwrap_or(&[0; 8])).finish(),
        }
    }

    /// Where a transaction stands in the table by its source: behind those by request.
    fn source_slot(&self, server: Handle) -> u32 {
        self.lower.transactions.servers.capacity() as u32 + server.index
    }

    /// A direct INVITE has its slot.
    pub(super) fn count_direct(&mut self, server: Handle, flow: Flow) {
        let (source, slot) = (self.source_of(flow), self.source_slot(server));
        self.lower.transactions.server_table.insert(source, slot);
    }

    /// A direct INVITE gives its slot back.
    pub(super) fn forget_direct(&mut self, server: Handle) {
        let slot = self.source_slot(server);
        self.lower.transactions.server_table.remove(slot);
    }

    /// Makes room for an account's caller. False: there is none.
    pub(super) fn make_room(&mut self, now: Instant) -> bool {
        while self.free_calls() == 0 || self.lower.transactions.servers.is_full() || self.lower.dialogs.slots.is_full()
        {
            let Some(first) = self.first_to_go() else { break };
            let rang = self
                .lower
                .transactions
                .servers
                .get(first)
                .is_some_and(|server| self.calls.slots.get(server.call).is_some());
            self.give_way(now, first);
            if rang {
                break; // all is free that one INVITE needs; a second one would gain nothing
            }
        }
        self.free_calls() > 0
    }

    /// The direct INVITE that gives way first: one that is refused and only waits for its ACK, else the oldest. It
    /// looks at all that there are, but only for an account's caller who found no slot.
    fn first_to_go(&self) -> Option<Handle> {
        let direct = self.lower.transactions.servers.iter().filter(|(_, server)| server.direct);
        let age = |call: Handle| {
            let call = self.calls.slots.get(call).filter(|call| call.state != CallState::Ended);
            call.map_or(Instant::ZERO, |call| call.started)
        };
        direct.min_by_key(|(_, server)| age(server.call)).map(|(handle, _)| handle)
    }

    /// A direct INVITE gives way.
    ///
    /// One that rings gets 486 (rfc3261#21.4.24: the phone cannot take another call just now). It leaves once; its
    /// buffer is needed, so a retransmission of the INVITE gets the same from a tombstone. One that was answered and
    /// has no ACK ends without a word: a BYE has to wait for the ACK (rfc3261#15), and if one comes nevertheless,
    /// whoever sent it gets 481 to its next request.
    fn give_way(&mut self, now: Instant, handle: Handle) {
        let Some(server) = self.lower.transactions.servers.get(handle).copied() else { return };
        let state = server.transaction.state();
        if state == State::Proceeding
            && self.render_answer(handle, 486, Describe::Nothing).is_ok()
            && let Some(rendered) = self.lower.transactions.servers.get(handle)
        {
            let text = self
                .lower
                .transactions
                .server_bytes
                .get(handle.index)
                .get(usize::from(rendered.start)..usize::from(rendered.end));
            if let Some((text, room)) =
                text.and_then(|text| Some((text, self.lower.transactions.reply.get_mut(..text.len())?)))
            {
                room.copy_from_slice(text);
                self.lower.transactions.reply_len = text.len();
                self.lower.transactions.reply_flow = Some(server.flow.flow());
            }
        }
        if let Some(dialog) = self.lower.dialogs.slots.get_mut(server.dialog) {
            dialog.confirmed = false; // no BYE
            dialog.bye_owed = false;
        }
        self.end_call(now, server.call, Cause::Full, 486);
        let status = if state == State::Completed { server.status } else { 486 };
        let secret = self.lower.dialogs.slots.get(server.dialog).map_or(0, |dialog| dialog.local_tag.secret);
        self.end_server_owing(now, handle, Answered { secret, status, ..Answered::default() });
    }
}
