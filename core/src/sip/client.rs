//! The client transactions: INVITE (RFC 3261 §17.1.1 with RFC 6026) and all others (§17.1.2).

use super::timer::{D, T1, T1_64, T2, T4};
use crate::base::time::{Duration, Instant};

/// The state of a client transaction.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum State {
    /// Nothing is sent yet.
    #[default]
    Idle,
    /// Calling (INVITE) or Trying: sent, no response yet.
    Calling,
    /// A provisional response came.
    Proceeding,
    /// A final response came; repetitions of it are absorbed (and acknowledged, for INVITE).
    Completed,
    /// Over.
    Terminated,
}

/// A client transaction. `resend` is timer A or E, `expire` is B, F, D or K; [`Instant::NEVER`] while one does not run.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    state: State,
    invite: bool,
    reliable: bool,
    interval: Duration,
    resend: Instant,
    expire: Instant,
}

/// The action that a timer asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expiry {
    /// Nothing was due.
    Nothing,
    /// Send the request again.
    Resend,
    /// No response came (408).
    TimedOut,
    /// It is over; its slot may go.
    Over,
}

/// The meaning of a response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Heard {
    /// Tell the user.
    Pass,
    /// Tell the user, and acknowledge (a final response of 300 or more to an INVITE).
    PassAndAck,
    /// A repetition: acknowledge again.
    Ack,
    /// A repetition: nothing.
    Absorb,
}

impl Client {
    /// Nothing sent.
    pub const EMPTY: Self = Self {
        state: State::Idle,
        invite: false,
        reliable: false,
        interval: Duration::ZERO,
        resend: Instant::NEVER,
        expire: Instant::NEVER,
    };

    /// Sent for the first time.
    #[must_use]
    pub fn start(now: Instant, invite: bool, reliable: bool) -> Self {
        Self {
            state: State::Calling,
            invite,
            reliable,
            interval: T1,
            // rfc3261#17.1.1.2 timer A, rfc3261#17.1.2.2 timer E: on unreliable transports only
            resend: if reliable { Instant::NEVER } else { now + T1 },
            // timers B and F
            expire: now + T1_64,
        }
    }

    /// Its state.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Its next deadline.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.resend.min(self.expire)
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) -> Expiry {
        if self.expire <= now {
            let over = self.state == State::Completed;
            self.state = State::Terminated;
            self.resend = Instant::NEVER;
            self.expire = Instant::NEVER;
            return if over { Expiry::Over } else { Expiry::TimedOut };
        }
        if self.resend <= now {
            self.interval = if self.invite {
                self.interval.times(2) // rfc3261#17.1.1.2: A doubles without a ceiling
            } else if self.state == State::Proceeding {
                T2 // rfc3261#17.1.2.2: in Proceeding, E is T2
            } else {
                self.interval.times(2).min(T2)
            };
            self.resend = now + self.interval;
            return Expiry::Resend;
        }
        Expiry::Nothing
    }

    /// A response with this status came.
    pub fn handle_response(&mut self, now: Instant, status: u16) -> Heard {
        match (self.state, status) {
            (State::Completed, 300..) if self.invite => Heard::Ack,
            (State::Completed | State::Terminated | State::Idle, _) => Heard::Absorb,
            (State::Proceeding, ..=199) => Heard::Pass, // a CANCEL's limit stays
            (_, ..=199) => {
                if self.invite {
                    // rfc3261#17.1.1.2: a provisional response stops both timers; ringing may take long
                    self.resend = Instant::NEVER;
                    self.expire = Instant::NEVER;
                }
                // rfc3261#17.1.2.2: others go on; the running E is kept, and is T2 from its next turn on
                self.state = State::Proceeding;
                Heard::Pass
            }
            (_, 200..=299) if self.invite => {
                // rfc6026#7.2: Accepted. Its timer M is the call's: a 2xx that comes again finds the dialog by its
                // tags.
                self.state = State::Terminated;
                self.resend = Instant::NEVER;
                self.expire = Instant::NEVER;
                Heard::Pass
            }
            _ => {
                self.resend = Instant::NEVER;
                self.state = State::Completed;
                let wait = match (self.reliable, self.invite) {
                    // timer D. rfc3261#17.1.1.2 needs none on a stream, where nothing is repeated; but another branch's
                    // 2xx may come behind a refusal there too, and finds its dialog through this one (rfc6026#7.2)
                    (_, true) => D,
                    (true, false) => Duration::ZERO,
                    (false, false) => T4, // timer K
                };
                self.expire = now + wait;
                if self.invite { Heard::PassAndAck } else { Heard::Pass }
            }
        }
    }

    /// A CANCEL could not be sent yet: the wait for the end is bounded all the same.
    pub fn handle_given_up(&mut self, now: Instant) {
        self.expire = self.expire.min(now + T1_64);
    }

    /// A CANCEL was sent: if no final response comes within 64·T1, the transaction is as good as cancelled
    /// (rfc3261#9.1).
    pub fn handle_cancelled(&mut self, now: Instant) {
        self.expire = now + T1_64;
    }
}

#[cfg(test)]
mod tests;
