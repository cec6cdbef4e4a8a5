//! A full phone: an account's caller is sent on as the rules have it, without a slot.

use super::decide::{Verdict, Why, decide};
use super::obey::calls_itself;
use super::redirection::diversions;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::Lower;
use crate::phone::arrived::Arrived;
use crate::phone::calls::Calls;
use crate::phone::calls::contacts::LINES;
use crate::phone::calls::responses::{respond_and_bury, respond_at_once};
use crate::phone::response::Extra;
use crate::sip::tombstone::Responded;

impl Calls<'_> {
    /// There is no slot for an INVITE: an account's caller is forwarded or refused as its rules say. False: no rule does.
    // `inline(never)`: keeps the lines off the deepest embedded stack path
    #[inline(never)]
    pub(in crate::phone::calls) fn ruled_when_full(
        &self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
    ) -> bool {
        // rfc6881#ED-82: a call back from those who were asked for help goes to nobody else
        #[cfg(feature = "numbers")]
        if self.is_call_back(lower, now, arrived) {
            return false;
        }
        let mut room = [0; LINES];
        let (status, len) = match self.verdict_when_full(lower, arrived) {
            Ok(Some(why)) => (302, self.redirection_when_full(lower, arrived, why, &mut room).unwrap_or(0)),
            Ok(None) => return false,
            Err(status) => (status, 0),
        };
        if status == 302 && len == 0 {
            return false;
        }
        let lines = room.get(..len).unwrap_or_default();
        respond_and_bury(lower, now, arrived, status, Extra { lines, ..Extra::default() });
        true
    }

    /// A repetition of an INVITE that was forwarded so gets the same, made anew, though there may be a slot now: its caller
    /// has been sent on (rfc3261#17.2.1). Where the rules have changed and name nobody any more, it gets what a call gets
    /// that cannot be forwarded: a 302 without a Contact would say nothing.
    #[inline(never)]
    pub(in crate::phone) fn forwards_again(
        &self,
        lower: &mut Lower<'_>,
        arrived: &Arrived<'_, '_>,
        responded: Responded,
    ) {
        let mut room = [0; LINES];
        let why = self.verdict_when_full(lower, arrived).ok().flatten();
        let len = why.and_then(|why| self.redirection_when_full(lower, arrived, why, &mut room)).unwrap_or(0);
        let lines = room.get(..len).unwrap_or_default();
        let status = if len == 0 { 480 } else { responded.status };
        respond_at_once(lower, arrived.flow, arrived.request, status, Extra { lines, ..Extra::again(responded) });
    }

    /// The verdict on a call for which there is no slot: it is forwarded; nothing is decided; or, as an error, it is refused
    /// with this status. Direct callers get none.
    fn verdict_when_full(&self, lower: &Lower<'_>, arrived: &Arrived<'_, '_>) -> Result<Option<Why>, u16> {
        let account = arrived.account;
        if account.is_none() {
            return Ok(None);
        }
        if calls_itself(lower, arrived) {
            return Err(482);
        }
        let rules = self.rules.in_force(account);
        let facts = self.facts(lower, arrived, Handle::NONE, &rules);
        match decide(&rules, &facts) {
            Verdict::Forward(why) => Ok(Some(why)),
            Verdict::Ring(_) => Ok(Some(Why::Busy).filter(|why| rules.forwards(*why, &facts))),
            Verdict::Refuse(status, _) => Err(status),
        }
    }

    /// The header lines of its redirection.
    fn redirection_when_full(
        &self,
        lower: &Lower<'_>,
        arrived: &Arrived<'_, '_>,
        why: Why,
        room: &mut [u8; LINES],
    ) -> Option<usize> {
        let own = lower.accounts.uri(arrived.account)?;
        let invite = arrived.request;
        self.write_redirection(lower, (arrived.account, own), why, (diversions(invite), Some(invite)), room)
    }
}
