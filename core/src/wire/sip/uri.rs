//! sip, sips and tel URIs.

use super::chars::{PARAM, Scan, URI, URI_PLAIN, USER, all, is, same, visible};
use super::host::Host;
use super::method::Method;
use super::params::Params;
use crate::base::cursor::Cursor;

/// A URI's kind.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Scheme {
    /// `sip:`
    #[default]
    Sip,
    /// `sips:`
    Sips,
    /// `tel:` (RFC 3966)
    Tel,
    /// Anything else.
    Other,
}

impl Scheme {
    /// The scheme before the first colon.
    #[must_use]
    pub fn of(uri: &[u8]) -> Option<Self> {
        Self::cut(uri).map(|(scheme, _)| scheme)
    }

    /// The scheme, and the text behind its colon.
    #[inline]
    fn cut(uri: &[u8]) -> Option<(Self, &[u8])> {
        match uri {
            [b's' | b'S', b'i' | b'I', b'p' | b'P', b':', rest @ ..] => Some((Self::Sip, rest)),
            [b's' | b'S', b'i' | b'I', b'p' | b'P', b's' | b'S', b':', rest @ ..] => Some((Self::Sips, rest)),
            [b't' | b'T', b'e' | b'E', b'l' | b'L', b':', rest @ ..] => Some((Self::Tel, rest)),
            // rfc3986#3.1
            [first, rest @ ..] if first.is_ascii_alphabetic() => {
                let odd = |byte: &u8| !byte.is_ascii_alphanumeric() && !matches!(*byte, b'+' | b'-' | b'.');
                match rest.split_at_checked(rest.iter().position(odd)?) {
                    Some((_, [b':', rest @ ..])) => Some((Self::Other, rest)),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// A URI's fault: the part that is wrong.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UriError {
    /// No scheme before a colon.
    Scheme,
    /// The user part or the password holds what must be escaped, or a broken escape.
    User,
    /// No host, or neither a name nor an address.
    Host,
    /// The port is no number from 1 to 65535.
    Port,
    /// The parameters are broken, or something else stands there.
    Params,
    /// The headers behind the question mark are broken.
    Headers,
    /// A telephone number holds no digit, or something beside digits and separators, or is local without a
    /// phone-context.
    Number,
}

/// A URI taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Uri<'a> {
    /// Its kind.
    pub scheme: Scheme,
    /// The user part, escapes inside; the number of a tel URI.
    pub user: Option<&'a [u8]>,
    /// The password, escapes inside.
    pub password: Option<&'a [u8]>,
    /// The host; an empty name in URIs that have none.
    pub host: Host<'a>,
    /// The port, if one is written.
    pub port: Option<u16>,
    /// The URI's parameters.
    pub params: Params<'a>,
    /// The headers behind the question mark.
    pub headers: &'a [u8],
    raw: &'a [u8],
}

impl<'a> Uri<'a> {
    /// Takes a URI apart. Of unknown schemes only the scheme is read; the rest is in [`Uri::raw`].
    ///
    /// # Errors
    /// [`UriError`] names the part that is wrong.
    pub fn parse(text: &'a [u8]) -> Result<Self, UriError> {
        let (scheme, rest) = match text {
            [b's', b'i', b'p', b':', rest @ ..] => (Scheme::Sip, rest),
            _ => Scheme::cut(text).ok_or(UriError::Scheme)?,
        };
        let scan = Scan::new(rest);
        match scheme {
            Scheme::Sip | Scheme::Sips => Self::sip(scheme, scan, text),
            Scheme::Tel => Self::tel(scan, text),
            Scheme::Other => {
                if scan.rest.is_empty() || !all(text, URI) {
                    return Err(UriError::Scheme);
                }
                Ok(Self::blank(scheme, text))
            }
        }
    }

    const fn blank(scheme: Scheme, raw: &'a [u8]) -> Self {
        Self {
            scheme,
            user: None,
            password: None,
            host: Host::Name(b""),
            port: None,
            params: Params::new(b""),
            headers: b"",
            raw,
        }
    }

    fn sip(scheme: Scheme, mut scan: Scan<'a>, raw: &'a [u8]) -> Result<Self, UriError> {
        // an @ stands nowhere unescaped but after the user part, which may hold ; and ? (rfc4475#3.1.1.9)
        let mut ahead = scan;
        let name = ahead.run_escaped(USER);
        let secret = ahead.eat(b':').then(|| ahead.run_escaped(USER));
        let (mut user, mut password) = (None, None);
        if ahead.eat(b'@') {
            if name.is_empty() {
                return Err(UriError::User);
            }
            (user, password, scan) = (Some(name), secret, ahead);
        } else if ahead.rest.contains(&b'@')
            && ahead.rest.iter().find(|byte| matches!(byte, b'@' | b'"')) == Some(&b'@')
        {
            return Err(UriError::User);
        }
        let host = Host::read(&mut scan).ok_or(UriError::Host)?;
        let port = match scan.eat(b':') {
            true => Some(port(&mut scan).ok_or(UriError::Port)?),
            false => None,
        };
        let params = uri_params(&mut scan)?;
        let headers = match scan.rest {
            [] => &[],
            [b'?', headers @ ..] if self::headers(headers) => headers,
            [b'?', ..] => return Err(UriError::Headers),
            _ => return Err(UriError::Params),
        };
        Ok(Self { scheme, user, password, host, port, params, headers, raw })
    }

    // rfc3966#3
    fn tel(mut scan: Scan<'a>, raw: &'a [u8]) -> Result<Self, UriError> {
        let mut uri = Self::blank(Scheme::Tel, raw);
        let end = scan.rest.iter().position(|byte| *byte == b';').unwrap_or(scan.rest.len());
        let number = scan.take(end);
        uri.params = uri_params(&mut scan)?;
        if !scan.rest.is_empty() {
            return Err(UriError::Params);
        }
        let global = if let [b'+', digits @ ..] = number { Some(digits) } else { None };
        let local = global.is_none();
        let mut digits = false;
        for byte in global.unwrap_or(number) {
            match *byte {
                b'0'..=b'9' => digits = true,
                b'a'..=b'f' | b'A'..=b'F' | b'*' | b'#' if local => digits = true,
                b'-' | b'.' | b'(' | b')' => {}
                _ => return Err(UriError::Number),
            }
        }
        // a local number means something only in its context
        if !digits || (local && !uri.params.has(b"phone-context")) {
            return Err(UriError::Number);
        }
        uri.user = Some(number);
        Ok(uri)
    }

    /// The URI as it stands.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The URI as it may stand in a request line: no method parameter and no headers (rfc3261#19.1.1, #19.1.5). In
    /// two parts.
    #[must_use]
    pub fn for_request(&self) -> [&'a [u8]; 2] {
        let at = |part: &[u8]| part.as_ptr().addr().saturating_sub(self.raw.as_ptr().addr());
        let end = if self.headers.is_empty() { self.raw.len() } else { at(self.headers).saturating_sub(1) };
        let method = Iterator::find(&mut self.params.clone(), |(name, _)| same(name, b"method"));
        let (cut, resume) = match method {
            Some((name, value)) => {
                (at(name).saturating_sub(1), value.map_or(at(name) + name.len(), |value| at(value) + value.len()))
            }
            None => (end, end),
        };
        [self.raw.get(..cut).unwrap_or_default(), self.raw.get(resume..end).unwrap_or_default()]
    }

    /// Writes the value of a header of this name behind the question mark, with its escapes undone. False: there is none.
    pub fn write_header(&self, wanted: &str, out: &mut Cursor<'_>) -> bool {
        let mut all = self.headers.split(|byte| *byte == b'&').map(cut_header);
        let named = |name: &[u8]| {
            decoded(name).map(|byte| byte.to_ascii_lowercase()).eq(wanted.bytes().map(|byte| byte.to_ascii_lowercase()))
        };
        let Some((_, value)) = all.find(|(name, _)| named(name)) else { return false };
        decoded(value).for_each(|byte| out.put(&[byte]));
        true
    }

    /// The transport parameter.
    #[must_use]
    pub fn transport(&self) -> Option<&'a [u8]> {
        self.params.get(b"transport")
    }

    /// The lr parameter is there: a loose router.
    #[must_use]
    pub fn lr(&self) -> bool {
        self.params.has(b"lr")
    }

    /// The maddr parameter.
    #[must_use]
    pub fn maddr(&self) -> Option<Host<'a>> {
        Host::parse_bare(self.params.get(b"maddr")?)
    }

    /// The method parameter.
    #[must_use]
    pub fn method(&self) -> Option<Method<'a>> {
        self.params.get(b"method").map(Method::parse)
    }

    /// The user parameter says that the user part is a telephone number.
    #[must_use]
    pub fn is_phone(&self) -> bool {
        self.scheme == Scheme::Tel || self.params.get(b"user").is_some_and(|value| same(value, b"phone"))
    }

    /// Writes the user part with its percent escapes undone, once.
    pub fn decoded_user(&self, out: &mut Cursor<'_>) {
        for byte in decoded(self.user.unwrap_or_default()) {
            out.put(&[byte]);
        }
    }

    /// The same address by the rules of rfc3261#19.1.4 (and rfc3966#5 for numbers).
    #[must_use]
    pub fn equal(&self, other: &Uri<'_>) -> bool {
        if self.scheme != other.scheme {
            return false;
        }
        match self.scheme {
            Scheme::Other => self.raw == other.raw,
            Scheme::Tel => {
                let digits = |text: &'a [u8]| {
                    text.iter().filter(|byte| !matches!(**byte, b'-' | b'.' | b'(' | b')')).map(u8::to_ascii_lowercase)
                };
                let theirs =
                    other.user.unwrap_or_default().iter().filter(|byte| !matches!(**byte, b'-' | b'.' | b'(' | b')'));
                digits(self.user.unwrap_or_default()).eq(theirs.map(u8::to_ascii_lowercase))
                    && covers(&self.params, &other.params, true)
                    && covers(&other.params, &self.params, true)
            }
            Scheme::Sip | Scheme::Sips => {
                self.user.is_some() == other.user.is_some()
                    && decoded(self.user.unwrap_or_default()).eq(decoded(other.user.unwrap_or_default()))
                    && self.password.is_some() == other.password.is_some()
                    && decoded(self.password.unwrap_or_default()).eq(decoded(other.password.unwrap_or_default()))
                    && self.host == other.host
                    && self.port == other.port
                    && covers(&self.params, &other.params, false)
                    && covers(&other.params, &self.params, false)
                    && same_headers(self.headers, other.headers)
                    && same_headers(other.headers, self.headers)
            }
        }
    }
}

/// Every parameter of `a` that matters is in `b` and equal to it.
fn covers(a: &Params<'_>, b: &Params<'_>, all_matter: bool) -> bool {
    (*a).take(crate::base::limits::URI_PARTS_COMPARED).all(|(name, value)| match b.find(name) {
        Some(other) => decoded(value.unwrap_or_default())
            .map(|byte| byte.to_ascii_lowercase())
            .eq(decoded(other.unwrap_or_default()).map(|byte| byte.to_ascii_lowercase())),
        // rfc3261#19.1.4: these must be in both or in neither
        None => {
            !all_matter
                && ![&b"user"[..], b"ttl", b"method", b"maddr", b"transport"].iter().any(|must| same(must, name))
        }
    })
}

fn same_headers(a: &[u8], b: &[u8]) -> bool {
    let of = |headers| <[u8]>::split(headers, |byte| *byte == b'&').take(crate::base::limits::URI_PARTS_COMPARED);
    of(a).all(|header| {
        let (name, value) = cut_header(header);
        of(b).any(|other| {
            let (other_name, other_value) = cut_header(other);
            decoded(name)
                .map(|byte| byte.to_ascii_lowercase())
                .eq(decoded(other_name).map(|byte| byte.to_ascii_lowercase()))
                && decoded(value).eq(decoded(other_value))
        })
    })
}

fn cut_header(header: &[u8]) -> (&[u8], &[u8]) {
    let end = header.iter().position(|byte| *byte == b'=').unwrap_or(header.len());
    (header.get(..end).unwrap_or_default(), header.get(end + 1..).unwrap_or_default())
}

/// The bytes with percent escapes undone, once; a broken escape stays as it is.
pub(super) fn decoded(text: &[u8]) -> impl Iterator<Item = u8> + '_ {
    let mut rest = text;
    core::iter::from_fn(move || {
        if let [b'%', high, low, after @ ..] = rest
            && let (Some(high), Some(low)) = ((*high as char).to_digit(16), (*low as char).to_digit(16))
        {
            rest = after;
            return Some((high * 16 + low) as u8);
        }
        let (first, after) = rest.split_first()?;
        rest = after;
        Some(*first)
    })
}

/// A port: at most five digits, 1 to 65535.
pub(super) fn port(scan: &mut Scan<'_>) -> Option<u16> {
    u16::try_from(scan.number()?).ok().filter(|port| *port > 0)
}

fn uri_params<'a>(scan: &mut Scan<'a>) -> Result<Params<'a>, UriError> {
    let start = scan.rest;
    while scan.eat(b';') {
        if scan.run_escaped(URI_PLAIN).is_empty() {
            return Err(UriError::Params);
        }
        if scan.eat(b'=') {
            // a quoted one is not in the grammar, but peers write it. Without white space, for a URI may have to stand
            // in a request line.
            if scan.run_escaped(URI_PLAIN).is_empty() && !scan.quoted().is_some_and(visible) {
                return Err(UriError::Params);
            }
        }
    }
    Ok(Params::new(start.get(..start.len() - scan.rest.len()).unwrap_or_default()))
}

fn headers(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'&').all(|header| {
        let (name, value) = cut_header(header);
        let plain = |text: &[u8]| text.iter().all(|byte| is(*byte, PARAM) || *byte == b'?') && !text.contains(&b'&');
        !name.is_empty() && header.len() > name.len() && plain(name) && plain(value)
    })
}

#[cfg(test)]
mod tests;
