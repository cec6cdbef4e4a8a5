//! `message/cpim` (RFC 3862): a message in an envelope, whose fields say who writes to whom, and by RFC 5438 what the
//! writer wants to hear of it.

use crate::base::cursor::Cursor;
use crate::wire::sip::{Address, MediaType};

/// The type of the body.
pub const TYPE: &str = "message/cpim";

/// A name for the fields of RFC 5438 (rfc5438#6.1).
const NAMESPACE: &[u8] = b"urn:ietf:params:imdn";

/// Fields of an envelope, and of what is in it; one with more is left unopened. A dozen are known.
const FIELDS: usize = 32;

/// The notices that a writer asks for, as bits. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Asked(pub u8);

impl Asked {
    /// It was delivered, or was not.
    pub const DELIVERY: Self = Self(1);
    /// It was displayed.
    pub const DISPLAY: Self = Self(2);

    /// All of these are asked for.
    #[must_use]
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }
}

/// An envelope that was opened.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Cpim<'a> {
    /// The URI of its writer; empty: it says none.
    pub from: &'a [u8],
    /// The time at which it was written, as it stands there.
    pub date_time: &'a [u8],
    /// Its name; empty: it has none.
    pub message_id: &'a [u8],
    /// The notices that are asked for.
    pub asked: Asked,
    /// The type of what is in it.
    pub content_type: &'a [u8],
    /// Its content.
    pub body: &'a [u8],
}

impl<'a> Cpim<'a> {
    /// Opens an envelope. `None`: it is none; or what is in it has no type, or a coding, or is not to be read without
    /// what we do not know (rfc3862#4.7).
    #[must_use]
    pub fn parse(body: &'a [u8]) -> Option<Self> {
        let mut found = Self::default();
        // a prefix may be declared behind its use
        let (mut prefix, mut fields) = (None, Fields { rest: body, left: FIELDS });
        while let Some((name, value)) = fields.next_field()? {
            match name {
                b"From" if found.from.is_empty() => found.from = uri(value),
                b"DateTime" => found.date_time = value,
                b"NS" => prefix = declared(value).or(prefix),
                b"Require" => return None,
                _ => {}
            }
        }
        let envelope = body.get(..body.len() - fields.rest.len())?;
        if let Some(prefix) = prefix {
            let mut again = Fields { rest: envelope, left: FIELDS };
            while let Some((name, value)) = again.next_field()? {
                let known = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(b"."));
                match known {
                    Some(b"Message-ID") => found.message_id = value,
                    Some(b"Disposition-Notification") => found.asked = asked(value),
                    _ => {}
                }
            }
        }
        let mut inner = Fields { rest: fields.rest, left: FIELDS };
        while let Some((name, value)) = inner.next_field()? {
            let is = |known: &[u8]| name.eq_ignore_ascii_case(known);
            if is(b"Content-Type") {
                found.content_type = value;
            } else if is(b"Content-Encoding") && !value.eq_ignore_ascii_case(b"identity")
                || is(b"Content-Transfer-Encoding") && !is_plain(value)
            {
                return None;
            }
        }
        found.body = inner.rest;
        MediaType::parse(found.content_type)?;
        Some(found)
    }
}

/// Not encoded.
fn is_plain(coding: &[u8]) -> bool {
    [b"binary".as_slice(), b"8bit", b"7bit"].iter().any(|plain| coding.eq_ignore_ascii_case(plain))
}

/// The URI of `Formal name <uri>`.
fn uri(value: &[u8]) -> &[u8] {
    let begin = value.iter().rposition(|byte| *byte == b'<').map_or(0, |at| at + 1);
    let inner = value.get(begin..).unwrap_or_default();
    let end = inner.iter().position(|byte| *byte == b'>').unwrap_or(0);
    let uri = inner.get(..end).unwrap_or_default();
    if Address::parse(uri).is_some() { uri } else { b"" }
}

/// The prefix that a declaration (`imdn <urn:…>`) gives to the fields of RFC 5438. rfc3862#3.4.1
fn declared(value: &[u8]) -> Option<&[u8]> {
    let (prefix, name) = value.split_at_checked(value.iter().position(|byte| *byte == b'<')?)?;
    let name = name.strip_prefix(b"<")?.strip_suffix(b">")?;
    let prefix = prefix.trim_ascii();
    (name == NAMESPACE && !prefix.is_empty()).then_some(prefix)
}

fn asked(value: &[u8]) -> Asked {
    let bits = value.split(|byte| *byte == b',').map(|one| match one.trim_ascii() {
        b"positive-delivery" => Asked::DELIVERY.0,
        b"display" => Asked::DISPLAY.0,
        _ => 0,
    });
    Asked(bits.fold(0, |all, one| all | one))
}

/// Fields, one a line, up to an empty line.
struct Fields<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Fields<'a> {
    /// The next field's name and value; `Some(None)`: the fields have ended. `None`: they have no end, or too many.
    fn next_field(&mut self) -> Option<Option<(&'a [u8], &'a [u8])>> {
        let (line, rest) = self.rest.split_at_checked(self.rest.iter().position(|byte| *byte == b'\n')? + 1)?;
        self.rest = rest;
        let line = line.strip_suffix(b"\n")?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Some(None);
        }
        self.left = self.left.checked_sub(1)?;
        let (name, value) = line.split_at_checked(line.iter().position(|byte| *byte == b':')?)?;
        // a NUL or another control character is written otherwise (rfc3862#2.3)
        if line.iter().any(|byte| *byte < 0x20 && *byte != b'\t') {
            return None;
        }
        Some(Some((name, value.get(1..)?.trim_ascii())))
    }
}

/// An envelope to write.
#[derive(Clone, Copy, Debug, Default)]
pub struct Envelope<'a> {
    /// The writer's URI; empty: it is not known.
    pub from: &'a [u8],
    /// The reader's.
    pub to: &'a [u8],
    /// Seconds since 1970; 0: the time is not known.
    pub unix_s: u64,
    /// The name of the message (rfc5438#6.3).
    pub message_id: u128,
    /// The notices that are wanted.
    pub asked: Asked,
    /// It is a notice itself (rfc5438#7.2.1.1).
    pub is_notice: bool,
    /// The type of what is in it.
    pub content_type: &'a str,
}

impl Envelope<'_> {
    /// Writes all that stands before what is in it.
    pub fn write(&self, out: &mut Cursor<'_>) {
        for (name, uri) in [("From: <", self.from), ("To: <", self.to)] {
            if !uri.is_empty() {
                out.put_str(name);
                uri.iter().for_each(|byte| match byte {
                    // rfc3862#2.3.1
                    b'\\' => out.put_str("\\\\"),
                    0..0x20 | 0x7f => {}
                    _ => out.put(&[*byte]),
                });
                out.put_str(">\r\n");
            }
        }
        if self.unix_s > 0 {
            out.put_str("DateTime: ");
            write_date_time(self.unix_s, out);
            out.put_str("\r\n");
        }
        out.put_str("NS: imdn <");
        out.put(NAMESPACE);
        out.put_str(">\r\nimdn.Message-ID: ");
        write_id(self.message_id, out);
        out.put_str("\r\n");
        let wanted = match (self.asked.has(Asked::DELIVERY), self.asked.has(Asked::DISPLAY)) {
            (true, true) => "positive-delivery, negative-delivery, display",
            (true, false) => "positive-delivery, negative-delivery",
            (false, true) => "display",
            (false, false) => "",
        };
        if !wanted.is_empty() {
            out.put_str("imdn.Disposition-Notification: ");
            out.put_str(wanted);
            out.put_str("\r\n");
        }
        out.put_str("\r\nContent-Type: ");
        out.put_str(self.content_type);
        if self.is_notice {
            out.put_str("\r\nContent-Disposition: notification");
        }
        out.put_str("\r\n\r\n");
    }
}

/// Digits of a Message-ID.
pub const ID: usize = 32;

/// Writes a Message-ID of ours.
pub fn write_id(id: u128, out: &mut Cursor<'_>) {
    out.put_hex((id >> 64) as u64, 16);
    out.put_hex(id as u64, 16);
}

/// The number of a Message-ID that is one of ours.
#[must_use]
pub fn read_id(text: &[u8]) -> Option<u128> {
    let ours = text.len() == ID && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    u128::from_str_radix(core::str::from_utf8(text).ok().filter(|_| ours)?, 16).ok()
}

/// Writes a time as RFC 3339 has it, in UTC.
pub fn write_date_time(unix_s: u64, out: &mut Cursor<'_>) {
    let (days, second) = (unix_s / 86_400, unix_s % 86_400);
    // a year that begins in March has its leap day at its end
    let from_march = days + 719_468;
    let (era, day) = (from_march / 146_097, from_march % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    for (number, digits, behind) in [
        (year, 4, "-"),
        (month, 2, "-"),
        (day, 2, "T"),
        (second / 3600, 2, ":"),
        (second / 60 % 60, 2, ":"),
        (second % 60, 2, "Z"),
    ] {
        let mut least = 10u64.pow(digits - 1);
        while number < least && least > 1 {
            out.put_str("0");
            least /= 10;
        }
        out.put_number(number);
        out.put_str(behind);
    }
}

#[cfg(test)]
mod tests;
