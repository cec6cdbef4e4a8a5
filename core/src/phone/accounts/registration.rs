//! Registering and staying registered (RFC 3261 §10), and the keepalive of its flow.

use super::Accounts;
use super::binding::{Registered, granted};
use crate::base::limits::INTERVAL_TRIES;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::context::Context;
use crate::phone::object::Object;
use crate::phone::place::Place;
use crate::phone::{AccountState, Cause, Flow};
use crate::sip::backoff;
use crate::wire::sip::{Message, Name, Start};
use core::net::SocketAddr;

/// One of the things that an account has to do when its deadline has passed.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) enum Todo {
    Nothing,
    /// The binding has ended, which is to have an event.
    Lapsed,
    /// A REGISTER is to be sent.
    Register,
    /// A stream has failed: no pong came (rfc5626#4.4.1).
    #[cfg(feature = "stream")]
    Fail(Flow),
}

/// A REGISTER that is not needed any more.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) struct Withdrawn {
    /// There is a binding, which is to be taken back.
    pub(in crate::phone) bound: bool,
    /// The request under way.
    pub(in crate::phone) request: Handle,
}

impl Accounts<'_> {
    /// A REGISTER is to be sent. Returns the way that is known. `None`: one is under way, and the next one follows when
    /// that one ends.
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
        // a refresh changes no state
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
        account.registration.again = false;
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
            #[cfg(feature = "subscribe")]
            account.unsolicited.forget_mailbox();
        }
    }

    /// The account goes once its registration has ended.
    pub(in crate::phone) fn leave(&mut self, handle: Handle) {
        if let Some(account) = self.slots.get_mut(handle) {
            account.leaving = true;
            #[cfg(feature = "subscribe")]
            (account.unsolicited = super::mailbox::Unsolicited::NONE);
        }
    }

    /// Nothing of an account that was removed is under way. `told`: its end has to have been fetched, too.
    pub(in crate::phone) fn has_left(&self, handle: Handle, told: bool) -> bool {
        self.slots.get(handle).is_some_and(|account| {
            #[cfg(feature = "publish")]
            if !account.publication.is_none() {
                return false;
            }
            account.leaving && account.registration.request.is_none() && (account.pending == 0 || !told)
        })
    }

    /// REGISTER has its final response, and its request is over. `local`: the address that it left from.
    pub(in crate::phone) fn responded(
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
                    account.bound_over(now, flow);
                    if wanted {
                        // an update that came meanwhile is registered, too
                        let updated = core::mem::take(&mut account.registration.again);
                        account.registration.next = if updated { now } else { now + backoff::refresh_after(expires) };
                        account.keep_alive(now, flow);
                        account.reach(cx.latest, AccountState::Registered, Cause::Normal, status);
                        Registered::Bound { seconds: expires, again }
                    } else {
                        // it was given up while this was on its way: the binding is taken back
                        Registered::Again
                    }
                }
            },
            // rfc3261#10.3 step 7, #21.4.17: too brief; ask for the interval that it wants
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

    /// REGISTER failed without a final response.
    pub(in crate::phone) fn failed(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
        cause: Cause,
    ) -> Registered {
        let Some(account) = self.slots.get_mut(handle) else { return Registered::Nothing };
        let outcome = account.failed(cx, now, cause, 0, 0);
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
            account.ping(now);
            cx.owe(Object::Account(handle.index));
        }
        #[cfg(feature = "stream")]
        if let Some(flow) = account.take_silent_stream(now) {
            cx.wish(Object::Account(handle.index));
            return Todo::Fail(flow);
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

    /// The host's addresses changed: the way is out of date. Returns the request under way, which names an address that
    /// is gone, where the account is to be bound anew; a registrar that refused for good is not asked again.
    pub(in crate::phone) fn moved(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle) -> Option<Handle> {
        self.forget_hop(handle);
        self.look_up_trusted(cx, now, handle);
        let account = self.slots.get(handle)?;
        let registration = &account.registration;
        let alive = !registration.request.is_none() || account.is_bound() || registration.next != Instant::NEVER;
        (registration.wanted && alive).then_some(registration.request)
    }

    /// A stream is gone. A binding over it cannot be reached any more (rfc5626#4.4.1): it is made anew at once; or
    /// later, where a stream after the other closes as soon as it has brought a binding, for each of them is a success.
    pub(in crate::phone) fn flow_failed(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
        flow: Flow,
    ) -> Registered {
        let Some(account) = self.slots.get_mut(handle) else { return Registered::Nothing };
        let is_hop = account.hop.is_some_and(|hop| hop.flow() == flow);
        if is_hop {
            account.hop = None;
        }
        // the way may have moved to another flow since, but the registrar still has this one
        if account.registration.stream.flow() != flow {
            return Registered::Nothing;
        }
        let outcome = account.stream_lost(cx, now);
        // a refresh that is under way on it fails, too, and does not wait as a failure does
        account.registration.again |=
            is_hop && matches!(outcome, Registered::Again) && !account.registration.request.is_none();
        self.wake(cx, handle);
        outcome
    }
}
