//! The member that talks: the loudest of those that are loud enough, when it has been for a while.

use super::NOBODY;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::context::Context;
use crate::phone::media::Media;
use crate::phone::object::Object;

/// The peak of a voice, of 32,767: 40 dB below full scale. A quiet room is 20 dB below that.
const VOICE: u16 = 328;
/// Quanta between two looks at all levels, which are peaks of 100 ms.
const LOOK: u8 = 10;
/// Looks in a row that make another member the talker: a cough is over by then.
const CHANGES: u8 = 3;
/// Looks without a voice after which nobody talks: longer than the pauses between words.
const FALLS_SILENT: u8 = 10;

/// It is loud enough for a voice.
pub(super) const fn is_voice(level: u16) -> bool {
    level > VOICE
}

/// The talker of a conference, and the one that may be it next.
#[derive(Clone, Debug)]
pub(super) struct Talker {
    now: u32,
    next: u32,
    /// Looks in a row that found `next`.
    looks: u8,
    quanta: u8,
    /// The application is to be told.
    news: bool,
    at: Instant,
}

impl Talker {
    pub(super) const EMPTY: Self =
        Self { now: NOBODY, next: NOBODY, looks: 0, quanta: 0, news: false, at: Instant::ZERO };

    /// A quantum passes. True: the levels are to be looked at.
    fn tick(&mut self) -> bool {
        self.quanta = (self.quanta + 1) % LOOK;
        self.quanta == 0
    }

    /// The loudest voice of 100 ms. True: the talker is another one.
    fn look(&mut self, now: Instant, loudest: u32) -> bool {
        if loudest == self.now {
            self.next = loudest;
            self.looks = 0;
            return false;
        }
        self.looks = if loudest == self.next { self.looks.saturating_add(1) } else { 1 };
        self.next = loudest;
        let wanted = match (self.now, loudest) {
            (NOBODY, _) => 1, // the first word counts
            (_, NOBODY) => FALLS_SILENT,
            _ => CHANGES,
        };
        self.looks >= wanted && self.becomes(now, loudest)
    }

    fn becomes(&mut self, now: Instant, seat: u32) -> bool {
        (self.now, self.looks, self.news, self.at) = (seat, 0, true, now);
        true
    }

    /// A member leaves. True: it was the talker.
    pub(super) fn leaves(&mut self, now: Instant, seat: u32) -> bool {
        if self.next == seat {
            (self.next, self.looks) = (NOBODY, 0);
        }
        self.now == seat && self.becomes(now, NOBODY)
    }

    /// The talker, if the application was not told.
    pub(super) fn poll(&mut self) -> Option<(Instant, Option<u32>)> {
        core::mem::take(&mut self.news).then_some((self.at, (self.now != NOBODY).then_some(self.now)))
    }
}

impl Media<'_> {
    /// Finds out who talks in the conference of a member.
    pub(super) fn judge(&mut self, cx: &mut Context<'_>, now: Instant, member: u32) {
        let conference = self.conferences.seat(member).map_or(Handle::NONE, |seat| seat.conference);
        if !self.conferences.slots.get_mut(conference).is_some_and(|room| room.talker.tick()) {
            return;
        }
        let audible = |seat: &u32| self.conferences.seat(*seat).is_some_and(|seat| !seat.given.muted());
        let members = self.conferences.members(conference).filter(audible).map(|seat| (self.level_at(seat), seat));
        let (level, seat) = members.max_by_key(|(level, _)| *level).unwrap_or((0, NOBODY));
        let loudest = if is_voice(level) { seat } else { NOBODY };
        if self.conferences.slots.get_mut(conference).is_some_and(|room| room.talker.look(now, loudest)) {
            cx.tell(Object::Conference(conference.index));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_counts_a_cough_does_not_and_a_pause_ends_nothing() {
        let now = Instant::from_millis(1);
        let mut talker = Talker::EMPTY;
        assert!(!talker.look(now, NOBODY) && talker.poll().is_none());
        assert!(talker.look(now, 3));
        assert_eq!(talker.poll(), Some((now, Some(3))));
        assert_eq!(talker.poll(), None, "it is told once");
        assert!(!talker.look(now, 5) && !talker.look(now, 5) && !talker.look(now, 3), "a cough");
        assert!(!talker.look(now, 5) && !talker.look(now, 5) && talker.look(now, 5));
        for _ in 1..FALLS_SILENT {
            assert!(!talker.look(now, NOBODY), "a pause");
        }
        assert!(talker.look(now, NOBODY));
        assert_eq!(talker.poll(), Some((now, None)));
        assert!(talker.look(now, 7) && !talker.leaves(now, 6) && talker.leaves(now, 7));
        assert_eq!(talker.poll(), Some((now, None)));
        assert_eq!((0..25).filter(|_| talker.tick()).count(), 2);
    }
}
