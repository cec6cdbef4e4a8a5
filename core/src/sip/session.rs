//! The session of a dialog: one offer at a time (rfc3261#14, RFC 3311, rfc6337#4.3), and the edition of our description.
//!
//! It is told of each offer that leaves or comes, and of its end; it says whether another one may be, and which edition
//! a description of ours has. An offer that comes to nothing leaves it as it was.

#[cfg_attr(not(feature = "timers"), path = "session/timer/none.rs")]
pub mod timer;

#[cfg(feature = "reoffer")]
use crate::wire::sdp::Direction;
#[cfg(any(feature = "timers", feature = "reliable"))]
use crate::wire::sip::{Message, Name};
use timer::Timer;

/// A side of a dialog.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// We.
    Us,
    /// The far end.
    Them,
}

/// The message that an offer stands in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Carrier {
    /// An INVITE: its 2xx has the answer, or a reliable provisional response.
    Invite,
    /// Such a response to an INVITE without an offer: the ACK or the PRACK has the answer.
    Response,
    /// A PRACK: its 2xx has the answer.
    Prack,
    /// An UPDATE: its 2xx has the answer.
    Update,
}

/// An offer that has no answer yet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Offer {
    /// The side that made it.
    pub by: Side,
    /// Its message.
    pub carrier: Carrier,
}

/// The refusal of an offer that comes at the wrong time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// 491: one of ours is out, so both sides made one.
    Pending,
    /// 500 with Retry-After: one before it is not done.
    Later,
}

/// The edition of a description of ours, as its `o=` has it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Edition {
    /// Changes since the first.
    pub version: u32,
    /// A number for its contents; 0: there is none yet.
    pub fingerprint: u32,
}

/// The answer that an UPDATE or a PRACK got, for its repetitions.
#[cfg(feature = "reoffer")]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Answered {
    /// Its number in CSeq; 0: there was none.
    pub number: u32,
    /// The edition in the answer's `o=`.
    pub version: u32,
    /// The direction that we wanted.
    pub direction: Direction,
    /// The codecs that we wanted, as a number of the owner's.
    pub codecs: u32,
}

/// Offers, answers and editions of a dialog.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Session {
    offer: Option<Offer>,
    /// Of our last description that counts.
    edition: Edition,
    /// Of our offer that is out: it counts once it is answered.
    offered: Edition,
    /// Of the offer in our INVITE, which its branches have in common.
    #[cfg(feature = "reliable")]
    invited: Edition,
    /// Our last offer stood in another message.
    #[cfg(feature = "reliable")]
    renewed: bool,
    /// The far end has acknowledged a reliable provisional response of ours: it has the early dialog.
    #[cfg(feature = "reliable")]
    acknowledged: bool,
    /// The last UPDATE or PRACK of theirs that was answered.
    #[cfg(feature = "reoffer")]
    answered: Answered,
    /// The number of the last reliable provisional response to our INVITE; 0: there was none.
    #[cfg(feature = "reliable")]
    heard: u32,
    /// Early media that the network authorises (RFC 5009), as the far end sees its directions.
    #[cfg(feature = "reliable")]
    authorized: Direction,
    /// The number of our reliable provisional response whose PRACK has not come, though its INVITE has its final
    /// response, and that INVITE's number; 0: there is none.
    #[cfg(feature = "reliable")]
    unheard: (u32, u32),
    /// Its timer.
    pub timer: Timer,
}

impl Session {
    /// Nothing was described.
    pub const EMPTY: Self = Self {
        offer: None,
        edition: Edition { version: 0, fingerprint: 0 },
        offered: Edition { version: 0, fingerprint: 0 },
        #[cfg(feature = "reliable")]
        invited: Edition { version: 0, fingerprint: 0 },
        #[cfg(feature = "reliable")]
        renewed: false,
        #[cfg(feature = "reliable")]
        acknowledged: false,
        #[cfg(feature = "reoffer")]
        answered: Answered { number: 0, version: 0, direction: Direction::SendReceive, codecs: 0 },
        #[cfg(feature = "reliable")]
        heard: 0,
        #[cfg(feature = "reliable")]
        authorized: Direction::SendReceive,
        #[cfg(feature = "reliable")]
        unheard: (0, 0),
        timer: Timer::NONE,
    };

    /// That of another branch of our INVITE, whose offer it has in common.
    #[must_use]
    pub const fn branch(self) -> Self {
        let offer = Some(Offer { by: Side::Us, carrier: Carrier::Invite });
        Self {
            offer,
            // what followed in the first one's dialog was never offered here
            #[cfg(feature = "reliable")]
            edition: Self::EMPTY.edition,
            #[cfg(feature = "reliable")]
            offered: self.invited,
            #[cfg(feature = "reliable")]
            renewed: false,
            timer: self.timer.branch(),
            #[cfg(feature = "reoffer")]
            answered: Self::EMPTY.answered,
            #[cfg(feature = "reliable")]
            heard: 0,
            #[cfg(feature = "reliable")]
            authorized: Direction::SendReceive,
            ..self
        }
    }

    /// The offer that has no answer yet.
    #[must_use]
    pub const fn offer(&self) -> Option<Offer> {
        self.offer
    }

    /// The refusal of an offer of theirs in this message; a re-INVITE without one has it too. `None`: it may be taken.
    #[must_use]
    pub const fn refusal(&self, carrier: Carrier) -> Option<Refusal> {
        match (self.offer, carrier) {
            (None, _) => None,
            // rfc6337#4.3 UAS-IsI, UAS-IsU: it crossed the offer in our response
            (Some(Offer { by: Side::Us, carrier: Carrier::Response }), _) => Some(Refusal::Later),
            // rfc3311#5.2, rfc6337#4.3 UAS-IcI, UAS-UcI, UAS-IcU, UAS-UcU
            (Some(Offer { by: Side::Us, .. }), _) => Some(Refusal::Pending),
            // rfc3311#5.2, rfc6337#4.3 UAS-IsI, UAS-UsI, UAS-IsU, UAS-UsU
            (Some(Offer { by: Side::Them, .. }), _) => Some(Refusal::Later),
        }
    }

    /// An offer left, or came.
    pub const fn begin(&mut self, by: Side, carrier: Carrier) {
        self.offer = Some(Offer { by, carrier });
        // rfc3262#3: each transaction counts for itself
        #[cfg(feature = "reliable")]
        if let (Side::Us, Carrier::Invite) = (by, carrier) {
            (self.heard, self.authorized) = (0, Direction::SendReceive);
        }
        #[cfg(feature = "reliable")]
        if let Side::Us = by {
            self.renewed = !matches!(carrier, Carrier::Invite);
        }
    }

    /// An offer of ours has followed the INVITE's.
    #[cfg(feature = "reliable")]
    #[must_use]
    pub const fn is_renewed(&self) -> bool {
        self.renewed
    }

    /// A PRACK for a reliable provisional response of ours came.
    #[cfg(feature = "reliable")]
    pub const fn acknowledge(&mut self) {
        self.acknowledged = true;
    }

    /// The far end has the early dialog of its INVITE for sure: such a PRACK came (rfc4916#4.2).
    #[cfg(feature = "reliable")]
    #[must_use]
    pub const fn is_acknowledged(&self) -> bool {
        self.acknowledged
    }

    /// Our INVITE's offer has no answer yet.
    #[must_use]
    pub const fn awaits_answer(&self) -> bool {
        matches!(self.offer, Some(Offer { by: Side::Us, carrier: Carrier::Invite }))
    }

    /// A reliable provisional response with this number is the next one (rfc3262#4); any may be the first.
    #[cfg(feature = "reliable")]
    #[must_use]
    pub const fn is_next(&self, number: u32) -> bool {
        self.heard == 0 || self.heard.wrapping_add(1) == number
    }

    /// It is acknowledged.
    #[cfg(feature = "reliable")]
    pub const fn hear(&mut self, number: u32) {
        self.heard = number;
    }

    /// The network authorises early media in these directions, as the far end sees them; the answer authorises both.
    /// True: they have changed.
    #[cfg(feature = "reliable")]
    pub fn authorize(&mut self, directions: Direction) -> bool {
        core::mem::replace(&mut self.authorized, directions) != directions
    }

    /// The early media that it authorises, as the far end sees its directions.
    #[cfg(feature = "reliable")]
    #[must_use]
    pub const fn authorized(&self) -> Direction {
        self.authorized
    }

    /// An INVITE of theirs with this number has its final response, but its last provisional one, of number `rseq`, has
    /// no PRACK yet.
    #[cfg(feature = "reliable")]
    pub const fn leave_unheard(&mut self, rseq: u32, invite: u32) {
        self.unheard = (rseq, invite);
    }

    /// It is such a response: rfc3262#3: its PRACK is still to be taken.
    #[cfg(feature = "reliable")]
    #[must_use]
    pub const fn is_unheard(&self, rseq: u32, invite: u32) -> bool {
        rseq != 0 && self.unheard.0 == rseq && self.unheard.1 == invite
    }

    /// The offer that was out has its answer.
    pub fn answer(&mut self) {
        if matches!(self.offer.take(), Some(Offer { by: Side::Us, .. })) {
            self.edition = self.offered;
        }
    }

    /// The offer of this side came to nothing: it was refused, or has no usable answer.
    pub fn withdraw(&mut self, by: Side) {
        if self.offer.is_some_and(|offer| offer.by == by) {
            self.offer = None;
        }
    }

    /// The edition of a description of ours with these contents: it grows with a change, and only then (rfc3264#8).
    #[must_use]
    pub const fn next(&self, fingerprint: u32) -> Edition {
        let Edition { version, fingerprint: before } = self.edition;
        let grows = before != 0 && before != fingerprint;
        Edition { version: version.wrapping_add(grows as u32), fingerprint }
    }

    /// The edition of our last description that counts.
    #[must_use]
    pub const fn edition(&self) -> Edition {
        self.edition
    }

    /// A description of ours was written: an offer counts once it is answered, an answer at once.
    pub fn describe(&mut self, edition: Edition) {
        match self.offer {
            Some(Offer { by: Side::Us, .. }) => self.offered = edition,
            _ => self.edition = edition,
        }
        #[cfg(feature = "reliable")]
        if self.awaits_answer() {
            self.invited = edition;
        }
    }

    /// An UPDATE or a PRACK of theirs with this number got its answer.
    #[cfg(feature = "reoffer")]
    pub const fn answer_update(&mut self, answered: Answered) {
        self.answered = answered;
        self.offer = None;
    }

    /// The answer that the request with this number got.
    #[cfg(feature = "reoffer")]
    #[must_use]
    pub fn answered(&self, number: u32) -> Option<Answered> {
        Some(self.answered).filter(|answered| answered.number == number && number != 0)
    }
}

/// The sender of a message takes UPDATE (rfc3311#4); `None`: it does not say.
#[cfg(any(feature = "timers", feature = "reliable"))]
fn takes_updates(message: &Message<'_>) -> Option<bool> {
    let lists = || message.tokens(Name::Allow).any(|method| method.eq_ignore_ascii_case(b"UPDATE"));
    message.has(Name::Allow).then(lists)
}

#[cfg(test)]
mod tests;
