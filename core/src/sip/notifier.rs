//! A watcher's subscription to us (RFC 6665 §4.2): when its next NOTIFY leaves, what that says of the subscription, and
//! what follows from its response.

use crate::base::limits::{NOTIFY_RETRY_S, RETRY_AFTER_LONGEST};
use crate::base::time::{Duration, Instant};

/// The stage of a watcher's subscription.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Stage {
    /// It waits to be allowed, and is told nothing of the state that it asks for.
    #[default]
    Pending,
    /// It is told of each change.
    Active,
    /// It has ended, and its last NOTIFY is over.
    Over,
}

/// The reason of its end (rfc6665#4.1.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// It was not refreshed, was taken back by its watcher, or fetched once.
    Timeout,
    /// It is not allowed.
    Rejected,
    /// The state that it watches is gone.
    NoResource,
    /// The phone goes: another phone there may take it at once.
    Deactivated,
}

impl Ending {
    /// As a NOTIFY names it.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Rejected => "rejected",
            Self::NoResource => "noresource",
            Self::Deactivated => "deactivated",
        }
    }
}

/// The step that follows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Step {
    /// None.
    Nothing,
    /// A NOTIFY leaves.
    Notify,
    /// It has ended, and is told nothing more.
    End,
}

/// The state of the subscription as a NOTIFY says it (Subscription-State).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Said {
    /// It waits to be allowed, and lasts for so many seconds.
    Pending(u32),
    /// It lasts for so many seconds.
    Active(u32),
    /// It has ended.
    Terminated(Ending),
}

/// A watcher's subscription. One NOTIFY is under way at a time: what changes meanwhile is the next one's.
#[derive(Clone, Copy, Debug)]
pub struct Notifier {
    stage: Stage,
    /// It is to end, or has.
    ending: Option<Ending>,
    /// A NOTIFY has no final response yet.
    under_way: bool,
    /// The last NOTIFY of all has left.
    said_last: bool,
    /// There is something to tell.
    news: bool,
    /// The next NOTIFY tells all, not only what changed.
    whole: bool,
    /// The end of the time that was granted.
    ends: Instant,
    /// The least time between two changes that are told.
    gap: Duration,
    /// No change is told before this time.
    soonest: Instant,
    /// No NOTIFY leaves before this time, whatever it tells.
    retry: Instant,
}

impl Notifier {
    /// A free slot's content.
    pub const EMPTY: Self = Self {
        stage: Stage::Over,
        ending: None,
        under_way: false,
        said_last: false,
        news: false,
        whole: false,
        ends: Instant::NEVER,
        gap: Duration::ZERO,
        soonest: Instant::ZERO,
        retry: Instant::ZERO,
    };

    /// One that was accepted for so many seconds; 0: the state is fetched (rfc6665#4.4.3). Its first NOTIFY leaves at once
    /// (#4.2.1.2). `gap`: between two changes that are told.
    #[must_use]
    pub fn new(now: Instant, seconds: u32, allowed: bool, gap: Duration) -> Self {
        let stage = if allowed { Stage::Active } else { Stage::Pending };
        let mut made = Self { stage, gap, ..Self::EMPTY };
        made.refresh(now, seconds);
        made
    }

    /// Its stage.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// It is to end, or has: it is refreshed no more.
    #[must_use]
    pub const fn is_ending(&self) -> bool {
        self.ending.is_some() || matches!(self.stage, Stage::Over)
    }

    /// The end of the time that was granted.
    #[must_use]
    pub const fn ends(&self) -> Instant {
        self.ends
    }

    /// The next NOTIFY tells all.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.whole
    }

    /// The state that it watches may be told.
    #[must_use]
    pub const fn is_told(&self) -> bool {
        matches!(self.stage, Stage::Active) && matches!(self.ending, None | Some(Ending::Timeout))
    }

    /// Its next deadline.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        let ends = if self.ending.is_none() { self.ends } else { Instant::NEVER };
        match (self.stage, self.under_way, self.ending) {
            (Stage::Over, ..) => Instant::NEVER,
            (_, true, _) => ends,
            // rfc6665#4.2.2: its end waits for no pace
            (_, false, Some(_)) => self.retry,
            (_, false, None) if self.news => self.soonest.max(self.retry).min(ends),
            _ => ends,
        }
    }

    /// A SUBSCRIBE for so many seconds was accepted (0: it is the last): all is told at once (rfc6665#4.2.1.2, #4.2.1.4).
    pub fn refresh(&mut self, now: Instant, seconds: u32) {
        self.ends = now + Duration::from_secs(seconds.into());
        self.tell_all(now);
        if seconds == 0 {
            self.end(Ending::Timeout);
        }
    }

    fn tell_all(&mut self, now: Instant) {
        (self.news, self.whole, self.soonest) = (true, true, now);
    }

    /// The state that it watches has changed.
    pub const fn changed(&mut self) {
        self.news = self.news || matches!(self.stage, Stage::Active);
    }

    /// It is allowed. False: it was, or ends.
    pub fn allow(&mut self, now: Instant) -> bool {
        if self.stage != Stage::Pending || self.ending.is_some() {
            return false;
        }
        self.stage = Stage::Active;
        self.tell_all(now);
        true
    }

    /// It is to end; the first reason counts. No wait that its watcher asked for holds up its end.
    pub const fn end(&mut self, ending: Ending) {
        if self.ending.is_none() {
            (self.ending, self.retry) = (Some(ending), Instant::ZERO);
        }
    }

    /// The host has other addresses: the watcher is to learn ours, at once. A NOTIFY that was under way is so no more.
    pub fn moved(&mut self, now: Instant) {
        (self.under_way, self.said_last, self.retry) = (false, false, now);
        self.tell_all(now);
    }

    /// A deadline may have passed, or something may be to be told.
    pub fn due(&mut self, now: Instant) -> Step {
        if self.stage == Stage::Over {
            return Step::Nothing;
        }
        if self.ends <= now {
            self.end(Ending::Timeout);
        }
        let paced = self.ending.is_some() || self.news && self.soonest <= now;
        if paced && !self.under_way && self.retry <= now { Step::Notify } else { Step::Nothing }
    }

    /// A NOTIFY leaves. Gives what it says of the subscription.
    pub fn notify(&mut self, now: Instant) -> Said {
        self.under_way = true;
        (self.news, self.whole) = (false, false);
        (self.soonest, self.retry) = (now + self.gap, now);
        if let Some(ending) = self.ending {
            self.said_last = true;
            return Said::Terminated(ending);
        }
        let left = u32::try_from(self.ends.since(now).secs()).unwrap_or(u32::MAX);
        if self.stage == Stage::Active { Said::Active(left) } else { Said::Pending(left) }
    }

    /// It found no slot: it leaves a moment later.
    pub const fn later(&mut self, at: Instant) {
        self.retry = at;
    }

    /// The NOTIFY has this final response. `after`: its Retry-After.
    pub fn responded(&mut self, now: Instant, status: u16, after: Option<u32>) -> Step {
        self.under_way = false;
        // rfc6665#4.2.2, rfc5057#5.1: for these the subscription is gone; no response is 408
        let gone = matches!(status, 404 | 405 | 408 | 410 | 416 | 480..=485 | 489 | 501 | 604);
        if self.said_last || gone {
            return self.over();
        }
        if status >= 300 {
            // it was not told, and is told again, later
            (self.news, self.whole) = (true, true);
            let wait = after.unwrap_or(0).clamp(NOTIFY_RETRY_S, RETRY_AFTER_LONGEST);
            self.retry = now + Duration::from_secs(wait.into());
        }
        self.due(now)
    }

    /// The NOTIFY had no response, or found no way (rfc6665#4.2.2: timer F).
    pub fn lost(&mut self) -> Step {
        self.over()
    }

    /// It ends without a word.
    pub fn over(&mut self) -> Step {
        self.stage = Stage::Over;
        (self.under_way, self.news) = (false, false);
        Step::End
    }
}

#[cfg(test)]
mod tests;
