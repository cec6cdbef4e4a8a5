//! Streams, their ports and rings, and the buses.

use super::storage::Blocks;
use crate::base::due::Owed;
use crate::media::Stream;
use crate::media::phase::Phase;

/// Streams, their ports and rings, and the buses.
pub(super) struct Media<'a> {
    pub(super) streams: &'a mut [Stream],
    pub(super) rings: Blocks<'a>,
    /// Streams with a packet to send.
    pub(super) voices: Owed<'a>,
    /// Calls whose media runs.
    pub(super) running: &'a mut [u32],
    pub(super) running_count: u32,
    /// By call slot: the generation whose media ports are to be closed.
    pub(super) closing_ports: &'a mut [u32],
    /// By call slot: the generation whose wish for media ports is not answered yet. Its slot may have another call by
    /// then, whose wish waits.
    pub(super) opening_ports: &'a mut [u32],
    /// Two quanta of PCM.
    pub(super) pcm: &'a mut [i16],
    pub(super) tick_from: u32,
    pub(super) device_calls: u32,
    pub(super) own_calls: u32,
    /// Of the device's bus, and of the own ones.
    pub(super) phases: [Phase; 2],
    /// Calls for which the device bus plays ringback.
    pub(super) ringing_back: u32,
    pub(super) ringback: crate::media::tones::Generator,
    pub(super) device_on: bool,
    pub(super) muted: bool,
    pub(super) volume_in: u16,
    pub(super) volume_out: u16,
}
