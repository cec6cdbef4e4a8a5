//! The memory that streams are lent.

use crate::base::blocks::Blocks;
use crate::base::features;
use crate::base::limits::RING_HEADER;
use crate::media::StreamBuffers;
#[cfg(feature = "hear-keys")]
use crate::media::detect::KeyDetector;
use crate::phone::capacity::Capacity;
use crate::phone::lender::Lender;

/// The memory that streams are lent, by call slot.
pub(super) struct Memory<'a> {
    rings: Blocks<'a>,
    payloads: Blocks<'a>,
    heard: Blocks<'a, i16>,
    seconds: Blocks<'a, u16>,
    #[cfg(feature = "hear-keys")]
    keys: Blocks<'a, KeyDetector>,
    /// Bytes of one packet in a ring.
    ring_stride: usize,
}

impl<'a> Memory<'a> {
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let count = capacity.calls as usize;
        let (ring, payload, heard) = (capacity.ring_bytes(), capacity.payload as usize, capacity.heard());
        let seconds = if features::QUALITY { capacity.seconds as usize } else { 0 };
        #[cfg(feature = "hear-keys")]
        let keys = usize::from(capacity.hear_keys);
        Self {
            rings: Blocks::new(lender.zeroed(count * ring), ring),
            payloads: Blocks::new(lender.zeroed(count * payload), payload),
            heard: Blocks::new(lender.zeroed(count * heard), heard),
            seconds: Blocks::new(lender.zeroed(count * seconds), seconds),
            #[cfg(feature = "hear-keys")]
            keys: Blocks::new(lender.zeroed(count * keys), keys),
            ring_stride: RING_HEADER + payload,
        }
    }

    /// A stream's.
    pub(super) fn of(&mut self, index: u32) -> StreamBuffers<'_> {
        StreamBuffers {
            ring: self.rings.get_mut(index),
            stride: self.ring_stride,
            payload: self.payloads.get_mut(index),
            history: self.heard.get_mut(index),
            seconds: self.seconds.get_mut(index),
            #[cfg(feature = "hear-keys")]
            keys: self.keys.get_mut(index),
        }
    }

    /// The values of a stream's seconds.
    pub(super) fn seconds(&self, index: u32) -> &[u16] {
        self.seconds.get(index)
    }

    /// The payload of a stream's next packet.
    pub(super) fn payload(&self, index: u32) -> &[u8] {
        self.payloads.get(index)
    }
}
