//! The way of a request: its addresses are looked up, tried one after the other, and it is sent.

use super::Asking;
use crate::base::features;
#[cfg(any(feature = "stream", feature = "message"))]
use crate::base::limits::DATAGRAM;
use crate::base::limits::TARGETS;
use crate::base::rotate::first_to_back;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::media::ports::Waiting;
#[cfg(feature = "identity")]
use crate::phone::object::Object;
#[cfg(feature = "stream")]
use crate::phone::place::Place;
use crate::phone::place::order;
use crate::phone::trace::What;
use crate::phone::transactions::aiming::Moved;
use crate::phone::transactions::request::{Owner, Relocate, Request, Sending};
use crate::phone::{Cause, Failure, Flow, Lower, Target, Transport};
use crate::wire::sip::{Scheme, Uri};

/// Requests begin outside calls, too.
const OTHERS: bool = features::MESSAGE || features::SUBSCRIBE || features::NOTIFY || features::PUBLISH;

impl Lower<'_> {
    /// The request's addresses are to be found.
    pub(in crate::phone) fn locate(&mut self, handle: Handle) {
        self.transactions.locate(&mut self.cx, handle);
        if let Some(owner) = self.transactions.request(handle).map(Request::owner) {
            self.trace_request(owner, What::Locating);
        }
    }

    /// The request goes over the way that is known, a flow and whether it is its account's own hop; or one is looked for.
    pub(in crate::phone) fn go(&mut self, now: Instant, handle: Handle, way: Option<(Flow, bool)>) -> Asking {
        if let Some((flow, own_hop)) = way {
            return self.go_over(now, handle, flow, own_hop);
        }
        self.locate(handle);
        Asking::Waits
    }

    /// The way of a dialog's next request, as [`Lower::go`] takes it; `None`: none is known, or the socket is gone that it
    /// left from.
    pub(in crate::phone) fn way_within(&self, dialog: Handle) -> Option<(Flow, bool)> {
        let leg = self.dialogs.get(dialog)?;
        let flow = leg.flow().filter(|flow| self.cx.local_of(flow.socket()).is_some())?;
        Some((flow, leg.own_hop()))
    }

    /// The request goes over a flow that is known.
    pub(in crate::phone) fn go_over(&mut self, now: Instant, handle: Handle, flow: Flow, own_hop: bool) -> Asking {
        let Some((owner, method)) =
            self.transactions.request(handle).map(|request| (request.owner(), request.method()))
        else {
            return Asking::Waits;
        };
        let account = self.account_of(owner);
        let own_hop = own_hop && self.accounts.is_own_flow(account, flow);
        let relocate = match self.dialog_around(owner, method) {
            // rfc3263#4.3: a dialog's next hop may have a name, which may stand for others; and a stream may be opened
            // anew
            Some(dialog) if flow.is_reliable() || self.next_hop_is_a_name(dialog) => Relocate::Failed,
            None if own_hop && self.accounts.has_several(account) => Relocate::Silent,
            _ => Relocate::No,
        };
        self.transactions.aim(handle, flow, own_hop, relocate);
        self.prepare(now, handle)
    }

    /// A dialog's next hop is not named by an address.
    fn next_hop_is_a_name(&self, handle: Handle) -> bool {
        let Some(dialog) = self.dialogs.dialog(handle) else { return false };
        let uri = Uri::parse(dialog.next_hop(self.dialogs.text(handle)));
        uri.is_ok_and(|uri| uri.maddr().unwrap_or(uri.host).ip().is_none())
    }

    /// The driver found the addresses of a request.
    pub(in crate::phone) fn located(&mut self, now: Instant, handle: Handle, targets: &[Target]) -> Asking {
        let Some(request) = self.transactions.request(handle).filter(|request| request.is_locating()) else {
            return Asking::Waits;
        };
        let (owner, method, sent, before) = (request.owner(), request.method(), request.was_sent(), request.flow());
        if !targets.is_empty() {
            self.trace_request(owner, What::Located { count: targets.len().min(TARGETS) as u8 });
        }
        if method == Sending::Nothing {
            return Asking::Looked;
        }
        let Some(first) = targets.first().copied() else {
            return self.locate_failed(now, handle, Failure::Name);
        };
        let mut ordered = [first; TARGETS];
        let mut count = targets.len().min(TARGETS);
        for (slot, target) in ordered.iter_mut().zip(targets) {
            *slot = *target;
        }
        order(ordered.get_mut(..count).unwrap_or_default(), &mut self.cx.rng);
        let in_dialog = self.dialog_around(owner, method).is_some();
        if sent {
            // the address that was known has failed: it is the last resort now, and in a dialog, where it had all its
            // time, none at all
            let (failed, found) = (before, ordered.get_mut(..count).unwrap_or_default());
            let again = |flow: Flow| if in_dialog { flow == failed } else { flow.remote() == failed.remote() };
            if let Some(at) = found.iter().position(|target| again(target.flow))
                && let Some(behind) = found.get_mut(at..)
            {
                first_to_back(behind);
                count -= usize::from(in_dialog);
            }
            if count == 0 {
                return Asking::Failed { request: handle, cause: Cause::Timeout };
            }
        }
        let account_handle = self.account_of(owner);
        // the far end chooses a dialog's next hop, so its addresses are not the account's own
        let own = !in_dialog && self.goes_to_own_hop(owner);
        if own {
            let ordered = ordered.get_mut(..count).unwrap_or_default();
            self.accounts.way_found(now, account_handle, targets, ordered, !sent);
        }
        let found = ordered.get(..count).unwrap_or_default();
        self.transactions.aim_at(handle, found, own && !account_handle.is_none());
        self.prepare(now, handle)
    }

    /// A wish for addresses failed. An account's known way is used until names can be found again.
    pub(in crate::phone) fn locate_failed(&mut self, now: Instant, handle: Handle, failure: Failure) -> Asking {
        let Some(request) = self.transactions.request(handle).filter(|request| request.is_locating()) else {
            return Asking::Waits;
        };
        let (owner, method, sent) = (request.owner(), request.method(), request.was_sent());
        self.trace_request(owner, What::LocateFailed(failure));
        if method == Sending::Nothing {
            return Asking::Looked;
        }
        if !sent
            && self.dialog_around(owner, method).is_none()
            && self.goes_to_own_hop(owner)
            && let Some(hop) = self.accounts.keep_hop(now, self.account_of(owner))
        {
            return self.go_over(now, handle, hop.flow(), true);
        }
        let cause = match failure {
            Failure::Name => Cause::Name,
            Failure::Port => Cause::Port,
            Failure::Unreachable => Cause::Unreachable,
            Failure::Unsupported => Cause::Unsupported,
        };
        Asking::Failed { request: handle, cause }
    }

    /// Moves on to the next address (rfc3263#4.3: a new transaction with a new branch), and from one whose socket is
    /// gone to the one behind it. `None`: there is none, or the request has no owner any more (ringing the next address
    /// would begin the call anew).
    pub(in crate::phone) fn fail_over(&mut self, now: Instant, handle: Handle) -> Option<Asking> {
        if self.transactions.request(handle).is_some_and(Request::is_left) {
            return None;
        }
        let mut passed = false;
        loop {
            match self.transactions.next_target(&mut self.cx, handle) {
                Moved::Nowhere => {
                    return passed.then_some(Asking::Failed { request: handle, cause: Cause::Unreachable });
                }
                Moved::Relocated => {
                    self.locate(handle);
                    return Some(Asking::Waits);
                }
                Moved::To { owner, method, own_hop, hop } => {
                    self.trace_request(owner, What::FailedOver { to: hop.remote() });
                    if own_hop && self.dialog_around(owner, method).is_none() {
                        self.accounts.set_hop(now, self.account_of(owner), hop);
                    }
                    passed = true;
                    if let Some(asking) = self.prepare_here(now, handle) {
                        return Some(asking);
                    }
                }
            }
        }
    }

    /// The way of a request is known; the ports for its message may not be open yet.
    pub(in crate::phone) fn prepare(&mut self, now: Instant, handle: Handle) -> Asking {
        self.prepare_here(now, handle)
            .or_else(|| self.fail_over(now, handle))
            .unwrap_or(Asking::Failed { request: handle, cause: Cause::Unreachable })
    }

    /// `None`: the socket is gone that this address is reached from.
    fn prepare_here(&mut self, now: Instant, handle: Handle) -> Option<Asking> {
        let Some((owner, method, flow)) = self.transactions.preparing(handle) else { return Some(Asking::Waits) };
        if !flow.is_open() {
            #[cfg(feature = "stream")]
            if self.cx.local_of(flow.socket()).is_some() {
                self.transactions.connect(&mut self.cx, now, handle);
                return Some(Asking::Waits);
            }
            return None;
        }
        if self.dialog_around(owner, method).is_some() {
            let own = self.goes_to_own_hop(owner) && self.accounts.is_own_flow(self.account_of(owner), flow);
            self.transactions.set_own_hop(handle, own);
        }
        if let Owner::Dialog(dialog) = owner
            && (method.offers().is_some() || OTHERS && method.begins() && self.dialog_around(owner, method).is_none())
        {
            let local = self.cx.local_of(flow.socket())?.ip();
            let call = self.dialogs.call_of(dialog);
            self.dialogs.set_flow(dialog, flow);
            if !self.name_direct_call(dialog, flow) {
                return Some(Asking::Failed { request: handle, cause: Cause::Full });
            }
            if OTHERS && method.offers().is_none() {
                return Some(self.start(now, handle));
            }
            // its media ports are open where its offer leaves from. Those at another address are closed first: they
            // were left because that address is gone, so nothing reaches them any more
            self.media.leave_ports(&mut self.cx, call, Some(local));
            if !self.media.ports_ready(&mut self.cx, call, Some(local), Waiting::Offer) {
                return Some(Asking::Waits);
            }
        }
        Some(self.start(now, handle))
    }

    /// rfc3261#26.2.2: what a `sips:` names is reached by TLS or not at all, whichever server is the way to it; and an
    /// account that is called so itself asks for nothing in clear.
    fn wants_tls(&self, owner: Owner, method: Sending) -> bool {
        let is_sips = |uri: &[u8]| Scheme::of(uri) == Some(Scheme::Sips);
        let called = match owner {
            Owner::Dialog(dialog) if self.dialog_around(owner, method).is_none() => {
                self.dialogs.dialog(dialog).is_some_and(|known| is_sips(known.request_uri(self.dialogs.text(dialog))))
            }
            Owner::Account(_) => false,
            _ => return false,
        };
        called || self.accounts.uri(self.account_of(owner)).is_some_and(is_sips)
    }

    /// Sends the request: a new transaction.
    pub(super) fn start(&mut self, now: Instant, handle: Handle) -> Asking {
        let Some(request) = self.transactions.request(handle) else { return Asking::Waits };
        let (owner, method, flow) = (request.owner(), request.method(), request.flow());
        let (number, tries) = (request.number(), request.tries());
        if flow.transport() != Transport::Tls && self.wants_tls(owner, method) {
            return Asking::Failed { request: handle, cause: Cause::Unsupported };
        }
        let number = if number == 0 { self.next_number(owner) } else { number };
        self.transactions.begin(&mut self.cx, now, handle, number);
        let rendered = self.render_request(handle);
        #[cfg(feature = "identity")]
        let rendered = rendered
            .or_else(|error| if self.spares_location(owner) { self.render_request(handle) } else { Err(error) });
        if rendered.is_err() {
            // a message that fitted without its credentials may be too long with them
            let cause = if self.cx.local_of(flow.socket()).is_none() {
                Cause::Unreachable
            } else if tries > 0 {
                Cause::ChallengeSize
            } else {
                Cause::Full
            };
            return Asking::Failed { request: handle, cause };
        }
        #[cfg(any(feature = "stream", feature = "message"))]
        let bytes = self.transactions.sent(handle).len();
        #[cfg(any(feature = "stream", feature = "message"))]
        let long = !flow.is_reliable() && bytes > DATAGRAM;
        #[cfg(feature = "stream")]
        if long && self.transactions.outgrow(handle) {
            return self.prepare(now, handle);
        }
        #[cfg(feature = "message")]
        if long && method.shuns_long_datagrams() {
            let cause = if cfg!(feature = "stream") { Cause::Unreachable } else { Cause::Unsupported };
            return Asking::Failed { request: handle, cause };
        }
        self.transactions.send(&mut self.cx, handle);
        #[cfg(feature = "stream")]
        if long {
            return Asking::SentLong { request: handle, bytes: bytes as u16 };
        }
        Asking::Sent
    }

    /// The INVITE of a call for help is too long, or its body was refused: it goes without its document, which is told.
    #[cfg(feature = "identity")]
    pub(in crate::phone) fn spares_location(&mut self, owner: Owner) -> bool {
        let Owner::Dialog(dialog) = owner else { return false };
        let spared = self.dialogs.leave_location_out(self.cx.latest, dialog);
        if spared {
            self.cx.tell(Object::Call(self.dialogs.call_of(dialog).index));
        }
        spared
    }

    /// A refused request is sent anew where it went, with other values and so with a number of its own.
    #[cfg(feature = "timers")]
    pub(in crate::phone) fn ask_anew(&mut self, now: Instant, handle: Handle) -> Asking {
        self.transactions.number_anew(handle);
        self.start(now, handle)
    }

    /// The stream that a request waited for is there.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn connected(&mut self, now: Instant, handle: Handle, flow: Flow) -> Asking {
        let Some(request) = self.transactions.request(handle).filter(|request| request.is_connecting()) else {
            return Asking::Waits;
        };
        let (owner, method, own_hop, grown) =
            (request.owner(), request.method(), request.own_hop(), request.is_grown());
        self.transactions.connected(&mut self.cx, handle, flow);
        // one long request does not move an account to a stream
        if own_hop && !grown && self.dialog_around(owner, method).is_none() {
            self.accounts.open_hop(self.account_of(owner), Place::new(flow));
        }
        self.prepare(now, handle)
    }
}
