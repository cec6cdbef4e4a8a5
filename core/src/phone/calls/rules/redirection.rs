//! Diversion, the header of a redirection that names those who forwarded.

use crate::base::cursor::Cursor;
use crate::phone::calls::rules::decide::Why;
use crate::wire::sip::{Address, Message, Name};

/// The largest counter: it has two digits.
const MOST: u8 = 99;

/// Phones that have forwarded a call. rfc5806#9.2.4: the sum of the counters; a Diversion without one counts as 1.
pub(super) fn diversions(message: &Message<'_>) -> u8 {
    let counter = |value| {
        let digits = Address::parse(value)?.params.get(b"counter")?;
        core::str::from_utf8(digits).ok()?.parse::<u8>().ok()
    };
    message.values(Name::Diversion).map(|value| counter(value).unwrap_or(1).max(1)).fold(0, u8::saturating_add)
}

/// rfc5806#5.1: the party that forwards, and its reason; those that forwarded before it follow, as far as `before` still
/// has them. The `diverted` that are not there are counted with our own, so that a call which goes round is found out by
/// whoever counts.
pub(super) fn write_diversion(out: &mut Cursor<'_>, own: &[u8], why: Why, diverted: u8, before: Option<&Message<'_>>) {
    let forgotten = diverted.saturating_sub(before.map_or(0, diversions));
    out.put_str("Diversion: <");
    out.put(own);
    out.put_str(">;reason=");
    out.put_str(match why {
        Why::Always => "unconditional",
        Why::Busy => "user-busy",
        Why::NoAnswer => "no-answer",
    });
    out.put_str(";counter=");
    out.put_number(forgotten.saturating_add(1).min(MOST).into());
    out.put_str("\r\n");
    for value in before.into_iter().flat_map(|message| message.values(Name::Diversion)) {
        out.put_str("Diversion: ");
        out.put(value);
        out.put_str("\r\n");
    }
}

#[cfg(test)]
mod tests;
