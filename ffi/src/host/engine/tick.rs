//! The ticks: 10 ms of every call, by a timer or by the sound card.

use super::{CATCH_UP, Engine, QUANTUM_US};
use crate::abi::types::*;
use crate::host::shared::Core;
use crate::host::signal::lock;
use microsip_core::phone::Bus;

impl Engine {
    pub(super) fn tick_all(&mut self) {
        let now = self.now();
        if let Some(at) = self.tick
            && at <= now
        {
            let behind = now.since(at).micros() / QUANTUM_US + 1;
            for _ in 0..behind.min(CATCH_UP) {
                self.tick_own();
            }
            let next = at + microsip_core::base::time::Duration::from_micros(behind * QUANTUM_US);
            self.tick = Some(next);
        }
        self.tick_device();
        self.after_tick();
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
        let now = self.now().micros();
        let Some((duplex, pacer)) = &mut self.device else { return };
        let (clocked, ready) = duplex.as_ref().map_or((false, 0), |duplex| (duplex.clocked_by_input(), duplex.ready()));
        for _ in 0..pacer.due(now, clocked, ready) {
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
            if let Some(duplex) = duplex {
                duplex.play(&self.output);
            }
        }
    }

    /// Tells what the ticks have brought about.
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
            let tag = self.shared.tag_of(played.call);
            self.shared.file_event(MICROSIP_EV_PLAYED, played.call, tag, played.token, played.result);
        }
    }
}
