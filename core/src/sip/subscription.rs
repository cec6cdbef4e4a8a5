//! A subscription of ours (RFC 6665 §4.1): the step that follows from a response, a notification, or the time that has
//! passed.

use super::backoff;
use super::timer::T1_64;
use crate::base::limits::RETRY_AFTER_LONGEST;
use crate::base::rng::Rng;
use crate::base::time::{Duration, Instant};
use crate::wire::sip::Params;

/// The stage of a subscription.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Stage {
    /// Nothing was accepted yet.
    #[default]
    Asking,
    /// The far end has to ask somebody first.
    Pending,
    /// Notifications tell each change.
    Active,
    /// It ended or failed, and is tried again.
    Resting,
    /// It has ended.
    Over,
}

/// The reason of a subscription's end, as a notification gives it (rfc6665#4.1.3).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reason {
    /// None, or one that is not known.
    #[default]
    Other,
    /// Subscribe anew at once, elsewhere perhaps.
    Deactivated,
    /// Subscribe anew later.
    Probation,
    /// The far end's policy: not again.
    Rejected,
    /// It was not refreshed in time.
    Timeout,
    /// The far end could not find out whether it may.
    GiveUp,
    /// The watched thing is gone: not again.
    NoResource,
    /// The state that was told last stays true for ever.
    Invariant,
}

/// The state that a notification says (rfc6665#8.2.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Said {
    /// It waits for somebody's consent. With the seconds left, where they are given.
    Pending(Option<u32>),
    /// It runs. With the seconds left, where they are given.
    Active(Option<u32>),
    /// It has ended. With the seconds until the next try is welcome.
    Terminated(Reason, Option<u32>),
}

impl Said {
    /// Reads a Subscription-State. `None`: it cannot be read. A state that is not known is taken as active, for
    /// notifications come.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
        let (state, params) = value.split_at_checked(end)?;
        let params = Params::new(params);
        let seconds = |name: &[u8]| {
            params.get(name).and_then(|text| core::str::from_utf8(text).ok()).and_then(|text| text.parse().ok())
        };
        let state = state.trim_ascii();
        if state.eq_ignore_ascii_case(b"terminated") {
            let reason = params.get(b"reason").map_or(Reason::Other, Reason::named);
            return Some(Self::Terminated(reason, seconds(b"retry-after")));
        }
        if state.eq_ignore_ascii_case(b"pending") {
            return Some(Self::Pending(seconds(b"expires")));
        }
        (!state.is_empty()).then(|| Self::Active(seconds(b"expires")))
    }
}

impl Reason {
    fn named(text: &[u8]) -> Self {
        let names = [
            ("deactivated", Self::Deactivated),
            ("probation", Self::Probation),
            ("rejected", Self::Rejected),
            ("timeout", Self::Timeout),
            ("giveup", Self::GiveUp),
            ("noresource", Self::NoResource),
            ("invariant", Self::Invariant),
        ];
        let known = names.into_iter().find(|(name, _)| text.eq_ignore_ascii_case(name.as_bytes()));
        known.map_or(Self::Other, |(_, reason)| reason)
    }
}

/// The step that follows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Step {
    /// None.
    Nothing,
    /// A SUBSCRIBE in the dialog that there is.
    Refresh,
    /// A SUBSCRIBE in a dialog of its own: that one is gone.
    Anew,
    /// It rests, with an event: another try follows at its deadline.
    Rest,
    /// It has ended for good.
    End,
}

/// A subscription. A time that has not been set is [`Instant::NEVER`].
#[derive(Clone, Copy, Debug)]
pub struct Subscription {
    stage: Stage,
    /// Seconds that are asked for; 0: the state is fetched once.
    wanted: u32,
    /// It is to end.
    leaving: bool,
    failures: u8,
    /// The end of the time that was granted.
    ends: Instant,
    /// The next SUBSCRIBE.
    next: Instant,
    /// No notification by this time: the far end is not there (rfc6665#4.1.2.4, timer N).
    unheard: Instant,
}

impl Subscription {
    /// One of so many seconds; 0: the state is fetched once (rfc6665#4.4.3).
    #[must_use]
    pub const fn new(wanted: u32) -> Self {
        Self {
            stage: Stage::Asking,
            wanted,
            leaving: false,
            failures: 0,
            ends: Instant::NEVER,
            next: Instant::NEVER,
            unheard: Instant::NEVER,
        }
    }

    /// Its stage.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// It is to end: its application has taken it back.
    #[must_use]
    pub const fn is_leaving(&self) -> bool {
        self.leaving
    }

    /// The end of the time that was granted; [`Instant::NEVER`]: there is none.
    #[must_use]
    pub const fn ends(&self) -> Instant {
        self.ends
    }

    /// Its next deadline.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.next.min(self.unheard).min(self.ends)
    }

    /// A SUBSCRIBE leaves. Gives its Expires.
    pub fn ask(&mut self, now: Instant) -> u32 {
        self.next = Instant::NEVER;
        self.unheard = now + T1_64;
        if self.leaving { 0 } else { self.wanted }
    }

    /// It found no slot, and is to leave a moment later.
    pub fn ask_at(&mut self, at: Instant) {
        self.next = at;
    }

    /// A 2xx came, with the seconds that it grants, where it names them.
    pub fn accepted(&mut self, now: Instant, granted: Option<u32>) {
        self.failures = 0;
        let asked = if self.leaving { 0 } else { self.wanted };
        self.last(now, granted.unwrap_or(asked).min(asked));
    }

    /// So many seconds are left.
    fn last(&mut self, now: Instant, seconds: u32) {
        if seconds == 0 || self.leaving || self.wanted == 0 {
            // a last notification is to come
            (self.ends, self.next) = (Instant::NEVER, Instant::NEVER);
            return;
        }
        self.ends = now + Duration::from_secs(seconds.into());
        self.next = now + backoff::refresh_after(seconds);
    }

    /// A notification came.
    pub fn notified(&mut self, now: Instant, said: Said, rng: &mut Rng) -> Step {
        self.unheard = Instant::NEVER;
        let (stage, left) = match said {
            Said::Pending(left) => (Stage::Pending, left),
            Said::Active(left) => (Stage::Active, left),
            Said::Terminated(reason, after) => return self.terminated(now, reason, after, rng),
        };
        self.stage = stage;
        self.failures = 0;
        if self.leaving || self.wanted == 0 {
            // rfc6665#4.4.3: one that fetches has what it wanted, though the far end does not say that it has ended
            return if self.leaving || stage == Stage::Active { self.end() } else { Step::Nothing };
        }
        if let Some(left) = left {
            self.last(now, left);
        }
        Step::Nothing
    }

    /// rfc6665#4.1.3: the reason says whether, and when, it is welcome again.
    fn terminated(&mut self, now: Instant, reason: Reason, after: Option<u32>, rng: &mut Rng) -> Step {
        if self.leaving || self.wanted == 0 {
            return self.end();
        }
        match reason {
            Reason::Rejected | Reason::NoResource | Reason::Invariant => self.end(),
            Reason::Deactivated | Reason::Timeout => {
                // at once, but not again and again
                if self.failures == 0 { self.anew(now, Duration::ZERO) } else { self.rest(now, None, rng) }
            }
            Reason::Probation | Reason::GiveUp | Reason::Other => self.rest(now, after, rng),
        }
    }

    /// A SUBSCRIBE was refused. `within`: in its dialog.
    pub fn refused(&mut self, now: Instant, status: u16, after: Option<u32>, within: bool, rng: &mut Rng) -> Step {
        self.unheard = Instant::NEVER;
        if self.leaving || self.wanted == 0 {
            return self.end();
        }
        match status {
            // rfc6665#4.1.2.2, rfc5057#5.1: that subscription is gone; another one may be had
            481 if within => self.anew(now, Duration::ZERO),
            // nothing that time mends
            403..=406 | 410 | 416 | 484 | 485 | 489 | 501 | 603 | 604 => self.end(),
            // rfc6665#4.1.2.2: what was granted lasts
            _ if within && self.ends > now && !matches!(status, 480..=485) => {
                self.failures = self.failures.saturating_add(1);
                self.next = now + wait(after, self.failures, rng);
                Step::Nothing
            }
            _ => self.rest(now, after, rng),
        }
    }

    /// 423: so many seconds are the least (rfc6665#4.1.2.1). False: that was tried, or is no more.
    pub fn lengthen(&mut self, least: u32) -> bool {
        if self.wanted == 0 || self.leaving || least <= self.wanted {
            return false;
        }
        self.wanted = least;
        true
    }

    /// A SUBSCRIBE had no response.
    pub fn silent(&mut self, now: Instant, rng: &mut Rng) -> Step {
        self.unheard = Instant::NEVER;
        if self.leaving || self.wanted == 0 { self.end() } else { self.rest(now, None, rng) }
    }

    /// It is to end.
    pub fn leave(&mut self) -> Step {
        if self.leaving {
            return Step::Nothing;
        }
        self.leaving = true;
        if matches!(self.stage, Stage::Pending | Stage::Active) || self.ends != Instant::NEVER {
            Step::Refresh
        } else {
            self.end()
        }
    }

    /// The host has other addresses: the far end is to learn ours.
    pub fn moved(&mut self) -> Step {
        let there = matches!(self.stage, Stage::Pending | Stage::Active);
        if there && !self.leaving { Step::Refresh } else { Step::Nothing }
    }

    /// A deadline may have passed.
    pub fn due(&mut self, now: Instant, rng: &mut Rng) -> Step {
        if self.unheard <= now {
            // timer N
            return self.silent(now, rng);
        }
        if self.ends <= now {
            self.ends = Instant::NEVER;
            return if self.failures == 0 { self.anew(now, Duration::ZERO) } else { self.rest(now, None, rng) };
        }
        if self.next > now {
            return Step::Nothing;
        }
        self.next = Instant::NEVER;
        match self.stage {
            Stage::Pending | Stage::Active => Step::Refresh,
            Stage::Asking | Stage::Resting => Step::Anew,
            Stage::Over => Step::Nothing,
        }
    }

    fn anew(&mut self, now: Instant, after: Duration) -> Step {
        self.failures = self.failures.saturating_add(1);
        self.stage = Stage::Resting;
        self.ends = Instant::NEVER;
        self.next = now + after;
        Step::Anew
    }

    fn rest(&mut self, now: Instant, after: Option<u32>, rng: &mut Rng) -> Step {
        self.failures = self.failures.saturating_add(1);
        self.stage = Stage::Resting;
        self.ends = Instant::NEVER;
        self.next = now + wait(after, self.failures, rng);
        Step::Rest
    }

    fn end(&mut self) -> Step {
        self.stage = Stage::Over;
        (self.ends, self.next, self.unheard) = (Instant::NEVER, Instant::NEVER, Instant::NEVER);
        Step::End
    }
}

/// The wait before another try: as long as the far end says, else as of registrations.
fn wait(after: Option<u32>, failures: u8, rng: &mut Rng) -> Duration {
    match after {
        Some(seconds) => Duration::from_secs(u64::from(seconds.min(RETRY_AFTER_LONGEST))),
        None => backoff::wait(failures.into(), rng),
    }
}

#[cfg(test)]
mod tests;
