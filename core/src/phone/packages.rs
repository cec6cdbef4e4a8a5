//! Packages of INFO (RFC 6086): the names that one side takes, as a text, comma separated.

use super::CommandError;
use super::header_lines::is_token;
use crate::base::copying::copy;
use crate::base::limits::PACKAGES;
use crate::wire::sip::{Message, Name, Writer, token_list};

/// Among our names: an INFO without a package, whatever its body.
pub(super) const UNPACKAGED: &[u8] = b"*";

/// Values of the far end's list that are kept; those beyond are not known.
const HEARD: usize = 16;

/// Names that the phone takes where nothing else is said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usual {
    names: [u8; PACKAGES],
    len: u8,
}

impl Usual {
    /// Of names that passed [`check`].
    pub(super) fn new(names: &str) -> Option<Self> {
        let mut kept = Self { names: [0; PACKAGES], len: names.len() as u8 };
        copy(names.as_bytes(), kept.names.get_mut(..names.len())?);
        Some(kept)
    }

    pub(super) fn names(&self) -> &[u8] {
        self.names.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// The same of names that may be given.
pub(super) fn check_given(names: Option<&str>) -> Result<(), CommandError> {
    names.map_or(Ok(()), check)
}

/// With so many slots for messages what comes by names that may be given can be taken (rfc6086#5.2.2).
///
/// # Errors
/// [`CommandError::Unheld`].
pub(super) fn check_held(names: Option<&str>, slots: usize) -> Result<(), CommandError> {
    if slots == 0 && names.is_some_and(|names| !names.is_empty()) { Err(CommandError::Unheld) } else { Ok(()) }
}

/// Names that we may take (rfc6086#9.2: a token each), and no more than there is room for.
pub(super) fn check(names: &str) -> Result<(), CommandError> {
    let known = names.len() <= PACKAGES && names.split(',').all(|name| is_token(name.trim_matches(' ')));
    if names.is_empty() || known { Ok(()) } else { Err(CommandError::Packages) }
}

/// A package that a message of ours may name: a token, with parameters or without.
pub(super) fn is_package(package: &str) -> bool {
    let plain = package.len() <= PACKAGES && !package.bytes().any(|byte| !(0x20..0x7f).contains(&byte) || byte == b',');
    plain && core::str::from_utf8(name_of(package.as_bytes())).is_ok_and(is_token)
}

/// The name in a value: all before its parameters.
pub(super) fn name_of(value: &[u8]) -> &[u8] {
    value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii()
}

/// rfc6086#7.2: names are compared byte by byte, and parameters count for nothing.
pub(super) fn lists(names: &[u8], name: &[u8]) -> bool {
    token_list(names).any(|value| name_of(value) == name)
}

/// Writes Recv-Info with our names.
pub(super) fn write(writer: &mut Writer<'_, '_>, names: &[u8]) {
    writer.header(Name::RecvInfo, |out| {
        for (position, name) in token_list(names).filter(|name| *name != UNPACKAGED).enumerate() {
            out.put_str(if position == 0 { "" } else { ", " });
            out.put(name);
        }
    });
}

/// The bytes that such a line takes at most.
#[cfg(feature = "identity")]
pub(super) const fn line_len(names: &[u8]) -> usize {
    "Recv-Info: \r\n".len() + 2 * names.len()
}

/// The text between two values of a list.
const COMMA: &[u8] = b", ";

/// The names of a far end's message, as one list of [`PACKAGES`] bytes at most: those that find no room are not known, for
/// the far end chooses how long they are. Gives what `with` makes of its parts.
pub(super) fn heard<R>(message: &Message<'_>, with: impl FnOnce(&[&[u8]]) -> R) -> R {
    let mut parts = [b"".as_slice(); 2 * HEARD];
    let mut left = PACKAGES + COMMA.len(); // the first value has none before it
    let values = message.tokens(Name::RecvInfo).filter(|value| {
        let rest = left.checked_sub(COMMA.len() + value.len());
        left = rest.unwrap_or(left);
        rest.is_some()
    });
    for (position, (place, value)) in parts.chunks_exact_mut(2).zip(values).enumerate() {
        if let [comma, name] = place {
            (*comma, *name) = (if position == 0 { b"" } else { COMMA }, value);
        }
    }
    with(&parts)
}
