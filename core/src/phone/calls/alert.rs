//! The ring that an INVITE asks for, by its Alert-Info: names of RFC 7462, and the texts that exchanges wrote before.
//!
//! Nothing is ever fetched: a URL is read as a text, and most of them mean nothing to us.

use crate::media::tones::country::RINGS;
use crate::phone::tone::*;
use crate::wire::sip::{Message, Name, Params};

#[cfg(test)]
mod tests;

/// A name, its bit, the bits that it excludes, and the number of the ring that renders it (0: the usual one).
type Row = (&'static [u8], u32, u32, u8);

const SOURCES: u32 = ALERT_INTERNAL | ALERT_EXTERNAL | ALERT_FRIEND | ALERT_FAMILY;
const PRIORITIES: u32 = ALERT_LOW | ALERT_HIGH;
const DURATIONS: u32 = ALERT_SHORT | ALERT_LONG;
const SERVICES: u32 = ALERT_FORWARDED | ALERT_WAITING | ALERT_CALLBACK | ALERT_HELD | ALERT_TRANSFERRED;

/// rfc7462#8.2: indications behind `urn:alert:`. The default of each category says nothing, so none is here. Telcordia's
/// rings 2 and 3 are those that exchanges use for outside and urgent calls, 5 is the splash.
const INDICATIONS: [Row; 14] = [
    (b"source:internal", ALERT_INTERNAL, SOURCES, 0),
    (b"source:external", ALERT_EXTERNAL, SOURCES, 2),
    (b"source:friend", ALERT_FRIEND, SOURCES, 0),
    (b"source:family", ALERT_FAMILY, SOURCES, 0),
    (b"priority:low", ALERT_LOW, PRIORITIES, 0),
    (b"priority:high", ALERT_HIGH, PRIORITIES, 3),
    (b"duration:short", ALERT_SHORT, DURATIONS, 5),
    (b"duration:long", ALERT_LONG, DURATIONS, 0),
    (b"delay:yes", ALERT_DELAYED, ALERT_DELAYED, 0),
    (b"service:forward", ALERT_FORWARDED, SERVICES, 0),
    (b"service:call-waiting", ALERT_WAITING, SERVICES, 0),
    (b"service:recall:callback", ALERT_CALLBACK, SERVICES, 4),
    (b"service:recall:hold", ALERT_HELD, SERVICES, 4),
    (b"service:recall:transfer", ALERT_TRANSFERRED, SERVICES, 4),
];

/// Texts of `;info=`, and those names of RFC 7462 that they mean.
const TEXTS: [(&[u8], &[u8]); 5] = [
    (b"alert-internal", b"source:internal"),
    (b"internal", b"source:internal"),
    (b"alert-external", b"source:external"),
    (b"external", b"source:external"),
    (b"alert-priority", b"priority:high"),
];

const NUMBERED: &[u8] = b"bellcore-dr";

/// The ring that an INVITE asks for.
pub(super) fn alert_of(invite: &Message<'_>) -> Alert {
    let mut alert = 0;
    // rfc7462#11.1: an earlier one goes before a later one
    for value in invite.values(Name::AlertInfo) {
        if let Some(number) = numbered(value) {
            ring(&mut alert, number);
            continue;
        }
        let (uri, params) = parts(value);
        let scheme = b"urn:alert:";
        if uri.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) {
            indicate(&mut alert, uri.get(scheme.len()..).unwrap_or_default());
        }
        if let Some(info) = params.get(b"info") {
            let text = info.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(info);
            let meant = TEXTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
            indicate(&mut alert, meant.map_or(b"", |(_, name)| *name));
        }
    }
    Alert(alert)
}

/// The first number of a ring counts.
const fn ring(alert: &mut u32, number: u8) {
    if *alert & 15 == 0 {
        *alert |= number as u32;
    }
}

/// rfc7462#11.1: of a name that is longer than a known one the beginning counts; of each category the first.
fn indicate(alert: &mut u32, name: &[u8]) {
    let known = INDICATIONS.iter().find(|(known, ..)| {
        let (start, rest) = name.split_at_checked(known.len()).unwrap_or_default();
        start.eq_ignore_ascii_case(known) && (rest.is_empty() || rest.first() == Some(&b':'))
    });
    if let Some((_, bit, excluded, number)) = known
        && *alert & excluded == 0
    {
        *alert |= bit;
        ring(alert, *number);
    }
}

/// The number in `Bellcore-dr3`, wherever it stands: `<http://127.0.0.1/Bellcore-dr3>`, `;info=Bellcore-dr3`.
fn numbered(value: &[u8]) -> Option<u8> {
    let at = value.windows(NUMBERED.len()).position(|text| text.eq_ignore_ascii_case(NUMBERED))? + NUMBERED.len();
    let (digit, after) = value.get(at..)?.split_first()?;
    let number = digit.checked_sub(b'0')?;
    ((1..=RINGS).contains(&number) && !after.first().is_some_and(u8::is_ascii_digit)).then_some(number)
}

/// The URI between `<` and `>`, and the parameters behind it.
fn parts(value: &[u8]) -> (&[u8], Params<'_>) {
    let end = value.iter().rposition(|byte| *byte == b'>');
    let start = value.iter().position(|byte| *byte == b'<').map_or(0, |at| at + 1);
    let uri = end.and_then(|end| value.get(start..end)).unwrap_or_default();
    let rest = value.get(end.map_or(0, |end| end + 1)..).unwrap_or_default();
    let at = rest.iter().position(|byte| *byte == b';').unwrap_or(rest.len());
    (uri, Params::new(rest.get(at..).unwrap_or_default()))
}
