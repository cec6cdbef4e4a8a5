//! Session descriptions (RFC 8866), read where they lie.
//!
//! [`Session::parse`] walks the lines once, judges them and reads the session's own; nothing is copied.
//! [`Session::media`] then gives each `m=` section as a [`Media`], whose lines are read when they are asked for:
//! [`Media::read`] gives connection, direction and packet time, its own or, failing that, the session's, and shows what
//! is said of each payload type, all in one pass. Unknown lines and attributes are kept readable and otherwise ignored.
//! SRTP (`a=crypto`, `a=fingerprint`) and ICE (`a=candidate`) are such attributes: who needs them asks
//! [`Media::attributes`].

mod media;
mod session;
mod text;

use crate::wire::bytes::{cut, ip, plain_v4};
use core::net::IpAddr;
pub use media::{Media, Note, Traits};
pub use session::Session;
pub(crate) use text::number;
use text::{digits, line, trim, word, words};

/// A description's fault.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SdpError {
    /// It does not begin with `v=`.
    NoVersion,
    /// Its version is not 0.
    Version,
    /// There is no `o=` line among the session's own lines.
    NoOrigin,
    /// A line is not `letter=value`, or there is a NUL somewhere.
    Line,
    /// A `c=` line lacks a field.
    Connection,
    /// An `m=` line lacks a field, or its port is no port.
    Media,
    /// More than [`SDP_MEDIA`](crate::base::limits::SDP_MEDIA) media lines.
    TooManyMedia,
    /// More than [`SDP_LINES`](crate::base::limits::SDP_LINES) lines.
    TooManyLines,
}

impl SdpError {
    /// The fault in words.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoVersion => "SDP does not begin with v=",
            Self::Version => "SDP version is not 0",
            Self::NoOrigin => "SDP has no o= line",
            Self::Line => "SDP line is not letter=value",
            Self::Connection => "SDP c= line is malformed",
            Self::Media => "SDP m= line is malformed",
            Self::TooManyMedia => "SDP has too many m= lines",
            Self::TooManyLines => "SDP has too many lines",
        }
    }
}

/// The direction of media, seen from the writer of the description.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum Direction {
    /// Both ways; the default (rfc8866#6.7).
    #[default]
    SendReceive = 0,
    /// The writer only sends.
    SendOnly = 1,
    /// The writer only receives.
    ReceiveOnly = 2,
    /// Neither.
    Inactive = 3,
}

impl Direction {
    /// From the writer's side.
    #[must_use]
    pub const fn new(send: bool, receive: bool) -> Self {
        match (send, receive) {
            (true, true) => Self::SendReceive,
            (true, false) => Self::SendOnly,
            (false, true) => Self::ReceiveOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// The writer sends.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendReceive | Self::SendOnly)
    }

    /// The writer receives.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendReceive | Self::ReceiveOnly)
    }

    /// The same flow seen from the other end.
    #[must_use]
    pub const fn mirror(self) -> Self {
        Self::new(self.receives(), self.sends())
    }

    /// The directions that both this and `other` allow, seen from the same end.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self::new(self.sends() && other.sends(), self.receives() && other.receives())
    }

    /// The attribute's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendReceive => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::ReceiveOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    fn of(name: &[u8]) -> Option<Self> {
        match name {
            b"sendrecv" => Some(Self::SendReceive),
            b"sendonly" => Some(Self::SendOnly),
            b"recvonly" => Some(Self::ReceiveOnly),
            b"inactive" => Some(Self::Inactive),
            _ => None,
        }
    }
}

/// The address in a `c=` or `a=rtcp` line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Address<'a> {
    /// An IP address; a multicast TTL or count behind it was cut off.
    Ip(IpAddr),
    /// A host name (rfc8866#5.7).
    Name(&'a [u8]),
    /// In another network than the Internet.
    OtherNetwork,
    /// Of another kind than IPv4 and IPv6, or not of its declared kind.
    OtherKind,
}

impl<'a> Address<'a> {
    /// Reads `IN IP4 192.0.2.1`.
    fn read(value: &'a [u8]) -> Option<Self> {
        // the usual kind in one step
        if let [b'I', b'N', b' ', b'I', b'P', b'4', b' ', text @ ..] = value
            && let Some((address, [] | [b' ' | b'/', ..])) = plain_v4(text)
        {
            return Some(Self::Ip(IpAddr::V4(address)));
        }
        let mut fields = words(value);
        let (network, kind, text) = (fields.next()?, fields.next()?, fields.next()?);
        let (bare, _) = cut(text, b'/');
        if !network.eq_ignore_ascii_case(b"IN") {
            return Some(Self::OtherNetwork);
        }
        let v6 = kind.eq_ignore_ascii_case(b"IP6");
        Some(match ip(bare) {
            _ if !v6 && !kind.eq_ignore_ascii_case(b"IP4") => Self::OtherKind,
            Some(address) if address.is_ipv6() == v6 => Self::Ip(address),
            None if is_name(bare) => Self::Name(bare),
            _ => Self::OtherKind,
        })
    }
}

/// Host names: labels of letters, digits, `-` and, as some write, `_` between dots. rfc1123#2.1: the last one is no
/// number, or it were an address.
fn is_name(text: &[u8]) -> bool {
    let text = if let [labels @ .., b'.'] = text { labels } else { text };
    let labels = || text.split(|byte| *byte == b'.');
    text.len() <= 253
        && labels().all(|label| {
            matches!(label.len(), 1..=63)
                && label.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
        && labels().next_back().is_some_and(|last| last.iter().any(|byte| !byte.is_ascii_digit()))
}

/// The `o=` line: the session's author and its version. Nothing here depends on it, so fields that a peer leaves out
/// are empty or 0.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Origin<'a> {
    /// The user's name, often `-`.
    pub user: &'a [u8],
    /// The session's number; one beyond 64 bits reads as the largest.
    pub session_id: u64,
    /// Goes up when the description changes.
    pub version: u64,
    /// Network, address family and address, as they stand.
    pub host: &'a [u8],
}

impl<'a> Origin<'a> {
    fn read(value: &'a [u8]) -> Self {
        let (user, rest) = cut(value, b' ');
        let (session_id, rest) = word(rest.unwrap_or_default()).unwrap_or_default();
        let (version, host) = word(rest).unwrap_or_default();
        let number = |text| digits(text).map_or(0, |(number, _)| number);
        Self { user, session_id: number(session_id), version: number(version), host: trim(host) }
    }
}

/// An attribute: `a=name` or `a=name:value`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Attribute<'a> {
    /// Before the colon.
    pub name: &'a [u8],
    /// After the colon; empty when there is none.
    pub value: &'a [u8],
}

impl<'a> Attribute<'a> {
    fn read(text: &'a [u8]) -> Self {
        let (name, value) = cut(text, b':');
        Self { name, value: value.unwrap_or_default() }
    }
}

/// The attributes of a section, in order.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        loop {
            let (line, rest) = line(self.rest)?;
            self.rest = rest;
            if let [b'a', b'=', text @ ..] = line {
                return Some(Attribute::read(text));
            }
        }
    }
}

/// The value of `a=rtpmap`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RtpMap<'a> {
    /// The encoding's name; compared without regard to case.
    pub name: &'a [u8],
    /// Its RTP clock in Hz.
    pub clock: u32,
    /// Channels; 1 when not said.
    pub channels: u8,
}

/// `a=rtcp` (RFC 3605): the address of RTCP where it is not the next port.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rtcp<'a> {
    /// Its port.
    pub port: u16,
    /// Its address, when it differs from the media's.
    pub address: Option<Address<'a>>,
}

impl<'a> Rtcp<'a> {
    /// Reads `53020` or `53020 IN IP4 126.16.64.4`. rfc3605#2.1
    fn read(value: &'a [u8]) -> Option<Self> {
        let (port, rest) = word(value)?;
        Some(Self { port: u16::try_from(number(port)?).ok()?, address: Address::read(rest) })
    }
}

#[cfg(test)]
mod tests;
