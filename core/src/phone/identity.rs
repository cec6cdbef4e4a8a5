//! The caller as others see it: From, Privacy, and the identity that a proxy may assert.

use super::fields::nth_field;
#[cfg(feature = "identity")]
use super::header_lines::has_controls;
use super::{CommandError, Privacy};
#[cfg(feature = "identity")]
use crate::wire::sip::Scheme;
use crate::wire::sip::{Address, Message, Name, Uri};

/// rfc3323#4.1.1.3
#[cfg(feature = "identity")]
const ANONYMOUS: &[u8] = b"\"Anonymous\" <sip:anonymous@anonymous.invalid>";

impl Privacy {
    /// This one, unless it is set elsewhere.
    #[cfg(feature = "identity")]
    pub(super) const fn or(self, other: Self) -> Self {
        if matches!(self, Self::Inherited) { other } else { self }
    }
}

/// The wishes can be written.
#[cfg(feature = "identity")]
pub(super) fn check(caller: &str, identity: &str, _: Privacy) -> Result<(), CommandError> {
    let mut given = [caller, identity].into_iter().filter(|text| !text.is_empty());
    if given.all(is_identity) { Ok(()) } else { Err(CommandError::Uri) }
}

/// A text that [`super::DialOptions::caller`] and [`super::DialOptions::identity`] may be: a `sip:`, `sips:` or `tel:`
/// URI, with or without a name.
#[cfg(feature = "identity")]
#[must_use]
pub fn is_identity(text: &str) -> bool {
    let known = |address: &Address<'_>| {
        address.params.is_empty() && matches!(Scheme::of(address.uri), Some(Scheme::Sip | Scheme::Sips | Scheme::Tel))
    };
    !has_controls(text) && Address::parse(text.as_bytes()).is_some_and(|address| known(&address))
}

/// There is none.
#[cfg(not(feature = "identity"))]
#[must_use]
pub const fn is_identity(_: &str) -> bool {
    false
}

/// There are no wishes.
#[cfg(not(feature = "identity"))]
pub(super) fn check(caller: &str, identity: &str, privacy: Privacy) -> Result<(), CommandError> {
    let none = caller.is_empty() && identity.is_empty() && privacy == Privacy::Inherited;
    if none { Ok(()) } else { Err(CommandError::Unsupported) }
}

/// The far end is not to know us.
#[cfg(feature = "identity")]
pub(super) fn is_anonymous(from: &[u8]) -> bool {
    from == ANONYMOUS
}

/// The identity of a call of ours.
#[cfg(feature = "identity")]
#[derive(Clone, Copy)]
pub(super) struct Identity<'c> {
    pub(super) privacy: Privacy,
    /// Its From; empty: the account's.
    pub(super) caller: &'c [u8],
    /// P-Preferred-Identity; empty: none.
    pub(super) preferred: &'c [u8],
    /// Header lines of its account's.
    pub(super) headers: &'c [u8],
}

#[cfg(feature = "identity")]
impl<'c> Identity<'c> {
    /// It has a From, whether or not there is an account.
    pub(super) fn names(&self) -> bool {
        self.privacy == Privacy::Anonymous || !self.caller.is_empty()
    }

    /// Its From in parts; `own`: that of its account. `name`: one for this call, which a From without any takes.
    pub(super) fn from(&self, own: [&'c [u8]; 4], name: &'c [u8]) -> [&'c [u8]; 4] {
        match self.caller {
            _ if self.privacy == Privacy::Anonymous => [ANONYMOUS, b"", b"", b""],
            [] => own,
            caller if caller.contains(&b'<') => [caller, b"", b"", b""],
            caller => [name, b"<", caller, b">"],
        }
    }

    /// Its header lines in parts, and these. rfc3325#5: the identity that is preferred is for our own proxy.
    pub(super) fn lines(&self, own_hop: bool, [extensions, more]: [&'c [u8]; 2]) -> [&'c [u8]; 10] {
        let private = matches!(self.privacy, Privacy::Id | Privacy::Anonymous);
        let privacy: &[u8] = if private { b"Privacy: id\r\n" } else { b"" };
        if !own_hop || self.preferred.is_empty() {
            return [b"", b"", b"", b"", b"", b"", privacy, extensions, self.headers, more];
        }
        let [name, open, uri, close] = bracketed(self.preferred);
        [b"P-Preferred-Identity: ", name, open, uri, close, b"\r\n", privacy, extensions, self.headers, more]
    }
}

/// A URI in brackets, in parts.
#[cfg(feature = "identity")]
pub(super) fn bracketed(address: &[u8]) -> [&[u8]; 4] {
    if address.contains(&b'<') { [address, b"", b"", b""] } else { [b"", b"<", address, b">"] }
}

/// The sender of a message, as a proxy asserts it: P-Asserted-Identity, or else Remote-Party-ID, whose party is the
/// called one in a response. Whether the proxy is to be believed (rfc3325#9.1) is another question.
pub(super) fn asserted_by<'m>(message: &Message<'m>) -> Option<Address<'m>> {
    let mut asserted = message.addresses(Name::PAssertedIdentity).flatten();
    asserted.find(|address| Uri::parse(address.uri).is_ok()).or_else(|| {
        let known = Address::parse(nth_field(message.head(), b"Remote-Party-ID", 0)?)?;
        let party: &[u8] = if message.is_request() { b"calling" } else { b"called" };
        let fits = known.params.get(b"party").is_none_or(|named| named.eq_ignore_ascii_case(party));
        Some(known).filter(|_| fits)
    })
}
