//! Why a function failed: the code, the argument, its value, and what to do about it.

use super::code::*;
use core::fmt;
use microsip_core::phone::{CommandError, IdError, id};

/// The start of an offending text, kept for the message.
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
    Text(Shown),
}

impl Value {
    /// Never for a secret.
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

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => Ok(()),
            Self::Number(number) => write!(f, " is {number}"),
            Self::Id(id) => write!(f, " is {id:#x}"),
            Self::Text(shown) => {
                let text = shown.bytes.get(..usize::from(shown.len)).and_then(|bytes| core::str::from_utf8(bytes).ok());
                write!(f, " is {:?}{}", text.unwrap_or_default(), if shown.cut { "…" } else { "" })
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

    pub(crate) const fn id(argument: &'static str, raw: u64, error: IdError) -> Self {
        match error {
            IdError::None => Self::new(MICROSIP_E_ARG, argument, Value::Id(raw), "is no id: use one that the library gave out"),
            IdError::WrongKind => {
                Self::new(MICROSIP_E_KIND, argument, Value::Id(raw), "names a thing of another kind: were two ids exchanged?")
            }
        }
    }

    /// The same for a phone whose ids have that mark: what names nothing here may be another phone's.
    pub(crate) const fn for_mark(self, mark: u8) -> Self {
        match self.value {
            Value::Id(raw) if self.code == MICROSIP_E_STALE && id::mark(raw) != mark => {
                Self { code: MICROSIP_E_FOREIGN, fix: "was given out by another phone, or by one that is gone: pass it to its own", ..self }
            }
            _ => self,
        }
    }

    /// A refused command; `argument` is the one that is most likely to blame.
    pub(crate) const fn command(error: CommandError, argument: &'static str, value: Value) -> Self {
        let (code, fix) = match error {
            CommandError::Stale => (MICROSIP_E_STALE, "names nothing any more: it has ended and its last event was released"),
            CommandError::State => (MICROSIP_E_STATE, "is not in a state that allows this: look at its info"),
            CommandError::Full => (MICROSIP_E_FULL, "finds no free slot: end something, or create the phone with higher limits"),
            CommandError::Uri => {
                (MICROSIP_E_URI, "is no address: write sip:user@host, tel:+123, or a number that the account's domain completes")
            }
            CommandError::Text => (MICROSIP_E_TEXT, "is too long or has control characters"),
            CommandError::Range => (MICROSIP_E_ARG, "is out of its range"),
            CommandError::NoAccount => (MICROSIP_E_ARG, "needs an account whose domain completes it: pass one, or write a whole URI"),
            CommandError::Unsupported => (MICROSIP_E_UNSUPPORTED, "is not what this configuration does"),
            CommandError::Nothing => (MICROSIP_NOTHING, ""),
        };
        Self::new(code, argument, value, fix)
    }
}

impl fmt::Display for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = describe(self.code).to_str().unwrap_or_default();
        write!(f, "{}{}: {} ({}, {})", self.argument, self.value, self.fix, meaning, self.code)
    }
}
