//! The table of codecs: everything that offer, stream and statistics know about one stands in its row.
//!
//! A further codec is a variant, its row, and a [`CodecBank`] that encodes and decodes it.

mod bank;
mod built_in;
mod g711;
#[cfg(feature = "g722")]
mod g722;
#[cfg(feature = "l16")]
mod l16;
mod list;
mod order;
#[cfg(test)]
pub(crate) mod tests;

pub use bank::{CodecBank, Coded, Encoded, Parameters, Part, Way};
pub use built_in::{BuiltIn, CodecMemory};
pub use g711::{G711, alaw_decode, alaw_encode, ulaw_decode, ulaw_encode};
pub use list::{CodecEntry, CodecList};
pub use order::CodecOrder;

use crate::base::limits::SENT_PAYLOAD;

use crate::base::features;

/// A voice codec that a stream can speak.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Codec {
    /// G.711 µ-law.
    #[default]
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// G.722 at 64 kbit/s.
    #[cfg(feature = "g722")]
    G722,
    /// Linear samples of 16 bits, mono, 8000 a second.
    #[cfg(feature = "l16")]
    L16At8,
    /// The same, 16,000 a second.
    #[cfg(feature = "l16")]
    L16At16,
    /// The same, 44,100 a second.
    #[cfg(feature = "l16")]
    L16At44,
    /// The same, 48,000 a second.
    #[cfg(feature = "l16")]
    L16At48,
    /// A codec of the tests, with frames of 20 ms and a clock of 48 kHz.
    #[cfg(test)]
    Framed,
    /// A codec of the tests whose RTP clock is half of its sample rate.
    #[cfg(test)]
    Split,
    /// A codec of the tests with 16 bits a sample, at 48 kHz.
    #[cfg(test)]
    Linear,
}

/// The facts of one codec.
#[derive(Clone, Copy)]
struct Row {
    /// Its encoding name in SDP.
    name: &'static str,
    /// Ticks a second of its RTP timestamps.
    clock: u32,
    /// The channels in `a=rtpmap`. Its PCM always has one.
    channels: u8,
    /// Samples a second of the PCM that it encodes and decodes: 8000, 16000, 44100 or 48000.
    rate: u32,
    /// The payload type in our offers; below 96 it is a static one (rfc3551#6).
    payload_type: u8,
    /// The payload type in our offers for telephone-events at its clock (rfc4733#2.1).
    events: u8,
    /// Its `a=fmtp` in our descriptions; empty: none.
    fmtp: &'static str,
    coding: Coding,
    /// Milliseconds of a packet are a multiple of this.
    frame_ms: u8,
    /// Its impairment without loss: Ie of ITU-T G.113, appendix I. A codec of a host's bank that is not listed there
    /// has [`UNLISTED`].
    impairment: u8,
    /// Its robustness against losses at random: Bpl of ITU-T G.113, in tenths.
    robustness: u16,
}

/// Ie and ten times Bpl of a codec that ITU-T G.113 does not list: those of G.729A, the worst that is in common use.
#[cfg_attr(not(test), expect(dead_code, reason = "core's own codecs are listed; a host's bank has others"))]
const UNLISTED: (u8, u16) = (11, 190);
/// Ten times Bpl of G.711 by ITU-T G.113: with concealment, and without.
const G711_ROBUSTNESS: u16 = if features::CONCEAL { 251 } else { 43 };

/// A payload's coding.
#[derive(Clone, Copy)]
enum Coding {
    /// So many bytes a tick of the clock: it can be cut between any two.
    Ticks(u8),
    /// Frames: it cannot be cut; the function returns its length in ticks.
    #[cfg_attr(not(test), expect(dead_code, reason = "core brings no codec with frames; a host's bank does"))]
    Frames(fn(&[u8]) -> u32),
}

const PCMU: Row = Row {
    name: "PCMU",
    clock: 8000,
    channels: 1,
    rate: 8000,
    payload_type: 0,
    events: 101,
    fmtp: "",
    coding: Coding::Ticks(1),
    frame_ms: 10,
    impairment: 0,
    robustness: G711_ROBUSTNESS,
};
const PCMA: Row = Row { name: "PCMA", payload_type: 8, ..PCMU };
/// rfc3551#4.5.2: 16,000 samples a second, but a clock of 8000 for an error in RFC 1890; so a tick is a byte of both
/// bands.
#[cfg(feature = "g722")]
const G722: Row = Row { name: "G722", rate: 16_000, payload_type: 9, ..PCMU };
/// rfc3551#4.5.11: at 44,100 it has a static type; the others have one of our own choice.
#[cfg(feature = "l16")]
const L16_AT_8: Row = Row { name: "L16", payload_type: 115, coding: Coding::Ticks(2), ..PCMU };
#[cfg(feature = "l16")]
const L16_AT_16: Row = Row { clock: 16_000, rate: 16_000, payload_type: 116, events: 102, ..L16_AT_8 };
#[cfg(feature = "l16")]
const L16_AT_44: Row = Row { clock: 44_100, rate: 44_100, payload_type: 11, events: 103, ..L16_AT_8 };
#[cfg(feature = "l16")]
const L16_AT_48: Row = Row { clock: 48_000, rate: 48_000, payload_type: 118, events: 111, ..L16_AT_8 };

impl Codec {
    /// All of the table.
    pub const ALL: &'static [Self] = &[
        Self::Pcmu,
        Self::Pcma,
        #[cfg(feature = "g722")]
        Self::G722,
        #[cfg(feature = "l16")]
        Self::L16At8,
        #[cfg(feature = "l16")]
        Self::L16At16,
        #[cfg(feature = "l16")]
        Self::L16At44,
        #[cfg(feature = "l16")]
        Self::L16At48,
        #[cfg(test)]
        Self::Framed,
        #[cfg(test)]
        Self::Split,
        #[cfg(test)]
        Self::Linear,
    ];

    /// The first row: the default while no codec is agreed on.
    pub const FIRST: Self = Self::Pcmu;

    /// By value, so that a property that all codecs of a build share is a constant.
    #[inline]
    const fn row(self) -> Row {
        match self {
            Self::Pcmu => PCMU,
            Self::Pcma => PCMA,
            #[cfg(feature = "g722")]
            Self::G722 => G722,
            #[cfg(feature = "l16")]
            Self::L16At8 => L16_AT_8,
            #[cfg(feature = "l16")]
            Self::L16At16 => L16_AT_16,
            #[cfg(feature = "l16")]
            Self::L16At44 => L16_AT_44,
            #[cfg(feature = "l16")]
            Self::L16At48 => L16_AT_48,
            #[cfg(test)]
            Self::Framed => tests::samples::FRAMED,
            #[cfg(test)]
            Self::Split => tests::samples::SPLIT,
            #[cfg(test)]
            Self::Linear => tests::samples::LINEAR,
        }
    }

    /// Its encoding name in SDP.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// Ticks a second of its RTP timestamps; not the sample rate for every codec (G.722's is 8000, rfc3551#4.5.2).
    #[must_use]
    pub const fn clock(self) -> u32 {
        self.row().clock
    }

    /// The channels in `a=rtpmap`; its PCM always has one.
    #[must_use]
    pub const fn channels(self) -> u8 {
        self.row().channels
    }

    /// Samples a second of its PCM.
    #[must_use]
    pub const fn rate(self) -> u32 {
        self.row().rate
    }

    /// Its `a=fmtp` in our descriptions, if it has one.
    #[must_use]
    pub const fn fmtp(self) -> Option<&'static str> {
        let text = self.row().fmtp;
        if text.is_empty() { None } else { Some(text) }
    }

    /// A codec of the table has parameters. While none has, nothing is kept of a far end's.
    pub(crate) const HAVE_PARAMETERS: bool = {
        let (mut left, mut have) = (Self::ALL, false);
        while let [codec, rest @ ..] = left {
            have |= codec.fmtp().is_some();
            left = rest;
        }
        have
    };

    /// The payload type that means it without `a=rtpmap` (rfc3551#6).
    #[must_use]
    pub const fn static_type(self) -> Option<u8> {
        let payload_type = self.row().payload_type;
        if payload_type < FIRST_DYNAMIC { Some(payload_type) } else { None }
    }

    /// It remembers what came before, so its bank needs memory for each stream.
    #[must_use]
    pub const fn remembers(self) -> bool {
        match self {
            #[cfg(feature = "g722")]
            Self::G722 => true,
            _ => false,
        }
    }

    /// The unit of a packet's length, in milliseconds.
    #[must_use]
    pub const fn frame_ms(self) -> u8 {
        self.row().frame_ms
    }

    /// Its impairment without loss (Ie of ITU-T G.113).
    #[must_use]
    pub const fn impairment(self) -> u8 {
        self.row().impairment
    }

    /// Its robustness against losses at random (Bpl of ITU-T G.113), in tenths.
    #[must_use]
    pub const fn robustness(self) -> u16 {
        self.row().robustness
    }

    /// Bytes of one tick, where a payload can be cut between any two; `None` for codecs with frames.
    #[must_use]
    pub const fn tick_bytes(self) -> Option<usize> {
        match self.row().coding {
            Coding::Ticks(bytes) => Some(bytes as usize),
            Coding::Frames(_) => None,
        }
    }

    /// The length of a payload, in ticks.
    #[must_use]
    pub fn ticks(self, payload: &[u8]) -> u32 {
        match self.row().coding {
            Coding::Ticks(bytes) => (payload.len() / usize::from(bytes.max(1))) as u32,
            Coding::Frames(ticks) => ticks(payload),
        }
    }

    /// The length of so many samples, in ticks. They are few: a packet's at most.
    #[must_use]
    pub const fn ticks_of(self, samples: usize) -> u32 {
        let (clock, rate) = (self.clock(), self.rate());
        if clock == rate { samples as u32 } else { (samples as u64 * clock as u64 / rate as u64) as u32 }
    }

    /// The samples of so many ticks. They are few: a packet's at most.
    #[must_use]
    pub const fn samples_of(self, ticks: u32) -> usize {
        let (clock, rate) = (self.clock(), self.rate());
        if clock == rate { ticks as usize } else { (ticks as u64 * rate as u64 / clock as u64) as usize }
    }

    /// Ticks as microseconds, saturating.
    #[must_use]
    pub fn micros_of(self, ticks: u32) -> u32 {
        (u64::from(ticks) * 1_000_000 / u64::from(self.clock())).min(u64::from(u32::MAX)) as u32
    }

    /// 10 ms in ticks.
    #[must_use]
    pub const fn quantum_ticks(self) -> u32 {
        self.clock() / 100
    }

    /// 10 ms in samples.
    #[must_use]
    pub const fn quantum_samples(self) -> usize {
        self.rate() as usize / 100
    }

    /// Bytes of 10 ms, where a payload can be cut; codecs with frames say nothing of it.
    #[must_use]
    pub const fn quantum_bytes(self) -> usize {
        match self.tick_bytes() {
            Some(bytes) => bytes * self.quantum_ticks() as usize,
            None => 0,
        }
    }

    /// The longest packets that we send, in milliseconds: up to 60, and not more bytes than [`SENT_PAYLOAD`].
    #[must_use]
    pub const fn longest_ms(self) -> u8 {
        match self.quantum_bytes() {
            0 => 60,
            bytes if SENT_PAYLOAD / bytes >= 6 => 60,
            bytes => (SENT_PAYLOAD / bytes * 10) as u8,
        }
    }

    /// The codec under the payload types of our offers.
    #[must_use]
    pub const fn entry(self) -> CodecEntry {
        let row = self.row();
        CodecEntry { codec: self, payload_type: row.payload_type, events: Some(row.events) }
    }
}

/// rfc3551#6: from here on, a payload type means what a description says.
pub const FIRST_DYNAMIC: u8 = 96;
