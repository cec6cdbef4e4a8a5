//! Codecs of the tests: their rows, and the bank that speaks them.

use crate::media::codec::{
    BuiltIn, Codec, CodecBank, CodecMemory, Coded, Coding, Encoded, PCMU, Parameters, Part, Row, UNLISTED, Way,
};
use std::string::String;
use std::vec::Vec;

/// As Opus: frames of 20 ms at 48 kHz, of which a packet may hold several. A frame is three bytes: its level, the level
/// of the frame before it, and a mark.
pub(in crate::media::codec) const FRAMED: Row = Row {
    name: "x-framed",
    clock: 48_000,
    channels: 2,
    rate: 48_000,
    payload_type: 110,
    events: 111,
    fmtp: "useinbandfec=1",
    coding: Coding::Frames(|payload| payload.len() as u32 / 3 * 960),
    frame_ms: 20,
    impairment: UNLISTED.0,
    robustness: UNLISTED.1,
};

/// As G.722: 16,000 samples a second, and 8000 ticks, of a byte each.
pub(in crate::media::codec) const SPLIT: Row = Row { name: "x-split", rate: 16_000, payload_type: 112, ..PCMU };

/// As L16.
pub(in crate::media::codec) const LINEAR: Row = Row {
    name: "x-linear",
    clock: 48_000,
    rate: 48_000,
    payload_type: 113,
    events: 111,
    coding: Coding::Ticks(2),
    ..PCMU
};

/// Samples of a frame.
const FRAME: usize = 960;
/// The third byte of each frame.
const MARK: u8 = 0x5a;
/// A level's step.
const STEP: i16 = 128;

/// Speaks all of them, and core's own, for one stream.
#[derive(Default)]
pub(crate) struct Bank {
    kept: Vec<i16>,
    before: u8,
    memory: [CodecMemory; 1],
    /// Samples decoded and not fetched yet.
    decoded: Vec<i16>,
    /// Quanta for which the encoder has nothing to say.
    pub(crate) mute: usize,
    /// It invents what is missing.
    pub(crate) conceals: bool,
    /// Frames found in the packet behind them.
    pub(crate) recovered: usize,
    pub(crate) invented: usize,
    pub(crate) resets: Vec<Way>,
    /// Stream, codec, our parameters and theirs.
    pub(crate) configured: Vec<(u32, Codec, String, String)>,
}

impl Bank {
    fn give(&mut self, out: &mut [i16]) -> usize {
        let count = self.decoded.len().min(out.len());
        out[..count].copy_from_slice(&self.decoded[..count]);
        self.decoded.drain(..count);
        count
    }
}

impl CodecBank for Bank {
    fn encode(&mut self, stream: u32, codec: Codec, part: Part, pcm: &[i16], packet: &mut [u8]) -> Encoded {
        assert_eq!(pcm.len(), codec.quantum_samples(), "10 ms at the codec's rate");
        if self.mute > 0 {
            self.mute -= 1;
            return Encoded::Silent;
        }
        match codec {
            Codec::Framed => {
                if part.nth == 0 {
                    self.kept.clear();
                }
                self.kept.extend(pcm);
                if !part.is_last() {
                    return Encoded::Incomplete;
                }
                let mut len = 0;
                for frame in self.kept.chunks_exact(FRAME) {
                    let level = (frame[0] / STEP) as u8;
                    packet[len..len + 3].copy_from_slice(&[level, self.before, MARK]);
                    self.before = level;
                    len += 3;
                }
                Encoded::Packet(len)
            }
            Codec::Split | Codec::Linear => {
                let bytes: Vec<u8> = match codec {
                    Codec::Split => pcm.chunks(2).map(|pair| (pair[0] >> 8) as u8).collect(),
                    _ => pcm.iter().flat_map(|sample| sample.to_be_bytes()).collect(),
                };
                let start = usize::from(part.nth) * bytes.len();
                packet[start..start + bytes.len()].copy_from_slice(&bytes);
                if part.is_last() { Encoded::Packet(start + bytes.len()) } else { Encoded::Incomplete }
            }
            _ => BuiltIn::new(&mut self.memory).encode(stream, codec, part, pcm, packet),
        }
    }

    fn decode(&mut self, stream: u32, codec: Codec, coded: Coded<'_>, out: &mut [i16]) -> usize {
        match (codec, coded) {
            (Codec::Framed, Coded::Payload(payload)) => {
                assert!(payload.chunks(3).all(|frame| frame[2] == MARK), "frames are not cut");
                self.decoded.clear();
                for frame in payload.chunks(3) {
                    self.decoded.resize(self.decoded.len() + FRAME, i16::from(frame[0]) * STEP);
                }
                self.give(out)
            }
            (Codec::Framed, Coded::Rest) => self.give(out),
            (Codec::Framed, Coded::Missing { next: Some(next), before }) => {
                if before == FRAME {
                    self.recovered += 1;
                }
                self.decoded.clear();
                out.fill(i16::from(next[1]) * STEP);
                out.len()
            }
            (Codec::Framed, Coded::Missing { next: None, .. }) if self.conceals => {
                self.decoded.clear();
                self.invented += out.len();
                out.fill(STEP);
                out.len()
            }
            (_, Coded::Missing { .. }) => 0,
            (Codec::Split, Coded::Payload(payload)) => {
                for (pair, byte) in out.chunks_mut(2).zip(payload) {
                    pair.fill(i16::from(*byte as i8) << 8);
                }
                out.len().min(payload.len() * 2)
            }
            (Codec::Linear, Coded::Payload(payload)) => {
                for (sample, bytes) in out.iter_mut().zip(payload.chunks_exact(2)) {
                    *sample = i16::from_be_bytes([bytes[0], bytes[1]]);
                }
                out.len().min(payload.len() / 2)
            }
            _ => BuiltIn::new(&mut self.memory).decode(stream, codec, coded, out),
        }
    }

    fn configure(&mut self, stream: u32, codec: Codec, parameters: Parameters<'_>) {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        self.configured.push((stream, codec, text(parameters.ours), text(parameters.theirs)));
    }

    fn reset(&mut self, _stream: u32, way: Way) {
        self.resets.push(way);
        BuiltIn::new(&mut self.memory).reset(0, way);
        match way {
            Way::Encode => self.kept.clear(),
            Way::Decode => self.decoded.clear(),
        }
    }
}
