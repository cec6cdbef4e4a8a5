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

impl Calls<'_> {
    /// A call for help has ended; its account keeps the time.
    pub(super) fn emergency_ends(&self, lower: &mut Lower<'_>, now: Instant, call: Handle) {
        if let Some(call) = self.get(call).filter(|call| call.help && !call.incoming) {
            lower.accounts.help_ends(now, call.account);
        }
    }

    /// A call that has just come in may be from those who were asked for help: by the account's own server, while such a
    /// call of the account lasts or not long behind it. Its Priority (RFC 7090) is not asked for, as few set it, and
    /// believed of nobody.
    pub(super) fn is_call_back(&self, lower: &Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) -> bool {
        let account = arrived.account;
        let Some(since) = lower.accounts.helped(now, account) else { return false };
        let within = match self.rule_numbers(account).callback_s {
            u32::MAX => return false,
            0 => CALLBACK_S,
            seconds => seconds,
        };
        since < Duration::from_secs(u64::from(within))
            && lower.accounts.brought_by_own_server(account, arrived.flow, arrived.request)
    }
}
