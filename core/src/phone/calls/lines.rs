//! A call's media: its ports, its agreement, and its stream.

use super::Calls;
#[cfg(feature = "tones")]
use super::call::Cancel;
use super::call::PENDING_DIGIT;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::media::Vouched;
#[cfg(feature = "tones")]
use crate::media::tones::country::Meaning;
use crate::offer::{Agreed, Local, OfferState};
use crate::phone::context::done::Ended;
use crate::phone::event::Op;
use crate::phone::media::desired::Purpose;
use crate::phone::media::news::{News, Silence};
use crate::phone::media::ports::Waiting;
use crate::phone::media::running::Standing;
use crate::phone::object::Object;
use crate::phone::{CallState, Cause, Flow, Lower};
#[cfg(feature = "tones")]
use crate::phone::{EndCause, EndedBy};
use crate::sip::dialog::contact_uri;
use crate::sip::session::Edition;
use crate::wire::sip::{Host, Message, Name, Start, Uri, Via};
use core::net::IpAddr;

impl Calls<'_> {
    /// The call's media ports are open. If not, they are wished for, and `waiting` goes on when they are.
    pub(super) fn ports_ready(lower: &mut Lower<'_>, handle: Handle, flow: Flow, waiting: Waiting) -> bool {
        let local = lower.cx.local_of(flow.socket()).map(|local| local.ip());
        lower.media.ports_ready(&mut lower.cx, handle, local, waiting)
    }

    /// Our media as a first description of this purpose has it; `None` without ports.
    pub(super) fn local_media(lower: &Lower<'_>, call: Handle, purpose: Purpose) -> Option<(Local, OfferState)> {
        lower.media.description(&lower.cx, call, Edition::default(), purpose)
    }

    /// Both sides of a call's dialog agreed.
    pub(super) fn take_agreed(&mut self, lower: &mut Lower<'_>, call: Handle, agreed: Agreed) {
        let Some(slot) = self.get(call) else { return };
        self.agree(lower, call, slot.dialog, Some((agreed, Purpose::Answer)));
    }

    /// A dialog of a call is the one that is heard from now on; by `agreed`, or by its agreement from before.
    pub(super) fn agree(
        &mut self,
        lower: &mut Lower<'_>,
        call_handle: Handle,
        dialog: Handle,
        agreed: Option<(Agreed, Purpose)>,
    ) {
        #[cfg(feature = "reoffer")]
        let anew = agreed.is_some();
        let changed = lower.media.agree(call_handle, dialog, agreed);
        let now = lower.cx.latest;
        if let Some(call) = self.get_mut(call_handle).filter(|_| changed) {
            call.tell_media(now);
        }
        // of a branch that wins, its agreement from before brings no command to its end
        #[cfg(feature = "reoffer")]
        if anew {
            self.wishes_met(lower, call_handle);
        }
    }

    /// Starts or changes the stream as agreed. `confirmed`: the far end has shown that it is there.
    pub(super) fn run_media(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, confirmed: bool) {
        let Some(call) = self.get(handle) else { return };
        if call.state == CallState::Ended || lower.media.agreed(handle).is_none() {
            return;
        }
        let standing = Standing {
            any_host: lower.accounts.media_any_host(call.account),
            patience_s: Self::patience(lower, call.account).seconds,
            up: call.state == CallState::Connected,
            incoming: call.incoming,
            confirmed,
            #[cfg(feature = "reliable")]
            authorized: lower.dialogs.session(lower.media.heard(handle)).authorized(),
        };
        #[cfg(feature = "numbers")]
        let up = standing.up;
        let news = lower.media.run(&mut lower.cx, now, handle, standing);
        self.take_news(lower, now, handle, news);
        // its description named a host that had to be found first
        #[cfg(feature = "numbers")]
        if up {
            self.send_later(lower, handle);
        }
        lower.cx.tell(Object::Call(handle.index));
    }

    /// A message of the far end's session came over this flow: the hosts that may send its media, beside the address in
    /// its description. `trusted`: the account's own proxy brought it.
    pub(in crate::phone) fn vouch(
        &mut self,
        lower: &mut Lower<'_>,
        handle: Handle,
        flow: Flow,
        trusted: bool,
        message: &Message<'_>,
    ) {
        lower.media.vouch(handle, &hosts_of(flow, trusted, message));
    }

    /// Nothing is sent any more but the last report.
    pub(super) fn stop_media(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let news = lower.media.stop(&mut lower.cx, now, handle);
        self.take_news(lower, now, handle, news);
        #[cfg(feature = "tones")]
        self.stop_tone(lower, handle);
    }

    /// A call rings here, unless its 180 found no way and it is over.
    pub(super) fn rings(&self, lower: &mut Lower<'_>, handle: Handle) {
        #[cfg(feature = "tones")]
        lower.media.ring_here(handle, self.get(handle).filter(|call| !call.is_over()).map(|call| call.alert().ring()));
        #[cfg(not(feature = "tones"))]
        let _ = (lower, handle);
    }

    /// A call is over: where the far end has refused it, the person is told so.
    #[cfg(feature = "tones")]
    pub(super) fn tell_refusal(&self, lower: &mut Lower<'_>, handle: Handle, was: CallState) {
        let Some(call) = self.get(handle).filter(|call| !call.incoming && call.ended_by == EndedBy::Remote) else {
            return;
        };
        let meaning = match call.end_cause {
            EndCause::Busy => Meaning::Busy,
            EndCause::Declined if call.sip_code == 603 => Meaning::Busy,
            EndCause::Server | EndCause::NotFound | EndCause::Unsupported => Meaning::Congestion,
            _ => return,
        };
        if matches!(was, CallState::Calling | CallState::Early) {
            lower.media.refused(handle, meaning);
        }
    }

    /// The far end rings and sends nothing: the device plays ringback.
    #[cfg(feature = "tones")]
    pub(super) fn ring_back(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let rings = self.get(handle).is_some_and(|call| call.cancel == Cancel::No);
        lower.media.ring_back(handle, rings);
    }

    /// A line has news: the events of its call follow.
    pub(in crate::phone) fn take_news(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, news: News) {
        if let Some(call) = self.get_mut(handle) {
            let cx = &mut lower.cx;
            let mut told = news.digit;
            if news.sent > 0 {
                let sent = Ended { result: Cause::Normal, sip_code: 0 };
                told |= cx.end(call.commands, Op::Digits, news.sent.into(), sent);
            }
            #[cfg(feature = "tones")]
            if news.toned {
                told |= cx.end(call.commands, Op::Tone, 1, Ended::DONE);
            }
            if news.unsent {
                told |= cx.end(call.commands, Op::Digits, u32::MAX, Ended { result: Cause::State, sip_code: 0 });
            }
            if news.digit {
                call.pending |= PENDING_DIGIT;
            }
            if told {
                cx.tell(Object::Call(handle.index));
            }
        }
        #[cfg(feature = "info")]
        if news.info {
            self.inform(lower, now, handle);
        }
        match news.silence {
            Silence::Unchanged => {}
            Silence::Lost => self.media_lost(lower, now, handle),
            Silence::Over => self.media_is_back(lower, handle),
        }
    }
}

/// The hosts that a message from over this flow vouches for. `trusted`: the account's own proxy brought it, so that its
/// marks about NATs are the proxy's.
pub(super) fn hosts_of(flow: Flow, trusted: bool, message: &Message<'_>) -> Vouched {
    let mut hosts = Vouched { signals: Some(flow.remote().ip()), ..Vouched::NONE };
    if trusted {
        // rfc3261#18.2.1, rfc3581#4: the first proxy wrote the source of the peer's request there, if it differs
        // from the peer's own address
        if matches!(message.start(), Start::Request { .. }) {
            let bottom = message.values(Name::Via).last().and_then(Via::parse);
            hosts.received = bottom.and_then(|via| via.received().or_else(|| via.host.ip()));
        }
        hosts.contact = contact_uri(message).and_then(|uri| Uri::parse(uri).ok()).and_then(|uri| contact_host(&uri));
    }
    hosts
}

/// The peer's host by its Contact: a proxy that found it behind a NAT has put the NAT's address there, or beside it
/// as `alias=HOST~PORT~TRANSPORT` (Kamailio's `set_contact_alias`).
fn contact_host(uri: &Uri<'_>) -> Option<IpAddr> {
    let alias = uri.params.get(b"alias").and_then(|alias| alias.split(|byte| *byte == b'~').next());
    alias.and_then(Host::parse_bare).and_then(|host| host.ip()).or_else(|| uri.host.ip())
}
