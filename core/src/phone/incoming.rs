//! Incoming calls: the INVITE, its answers, its ACK, its CANCEL.

use super::answers::Describe;
use super::calls::call::{Ports, Waiting};
use super::ending::reason_of;
use super::object::Object;
use super::outgoing::description;
use super::place::Place;
use super::reply::Extra;
use super::trace::Pool;
use super::transactions::server::{Host, Server};
use super::{CallId, CallState, Cause, CommandError, EndCause, EndedBy, Flow, Phone};
use crate::base::count;
use crate::base::cursor::Cursor;
use crate::base::limits::{STATUS_LINE, TRYING_MS, UNANSWERED_S};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::offer::OfferError;
use crate::sip::dialog::{Dialog, contact_uri};
use crate::sip::server::State;
use crate::sip::tag::Tag;
use crate::sip::tombstone::{Answered, Keys};
use crate::wire::sip::{Address, Message, Name, Params, Scheme, Uri, echo_with_routes};

impl Phone<'_> {
    /// An INVITE outside a dialog.
    pub(super) fn invited(&mut self, now: Instant, flow: Flow, account: Handle, keys: Keys, invite: &Message<'_>) {
        if self.lower.cx.closing {
            self.answer_and_bury(now, flow, invite, keys, 480, Extra::default());
            return;
        }
        if let Err(status) = check_invite(invite) {
            self.answer_at_once(flow, invite, status, Extra { accept: status == 415, ..Extra::default() });
            return;
        }
        // whether we could answer its offer, before anybody is rung for it
        let tried = description(invite).map_or(Ok(()), |offer| self.try_offer(flow, offer, None));
        match tried {
            Ok(()) | Err(OfferError::HostName) => {}
            Err(error) => {
                // rfc3261#13.3.1.3: with a Warning that says why
                let warning = Some((error.warning(), error.reason()));
                self.answer_at_once(flow, invite, error.status(), Extra { warning, ..Extra::default() });
                return;
            }
        }
        let room = if account.is_none() { self.admit_direct(now, flow) } else { self.make_room(now) };
        let Some(call) = room.then(|| self.new_call()).flatten() else {
            count::up(&mut self.lower.cx.counters.refused_full);
            self.trace_no_room(flow, account);
            self.answer_and_bury(now, flow, invite, keys, 486, Extra::default());
            return;
        };
        if let Err(status) = self.admit(now, flow, account, call, keys, invite) {
            self.remove_call(call);
            // rfc3261#21.4.30 (too long for our buffers), #21.5.4 (no slot)
            count::up(if status == 513 {
                &mut self.lower.cx.counters.oversize
            } else {
                &mut self.lower.cx.counters.refused_full
            });
            if status == 513 {
                self.lower.cx.trace_full(Pool::Message);
            } else if self.lower.transactions.servers.is_full() {
                self.lower.cx.trace_full(Pool::Servers);
            }
            let retry_after = if status == 513 { 0 } else { 5 };
            self.answer_and_bury(now, flow, invite, keys, status, Extra { retry_after, ..Extra::default() });
        } else if tried == Err(OfferError::HostName) {
            let server = self.calls.slots.get(call).map_or(Handle::NONE, |call| call.server);
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
        let secret = self.lower.cx.rng.next_u64();
        let number = invite.cseq().map_err(|_| 400u16)?.number;
        let dialog_handle = self.new_dialog(Dialog::EMPTY).ok_or(503u16)?;
        let own_hop = self
            .lower
            .accounts
            .slots
            .get(account)
            .is_some_and(|account| account.own.contains(&Some(flow.remote().ip())));
        let mut dialog = Dialog {
            call: call_handle,
            account,
            local_tag: Tag { handle: dialog_handle, secret },
            remote_number: Some(number),
            flow: Some(flow),
            usages: 2, // the call, and its INVITE
            own_hop,
            ..Dialog::EMPTY
        };
        let block = self.lower.dialogs.text.get_mut(dialog_handle.index);
        let built = set_from_invite(&mut dialog, block, invite).ok_or(513u16);
        let server = built.and_then(|()| self.lower.transactions.servers.insert(Server::EMPTY).ok_or(503));
        let filled = server.and_then(|handle| {
            let filled = self.fill_server(now, handle, flow, keys, (account, Handle::NONE), invite);
            if filled.is_none() {
                self.lower.transactions.servers.remove(handle);
            }
            filled.map(|()| handle).ok_or(513)
        });
        let server_handle = match filled {
            Ok(handle) => handle,
            Err(status) => {
                self.lower.dialogs.slots.remove(dialog_handle);
                return Err(status);
            }
        };
        if let Some(server) = self.lower.transactions.servers.get_mut(server_handle) {
            server.call = call_handle;
            server.dialog = dialog_handle;
            server.direct = account.is_none();
        }
        if account.is_none() {
            self.count_direct(server_handle, flow);
        }
        if let Some(slot) = self.lower.dialogs.slots.get_mut(dialog_handle) {
            *slot = dialog;
        }
        self.find_next_hop(dialog_handle);
        let local = self.local_of(flow.socket());
        if let Some(call) = self.calls.slots.get_mut(call_handle) {
            call.account = account;
            call.incoming = true;
            call.reach(now, CallState::Incoming);
            call.dialog = dialog_handle;
            call.server = server_handle;
            call.answer_in_ack = description(invite).is_none();
            // rfc3261#13.3.1: it is to be answered within its time; and a caller that vanished does not ring for ever
            let seconds = invite.expires().map_or(UNANSWERED_S, u64::from).min(UNANSWERED_S);
            call.give_up = now + Duration::from_secs(seconds);
            if let Some(local) = local {
                call.ports = Ports::Wished(local.ip());
            }
        }
        self.vouch(call_handle, flow, !account.is_none(), invite);
        self.keep(call_handle, invite);
        self.schedule(Object::Call(call_handle.index));
        self.wish(Object::Call(call_handle.index));
        self.tell(Object::Call(call_handle.index));
        self.trace_call(call_handle);
        // the phone rings
        if self.render_answer(server_handle, 180, Describe::Nothing).is_ok() {
            self.give_answer(now, server_handle, 180);
        }
        Ok(())
    }

    /// Puts an INVITE's echo and offer in its transaction's buffer. `of`: its account, and the call whose re-INVITE it
    /// is. `None`: it could not be accepted there (513).
    pub(super) fn fill_server(
        &mut self,
        now: Instant,
        handle: Handle,
        flow: Flow,
        keys: Keys,
        of: (Handle, Handle),
        invite: &Message<'_>,
    ) -> Option<()> {
        let block = self.lower.transactions.server_bytes.get_mut(handle.index);
        let offer = description(invite).unwrap_or_default();
        let offer_start = block.len().checked_sub(offer.len())?;
        let (front, back) = block.split_at_mut(offer_start);
        back.copy_from_slice(offer);
        let mut out = Cursor::new(front.get_mut(STATUS_LINE..)?);
        echo_with_routes(invite, flow.remote(), &mut out);
        let echo_end = STATUS_LINE + out.finish().ok()?;
        let filled = Server {
            transaction: crate::sip::server::Server::start(now, flow.is_reliable(), Duration::from_millis(TRYING_MS)),
            flow: Place::new(super::reply::answers_to(flow, invite)),
            base: keys.base,
            key: keys.key,
            echo_end: u16::try_from(echo_end).ok()?,
            offer: u16::try_from(offer.len()).ok()?,
            has_tag: invite.to().is_ok_and(|to| to.tag().is_some()),
            ..Server::EMPTY
        };
        let (account, call) = of;
        if !self.accepting_fits(&filled, account, call, description(invite)) {
            return None;
        }
        *self.lower.transactions.servers.get_mut(handle)? = filled;
        self.lower.transactions.server_table.insert(keys.base, handle.index);
        self.schedule(Object::Server(handle.index));
        Some(())
    }

    /// An answer that was rendered leaves.
    pub(super) fn give_answer(&mut self, now: Instant, handle: Handle, status: u16) {
        if let Some(server) = self.lower.transactions.servers.get_mut(handle) {
            server.transaction.handle_answer(now, status);
        }
        self.owe(Object::Server(handle.index));
        self.schedule(Object::Server(handle.index));
    }

    /// A server transaction is over.
    pub(super) fn end_server(&mut self, now: Instant, handle: Handle) {
        // rfc3261#17.2.1 timer I, rfc6026#7.1 timer L: repetitions are absorbed in silence
        self.end_server_owing(now, handle, Answered::default());
    }

    /// A server transaction is over; repetitions of its INVITE get this response.
    pub(super) fn end_server_owing(&mut self, now: Instant, handle: Handle, answered: Answered) {
        self.forget_offerer(handle);
        let Some(server) = self.lower.transactions.servers.get(handle).copied() else { return };
        let direct = self.is_direct(server.dialog);
        self.lower.transactions.tombstones.bury(now, Keys { base: server.base, key: server.key, direct }, answered);
        self.lower.transactions.server_table.remove(handle.index);
        if server.direct {
            self.forget_direct(handle);
        }
        self.lower.transactions.servers.remove(handle);
        self.lower.cx.due.set(self.lower.cx.objects.number(Object::Server(handle.index)), Instant::NEVER);
        if let Some(call) = self.calls.slots.get_mut(server.call)
            && call.server == handle
        {
            call.server = Handle::NONE;
        }
        self.release_dialog(server.dialog);
    }

    /// Answers an incoming call with 180, 183 or 200.
    ///
    /// # Errors
    /// [`CommandError::State`] when it is no unanswered incoming call, [`CommandError::Range`] for another code.
    pub fn answer(&mut self, now: Instant, call: CallId, code: u16) -> Result<(), CommandError> {
        self.hear(now);
        let slot = self.calls.slots.get(call.0).ok_or(CommandError::Stale)?;
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
        let Some(call) = self.calls.slots.get_mut(call_handle) else { return };
        let server_handle = call.server;
        let late = call.answer_in_ack;
        let Some(server) = self.lower.transactions.servers.get(server_handle).copied() else { return };
        if code == 180 && server.status == 180 {
            return; // it rings already: 180 left with the INVITE's arrival
        }
        let describe = match (code, late) {
            (180, _) | (183, true) => Describe::Nothing, // without PRACK an offer of ours cannot stand in a provisional answer
            (_, true) => Describe::Offer,
            (_, false) => Describe::Answer,
        };
        if describe != Describe::Nothing && !self.ports_ready(call_handle, server.flow.flow(), Waiting::Answer(code)) {
            return;
        }
        if describe == Describe::Answer && matches!(server.host, Host::Sought(_)) {
            if let Some(call) = self.calls.slots.get_mut(call_handle) {
                call.wait(Waiting::Answer(code));
            }
            return;
        }
        if let Err(cause) = self.render_answer(server_handle, code, describe) {
            let status = if cause == Cause::Codec { 488 } else { 500 };
            self.refuse_call(now, call_handle, status, cause);
            return;
        }
        self.give_answer(now, server_handle, code);
        let Some(call) = self.calls.slots.get_mut(call_handle) else { return };
        call.sip_code = code;
        match code {
            183 => call.reach(now, CallState::Early),
            200 => {
                call.reach(now, CallState::Connected);
                call.give_up = Instant::NEVER;
                if let Some(dialog) = self.lower.dialogs.slots.get_mut(call.dialog) {
                    dialog.confirmed = true;
                }
            }
            _ => {}
        }
        self.schedule(Object::Call(call_handle.index));
        self.tell(Object::Call(call_handle.index));
        self.trace_call(call_handle);
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
        let slot = self.calls.slots.get(call.0).ok_or(CommandError::Stale)?;
        let code = if code == 0 { 486 } else { code };
        if !(300..=699).contains(&code) {
            return Err(CommandError::Range);
        }
        if !slot.incoming || !matches!(slot.state, CallState::Incoming | CallState::Early) {
            return Err(CommandError::State);
        }
        self.ends(call.0, EndedBy::Application, EndCause::None);
        self.refuse_call(now, call.0, code, Cause::Refused);
        Ok(())
    }

    /// Refuses the INVITE of a call; the call is over.
    pub(super) fn refuse_call(&mut self, now: Instant, call_handle: Handle, status: u16, cause: Cause) {
        let server = self.calls.slots.get(call_handle).map_or(Handle::NONE, |call| call.server);
        self.refuse_server(now, server, status, Describe::Nothing);
        self.end_call(now, call_handle, cause, status);
    }

    /// Refuses an INVITE. A refusal that cannot be rendered (its socket is gone, or it is too long) leaves nothing to
    /// repeat: the transaction ends.
    pub(super) fn refuse_server(&mut self, now: Instant, handle: Handle, status: u16, describe: Describe) {
        self.forget_offerer(handle);
        if self.render_answer(handle, status, describe).is_ok() {
            self.give_answer(now, handle, status);
        } else {
            self.end_server(now, handle);
        }
    }

    /// An ACK: of a refusal (the same branch), or of a 2xx (the same dialog and number).
    pub(super) fn acknowledged(&mut self, now: Instant, keys: Keys, dialog: Option<Handle>, ack: &Message<'_>) {
        let Some(handle) = self.lower.transactions.server_table.find(keys.base).find_map(|index| {
            let handle = self.lower.transactions.servers.handle_at(index)?;
            let server = self.lower.transactions.servers.get(handle)?;
            let of_refusal = server.transaction.state() == State::Completed && server.key == keys.key;
            // a 2543 peer acknowledges a refusal with the To tag in: its key differs, its dialog does not
            let of_dialog = server.transaction.state() != State::Proceeding && dialog == Some(server.dialog);
            (of_refusal || of_dialog).then_some(handle)
        }) else {
            return;
        };
        let Some(server) = self.lower.transactions.servers.get(handle).copied() else { return };
        let success = server.transaction.state() == State::Accepted;
        let call_handle = server.call;
        let bye = self.lower.dialogs.slots.get(server.dialog).is_some_and(|dialog| dialog.bye_owed);
        if success && bye {
            // rfc3261#15: the BYE waited for this ACK
            if let Some(dialog) = self.lower.dialogs.slots.get_mut(server.dialog) {
                dialog.bye_owed = false;
            }
            self.send_bye(now, server.dialog);
        }
        self.end_server(now, handle);
        if !success || bye {
            return;
        }
        self.keep(call_handle, ack);
        self.confirm_media(call_handle);
        let late = self.calls.slots.get_mut(call_handle).is_some_and(|call| core::mem::take(&mut call.answer_in_ack));
        if late && !self.take_late_answer(now, call_handle, ack) && !server.again {
            // rfc3261#13.2.2.4: the answer to our offer had to be in the ACK
            self.end_call(now, call_handle, Cause::Codec, 0);
        }
    }

    fn take_late_answer(&mut self, now: Instant, call: Handle, ack: &Message<'_>) -> bool {
        let (Some(text), Some(dialog)) = (description(ack), self.calls.slots.get(call).map(|call| call.dialog)) else {
            return false;
        };
        self.take_answer(now, call, dialog, text)
    }

    /// A CANCEL (rfc3261#9.2): it ends an INVITE that is not finally answered, and has no effect on one that is.
    pub(super) fn cancelled(&mut self, now: Instant, flow: Flow, keys: Keys, cancel: &Message<'_>) {
        let Some(invite) = self.keys_of(cancel, crate::wire::sip::Method::Invite) else { return };
        let found = self.lower.transactions.server_table.find(keys.base).find_map(|index| {
            let handle = self.lower.transactions.servers.handle_at(index)?;
            self.lower.transactions.servers.get(handle).filter(|server| server.key == invite.key).map(|_| handle)
        });
        match found {
            Some(handle) => {
                let Some(server) = self.lower.transactions.servers.get(handle).copied() else { return };
                // rfc3261#9.2: with the To tag of the INVITE's answers
                let tag = self.lower.dialogs.slots.get(server.dialog).map(|dialog| dialog.local_tag);
                self.answer_at_once(flow, cancel, 200, Extra { tag, ..Extra::default() });
                if server.transaction.state() != State::Proceeding {
                    return;
                }
                if server.again {
                    self.refuse_server(now, handle, 487, Describe::Nothing);
                } else {
                    self.keep(server.call, cancel);
                    self.ends(server.call, EndedBy::Remote, reason_of(cancel));
                    self.refuse_call(now, server.call, 487, Cause::Cancelled);
                }
            }
            None if self.lower.transactions.tombstones.find(now, invite.base, invite.key).is_some() => {
                self.answer_at_once(flow, cancel, 200, Extra::default())
            }
            None => self.answer_at_once(flow, cancel, 481, Extra::default()),
        }
    }

    /// A timer of an incoming INVITE.
    pub(super) fn server_timeout(&mut self, now: Instant, handle: Handle) {
        use crate::sip::server::Expiry;
        let Some(server) = self.lower.transactions.servers.get_mut(handle) else { return };
        let (call, dialog) = (server.call, server.dialog);
        match server.transaction.handle_timeout(now) {
            Expiry::Nothing => {}
            Expiry::Trying => {
                if self.render_answer(handle, 100, Describe::Nothing).is_ok() {
                    self.owe(Object::Server(handle.index));
                }
            }
            Expiry::Resend => self.owe(Object::Server(handle.index)),
            Expiry::Over => {
                self.end_server(now, handle);
                return;
            }
            Expiry::Unacknowledged => {
                // rfc3261#13.3.1.4, #14.2: no ACK came; the session is ended
                let bye = self
                    .lower
                    .dialogs
                    .slots
                    .get_mut(dialog)
                    .is_some_and(|dialog| core::mem::take(&mut dialog.bye_owed));
                if bye {
                    self.send_bye(now, dialog);
                }
                self.end_server(now, handle);
                self.end_call(now, call, Cause::Timeout, 408);
                return;
            }
        }
        self.schedule(Object::Server(handle.index));
    }
}

/// What an INVITE must have before it is looked at any further.
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
