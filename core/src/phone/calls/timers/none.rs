//! No session timers.

use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::calls::Calls;
use crate::phone::transactions::request::Sending;
use crate::phone::{CommandError, EndedBy, Lower, Refresher, SessionTimer};
use crate::sip::session::timer::{Lines, Timer};
use crate::wire::sip::Message;

/// No step.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone::calls) struct Refresh;

impl Refresh {
    pub(in crate::phone::calls) const EMPTY: Self = Self;

    pub(in crate::phone::calls) const fn at(&self) -> Instant {
        Instant::NEVER
    }

    pub(in crate::phone::calls) const fn rest(&mut self) {}
}

impl Calls<'_> {
    pub(in crate::phone::calls) fn timer_to_ask(
        _: &Lower<'_>,
        _: Handle,
        _: SessionTimer,
    ) -> Result<Timer, CommandError> {
        Ok(Timer::NONE)
    }

    pub(in crate::phone::calls) fn timer_of_invite(
        _: &Lower<'_>,
        _: Handle,
        invite: &Message<'_>,
    ) -> Result<Timer, (u16, Lines)> {
        #[cfg(feature = "reliable")]
        {
            let mut timer = Timer::NONE;
            timer.learn(invite);
            Ok(timer)
        }
        #[cfg(not(feature = "reliable"))]
        {
            let _ = invite;
            Ok(Timer::NONE)
        }
    }

    #[cfg(feature = "reliable")]
    pub(in crate::phone::calls) fn set_timer(lower: &mut Lower<'_>, dialog: Handle, timer: Timer) {
        if let Some(session) = lower.dialogs.session_mut(dialog) {
            session.timer = timer;
        }
    }

    #[cfg(not(feature = "reliable"))]
    pub(in crate::phone::calls) fn set_timer(_: &mut Lower<'_>, _: Handle, _: Timer) {}

    pub(in crate::phone::calls) fn timer_hears(
        _: &mut Lower<'_>,
        _: Handle,
        _: &Message<'_>,
        _: u32,
    ) -> Result<(), u32> {
        Ok(())
    }

    pub(in crate::phone::calls) fn timer_hears_kept(_: &mut Lower<'_>, _: Handle, _: Handle) {}

    #[cfg(feature = "reliable")]
    pub(in crate::phone::calls) fn timer_learns_update(lower: &mut Lower<'_>, dialog: Handle) {
        if let Some(session) = lower.dialogs.session_mut(dialog) {
            session.timer.learn_updates(true);
        }
    }

    #[cfg(all(feature = "reoffer", not(feature = "reliable")))]
    pub(in crate::phone::calls) fn timer_learns_update(_: &mut Lower<'_>, _: Handle) {}

    pub(in crate::phone::calls) fn session_accepted(&mut self, _: &mut Lower<'_>, _: Instant, _: Handle) {}

    pub(in crate::phone::calls) fn session_answered(
        &mut self,
        _: &mut Lower<'_>,
        _: Instant,
        _: Handle,
        _: &Message<'_>,
        _: bool,
    ) {
    }

    pub(in crate::phone::calls) fn raises(_: &mut Lower<'_>, _: Handle, _: &Message<'_>) -> bool {
        false
    }

    pub(in crate::phone::calls) fn refresh_due(&mut self, _: &mut Lower<'_>, _: Instant, _: Handle) {}

    pub(in crate::phone::calls) fn forget_refresh(&mut self, _: Handle) {}

    pub(in crate::phone::calls) fn refresh_by(&mut self, _: &Lower<'_>, _: Handle, _: bool) -> Option<Sending> {
        None
    }

    pub(in crate::phone::calls) fn is_refreshing(&self, _: Handle) -> bool {
        false
    }

    pub(in crate::phone::calls) fn asks_longer(
        &mut self,
        _: &mut Lower<'_>,
        _: Instant,
        _: (Handle, Handle, Handle),
        _: &Message<'_>,
    ) -> bool {
        false
    }

    pub(in crate::phone::calls) fn refreshes_otherwise(_: &mut Lower<'_>, _: Handle) -> bool {
        false
    }

    pub(in crate::phone::calls) fn refreshed(&mut self, _: &mut Lower<'_>, _: Instant, _: Handle) {}

    pub(in crate::phone::calls) fn refresh_failed(&mut self, _: &mut Lower<'_>, _: Instant, _: Handle, _: u16) -> bool {
        false
    }

    pub(in crate::phone::calls) fn session_is_lost(&mut self, _: &mut Lower<'_>, _: Handle, _: EndedBy) {}

    pub(in crate::phone::calls) fn told_timer(_: &Lower<'_>, _: Handle) -> (u32, Refresher, Instant) {
        (0, Refresher::Inherited, Instant::NEVER)
    }
}
