//! PCM to packets.

use super::config::MediaTransmit;
use super::{Component, Stream, StreamBuffers};
use crate::base::copying::copy;
use crate::base::limits;
use crate::media::digits::Step;
use crate::media::{CodecBank, Encoded, Part, Way};
use crate::wire::{dtmf, rtp};

/// Quanta without a packet after which the parts encoded for it are given up: no packet is longer than 120 ms
/// (rfc7587#4.2).
const LONGEST_PACKET: u8 = 12;

/// The packet being filled, and the counters of its header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sending {
    pub(super) ssrc: u32,
    sequence: u16,
    /// Of the next quantum.
    pub(super) timestamp: u32,
    filled: u16,
    quanta: u8,
    packet_type: u8,
    packet_timestamp: u32,
    packet_marker: bool,
    ready: bool,
    /// The codec's memory is void.
    fresh: bool,
    /// The next voice packet begins a talk spurt.
    spurt: bool,
    pub(super) packets: u32,
    pub(super) bytes: u32,
    pub(super) unsent: u32,
    /// Media sent before the peer confirmed itself, beyond what it sent, in milliseconds.
    unconfirmed_ms: u32,
}

impl Sending {
    pub(super) const EMPTY: Self = Self {
        ssrc: 0,
        sequence: 0,
        timestamp: 0,
        filled: 0,
        quanta: 0,
        packet_type: 0,
        packet_timestamp: 0,
        packet_marker: false,
        ready: false,
        fresh: true,
        spurt: true,
        packets: 0,
        bytes: 0,
        unsent: 0,
        unconfirmed_ms: 0,
    };

    pub(super) fn begin(&mut self, ssrc: u32, sequence: u16, timestamp: u32) {
        *self = Self { ssrc, sequence, timestamp, ..Self::EMPTY };
    }

    /// Another address: it has confirmed nothing yet.
    pub(super) fn doubt(&mut self) {
        self.unconfirmed_ms = 0;
    }

    /// Sound of so many milliseconds, in so many bytes, came from the peer, whose address is not confirmed: as much may
    /// leave, by either measure. Ours may be another codec, of which a millisecond has twelve times the bytes: it has what
    /// our packets had so far, of `ptime` milliseconds each.
    pub(super) fn earn(&mut self, ms: u32, bytes: usize, ptime: u8) {
        let each = self.bytes.div_ceil(self.packets.max(1));
        let worth = (bytes as u32 * u32::from(ptime)).checked_div(each);
        self.unconfirmed_ms = self.unconfirmed_ms.saturating_sub(worth.map_or(ms, |worth| ms.min(worth)));
    }

    /// A packet half full or ready goes nowhere.
    pub(super) fn discard(&mut self) {
        self.filled = 0;
        self.quanta = 0;
        self.ready = false;
        self.fresh = true;
        self.spurt = true;
    }

    pub(super) const fn ready(&self) -> bool {
        self.ready
    }

    /// A packet is complete. One that was not fetched is replaced: old voice is worth nothing.
    fn complete(&mut self, payload_type: u8, timestamp: u32, marker: bool) {
        self.packet_type = payload_type;
        self.packet_timestamp = timestamp;
        self.packet_marker = marker;
        self.ready = true;
    }

    /// Room is needed for the next packet.
    fn replace(&mut self) {
        if self.ready {
            crate::base::count::up(&mut self.unsent);
            self.ready = false;
            self.filled = 0;
            self.quanta = 0;
        }
    }
}

impl Stream {
    /// We may send sound, as far as both sides have agreed.
    #[must_use]
    pub const fn may_say(&self) -> bool {
        self.config.send
    }

    /// The next packet may go.
    fn may_send(&self) -> bool {
        self.config.send
            && self.address.reachable()
            && (self.confirmed || self.sending.unconfirmed_ms + u32::from(self.ptime()) <= limits::UNCONFIRMED_MEDIA_MS)
    }

    /// Packet time in milliseconds: whole frames, up to 60.
    pub(super) fn ptime(&self) -> u8 {
        let frame = self.config.codec.frame_ms().max(10);
        (self.config.ptime_ms.min(60) / frame * frame).max(frame)
    }

    /// Packet time in quanta: the agreed one, as far as the payload has room.
    fn interval(&self, room: usize) -> u8 {
        let quanta = self.ptime() / 10;
        let Some(bytes) = self.config.codec.tick_bytes() else { return quanta };
        let each = bytes * self.config.codec.quantum_ticks() as usize;
        if usize::from(quanta) * each <= room { quanta } else { (room / each.max(1)).clamp(1, 255) as u8 }
    }

    /// Time passes without sound (the driver stalled for long): the clock of the packets goes on (rfc3550#5.1), and a
    /// packet that is half full moves behind the gap.
    pub fn skip(&mut self, quanta: u32) {
        let ticks = self.config.codec.quantum_ticks().wrapping_mul(quanta);
        self.sending.timestamp = self.sending.timestamp.wrapping_add(ticks);
        if !self.sending.ready {
            self.sending.packet_timestamp = self.sending.packet_timestamp.wrapping_add(ticks);
        }
        // rfc3551#4.1: the packet behind a gap begins a talk spurt
        self.sending.spurt = true;
    }

    /// 10 ms at the engine's rate, to be sent. Digits being sent replace it. Where nothing may be sent, its time
    /// passes.
    pub fn send_quantum(&mut self, codecs: &mut dyn CodecBank, pcm: &[i16], buffers: &mut StreamBuffers<'_>) {
        if !self.running {
            return;
        }
        self.level_in.feed(pcm);
        let codec = self.config.codec;
        let ticks = codec.quantum_ticks() as u16;
        let timestamp = self.sending.timestamp;
        self.sending.timestamp = timestamp.wrapping_add(u32::from(ticks));
        if !self.may_send() {
            self.sending.discard();
            #[cfg(feature = "info")]
            if self.digits.goes_beside_media() {
                let _ = self.digits.step(timestamp, ticks, 1, true, false, self.config.rate);
            }
            return;
        }
        let payload = &mut *buffers.payload;
        let interval = self.interval(payload.len());
        let boundary = self.sending.quanta == 0 || self.sending.ready;
        match self.digits.step(timestamp, ticks, interval, boundary, self.config.dtmf_send.is_some(), self.config.rate)
        {
            Step::Voice => self.voice(codecs, payload, timestamp, interval, pcm),
            Step::Silence => self.instead(codecs, payload, timestamp, interval, pcm.len(), false),
            Step::Tone => self.instead(codecs, payload, timestamp, interval, pcm.len(), true),
            Step::Wait => {}
            Step::Send { event, timestamp, marker } => {
                let Some(payload_type) = self.config.dtmf_send else { return };
                self.sending.replace();
                self.sending.filled = event.write(payload).unwrap_or(0) as u16;
                self.sending.complete(payload_type, timestamp, marker);
                // rfc3551#4.1: the voice after the event begins a talk spurt
                self.sending.spurt = true;
            }
        }
    }

    /// Silence, or a key's tone, goes as voice.
    #[inline(never)]
    fn instead(
        &mut self,
        codecs: &mut dyn CodecBank,
        payload: &mut [u8],
        timestamp: u32,
        interval: u8,
        samples: usize,
        tone: bool,
    ) {
        let mut room = [0i16; limits::QUANTUM];
        let Some(pcm) = room.get_mut(..samples) else { return };
        if tone {
            self.digits.fill(pcm);
        }
        self.voice(codecs, payload, timestamp, interval, pcm);
    }

    fn voice(&mut self, codecs: &mut dyn CodecBank, payload: &mut [u8], timestamp: u32, interval: u8, pcm: &[i16]) {
        let codec = self.config.codec;
        self.sending.replace();
        if self.sending.quanta == 0 {
            self.sending.packet_timestamp = timestamp;
        }
        if core::mem::take(&mut self.sending.fresh) {
            codecs.reset(self.config.stream, Way::Encode);
        }
        let part = Part { nth: self.sending.quanta, of: interval };
        let encoded = if codec.rate() == self.config.rate {
            codecs.encode(self.config.stream, codec, part, pcm, payload)
        } else {
            self.encode_resampled(codecs, payload, part, pcm)
        };
        self.sending.quanta += 1;
        match encoded {
            Encoded::Packet(len) => {
                self.sending.filled = len.min(payload.len()) as u16;
                let marker = core::mem::take(&mut self.sending.spurt);
                self.sending.complete(self.config.payload_type, self.sending.packet_timestamp, marker);
            }
            Encoded::Incomplete if self.sending.quanta < LONGEST_PACKET => {}
            Encoded::Incomplete | Encoded::Silent => {
                self.sending.quanta = 0;
                // rfc3551#4.1: the packet behind the silence begins a talk spurt
                self.sending.spurt = true;
            }
        }
    }

    #[inline(never)]
    fn encode_resampled(&mut self, codecs: &mut dyn CodecBank, payload: &mut [u8], part: Part, pcm: &[i16]) -> Encoded {
        let codec = self.config.codec;
        let mut room = [0i16; limits::QUANTUM];
        let Some(samples) = room.get_mut(..codec.quantum_samples()) else { return Encoded::Silent };
        self.resampler.run(self.config.rate, codec.rate(), pcm, samples);
        codecs.encode(self.config.stream, codec, part, samples, payload)
    }

    /// The voice packet that is ready.
    pub(super) fn transmit_voice(&mut self, payload: &[u8], buffer: &mut [u8]) -> Option<MediaTransmit> {
        if !self.sending.ready {
            return None;
        }
        let len = rtp::HEADER_LEN + usize::from(self.sending.filled);
        let to = self.address.rtp;
        let sending = &mut self.sending;
        let transmit = MediaTransmit { component: Component::Rtp, to, len };
        let Some((header, room)) =
            buffer.get_mut(..len).and_then(|buffer| buffer.split_at_mut_checked(rtp::HEADER_LEN))
        else {
            return Some(transmit);
        };
        rtp::write_header(
            header,
            sending.packet_type,
            sending.packet_marker,
            sending.sequence,
            sending.packet_timestamp,
            sending.ssrc,
        );
        copy(payload.get(..room.len())?, room);
        sending.sequence = sending.sequence.wrapping_add(1);
        sending.packets = sending.packets.wrapping_add(1);
        sending.bytes = sending.bytes.wrapping_add(room.len() as u32);
        sending.ready = false;
        sending.filled = 0;
        let event = room.len() == dtmf::EVENT_LEN && Some(sending.packet_type) == self.config.dtmf_send;
        let ms = if event { u32::from(self.ptime()) } else { u32::from(self.sending.quanta) * 10 };
        self.sending.quanta = 0;
        if !self.confirmed {
            self.sending.unconfirmed_ms += ms;
        }
        Some(transmit)
    }
}
