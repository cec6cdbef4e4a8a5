//! Conferences: their members, and the one sum of 10 ms that each of them hears without its own sound.
//!
//! A member is a call, by its slot, or the person at the device, who has the seat behind all calls. A conference of
//! calls alone ticks by the timer; with the person in it, by the device's clock.

use super::Media;
use super::bus::Quantum;
use crate::base::features;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::media::gain::Ramp;
use crate::media::mix::{self, Own};
use crate::phone::context::Context;
#[cfg(feature = "tones")]
use crate::phone::context::done::{Command, Ended};
#[cfg(feature = "tones")]
use crate::phone::event::Op;
use crate::phone::object::Object;
use crate::phone::{CallId, ConferenceId, Member, MemberChange, MemberInfo};
#[cfg(feature = "tones")]
use crate::phone::{Cause, CommandError};
use seats::{Conference, Seat};

pub(super) use seats::Conferences;

mod seats;
mod talker;

/// No seat.
const NOBODY: u32 = u32::MAX;

impl Media<'_> {
    /// The capacity has conferences.
    pub(in crate::phone) fn can_confer(&self) -> bool {
        self.conferences.slots.capacity() > 0
    }

    /// A new conference. `None`: there are as many as there may be.
    pub(in crate::phone) fn conference_create(&mut self, tag: u64) -> Option<Handle> {
        self.conferences.slots.insert(Conference { tag, ..Conference::EMPTY })
    }

    pub(in crate::phone) fn has_conference(&self, conference: Handle) -> bool {
        self.conferences.slots.get(conference).is_some()
    }

    pub(in crate::phone) fn conference_set_tag(&mut self, conference: Handle, tag: u64) {
        if let Some(room) = self.conferences.slots.get_mut(conference) {
            room.tag = tag;
        }
    }

    /// Its tag; 0 for one that is gone.
    pub(in crate::phone) fn conference_tag(&self, conference: Handle) -> u64 {
        self.conferences.slots.get(conference).map_or(0, |room| room.tag)
    }

    pub(in crate::phone) fn conferences(&self) -> impl Iterator<Item = Handle> {
        self.conferences.slots.iter().map(|(handle, _)| handle)
    }

    /// All members leave, and the slot is free.
    pub(in crate::phone) fn conference_release(&mut self, cx: &mut Context<'_>, conference: Handle) {
        while let Some(room) = self.conferences.slots.get(conference)
            && room.first != NOBODY
        {
            self.leave(cx, room.first);
        }
        #[cfg(feature = "tones")]
        if let Some(room) = self.conferences.slots.get(conference) {
            cx.orphan_commands(room.commands);
        }
        self.conferences.slots.remove(conference);
    }

    /// A tone plays to all members, in place of one that does.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Full`]: its end could not be kept.
    #[cfg(feature = "tones")]
    pub(in crate::phone) fn lay_on_all(
        &mut self,
        cx: &mut Context<'_>,
        conference: Handle,
        (number, ms): (u8, u32),
        token: u64,
    ) -> Result<(), CommandError> {
        // it has no clock without a call, and would wait for ever
        if self.conferences.slots.get(conference).is_some() && !self.has_calls(conference) {
            return Err(CommandError::State);
        }
        let room = self.conferences.slots.get_mut(conference).ok_or(CommandError::Stale)?;
        let first = room.commands;
        cx.begin(&mut room.commands, conference, Op::ConferenceTone, token)?;
        if room.laid.begin(number, ms, cx.fixed.rate) {
            let ended = Ended { result: Cause::Cancelled, sip_code: 0 };
            if cx.end(first, Op::ConferenceTone, 1, ended) {
                cx.tell(Object::Conference(conference.index));
            }
        }
        Ok(())
    }

    /// A call is a member.
    #[cfg(feature = "tones")]
    fn has_calls(&self, conference: Handle) -> bool {
        let person = self.conferences.person_seat();
        self.conferences.members(conference).any(|seat| seat != person)
    }

    /// The last call has left: the tone is over, and does not fade into what comes later.
    #[cfg(feature = "tones")]
    fn hush(&mut self, cx: &mut Context<'_>, conference: Handle) {
        if !self.has_calls(conference) {
            self.lift_from_all(cx, conference);
            if let Some(room) = self.conferences.slots.get_mut(conference) {
                room.laid = super::laid::Laid::EMPTY;
            }
        }
    }

    /// That tone ends. False: none plays.
    #[cfg(feature = "tones")]
    pub(in crate::phone) fn lift_from_all(&mut self, cx: &mut Context<'_>, conference: Handle) -> bool {
        let Some(room) = self.conferences.slots.get_mut(conference) else { return false };
        let played = room.laid.stop();
        if played && cx.end(room.commands, Op::ConferenceTone, 1, Ended { result: Cause::Cancelled, sip_code: 0 }) {
            cx.tell(Object::Conference(conference.index));
        }
        played
    }

    /// The next end of a tone of a conference that is to be told.
    #[cfg(feature = "tones")]
    pub(in crate::phone) fn poll_toned(&mut self, cx: &mut Context<'_>, index: u32) -> Option<(Command, Handle, u64)> {
        let handle = self.conferences.slots.handle_at(index)?;
        let room = self.conferences.slots.get_mut(handle)?;
        Some((cx.poll_done(&mut room.commands)?, handle, room.tag))
    }

    /// The seat of a member; `None`: there is no such call.
    fn seat_of(&self, member: Member) -> Option<u32> {
        match member {
            Member::Person => Some(self.conferences.person_seat()),
            Member::Call(call) => self.line(call.0).map(|_| call.0.index),
        }
    }

    fn member_at(&self, seat: u32) -> Option<Member> {
        if seat == self.conferences.person_seat() {
            return Some(Member::Person);
        }
        self.line_at(seat).map(|line| Member::Call(CallId(line.handle(seat))))
    }

    /// The members of a conference.
    pub(in crate::phone) fn members(&self, conference: Handle) -> impl Iterator<Item = Member> {
        self.conferences.members(conference).filter_map(|seat| self.member_at(seat))
    }

    /// The conference that a member is in, or none.
    pub(in crate::phone) fn conference_of(&self, member: Member) -> Handle {
        if !features::CONFERENCE {
            return Handle::NONE;
        }
        let seat = self.seat_of(member).and_then(|seat| self.conferences.seat(seat));
        seat.map_or(Handle::NONE, |seat| seat.conference)
    }

    /// A member joins, and leaves the conference that it is in.
    pub(in crate::phone) fn join(&mut self, cx: &mut Context<'_>, conference: Handle, member: Member) {
        let Some(seat) = self.seat_of(member) else { return };
        if self.conference_of(member) == conference {
            return;
        }
        self.leave(cx, seat);
        self.conferences.link(seat, conference);
        self.changed(cx, seat, conference);
        let clock = self.conferences.slots.get(conference).map(Conference::clock);
        if member == Member::Person {
            self.take_the_person(conference, true);
        } else if let Some(line) = self.lines.get_mut(seat as usize) {
            let before = line.clock();
            line.joined = clock;
            let call = line.handle(seat);
            self.reclock(call, before);
        }
    }

    /// The same, by its name.
    pub(in crate::phone) fn remove(&mut self, cx: &mut Context<'_>, member: Member) {
        if let Some(seat) = self.seat_of(member) {
            self.leave(cx, seat);
        }
    }

    /// A member is in no conference any more.
    pub(in crate::phone) fn leave(&mut self, cx: &mut Context<'_>, seat: u32) {
        let conference = self.conferences.unlink(seat);
        if conference.is_none() {
            return;
        }
        if self.conferences.slots.get_mut(conference).is_some_and(|room| room.talker.leaves(cx.latest, seat)) {
            cx.tell(Object::Conference(conference.index));
        }
        #[cfg(feature = "tones")]
        self.hush(cx, conference);
        self.changed(cx, seat, conference);
        if seat == self.conferences.person_seat() {
            self.take_the_person(conference, false);
        } else if let Some(line) = self.lines.get_mut(seat as usize) {
            let before = line.clock();
            line.joined = None;
            let call = line.handle(seat);
            self.reclock(call, before);
        }
    }

    /// The slot of a call is free: nothing is told.
    pub(super) fn vacate(&mut self, call: Handle) {
        if !features::CONFERENCE {
            return;
        }
        self.conferences.unlink(call.index);
        if let Some(seat) = self.conferences.seat_mut(call.index) {
            *seat = Seat::EMPTY;
        }
    }

    /// A seat has another conference, which is to be told.
    fn changed(&mut self, cx: &mut Context<'_>, seat: u32, conference: Handle) {
        let person = seat == self.conferences.person_seat();
        if let Some(seat) = self.conferences.seat_mut(seat) {
            seat.changed = cx.latest;
        }
        cx.tell(if person { Object::Conference(conference.index) } else { Object::Call(seat) });
    }

    /// The person comes or goes, and with him the clock of all members.
    fn take_the_person(&mut self, conference: Handle, comes: bool) {
        let Some(room) = self.conferences.slots.get_mut(conference) else { return };
        room.person = comes;
        let (clock, first) = (room.clock(), room.first);
        let mut at = first;
        while let Some(seat) = self.conferences.seat(at) {
            let next = seat.next;
            if let Some(line) = self.lines.get_mut(at as usize) {
                let before = line.clock();
                line.joined = Some(clock);
                let call = line.handle(at);
                self.reclock(call, before);
            }
            at = if next == first { NOBODY } else { next };
        }
    }

    /// Changes a member's part.
    pub(in crate::phone) fn member_change(&mut self, member: Member, change: &MemberChange) {
        let seat = self.seat_of(member).and_then(|seat| self.conferences.seat_mut(seat));
        let Some(seat) = seat else { return };
        if let Some(silent) = change.silent {
            seat.given.mute(silent);
        }
        if let Some(deaf) = change.deaf {
            seat.taken.mute(deaf);
        }
        if let Some(percent) = change.gain_percent {
            seat.given.set(percent);
        }
    }

    /// A member's part, and its level.
    pub(in crate::phone) fn member_info(&self, member: Member) -> Option<MemberInfo> {
        let index = self.seat_of(member)?;
        let seat = self.conferences.seat(index)?;
        let level = self.level_at(index);
        let silent = seat.given.muted();
        Some(MemberInfo {
            silent,
            deaf: seat.taken.muted(),
            gain_percent: seat.given.percent(),
            level,
            talking: talker::is_voice(level) && !silent,
        })
    }

    /// The peak of the last 100 ms of a member's sound.
    fn level_at(&self, seat: u32) -> u16 {
        if seat == self.conferences.person_seat() {
            return self.conferences.person_level.peak();
        }
        let running = self.line_at(seat).is_some_and(super::line::Line::is_running);
        self.streams.get(seat as usize).filter(|_| running).map_or(0, crate::media::Stream::level_out)
    }

    /// A call left a conference, and the application was not told.
    pub(in crate::phone) fn poll_left(&mut self, seat: u32) -> Option<(Instant, ConferenceId)> {
        let seat = self.conferences.seat_mut(seat).filter(|seat| seat.told != seat.conference)?;
        let told = core::mem::replace(&mut seat.told, Handle::NONE);
        (!told.is_none()).then_some((seat.changed, ConferenceId(told)))
    }

    /// A call joined a conference, and the application was not told.
    pub(in crate::phone) fn poll_joined(&mut self, seat: u32) -> Option<(Instant, ConferenceId)> {
        let seat = self.conferences.seat_mut(seat).filter(|seat| seat.told != seat.conference)?;
        seat.told = seat.conference;
        (!seat.told.is_none()).then_some((seat.changed, ConferenceId(seat.told)))
    }

    /// The person's seat, if its news are this conference's.
    pub(in crate::phone) fn person_of(&self, index: u32) -> Option<u32> {
        let seat = self.conferences.person_seat();
        let person = self.conferences.seat(seat)?;
        let news = if person.told.is_none() { person.conference } else { person.told };
        (news.index == index).then_some(seat)
    }

    /// Another member talks in a conference, and the application was not told.
    pub(in crate::phone) fn poll_talker(&mut self, index: u32) -> Option<(Instant, ConferenceId, Option<Member>)> {
        let handle = self.conferences.slots.handle_at(index)?;
        let (at, talker) = self.conferences.slots.get_mut(handle)?.talker.poll()?;
        Some((at, ConferenceId(handle), talker.and_then(|seat| self.member_at(seat))))
    }

    /// The next member of a line's conference whose stream runs and was not served in this quantum; itself, if there is
    /// no other.
    pub(super) fn next_unserved(&self, index: u32, number: u8) -> u32 {
        let mut at = index;
        while let Some(seat) = self.conferences.seat(at) {
            at = seat.next;
            if at == index || self.lines.get(at as usize).is_some_and(|line| line.media && line.served != number) {
                return at;
            }
        }
        index
    }

    /// The first pass of a conference, from one of its members on: the sound of each for 10 ms, one behind the other,
    /// and the sum of them. A member that was served alone in this quantum, and joined since, waits for the next.
    /// Returned is how many calls there are.
    pub(super) fn hear_conference(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        number: u8,
        first: u32,
        lent: &mut Quantum<'_>,
    ) -> usize {
        let samples = (cx.fixed.rate / 100) as usize;
        self.conferences.sum.fill(0);
        let (mut at, mut members) = (first, 0);
        loop {
            self.hear(cx, now, at, members, lent);
            if self.is_silenced(at) {
                self.conferences.silence(at);
            } else {
                let heard = self.pcm.get(members * samples..(members + 1) * samples).unwrap_or_default();
                let Conferences { sum, seats, .. } = &mut self.conferences;
                if let (Some(sum), Some(seat)) = (sum.get_mut(..samples), seats.get_mut(at as usize)) {
                    seat.ramp = seat.given.step();
                    seat.last_given = mix::add(sum, heard, seat.ramp);
                }
            }
            members += 1;
            at = self.next_unserved(at, number);
            if at == first || members >= self.lines.len() {
                break;
            }
        }
        self.hear_person(cx, samples, first, members, lent);
        self.judge(cx, now, first);
        members
    }

    /// Nothing is to be heard of a member: its far end is on hold, or holds us without music.
    fn is_silenced(&self, seat: u32) -> bool {
        let holding = self.lines.get(seat as usize).is_some_and(super::line::Line::is_to_hold);
        holding || self.streams.get(seat as usize).is_some_and(|stream| !stream.may_hear())
    }

    /// The person's sound and the application's join the sum, and the whole of it is given out.
    fn hear_person(
        &mut self,
        cx: &mut Context<'_>,
        samples: usize,
        member: u32,
        members: usize,
        lent: &mut Quantum<'_>,
    ) {
        let Some(conference) = self.conferences.seat(member).map(|seat| seat.conference) else { return };
        let person_seat = self.conferences.person_seat();
        let Conferences { sum, seats, slots, person, person_level } = &mut self.conferences;
        let rest = self.pcm.get_mut(members * samples..).unwrap_or_default();
        let (Some(sum), Some((spoken, rest))) = (sum.get_mut(..samples), rest.split_at_mut_checked(samples)) else {
            return;
        };
        let Some((announced, rest)) = rest.split_at_mut_checked(samples) else { return };
        let (Some(room), Some(whole)) = (slots.get_mut(conference), rest.get_mut(..samples)) else { return };
        mix::smooth(sum, core::mem::take(&mut room.step));
        let seat = seats.get_mut(person_seat as usize).filter(|_| room.person);
        let mut own = None;
        if let Some(seat) = seat {
            spoken.fill(0);
            spoken.iter_mut().zip(lent.input).for_each(|(cell, sample)| *cell = *sample);
            person.mute(self.muted);
            person.set(self.volume_in);
            person.apply(spoken);
            person_level.feed(spoken);
            seat.ramp = seat.given.step();
            seat.last_given = mix::add(sum, spoken, seat.ramp);
            own = Some((&*spoken, seat.ramp, seat.taken.step()));
        }
        announced.fill(0);
        lent.patch.say_all(ConferenceId(conference), announced);
        #[cfg(feature = "tones")]
        if room.laid.mix(announced, self.tones.country(), cx.fixed.rate)
            && cx.end(room.commands, Op::ConferenceTone, 1, Ended::DONE)
        {
            cx.tell(Object::Conference(conference.index));
        }
        #[cfg(not(feature = "tones"))]
        let _ = cx;
        mix::whole(sum, whole);
        lent.patch.tap_all(ConferenceId(conference), announced, whole);
        mix::add(sum, announced, Ramp::ONE);
        if let Some((pcm, gain, taken)) = own {
            mix::lay(lent.output, sum, Own { pcm, gain }, taken);
        }
    }
}
