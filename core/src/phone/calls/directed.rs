//! The parts that others have in a call: its transfer to another party, the sender of a REFER that is told how it goes, and
//! the call whose place it takes.

use super::moment::Moment;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::{Cause, MessageId, TransferState};

/// The progress of a transfer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Stage {
    /// There is none, or it has ended.
    #[default]
    None,
    /// The call that it is to only rings: it is asked for once that is up (rfc5589#7.6).
    Waits,
    /// The REFER has no final response.
    Asked,
    /// It was accepted: NOTIFYs tell.
    Accepted,
    /// This call was to be replaced by one whose transfer is over: its far end is to hang up, or we do.
    Leaves,
}

/// A transfer of a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    pub(super) stage: Stage,
    /// Our REFER, while it runs.
    pub(super) request: Handle,
    /// The number of the REFER, by which NOTIFYs name it.
    pub(super) number: u32,
    /// The call with the party that it is transferred to; none: that is called.
    pub(super) with: Handle,
    /// The call whose far end is to take the place of this one.
    pub(super) of: Handle,
    /// The far end has a subscription for it: the NOTIFY that ends that has not come.
    pub(super) open: bool,
    /// It has one for a transfer before it: NOTIFYs without a number are of that one (rfc3515#2.4.6).
    pub(super) open_before: bool,
    /// No progress is asked for.
    pub(super) quiet: bool,
    /// The end of our patience, if nothing more is told; or the next try to find a slot.
    pub(super) until: Instant,
    /// The end of it, whatever is told.
    pub(super) last: Moment,
    /// The last step, its status, its result and its time.
    pub(super) state: TransferState,
    pub(super) sip_code: u16,
    pub(super) result: Cause,
    pub(super) at: Moment,
    pub(super) token: u64,
}

impl Transfer {
    pub(super) const NONE: Self = Self {
        stage: Stage::None,
        request: Handle::NONE,
        number: 0,
        open: false,
        open_before: false,
        quiet: false,
        with: Handle::NONE,
        of: Handle::NONE,
        until: Instant::NEVER,
        last: Moment::NEVER,
        state: TransferState::Pending,
        sip_code: 0,
        result: Cause::Normal,
        at: Moment::NEVER,
        token: 0,
    };

    /// Its deadline.
    pub(super) const fn at(&self) -> Instant {
        self.until
    }

    pub(super) fn is_under_way(&self) -> bool {
        !matches!(self.stage, Stage::None | Stage::Leaves)
    }

    /// It is not to leave any more.
    pub(super) fn stays(&mut self) {
        if self.stage == Stage::Leaves {
            (self.stage, self.until) = (Stage::None, Instant::NEVER);
        }
    }

    /// Its REFER has left.
    pub(super) fn is_asked_for(&self) -> bool {
        matches!(self.stage, Stage::Asked | Stage::Accepted)
    }
}

/// The far end that is told how a call goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report {
    /// The REFER.
    pub(super) refer: MessageId,
    /// The leg that it came by; none: nobody is told, or not any more.
    pub(super) leg: Handle,
    /// The host that it came from, as a number; 0: an account's caller, whose calls nobody counts.
    pub(super) source: u64,
    /// The number of the REFER, where its dialog has other uses (rfc3515#2.4.6); 0: it has none.
    pub(super) id: u32,
    /// Our NOTIFY, while it runs.
    pub(super) request: Handle,
    /// The status that was told last; 0: none.
    pub(super) told: u16,
    /// Nothing follows the NOTIFY that is under way.
    pub(super) over: bool,
    /// A policy follows the REFER: nobody here has seen the target.
    pub(super) unasked: bool,
    /// The time of the next try to find a slot, and the end of the subscription.
    pub(super) retry: Instant,
    pub(super) until: Instant,
}

/// The REFER that a call was dialled for.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Followed {
    pub(in crate::phone) refer: MessageId,
    /// The leg by which its sender is told, of which it has a use; none: it is not.
    pub(in crate::phone) leg: Handle,
    /// The host that it came from, as a number; 0: an account's caller.
    pub(in crate::phone) source: u64,
    /// Its number, where its dialog has other uses; 0: it has none.
    pub(in crate::phone) id: u32,
    /// A policy follows it.
    pub(in crate::phone) unasked: bool,
}

impl Report {
    pub(super) const NONE: Self = Self {
        refer: MessageId::NONE,
        leg: Handle::NONE,
        source: 0,
        id: 0,
        request: Handle::NONE,
        told: 0,
        over: false,
        unasked: false,
        retry: Instant::NEVER,
        until: Instant::NEVER,
    };

    /// Its deadline. At its end it may find no slot, and looks for one again.
    pub(super) fn at(&self) -> Instant {
        if self.retry == Instant::NEVER { self.until } else { self.retry }
    }
}

/// The place of a call, which another takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The call that has it, or had it.
    pub(super) old: Handle,
    /// It is taken at once: nobody is asked.
    pub(super) follows: bool,
    /// It has been taken.
    pub(super) taken: bool,
}

impl Place {
    pub(super) const NONE: Self = Self { old: Handle::NONE, follows: false, taken: false };
}
