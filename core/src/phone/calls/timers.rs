//! Session timers (RFC 4028) of calls: which messages settle one, the refresh by our side, and the end of a session
//! that was not refreshed.
//!
//! A refresh is an offer of the call's like any other (`reoffer`), but that it changes nothing: an UPDATE without a
//! description where the far end takes UPDATE, else a re-INVITE that repeats our last one. Any other offer refreshes
//! too, so while one is out, or waits, the timer's has no turn.

use super::Calls;
use crate::base::limits::SLOT_RETRY_MS;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::dialogs::Lost;
use crate::phone::trace::{About, What};
use crate::phone::transactions::request::Sending;
use crate::phone::{CallId, CallState, Cause, CommandError, EndCause, EndedBy, Lower, Refresher, SessionTimer};
use crate::sip::session::Side;
use crate::sip::session::timer::{Heard, Lines, Terms, Timer, Wanted};
use crate::wire::sip::{Message, Name};

/// A call's next step by its session timer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refresh {
    at: Instant,
    /// The offer of ours that is out, or waits, is the timer's and changes nothing.
    alone: bool,
}

impl Refresh {
    pub(super) const EMPTY: Self = Self { at: Instant::NEVER, alone: false };

    pub(super) const fn at(&self) -> Instant {
        self.at
    }

    /// No step follows.
    pub(super) const fn rest(&mut self) {
        *self = Self::EMPTY;
    }
}

/// The timer that calls of an account want; none: direct ones.
fn wanted(lower: &Lower<'_>, account: Handle) -> Wanted {
    lower.accounts.session_timer(account).unwrap_or(lower.cx.fixed.session_timer)
}

impl Calls<'_> {
    /// The timer of a call that is dialled.
    ///
    /// # Errors
    /// [`CommandError::Timer`].
    pub(super) fn timer_to_ask(lower: &Lower<'_>, account: Handle, said: SessionTimer) -> Result<Timer, CommandError> {
        said.check()?;
        Ok(Timer::wanting(wanted(lower, account).with(said)))
    }

    /// The timer of a call that comes in.
    ///
    /// # Errors
    /// It is refused with this status and these lines.
    pub(super) fn timer_of_invite(
        lower: &Lower<'_>,
        account: Handle,
        invite: &Message<'_>,
    ) -> Result<Timer, (u16, Lines)> {
        let mut timer = Timer::wanting(wanted(lower, account));
        let heard = Heard::of(invite);
        if timer.misses(&heard) {
            return Err((421, Lines::not_known()));
        }
        timer.hear(&heard).map(|()| timer).map_err(|least| (422, Lines::too_short(least)))
    }

    /// A dialog that has just begun has this timer; or the request that was heard is refused, and changes nothing.
    pub(super) fn set_timer(lower: &mut Lower<'_>, dialog: Handle, timer: Timer) {
        if let Some(session) = lower.dialogs.session_mut(dialog) {
            session.timer = timer;
        }
    }

    /// Another wish for the 200 of an incoming call.
    ///
    /// # Errors
    /// As [`crate::phone::Phone::call_set_session_timer`].
    pub(in crate::phone) fn set_session_timer(
        &mut self,
        lower: &mut Lower<'_>,
        call: CallId,
        said: SessionTimer,
    ) -> Result<(), CommandError> {
        let slot = self.get(call.0).ok_or(CommandError::Stale)?;
        said.check()?;
        let waits = slot.incoming && matches!(slot.state, CallState::Incoming | CallState::Early);
        let session = lower.dialogs.session_mut(slot.dialog).filter(|_| waits).ok_or(CommandError::State)?;
        let wanted = session.timer.wanted().with(said);
        if session.timer.want(wanted) { Ok(()) } else { Err(CommandError::Unsupported) }
    }

    /// A request of theirs within a dialog refreshes its session, unless it is refused. `update`: the number of an
    /// UPDATE; 0 of a re-INVITE.
    ///
    /// # Errors
    /// Its session is too short: 422 with this Min-SE.
    pub(super) fn timer_hears(
        lower: &mut Lower<'_>,
        dialog: Handle,
        request: &Message<'_>,
        update: u32,
    ) -> Result<(), u32> {
        let Some(session) = lower.dialogs.session_mut(dialog) else { return Ok(()) };
        session.timer.updated_by(update);
        session.timer.hear(&Heard::of(request))
    }

    /// A re-INVITE that waited has its turn: it was looked at when it came, and its session is not too short.
    pub(super) fn timer_hears_kept(lower: &mut Lower<'_>, dialog: Handle, kept: Handle) {
        let Ok(heard) = Message::parse(lower.transactions.sent(kept)).map(|invite| Heard::of(&invite)) else { return };
        if let Some(session) = lower.dialogs.session_mut(dialog) {
            session.timer.updated_by(0);
            let _ = session.timer.hear(&heard);
        }
    }

    /// An UPDATE came: the far end takes them too.
    pub(super) fn timer_learns_update(lower: &mut Lower<'_>, dialog: Handle) {
        if let Some(session) = lower.dialogs.session_mut(dialog) {
            session.timer.learn_updates(true);
        }
    }

    /// Our success to a request of theirs has left.
    pub(super) fn session_accepted(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        self.settle_timer(lower, handle, |timer| timer.accept(now));
    }

    /// A success of theirs to a request of ours came. `first`: it made the dialog.
    pub(super) fn session_answered(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        response: &Message<'_>,
        first: bool,
    ) {
        let heard = Heard::of(response);
        self.forget_refresh(handle);
        self.settle_timer(lower, handle, |timer| timer.answered(now, &heard, first));
    }

    /// A timer's terms are settled, and its time begins anew.
    fn settle_timer(&mut self, lower: &mut Lower<'_>, handle: Handle, settle: impl FnOnce(&mut Timer)) {
        let Some(call) = self.get_mut(handle) else { return };
        let Some(session) = lower.dialogs.session_mut(call.dialog) else { return };
        let before = session.timer.terms();
        settle(&mut session.timer);
        let (terms, at) = (session.timer.terms(), session.timer.first_step());
        call.refresh.at = at;
        self.wake(&mut lower.cx, handle);
        if terms != before || terms.interval > 0 {
            let Terms { interval: seconds, refresher, .. } = terms;
            let what = What::SessionTimer { seconds, ours: refresher == Side::Us, again: terms == before };
            lower.cx.trace(About::Call(CallId(handle)), what);
        }
    }

    /// A 422 to a request of ours (rfc4028#7.3). True: its Min-SE is followed, and the request is to be sent anew.
    pub(super) fn raises(lower: &mut Lower<'_>, dialog: Handle, response: &Message<'_>) -> bool {
        let least = response.seconds(Name::MinSe);
        lower.dialogs.session_mut(dialog).is_some_and(|session| session.timer.raise(least))
    }

    /// The same of our first INVITE, which is sent anew.
    pub(super) fn asks_longer(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (handle, dialog, request): (Handle, Handle, Handle),
        response: &Message<'_>,
    ) -> bool {
        let waits = self.get(handle).is_some_and(|call| call.request == request && call.is_wanted());
        if !waits || !Self::raises(lower, dialog, response) {
            return false;
        }
        let Some(next) = self.again(lower, request) else { return false };
        let asking = lower.ask_anew(now, next);
        self.asked(lower, now, asking);
        true
    }

    /// The step of a call's session timer is due: a refresh of ours, or the end.
    pub(super) fn refresh_due(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get_mut(handle) else { return };
        call.refresh.at = Instant::NEVER;
        let (dialog, waits) = (call.dialog, call.next_offer.waits());
        let asks = call.asks();
        let Some(session) = lower.dialogs.session_mut(dialog).filter(|_| call.state == CallState::Connected) else {
            return;
        };
        let (timer, last) = (session.timer, session.timer.last_moment());
        if now >= last && !timer.terms().mutual && !asks {
            // it is for our benefit alone, and nothing has left (no slot, no way): there is nothing to conclude
            self.settle_timer(lower, handle, |timer| timer.renew(now));
            return;
        }
        if now >= last {
            lower.cx.trace(About::Call(CallId(handle)), What::SessionExpired);
            lower.dialogs.lose(dialog, Lost::Session);
            self.ends(handle, EndedBy::Library, EndCause::Expired);
            self.end_call(lower, now, handle, Cause::Expired, 0);
            return;
        }
        if asks || waits {
            call.refresh.at = last.min(now + Duration::from_millis(SLOT_RETRY_MS));
            return;
        }
        call.refresh = Refresh { at: timer.next_step(now), alone: true };
        call.next_offer.begin();
        self.reoffer(lower, now, handle);
    }

    /// A request is to leave that changes nothing of the media.
    #[cfg(feature = "identity")]
    pub(super) fn refresh_now(&mut self, handle: Handle) {
        if let Some(call) = self.get_mut(handle) {
            call.next_offer.begin();
        }
        self.refresh_alone(handle);
    }

    /// The same, where another try of it may have failed.
    #[cfg(feature = "identity")]
    pub(super) fn refresh_alone(&mut self, handle: Handle) {
        if let Some(call) = self.get_mut(handle) {
            call.refresh.alone = true;
        }
    }

    /// An offer leaves that is for a change.
    pub(super) fn forget_refresh(&mut self, handle: Handle) {
        if let Some(call) = self.get_mut(handle) {
            call.refresh.alone = false;
        }
    }

    /// The request of a refresh; `None`: an offer is to leave that changes something. `stays`: the call is where it was.
    pub(super) fn refresh_by(&mut self, lower: &Lower<'_>, handle: Handle, stays: bool) -> Option<Sending> {
        let call = self.get(handle)?;
        let alone = call.refresh.alone && stays && !self.has_wishes(lower, handle);
        let updates = lower.dialogs.session(call.dialog).timer.updates();
        if let Some(call) = self.get_mut(handle) {
            call.refresh.alone = alone;
        }
        alone.then_some(if updates { Sending::Refresh } else { Sending::Repeat })
    }

    /// The offer that is out, or waits, is the timer's.
    pub(super) fn is_refreshing(&self, handle: Handle) -> bool {
        self.get(handle).is_some_and(|call| call.refresh.alone)
    }

    /// The far end does not know UPDATE, by which a refresh left. True: it leaves anew.
    pub(super) fn refreshes_otherwise(lower: &mut Lower<'_>, dialog: Handle) -> bool {
        lower.dialogs.session_mut(dialog).is_some_and(|session| {
            let did = session.timer.updates();
            session.timer.learn_updates(false);
            did
        })
    }

    /// A refresh brought a success. What was wanted meanwhile has its turn.
    pub(super) fn refreshed(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        if self.has_wishes(lower, handle) {
            self.offer_anew(lower, now, handle);
        }
    }

    /// A refresh was refused, or did not leave. The session lasts as long as before; one whose timer is for our benefit
    /// alone lasts without. False: it was an offer for a change.
    pub(super) fn refresh_failed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        sip_code: u16,
    ) -> bool {
        let Some(call) = self.get_mut(handle).filter(|call| call.refresh.alone) else { return false };
        call.refresh.alone = false;
        let dialog = call.dialog;
        lower.cx.trace(About::Call(CallId(handle)), What::SessionNotRefreshed { sip_code });
        let alone = lower.dialogs.session_mut(dialog).is_some_and(|session| !session.timer.terms().mutual);
        if alone && sip_code > 0 {
            self.settle_timer(lower, handle, Timer::stand_down);
        }
        self.refreshed(lower, now, handle);
        true
    }

    /// A refresh got no response, or one that the far end knows no such call.
    pub(super) fn session_is_lost(&mut self, lower: &mut Lower<'_>, handle: Handle, by: EndedBy) {
        let Some(call) = self.get(handle).filter(|call| call.refresh.alone) else { return };
        // one that was for our identity tells nothing about the session's time; a name that waits behind it does not count
        #[cfg(feature = "identity")]
        if lower.dialogs.renames(call.dialog) == Some(true) {
            return;
        }
        lower.dialogs.lose(call.dialog, Lost::Session);
        self.ends(handle, by, EndCause::Expired);
    }

    /// The terms of a call's session timer, for people: seconds, side, and the time at which it runs out.
    pub(super) fn told_timer(lower: &Lower<'_>, dialog: Handle) -> (u32, Refresher, Instant) {
        let timer = lower.dialogs.session(dialog).timer;
        match timer.terms() {
            Terms { interval: 0, .. } => (0, Refresher::Inherited, Instant::NEVER),
            Terms { interval, refresher: Side::Us, .. } => (interval, Refresher::Us, timer.expires()),
            Terms { interval, refresher: Side::Them, .. } => (interval, Refresher::Them, timer.expires()),
        }
    }
}
