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

/// Names and values, line by line, foldings inside the values.
fn header_lines(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let start = head.windows(2).position(|pair| pair == b"\r\n").map_or(head.len(), |at| at + 2);
    let mut rest = head.get(start..).unwrap_or_default();
    core::iter::from_fn(move || {
        if rest.is_empty() || rest.starts_with(b"\r\n") {
            return None;
        }
        let mut end = 0;
        loop {
            let line = rest.get(end..)?.windows(2).position(|pair| pair == b"\r\n")?;
            end += line + 2;
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
