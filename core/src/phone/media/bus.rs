//! The buses: the clock of each line, and the sound that each of them gets and sends in a quantum of 10 ms.
//!
//! A quantum of a bus has two passes. In the first the sound of each member's far end is read; in the second each
//! member is sent the sound of its source and of all the others' far ends. A bus of one has nothing to mix.

use super::Media;
use super::news::News;
use crate::base::limits::TICKS_A_CALL;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::media::phase::Phase;
use crate::media::tones::ARE_HEARD;
use crate::media::{Codec, CodecBank};
use crate::phone::context::Context;
use crate::phone::{Bus, BusId, CallId, CommandError, Patch, Source};

/// Samples that are summed at a time: they fit a processor's vectors, and a board's stack.
const BLOCK: usize = 16;

/// The progress of a quantum of a clock's buses.
#[derive(Debug)]
pub(in crate::phone) struct Turn {
    clock: Bus,
    /// The clock's number of this quantum.
    number: u8,
    /// Index in the list of running streams.
    next: u32,
    served: usize,
    /// The rest is for another call of [`crate::phone::Phone::audio`].
    left: bool,
    second: Second,
}

/// The second pass of a bus.
#[derive(Clone, Copy, Debug, Default)]
struct Second {
    /// Members that were heard; 0: it is over.
    members: usize,
    /// The member that is sent to next, and its number among those that were heard.
    index: u32,
    nth: usize,
}

/// Values that the driver lends for a quantum.
pub(in crate::phone) struct Quantum<'q> {
    pub(in crate::phone) codecs: &'q mut dyn CodecBank,
    pub(in crate::phone) patch: &'q mut dyn Patch,
    pub(in crate::phone) input: &'q [i16],
    pub(in crate::phone) output: &'q mut [i16],
}

impl Media<'_> {
    /// A quantum of a bus begins, or goes on where the last call left it.
    pub(in crate::phone) fn begin_quantum(&mut self, now: Instant, clock: Bus, output: &mut [i16]) -> Turn {
        let goes_on = clock == Bus::Own && self.tick_left;
        let next = if goes_on { self.tick_from } else { 0 };
        if clock == Bus::Device {
            output.fill(0);
            if ARE_HEARD && self.ringing_back > 0 {
                self.ringback.fill(output);
            }
        }
        if !goes_on {
            self.phase(clock).tick(now);
        }
        let [device, own] = &mut self.quanta;
        let number = match clock {
            Bus::Device => device,
            Bus::Own => own,
        };
        if !goes_on {
            *number = number.checked_add(1).unwrap_or(1);
        }
        Turn { clock, number: *number, next, served: 0, left: false, second: Second::default() }
    }

    /// Serves the clock's buses up to the next line that has news.
    pub(in crate::phone) fn quantum(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        turn: &mut Turn,
        lent: &mut Quantum<'_>,
    ) -> Option<(Handle, News)> {
        loop {
            let second = turn.second;
            if second.nth < second.members {
                let index = self.next_unserved(second.index, turn.number);
                turn.second = Second { index, nth: second.nth + 1, ..second };
                let news = self.send(cx, turn.number, second, lent);
                if !news.is_nothing()
                    && let Some(line) = self.line_at(second.index)
                {
                    return Some((line.handle(second.index), news));
                }
                continue;
            }
            if turn.next >= self.running_count {
                return None;
            }
            if turn.clock == Bus::Own && turn.served >= TICKS_A_CALL {
                turn.left = true;
                return None;
            }
            let index = self.running.get(turn.next as usize).copied()?;
            turn.next += 1;
            let Some(line) = self.lines.get(index as usize) else { continue };
            if line.clock() != turn.clock || line.served == turn.number {
                continue;
            }
            turn.second = Second { members: self.hear_bus(cx, now, turn.number, index, lent), index, nth: 0 };
            turn.served += turn.second.members;
        }
    }

    /// A quantum, or this part of it, is over. True: lines are left.
    pub(in crate::phone) const fn end_quantum(&mut self, turn: &Turn) -> bool {
        if matches!(turn.clock, Bus::Own) {
            self.tick_from = if turn.left { turn.next } else { 0 };
            self.tick_left = turn.left;
        }
        turn.left
    }

    /// The first pass of a bus, from one of its members on: the sound of each member's far end for 10 ms, one behind
    /// the other. A member that was served alone in this quantum, and joined since, waits for the next. Returned is how
    /// many there are.
    fn hear_bus(&mut self, cx: &Context<'_>, now: Instant, number: u8, first: u32, lent: &mut Quantum<'_>) -> usize {
        let samples = (cx.fixed.rate / 100) as usize;
        let (mut at, mut members) = (first, 0);
        while members < self.members {
            if Codec::HAVE_PARAMETERS {
                self.tell_parameters(at, lent.codecs);
            }
            let Some(heard) = self.pcm.get_mut(members * samples..(members + 1) * samples) else { break };
            let (Some(line), Some(stream)) = (self.lines.get_mut(at as usize), self.streams.get_mut(at as usize))
            else {
                break;
            };
            stream.receive_quantum(now, lent.codecs, heard, &mut self.memory.of(at));
            line.gain_out.apply(heard);
            members += 1;
            at = self.next_unserved(at, number);
            if at == first {
                break;
            }
        }
        members
    }

    /// The second pass of a bus, for one member: it is sent the sound of its source and of the others' far ends.
    fn send(&mut self, cx: &mut Context<'_>, number: u8, turn: Second, lent: &mut Quantum<'_>) -> News {
        let samples = (cx.fixed.rate / 100) as usize;
        let (all, rest) = self.pcm.split_at_mut((turn.members * samples).min(self.pcm.len()));
        let said = rest.get_mut(..samples).unwrap_or_default();
        let heard = all.get(turn.nth * samples..(turn.nth + 1) * samples).unwrap_or_default();
        let (Some(line), Some(stream)) =
            (self.lines.get_mut(turn.index as usize), self.streams.get_mut(turn.index as usize))
        else {
            return News::NOTHING;
        };
        line.served = number;
        let (call, source) = (CallId(line.handle(turn.index)), line.source);
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
        // muting a member silences its source, not the others' far ends
        line.gain_in.apply(said);
        if turn.members > 1 {
            mix_others(said, all, turn.nth);
        }
        stream.send_quantum(lent.codecs, said, &mut self.memory.of(turn.index));
        lent.patch.tap(call, said, heard);
        if line.clock() == Bus::Device {
            for (cell, sample) in lent.output.iter_mut().zip(heard) {
                *cell = cell.saturating_add(*sample);
            }
        }
        let sent = stream.take_digits_sent();
        News { digit: self.settle(cx, turn.index), sent, ..News::NOTHING }
    }

    /// The next member of a line's bus whose stream runs and was not served in this quantum; itself, if there is no
    /// other.
    fn next_unserved(&self, index: u32, number: u8) -> u32 {
        let mut at = index;
        for _ in 0..self.members {
            let Some(line) = self.lines.get(at as usize).filter(|line| line.bus != BusId::ALONE) else { return index };
            at = line.next;
            if self.lines.get(at as usize).is_some_and(|line| line.media && line.served != number) {
                return at;
            }
        }
        index
    }

    /// Puts a line on a bus; off the one that it is on.
    pub(in crate::phone) fn join(&mut self, call: Handle, bus: BusId) -> Result<(), CommandError> {
        let line = self.line(call).ok_or(CommandError::Stale)?;
        if line.bus == bus {
            return Ok(());
        }
        let clock = line.clock();
        if bus != BusId::ALONE {
            if self.members < 2 {
                return Err(CommandError::Unsupported);
            }
            if self.lines.iter().filter(|line| line.is_on(bus)).count() >= self.members {
                return Err(CommandError::Full);
            }
        }
        self.leave(call);
        // a member's successor becomes the new one's: the members are a ring
        if bus != BusId::ALONE
            && let Some(line) = self.lines.iter_mut().find(|line| line.is_on(bus))
        {
            let next = core::mem::replace(&mut line.next, call.index);
            if let Some(line) = self.line_mut(call) {
                line.next = next;
            }
        }
        if let Some(line) = self.line_mut(call) {
            line.bus = bus;
        }
        self.reclock(call, clock);
        Ok(())
    }

    /// A line is on no bus with others any more. The caller updates the count of its clock.
    pub(super) fn leave(&mut self, call: Handle) {
        let Some(line) = self.line_mut(call).filter(|line| line.bus != BusId::ALONE) else { return };
        let next = core::mem::replace(&mut line.next, call.index);
        line.bus = BusId::ALONE;
        let mut at = next;
        for _ in 0..self.members {
            let Some(line) = self.lines.get_mut(at as usize) else { return };
            if line.next == call.index {
                line.next = next;
                return;
            }
            at = line.next;
        }
    }

    /// A line may have another clock than before.
    pub(super) fn reclock(&mut self, call: Handle, before: Bus) {
        let Some(line) = self.line_mut(call) else { return };
        let (clock, running, rings) = (line.clock(), line.media, line.ringback);
        if clock != before {
            line.served = 0;
        }
        if running {
            self.count(before, false);
            self.count(clock, true);
        } else if rings {
            self.ring_back(call, true); // over, if it is no device call any more
        }
    }

    /// Quanta of a bus pass without a tick: the far ends see a gap, and no source goes on.
    pub(in crate::phone) fn skip(&mut self, bus: Bus, quanta: u32) {
        let running = self.running.get(..self.running_count as usize).unwrap_or_default();
        for index in running.iter().map(|index| *index as usize) {
            if let (Some(line), Some(stream)) = (self.lines.get(index), self.streams.get_mut(index))
                && line.clock() == bus
            {
                stream.skip(quanta);
            }
        }
    }

    /// The better time of a bus's next tick; returned once.
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

    /// One line alone runs by this clock: its packets decide the phase of the tick.
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

    /// The device is wanted, or not any more, and the driver does not know it yet.
    pub(in crate::phone) fn device_wish(&mut self) -> Option<bool> {
        let wanted = self.device_wanted();
        (core::mem::replace(&mut self.device_on, wanted) != wanted).then_some(wanted)
    }
}

/// Adds the sound of the others' far ends to that of one member's source; louder samples stay at full scale.
fn mix_others(said: &mut [i16], all: &[i16], own: usize) {
    let samples = said.len().max(1);
    for (block, cells) in said.chunks_mut(BLOCK).enumerate() {
        let mut sums = [0i32; BLOCK];
        sums.iter_mut().zip(cells.iter()).for_each(|(sum, cell)| *sum = i32::from(*cell));
        for (_, heard) in all.chunks_exact(samples).enumerate().filter(|(nth, _)| *nth != own) {
            let heard = heard.get(block * BLOCK..).unwrap_or_default();
            sums.iter_mut().zip(heard).for_each(|(sum, sample)| *sum += i32::from(*sample));
        }
        for (cell, sum) in cells.iter_mut().zip(sums) {
            *cell = sum.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }
    }
}

#[cfg(test)]
mod tests;
