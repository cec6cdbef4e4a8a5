//! The first line of a message.

use super::chars::{Scan, TOKEN, all, trim, trim_end, visible};
use super::flaw::{Flaw, Malformed};
use super::method::Method;

/// The first line.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Start<'a> {
    /// A request.
    Request {
        /// The method.
        method: Method<'a>,
        /// The Request-URI.
        uri: &'a [u8],
    },
    /// A response.
    Response {
        /// The status code; 0 when it is no status code (see [`super::Message::check`]).
        status: u16,
        /// The reason phrase.
        reason: &'a [u8],
    },
}

/// A message's first line, and its flaw.
pub(super) fn start_line(line: &[u8]) -> Result<(Start<'_>, Flaw), Malformed> {
    if let Some((b"SIP/" | b"sip/" | b"Sip/", rest)) =
        line.split_first_chunk::<4>().map(|(four, rest)| (&four[..], rest))
    {
        return Ok(status_line(rest));
    }
    let first = line.iter().position(|byte| *byte == b' ').ok_or(Malformed::NotSip)?;
    let (method, rest) = line.split_at_checked(first).unwrap_or_default();
    let mut flaw = Flaw::None;
    let uri = match rest {
        [b' ', uri @ .., b' ', b'S', b'I', b'P', b'/', b'2', b'.', b'0'] => uri,
        _ => {
            // rfc3261#7.1: nothing between the parts but one space, nothing behind them
            let trimmed = trim_end(rest);
            if trimmed.len() != rest.len() {
                flaw = Flaw::Start;
            }
            let last = trimmed.iter().rposition(|byte| *byte == b' ').ok_or(Malformed::NotSip)?;
            match trimmed.get(last + 1..).and_then(|version| version.split_first_chunk::<4>()) {
                Some((sip, number)) if sip.eq_ignore_ascii_case(b"SIP/") => {
                    if number != b"2.0" {
                        flaw = Flaw::Version;
                    }
                }
                _ => return Err(Malformed::NotSip),
            }
            trimmed.get(1..last).unwrap_or_default()
        }
    };
    let known = Method::parse(method);
    let control = !visible(uri);
    let odd = matches!(known, Method::Other(text) if text.is_empty() || !all(text, TOKEN));
    if (uri.is_empty() || control || odd) && flaw == Flaw::None {
        flaw = Flaw::Start;
    }
    Ok((Start::Request { method: known, uri: trim(uri) }, flaw))
}

/// The rest of a status line, behind `SIP/`.
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
