//! Incoming calls: the INVITE, its responses, its ACK, its CANCEL.

use super::arrived::Arrived;
use super::calls::reason_of;
use super::media::ports::Waiting;
use super::object::Object;
use super::outgoing::description;
use super::responses::Describe;
use super::trace::Pool;
use super::transactions::keys::keys_of;
use super::transactions::server::{Host, Kind, Served};
use super::transactions::serving::{Acknowledged, Met, NotOpened, ServerDue};
use super::transactions::stateless::Extra;
use super::{CallId, CallState, Cause, CommandError, EndCause, EndedBy, Flow, Phone};
use crate::base::count;
use crate::base::limits::UNANSWERED_S;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::offer::OfferError;
use crate::sip::dialog::{Dialog, Usage, contact_uri};
use crate::sip::tag::Tag;
use crate::sip::tombstone::{Answered, Keys};
use crate::wire::sip::{Address, Message, Method, Name, Params, Scheme, Uri};

/// An INVITE outside a dialog.
pub(super) fn take(phone: &mut Phone<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
    phone.invited(now, arrived);
}

/// An ACK: of a refusal (the same branch), or of a 2xx (the same dialog and number).
pub(super) fn take_ack(phone: &mut Phone<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
    phone.acknowledged(now, arrived);
}

/// A CANCEL (rfc3261#9.2): it ends an INVITE that has no final response yet, and has no effect on one that has.
pub(super) fn take_cancel(phone: &mut Phone<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
    phone.cancelled(now, arrived.flow, arrived.request);
}

impl Phone<'_> {
    fn invited(&mut self, now: Instant, arrived: &Arrived<'_, '_>) {
        let Arrived { flow, keys, request: invite, account, .. } = *arrived;
        if self.lower.cx.closing {
            self.respond_and_bury(now, flow, invite, keys, 480, Extra::default());
            return;
        }
        if let Err(status) = check_invite(invite) {
            self.respond_at_once(flow, invite, status, Extra { accept: status == 415, ..Extra::default() });
            return;
        }
        // whether we could answer its offer, before anybody is rung for it
        let tried = description(invite).map_or(Ok(()), |offer| self.try_offer(flow, offer, None));
        match tried {
            Ok(()) | Err(OfferError::HostName) => {}
            Err(error) => {
                // rfc3261#13.3.1.3: with a Warning that says why
                let warning = Some((error.warning(), error.reason()));
                self.respond_at_once(flow, invite, error.status(), Extra { warning, ..Extra::default() });
                return;
            }
        }
        let room = if account.is_none() { self.admit_direct(now, flow) } else { self.make_room(now) };
        let Some(call) = room.then(|| self.calls.open(&mut self.lower)).flatten() else {
            count::up(&mut self.lower.cx.counters.refused_full);
            self.trace_no_room(flow, account);
            self.respond_and_bury(now, flow, invite, keys, 486, Extra::default());
            return;
        };
        if let Err(status) = self.admit(now, flow, account, call, keys, invite) {
            self.calls.discard(&mut self.lower, call);
            // rfc3261#21.4.30 (too long for our buffers), #21.5.4 (no slot)
            if status == 513 {
                self.lower.cx.too_long();
            } else {
                count::up(&mut self.lower.cx.counters.refused_full);
                if self.lower.transactions.servers_free() == 0 {
                    self.lower.cx.trace_full(Pool::Servers);
                }
            }
            let retry_after = if status == 513 { 0 } else { 5 };
            self.respond_and_bury(now, flow, invite, keys, status, Extra { retry_after, ..Extra::default() });
        } else if tried == Err(OfferError::HostName) {
            let server = self.calls.get(call).map_or(Handle::NONE, |call| call.server);
            if !self.find_offerer(now, server) {
                count::up(&mut self.lower.cx.counters.refused_full);
                self.refuse_call(now, call, 503, Cause::Full);
            }
        }
    }

    /// Gives it its slots. 503: there is none; 513: it is too long.
    fn admit(
        &mut self,
        now: Instant,
        flow: Flow,
        account: Handle,
        call_handle: Handle,
        keys: Keys,
        invite: &Message<'_>,
    ) -> Result<(), u16> {
        let dialog_handle = self.dialog_of_invite(flow, account, call_handle, invite)?;
        let served = Served { call: call_handle, dialog: dialog_handle, kind: Kind::Invite };
        let server_handle = match self.open_invite(now, (flow, keys), account, served, invite) {
            Ok(handle) => handle,
            Err(not_opened) => {
                self.lower.dialogs.discard(dialog_handle);
                return Err(if not_opened == NotOpened::Full { 503 } else { 513 });
            }
        };
        self.lower.dialogs.find_next_hop(dialog_handle);
        let local = self.lower.cx.local_of(flow.socket());
        if let Some(call) = self.calls.get_mut(call_handle) {
            call.account = account;
            call.incoming = true;
            call.reach(now, CallState::Incoming);
            call.dialog = dialog_handle;
            call.server = server_handle;
            call.answer_in_ack = description(invite).is_none();
            // rfc3261#13.3.1: it is to be answered within its time; and a caller that vanished does not ring for ever
            let seconds = invite.expires().map_or(UNANSWERED_S, u64::from).min(UNANSWERED_S);
            call.give_up = now + Duration::from_secs(seconds);
        }
        self.vouch(call_handle, flow, !account.is_none(), invite);
        self.calls.keep(&self.lower.cx, call_handle, invite);
        self.calls.wake(&mut self.lower.cx, call_handle);
        if let Some(local) = local {
            self.lower.media.wish_ports(&mut self.lower.cx, call_handle, local.ip());
        }
        self.lower.cx.tell(Object::Call(call_handle.index));
        self.calls.trace(&mut self.lower.cx, call_handle);
        // the phone rings
        if self.render_response(server_handle, 180, Describe::Nothing).is_ok() {
            self.lower.transactions.respond(&mut self.lower.cx, now, server_handle);
        }
        Ok(())
    }

    /// The dialog that an INVITE makes (rfc3261#12.1.1). 503: there is no slot; 513: it is too long.
    // never inlined: a dialog by value is no part of a board's deepest way
    #[inline(never)]
    fn dialog_of_invite(
        &mut self,
        flow: Flow,
        account: Handle,
        call: Handle,
        invite: &Message<'_>,
    ) -> Result<Handle, u16> {
        let secret = self.lower.cx.rng.next_u64();
        let number = invite.cseq().map_err(|_| 400u16)?.number;
        let handle = self.lower.new_dialog(Dialog::EMPTY).ok_or(503u16)?;
        let own_hop = self.lower.accounts.is_own_flow(account, flow);
        let (dialog, block) = self.lower.dialogs.two(handle).ok_or(503u16)?;
        *dialog = Dialog {
            usage: Usage::Call(call),
            account,
            local_tag: Tag { handle, secret },
            remote_number: Some(number),
            flow: Some(flow),
            usages: 2, // the call, and its INVITE
            own_hop,
            ..Dialog::EMPTY
        };
        if set_from_invite(dialog, block, invite).is_none() {
            self.lower.dialogs.discard(handle);
            return Err(513);
        }
        Ok(handle)
    }

    /// A transaction for an INVITE that could be accepted in it.
    pub(super) fn open_invite(
        &mut self,
        now: Instant,
        of: (Flow, Keys),
        account: Handle,
        served: Served,
        invite: &Message<'_>,
    ) -> Result<Handle, NotOpened> {
        let offer = description(invite);
        let kept = offer.unwrap_or_default();
        let handle = self.lower.transactions.open(&mut self.lower.cx, now, of, invite, kept, served)?;
        let call = if served.is_again() { served.call } else { Handle::NONE };
        if self.accepting_fits(handle, (account, call), offer) {
            return Ok(handle);
        }
        self.lower.transactions.discard(&mut self.lower.cx, handle);
        Err(NotOpened::TooLong)
    }

    /// A server transaction is over.
    pub(super) fn end_server(&mut self, now: Instant, handle: Handle) {
        self.end_server_owing(now, handle, Answered::default());
    }

    /// A server transaction is over; repetitions of its INVITE get this response.
    pub(super) fn end_server_owing(&mut self, now: Instant, handle: Handle, answered: Answered) {
        self.forget_offerer(handle);
        let Some(served) = self.lower.transactions.close(&mut self.lower.cx, now, handle, answered) else { return };
        if let Some(call) = self.calls.get_mut(served.call)
            && call.server == handle
        {
            call.server = Handle::NONE;
        }
        self.lower.release_dialog(served.dialog);
    }

    /// Answers an incoming call with 180, 183 or 200.
    ///
    /// # Errors
    /// [`CommandError::State`] when it is no unanswered incoming call, [`CommandError::Range`] for another code.
    pub fn answer(&mut self, now: Instant, call: CallId, code: u16) -> Result<(), CommandError> {
        self.hear(now);
        let slot = self.calls.get(call.0).ok_or(CommandError::Stale)?;
        if !matches!(code, 180 | 183 | 200) {
            return Err(CommandError::Range);
        }
        if !slot.incoming || !matches!(slot.state, CallState::Incoming | CallState::Early) || slot.server.is_none() {
            return Err(CommandError::State);
        }
        self.answer_call(now, call.0, code);
        Ok(())
    }

    pub(super) fn answer_call(&mut self, now: Instant, call_handle: Handle, code: u16) {
        let Some(call) = self.calls.get_mut(call_handle) else { return };
        let server_handle = call.server;
        let late = call.answer_in_ack;
        let Some(server) = self.lower.transactions.server(server_handle) else { return };
        let (flow, host) = (server.flow(), server.host());
        if code == 180 && server.status() == 180 {
            return; // it rings already: 180 left with the INVITE's arrival
        }
        let describe = match (code, late) {
            // without PRACK an offer of ours cannot stand in a provisional response
            (180, _) | (183, true) => Describe::Nothing,
            (_, true) => Describe::Offer,
            (_, false) => Describe::Answer,
        };
        if describe != Describe::Nothing && !self.ports_ready(call_handle, flow, Waiting::Answer(code)) {
            return;
        }
        if describe == Describe::Answer && matches!(host, Host::Sought(_)) {
            self.lower.media.wait(call_handle, Waiting::Answer(code));
            return;
        }
        if let Err(cause) = self.render_response(server_handle, code, describe) {
            let status = if cause == Cause::Codec { 488 } else { 500 };
            self.refuse_call(now, call_handle, status, cause);
            return;
        }
        self.lower.transactions.respond(&mut self.lower.cx, now, server_handle);
        let Some(call) = self.calls.get_mut(call_handle) else { return };
        call.sip_code = code;
        match code {
            183 => call.reach(now, CallState::Early),
            200 => {
                call.reach(now, CallState::Connected);
                call.give_up = Instant::NEVER;
                self.lower.dialogs.confirm(call.dialog);
            }
            _ => {}
        }
        self.calls.wake(&mut self.lower.cx, call_handle);
        self.lower.cx.tell(Object::Call(call_handle.index));
        self.calls.trace(&mut self.lower.cx, call_handle);
        if describe == Describe::Answer {
            self.run_media(now, call_handle, false);
        }
    }

    /// Refuses an incoming call with a status from 300 to 699.
    ///
    /// # Errors
    /// [`CommandError::State`] when it is no unanswered incoming call, [`CommandError::Range`] for another code. 0 is
    /// 486.
    pub fn reject(&mut self, now: Instant, call: CallId, code: u16) -> Result<(), CommandError> {
        self.hear(now);
        let slot = self.calls.get(call.0).ok_or(CommandError::Stale)?;
        let code = if code == 0 { 486 } else { code };
        if !(300..=699).contains(&code) {
            return Err(CommandError::Range);
        }
        if !slot.incoming || !matches!(slot.state, CallState::Incoming | CallState::Early) {
            return Err(CommandError::State);
        }
        self.calls.ends(call.0, EndedBy::Application, EndCause::None);
        self.refuse_call(now, call.0, code, Cause::Refused);
        Ok(())
    }

    /// Refuses the INVITE of a call; the call is over.
    pub(super) fn refuse_call(&mut self, now: Instant, call_handle: Handle, status: u16, cause: Cause) {
        let server = self.calls.get(call_handle).map_or(Handle::NONE, |call| call.server);
        self.refuse_server(now, server, status, Describe::Nothing);
        self.end_call(now, call_handle, cause, status);
    }

    /// Refuses an INVITE. A refusal that cannot be rendered (its socket is gone, or it is too long) leaves nothing to
    /// repeat: the transaction ends.
    pub(super) fn refuse_server(&mut self, now: Instant, handle: Handle, status: u16, describe: Describe) {
        self.forget_offerer(handle);
        if self.render_response(handle, status, describe).is_ok() {
            self.lower.transactions.respond(&mut self.lower.cx, now, handle);
        } else {
            self.end_server(now, handle);
        }
    }

    fn acknowledged(&mut self, now: Instant, arrived: &Arrived<'_, '_>) {
        let Arrived { keys, request: ack, .. } = *arrived;
        let dialog = Some(arrived.dialog).filter(|dialog| !dialog.is_none());
        let Some(Acknowledged { handle, served, success }) = self.lower.transactions.acknowledged(keys, dialog) else {
            return;
        };
        let bye = self.lower.dialogs.get(served.dialog).is_some_and(|dialog| dialog.bye_owed);
        if success && bye {
            // rfc3261#15: the BYE waited for this ACK
            self.lower.dialogs.take_owed_bye(served.dialog);
            self.send_bye(now, served.dialog);
        }
        self.end_server(now, handle);
        if !success || bye {
            return;
        }
        let call_handle = served.call;
        self.calls.keep(&self.lower.cx, call_handle, ack);
        self.lower.media.confirm(call_handle);
        let late = self.calls.get_mut(call_handle).is_some_and(|call| core::mem::take(&mut call.answer_in_ack));
        if late && !self.take_late_answer(now, call_handle, ack) && !served.is_again() {
            // rfc3261#13.2.2.4: the answer to our offer had to be in the ACK
            self.end_call(now, call_handle, Cause::Codec, 0);
        }
    }

    fn take_late_answer(&mut self, now: Instant, call: Handle, ack: &Message<'_>) -> bool {
        let (Some(text), Some(dialog)) = (description(ack), self.calls.get(call).map(|call| call.dialog)) else {
            return false;
        };
        self.take_answer(now, call, dialog, text)
    }

    fn cancelled(&mut self, now: Instant, flow: Flow, cancel: &Message<'_>) {
        let Some(invite) = keys_of(&self.lower.cx, cancel, Method::Invite) else { return };
        let (handle, served) = match self.lower.transactions.cancelled(now, invite) {
            Met::Nothing => return self.respond_at_once(flow, cancel, 481, Extra::default()),
            Met::Gone => return self.respond_at_once(flow, cancel, 200, Extra::default()),
            Met::Late(served) => (Handle::NONE, served),
            Met::Pending(handle, served) => (handle, served),
        };
        // rfc3261#9.2: with the To tag of the INVITE's responses
        let tag = self.lower.dialogs.get(served.dialog).map(|dialog| dialog.local_tag);
        self.respond_at_once(flow, cancel, 200, Extra { tag, ..Extra::default() });
        if handle.is_none() {
            return;
        }
        if served.is_again() {
            self.refuse_server(now, handle, 487, Describe::Nothing);
        } else {
            self.calls.keep(&self.lower.cx, served.call, cancel);
            self.calls.ends(served.call, EndedBy::Remote, reason_of(cancel));
            self.refuse_call(now, served.call, 487, Cause::Cancelled);
        }
    }

    /// A timer of an incoming INVITE.
    pub(super) fn server_timeout(&mut self, now: Instant, handle: Handle) {
        match self.lower.transactions.server_due(&mut self.lower.cx, now, handle) {
            ServerDue::Nothing => {}
            ServerDue::Over => self.end_server(now, handle),
            ServerDue::Unacknowledged(Served { call, dialog, .. }) => {
                // rfc3261#13.3.1.4, #14.2: no ACK came; the session is ended
                if self.lower.dialogs.take_owed_bye(dialog) {
                    self.send_bye(now, dialog);
                }
                self.end_server(now, handle);
                self.end_call(now, call, Cause::Timeout, 408);
            }
        }
    }
}

/// All that an INVITE must have before it is looked at any further.
pub(super) fn check_invite(invite: &Message<'_>) -> Result<(), u16> {
    // rfc3261#8.2.3: a body that we do not understand
    if !invite.body().is_empty() && !may_be_ignored(invite) {
        let coded =
            invite.header(Name::ContentEncoding).is_some_and(|coding| !coding.eq_ignore_ascii_case(b"identity"));
        if coded || description(invite).is_none() {
            return Err(415);
        }
    }
    if !takes_sdp(invite) {
        return Err(406);
    }
    // rfc3261#12.1.1: a sips: route would want a sips: Contact of ours, and TLS
    let secure = |route: &[u8]| Address::parse(route).is_some_and(|route| Scheme::of(route.uri) == Some(Scheme::Sips));
    if invite.values(Name::RecordRoute).next().is_some_and(secure) {
        return Err(416);
    }
    // rfc3261#8.1.1.8: exactly one Contact, with a URI that we can send to
    if invite.values(Name::Contact).nth(1).is_some() {
        return Err(400);
    }
    match Uri::parse(target_of(invite).ok_or(400u16)?) {
        Ok(uri) if matches!(uri.scheme, Scheme::Sip | Scheme::Sips) => Ok(()),
        _ => Err(400),
    }
}

/// Where requests to an INVITE's sender go. RFC 2543 asked for no Contact: then it is the sender's own URI.
fn target_of<'m>(invite: &Message<'m>) -> Option<&'m [u8]> {
    if invite.has(Name::Contact) { contact_uri(invite) } else { invite.from().ok().map(|from| from.uri) }
}

/// rfc3261#20.1: its sender takes a session description as an answer. Without Accept it does; an empty one takes
/// nothing; what is named more closely counts more (rfc2616#14.1).
fn takes_sdp(invite: &Message<'_>) -> bool {
    let (mut closest, mut takes) = (0, !invite.has(Name::Accept));
    for range in invite.values(Name::Accept) {
        let end = range.iter().position(|byte| *byte == b';').unwrap_or(range.len());
        let (kind, params) = range.split_at_checked(end).unwrap_or_default();
        let close = match kind.trim_ascii() {
            kind if kind.eq_ignore_ascii_case(b"application/sdp") => 3,
            kind if kind.eq_ignore_ascii_case(b"application/*") => 2,
            b"*/*" => 1,
            _ => continue,
        };
        if close > closest {
            // q=0, q=0.000
            let q = Params::new(params).get(b"q");
            (closest, takes) = (close, !q.is_some_and(|q| q.iter().all(|byte| matches!(byte, b'0' | b'.'))));
        }
    }
    takes
}

/// rfc3261#20.11: its sender says that nobody needs to understand the body, and it is no description that we could use.
fn may_be_ignored(invite: &Message<'_>) -> bool {
    let disposition = invite.header(Name::ContentDisposition).unwrap_or_default();
    let params =
        disposition.iter().position(|byte| *byte == b';').and_then(|at| disposition.get(at..)).unwrap_or_default();
    let optional =
        Params::new(params).get(b"handling").is_some_and(|handling| handling.eq_ignore_ascii_case(b"optional"));
    optional && description(invite).is_none()
}

/// rfc3261#12.1.1: the state of a dialog from its INVITE.
fn set_from_invite(dialog: &mut Dialog, block: &mut [u8], invite: &Message<'_>) -> Option<()> {
    let (from, to) = (invite.from().ok()?, invite.to().ok()?);
    let (local, remote) = (pieces(&to), pieces(&from));
    dialog.set_fixed(block, &local, &remote, invite.call_id().ok()?, b"")?;
    dialog.set_remote(block, from.tag().unwrap_or_default(), invite.values(Name::RecordRoute), target_of(invite)?)
}

fn pieces<'a>(address: &Address<'a>) -> [&'a [u8]; 5] {
    let gap: &[u8] = if address.display.is_empty() { b"" } else { b" " };
    [address.display, gap, b"<", address.uri, b">"]
}
