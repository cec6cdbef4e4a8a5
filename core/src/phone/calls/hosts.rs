//! Descriptions that name a host instead of an address (rfc8866#5.7). It is looked up like any name, for its addresses
//! only, before the description is taken: an answer of ours to an offer waits for it as it waits for media ports, and
//! so does the media that an answer of theirs begins.
//!
//! A look-up is a request that sends nothing: it has a slot, a wish, and an end. One for an answer keeps its
//! description in the slot's buffer, one for a re-INVITE's offer the re-INVITE, which changes nothing before its 200.
//!
//! Without the feature `sdp-hosts` a description that names a host is refused like one whose address is of no use.

use super::Calls;
use super::call::{Call, Cancel};
use super::reinvite::renew;
use super::reoffer::failed;
use super::responses::Describe;
#[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
use crate::base::count;
use crate::base::cursor::Cursor;
use crate::base::limits::FIND_HOST_MS;
use crate::base::slots::Handle;
#[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
use crate::base::table::Hasher;
use crate::base::time::{Duration, Instant};
use crate::media::CodecOrder;
use crate::offer::{Local, OfferError, OfferState, accept_answer, answer, host_to_find, write_offer};
#[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
use crate::phone::dialogs::Named;
use crate::phone::media::desired::Purpose;
use crate::phone::transactions::request::{Owner, Request, Sending};
use crate::phone::transactions::server::{Host, Server};
use crate::phone::{CallState, Cause, Flow, Lower, Target};
use crate::sip::server::State;
use crate::wire::sip::Message;
use core::net::IpAddr;

/// Hosts are looked up; without the feature there are no look-ups to make, to answer or to end.
const IS_MADE: bool = cfg!(feature = "sdp-hosts");

/// The answer that an offer would get.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tried {
    /// Bytes of our description, at its longest.
    pub(super) len: usize,
    /// The offer names a host, which has to be looked up.
    pub(super) named: bool,
}

/// Our media in a call that has no ports yet.
fn media_to_come(lower: &Lower<'_>, flow: Flow, codecs: CodecOrder) -> Option<Local> {
    let local = lower.cx.local_of(flow.socket())?;
    let codecs = codecs.list().unwrap_or(lower.cx.fixed.codecs);
    Some(Local { codecs, ..Local::new(local.ip(), u16::MAX, u32::MAX.into()) })
}

/// The address of a host that an UPDATE's offer names is not to be had.
#[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Unfound {
    /// It is looked up, or will be once there is a slot.
    Sought,
    /// It has none.
    Missed,
}

impl Calls<'_> {
    /// An offer that came over this flow could be answered, and so long is the answer; without one, so long is an offer
    /// of ours. `call`: it may have media already; with its choice of codecs. `found`: the address of the offer's host.
    pub(super) fn try_offer(
        lower: &Lower<'_>,
        flow: Flow,
        (call, codecs): (Handle, CodecOrder),
        offer: Option<&[u8]>,
        found: Option<IpAddr>,
    ) -> Result<Tried, OfferError> {
        let purpose = if offer.is_some() { Purpose::Answer } else { Purpose::LateOffer };
        let to_come = || Some((media_to_come(lower, flow, codecs)?, OfferState::EMPTY));
        let Some((mut local, state)) = Self::local_media(lower, call, purpose).or_else(to_come) else {
            return Ok(Tried::default());
        };
        // the longest: numbers with all their digits, and RTCP on a port that has to be named
        local.rtcp_port = u16::MAX - 1;
        local.version = local.version.max(u32::MAX.into());
        local.found = found;
        let mut out = Cursor::new(&mut []);
        let Some(offer) = offer else {
            write_offer(&local, &state, &mut out);
            return Ok(Tried { len: out.needed(), named: false });
        };
        while let Err(error) = answer(offer, &local, &mut out) {
            if !IS_MADE || error != OfferError::HostName || local.found.is_some() {
                return Err(error);
            }
            // an address of ours stands in for that of its host, which is not known yet
            local.found = Some(local.address);
        }
        Ok(Tried { len: out.needed(), named: local.found != found })
    }

    /// The host that an INVITE's offer names is looked up; `invite`, for a re-INVITE, is kept with the look-up. False:
    /// every slot is in use.
    pub(super) fn find_offerer(&mut self, lower: &mut Lower<'_>, now: Instant, server: Handle, invite: &[u8]) -> bool {
        let Some(lookup) = self.find_host(lower, now, Owner::Offer(server), invite) else { return false };
        lower.transactions.set_host(server, Host::Sought(lookup));
        true
    }

    /// An INVITE that has its final answer looks for no host any more: its look-up's slot is free for requests that are
    /// sent.
    pub(super) fn forget_offerer(&mut self, lower: &mut Lower<'_>, server: Handle) {
        if let Some(Host::Sought(lookup)) = lower.transactions.server(server).map(Server::host) {
            lower.transactions.set_host(server, Host::Given);
            lower.end_request(lookup);
        }
    }

    /// An answer in one of a call's dialogs: its media runs, or as soon as the host that it names is found. False:
    /// it cannot be used.
    pub(super) fn take_answer(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: Handle,
        dialog: Handle,
        text: &[u8],
    ) -> bool {
        // an earlier answer does not count any more
        lower.forget_lookup(dialog);
        let purpose = Self::answered(lower, dialog);
        let Some((local, lines)) = Self::local_media(lower, call, purpose) else { return false };
        let agreed = accept_answer(text, &local, &lines);
        lower.media.learn_parameters(&mut lower.cx, dialog, text, agreed.as_ref().ok(), Some(&local));
        match agreed {
            Ok(agreed) => self.take_agreement(lower, now, call, dialog, agreed),
            Err(OfferError::HostName) => self.find_answerer(lower, now, dialog, text),
            Err(_) => false,
        }
    }

    /// The purpose of our description that an answer in this dialog is to.
    fn answered(lower: &Lower<'_>, dialog: Handle) -> Purpose {
        #[cfg(feature = "reliable")]
        if lower.dialogs.get(dialog).is_some_and(|leg| !leg.dialog().confirmed && !leg.dialog().session.is_renewed()) {
            return Purpose::Invited;
        }
        let _ = (lower, dialog);
        Purpose::Offered
    }

    fn take_agreement(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: Handle,
        dialog: Handle,
        agreed: crate::offer::Agreed,
    ) -> bool {
        let Some(slot) = self.get(call) else { return false };
        let up = slot.state == CallState::Connected;
        // a session may lose its audio later, but does not begin without
        #[cfg(feature = "reliable")]
        let begun = up || lower.dialogs.session(dialog).is_renewed();
        #[cfg(not(feature = "reliable"))]
        let begun = up;
        let may_be_silent = begun && lower.media.agreed(call).is_some();
        if !agreed.accepted() && !may_be_silent {
            return false;
        }
        let purpose = Self::answered(lower, dialog);
        self.agree(lower, call, dialog, Some((agreed, purpose)));
        // a provisional response confirms nothing: the host that it names may be a victim
        self.run_media(lower, now, call, up);
        true
    }

    fn find_answerer(&mut self, lower: &mut Lower<'_>, now: Instant, dialog: Handle, text: &[u8]) -> bool {
        #[cfg(feature = "sdp-hosts")]
        if !self.may_ask(lower, dialog) {
            return false;
        }
        let Some(lookup) = self.find_host(lower, now, Owner::Answer(dialog), text) else { return false };
        lower.dialogs.set_lookup(dialog, lookup);
        true
    }

    /// A look-up begins, and keeps this text. `None`: every slot is in use, or the text does not fit.
    fn find_host(&mut self, lower: &mut Lower<'_>, now: Instant, owner: Owner, text: &[u8]) -> Option<Handle> {
        if !IS_MADE {
            return None;
        }
        let handle = lower.new_request(owner, Sending::Nothing)?;
        lower.locate(handle);
        lower.transactions.try_again_at(&mut lower.cx, handle, now + Duration::from_millis(FIND_HOST_MS));
        if lower.transactions.keep(&mut lower.cx, handle, text).is_err() {
            lower.end_request(handle);
            return None;
        }
        Some(handle)
    }

    /// The host that a look-up is for.
    pub(in crate::phone) fn host_sought<'l>(lower: &'l Lower<'_>, handle: Handle) -> Option<&'l str> {
        let request = lower.transactions.request(handle).filter(|_| IS_MADE)?;
        match request.owner() {
            Owner::Offer(server) => {
                let (call, flow) =
                    lower.transactions.server(server).map(|server| (server.served().call, server.flow()))?;
                let local = media_to_come(lower, flow, lower.media.codecs(call))?;
                host_to_find(lower.transactions.kept_of(server), &local, None)
            }
            #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
            Owner::Update(dialog) => {
                let (local, _) = Self::local_media(lower, lower.dialogs.call_of(dialog), Purpose::Answer)?;
                host_to_find(lower.transactions.sent(handle), &local, None)
            }
            Owner::Answer(dialog) => {
                let purpose = Self::answered(lower, dialog);
                let (local, lines) = Self::local_media(lower, lower.dialogs.call_of(dialog), purpose)?;
                host_to_find(lower.transactions.sent(handle), &local, Some(&lines))
            }
            _ => None,
        }
    }

    /// A look-up has come to its end: these are the addresses, or there are none.
    pub(in crate::phone) fn host_found(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        targets: &[Target],
    ) {
        if !IS_MADE {
            return;
        }
        let Some(owner) = lower.transactions.request(handle).map(Request::owner) else { return };
        match owner {
            Owner::Offer(server_handle) => {
                let proceeding = |server: &&Server| server.state() == State::Proceeding;
                let Some(server) = lower.transactions.server(server_handle).filter(proceeding) else {
                    lower.end_request(handle);
                    return;
                };
                let (flow, call) = (server.flow(), server.served().call);
                let offer = Some(lower.transactions.kept_of(server_handle));
                let found = Self::address_like(lower, flow.socket(), targets).ok_or(OfferError::HostName);
                let call = (call, lower.media.codecs(call));
                match found.and_then(|ip| Self::try_offer(lower, flow, call, offer, Some(ip)).map(|_| ip)) {
                    Ok(ip) => self.offerer_found(lower, now, server_handle, ip, handle),
                    Err(error) => self.refuse_offer(lower, now, server_handle, error),
                }
                lower.end_request(handle);
            }
            #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
            Owner::Update(dialog) => {
                Self::updater_found(lower, dialog, targets);
                lower.end_request(handle);
            }
            Owner::Answer(dialog) => {
                let call = lower.dialogs.call_of(dialog);
                let described = Self::local_media(lower, call, Self::answered(lower, dialog));
                let text = lower.transactions.sent(handle);
                let agreed = described.map(|(local, lines)| {
                    let found =
                        targets.iter().map(|target| target.flow.remote().ip()).find(|ip| is_like(*ip, local.address));
                    let agreed = accept_answer(text, &Local { found, ..local }, &lines);
                    lower.media.learn_parameters(&mut lower.cx, dialog, text, agreed.as_ref().ok(), Some(&local));
                    agreed
                });
                lower.end_request(handle);
                let alive = |call: &&Call| call.state != CallState::Ended && call.cancel == Cancel::No;
                if self.get(call).filter(alive).is_none() {
                    return;
                }
                let cause = match agreed {
                    Some(Ok(agreed)) if self.take_agreement(lower, now, call, dialog, agreed) => {
                        // no request of ours is out, whose answer this might not be
                        #[cfg(feature = "reoffer")]
                        if self.get(call).is_some_and(|call| !call.asks()) {
                            self.wishes_answered(lower, now, call);
                        }
                        return;
                    }
                    Some(Err(OfferError::HostName)) => Cause::Name,
                    _ => Cause::Codec,
                };
                self.answerer_missed(lower, now, (call, dialog), cause);
            }
            _ => {}
        }
    }

    /// The address of the host that an UPDATE's offer names: an UPDATE is answered at once, so it is looked up while its
    /// sender waits, and the offer is answered when it comes again.
    ///
    /// # Errors
    /// [`Unfound`].
    #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
    pub(super) fn find_updater(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        dialog: Handle,
        offer: &[u8],
        local: &Local,
    ) -> Result<IpAddr, Unfound> {
        let Some(name) = hash_of_host(lower, offer, local) else { return Err(Unfound::Missed) };
        match lower.dialogs.named(dialog) {
            Named::Found(found, ip) if found == name => return Ok(ip),
            // it stays so until an offer names another
            Named::Missed(missed) if missed == name => return Err(Unfound::Missed),
            // one at a time, whatever its sender names meanwhile
            Named::Sought(_) => return Err(Unfound::Sought),
            _ => {}
        }
        let lookup =
            if self.may_ask(lower, dialog) { self.find_host(lower, now, Owner::Update(dialog), offer) } else { None };
        let Some(lookup) = lookup else {
            count::up(&mut lower.cx.counters.refused_full);
            return Err(Unfound::Sought);
        };
        lower.dialogs.set_lookup(dialog, lookup);
        lower.dialogs.set_named(dialog, Named::Sought(name));
        Err(Unfound::Sought)
    }

    /// The look-up of that host is over.
    #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
    fn updater_found(lower: &mut Lower<'_>, dialog: Handle, targets: &[Target]) {
        let Named::Sought(name) = lower.dialogs.named(dialog) else { return };
        let Some((local, _)) = Self::local_media(lower, lower.dialogs.call_of(dialog), Purpose::Answer) else { return };
        let all = || targets.iter().map(|target| target.flow.remote().ip());
        // one of another family has the reason of its refusal
        let found = all().find(|ip| is_like(*ip, local.address)).or_else(|| all().next());
        lower.dialogs.set_named(dialog, found.map_or(Named::Missed(name), |ip| Named::Found(name, ip)));
    }

    /// Our media for the answer to an UPDATE that comes again: with the address of the host that it names, where that is
    /// the last that was found.
    #[cfg(feature = "reoffer")]
    pub(super) fn with_host(lower: &Lower<'_>, dialog: Handle, offer: Option<&[u8]>, local: Local) -> Local {
        #[cfg(feature = "sdp-hosts")]
        if let Named::Found(name, ip) = lower.dialogs.named(dialog)
            && offer.and_then(|offer| hash_of_host(lower, offer, &local)) == Some(name)
        {
            return Local { found: Some(ip), ..local };
        }
        let _ = (lower, dialog, offer);
        local
    }

    /// The first address of the family that this socket has; the first of all where there is none, for its refusal has
    /// the reason.
    fn address_like(lower: &Lower<'_>, socket: u8, targets: &[Target]) -> Option<IpAddr> {
        let local = lower.cx.local_of(socket)?.ip();
        let all = || targets.iter().map(|target| target.flow.remote().ip());
        all().find(|ip| is_like(*ip, local)).or_else(|| all().next())
    }

    /// An INVITE's offer can be answered now.
    fn offerer_found(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        server_handle: Handle,
        ip: IpAddr,
        lookup: Handle,
    ) {
        let Some(server) = lower.transactions.server(server_handle) else { return };
        let (served, flow) = (server.served(), server.flow());
        lower.transactions.set_host(server_handle, Host::Found(ip));
        if served.is_again() {
            let timer = lower.dialogs.session(served.dialog).timer;
            Self::timer_hears_kept(lower, served.dialog, lookup);
            if self.render_again(lower, now, server_handle) {
                let changed = Message::parse(lower.transactions.sent(lookup)).is_ok_and(|invite| {
                    renew(&lower.accounts, &mut lower.dialogs, &mut lower.media, served, flow, &invite)
                });
                self.identified(lower, now, served.dialog, changed);
                self.respond_again(lower, now, server_handle);
            } else {
                Self::set_timer(lower, served.dialog, timer);
            }
        } else {
            let waiting = lower.media.take_waiting(served.call);
            self.go_on(lower, now, served.call, waiting);
        }
    }

    fn refuse_offer(&mut self, lower: &mut Lower<'_>, now: Instant, server_handle: Handle, error: OfferError) {
        let Some(served) = lower.transactions.server(server_handle).map(Server::served) else { return };
        self.refuse_server(
            lower,
            now,
            server_handle,
            error.status(),
            Describe::Warning(error.warning(), error.reason()),
        );
        // rfc3261#14.2: a re-INVITE that is refused leaves the call as it is
        if !served.is_again() {
            let cause = if error == OfferError::HostName { Cause::Name } else { Cause::Codec };
            self.end_call(lower, now, served.call, cause, error.status());
        }
    }

    /// The media of an answer cannot be had. A call that has none ends; an existing session stays; and before the call
    /// is up its 2xx may have another description.
    fn answerer_missed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (handle, dialog): (Handle, Handle),
        cause: Cause,
    ) {
        // the answer to our UPDATE in an early dialog, whose session stays as well
        #[cfg(feature = "reliable")]
        if lower.dialogs.session(dialog).is_renewed() && self.get(handle).is_some_and(|call| !call.is_up()) {
            self.offer_failed(lower, now, handle, failed(cause, 0));
            return;
        }
        let _ = dialog;
        if self.get(handle).is_none_or(|call| call.state != CallState::Connected) {
            return;
        }
        if lower.media.agreed(handle).is_none() {
            self.end_call(lower, now, handle, cause, 0);
        } else {
            self.offer_failed(lower, now, handle, failed(cause, 0));
        }
    }
}

/// A hash of the host that an offer names.
#[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
fn hash_of_host(lower: &Lower<'_>, offer: &[u8], local: &Local) -> Option<u32> {
    let [key, _] = lower.cx.keys;
    host_to_find(offer, local, None).map(|name| Hasher::new(key).with(name.as_bytes()).finish() as u32)
}

fn is_like(ip: IpAddr, local: IpAddr) -> bool {
    ip.to_canonical().is_ipv4() == local.to_canonical().is_ipv4()
}
