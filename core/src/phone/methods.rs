//! The methods that we understand, a row each: a request goes to the function that its row names.
//!
//! A new method is a row here, its name in [`super::understood`], and a file with the functions that take its requests.

use super::arrived::Arrived;
use super::{Phone, options};
use crate::base::time::Instant;
use crate::sip::tombstone::Responded;
use crate::wire::sip::Method;

/// A function that takes requests of a method.
pub(super) type Taker = fn(&mut Phone<'_>, Instant, &Arrived<'_, '_>);

/// A function that responds to repetitions of a method's requests.
pub(super) type Repeater = fn(&mut Phone<'_>, &Arrived<'_, '_>, Responded);

/// The kind of a method's requests, and the functions that take them.
pub(super) enum Takes {
    /// To an INVITE's transaction: they have none of their own, and use up no number of a dialog.
    OfInvite(Taker),
    /// In a dialog only.
    Inside(Taker),
    /// In a dialog only, and its success has more than headers: `again` writes the response to a repetition of a request
    /// that got this one.
    #[cfg_attr(
        not(any(feature = "reoffer", all(feature = "info", feature = "message"))),
        expect(dead_code, reason = "no method of ours has such a response")
    )]
    Described { inside: Taker, again: Repeater },
    /// In a dialog and in none. `again`: as that of the kind before, in a dialog.
    Anywhere { outside: Taker, inside: Taker, again: Option<Repeater> },
}

/// A method.
struct Row {
    name: &'static str,
    takes: Takes,
}

const METHODS: &[Row] = &[
    Row {
        name: "INVITE",
        takes: Takes::Anywhere {
            outside: |phone, now, invite| phone.calls.invited(&mut phone.lower, now, invite),
            inside: |phone, now, invite| phone.calls.invited_again(&mut phone.lower, now, invite),
            again: None,
        },
    },
    Row { name: "ACK", takes: Takes::OfInvite(|phone, now, ack| phone.calls.acknowledged(&mut phone.lower, now, ack)) },
    Row { name: "BYE", takes: Takes::Inside(|phone, now, bye| phone.calls.hung_up(&mut phone.lower, now, bye)) },
    Row {
        name: "CANCEL",
        takes: Takes::OfInvite(|phone, now, cancel| phone.calls.cancelled(&mut phone.lower, now, cancel)),
    },
    Row {
        name: "OPTIONS",
        takes: Takes::Anywhere { outside: options::take_outside, inside: options::take, again: Some(options::repeat) },
    },
    #[cfg(feature = "reoffer")]
    Row {
        name: "UPDATE",
        takes: Takes::Described {
            inside: |phone, now, update| phone.calls.updated(&mut phone.lower, now, update),
            again: |phone, update, responded| phone.calls.updated_again(&mut phone.lower, update, responded),
        },
    },
    #[cfg(feature = "reliable")]
    Row {
        name: "PRACK",
        takes: Takes::Described {
            inside: |phone, now, prack| phone.calls.pracked(&mut phone.lower, now, prack),
            again: |phone, prack, responded| phone.calls.updated_again(&mut phone.lower, prack, responded),
        },
    },
    #[cfg(all(feature = "info", feature = "message"))]
    Row {
        name: "INFO",
        takes: Takes::Described {
            inside: |phone, now, info| phone.info_arrived(now, info),
            again: |phone, info, responded| phone.info_again(info, responded),
        },
    },
    #[cfg(all(feature = "info", not(feature = "message")))]
    Row { name: "INFO", takes: Takes::Inside(|phone, now, info| phone.calls.informed(&mut phone.lower, now, info)) },
    #[cfg(feature = "message")]
    Row {
        name: "MESSAGE",
        takes: Takes::Anywhere {
            outside: |phone, now, message| phone.message_arrived(now, message),
            inside: |phone, now, message| phone.message_arrived(now, message),
            again: None,
        },
    },
    #[cfg(feature = "subscribe")]
    Row {
        name: "NOTIFY",
        takes: Takes::Anywhere {
            outside: |phone, now, notify| phone.notified_outside(now, notify),
            inside: |phone, now, notify| phone.notified(now, notify),
            again: None,
        },
    },
    #[cfg(feature = "notify")]
    Row {
        name: "SUBSCRIBE",
        takes: Takes::Anywhere {
            outside: |phone, now, subscribe| phone.subscribe_arrived(now, subscribe),
            inside: |phone, now, subscribe| phone.subscribe_arrived(now, subscribe),
            again: Some(|phone, subscribe, responded| phone.subscribe_again(subscribe, responded)),
        },
    },
    #[cfg(feature = "refer")]
    Row {
        name: "REFER",
        takes: Takes::Anywhere {
            outside: |phone, now, refer| phone.refer_arrived(now, refer),
            inside: |phone, now, refer| phone.refer_arrived(now, refer),
            again: Some(|phone, refer, responded| phone.refer_again(refer, responded)),
        },
    },
];

/// The row of a method; none: it is not one of ours.
pub(super) fn takes(method: Method<'_>) -> Option<&'static Takes> {
    METHODS.iter().find(|row| row.name.as_bytes() == method.text()).map(|row| &row.takes)
}

/// The refusal of a method that has no row: an unknown one (rfc3261#8.2.1), or one that is not for a telephone like
/// this (rfc3261#21.4.6).
pub(super) const fn refusal(method: Method<'_>) -> u16 {
    if matches!(method, Method::Other(_)) { 501 } else { 405 }
}

#[cfg(test)]
mod tests;
