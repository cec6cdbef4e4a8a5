//! Lists joined by commas.

use super::chars::{trim, uri_end};

/// Cuts the first element off a comma-joined list, and returns its end; quotes and angle brackets hide commas.
pub(super) fn first_of_list(list: &[u8]) -> (&[u8], Option<&[u8]>) {
    let mut at = 0;
    let mut angle = false;
    let mut quote = false;
    while let Some(byte) = list.get(at) {
        match *byte {
            b'\\' if quote => at += 1,
            b'"' if !angle => quote = !quote,
            b'<' if !quote && !angle => match list.get(at + 1..).and_then(uri_end) {
                Some(end) => at += end + 1,
                None => angle = true,
            },
            b'>' if !quote => angle = false,
            b',' if !quote && !angle => {
                return (trim(list.get(..at).unwrap_or_default()), Some(list.get(at + 1..).unwrap_or_default()));
            }
            _ => {}
        }
        at += 1;
    }
    (trim(list), None)
}

/// The elements of a comma-joined list such as `Supported` or `Allow`; empty ones are left out.
pub fn token_list(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    elements(list).filter(|element| !element.is_empty())
}

/// The elements of a comma-joined list, empty ones too: for lists of an application's, which may have none.
pub fn elements(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(list);
    core::iter::from_fn(move || {
        let (first, after) = first_of_list(rest?);
        rest = after;
        Some(first)
    })
}
