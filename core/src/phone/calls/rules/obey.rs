//! The facts about a call that comes in, and the consequences of the verdict on it.

use super::decide::{Facts, InForce, Then, Verdict, Why, decide};
use super::header::{asks, insists};
use super::pattern::Caller;
use super::plan::Step;
use super::redirection::{diversions, write_diversion};
use crate::base::cursor::Cursor;
use crate::base::limits::TARGET;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
#[cfg(feature = "numbers")]
use crate::numbers::plan::is_valid;
use crate::phone::accounts::domain_of;
use crate::phone::arrived::Arrived;
use crate::phone::calls::Calls;
#[cfg(feature = "numbers")]
use crate::phone::calls::contacts::target_by;
use crate::phone::calls::contacts::{LINES, targets, write_contacts};
use crate::phone::calls::responses::Describe;
use crate::phone::rule::{Rule, RuleNumbers, Rules, Switch};
use crate::phone::target::complete;
use crate::phone::{AccountChange, Cause, CommandError, EndCause, EndedBy, Lower, Which};
use crate::wire::sip::{Address, Message, Name, Uri};

impl Calls<'_> {
    /// Changes the rules of the phone (no owner) or of an account, all that are given or none.
    ///
    /// # Errors
    /// As [`crate::phone::Phone::set_rules`].
    pub(in crate::phone) fn set_rules(
        &mut self,
        lower: &Lower<'_>,
        owner: Handle,
        rules: &Rules<'_>,
    ) -> Result<(), CommandError> {
        self.check_rules(lower, owner, rules, &AccountChange::default())?;
        self.rules.set(owner, rules)
    }

    /// They could be set, once the account is changed so.
    ///
    /// # Errors
    /// As [`crate::phone::Phone::check_rules`].
    pub(in crate::phone) fn check_rules(
        &self,
        lower: &Lower<'_>,
        owner: Handle,
        rules: &Rules<'_>,
        change: &AccountChange<'_>,
    ) -> Result<(), CommandError> {
        if rules.texts().into_iter().flatten().any(crate::phone::header_lines::has_controls) {
            return Err(CommandError::Text);
        }
        let code = rules.numbers.dnd_code;
        if code != 0 && code != u32::MAX && !(400..=699).contains(&code) {
            return Err(CommandError::Range);
        }
        // of an account that is to be added
        let new = owner.is_none() && change.uri.is_some();
        let [always, busy, no_answer, ..] = rules.texts();
        for target in [always, busy, no_answer].into_iter().flatten().flat_map(targets) {
            let mut room = [0; TARGET];
            if owner.is_none() && !new {
                // a number is completed by the account that is called
                complete(Some(b"example.invalid"), None, target, &mut room)?;
            } else {
                target_after(lower, owner, change, target, &mut room)?;
            }
        }
        self.rules.check(owner, new, rules)?;
        if self.rules.forwards_nowhere(owner, new, rules) { Err(CommandError::Nowhere) } else { Ok(()) }
    }

    /// The numbers among the rules in force for an account's calls, or for direct ones.
    pub(in crate::phone) fn rule_numbers(&self, account: Handle) -> RuleNumbers {
        self.rules.in_force(account).numbers
    }

    /// Redirections of an account's calls are followed.
    pub(in crate::phone::calls) fn follows(&self, account: Handle) -> bool {
        self.rules.in_force(account).numbers.redirect != Switch::Off
    }

    /// Judges a call that has just come in. True: it rings now. Else the rules have ended it, or the application has
    /// its time to decide.
    // `inline(never)`: keeps the facts off the deepest embedded stack path
    #[inline(never)]
    pub(in crate::phone::calls) fn judge(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        handle: Handle,
    ) -> bool {
        let (invite, account) = (arrived.request, arrived.account);
        if let Some(call) = self.get_mut(handle) {
            call.plan.diverted = diversions(invite);
        }
        let rules = self.rules.in_force(account);
        let itself = calls_itself(lower, arrived);
        #[cfg(feature = "numbers")]
        if !itself && self.is_call_back(lower, now, arrived) {
            if let Some(call) = self.get_mut(handle) {
                call.help = true; // nothing of a rule's ends or holds it later, either
            }
            return self.obey(lower, now, handle, Verdict::Ring(None));
        }
        let verdict = if itself {
            Verdict::Refuse(482, Rule::Itself)
        } else if rules.are_none() {
            Verdict::Ring(None)
        } else {
            decide(&rules, &self.facts(lower, arrived, handle, &rules))
        };
        let decide_ms = rules.numbers.decide_ms;
        if decide_ms != 0 && decide_ms != u32::MAX && !itself {
            let Some(call) = self.get_mut(handle) else { return false };
            call.plan.verdict = verdict;
            call.plan.follow(now + Duration::from_millis(u64::from(decide_ms)), Step::Obey);
            self.wake(&mut lower.cx, handle);
            return false;
        }
        if let Some(call) = self.get_mut(handle) {
            call.plan.unheard = !matches!(verdict, Verdict::Ring(_));
        }
        self.obey(lower, now, handle, verdict)
    }

    /// The facts about a call that has just come in; no handle: it has no slot.
    pub(super) fn facts<'i>(
        &self,
        lower: &Lower<'_>,
        arrived: &Arrived<'_, 'i>,
        handle: Handle,
        rules: &InForce<'_>,
    ) -> Facts<'i> {
        let (invite, account) = (arrived.request, arrived.account);
        let from = Uri::parse(arrived.mandatory.from.uri).ok();
        let (user, host) = (from.and_then(|from| from.user).unwrap_or_default(), host_of(arrived.mandatory.from.uri));
        Facts {
            caller: Caller { user, host },
            anonymous: is_anonymous(invite, user, host),
            account: !account.is_none(),
            same: rules.numbers.same_party == Switch::Off && self.has_party(lower, handle, user, host),
            others: (self.going_on() as u32).saturating_sub(u32::from(!handle.is_none())),
            diverted: diversions(invite),
            // a header of a stranger, or of a host that is only let in, asks for nothing
            asks: asks(invite).filter(|_| lower.accounts.brought_by_own_server(account, arrived.flow, invite)),
            insists: insists(invite),
        }
    }

    /// Another call with this party goes on. It looks at all calls, where a rule asks for it.
    fn has_party(&self, lower: &Lower<'_>, except: Handle, user: &[u8], host: &[u8]) -> bool {
        self.iter().filter(|(handle, call)| *handle != except && !call.is_over()).any(|(_, call)| {
            let text = lower.dialogs.text(call.dialog);
            let remote = lower.dialogs.dialog(call.dialog).and_then(|dialog| Address::parse(dialog.remote.of(text)));
            remote.is_some_and(|remote| {
                let other = Uri::parse(remote.uri).ok().and_then(|uri| uri.user).unwrap_or_default();
                other == user && host_of(remote.uri).eq_ignore_ascii_case(host)
            })
        })
    }

    /// The consequence of a verdict. True: the call rings.
    fn obey(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Refuse(status, rule) => {
                self.end_by_rule(handle, rule);
                self.refuse_call(lower, now, handle, status, Cause::Refused);
                false
            }
            Verdict::Forward(why) => {
                self.forward(lower, now, handle, why);
                false
            }
            Verdict::Ring(next) => {
                if let Some(call) = self.get_mut(handle) {
                    call.plan.ring(now, next);
                    if next.is_some_and(|next| next.then == Then::Stop) {
                        // the rule's time counts, not the usual one; the caller's own still does
                        call.give_up(call.give_up_at().max(call.plan.at()));
                    }
                }
                self.wake(&mut lower.cx, handle);
                true
            }
        }
    }

    fn end_by_rule(&mut self, handle: Handle, rule: Rule) {
        self.ends(handle, EndedBy::Rule, EndCause::None);
        if let Some(call) = self.get_mut(handle).filter(|call| call.ended_by == EndedBy::Rule) {
            call.plan.rule = Some(rule);
            call.plan.rest();
        }
    }

    /// rfc3261#8.3, #21.3.3: sends the caller to somebody else.
    // `inline(never)`: keeps the lines off the deepest embedded stack path
    #[inline(never)]
    fn forward(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, why: Why) {
        self.end_by_rule(handle, Rule::Forward);
        let mut room = [0; LINES];
        let len = self.redirection(lower, handle, why, &mut room).unwrap_or(0);
        let server = self.get(handle).map_or(Handle::NONE, |call| call.server);
        // a number of a direct call has no domain that completes it
        let status = if len == 0 { 480 } else { 302 };
        let lines = room.get(..len).unwrap_or_default();
        self.refuse_server(lower, now, server, status, Describe::Lines { phrase: b"", lines });
        self.end_call(lower, now, handle, Cause::Refused, status);
    }

    /// The header lines of a redirection; `None`: there are none.
    fn redirection(&self, lower: &Lower<'_>, handle: Handle, why: Why, room: &mut [u8; LINES]) -> Option<usize> {
        let call = self.get(handle)?;
        let local = lower.dialogs.dialog(call.dialog)?.local.of(lower.dialogs.text(call.dialog));
        let own = lower.accounts.uri(call.account).or_else(|| Some(Address::parse(local)?.uri))?;
        let kept = Message::parse_head(self.kept(&lower.cx, handle, Which::First)).ok();
        self.write_redirection(lower, (call.account, own), why, (call.plan.diverted, kept.as_ref()), room)
    }

    /// The same of an account, or of none. `own`: the URI of who forwards; `diverted`: how many did so before, and the
    /// message that has them.
    pub(super) fn write_redirection(
        &self,
        lower: &Lower<'_>,
        (account, own): (Handle, &[u8]),
        why: Why,
        (diverted, before): (u8, Option<&Message<'_>>),
        room: &mut [u8; LINES],
    ) -> Option<usize> {
        let list = core::str::from_utf8(self.rules.in_force(account).targets(why)).ok()?;
        let mut contacts = 0;
        // without those before us, where they find no room; and without ourselves
        for before in [before, None] {
            let mut out = Cursor::new(room);
            write_contacts(&mut out, list, &lower.accounts, account).ok().filter(|count| *count > 0)?;
            contacts = out.needed();
            write_diversion(&mut out, own, why, diverted, before);
            if let Ok(whole) = out.finish() {
                return Some(whole);
            }
        }
        (contacts <= LINES).then_some(contacts)
    }

    /// The step of a rule in a call is due.
    pub(in crate::phone::calls) fn rule_due(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get_mut(handle) else { return };
        let verdict = call.plan.verdict;
        let Some(step) = call.plan.take_due(now) else { return };
        match step {
            Step::Nothing => {}
            Step::Obey => {
                if self.obey(lower, now, handle, verdict) {
                    self.answer_call(lower, now, handle, 180);
                    self.rings(lower, handle);
                }
            }
            Step::Rings(Then::Answer) => self.answer_by_rule(lower, now, handle),
            Step::Rings(Then::Forward) => self.forward(lower, now, handle, Why::NoAnswer),
            Step::Rings(Then::Stop) => {
                self.end_by_rule(handle, Rule::Ring);
                self.refuse_call(lower, now, handle, 480, Cause::Timeout);
            }
            Step::Over => {
                self.ends(handle, EndedBy::Rule, EndCause::Expired);
                self.end_by_rule(handle, Rule::Duration);
                self.end_call(lower, now, handle, Cause::Normal, 0);
            }
        }
    }

    /// A rule answers, and the person at the device is told where that is asked for.
    fn answer_by_rule(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        #[cfg(feature = "tones")]
        {
            let beeps = self.get(handle).is_some_and(|call| self.rules.in_force(call.account).beeps());
            if let Some(call) = self.get_mut(handle) {
                call.plan.confirms = beeps;
            }
        }
        self.answer_call(lower, now, handle, 200);
    }

    /// The application has the call ring while it might still decide: it has decided so.
    pub(in crate::phone::calls) fn let_ring(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(account) = self.get(handle).filter(|call| call.plan.step == Step::Obey).map(|call| call.account)
        else {
            return;
        };
        let stop = self.rules.in_force(account).stop();
        if self.obey(lower, now, handle, Verdict::Ring(stop)) {
            self.rings(lower, handle);
        }
    }

    /// It asks for help in an emergency: no rule ends or holds it.
    fn asks_for_help(&self, call: Handle) -> bool {
        #[cfg(feature = "numbers")]
        return self.get(call).is_some_and(|call| call.help);
        #[cfg(not(feature = "numbers"))]
        {
            let _ = (self, call);
            false
        }
    }

    /// A call is up, or is resumed: it holds the others where that was asked for. A call whose hold finds no room stays as
    /// it is.
    pub(in crate::phone::calls) fn hold_by_rules(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        #[cfg(feature = "reoffer")]
        {
            let Some(account) = self.get(handle).map(|call| call.account) else { return };
            if self.rules.in_force(account).numbers.single != Switch::Off {
                return;
            }
            for index in 0..self.slots.capacity() as u32 {
                let Some(other) = self.slots.handle_at(index).filter(|other| *other != handle) else { continue };
                if self.asks_for_help(other) {
                    continue;
                }
                if !lower.media.desired(other).holding {
                    let _ = self.hold(lower, now, other, true, 0);
                }
            }
        }
        #[cfg(not(feature = "reoffer"))]
        let _ = (lower, now, handle);
    }

    /// A call is up: its longest time begins, and one that was answered here ends the others.
    pub(in crate::phone::calls) fn up_by_rules(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some((account, incoming)) = self.get(handle).map(|call| (call.account, call.incoming)) else { return };
        let rules = self.rules.in_force(account);
        let (longest, single) = (rules.longest(), rules.numbers.single == Switch::On);
        let longest = longest.filter(|_| !self.asks_for_help(handle));
        // its 200 may have waited for ports, a host or a PRACK
        #[cfg(feature = "tones")]
        if self.get(handle).is_some_and(|call| call.plan.confirms) {
            lower.media.confirm_answer(handle);
        }
        if let Some(call) = self.get_mut(handle) {
            match longest {
                Some(seconds) => call.plan.follow(now + Duration::from_secs(u64::from(seconds)), Step::Over),
                None => call.plan.rest(),
            }
        }
        self.wake(&mut lower.cx, handle);
        self.hold_by_rules(lower, now, handle);
        if !(single && incoming) {
            return;
        }
        for index in 0..self.slots.capacity() as u32 {
            let Some(other) = self.slots.handle_at(index).filter(|other| *other != handle) else { continue };
            if self.asks_for_help(other) {
                continue;
            }
            if let Some(call) = self.slots.get_mut(other).filter(|call| !call.is_over()) {
                call.leaving = true;
                self.wake(&mut lower.cx, other);
            }
        }
    }
}

/// A target as a whole URI, by the rules of its account once that is changed so.
#[cfg(feature = "numbers")]
fn target_after<'r>(
    lower: &Lower<'_>,
    account: Handle,
    change: &AccountChange<'_>,
    target: &str,
    room: &'r mut [u8; TARGET],
) -> Result<&'r [u8], CommandError> {
    fn newer<'t>(new: Option<&'t str>, old: &'t [u8]) -> &'t [u8] {
        new.map_or(old, str::as_bytes)
    }
    let old = lower.accounts.numbers(account);
    let plan = newer(change.dial_plan, old.plan);
    if !plan.is_empty() && !is_valid(plan) {
        return Err(CommandError::Plan);
    }
    let (prefix, emergency) = (newer(change.dial_prefix, old.prefix), newer(change.emergency, old.emergency));
    let numbers = crate::numbers::Rules { prefix, plan, emergency };
    target_by(&numbers, change.uri.map(domain_of).or(lower.accounts.domain(account)), target, room)
}

#[cfg(not(feature = "numbers"))]
fn target_after<'r>(
    lower: &Lower<'_>,
    account: Handle,
    change: &AccountChange<'_>,
    target: &str,
    room: &'r mut [u8; TARGET],
) -> Result<&'r [u8], CommandError> {
    complete(change.uri.map(domain_of).or(lower.accounts.domain(account)), None, target, room)
}

/// The host of a URI, without its port.
fn host_of(uri: &[u8]) -> &[u8] {
    let start = uri.iter().position(|byte| *byte == b'@').or_else(|| uri.iter().position(|byte| *byte == b':'));
    let host = uri.get(start.map_or(0, |at| at + 1)..).unwrap_or_default();
    let mut bracketed = false;
    let end = host.iter().position(|byte| {
        bracketed = *byte == b'[' || bracketed && *byte != b']';
        matches!(byte, b';' | b'?') || *byte == b':' && !bracketed
    });
    host.get(..end.unwrap_or(host.len())).unwrap_or_default()
}

/// The caller's identity is withheld: rfc3323#4.1.1.3 has a host for it, exchanges write the user alone, and
/// the caller's network a Privacy that it was asked for.
fn is_anonymous(invite: &Message<'_>, user: &[u8], host: &[u8]) -> bool {
    let host = host.strip_suffix(b".").unwrap_or(host);
    let at = host.len().saturating_sub(b"anonymous.invalid".len());
    let withheld =
        |kind: &[u8]| [b"id".as_slice(), b"user", b"header"].iter().any(|one| one.eq_ignore_ascii_case(kind));
    host.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(b"anonymous.invalid"))
        || user.eq_ignore_ascii_case(b"anonymous")
        || invite
            .fields(Name::Privacy)
            .flat_map(|value| value.split(|byte| *byte == b';'))
            .any(|kind| withheld(kind.trim_ascii()))
}

/// An INVITE of ours came back to the phone that sent it: its From tag is that of a call that we make. One that no proxy
/// has seen is the application's own business.
pub(super) fn calls_itself(lower: &Lower<'_>, arrived: &Arrived<'_, '_>) -> bool {
    arrived.request.values(Name::Via).nth(1).is_some()
        && lower.dialogs.of_own_tag(arrived.mandatory.from.tag()).is_some()
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn hosts_of_uris() {
        for (uri, host) in [
            ("sip:a@b.example", "b.example"),
            ("sip:a@b:5060;x=y", "b"),
            ("sip:b?h=1", "b"),
            ("sip:a@[2001:db8::1]:5060", "[2001:db8::1]"),
            ("tel:+49", "+49"),
            ("", ""),
        ] {
            assert_eq!(host_of(uri.as_bytes()), host.as_bytes(), "{uri}");
        }
    }
}
