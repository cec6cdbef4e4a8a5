//! The next step of rules in a call, and the rule that ended it.

use super::decide::{Next, Then, Verdict};
use crate::base::time::{Duration, Instant};
use crate::phone::rule::Rule;

/// The next step of the rules in a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Step {
    /// None.
    Nothing,
    /// The application has had its time: the verdict is obeyed.
    Obey,
    /// It rings, and this follows.
    Rings(Then),
    /// It has lasted long enough.
    Over,
}

/// The next step of rules in a call, and the rule that ended it.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone::calls) struct Plan {
    at: Instant,
    pub(super) step: Step,
    pub(super) verdict: Verdict,
    pub(super) rule: Option<Rule>,
    /// A rule ended it before it rang: its coming and its end are one event.
    pub(super) unheard: bool,
    /// Phones that had forwarded it before it came.
    pub(super) diverted: u8,
    /// A rule answers it, and the person at the device is told so once it is up.
    #[cfg(feature = "tones")]
    pub(super) confirms: bool,
}

impl Plan {
    pub(in crate::phone::calls) const EMPTY: Self = Self {
        at: Instant::NEVER,
        step: Step::Nothing,
        verdict: Verdict::Ring(None),
        rule: None,
        unheard: false,
        diverted: 0,
        #[cfg(feature = "tones")]
        confirms: false,
    };

    /// The time of the next step.
    pub(in crate::phone::calls) const fn at(&self) -> Instant {
        self.at
    }

    /// The rule that ended the call.
    pub(in crate::phone::calls) const fn rule(&self) -> Option<Rule> {
        self.rule
    }

    /// A rule ended it before it rang.
    pub(in crate::phone::calls) const fn is_unheard(&self) -> bool {
        self.unheard
    }

    /// A step follows.
    pub(super) fn follow(&mut self, at: Instant, step: Step) {
        (self.at, self.step) = (at, step);
    }

    /// It rings, and something may follow.
    pub(super) fn ring(&mut self, now: Instant, next: Option<Next>) {
        match next {
            Some(Next { after_s, then }) => {
                self.follow(now + Duration::from_secs(u64::from(after_s)), Step::Rings(then));
            }
            None => self.rest(),
        }
    }

    /// No step follows.
    pub(in crate::phone::calls) fn rest(&mut self) {
        self.follow(Instant::NEVER, Step::Nothing);
    }

    /// Its step is due.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Step> {
        let step = self.step;
        (self.at <= now).then(|| {
            self.rest();
            step
        })
    }
}
