//! A call that gave its slot to another before its end had its event: its successor keeps that.

use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::{AccountId, Alert, CallId, CallState, Cause, EndCause, EndedBy, Event, EventKind};

/// A call that gave its slot to another, and whose end still needs its event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before {
    /// The use of the slot; 0: there is none.
    pub(super) generation: u32,
    /// The application's own number.
    pub(super) tag: u64,
    /// It gave way to a call for help, or to one that took its place, and may be any call.
    #[cfg(any(feature = "numbers", feature = "refer"))]
    pub(super) account: Handle,
    #[cfg(any(feature = "numbers", feature = "refer"))]
    pub(super) sip_code: u16,
    #[cfg(any(feature = "numbers", feature = "refer"))]
    pub(super) ended: (Cause, EndCause, EndedBy),
}

impl Before {
    /// There is none.
    pub(super) const NONE: Self = Self {
        generation: 0,
        tag: 0,
        #[cfg(any(feature = "numbers", feature = "refer"))]
        account: Handle::NONE,
        #[cfg(any(feature = "numbers", feature = "refer"))]
        sip_code: 0,
        #[cfg(any(feature = "numbers", feature = "refer"))]
        ended: (Cause::Normal, EndCause::None, EndedBy::Nobody),
    };

    /// A call gave way.
    pub(super) const fn is_some(&self) -> bool {
        self.generation > 0
    }

    /// The event of its end, at the beginning of its successor, which has the slot of this index.
    pub(super) const fn event(self, at: Instant, index: u32) -> Event {
        // a direct INVITE that made room for an account's caller
        #[cfg(not(any(feature = "numbers", feature = "refer")))]
        let (account, sip_code, ended) = (Handle::NONE, 486, (Cause::Full, EndCause::Full, EndedBy::Library));
        #[cfg(any(feature = "numbers", feature = "refer"))]
        let (account, sip_code, ended) = (self.account, self.sip_code, self.ended);
        let (result, cause, ended_by) = ended;
        let kind = EventKind::Call {
            state: CallState::Ended,
            reached: 1 << CallState::Ended as u32,
            sip_code,
            result,
            cause,
            ended_by,
            rule: None,
            alert: Alert(0),
        };
        let call = CallId(Handle { index, generation: self.generation });
        Event { at, account: AccountId(account), call, tag: self.tag, kind }
    }
}
