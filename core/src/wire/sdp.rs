//! Session descriptions (RFC 8866), read where they lie.
//!
//! [`Session::parse`] walks the lines once and judges them; nothing is copied. [`Session::media`] then gives each `m=` section as a
//! [`Media`] whose connection, direction and packet time are its own or, failing that, the session's.
//! Unknown lines and attributes are kept readable and otherwise ignored. SRTP (`a=crypto`, `a=fingerprint`) and ICE (`a=candidate`) are
//! such attributes: who needs them asks [`Media::attributes`].

use crate::base::limits::{SDP_FORMATS, SDP_LINES, SDP_MEDIA};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is wrong with a description.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SdpError {
    /// It does not begin with `v=`.
    NoVersion,
    /// Its version is not 0.
    Version,
    /// There is no `o=` line among the session's own lines.
    NoOrigin,
    /// A line is not `letter=value`, or carries a NUL or a lone CR.
    Line,
    /// The `o=` line lacks a field, or its numbers are not numbers.
    Origin,
    /// A `c=` line lacks a field.
    Connection,
    /// An `m=` line lacks a field, or its port is no port.
    Media,
    /// More than [`SDP_MEDIA`] media lines.
    TooManyMedia,
    /// More than [`SDP_LINES`] lines.
    TooManyLines,
}

impl SdpError {
    /// What to tell people.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoVersion => "SDP does not begin with v=",
            Self::Version => "SDP version is not 0",
            Self::NoOrigin => "SDP has no o= line",
            Self::Line => "SDP line is not letter=value",
            Self::Origin => "SDP o= line is malformed",
            Self::Connection => "SDP c= line is malformed",
            Self::Media => "SDP m= line is malformed",
            Self::TooManyMedia => "SDP has too many m= lines",
            Self::TooManyLines => "SDP has too many lines",
        }
    }
}

/// Which way media flows, seen from the one who wrote the description.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum Direction {
    /// Both ways; what holds when nothing is said (rfc8866#6.7).
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
    /// From what the writer does.
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

    /// What both this and `other` allow, seen from the same end.
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

/// Where a `c=` or `a=rtcp` line points.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Address<'a> {
    /// An IP address; a multicast TTL or count behind it was cut off.
    Ip(IpAddr),
    /// A host name, or an address of a network we do not know.
    Name(&'a [u8]),
}

impl<'a> Address<'a> {
    /// Reads `IN IP4 192.0.2.1`.
    fn read(value: &'a [u8]) -> Option<Self> {
        let mut fields = words(value);
        let (network, _family, text) = (fields.next()?, fields.next()?, fields.next()?);
        let bare = match memchr::memchr(b'/', text) {
            Some(at) => text.get(..at)?,
            None => text,
        };
        if !network.eq_ignore_ascii_case(b"IN") {
            return Some(Self::Name(bare));
        }
        Some(match ip(bare) {
            Some(address) => Self::Ip(address),
            None => Self::Name(bare),
        })
    }
}

/// The `o=` line: who made the session, and which edition of it this is.
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
    fn read(value: &'a [u8]) -> Option<Self> {
        let (user, rest) = word(value)?;
        let (session_id, rest) = word(rest)?;
        let (version, host) = word(rest)?;
        if words(host).count() < 3 {
            return None;
        }
        Some(Self { user, session_id: long(session_id)?, version: long(version)?, host: host.trim_ascii() })
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
        match text.iter().position(|byte| *byte == b':') {
            Some(colon) => Self { name: text.get(..colon).unwrap_or_default(), value: text.get(colon + 1..).unwrap_or_default() },
            None => Self { name: text, value: &[] },
        }
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

/// What `a=rtpmap` says of a payload type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RtpMap<'a> {
    /// The encoding's name; compared without regard to case.
    pub name: &'a [u8],
    /// Its RTP clock in Hz.
    pub clock: u32,
    /// Channels; 1 when not said.
    pub channels: u8,
}

/// `a=rtcp` (RFC 3605): where RTCP goes when it is not the next port.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Rtcp<'a> {
    /// Its port.
    pub port: u16,
    /// Its address, when it differs from the media's.
    pub address: Option<Address<'a>>,
}

/// What a section may inherit from the session.
#[derive(Clone, Copy, Debug, Default)]
struct Common<'a> {
    connection: Option<Address<'a>>,
    direction: Option<Direction>,
    ptime: Option<u16>,
    max_ptime: Option<u16>,
}

impl<'a> Common<'a> {
    /// Takes note of an attribute; the first of a kind counts.
    fn note(&mut self, attribute: Attribute<'a>) {
        if let Some(direction) = Direction::of(attribute.name) {
            self.direction = self.direction.or(Some(direction));
        } else if attribute.name == b"ptime" {
            self.ptime = self.ptime.or(milliseconds(attribute.value));
        } else if attribute.name == b"maxptime" {
            self.max_ptime = self.max_ptime.or(milliseconds(attribute.value));
        }
    }

    /// Its own, or the session's.
    const fn or(self, session: Self) -> Self {
        Self {
            connection: if self.connection.is_some() { self.connection } else { session.connection },
            direction: if self.direction.is_some() { self.direction } else { session.direction },
            ptime: if self.ptime.is_some() { self.ptime } else { session.ptime },
            max_ptime: if self.max_ptime.is_some() { self.max_ptime } else { session.max_ptime },
        }
    }
}

/// One `m=` section.
#[derive(Clone, Copy, Debug)]
pub struct Media<'a> {
    /// `audio`, `video`, …
    pub kind: &'a [u8],
    /// The port; 0 means refused or removed (rfc3264#6).
    pub port: u16,
    /// How many ports; 1 when not said.
    pub ports: u16,
    /// `RTP/AVP`, …
    pub proto: &'a [u8],
    /// The `a=rtcp` line.
    pub rtcp: Option<Rtcp<'a>>,
    /// `a=rtcp-mux` (RFC 5761) is there.
    pub rtcp_mux: bool,
    formats: &'a [u8],
    common: Common<'a>,
    lines: &'a [u8],
}

impl<'a> Media<'a> {
    /// Reads the section at the front of `text`; the rest begins at the next `m=`.
    fn take(text: &'a [u8], session: Common<'a>, budget: &mut usize) -> Result<(Self, &'a [u8]), SdpError> {
        let (first, lines) = field(text)?.ok_or(SdpError::Media)?;
        spend(budget)?;
        let mut media = Self::head(first.value).ok_or(SdpError::Media)?;
        let mut own = Common::default();
        let mut rest = lines;
        while let Some((line, after)) = field(rest)? {
            match line.letter {
                b'm' => break,
                b'c' => own.connection = own.connection.or(Some(Address::read(line.value).ok_or(SdpError::Connection)?)),
                b'a' => {
                    let attribute = Attribute::read(line.value);
                    match attribute.name {
                        b"rtcp" => media.rtcp = media.rtcp.or(rtcp(attribute.value)),
                        b"rtcp-mux" => media.rtcp_mux = true,
                        _ => own.note(attribute),
                    }
                }
                _ => {}
            }
            spend(budget)?;
            rest = after;
        }
        media.lines = lines.get(..lines.len().saturating_sub(rest.len())).unwrap_or_default();
        media.common = own.or(session);
        Ok((media, rest))
    }

    /// Reads `audio 49170/2 RTP/AVP 0 8`.
    fn head(value: &'a [u8]) -> Option<Self> {
        if !value.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return None;
        }
        let (kind, rest) = word(value)?;
        let (port, rest) = word(rest)?;
        let (proto, formats) = word(rest)?;
        let (port, ports) = match memchr::memchr(b'/', port) {
            Some(at) => (port.get(..at)?, number(port.get(at + 1..)?)?),
            None => (port, 1),
        };
        Some(Self {
            kind,
            port: u16::try_from(number(port)?).ok()?,
            ports: u16::try_from(ports).ok()?,
            proto,
            rtcp: None,
            rtcp_mux: false,
            formats,
            common: Common::default(),
            lines: &[],
        })
    }

    /// The formats of the `m=` line, most wanted first; those beyond [`SDP_FORMATS`] are left out.
    pub fn formats(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        words(self.formats).take(SDP_FORMATS)
    }

    /// Those formats that are RTP payload types.
    pub fn payload_types(&self) -> impl Iterator<Item = u8> + use<'a> {
        self.formats().filter_map(|format| u8::try_from(number(format)?).ok().filter(|number| *number < 128))
    }

    /// Where its media goes: its own `c=` line, else the session's.
    #[must_use]
    pub const fn connection(&self) -> Option<Address<'a>> {
        self.common.connection
    }

    /// Its own direction, else the session's, else both ways.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.common.direction.unwrap_or_default()
    }

    /// `a=ptime` in whole milliseconds; one of 0 counts as none.
    #[must_use]
    pub const fn ptime(&self) -> Option<u16> {
        self.common.ptime
    }

    /// `a=maxptime` in whole milliseconds.
    #[must_use]
    pub const fn max_ptime(&self) -> Option<u16> {
        self.common.max_ptime
    }

    /// Its attributes, in order.
    #[must_use]
    pub const fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: self.lines }
    }

    /// The value of its first attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.attributes().find(|attribute| attribute.name == name).map(|attribute| attribute.value)
    }

    /// What `a=rtpmap` says of a payload type.
    #[must_use]
    pub fn rtpmap(&self, payload_type: u8) -> Option<RtpMap<'a>> {
        let text = self.about(b"rtpmap", payload_type)?;
        let mut parts = text.split(|byte| *byte == b'/');
        let name = parts.next().filter(|name| !name.is_empty())?;
        let clock = number(parts.next()?)?;
        // rfc8866#6.6: the parameter behind the clock is the number of audio channels, 1 if absent.
        let channels = parts.next().map_or(Some(1), |text| u8::try_from(number(text)?).ok())?;
        Some(RtpMap { name, clock, channels })
    }

    /// What `a=fmtp` says of a payload type.
    #[must_use]
    pub fn fmtp(&self, payload_type: u8) -> Option<&'a [u8]> {
        self.about(b"fmtp", payload_type)
    }

    /// The text behind the payload type, in the first attribute `name` that speaks of it.
    fn about(&self, name: &[u8], payload_type: u8) -> Option<&'a [u8]> {
        self.attributes().filter(|attribute| attribute.name == name).find_map(|attribute| {
            let (format, rest) = word(attribute.value)?;
            (number(format)? == u32::from(payload_type)).then(|| rest.trim_ascii())
        })
    }
}

/// A whole description.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// The `o=` line.
    pub origin: Origin<'a>,
    /// The first `t=` line's value; `None` if there is none.
    pub time: Option<&'a [u8]>,
    common: Common<'a>,
    lines: &'a [u8],
    sections: &'a [u8],
    count: u8,
}

impl<'a> Session<'a> {
    /// Reads a description and judges every line of it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(body: &'a [u8]) -> Result<Self, SdpError> {
        let mut budget = SDP_LINES;
        let mut common = Common::default();
        let (mut origin, mut time) = (None, None);
        // rfc8866#5.1: the version comes first, and there is only one.
        let (version, mut rest) = field(body)?.ok_or(SdpError::NoVersion)?;
        match (version.letter, version.value) {
            (b'v', b"0") => {}
            (b'v', _) => return Err(SdpError::Version),
            _ => return Err(SdpError::NoVersion),
        }
        spend(&mut budget)?;
        let lines = rest;
        while let Some((line, after)) = field(rest)? {
            match line.letter {
                b'm' => break,
                b'o' => origin = origin.or(Some(Origin::read(line.value).ok_or(SdpError::Origin)?)),
                b'c' => common.connection = common.connection.or(Some(Address::read(line.value).ok_or(SdpError::Connection)?)),
                b't' => time = time.or(Some(line.value)),
                b'a' => common.note(Attribute::read(line.value)),
                _ => {}
            }
            spend(&mut budget)?;
            rest = after;
        }
        let origin = origin.ok_or(SdpError::NoOrigin)?;
        let lines = lines.get(..lines.len().saturating_sub(rest.len())).unwrap_or_default();
        let sections = rest;
        let mut count = 0u8;
        while field(rest)?.is_some() {
            if usize::from(count) == SDP_MEDIA {
                return Err(SdpError::TooManyMedia);
            }
            (_, rest) = Media::take(rest, common, &mut budget)?;
            count += 1;
        }
        Ok(Self { origin, time, common, lines, sections, count })
    }

    /// How many `m=` lines.
    #[must_use]
    pub const fn media_count(&self) -> usize {
        self.count as usize
    }

    /// Its sections, in order.
    pub fn media(&self) -> impl Iterator<Item = Media<'a>> + use<'a> {
        let common = self.common;
        let mut rest = self.sections;
        let mut budget = usize::MAX;
        core::iter::from_fn(move || {
            let (media, after) = Media::take(rest, common, &mut budget).ok()?;
            rest = after;
            Some(media)
        })
    }

    /// The session's own `c=` line.
    #[must_use]
    pub const fn connection(&self) -> Option<Address<'a>> {
        self.common.connection
    }

    /// The session's own direction, which sections without one inherit.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.common.direction.unwrap_or_default()
    }

    /// The session's own attributes.
    #[must_use]
    pub const fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: self.lines }
    }
}

/// One line, split at its `=`.
struct Field<'a> {
    letter: u8,
    value: &'a [u8],
}

/// The next line that is not empty, judged, and what follows it; `None` at the end.
fn field(text: &[u8]) -> Result<Option<(Field<'_>, &[u8])>, SdpError> {
    let Some((line, rest)) = line(text) else { return Ok(None) };
    match line {
        [letter @ b'a'..=b'z', b'=', value @ ..] if memchr::memchr2(0, b'\r', value).is_none() => {
            Ok(Some((Field { letter: *letter, value }, rest)))
        }
        _ => Err(SdpError::Line),
    }
}

/// One line more.
fn spend(budget: &mut usize) -> Result<(), SdpError> {
    *budget = budget.checked_sub(1).ok_or(SdpError::TooManyLines)?;
    Ok(())
}

/// The next line that is not empty, without its end, and what follows it.
fn line(mut text: &[u8]) -> Option<(&[u8], &[u8])> {
    loop {
        let (line, rest) = match memchr::memchr(b'\n', text) {
            // rfc8866#5: CRLF ends a line, and a bare LF is to be accepted.
            Some(end) => (text.get(..end)?, text.get(end + 1..)?),
            None if text.is_empty() => return None,
            None => (text, &[] as &[u8]),
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() {
            return Some((line, rest));
        }
        text = rest;
    }
}

/// The first word and what follows it.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_start();
    let end = text.iter().position(|byte| *byte == b' ').unwrap_or(text.len());
    let (first, rest) = text.split_at_checked(end)?;
    (!first.is_empty()).then_some((first, rest))
}

/// The words between spaces.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}

/// A decimal number of 32 bits, digits only.
fn number(text: &[u8]) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u32, |sum, byte| match byte {
        b'0'..=b'9' => sum.checked_mul(10)?.checked_add(u32::from(byte - b'0')),
        _ => None,
    })
}

/// A decimal number that stays at the largest when it is larger, digits only.
fn long(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u64, |sum, byte| match byte {
        b'0'..=b'9' => Some(sum.saturating_mul(10).saturating_add(u64::from(byte - b'0'))),
        _ => None,
    })
}

/// A packet time; a fraction is cut off, and 0 is none (rfc3264#5.1).
fn milliseconds(text: &[u8]) -> Option<u16> {
    let whole = text.trim_ascii().split(|byte| *byte == b'.').next()?;
    u16::try_from(number(whole)?).ok().filter(|time| *time > 0)
}

/// Reads `53020` or `53020 IN IP4 126.16.64.4`. rfc3605#2.1
fn rtcp(value: &[u8]) -> Option<Rtcp<'_>> {
    let (port, rest) = word(value)?;
    Some(Rtcp { port: u16::try_from(number(port)?).ok()?, address: Address::read(rest) })
}

/// An address of either family.
fn ip(text: &[u8]) -> Option<IpAddr> {
    let text = core::str::from_utf8(text).ok()?;
    match text.parse::<Ipv4Addr>() {
        Ok(address) => Some(IpAddr::V4(address)),
        Err(_) => text.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
    }
}

#[cfg(test)]
mod tests;
