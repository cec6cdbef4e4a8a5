//! The way to an account's registrar or proxy, the addresses that are its own, and the requests that go that way.

use super::Accounts;
use crate::base::limits::{HOP_LEAST_S, HOP_S, TARGETS};
use crate::base::rotate::last_to_front;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::place::Place;
use crate::phone::write::transport_name;
use crate::phone::{Flow, Target, Transport};
use crate::wire::sip::Uri;

impl Accounts<'_> {
    /// The way to the registrar or proxy, as long as it need not be looked up again.
    pub(in crate::phone) fn fresh_hop(&self, now: Instant, handle: Handle) -> Option<Place> {
        self.slots.get(handle).and_then(|account| account.fresh_hop(now))
    }

    /// This way was found.
    pub(in crate::phone) fn set_hop(&mut self, now: Instant, handle: Handle, hop: Place) {
        if let Some(account) = self.slots.get_mut(handle) {
            account.set_hop(now, hop);
        }
    }

    /// The stream of the way is open.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn open_hop(&mut self, handle: Handle, hop: Place) {
        if let Some(account) = self.slots.get_mut(handle) {
            account.hop = Some(hop);
        }
    }

    /// No other way can be found now: the known one is used.
    pub(in crate::phone) fn keep_hop(&mut self, now: Instant, handle: Handle) -> Option<Place> {
        let account = self.slots.get_mut(handle)?;
        let hop = account.hop?;
        account.set_hop(now, hop);
        Some(hop)
    }

    /// The way may be out of date: it is looked up before it is used again.
    pub(in crate::phone) fn forget_hop(&mut self, handle: Handle) {
        if let Some(account) = self.slots.get_mut(handle) {
            account.hop = None;
        }
    }

    /// The name of the way stood for several addresses.
    pub(in crate::phone) fn has_several(&self, handle: Handle) -> bool {
        self.slots.get(handle).is_some_and(|account| account.several)
    }

    /// The targets of the account's way were found: all of them are its own, and the first in order is its hop until it
    /// fails. `fresh`: the way that was known has not failed, and is kept where it is among the best, against the lot:
    /// a registration does not wander.
    pub(in crate::phone) fn way_found(
        &mut self,
        now: Instant,
        handle: Handle,
        targets: &[Target],
        ordered: &mut [Target],
        fresh: bool,
    ) {
        let Some(account) = self.slots.get_mut(handle) else { return };
        for target in targets.iter().take(TARGETS) {
            account.own_address(target.flow.remote().ip());
        }
        if let (Some(hop), true) = (account.hop, fresh) {
            let best = ordered.first().map_or(0, |target| target.priority);
            let equals = ordered.iter().take_while(|target| target.priority == best);
            let at = equals.map(|target| target.flow.remote()).position(|remote| remote == hop.remote());
            if let Some(up_to) = at.and_then(|at| ordered.get_mut(..=at)) {
                last_to_front(up_to);
            }
        }
        if let Some(first) = ordered.first() {
            account.set_hop(now, Place::new(first.flow));
            if cfg!(feature = "stream") && first.lifetime > 0 {
                let lasts = u64::from(first.lifetime).clamp(HOP_LEAST_S, HOP_S);
                account.hop_until = now + Duration::from_secs(lasts);
            }
        }
        account.several = ordered.len() > 1;
    }

    /// A flow leads to one of the account's own addresses: only there may its credentials go.
    pub(in crate::phone) fn is_own_flow(&self, handle: Handle, flow: Flow) -> bool {
        self.slots.get(handle).is_some_and(|account| account.own.contains(&Some(flow.remote().ip())))
    }

    /// Keepalives of ours go over this flow.
    pub(in crate::phone) fn is_pinged(&self, flow: Flow) -> bool {
        self.slots.iter().any(|(_, account)| account.hop.is_some_and(|hop| hop.flow() == flow))
    }

    /// A line end came over a stream: a pong, if we have pinged.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn hear_pong(&mut self, flow: Flow) {
        for index in 0..self.capacity() {
            let Some(handle) = self.handle_at(index) else { continue };
            if let Some(account) = self.slots.get_mut(handle)
                && account.hop.is_some_and(|hop| hop.flow() == flow)
            {
                account.registration.pongs |= core::mem::take(&mut account.registration.pinged);
                account.registration.pong_by = Instant::NEVER;
            }
        }
    }

    /// The stream of an account that has failed, which the driver is to close.
    #[cfg(feature = "stream")]
    pub(in crate::phone) fn take_failed_stream(&mut self, handle: Handle) -> Option<Flow> {
        self.slots.get_mut(handle)?.registration.failed_stream.take().map(|place| place.flow())
    }

    /// The flow of a keepalive that is owed.
    pub(in crate::phone) fn keepalive(&self, handle: Handle) -> Option<Flow> {
        let account = self.slots.get(handle).filter(|account| account.registration.keepalive_owed)?;
        account.hop.as_ref().map(Place::flow)
    }

    pub(in crate::phone) fn keepalive_sent(&mut self, handle: Handle) {
        if let Some(account) = self.slots.get_mut(handle) {
            account.registration.keepalive_owed = false;
        }
    }

    /// The URI by which the account's REGISTER is located: its proxy's, else its registrar's.
    pub(in crate::phone) fn next_hop(&self, handle: Handle) -> Option<&[u8]> {
        self.text_of(handle, |account| if account.proxy.is_empty() { account.registrar } else { account.proxy })
    }

    /// The transport to the account's registrar or proxy, where their URIs name none.
    pub(in crate::phone) fn transport(&self, handle: Handle) -> Option<Transport> {
        self.slots.get(handle)?.transport.filter(|_| cfg!(feature = "stream"))
    }

    /// An account's registrar or proxy is the way to a target: always by its proxy; else to its own domain,
    /// unless the target names another port, another transport or another address there.
    pub(in crate::phone) fn is_by_own_server(&self, handle: Handle, target: &[u8]) -> bool {
        let Some(slot) = self.slots.get(handle) else { return false };
        let text = self.text.get(handle.index);
        if !slot.proxy.is_empty() {
            return true;
        }
        let (Ok(own), Ok(registrar), Ok(target)) =
            (Uri::parse(slot.uri.of(text)), Uri::parse(slot.registrar.of(text)), Uri::parse(target))
        else {
            return false;
        };
        let usual = slot.transport.filter(|_| cfg!(feature = "stream")).map_or(b"udp".as_slice(), transport_name);
        let port = if registrar.host == own.host { registrar.port } else { own.port };
        own.host == target.host
            && target.port.is_none_or(|named| named == port.unwrap_or(5060))
            && target.transport().is_none_or(|named| named.eq_ignore_ascii_case(registrar.transport().unwrap_or(usual)))
            && target.maddr().is_none()
    }

    /// A URI's host is the account's: its domain, its registrar, its proxy, or an address that these resolved to; and
    /// the URI names no other address of it.
    pub(in crate::phone) fn is_own_host(&self, handle: Handle, uri: &[u8]) -> bool {
        Uri::parse(uri).is_ok_and(|uri| !uri.params.has(b"maddr") && self.names_own_host(handle, &uri))
    }

    /// The same, whether it names another address or not.
    pub(in crate::phone) fn names_own_host(&self, handle: Handle, uri: &Uri<'_>) -> bool {
        let Some(slot) = self.slots.get(handle) else { return false };
        let text = self.text.get(handle.index);
        let named = [slot.uri, slot.registrar, slot.proxy]
            .iter()
            .any(|own| Uri::parse(own.of(text)).is_ok_and(|own| own.host == uri.host));
        named || uri.host.ip().is_some_and(|ip| slot.own.contains(&Some(ip)))
    }
}
