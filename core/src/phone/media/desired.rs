//! The state in which we want a line's media (rfc6337#5.3): it is offered and answered until it is changed here,
//! whatever the far end does. It counts once both sides agreed on it.

use super::Media;
use crate::base::slots::Handle;
use crate::media::CodecOrder;
use crate::offer::Direction;

/// The state in which we want a line's media.
#[cfg(feature = "reoffer")]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::phone) struct Desired {
    /// The far end is on hold: it hears the line's source, but not the person here, and nobody hears it.
    pub(in crate::phone) holding: bool,
    /// The direction while it is not.
    pub(in crate::phone) direction: Direction,
    /// The choice of codecs in place of the one that the call began with; empty: that one.
    pub(in crate::phone) codecs: CodecOrder,
    /// Of these, the one that is in use.
    pub(in crate::phone) one: bool,
}

#[cfg(feature = "reoffer")]
impl Desired {
    pub(super) const EMPTY: Self =
        Self { holding: false, direction: Direction::SendReceive, codecs: CodecOrder::EMPTY, one: false };

    /// The direction of our descriptions.
    const fn described(self) -> Direction {
        if self.holding { self.direction.and(Direction::SendOnly) } else { self.direction }
    }
}

/// The purpose of a description of ours.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::phone) enum Purpose {
    /// It is to be offered.
    Offer,
    /// The same, in a response: with all that we are willing to (rfc3261#14.2).
    LateOffer,
    /// It answers theirs.
    Answer,
    /// It was offered, and theirs answers it.
    Offered,
    /// The same of our INVITE, before the call is up: offers may have followed it in another early dialog.
    #[cfg(feature = "reliable")]
    Invited,
    /// It is to be offered, as both sides agreed on it last: nothing is to change.
    #[cfg(feature = "timers")]
    Repeat,
}

/// A line's offer that is out.
#[cfg(feature = "reoffer")]
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct Offered {
    pub(super) desired: Desired,
    pub(super) direction: Direction,
    pub(super) codecs: CodecOrder,
    /// It repeats our last description.
    #[cfg(feature = "timers")]
    pub(super) repeats: bool,
}

#[cfg(feature = "reoffer")]
impl Offered {
    pub(super) const EMPTY: Self = Self {
        desired: Desired::EMPTY,
        direction: Direction::SendReceive,
        codecs: CodecOrder::EMPTY,
        #[cfg(feature = "timers")]
        repeats: false,
    };

    /// That of an INVITE with this state: there is no agreement yet that could have changed its direction.
    #[cfg(feature = "reliable")]
    pub(super) const fn inviting(desired: Desired) -> Self {
        Self {
            desired,
            direction: desired.described(),
            codecs: desired.codecs,
            #[cfg(feature = "timers")]
            repeats: false,
        }
    }
}

#[cfg(feature = "reoffer")]
impl Media<'_> {
    /// The direction of a line's description.
    pub(super) fn direction(&self, call: Handle, purpose: Purpose) -> Direction {
        let Some(line) = self.line(call) else { return Direction::SendReceive };
        match purpose {
            Purpose::Offered => line.offered.direction,
            #[cfg(feature = "reliable")]
            Purpose::Invited => line.invited.described(),
            #[cfg(feature = "timers")]
            Purpose::Repeat => line.described,
            Purpose::Answer => line.desired.described(),
            // rfc3264#8.4: to a peer that holds us, our hold is inactive
            Purpose::Offer | Purpose::LateOffer
                if line.desired.holding && self.agreed(call).is_some_and(|agreed| agreed.held) =>
            {
                Direction::Inactive
            }
            Purpose::Offer | Purpose::LateOffer => line.desired.described(),
        }
    }

    /// A line's offer is written, with this direction.
    pub(in crate::phone) fn offer_written(&mut self, call: Handle, purpose: Purpose, direction: Direction) {
        let codecs = self.described_codecs(call, purpose);
        if let Some(line) = self.line_mut(call) {
            let one = line.desired.one && purpose != Purpose::LateOffer;
            line.offered = Offered {
                desired: Desired { one, ..line.desired },
                direction,
                codecs,
                #[cfg(feature = "timers")]
                repeats: purpose == Purpose::Repeat,
            };
        }
    }

    /// The offer that was written last stands in an INVITE: each of its branches answers it.
    #[cfg(feature = "reliable")]
    pub(in crate::phone) fn invite_written(&mut self, call: Handle) {
        if let Some(line) = self.line_mut(call) {
            line.invited = line.offered.desired;
        }
    }

    /// The answer to come is to the INVITE's offer, whatever was offered since in other early dialogs.
    #[cfg(feature = "reliable")]
    pub(in crate::phone) fn invite_counts(&mut self, call: Handle) {
        if let Some(line) = self.line_mut(call) {
            line.offered = Offered::inviting(line.invited);
        }
    }

    /// The choice of codecs of a line's description; empty: the phone's.
    pub(super) fn described_codecs(&self, call: Handle, purpose: Purpose) -> CodecOrder {
        let Some(line) = self.line(call) else { return CodecOrder::EMPTY };
        let chosen = line.desired.codecs.or(line.codecs);
        match (purpose, self.agreed(call)) {
            (Purpose::Offered, _) => line.offered.codecs.or(line.codecs),
            #[cfg(feature = "reliable")]
            (Purpose::Invited, _) => line.invited.codecs.or(line.codecs),
            (Purpose::Offer, Some(agreed)) if line.desired.one && agreed.accepted() => CodecOrder::of(&[agreed.codec]),
            _ => chosen,
        }
    }

    /// The state in which we want a line's media.
    pub(in crate::phone) fn desired(&self, call: Handle) -> Desired {
        self.line(call).map_or(Desired::EMPTY, |line| line.desired)
    }

    /// We want it otherwise.
    pub(in crate::phone) fn desire(&mut self, call: Handle, desired: Desired) {
        if let Some(line) = self.line_mut(call) {
            line.desired = desired;
        }
    }

    /// Both sides agreed on the state that we want.
    pub(in crate::phone) fn is_settled(&self, call: Handle) -> bool {
        self.line(call).is_none_or(|line| line.desired == line.settled)
    }

    /// We want it as it is: an offer was refused.
    pub(in crate::phone) fn desire_nothing(&mut self, call: Handle) {
        if let Some(line) = self.line_mut(call) {
            line.desired = line.settled;
        }
    }

    /// We put the far end on hold, and it agreed.
    pub(in crate::phone) fn is_holding(&self, call: Handle) -> bool {
        self.line(call).is_some_and(|line| line.settled.holding)
    }
}

/// Without offers in a call that is up, media goes both ways.
#[cfg(not(feature = "reoffer"))]
impl Media<'_> {
    pub(super) fn direction(&self, _: Handle, _: Purpose) -> Direction {
        Direction::SendReceive
    }

    pub(in crate::phone) fn offer_written(&mut self, _: Handle, _: Purpose, _: Direction) {}

    pub(super) fn described_codecs(&self, call: Handle, _: Purpose) -> CodecOrder {
        self.line(call).map_or(CodecOrder::EMPTY, |line| line.codecs)
    }

    pub(in crate::phone) fn is_holding(&self, _: Handle) -> bool {
        false
    }
}
