//! Header lines of the application's, for messages that the core writes.

use super::CommandError;
use crate::wire::sip::Name;

/// Headers that are the core's: an application cannot set them.
const OWNED: &[Name] = &[
    Name::Via,
    Name::From,
    Name::To,
    Name::CallId,
    Name::CSeq,
    Name::Contact,
    Name::MaxForwards,
    Name::Route,
    Name::RecordRoute,
    Name::ContentType,
    Name::ContentLength,
    Name::ContentEncoding,
    Name::Authorization,
    Name::ProxyAuthorization,
    Name::UserAgent,
    Name::Server,
    Name::RSeq,
    Name::RAck,
    Name::SessionExpires,
    Name::MinSe,
    Name::Allow,
    Name::Supported,
    Name::Require,
    // what is said there has to be kept
    #[cfg(all(feature = "info", feature = "message"))]
    Name::RecvInfo,
];

/// token of rfc3261#25.1.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte))
}

/// A text that stands within a line cannot have these.
pub(super) fn has_controls(text: &str) -> bool {
    text.bytes().any(|byte| byte < 0x20 || byte == 0x7f)
}

/// Extra header lines may neither break the message nor replace headers of the core; `more`: further ones.
pub(super) fn check(lines: &str, more: &[Name]) -> Result<(), CommandError> {
    let mut rest = lines;
    while !rest.is_empty() {
        rest = check_first(rest, more)?;
    }
    Ok(())
}

/// Checks the first line of some. Returns those behind it.
fn check_first<'t>(lines: &'t str, more: &[Name]) -> Result<&'t str, CommandError> {
    let (line, later) = lines.split_once('\n').ok_or(CommandError::HeaderLine)?;
    let line = line.strip_suffix('\r').ok_or(CommandError::HeaderLine)?;
    let (name, value) = line.split_once(':').ok_or(CommandError::HeaderLine)?;
    if !is_token(name) || value.bytes().any(|byte| (byte < 0x20 && byte != b'\t') || byte == 0x7f) {
        return Err(CommandError::HeaderLine);
    }
    let name = Name::find(name.as_bytes());
    if OWNED.contains(&name) || more.contains(&name) {
        return Err(CommandError::HeaderOwned);
    }
    Ok(later)
}

/// The name of the first line that [`CommandError::HeaderLine`] or [`CommandError::HeaderOwned`] is about, or all of a
/// line without a name; its value may be a secret. `more`: further names that are not taken.
#[must_use]
pub fn wrong_line<'t>(lines: &'t str, more: &[Name]) -> Option<&'t str> {
    let mut rest = lines;
    while !rest.is_empty() {
        let Ok(later) = check_first(rest, more) else {
            let line = rest.lines().next().unwrap_or_default();
            return Some(line.split_once(':').map_or(line, |(name, _)| name));
        };
        rest = later;
    }
    None
}
