//! Hosts: names, IPv4 addresses, IPv6 references.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::chars::{HOST, Scan, is, same};

/// Where something is: by name or by address.
#[derive(Clone, Copy, Debug, Eq)]
pub enum Host<'a> {
    /// A name to be looked up, as it was written.
    Name(&'a [u8]),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address; written in brackets.
    V6(Ipv6Addr),
}

impl<'a> Host<'a> {
    /// A whole text: a name, an IPv4 address, an IPv6 address in brackets.
    #[must_use]
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        let mut scan = Scan::new(text);
        let host = Self::read(&mut scan)?;
        scan.rest.is_empty().then_some(host)
    }

    /// Like [`Host::parse`], and an IPv6 address may come without brackets, as in Via's received (rfc5118#4.5).
    #[must_use]
    pub fn parse_bare(text: &'a [u8]) -> Option<Self> {
        if text.iter().filter(|byte| **byte == b':').count() >= 2 && text.first() != Some(&b'[') {
            return v6(text).map(Self::V6);
        }
        Self::parse(text)
    }

    pub(super) fn read(scan: &mut Scan<'a>) -> Option<Self> {
        if scan.eat(b'[') {
            let end = scan.rest.iter().position(|byte| *byte == b']')?;
            let address = v6(scan.take(end))?;
            let _ = scan.take(1);
            return Some(Self::V6(address));
        }
        if matches!(scan.peek(), Some(b'0'..=b'9'))
            && let Some((address, rest)) = v4(scan.rest)
            && !rest.first().is_some_and(|byte| is(*byte, HOST))
        {
            scan.rest = rest;
            return Some(Self::V4(address));
        }
        let text = scan.run(HOST);
        if text.is_empty() {
            return None;
        }
        // rfc3261#25.1: the last label of a name begins with a letter, so what ends in a number is an address or nothing
        let label = text.strip_suffix(b".").unwrap_or(text).rsplit(|byte| *byte == b'.').next()?;
        if label.iter().all(u8::is_ascii_digit) || text.first() == Some(&b'.') {
            return None;
        }
        Some(Self::Name(text))
    }

    /// The address, if it is one.
    #[must_use]
    pub const fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::Name(_) => None,
            Self::V4(address) => Some(IpAddr::V4(*address)),
            Self::V6(address) => Some(IpAddr::V6(*address)),
        }
    }
}

impl PartialEq for Host<'_> {
    /// Names without regard to case, addresses by value: two spellings of one IPv6 address are the same host.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Name(a), Self::Name(b)) => same(a, b),
            (Self::V4(a), Self::V4(b)) => a == b,
            (Self::V6(a), Self::V6(b)) => a == b,
            _ => false,
        }
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(core::str::from_utf8(name).unwrap_or_default()),
            Self::V4(address) => write!(f, "{address}"),
            Self::V6(address) => write!(f, "[{address}]"),
        }
    }
}

/// An IPv4 address and what follows it.
fn v4(text: &[u8]) -> Option<(Ipv4Addr, &[u8])> {
    let mut octets = [0u8; 4];
    let mut rest = text;
    for (n, octet) in octets.iter_mut().enumerate() {
        if n > 0 {
            rest = rest.strip_prefix(b".")?;
        }
        let mut value = 0u16;
        let mut digits = 0;
        while let [digit @ b'0'..=b'9', after @ ..] = rest {
            value = value * 10 + u16::from(*digit - b'0');
            digits += 1;
            rest = after;
            if digits > 3 {
                return None;
            }
        }
        if digits == 0 || value > 255 {
            return None;
        }
        *octet = value as u8;
    }
    Some((Ipv4Addr::from(octets), rest))
}

fn v6(text: &[u8]) -> Option<Ipv6Addr> {
    let text = core::str::from_utf8(text).ok()?;
    // rfc5118#4.10: rfc3261's grammar made some write three colons before an embedded IPv4 address; two are meant
    if let Some((head, tail)) = text.split_once(":::") {
        let mut joined = [0u8; 48];
        let mut out = crate::base::cursor::Cursor::new(&mut joined);
        out.put_str(head);
        out.put(b"::");
        out.put_str(tail);
        return core::str::from_utf8(out.written()).ok()?.parse().ok().filter(|_| tail.contains('.'));
    }
    text.parse().ok()
}
