//! Texts that are refused: the one that is at fault, its value or length, and the limit.

use crate::abi::code::*;
use crate::abi::{Fail, Value};
use microsip_core::phone::CommandError;
#[cfg(feature = "sentences")]
use microsip_core::phone::header_lines::wrong_line;
use microsip_core::wire::sip::Name;

/// A text and the name of its argument.
pub(super) type Named<'t> = (&'static str, &'t str);

const CONTROLS: &str = "has control characters: leave them out";

/// An engine that was given no room for a document.
pub(super) const NO_LOCATION: &str = "needs location_bytes in the engine's configuration, which has none";

/// Refused header lines. `more`: names that are refused beside those of the library. Values may be secrets.
#[cfg(feature = "sentences")]
pub(super) fn lines(error: CommandError, (argument, lines): Named<'_>, more: &[Name]) -> Fail {
    Fail::command(error, argument, wrong_line(lines, more).map_or(Value::None, Value::part))
}

/// The same without a sentence.
#[cfg(not(feature = "sentences"))]
pub(super) const fn lines(error: CommandError, (argument, _): Named<'_>, _: &[Name]) -> Fail {
    Fail::command(error, argument, Value::None)
}

/// The first of these that has control characters.
pub(super) fn with_controls(texts: &[Named<'_>]) -> Option<Fail> {
    let odd = |text: &str| text.bytes().any(|byte| byte < 0x20 || byte == 0x7f);
    let (argument, text) = texts.iter().find(|(_, text)| odd(text))?;
    Some(Fail::new(MICROSIP_E_TEXT, argument, Value::text(text), CONTROLS))
}

/// The longest of these is at fault where all of them find no room together.
pub(super) fn together(texts: &[Named<'_>], most: usize, fix: &'static str) -> Fail {
    let longest = texts.iter().max_by_key(|(_, text)| text.len());
    let (argument, text) = longest.copied().unwrap_or_default();
    Fail::new(MICROSIP_E_TEXT, argument, Value::bytes(text.len(), most), fix)
}

/// A document that says where a caller is: a control character in it.
pub(super) fn location_controls((argument, document): Named<'_>) -> Option<Fail> {
    let at = document.bytes().position(|byte| byte < 0x20 && !b"\t\r\n".contains(&byte))?;
    let fix = "(the offset of a control character that XML has not): leave it out";
    Some(Fail::new(MICROSIP_E_TEXT, argument, Value::Number(at as i64), fix))
}
