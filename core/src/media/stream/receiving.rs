//! Packets to PCM.

use super::{Stream, StreamBuffers};
use crate::base::count::up;
use crate::base::limits;
use crate::base::time::{Duration, Instant};
use crate::media::CodecBank;
use crate::media::digits::EventPacket;
use crate::media::jitter::Cells;
use crate::media::source::Verdict;
use crate::wire::dtmf::Event;
use crate::wire::rtp;
use core::net::SocketAddr;

/// Jitter in milliseconds beyond which the phase of a tick decides nothing.
const EVEN_MS: u32 = 2;
/// rfc3551#6: the static payload type of comfort noise.
const COMFORT_NOISE: u8 = 13;

impl Stream {
    /// A datagram on the RTP socket. Packets that are not the peer's are counted and dropped. Reports on a shared port
    /// go to
    /// [`Stream::handle_rtcp`] (see [`rtp::is_rtcp`]).
    pub fn handle_rtp(&mut self, now: Instant, from: SocketAddr, packet: &[u8], buffers: &mut StreamBuffers<'_>) {
        if !self.running {
            return;
        }
        if rtp::is_rtcp(packet) {
            // rfc5761#4: reports may share the port
            return self.handle_rtcp(now, from, packet);
        }
        let Some(packet) = rtp::Packet::parse(packet) else { return up(&mut self.malformed) };
        let voice = self.config.receive.codec(packet.payload_type);
        let event = match voice {
            Some(_) => None,
            None => self.config.receive.events_clock(packet.payload_type),
        };
        let before = self.address.rtp;
        // rfc3389#4: comfort noise may come unsolicited; it is silence here, and a sign of life
        if voice.is_none() && event.is_none() && packet.payload_type != COMFORT_NOISE {
            up(&mut self.unknown_type);
            // rfc3550#A.1: an unknown type makes no source; from the source we know it keeps its cell in the ring,
            // so as not to seem lost
            if self.source.ssrc() != Some(packet.ssrc) || !self.address.knows(from) {
                return;
            }
        } else if !self.address.admit(
            now.since(self.heard_at),
            self.config.remote(),
            self.config.any_host,
            from,
            &packet,
        ) {
            return up(&mut self.strangers);
        }
        if let Some(codec) = voice.filter(|_| !self.confirmed) {
            // anybody can write a source that never hears us: on its word leaves no more than came
            let (ms, ptime) = (codec.ticks(packet.payload) / (codec.clock() / 1000), self.ptime());
            self.sending.earn(ms, packet.payload.len(), ptime);
        }
        self.heard(now);
        if self.address.rtp != before && self.source.ssrc() != Some(packet.ssrc) {
            // another device: its address vouches for its first packet
            self.source.reopen();
        }
        if packet.ssrc == self.sending.ssrc {
            self.collide(now);
        }
        match self.source.update(packet.ssrc, packet.sequence) {
            Verdict::Probation => return,
            Verdict::Duplicate => return up(&mut self.duplicate),
            Verdict::Behind => up(&mut self.reordered),
            Verdict::Ahead => {}
            Verdict::Restart => {
                self.playout.restart();
                self.events.restart(now, &mut self.heard_digits);
                self.peer_left = false;
            }
        }
        self.received = self.received.saturating_add(1);
        self.received_bytes = self.received_bytes.saturating_add(packet.payload.len() as u32);
        let sequence = self.source.extend(packet.sequence);
        if !self.config.receive_audio {
            return;
        }
        let mut cells = Cells::new(buffers.ring, buffers.stride);
        if let Some(codec) = voice {
            self.source.arrived(now, packet.timestamp, codec.clock());
            self.events.voice(now, packet.timestamp, codec.clock(), &mut self.heard_digits);
            self.playout.insert(
                &mut cells,
                sequence,
                packet.timestamp,
                Some((packet.payload_type, codec, packet.payload)),
            );
        } else {
            if let Some((clock, event)) = event.zip(Event::parse(packet.payload)) {
                let (timestamp, marker) = (packet.timestamp, packet.marker);
                let told = EventPacket { sequence, timestamp, marker, clock, event };
                self.events.handle(now, &told, &mut self.heard_digits);
            }
            self.playout.pass(&mut cells, sequence, packet.timestamp, event);
        }
    }

    /// After a packet at `now`: true if of the two ends ours is to move its ticks. `None`: the packet was not the far
    /// end's, or packets come so unevenly that nothing is gained.
    #[must_use]
    pub fn moves_first(&self, now: Instant) -> Option<bool> {
        let theirs = self.source.ssrc()?;
        let even = self.source.jitter_us() <= EVEN_MS * 1000;
        (self.heard_at == now && even).then_some(self.sending.ssrc < theirs)
    }

    /// The far end may send sound.
    #[must_use]
    pub const fn may_hear(&self) -> bool {
        self.config.receive_audio
    }

    /// 10 ms at the engine's rate to be heard: from the ring, or invented, or zeros when nothing came yet.
    pub fn receive_quantum(
        &mut self,
        now: Instant,
        codecs: &mut dyn CodecBank,
        out: &mut [i16],
        buffers: &mut StreamBuffers<'_>,
    ) {
        self.events.handle_timeout(now, &mut self.heard_digits);
        #[cfg(feature = "quality")]
        self.judge(buffers.seconds);
        if !self.running || !self.config.receive_audio {
            out.fill(0);
            self.level_out.feed(&[]);
            return;
        }
        let mut cells = Cells::new(buffers.ring, buffers.stride);
        let samples = self.playout.prepare(&cells, &self.config.receive);
        if self.playout.codec().rate() == self.config.rate && samples == out.len() {
            self.playout.pull(&mut self.config.means(&mut cells, codecs, buffers.history), out);
        } else {
            self.receive_resampled(codecs, out, &mut cells, buffers.history, samples);
        }
        #[cfg(feature = "hear-keys")]
        self.hear_keys(now, out, buffers.keys);
        self.level_out.feed(out);
    }

    #[inline(never)]
    fn receive_resampled(
        &mut self,
        codecs: &mut dyn CodecBank,
        out: &mut [i16],
        cells: &mut Cells<'_>,
        history: &mut [i16],
        samples: usize,
    ) {
        let mut room = [0i16; limits::QUANTUM];
        let Some(pcm) = room.get_mut(..samples) else { return out.fill(0) };
        self.playout.pull(&mut self.config.means(cells, codecs, history), pcm);
        let count = self.resampler.run(self.playout.codec().rate(), self.config.rate, pcm, out);
        out.get_mut(count..).unwrap_or_default().fill(0);
    }

    /// The length of the peer's silence; `None` if it never sent.
    #[must_use]
    pub fn silent(&self, now: Instant) -> Option<Duration> {
        (self.received > 0 || self.reports.received > 0).then(|| now.since(self.heard_at))
    }
}
