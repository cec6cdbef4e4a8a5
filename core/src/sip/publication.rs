//! A publication of ours (RFC 3903 §4): the PUBLISH that is to follow from a change, a response, or the time that has
//! passed. One is under way at a time (§4), so what changes meanwhile is one next PUBLISH.

use super::backoff;
use crate::base::limits::{
    INTERVAL_TRIES, PUBLISH_LEAST_S, RETRY_AFTER_LONGEST, SUBSCRIPTION_LEAST, SUBSCRIPTION_LONGEST,
};
use crate::base::rng::Rng;
use crate::base::time::{Duration, Instant};

/// The stage of a publication.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Stage {
    /// Nothing was accepted yet.
    #[default]
    Asking,
    /// The server has a document of ours.
    Active,
    /// The last PUBLISH came to nothing, and another one follows.
    Resting,
    /// It has ended: taken back, or refused in a way that time does not mend.
    Over,
}

/// A PUBLISH (rfc3903#4, table 1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Asking {
    /// With a document: the first of a publication, or one that changes it where the server has one.
    Document,
    /// Without one: the server keeps what it has for longer.
    Refresh,
    /// The server removes what it has.
    Remove,
}

/// The step that follows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Step {
    /// None, for now.
    Nothing,
    /// A PUBLISH.
    Ask(Asking),
    /// It has been taken back, and nothing is left of it.
    Gone,
}

/// A refusal of a PUBLISH.
#[derive(Clone, Copy, Debug, Default)]
pub struct Refusal {
    /// Its status.
    pub status: u16,
    /// Seconds of its Retry-After, where it has one.
    pub after: Option<u32>,
    /// Only the application can help: the credentials are not taken, or there are none.
    pub hopeless: bool,
}

/// A publication. A time that has not been set is [`Instant::NEVER`].
#[derive(Clone, Copy, Debug)]
pub struct Publication {
    stage: Stage,
    /// Seconds that are asked for.
    wanted: u32,
    /// The document is another one than the server has, or the server has none.
    changed: bool,
    /// The server has a document of ours, and has named it (rfc3903#4.1).
    named: bool,
    /// It is to be taken back.
    leaving: bool,
    /// Our PUBLISH under way.
    asked: Option<Asking>,
    failures: u8,
    /// Refusals in a row that only a person at the server can lift.
    refusals: u8,
    /// Refusals with 423 in a row.
    lengthened: u8,
    /// Before this time no document leaves: the last one left a moment ago.
    free: Instant,
    /// Before this time nothing leaves: the server says so.
    held: Instant,
    /// The next PUBLISH.
    next: Instant,
    /// The end of the time that was granted.
    ends: Instant,
}

impl Publication {
    /// One of so many seconds.
    #[must_use]
    pub const fn new(wanted: u32) -> Self {
        Self {
            stage: Stage::Asking,
            wanted,
            changed: true,
            named: false,
            leaving: false,
            asked: None,
            failures: 0,
            refusals: 0,
            lengthened: 0,
            free: Instant::ZERO,
            held: Instant::ZERO,
            next: Instant::ZERO,
            ends: Instant::NEVER,
        }
    }

    /// Its stage.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// It is to be taken back.
    #[must_use]
    pub const fn is_leaving(&self) -> bool {
        self.leaving
    }

    /// A PUBLISH is under way.
    #[must_use]
    pub const fn is_asking(&self) -> bool {
        self.asked.is_some()
    }

    /// The server has a document of ours under a name, which the next PUBLISH gives (rfc3903#4.1).
    #[must_use]
    pub const fn is_named(&self) -> bool {
        self.named
    }

    /// The end of the time that was granted; [`Instant::NEVER`]: the server has nothing.
    #[must_use]
    pub const fn ends(&self) -> Instant {
        self.ends
    }

    /// The time of the next try of one that rests; [`Instant::NEVER`]: it does not, or its try is under way.
    #[must_use]
    pub fn retry(&self) -> Instant {
        if self.stage == Stage::Resting && !self.is_asking() { self.time() } else { Instant::NEVER }
    }

    /// A document is to leave next, and not a refresh of one.
    const fn has_news(&self) -> bool {
        self.changed || !self.named
    }

    /// The time of the next PUBLISH.
    fn time(&self) -> Instant {
        match self.stage {
            _ if self.leaving => self.next,
            Stage::Over => Instant::NEVER,
            _ if self.has_news() => self.next.max(self.free).max(self.held),
            _ => self.next.max(self.held),
        }
    }

    /// Its next deadline. `waits`: no PUBLISH is to leave, for its server is not reached at the moment.
    #[must_use]
    pub fn deadline(&self, waits: bool) -> Instant {
        match self.asked {
            Some(_) => Instant::NEVER,
            None if waits && !self.leaving => self.ends,
            None => self.time().min(self.ends),
        }
    }

    /// The application has another document, or the same one once more: it is published for so many seconds, and where
    /// it rests or has ended it is tried at once, but no sooner than the server says.
    pub fn want(&mut self, now: Instant, seconds: u32) {
        (self.wanted, self.leaving, self.changed) = (seconds, false, true);
        self.begin_anew(now);
    }

    /// Something has changed that may mend a refusal: another password, say, or another server's answer.
    pub fn begin_anew(&mut self, now: Instant) {
        (self.failures, self.refusals, self.lengthened) = (0, 0, 0);
        self.next = now;
        if self.stage == Stage::Over {
            (self.stage, self.changed) = (Stage::Asking, true);
        }
    }

    /// The document has changed by itself. One that rests tells it with its next try.
    pub fn change(&mut self, now: Instant) {
        self.changed = true;
        if self.stage != Stage::Resting {
            self.next = now;
        }
    }

    /// Its server is reached again.
    pub fn resume(&mut self, now: Instant) {
        if self.stage == Stage::Resting {
            (self.failures, self.next) = (0, now);
        }
    }

    /// The server knows nothing of it under the name that it has: it is another server, or another party's.
    pub fn forget(&mut self) {
        (self.named, self.changed, self.ends) = (false, true, Instant::NEVER);
    }

    /// It is to be taken back.
    pub fn leave(&mut self, now: Instant) {
        if !self.leaving {
            (self.leaving, self.next) = (true, now);
        }
    }

    /// The step that follows now.
    pub fn step(&mut self, now: Instant, waits: bool) -> Step {
        if self.is_asking() {
            return Step::Nothing; // rfc3903#4: one at a time
        }
        if self.ends <= now {
            // the server has forgotten it
            self.forget();
            if self.stage == Stage::Active {
                self.stage = Stage::Resting;
            }
        }
        if self.leaving {
            return match self.named && !waits {
                true if self.next <= now => Step::Ask(Asking::Remove),
                true => Step::Nothing,
                // there is nothing to remove, or nobody to ask for it: what the server has will run out
                false => self.end(),
            };
        }
        if waits || self.time() > now {
            return Step::Nothing;
        }
        Step::Ask(if self.has_news() { Asking::Document } else { Asking::Refresh })
    }

    /// A PUBLISH leaves. Gives its Expires.
    pub fn ask(&mut self, now: Instant, asking: Asking) -> u32 {
        (self.asked, self.next) = (Some(asking), Instant::NEVER);
        if asking == Asking::Document {
            self.changed = false;
            self.free = now + Duration::from_secs(PUBLISH_LEAST_S);
        }
        if asking == Asking::Remove { 0 } else { self.wanted }
    }

    /// It found no slot, and is to leave a moment later.
    pub fn ask_at(&mut self, at: Instant) {
        self.next = at;
    }

    /// Our PUBLISH is over. What it was to bring is still to be brought, unless that is said.
    fn take_asked(&mut self) -> Option<Asking> {
        let asked = self.asked.take();
        self.changed |= asked == Some(Asking::Document);
        asked
    }

    /// A 2xx came, with the seconds that it grants, where it says them. `named`: it has an entity tag that can be kept.
    /// False: it grants none, which is as good as a refusal.
    pub fn accepted(&mut self, now: Instant, granted: Option<u32>, named: bool, rng: &mut Rng) -> bool {
        let more = self.changed;
        match self.take_asked() {
            None => return true,
            Some(Asking::Remove) => {
                self.forget();
                // another document may have come meanwhile
                self.next = now;
                return true;
            }
            Some(Asking::Document | Asking::Refresh) => self.changed = more,
        }
        // rfc3903#4.2: lowered, never extended
        let seconds = granted.unwrap_or(self.wanted).min(self.wanted);
        if seconds == 0 {
            // the server took it, and keeps nothing
            self.forget();
            self.fail(now, None, rng);
            self.leave_at(now);
            return false;
        }
        (self.failures, self.refusals, self.lengthened) = (0, 0, 0);
        // without a name it can neither be changed nor refreshed: a document of its own follows it
        (self.stage, self.named) = (Stage::Active, named);
        let lasts = Duration::from_secs(seconds.max(SUBSCRIPTION_LEAST).into());
        self.ends = now + lasts;
        let refresh = now + backoff::refresh_after(lasts.secs() as u32);
        self.next = if self.changed || self.leaving { now } else { refresh };
        true
    }

    /// It was refused.
    pub fn refused(&mut self, now: Instant, refusal: Refusal, rng: &mut Rng) {
        let Refusal { status, after, hopeless } = refusal;
        let Some(asked) = self.take_asked() else { return };
        if asked == Asking::Remove {
            // rfc3903#4.5: 412 says that nothing is left; anything else leaves it to run out
            self.forget();
            self.next = now;
            return;
        }
        if status == 412 && self.named {
            // rfc3903#5: no other try of the same, but a first one without a name, and at once
            self.forget();
            (self.next, self.free) = (now, now);
            return;
        }
        match status {
            _ if hopeless => self.rest_for_good(),
            // this server publishes nothing for us, whatever the time
            405 | 415 | 416 | 489 | 501 | 604 => self.rest_for_good(),
            // a person at the server can lift it
            403 | 404 | 410 | 420 => {
                self.stage = Stage::Resting;
                self.refusals = self.refusals.saturating_add(1);
                self.next = now + backoff::repair(self.refusals, rng);
            }
            _ => self.fail(now, after, rng),
        }
        self.leave_at(now);
    }

    /// 423: so many seconds are the least (rfc3903#5). False: that was tried, is too much, or is no more.
    pub fn lengthen(&mut self, now: Instant, least: u32) -> bool {
        let more = least > self.wanted && least <= SUBSCRIPTION_LONGEST;
        if self.leaving || !more || self.lengthened >= INTERVAL_TRIES {
            return false;
        }
        let _ = self.take_asked();
        self.lengthened += 1;
        (self.wanted, self.next, self.free) = (least, now, now);
        true
    }

    /// It had no response, or could not leave.
    pub fn silent(&mut self, now: Instant, rng: &mut Rng) {
        match self.take_asked() {
            Some(Asking::Remove) => {
                self.forget();
                self.next = now;
            }
            // a removal that cannot even begin, and never will: what the server has will run out
            None if self.leaving => self.forget(),
            _ => self.fail(now, None, rng),
        }
        self.leave_at(now);
    }

    /// It is given up, for it left from an address that is gone, or its slot is needed: another one leaves at this time.
    pub fn again(&mut self, at: Instant) {
        if self.is_asking() {
            let _ = self.take_asked();
            (self.next, self.free) = (at, at);
        }
    }

    /// Its server is not reached, whoever found that out: it rests until it is.
    pub fn lose(&mut self) {
        if self.stage != Stage::Over {
            self.stage = Stage::Resting;
        }
    }

    fn fail(&mut self, now: Instant, after: Option<u32>, rng: &mut Rng) {
        self.stage = Stage::Resting;
        self.failures = self.failures.saturating_add(1);
        // rfc3903#9: a server that is busy says for how long
        self.next = match after.filter(|seconds| *seconds > 0) {
            Some(seconds) => {
                self.held = now + Duration::from_secs(seconds.min(RETRY_AFTER_LONGEST).into());
                self.held + Duration::from_millis(u64::from(rng.below(1000)))
            }
            None => now + backoff::wait(self.failures.into(), rng),
        };
    }

    /// One that is to be taken back waits for nothing.
    fn leave_at(&mut self, now: Instant) {
        if self.leaving {
            self.next = now;
        }
    }

    fn rest_for_good(&mut self) {
        (self.stage, self.next) = (Stage::Over, Instant::NEVER);
    }

    fn end(&mut self) -> Step {
        (self.stage, self.next, self.ends) = (Stage::Over, Instant::NEVER, Instant::NEVER);
        Step::Gone
    }
}

#[cfg(test)]
mod tests;
