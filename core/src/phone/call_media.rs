//! A call's media: its ports, what was agreed, and its stream.

use super::calls::call::{Cancel, PENDING_DIGIT};
use super::media::ports::Waiting;
use super::object::Object;
use super::trace::{About, What};
use super::{CallId, CallState, Component, Flow, MediaId, Phone, Source};
use crate::base::count;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::media::{StreamBuffers, StreamConfig, Vouched};
use crate::offer::{Agreed, Local, OfferState};
use crate::sip::dialog::contact_uri;
use crate::wire::sip::{Host, Message, Name, Start, Uri, Via};
use core::net::{IpAddr, SocketAddr};

impl Phone<'_> {
    /// The call's media ports are open. If not, they are wished for, and `waiting` goes on when they are.
    pub(super) fn ports_ready(&mut self, handle: Handle, flow: Flow, waiting: Waiting) -> bool {
        let local = self.local_of(flow.socket()).map(|local| local.ip());
        self.lower.media.ports_ready(&mut self.lower.cx, handle, local, waiting)
    }

    /// What we say of our media in a description; `None` without ports.
    pub(super) fn local_media(&self, call: Handle) -> Option<(Local, OfferState)> {
        self.lower.media.description(&self.lower.cx, call)
    }

    /// Both sides of a call's dialog agreed.
    pub(super) fn take_agreed(&mut self, call: Handle, agreed: Agreed) {
        let Some(slot) = self.calls.slots.get(call) else { return };
        self.agree(call, slot.dialog, Some(agreed));
    }

    /// A dialog of a call is the one that is heard from now on; by `agreed`, or by what it had agreed on before.
    pub(super) fn agree(&mut self, call: Handle, dialog: Handle, agreed: Option<Agreed>) {
        let changed = self.lower.media.agree(call, dialog, agreed);
        let now = self.lower.cx.latest;
        if let Some(call) = self.calls.slots.get_mut(call).filter(|_| changed) {
            call.tell_media(now);
        }
    }

    /// Starts or changes the stream as agreed. `confirmed`: the far end has shown that it is there.
    pub(super) fn run_media(&mut self, now: Instant, handle: Handle, confirmed: bool) {
        let Some(call) = self.calls.slots.get(handle) else { return };
        let Some(agreed) = self.lower.media.agreed(handle).copied() else { return };
        if call.state == CallState::Ended {
            return;
        }
        let any_host = self.lower.accounts.media_any_host(call.account);
        let mut config = StreamConfig {
            stream: handle.index,
            any_host,
            patience_s: self.patience(call.account).seconds,
            watched: call.state == CallState::Connected,
            remote_rtp: agreed.remote_rtp,
            remote_rtcp: agreed.remote_rtcp,
            codec: agreed.codec,
            payload_type: agreed.payload_type,
            receive: agreed.receive_types,
            dtmf_send: agreed.dtmf_send,
            send: agreed.send && agreed.accepted(),
            receive_audio: agreed.receive && agreed.accepted(),
            ptime_ms: agreed.ptime_ms.min(self.lower.cx.fixed.max_ptime),
            rate: self.lower.cx.fixed.rate,
            epoch_s: self.lower.cx.fixed.epoch_s,
            ..StreamConfig::EMPTY
        };
        let silenced = self.lower.media.line(handle).is_some_and(|line| line.media) && !config.send;
        let incoming = call.incoming;
        if silenced {
            self.lose_digits(handle);
        }
        if self.lower.media.line(handle).is_some_and(|line| line.media) {
            let Some(stream) = self.lower.media.streams.get_mut(handle.index as usize) else { return };
            stream.update(now, &config);
            if confirmed {
                stream.confirm();
            }
        } else {
            config.ssrc = self.lower.cx.rng.next_u32();
            config.first_sequence = self.lower.cx.rng.next_u32() as u16;
            config.first_timestamp = self.lower.cx.rng.next_u32();
            config.cname = self.lower.cx.rng.next_u64();
            config.confirmed = confirmed;
            self.lower.media.rings.get_mut(handle.index).fill(0);
            let Some(stream) = self.lower.media.streams.get_mut(handle.index as usize) else { return };
            stream.start(now, &config);
            let mut running = 0;
            if let Some(place) = self.lower.media.running.get_mut(self.lower.media.running_count as usize) {
                *place = handle.index;
                self.lower.media.running_count += 1;
                running = self.lower.media.running_count;
            }
            let Some(line) = self.lower.media.line_mut(handle) else { return };
            (line.media, line.running) = (true, running);
            let source = line.source();
            self.count_bus(source, true);
            // whoever answered began to tick when the answer left
            if let Some(bus) = self.bus_alone(source).filter(|_| !incoming) {
                self.phase(bus).begin(now);
            }
        }
        self.set_ringback(handle, false);
        self.voice(handle.index);
        self.tell(Object::Call(handle.index));
    }

    /// A message of the far end's that has to do with its session came over this flow: the hosts that may speak for it,
    /// beside the address that its description names. `trusted`: the account's own proxy brought it, so that what
    /// stands in it about NATs is the proxy's word.
    pub(super) fn vouch(&mut self, handle: Handle, flow: Flow, trusted: bool, message: &Message<'_>) {
        let mut hosts = Vouched { signals: Some(flow.remote().ip()), ..Vouched::NONE };
        if trusted {
            // rfc3261#18.2.1, rfc3581#4: the first proxy wrote there where the peer's request came from, if not from
            // where it says
            if matches!(message.start(), Start::Request { .. }) {
                let bottom = message.values(Name::Via).last().and_then(Via::parse);
                hosts.received = bottom.and_then(|via| via.received().or_else(|| via.host.ip()));
            }
            hosts.contact =
                contact_uri(message).and_then(|uri| Uri::parse(uri).ok()).and_then(|uri| contact_host(&uri));
        }
        if let Some(stream) = self.lower.media.streams.get_mut(handle.index as usize) {
            stream.vouch(&hosts);
        }
    }

    /// The far end has shown that it is there: an ACK came, or a 2xx.
    pub(super) fn confirm_media(&mut self, handle: Handle) {
        if self.lower.media.line(handle).is_some_and(|line| line.media)
            && let Some(stream) = self.lower.media.streams.get_mut(handle.index as usize)
        {
            stream.confirm();
        }
    }

    /// Nothing is sent any more but the last report.
    pub(super) fn stop_media(&mut self, now: Instant, handle: Handle) {
        self.set_ringback(handle, false);
        let Some(line) = self.lower.media.line_mut(handle) else { return };
        if !core::mem::take(&mut line.media) {
            return;
        }
        let (source, place) = (line.source(), core::mem::take(&mut line.running));
        self.lose_digits(handle);
        if let Some(stream) = self.lower.media.streams.get_mut(handle.index as usize) {
            stream.stop(now);
        }
        // the last of the list takes its place
        let last = self.lower.media.running.get(self.lower.media.running_count.saturating_sub(1) as usize).copied();
        if let (Some(last), true) = (last, place > 0) {
            if let Some(cell) = self.lower.media.running.get_mut(place as usize - 1) {
                *cell = last;
            }
            if last != handle.index {
                let moved = self.calls.slots.handle_at(last);
                if let Some(line) = moved.and_then(|moved| self.lower.media.line_mut(moved)) {
                    line.running = place;
                }
            }
            self.lower.media.running_count -= 1;
        }
        self.count_bus(source, false);
        self.voice(handle.index);
    }

    pub(super) fn count_bus(&mut self, source: Source, more: bool) {
        let count =
            if source == Source::Device { &mut self.lower.media.device_calls } else { &mut self.lower.media.own_calls };
        *count = if more { count.saturating_add(1) } else { count.saturating_sub(1) };
    }

    /// The far end rings and sends nothing: the device plays ringback (rfc3960#3.2), until media runs or the call ends.
    pub(super) fn set_ringback(&mut self, handle: Handle, rings: bool) {
        let rings = rings && self.calls.slots.get(handle).is_some_and(|call| call.cancel == Cancel::No);
        let Some(line) = self.lower.media.line_mut(handle) else { return };
        let rings = rings && !line.media && line.source() == Source::Device;
        if core::mem::replace(&mut line.ringback, rings) != rings {
            let count = self.lower.media.ringing_back;
            self.lower.media.ringing_back = if rings { count.saturating_add(1) } else { count.saturating_sub(1) };
        }
    }

    /// A stream may owe a packet, have received a digit, or have another deadline.
    pub(super) fn voice(&mut self, index: u32) {
        let Some(stream) = self.lower.media.streams.get(index as usize) else { return };
        if stream.owes() {
            self.lower.media.voices.push(index);
        }
        if stream.has_digit()
            && let Some(call) = self
                .calls
                .slots
                .handle_at(index)
                .filter(|handle| self.lower.media.line(*handle).is_some_and(|line| line.codec().is_some()))
                .and_then(|handle| self.calls.slots.get_mut(handle))
        {
            call.pending |= PENDING_DIGIT;
            self.tell(Object::Call(index));
        }
        self.schedule(Object::Stream(index));
    }

    /// A packet came to a call's RTP or RTCP port.
    pub fn handle_media(&mut self, now: Instant, media: MediaId, component: Component, from: SocketAddr, bytes: &[u8]) {
        self.hear(now);
        let handle = media.0;
        let Some(line) = self.lower.media.line(handle).filter(|line| line.media) else {
            count::up(&mut self.lower.cx.counters.stray_media);
            return;
        };
        let source = line.source();
        let Some(stream) = self.lower.media.streams.get_mut(handle.index as usize) else { return };
        match component {
            Component::Rtp => {
                let mut buffers = StreamBuffers {
                    ring: self.lower.media.rings.get_mut(handle.index),
                    stride: self.lower.cx.fixed.jitter_stride,
                };
                let (before, refused) = stream.heard_from();
                stream.handle_rtp(now, from, bytes, &mut buffers);
                let (after, refused_now) = stream.heard_from();
                if after != before {
                    self.lower.cx.trace(About::Call(CallId(handle)), What::MediaFrom(after));
                } else if refused_now != refused {
                    self.lower.cx.trace(About::Call(CallId(handle)), What::MediaRefused(from));
                }
                let first = stream.moves_first(now);
                if let (Some(first), Some(bus)) = (first, self.bus_alone(source)) {
                    self.phase(bus).arrived(now, first);
                }
            }
            Component::Rtcp => stream.handle_rtcp(now, from, bytes),
        }
        self.media_is_back(handle);
        self.voice(handle.index);
    }
}

/// Where the peer is by its Contact: a proxy that found it behind a NAT has put the NAT's address there, or beside it
/// as `alias=HOST~PORT~TRANSPORT` (Kamailio's `set_contact_alias`).
fn contact_host(uri: &Uri<'_>) -> Option<IpAddr> {
    let alias = uri.params.get(b"alias").and_then(|alias| alias.split(|byte| *byte == b'~').next());
    alias.and_then(Host::parse_bare).and_then(|host| host.ip()).or_else(|| uri.host.ip())
}
