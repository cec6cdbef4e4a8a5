//! The path of media: every packet of a line's goes through here, between the driver's socket and the line's stream, in
//! both directions. The protection of media (SRTP) will work here, on the packet's own bytes.

use super::Media;
use super::news::{News, Silence};
use crate::base::count;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::media::{self, MediaTransmit, Stream};
use crate::phone::context::Context;
use crate::phone::trace::{About, What};
use crate::phone::{CallId, Component, MediaId, Transmit, Via};
use core::net::SocketAddr;

impl Media<'_> {
    /// A packet came to a line's port.
    pub(in crate::phone) fn handle_packet(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        call: Handle,
        component: Component,
        from: SocketAddr,
        packet: &mut [u8],
    ) -> News {
        let Some(line) = self.line(call).filter(|line| line.media) else {
            count::up(&mut cx.counters.stray_media);
            return News::NOTHING;
        };
        let clock = line.clock();
        self.take_in(cx, now, call, component, from, packet);
        let stream = self.streams.get(call.index as usize);
        if component == Component::Rtp
            && let Some(first) = stream.and_then(|stream| stream.moves_first(now))
            && self.is_alone(clock)
        {
            self.phase(clock).arrived(now, first);
        }
        let silent = self.streams.get(call.index as usize).is_some_and(Stream::lost);
        let is_over = self.line_mut(call).is_some_and(|line| !silent && core::mem::take(&mut line.lost));
        let silence = if is_over { Silence::Over } else { Silence::Unchanged };
        News { digit: self.settle(cx, call.index), silence, ..News::NOTHING }
    }

    /// In: from the socket to the stream.
    fn take_in(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        call: Handle,
        component: Component,
        from: SocketAddr,
        packet: &mut [u8],
    ) {
        let Some(stream) = self.streams.get_mut(call.index as usize) else { return };
        if component == Component::Rtcp {
            stream.handle_rtcp(now, from, packet);
            return;
        }
        let mut buffers = self.memory.of(call.index);
        let (before, refused) = stream.heard_from();
        stream.handle_rtp(now, from, packet, &mut buffers);
        let (after, refused_now) = stream.heard_from();
        if after != before {
            cx.trace(About::Call(CallId(call)), What::MediaFrom(after));
        } else if refused_now != refused {
            cx.trace(About::Call(CallId(call)), What::MediaRefused(from));
        }
    }

    /// Out: from the stream to the socket. A buffer that is too short gets the length needed, and nothing changes.
    fn give_out(&mut self, now: Instant, index: u32, buffer: &mut [u8]) -> Option<MediaTransmit> {
        self.streams.get_mut(index as usize)?.poll_transmit(now, self.memory.payload(index), buffer)
    }

    /// The next packet of any line's, written into `buffer`.
    pub(in crate::phone) fn poll_voice(&mut self, cx: &mut Context<'_>, now: Instant, buffer: &mut [u8]) -> Transmit {
        while let Some(index) = self.voices.first() {
            let sent = self.give_out(now, index, buffer);
            let call = self.line_at(index).map(|line| line.ports_name(index));
            if let (Some(sent), Some(_)) = (sent, call)
                && sent.len > buffer.len()
            {
                return Transmit::Needs(sent.len);
            }
            let owes = self.streams.get(index as usize).is_some_and(Stream::owes);
            if sent.is_none() || call.is_none() || !owes {
                self.voices.pop();
            }
            self.schedule(cx, index);
            if let (Some(sent), Some(call)) = (sent, call) {
                let component = match sent.component {
                    media::Component::Rtp => Component::Rtp,
                    media::Component::Rtcp => Component::Rtcp,
                };
                let via = Via::Media { media: MediaId(call), component, to: sent.to };
                return Transmit::Packet { via, len: sent.len };
            }
        }
        Transmit::Nothing
    }
}
