//! The ticks: 10 ms of every call, by a timer or by the sound card.

use super::Engine;
use crate::abi::types::*;
use crate::host::audio::pace::PLAYED;
use crate::host::errands::{Opened, Place};
use crate::host::shared::Core;
use crate::host::signal::lock;
use microsip_core::base::time::Duration;
use microsip_core::media::catch_up::Due;
use microsip_core::phone::Bus;

/// The ring device opens after so many milliseconds of ringing: a program that answers at once, or refuses, needs none,
/// and its call's device need not wait for one that closes.
const RING_AFTER_MS: u64 = 100;

impl Engine {
    pub(super) fn tick_all(&mut self) {
        let due = self.tick.as_mut().map_or(Due::default(), |timer| timer.due(self.now));
        self.skip(Bus::Own, due.skip);
        for _ in 0..due.run {
            self.tick_own();
            self.send_all();
        }
        self.tick_device();
        self.tick_ring();
        // nothing else moves PCM, or ends a file
        if due.run > 0 || self.device.is_some() {
            self.after_tick();
        }
    }

    fn skip(&self, bus: Bus, quanta: u32) {
        if quanta > 0 {
            self.with(|phone, _| phone.skip(bus, quanta));
        }
    }

    fn tick_own(&mut self) {
        loop {
            let mut core = lock(&self.shared.core);
            let now = core.time(self.now);
            let Core { phone, slots, codecs, .. } = &mut *core;
            // up to 64 calls a lock, so that it is held briefly; the others follow in the same quantum
            if !phone.audio(now, Bus::Own, codecs, slots, &[], &mut []) {
                return;
            }
        }
    }

    fn tick_device(&mut self) {
        let now = self.now;
        let Some((opened, pacer)) = &mut self.device else { return };
        let due = match opened {
            Some(Opened { duplex, .. }) => pacer.due(now, duplex.clocked_by_input(), duplex.ready(), duplex.dropped()),
            None => pacer.due(now, false, 0, 0),
        };
        self.skip(Bus::Device, due.skip);
        for left in (0..due.run).rev() {
            let Some((opened, _)) = &mut self.device else { return };
            // while a device opens there is no room for sound: a tone begins when it can be heard
            let output = match opened {
                Some(opened) => {
                    opened.duplex.capture(&mut self.input);
                    self.output.as_mut_slice()
                }
                None => {
                    self.input.fill(0);
                    &mut []
                }
            };
            let mut core = lock(&self.shared.core);
            let now = core.time(now);
            let Core { phone, slots, codecs, .. } = &mut *core;
            phone.audio(now, Bus::Device, codecs, slots, &self.input, output);
            drop(core);
            if let Some(opened) = opened
                && left < PLAYED
            {
                opened.duplex.play(&self.output);
            }
            self.send_all();
        }
    }

    /// The ring device, by a timer: it has no microphone.
    fn tick_ring(&mut self) {
        let Some((_, pacer)) = &mut self.ring else { return };
        let due = pacer.due(self.now, false, 0, 0);
        for _ in 0..due.run.min(PLAYED) {
            self.ring_once();
        }
    }

    fn ring_once(&mut self) {
        let Some((Opened { duplex, ring }, _)) = &mut self.ring else { return };
        let own = match ring {
            Some(player) => {
                player.fill(&mut self.input);
                self.input.as_slice()
            }
            None => &[],
        };
        lock(&self.shared.core).phone.ring(own, &mut self.output);
        duplex.play(&self.output);
    }

    /// The ring device is wanted, or not any more.
    pub(super) fn settle_ring(&mut self, wanted: bool) {
        let at = wanted.then(|| self.ring_at.unwrap_or(self.now + Duration::from_millis(RING_AFTER_MS)));
        self.ring_at = at;
        let rings = at.is_some_and(|at| self.rings || at <= self.now);
        if core::mem::replace(&mut self.rings, rings) != rings {
            if let Some((opened, _)) = self.ring.take_if(|_| !rings) {
                self.shared.errands.give_back(opened);
            }
            self.shared.errands.device(Place::Ring, rings);
        }
    }

    /// The calls' device is to open: a ring that is over fades now, so that its device is closed first.
    pub(super) fn end_ring(&mut self) {
        self.ring_once();
        let wanted = lock(&self.shared.core).phone.ring_wanted().is_some();
        self.settle_ring(wanted);
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
