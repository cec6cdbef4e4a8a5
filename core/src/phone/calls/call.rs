//! A call: a session between its INVITE and its release, or the need for its slot.

use super::before::Before;
#[cfg(feature = "refer")]
use super::directed::{Place, Report, Transfer};
use super::moment::Moment;
use super::next_offer::NextOffer;
use super::rules::Plan;
use super::timers::Refresh;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::context::done::{Ended, Link};
use crate::phone::tone::Alert;
use crate::phone::{CallState, Cause, EndCause, EndedBy};

/// The state of an end from our side while the INVITE is not answered.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Cancel {
    #[default]
    No,
    /// It waits for a slot, or for a provisional response.
    Wanted,
    Sent,
}

/// [`Call::pending`]: the media changed.
pub(super) const PENDING_MEDIA: u32 = 1 << 16;
/// [`Call::pending`]: digits have come.
pub(super) const PENDING_DIGIT: u32 = 1 << 17;
/// [`Call::pending`]: the far end is shown otherwise.
#[cfg(feature = "identity")]
pub(super) const PENDING_IDENTITY: u32 = 1 << 18;
/// [`Call::pending`]: a request left by a datagram that is too long.
#[cfg(feature = "stream")]
pub(super) const PENDING_DATAGRAM: u32 = 1 << 19;

/// [`Call::pending`]: its transfer has gone on.
#[cfg(feature = "refer")]
pub(super) const PENDING_TRANSFER: u32 = 1 << 20;

/// A call.
#[derive(Clone, Debug)]
pub(in crate::phone) struct Call {
    pub(super) account: Handle,
    pub(super) tag: u64,
    pub(super) state: CallState,
    pub(super) incoming: bool,
    pub(super) dialog: Handle,
    /// Our INVITE or re-INVITE, while it runs.
    pub(super) request: Handle,
    /// Our UPDATE in an early dialog, while it runs.
    #[cfg(feature = "reliable")]
    pub(super) update: Handle,
    /// Our INFO, while it runs.
    #[cfg(feature = "info")]
    pub(super) info: Handle,
    /// The settings of its digits; what is not given is its account's.
    #[cfg(feature = "info")]
    pub(super) digits: crate::media::digits::DigitSettings,
    /// Their INVITE (or re-INVITE), while it waits for an answer or an ACK.
    pub(super) server: Handle,
    /// We sent an offer in a 2xx; the ACK brings the answer.
    pub(super) answer_in_ack: bool,
    pub(super) pending: u32,
    /// The bytes of the latest request that left by a datagram which is too long.
    #[cfg(feature = "stream")]
    pub(super) datagram: u16,
    pub(super) started: Instant,
    /// The times of the first progress, and of the last.
    pub(super) rang: Moment,
    pub(super) progressed: Moment,
    pub(super) connected: Moment,
    pub(super) ended: Moment,
    /// The time of the last change of its media.
    pub(super) media_changed: Moment,
    /// The time of the last change of its far end's identity.
    #[cfg(feature = "identity")]
    pub(super) identified: Moment,
    pub(super) sip_code: u16,
    pub(super) cause: Cause,
    /// The cause of its end, once it is over; before, as far as it is known.
    pub(super) end_cause: EndCause,
    /// The side that has ended it, or tries to.
    pub(super) ended_by: EndedBy,
    pub(super) cancel: Cancel,
    /// The time at which a CANCEL that found no slot is tried again.
    pub(super) cancel_again: Moment,
    /// The status of its last progress, less 100; [`Call::sip_code`] may be a later one by the time that it is told.
    pub(super) early: u8,
    /// Redirections that were followed.
    pub(super) redirections: u8,
    /// The time at which it is given up, if it is not answered by then.
    pub(super) give_up: Moment,
    /// The next offer of ours, once it is up.
    pub(super) next_offer: NextOffer,
    /// The outcome of the last change of its media.
    pub(super) media_outcome: Ended,
    /// The next step of the rules for incoming calls, and the rule that ended it.
    pub(super) plan: Plan,
    /// The next step of its session timer.
    pub(super) refresh: Refresh,
    /// It gave way: a direct call to an account's caller ([`super::Calls::make_room`]), or any call to one for help.
    pub(super) gave_way: bool,
    /// One of many that are to be hung up.
    pub(super) leaving: bool,
    /// Commands to hold, and to offer anew, that the offer on its way serves.
    #[cfg_attr(not(feature = "reoffer"), expect(dead_code, reason = "there are none"))]
    pub(super) carried: [u8; 2],
    /// Offers of ours leave as UPDATEs.
    pub(super) updates: bool,
    /// The ring that its INVITE asked for.
    #[cfg(feature = "tones")]
    pub(super) alert: Alert,
    /// The commands whose ends are owed: the first of a list.
    pub(super) commands: Link,
    /// Bytes of its first message, and of the later ones that are kept.
    pub(super) first: u16,
    pub(super) later_messages: u16,
    /// The digits behind its number.
    #[cfg(feature = "numbers")]
    pub(super) later: super::later::Later,
    /// The last provisional response, as a number of its contents.
    pub(super) progress: u32,
    /// It asks for help in an emergency, or is the call back of who was asked.
    #[cfg(feature = "numbers")]
    pub(super) help: bool,
    /// The call whose place it takes.
    #[cfg(feature = "refer")]
    pub(super) place: Place,
    /// Its transfer to another party.
    #[cfg(feature = "refer")]
    pub(super) transfer: Transfer,
    /// The far end that it was dialled for, and that is told how it goes.
    #[cfg(feature = "refer")]
    pub(super) report: Report,
    /// The call that gave way to this one, and whose end still needs its event.
    pub(super) before: Before,
}

impl Call {
    pub(super) const EMPTY: Self = Self {
        account: Handle::NONE,
        tag: 0,
        state: CallState::Calling,
        incoming: false,
        dialog: Handle::NONE,
        request: Handle::NONE,
        #[cfg(feature = "reliable")]
        update: Handle::NONE,
        #[cfg(feature = "info")]
        info: Handle::NONE,
        #[cfg(feature = "info")]
        digits: crate::media::digits::DigitSettings::NONE,
        server: Handle::NONE,
        answer_in_ack: false,
        pending: 0,
        #[cfg(feature = "stream")]
        datagram: 0,
        started: Instant::ZERO,
        rang: Moment::NEVER,
        progressed: Moment::NEVER,
        connected: Moment::NEVER,
        ended: Moment::NEVER,
        media_changed: Moment::NEVER,
        #[cfg(feature = "identity")]
        identified: Moment::NEVER,
        sip_code: 0,
        early: 0,
        cause: Cause::Normal,
        end_cause: EndCause::None,
        ended_by: EndedBy::Nobody,
        cancel: Cancel::No,
        cancel_again: Moment::NEVER,
        redirections: 0,
        give_up: Moment::NEVER,
        next_offer: NextOffer::EMPTY,
        media_outcome: Ended::DONE,
        plan: Plan::EMPTY,
        refresh: Refresh::EMPTY,
        gave_way: false,
        leaving: false,
        carried: [0; 2],
        updates: false,
        #[cfg(feature = "tones")]
        alert: Alert(0),
        commands: Link::NONE,
        first: 0,
        later_messages: 0,
        #[cfg(feature = "numbers")]
        later: super::later::Later::EMPTY,
        progress: 0,
        #[cfg(feature = "numbers")]
        help: false,
        #[cfg(feature = "refer")]
        place: Place::NONE,
        #[cfg(feature = "refer")]
        transfer: Transfer::NONE,
        #[cfg(feature = "refer")]
        report: Report::NONE,
        before: Before::NONE,
    };

    /// Its account; none: it is a direct one.
    pub(in crate::phone) const fn account(&self) -> Handle {
        self.account
    }

    /// The application's own number.
    pub(in crate::phone) const fn tag(&self) -> u64 {
        self.tag
    }

    /// The dialog that it began with, or that won.
    pub(in crate::phone) const fn dialog(&self) -> Handle {
        self.dialog
    }

    /// Its end, for the call that gets its slot.
    pub(super) const fn leaves(&self, handle: Handle) -> Before {
        Before {
            generation: handle.generation,
            tag: self.tag,
            #[cfg(any(feature = "numbers", feature = "refer"))]
            account: self.account,
            #[cfg(any(feature = "numbers", feature = "refer"))]
            sip_code: self.sip_code,
            #[cfg(any(feature = "numbers", feature = "refer"))]
            ended: (self.cause, self.end_cause, self.ended_by),
        }
    }

    /// It is up.
    pub(in crate::phone) fn is_up(&self) -> bool {
        self.state == CallState::Connected
    }

    /// Its state, and whether we were called.
    #[cfg(feature = "notify")]
    pub(in crate::phone) const fn shown(&self) -> (CallState, bool) {
        (self.state, self.incoming)
    }

    /// The last SIP status.
    pub(in crate::phone) const fn sip_code(&self) -> u16 {
        self.sip_code
    }

    /// The ring that its INVITE asked for.
    pub(super) const fn alert(&self) -> Alert {
        #[cfg(feature = "tones")]
        return self.alert;
        #[cfg(not(feature = "tones"))]
        Alert(0)
    }

    /// It is there to be read, and no more.
    pub(in crate::phone) fn is_over(&self) -> bool {
        self.state == CallState::Ended
    }

    /// Our INVITE is under way: the call is not answered yet.
    pub(super) fn is_unanswered(&self) -> bool {
        !self.request.is_none() && self.state != CallState::Connected
    }

    /// It is up; or offers may be made before that, and it is not over.
    pub(super) fn goes_on(&self) -> bool {
        if cfg!(feature = "reliable") { !self.is_over() } else { self.is_up() }
    }

    /// It runs, and may change the call.
    pub(super) fn runs(&self, request: Handle) -> bool {
        self.is_early(request) || self.request == request
    }

    /// It is our UPDATE of an early dialog; its response may come when the call is up.
    pub(super) fn is_early(&self, request: Handle) -> bool {
        #[cfg(feature = "reliable")]
        return self.update == request;
        #[cfg(not(feature = "reliable"))]
        {
            let _ = (self, request);
            false
        }
    }

    /// It does not run any more.
    pub(super) fn ran(&mut self, request: Handle) {
        #[cfg(feature = "reliable")]
        if self.update == request {
            self.update = Handle::NONE;
            return;
        }
        if self.request == request {
            self.request = Handle::NONE;
        }
    }

    /// A request of ours that may change it runs.
    pub(super) fn asks(&self) -> bool {
        #[cfg(feature = "reliable")]
        if !self.update.is_none() {
            return true;
        }
        self.is_up() && !self.request.is_none()
    }

    /// We have not given it up before its answer.
    #[cfg(feature = "timers")]
    pub(super) fn is_wanted(&self) -> bool {
        self.cancel == Cancel::No
    }

    /// Its CANCEL found no slot, and is tried again then.
    pub(super) fn cancel_later(&mut self, again: Instant) {
        (self.cancel, self.cancel_again) = (Cancel::Wanted, self.moment(again));
    }

    /// The time at which its CANCEL is tried again.
    pub(super) fn cancel_at(&self) -> Instant {
        self.time(self.cancel_again)
    }

    /// The time at which it is given up, if it is not answered by then.
    pub(super) fn give_up_at(&self) -> Instant {
        self.time(self.give_up)
    }

    /// It is given up then, or never.
    pub(super) fn give_up(&mut self, at: Instant) {
        self.give_up = self.moment_or_never(at);
    }

    fn moment_or_never(&self, at: Instant) -> Moment {
        if at == Instant::NEVER { Moment::NEVER } else { self.moment(at) }
    }

    pub(super) fn deadline(&self) -> Instant {
        if self.leaving {
            return Instant::ZERO;
        }
        let at = self
            .give_up_at()
            .min(self.cancel_at())
            .min(self.next_offer.at())
            .min(self.plan.at())
            .min(self.refresh.at());
        #[cfg(feature = "refer")]
        let at = at.min(self.transfer.at()).min(self.report.at());
        at
    }

    pub(super) const fn bit(state: CallState) -> u32 {
        1 << state as u32
    }

    /// A time in its kept form.
    pub(super) fn moment(&self, at: Instant) -> Moment {
        Moment(u32::try_from(at.since(self.started).millis()).map_or(u32::MAX - 1, |ms| ms.min(u32::MAX - 1)))
    }

    /// A kept time as an [`Instant`].
    pub(super) fn time(&self, moment: Moment) -> Instant {
        if moment == Moment::NEVER { Instant::NEVER } else { self.started + Duration::from_millis(u64::from(moment.0)) }
    }

    /// It has this state from now on, with an event.
    pub(super) fn reach(&mut self, now: Instant, state: CallState) {
        self.state = state;
        self.pending |= Self::bit(state);
        let moment = self.moment(now);
        match state {
            CallState::Early => {
                self.progressed = moment;
                self.early = (self.sip_code % 100) as u8;
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
    pub(super) fn tell_media(&mut self, now: Instant) {
        self.pending |= PENDING_MEDIA;
        self.media_changed = self.moment(now);
    }
}
