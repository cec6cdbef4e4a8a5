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
}
