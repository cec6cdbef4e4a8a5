//! L16: linear samples of 16 bits, the high byte first (RFC 3551 §4.5.11). No patent is on it.

use super::{Coded, Encoded, Part};

/// Bytes of a sample.
const SAMPLE: usize = 2;

/// A part of a packet.
pub(super) fn encode(part: Part, pcm: &[i16], packet: &mut [u8]) -> Encoded {
    let start = (usize::from(part.nth) * pcm.len() * SAMPLE).min(packet.len());
    let room = packet.get_mut(start..).unwrap_or_default();
    let count = pcm.len().min(room.len() / SAMPLE);
    for (bytes, sample) in room.chunks_exact_mut(SAMPLE).zip(pcm) {
        bytes.copy_from_slice(&sample.to_be_bytes());
    }
    if part.is_last() { Encoded::Packet(start + count * SAMPLE) } else { Encoded::Incomplete }
}

/// A packet's payload, or a piece of it; the stream invents missing samples.
pub(super) fn decode(coded: Coded<'_>, out: &mut [i16]) -> usize {
    let Coded::Payload(payload) = coded else { return 0 };
    let samples = payload.as_chunks::<SAMPLE>().0;
    out.iter_mut().zip(samples).for_each(|(sample, bytes)| *sample = i16::from_be_bytes(*bytes));
    samples.len().min(out.len())
}
