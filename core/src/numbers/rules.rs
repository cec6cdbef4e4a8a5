//! The rules of an account by which a number is dialled.

use super::number::{is_number, is_separator};
use super::plan;
use super::service::is_emergency_service;
use crate::base::cursor::Cursor;
use crate::base::limits::TARGET;
use crate::wire::sip::{Host, Uri};

/// The longest number that gets no prefix: extensions and short numbers have so many digits.
const SHORT: usize = 3;

/// The rules of an account. Empty: none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules<'r> {
    /// Put before a number of more than three digits, in the place of its `+`.
    pub prefix: &'r [u8],
    /// The dial plan, as [`plan`] reads it.
    pub plan: &'r [u8],
    /// Numbers that are dialled as they are, comma separated.
    pub emergency: &'r [u8],
}

/// The dial plan has no match for this number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Blocked;

impl Rules<'_> {
    /// Writes what the plan makes of a number that somebody else has written, which gets no prefix. False: it has no match.
    #[must_use]
    pub fn allow(&self, number: &[u8], out: &mut Cursor<'_>) -> bool {
        Self { prefix: b"", ..*self }.apply(number, out).is_ok()
    }

    /// Writes what is dialled for a number or a name.
    pub(super) fn apply(&self, typed: &[u8], out: &mut Cursor<'_>) -> Result<(), Blocked> {
        // letters may stand in a number that says by its plus that it is one
        let number = is_number(typed) || typed.first() == Some(&b'+');
        let plain = || typed.iter().filter(|byte| !number || !is_separator(**byte));
        if self.is_emergency(typed) {
            plain().for_each(|byte| out.put(&[*byte]));
            return Ok(());
        }
        let mut room = [0; TARGET];
        let mut made = Cursor::new(&mut room);
        let prefixed = number && !self.prefix.is_empty() && plain().count() > SHORT;
        if prefixed {
            made.put(self.prefix);
        }
        let plus = usize::from(prefixed && plain().next() == Some(&b'+'));
        plain().skip(plus).for_each(|byte| made.put(&[*byte]));
        if self.plan.is_empty() {
            out.put(made.written());
            return Ok(());
        }
        if plan::apply(self.plan, made.written(), out) { Ok(()) } else { Err(Blocked) }
    }

    /// A call of this URI is for help in an emergency: a listed number of the account's domain, or `urn:service:sos`. The
    /// whole URI decides, for the same number may be typed, or come from a program as an address. `domain`: the
    /// account's, with its port.
    #[must_use]
    pub fn is_for_help(&self, domain: Option<&[u8]>, uri: &[u8]) -> bool {
        if core::str::from_utf8(uri).is_ok_and(is_emergency_service) {
            return true;
        }
        let (Some(own), Ok(uri)) = (domain.and_then(Host::before_port), Uri::parse(uri)) else { return false };
        let mut room = [0; TARGET];
        let mut user = Cursor::new(&mut room);
        uri.decoded_user(&mut user);
        // rfc3966#3: the parameters of a number stand behind it in the user part
        let number = user.written().split(|byte| *byte == b';').next();
        uri.host == own && number.is_some_and(|number| self.is_emergency(number))
    }

    /// The number, separators aside, is one of those for emergencies.
    #[must_use]
    pub fn is_emergency(&self, typed: &[u8]) -> bool {
        let plain = || typed.iter().filter(|byte| !is_separator(**byte));
        let listed = |own: &[u8]| !own.is_empty() && plain().eq(own.iter());
        self.emergency.split(|byte| *byte == b',').any(|own| listed(own.trim_ascii()))
    }
}
