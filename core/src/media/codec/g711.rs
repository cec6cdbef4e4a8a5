//! G.711: eight bits a sample, in segments that double.

use super::{Codec, CodecBank, Coded, Encoded, Part};

/// Both laws of G.711, without state.
#[derive(Clone, Copy, Debug, Default)]
pub struct G711;

impl CodecBank for G711 {
    fn encode(&mut self, _stream: u32, codec: Codec, part: Part, pcm: &[i16], packet: &mut [u8]) -> Encoded {
        let start = (usize::from(part.nth) * pcm.len()).min(packet.len());
        let room = packet.get_mut(start..).unwrap_or_default();
        match codec {
            Codec::Pcmu => room.iter_mut().zip(pcm).for_each(|(byte, sample)| *byte = ulaw_encode(*sample)),
            Codec::Pcma => room.iter_mut().zip(pcm).for_each(|(byte, sample)| *byte = alaw_encode(*sample)),
            #[cfg(any(test, feature = "g722", feature = "l16"))]
            _ => return Encoded::Silent,
        }
        if part.is_last() { Encoded::Packet(start + pcm.len().min(room.len())) } else { Encoded::Incomplete }
    }

    fn decode(&mut self, _stream: u32, codec: Codec, coded: Coded<'_>, out: &mut [i16]) -> usize {
        // the stream invents missing samples
        let Coded::Payload(payload) = coded else { return 0 };
        let (table, decode): (_, fn(u8) -> i16) = match codec {
            Codec::Pcmu => (&ULAW, ulaw_decode),
            Codec::Pcma => (&ALAW, alaw_decode),
            #[cfg(any(test, feature = "g722", feature = "l16"))]
            _ => return 0,
        };
        if !cfg!(feature = "tables") {
            out.iter_mut().zip(payload).for_each(|(sample, byte)| *sample = decode(*byte));
            return payload.len().min(out.len());
        }
        // a table of 256 entries and an index of eight bits: always there
        out.iter_mut()
            .zip(payload)
            .for_each(|(sample, byte)| *sample = table.get(usize::from(*byte)).copied().unwrap_or(0));
        payload.len().min(out.len())
    }
}

/// A µ-law byte of a linear sample.
///
/// The magnitude (13 bits, biased by 33) as a float has the segment in its exponent and the step in its mantissa, side
/// by side as G.711 wants them; without a branch or a table, so a compiler does several at once.
#[must_use]
pub const fn ulaw_encode(sample: i16) -> u8 {
    let sign = (sample >> 15) as i32; // 0 or -1
    let magnitude = ((sample as i32 ^ sign) >> 2) + 33;
    let magnitude = if magnitude > 8191 { 8191 } else { magnitude };
    let code = ((magnitude as f32).to_bits() >> 19).wrapping_sub((127 + 5) << 4);
    !(code as u8 | (sign as u8 & 0x80))
}

/// An A-law byte of a linear sample.
#[must_use]
pub const fn alaw_encode(sample: i16) -> u8 {
    let sign = (sample >> 15) as i32;
    let magnitude = (sample as i32 ^ sign) >> 4;
    let steps = ((magnitude as f32).to_bits() >> 19).wrapping_sub((127 + 3) << 4);
    let code = if magnitude < 16 { magnitude as u32 } else { steps };
    (code as u8 | (!sign as u8 & 0x80)) ^ 0x55
}

/// The linear sample of a µ-law byte.
#[must_use]
pub const fn ulaw_decode(byte: u8) -> i16 {
    let code = !byte;
    let step = (code & 15) as i16;
    let magnitude = ((((step << 1) + 33) << ((code >> 4) & 7)) - 33) << 2;
    if code & 0x80 != 0 { -magnitude } else { magnitude }
}

/// The linear sample of an A-law byte.
#[must_use]
pub const fn alaw_decode(byte: u8) -> i16 {
    let code = byte ^ 0x55;
    let step = (code & 15) as i16;
    let segment = (code >> 4) & 7;
    let magnitude = if segment == 0 { (step << 1) + 1 } else { ((step << 1) + 33) << (segment - 1) };
    if code & 0x80 != 0 { magnitude << 3 } else { -(magnitude << 3) }
}

const ULAW: [i16; 256] = table(true);
const ALAW: [i16; 256] = table(false);

#[allow(clippy::indexing_slicing)] // at compile time; out of bounds would not build
const fn table(ulaw: bool) -> [i16; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = if ulaw { ulaw_decode(byte as u8) } else { alaw_decode(byte as u8) };
        byte += 1;
    }
    table
}
