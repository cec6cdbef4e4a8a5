//! Diversion, the header of a redirection that names those who forwarded.

use crate::base::cursor::Cursor;
use crate::phone::calls::rules::decide::Why;

/// rfc5806#5.1: the party that forwards, and its reason; those that forwarded before it follow.
pub(super) fn write_diversion<'d>(out: &mut Cursor<'_>, own: &[u8], why: Why, before: impl Iterator<Item = &'d [u8]>) {
    out.put_str("Diversion: <");
    out.put(own);
    out.put_str(">;reason=");
    out.put_str(match why {
        Why::Always => "unconditional",
        Why::Busy => "user-busy",
        Why::NoAnswer => "no-answer",
    });
    out.put_str(";counter=1\r\n");
    for value in before {
        out.put_str("Diversion: ");
        out.put(value);
        out.put_str("\r\n");
    }
}

#[cfg(test)]
mod tests;
