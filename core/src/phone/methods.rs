//! The methods that we understand, a row each. Allow is written from the table, Supported stands beside it, and a
//! request goes to the function that its row names.
//!
//! A new method is a row here and a file with what takes its requests.

use super::write::Understood;
use super::{Flow, Phone, bye, incoming, options, reinvite};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::sip::tombstone::Keys;
use crate::wire::sip::{Message, Method};

/// A request that came in: well formed, new, and of a dialog or for somebody who may be asked. ACK and CANCEL are only
/// well formed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrived<'r, 'm> {
    pub(super) flow: Flow,
    pub(super) keys: Keys,
    pub(super) request: &'r Message<'m>,
    /// Its dialog; none: it is in no dialog.
    pub(super) dialog: Handle,
    /// The account that it is for, where it is in no dialog; none: it is direct.
    pub(super) account: Handle,
}

/// A function that takes requests of a method.
pub(super) type Taker = fn(&mut Phone<'_>, Instant, &Arrived<'_, '_>);

/// Where requests of a method belong, and the functions that take them there.
pub(super) enum Takes {
    /// To an INVITE's transaction: they have none of their own, and use up no number of a dialog.
    OfInvite(Taker),
    /// In a dialog only.
    Inside(Taker),
    /// In a dialog and in none.
    Anywhere { outside: Taker, inside: Taker },
}

/// A method.
struct Row {
    name: &'static str,
    takes: Takes,
}

macro_rules! methods {
    ($first:literal: $first_takes:expr; $($name:literal: $takes:expr;)*) => {
        const METHODS: &[Row] = &[
            Row { name: $first, takes: $first_takes },
            $(Row { name: $name, takes: $takes },)*
        ];
        const ALLOW: &str = concat!($first $(, ", ", $name)*);
    };
}

methods! {
    "INVITE": Takes::Anywhere { outside: incoming::take, inside: reinvite::take };
    "ACK": Takes::OfInvite(incoming::take_ack);
    "BYE": Takes::Inside(bye::take);
    "CANCEL": Takes::OfInvite(incoming::take_cancel);
    "OPTIONS": Takes::Anywhere { outside: options::take_outside, inside: options::take };
}

/// The extensions, joined by commas; a request that requires another one is refused (rfc3261#8.2.2.3).
const SUPPORTED: &str = "";

/// Our methods and extensions, for Allow and Supported.
pub(super) static OURS: Understood = Understood { allow: ALLOW.as_bytes(), supported: SUPPORTED.as_bytes() };

/// The row of a method; none: it is not one of ours.
pub(super) fn takes(method: Method<'_>) -> Option<&'static Takes> {
    METHODS.iter().find(|row| row.name.as_bytes() == method.text()).map(|row| &row.takes)
}

/// The refusal of a method that has no row: one that nobody has heard of (rfc3261#8.2.1), or one that is not for a
/// telephone like this (rfc3261#21.4.6).
pub(super) const fn refusal(method: Method<'_>) -> u16 {
    if matches!(method, Method::Other(_)) { 501 } else { 405 }
}

#[cfg(test)]
mod tests;
