//! Commands that begin, answer and end calls.

use super::{
    AccountChange, AccountId, CallId, CommandError, DialOptions, EndOptions, Phone, Reliable, Reoffer, RuleNumbers,
    Rules, SessionTimer,
};
use crate::base::time::Instant;
use crate::media::CodecOrder;

impl Phone<'_> {
    /// Starts a call. `account` none: a direct call. `target`: a `sip:`, `sips:` or `tel:` URI, `user@host`, or
    /// (with an account) a number or user of its domain. It is kept for [`Phone::redial`].
    ///
    /// # Errors
    /// Nothing was sent, and nothing changed.
    pub fn dial(
        &mut self,
        now: Instant,
        account: AccountId,
        target: &str,
        options: &DialOptions<'_>,
    ) -> Result<CallId, CommandError> {
        self.hear(now);
        #[cfg(all(feature = "info", feature = "message"))]
        super::packages::check_held(options.info_packages, self.messages.capacity())?;
        #[cfg(feature = "refer")]
        if !options.refer.is_none() {
            let dialled = self.follow(now, account, target, options, false);
            #[cfg(all(feature = "numbers", any(feature = "message", feature = "subscribe", feature = "publish")))]
            self.way_was_made(now);
            return dialled;
        }
        let dialled = self.calls.dial(&mut self.lower, now, account, target, options, false);
        #[cfg(all(feature = "numbers", any(feature = "message", feature = "subscribe", feature = "publish")))]
        self.way_was_made(now);
        dialled
    }

    /// A call for help may have taken a dialog or a request from a message, a subscription or a publication. Their rooms look
    /// for that themselves, for the calls do not know them.
    #[cfg(all(feature = "numbers", any(feature = "message", feature = "subscribe", feature = "publish")))]
    fn way_was_made(&mut self, now: Instant) {
        #[cfg(feature = "message")]
        self.messages.way_was_made(&mut self.lower, now);
        #[cfg(feature = "subscribe")]
        self.subscriptions.way_was_made(&mut self.lower, now);
        #[cfg(feature = "notify")]
        self.watchers.way_was_made(&mut self.lower, now);
        #[cfg(feature = "publish")]
        self.publications.way_was_made(&mut self.lower, now);
    }

    /// Answers an incoming call with 180, 183 or 200.
    ///
    /// # Errors
    /// [`CommandError::State`] when it is no unanswered incoming call, [`CommandError::Range`] for another code.
    pub fn answer(&mut self, now: Instant, call: CallId, code: u16) -> Result<(), CommandError> {
        self.hear(now);
        self.calls.answer(&mut self.lower, now, call, code)
    }

    /// As [`Phone::answer`], with extra header lines in this response, as [`DialOptions::headers`].
    ///
    /// # Errors
    /// As [`Phone::answer`]; [`CommandError::HeaderLine`] and [`CommandError::HeaderOwned`] for lines that cannot stand
    /// there, [`CommandError::Text`] when they find no room; [`CommandError::Unsupported`] without the feature
    /// `identity`.
    pub fn answer_with(&mut self, now: Instant, call: CallId, code: u16, headers: &str) -> Result<(), CommandError> {
        self.hear(now);
        #[cfg(feature = "identity")]
        return self.calls.answer_with(&mut self.lower, now, call, code, headers);
        #[cfg(not(feature = "identity"))]
        if headers.is_empty() { self.answer(now, call, code) } else { Err(CommandError::Unsupported) }
    }

    /// Makes several choices for the answer to an incoming call, and the answer: all of them, or nothing. Where
    /// `change` fails, the call's codecs, session timer and reliable responses are as they were before it.
    ///
    /// # Errors
    /// Those of `change`.
    pub fn all_or_nothing<E>(
        &mut self,
        call: CallId,
        change: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        let before = self.calls.choices(&self.lower, call.0);
        let done = change(self);
        if let (Err(_), Some(before)) = (&done, before) {
            self.calls.restore_choices(&mut self.lower, call.0, before);
        }
        done
    }

    /// Chooses the codecs, and their order, of an incoming call before it is answered; an empty choice: its account's.
    /// The caller's order says which of them is used first (rfc3264#6.1).
    ///
    /// # Errors
    /// [`CommandError::State`] when it is no incoming call that has not been answered yet, [`CommandError::Codec`] when
    /// its offer has none of them, or this phone's memory was not made for one; nothing has changed then.
    pub fn call_set_codecs(&mut self, call: CallId, codecs: CodecOrder) -> Result<(), CommandError> {
        self.calls.set_codecs(&mut self.lower, call, codecs)
    }

    /// Chooses the session timer (RFC 4028) that the 200 of an incoming call has. Members that are not set are as
    /// before, and `min_se` has no meaning: the caller's interval was taken.
    ///
    /// # Errors
    /// [`CommandError::State`] when it is no incoming call that has not been answered yet, [`CommandError::Timer`] for a
    /// number below 90, [`CommandError::Unsupported`] when its caller knows no timers and they are required, or without
    /// the feature `timers`; nothing has changed then.
    pub fn call_set_session_timer(&mut self, call: CallId, timer: SessionTimer) -> Result<(), CommandError> {
        #[cfg(feature = "timers")]
        return self.calls.set_session_timer(&mut self.lower, call, timer);
        #[cfg(not(feature = "timers"))]
        self.call(call).and(if timer == SessionTimer::default() { Ok(()) } else { Err(CommandError::Unsupported) })
    }

    /// Chooses the reliable provisional responses (RFC 3262) of an incoming call, for its answers to come (180, 183).
    ///
    /// # Errors
    /// [`CommandError::State`] when it is no incoming call that waits for its answer, [`CommandError::Unsupported`]
    /// when its caller does not know such responses and they are required, or without the feature `reliable`,
    /// [`CommandError::Full`] when they would be longer than a message may be; nothing has changed then.
    pub fn call_set_reliable(&mut self, call: CallId, wish: Reliable) -> Result<(), CommandError> {
        #[cfg(feature = "reliable")]
        return self.calls.set_reliable(&mut self.lower, call, wish);
        #[cfg(not(feature = "reliable"))]
        self.call(call).and_then(|_| match super::reliable::can_be_met(wish) {
            true => Ok(()),
            false => Err(CommandError::Unsupported),
        })
    }

    /// Refuses an incoming call with a status from 300 to 699.
    ///
    /// # Errors
    /// [`CommandError::State`] when it is no unanswered incoming call, [`CommandError::Range`] for another code. 0 is
    /// 486.
    pub fn reject(&mut self, now: Instant, call: CallId, code: u16) -> Result<(), CommandError> {
        self.hear(now);
        self.calls.reject(&mut self.lower, now, call, code)
    }

    /// As [`Phone::reject`], with additions to the response. A redirection has the targets as its Contacts, each a whole
    /// URI: numbers are completed as those of a forwarding rule are.
    ///
    /// # Errors
    /// As [`Phone::reject`]; [`CommandError::Range`] for Contacts with another status than 300 to 399;
    /// [`CommandError::Uri`], [`CommandError::NoAccount`] or [`CommandError::Blocked`] for a target that cannot be
    /// called; [`CommandError::HeaderLine`] and [`CommandError::HeaderOwned`] for lines that cannot stand there,
    /// [`CommandError::Text`] for a reason with controls, or when all of it finds no room;
    /// [`CommandError::Unsupported`] without the feature `identity`.
    pub fn reject_with(
        &mut self,
        now: Instant,
        call: CallId,
        code: u16,
        options: &EndOptions<'_>,
    ) -> Result<(), CommandError> {
        self.hear(now);
        #[cfg(feature = "identity")]
        return self.calls.reject_with(&mut self.lower, now, call, code, options);
        #[cfg(not(feature = "identity"))]
        if options.is_empty() { self.reject(now, call, code) } else { Err(CommandError::Unsupported) }
    }

    /// Changes the rules for incoming calls of an account, or (none) of the phone: all that are given, or nothing. An
    /// account's own stand over the phone's.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Text`] for texts that find no room or have controls;
    /// [`CommandError::Uri`] for a target that cannot be called; [`CommandError::Blocked`] for one that the account's
    /// dial plan does not allow; [`CommandError::Range`] for a status that refuses nothing;
    /// [`CommandError::Unsupported`] without the feature `rules`.
    pub fn set_rules(&mut self, owner: AccountId, rules: &Rules<'_>) -> Result<(), CommandError> {
        if !owner.is_none() && !self.lower.accounts.stays(owner.0) {
            return Err(CommandError::Stale);
        }
        self.calls.set_rules(&self.lower, owner.0, rules)
    }

    /// Rules are looked at as [`Phone::set_rules`] would, once the account is changed so; nothing changes. No account,
    /// and a change with a URI: of one that is to be added so.
    ///
    /// # Errors
    /// As [`Phone::set_rules`]; [`CommandError::Plan`] for a dial plan that is none.
    pub fn check_rules(
        &self,
        owner: AccountId,
        rules: &Rules<'_>,
        change: &AccountChange<'_>,
    ) -> Result<(), CommandError> {
        if !owner.is_none() && !self.lower.accounts.stays(owner.0) {
            return Err(CommandError::Stale);
        }
        self.calls.check_rules(&self.lower, owner.0, rules, change)
    }

    /// The numbers among the rules in force for an account's calls, or (none) for direct ones.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn rule_numbers(&self, owner: AccountId) -> Result<RuleNumbers, CommandError> {
        if !owner.is_none() && !self.lower.accounts.stays(owner.0) {
            return Err(CommandError::Stale);
        }
        Ok(self.calls.rule_numbers(owner.0))
    }

    /// Puts the far end of a call on hold, or resumes: by an offer, which waits its turn behind another one that is out.
    /// The sound changes at once: on hold the far end hears the call's source, but not the device.
    /// [`super::EventKind::Done`] with the token follows; one that is replaced by a later one ends
    /// [`super::Cause::Cancelled`], one that is refused has the status, and the call stays as it was.
    ///
    /// Before the answer it leaves as an UPDATE in the early dialog that is heard, where RFC 3311 (§5.1) permits that;
    /// [`Phone::call_not_yet`] says what it waits for.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] when the call is not connected, and may not be offered anything
    /// yet; [`CommandError::Full`] when the
    /// end of one more command could not be kept; [`CommandError::Unsupported`] without the feature `reoffer`.
    pub fn hold(&mut self, now: Instant, call: CallId, on: bool, token: u64) -> Result<(), CommandError> {
        self.hear(now);
        #[cfg(feature = "reoffer")]
        return self.calls.hold(&mut self.lower, now, call.0, on, token);
        #[cfg(not(feature = "reoffer"))]
        self.cannot_change(call, (on, token))
    }

    /// Tells the far end of a call that we are somebody else now (RFC 4916): `caller` is a URI with or without a name, and
    /// stands in From from then on. By an UPDATE where the far end takes it, else by a re-INVITE. Before the answer by an
    /// UPDATE in the early dialog that is heard; a call that came in may have it at any time, and it leaves with the first
    /// PRACK, or behind the answer. [`super::EventKind::Done`] with the token follows; one that is
    /// replaced by a later one before it leaves ends [`super::Cause::Cancelled`]; one that is refused has the status, and our
    /// identity stays as it was.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] of a call that was dialled and has no early dialog whose far end
    /// takes UPDATE, that is over, or has a
    /// change of identity on its way; [`CommandError::Unsupported`] of a far end that has not said that it takes one
    /// (`Supported: from-change`), and without the feature `identity`; [`CommandError::Uri`] of a caller that is none;
    /// [`CommandError::Text`] of one that finds no room; [`CommandError::Full`] when the end of one more command could not be
    /// kept.
    pub fn identify(&mut self, now: Instant, call: CallId, caller: &str, token: u64) -> Result<(), CommandError> {
        self.hear(now);
        #[cfg(feature = "identity")]
        return self.calls.identify(&mut self.lower, now, call.0, caller, token);
        #[cfg(not(feature = "identity"))]
        self.cannot_change(call, (caller, token))
    }

    /// Offers the media of a call anew, with these changes; with none, as they are, at the addresses that are ours now.
    /// Otherwise as [`Phone::hold`].
    ///
    /// # Errors
    /// As [`Phone::hold`]; [`CommandError::Codec`] when this phone's memory was not made for one of the codecs.
    pub fn reoffer(&mut self, now: Instant, call: CallId, changes: &Reoffer, token: u64) -> Result<(), CommandError> {
        self.hear(now);
        #[cfg(feature = "reoffer")]
        return self.calls.change(&mut self.lower, now, call.0, changes, token);
        #[cfg(not(feature = "reoffer"))]
        self.cannot_change(call, (changes, token))
    }

    #[cfg(not(all(feature = "reoffer", feature = "identity")))]
    fn cannot_change<T>(&self, call: CallId, _: T) -> Result<(), CommandError> {
        self.call(call)?;
        Err(CommandError::Unsupported)
    }

    /// Ends a call in any state: refuses, cancels or sends BYE.
    ///
    /// # Errors
    /// [`CommandError::Stale`], or [`CommandError::State`] when it has ended already.
    pub fn hangup(&mut self, now: Instant, call: CallId) -> Result<(), CommandError> {
        self.hear(now);
        self.calls.hangup(&mut self.lower, now, call)
    }

    /// As [`Phone::hangup`], with additions to the BYE, the CANCEL, or the 486 of a call that we have not answered.
    ///
    /// # Errors
    /// As [`Phone::hangup`]; [`CommandError::Range`] for Contacts; otherwise as [`Phone::reject_with`].
    pub fn hangup_with(&mut self, now: Instant, call: CallId, options: &EndOptions<'_>) -> Result<(), CommandError> {
        self.hear(now);
        #[cfg(feature = "identity")]
        return self.calls.hangup_with(&mut self.lower, now, call, options);
        #[cfg(not(feature = "identity"))]
        if options.is_empty() { self.hangup(now, call) } else { Err(CommandError::Unsupported) }
    }
}
