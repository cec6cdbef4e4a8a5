//! Hosts: names, IPv4 addresses, IPv6 references.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::chars::{HOST, Scan, is, same};
use crate::base::cursor::Cursor;
use crate::wire::bytes::{self, v4};

/// A host, by name or by address.
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

    /// The host of a text that may name a port behind it (rfc3261#25.1, hostport).
    #[must_use]
    pub fn before_port(text: &'a [u8]) -> Option<Self> {
        Self::read(&mut Scan::new(text))
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
        // rfc3261#25.1: the last label of a name begins with a letter, so a text that ends in a number is an address
        // or nothing
        let mut label = if let [label @ .., b'.'] = text { label } else { text };
        while let [before @ .., b'0'..=b'9'] = label {
            label = before;
        }
        if matches!(label, [] | [.., b'.']) || matches!(text, [b'.', ..]) {
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

/// An IPv6 address, and the spelling of it that rfc3261's grammar led to.
fn v6(text: &[u8]) -> Option<Ipv6Addr> {
    // rfc5118#4.10: that grammar made some write three colons before an embedded IPv4 address; two are meant
    let Some(at) = text.windows(3).position(|three| three == b":::") else { return bytes::v6(text) };
    let (head, tail) = (text.get(..at)?, text.get(at + 3..)?);
    let mut joined = [0u8; 48];
    let mut out = Cursor::new(&mut joined);
    out.put(head);
    out.put(b"::");
    out.put(tail);
    bytes::v6(out.written()).filter(|_| tail.contains(&b'.'))
}
