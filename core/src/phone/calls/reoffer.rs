//! An offer of ours in a call that is up (rfc3261#14.1): a re-INVITE, one at a time, and its outcome. It serves calls
//! that follow the host when its addresses change.
//!
//! A call's description is nowhere stored for it: it is rendered from the call as it is then, so a later try has the
//! later state.
//!
//! Without the feature `reoffer` nothing is offered: a call that is up ends when its address is gone.
//!
//! `inline(never)`: keeps these frames off the deepest embedded stack path, 600 bytes of it.

use super::Calls;
use super::outgoing::description;
use crate::base::limits::{REOFFER_TRIES, SLOT_RETRY_MS};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::context::done::Ended;
use crate::phone::dialogs::Leg;
use crate::phone::media::line::Line;
use crate::phone::media::ports::Ports;
use crate::phone::object::Object;
use crate::phone::transactions::request::{Owner, Request, Sending};
use crate::phone::{CallState, Cause, EndCause, EndedBy, Flow, Lower};
use crate::sip::dialog::contact_uri;
use crate::sip::server::State;
use crate::sip::session::Side;
use crate::wire::sip::{Message, Name};

/// The longest Retry-After (seconds) that a try waits for: a longer one is a refusal.
const LONGEST_WAIT: u64 = 60;

/// Calls are offered anew; without the feature no re-INVITE of ours is ever on its way.
const IS_MADE: bool = cfg!(feature = "reoffer");

impl Calls<'_> {
    /// A call is to be offered anew, from the first try on.
    pub(super) fn offer_anew(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        if let Some(call) = self.get_mut(handle) {
            call.next_offer.begin();
        }
        self.forget_refresh(handle);
        self.reoffer(lower, now, handle);
    }

    /// Sends a re-INVITE with our present media; at once, or as soon as none is under way.
    #[inline(never)]
    pub(super) fn reoffer(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        #[cfg(feature = "reliable")]
        if self.get(handle).is_some_and(|call| call.state != CallState::Connected) {
            self.offer_early(lower, now, handle);
            return;
        }
        let Some(call) = self.get(handle).filter(|call| IS_MADE && call.state == CallState::Connected) else { return };
        let (dialog_handle, asks) = (call.dialog, call.asks());
        let theirs = lower.transactions.server_state(call.server);
        let sought = lower.dialogs.get(dialog_handle).is_some_and(Leg::looks_up);
        if asks || sought || matches!(theirs, Some(State::Proceeding | State::Accepted)) {
            // rfc3261#14.1: not while another is under way, in either direction, nor while the answer to ours waits for
            // its host. Each ends by its own clock, so this is no try; but they may follow each other without end.
            self.wait_for_turn(lower, now, handle);
            return;
        }
        let stays = self.is_in_place(lower, handle, dialog_handle);
        let change = if call.updates { Sending::Update } else { Sending::Reinvite };
        let refresh = self.refresh_by(lower, handle, stays);
        let sending = refresh.unwrap_or(change);
        #[cfg(feature = "reoffer")]
        if refresh.is_none() {
            self.carry_wishes(lower, handle);
        }
        let Some(request) = lower.dialog_request(dialog_handle, sending) else {
            self.offer_later(lower, now, handle, Cause::Full);
            return;
        };
        if let Some(call) = self.get_mut(handle) {
            call.request = request;
            call.next_offer.leaves();
        }
        let way = lower.way_within(dialog_handle).filter(|_| stays);
        let asking = lower.go(now, request, way);
        self.asked(lower, now, asking);
    }

    /// The way of its requests and its media are at one address, which we have.
    fn is_in_place(&self, lower: &Lower<'_>, call: Handle, dialog: Handle) -> bool {
        let way = lower.dialogs.get(dialog).and_then(|leg| lower.cx.local_of(leg.flow()?.socket()));
        let ports = lower.media.line(call).map(Line::ports);
        matches!((ports, way), (Some(Ports::Open { local, .. }), Some(way)) if way.ip() == local)
    }

    fn wait_with_offer(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, wait: Duration) {
        if let Some(call) = self.get_mut(handle).filter(|call| call.goes_on()) {
            call.next_offer.wait(now + wait);
            self.wake(&mut lower.cx, handle);
        }
    }

    /// Another offer is in the way of ours.
    pub(super) fn wait_for_turn(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get_mut(handle) else { return };
        if call.next_offer.misses_turn() {
            self.wait_with_offer(lower, now, handle, Duration::from_millis(SLOT_RETRY_MS));
        } else {
            call.next_offer.rest();
            #[cfg(feature = "reoffer")]
            if !self.is_refreshing(handle) {
                self.carry_wishes(lower, handle); // they fail with it
            }
            self.offer_failed(lower, now, handle, failed(Cause::Timeout, 0));
        }
    }

    /// A try failed; the next one follows after this, a bounded number of times. Then the session stays as it
    /// is.
    fn try_again(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, wait: Duration, ended: Ended) {
        let Some(call) = self.get_mut(handle) else { return };
        if call.next_offer.fails() {
            self.wait_with_offer(lower, now, handle, wait);
        } else {
            self.offer_failed(lower, now, handle, ended);
        }
    }

    /// An offer left the session as it was: the commands that it carried say so, else the next event about its media.
    pub(super) fn offer_failed(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, ended: Ended) {
        #[cfg(feature = "identity")]
        if self.identity_refused(lower, now, handle, ended) {
            return;
        }
        if self.refresh_failed(lower, now, handle, ended.sip_code) {
            return;
        }
        #[cfg(feature = "reoffer")]
        if self.wishes_refused(lower, now, handle, ended) {
            return;
        }
        let _ = now;
        self.tell_outcome(lower, handle, ended);
    }

    /// The outcome of an offer that left the session as it was stands in the next event about its media.
    pub(super) fn tell_outcome(&mut self, lower: &mut Lower<'_>, handle: Handle, outcome: Ended) {
        let now = lower.cx.latest;
        if let Some(call) = self.get_mut(handle) {
            call.media_outcome = outcome;
            call.tell_media(now);
            lower.cx.tell(Object::Call(handle.index));
        }
    }

    /// No slot, no port, no way: each wait is twice as long as the one before.
    pub(super) fn offer_later(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, cause: Cause) {
        let tries = self.get(handle).map_or(0, |call| call.next_offer.tries());
        self.try_again(
            lower,
            now,
            handle,
            Duration::from_millis(SLOT_RETRY_MS << tries.min(REOFFER_TRIES)),
            failed(cause, 0),
        );
    }

    /// A response to our re-INVITE came. The call may have ended meanwhile.
    #[inline(never)]
    pub(in crate::phone) fn reoffer_response(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (flow, dialog_handle): (Flow, Handle),
        request: Handle,
        response: &Message<'_>,
        status: u16,
    ) {
        #[cfg(not(feature = "identity"))]
        let _ = flow;
        let Some(leg) = lower.dialogs.get(dialog_handle).filter(|_| IS_MADE) else { return };
        let call_handle = leg.call();
        let Some((number, method)) =
            lower.transactions.request(request).map(|request| (request.number(), request.method()))
        else {
            return;
        };
        let invite = method.is_invite();
        let running = self.get(call_handle).is_some_and(|call| call.runs(request));
        let early = self.get(call_handle).is_some_and(|call| call.is_early(request));
        if status < 200 {
            if invite {
                // no person is asked, so its wait is bounded after a provisional response too
                lower.transactions.bound(&mut lower.cx, now, request);
            }
            return;
        }
        if status < 300 {
            // rfc3261#13.2.2.4: it is acknowledged, even if the call has ended
            let target = contact_uri(response).filter(|_| running);
            if invite {
                lower.dialogs.renew(dialog_handle, number);
                lower.dialogs.owe_ack(&mut lower.cx, dialog_handle);
            }
            // rfc3261#12.2.1.2: a target refresh
            if target.is_some_and(|target| !lower.dialogs.refresh_target(dialog_handle, target)) {
                lower.cx.too_long();
            }
            if target.is_some() {
                lower.dialogs.find_next_hop(dialog_handle);
            }
        }
        if let Some(call) = self.get_mut(call_handle).filter(|_| running) {
            call.ran(request);
            self.keep(&lower.cx, call_handle, response);
            #[cfg(feature = "identity")]
            if status < 300 {
                self.hear_identity(lower, now, flow, dialog_handle, response);
            }
        }
        if status < 300 || !invite {
            lower.end_request(request);
        }
        if running {
            self.take_outcome(lower, now, (call_handle, dialog_handle), response, status, (method, early));
            #[cfg(feature = "identity")]
            self.offer_identity(lower, now, call_handle);
        }
    }

    #[inline(never)]
    fn take_outcome(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        (handle, dialog): (Handle, Handle),
        response: &Message<'_>,
        status: u16,
        (method, early): (Sending, bool),
    ) {
        let offered = method.offers().is_some();
        #[cfg(feature = "identity")]
        if early && !offered {
            self.refresh_alone(handle);
        }
        let refreshing = self.is_refreshing(handle);
        if status >= 300 && offered {
            lower.offer_is_void(dialog, Side::Us);
        }
        #[cfg(feature = "reliable")]
        if self.take_early_refusal(lower, now, (handle, dialog), status) {
            return;
        }
        let Some(call) = self.get_mut(handle) else { return };
        match status {
            200..=299 => {
                #[cfg(feature = "identity")]
                self.identity_taken(lower, handle);
                let Some(call) = self.get_mut(handle) else { return };
                call.next_offer.begin();
                let failed_before = call.media_outcome != Ended::DONE && !refreshing;
                if early {
                    // the INVITE's 2xx settles the timer, not this one
                    self.forget_refresh(handle);
                    lower.media.confirm(handle);
                } else {
                    self.session_answered(lower, now, handle, response, false);
                }
                if refreshing && !offered {
                    self.refreshed(lower, now, handle);
                    return;
                }
                if failed_before {
                    self.tell_outcome(lower, handle, Ended::DONE); // one before it had failed
                }
                // a 2xx without a usable answer leaves the session as it was
                let text = description(response);
                let answered = text.is_some_and(|text| self.take_answer(lower, now, handle, dialog, text));
                lower.offer_is_over(dialog, answered);
                let sought = lower.dialogs.get(dialog).is_some_and(Leg::looks_up);
                #[cfg(feature = "reoffer")]
                if !answered {
                    // rfc3261#14.1 knows no such case: there is no answer, so nothing was agreed on
                    self.wishes_refused(lower, now, handle, failed(Cause::Protocol, status));
                } else if !sought {
                    self.wishes_answered(lower, now, handle);
                }
                let _ = sought;
            }
            // rfc3311#5: the far end does not know it
            405 | 501 if method == Sending::Update => {
                call.updates = false;
                self.reoffer(lower, now, handle);
            }
            405 | 501 if refreshing && Self::refreshes_otherwise(lower, dialog) => self.reoffer(lower, now, handle),
            // rfc3311#5.2: it has to ask its user, as it has for a re-INVITE
            504 if early && offered => self.reoffer(lower, now, handle),
            422 if Self::raises(lower, dialog, response) => self.reoffer(lower, now, handle),
            // rfc3261#12.2.1.2, rfc4028#10: the far end has no such dialog any more
            408 | 481 => {
                self.session_is_lost(lower, handle, EndedBy::Remote);
                self.ends(handle, EndedBy::Remote, EndCause::Network);
                self.end_call(lower, now, handle, if status == 408 { Cause::Timeout } else { Cause::Refused }, status);
            }
            491 => {
                // rfc3261#14.1: the owner of the Call-ID waits for 2.1 to 4 s, the other for up to 2 s, in steps of 10
                // ms
                let (first, steps) = if call.incoming { (0, 201) } else { (210, 191) };
                let wait = u64::from(first + lower.cx.rng.below(steps)) * 10;
                self.try_again(lower, now, handle, Duration::from_millis(wait), failed(Cause::Refused, status));
            }
            // rfc3261#14.2: one of theirs is not answered yet, or not now
            500 | 503 => {
                let ended = failed(Cause::Refused, status);
                match response.seconds(Name::RetryAfter).map(u64::from).filter(|wait| *wait <= LONGEST_WAIT) {
                    Some(wait) => self.try_again(lower, now, handle, Duration::from_secs(wait.max(1)), ended),
                    None => self.offer_failed(lower, now, handle, ended),
                }
            }
            // rfc3261#14.1: a refusal leaves the session as it was
            401 | 407 => {
                let account = call.account;
                let cause = lower.accounts.refusal(account);
                self.offer_failed(lower, now, handle, failed(cause, status));
            }
            _ => self.offer_failed(lower, now, handle, failed(Cause::Refused, status)),
        }
    }

    /// Our re-INVITE failed without a final response.
    #[inline(never)]
    pub(in crate::phone) fn reoffer_failed(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        request: Handle,
        cause: Cause,
    ) {
        if !IS_MADE {
            return;
        }
        let Some((owner, method)) = lower.transactions.request(request).map(|sent| (sent.owner(), sent.method()))
        else {
            return;
        };
        let Owner::Dialog(dialog) = owner else { return };
        let offered = method.offers().is_some();
        lower.end_request(request);
        let Some(call) = self.get_mut(handle).filter(|call| call.runs(request)) else { return };
        call.ran(request);
        if offered {
            // it may have been heard: the next one is another edition
            lower.offer_is_over(dialog, true);
        }
        #[cfg(feature = "reliable")]
        if cause == Cause::Timeout && !call.is_up() {
            self.early_dialog_lost(lower, now, (handle, dialog), failed(cause, 0));
            return;
        }
        if cause == Cause::Timeout {
            // rfc3261#12.2.1.2, rfc4028#10: no response counts as 408
            self.session_is_lost(lower, handle, EndedBy::Library);
            self.end_call(lower, now, handle, cause, 408);
        } else {
            self.offer_later(lower, now, handle, cause);
        }
    }

    /// The call ends while our re-INVITE runs: its response is awaited for its ACK only, and not for ever
    /// (rfc3261#15.1.2: 487 follows the BYE).
    #[inline(never)]
    pub(super) fn leave_reoffer(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        if !IS_MADE {
            return;
        }
        #[cfg(feature = "reliable")]
        self.drop_update(lower, handle);
        let Some(call) = self.get_mut(handle).filter(|call| call.state == CallState::Connected) else {
            return;
        };
        let request = core::mem::replace(&mut call.request, Handle::NONE);
        let acknowledged = |request: &Request| request.is_running() && request.method().is_invite();
        if lower.transactions.request(request).is_some_and(acknowledged) {
            lower.transactions.leave(&mut lower.cx, now, request);
        } else {
            lower.end_request(request);
        }
    }

    /// The host's addresses changed: calls whose way or media is at one that is gone follow, or end where they cannot.
    #[inline(never)]
    pub(in crate::phone) fn move_calls(&mut self, lower: &mut Lower<'_>, now: Instant) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.handle_at(index) else { continue };
            let Some(call) = self.get(handle) else { continue };
            match call.state {
                CallState::Ended => {}
                CallState::Connected if self.is_in_place(lower, handle, call.dialog) => {}
                CallState::Connected if !IS_MADE => {
                    self.ends(handle, EndedBy::Library, EndCause::None);
                    self.end_call(lower, now, handle, Cause::Unreachable, 0);
                }
                CallState::Connected => {
                    // the re-INVITE on its way names an address that is gone
                    #[cfg(feature = "reliable")]
                    self.drop_update(lower, handle);
                    let Some(call) = self.get(handle) else { continue };
                    lower.end_request(call.request);
                    lower.offer_is_over(call.dialog, true);
                    if let Some(call) = self.get_mut(handle) {
                        call.request = Handle::NONE;
                    }
                    self.offer_anew(lower, now, handle);
                }
                _ if call.incoming => self.move_ringing(lower, now, handle),
                _ => self.move_calling(lower, now, handle),
            }
        }
    }

    /// Our INVITE is not answered. One that has not left yet finds another way. Responses to one that has left go to
    /// its Via, which is not our address any more: the call ends, with a CANCEL where the socket is still there
    /// (rfc3261#9.1: it follows the INVITE's way, so no other will do).
    fn move_calling(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get(handle) else { return };
        let request = call.request;
        let ports = lower.media.line(handle).map(Line::ports);
        let Some(sent) = lower.transactions.request(request) else { return };
        let way = lower.cx.local_of(sent.flow().socket()).map(|local| local.ip());
        let stays = matches!(ports, Some(Ports::Open { local, .. } | Ports::Wished(local)) if Some(local) == way);
        let running = sent.is_running();
        if running && way.is_none() {
            self.invite_failed(lower, now, handle, request, Cause::Unreachable);
        } else if running && !stays {
            self.ends(handle, EndedBy::Library, EndCause::None);
            self.cancel_call(lower, now, handle, Cause::Unreachable);
        } else if sent.is_preparing() && !stays {
            lower.locate(request);
        }
    }

    /// Their INVITE is not answered: its response leaves by the socket it came to (rfc3261#18.2.2), with media where
    /// that is now. Without that socket the call ends.
    fn move_ringing(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(call) = self.get(handle) else { return };
        let Some(server) = lower.transactions.server(call.server) else { return };
        let way = lower.cx.local_of(server.flow().socket()).map(|local| local.ip());
        match way {
            None => self.refuse_call(lower, now, handle, 503, Cause::Unreachable),
            way => lower.media.leave_ports(&mut lower.cx, handle, way),
        }
    }
}

/// The end of commands that came to nothing.
pub(super) const fn failed(result: Cause, sip_code: u16) -> Ended {
    Ended { result, sip_code }
}
