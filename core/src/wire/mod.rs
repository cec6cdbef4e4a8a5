//! Bytes to meaning and back: no state, no time.

pub mod body;
mod bytes;
pub mod dtmf;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod sip;

pub use bytes::ip;
