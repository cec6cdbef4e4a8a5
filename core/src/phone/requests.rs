//! Requests under way: locate, authenticate, fail over. All that we send goes through here.

use super::object::Object;
use super::place::{Place, order};
use super::transactions::request::{Owner, Relocate, Request, Sending, Stage};
use super::{Cause, Failure, Flow, Phone, Target};
use crate::base::count;
use crate::base::limits::{FAIL_OVER_MS, TARGETS};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::sip::client::{Client, Expiry, Heard, State};
use crate::sip::tag::Tag;
use crate::wire::sip::{Message, Method, Name};

impl Phone<'_> {
    /// A slot for a request. When all are in use, one that only absorbs repetitions gives way.
    pub(super) fn new_request(&mut self, owner: Owner, method: Sending) -> Option<Handle> {
        let request = Request { owner, method, ..Request::EMPTY };
        while self.lower.transactions.requests.is_full() {
            // what has gone since, or serves another request now, is passed over
            let handle = self.lower.transactions.requests.handle_at(self.lower.transactions.lingering.pop()?);
            let Some(lingering) = handle.filter(|handle| self.lingers(*handle)) else { continue };
            self.rescue_ack(lingering);
            self.end_request(lingering);
        }
        self.lower.transactions.requests.insert(request)
    }

    /// It has its final answer, and only absorbs repetitions.
    fn lingers(&self, handle: Handle) -> bool {
        self.lower.transactions.requests.get(handle).is_some_and(|request| request.client.state() == State::Completed)
    }

    /// A request is over.
    pub(super) fn end_request(&mut self, handle: Handle) {
        let Some(request) = self.lower.transactions.requests.get(handle).copied() else { return };
        if !request.cancel.is_none() {
            // an INVITE that is over can no longer be cancelled, so the CANCEL is not repeated
            self.end_request(request.cancel);
        }
        self.lower.transactions.requests.remove(handle);
        self.lower.cx.due.set(self.lower.cx.objects.number(Object::Request(handle.index)), Instant::NEVER);
        match request.owner {
            Owner::Dialog(dialog) => self.release_dialog(dialog),
            Owner::Account(account) => {
                if let Some(account) = self.lower.accounts.slots.get_mut(account)
                    && account.registration.request == handle
                {
                    account.registration.request = Handle::NONE;
                }
            }
            Owner::Invite(invite) => {
                if let Some(invite) = self.lower.transactions.requests.get_mut(invite) {
                    invite.cancel = Handle::NONE;
                }
            }
            Owner::Answer(dialog) => {
                if let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog)
                    && dialog.lookup == handle
                {
                    dialog.lookup = Handle::NONE;
                }
            }
            Owner::Offer(_) | Owner::Nobody => {}
        }
    }

    /// The request's addresses are to be found.
    pub(super) fn locate(&mut self, handle: Handle) {
        if let Some(request) = self.lower.transactions.requests.get_mut(handle) {
            request.stage = Stage::Locating;
            self.wish(Object::Request(handle.index));
        }
    }

    /// The request goes over a flow that is known.
    pub(super) fn go_over(&mut self, now: Instant, handle: Handle, flow: Flow, own_hop: bool) {
        let Some(request) = self.lower.transactions.requests.get_mut(handle) else { return };
        if let Some(first) = request.targets.first_mut() {
            *first = Place::new(flow);
        }
        request.count = 1;
        request.at = 0;
        let (owner, method) = (request.owner, request.method);
        let account = self.account_of(owner);
        let own_hop = own_hop && self.is_own_flow(account, flow);
        let several = self.lower.accounts.slots.get(account).is_some_and(|account| account.several);
        let relocate = match self.dialog_around(owner, method) {
            // rfc3263#4.3: a dialog's next hop may have a name, which may stand for others; and a stream may be opened anew
            Some(dialog) if flow.is_reliable() || self.next_hop_is_a_name(dialog) => Relocate::Failed,
            None if own_hop && several => Relocate::Silent,
            _ => Relocate::No,
        };
        if let Some(request) = self.lower.transactions.requests.get_mut(handle) {
            request.own_hop = own_hop;
            request.relocate = relocate;
        }
        self.prepare(now, handle);
    }

    /// The driver found its addresses.
    pub(super) fn located(&mut self, now: Instant, handle: Handle, targets: &[Target]) {
        let Some(request) = self.lower.transactions.requests.get(handle).copied() else { return };
        if request.stage != Stage::Locating {
            return;
        }
        if request.method == Sending::Nothing {
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
        let in_dialog = self.dialog_around(request.owner, request.method).is_some();
        if request.branch != 0 {
            // the address that was known has failed: it is the last resort now, and in a dialog, where it had all its time, none at all
            let (failed, found) = (request.place().flow(), ordered.get_mut(..count).unwrap_or_default());
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
        let account_handle = self.account_of(request.owner);
        // where a dialog's next hop leads is the far end's to say: it makes nothing the account's own
        let own = !in_dialog && self.goes_to_own_hop(request.owner);
        if let Some(account) = self.lower.accounts.slots.get_mut(account_handle)
            && own
        {
            // all its targets are the account's own; the first is its hop until it fails
            for target in targets.iter().take(TARGETS) {
                account.own_address(target.flow.remote().ip());
            }
            // a way that still leads there is kept, whatever the lot says: a registration does not wander
            if let (Some(hop), 0) = (account.hop, request.branch) {
                let best = ordered.first().map_or(0, |target| target.priority);
                let equals = ordered.iter().take(count).take_while(|target| target.priority == best);
                let place = equals.map(|target| target.flow.remote()).position(|remote| remote == hop.remote());
                if let Some(up_to) = place.and_then(|place| ordered.get_mut(..=place)) {
                    up_to.rotate_right(1);
                }
            }
            account.set_hop(now, Place::new(ordered.first().map_or(first.flow, |target| target.flow)));
            account.several = count > 1;
        }
        let Some(request) = self.lower.transactions.requests.get_mut(handle) else { return };
        for (place, target) in request.targets.iter_mut().zip(ordered) {
            *place = Place::new(target.flow);
        }
        request.count = count as u8;
        request.at = 0;
        request.own_hop = own && !account_handle.is_none();
        self.prepare(now, handle);
    }

    /// Whether a request is located by its account's registrar or proxy.
    pub(super) fn goes_to_own_hop(&self, owner: Owner) -> bool {
        match owner {
            Owner::Account(_) => true,
            Owner::Dialog(dialog) => self.lower.dialogs.slots.get(dialog).is_some_and(|dialog| dialog.own_hop),
            _ => false,
        }
    }

    /// A flow leads to one of the account's own addresses: only there may its credentials go.
    pub(super) fn is_own_flow(&self, account: Handle, flow: Flow) -> bool {
        self.lower.accounts.slots.get(account).is_some_and(|account| account.own.contains(&Some(flow.remote().ip())))
    }

    pub(super) fn account_of(&self, owner: Owner) -> Handle {
        match owner {
            Owner::Account(account) => account,
            Owner::Dialog(dialog) => self.lower.dialogs.slots.get(dialog).map_or(Handle::NONE, |dialog| dialog.account),
            _ => Handle::NONE,
        }
    }

    /// Its way is known; what its message needs may not be there yet.
    pub(super) fn prepare(&mut self, now: Instant, handle: Handle) {
        let Some(request) = self.lower.transactions.requests.get_mut(handle) else { return };
        request.stage = Stage::Preparing;
        let (owner, method, flow) = (request.owner, request.method, request.place().flow());
        if self.dialog_around(owner, method).is_some() {
            let own = self.goes_to_own_hop(owner) && self.is_own_flow(self.account_of(owner), flow);
            if let Some(request) = self.lower.transactions.requests.get_mut(handle) {
                request.own_hop = own;
            }
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
            let call = self.lower.dialogs.slots.get(dialog).map_or(Handle::NONE, |dialog| dialog.call);
            if let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog) {
                dialog.flow = Some(flow);
            }
            self.name_direct_call(dialog, flow);
            if !self.ports_at(call, flow) {
                return;
            }
        }
        self.start(now, handle);
    }

    /// Sends the request: a new transaction.
    pub(super) fn start(&mut self, now: Instant, handle: Handle) {
        let secret = self.lower.cx.rng.next_u64();
        let number = match self.lower.transactions.requests.get(handle) {
            Some(request) if request.number == 0 => self.next_number(request.owner),
            Some(request) => request.number,
            None => return,
        };
        let Some(request) = self.lower.transactions.requests.get_mut(handle) else { return };
        let flow = request.place().flow();
        request.number = number;
        request.branch = secret;
        request.stage = Stage::Running;
        request.client = Client::start(now, request.method.is_invite(), flow.is_reliable());
        // HOUSE rule over rfc3263#4.3: 4 s of silence move on while another address remains
        request.fail_over = if request.is_impatient() { now + Duration::from_millis(FAIL_OVER_MS) } else { Instant::NEVER };
        if self.render_request(handle).is_err() {
            // what could be written before its credentials stood in it is too long with them
            let answers = self.lower.transactions.requests.get(handle).is_some_and(|request| request.tries > 0);
            let cause = if self.local_of(flow.socket()).is_none() {
                Cause::Unreachable
            } else if answers {
                Cause::ChallengeSize
            } else {
                Cause::Full
            };
            self.request_failed(now, handle, cause, 0);
            return;
        }
        self.owe(Object::Request(handle.index));
        self.schedule(Object::Request(handle.index));
    }

    fn next_number(&mut self, owner: Owner) -> u32 {
        match owner {
            Owner::Account(account) => self.lower.accounts.slots.get_mut(account).map_or(1, |account| {
                account.registration.number += 1;
                account.registration.number
            }),
            Owner::Dialog(dialog) => self.lower.dialogs.slots.get_mut(dialog).map_or(1, |dialog| {
                dialog.local_number += 1;
                dialog.local_number
            }),
            _ => 1,
        }
    }

    /// A timer of a request.
    pub(super) fn request_timeout(&mut self, now: Instant, handle: Handle) {
        let Some(request) = self.lower.transactions.requests.get_mut(handle) else { return };
        if request.fail_over <= now {
            request.fail_over = Instant::NEVER;
            match request.client.state() {
                State::Idle => {
                    self.locate_failed(now, handle, Failure::Name);
                    return;
                }
                State::Calling if self.fail_over(now, handle) => return,
                State::Proceeding => self.cancel_given_up(now, handle),
                _ => {}
            }
        }
        let Some(request) = self.lower.transactions.requests.get_mut(handle) else { return };
        match request.client.handle_timeout(now) {
            Expiry::Nothing => {}
            Expiry::Resend => self.owe(Object::Request(handle.index)),
            Expiry::Over => {
                self.end_request(handle);
                return;
            }
            Expiry::TimedOut => {
                if !self.fail_over(now, handle) {
                    self.request_failed(now, handle, Cause::Timeout, 0);
                }
                return;
            }
        }
        self.schedule(Object::Request(handle.index));
    }

    /// An answer came.
    pub(super) fn handle_response(&mut self, now: Instant, flow: Flow, answer: &Message<'_>, status: u16) {
        let (Ok(via), Ok(cseq)) = (answer.via(), answer.cseq()) else {
            count::up(&mut self.lower.cx.counters.malformed);
            return;
        };
        // rfc3261#17.1.3: the branch and the method of CSeq
        let found = via.branch().and_then(Tag::read_branch).filter(|tag| {
            self.lower
                .transactions
                .requests
                .get(tag.handle)
                .is_some_and(|request| request.branch == tag.secret && request.stage == Stage::Running)
        });
        let refused = |tag: &Tag| {
            let request = self.lower.transactions.requests.get(tag.handle);
            request.is_some_and(|request| request.method == Sending::Invite && request.client.state() == State::Completed)
        };
        // rfc6026#7.2: a forking proxy hands on each 2xx. One that comes behind a refusal, or behind another one, is its dialog's business.
        let found = found.filter(|tag| !((200..300).contains(&status) && refused(tag)));
        let handle = match (found, cseq.method) {
            (Some(tag), Method::Cancel) => {
                self.lower.transactions.requests.get(tag.handle).map(|invite| invite.cancel).filter(|cancel| !cancel.is_none())
            }
            (Some(tag), method) => self
                .lower
                .transactions
                .requests
                .get(tag.handle)
                .filter(|request| super::render::method(request.method) == method)
                .map(|_| tag.handle),
            (None, Method::Invite) if (200..300).contains(&status) => {
                self.repeated_success(now, flow, answer);
                return;
            }
            _ => None,
        };
        let Some(handle) = handle else {
            count::up(&mut self.lower.cx.counters.unmatched);
            return;
        };
        let Some(request) = self.lower.transactions.requests.get(handle) else { return };
        // a REGISTER is answered over the hop that it took: a forged refusal would stop its account, a forged success leave it unreachable
        if let Owner::Account(account) = request.owner
            && flow != request.place().flow()
            && !self.is_own_flow(account, flow)
        {
            count::up(&mut self.lower.cx.counters.unmatched);
            return;
        }
        let Some(request) = self.lower.transactions.requests.get_mut(handle) else { return };
        if cseq.number != request.number {
            count::up(&mut self.lower.cx.counters.unmatched);
            return;
        }
        request.fail_over = Instant::NEVER;
        let heard = request.client.handle_response(now, status);
        if request.client.state() == State::Completed {
            self.lower.transactions.lingering.push(handle.index);
        }
        let Some(request) = self.lower.transactions.requests.get(handle) else { return };
        let request = *request;
        match heard {
            Heard::Absorb => return,
            Heard::Ack => {
                self.owe(Object::Request(handle.index));
                return;
            }
            Heard::PassAndAck => {
                let to = answer.header(Name::To).unwrap_or_default();
                if self.render_ack_of_refusal(handle, to).is_ok() {
                    self.owe(Object::Request(handle.index));
                }
            }
            Heard::Pass => {}
        }
        self.schedule(Object::Request(handle.index));
        // rfc3263#4.3: 503 means the next address
        if status == 503
            && request.has_next()
            && !self.is_cancelled(handle)
            && let Some(next) = self.again(handle)
        {
            self.fail_over(now, next);
            return;
        }
        if matches!(status, 401 | 407) && !self.is_cancelled(handle) && self.authenticate(now, handle, flow, answer, status) {
            return;
        }
        if let Owner::Account(account) = request.owner
            && (200..300).contains(&status)
            && request.own_hop
            && self.is_own_flow(account, flow)
        {
            self.take_next_nonce(account, answer);
        }
        if let Owner::Dialog(dialog) = request.owner
            && request.method.is_invite()
            && ((200..300).contains(&status) || super::outgoing::description(answer).is_some())
        {
            let call = self.lower.dialogs.slots.get(dialog).map_or(Handle::NONE, |dialog| dialog.call);
            self.vouch(call, flow, self.is_own_flow(self.account_of(request.owner), flow), answer);
        }
        match (request.owner, request.method) {
            (Owner::Account(account), _) => self.register_answered(now, account, handle, flow, answer, status),
            (Owner::Dialog(dialog), Sending::Invite) => self.invite_answered(now, dialog, handle, answer, status),
            (Owner::Dialog(dialog), Sending::Reinvite) => self.reoffer_answered(now, dialog, handle, answer, status),
            _ if status >= 200
                // BYE, CANCEL: whatever the answer, it is over (rfc3261#15.1.1)
                && request.client.state() == State::Completed =>
            {
                self.end_request(handle);
            }
            _ => {}
        }
    }

    /// An INVITE that was refused goes on absorbing (its ACK stands in its buffer), so a new try needs a slot of its own. Others use theirs again.
    pub(super) fn again(&mut self, handle: Handle) -> Option<Handle> {
        let request = self.lower.transactions.requests.get(handle).copied()?;
        if !request.method.is_invite() {
            return Some(handle);
        }
        if self.is_cancelled(handle) {
            return None;
        }
        if let Owner::Dialog(dialog) = request.owner {
            self.forget_early(dialog, handle);
        }
        let next = self.new_request(request.owner, request.method)?;
        if let Owner::Dialog(dialog_handle) = request.owner
            && let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog_handle)
        {
            dialog.usages = dialog.usages.saturating_add(1);
            let call = dialog.call;
            if let Some(call) = self.calls.slots.get_mut(call) {
                call.request = next;
            }
        }
        if let Some(slot) = self.lower.transactions.requests.get_mut(next) {
            *slot = Request { client: Client::EMPTY, cancel: Handle::NONE, ..request };
        }
        Some(next)
    }
}
