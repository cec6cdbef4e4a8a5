//! Digits in the bodies of INFO. No RFC has them: `application/dtmf-relay` has lines, `Signal=5` and `Duration=160`;
//! `application/dtmf` is the digit alone.

use super::{digit_of, event_of};
use crate::base::cursor::Cursor;
use crate::wire::sip::MediaType;

/// The type of a body with a digit and its length.
pub const RELAY: &[u8] = b"application/dtmf-relay";
/// The type of a body that is a digit.
pub const PLAIN: &[u8] = b"application/dtmf";

/// The event of a flash (RFC 2833), which is no digit.
const FLASH: u8 = 16;

/// The digit that a body brings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Signal {
    /// Its character; `None`: it is a flash.
    pub digit: Option<u8>,
    /// The milliseconds that it lasted; 0: the body does not say.
    pub ms: u16,
}

/// A body of this type brings a digit, and it is that of the lines.
#[must_use]
pub fn is_relay(kind: Option<&MediaType<'_>>) -> Option<bool> {
    let is = |subtype| kind.is_some_and(|kind| kind.is(b"application", subtype));
    if is(b"dtmf-relay") { Some(true) } else { is(b"dtmf").then_some(false) }
}

impl Signal {
    /// Reads a body of this type. `None`: it has no digit, or what should be one is none.
    #[must_use]
    pub fn parse(relay: bool, body: &[u8]) -> Option<Self> {
        if relay { read_lines(body) } else { Some(Self { digit: signal(body.trim_ascii())?, ms: 0 }) }
    }
}

fn read_lines(body: &[u8]) -> Option<Signal> {
    let (mut found, mut ms) = (None, 0);
    for line in body.split(|byte| matches!(byte, b'\r' | b'\n')) {
        // Cisco's have a space behind the equals sign
        let Some(at) = line.iter().position(|byte| *byte == b'=') else { continue };
        let (name, value) = line.split_at_checked(at)?;
        let (name, value) = (name.trim_ascii(), value.get(1..)?.trim_ascii());
        if name.eq_ignore_ascii_case(b"Signal") {
            found = Some(signal(value)?);
        } else if name.eq_ignore_ascii_case(b"Duration") {
            ms = number(value)?;
        }
    }
    found.map(|digit| Signal { digit, ms })
}

/// A digit as its character, or as the number of its event; within, `None` is a flash.
fn signal(text: &[u8]) -> Option<Option<u8>> {
    match text {
        [digit] => event_of(*digit).map(digit_of),
        [b'1', b'0'..=b'5'] => Some(digit_of(number(text)? as u8)),
        _ => {
            let flash = number(text) == Some(FLASH.into()) || text.eq_ignore_ascii_case(b"flash");
            (flash || text.eq_ignore_ascii_case(b"hf")).then_some(None)
        }
    }
}

fn number(text: &[u8]) -> Option<u16> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits.then(|| {
        text.iter().fold(0u16, |sum, digit| sum.saturating_mul(10).saturating_add(u16::from(digit.wrapping_sub(b'0'))))
    })
}

/// Writes the body of a digit.
pub fn write(relay: bool, digit: u8, ms: u16, out: &mut Cursor<'_>) {
    if relay {
        out.put_str("Signal=");
        out.put(&[digit]);
        out.put_str("\r\nDuration=");
        out.put_number(ms.into());
    } else {
        out.put(&[digit]);
    }
    out.put_str("\r\n");
}
