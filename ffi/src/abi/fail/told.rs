//! A failure with its full text.

use crate::abi::code::{MICROSIP_E_FOREIGN, describe};
use microsip_core::base::cursor::Cursor;
use microsip_core::phone::id;

/// Bytes kept of an offending text: a number and a usual dial plan fit. With more, a failure would be too large to be
/// returned by value.
#[cfg(feature = "host")]
const SHOWN: usize = 64;

/// The start of an offending text, kept for the message. Not on a board: each failure would need room for it on the
/// stack.
#[cfg(feature = "host")]
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    bytes: [u8; SHOWN],
    len: u8,
    cut: bool,
}

/// An offending value.
#[derive(Clone, Copy)]
pub(crate) enum Value {
    None,
    Number(i64),
    Id(u64),
    /// The length of a text, and the longest that would do.
    Bytes(u32, u32),
    #[cfg(feature = "host")]
    Text(Shown),
    /// A part of a text or a list.
    #[cfg(feature = "host")]
    Part(Shown),
}

impl Value {
    /// The length of a text, and the longest that would do.
    pub(crate) const fn bytes(len: usize, most: usize) -> Self {
        Self::Bytes(len as u32, most as u32)
    }

    /// A part of a text or a list; never of a secret.
    #[cfg(not(feature = "host"))]
    pub(crate) const fn part(_text: &str) -> Self {
        Self::None
    }

    /// A part of a text or a list; never of a secret.
    #[cfg(feature = "host")]
    pub(crate) fn part(text: &str) -> Self {
        if let Self::Text(shown) = Self::text(text) { Self::Part(shown) } else { Self::None }
    }

    /// Never for a secret.
    #[cfg(not(feature = "host"))]
    pub(crate) const fn text(_text: &str) -> Self {
        Self::None
    }

    /// Never for a secret.
    #[cfg(feature = "host")]
    pub(crate) fn text(text: &str) -> Self {
        let mut bytes = [0u8; SHOWN];
        let mut len = 0usize;
        let mut cut = false;
        let mut hidden = 0;
        for (at, character) in text.char_indices() {
            if at < hidden {
                continue;
            }
            if character == ':'
                && let Some(host) = password(text, at)
            {
                hidden = host;
                continue;
            }
            let end = len + character.len_utf8();
            let Some(room) = bytes.get_mut(len..end) else {
                cut = true;
                break;
            };
            character.encode_utf8(room);
            len = end;
        }
        Self::Text(Shown { bytes, len: len as u8, cut })
    }
}

/// The end of a URI's password that begins behind this colon (rfc3261#19.1.1): where its `@` is. No error shows one.
#[cfg(feature = "host")]
fn password(text: &str, colon: usize) -> Option<usize> {
    let (before, behind) = text.split_at(colon);
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '@');
    let user = before.rsplit(|c: char| ends(c) || c == ',').next()?;
    let scheme =
        ["sip", "sips", "tel", "urn", "mailto", "http", "https"].iter().any(|scheme| scheme.eq_ignore_ascii_case(user));
    // a port behind a host
    let host = before.rsplit([' ', ',', '<']).next()?.contains('@');
    let end = behind.find(ends).filter(|end| behind.get(*end..).is_some_and(|rest| rest.starts_with('@')))?;
    (!scheme && !host).then_some(colon + end)
}

impl Value {
    /// For people, without the machinery of formats: a board pays for it in flash.
    fn tell(&self, out: &mut Cursor<'_>) {
        match self {
            Self::None => {}
            Self::Number(number) => {
                out.put_str(if *number < 0 { " is -" } else { " is " });
                out.put_number(number.unsigned_abs());
            }
            Self::Id(id) => {
                out.put_str(" is 0x");
                out.put_hex(*id, 16 - (id.leading_zeros() / 4).min(15));
            }
            Self::Bytes(len, most) => {
                out.put_str(" has ");
                out.put_number(u64::from(*len));
                out.put_str(" bytes of at most ");
                out.put_number(u64::from(*most));
            }
            #[cfg(feature = "host")]
            Self::Text(shown) | Self::Part(shown) => {
                out.put_str(if matches!(self, Self::Part(_)) { " has \"" } else { " is \"" });
                let text = shown.bytes.get(..usize::from(shown.len)).unwrap_or_default();
                text.iter().for_each(|byte| out.put(&[if byte.is_ascii_control() { b'?' } else { *byte }]));
                out.put_str(if shown.cut { "…\"" } else { "\"" });
            }
        }
    }
}

/// A failure.
#[derive(Clone, Copy)]
pub(crate) struct Fail {
    pub(crate) code: i32,
    pub(crate) argument: &'static str,
    pub(crate) value: Value,
    pub(crate) fix: &'static str,
}

impl Fail {
    pub(crate) const fn new(code: i32, argument: &'static str, value: Value, fix: &'static str) -> Self {
        Self { code, argument, value, fix }
    }

    pub(super) const fn foreign(self) -> Self {
        let fix = "was given out by another phone, or by one that is gone: pass it to its own";
        Self { code: MICROSIP_E_FOREIGN, fix, ..self }
    }

    /// Of the id at fault, if it is one.
    pub(super) const fn mark(&self) -> Option<u8> {
        if let Value::Id(raw) = self.value { Some(id::mark(raw)) } else { None }
    }

    /// The argument at fault, its value, and the remedy.
    pub(crate) fn tell(&self, function: &str, out: &mut Cursor<'_>) {
        out.put_str(function);
        out.put_str(": ");
        out.put_str(self.argument);
        self.value.tell(out);
        out.put_str(if matches!(self.value, Value::None) { " " } else { ": " });
        out.put_str(self.fix);
        out.put_str(" (");
        out.put(describe(self.code).to_bytes());
        out.put_str(if self.code < 0 { ", -" } else { ", " });
        out.put_number(u64::from(self.code.unsigned_abs()));
        out.put_str(")");
    }
}
