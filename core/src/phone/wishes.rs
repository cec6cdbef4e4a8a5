//! I/O that is not bytes: wished for here, done by the driver, which replies.

use super::calls::Calls;
use super::input::DESCRIBED;
use super::object::Object;
use super::trace::{About, What};
use super::transactions::request::Owner;
#[cfg(feature = "stream")]
use super::transactions::request::Request;
#[cfg(feature = "stream")]
use super::{Cause, Failure};
use super::{MediaId, Phone, Reply, Transport, Wish, WishId};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::wire::sip::{Scheme, Uri};

/// rfc2606#2: a name that never resolves.
const NOBODY: &str = "invalid";

impl Phone<'_> {
    /// The next wish. Call it until it returns `None`. Its texts can be read until the next call.
    pub fn poll_wish(&mut self) -> Option<Wish<'_>> {
        while let Some(number) = self.lower.cx.wishes.pop() {
            match self.lower.cx.objects.object(number) {
                Object::Request(index) => {
                    let Some(handle) = self.lower.transactions.request_at(index) else { continue };
                    let Some(request) = self.lower.transactions.request(handle) else { continue };
                    #[cfg(feature = "stream")]
                    if request.is_connecting() {
                        let (id, flow) = (WishId(Handle { index: number, ..handle }), request.flow());
                        let (remote, transport, socket) = (flow.remote(), flow.transport(), flow.socket());
                        return Some(Wish::Connect { id, remote, transport, socket });
                    }
                    if !request.is_locating() {
                        continue;
                    }
                    return self.locate_wish(number, handle);
                }
                Object::Call(index) => {
                    let Some((handle, local)) = self.lower.media.open_wish(index) else { continue };
                    let id = WishId(Handle { index: number, generation: handle.generation });
                    return Some(Wish::OpenMedia { id, media: MediaId(handle), local });
                }
                Object::Account(index) => {
                    let Some(handle) = self.lower.accounts.handle_at(index) else { continue };
                    #[cfg(feature = "stream")]
                    if let Some(flow) = self.lower.accounts.take_failed_stream(handle) {
                        self.lower.cx.wish(Object::Account(index)); // it may have another one
                        return Some(Wish::Disconnect { flow });
                    }
                    if !self.lower.accounts.wishes(handle) {
                        continue;
                    }
                    let id = WishId(Handle { index: number, generation: handle.generation });
                    return self.lower.accounts.wish(id, handle);
                }
                #[cfg(feature = "stream")]
                Object::Server(index) => {
                    let Some((handle, flow)) = self.lower.transactions.waits_for_stream(index) else { continue };
                    let id = WishId(Handle { index: number, ..handle });
                    let (remote, transport, socket) = (flow.remote(), flow.transport(), flow.socket());
                    return Some(Wish::Connect { id, remote, transport, socket });
                }
                Object::Stream(index) => {
                    if let Some(handle) = self.lower.media.close_wish(index) {
                        return Some(Wish::CloseMedia { media: MediaId(handle) });
                    }
                }
                _ => {}
            }
        }
        self.lower.media.device_wish().map(|wanted| if wanted { Wish::AudioOn } else { Wish::AudioOff })
    }

    fn locate_wish(&self, number: u32, handle: Handle) -> Option<Wish<'_>> {
        let id = WishId(Handle { index: number, generation: handle.generation });
        let request = self.lower.transactions.request(handle)?;
        if request.owner().is_of_a_description() {
            let host = Calls::host_sought(&self.lower, handle).unwrap_or(NOBODY);
            let (port, transport) = (Some(DESCRIBED), Some(Transport::Udp));
            return Some(Wish::Locate { id, host, port, transport, described: true });
        }
        #[cfg_attr(not(feature = "stream"), expect(unused_mut, reason = "datagrams alone"))]
        let mut usual = None;
        let uri = match request.owner() {
            Owner::Account(account) => {
                #[cfg(feature = "stream")]
                {
                    usual = self.lower.accounts.transport(account);
                }
                self.lower.accounts.next_hop(account)?
            }
            Owner::Dialog(dialog) => {
                let leg = self.lower.dialogs.get(dialog)?;
                let next = leg.dialog().next_hop(self.lower.dialogs.text(dialog));
                #[cfg(feature = "stream")]
                if leg.own_hop() {
                    usual = self.lower.accounts.transport(leg.account());
                }
                // the account's own domain is where its registrar is
                match self.lower.accounts.registrar(leg.account()) {
                    Some(registrar)
                        if leg.own_hop()
                            && leg.dialog().routes.is_empty()
                            && self.lower.dialog_around(request.owner(), request.method()).is_none() =>
                    {
                        registrar
                    }
                    _ => next,
                }
            }
            _ => return None,
        };
        let text = uri;
        let Ok(uri) = Uri::parse(text) else {
            // no host has this name: the look-up fails, and so does the request
            return Some(Wish::Locate { id, host: NOBODY, port: None, transport: None, described: false });
        };
        let transport = match uri.transport() {
            Some(name) if name.eq_ignore_ascii_case(b"tcp") => Some(Transport::Tcp),
            Some(name) if name.eq_ignore_ascii_case(b"tls") => Some(Transport::Tls),
            Some(name) if name.eq_ignore_ascii_case(b"udp") => Some(Transport::Udp),
            // rfc3261#26.2.2: sips means TLS all the way
            _ if uri.scheme == Scheme::Sips => Some(Transport::Tls),
            _ => usual,
        };
        let host = uri.params.get(b"maddr").unwrap_or_else(|| host_text(text));
        let host = core::str::from_utf8(host).unwrap_or(NOBODY).trim_start_matches('[').trim_end_matches(']');
        Some(Wish::Locate { id, host, port: uri.port, transport, described: false })
    }

    /// The driver's reply to a wish. The ports of a stale one are closed.
    pub fn handle_reply(&mut self, now: Instant, wish: WishId, reply: Reply<'_>) {
        self.hear(now);
        let generation = wish.0.generation;
        match (self.lower.cx.objects.object(wish.0.index), reply) {
            (Object::Request(index), reply) => {
                let handle = Handle { index, generation };
                #[cfg(feature = "stream")]
                if self.lower.transactions.request(handle).is_some_and(Request::is_connecting) {
                    match reply {
                        Reply::Flow(flow) if flow.is_reliable() && flow.is_open() => self.connected(now, handle, flow),
                        Reply::Failed(Failure::Unsupported) => self.not_connected(now, handle, Cause::Unsupported),
                        Reply::Flow(_) | Reply::Failed(_) => self.not_connected(now, handle, Cause::Unreachable),
                        Reply::Hops(_) | Reply::Media { .. } => {}
                    }
                    return;
                }
                match reply {
                    Reply::Hops(targets) => self.located(now, handle, Ok(targets)),
                    Reply::Failed(failure) => self.located(now, handle, Err(failure)),
                    Reply::Media { .. } | Reply::Flow(_) => {}
                }
            }
            // a response that finds no way is lost
            #[cfg(feature = "stream")]
            (Object::Server(index), Reply::Flow(flow)) if flow.is_reliable() && flow.is_open() => {
                self.lower.transactions.take_stream(&mut self.lower.cx, Handle { index, generation }, flow);
            }
            (Object::Account(index), reply) => {
                let found = match reply {
                    Reply::Hops(targets) => Some(targets),
                    Reply::Failed(_) => None,
                    Reply::Media { .. } | Reply::Flow(_) => return,
                };
                self.lower.accounts.trusted_found(&mut self.lower.cx, now, Handle { index, generation }, found);
            }
            (Object::Call(index), reply) => {
                let handle = Handle { index, generation };
                if !self.lower.media.take_reply(handle) {
                    return; // it has replied before
                }
                match reply {
                    Reply::Media { rtp, rtcp } => {
                        let waiting = self.lower.media.opened(&mut self.lower.cx, handle, rtp, rtcp);
                        self.calls.go_on(&mut self.lower, now, handle, waiting);
                    }
                    Reply::Failed(failure) => self.calls.ports_failed(&mut self.lower, now, handle, failure),
                    Reply::Hops(_) | Reply::Flow(_) => {}
                }
                self.lower.cx.wish(Object::Call(index)); // that of the slot's next call may have waited for this
            }
            _ => {}
        }
    }

    /// The host's addresses changed: resolved addresses are out of date, registrations are made anew at once, and calls
    /// whose address is gone are offered anew from our new one.
    pub fn handle_local_changed(&mut self, now: Instant) {
        self.hear(now);
        let sockets = self.lower.cx.sockets.iter().flatten().count() as u8;
        self.lower.cx.trace(About::Phone, What::NetworkChanged { sockets });
        for index in 0..self.lower.accounts.capacity() {
            let Some(handle) = self.lower.accounts.handle_at(index) else { continue };
            let Some(request) = self.lower.accounts.moved(&mut self.lower.cx, now, handle) else { continue };
            self.lower.end_request(request);
            self.send_register(now, handle);
        }
        #[cfg(feature = "publish")]
        self.move_publications(now);
        self.calls.move_calls(&mut self.lower, now);
        #[cfg(feature = "subscribe")]
        self.subscriptions.moved(&mut self.lower, now);
        #[cfg(feature = "notify")]
        self.watchers.moved(&mut self.lower, &self.calls, now);
    }
}

/// The host of a URI, without brackets, port and parameters.
fn host_text(uri: &[u8]) -> &[u8] {
    let start = uri.iter().position(|byte| *byte == b':').map_or(0, |at| at + 1);
    let rest = uri.get(start..).unwrap_or_default();
    let end = rest.iter().position(|byte| matches!(byte, b';' | b'?')).unwrap_or(rest.len());
    let rest = rest.get(..end).unwrap_or_default();
    let host = rest.rsplit(|byte| *byte == b'@').next().unwrap_or_default();
    if let [b'[', inner @ ..] = host {
        return inner.split(|byte| *byte == b']').next().unwrap_or_default();
    }
    host.split(|byte| *byte == b':').next().unwrap_or_default()
}
