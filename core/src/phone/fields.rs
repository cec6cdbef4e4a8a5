//! Header fields of messages that may have been cut, by any name.

use crate::wire::sip::Name;

/// A field by name in a message head that may have been cut behind a header.
pub(super) fn nth_field<'m>(head: &'m [u8], name: &[u8], nth: u32) -> Option<&'m [u8]> {
    fields(head, name).nth(nth as usize)
}

/// All fields of a name.
pub(super) fn fields<'m>(head: &'m [u8], name: &[u8]) -> impl Iterator<Item = &'m [u8]> {
    let known = Name::find(name);
    let fields = header_lines(head).filter(move |(text, _)| match known {
        Name::Other => text.eq_ignore_ascii_case(name),
        known => Name::find(text) == known,
    });
    fields.map(|(_, value)| value)
}

/// The line before the first field: a request line or a status line.
pub(super) fn first_line(head: &[u8]) -> Option<&[u8]> {
    head.get(..line_end(head)?).map(<[u8]>::trim_ascii_end)
}

/// Names and values, line by line, foldings inside the values. A line ends as in [`crate::wire::sip::Message`], by LF
/// alone too, and behind the line without anything stands no header.
fn header_lines(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = head.split_at_checked(line_end(head).unwrap_or(head.len())).unwrap_or_default().1;
    core::iter::from_fn(move || {
        if matches!(rest, [] | [b'\n', ..] | [b'\r', b'\n', ..]) {
            return None;
        }
        let mut end = 0;
        loop {
            end += line_end(rest.get(end..)?)?;
            if !matches!(rest.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let (line, later) = rest.split_at_checked(end)?;
        rest = later;
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at_checked(colon)?;
        Some((name.trim_ascii(), value.get(1..).unwrap_or_default().trim_ascii()))
    })
}

/// The beginning of the next line.
fn line_end(text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| *byte == b'\n').map(|at| at + 1)
}

/// A head in two parts: where it is too long it is cut behind the last whole field that fits, and ended there. A first
/// line that does not fit has none behind it, but was the first message's all the same.
pub(super) fn cut(head: &[u8], room: usize) -> [&[u8]; 2] {
    const END: &[u8] = b"\r\n";
    if head.len() <= room {
        return [head, b""];
    }
    let fits = head.get(..room.saturating_sub(END.len())).unwrap_or_default();
    // rfc3261#7.3.1: a line that begins with white space goes on with the field before
    let ends = |at: usize| fits.get(at) == Some(&b'\n') && !matches!(head.get(at + 1), Some(b' ' | b'\t'));
    match (0..fits.len()).rev().find(|at| ends(*at)) {
        Some(at) => [fits.get(..=at).unwrap_or_default(), END],
        None => [fits, b""],
    }
}

/// Writes a text in two parts. False: there is no room.
pub(super) fn put(room: &mut [u8], [text, end]: [&[u8]; 2]) -> bool {
    let Some((start, rest)) = room.split_at_mut_checked(text.len()) else { return false };
    let Some(behind) = rest.get_mut(..end.len()) else { return false };
    start.copy_from_slice(text);
    behind.copy_from_slice(end);
    true
}

#[cfg(test)]
mod tests;
