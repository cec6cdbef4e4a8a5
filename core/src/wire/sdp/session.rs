//! The whole description.

use super::{
    Address, Attributes, Direction, Media, Origin, SdpError, Traits,
    text::{line, words},
};
use crate::base::limits::{SDP_LINES, SDP_MEDIA};
use crate::base::text::after_start;

/// A whole description.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// The `o=` line's value.
    origin: Option<&'a [u8]>,
    /// The first `t=` line's value; `None` if there is none.
    pub time: Option<&'a [u8]>,
    /// The session's own lines, and their values.
    lines: &'a [u8],
    traits: Traits<'a>,
    /// From the first `m=` line to the end.
    sections: &'a [u8],
    /// The offset in `sections` at which each begins.
    starts: [u16; SDP_MEDIA],
    count: u8,
}

impl<'a> Session<'a> {
    /// Reads a description and judges its lines.
    ///
    /// # Errors
    /// [`SdpError`] names the fault.
    pub fn parse(body: &'a [u8]) -> Result<Self, SdpError> {
        if memchr::memchr(0, body).is_some() {
            return Err(SdpError::Line);
        }
        // rfc8866#5.1: the version comes first, and there is only one.
        let (version, head) = line(body).ok_or(SdpError::NoVersion)?;
        match version {
            b"v=0" => {}
            [b'v', b'=', ..] => return Err(SdpError::Version),
            [b'a'..=b'z', b'=', ..] => return Err(SdpError::NoVersion),
            _ => return Err(SdpError::Line),
        }
        let mut session = Self {
            origin: None,
            time: None,
            lines: head,
            traits: Traits::default(),
            sections: &[],
            starts: [0; SDP_MEDIA],
            count: 0,
        };
        let mut rest = head;
        let mut budget = SDP_LINES - 1;
        while let Some((line, after)) = line(rest) {
            budget = budget.checked_sub(1).ok_or(SdpError::TooManyLines)?;
            let [letter @ b'a'..=b'z', b'=', value @ ..] = line else { return Err(SdpError::Line) };
            match letter {
                b'a' if session.count == 0 => session.traits.note(value, false),
                b'm' => session.begin(value, rest)?,
                b'c' if session.count == 0 && session.traits.connection.is_none() => {
                    session.traits.connection = Some(Address::read(value).ok_or(SdpError::Connection)?);
                }
                b'c' if words(value).nth(2).is_none() => return Err(SdpError::Connection),
                b'o' if session.count == 0 && session.origin.is_none() => session.origin = Some(value),
                b't' if session.count == 0 && session.time.is_none() => session.time = Some(value),
                _ => {}
            }
            rest = after;
        }
        if session.origin.is_some() { Ok(session) } else { Err(SdpError::NoOrigin) }
    }

    /// Notes the section whose `m=` line is at the front of `text`.
    fn begin(&mut self, value: &[u8], text: &'a [u8]) -> Result<(), SdpError> {
        Media::begin(value, &[], Traits::default()).ok_or(SdpError::Media)?;
        if self.count == 0 {
            self.sections = text;
            self.lines = self.lines.get(..self.lines.len().saturating_sub(text.len())).unwrap_or_default();
        }
        let start = self.starts.get_mut(usize::from(self.count)).ok_or(SdpError::TooManyMedia)?;
        *start = u16::try_from(self.sections.len().saturating_sub(text.len())).map_err(|_| SdpError::TooManyLines)?;
        self.count += 1;
        Ok(())
    }

    /// The `o=` line.
    #[must_use]
    pub fn origin(&self) -> Origin<'a> {
        Origin::read(self.origin.unwrap_or_default())
    }

    /// The number of `m=` lines.
    #[must_use]
    pub const fn media_count(&self) -> usize {
        self.count as usize
    }

    /// Its sections, in order.
    pub fn media(&self) -> impl Iterator<Item = Media<'a>> + use<'a> {
        let session = *self;
        (0..session.media_count()).filter_map(move |index| session.section(index))
    }

    /// One of its sections.
    #[must_use]
    pub fn section(&self, index: usize) -> Option<Media<'a>> {
        let starts = self.starts.get(..self.media_count())?;
        let start = usize::from(*starts.get(index)?);
        let end = starts.get(index + 1).map_or(self.sections.len(), |next| usize::from(*next));
        let (first, lines) = line(self.sections.get(start..end)?)?;
        Media::begin(after_start(first, b"m=")?, lines, self.traits)
    }

    /// The session's own `c=` line.
    #[must_use]
    pub const fn connection(&self) -> Option<Address<'a>> {
        self.traits.connection
    }

    /// The session's own direction, which sections without one inherit.
    #[must_use]
    pub fn direction(&self) -> Direction {
        self.traits.direction.unwrap_or_default()
    }

    /// The session's own attributes.
    #[must_use]
    pub const fn attributes(&self) -> Attributes<'a> {
        Attributes { rest: self.lines }
    }
}
