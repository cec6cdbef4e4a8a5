//! A caller's wish to be answered at once, as telephone exchanges write it.

use crate::wire::sip::{Message, Name, Params};

/// The longest delay (seconds) that a header may ask for: one that asks for more is not understood, and it rings.
const LONGEST: u32 = 120;

/// The way of answering without which the caller does not want to be answered (rfc5373#4.2).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Insists {
    /// Any will do.
    #[default]
    Not,
    /// By itself.
    Automatic,
    /// By a person.
    Manual,
}

/// Its Answer-Mode, or Priv-Answer-Mode, whose privilege is that it comes by way of the own server (rfc5373#4.1): the
/// mode, and whether it is required.
fn mode<'m>(invite: &Message<'m>, name: &[u8]) -> Option<(&'m [u8], bool)> {
    let value = invite.field_named(name)?;
    let (mode, params) = value.split_at(value.iter().position(|byte| *byte == b';').unwrap_or(value.len()));
    Some((mode.trim_ascii(), Params::new(params).get(b"require").is_some()))
}

/// Both names of the mode.
const MODES: [&[u8]; 2] = [b"Answer-Mode", b"Priv-Answer-Mode"];

/// The caller insists on a way of being answered.
pub(super) fn insists(invite: &Message<'_>) -> Insists {
    let required = MODES.iter().filter_map(|name| mode(invite, name)).find(|(_, required)| *required);
    match required {
        Some((mode, _)) if mode.eq_ignore_ascii_case(b"Auto") => Insists::Automatic,
        Some((mode, _)) if mode.eq_ignore_ascii_case(b"Manual") => Insists::Manual,
        _ => Insists::Not,
    }
}

/// The seconds after which the caller asks to be answered; `None`: it does not ask.
pub(super) fn asks(invite: &Message<'_>) -> Option<u32> {
    let auto = |name: &&[u8]| mode(invite, name).is_some_and(|(mode, _)| mode.eq_ignore_ascii_case(b"Auto"));
    let simple = || {
        invite.field_named(b"X-AUTOANSWER").is_some_and(|value| value == b"1" || value.eq_ignore_ascii_case(b"true"))
    };
    if MODES.iter().any(auto) || simple() {
        return Some(0);
    }
    if let Some(seconds) = invite.values(Name::CallInfo).find_map(by_call_info) {
        return (seconds <= LONGEST).then_some(seconds);
    }
    // no standard has a name for it; `info=alert-autoanswer` is what phones agree on
    invite
        .values(Name::AlertInfo)
        .any(|value| params_of(value).get(b"info").is_some_and(|info| info.eq_ignore_ascii_case(b"alert-autoanswer")))
        .then_some(0)
}

/// `<sip:x>;answer-after=5`, or a value that says so in words.
fn by_call_info(value: &[u8]) -> Option<u32> {
    if let Some(after) = params_of(value).get(b"answer-after") {
        return Some(core::str::from_utf8(after).ok()?.trim_matches('"').parse().unwrap_or(u32::MAX));
    }
    value.windows(11).any(|words| words.eq_ignore_ascii_case(b"auto answer")).then_some(0)
}

/// The parameters behind the `<…>` of a value.
fn params_of(value: &[u8]) -> Params<'_> {
    let from = value.iter().rposition(|byte| *byte == b'>').map_or(0, |at| at + 1);
    let rest = value.get(from..).unwrap_or_default();
    let at = rest.iter().position(|byte| *byte == b';').unwrap_or(rest.len());
    Params::new(rest.get(at..).unwrap_or_default())
}

#[cfg(test)]
mod tests;
