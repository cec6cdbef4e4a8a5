//! The reason of a failure: the code, the argument, its value, and the remedy.

use super::code::*;
use microsip_core::phone::{CommandError, IdError};

// A board pays for each sentence in flash, and for each failure that is handed up in instructions: without the feature
// a failure is its code.
#[cfg(not(feature = "sentences"))]
#[path = "fail/short.rs"]
mod kind;
#[cfg(feature = "sentences")]
#[path = "fail/told.rs"]
mod kind;

pub(crate) use kind::{Fail, Value};

impl Fail {
    pub(crate) const fn null(argument: &'static str) -> Self {
        Self::new(MICROSIP_E_NULL, argument, Value::None, "is NULL: pass the address of a variable")
    }

    pub(crate) const fn no_text(argument: &'static str) -> Self {
        Self::new(MICROSIP_E_NULL, argument, Value::None, "is NULL: pass a text")
    }

    /// Nothing there: a result, not an error.
    pub(crate) const NOTHING: Self = Self::new(MICROSIP_NOTHING, "", Value::None, "");
    pub(crate) const MORE: Self = Self::new(MICROSIP_MORE, "", Value::None, "");
    pub(crate) const DRAIN: Self = Self::new(MICROSIP_DRAIN, "", Value::None, "");
    pub(crate) const CLOSE: Self = Self::new(MICROSIP_CLOSE, "", Value::None, "");

    pub(crate) const fn id(argument: &'static str, raw: u64, error: IdError) -> Self {
        match error {
            IdError::None => {
                Self::new(MICROSIP_E_ARG, argument, Value::Id(raw), "is no id: use one that the library gave out")
            }
            IdError::WrongKind => Self::new(
                MICROSIP_E_KIND,
                argument,
                Value::Id(raw),
                "names a thing of another kind: were two ids exchanged?",
            ),
        }
    }

    /// The same for a phone whose ids have that mark: what names nothing here may be another phone's.
    pub(crate) fn for_mark(self, mark: u8) -> Self {
        if self.code == MICROSIP_E_STALE && self.mark().is_some_and(|own| own != mark) { self.foreign() } else { self }
    }

    /// A refused command; `argument` is the one that is most likely to blame.
    pub(crate) const fn command(error: CommandError, argument: &'static str, value: Value) -> Self {
        let (code, fix) = match error {
            CommandError::Stale => (MICROSIP_E_STALE, "names nothing any more: it was released, or gave way"),
            CommandError::State => (MICROSIP_E_STATE, "is not in a state that allows this: look at its info"),
            CommandError::Full => {
                (MICROSIP_E_FULL, "finds no free slot: end something, or create the phone with higher limits")
            }
            CommandError::Uri => (
                MICROSIP_E_URI,
                "is no address: write sip:user@host, tel:+123, or a number that the account's domain completes",
            ),
            CommandError::Nowhere => (
                MICROSIP_E_ARG,
                "has no target to send calls to: set forward_to, or that of its kind, with it or before it",
            ),
            CommandError::Text => (MICROSIP_E_TEXT, "is too long or has control characters"),
            CommandError::HeaderLine => (
                MICROSIP_E_TEXT,
                "has a line that is not \"Name: value\\r\\n\": each needs a colon, and \\r\\n at its end",
            ),
            CommandError::Location { .. } => {
                let fix = "with the rest of the INVITE it would be longer than max_message: shorten it, or create the \
                           phone with more";
                (MICROSIP_E_TEXT, fix)
            }
            CommandError::Emergency => {
                let fix = "is no number for help: each has 0 to 9, * and #, behind a + or none, and a comma to the next, as in \
                           \"112,911\"";
                (MICROSIP_E_ARG, fix)
            }
            CommandError::HeaderOwned => {
                (MICROSIP_E_TEXT, "names a header that the library writes itself, such as Via or Contact: leave it out")
            }
            CommandError::Event => {
                (MICROSIP_E_TEXT, "is no name of a package, such as \"x\" or \"x;id=3\", which MICROSIP_OTHER needs")
            }
            CommandError::Accept => (
                MICROSIP_E_TEXT,
                "is no list of types, such as \"application/xml, text/plain\", of fewer than 106 bytes",
            ),
            CommandError::Given => (
                MICROSIP_E_TEXT,
                "contradicts s->package, which brings its own: leave it out, or take MICROSIP_OTHER for another package",
            ),
            CommandError::Packages => (
                MICROSIP_E_TEXT,
                "is no list of packages, such as \"foo, bar\", of at most 128 bytes; of a message it is one, as \"foo;level=3\"",
            ),
            CommandError::Unheld => {
                (MICROSIP_E_UNSUPPORTED, "come as messages, and it was made without: set max_messages when you make it")
            }
            CommandError::Untaken => (MICROSIP_E_STATE, "is not what the far end takes"),
            CommandError::ContentType => (
                MICROSIP_E_TEXT,
                "is no type, such as \"text/plain\", of fewer than 128 bytes, or stands without a body",
            ),
            CommandError::Size { .. } => {
                let fix =
                    "with its headers the message would be longer than max_message: send less, or set that higher";
                (MICROSIP_E_TEXT, fix)
            }
            CommandError::Hosts => {
                (MICROSIP_E_ARG, "has an entry that is no address, network or name, or more than 16")
            }
            CommandError::Codec => (
                MICROSIP_E_NO_CODEC,
                "has none that the call's offer has, or one larger than the phone's memory was made for: name that in \
                 the configuration's codecs too",
            ),
            CommandError::Timer => {
                (MICROSIP_E_ARG, "is less than 90 seconds, the shortest session (RFC 4028): set 0, or 90 and more")
            }
            CommandError::Plan => (MICROSIP_E_ARG, "is no dial plan: write \"<+:00>x.|x.\" or \"(911|[2-9]xxxxxx)\""),
            CommandError::Blocked => (
                MICROSIP_E_BLOCKED,
                "has no match in the account's dial plan: use a number that it has, or change dial_plan",
            ),
            CommandError::Help => {
                (MICROSIP_E_BLOCKED, "is a number for help, and such a call takes no other's place: dial it by itself")
            }
            CommandError::Range => (MICROSIP_E_ARG, "is out of its range"),
            CommandError::NoAccount => {
                (MICROSIP_E_ARG, "needs an account whose domain completes it: pass one, or write a whole URI")
            }
            CommandError::Unsupported => (MICROSIP_E_UNSUPPORTED, "is not what this configuration does"),
            CommandError::Nothing => (MICROSIP_NOTHING, ""),
        };
        Self::new(code, argument, value, fix)
    }
}
