//! One message: a single pass that indexes the header fields.

use core::fmt;

use heapless::Vec;
use memchr::memchr2;

use super::chars::{Scan, TOKEN, trim};
use super::flaw::{Flaw, Malformed};
use super::method::Method;
use super::name::Name;
use super::start::{Start, start_line};
use crate::base::limits;
use crate::wire::bytes::{ONES, control, eight_of, zeros};

/// The known names and the one for all others.
const NAMES: usize = Name::Other as usize + 1;

/// Set beside the index of a name's first field when there are more.
pub(super) const REPEATED: u8 = 0x80;

const _: () = assert!(limits::HEADERS < REPEATED as usize);

/// The position of a header field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) start: u16,
    pub(super) value: u16,
    pub(super) len: u16,
    pub(super) name: Name,
}

/// A view of one SIP message: nothing is copied.
#[derive(Clone)]
pub struct Message<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) start: Start<'a>,
    pub(super) head: usize,
    pub(super) flaw: Flaw,
    /// By name: the index of its first field + 1, and [`REPEATED`].
    pub(super) first: [u8; NAMES],
    /// The offset of the fields that found no room in the index; 0: there are none.
    pub(super) unindexed: u16,
    pub(super) index: Vec<Field, { limits::HEADERS }>,
}

impl<'a> Message<'a> {
    /// One datagram, or one message that [`super::cut`] cut out of a stream.
    ///
    /// # Errors
    /// Only where the bytes cannot be used at all; other faults are left to [`Message::check`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        // one variable, filled where it is returned: it is too large to be copied
        let mut parsed = Ok(Self {
            bytes,
            start: Start::Response { status: 0, reason: &[] },
            head: 0,
            flaw: Flaw::None,
            first: [0; NAMES],
            unindexed: 0,
            index: Vec::new(),
        });
        if let Ok(message) = &mut parsed
            && let Err(malformed) = message.read()
        {
            parsed = Err(malformed);
        }
        parsed
    }

    /// Reads the first line and indexes the fields.
    fn read(&mut self) -> Result<(), Malformed> {
        // rfc3261#7.5: line ends before the start line are to be ignored
        while let [b'\r' | b'\n', rest @ ..] = self.bytes {
            self.bytes = rest;
        }
        let bytes = self.bytes;
        if bytes.is_empty() {
            return Err(Malformed::Empty);
        }
        if bytes.len() > limits::MESSAGE {
            return Err(Malformed::TooLarge);
        }
        let line_end = memchr2(b'\r', b'\n', bytes).ok_or(Malformed::NotSip)?;
        (self.start, self.flaw) = start_line(bytes.get(..line_end).unwrap_or_default())?;
        self.fields_from(after_line(bytes, line_end).ok_or(Malformed::Unterminated)?)
    }

    /// The head of a message whose body is longer than can be taken in (see [`super::Frame::TooLong`]).
    /// [`Message::check`] objects with 513.
    ///
    /// # Errors
    /// As [`Message::parse`].
    pub fn parse_head(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut parsed = Self::parse(bytes);
        if let Ok(message) = &mut parsed
            && matches!(message.flaw, Flaw::None | Flaw::Length)
        {
            message.flaw = Flaw::TooLong;
        }
        parsed
    }

    /// Indexes the fields from `at` on.
    fn fields_from(&mut self, at: usize) -> Result<(), Malformed> {
        let bytes = self.bytes;
        let mut line = bytes.get(at..).unwrap_or_default();
        loop {
            let at = bytes.len() - line.len();
            if let [0..=b'\r', ..] = line
                && let Some(end) = after_line(bytes, at)
            {
                self.head = end;
                self.cut_body();
                return Ok(());
            }
            let Some((name, behind)) = Name::frequent(line).or_else(|| field_name(line)) else {
                self.object(Flaw::Field);
                line = self.odd_field(line)?.1;
                continue;
            };
            let value = match behind {
                [b' ', value @ ..] => value,
                value => value,
            };
            // the usual field: one line, no white space at its ends
            let found = control(value).ok_or(Malformed::Unterminated)?;
            let mut start = bytes.len() - value.len();
            let (mut text, mut rest) = value.split_at_checked(found).ok_or(Malformed::Unterminated)?;
            match (rest.split_first_chunk::<3>(), text) {
                // the next line does not go on with this one
                (Some(([b'\r', b'\n', next], _)), [first, ..])
                    if !matches!(next, b' ' | b'\t') && *first > b' ' && !matches!(text, [.., 0..=b' ']) =>
                {
                    rest = rest.get(2..).unwrap_or_default();
                }
                _ => {
                    (text, rest) = self.odd_field(value)?;
                    start += text.as_ptr().addr().saturating_sub(value.as_ptr().addr());
                }
            }
            line = rest;
            // all below limits::MESSAGE, so they fit
            let field = Field { start: at as u16, value: start as u16, len: text.len() as u16, name };
            if self.index.push(field).is_err() {
                self.object(Flaw::Fields);
                if self.unindexed == 0 {
                    self.unindexed = at as u16;
                }
                if let Some(first) = self.first.get_mut(name as usize).filter(|first| **first != 0) {
                    *first |= REPEATED;
                }
            } else if let Some(first) = self.first.get_mut(name as usize) {
                *first = if *first == 0 { self.index.len() as u8 } else { *first | REPEATED };
            }
        }
    }

    /// A field's trimmed text and the text behind its end, with any foldings and white space.
    #[cold]
    fn odd_field(&mut self, value: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), Malformed> {
        let mut end = 0;
        let next = loop {
            end += memchr2(b'\r', b'\n', value.get(end..).unwrap_or_default()).ok_or(Malformed::Unterminated)?;
            let Some(after) = after_line(value, end) else {
                // a CR that ends no line: a control in the field
                self.object(Flaw::Field);
                end += 1;
                continue;
            };
            match value.get(after) {
                Some(b' ' | b'\t') => end = after,
                Some(_) => break after,
                None => return Err(Malformed::Unterminated),
            }
        };
        Ok((trim(value.get(..end).unwrap_or_default()), value.get(next..).unwrap_or_default()))
    }

    pub(super) fn object(&mut self, flaw: Flaw) {
        if self.flaw == Flaw::None {
            self.flaw = flaw;
        }
    }

    /// rfc3261#18.3: on datagrams the body ends where Content-Length says, and without it where the datagram ends.
    fn cut_body(&mut self) {
        if !self.has(Name::ContentLength) {
            return;
        }
        let mut length = self.header(Name::ContentLength).and_then(super::chars::number);
        if self.is_repeated(Name::ContentLength) {
            // rfc4475#3.3.9: the right one of two cannot be known
            let differ = self.fields(Name::ContentLength).any(|value| super::chars::number(value) != length);
            length = length.filter(|_| !differ);
        }
        let available = self.bytes.len() - self.head;
        match length.and_then(|length| usize::try_from(length).ok()) {
            Some(length) if length <= available => {
                self.bytes = self.bytes.get(..self.head + length).unwrap_or_default();
            }
            _ => self.object(Flaw::Length),
        }
    }

    /// The first line.
    #[must_use]
    pub const fn start(&self) -> Start<'a> {
        self.start
    }

    /// The whole message, from the start line to the end of the body.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The start line and the header section, with the empty line that ends it.
    #[must_use]
    pub fn head(&self) -> &'a [u8] {
        self.bytes.get(..self.head).unwrap_or_default()
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.bytes.get(self.head..).unwrap_or_default()
    }

    /// It is a request.
    #[must_use]
    pub const fn is_request(&self) -> bool {
        matches!(self.start, Start::Request { .. })
    }

    /// Its body was too long to be taken in: see [`Message::parse_head`].
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        self.flaw == Flaw::TooLong
    }

    /// A request's method.
    #[must_use]
    pub const fn method(&self) -> Option<Method<'a>> {
        match self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => None,
        }
    }

    /// A response's status.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self.start {
            Start::Request { .. } => None,
            Start::Response { status, .. } => Some(status),
        }
    }
}

impl fmt::Debug for Message<'_> {
    /// The start only: header fields may carry credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message").field("start", &self.start).field("fields", &self.index.len()).finish_non_exhaustive()
    }
}

/// The name of the field that a line begins with, and the text behind its colon.
pub(super) fn field_name(line: &[u8]) -> Option<(Name, &[u8])> {
    let colon = find_colon(line)?;
    let (text, rest) = line.split_at_checked(colon)?;
    let rest = rest.get(1..)?;
    match Name::find(text) {
        Name::Other => {
            // rfc3261#25.1 HCOLON: white space may stand before the colon
            let mut scan = Scan::new(text);
            let token = scan.run(TOKEN);
            scan.lws();
            (!token.is_empty() && scan.rest.is_empty()).then(|| (Name::find(token), rest))
        }
        name => Some((name, rest)),
    }
}

/// A field with its foldings, and the text behind it.
pub(super) fn folded_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut end = 0;
    loop {
        end += memchr2(b'\r', b'\n', text.get(end..)?)?;
        match after_line(text, end) {
            Some(after) if matches!(text.get(after), Some(b' ' | b'\t')) => end = after,
            Some(after) => return Some((text.get(..end)?, text.get(after..)?)),
            None => end += 1,
        }
    }
}

/// The line's first colon, eight bytes at a time; names are short.
#[inline]
fn find_colon(line: &[u8]) -> Option<usize> {
    let mut rest = line;
    while let Some((eight, after)) = eight_of(rest) {
        let found = zeros(u64::from_le_bytes(*eight) ^ (ONES * b':' as u64));
        if found != 0 {
            return Some(line.len() - rest.len() + (found.trailing_zeros() / 8) as usize);
        }
        rest = after;
        if line.len() - rest.len() >= 24 {
            break;
        }
    }
    // not beyond the line, or many lines without a colon would each be searched to the end of the message
    let found = memchr2(b':', b'\n', rest)?;
    (rest.get(found) == Some(&b':')).then_some(line.len() - rest.len() + found)
}

/// The beginning of the line behind the line end at `at`; `None` for a CR without its LF.
#[inline]
fn after_line(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..) {
        Some([b'\r', b'\n', ..]) => Some(at + 2),
        Some([b'\n', ..]) => Some(at + 1),
        _ => None,
    }
}
