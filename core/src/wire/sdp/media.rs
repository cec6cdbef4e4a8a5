//! One `m=` section.

use super::{
    Address, Attributes, Direction, Rtcp, RtpMap,
    text::{line, number, word, words},
};
use crate::base::limits::SDP_FORMATS;

/// What a section's `c=` line and attributes say in all. The first of a kind counts; what a section lacks, it has from the session.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Traits<'a> {
    /// Where its media goes.
    pub connection: Option<Address<'a>>,
    /// Which way it flows; `None` reads as both ways.
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
    /// Adds what these lines say of what is not known yet.
    pub(super) fn learn(&mut self, mut lines: &'a [u8], own: bool) {
        while let Some((line, rest)) = line(lines) {
            lines = rest;
            match line {
                [b'c', b'=', value @ ..] if self.connection.is_none() => self.connection = Address::read(value),
                [b'a', b'=', text @ ..] => self.note(text, own),
                _ => {}
            }
        }
    }

    fn note(&mut self, text: &'a [u8], own: bool) {
        // Most attributes are of no interest here; their first letter tells.
        let [b'i' | b'm' | b'p' | b'r' | b's', ..] = text else { return };
        if let Some(direction) = Direction::of(text) {
            self.direction = self.direction.or(Some(direction));
        } else if let Some(value) = text.strip_prefix(b"ptime:") {
            self.ptime = self.ptime.or_else(|| milliseconds(value));
        } else if let Some(value) = text.strip_prefix(b"maxptime:") {
            self.max_ptime = self.max_ptime.or_else(|| milliseconds(value));
        } else if !own {
            // rfc3605#2.1, rfc5761#5.1.1: these two belong to a section.
        } else if let Some(value) = text.strip_prefix(b"rtcp:") {
            self.rtcp = self.rtcp.or_else(|| Rtcp::read(value));
        } else if text == b"rtcp-mux" {
            self.rtcp_mux = true;
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
    formats: &'a [u8],
    lines: &'a [u8],
    session: &'a [u8],
}

impl<'a> Media<'a> {
    /// Reads `audio 49170/2 RTP/AVP 0 8`; `lines` are the section's, `session` the session's.
    pub(super) fn read(value: &'a [u8], lines: &'a [u8], session: &'a [u8]) -> Option<Self> {
        if !value.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return None;
        }
        let (kind, rest) = word(value)?;
        let (port, rest) = word(rest)?;
        let (proto, formats) = word(rest)?;
        let (port, ports) = match port.iter().position(|byte| *byte == b'/') {
            Some(at) => (port.get(..at)?, number(port.get(at + 1..)?)?),
            None => (port, 1),
        };
        let (port, ports) = (u16::try_from(number(port)?).ok()?, u16::try_from(ports).ok()?);
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

    /// Connection, direction, packet time and RTCP in one pass.
    #[must_use]
    pub fn traits(&self) -> Traits<'a> {
        let mut traits = Traits::default();
        traits.learn(self.lines, true);
        traits.learn(self.session, false);
        traits
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

    /// What `a=rtpmap` says of a payload type.
    #[must_use]
    pub fn rtpmap(&self, payload_type: u8) -> Option<RtpMap<'a>> {
        self.notes().find_map(|note| match note {
            Note::Map(number, text) if number == payload_type => RtpMap::read(text),
            _ => None,
        })
    }

    /// What `a=fmtp` says of a payload type.
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
                let (map, text) = match first {
                    [b'a', b'=', b'r', b't', b'p', b'm', b'a', b'p', b':', text @ ..] => (true, text),
                    [b'a', b'=', b'f', b'm', b't', b'p', b':', text @ ..] => (false, text),
                    _ => continue,
                };
                let Some((format, text)) = word(text) else { continue };
                let Some(number) = payload_type(format) else { continue };
                let text = text.trim_ascii();
                return Some(if map { Note::Map(number, text) } else { Note::Parameters(number, text) });
            }
        })
    }
}

/// What a section says of one payload type.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Note<'a> {
    /// `a=rtpmap`; [`RtpMap::read`] reads it.
    Map(u8, &'a [u8]),
    /// `a=fmtp`.
    Parameters(u8, &'a [u8]),
}

impl<'a> RtpMap<'a> {
    /// Reads `PCMU/8000/1`.
    #[must_use]
    pub fn read(text: &'a [u8]) -> Option<Self> {
        let mut parts = text.split(|byte| *byte == b'/');
        let name = parts.next().filter(|name| !name.is_empty())?;
        let clock = number(parts.next()?)?;
        // rfc8866#6.6: the parameter behind the clock is the number of audio channels, 1 if absent.
        let channels = parts.next().map_or(Some(1), |text| u8::try_from(number(text)?).ok())?;
        Some(Self { name, clock, channels })
    }
}

/// A format that is an RTP payload type.
fn payload_type(format: &[u8]) -> Option<u8> {
    u8::try_from(number(format)?).ok().filter(|number| *number < 128)
}

/// A packet time; a fraction is cut off, and 0 is none (rfc3264#5.1).
fn milliseconds(text: &[u8]) -> Option<u16> {
    let whole = text.trim_ascii().split(|byte| *byte == b'.').next()?;
    u16::try_from(number(whole)?).ok().filter(|time| *time > 0)
}
