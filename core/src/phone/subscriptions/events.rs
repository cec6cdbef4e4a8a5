//! The packages that are known: their names, the types of their bodies.

use crate::phone::subscription::Package;
use crate::wire::body::{dialog_info, message_summary, pidf};
use crate::wire::sip::EventType;

/// The name of a package, and the type of its bodies for Accept.
pub(super) const fn known(package: Package) -> Option<(&'static str, &'static [u8])> {
    match package {
        Package::Presence => Some(("presence", pidf::TYPE)),
        Package::Dialog => Some(("dialog", dialog_info::TYPE)),
        Package::MessageSummary => Some(("message-summary", message_summary::TYPE)),
        Package::Other => None,
    }
}

/// rfc6665#8.2.1: an Event names this package, with the same id.
pub(super) fn names(said: &[u8], event: &[u8]) -> bool {
    let parts = |value| {
        let EventType { name, params } = EventType::of(value);
        (name, params.get(b"id"))
    };
    parts(said) == parts(event)
}
