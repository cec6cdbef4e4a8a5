//! The buses: the clock of each line, and the sound that each of them gets and sends in a quantum of 10 ms.
//!
//! A line alone hears its far end and sends its source at once. A conference has two passes: in the first the sound of
//! each member is read and summed, in the second each is sent the sum without its own.

use super::Media;
use super::news::News;
use crate::base::copying::copy;
use crate::base::features;
use crate::base::limits::TICKS_A_CALL;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::media::phase::Phase;
use crate::media::{Codec, CodecBank};
use crate::phone::context::Context;
use crate::phone::tone::{Tones as Change, TonesInfo};
use crate::phone::{Bus, CallId, CommandError, Music, Patch, Source};

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

/// The second pass of a conference.
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
            self.tones.mix(output, self.device_calls);
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
            if features::CONFERENCE && second.nth < second.members {
                let index = self.next_unserved(second.index, turn.number);
                turn.second = Second { index, nth: second.nth + 1, ..second };
                if let Some(told) = self.send(cx, turn.number, second.index, second.nth, second.members, lent) {
                    return Some(told);
                }
                continue;
            }
            if turn.next >= self.running_count {
                return None;
            }
            let index = self.running.get(turn.next as usize).copied()?;
            let line = self.lines.get(index as usize);
            let Some(line) = line.filter(|line| line.clock() == turn.clock && line.served != turn.number) else {
                turn.next += 1;
                continue;
            };
            if turn.clock == Bus::Own && turn.served >= TICKS_A_CALL {
                turn.left = true;
                return None;
            }
            turn.next += 1;
            if features::CONFERENCE && line.joined.is_some() {
                let members = self.hear_conference(cx, now, turn.number, index, lent);
                turn.second = Second { members, index, nth: 0 };
                turn.served += members;
                continue;
            }
            turn.served += 1;
            self.hear(cx, now, index, 0, lent);
            if let Some(told) = self.send(cx, turn.number, index, 0, 1, lent) {
                return Some(told);
            }
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

    /// The sound of a line's far end for 10 ms, in the nth place.
    pub(super) fn hear(&mut self, cx: &Context<'_>, now: Instant, index: u32, nth: usize, lent: &mut Quantum<'_>) {
        let samples = (cx.fixed.rate / 100) as usize;
        if Codec::HAVE_PARAMETERS {
            self.tell_parameters(index, lent.codecs);
        }
        let Some(heard) = self.pcm.get_mut(nth * samples..(nth + 1) * samples) else { return };
        if let (Some(line), Some(stream)) = (self.lines.get_mut(index as usize), self.streams.get_mut(index as usize)) {
            stream.receive_quantum(now, lent.codecs, heard, &mut self.memory.of(index));
            line.gain_out.apply(heard);
            if line.is_to_hold() {
                heard.fill(0);
            }
        }
    }

    /// A line is sent the sound of its source, and in a conference that of the others. Its own is in the nth of so many
    /// places.
    fn send(
        &mut self,
        cx: &mut Context<'_>,
        number: u8,
        index: u32,
        nth: usize,
        places: usize,
        lent: &mut Quantum<'_>,
    ) -> Option<(Handle, News)> {
        let samples = (cx.fixed.rate / 100) as usize;
        let (all, rest) = self.pcm.split_at_mut_checked(places * samples).unwrap_or_default();
        let said = rest.get_mut(..samples).unwrap_or_default();
        let heard = all.get(nth * samples..(nth + 1) * samples).unwrap_or_default();
        let (line, stream) = (self.lines.get_mut(index as usize)?, self.streams.get_mut(index as usize)?);
        line.served = number;
        let (handle, source) = (line.handle(index), line.source);
        let alone = !features::CONFERENCE || line.joined.is_none();
        said.fill(0);
        // on hold the far end hears its source, and neither the person here nor the other members
        let holding = line.is_to_hold();
        let music = line.music_now();
        match source {
            Source::Device if holding => {}
            _ if music.is_some() => {}
            Source::Device if alone => copy(lent.input, said),
            Source::Echo if alone => copy(heard, said),
            // in a conference the person is a member of his own, and nobody hears himself
            _ => {}
        }
        #[cfg(feature = "tones")]
        let (country, rate) = (self.tones.country(), cx.fixed.rate);
        // while the far end holds us nobody would hear it
        #[cfg(feature = "tones")]
        let waits = !stream.may_say() && line.laid.is_wanted();
        #[cfg(feature = "tones")]
        let toned;
        match music {
            // mute and volume are the source's
            Some(Music::Application) => {
                lent.patch.hold(CallId(handle), said);
                #[cfg(feature = "tones")]
                (toned = !waits && line.laid.mix(said, country, rate));
            }
            music => {
                lent.patch.say(CallId(handle), if music.is_some() { Source::Silence } else { source }, said);
                #[cfg(feature = "tones")]
                (toned = !waits && line.laid.mix(said, country, rate));
                // muting a member silences its source, not the others
                line.gain_in.apply(said);
            }
        }
        if features::CONFERENCE {
            match (alone, holding) {
                (true, _) => {}
                (false, false) => self.conferences.lay(index, said, heard),
                (false, true) => self.conferences.withhold(index),
            }
            self.conferences.smooth(index, said);
        }
        stream.send_quantum(lent.codecs, said, &mut self.memory.of(index));
        lent.patch.tap(CallId(handle), said, heard);
        if alone && line.clock() == Bus::Device {
            for (cell, sample) in lent.output.iter_mut().zip(heard) {
                *cell = cell.saturating_add(*sample);
            }
        }
        let sent = stream.take_digits_sent();
        #[cfg(feature = "info")]
        let info = stream.owes_info();
        #[cfg(feature = "info")]
        let out = stream.has_digit_out();
        #[cfg(not(feature = "info"))]
        let out = false;
        let digit = self.settle(cx, index) || out;
        let news = News {
            digit,
            sent,
            #[cfg(feature = "info")]
            info,
            #[cfg(feature = "tones")]
            toned,
            ..News::NOTHING
        };
        (!news.is_nothing()).then_some((handle, news))
    }

    /// A line may have another clock than before.
    pub(super) fn reclock(&mut self, call: Handle, before: Bus) {
        let Some(line) = self.line_mut(call) else { return };
        let (clock, running) = (line.clock(), line.media);
        #[cfg(feature = "tones")]
        let rings = line.ringback;
        if clock != before {
            line.served = 0;
        }
        if running {
            self.count(before, false);
            self.count(clock, true);
        }
        #[cfg(feature = "tones")]
        if rings && !running {
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

    /// Lines run by the device's clock, or a tone is for it.
    pub(in crate::phone) fn device_wanted(&self) -> bool {
        self.device_calls > 0 || self.tones.want_device(self.device_calls)
    }

    /// Changes the tones that the phone plays by itself.
    ///
    /// # Errors
    /// As [`crate::phone::Phone::set_tones`].
    pub(in crate::phone) fn set_tones(&mut self, change: &Change<'_>) -> Result<(), CommandError> {
        self.tones.change(change)
    }

    pub(in crate::phone) const fn tones_info(&self) -> TonesInfo {
        self.tones.info()
    }

    /// The tones for the person at this phone.
    pub(in crate::phone) const fn tones(&mut self) -> &mut super::Tones {
        &mut self.tones
    }

    /// A tone plays to the far end of a line, in place of one that does. True: one did.
    #[cfg(feature = "tones")]
    pub(in crate::phone) fn lay(&mut self, cx: &Context<'_>, call: Handle, (number, ms): (u8, u32)) -> bool {
        self.line_mut(call).is_some_and(|line| line.laid.begin(number, ms, cx.fixed.rate))
    }

    /// That tone ends. False: none plays.
    #[cfg(feature = "tones")]
    pub(in crate::phone) fn lift(&mut self, call: Handle) -> bool {
        self.line_mut(call).is_some_and(|line| line.laid.stop())
    }

    /// The number of the ring that the ring device is to play; `None`: it is to be silent.
    pub(in crate::phone) fn ring_wanted(&self) -> Option<u8> {
        self.tones.want_ring(self.device_calls)
    }

    /// A quantum of the ring device. False: it is silence, and nothing more comes.
    pub(in crate::phone) fn ring(&mut self, own: &[i16], out: &mut [i16]) -> bool {
        self.tones.ring(own, out, self.device_calls)
    }

    /// The device is wanted, or not any more, and the driver does not know it yet.
    pub(in crate::phone) fn device_wish(&mut self) -> Option<bool> {
        let wanted = self.device_wanted();
        (core::mem::replace(&mut self.device_on, wanted) != wanted).then_some(wanted)
    }
}
