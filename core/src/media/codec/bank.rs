//! Who encodes and decodes.

use super::Codec;

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
        codec.tick_bytes().map_or(0, |bytes| payload.len() / bytes.max(1))
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
