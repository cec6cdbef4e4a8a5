//! The memory that streams are lent.

use crate::base::limits::RING_HEADER;
use crate::media::StreamBuffers;
use crate::phone::storage::{Blocks, Capacity, Storage};
use core::mem::take;

/// The memory that streams are lent, by call slot.
pub(super) struct Memory<'a> {
    rings: Blocks<'a>,
    payloads: Blocks<'a>,
    heard: &'a mut [i16],
    /// Bytes of one packet in a ring.
    ring_stride: usize,
    /// Samples of one stream in `heard`.
    heard_stride: usize,
}

impl<'a> Memory<'a> {
    pub(super) fn new(storage: &mut Storage<'a>, capacity: &Capacity) -> Self {
        Self {
            rings: Blocks::new(take(&mut storage.rings), capacity.ring_bytes()),
            payloads: Blocks::new(take(&mut storage.payloads), capacity.payload as usize),
            heard: take(&mut storage.heard),
            ring_stride: RING_HEADER + capacity.payload as usize,
            heard_stride: capacity.heard(),
        }
    }

    /// A stream's.
    pub(super) fn of(&mut self, index: u32) -> StreamBuffers<'_> {
        let start = index as usize * self.heard_stride;
        StreamBuffers {
            ring: self.rings.get_mut(index),
            stride: self.ring_stride,
            payload: self.payloads.get_mut(index),
            history: self.heard.get_mut(start..start + self.heard_stride).unwrap_or_default(),
        }
    }

    /// The payload of a stream's next packet.
    pub(super) fn payload(&self, index: u32) -> &[u8] {
        self.payloads.get(index)
    }
}
