//! `message/sipfrag` (RFC 3420): the status line by which a NOTIFY says how a transfer goes on (rfc3515#2.4.5).

use crate::base::cursor::Cursor;
use crate::wire::sip::{Writer, reason_phrase};

/// The type of the body.
pub const TYPE: &[u8] = b"message/sipfrag";

/// The same as we write it (rfc3515#2.4.5 has the version).
pub const TYPE_WITH_VERSION: &[u8] = b"message/sipfrag;version=2.0";

/// The status that a body says, and its words. `None`: it has no status line.
#[must_use]
pub fn status(body: &[u8]) -> Option<(u16, &[u8])> {
    let line = body.split(|byte| matches!(byte, b'\r' | b'\n')).find(|line| !line.is_empty())?;
    let (version, rest) = line.split_at_checked(line.iter().position(|byte| *byte == b' ')?)?;
    if !version.get(..4)?.eq_ignore_ascii_case(b"SIP/") {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let (digits, words) = rest.split_at_checked(3)?;
    let known = digits.iter().all(u8::is_ascii_digit) && words.first().is_none_or(|byte| *byte == b' ');
    let status: u16 = core::str::from_utf8(digits).ok()?.parse().ok()?;
    (known && (100..700).contains(&status)).then_some((status, words.trim_ascii()))
}

/// Writes a body with this status; without words the usual ones.
pub fn write(status: u16, words: &[u8], out: &mut Cursor<'_>) {
    let words = if words.is_empty() { reason_phrase(status).as_bytes() } else { words };
    Writer::new(out).status_line_with(status, words);
}
