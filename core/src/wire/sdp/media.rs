//! One `m=` section.

use super::{
    Address, Attributes, Direction, Rtcp, RtpMap,
    text::{digits, line, number, trim, trim_start, word, words},
};
use crate::base::limits::SDP_FORMATS;
use crate::wire::bytes::{cut, printable};

/// The sum of a section's `c=` line and attributes. The first of a kind counts; what a section lacks, it has from
/// the session.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Traits<'a> {
    /// The address of its media.
    pub connection: Option<Address<'a>>,
    /// Its direction; `None` reads as both ways.
    pub direction: Option<Direction>,
    /// `a=ptime` in whole milliseconds; one of 0 counts as none.
    pub ptime: Option<u16>,
    /// `a=maxptime` in whole milliseconds.
    pub max_ptime: Option<u16>,
    /// `a=rtcp`.
    pub rtcp: Option<Rtcp<'a>>,
    /// `a=rtcp-mux` (RFC 5761).
    pub rtcp_mux: bool,
}

impl<'a> Traits<'a> {
    /// Fills missing values from the session; RTCP belongs to a section.
    fn complete(&mut self, session: &Self) {
        self.connection = self.connection.or(session.connection);
        self.direction = self.direction.or(session.direction);
        self.ptime = self.ptime.or(session.ptime);
        self.max_ptime = self.max_ptime.or(session.max_ptime);
    }

    /// Adds an attribute's value, unless there is one; `own` in a section.
    #[inline]
    pub(super) fn note(&mut self, text: &'a [u8], own: bool) {
        match text {
            [b's' | b'i', ..] | [b'r', b'e', ..] => self.direction = self.direction.or_else(|| Direction::of(text)),
            [b'p', b't', b'i', b'm', b'e', b':', value @ ..] => self.ptime = self.ptime.or_else(|| milliseconds(value)),
            [b'm', b'a', b'x', b'p', b't', b'i', b'm', b'e', b':', value @ ..] => {
                self.max_ptime = self.max_ptime.or_else(|| milliseconds(value));
            }
            // rfc3605#2.1, rfc5761#5.1.1: these two belong to a section.
            [b'r', b't', b'c', b'p', b':', value @ ..] if own => self.rtcp = self.rtcp.or_else(|| Rtcp::read(value)),
            b"rtcp-mux" if own => self.rtcp_mux = true,
            _ => {}
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
    /// The number of ports; 1 by default.
    pub ports: u16,
    /// `RTP/AVP`, …
    pub proto: &'a [u8],
    formats: &'a [u8],
    lines: &'a [u8],
    session: Traits<'a>,
}

impl<'a> Media<'a> {
    /// Reads `audio 49170/2 RTP/AVP 0 8`; `lines` are those below it, `session` the session's values.
    pub(super) fn begin(value: &'a [u8], lines: &'a [u8], session: Traits<'a>) -> Option<Self> {
        if !printable(value, b' ') {
            return None;
        }
        let (kind, rest) = word(value)?;
        let (port, rest) = digits(trim_start(rest))?;
        let (ports, rest) = match rest {
            [b'/', rest @ ..] => digits(rest)?,
            rest => (1, rest),
        };
        let [b' ', rest @ ..] = rest else { return None };
        let (proto, formats) = word(rest)?;
        let (port, ports) = (u16::try_from(port).ok()?, u16::try_from(ports).ok()?);
        Some(Self { kind, port, ports, proto, formats, lines, session })
    }

    /// The formats of the `m=` line, most wanted first; those beyond [`SDP_FORMATS`] are left out.
    pub fn formats(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        words(self.formats).take(SDP_FORMATS)
    }

    /// Those formats that are RTP payload types.
    pub fn payload_types(&self) -> impl Iterator<Item = u8> + use<'a> {
        self.formats().filter_map(payload_type)
    }

    /// Reads all its lines in one pass: shows every `a=rtpmap` and `a=fmtp` in order, and gives connection, direction,
    /// packet time and RTCP.
    #[inline]
    pub fn read(&self, mut seen: impl FnMut(Note<'a>)) -> Traits<'a> {
        let mut traits = Traits::default();
        let mut lines = self.lines;
        while let Some((line, rest)) = line(lines) {
            lines = rest;
            match line {
                [b'c', b'=', value @ ..] if traits.connection.is_none() => traits.connection = Address::read(value),
                [b'a', b'=', text @ ..] => match Note::read(text) {
                    Some(note) => seen(note),
                    None => traits.note(text, true),
                },
                _ => {}
            }
        }
        traits.complete(&self.session);
        traits
    }

    /// Connection, direction, packet time and RTCP.
    #[must_use]
    pub fn traits(&self) -> Traits<'a> {
        self.read(|_| ())
    }

    /// Its own direction, else the session's, else both ways.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.traits().direction.unwrap_or_default()
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

    /// The `a=rtpmap` of a payload type.
    #[must_use]
    pub fn rtpmap(&self, payload_type: u8) -> Option<RtpMap<'a>> {
        self.notes().find_map(|note| match note {
            Note::Map(number, text) if number == payload_type => RtpMap::read(text),
            _ => None,
        })
    }

    /// The `a=fmtp` of a payload type.
    #[must_use]
    pub fn fmtp(&self, payload_type: u8) -> Option<&'a [u8]> {
        self.notes().find_map(|note| match note {
            Note::Parameters(number, text) if number == payload_type => Some(text),
            _ => None,
        })
    }

    /// Every `a=rtpmap` and `a=fmtp`, in order.
    pub fn notes(&self) -> impl Iterator<Item = Note<'a>> + use<'a> {
        let mut lines = self.lines;
        core::iter::from_fn(move || {
            loop {
                let (first, rest) = line(lines)?;
                lines = rest;
                if let [b'a', b'=', text @ ..] = first
                    && let Some(note) = Note::read(text)
                {
                    return Some(note);
                }
            }
        })
    }
}

/// One line of a section about a payload type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Note<'a> {
    /// `a=rtpmap`; [`RtpMap::read`] reads it.
    Map(u8, &'a [u8]),
    /// `a=fmtp`.
    Parameters(u8, &'a [u8]),
}

impl<'a> Note<'a> {
    /// Reads `rtpmap:0 PCMU/8000` or `fmtp:101 0-15`.
    #[inline]
    fn read(text: &'a [u8]) -> Option<Self> {
        let (map, text) = match text {
            [b'r', b't', b'p', b'm', b'a', b'p', b':', text @ ..] => (true, text),
            [b'f', b'm', b't', b'p', b':', text @ ..] => (false, text),
            _ => return None,
        };
        let (number, text) = digits(trim_start(text))?;
        let number = u8::try_from(number).ok().filter(|number| *number < 128)?;
        let text = match text {
            [b' ', inner @ ..] if !matches!(inner, [] | [0..=b' ', ..] | [.., 0..=b' ']) => inner,
            [] | [b' ', ..] => trim(text),
            _ => return None,
        };
        Some(if map { Self::Map(number, text) } else { Self::Parameters(number, text) })
    }
}

impl<'a> RtpMap<'a> {
    /// Reads `PCMU/8000/1`.
    #[must_use]
    pub fn read(text: &'a [u8]) -> Option<Self> {
        let (name, rest) = cut(text, b'/');
        let (clock, rest) = digits(rest?)?;
        // rfc8866#6.6: the parameter behind the clock is the number of audio channels, 1 if absent.
        let (channels, rest) = match rest {
            [b'/', rest @ ..] => digits(rest)?,
            rest => (1, rest),
        };
        if name.is_empty() || !matches!(rest, [] | [b'/', ..]) {
            return None;
        }
        Some(Self { name, clock: u32::try_from(clock).ok()?, channels: u8::try_from(channels).ok()? })
    }
}

/// A format that is an RTP payload type.
fn payload_type(format: &[u8]) -> Option<u8> {
    u8::try_from(number(format)?).ok().filter(|number| *number < 128)
}

/// A packet time; a fraction is cut off, and 0 is none (rfc3264#5.1).
fn milliseconds(text: &[u8]) -> Option<u16> {
    let (whole, _) = cut(trim(text), b'.');
    u16::try_from(number(whole)?).ok().filter(|time| *time > 0)
}
