//! Packets to PCM and back.

pub mod codec;
pub mod stream;

pub use codec::{Codec, CodecBank, G711};
pub use stream::{Component, MediaTransmit, Stream, StreamBuffers, StreamConfig, StreamStats};
