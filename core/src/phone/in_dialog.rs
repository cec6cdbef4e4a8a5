//! Requests inside a dialog: BYE, re-INVITE, OPTIONS; and the end of a call.

use super::calls::call::{Cancel, Ports};
use super::methods::ALLOW;
use super::object::Object;
use super::responses::Describe;
use super::transactions::request::Sending;
use super::transactions::server::{Kind, Served};
use super::transactions::serving::NotOpened;
use super::transactions::stateless::Extra;
use super::{CallId, CallState, Cause, CommandError, EndCause, EndedBy, Flow, Phone};
use crate::base::limits::SLOT_RETRY_MS;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::offer::OfferError;
use crate::sip::dialog::contact_uri;
use crate::sip::server::State;
use crate::sip::tombstone::Keys;
use crate::wire::sip::{Message, Method};

impl Phone<'_> {
    /// A request in one of our dialogs.
    pub(super) fn request_in_dialog(
        &mut self,
        now: Instant,
        flow: Flow,
        dialog_handle: Handle,
        keys: Keys,
        request: &Message<'_>,
        method: Method<'_>,
    ) {
        let Ok(cseq) = request.cseq() else { return };
        let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog_handle) else { return };
        // rfc3261#12.2.2: a number that does not grow is out of order
        if dialog.remote_number.is_some_and(|last| cseq.number <= last) {
            self.respond_and_bury(now, flow, request, keys, 500, Extra { reordered: true, ..Extra::default() });
            return;
        }
        dialog.remote_number = Some(cseq.number);
        let call_handle = dialog.call;
        match method {
            Method::Bye => {
                self.respond_and_bury(now, flow, request, keys, 200, Extra::default());
                self.keep(call_handle, request);
                if let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog_handle) {
                    dialog.confirmed = false; // nothing is left to end there
                    dialog.bye_owed = false;
                }
                let server = self.calls.slots.get(call_handle).map_or(Handle::NONE, |call| call.server);
                match self.lower.transactions.server_state(server) {
                    // rfc3261#15.1.2: what is pending gets 487
                    Some(State::Proceeding) => self.refuse_server(now, server, 487, Describe::Nothing),
                    Some(State::Accepted) => self.end_server(now, server),
                    Some(State::Completed) | None => {}
                }
                if self
                    .calls
                    .slots
                    .get(call_handle)
                    .is_some_and(|call| !call.request.is_none() && call.state != CallState::Connected)
                {
                    // rfc3261#15: the called side must not say BYE before it has answered. One that does so refuses the
                    // call in its way; where others ring too, they go on.
                    let alone = self
                        .lower
                        .dialogs
                        .slots
                        .get(dialog_handle)
                        .is_some_and(|dialog| dialog.sibling.is_none() && !dialog.chained);
                    if alone {
                        self.ends(call_handle, EndedBy::Remote, EndCause::Declined);
                        self.cancel_call(now, call_handle, Cause::Normal);
                    }
                    return;
                }
                if let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog_handle) {
                    dialog.left = true;
                }
                // before the answer it ends the call as a CANCEL would
                self.ends(call_handle, EndedBy::Remote, EndCause::None);
                let up = self.calls.slots.get(call_handle).is_some_and(|call| call.state == CallState::Connected);
                let (cause, status) = if up { (Cause::Normal, 0) } else { (Cause::Cancelled, 487) };
                self.end_call(now, call_handle, cause, status);
                self.settle_dialog(dialog_handle);
            }
            Method::Invite => self.invited_again(now, flow, dialog_handle, keys, request),
            Method::Options => {
                self.respond_and_bury(
                    now,
                    flow,
                    request,
                    keys,
                    200,
                    Extra { allow: ALLOW, accept: true, ..Extra::default() },
                );
            }
            Method::Other(_) => {
                self.respond_and_bury(now, flow, request, keys, 501, Extra { allow: ALLOW, ..Extra::default() })
            }
            _ => self.respond_and_bury(now, flow, request, keys, 405, Extra { allow: ALLOW, ..Extra::default() }),
        }
    }

    /// A re-INVITE (rfc3261#14.2). One that we cannot agree to gets 488 and leaves the call as it is.
    fn invited_again(&mut self, now: Instant, flow: Flow, dialog_handle: Handle, keys: Keys, invite: &Message<'_>) {
        let call_handle = self.lower.dialogs.slots.get(dialog_handle).map_or(Handle::NONE, |dialog| dialog.call);
        // rfc3261#12.2.2: after BYE there is no dialog any more
        let Some(call) = self.calls.slots.get(call_handle).filter(|call| call.state != CallState::Ended) else {
            self.respond_and_bury(now, flow, invite, keys, 481, Extra::default());
            return;
        };
        // an answer whose host is looked up is not taken yet: it would overtake what is agreed on meanwhile
        let sought = self.lower.dialogs.slots.get(dialog_handle).is_some_and(|dialog| !dialog.lookup.is_none());
        let busy = sought || !call.request.is_none() || call.state != CallState::Connected;
        // rfc3261#14.2: one before it is not answered (500), or an offer is under way (491). One that was refused is
        // over.
        let refusal = match self.lower.transactions.server_state(call.server) {
            Some(State::Proceeding) => Some((500, 1 + self.lower.cx.rng.below(10) as u8)),
            Some(State::Accepted) => Some((491, 0)),
            _ if busy => Some((491, 0)),
            _ => None,
        };
        if let Some((status, retry_after)) = refusal {
            self.respond_and_bury(now, flow, invite, keys, status, Extra { retry_after, ..Extra::default() });
            return;
        }
        if let Err(status) = super::incoming::check_invite(invite) {
            self.respond_and_bury(now, flow, invite, keys, status, Extra { accept: status == 415, ..Extra::default() });
            return;
        }
        let kept =
            call.incoming && call.account.is_none() && self.lower.transactions.servers_free() <= self.kept_slots();
        let account = call.account;
        let served = Served { call: call_handle, dialog: dialog_handle, kind: Kind::Reinvite };
        let opened =
            if kept { Err(NotOpened::Full) } else { self.open_invite(now, (flow, keys), account, served, invite) };
        let handle = match opened {
            Ok(handle) => handle,
            Err(not_opened) => {
                let (status, retry_after) = if not_opened == NotOpened::Full { (500, 1) } else { (513, 0) };
                self.respond_and_bury(now, flow, invite, keys, status, Extra { retry_after, ..Extra::default() });
                return;
            }
        };
        if let Some(call) = self.calls.slots.get_mut(call_handle) {
            call.server = handle;
        }
        if let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog_handle) {
            dialog.usages = dialog.usages.saturating_add(1);
        }
        self.keep(call_handle, invite);
        let tried = super::outgoing::description(invite).map_or(Ok(()), |offer| self.try_offer(flow, offer, None));
        match tried {
            Ok(()) | Err(OfferError::HostName) => {}
            Err(error) => {
                self.refuse_server(now, handle, error.status(), Describe::Warning(error.warning(), error.reason()));
                return;
            }
        }
        // rfc3261#12.2.2, rfc6141#4.6: a target refresh, for a request that is not refused
        if let (Some(dialog), Some(target)) = (self.lower.dialogs.slots.get_mut(dialog_handle), contact_uri(invite)) {
            dialog.refresh_target(self.lower.dialogs.text.get_mut(dialog_handle.index), target);
        }
        let trusted = self.lower.accounts.is_own_flow(
            self.lower.dialogs.slots.get(dialog_handle).map_or(Handle::NONE, |dialog| dialog.account),
            flow,
        );
        self.vouch(call_handle, flow, trusted, invite);
        self.find_next_hop(dialog_handle);
        if tried.is_ok() {
            self.answer_again(now, handle);
        } else if !self.find_offerer(now, handle) {
            self.refuse_server(now, handle, 500, Describe::Nothing);
        }
    }

    /// Answers a re-INVITE whose offer can be answered, or that has none.
    pub(super) fn answer_again(&mut self, now: Instant, handle: Handle) {
        let Some(server) = self.lower.transactions.server(handle) else { return };
        let (call_handle, late) = (server.served().call, !server.has_kept());
        let describe = if late { Describe::Offer } else { Describe::Answer };
        if self.render_response(handle, 200, describe).is_err() {
            self.refuse_server(now, handle, 500, Describe::Nothing);
            return;
        }
        self.lower.transactions.respond(&mut self.lower.cx, now, handle);
        if let Some(call) = self.calls.slots.get_mut(call_handle) {
            call.answer_in_ack = late;
        }
        if !late {
            // another address than before has confirmed nothing until the ACK
            self.run_media(now, call_handle, false);
        }
    }

    /// Sends BYE in a dialog that is confirmed.
    pub(super) fn send_bye(&mut self, now: Instant, dialog_handle: Handle) {
        let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog_handle) else { return };
        dialog.confirmed = false;
        let (flow, own_hop) = (dialog.flow, dialog.own_hop);
        let Some(request) = self.dialog_request(dialog_handle, Sending::Bye) else {
            // every slot is busy: the dialog stays, and the BYE is tried again
            if let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog_handle) {
                dialog.bye_owed = true;
            }
            self.lower.cx.due.set(
                self.lower.cx.objects.number(Object::Dialog(dialog_handle.index)),
                now + Duration::from_millis(SLOT_RETRY_MS),
            );
            return;
        };
        match flow {
            Some(flow) if self.local_of(flow.socket()).is_some() => self.go_over(now, request, flow, own_hop),
            // its socket is gone: there may be another way
            Some(_) => self.locate(request),
            None => self.end_request(request),
        }
    }

    /// Ends a call, whatever its state: refuses, cancels or says BYE.
    ///
    /// # Errors
    /// [`CommandError::Stale`], or [`CommandError::State`] when it has ended already.
    pub fn hangup(&mut self, now: Instant, call: CallId) -> Result<(), CommandError> {
        self.hear(now);
        let slot = self.calls.slots.get(call.0).ok_or(CommandError::Stale)?;
        let (state, incoming) = (slot.state, slot.incoming);
        if state == CallState::Ended {
            return Err(CommandError::State);
        }
        self.ends(call.0, EndedBy::Application, EndCause::None);
        match state {
            CallState::Incoming | CallState::Early if incoming => self.refuse_call(now, call.0, 486, Cause::Refused),
            CallState::Calling | CallState::Early => self.cancel_call(now, call.0, Cause::Normal),
            _ => self.end_call(now, call.0, Cause::Normal, 0),
        }
        Ok(())
    }

    /// The end of a call: media stops, its ports close, BYE leaves where the dialog is confirmed, and the last event is
    /// told.
    pub(super) fn end_call(&mut self, now: Instant, call_handle: Handle, cause: Cause, status: u16) {
        let Some(call) = self.calls.slots.get(call_handle) else { return };
        if call.state == CallState::Ended {
            return;
        }
        let (dialog_handle, server, ports, cancelled) = (call.dialog, call.server, call.ports, call.cancel);
        let (given_up, state) = (call.cause, call.state);
        self.leave_reoffer(now, call_handle);
        self.stop_media(now, call_handle);
        self.drop_forks(dialog_handle);
        self.forget_lookup(dialog_handle);
        if self.lower.dialogs.slots.get(dialog_handle).is_some_and(|dialog| dialog.confirmed) {
            let unacknowledged = self
                .lower
                .transactions
                .server(server)
                .is_some_and(|server| server.state() == State::Accepted && !server.served().is_again());
            if unacknowledged {
                // rfc3261#15: the called side waits for the ACK before its BYE
                if let Some(dialog) = self.lower.dialogs.slots.get_mut(dialog_handle) {
                    dialog.bye_owed = true;
                    dialog.confirmed = false;
                }
            } else {
                self.send_bye(now, dialog_handle);
            }
        }
        if let Ports::Open { .. } = ports {
            self.close_ports(call_handle);
        }
        let Some(call) = self.calls.slots.get_mut(call_handle) else { return };
        call.ports = Ports::Closed;
        call.waiting = super::calls::call::Waiting::Nothing;
        call.reach(now, CallState::Ended);
        call.give_up = Instant::NEVER;
        // what the hang-up was for counts, where nothing but it or silence ended the call
        let silent = matches!(cause, Cause::Normal | Cause::Timeout | Cause::Unreachable);
        call.cause = if cancelled != Cancel::No && silent { given_up } else { cause };
        if status > 0 {
            call.sip_code = status;
        }
        let account = call.account;
        self.settle_end(call_handle, state, status);
        self.trace_call(call_handle);
        self.schedule(Object::Call(call_handle.index));
        self.calls.ended.push(call_handle.index);
        self.tell(Object::Call(call_handle.index));
        self.leave(account);
    }

    /// A call's slot is free again: it was released, or gave way.
    pub(super) fn free_call(&mut self, call_handle: Handle) {
        let Some(call) = self.calls.slots.get(call_handle) else { return };
        let (dialog, server) = (call.dialog, call.server);
        self.orphan_commands(Object::Call(call_handle.index));
        self.lower.transactions.forget_call(server);
        if let Some(slot) = self.lower.dialogs.slots.get_mut(dialog) {
            slot.call = Handle::NONE;
        }
        self.remove_call(call_handle);
        self.release_dialog(dialog);
    }
}
