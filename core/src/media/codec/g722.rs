//! G.722 at 64 kbit/s: 16,000 samples a second in two bands, each with an adaptive predictor (SB-ADPCM).
//!
//! Written from the Recommendation's blocks (ITU-T G.722, 1988), whose names stand beside the functions. It needs no
//! licence: its patents have run out.

use super::{Coded, Encoded, Part};

mod band;
mod filter;

use band::Band;
use filter::Filter;

#[cfg(test)]
mod tests;

/// Samples of a piece that is split or joined at a time: 10 ms.
const PIECE: usize = 160;

/// The memory of one stream: its encoder and its decoder. All zero is a beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct G722 {
    encoder: Direction,
    decoder: Direction,
}

/// The memory of one direction.
#[derive(Clone, Copy, Debug)]
struct Direction {
    filter: Filter,
    low: Band,
    high: Band,
}

impl Direction {
    const EMPTY: Self = Self { filter: Filter::EMPTY, low: Band::EMPTY, high: Band::EMPTY };
}

impl Default for G722 {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl G722 {
    /// Nothing said and nothing heard.
    const EMPTY: Self = Self { encoder: Direction::EMPTY, decoder: Direction::EMPTY };

    /// The encoder begins anew.
    pub(super) const fn reset_encoder(&mut self) {
        self.encoder = Direction::EMPTY;
    }

    /// The decoder begins anew.
    pub(super) const fn reset_decoder(&mut self) {
        self.decoder = Direction::EMPTY;
    }

    /// Encodes pairs of samples, a byte each. Returns the bytes written.
    pub(super) fn encode(&mut self, pcm: &[i16], bytes: &mut [u8]) -> usize {
        let Direction { filter, low, high } = &mut self.encoder;
        let count = (pcm.len() / 2).min(bytes.len());
        for (pcm, bytes) in pcm.chunks(PIECE).zip(bytes.chunks_mut(PIECE / 2)) {
            filter.split(pcm, |nth, below, above| {
                let code = low.encode_low(below) | high.encode_high(above) << 6;
                if let Some(byte) = bytes.get_mut(nth) {
                    *byte = code;
                }
            });
        }
        count
    }

    /// Decodes bytes, two samples each. Returns the samples written.
    pub(super) fn decode(&mut self, bytes: &[u8], pcm: &mut [i16]) -> usize {
        let Direction { filter, low, high } = &mut self.decoder;
        let count = bytes.len().min(pcm.len() / 2);
        for (bytes, pcm) in bytes.chunks(PIECE / 2).zip(pcm.chunks_mut(PIECE)) {
            filter.join(bytes.len(), pcm, |nth| {
                let byte = bytes.get(nth).copied().unwrap_or(0);
                (low.decode_low(byte), high.decode_high(byte >> 6))
            });
        }
        count * 2
    }

    /// A part of a packet.
    pub(super) fn encode_part(&mut self, part: Part, pcm: &[i16], packet: &mut [u8]) -> Encoded {
        let start = (usize::from(part.nth) * (pcm.len() / 2)).min(packet.len());
        let count = self.encode(pcm, packet.get_mut(start..).unwrap_or_default());
        if part.is_last() { Encoded::Packet(start + count) } else { Encoded::Incomplete }
    }

    /// A packet's payload, or a piece of it; the stream invents missing samples.
    pub(super) fn decode_part(&mut self, coded: Coded<'_>, out: &mut [i16]) -> usize {
        let Coded::Payload(payload) = coded else { return 0 };
        self.decode(payload, out)
    }
}
