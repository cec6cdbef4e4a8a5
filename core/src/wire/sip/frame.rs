//! Cutting messages out of a byte stream by Content-Length.

use memchr::memchr;

use super::chars::{TOKEN, is, number, trim};
use super::name::Name;

/// The bytes at the front of a stream, by kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Frame {
    /// The beginning of something; more bytes are needed.
    Need,
    /// This many bytes of line end before a message: nothing (rfc3261#7.5), or a pong (rfc5626#4.4.1).
    LineEnd(usize),
    /// A double CRLF of this many bytes: a ping, which wants a CRLF back (rfc5626#4.4.1).
    Ping(usize),
    /// A message of this many bytes.
    Message(usize),
    /// A message longer than the limit, whose header section is not: its end is known, so it can be refused and
    /// skipped.
    TooLong {
        /// Bytes of the start line and the header section, with the empty line.
        head: usize,
        /// Bytes of the whole message; most of them may not have come yet.
        total: usize,
    },
    /// No end of it can be found: a header section longer than the limit, or a Content-Length that is missing, no
    /// number, or contradicts itself.
    Broken,
}

/// Remembers the position up to which a stream has been read, so that bytes that trickle in are read once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cutter {
    /// Start of the first line that has not been read to its end.
    line: usize,
    /// The value of Content-Length.
    length: Option<usize>,
    /// Length of the header section and of the whole, once the header section has ended.
    ends: Option<(usize, usize)>,
}

/// Looks at the front of a stream without remembering anything.
#[must_use]
pub fn cut(bytes: &[u8], limit: usize) -> Frame {
    Cutter::default().cut(bytes, limit)
}

impl Cutter {
    /// Looks at the front of a stream: `bytes` begins where the last message ended, and only grows between two calls.
    /// After anything but [`Frame::Need`] the cutter stands at the start again.
    pub fn cut(&mut self, bytes: &[u8], limit: usize) -> Frame {
        let frame = self.look(bytes, limit);
        if frame != Frame::Need {
            *self = Self::default();
        }
        frame
    }

    fn look(&mut self, bytes: &[u8], limit: usize) -> Frame {
        if self.line == 0 {
            match bytes {
                // a single CRLF may be half of a ping
                [] | [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', b'\r'] => return Frame::Need,
                [b'\r', b'\n', b'\r', b'\n', ..] => return Frame::Ping(4),
                [b'\r', b'\n', ..] => return Frame::LineEnd(2),
                [b'\n', ..] => return Frame::LineEnd(1),
                _ => {}
            }
        }
        if self.ends.is_none() {
            match self.lines(bytes.get(..limit.min(bytes.len())).unwrap_or_default()) {
                Ok(true) => {}
                Ok(false) if bytes.len() >= limit => return Frame::Broken,
                Ok(false) => return Frame::Need,
                Err(()) => return Frame::Broken,
            }
        }
        match self.ends {
            Some((head, total)) if total > limit => Frame::TooLong { head, total },
            Some((_, total)) if total <= bytes.len() => Frame::Message(total),
            _ => Frame::Need,
        }
    }

    /// Reads whole lines; true when the header section has ended.
    fn lines(&mut self, bytes: &[u8]) -> Result<bool, ()> {
        loop {
            let rest = bytes.get(self.line..).unwrap_or_default();
            let mut end = 0;
            // a line and its foldings: the byte behind it must be there to know
            loop {
                let Some(found) = memchr(b'\n', rest.get(end..).unwrap_or_default()) else { return Ok(false) };
                end += found + 1;
                if self.line > 0 && matches!(rest.get(..end), Some(b"\r\n" | b"\n")) {
                    // rfc3261#18.3: on a stream only Content-Length gives the end of the body
                    let length = self.length.ok_or(())?;
                    let head = self.line + end;
                    // more than 32 bits can count is no message
                    let total = head.checked_add(length).filter(|total| u32::try_from(*total).is_ok()).ok_or(())?;
                    self.ends = Some((head, total));
                    return Ok(true);
                }
                match rest.get(end) {
                    None => return Ok(false),
                    Some(b' ' | b'\t') => {}
                    Some(_) => break,
                }
            }
            self.content_length(rest.get(..end).unwrap_or_default())?;
            self.line += end;
        }
    }

    fn content_length(&mut self, line: &[u8]) -> Result<(), ()> {
        if !matches!(line.first(), Some(b'c' | b'C' | b'l' | b'L')) {
            return Ok(());
        }
        let name_len = line.iter().position(|byte| !is(*byte, TOKEN)).unwrap_or(0);
        if Name::find(line.get(..name_len).unwrap_or_default()) != Name::ContentLength {
            return Ok(());
        }
        let value = trim(line.get(name_len..).unwrap_or_default()).strip_prefix(b":").ok_or(())?;
        let value = number(trim(value)).and_then(|value| usize::try_from(value).ok()).ok_or(())?;
        if self.length.is_some_and(|length| length != value) {
            return Err(());
        }
        self.length = Some(value);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
