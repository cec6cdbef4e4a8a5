//! The ways in which digits travel.

/// A way for digits. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum DigitMethod {
    /// As negotiated: events, or tones where the far end takes none.
    #[default]
    Auto = 1,
    /// RFC 4733 events.
    Events = 2,
    /// SIP INFO with `application/dtmf-relay`.
    Info = 3,
    /// SIP INFO with `application/dtmf`.
    InfoPlain = 4,
    /// Tones in the voice.
    Tones = 5,
    /// As negotiated: events, or [`DigitMethod::Info`] where the far end takes none.
    AutoInfo = 6,
}

impl DigitMethod {
    /// It goes as SIP INFO.
    #[must_use]
    pub const fn is_info(self) -> bool {
        matches!(self, Self::Info | Self::InfoPlain)
    }

    /// The way of a digit that came: events, the voice, or INFO of either kind.
    #[cfg(any(feature = "info", feature = "hear-keys"))]
    pub(super) const fn way(self) -> Self {
        if self.is_info() { Self::Info } else { self }
    }

    /// The method that is meant: of what is to be as negotiated, events where these were agreed on, else what the
    /// account's method says, else tones.
    #[must_use]
    pub const fn meant(self, events: bool, account: Self) -> Self {
        match (self, events, account) {
            (Self::Auto | Self::AutoInfo, true, _) => Self::Events,
            (Self::AutoInfo, false, _) | (Self::Auto, false, Self::Info | Self::AutoInfo) => Self::Info,
            (Self::Auto, false, Self::InfoPlain) => Self::InfoPlain,
            (Self::Auto, false, _) => Self::Tones,
            (method, _, _) => method,
        }
    }
}
