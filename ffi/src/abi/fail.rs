//! Why a function failed: the code, the argument, its value, and what to do about it.

use super::code::*;
use microsip_core::base::cursor::Cursor;
use microsip_core::phone::{CommandError, IdError, id};

/// The start of an offending text, kept for the message. Not on a board: each failure would need room for it on the
/// stack.
#[cfg(feature = "host")]
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    bytes: [u8; 48],
    len: u8,
    cut: bool,
}

/// An offending value.
#[derive(Clone, Copy)]
pub(crate) enum Value {
    None,
    Number(i64),
    Id(u64),
    #[cfg(feature = "host")]
    Text(Shown),
}

impl Value {
    /// Never for a secret.
    #[cfg(not(feature = "host"))]
    pub(crate) const fn text(_text: &str) -> Self {
        Self::None
    }

    /// Never for a secret.
    #[cfg(feature = "host")]
    pub(crate) fn text(text: &str) -> Self {
        let mut bytes = [0u8; 48];
        let mut len = 0usize;
        let mut cut = false;
        for character in text.chars() {
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
            #[cfg(feature = "host")]
            Self::Text(shown) => {
                out.put_str(" is \"");
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

    pub(crate) const fn null(argument: &'static str) -> Self {
        Self::new(MICROSIP_E_NULL, argument, Value::None, "is NULL: pass the address of a variable")
    }

    /// Nothing there: a result, not an error.
    pub(crate) const NOTHING: Self = Self::new(MICROSIP_NOTHING, "", Value::None, "");
    pub(crate) const MORE: Self = Self::new(MICROSIP_MORE, "", Value::None, "");
    pub(crate) const DRAIN: Self = Self::new(MICROSIP_DRAIN, "", Value::None, "");
    pub(crate) const CLOSE: Self = Self::new(MICROSIP_CLOSE, "", Value::None, "");

    pub(crate) const fn id(argument: &'static str, raw: u64, error: IdError) -> Self {
        match error {
            IdError::None => {
                Self::new(MICROSIP_E_ARG, argument, Value::Id(raw), "is no id: use one that the library gave out")
            }
            IdError::WrongKind => Self::new(
                MICROSIP_E_KIND,
                argument,
                Value::Id(raw),
                "names a thing of another kind: were two ids exchanged?",
            ),
        }
    }

    /// The same for a phone whose ids have that mark: what names nothing here may be another phone's.
    pub(crate) const fn for_mark(self, mark: u8) -> Self {
        match self.value {
            Value::Id(raw) if self.code == MICROSIP_E_STALE && id::mark(raw) != mark => Self {
                code: MICROSIP_E_FOREIGN,
                fix: "was given out by another phone, or by one that is gone: pass it to its own",
                ..self
            },
            _ => self,
        }
    }

    /// A refused command; `argument` is the one that is most likely to blame.
    pub(crate) const fn command(error: CommandError, argument: &'static str, value: Value) -> Self {
        let (code, fix) = match error {
            CommandError::Stale => (MICROSIP_E_STALE, "names nothing any more: it was released, or gave way"),
            CommandError::State => (MICROSIP_E_STATE, "is not in a state that allows this: look at its info"),
            CommandError::Full => {
                (MICROSIP_E_FULL, "finds no free slot: end something, or create the phone with higher limits")
            }
            CommandError::Uri => (
                MICROSIP_E_URI,
                "is no address: write sip:user@host, tel:+123, or a number that the account's domain completes",
            ),
            CommandError::Text => (MICROSIP_E_TEXT, "is too long or has control characters"),
            CommandError::HeaderLine => (
                MICROSIP_E_TEXT,
                "has a line that is not \"Name: value\\r\\n\": each needs a colon, and \\r\\n at its end",
            ),
            CommandError::HeaderOwned => {
                (MICROSIP_E_TEXT, "names a header that the library writes itself, such as Via or Contact: leave it out")
            }
            CommandError::Hosts => {
                (MICROSIP_E_ARG, "has an entry that is no address, network or name, or more than 16")
            }
            CommandError::Range => (MICROSIP_E_ARG, "is out of its range"),
            CommandError::NoAccount => {
                (MICROSIP_E_ARG, "needs an account whose domain completes it: pass one, or write a whole URI")
            }
            CommandError::Unsupported => (MICROSIP_E_UNSUPPORTED, "is not what this configuration does"),
            CommandError::Nothing => (MICROSIP_NOTHING, ""),
        };
        Self::new(code, argument, value, fix)
    }
}

impl Fail {
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
