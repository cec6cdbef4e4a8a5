//! An address or a flow has failed: what goes on elsewhere, and what ends.

use super::calls::call::Cancel;
use super::trace::What;
use super::transactions::asking::Moved;
use super::transactions::request::{Owner, Sending, Stage};
use super::{Cause, Failure, Flow, Phone};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::client::State;
use crate::wire::sip::Uri;

impl Phone<'_> {
    /// The dialog that a request is sent within; `None` for one that begins a dialog, or has none.
    pub(super) fn dialog_around(&self, owner: Owner, method: Sending) -> Option<Handle> {
        let Owner::Dialog(handle) = owner else { return None };
        let within = method != Sending::Invite || self.lower.dialogs.get(handle).is_some_and(|dialog| dialog.confirmed);
        within.then_some(handle)
    }

    /// A dialog's next hop is not named by an address.
    pub(super) fn next_hop_is_a_name(&self, handle: Handle) -> bool {
        let Some(dialog) = self.lower.dialogs.get(handle) else { return false };
        let uri = Uri::parse(dialog.next_hop(self.lower.dialogs.text(handle)));
        uri.is_ok_and(|uri| uri.maddr().unwrap_or(uri.host).ip().is_none())
    }

    /// Moves on to the next address (rfc3263#4.3: a new transaction with a new branch). False when there is none.
    pub(super) fn fail_over(&mut self, now: Instant, handle: Handle) -> bool {
        if self.is_cancelled(handle) {
            return false;
        }
        match self.lower.transactions.next_target(&mut self.lower.cx, handle) {
            Moved::Nowhere => return false,
            Moved::Relocated => {
                if let Some(owner) = self.lower.transactions.request(handle).map(|request| request.owner) {
                    self.trace_request(owner, What::Locating);
                }
            }
            Moved::To { owner, method, own_hop, hop } => {
                self.trace_request(owner, What::FailedOver { to: hop.remote() });
                if own_hop && self.dialog_around(owner, method).is_none() {
                    let account = self.account_of(owner);
                    self.lower.accounts.set_hop(now, account, hop);
                }
                self.prepare(now, handle);
            }
        }
        true
    }

    /// An INVITE that its caller has given up: ringing the next address would begin the call anew.
    pub(super) fn is_cancelled(&self, handle: Handle) -> bool {
        let Some(request) = self.lower.transactions.request(handle) else { return false };
        let Owner::Dialog(dialog) = request.owner else { return false };
        let call = self.lower.dialogs.get(dialog).and_then(|dialog| self.calls.slots.get(dialog.usage.call()));
        match request.method {
            Sending::Invite => request.given_up || call.is_some_and(|call| call.cancel != Cancel::No),
            // its call has ended
            Sending::Reinvite => call.is_none_or(|call| call.request != handle),
            _ => false,
        }
    }

    /// A wish for addresses failed. An account's way that was known has to do until names can be found again.
    pub(super) fn locate_failed(&mut self, now: Instant, handle: Handle, failure: Failure) {
        let Some(request) = self.lower.transactions.request(handle).filter(|request| request.stage == Stage::Locating)
        else {
            return;
        };
        let (owner, method, sent) = (request.owner, request.method, request.branch != 0);
        self.trace_request(owner, What::LocateFailed(failure));
        if method == Sending::Nothing {
            self.host_found(now, handle, &[]);
            return;
        }
        if !sent && self.dialog_around(owner, method).is_none() && self.goes_to_own_hop(owner) {
            let account = self.account_of(owner);
            if let Some(hop) = self.lower.accounts.keep_hop(now, account) {
                self.go_over(now, handle, hop.flow(), true);
                return;
            }
        }
        let cause = match failure {
            Failure::Name => Cause::Name,
            Failure::Port => Cause::Port,
            Failure::Unreachable => Cause::Unreachable,
            Failure::Unsupported => Cause::Unsupported,
        };
        self.request_failed(now, handle, cause, 0);
    }

    /// It came to nothing without a final answer.
    pub(super) fn request_failed(&mut self, now: Instant, handle: Handle, cause: Cause, status: u16) {
        let Some(request) = self.lower.transactions.request(handle) else { return };
        let (owner, method) = (request.owner, request.method);
        if request.own_hop || matches!(owner, Owner::Account(_)) {
            // what was resolved may be out of date: look again next time
            let account = self.account_of(owner);
            self.lower.accounts.forget_hop(account);
        }
        match owner {
            Owner::Account(account) => {
                self.end_request(handle);
                self.register_failed(now, account, cause, status);
            }
            Owner::Dialog(dialog) => {
                let call = self.lower.dialogs.call_of(dialog);
                if method == Sending::Reinvite {
                    self.reoffer_failed(now, call, handle, cause);
                } else if method == Sending::Invite {
                    if let Some(call) = self.calls.slots.get_mut(call) {
                        call.request = Handle::NONE;
                    }
                    self.end_request(handle);
                    self.end_call(now, call, cause, status);
                } else {
                    self.end_request(handle);
                }
            }
            _ => self.end_request(handle),
        }
    }

    /// A flow failed (an ICMP error, or a stream is gone): requests that wait on it move on.
    ///
    /// Who was heard on a datagram flow is there, whatever an ICMP error says. On a stream that is gone no answer can
    /// come any more; but an INVITE that was heard is not begun anew elsewhere, for it may ring: it ends.
    pub fn handle_flow_failed(&mut self, now: Instant, flow: Flow) {
        self.hear(now);
        for index in 0..self.lower.transactions.request_capacity() {
            let Some(handle) = self.lower.transactions.request_at(index) else { continue };
            let Some(request) = self.lower.transactions.request(handle) else { continue };
            if request.stage != Stage::Running || request.place().flow() != flow {
                continue;
            }
            let moves = match request.client.state() {
                State::Calling => true,
                State::Proceeding if flow.is_reliable() => !request.method.is_invite(),
                _ => continue,
            };
            if !(moves && self.fail_over(now, handle)) {
                self.request_failed(now, handle, Cause::Unreachable, 0);
            }
        }
        if flow.is_reliable() {
            self.rebind(now, flow);
        }
    }

    /// A stream is gone. What is bound over it cannot be reached any more (rfc5626#4.4.1): it is bound anew at once.
    fn rebind(&mut self, now: Instant, flow: Flow) {
        for index in 0..self.lower.accounts.capacity() {
            let Some(handle) = self.lower.accounts.handle_at(index) else { continue };
            let outcome = self.lower.accounts.flow_failed(&mut self.lower.cx, now, handle, flow);
            self.registered(now, handle, outcome);
        }
    }
}
