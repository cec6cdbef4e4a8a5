//! The header lines of a redirection of ours.

use crate::base::cursor::Cursor;
use crate::base::limits::TARGET;
use crate::phone::calls::rules::decide::Why;
use crate::phone::target::complete;

/// The targets of a list, one by one; commas within `<…>` or quotes part nothing.
pub(super) fn targets(list: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut angled) = (false, false);
    list.split(move |c| {
        match c {
            '"' => quoted = !quoted,
            '<' => angled = true,
            '>' => angled = false,
            _ => {}
        }
        c == ',' && !quoted && !angled
    })
    .map(str::trim_ascii)
    .filter(|target| !target.is_empty())
}

/// Contact: each target as a whole URI, the first with the highest q (rfc3261#8.3, #20.10). Gives their number; `None`:
/// one of them is no target for a call of this account.
pub(in crate::phone::calls) fn write_contacts(
    out: &mut Cursor<'_>,
    list: &str,
    domain: Option<&[u8]>,
) -> Option<usize> {
    let mut count = 0;
    for target in targets(list) {
        let mut room = [0u8; TARGET];
        let uri = complete(domain, None, target, &mut room).ok()?;
        out.put_str("Contact: <");
        out.put(uri);
        out.put_str(">;q=");
        match 10usize.saturating_sub(count).max(1) {
            10 => out.put_str("1.0"),
            tenths => {
                out.put_str("0.");
                out.put_number(tenths as u64);
            }
        }
        out.put_str("\r\n");
        count += 1;
    }
    Some(count)
}

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
