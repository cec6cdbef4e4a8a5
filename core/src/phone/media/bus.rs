//! The buses: which clock ticks which lines, and what each of them hears and says in a quantum of 10 ms.

use super::Media;
use super::news::News;
use crate::base::limits::TICKS_A_CALL;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::media::phase::Phase;
use crate::media::{CodecBank, StreamBuffers};
use crate::phone::context::Context;
use crate::phone::{Bus, CallId, Patch, Source};

/// The clock that ticks a line with this source.
pub(super) fn clock_of(source: Source) -> Bus {
    if source == Source::Device { Bus::Device } else { Bus::Own }
}

/// How far a quantum of a bus has come.
#[derive(Debug)]
pub(in crate::phone) struct Turn {
    bus: Bus,
    /// Index in the list of running streams.
    next: u32,
    served: usize,
    /// The rest is for another call of [`crate::phone::Phone::audio`].
    left: bool,
}

/// What the driver lends for a quantum.
pub(in crate::phone) struct Quantum<'q> {
    pub(in crate::phone) codecs: &'q mut dyn CodecBank,
    pub(in crate::phone) patch: &'q mut dyn Patch,
    pub(in crate::phone) input: &'q [i16],
    pub(in crate::phone) output: &'q mut [i16],
}

impl Media<'_> {
    /// A quantum of a bus begins, or goes on where the last call left it.
    pub(in crate::phone) fn begin_quantum(&mut self, now: Instant, bus: Bus, output: &mut [i16]) -> Turn {
        let next = if bus == Bus::Own { self.tick_from } else { 0 };
        if bus == Bus::Device {
            output.fill(0);
            if self.ringing_back > 0 {
                self.ringback.fill(output);
            }
        }
        if next == 0 {
            self.phase(bus).tick(now);
        }
        Turn { bus, next, served: 0, left: false }
    }

    /// Serves the bus's lines up to the next one that has something to tell.
    pub(in crate::phone) fn quantum(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        turn: &mut Turn,
        lent: &mut Quantum<'_>,
    ) -> Option<(Handle, News)> {
        while turn.next < self.running_count {
            if turn.bus == Bus::Own && turn.served >= TICKS_A_CALL {
                turn.left = true;
                return None;
            }
            let index = self.running.get(turn.next as usize).copied()?;
            turn.next += 1;
            if self.line_at(index).is_none_or(|line| clock_of(line.source) != turn.bus) {
                continue;
            }
            turn.served += 1;
            let news = self.serve(cx, now, index, lent);
            if !news.is_nothing()
                && let Some(line) = self.line_at(index)
            {
                return Some((line.handle(index), news));
            }
        }
        None
    }

    /// A quantum, or this part of it, is over. True: lines are left.
    pub(in crate::phone) const fn end_quantum(&mut self, turn: &Turn) -> bool {
        if matches!(turn.bus, Bus::Own) {
            self.tick_from = if turn.left { turn.next } else { 0 };
        }
        turn.left
    }

    /// A line hears its far end for 10 ms, and says what its source says.
    fn serve(&mut self, cx: &mut Context<'_>, now: Instant, index: u32, lent: &mut Quantum<'_>) -> News {
        let samples = (cx.fixed.rate / 100) as usize;
        let (heard, rest) = self.pcm.split_at_mut(samples.min(self.pcm.len()));
        let said = rest.get_mut(..samples).unwrap_or_default();
        let (Some(line), Some(stream)) = (self.lines.get_mut(index as usize), self.streams.get_mut(index as usize))
        else {
            return News::NOTHING;
        };
        let (call, source) = (CallId(line.handle(index)), line.source);
        let mut buffers = StreamBuffers { ring: self.rings.get_mut(index), stride: cx.fixed.jitter_stride };
        stream.receive_quantum(now, lent.codecs, heard, &mut buffers);
        line.gain_out.apply(heard);
        said.fill(0);
        match source {
            Source::Device => {
                for (cell, sample) in said.iter_mut().zip(lent.input) {
                    *cell = *sample;
                }
            }
            Source::Echo => said.copy_from_slice(heard),
            Source::Application | Source::Silence => {}
        }
        lent.patch.say(call, source, said);
        line.gain_in.apply(said);
        stream.send_quantum(now, lent.codecs, said);
        lent.patch.tap(call, said, heard);
        if source == Source::Device {
            for (cell, sample) in lent.output.iter_mut().zip(heard.iter()) {
                *cell = cell.saturating_add(*sample);
            }
        }
        let sent = stream.take_digits_sent();
        News { digit: self.settle(cx, index), sent, ..News::NOTHING }
    }

    /// Quanta of a bus pass without a tick: the far ends see a gap, and no source goes on.
    pub(in crate::phone) fn skip(&mut self, bus: Bus, quanta: u32) {
        let running = self.running.get(..self.running_count as usize).unwrap_or_default();
        for index in running.iter().map(|index| *index as usize) {
            if let (Some(line), Some(stream)) = (self.lines.get(index), self.streams.get_mut(index))
                && clock_of(line.source) == bus
            {
                stream.skip(quanta);
            }
        }
    }

    /// When the next tick of a bus had better come; said once.
    pub(in crate::phone) const fn poll_tick(&mut self, bus: Bus) -> Option<Instant> {
        self.phase(bus).better()
    }

    pub(super) const fn phase(&mut self, bus: Bus) -> &mut Phase {
        let [device, own] = &mut self.phases;
        match bus {
            Bus::Device => device,
            Bus::Own => own,
        }
    }

    /// A line runs by this clock, or does no longer.
    pub(super) const fn count(&mut self, clock: Bus, more: bool) {
        let count = match clock {
            Bus::Device => &mut self.device_calls,
            Bus::Own => &mut self.own_calls,
        };
        *count = if more { count.saturating_add(1) } else { count.saturating_sub(1) };
    }

    /// One line alone runs by this clock: its packets say when the tick had best come.
    pub(super) const fn is_alone(&self, clock: Bus) -> bool {
        let count = match clock {
            Bus::Device => self.device_calls,
            Bus::Own => self.own_calls,
        };
        count == 1
    }

    /// Lines run by a timer's clock.
    pub(in crate::phone) const fn wants_tick(&self) -> bool {
        self.own_calls > 0
    }

    /// Lines run by the device's clock, or ring at the far end.
    pub(in crate::phone) const fn device_wanted(&self) -> bool {
        self.device_calls > 0 || self.ringing_back > 0
    }

    /// The device is wanted, or not any more, and the driver has not heard it yet.
    pub(in crate::phone) fn device_wish(&mut self) -> Option<bool> {
        let wanted = self.device_wanted();
        (core::mem::replace(&mut self.device_on, wanted) != wanted).then_some(wanted)
    }
}
