//! A subscription of ours (RFC 6665 §4.1): the step that follows from a response, a notification, or the time that has
//! passed.

mod said;

pub use said::{Reason, Said};

use super::backoff;
use super::timer::T1_64;
use crate::base::limits::{
    INTERVAL_TRIES, RETRY_AFTER_LONGEST, RETRY_LONGEST, SUBSCRIPTION_LEAST, SUBSCRIPTION_LONGEST, SUBSCRIPTION_STEADY_S,
};
use crate::base::rng::Rng;
use crate::base::time::{Duration, Instant};

/// The least time between two SUBSCRIBEs of which the application knows nothing, where one follows another: half of the
/// shortest time that a subscription is kept to.
const SUBSCRIBE_LEAST: Duration = Duration::from_secs(SUBSCRIPTION_LEAST as u64 / 2);

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

/// A refusal of a SUBSCRIBE.
#[derive(Clone, Copy, Debug, Default)]
pub struct Refusal {
    /// Its status.
    pub status: u16,
    /// Seconds of its Retry-After, where it has one.
    pub after: Option<u32>,
    /// It came in the subscription's dialog: a refresh was refused.
    pub within: bool,
    /// Only the application can help: the credentials are not taken, or there are none.
    pub hopeless: bool,
}

/// A subscription. A time that has not been set is [`Instant::NEVER`].
#[derive(Clone, Copy, Debug)]
pub struct Subscription {
    stage: Stage,
    /// Seconds that are asked for; 0: the state is fetched once.
    wanted: u32,
    /// It is to end.
    leaving: bool,
    /// Our last SUBSCRIBE has its 2xx.
    accepted: bool,
    failures: u8,
    /// Refusals with 423 in a row.
    lengthened: u8,
    /// SUBSCRIBEs in a row that were to bring a whole document, and did not.
    gaps: u8,
    /// Our last SUBSCRIBE left.
    asked: Instant,
    /// A dialog was begun, or a refresh was refused: failures from here on are a row, until it has stood for a while.
    since: Instant,
    /// The latest end of what the last SUBSCRIBE asks for: what was said of it since may be sooner, never later.
    latest: Instant,
    /// The end of the time that was granted.
    ends: Instant,
    /// The next SUBSCRIBE.
    next: Instant,
    /// The SUBSCRIBE that is to bring a whole document.
    whole: Instant,
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
            accepted: false,
            failures: 0,
            lengthened: 0,
            gaps: 0,
            asked: Instant::ZERO,
            since: Instant::ZERO,
            latest: Instant::NEVER,
            ends: Instant::NEVER,
            next: Instant::NEVER,
            whole: Instant::NEVER,
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

    /// The time of the next SUBSCRIBE where the last one has no 2xx, or what that granted is over; [`Instant::NEVER`]: there
    /// is none, or it is under way.
    #[must_use]
    pub const fn retry(&self) -> Instant {
        if self.accepted { Instant::NEVER } else { self.next }
    }

    /// Its next deadline.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.next.min(self.whole).min(self.unheard).min(self.ends)
    }

    /// A SUBSCRIBE leaves. Gives its Expires.
    pub fn ask(&mut self, now: Instant) -> u32 {
        if matches!(self.stage, Stage::Asking | Stage::Resting) {
            self.since = now;
        }
        (self.asked, self.accepted) = (now, false);
        (self.next, self.whole) = (Instant::NEVER, Instant::NEVER);
        // timer N of one before it goes on, where that was not told of
        self.unheard = if self.leaving { now + T1_64 } else { self.unheard.min(now + T1_64) };
        let seconds = if self.leaving { 0 } else { self.wanted };
        self.latest = now + lasts(seconds);
        seconds
    }

    /// It found no slot, and is to leave a moment later.
    pub fn ask_at(&mut self, at: Instant) {
        self.next = at;
    }

    /// A 2xx came, with the seconds that it grants, where it names them.
    pub fn accepted(&mut self, now: Instant, granted: Option<u32>) {
        (self.accepted, self.lengthened) = (true, 0);
        self.last(now, granted.unwrap_or(u32::MAX));
    }

    /// So many seconds are left, and no more than the last SUBSCRIBE asks for: neither a 2xx nor a notification may
    /// lengthen it (rfc6665#4.2.1.1).
    fn last(&mut self, now: Instant, seconds: u32) {
        if self.leaving || self.wanted == 0 {
            // a last notification is to come
            (self.ends, self.next) = (Instant::NEVER, Instant::NEVER);
            return;
        }
        self.latest = self.latest.min(now + lasts(seconds));
        self.ends = self.latest;
        if self.waits() {
            return;
        }
        let left = u32::try_from(self.ends.since(now).secs()).unwrap_or(SUBSCRIPTION_LONGEST);
        let next = self.next.min(now + backoff::refresh_after(left));
        // of one that ends at once, the last notification says how it goes on; where it does not, its end does
        self.next = if seconds == 0 { Instant::NEVER } else { next };
    }

    /// Its last SUBSCRIBE was refused, and its next one has its time.
    fn waits(&self) -> bool {
        !self.accepted && self.next != Instant::NEVER
    }

    /// A notification came.
    pub fn notified(&mut self, now: Instant, said: Said, rng: &mut Rng) -> Step {
        let (stage, left) = match said {
            Said::Pending(left) => (Stage::Pending, left),
            Said::Active(left) => (Stage::Active, left),
            Said::Terminated(reason, after) => return self.terminated(now, reason, after, rng),
        };
        self.stage = stage;
        // rfc6665#4.4.1: one that crosses our last SUBSCRIBE is not the last one; behind the 2xx no other need come
        if self.leaving {
            return if self.accepted { self.end() } else { Step::Nothing };
        }
        if self.wanted == 0 {
            // rfc6665#4.4.3: one that fetches has what it wanted, though the far end does not say that it has ended; one
            // that waits for somebody's consent goes on to wait no longer than for a first notification
            return if stage == Stage::Active { self.end() } else { Step::Nothing };
        }
        self.unheard = Instant::NEVER;
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
            Reason::Deactivated | Reason::Timeout => self.anew(now, rng),
            Reason::Probation | Reason::GiveUp | Reason::Other => self.rest(now, after, rng),
        }
    }

    /// A SUBSCRIBE was refused.
    pub fn refused(&mut self, now: Instant, refusal: Refusal, rng: &mut Rng) -> Step {
        let Refusal { status, after, within, hopeless } = refusal;
        self.unheard = Instant::NEVER;
        if self.leaving || self.wanted == 0 {
            return self.end();
        }
        // rfc6665#4.1.2.2: these end a subscription, and any other status leaves what was granted
        let fatal = matches!(status, 404 | 405 | 410 | 416 | 480..=485 | 489 | 501 | 604);
        let granted = self.ends > now && self.ends != Instant::NEVER;
        if within && !fatal && granted {
            self.fail(now);
            // nothing but its end would change what only the application can
            self.next = if hopeless { Instant::NEVER } else { now + self.wait(after, rng) };
            return Step::Nothing;
        }
        match status {
            // rfc5057#5.1: that subscription is gone; another one may be had
            481 if within => self.anew(now, rng),
            // nothing that time mends
            _ if hopeless => self.end(),
            403..=406 | 410 | 416 | 484 | 485 | 489 | 501 | 603 | 604 => self.end(),
            _ => self.rest(now, after, rng),
        }
    }

    /// 423: so many seconds are the least (rfc6665#4.1.2.1). False: that was tried, is too much, or is no more.
    pub fn lengthen(&mut self, least: u32) -> bool {
        let more = least > self.wanted && least <= SUBSCRIPTION_LONGEST;
        if self.wanted == 0 || self.leaving || !more || self.lengthened >= INTERVAL_TRIES {
            return false;
        }
        self.lengthened += 1;
        self.wanted = least;
        true
    }

    /// A SUBSCRIBE had no response, or no notification.
    pub fn silent(&mut self, now: Instant, rng: &mut Rng) -> Step {
        if self.leaving || self.wanted == 0 { self.end() } else { self.rest(now, None, rng) }
    }

    /// A part is missing before what was told: a SUBSCRIBE brings the whole (rfc4235#4.3). At once, but where one left a
    /// moment ago; and later each time that another part is missing in what it brought.
    pub fn incomplete(&mut self, now: Instant) -> Step {
        if self.leaving || self.wanted == 0 || self.whole != Instant::NEVER || self.waits() {
            return Step::Nothing;
        }
        let longest = Duration::from_secs(RETRY_LONGEST);
        let least = SUBSCRIBE_LEAST.times(1 << u32::from(self.gaps.saturating_sub(1).min(16))).min(longest);
        self.gaps = self.gaps.saturating_add(1);
        let at = self.asked + least;
        if at <= now {
            return Step::Refresh;
        }
        self.whole = at;
        Step::Nothing
    }

    /// The whole was told.
    pub fn complete(&mut self) {
        (self.gaps, self.whole) = (0, Instant::NEVER);
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

    /// Nothing that time mends is in its way.
    pub fn give_up(&mut self) -> Step {
        self.end()
    }

    /// The reason of its end, or of the last refusal, is gone: it is asked for at once.
    pub fn again(&mut self, now: Instant) -> Step {
        if self.leaving {
            return Step::Nothing;
        }
        (self.failures, self.since) = (0, now);
        match self.stage {
            Stage::Over | Stage::Resting => {
                self.stage = Stage::Resting;
                Step::Anew
            }
            // a refresh was refused, and waits for its end
            Stage::Pending | Stage::Active if !self.accepted => Step::Refresh,
            _ => Step::Nothing,
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
            return self.lapsed(now, rng);
        }
        if self.next.min(self.whole) > now {
            return Step::Nothing;
        }
        (self.next, self.whole) = (Instant::NEVER, Instant::NEVER);
        match self.stage {
            Stage::Over => Step::Nothing,
            Stage::Asking | Stage::Resting if !self.leaving && self.ends == Instant::NEVER => Step::Anew,
            _ => Step::Refresh,
        }
    }

    /// Its time is over. A Retry-After that goes beyond that is kept to.
    fn lapsed(&mut self, now: Instant, rng: &mut Rng) -> Step {
        if self.leaving {
            return self.end();
        }
        let later = Some(self.next).filter(|next| *next != Instant::NEVER && *next > now);
        let step = if later.is_some() { self.rest(now, None, rng) } else { self.anew(now, rng) };
        self.next = self.next.max(later.unwrap_or(self.next));
        step
    }

    /// Another one at once; but not again and again.
    fn anew(&mut self, now: Instant, rng: &mut Rng) -> Step {
        self.fail(now);
        self.drop();
        if self.failures == 1 {
            self.next = now;
            return Step::Anew;
        }
        self.next = now + self.wait(None, rng);
        Step::Rest
    }

    fn rest(&mut self, now: Instant, after: Option<u32>, rng: &mut Rng) -> Step {
        self.fail(now);
        self.drop();
        self.next = now + self.wait(after, rng);
        Step::Rest
    }

    /// One more failure of a row, or the first of one: what stood for a while had come to something.
    fn fail(&mut self, now: Instant) {
        let stood = now.since(self.since) >= Duration::from_secs(SUBSCRIPTION_STEADY_S);
        self.failures = if stood { 1 } else { self.failures.saturating_add(1) };
        self.since = now;
    }

    /// The end of the granted time, with all that hangs on it.
    fn drop(&mut self) {
        self.stage = Stage::Resting;
        (self.gaps, self.accepted) = (0, false);
        (self.ends, self.whole, self.unheard) = (Instant::NEVER, Instant::NEVER, Instant::NEVER);
    }

    fn end(&mut self) -> Step {
        self.drop();
        self.stage = Stage::Over;
        self.next = Instant::NEVER;
        Step::End
    }

    /// The wait before another try: as long as the far end says, else as of registrations. A Retry-After of 0 says
    /// nothing, and a short one is kept to once.
    fn wait(&self, after: Option<u32>, rng: &mut Rng) -> Duration {
        match after {
            None | Some(0) => backoff::wait(self.failures.into(), rng),
            Some(seconds) => {
                let seconds = Duration::from_secs(seconds.min(RETRY_AFTER_LONGEST).into());
                if self.failures > 1 { seconds.max(SUBSCRIBE_LEAST) } else { seconds }
            }
        }
    }
}

/// The time for which so many granted seconds are kept to. None at all: its last notification is to come within timer N.
fn lasts(seconds: u32) -> Duration {
    match seconds {
        0 => T1_64,
        _ => Duration::from_secs(seconds.clamp(SUBSCRIPTION_LEAST, SUBSCRIPTION_LONGEST).into()),
    }
}

#[cfg(test)]
mod tests;
