//! Requests under way: locate, authenticate, fail over. All that we send goes through here.

use super::place::order;
use super::trace::{Pool, What};
use super::transactions::asking::{Found, Over, RequestDue};
use super::transactions::request::{Owner, Relocate, Sending, Stage};
use super::{Cause, Failure, Flow, Phone, Target};
use crate::base::count;
use crate::base::limits::TARGETS;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::client::State;
use crate::wire::sip::Message;

impl Phone<'_> {
    /// A slot for a request. When all are in use, one that only absorbs retransmissions gives way.
    pub(super) fn new_request(&mut self, owner: Owner, method: Sending) -> Option<Handle> {
        let Some(made) = self.lower.transactions.make(&mut self.lower.cx, owner, method) else {
            self.lower.cx.trace_full(Pool::Requests);
            return None;
        };
        self.release_owner(made.over);
        Some(made.handle)
    }

    /// A request is over.
    pub(super) fn end_request(&mut self, handle: Handle) {
        let over = self.lower.transactions.end(&mut self.lower.cx, handle);
        self.release_owner(over);
    }

    /// The owner of a request that is over lets go of what it used.
    pub(super) fn release_owner(&mut self, over: Option<Over>) {
        let Some(over) = over else { return };
        match over.owner {
            Owner::Dialog(dialog) => self.release_dialog(dialog),
            Owner::Account(account) => {
                self.lower.accounts.release(account, over.request);
            }
            Owner::Answer(dialog) => {
                self.lower.dialogs.lookup_over(dialog, over.request);
            }
            Owner::Invite(_) | Owner::Offer(_) | Owner::Nobody => {}
        }
    }

    /// The request's addresses are to be found.
    pub(super) fn locate(&mut self, handle: Handle) {
        self.lower.transactions.locate(&mut self.lower.cx, handle);
        if let Some(owner) = self.lower.transactions.request(handle).map(|request| request.owner) {
            self.trace_request(owner, What::Locating);
        }
    }

    /// The request goes over a flow that is known.
    pub(super) fn go_over(&mut self, now: Instant, handle: Handle, flow: Flow, own_hop: bool) {
        let Some((owner, method)) =
            self.lower.transactions.request(handle).map(|request| (request.owner, request.method))
        else {
            return;
        };
        let account = self.account_of(owner);
        let own_hop = own_hop && self.lower.accounts.is_own_flow(account, flow);
        let several = self.lower.accounts.has_several(account);
        let relocate = match self.dialog_around(owner, method) {
            // rfc3263#4.3: a dialog's next hop may have a name, which may stand for others; and a stream may be opened
            // anew
            Some(dialog) if flow.is_reliable() || self.next_hop_is_a_name(dialog) => Relocate::Failed,
            None if own_hop && several => Relocate::Silent,
            _ => Relocate::No,
        };
        self.lower.transactions.aim(handle, flow, own_hop, relocate);
        self.prepare(now, handle);
    }

    /// The driver found its addresses.
    pub(super) fn located(&mut self, now: Instant, handle: Handle, targets: &[Target]) {
        let Some(request) = self.lower.transactions.request(handle) else { return };
        let (owner, method, branch, before) = (request.owner, request.method, request.branch, request.place().flow());
        if request.stage != Stage::Locating {
            return;
        }
        if !targets.is_empty() {
            self.trace_request(owner, What::Located { count: targets.len().min(TARGETS) as u8 });
        }
        if method == Sending::Nothing {
            self.host_found(now, handle, targets);
            return;
        }
        let Some(first) = targets.first().copied() else {
            self.locate_failed(now, handle, Failure::Name);
            return;
        };
        let mut ordered = [first; TARGETS];
        let mut count = targets.len().min(TARGETS);
        for (place, target) in ordered.iter_mut().zip(targets) {
            *place = *target;
        }
        order(ordered.get_mut(..count).unwrap_or_default(), &mut self.lower.cx.rng);
        let in_dialog = self.dialog_around(owner, method).is_some();
        if branch != 0 {
            // the address that was known has failed: it is the last resort now, and in a dialog, where it had all its
            // time, none at all
            let (failed, found) = (before, ordered.get_mut(..count).unwrap_or_default());
            let again = |flow: Flow| if in_dialog { flow == failed } else { flow.remote() == failed.remote() };
            if let Some(at) = found.iter().position(|target| again(target.flow))
                && let Some(behind) = found.get_mut(at..)
            {
                behind.rotate_left(1);
                count -= usize::from(in_dialog);
            }
            if count == 0 {
                self.request_failed(now, handle, Cause::Timeout, 0);
                return;
            }
        }
        let account_handle = self.account_of(owner);
        // where a dialog's next hop leads is the far end's to say: it makes nothing the account's own
        let own = !in_dialog && self.goes_to_own_hop(owner);
        if own {
            let ordered = ordered.get_mut(..count).unwrap_or_default();
            self.lower.accounts.way_found(now, account_handle, targets, ordered, branch == 0);
        }
        let found = ordered.get(..count).unwrap_or_default();
        self.lower.transactions.aim_at(handle, found, own && !account_handle.is_none());
        self.prepare(now, handle);
    }

    /// Whether a request is located by its account's registrar or proxy.
    pub(super) fn goes_to_own_hop(&self, owner: Owner) -> bool {
        match owner {
            Owner::Account(_) => true,
            Owner::Dialog(dialog) => self.lower.dialogs.get(dialog).is_some_and(|dialog| dialog.own_hop),
            _ => false,
        }
    }

    pub(super) fn account_of(&self, owner: Owner) -> Handle {
        match owner {
            Owner::Account(account) => account,
            Owner::Dialog(dialog) => self.lower.dialogs.account_of(dialog),
            _ => Handle::NONE,
        }
    }

    /// Its way is known; what its message needs may not be there yet.
    pub(super) fn prepare(&mut self, now: Instant, handle: Handle) {
        let Some((owner, method, flow)) = self.lower.transactions.preparing(handle) else { return };
        if self.dialog_around(owner, method).is_some() {
            let own = self.goes_to_own_hop(owner) && self.lower.accounts.is_own_flow(self.account_of(owner), flow);
            self.lower.transactions.set_own_hop(handle, own);
        }
        if let Owner::Dialog(dialog) = owner
            && method.is_invite()
        {
            if self.local_of(flow.socket()).is_none() {
                // the socket is gone that this address is reached from
                if !self.fail_over(now, handle) {
                    self.request_failed(now, handle, Cause::Unreachable, 0);
                }
                return;
            }
            let call = self.lower.dialogs.call_of(dialog);
            self.lower.dialogs.set_flow(dialog, flow);
            self.name_direct_call(dialog, flow);
            if !self.ports_at(call, flow) {
                return;
            }
        }
        self.start(now, handle);
    }

    /// Sends the request: a new transaction.
    pub(super) fn start(&mut self, now: Instant, handle: Handle) {
        let Some(request) = self.lower.transactions.request(handle) else { return };
        let (owner, number, tries, flow) = (request.owner, request.number, request.tries, request.place().flow());
        let number = if number == 0 { self.next_number(owner) } else { number };
        self.lower.transactions.begin(&mut self.lower.cx, now, handle, number);
        if self.render_request(handle).is_err() {
            // what could be written before its credentials stood in it is too long with them
            let cause = if self.local_of(flow.socket()).is_none() {
                Cause::Unreachable
            } else if tries > 0 {
                Cause::ChallengeSize
            } else {
                Cause::Full
            };
            self.request_failed(now, handle, cause, 0);
            return;
        }
        self.lower.transactions.send(&mut self.lower.cx, handle);
    }

    fn next_number(&mut self, owner: Owner) -> u32 {
        match owner {
            Owner::Account(account) => self.lower.accounts.next_number(account),
            Owner::Dialog(dialog) => self.lower.dialogs.next_number(dialog).unwrap_or(1),
            _ => 1,
        }
    }

    /// A timer of a request.
    pub(super) fn request_timeout(&mut self, now: Instant, handle: Handle) {
        match self.lower.transactions.request_silent(now, handle) {
            Some(State::Idle) => {
                self.locate_failed(now, handle, Failure::Name);
                return;
            }
            Some(State::Calling) if self.fail_over(now, handle) => return,
            Some(State::Proceeding) => self.cancel_given_up(now, handle),
            _ => {}
        }
        match self.lower.transactions.request_due(&mut self.lower.cx, now, handle) {
            RequestDue::Nothing => {}
            RequestDue::Over => self.end_request(handle),
            RequestDue::TimedOut => {
                if !self.fail_over(now, handle) {
                    self.request_failed(now, handle, Cause::Timeout, 0);
                }
            }
        }
    }

    /// An answer came.
    pub(super) fn handle_response(&mut self, now: Instant, flow: Flow, answer: &Message<'_>, status: u16) {
        let (Ok(via), Ok(cseq)) = (answer.via(), answer.cseq()) else {
            count::up(&mut self.lower.cx.counters.malformed);
            self.lower.cx.trace_malformed(flow, "Via or CSeq cannot be read");
            return;
        };
        let handle = match self.lower.transactions.find(via.branch(), &cseq, status) {
            Found::Request(handle) => handle,
            Found::Success => {
                self.repeated_success(now, flow, answer);
                return;
            }
            Found::Nothing => {
                count::up(&mut self.lower.cx.counters.unmatched);
                return;
            }
        };
        let Some(request) = self.lower.transactions.request(handle) else { return };
        let forged = match request.owner {
            // a REGISTER is answered over the hop that it took: a forged refusal would stop its account, a forged
            // success leave it unreachable
            Owner::Account(account) => {
                flow != request.place().flow() && !self.lower.accounts.is_own_flow(account, flow)
            }
            _ => false,
        };
        if forged || cseq.number != request.number {
            count::up(&mut self.lower.cx.counters.unmatched);
            return;
        }
        let Some(heard) = self.lower.transactions.hear(&mut self.lower.cx, now, handle, answer, status) else { return };
        // rfc3263#4.3: 503 means the next address
        if status == 503
            && heard.has_next
            && !self.is_cancelled(handle)
            && let Some(next) = self.again(handle)
        {
            self.fail_over(now, next);
            return;
        }
        if matches!(status, 401 | 407)
            && !self.is_cancelled(handle)
            && self.authenticate(now, handle, flow, answer, status)
        {
            return;
        }
        if let Owner::Account(account) = heard.owner
            && (200..300).contains(&status)
            && heard.own_hop
            && self.lower.accounts.is_own_flow(account, flow)
        {
            self.lower.accounts.take_next_nonce(account, answer);
        }
        if let Owner::Dialog(dialog) = heard.owner
            && heard.method.is_invite()
            && ((200..300).contains(&status) || super::outgoing::description(answer).is_some())
        {
            let call = self.lower.dialogs.call_of(dialog);
            self.vouch(call, flow, self.lower.accounts.is_own_flow(self.account_of(heard.owner), flow), answer);
        }
        match (heard.owner, heard.method) {
            (Owner::Account(account), _) => self.register_answered(now, account, handle, flow, answer, status),
            (Owner::Dialog(dialog), Sending::Invite) => self.invite_answered(now, flow, dialog, handle, answer, status),
            (Owner::Dialog(dialog), Sending::Reinvite) => self.reoffer_answered(now, dialog, handle, answer, status),
            _ if status >= 200
                // BYE, CANCEL: whatever the answer, it is over (rfc3261#15.1.1)
                && heard.completed =>
            {
                self.end_request(handle);
            }
            _ => {}
        }
    }

    /// An INVITE that was refused goes on absorbing (its ACK stands in its buffer), so a new try needs a slot of its
    /// own. Others use theirs again.
    pub(super) fn again(&mut self, handle: Handle) -> Option<Handle> {
        let (owner, method) = self.lower.transactions.request(handle).map(|request| (request.owner, request.method))?;
        if !method.is_invite() {
            return Some(handle);
        }
        if self.is_cancelled(handle) {
            return None;
        }
        if let Owner::Dialog(dialog) = owner {
            self.forget_early(dialog, handle);
        }
        let made = self.lower.transactions.renew(&mut self.lower.cx, handle)?;
        self.release_owner(made.over);
        let next = made.handle;
        if let Owner::Dialog(dialog) = owner {
            self.lower.dialogs.take(dialog);
            if let Some(call) = self.calls.slots.get_mut(self.lower.dialogs.call_of(dialog)) {
                call.request = next;
            }
        }
        Some(next)
    }
}
