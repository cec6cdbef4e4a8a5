//! A full phone: an account's caller is sent on as the rules have it, without a slot.

use super::decide::{Verdict, Why, decide};
use super::obey::is_ours;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::Lower;
use crate::phone::arrived::Arrived;
use crate::phone::calls::Calls;
use crate::phone::calls::contacts::LINES;
use crate::phone::calls::responses::{respond_and_bury, respond_at_once};
use crate::phone::response::Extra;
use crate::sip::tombstone::Responded;
use crate::wire::sip::Name;

impl Calls<'_> {
    /// There is no slot for an INVITE: where rules forward it, an account's caller is told where to. False: no rule does.
    // `inline(never)`: keeps the lines off the deepest embedded stack path
    #[inline(never)]
    pub(in crate::phone::calls) fn forwards_when_full(
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
        let Some(len) = self.redirection_when_full(lower, arrived, &mut room) else { return false };
        let lines = room.get(..len).unwrap_or_default();
        respond_and_bury(lower, now, arrived, 302, Extra { lines, ..Extra::default() });
        true
    }

    /// A repetition of such an INVITE gets the same, made anew, though there may be a slot now: its caller has been sent
    /// on (rfc3261#17.2.1).
    #[inline(never)]
    pub(in crate::phone) fn forwards_again(
        &self,
        lower: &mut Lower<'_>,
        arrived: &Arrived<'_, '_>,
        responded: Responded,
    ) {
        let mut room = [0; LINES];
        let len = self.redirection_when_full(lower, arrived, &mut room).unwrap_or(0);
        let lines = room.get(..len).unwrap_or_default();
        let extra = Extra { lines, ..Extra::again(responded) };
        respond_at_once(lower, arrived.flow, arrived.request, responded.status, extra);
    }

    /// The header lines of a redirection of a call for which there is no slot. Strangers and direct callers get none.
    fn redirection_when_full(
        &self,
        lower: &Lower<'_>,
        arrived: &Arrived<'_, '_>,
        room: &mut [u8; LINES],
    ) -> Option<usize> {
        let (invite, account) = (arrived.request, arrived.account);
        let own = lower.accounts.uri(account)?;
        if is_ours(lower, arrived.mandatory.from.tag().unwrap_or_default()) {
            return None;
        }
        let rules = self.rules.in_force(account);
        let facts = self.facts(lower, arrived, Handle::NONE, &rules);
        let why = match decide(&rules, &facts) {
            Verdict::Forward(why) => why,
            Verdict::Ring(_) if rules.forwards(Why::Busy, &facts) => Why::Busy,
            // whom a rule refuses is refused here, too
            Verdict::Ring(_) | Verdict::Refuse(..) => return None,
        };
        self.write_redirection(lower, (account, own), why, invite.values(Name::Diversion), room)
    }
}
