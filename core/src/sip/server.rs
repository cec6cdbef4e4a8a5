//! The server transaction: that of INVITE (RFC 3261 §17.2.1 with RFC 6026), together with the 2xx that its user repeats
//! until the ACK (§13.3.1.4), and that of every other method (§17.2.2 with RFC 4320).
//!
//! A request of another method whose response leaves at once needs none: a tombstone absorbs its repetitions.

use super::timer::{T1, T1_64, T2, T4};
use crate::base::time::{Duration, Instant};

/// 100 Trying leaves for a request other than INVITE when its sender's timer E has come to T2 (rfc4320#4.1): after
/// 500 ms, 1 s and 2 s.
const TRYING_LATE: Duration = T1.times(7);

/// The state of a server transaction.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum State {
    /// Without a final response.
    #[default]
    Proceeding,
    /// An INVITE is refused: the response is repeated until the ACK (timers G and H). Another request has its final
    /// response, which each repetition of it gets again (timer J).
    Completed,
    /// Accepted: the 2xx is repeated until the ACK (RFC 6026 state Accepted, and the core's own repetition).
    Accepted,
}

/// A further reliable provisional response keeps an INVITE that waits alive (rfc3262#3).
#[cfg(feature = "reliable")]
const EXTEND: Duration = Duration::from_secs(150);

/// The acknowledgement of the last provisional response (RFC 3262).
#[cfg(feature = "reliable")]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Prack {
    /// It is not reliable.
    #[default]
    None,
    /// It has not come.
    Awaited,
    /// It came.
    Came,
}

/// A server transaction. A timer that does not run is [`Instant::NEVER`].
#[derive(Clone, Copy, Debug)]
pub struct Server {
    state: State,
    /// It is an INVITE's.
    invite: bool,
    reliable: bool,
    interval: Duration,
    resend: Instant,
    expire: Instant,
    trying: Instant,
    #[cfg(feature = "reliable")]
    prack: Prack,
}

/// The action that a timer asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expiry {
    /// Nothing was due.
    Nothing,
    /// Too long without a response: 100 Trying.
    Trying,
    /// Send the response again.
    Resend,
    /// No ACK came for a refusal (timer H), or no more repetitions are to come (timer J): over.
    Over,
    /// No ACK came for a 2xx: the session is to be ended with BYE (rfc3261#13.3.1.4).
    Unacknowledged,
    /// No PRACK came for a provisional response: the INVITE is to be refused (rfc3262#3).
    #[cfg(feature = "reliable")]
    Unheard,
    /// The INVITE has waited for long: another provisional response (rfc3262#3).
    #[cfg(feature = "reliable")]
    Extend,
}

impl Server {
    /// Nothing came.
    pub const EMPTY: Self = Self {
        state: State::Proceeding,
        invite: false,
        reliable: false,
        interval: Duration::ZERO,
        resend: Instant::NEVER,
        expire: Instant::NEVER,
        trying: Instant::NEVER,
        #[cfg(feature = "reliable")]
        prack: Prack::None,
    };

    /// An INVITE came.
    #[must_use]
    pub fn start(now: Instant, reliable: bool, trying_after: Duration) -> Self {
        Self {
            state: State::Proceeding,
            invite: true,
            reliable,
            interval: T1,
            resend: Instant::NEVER,
            expire: Instant::NEVER,
            trying: now + trying_after,
            #[cfg(feature = "reliable")]
            prack: Prack::None,
        }
    }

    /// A request of another method came, which has to wait for its response.
    #[must_use]
    pub fn start_other(now: Instant, reliable: bool) -> Self {
        Self { invite: false, ..Self::start(now, reliable, TRYING_LATE) }
    }

    /// It is an INVITE's: its final response wants an ACK.
    #[must_use]
    pub const fn is_invite(&self) -> bool {
        self.invite
    }

    /// Its state.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Its next deadline.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.resend.min(self.expire).min(self.trying)
    }

    /// A response with this status is given for the first time.
    pub fn handle_response(&mut self, now: Instant, status: u16) {
        self.trying = Instant::NEVER;
        match status {
            _ if !self.invite => {
                if status >= 200 {
                    self.state = State::Completed;
                    // rfc3261#17.2.2 timer J: on a stream nothing is repeated, but the response has to leave first
                    self.expire = now + if self.reliable { T4 } else { T1_64 };
                }
            }
            ..=199 => {
                // rfc3261#13.3.1.1: a provisional response is repeated each minute, or proxies cancel the call
                self.resend = if status > 100 { now + Duration::from_secs(60) } else { Instant::NEVER };
                #[cfg(feature = "reliable")]
                (self.prack = Prack::None);
            }
            200..=299 => {
                self.state = State::Accepted;
                self.interval = T1;
                // rfc3261#13.3.1.4: the 2xx is repeated on every transport, for a proxy behind the first hop may use
                // datagrams
                self.resend = now + T1;
                self.expire = now + T1_64;
            }
            _ => {
                self.state = State::Completed;
                self.interval = T1;
                self.resend = if self.reliable { Instant::NEVER } else { now + T1 }; // rfc3261#17.2.1 timer G
                self.expire = now + T1_64; // timer H
            }
        }
    }

    /// A provisional response is given for the first time, and is reliable. rfc3262#3: its repetitions have no ceiling,
    /// on every transport, for a proxy behind the first hop may use datagrams.
    #[cfg(feature = "reliable")]
    pub fn handle_reliable(&mut self, now: Instant) {
        self.trying = Instant::NEVER;
        self.prack = Prack::Awaited;
        self.interval = T1;
        self.resend = now + T1;
        self.expire = now + T1_64;
    }

    /// The PRACK of the last provisional response.
    #[cfg(feature = "reliable")]
    #[must_use]
    pub const fn prack(&self) -> Prack {
        self.prack
    }

    /// That PRACK came. Behind a final response it changes no timer.
    #[cfg(feature = "reliable")]
    pub fn handle_prack(&mut self, now: Instant) {
        self.prack = Prack::Came;
        if self.state == State::Proceeding {
            self.expire = Instant::NEVER;
            self.resend = now + EXTEND;
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) -> Expiry {
        if self.expire <= now {
            self.expire = Instant::NEVER;
            self.resend = Instant::NEVER;
            #[cfg(feature = "reliable")]
            if self.state == State::Proceeding {
                return Expiry::Unheard;
            }
            return if self.state == State::Accepted { Expiry::Unacknowledged } else { Expiry::Over };
        }
        if self.trying <= now {
            self.trying = Instant::NEVER;
            return Expiry::Trying;
        }
        if self.resend <= now {
            #[cfg(feature = "reliable")]
            if self.state == State::Proceeding && self.prack != Prack::None {
                if self.prack == Prack::Came {
                    self.resend = now + EXTEND;
                    return Expiry::Extend;
                }
                self.interval = self.interval.times(2);
                self.resend = now + self.interval;
                return Expiry::Resend;
            }
            if self.state == State::Proceeding {
                self.resend = now + Duration::from_secs(60);
            } else {
                self.interval = self.interval.times(2).min(T2);
                self.resend = now + self.interval;
            }
            return Expiry::Resend;
        }
        Expiry::Nothing
    }
}

#[cfg(test)]
mod tests;
