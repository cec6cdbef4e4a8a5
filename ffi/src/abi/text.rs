//! Texts: NUL-terminated UTF-8 in, copied before the function returns; out into the caller's buffer, `needed` counts
//! the NUL.

use super::code::*;
use super::{Fail, Value, pointer};
use core::ffi::c_char;
use microsip_core::base::cursor::Cursor;

/// A text without NUL within this many bytes is taken for a stray pointer.
const LONGEST: usize = 65_535;

/// A text of the caller's; `None` for NULL.
///
/// # Safety
/// `text` is NULL or NUL-terminated, and stays so for the time of the call.
pub(crate) unsafe fn optional<'c>(text: *const c_char, argument: &'static str) -> Result<Option<&'c str>, Fail> {
    if text.is_null() {
        return Ok(None);
    }
    let mut len = 0usize;
    // SAFETY: every byte before the NUL is readable by contract.
    while unsafe { text.add(len).read() } != 0 {
        len += 1;
        if len > LONGEST {
            return Err(Fail::new(MICROSIP_E_TEXT, argument, Value::None, "has no NUL within 65535 bytes"));
        }
    }
    // SAFETY: `len` bytes were just read.
    let bytes = unsafe { core::slice::from_raw_parts(text.cast::<u8>(), len) };
    match core::str::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => Err(Fail::new(
            MICROSIP_E_TEXT,
            argument,
            Value::Number(error.valid_up_to() as i64),
            "(the offset of its first bad byte): is no UTF-8",
        )),
    }
}

/// A text that may be NULL, which means "".
///
/// # Safety
/// As [`optional`].
pub(crate) unsafe fn or_empty<'c>(text: *const c_char, argument: &'static str) -> Result<&'c str, Fail> {
    // SAFETY: passed on.
    Ok(unsafe { optional(text, argument)? }.unwrap_or_default())
}

/// A text that must be there.
///
/// # Safety
/// As [`optional`].
pub(crate) unsafe fn needed<'c>(text: *const c_char, argument: &'static str) -> Result<&'c str, Fail> {
    // SAFETY: passed on.
    unsafe { optional(text, argument)? }.ok_or_else(|| Fail::no_text(argument))
}

/// Writes a text into the caller's buffer. `buf` may be NULL with `cap` 0, to ask for the size; `needed` may be NULL.
///
/// # Safety
/// `buf` is NULL or has `cap` writable bytes; `needed` is NULL or writable.
pub(crate) unsafe fn put(
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
    write: impl FnOnce(&mut Cursor<'_>) -> Result<(), Fail>,
) -> Result<(), Fail> {
    // SAFETY: passed on.
    let room = unsafe { pointer::slice_mut(buf.cast::<u8>(), cap, "buf")? };
    let keep = room.len().saturating_sub(1);
    let (text, _) = room.split_at_mut(keep);
    let mut cursor = Cursor::new(text);
    write(&mut cursor)?;
    let len = cursor.needed();
    // SAFETY: by contract.
    unsafe { pointer::put(needed, len as u32 + 1) };
    if let Some(end) = room.get_mut(len) {
        *end = 0;
        return Ok(());
    }
    if let Some(first) = room.first_mut() {
        *first = 0;
    }
    Err(Fail::new(
        MICROSIP_E_BUFFER,
        "cap",
        Value::Number(i64::from(cap)),
        "is too small: *needed says how many bytes, with the NUL",
    ))
}

/// A line as far as there is room for it, not cut within a character.
pub(crate) fn line<'r>(room: &'r mut [u8], what: core::fmt::Arguments<'_>) -> &'r [u8] {
    struct Line<'r> {
        room: &'r mut [u8],
        len: usize,
    }
    impl core::fmt::Write for Line<'_> {
        fn write_str(&mut self, piece: &str) -> core::fmt::Result {
            let left = self.room.get_mut(self.len..).unwrap_or_default();
            let fits = (0..=piece.len().min(left.len())).rev().find(|len| piece.is_char_boundary(*len)).unwrap_or(0);
            left.iter_mut().zip(piece.bytes().take(fits)).for_each(|(to, from)| *to = from);
            self.len += fits;
            if fits == piece.len() { Ok(()) } else { Err(core::fmt::Error) }
        }
    }
    let mut line = Line { room, len: 0 };
    let _ = core::fmt::Write::write_fmt(&mut line, what);
    let Line { room, len } = line;
    room.get(..len).unwrap_or_default()
}
