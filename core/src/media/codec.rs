//! Which codecs there are, and who encodes and decodes.

mod g711;
#[cfg(test)]
mod tests;

pub use g711::{G711, alaw_decode, alaw_encode, ulaw_decode, ulaw_encode};

/// A voice codec that a stream can speak.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Codec {
    /// G.711 µ-law, payload type 0.
    #[default]
    Pcmu,
    /// G.711 A-law, payload type 8.
    Pcma,
}

impl Codec {
    /// Ticks a second of its RTP timestamps; not the sample rate for every codec (G.722's is 8000, RFC 3551 §4.5.2).
    #[must_use]
    pub const fn clock(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma => 8000,
        }
    }

    /// Samples a second of what it encodes and decodes.
    #[must_use]
    pub const fn rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma => 8000,
        }
    }

    /// Bytes of one sample where each sample is coded for itself, so a payload can be cut anywhere; `None` for codecs
    /// with frames.
    #[must_use]
    pub const fn sample_bytes(self) -> Option<usize> {
        match self {
            Self::Pcmu | Self::Pcma => Some(1),
        }
    }
}

/// Encodes and decodes for many streams. The core brings [`G711`]; a host's bank adds its own codecs and passes G.711
/// on to it.
pub trait CodecBank {
    /// Encodes 10 ms into `out`; the number of bytes. A codec with longer frames keeps the samples, answers 0, and
    /// answers with the whole frame when it is complete.
    fn encode(&mut self, stream: u32, codec: Codec, pcm: &[i16], out: &mut [u8]) -> usize;

    /// Decodes into `out`, which is 10 ms or less; the number of samples. A codec with frames gets its whole payload
    /// once, and an empty payload for each further 10 ms of it.
    fn decode(&mut self, stream: u32, codec: Codec, payload: &[u8], out: &mut [i16]) -> usize;

    /// Samples, at the codec's rate, in a payload. Asked for codecs with frames only.
    fn duration(&mut self, codec: Codec, payload: &[u8]) -> usize {
        codec.sample_bytes().map_or(0, |bytes| payload.len() / bytes.max(1))
    }

    /// Invents 10 ms for a packet that did not come, if the codec knows better than the stream; 0 if not.
    fn conceal(&mut self, stream: u32, codec: Codec, out: &mut [i16]) -> usize {
        let _ = (stream, codec, out);
        0
    }

    /// The stream begins anew: what its codecs remember is void.
    fn reset(&mut self, stream: u32) {
        let _ = stream;
    }
}
