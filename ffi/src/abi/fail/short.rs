//! A failure that keeps its code alone.

use crate::abi::code::{MICROSIP_E_FOREIGN, describe};
use microsip_core::base::cursor::Cursor;
use microsip_core::phone::id;

/// An offending value, of which no more is kept than whose id it is.
#[derive(Clone, Copy)]
pub(crate) enum Value {
    None,
    #[expect(dead_code, reason = "no sentence tells it")]
    Number(i64),
    Id(u64),
}

impl Value {
    pub(crate) const fn text(_text: &str) -> Self {
        Self::None
    }

    pub(crate) const fn part(_text: &str) -> Self {
        Self::None
    }

    pub(crate) const fn bytes(_len: usize, _most: usize) -> Self {
        Self::None
    }
}

/// A failure.
#[derive(Clone, Copy)]
pub(crate) struct Fail {
    pub(crate) code: i32,
    mark: Option<u8>,
}

impl Fail {
    pub(crate) const fn new(code: i32, _argument: &'static str, value: Value, _fix: &'static str) -> Self {
        let mark = if let Value::Id(raw) = value { Some(id::mark(raw)) } else { None };
        Self { code, mark }
    }

    pub(super) const fn foreign(self) -> Self {
        Self { code: MICROSIP_E_FOREIGN, ..self }
    }

    /// Of the id at fault, if it was one.
    pub(super) const fn mark(&self) -> Option<u8> {
        self.mark
    }

    /// The result in words.
    pub(crate) fn tell(&self, _function: &str, out: &mut Cursor<'_>) {
        out.put(describe(self.code).to_bytes());
        out.put_str(" (-");
        out.put_number(u64::from(self.code.unsigned_abs()));
        out.put_str(")");
    }
}
