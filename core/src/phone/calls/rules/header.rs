//! A caller's wish to be answered at once, as telephone exchanges write it.

use crate::wire::sip::{Message, Name, Params};

/// The longest delay (seconds) that a header may ask for: one that asks for more is not understood, and it rings.
const LONGEST: u32 = 120;

/// The seconds after which the caller asks to be answered; `None`: it does not ask.
pub(super) fn asks(invite: &Message<'_>) -> Option<u32> {
    // rfc5373#4.1: Answer-Mode, and Priv-Answer-Mode, whose privilege is that it comes by way of the own server
    let mode = |name: &[u8]| {
        invite.field_named(name).is_some_and(|value| {
            let mode = value.split(|byte| *byte == b';').next().unwrap_or_default();
            mode.trim_ascii().eq_ignore_ascii_case(b"Auto")
        })
    };
    let simple = || {
        invite.field_named(b"X-AUTOANSWER").is_some_and(|value| value == b"1" || value.eq_ignore_ascii_case(b"true"))
    };
    if mode(b"Answer-Mode") || mode(b"Priv-Answer-Mode") || simple() {
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
