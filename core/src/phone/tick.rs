//! The tick: one 10 ms quantum of a bus. Each call reads its far end's sound, and sends its source's.

use super::media::bus::Quantum;
use super::{Bus, Component, MediaId, Patch, Phone};
use crate::base::time::Instant;
use crate::media::CodecBank;
use core::net::SocketAddr;

impl Phone<'_> {
    /// A packet came to a call's RTP or RTCP port. Its bytes may be changed: SRTP will work in place.
    pub fn handle_media(
        &mut self,
        now: Instant,
        media: MediaId,
        component: Component,
        from: SocketAddr,
        packet: &mut [u8],
    ) {
        self.hear(now);
        let call = self.lower.media.call_of_ports(media.0);
        let news = self.lower.media.handle_packet(&mut self.lower.cx, now, call, component, from, packet);
        self.calls.take_news(&mut self.lower, now, call, news);
    }

    /// One quantum of a bus. A complete packet is to be fetched before the next quantum, which may replace it.
    /// [`Bus::Device`] takes `input` and fills `output` (10 ms each; an input without a sample is silence).
    /// [`Bus::Own`] serves a bounded number of calls and returns whether more are left: release your lock, and call
    /// again in the same quantum.
    pub fn audio(
        &mut self,
        now: Instant,
        bus: Bus,
        codecs: &mut dyn CodecBank,
        patch: &mut dyn Patch,
        input: &[i16],
        output: &mut [i16],
    ) -> bool {
        self.hear(now);
        let mut turn = self.lower.media.begin_quantum(now, bus, output);
        let mut lent = Quantum { codecs, patch, input, output };
        while let Some((line, news)) = self.lower.media.quantum(&mut self.lower.cx, now, &mut turn, &mut lent) {
            self.calls.take_news(&mut self.lower, now, line, news);
        }
        self.lower.media.end_quantum(&turn)
    }

    /// Quanta of a bus pass without a tick, because the driver stalled for longer than it makes up for
    /// ([`crate::media::catch_up`]): the far ends see a gap, and no source goes on.
    pub fn skip(&mut self, bus: Bus, quanta: u32) {
        if quanta > 0 {
            self.lower.media.skip(bus, quanta);
        }
    }

    /// The better time of a bus's next tick, for a driver whose timer ticks it; returned once, and worth up to 10 ms of
    /// delay. A device's clock cannot be moved: such a driver need not ask.
    pub const fn poll_tick(&mut self, bus: Bus) -> Option<Instant> {
        self.lower.media.poll_tick(bus)
    }

    /// Calls with a bus of their own run: tick [`Bus::Own`] each 10 ms.
    #[must_use]
    pub const fn wants_tick(&self) -> bool {
        self.lower.media.wants_tick()
    }

    /// Calls on the device's bus run, or a tone is for the person there: tick [`Bus::Device`] by the device's clock.
    #[must_use]
    pub fn device_wanted(&self) -> bool {
        self.lower.media.device_wanted()
    }

    /// The number of the ring that the ring device is to play: 0 is the usual one, for which a driver may play a sound of
    /// its own, 1 to 8 have a rhythm of their own. `None`: it is to be silent.
    #[must_use]
    pub fn ring_wanted(&self) -> Option<u8> {
        self.lower.media.ring_wanted()
    }

    /// 10 ms of the ring device's sound, by a timer or that device's clock. `own`: 10 ms of a sound that the driver plays
    /// in place of the usual ring (that has the number 0); empty: none. False: it is silence, and nothing more comes.
    pub fn ring(&mut self, own: &[i16], out: &mut [i16]) -> bool {
        self.lower.media.ring(own, out)
    }
}
