//! The addresses of a request: looked for, tried one after the other, and the stream that one of them wants.

use super::Transactions;
use super::request::{Owner, Relocate, Sending, Stage};
#[cfg(feature = "stream")]
use crate::base::limits::{CONNECT_MS, FAIL_OVER_MS, TARGETS};
#[cfg(feature = "stream")]
use crate::base::rotate::last_to_front;
use crate::base::slots::Handle;
#[cfg(feature = "stream")]
use crate::base::time::Duration;
use crate::base::time::Instant;
#[cfg(feature = "stream")]
use crate::phone::Transport;
use crate::phone::context::Context;
use crate::phone::object::Object;
use crate::phone::place::Place;
use crate::phone::{Flow, Target};
use crate::sip::client::Client;

/// The next address of a request.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) enum Moved {
    /// There is none.
    Nowhere,
    /// Its name is to be looked up anew.
    Relocated,
    /// It is aimed at this one.
    To { owner: Owner, method: Sending, own_hop: bool, hop: Place },
}

impl Transactions<'_> {
    /// The request's addresses are to be found.
    pub(in crate::phone) fn locate(&mut self, cx: &mut Context<'_>, handle: Handle) {
        if let Some(request) = self.requests.get_mut(handle) {
            request.stage = Stage::Locating;
            cx.wish(Object::Request(handle.index));
        }
    }

    /// The request goes over a flow that is known.
    pub(in crate::phone) fn aim(&mut self, handle: Handle, flow: Flow, own_hop: bool, relocate: Relocate) {
        let Some(request) = self.requests.get_mut(handle) else { return };
        if let Some(first) = request.targets.first_mut() {
            *first = Place::new(flow);
        }
        request.count = 1;
        request.at = 0;
        request.own_hop = own_hop;
        request.relocate = relocate;
    }

    /// The request has these addresses, in this order.
    pub(in crate::phone) fn aim_at(&mut self, handle: Handle, targets: &[Target], own_hop: bool) {
        let Some(request) = self.requests.get_mut(handle) else { return };
        for (slot, target) in request.targets.iter_mut().zip(targets) {
            *slot = Place::new(target.flow);
        }
        request.count = targets.len() as u8;
        request.at = 0;
        request.own_hop = own_hop;
    }

    /// The stream that the request goes by is to be opened first.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn connect(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) {
        let Some(request) = self.requests.get_mut(handle) else { return };
        request.stage = Stage::Connecting;
        let patience = if request.is_impatient() { FAIL_OVER_MS } else { CONNECT_MS };
        request.fail_over = now + Duration::from_millis(patience);
        cx.wish(Object::Request(handle.index));
        self.wake(cx, handle);
    }

    /// The stream that a request waited for is there.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn connected(&mut self, cx: &mut Context<'_>, handle: Handle, flow: Flow) {
        let Some(request) = self.requests.get_mut(handle) else { return };
        if let Some(place) = request.targets.get_mut(usize::from(request.at)) {
            *place = Place::new(flow);
        }
        request.stage = Stage::Preparing;
        request.fail_over = Instant::NEVER;
        self.wake(cx, handle);
    }

    /// A request that is too long for a datagram goes by a stream to the same address first (rfc3261#18.1.1), and only
    /// where that fails by the datagram after all. False: it has been tried.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn outgrow(&mut self, handle: Handle) -> bool {
        let Some(request) = self.requests.get_mut(handle).filter(|request| !request.grown) else { return false };
        let flow = request.place().flow();
        let at = usize::from(request.at);
        // of too many addresses the last one goes
        if let Some(behind) = request.targets.get_mut(at..) {
            last_to_front(behind);
        }
        if let Some(place) = request.targets.get_mut(at) {
            *place = Place::new(Flow::to_open(Transport::Tcp, flow.remote(), flow.socket()));
        }
        request.count = (request.count + 1).min(TARGETS as u8);
        request.grown = true;
        request.fail_over = Instant::NEVER;
        request.client = Client::EMPTY;
        true
    }

    /// The next address. The transaction begins anew there (rfc3263#4.3).
    pub(in crate::phone) fn next_target(&mut self, cx: &mut Context<'_>, handle: Handle) -> Moved {
        let Some(request) = self.requests.get_mut(handle).filter(|request| request.has_next()) else {
            return Moved::Nowhere;
        };
        // neither the patience with the address that failed nor its transaction lasts on: a look-up has the time that
        // the driver needs
        request.fail_over = Instant::NEVER;
        request.client = Client::EMPTY;
        cx.wake(Object::Request(handle.index), Instant::NEVER);
        if request.at + 1 >= request.count {
            request.relocate = Relocate::No;
            return Moved::Relocated;
        }
        request.at += 1;
        Moved::To { owner: request.owner, method: request.method, own_hop: request.own_hop, hop: request.place() }
    }

    /// The request's address is known; the parts of its message may not be there yet.
    pub(in crate::phone) fn preparing(&mut self, handle: Handle) -> Option<(Owner, Sending, Flow)> {
        let request = self.requests.get_mut(handle)?;
        request.stage = Stage::Preparing;
        Some((request.owner, request.method, request.place().flow()))
    }

    /// The address is the account's own hop: credentials go nowhere else.
    pub(in crate::phone) fn set_own_hop(&mut self, handle: Handle, own_hop: bool) {
        if let Some(request) = self.requests.get_mut(handle) {
            request.own_hop = own_hop;
        }
    }
}
