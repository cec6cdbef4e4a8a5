//! Settings that stay as they were at creation.

use super::media_timeout::Patience;
use crate::base::copying::copy;
use crate::base::limits::QUANTUM;
use crate::media::{Codec, CodecList, CodecOrder, resample};
#[cfg(feature = "timers")]
use crate::sip::session::timer::Wanted;

/// Bytes of the User-Agent that are kept.
const AGENT: usize = 64;

/// A short text, kept whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Short {
    bytes: [u8; AGENT],
    len: u8,
}

impl Short {
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; AGENT];
        copy(text.as_bytes(), bytes.get_mut(..text.len())?);
        Some(Self { bytes, len: text.len() as u8 })
    }

    pub(crate) fn get(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// Settings that stay as they were at creation.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) rate: u32,
    /// Seconds from 1900 to the driver's start; 0 when unknown.
    pub(crate) epoch_s: u32,
    pub(crate) agent: Short,
    pub(crate) direct_user: Short,
    pub(crate) allow_direct: bool,
    pub(crate) patience: Patience,
    #[cfg(feature = "timers")]
    pub(crate) session_timer: Wanted,
    pub(crate) direct_reserve: usize,
    pub(crate) direct_per_source: usize,
    /// The bank has memory for codecs that need it.
    pub(crate) codec_memory: bool,
    /// Bytes of the longest payload that is kept.
    pub(crate) payload: u32,
    /// Samples of the longest quantum.
    pub(crate) quantum: u32,
    pub(crate) codecs: CodecList,
    #[cfg(feature = "codecs")]
    pub(crate) answering: crate::offer::Answering,
    pub(crate) history: usize,
    pub(crate) focus: bool,
    #[cfg(feature = "reliable")]
    pub(crate) reliable: super::Reliable,
    /// The treatment of messages that come.
    #[cfg(feature = "message")]
    pub(super) messages: super::MessagePolicy,
    /// The INFO packages of calls whose accounts name none; `None`: they know no packages.
    #[cfg(all(feature = "info", feature = "message"))]
    pub(super) packages: Option<super::packages::Usual>,
    /// The notices that leave by themselves.
    #[cfg(feature = "imdn")]
    pub(super) notices: super::NoticePolicy,
    /// The treatment of REFER, and of Replaces.
    #[cfg(feature = "refer")]
    pub(super) transfers: (super::TransferPolicy, super::TransferPolicy),
    /// The treatment of those who would watch us, and whether they are told who talks to whom.
    #[cfg(feature = "notify")]
    pub(super) watchers: (super::WatcherPolicy, Option<bool>),
    /// The settings of digits, all of them.
    #[cfg(feature = "info")]
    pub(crate) digits: crate::media::digits::DigitSettings,
}

impl Fixed {
    /// This phone's memory was made for a codec: its rate is made, and 10 ms of it have room.
    pub(crate) fn speaks(&self, codec: Codec) -> bool {
        resample::is_made(codec.rate())
            && codec.quantum_samples() <= (self.quantum as usize).min(QUANTUM)
            && codec.quantum_bytes() <= self.payload as usize
            && (self.codec_memory || !codec.remembers())
    }

    /// The same of each codec of a choice.
    pub(crate) fn takes(&self, order: CodecOrder) -> bool {
        order.codecs().all(|codec| self.speaks(codec))
    }

    /// Milliseconds of the longest packets that are kept, whichever of these codecs they have.
    pub(crate) fn longest_ms(&self, codecs: &CodecList) -> u8 {
        // frames are as short as their bank makes them
        let quanta = self.payload as usize / codecs.quantum_bytes().max(1);
        quanta.clamp(1, 6) as u8 * 10
    }
}
