//! Reliable provisional responses (RFC 3262): the wish for them, and the responses that are reliable by it.

#[cfg(feature = "reliable")]
use super::understood::Tags;
#[cfg(feature = "reliable")]
use crate::wire::sip::{Message, Name};

/// The wish for reliable provisional responses (RFC 3262), of calls in both directions.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Reliable {
    /// As it is set elsewhere: for a call by its account, for an account by the phone, for that one [`Self::Supported`].
    #[default]
    Inherited,
    /// Our INVITEs do not mention them, and our responses are reliable only where the caller requires it.
    Off,
    /// Our INVITEs support them; our responses are reliable where the caller requires it, and where one brings a
    /// description (183) to a caller that supports it.
    Supported,
    /// Our INVITEs require them: a far end that does not know them refuses the call (420). All our responses from 180 on
    /// are reliable, and a caller that does not know them is refused (421).
    Required,
}

/// The wish can be met.
pub(super) const fn can_be_met(wish: Reliable) -> bool {
    cfg!(feature = "reliable") || matches!(wish, Reliable::Inherited | Reliable::Off)
}

#[cfg(feature = "reliable")]
impl Reliable {
    /// This one, unless it is set elsewhere.
    pub(super) const fn or(self, other: Self) -> Self {
        if matches!(self, Self::Inherited) { other } else { self }
    }

    /// The extension in our INVITE: as one that is supported, or as one that is required.
    pub(super) const fn tags(self) -> (Tags, Tags) {
        match self {
            Self::Off => (Tags::NONE, Tags::NONE),
            Self::Inherited | Self::Supported => (Tags::RELIABLE, Tags::NONE),
            Self::Required => (Tags::NONE, Tags::RELIABLE),
        }
    }
}

/// The line of an INVITE by which the account's own server is told that its word about early media is heard
/// (rfc5009#8); other servers are not believed.
#[cfg(feature = "reliable")]
pub(super) const fn early_media(own_hop: bool) -> &'static [u8] {
    if own_hop { b"P-Early-Media: supported\r\n" } else { b"" }
}

/// The extension in an INVITE that came in.
#[cfg(feature = "reliable")]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Asked {
    /// It does not name it.
    #[default]
    No,
    /// Supported.
    Supported,
    /// Required.
    Required,
}

#[cfg(feature = "reliable")]
impl Asked {
    /// By the headers of an INVITE.
    pub(super) fn by(invite: &Message<'_>) -> Self {
        let names = |name| invite.tokens(name).any(is_ours);
        if names(Name::Require) {
            Self::Required
        } else if names(Name::Supported) {
            Self::Supported
        } else {
            Self::No
        }
    }
}

/// Our responses to an INVITE that are reliable.
#[cfg(feature = "reliable")]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Reliability {
    /// None.
    #[default]
    Never,
    /// Those with a description.
    Described,
    /// All from 101 to 199.
    Always,
}

#[cfg(feature = "reliable")]
impl Reliability {
    /// rfc3262#3: with a caller that asks so, and a phone that wishes so. `None`: it wishes for more than the caller
    /// knows.
    pub(super) const fn by(asked: Asked, wish: Reliable) -> Option<Self> {
        match (asked, wish) {
            (Asked::Required, _) | (Asked::Supported, Reliable::Required) => Some(Self::Always),
            (Asked::Supported, Reliable::Inherited | Reliable::Supported) => Some(Self::Described),
            (Asked::No, Reliable::Required) => None,
            (Asked::Supported, Reliable::Off) | (Asked::No, _) => Some(Self::Never),
        }
    }
}

/// The number of a response that is sent reliably (rfc3262#4); `None`: it is not.
#[cfg(feature = "reliable")]
pub(super) fn number_of(response: &Message<'_>) -> Option<u32> {
    response.rseq().filter(|_| response.tokens(Name::Require).any(is_ours))
}

#[cfg(feature = "reliable")]
fn is_ours(token: &[u8]) -> bool {
    token.eq_ignore_ascii_case(b"100rel")
}
