//! The bank of codecs: it encodes and decodes.

use super::Codec;

/// The part of a packet that is encoded: 10 ms.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Part {
    /// Quanta of the packet that were encoded before. 0: a packet begins, and samples kept for an incomplete one are
    /// void.
    pub nth: u8,
    /// Quanta that the packet is to hold.
    pub of: u8,
}

impl Part {
    /// The packet is due with this quantum.
    #[must_use]
    pub const fn is_last(self) -> bool {
        self.nth + 1 >= self.of
    }
}

/// The outcome of encoding 10 ms.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encoded {
    /// The packet needs more.
    Incomplete,
    /// The packet is complete: its payload has so many bytes.
    Packet(usize),
    /// The packet holds silence, so none is sent (discontinuous transmission); time goes on.
    Silent,
}

/// The input of a decoder.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Coded<'p> {
    /// A packet's payload. Of a codec whose payload can be cut it may be a piece, as long as the room.
    Payload(&'p [u8]),
    /// The next samples of the last payload, which is longer than was asked for. For codecs with frames only.
    Rest,
    /// No packet came for this time.
    Missing {
        /// The payload of the next packet, if it is here and only one packet is missing before it: a codec with
        /// redundancy finds the missing one in it.
        next: Option<&'p [u8]>,
        /// The samples from here to the beginning of `next`; 0 without it.
        before: usize,
    },
}

/// One of a codec's two directions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Way {
    /// From PCM.
    Encode,
    /// To PCM.
    Decode,
}

/// The parameters of a format, as the `a=fmtp` lines of both descriptions have them; empty: none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Parameters<'p> {
    /// Those of our offer or answer: what we are ready to receive.
    pub ours: &'p [u8],
    /// Those of the far end's: what it is ready to receive.
    pub theirs: &'p [u8],
}

/// Encodes and decodes for many streams. The core brings [`BuiltIn`](super::BuiltIn); a host's bank adds its own
/// codecs and passes the others on to it.
pub trait CodecBank {
    /// Encodes 10 ms. `packet` is room for a payload and the same for all parts of a packet: the bytes of earlier parts
    /// are still there. A codec with frames keeps samples until a frame is whole.
    fn encode(&mut self, stream: u32, codec: Codec, part: Part, pcm: &[i16], packet: &mut [u8]) -> Encoded;

    /// Decodes into `out`, which is 10 ms or less; the number of samples. For missing packets 0 is allowed too: then
    /// the stream invents the samples itself.
    fn decode(&mut self, stream: u32, codec: Codec, coded: Coded<'_>, out: &mut [i16]) -> usize;

    /// A stream's two ends have agreed on a format with these parameters: said before anything of it is encoded or
    /// decoded, and again after each further description, whether it says others or not.
    fn configure(&mut self, stream: u32, codec: Codec, parameters: Parameters<'_>) {
        let _ = (stream, codec, parameters);
    }

    /// One direction begins anew: the codec's memory of it is void.
    fn reset(&mut self, stream: u32, way: Way) {
        let _ = (stream, way);
    }
}
