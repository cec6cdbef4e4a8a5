//! Registering and staying registered (RFC 3261 §10), and the keepalive of its flow.

use super::Accounts;
use super::account::Account;
use crate::base::limits::{INTERVAL_TRIES, KEEPALIVE, RETRY_AFTER_LONGEST, STREAM_STEADY_S};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::context::Context;
use crate::phone::object::Object;
use crate::phone::place::Place;
use crate::phone::{AccountState, Cause, Flow};
use crate::sip::backoff;
use crate::wire::sip::{Address, Message, Name, Start, Uri};
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

/// One of the things that an account has to do when its deadline has passed.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) enum Todo {
    Nothing,
    /// The binding has ended, which is to be told.
    Lapsed,
    /// A REGISTER is to be sent.
    Register,
}

/// A REGISTER that nobody wants any more.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) struct Withdrawn {
    /// Something is bound, which is to be taken back.
    pub(in crate::phone) bound: bool,
    /// The request under way.
    pub(in crate::phone) request: Handle,
}

impl Accounts<'_> {
    /// A REGISTER is to be sent: gives the way that is known. `None`: one is under way, and what is wanted then is done
    /// when that one ends.
    pub(in crate::phone) fn registers(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
    ) -> Option<Option<Place>> {
        let account = self.slots.get_mut(handle)?;
        account.registration.next = Instant::NEVER;
        if !account.registration.request.is_none() {
            self.wake(cx, handle);
            return None;
        }
        account.registration.asked = account.asks();
        // a binding is taken back where it was made, and the end of a phone waits for no name
        Some(if account.registration.asked == 0 { account.hop } else { account.fresh_hop(now) })
    }

    /// The account's request has a slot; or every slot is busy, and it tries again when the first of them may be free.
    /// True: it is registering from now on.
    pub(in crate::phone) fn begun(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
        request: Option<Handle>,
    ) -> bool {
        let Some(account) = self.slots.get_mut(handle) else { return false };
        match request {
            Some(request) => account.registration.request = request,
            None => account.registration.next = now + Duration::from_secs(1),
        }
        // a refresh changes nothing that anybody waits for
        let new = request.is_some() && account.registration.wanted && !account.is_bound();
        if new {
            account.reach(cx.latest, AccountState::Registering, Cause::Normal, 0);
        }
        self.wake(cx, handle);
        new
    }

    /// The account's request is over.
    pub(in crate::phone) fn release(&mut self, handle: Handle, request: Handle) {
        if let Some(account) = self.slots.get_mut(handle)
            && account.registration.request == request
        {
            account.registration.request = Handle::NONE;
        }
    }

    /// The number of the next REGISTER.
    pub(in crate::phone) fn next_number(&mut self, handle: Handle) -> u32 {
        self.slots.get_mut(handle).map_or(1, |account| {
            account.registration.number += 1;
            account.registration.number
        })
    }

    /// The account is to be registered, and kept so.
    pub(in crate::phone) fn want(&mut self, cx: &Context<'_>, handle: Handle) {
        let Some(account) = self.slots.get_mut(handle) else { return };
        account.registration.wanted = true;
        account.registration.failures = 0;
        account.registration.losses = 0;
        account.registration.interval_tries = 0;
        account.registration.refusals = 0;
        account.registration.ask = account.wished_expires;
        account.reach(cx.latest, AccountState::Registering, Cause::Normal, 0);
    }

    /// The account registers at all.
    pub(in crate::phone) fn may_register(&self, handle: Handle) -> bool {
        self.slots.get(handle).is_some_and(|account| !account.no_register)
    }

    /// The account is to be registered no more.
    pub(in crate::phone) fn withdraw(&mut self, cx: &mut Context<'_>, handle: Handle) -> Option<Withdrawn> {
        let account = self.slots.get_mut(handle)?;
        account.registration.wanted = false;
        account.registration.next = Instant::NEVER;
        let withdrawn = Withdrawn { bound: account.is_bound(), request: account.registration.request };
        self.wake(cx, handle);
        Some(withdrawn)
    }

    /// Nothing was bound that would have to be taken back.
    pub(in crate::phone) fn withdrawn(&mut self, cx: &Context<'_>, handle: Handle) {
        let Some(account) = self.slots.get_mut(handle) else { return };
        if account.state != AccountState::Unregistered {
            account.reach(cx.latest, AccountState::Unregistered, Cause::Normal, 0);
        }
    }

    /// The account goes once its registration has ended.
    pub(in crate::phone) fn leave(&mut self, handle: Handle) {
        if let Some(account) = self.slots.get_mut(handle) {
            account.leaving = true;
        }
    }

    /// Nothing of an account that was removed is under way. `told`: whether it has to have told its end, too.
    pub(in crate::phone) fn has_left(&self, handle: Handle, told: bool) -> bool {
        self.slots.get(handle).is_some_and(|account| {
            account.leaving && account.registration.request.is_none() && (account.pending == 0 || !told)
        })
    }

    /// REGISTER was answered, and its request is over. `local`: the address that it left from.
    pub(in crate::phone) fn answered(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
        (flow, local): (Flow, Option<SocketAddr>),
        (response, status): (&Message<'_>, u16),
    ) -> Registered {
        let Some(account) = self.slots.get_mut(handle) else { return Registered::Nothing };
        let text = self.text.get_mut(handle.index);
        if let Start::Response { reason, .. } = response.start() {
            account.keep_reason(text, reason);
        }
        let wanted = account.registration.wanted;
        let outcome = match status {
            _ if account.registration.asked == 0 => account.taken_back(cx.latest, status),
            200..=299 => match granted(response, account, text, local) {
                // the registrar took it and bound nothing: as good as a refusal, and one more of a row
                0 => account.failed(cx, now, Cause::Protocol, status, 0),
                expires => {
                    let again = account.is_bound();
                    account.registration.failures = 0;
                    account.registration.interval_tries = 0;
                    account.registration.refusals = 0;
                    account.registration.expires = now + Duration::from_secs(u64::from(expires));
                    if flow.is_reliable() && account.registration.stream_since == 0 {
                        account.registration.stream_since = now.stamp().max(1);
                    }
                    if wanted {
                        account.registration.next = now + backoff::refresh_after(expires);
                        account.keep_alive(now, flow);
                        account.reach(cx.latest, AccountState::Registered, Cause::Normal, status);
                        Registered::Bound { seconds: expires, again }
                    } else {
                        // it was given up while this was on its way: what is bound is taken back
                        Registered::Again
                    }
                }
            },
            // rfc3261#10.3 step 7, #21.4.17: too brief; ask for what it wants
            423 if wanted && account.registration.interval_tries < INTERVAL_TRIES => {
                let least = response.seconds(Name::MinExpires).unwrap_or(0);
                account.registration.interval_tries += 1;
                if least > account.registration.ask {
                    account.registration.ask = least;
                    Registered::Again
                } else {
                    account.failed(cx, now, Cause::Protocol, status, 0)
                }
            }
            _ => {
                let after = response.seconds(Name::RetryAfter).unwrap_or(0);
                let cause = if matches!(status, 401 | 407) { account.refused } else { Cause::Refused };
                account.failed(cx, now, cause, status, after)
            }
        };
        self.wake(cx, handle);
        outcome
    }

    /// REGISTER came to nothing.
    pub(in crate::phone) fn failed(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
        cause: Cause,
        status: u16,
    ) -> Registered {
        let Some(account) = self.slots.get_mut(handle) else { return Registered::Nothing };
        let outcome = account.failed(cx, now, cause, status, 0);
        self.wake(cx, handle);
        outcome
    }

    /// The deadline of an account has passed: its binding's end, refresh, retry, keepalive, or the look for trusted
    /// hosts. Asked until there is nothing to do.
    pub(in crate::phone) fn due(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) -> Todo {
        let Some(account) = self.slots.get_mut(handle) else { return Todo::Nothing };
        if account.registration.expires <= now && account.lapse(cx.latest) {
            return Todo::Lapsed;
        }
        if account.registration.keepalive_at <= now {
            account.registration.keepalive_owed = true;
            account.registration.keepalive_at = now + Duration::from_secs(u64::from(account.keepalive));
            cx.owe(Object::Account(handle.index));
        }
        if account.registration.next <= now {
            account.registration.next = Instant::NEVER;
            return Todo::Register;
        }
        if account.trusted_at <= now {
            self.look_up_trusted(cx, now, handle);
        }
        self.wake(cx, handle);
        Todo::Nothing
    }

    /// The host's addresses changed: the way is out of date. Gives the request under way, which names an address that
    /// is gone, where the account is to be bound anew; one that was refused for good is not provoked again.
    pub(in crate::phone) fn moved(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) -> Option<Handle> {
        self.forget_hop(handle);
        self.look_up_trusted(cx, now, handle);
        let account = self.slots.get(handle)?;
        let registration = &account.registration;
        let alive = !registration.request.is_none() || account.is_bound() || registration.next != Instant::NEVER;
        (registration.wanted && alive).then_some(registration.request)
    }

    /// A stream is gone. What is bound over it cannot be reached any more (rfc5626#4.4.1): it is bound anew at once; or
    /// later, where a stream after the other closes as soon as it has brought a binding, for each of them is a success.
    pub(in crate::phone) fn flow_failed(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
        flow: Flow,
    ) -> Registered {
        let account = self.slots.get_mut(handle);
        let Some(account) = account.filter(|account| account.hop.is_some_and(|hop| hop.flow() == flow)) else {
            return Registered::Nothing;
        };
        account.hop = None;
        let outcome = account.stream_lost(cx, now);
        self.wake(cx, handle);
        outcome
    }
}

impl Account {
    /// It has this state from now on, and tells it.
    fn reach(&mut self, now: Instant, state: AccountState, cause: Cause, status: u16) {
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
    fn taken_back(&mut self, now: Instant, status: u16) -> Registered {
        self.unbind();
        if self.registration.wanted { Registered::Again } else { self.unregistered(now, status) }
    }

    fn unregistered(&mut self, now: Instant, status: u16) -> Registered {
        self.unbind();
        self.registration.next = Instant::NEVER;
        self.reach(now, AccountState::Unregistered, Cause::Normal, status);
        Registered::Unbound
    }

    /// It failed: once more later, where time can help.
    fn failed(&mut self, cx: &mut Context<'_>, now: Instant, cause: Cause, status: u16, after: u32) -> Registered {
        if self.registration.asked == 0 {
            return self.taken_back(cx.latest, status);
        }
        if !self.registration.wanted {
            // a refresh failed, but what it was to refresh is still there
            return if self.is_bound() { Registered::Again } else { self.unregistered(cx.latest, status) };
        }
        self.registration.failures = self.registration.failures.saturating_add(1);
        // a wrong password stays wrong: only the application can help (and a registrar that locks accounts is not
        // provoked)
        let hopeless = cause.is_about_credentials();
        // rfc3261#21.4.4: these are not to be repeated as they are; but a registrar that is set up anew takes them, so
        // they come back rarely
        let to_be_lifted = matches!(status, 403..=405 | 416 | 420 | 501 | 604);
        self.registration.refusals = if to_be_lifted { self.registration.refusals.saturating_add(1) } else { 0 };
        // rfc3261#10.2.4: a refresh that failed takes nothing back; what is bound lasts as long as was granted
        if hopeless || self.registration.expires <= now {
            self.unbind();
        }
        self.registration.next = if hopeless {
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

    /// The stream to the registrar is gone.
    fn stream_lost(&mut self, cx: &mut Context<'_>, now: Instant) -> Registered {
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

    /// The binding's time is over: nobody reaches us by it, whatever the refresh that is under way waits for. True:
    /// that is to be told.
    fn lapse(&mut self, now: Instant) -> bool {
        self.unbind();
        let told = self.state == AccountState::Registered && self.registration.wanted;
        if told {
            self.reach(now, AccountState::Registering, Cause::Normal, 0);
        }
        told
    }

    fn keep_alive(&mut self, now: Instant, flow: Flow) {
        if self.keepalive == 0 {
            self.keepalive = KEEPALIVE;
        }
        self.registration.keepalive_at = if self.keepalive == u32::MAX || flow.is_reliable() {
            Instant::NEVER
        } else {
            now + Duration::from_secs(u64::from(self.keepalive))
        };
    }
}

/// How long our binding lasts (rfc3261#10.2.4): as its Contact says, else the Expires, else as was asked.
///
/// The response lists the bindings of all phones of the user, and proxies rewrite them: ours has our secret, else our
/// user, else our host and port, and the more of these, in this order, the better. Of equals the one that ends first
/// counts, for to come early does no harm; but one that has ended is older than what was just bound. None is ours: the
/// registrar keeps it in a form of its own, and a 2xx is a success.
fn granted(answer: &Message<'_>, account: &Account, text: &[u8], local: Option<SocketAddr>) -> u32 {
    let otherwise = answer.expires().unwrap_or(account.registration.ask);
    let mut best = ((false, false, false), otherwise);
    for contact in answer.values(Name::Contact).filter_map(Address::parse) {
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
