//! The seats of conferences: rings of members, and the fades of who comes and goes.

use super::NOBODY;
use super::talker::Talker;
use crate::base::features;
use crate::base::slots::{Entry, Handle, Slots};
use crate::base::time::Instant;
use crate::media::gain::{Gain, Level, Ramp};
use crate::media::mix::{self, Own};
use crate::phone::Bus;
use crate::phone::capacity::Capacity;
#[cfg(feature = "tones")]
use crate::phone::context::done::Link;
use crate::phone::lender::Lender;
#[cfg(feature = "tones")]
use crate::phone::media::laid::Laid;

/// A conference.
#[derive(Clone, Debug)]
pub(in crate::phone::media) struct Conference {
    /// The application's own number.
    pub(super) tag: u64,
    /// One of its members; the others follow in a ring.
    pub(super) first: u32,
    /// The person at the device is a member.
    pub(super) person: bool,
    /// Sounds that ended with the last quantum stood so high.
    pub(super) step: i32,
    pub(super) talker: Talker,
    /// The tone that all members hear, and the commands that play one.
    #[cfg(feature = "tones")]
    pub(super) laid: Laid,
    #[cfg(feature = "tones")]
    pub(super) commands: Link,
}

impl Conference {
    pub(super) const EMPTY: Self = Self {
        tag: 0,
        first: NOBODY,
        person: false,
        step: 0,
        talker: Talker::EMPTY,
        #[cfg(feature = "tones")]
        laid: Laid::EMPTY,
        #[cfg(feature = "tones")]
        commands: Link::NONE,
    };

    pub(super) const fn clock(&self) -> Bus {
        if self.person { Bus::Device } else { Bus::Own }
    }
}

/// The seat of a call, or of the person, in the conference that it is in.
#[derive(Clone, Debug)]
pub(in crate::phone::media) struct Seat {
    pub(super) conference: Handle,
    /// The conference that the application was told of.
    pub(super) told: Handle,
    pub(super) changed: Instant,
    /// The members before and behind it, in a ring.
    pub(super) next: u32,
    pub(super) previous: u32,
    /// Its loudness for the others; mute is silent.
    pub(super) given: Gain,
    /// The loudness of the others for it; mute is deaf.
    pub(super) taken: Gain,
    /// The gain of its sound in this quantum's sum.
    pub(super) ramp: Ramp,
    /// The last samples that it gave and took: where it leaves, steps of that height.
    pub(super) last_given: i16,
    pub(super) last_taken: i16,
    /// The height of the step that it is to hear led to zero.
    pub(super) step: i16,
}

impl Seat {
    pub(super) const EMPTY: Self = Self {
        conference: Handle::NONE,
        told: Handle::NONE,
        changed: Instant::ZERO,
        next: NOBODY,
        previous: NOBODY,
        given: Gain::RISING,
        taken: Gain::RISING,
        ramp: Ramp::SILENT,
        last_given: 0,
        last_taken: 0,
        step: 0,
    };
}

/// Conferences, and the seats in them.
pub(in crate::phone::media) struct Conferences<'a> {
    pub(super) slots: Slots<'a, Conference>,
    /// By call slot; the last is the person's. None where there are no conferences.
    pub(super) seats: &'a mut [Seat],
    /// The sum of a quantum.
    pub(super) sum: &'a mut [i32],
    pub(super) person: Gain,
    pub(super) person_level: Level,
}

impl<'a> Conferences<'a> {
    pub(in crate::phone::media) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        if !features::CONFERENCE {
            return Self::over(&mut [], &mut [], &mut []);
        }
        let count = capacity.conferences();
        let (seats, sum) = if count == 0 { (0, 0) } else { (capacity.calls as usize + 1, capacity.quantum as usize) };
        let slots = lender.lend(count, Entry::free());
        Self::over(slots, lender.lend(seats, Seat::EMPTY), lender.zeroed(sum))
    }

    fn over(slots: &'a mut [Entry<Conference>], seats: &'a mut [Seat], sum: &'a mut [i32]) -> Self {
        Self { slots: Slots::new(slots), seats, sum, person: Gain::EMPTY, person_level: Level::EMPTY }
    }

    pub(in crate::phone::media) fn mark(&mut self, mark: u8) {
        self.slots.mark(mark);
    }

    /// The seat of the person.
    pub(super) fn person_seat(&self) -> u32 {
        (self.seats.len() as u32).wrapping_sub(1)
    }

    pub(super) fn seat(&self, index: u32) -> Option<&Seat> {
        self.seats.get(index as usize)
    }

    pub(super) fn seat_mut(&mut self, index: u32) -> Option<&mut Seat> {
        self.seats.get_mut(index as usize)
    }

    /// The members of a conference, from one of them on.
    pub(super) fn members(&self, conference: Handle) -> impl Iterator<Item = u32> {
        let first = self.slots.get(conference).map_or(NOBODY, |conference| conference.first);
        let mut at = first;
        core::iter::from_fn(move || {
            let index = at;
            at = self.seat(index)?.next;
            if at == first {
                at = NOBODY;
            }
            Some(index)
        })
    }

    /// Puts a seat in a conference's ring.
    pub(super) fn link(&mut self, index: u32, conference: Handle) {
        let Some(room) = self.slots.get_mut(conference) else { return };
        let first = room.first;
        let (next, previous) = match self.seats.get_mut(first as usize) {
            Some(seat) => (first, core::mem::replace(&mut seat.previous, index)),
            None => {
                room.first = index;
                (index, index)
            }
        };
        if let Some(before) = self.seat_mut(previous) {
            before.next = index;
        }
        if let Some(seat) = self.seat_mut(index) {
            let Seat { told, step, .. } = *seat;
            *seat = Seat { conference, told, step, next, previous, ..Seat::EMPTY };
        }
    }

    /// Takes a seat out of its ring; its sound goes on for one quantum, as the end of a step. Returned is its
    /// conference, none where it had none.
    pub(super) fn unlink(&mut self, index: u32) -> Handle {
        let Some(seat) = self.seat_mut(index) else { return Handle::NONE };
        let Seat { conference, told, next, previous, last_given, last_taken, .. } = *seat;
        if conference.is_none() {
            return conference;
        }
        *seat = Seat { told, step: last_taken, ..Seat::EMPTY };
        if let Some(before) = self.seat_mut(previous).filter(|_| previous != index) {
            before.next = next;
        }
        if let Some(behind) = self.seat_mut(next).filter(|_| next != index) {
            behind.previous = previous;
        }
        if let Some(room) = self.slots.get_mut(conference) {
            if room.first == index {
                room.first = if next == index { NOBODY } else { next };
            }
            room.step = room.step.saturating_add(last_given.into());
        }
        conference
    }

    /// Nothing is heard of a member, which stays: where its sound ended is led to zero, and it fades in again.
    pub(super) fn silence(&mut self, index: u32) {
        let Some(seat) = self.seats.get_mut(index as usize) else { return };
        seat.ramp = Ramp::SILENT;
        seat.given.fade_in();
        let last = core::mem::take(&mut seat.last_given);
        if let Some(room) = self.slots.get_mut(seat.conference) {
            room.step = room.step.saturating_add(last.into());
        }
    }

    /// A member is not sent the others' sound: likewise.
    pub(in crate::phone::media) fn withhold(&mut self, index: u32) {
        let Some(seat) = self.seats.get_mut(index as usize) else { return };
        seat.taken.fade_in();
        seat.step = seat.step.saturating_add(core::mem::take(&mut seat.last_taken));
    }

    /// A line sends: the step that its leaving made is led to zero.
    pub(in crate::phone::media) fn smooth(&mut self, index: u32, said: &mut [i16]) {
        let Some(seat) = self.seats.get_mut(index as usize).filter(|seat| seat.step != 0) else { return };
        let (step, count) = (i32::from(core::mem::take(&mut seat.step)), said.len().max(1) as i32);
        for (nth, sample) in said.iter_mut().enumerate() {
            *sample = sample.saturating_add((step * (count - 1 - nth as i32) / count) as i16);
        }
    }

    /// A member is sent the others' sound over its own source's. `heard`: its own sound.
    pub(in crate::phone::media) fn lay(&mut self, index: u32, said: &mut [i16], heard: &[i16]) {
        let Some(seat) = self.seats.get_mut(index as usize) else { return };
        let own = Own { pcm: heard, gain: seat.ramp };
        seat.last_taken = mix::lay(said, self.sum, own, seat.taken.step());
    }
}
