//! The number or address that is dialled for a text.

use super::number::is_number;
use super::rules::Blocked;
use super::service::is_service;
use super::{Rules, Typed};
use crate::base::cursor::Cursor;
use crate::base::limits::TARGET;
use crate::wire::sip::Scheme;

/// A text as it is dialled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Dialled<'o, 't> {
    /// A URI, `user@host`, a host, or a number or name that a domain completes.
    pub target: &'o str,
    /// The digits to be sent once the call is up, commas between them for pauses; empty: none.
    pub digits: &'t str,
}

/// The reason why nothing is dialled for a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The dial plan has no match.
    Blocked,
    /// It has more bytes than a target may have, or what is dialled for it would.
    Long,
    /// Its escapes stand for no text.
    Text,
}

/// A text as it is dialled by an account's rules. Whole addresses are dialled as they are: the rules are for
/// numbers and names that the account's domain completes. `domain`: there is one.
///
/// # Errors
/// [`Fault`].
pub fn dialled<'o, 't>(
    rules: &Rules<'_>,
    domain: bool,
    text: &'t str,
    room: &'o mut [u8; TARGET],
) -> Result<Dialled<'o, 't>, Fault> {
    let typed = Typed::read(text);
    let mut out = Cursor::new(room);
    let digits = match typed.scheme {
        _ if is_service(typed.target) => {
            out.put_str(typed.target);
            ""
        }
        _ if text.contains('<') => {
            out.put_str(text);
            ""
        }
        Some(Scheme::Tel) => {
            let (number, params) = typed.target.split_at(typed.target.find(';').unwrap_or(typed.target.len()));
            out.put_str("tel:");
            if rules.prefix.is_empty() && rules.plan.is_empty() {
                out.put_str(number); // rfc3261#19.1.6: as it stands
            } else {
                apply(rules, number, &mut out)?;
            }
            out.put_str(params);
            typed.digits
        }
        Some(scheme) if scheme == Scheme::Sips || !domain || !is_number(typed.target.as_bytes()) => {
            out.put_str(if scheme == Scheme::Sips { "sips:" } else { "sip:" });
            out.put_str(typed.target);
            typed.digits
        }
        None if typed.target.contains('@') || !domain => {
            out.put_str(typed.target);
            typed.digits
        }
        _ => {
            apply(rules, typed.target, &mut out)?;
            typed.digits
        }
    };
    let len = out.finish().map_err(|_| Fault::Long)?;
    let target = core::str::from_utf8(room.get(..len).unwrap_or_default()).map_err(|_| Fault::Text)?;
    Ok(Dialled { target, digits })
}

/// Writes what is dialled for a number or a name with escapes.
fn apply(rules: &Rules<'_>, typed: &str, out: &mut Cursor<'_>) -> Result<(), Fault> {
    let mut room = [0; TARGET];
    let mut plain = Cursor::new(&mut room);
    decode(typed.as_bytes(), &mut plain);
    if plain.needed() > TARGET {
        return Err(Fault::Long);
    }
    rules.apply(plain.written(), out).map_err(|Blocked| Fault::Blocked)
}

/// A text with its escapes decoded, once (rfc3986#2.1). A percent sign that begins none stays.
fn decode(mut text: &[u8], out: &mut Cursor<'_>) {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    while let [first, rest @ ..] = text {
        let escaped = match (first, rest) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        out.put(&[escaped.unwrap_or(*first)]);
        text = if escaped.is_some() { rest.get(2..).unwrap_or_default() } else { rest };
    }
}
