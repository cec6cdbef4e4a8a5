//! The bank that core brings: all codecs of its table.

use super::{Codec, CodecBank, Coded, Encoded, G711, Part, Way};
use crate::base::zeroed::zeroed;
use core::marker::PhantomData;

/// The memory of one stream's codecs. Empty, where none of the build has any.
#[derive(Clone, Copy, Debug, Default)]
pub struct CodecMemory {
    #[cfg(feature = "g722")]
    g722: super::g722::G722,
}

// numbers and bools
zeroed!(CodecMemory);

/// Encodes and decodes every codec of the table, for as many streams as there is memory lent. A stream without memory
/// has the codecs that need none; of the others it sends and hears nothing.
#[derive(Debug)]
pub struct BuiltIn<'m> {
    #[cfg(feature = "g722")]
    memory: &'m mut [CodecMemory],
    lent: PhantomData<&'m mut [CodecMemory]>,
}

impl<'m> BuiltIn<'m> {
    /// With the memory of each stream, by its number. Empty: codecs without a memory only.
    #[must_use]
    pub fn new(memory: &'m mut [CodecMemory]) -> Self {
        #[cfg(not(feature = "g722"))]
        let _ = memory;
        Self {
            #[cfg(feature = "g722")]
            memory,
            lent: PhantomData,
        }
    }

    #[cfg(feature = "g722")]
    fn of(&mut self, stream: u32) -> Option<&mut CodecMemory> {
        self.memory.get_mut(stream as usize)
    }
}

impl CodecBank for BuiltIn<'_> {
    fn encode(&mut self, stream: u32, codec: Codec, part: Part, pcm: &[i16], packet: &mut [u8]) -> Encoded {
        match codec {
            #[cfg(feature = "g722")]
            Codec::G722 => self.of(stream).map_or(Encoded::Silent, |memory| memory.g722.encode_part(part, pcm, packet)),
            #[cfg(feature = "l16")]
            Codec::L16At8 | Codec::L16At16 | Codec::L16At44 | Codec::L16At48 => super::l16::encode(part, pcm, packet),
            _ => G711.encode(stream, codec, part, pcm, packet),
        }
    }

    fn decode(&mut self, stream: u32, codec: Codec, coded: Coded<'_>, out: &mut [i16]) -> usize {
        match codec {
            #[cfg(feature = "g722")]
            Codec::G722 => self.of(stream).map_or(0, |memory| memory.g722.decode_part(coded, out)),
            #[cfg(feature = "l16")]
            Codec::L16At8 | Codec::L16At16 | Codec::L16At44 | Codec::L16At48 => super::l16::decode(coded, out),
            _ => G711.decode(stream, codec, coded, out),
        }
    }

    fn reset(&mut self, stream: u32, way: Way) {
        #[cfg(feature = "g722")]
        if let Some(memory) = self.of(stream) {
            match way {
                Way::Encode => memory.g722.reset_encoder(),
                Way::Decode => memory.g722.reset_decoder(),
            }
        }
        let _ = (stream, way);
    }
}
