//! Descriptions that name a host instead of an address (rfc8866#5.7). It is looked up like any name, for its addresses
//! only, before the description is taken: an answer of ours to an offer waits for it as it waits for media ports, and
//! so does the media that an answer of theirs begins.
//!
//! A look-up is a request that sends nothing: it has a slot, a wish, and an end. One for an answer keeps its
//! description in the slot's buffer.

use super::calls::call::Cancel;
use super::responses::Describe;
use super::transactions::request::{Owner, Request, Sending};
use super::transactions::server::{Host, Server};
use super::{CallState, Cause, Flow, Phone, Target};
use crate::base::cursor::Cursor;
use crate::base::limits::FIND_HOST_MS;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::media::Codec;
use crate::offer::{Local, OfferError, accept_answer, host_to_find};
use crate::sip::server::State;
use core::net::IpAddr;

impl Phone<'_> {
    /// Whether an offer that came over this flow could be answered; `found`: what its host stands for.
    pub(super) fn try_offer(&self, flow: Flow, offer: &[u8], found: Option<IpAddr>) -> Result<(), OfferError> {
        let Some(local) = self.lower.cx.local_of(flow.socket()) else { return Ok(()) };
        let local = Local { found, ..Local::new(local.ip(), 9, 0) };
        crate::offer::answer(offer, &local, &mut Cursor::new(&mut [])).map(|_| ())
    }

    /// The host that an INVITE's offer names is looked up. False: every slot is in use.
    pub(super) fn find_offerer(&mut self, now: Instant, server: Handle) -> bool {
        let Some(lookup) = self.find_host(now, Owner::Offer(server)) else { return false };
        self.lower.transactions.set_host(server, Host::Sought(lookup));
        true
    }

    /// An INVITE that has its final answer looks for no host any more: its look-up's slot is free for requests that are
    /// sent.
    pub(super) fn forget_offerer(&mut self, server: Handle) {
        if let Some(Host::Sought(lookup)) = self.lower.transactions.server(server).map(Server::host) {
            self.lower.transactions.set_host(server, Host::Given);
            self.lower.end_request(lookup);
        }
    }

    /// An answer in one of a call's dialogs: its media runs, or as soon as the host that it names is found. False:
    /// nothing can be made of it.
    pub(super) fn take_answer(&mut self, now: Instant, call: Handle, dialog: Handle, text: &[u8]) -> bool {
        // what came before it does not count any more
        self.lower.forget_lookup(dialog);
        let Some((local, lines)) = self.local_media(call) else { return false };
        let agreed = accept_answer(text, &local, &lines);
        if Codec::HAVE_PARAMETERS {
            let lower = &mut self.lower;
            lower.media.learn_parameters(&mut lower.cx, dialog, text, agreed.as_ref().ok(), Some(&local));
        }
        match agreed {
            Ok(agreed) => self.take_agreement(now, call, dialog, agreed),
            Err(OfferError::HostName) => self.find_answerer(now, dialog, text),
            Err(_) => false,
        }
    }

    fn take_agreement(&mut self, now: Instant, call: Handle, dialog: Handle, agreed: crate::offer::Agreed) -> bool {
        let Some(slot) = self.calls.get(call) else { return false };
        let up = slot.state == CallState::Connected;
        // a session may lose its audio later, but does not begin without
        let may_be_silent = up && self.lower.media.agreed(call).is_some();
        if !agreed.accepted() && !may_be_silent {
            return false;
        }
        self.agree(call, dialog, Some(agreed));
        // a provisional answer confirms nothing: what it names may be a victim
        self.run_media(now, call, up);
        true
    }

    fn find_answerer(&mut self, now: Instant, dialog: Handle, text: &[u8]) -> bool {
        let Some(handle) = self.find_host(now, Owner::Answer(dialog)) else { return false };
        if self.lower.transactions.keep(&mut self.lower.cx, handle, text).is_err() {
            self.lower.end_request(handle);
            return false;
        }
        self.lower.dialogs.set_lookup(dialog, handle);
        true
    }

    fn find_host(&mut self, now: Instant, owner: Owner) -> Option<Handle> {
        let handle = self.lower.new_request(owner, Sending::Nothing)?;
        self.lower.locate(handle);
        self.lower.transactions.try_again_at(&mut self.lower.cx, handle, now + Duration::from_millis(FIND_HOST_MS));
        Some(handle)
    }

    /// The host that a look-up is for.
    pub(super) fn host_sought(&self, handle: Handle) -> Option<&str> {
        let request = self.lower.transactions.request(handle)?;
        match request.owner() {
            Owner::Offer(server) => {
                let local = self.lower.cx.local_of(self.lower.transactions.server(server)?.flow().socket())?;
                host_to_find(self.lower.transactions.kept_of(server), &Local::new(local.ip(), 9, 0), None)
            }
            Owner::Answer(dialog) => {
                let (local, lines) = self.local_media(self.lower.dialogs.call_of(dialog))?;
                host_to_find(self.lower.transactions.sent(handle), &local, Some(&lines))
            }
            _ => None,
        }
    }

    /// A look-up has come to its end: these are the addresses, or there are none.
    pub(super) fn host_found(&mut self, now: Instant, handle: Handle, targets: &[Target]) {
        let Some(owner) = self.lower.transactions.request(handle).map(Request::owner) else { return };
        match owner {
            Owner::Offer(server_handle) => {
                self.lower.end_request(handle);
                let proceeding = |server: &&Server| server.state() == State::Proceeding;
                let Some(server) = self.lower.transactions.server(server_handle).filter(proceeding) else { return };
                let flow = server.flow();
                let found = self.address_like(flow.socket(), targets);
                let result = match found {
                    None => Err(OfferError::HostName),
                    Some(_) => self.try_offer(flow, self.lower.transactions.kept_of(server_handle), found),
                };
                match (result, found) {
                    (Ok(()), Some(ip)) => self.offerer_found(now, server_handle, ip),
                    (Ok(()), None) => {}
                    (Err(error), _) => self.refuse_offer(now, server_handle, error),
                }
            }
            Owner::Answer(dialog) => {
                let call = self.lower.dialogs.call_of(dialog);
                let described = self.local_media(call);
                let lower = &mut self.lower;
                let text = lower.transactions.sent(handle);
                let agreed = described.map(|(local, lines)| {
                    let found =
                        targets.iter().map(|target| target.flow.remote().ip()).find(|ip| is_like(*ip, local.address));
                    let agreed = accept_answer(text, &Local { found, ..local }, &lines);
                    if Codec::HAVE_PARAMETERS {
                        lower.media.learn_parameters(&mut lower.cx, dialog, text, agreed.as_ref().ok(), Some(&local));
                    }
                    agreed
                });
                self.lower.end_request(handle);
                let alive =
                    |call: &&super::calls::call::Call| call.state != CallState::Ended && call.cancel == Cancel::No;
                if self.calls.get(call).filter(alive).is_none() {
                    return;
                }
                let cause = match agreed {
                    Some(Ok(agreed)) if self.take_agreement(now, call, dialog, agreed) => return,
                    Some(Err(OfferError::HostName)) => Cause::Name,
                    _ => Cause::Codec,
                };
                self.answerer_missed(now, call, cause);
            }
            _ => {}
        }
    }

    /// The first address of the family that this socket has; the first of all where there is none, for its refusal says
    /// what is wrong.
    fn address_like(&self, socket: u8, targets: &[Target]) -> Option<IpAddr> {
        let local = self.lower.cx.local_of(socket)?.ip();
        let all = || targets.iter().map(|target| target.flow.remote().ip());
        all().find(|ip| is_like(*ip, local)).or_else(|| all().next())
    }

    /// An INVITE's offer can be answered now.
    fn offerer_found(&mut self, now: Instant, server_handle: Handle, ip: IpAddr) {
        let Some(served) = self.lower.transactions.server(server_handle).map(Server::served) else { return };
        self.lower.transactions.set_host(server_handle, Host::Found(ip));
        if served.is_again() {
            self.answer_again(now, server_handle);
        } else {
            let waiting = self.lower.media.take_waiting(served.call);
            self.go_on(now, served.call, waiting);
        }
    }

    fn refuse_offer(&mut self, now: Instant, server_handle: Handle, error: OfferError) {
        let Some(served) = self.lower.transactions.server(server_handle).map(Server::served) else { return };
        self.refuse_server(now, server_handle, error.status(), Describe::Warning(error.warning(), error.reason()));
        // rfc3261#14.2: a re-INVITE that is refused leaves the call as it is
        if !served.is_again() {
            let cause = if error == OfferError::HostName { Cause::Name } else { Cause::Codec };
            self.end_call(now, served.call, cause, error.status());
        }
    }

    /// The media of an answer cannot be had. A call that has none ends; a session that there is stays; and before the
    /// call is up its 2xx may say more.
    fn answerer_missed(&mut self, now: Instant, handle: Handle, cause: Cause) {
        if self.calls.get(handle).is_none_or(|call| call.state != CallState::Connected) {
            return;
        }
        if self.lower.media.agreed(handle).is_none() {
            self.end_call(now, handle, cause, 0);
        } else {
            self.tell_outcome(handle, cause);
        }
    }
}

fn is_like(ip: IpAddr, local: IpAddr) -> bool {
    ip.to_canonical().is_ipv4() == local.to_canonical().is_ipv4()
}
