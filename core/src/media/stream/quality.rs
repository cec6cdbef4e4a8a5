//! A stream's quality.

use super::Stream;
use crate::media::quality::{Heard, mos_x100};

/// The tick's and the sound card's part of the delay, in milliseconds.
const QUANTUM_MS: u32 = 10;

impl Stream {
    /// 10 ms pass.
    pub(super) fn judge(&mut self, seconds: &mut [u16]) {
        if !self.running {
            return;
        }
        let (codec, heard) = (self.playout.codec(), self.playout.counts().heard);
        let delay_ms = self.delay_ms();
        self.quality.quantum(codec, heard, delay_ms, seconds);
    }

    /// The delay of what is heard, one way, as far as a telephone can know it: the peer fills a packet, half of the
    /// round trip, the playout, a tick. What devices add is not in it.
    pub(super) fn delay_ms(&self) -> u32 {
        self.playout.packet_ms() + self.reports.rtt_us / 2000 + self.playout.depth_ms() + QUANTUM_MS
    }

    /// MOS in all, lately, and as the peer hears us.
    pub(super) fn mos_x100(&self) -> [u16; 3] {
        let codec = self.playout.codec();
        [self.quality.whole_x100(codec), self.quality.lately_x100(codec), self.remote_mos_x100()]
    }

    /// MOS as the peer hears us, by its last report. Its playout is not known: one that waits for twice its jitter is
    /// assumed.
    fn remote_mos_x100(&self) -> u16 {
        let remote = &self.reports.remote;
        if !remote.known {
            return 0;
        }
        let missed = u32::from(remote.fraction_lost);
        let heard = Heard { played: 256 - missed, missed, holes: missed };
        let jitter_ms = self.config.codec.micros_of(remote.jitter) / 1000;
        let delay_ms = u32::from(self.config.ptime_ms) + self.reports.rtt_us / 2000 + QUANTUM_MS;
        mos_x100(self.config.codec, heard, delay_ms.saturating_add(jitter_ms.saturating_mul(2)))
    }
}
