//! A subscription: between its command and its release.

use super::contents::LeftOut;
use crate::base::slots::Handle;
use crate::base::text::Span;
use crate::base::time::Instant;
use crate::phone::Cause;
use crate::phone::subscription::Package;
use crate::phone::{Lamp, SubscriptionState};
use crate::sip::subscription::{Reason, Stage, Subscription};

/// [`Slot::pending`]: its state changed.
pub(super) const PENDING_STATE: u8 = 1;
/// [`Slot::pending`]: what it was told changed.
pub(super) const PENDING_NEWS: u8 = 2;

/// A subscription.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) machine: Subscription,
    pub(super) package: Package,
    /// Its account; none: it is direct.
    pub(super) account: Handle,
    /// The leg that it goes by; none: it rests, or has ended.
    pub(super) dialog: Handle,
    /// Our SUBSCRIBE, while it runs.
    pub(super) request: Handle,
    pub(super) tag: u64,
    pub(super) pending: u8,
    /// The state that was told last.
    pub(super) state: SubscriptionState,
    /// It was removed: its slot goes with its end.
    pub(super) removed: bool,
    pub(super) lamp: Lamp,
    pub(super) value: u32,
    pub(super) left_out: LeftOut,
    /// The number of the last document of dialogs, or of a list, in this dialog; `None`: there was none.
    pub(super) version: Option<u32>,
    /// The last document that was taken was a list's.
    #[cfg(feature = "lists")]
    pub(super) list: bool,
    /// The status that refused the last body; 0: it was taken.
    pub(super) unread: u16,
    pub(super) sip_code: u16,
    pub(super) result: Cause,
    /// The times of the last change of its state, and of the last notification.
    pub(super) changed: Instant,
    pub(super) notified: Instant,
    /// Its texts: the target, the package's name, Accept, header lines.
    pub(super) target: Span,
    pub(super) event: Span,
    pub(super) accept: Span,
    pub(super) lines: Span,
    /// The end of its texts, where its contents begin, and the end of those.
    pub(super) start: u16,
    pub(super) end: u16,
    /// Bytes of a head behind those, cut where it found no room: that of the last final response to a SUBSCRIBE, or of the
    /// NOTIFY that ended it. None since a notification changed what it was told.
    pub(super) head: u16,
    /// The reason that this NOTIFY gives; `None`: the last word was a response, or silence.
    pub(super) reason: Option<Reason>,
}

impl Slot {
    /// A free slot's content.
    pub(super) const EMPTY: Self = Self {
        machine: Subscription::new(0),
        package: Package::Presence,
        account: Handle::NONE,
        dialog: Handle::NONE,
        request: Handle::NONE,
        tag: 0,
        pending: 0,
        state: SubscriptionState::Pending,
        removed: false,
        lamp: Lamp::Unknown,
        value: 0,
        left_out: LeftOut::NONE,
        version: None,
        #[cfg(feature = "lists")]
        list: false,
        unread: 0,
        sip_code: 0,
        result: Cause::Normal,
        changed: Instant::ZERO,
        notified: Instant::NEVER,
        target: Span::EMPTY,
        event: Span::EMPTY,
        accept: Span::EMPTY,
        lines: Span::EMPTY,
        start: 0,
        end: 0,
        head: 0,
        reason: None,
    };

    /// It failed, and no message says so.
    pub(super) const fn came_to_nothing(&mut self, cause: Cause) {
        (self.sip_code, self.result, self.head, self.reason) = (0, cause, 0, None);
    }

    /// It has ended.
    pub(super) fn is_over(&self) -> bool {
        self.machine.stage() == Stage::Over
    }

    /// It was taken back, and its end is not known yet.
    pub(super) fn is_leaving(&self) -> bool {
        self.machine.is_leaving() && !self.is_over()
    }

    /// The time at which it is asked again of itself, where it failed or ended; [`Instant::NEVER`]: it is not.
    pub(super) fn retry(&self) -> Instant {
        let failed = self.result != Cause::Normal || self.seen() == SubscriptionState::Retrying;
        if failed { self.machine.retry() } else { Instant::NEVER }
    }

    /// Its state for the application.
    pub(super) fn seen(&self) -> SubscriptionState {
        match self.machine.stage() {
            Stage::Asking | Stage::Pending => SubscriptionState::Pending,
            Stage::Active => SubscriptionState::Active,
            Stage::Resting => SubscriptionState::Retrying,
            Stage::Over => SubscriptionState::Ended,
        }
    }
}
