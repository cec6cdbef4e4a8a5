//! A text that a person typed, or copied from a page, taken apart.

use crate::wire::sip::Scheme;

/// Words before a colon that say no more than that a number or an address follows.
const SCHEMES: &[(&str, Option<Scheme>)] = &[
    ("tel:", Some(Scheme::Tel)),
    ("sip:", Some(Scheme::Sip)),
    ("sips:", Some(Scheme::Sips)),
    ("callto:", None),
    ("dial:", None),
    ("dialpad:", None),
];

/// A text taken apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Typed<'t> {
    /// Its scheme, where that is one of a URI.
    pub scheme: Option<Scheme>,
    /// The address or number behind it, escapes inside.
    pub target: &'t str,
    /// The digits to be sent once the call is up, commas between them for pauses; empty: none.
    pub digits: &'t str,
}

impl<'t> Typed<'t> {
    /// Takes a text apart.
    #[must_use]
    pub fn read(text: &'t str) -> Self {
        let mut target = unquoted(text.trim_ascii());
        let known = SCHEMES
            .iter()
            .find(|(name, _)| target.get(..name.len()).is_some_and(|front| front.eq_ignore_ascii_case(name)));
        if let Some((name, _)) = known {
            target = target.get(name.len()..).unwrap_or_default();
            target = unquoted(target.strip_prefix("//").unwrap_or(target));
            target = target.strip_suffix('/').unwrap_or(target);
        }
        // a user part may hold commas (rfc3261#25.1), a number and what stands behind a host may not
        let host = target.rfind('@').unwrap_or(0);
        let comma = target.get(host..).and_then(|rest| rest.find(','));
        let (target, digits) = comma.and_then(|at| target.split_at_checked(host + at)).unwrap_or((target, ""));
        let digits = digits.get(1..).unwrap_or_default();
        Self { scheme: known.and_then(|(_, scheme)| *scheme), target: target.trim_ascii(), digits }
    }
}

/// A text without the pair of quotes around it.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).map_or(text, str::trim_ascii)
}
