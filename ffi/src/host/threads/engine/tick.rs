//! The ticks: 10 ms of every call, by a timer or by the sound card.

use super::Engine;
use crate::abi::types::*;
use crate::host::audio::pace::PLAYED;
use crate::host::shared::Core;
use crate::host::signal::lock;
use microsip_core::media::catch_up::Due;
use microsip_core::phone::Bus;

impl Engine {
    pub(super) fn tick_all(&mut self) {
        let clock = self.shared.clock;
        let due = self.tick.as_mut().map_or(Due::default(), |timer| timer.due(clock.now()));
        self.skip(Bus::Own, due.skip);
        for _ in 0..due.run {
            self.tick_own();
            self.send_all();
        }
        self.tick_device();
        self.after_tick();
    }

    fn skip(&self, bus: Bus, quanta: u32) {
        if quanta > 0 {
            self.with(|phone, _| phone.skip(bus, quanta));
        }
    }

    fn tick_own(&mut self) {
        loop {
            let mut core = lock(&self.shared.core);
            let Core { phone, slots, codecs, .. } = &mut *core;
            // up to 64 calls a lock, so that it is held briefly; the others follow in the same quantum
            if !phone.audio(self.shared.clock.now(), Bus::Own, codecs, slots, &[], &mut []) {
                return;
            }
        }
    }

    fn tick_device(&mut self) {
        let clock = self.shared.clock;
        let Some((duplex, pacer)) = &mut self.device else { return };
        let now = clock.now();
        let due = match duplex {
            Some(duplex) => pacer.due(now, duplex.clocked_by_input(), duplex.ready(), duplex.dropped()),
            None => pacer.due(now, false, 0, 0),
        };
        self.skip(Bus::Device, due.skip);
        for left in (0..due.run).rev() {
            let Some((duplex, _)) = &mut self.device else { return };
            match duplex {
                Some(duplex) => {
                    duplex.capture(&mut self.input);
                }
                None => self.input.fill(0),
            }
            let mut core = lock(&self.shared.core);
            let Core { phone, slots, codecs, .. } = &mut *core;
            phone.audio(self.shared.clock.now(), Bus::Device, codecs, slots, &self.input, &mut self.output);
            drop(core);
            if let Some(duplex) = duplex
                && left < PLAYED
            {
                duplex.play(&self.output);
            }
            self.send_all();
        }
    }

    /// Queues the events of the ticks.
    fn after_tick(&self) {
        loop {
            let mut core = lock(&self.shared.core);
            let moved = core::mem::take(&mut core.slots.moved);
            let played = core.slots.played.pop();
            drop(core);
            if moved {
                self.shared.wake_pcm();
            }
            let Some(played) = played else { return };
            self.shared.done(MICROSIP_OP_PLAY, played.target, played.token, played.result);
        }
    }
}
