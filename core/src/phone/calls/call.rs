//! A call: a session between its INVITE and its release, or the need for its slot.

use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::context::done::Link;
use crate::phone::{CallState, Cause, EndCause, EndedBy};

/// How far an end from our side has come while the INVITE is not answered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Cancel {
    #[default]
    No,
    /// Waits for a slot.
    Wanted,
    Sent,
}

/// [`Call::pending`]: the media changed.
pub(crate) const PENDING_MEDIA: u32 = 1 << 16;
/// [`Call::pending`]: digits have come.
pub(crate) const PENDING_DIGIT: u32 = 1 << 17;

/// A time in the life of a call, in whole milliseconds since it began: 49 days of them in half the room of an
/// [`Instant`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Moment(u32);

impl Moment {
    /// It has not come.
    pub(crate) const NEVER: Self = Self(u32::MAX);
}

/// A call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) account: Handle,
    pub(crate) tag: u64,
    pub(crate) state: CallState,
    pub(crate) incoming: bool,
    pub(crate) dialog: Handle,
    /// Our INVITE or re-INVITE, while it runs.
    pub(crate) request: Handle,
    /// Their INVITE (or re-INVITE), while it waits for an answer or an ACK.
    pub(crate) server: Handle,
    /// We sent an offer in a 2xx; the ACK brings the answer.
    pub(crate) answer_in_ack: bool,
    pub(crate) pending: u32,
    pub(crate) started: Instant,
    /// When the first progress was made, and the last.
    pub(crate) rang: Moment,
    pub(crate) progressed: Moment,
    pub(crate) connected: Moment,
    pub(crate) ended: Moment,
    /// When the media changed.
    pub(crate) media_changed: Moment,
    pub(crate) sip_code: u16,
    pub(crate) cause: Cause,
    /// Once it is over: why. Before: what is known of it already.
    pub(crate) end_cause: EndCause,
    /// The side that has ended it, or tries to.
    pub(crate) ended_by: EndedBy,
    pub(crate) cancel: Cancel,
    /// Redirections that were followed; once it is up, offers of ours that came to nothing.
    pub(crate) tries: u8,
    /// When ringing is given up; once it is up, when it is offered anew.
    pub(crate) give_up: Instant,
    /// One of many that are to be hung up.
    pub(crate) leaving: bool,
    /// The commands whose ends are owed: the first of a list.
    pub(crate) commands: Link,
    /// Lengths of the kept messages.
    pub(crate) first: u16,
    pub(crate) last: u16,
    /// The last provisional response, in what it told.
    pub(crate) progress: u32,
    /// Which use of the slot gave way to this one, and has to be told as ended; 0: none.
    pub(crate) before: u32,
    /// The application's own number of that one.
    pub(crate) before_tag: u64,
}

impl Call {
    pub(crate) const EMPTY: Self = Self {
        account: Handle::NONE,
        tag: 0,
        state: CallState::Calling,
        incoming: false,
        dialog: Handle::NONE,
        request: Handle::NONE,
        server: Handle::NONE,
        answer_in_ack: false,
        pending: 0,
        started: Instant::ZERO,
        rang: Moment::NEVER,
        progressed: Moment::NEVER,
        connected: Moment::NEVER,
        ended: Moment::NEVER,
        media_changed: Moment::NEVER,
        sip_code: 0,
        cause: Cause::Normal,
        end_cause: EndCause::None,
        ended_by: EndedBy::Nobody,
        cancel: Cancel::No,
        tries: 0,
        give_up: Instant::NEVER,
        leaving: false,
        commands: Link::NONE,
        first: 0,
        last: 0,
        progress: 0,
        before: 0,
        before_tag: 0,
    };

    /// It was a direct call that gave way to an account's caller ([`super::Calls::make_room`]).
    pub(crate) fn gave_way(&self) -> bool {
        self.incoming && self.account.is_none() && self.cause == Cause::Full && self.sip_code == 486
    }

    pub(crate) const fn deadline(&self) -> Instant {
        if self.leaving { Instant::ZERO } else { self.give_up }
    }

    pub(crate) const fn bit(state: CallState) -> u32 {
        1 << state as u32
    }

    /// A time as it is kept.
    pub(crate) fn moment(&self, at: Instant) -> Moment {
        Moment(u32::try_from(at.since(self.started).millis()).map_or(u32::MAX - 1, |ms| ms.min(u32::MAX - 1)))
    }

    /// A kept time, as it is told.
    pub(crate) fn time(&self, moment: Moment) -> Instant {
        if moment == Moment::NEVER { Instant::NEVER } else { self.started + Duration::from_millis(u64::from(moment.0)) }
    }

    /// It has this state from now on, and tells it.
    pub(crate) fn reach(&mut self, now: Instant, state: CallState) {
        self.state = state;
        self.pending |= Self::bit(state);
        let moment = self.moment(now);
        match state {
            CallState::Early => {
                self.progressed = moment;
                if self.rang == Moment::NEVER {
                    self.rang = moment;
                }
            }
            CallState::Connected => self.connected = moment,
            CallState::Ended => self.ended = moment,
            CallState::Calling | CallState::Incoming => self.started = now,
        }
    }

    /// Its media changed, or could not be changed.
    pub(crate) fn tell_media(&mut self, now: Instant) {
        self.pending |= PENDING_MEDIA;
        self.media_changed = self.moment(now);
    }
}
