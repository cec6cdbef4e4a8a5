//! News of a line, for the events of its call.

/// News of a line.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[must_use]
pub(in crate::phone) struct News {
    /// A digit came, and waits to be fetched.
    pub(in crate::phone) digit: bool,
    /// So many commands have sent their last digit.
    pub(in crate::phone) sent: u8,
    /// Those whose digits still wait are given up: they could not be heard any more.
    pub(in crate::phone) unsent: bool,
    pub(in crate::phone) silence: Silence,
    /// A digit is to leave as an INFO.
    #[cfg(feature = "info")]
    pub(in crate::phone) info: bool,
    /// The tone that its far end heard is over.
    #[cfg(feature = "tones")]
    pub(in crate::phone) toned: bool,
}

/// The silence of the far end.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::phone) enum Silence {
    /// As before.
    #[default]
    Unchanged,
    /// Too long, from now on.
    Lost,
    /// Not any more: something came.
    Over,
}

impl News {
    /// Nothing is new.
    pub(in crate::phone) const NOTHING: Self = Self {
        digit: false,
        sent: 0,
        unsent: false,
        silence: Silence::Unchanged,
        #[cfg(feature = "info")]
        info: false,
        #[cfg(feature = "tones")]
        toned: false,
    };

    pub(super) fn is_nothing(self) -> bool {
        self == Self::NOTHING
    }
}
