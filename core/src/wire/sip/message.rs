//! One message: a single pass that indexes the header fields.

use core::fmt;

use heapless::Vec;
use memchr::memchr2;

use super::chars::{Scan, TOKEN, all, is, trim, trim_end};
use super::method::Method;
use super::name::Name;
use crate::base::limits;

/// Why some bytes are no message at all: nothing can be answered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Malformed {
    /// Nothing but line ends: a keepalive (rfc5626#4.4.1).
    Empty,
    /// The first line is no SIP start line.
    NotSip,
    /// The header section does not end.
    Unterminated,
    /// More than [`limits::MESSAGE`] bytes.
    TooLarge,
}

/// The first line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Start<'a> {
    /// A request.
    Request {
        /// What is asked.
        method: Method<'a>,
        /// Of whom.
        uri: &'a [u8],
    },
    /// A response.
    Response {
        /// The status code; 0 when it is no status code (see [`Message::check`]).
        status: u16,
        /// The reason phrase.
        reason: &'a [u8],
    },
}

/// What [`Message::check`] objects to and what only the pass over the bytes can see.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Flaw {
    /// Nothing.
    None,
    /// Another version than 2.0.
    Version,
    /// The start line breaks the grammar.
    Start,
    /// A line that is no header field, or holds a control.
    Field,
    /// More than [`limits::HEADERS`] fields.
    Fields,
    /// Content-Length is no number, says different things, or more than there is.
    Length,
}

/// Where a header field lies.
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
    pub(super) seen: u128,
    pub(super) repeated: u128,
    pub(super) index: Vec<Field, { limits::HEADERS }>,
}

impl<'a> Message<'a> {
    /// One datagram, or one message that [`super::cut`] cut out of a stream.
    ///
    /// # Errors
    /// Only where nothing can be answered or used; all else is left to [`Message::check`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        // rfc3261#7.5: line ends before the start line are to be ignored
        let mut bytes = bytes;
        while let [b'\r' | b'\n', rest @ ..] = bytes {
            bytes = rest;
        }
        if bytes.is_empty() {
            return Err(Malformed::Empty);
        }
        if bytes.len() > limits::MESSAGE {
            return Err(Malformed::TooLarge);
        }
        let line_end = memchr2(b'\r', b'\n', bytes).ok_or(Malformed::NotSip)?;
        let (start, flaw) = start_line(bytes.get(..line_end).unwrap_or_default())?;
        let mut message = Self { bytes, start, head: 0, flaw, seen: 0, repeated: 0, index: Vec::new() };
        let at = after_line(bytes, line_end).ok_or(Malformed::Unterminated)?;
        message.fields_from(at)?;
        message.cut_body();
        Ok(message)
    }

    /// Indexes the fields from `at` on.
    fn fields_from(&mut self, mut at: usize) -> Result<(), Malformed> {
        let bytes = self.bytes;
        loop {
            let line = bytes.get(at..).unwrap_or_default();
            match line {
                [b'\r', b'\n', ..] => {
                    self.head = at + 2;
                    return Ok(());
                }
                [b'\n', ..] => {
                    self.head = at + 1;
                    return Ok(());
                }
                [] => return Err(Malformed::Unterminated),
                _ => {}
            }
            let name_len = line.iter().position(|byte| !is(*byte, TOKEN)).ok_or(Malformed::Unterminated)?;
            let mut scan = Scan::new(line.get(name_len..).unwrap_or_default());
            scan.lws();
            let named = scan.eat(b':') && name_len > 0;
            while let [b' ' | b'\t', rest @ ..] = scan.rest {
                scan.rest = rest;
            }
            let mut value = bytes.len() - scan.rest.len();
            // the field ends at a line end that does not fold
            let mut end = value;
            let next = loop {
                let found = memchr2(b'\r', b'\n', bytes.get(end..).unwrap_or_default()).ok_or(Malformed::Unterminated)?;
                end += found;
                let Some(after) = after_line(bytes, end) else {
                    // a CR that ends no line: a control in the field
                    self.object(Flaw::Field);
                    end += 1;
                    continue;
                };
                match bytes.get(after) {
                    Some(b' ' | b'\t') => end = after,
                    Some(_) => break after,
                    None => return Err(Malformed::Unterminated),
                }
            };
            let text = bytes.get(value..end).unwrap_or_default();
            if !named {
                self.object(Flaw::Field);
            } else if self.index.is_full() {
                self.object(Flaw::Fields);
            } else {
                let mut text = trim_end(text);
                if matches!(text.first(), Some(b'\r' | b'\n')) {
                    // the value is folded right behind its colon
                    let trimmed = trim(text);
                    value += text.len() - trimmed.len();
                    text = trimmed;
                }
                let len = text.len();
                let name = Name::find(line.get(..name_len).unwrap_or_default());
                let bit = 1u128 << (name as u32);
                self.repeated |= self.seen & bit;
                self.seen |= bit;
                // all below limits::MESSAGE, so they fit
                let _ = self.index.push(Field { start: at as u16, value: value as u16, len: len as u16, name });
            }
            at = next;
        }
    }

    pub(super) fn object(&mut self, flaw: Flaw) {
        if self.flaw == Flaw::None {
            self.flaw = flaw;
        }
    }

    /// rfc3261#18.3: on datagrams the body ends where Content-Length says, and without it where the datagram ends.
    fn cut_body(&mut self) {
        if self.seen & (1 << (Name::ContentLength as u32)) == 0 {
            return;
        }
        let mut length = None;
        let mut wrong = false;
        for value in self.fields(Name::ContentLength) {
            match super::chars::number(value) {
                Some(found) if length.is_none_or(|length| length == found) => length = Some(found),
                _ => wrong = true,
            }
        }
        let available = self.bytes.len() - self.head;
        match length.and_then(|length| usize::try_from(length).ok()) {
            Some(length) if length <= available && !wrong => {
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

/// Where the line behind the line end at `at` begins; `None` for a CR without its LF.
#[inline]
fn after_line(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at..) {
        Some([b'\r', b'\n', ..]) => Some(at + 2),
        Some([b'\n', ..]) => Some(at + 1),
        _ => None,
    }
}

fn start_line(line: &[u8]) -> Result<(Start<'_>, Flaw), Malformed> {
    if let Some((b"SIP/" | b"sip/" | b"Sip/", rest)) = line.split_first_chunk::<4>().map(|(four, rest)| (&four[..], rest)) {
        return Ok(status_line(rest));
    }
    let mut flaw = Flaw::None;
    let trimmed = trim_end(line);
    // rfc3261#7.1: nothing between the parts but one space, nothing behind them
    if trimmed.len() != line.len() {
        flaw = Flaw::Start;
    }
    let first = trimmed.iter().position(|byte| *byte == b' ').ok_or(Malformed::NotSip)?;
    let last = trimmed.iter().rposition(|byte| *byte == b' ').ok_or(Malformed::NotSip)?;
    let method = trimmed.get(..first).unwrap_or_default();
    let version = trimmed.get(last + 1..).unwrap_or_default();
    let uri = trimmed.get(first + 1..last).unwrap_or_default();
    if !version.get(..4).is_some_and(|sip| sip.eq_ignore_ascii_case(b"SIP/")) {
        return Err(Malformed::NotSip);
    }
    if method.is_empty() || uri.is_empty() || !all(method, TOKEN) || uri.iter().any(|byte| *byte <= 0x20 || *byte == 0x7f) {
        flaw = Flaw::Start;
    }
    if version.get(4..) != Some(b"2.0") {
        flaw = Flaw::Version;
    }
    Ok((Start::Request { method: Method::parse(method), uri: trim(uri) }, flaw))
}

/// What stands behind `SIP/`.
fn status_line(rest: &[u8]) -> (Start<'_>, Flaw) {
    let mut flaw = Flaw::None;
    let mut scan = Scan::new(rest);
    let version = scan.rest.iter().position(|byte| *byte == b' ').unwrap_or(scan.rest.len());
    if scan.take(version) != b"2.0" {
        flaw = Flaw::Version;
    }
    let _ = scan.take(1);
    let digits = scan.rest.iter().position(|byte| *byte == b' ').unwrap_or(scan.rest.len());
    let mut status = 0;
    match scan.take(digits) {
        [a @ b'1'..=b'6', b @ b'0'..=b'9', c @ b'0'..=b'9'] => {
            status = u16::from(*a - b'0') * 100 + u16::from(*b - b'0') * 10 + u16::from(*c - b'0');
        }
        _ => flaw = if flaw == Flaw::None { Flaw::Start } else { flaw },
    }
    let _ = scan.take(1);
    (Start::Response { status, reason: scan.rest }, flaw)
}
