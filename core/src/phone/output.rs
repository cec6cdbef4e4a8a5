//! Output: packets to send.

use super::{Component, Flow, MediaId};
use crate::base::copying::copy;
use core::net::SocketAddr;

/// The way by which a packet leaves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Via {
    /// SIP, over a flow.
    Sip(Flow),
    /// RTP or RTCP, from a call's port.
    Media {
        /// The ports' name.
        media: MediaId,
        /// The socket of the two.
        component: Component,
        /// The far end.
        to: SocketAddr,
    },
}

/// The outcome of `poll_transmit`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Transmit {
    /// The first `len` bytes of the buffer are to be sent.
    Packet {
        /// Its way.
        via: Via,
        /// The number of bytes.
        len: usize,
    },
    /// The buffer is too small: this many bytes are needed. Nothing changed.
    Needs(usize),
    /// Nothing to send now.
    Nothing,
}

impl Transmit {
    /// These bytes leave over this flow.
    pub(super) fn copy(bytes: &[u8], flow: Flow, buffer: &mut [u8]) -> Self {
        if bytes.is_empty() {
            return Self::Nothing;
        }
        match buffer.get_mut(..bytes.len()) {
            Some(room) => {
                copy(bytes, room);
                Self::Packet { via: Via::Sip(flow), len: bytes.len() }
            }
            None => Self::Needs(bytes.len()),
        }
    }
}
