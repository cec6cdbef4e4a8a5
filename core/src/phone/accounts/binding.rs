//! One account's binding: its states, its lifetime, its next try.

use super::account::Account;
#[cfg(feature = "stream")]
use crate::base::limits::PONG_S;
use crate::base::limits::{KEEPALIVE, PING, RETRY_AFTER_LONGEST, STREAM_STEADY_S};
use crate::base::time::{Duration, Instant};
use crate::phone::context::Context;
use crate::phone::place::Place;
use crate::phone::{AccountState, Cause, Flow};
use crate::sip::backoff;
use crate::wire::sip::{Address, Message, Name, Uri};
use core::net::SocketAddr;

/// A registration has changed, and this follows for others.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) enum Registered {
    Nothing,
    /// A REGISTER is to be sent.
    Again,
    /// It is bound, as it was before or not.
    Bound {
        seconds: u32,
        again: bool,
    },
    /// The binding is taken back.
    Unbound,
    /// It failed, and is tried again in so many seconds, or never.
    Failed {
        cause: Cause,
        sip_code: u16,
        next: Option<u32>,
    },
}

impl Account {
    /// It has this state from now on, with an event.
    pub(super) fn reach(&mut self, now: Instant, state: AccountState, cause: Cause, status: u16) {
        if (self.state, self.cause, self.sip_code) != (state, cause, status) {
            (self.state, self.cause, self.sip_code) = (state, cause, status);
            self.pending |= 1 << state as u32;
            self.changed_at = now.stamp();
        }
    }

    /// The lifetime that a REGISTER asks for now; 0 takes the binding back.
    pub(super) fn asks(&self) -> u32 {
        if self.registration.wanted { self.registration.ask } else { 0 }
    }

    fn unbind(&mut self) {
        self.registration.expires = Instant::NEVER;
        self.registration.keepalive_at = Instant::NEVER;
    }

    /// The request that took the binding back is over, however it ended; meanwhile a new one may be wanted.
    pub(super) fn taken_back(&mut self, now: Instant, status: u16) -> Registered {
        self.unbind();
        if self.registration.wanted { Registered::Again } else { self.unregistered(now, status) }
    }

    fn unregistered(&mut self, now: Instant, status: u16) -> Registered {
        self.unbind();
        #[cfg(feature = "subscribe")]
        self.unsolicited.forget_mailbox();
        self.registration.next = Instant::NEVER;
        self.reach(now, AccountState::Unregistered, Cause::Normal, status);
        Registered::Unbound
    }

    /// It failed: once more later, where time can help.
    pub(super) fn failed(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        cause: Cause,
        status: u16,
        after: u32,
    ) -> Registered {
        if self.registration.asked == 0 {
            return self.taken_back(cx.latest, status);
        }
        if !self.registration.wanted {
            // a refresh failed, but its binding is still there
            return if self.is_bound() { Registered::Again } else { self.unregistered(cx.latest, status) };
        }
        self.registration.failures = self.registration.failures.saturating_add(1);
        // a wrong password stays wrong: only the application can help (and a registrar that locks accounts is not
        // provoked)
        let updated = core::mem::take(&mut self.registration.again);
        let hopeless = cause.is_about_credentials() && !updated;
        // rfc3261#21.4.4: these are not to be repeated as they are; but a registrar that is set up anew takes them, so
        // they come back rarely
        let to_be_lifted = matches!(status, 403..=405 | 416 | 420 | 501 | 604);
        self.registration.refusals = if to_be_lifted { self.registration.refusals.saturating_add(1) } else { 0 };
        // rfc3261#10.2.4: a refresh that failed takes nothing back; the binding lasts as long as was granted
        if hopeless || self.registration.expires <= now {
            self.unbind();
        }
        self.registration.next = if updated {
            now
        } else if hopeless {
            Instant::NEVER
        } else if after > 0 {
            // rfc3261#20.33: not before Retry-After; a little later at random, so that phones do not come back together
            now + Duration::from_secs(u64::from(after.min(RETRY_AFTER_LONGEST)))
                + Duration::from_millis(u64::from(cx.rng.below(1000)))
        } else if to_be_lifted {
            now + backoff::repair(self.registration.refusals, &mut cx.rng)
        } else {
            now + backoff::wait(u32::from(self.registration.failures), &mut cx.rng)
        };
        let next = (!hopeless).then(|| self.registration.next.since(now).secs() as u32);
        self.reach(cx.latest, AccountState::Failed, cause, status);
        Registered::Failed { cause, sip_code: status, next }
    }

    /// It is bound over this flow from now on.
    pub(super) fn bound_over(&mut self, now: Instant, flow: Flow) {
        let registration = &mut self.registration;
        if !flow.is_reliable() {
            (registration.stream, registration.stream_since) = (Place::EMPTY, 0);
        } else if registration.stream_since == 0 || registration.stream.flow() != flow {
            (registration.stream, registration.stream_since) = (Place::new(flow), now.stamp().max(1));
        }
    }

    /// The stream that it is bound over is gone.
    pub(super) fn stream_lost(&mut self, cx: &mut Context<'_>, now: Instant) -> Registered {
        self.registration.stream = Place::EMPTY;
        let since = core::mem::take(&mut self.registration.stream_since);
        let steady = since != 0 && now.since(now.back_to(since)) >= Duration::from_secs(STREAM_STEADY_S);
        if !self.is_bound() || !self.registration.wanted {
            return Registered::Nothing;
        }
        self.registration.losses = if steady { 0 } else { self.registration.losses.saturating_add(1) };
        // the first may have been chance
        if self.registration.losses <= 1 {
            return Registered::Again;
        }
        let wait = backoff::wait(u32::from(self.registration.losses - 1), &mut cx.rng);
        self.registration.next = now + wait;
        self.reach(cx.latest, AccountState::Failed, Cause::Unreachable, 0);
        Registered::Failed { cause: Cause::Unreachable, sip_code: 0, next: Some(wait.secs() as u32) }
    }

    /// The binding's time is over: no caller reaches us by it, even while a refresh is under way. True: that is to have
    /// an event.
    pub(super) fn lapse(&mut self, now: Instant) -> bool {
        self.unbind();
        let told = self.state == AccountState::Registered && self.registration.wanted;
        if told {
            self.reach(now, AccountState::Registering, Cause::Normal, 0);
        }
        told
    }

    /// Keepalives go over this flow from now on.
    pub(super) fn keep_alive(&mut self, now: Instant, flow: Flow) {
        #[cfg(feature = "stream")]
        if !flow.is_reliable() || !self.hop.is_some_and(|hop| hop.flow() == flow) {
            (self.registration.pongs, self.registration.pong_by) = (false, Instant::NEVER);
        }
        self.registration.keepalive_at = self.next_keepalive(now, flow);
    }

    fn next_keepalive(&self, now: Instant, flow: Flow) -> Instant {
        let usual = if flow.is_reliable() { PING } else { KEEPALIVE };
        match self.keepalive {
            u32::MAX => Instant::NEVER,
            0 => now + Duration::from_secs(u64::from(usual)),
            seconds => now + Duration::from_secs(u64::from(seconds)),
        }
    }

    /// A keepalive is owed; where pings are answered, its pong is waited for.
    pub(super) fn ping(&mut self, now: Instant) {
        self.registration.keepalive_owed = true;
        let Some(flow) = self.hop.map(|hop| hop.flow()) else {
            self.registration.keepalive_at = Instant::NEVER;
            return;
        };
        self.registration.keepalive_at = self.next_keepalive(now, flow);
        #[cfg(feature = "stream")]
        if flow.is_reliable() {
            self.registration.pinged = true;
            if self.registration.pongs {
                self.registration.pong_by = self.registration.pong_by.min(now + Duration::from_secs(PONG_S));
            }
        }
    }

    /// The stream whose pong did not come in time.
    #[cfg(feature = "stream")]
    pub(super) fn take_silent_stream(&mut self, now: Instant) -> Option<Flow> {
        if self.registration.pong_by > now {
            return None;
        }
        (self.registration.pongs, self.registration.pong_by) = (false, Instant::NEVER);
        let hop = self.hop.filter(|hop| hop.flow().is_reliable())?;
        self.registration.failed_stream = Some(hop);
        Some(hop.flow())
    }
}

/// The lifetime of our binding (rfc3261#10.2.4): that of its Contact, else the Expires, else the one asked for.
///
/// The response lists the bindings of all phones of the user, and proxies rewrite them: ours has our secret, else our
/// user, else our host and port, and the more of these, in this order, the better. Of equals the one that ends first
/// counts, for to come early does no harm; but one that has ended is older than the new binding. None is ours: the
/// registrar keeps it in a form of its own, and a 2xx is a success.
pub(super) fn granted(response: &Message<'_>, account: &Account, text: &[u8], local: Option<SocketAddr>) -> u32 {
    let otherwise = response.expires().unwrap_or(account.registration.ask);
    let mut best = ((false, false, false), otherwise);
    for contact in response.values(Name::Contact).filter_map(Address::parse) {
        let Ok(uri) = Uri::parse(contact.uri) else { continue };
        let here =
            local.is_some_and(|local| uri.host.ip() == Some(local.ip()) && uri.port.unwrap_or(5060) == local.port());
        let marks = (account.is_named_by(&uri), uri.user == Some(account.call_user().of(text)), here);
        let lasts = contact.expires().unwrap_or(otherwise);
        let ends_first = marks == best.0 && lasts != 0 && (best.1 == 0 || lasts < best.1);
        if marks > best.0 || marks != (false, false, false) && ends_first {
            best = (marks, lasts);
        }
    }
    best.1
}
