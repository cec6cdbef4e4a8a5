//! Registering and staying registered (RFC 3261 §10), and the keepalive of its flow.

use super::accounts::account::Account;
use super::done::Ended;
use super::event::Op;
use super::object::Object;
use super::trace::{About, What};
use super::transactions::request::{Owner, Sending};
use super::{AccountId, AccountState, CallState, Cause, Flow, Phone};
use crate::base::limits::{INTERVAL_TRIES, KEEPALIVE, RETRY_AFTER_LONGEST};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::sip::backoff;
use crate::wire::sip::{Address, Message, Name, Start, Uri};
use core::net::SocketAddr;

impl Phone<'_> {
    /// Sends a REGISTER, unless one is under way: what is wanted then is done when that one ends.
    pub(super) fn send_register(&mut self, now: Instant, handle: Handle) {
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        account.registration.next = Instant::NEVER;
        if !account.registration.request.is_none() {
            return;
        }
        account.registration.asked = if account.registration.wanted { account.registration.ask } else { 0 };
        // a binding is taken back where it was made, and the end of a phone waits for no name
        let hop = if account.registration.asked == 0 { account.hop } else { account.fresh_hop(now) };
        let Some(request) = self.new_request(Owner::Account(handle), Sending::Register) else {
            // every request slot is busy: try again when the first of them may be free
            if let Some(account) = self.lower.accounts.slots.get_mut(handle) {
                account.registration.next = now + Duration::from_secs(1);
            }
            self.schedule(Object::Account(handle.index));
            return;
        };
        if let Some(account) = self.lower.accounts.slots.get_mut(handle) {
            account.registration.request = request;
        }
        // a refresh changes nothing that anybody waits for
        if self
            .lower
            .accounts
            .slots
            .get(handle)
            .is_some_and(|account| account.registration.wanted && !account.is_bound())
        {
            self.set_account_state(handle, AccountState::Registering, Cause::Normal, 0);
        }
        self.schedule(Object::Account(handle.index));
        match hop {
            Some(hop) => self.go_over(now, request, hop.flow(), true),
            None => self.locate(request),
        }
    }

    pub(super) fn set_account_state(&mut self, handle: Handle, state: AccountState, cause: Cause, status: u16) {
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        let changed = account.state != state || account.cause != cause || account.sip_code != status;
        account.state = state;
        account.cause = cause;
        account.sip_code = status;
        if changed {
            account.pending |= 1 << state as u32;
            account.changed_at = self.lower.cx.latest.stamp();
            self.tell(Object::Account(handle.index));
        }
        self.end_registration(handle);
    }

    /// Commands that asked for the state that has come end well, and those that another one overtook do not.
    pub(super) fn end_registration(&mut self, handle: Handle) {
        let Some(account) = self.lower.accounts.slots.get(handle) else { return };
        let (result, sip_code, wanted) = (account.cause, account.sip_code, account.registration.wanted);
        let reached = match account.state {
            AccountState::Registering => return,
            AccountState::Registered | AccountState::Failed => Op::Register,
            AccountState::Unregistered => Op::Unregister,
        };
        let object = Object::Account(handle.index);
        if wanted == (reached == Op::Register) {
            self.end(object, reached, u32::MAX, Ended { result, sip_code });
        }
        let overtaken = if wanted { Op::Unregister } else { Op::Register };
        self.end(object, overtaken, u32::MAX, Ended { result: Cause::Cancelled, sip_code: 0 });
    }

    /// REGISTER was answered.
    pub(super) fn register_answered(
        &mut self,
        now: Instant,
        handle: Handle,
        request: Handle,
        flow: Flow,
        answer: &Message<'_>,
        status: u16,
    ) {
        if status < 200 {
            return;
        }
        self.end_request(request);
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        if let Start::Response { reason, .. } = answer.start() {
            account.keep_reason(self.lower.accounts.text.get_mut(handle.index), reason);
        }
        let wanted = account.registration.wanted;
        match status {
            _ if account.registration.asked == 0 => self.taken_back(now, handle, status),
            200..=299 => {
                let local = self.local_of(flow.socket());
                let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
                match granted(answer, account, self.lower.accounts.text.get(handle.index), local) {
                    // the registrar took it and bound nothing: as good as a refusal, and one more of a row
                    0 => self.register_failed(now, handle, Cause::Protocol, status, 0),
                    expires => {
                        let again = account.is_bound();
                        account.registration.failures = 0;
                        account.registration.interval_tries = 0;
                        account.registration.refusals = 0;
                        account.registration.expires = now + Duration::from_secs(u64::from(expires));
                        if wanted {
                            account.registration.next = now + backoff::refresh_after(expires);
                            keep_alive(account, now, flow);
                            self.lower
                                .cx
                                .trace(About::Account(AccountId(handle)), What::Registered { seconds: expires, again });
                            self.set_account_state(handle, AccountState::Registered, Cause::Normal, status);
                        } else {
                            // it was given up while this was on its way: what is bound is taken back
                            self.send_register(now, handle);
                        }
                    }
                }
            }
            // rfc3261#10.3 step 7, #21.4.17: too brief; ask for what it wants
            423 if wanted && account.registration.interval_tries < INTERVAL_TRIES => {
                let least = answer.seconds(Name::MinExpires).unwrap_or(0);
                account.registration.interval_tries += 1;
                if least > account.registration.ask {
                    account.registration.ask = least;
                    self.send_register(now, handle);
                } else {
                    self.register_failed(now, handle, Cause::Protocol, status, 0);
                }
            }
            _ => {
                let after = answer.seconds(Name::RetryAfter).unwrap_or(0);
                let cause = if matches!(status, 401 | 407) { self.refusal(handle) } else { Cause::Refused };
                self.register_failed(now, handle, cause, status, after);
            }
        }
        self.schedule(Object::Account(handle.index));
    }

    /// The request that took the binding back is over, however it ended; meanwhile a new one may be wanted.
    fn taken_back(&mut self, now: Instant, handle: Handle, status: u16) {
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        account.registration.expires = Instant::NEVER;
        account.registration.keepalive_at = Instant::NEVER;
        if account.registration.wanted {
            self.send_register(now, handle);
        } else {
            self.unregistered(handle, status);
        }
    }

    fn unregistered(&mut self, handle: Handle, status: u16) {
        if let Some(account) = self.lower.accounts.slots.get_mut(handle) {
            account.registration.expires = Instant::NEVER;
            account.registration.next = Instant::NEVER;
            account.registration.keepalive_at = Instant::NEVER;
        }
        self.lower.cx.trace(About::Account(AccountId(handle)), What::Unregistered);
        self.set_account_state(handle, AccountState::Unregistered, Cause::Normal, status);
        self.schedule(Object::Account(handle.index));
        self.leave(handle);
    }

    /// It failed: once more later, where time can help.
    pub(super) fn register_failed(&mut self, now: Instant, handle: Handle, cause: Cause, status: u16, after: u32) {
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        if account.registration.asked == 0 {
            self.taken_back(now, handle, status);
            return;
        }
        if !account.registration.wanted {
            if account.is_bound() {
                // a refresh failed, but what it was to refresh is still there
                self.send_register(now, handle);
            } else {
                self.unregistered(handle, status);
            }
            return;
        }
        account.registration.failures = account.registration.failures.saturating_add(1);
        // a wrong password stays wrong: only the application can help (and a registrar that locks accounts is not
        // provoked)
        let hopeless = cause.is_about_credentials();
        // rfc3261#21.4.4: these are not to be repeated as they are; but a registrar that is set up anew takes them, so
        // they come back rarely
        let to_be_lifted = matches!(status, 403..=405 | 416 | 420 | 501 | 604);
        account.registration.refusals = if to_be_lifted { account.registration.refusals.saturating_add(1) } else { 0 };
        // rfc3261#10.2.4: a refresh that failed takes nothing back; what is bound lasts as long as was granted
        if hopeless || account.registration.expires <= now {
            account.registration.expires = Instant::NEVER;
            account.registration.keepalive_at = Instant::NEVER;
        }
        account.registration.next = if hopeless {
            Instant::NEVER
        } else if after > 0 {
            // rfc3261#20.33: not before Retry-After; a little later at random, so that phones do not come back together
            now + Duration::from_secs(u64::from(after.min(RETRY_AFTER_LONGEST)))
                + Duration::from_millis(u64::from(self.lower.cx.rng.below(1000)))
        } else if to_be_lifted {
            now + backoff::repair(account.registration.refusals, &mut self.lower.cx.rng)
        } else {
            now + backoff::wait(account.registration.failures, &mut self.lower.cx.rng)
        };
        let next = (!hopeless).then(|| account.registration.next.since(now).secs() as u32);
        self.lower
            .cx
            .trace(About::Account(AccountId(handle)), What::RegistrationFailed { cause, sip_code: status, next });
        self.set_account_state(handle, AccountState::Failed, cause, status);
        self.schedule(Object::Account(handle.index));
    }

    /// The binding's time is over: nobody reaches us by it, whatever the refresh that is under way waits for.
    fn lapse(&mut self, handle: Handle) {
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        account.registration.expires = Instant::NEVER;
        account.registration.keepalive_at = Instant::NEVER;
        if account.state == AccountState::Registered && account.registration.wanted {
            self.set_account_state(handle, AccountState::Registering, Cause::Normal, 0);
        }
    }

    /// A timer of an account: the binding's end, refresh, retry, or keepalive.
    pub(super) fn account_timeout(&mut self, now: Instant, handle: Handle) {
        if self.lower.accounts.slots.get(handle).is_some_and(|account| account.registration.expires <= now) {
            self.lapse(handle);
        }
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        if account.registration.keepalive_at <= now {
            account.registration.keepalive_owed = true;
            account.registration.keepalive_at = now + Duration::from_secs(u64::from(account.keepalive));
            self.owe(Object::Account(handle.index));
        }
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        let look_up = account.trusted_at <= now;
        if account.registration.next <= now {
            account.registration.next = Instant::NEVER;
            self.send_register(now, handle);
        }
        if look_up {
            self.look_up_trusted(now, handle);
        }
        self.schedule(Object::Account(handle.index));
    }

    /// An account that was removed goes when nothing of it is under way.
    pub(super) fn leave(&mut self, handle: Handle) {
        let gone =
            self.lower.accounts.slots.get(handle).is_some_and(|account| {
                account.leaving && account.registration.request.is_none() && account.pending == 0
            });
        if gone && !self.calls.slots.iter().any(|(_, call)| call.account == handle && call.state != CallState::Ended) {
            self.orphan_commands(Object::Account(handle.index));
            self.lower.accounts.slots.remove(handle);
            self.lower.cx.due.set(self.lower.cx.objects.number(Object::Account(handle.index)), Instant::NEVER);
            // a password does not outlive its account
            self.lower.accounts.text.get_mut(handle.index).fill(0);
            self.lower.accounts.challenges.get_mut(handle.index).fill(0);
        }
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

fn keep_alive(account: &mut Account, now: Instant, flow: Flow) {
    let seconds = if account.keepalive == 0 { KEEPALIVE } else { account.keepalive };
    account.keepalive = seconds;
    account.registration.keepalive_at = if seconds == u32::MAX || flow.is_reliable() {
        Instant::NEVER
    } else {
        now + Duration::from_secs(u64::from(seconds))
    };
}
