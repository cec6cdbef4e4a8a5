//! name-addr and addr-spec: From, To, Contact, Route, Refer-To and their like.

use super::chars::{BARE_URI, DISPLAY, Scan, number, trim_end, uri_end, write_unescaped};
use super::params::Params;
use super::uri::{Scheme, Uri, UriError};
use crate::base::cursor::Cursor;

/// A display name, a URI, and the header's own parameters.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Address<'a> {
    /// The display name as it stands: quoted strings, or tokens, or empty.
    pub display: &'a [u8],
    /// The URI as it stands, without angle brackets.
    pub uri: &'a [u8],
    /// The parameters of the header (not of the URI).
    pub params: Params<'a>,
    tag: Option<&'a [u8]>,
    raw: &'a [u8],
}

impl<'a> Address<'a> {
    /// A whole text that is one address.
    #[must_use]
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let mut scan = Scan::new(text);
        let address = Self::read(&mut scan)?;
        scan.rest.is_empty().then_some(address)
    }

    /// One address at the reader; behind it stands nothing or a comma.
    pub(super) fn read(scan: &mut Scan<'a>) -> Option<Self> {
        scan.lws();
        let whole = scan.rest;
        let (display, uri) = match scan.peek()? {
            b'<' => (whole.get(..0).unwrap_or_default(), None),
            first => {
                let mut ahead = *scan;
                if first == b'"' {
                    let _ = ahead.quoted()?;
                    ahead.lws();
                } else {
                    let _ = ahead.run(DISPLAY);
                }
                // mostly the bracket, or the end of a URI without any
                if !matches!(ahead.peek(), None | Some(b'<' | b';' | b',')) {
                    words(&mut ahead)?;
                }
                if ahead.peek() == Some(b'<') {
                    let display = whole.get(..whole.len() - ahead.rest.len()).unwrap_or_default();
                    *scan = ahead;
                    (trim_end(display), None)
                } else {
                    // rfc3261#20: without brackets, the text behind a semicolon belongs to the header
                    let uri = scan.run(BARE_URI);
                    if !matches!(scan.peek(), None | Some(b';' | b',' | b'?' | 0..=0x20)) {
                        return None;
                    }
                    (whole.get(..0).unwrap_or_default(), Some(uri))
                }
            }
        };
        let uri = match uri {
            Some(uri) => uri,
            None => {
                if !scan.eat(b'<') {
                    return None;
                }
                // no white space in there: rfc4475#3.1.2.14
                let end = uri_end(scan.rest)?;
                let uri = scan.take(end);
                let _ = scan.eat(b'>');
                uri
            }
        };
        // without a scheme it is no URI: so is a piece that a comma cut off an unquoted display name (rfc4475#3.1.2.15)
        if !matches!(uri, [b's' | b'S', b'i' | b'I', b'p' | b'P', b':', ..]) {
            Scheme::of(uri)?;
        }
        let mut tag = None;
        let params = Params::read(scan, |name, value| {
            if tag.is_none() && matches!(name, [b't' | b'T', b'a' | b'A', b'g' | b'G']) {
                tag = value;
            }
        })
        .ok()?;
        if !matches!(scan.peek(), None | Some(b',')) {
            return None;
        }
        let raw = trim_end(whole.get(..whole.len() - scan.rest.len()).unwrap_or_default());
        Some(Self { display, uri, params, tag, raw })
    }

    /// The tag parameter.
    #[must_use]
    pub const fn tag(&self) -> Option<&'a [u8]> {
        self.tag
    }

    /// The whole address as it stands.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Writes the display name for people: without quotes, escapes undone.
    pub fn display_text(&self, out: &mut Cursor<'_>) {
        write_unescaped(self.display, out);
    }

    /// The URI's parts.
    ///
    /// # Errors
    /// [`UriError`] names the fault.
    pub fn parsed_uri(&self) -> Result<Uri<'a>, UriError> {
        Uri::parse(self.uri)
    }

    /// The header's expires parameter (Contact).
    #[must_use]
    pub fn expires(&self) -> Option<u32> {
        let value = self.params.get(b"expires")?;
        // rfc3261#10.3: a malformed value counts as 3600
        Some(number(value).and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(3600))
    }

    /// The header's q parameter in thousandths (Contact).
    #[must_use]
    pub fn q(&self) -> Option<u16> {
        quality(self.params.get(b"q")?)
    }
}

/// The rest of a display name: folded, or not as the grammar has it, for peers write several quoted strings and words
/// between them.
#[cold]
fn words(scan: &mut Scan<'_>) -> Option<()> {
    loop {
        let before = scan.rest.len();
        scan.lws();
        match scan.peek() {
            Some(b'"') => {
                let _ = scan.quoted()?;
            }
            _ => {
                let _ = scan.run(DISPLAY);
            }
        }
        if scan.rest.len() == before {
            return Some(());
        }
    }
}

/// rfc3261#25.1 qvalue: 0 to 1 with up to three decimals, as thousandths.
pub(super) fn quality(text: &[u8]) -> Option<u16> {
    let (whole, decimals) = match text {
        [whole @ (b'0' | b'1')] => (whole, &[][..]),
        [whole @ (b'0' | b'1'), b'.', decimals @ ..] if decimals.len() <= 3 => (whole, decimals),
        _ => return None,
    };
    let mut value = u16::from(*whole - b'0') * 1000;
    for (digit, weight) in decimals.iter().zip([100u16, 10, 1]) {
        if !digit.is_ascii_digit() {
            return None;
        }
        value += u16::from(*digit - b'0') * weight;
    }
    (value <= 1000).then_some(value)
}

/// A value of Contact.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Contact<'a> {
    /// `*`: all of them (only to unregister, rfc3261#10.2.2).
    Any,
    /// One address.
    Address(Address<'a>),
}

impl<'a> Contact<'a> {
    /// A whole text that is one value.
    #[must_use]
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        if text == b"*" { Some(Self::Any) } else { Address::parse(text).map(Self::Address) }
    }

    /// The address, unless it is the star.
    #[must_use]
    pub const fn address(&self) -> Option<&Address<'a>> {
        match self {
            Self::Any => None,
            Self::Address(address) => Some(address),
        }
    }
}

#[cfg(test)]
mod tests;
