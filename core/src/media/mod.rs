//! Packets to PCM and back.
//!
//! | module | contents |
//! |---|---|
//! | [`stream`] | one call's audio, [`Stream`]: both directions, its reports and digits |
//! | [`codec`] | the table of codecs ([`Codec`]), the [`CodecBank`] that encodes and decodes, and our own [`BuiltIn`] |
//! | [`jitter`], [`playout`] | received packets by sequence number in lent memory; the time at which each is played |
//! | [`phase`], [`catch_up`] | the best time of a timer's tick; the quanta that a late one makes up for |
//! | [`source`] | a source as RFC 3550 keeps it: validity, loss, jitter |
//! | [`conceal`] | sound for packets that did not come |
//! | [`digits`] | digits waiting to be sent; events received |
//! | [`quality`] | MOS by the E-model, for each second, lately and in all |
//! | [`resample`] | 8, 16 and 48 kHz into each other |
//! | [`tones`], [`detect`] | call progress tones and keys; recognising them |
//! | [`gain`] | volume, mute, level |
//! | [`mix`] | many sounds into one for each of them |

pub mod catch_up;
pub mod codec;
pub mod conceal;
pub mod detect;
pub mod digits;
pub mod gain;
pub mod jitter;
pub mod mix;
pub mod phase;
pub mod playout;
pub mod quality;
pub mod resample;
mod sine;
pub mod source;
pub mod stream;
pub mod tones;

pub use codec::{
    BuiltIn, Codec, CodecBank, CodecEntry, CodecList, CodecMemory, CodecOrder, Coded, Encoded, G711, Parameters, Part,
    Way,
};
pub use stream::{Component, MediaTransmit, Stream, StreamBuffers, StreamConfig, StreamStats, Vouched};
