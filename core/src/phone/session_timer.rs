//! Session timers (RFC 4028) as an application wants them: of the phone, of an account, of a call.

#[cfg(feature = "timers")]
use crate::sip::session::Side;
#[cfg(feature = "timers")]
use crate::sip::session::timer::{SHORTEST, Wanted};

/// Seconds for which a session may last without a refresh by default (rfc4028#4 recommends it).
#[cfg(feature = "timers")]
const USUAL_S: u32 = 1800;

/// A session timer: a call that is not refreshed in time is over, though no media tells. Without the feature `timers`
/// it has no members, and none runs.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SessionTimer {
    /// Its use.
    #[cfg(feature = "timers")]
    pub mode: TimerMode,
    /// Seconds for which a session may last without a refresh (Session-Expires), at least 90. 0: for a call the
    /// account's, for an account the phone's, for the phone 1800.
    #[cfg(feature = "timers")]
    pub expires: u32,
    /// The shortest such time that is taken of others (Min-SE), at least 90. 0: likewise, for the phone 90.
    #[cfg(feature = "timers")]
    pub min_se: u32,
    /// The side that is to refresh, where that is ours to choose.
    #[cfg(feature = "timers")]
    pub refresher: Refresher,
}

/// The use of session timers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum TimerMode {
    /// As it is set elsewhere; for the phone [`TimerMode::Supported`].
    #[default]
    Inherited = 0,
    /// None is asked for; one runs where the far end requires one, or its answer brings one (rfc4028#7.1, #7.2).
    Off = 1,
    /// One runs where the far end, or a proxy on the way, knows them.
    Supported = 2,
    /// Where nobody does it runs too, for our benefit alone: we refresh, until that is refused (rfc4028#7.2).
    Always = 3,
    /// The same, and a far end that knows none gets no call of ours, and makes none here (421). rfc4028#7.1 advises
    /// against it.
    Required = 4,
}

/// The side that refreshes a session.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum Refresher {
    /// As it is set elsewhere; for the phone [`Refresher::Either`]. Of a call: no timer runs.
    #[default]
    Inherited = 0,
    /// The far end may choose; where we have to, it is the caller.
    Either = 1,
    /// We.
    Us = 2,
    /// The far end.
    Them = 3,
}

impl SessionTimer {
    /// One with these members. Without the feature `timers` they are none.
    #[must_use]
    pub const fn new(mode: TimerMode, expires: u32, min_se: u32, refresher: Refresher) -> Self {
        #[cfg(feature = "timers")]
        return Self { mode, expires, min_se, refresher };
        #[cfg(not(feature = "timers"))]
        {
            let _ = (mode, expires, min_se, refresher);
            Self {}
        }
    }

    /// As it is set elsewhere.
    #[cfg(feature = "timers")]
    pub const INHERITED: Self =
        Self { mode: TimerMode::Inherited, expires: 0, min_se: 0, refresher: Refresher::Inherited };

    /// No number is below that of the shortest session that there may be.
    #[cfg(feature = "timers")]
    pub(super) const fn is_valid(&self) -> bool {
        matches!(self.expires, 0 | SHORTEST..) && matches!(self.min_se, 0 | SHORTEST..)
    }
}

#[cfg(feature = "timers")]
impl Wanted {
    /// The phone's by default.
    pub(super) const USUAL: Self =
        Self { runs: true, alone: false, required: false, expires: USUAL_S, least: SHORTEST, refresher: None };

    /// Values that are not set are as in `self`.
    pub(super) fn with(self, said: SessionTimer) -> Self {
        let set = |value: u32, before: u32| if value == 0 { before } else { value };
        let (runs, alone, required) = match said.mode {
            TimerMode::Inherited => (self.runs, self.alone, self.required),
            mode => (mode != TimerMode::Off, mode >= TimerMode::Always, mode == TimerMode::Required),
        };
        Self {
            runs,
            alone,
            required,
            expires: set(said.expires, self.expires),
            least: set(said.min_se, self.least),
            refresher: match said.refresher {
                Refresher::Inherited => self.refresher,
                Refresher::Either => None,
                Refresher::Us => Some(Side::Us),
                Refresher::Them => Some(Side::Them),
            },
        }
    }
}
