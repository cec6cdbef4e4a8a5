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

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) -> Expiry {
        if self.expire <= now {
            self.expire = Instant::NEVER;
            self.resend = Instant::NEVER;
            return if self.state == State::Accepted { Expiry::Unacknowledged } else { Expiry::Over };
        }
        if self.trying <= now {
            self.trying = Instant::NEVER;
            return Expiry::Trying;
        }
        if self.resend <= now {
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
