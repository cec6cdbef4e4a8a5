//! The tick: one 10 ms quantum of a bus. Each call hears its far end, and says what its source says.

use super::media::line::Line;
use super::{CallId, Phone, Source};
use crate::base::limits::TICKS_A_CALL;
use crate::base::time::Instant;
use crate::media::phase::Phase;
use crate::media::{CodecBank, StreamBuffers};

/// Which clock ticks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bus {
    /// The device's: all calls whose source is [`Source::Device`] hear into one output and share one input.
    Device,
    /// A timer's: every other call is a bus of one.
    Own,
}

/// The driver's hands inside a tick: files, the application's PCM, recordings. They are used only while
/// [`Phone::audio`] runs.
pub trait Patch {
    /// `pcm` (10 ms at the phone's rate) holds what the call's source says: the device, an echo, or zeros. A playing
    /// file is laid over it;
    /// [`Source::Application`] is filled here.
    fn say(&mut self, call: CallId, source: Source, pcm: &mut [i16]) {
        let _ = (call, source, pcm);
    }

    /// Both directions of the same quantum: what went, and what came.
    fn tap(&mut self, call: CallId, said: &[i16], heard: &[i16]) {
        let _ = (call, said, heard);
    }
}

impl Patch for () {}

impl Phone<'_> {
    /// One quantum of a bus. A complete packet is to be fetched before the next quantum, which may replace it.
    /// [`Bus::Device`] takes `input` and fills `output` (10 ms each). [`Bus::Own`] serves a bounded number of calls and
    /// says whether more are left: release your lock, and call again in the same quantum.
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
        let from = if bus == Bus::Own { self.lower.media.tick_from } else { 0 };
        let samples = (self.lower.cx.fixed.rate / 100) as usize;
        if bus == Bus::Device {
            output.fill(0);
            if self.lower.media.ringing_back > 0 {
                self.lower.media.ringback.fill(output);
            }
        }
        if from == 0 {
            self.phase(bus).tick(now);
        }
        let mut served = 0;
        let mut place = from;
        while place < self.lower.media.running_count {
            if bus == Bus::Own && served >= TICKS_A_CALL {
                self.lower.media.tick_from = place;
                return true;
            }
            let Some(index) = self.lower.media.running.get(place as usize).copied() else { break };
            place += 1;
            let Some(handle) = self.calls.slots.handle_at(index) else { continue };
            let Some(source) = self.lower.media.line(handle).map(Line::source) else { continue };
            if (source == Source::Device) != (bus == Bus::Device) {
                continue;
            }
            served += 1;
            let (heard, rest) = self.lower.media.pcm.split_at_mut(samples.min(self.lower.media.pcm.len()));
            let said = rest.get_mut(..samples).unwrap_or_default();
            let Some(line) = self.lower.media.lines.get_mut(index as usize) else { continue };
            let Some(stream) = self.lower.media.streams.get_mut(index as usize) else { continue };
            let mut buffers = StreamBuffers {
                ring: self.lower.media.rings.get_mut(index),
                stride: self.lower.cx.fixed.jitter_stride,
            };
            stream.receive_quantum(now, codecs, heard, &mut buffers);
            line.gain_out.apply(heard);
            said.fill(0);
            match source {
                Source::Device => {
                    for (cell, sample) in said.iter_mut().zip(input) {
                        *cell = *sample;
                    }
                }
                Source::Echo => said.copy_from_slice(heard),
                Source::Application | Source::Silence => {}
            }
            patch.say(CallId(handle), source, said);
            line.gain_in.apply(said);
            stream.send_quantum(now, codecs, said);
            patch.tap(CallId(handle), said, heard);
            if bus == Bus::Device {
                for (cell, sample) in output.iter_mut().zip(heard.iter()) {
                    *cell = cell.saturating_add(*sample);
                }
            }
            self.voice(index);
            self.check_digits(handle);
        }
        if bus == Bus::Own {
            self.lower.media.tick_from = 0;
        }
        false
    }

    /// Quanta of a bus pass without a tick, because the driver stalled for longer than it makes up for
    /// ([`crate::media::catch_up`]): the far ends see a gap, and no source goes on.
    pub fn skip(&mut self, bus: Bus, quanta: u32) {
        if quanta == 0 {
            return;
        }
        for place in 0..self.lower.media.running_count {
            let Some(index) = self.lower.media.running.get(place as usize).copied() else { return };
            let source =
                self.calls.slots.handle_at(index).and_then(|handle| self.lower.media.line(handle)).map(Line::source);
            if source.is_some_and(|source| (source == Source::Device) == (bus == Bus::Device))
                && let Some(stream) = self.lower.media.streams.get_mut(index as usize)
            {
                stream.skip(quanta);
            }
        }
    }

    /// When the next tick of a bus had better come, for a driver whose timer ticks it; said once, and worth up to 10 ms
    /// of delay. A device's clock cannot be moved: such a driver need not ask.
    pub const fn poll_tick(&mut self, bus: Bus) -> Option<Instant> {
        self.phase(bus).better()
    }

    pub(super) const fn phase(&mut self, bus: Bus) -> &mut Phase {
        let [device, own] = &mut self.lower.media.phases;
        match bus {
            Bus::Device => device,
            Bus::Own => own,
        }
    }

    /// The bus on which a call is the only one: its packets alone say when the tick had best come.
    pub(super) fn bus_alone(&self, source: Source) -> Option<Bus> {
        let (bus, calls) = if source == Source::Device {
            (Bus::Device, self.lower.media.device_calls)
        } else {
            (Bus::Own, self.lower.media.own_calls)
        };
        (calls == 1).then_some(bus)
    }

    /// Calls with a bus of their own run: tick [`Bus::Own`] each 10 ms.
    #[must_use]
    pub const fn wants_tick(&self) -> bool {
        self.lower.media.own_calls > 0
    }

    /// Calls on the device's bus run, or ring at the far end: tick [`Bus::Device`] by the device's clock.
    #[must_use]
    pub const fn device_wanted(&self) -> bool {
        self.lower.media.device_calls > 0 || self.lower.media.ringing_back > 0
    }
}
