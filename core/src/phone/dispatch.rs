//! Requests of ours, handed on: the meaning of their responses, deadlines and failures for their owners.

use super::requests::Asking;
use super::trace::{About, What};
use super::transactions::asking::{Found, RequestDue, Response};
#[cfg(feature = "stream")]
use super::transactions::request::Request;
use super::transactions::request::{Owner, Sending};
use super::{AccountId, Cause, Failure, Flow, Phone, Target};
use crate::base::count;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::client::State;
use crate::wire::sip::Message;

impl Phone<'_> {
    /// A request is on its way; or it failed, which is passed to its owner.
    pub(super) fn asked(&mut self, now: Instant, asking: Asking) {
        match asking {
            Asking::Failed { request, cause } => self.request_failed(now, request, cause),
            #[cfg(feature = "stream")]
            Asking::SentLong { request, bytes } => self.sent_long(request, bytes),
            _ => {}
        }
    }

    /// A request left by a datagram that is longer than one should be: an event of its call or account.
    #[cfg(feature = "stream")]
    fn sent_long(&mut self, request: Handle, bytes: u16) {
        if let Some(Owner::Account(account)) = self.lower.transactions.request(request).map(Request::owner) {
            self.lower.accounts.sent_long(&mut self.lower.cx, account, bytes);
        } else {
            self.calls.sent_long(&mut self.lower, request, bytes);
        }
    }

    /// The driver found the addresses of a request, or of a host that a description names.
    pub(super) fn located(&mut self, now: Instant, handle: Handle, found: Result<&[Target], Failure>) {
        let asking = match found {
            Ok(targets) => self.lower.located(now, handle, targets),
            Err(failure) => self.lower.locate_failed(now, handle, failure),
        };
        match asking {
            Asking::Looked => self.calls.host_found(&mut self.lower, now, handle, found.unwrap_or_default()),
            asking => self.asked(now, asking),
        }
    }

    /// The driver opened the stream that a request waits for.
    #[cfg(feature = "stream")]
    pub(super) fn connected(&mut self, now: Instant, handle: Handle, flow: Flow) {
        let asking = self.lower.connected(now, handle, flow);
        self.asked(now, asking);
    }

    /// It could not.
    #[cfg(feature = "stream")]
    pub(super) fn not_connected(&mut self, now: Instant, handle: Handle, cause: Cause) {
        if !self.fail_over(now, handle) {
            self.request_failed(now, handle, cause);
        }
    }

    /// Moves on to the next address. False when there is none.
    fn fail_over(&mut self, now: Instant, handle: Handle) -> bool {
        let moved = self.lower.fail_over(now, handle);
        if let Some(asking) = moved {
            self.asked(now, asking);
        }
        moved.is_some()
    }

    /// A timer of a request.
    pub(super) fn request_timeout(&mut self, now: Instant, handle: Handle) {
        let silent = self.lower.transactions.request_silent(now, handle);
        #[cfg(feature = "stream")]
        if silent.is_some() && self.lower.transactions.request(handle).is_some_and(Request::is_connecting) {
            self.not_connected(now, handle, Cause::Timeout);
            return;
        }
        match silent {
            Some(State::Idle) => {
                self.located(now, handle, Err(Failure::Name));
                return;
            }
            Some(State::Calling) if self.fail_over(now, handle) => return,
            Some(State::Proceeding) => self.calls.cancel_given_up(&mut self.lower, now, handle),
            _ => {}
        }
        match self.lower.transactions.request_due(&mut self.lower.cx, now, handle) {
            RequestDue::Nothing => {}
            RequestDue::Over => self.lower.end_request(handle),
            RequestDue::TimedOut => {
                if !self.fail_over(now, handle) {
                    self.request_failed(now, handle, Cause::Timeout);
                }
            }
        }
    }

    /// A response came.
    pub(super) fn handle_response(&mut self, now: Instant, flow: Flow, response: &Message<'_>, status: u16) {
        let (Ok(via), Ok(cseq)) = (response.via(), response.cseq()) else {
            count::up(&mut self.lower.cx.counters.malformed);
            self.lower.cx.trace_malformed(flow, "Via or CSeq cannot be read");
            return;
        };
        let handle = match self.lower.transactions.find(via.branch(), &cseq, status) {
            Found::Request(handle) => handle,
            Found::Success => {
                self.calls.repeated_success(&mut self.lower, now, flow, response);
                return;
            }
            Found::Nothing => {
                count::up(&mut self.lower.cx.counters.unmatched);
                return;
            }
        };
        let Some(request) = self.lower.transactions.request(handle) else { return };
        let forged = match request.owner() {
            // a REGISTER's response comes over the hop that it took: a forged refusal would stop its account, a forged
            // success leave it unreachable
            Owner::Account(account) => flow != request.flow() && !self.lower.accounts.is_own_flow(account, flow),
            _ => false,
        };
        if forged || cseq.number != request.number() {
            count::up(&mut self.lower.cx.counters.unmatched);
            return;
        }
        let Some(heard) = self.lower.transactions.hear(&mut self.lower.cx, now, handle, response, status) else {
            return;
        };
        self.heard(now, flow, handle, &heard, response, status);
        if status >= 300 && heard.method.is_invite() {
            self.calls.refused(&mut self.lower, handle);
        }
    }

    /// The first response of its kind came to a request.
    fn heard(
        &mut self,
        now: Instant,
        flow: Flow,
        handle: Handle,
        heard: &Response,
        response: &Message<'_>,
        status: u16,
    ) {
        // rfc3263#4.3: 503 means the next address
        if status == 503
            && heard.has_next
            && !heard.left
            && let Some(next) = self.calls.again(&mut self.lower, handle)
        {
            self.fail_over(now, next);
            return;
        }
        if matches!(status, 401 | 407) && !heard.left && self.authenticate(now, handle, flow, response, status) {
            return;
        }
        if let Owner::Account(account) = heard.owner
            && (200..300).contains(&status)
            && heard.own_hop
            && self.lower.accounts.is_own_flow(account, flow)
        {
            self.lower.accounts.take_next_nonce(account, response);
        }
        // an INVITE may outlive its call: its response vouches for no host then
        if let Owner::Dialog(dialog) = heard.owner
            && heard.method.offers().is_some()
            && ((200..300).contains(&status) || super::calls::outgoing::description(response).is_some())
            && let call = self.lower.dialogs.call_of(dialog)
            && self.calls.goes_on(call)
        {
            let own = self.lower.accounts.is_own_flow(self.lower.account_of(heard.owner), flow);
            self.calls.vouch(&mut self.lower, call, flow, own, response);
        }
        match (heard.owner, heard.method) {
            (Owner::Account(account), _) => self.register_response(now, account, handle, flow, response, status),
            (Owner::Dialog(dialog), Sending::Invite) => {
                self.calls.invite_response(&mut self.lower, now, flow, dialog, handle, response)
            }
            (Owner::Dialog(dialog), method) if method.changes() => {
                self.calls.reoffer_response(&mut self.lower, now, (flow, dialog), handle, response, status)
            }
            #[cfg(feature = "reliable")]
            (Owner::Dialog(dialog), Sending::Prack) if status >= 200 => {
                self.calls.hear_authorization(&mut self.lower, now, dialog, flow, response);
                self.calls.prack_response(&mut self.lower, now, dialog, handle, status)
            }
            #[cfg(feature = "info")]
            (Owner::Dialog(dialog), Sending::Info) => {
                self.calls.info_response(&mut self.lower, now, dialog, handle, status)
            }
            #[cfg(feature = "subscribe")]
            (Owner::Dialog(dialog), Sending::Subscribe) => {
                self.subscriptions.response(&mut self.lower, now, (dialog, flow), handle, response, status)
            }
            #[cfg(feature = "refer")]
            (Owner::Dialog(dialog), Sending::Refer) => {
                self.calls.refer_response(&mut self.lower, now, dialog, handle, response, status)
            }
            #[cfg(feature = "notify")]
            (Owner::Dialog(dialog), Sending::Notify) if !self.lower.dialogs.watcher_of(dialog).is_none() => {
                self.watchers.response(&mut self.lower, &self.calls, now, (dialog, handle), (response, status))
            }
            #[cfg(feature = "refer")]
            (Owner::Dialog(dialog), Sending::Notify) => {
                self.calls.report_response(&mut self.lower, now, dialog, handle, status)
            }
            #[cfg(all(feature = "info", feature = "message"))]
            (Owner::Dialog(dialog), Sending::Package) => {
                // rfc5057#5.1: the far end has no such call any more, so none of those behind it has its turn
                if status == 481 {
                    self.calls.is_unknown(&mut self.lower, now, dialog, status);
                }
                self.messages.response(&mut self.lower, now, dialog, handle, (response, status));
            }
            #[cfg(feature = "message")]
            (Owner::Dialog(dialog), Sending::Message) => {
                self.messages.response(&mut self.lower, now, dialog, handle, (response, status))
            }
            #[cfg(feature = "publish")]
            (Owner::Dialog(dialog), Sending::Publish) => {
                self.publish_response(now, (dialog, handle), (response, status))
            }
            _ if status >= 200
                // BYE, CANCEL: any final response ends it (rfc3261#15.1.1)
                && heard.completed =>
            {
                self.lower.end_request(handle);
            }
            _ => {}
        }
    }

    /// Answers a challenge if it is ours to answer. False: the account remembers the cause for an event.
    fn authenticate(&mut self, now: Instant, handle: Handle, flow: Flow, response: &Message<'_>, status: u16) -> bool {
        let Some(account) =
            self.lower.transactions.request(handle).map(|request| self.lower.account_of(request.owner()))
        else {
            return false;
        };
        let chosen = match self.lower.choose(handle, flow, (response, status)) {
            Ok(chosen) => chosen,
            Err(cause) => {
                count::up(&mut self.lower.cx.counters.refused_challenges);
                self.lower.cx.trace(About::Account(AccountId(account)), What::ChallengeRefused(cause));
                self.lower.accounts.tell(&mut self.lower.cx, account);
                return false;
            }
        };
        let Some(next) = self.calls.again(&mut self.lower, handle) else {
            self.lower.accounts.set_refusal(account, Cause::Full);
            return false;
        };
        let asking = self.lower.answer(now, next, chosen);
        self.asked(now, asking);
        true
    }

    /// A request failed without a final response.
    pub(super) fn request_failed(&mut self, now: Instant, handle: Handle, cause: Cause) {
        let Some(request) = self.lower.transactions.request(handle) else { return };
        match (request.owner(), request.method()) {
            (Owner::Account(account), _) => {
                let _ = self.lower.came_to_nothing(handle);
                self.lower.end_request(handle);
                self.register_failed(now, account, cause);
            }
            #[cfg(all(feature = "info", feature = "message"))]
            (_, Sending::Package) => self.messages.request_failed(&mut self.lower, now, handle, cause),
            #[cfg(feature = "message")]
            (_, Sending::Message) => self.messages.request_failed(&mut self.lower, now, handle, cause),
            #[cfg(feature = "subscribe")]
            (_, Sending::Subscribe) => self.subscriptions.request_failed(&mut self.lower, now, handle, cause),
            #[cfg(feature = "notify")]
            (Owner::Dialog(dialog), Sending::Notify) if !self.lower.dialogs.watcher_of(dialog).is_none() => {
                self.watchers.request_failed(&mut self.lower, now, (dialog, handle), cause)
            }
            #[cfg(feature = "publish")]
            (_, Sending::Publish) => self.publish_failed(now, handle, cause),
            _ => self.calls.request_failed(&mut self.lower, now, handle, cause),
        }
    }

    /// A flow failed (an ICMP error, or a stream is gone): requests that wait on it move on.
    ///
    /// A peer that was heard on a datagram flow is there, despite an ICMP error. On a stream that is gone no
    /// response can come any more; but an INVITE that was heard is not begun anew elsewhere, for it may ring: it ends.
    pub fn handle_flow_failed(&mut self, now: Instant, flow: Flow) {
        self.hear(now);
        // before its requests move on, for that changes the ways of their accounts
        if flow.is_reliable() {
            #[cfg(feature = "stream")]
            self.lower.transactions.lose_stream(&mut self.lower.cx, flow);
            self.rebind(now, flow);
        }
        for index in 0..self.lower.transactions.request_capacity() {
            let Some(handle) = self.lower.transactions.request_at(index) else { continue };
            let Some(request) = self.lower.transactions.request(handle) else { continue };
            let heard = flow.is_reliable() && request.is_proceeding();
            if request.flow() != flow || !request.is_unheard() && !heard {
                continue;
            }
            let moves = !heard || !request.method().is_invite();
            if !(moves && self.fail_over(now, handle)) {
                self.request_failed(now, handle, Cause::Unreachable);
            }
        }
    }

    /// A stream is gone. A binding over it cannot be reached any more (rfc5626#4.4.1): it is made anew at once.
    fn rebind(&mut self, now: Instant, flow: Flow) {
        for index in 0..self.lower.accounts.capacity() {
            let Some(handle) = self.lower.accounts.handle_at(index) else { continue };
            let outcome = self.lower.accounts.flow_failed(&mut self.lower.cx, now, handle, flow);
            self.registered(now, handle, outcome);
        }
    }
}
