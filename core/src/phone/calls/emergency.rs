//! Calls for help in an emergency: no rule ends one, or holds it, and the call back rings whatever the rules say
//! (rfc6881#ED-82).

use super::Calls;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::Lower;
use crate::phone::arrived::Arrived;

/// Seconds behind a call for help in which its call back is let in, where the rules give no other number: help may have to
/// come a long way, and who asked for it may want to be left alone an hour later.
const CALLBACK_S: u32 = 1800;

/// The last call for help.
#[derive(Clone, Copy, Debug)]
pub(super) struct Emergency {
    call: Handle,
    account: Handle,
    /// The time of its beginning; once it is over, of its end.
    at: Instant,
}

impl Emergency {
    /// There was none.
    pub(super) const NONE: Self = Self { call: Handle::NONE, account: Handle::NONE, at: Instant::ZERO };
}

impl Calls<'_> {
    /// A call for help has begun.
    pub(super) const fn emergency_begins(&mut self, now: Instant, call: Handle, account: Handle) {
        self.emergency = Emergency { call, account, at: now };
    }

    /// A call has ended.
    pub(super) fn emergency_ends(&mut self, now: Instant, call: Handle) {
        if self.emergency.call == call {
            self.emergency.at = now;
        }
    }

    /// A call that has just come in may be from those who were asked for help: by the account's own server, while that call
    /// lasts or not long behind it. Its Priority (RFC 7090) is not asked for, as few set it, and believed of nobody.
    pub(super) fn is_call_back(&self, lower: &Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) -> bool {
        let Emergency { call, account, at } = self.emergency;
        let within = match self.rule_numbers(account).callback_s {
            u32::MAX => return false,
            0 => CALLBACK_S,
            seconds => seconds,
        };
        !account.is_none()
            && arrived.account == account
            && (self.goes_on(call) || now < at + Duration::from_secs(u64::from(within)))
            && lower.accounts.brought_by_own_server(account, arrived.flow, arrived.request)
    }
}
