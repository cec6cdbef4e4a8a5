//! The state of a subscription as a notification says it: Subscription-State.

use crate::wire::sip::Params;

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
    /// Those that are known, by their names.
    const NAMED: [(&'static str, Self); 7] = [
        ("deactivated", Self::Deactivated),
        ("probation", Self::Probation),
        ("rejected", Self::Rejected),
        ("timeout", Self::Timeout),
        ("giveup", Self::GiveUp),
        ("noresource", Self::NoResource),
        ("invariant", Self::Invariant),
    ];

    fn named(text: &[u8]) -> Self {
        let known = Self::NAMED.into_iter().find(|(name, _)| text.eq_ignore_ascii_case(name.as_bytes()));
        known.map_or(Self::Other, |(_, reason)| reason)
    }

    /// Its name; nothing for one that is not known.
    #[must_use]
    pub fn text(self) -> &'static str {
        Self::NAMED.into_iter().find(|(_, reason)| *reason == self).map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests;
