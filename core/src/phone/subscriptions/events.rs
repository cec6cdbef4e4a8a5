//! The packages that are known: their names, the types of their bodies.

use crate::phone::subscription::Package;
use crate::wire::body::{dialog_info, message_summary, pidf};
use crate::wire::sip::Params;

/// The name of a package, and the type of its bodies for Accept.
pub(super) const fn known(package: Package) -> Option<(&'static str, &'static [u8])> {
    match package {
        Package::Presence => Some(("presence", pidf::TYPE)),
        Package::Dialog => Some(("dialog", dialog_info::TYPE)),
        Package::MessageSummary => Some(("message-summary", message_summary::TYPE)),
        Package::Other => None,
    }
}

/// A package's name, and its id, if there is one.
fn split(value: &[u8]) -> (&[u8], Option<&[u8]>) {
    let end = value.iter().position(|byte| *byte == b';').unwrap_or(value.len());
    let (name, params) = value.split_at_checked(end).unwrap_or_default();
    (name.trim_ascii(), Params::new(params).get(b"id"))
}

/// rfc6665#8.2.1: an Event names this package, with the same id.
pub(super) fn names(said: &[u8], event: &[u8]) -> bool {
    split(said) == split(event)
}
