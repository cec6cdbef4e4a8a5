//! Re-INVITEs of the far end.

use super::arrived::Arrived;
use super::responses::Describe;
use super::transactions::server::{Kind, Served, Server};
use super::transactions::serving::NotOpened;
use super::transactions::stateless::Extra;
use super::{CallState, Phone};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::offer::OfferError;
use crate::sip::dialog::contact_uri;
use crate::sip::server::State;
use crate::sip::tombstone::Answered;

/// A re-INVITE (rfc3261#14.2). One that we cannot agree to gets 488 and leaves the call as it is.
pub(super) fn take(phone: &mut Phone<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
    phone.invited_again(now, arrived);
}

impl Phone<'_> {
    fn invited_again(&mut self, now: Instant, arrived: &Arrived<'_, '_>) {
        let Arrived { flow, keys, request: invite, dialog: dialog_handle, .. } = *arrived;
        let call_handle = self.lower.dialogs.call_of(dialog_handle);
        let Some(call) = self.calls.get(call_handle) else { return };
        // an answer whose host is looked up is not taken yet: it would overtake what is agreed on meanwhile
        let sought = self.lower.dialogs.get(dialog_handle).is_some_and(|dialog| !dialog.lookup.is_none());
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
        let (account, before) = (call.account, call.server);
        let direct = call.incoming && account.is_none();
        // one that was refused and waits for its ACK gives way, or each would keep a slot
        if let Some(status) = self.lower.transactions.server(before).map(Server::status) {
            self.end_server_owing(now, before, Answered { status, ..Answered::default() });
        }
        let kept = direct && self.lower.transactions.servers_free() <= self.kept_slots();
        let served = Served { call: call_handle, dialog: dialog_handle, kind: Kind::Reinvite };
        let opened =
            if kept { Err(NotOpened::Full) } else { self.open_invite(now, (flow, keys), account, served, invite) };
        let handle = match opened {
            Ok(handle) => handle,
            Err(not_opened) => {
                let (status, retry_after) = if not_opened == NotOpened::Full { (500, 1) } else { (513, 0) };
                if status == 513 {
                    self.lower.cx.too_long();
                }
                self.respond_and_bury(now, flow, invite, keys, status, Extra { retry_after, ..Extra::default() });
                return;
            }
        };
        if let Some(call) = self.calls.get_mut(call_handle) {
            call.server = handle;
        }
        self.lower.dialogs.take(dialog_handle);
        self.calls.keep(&self.lower.cx, call_handle, invite);
        let tried = super::outgoing::description(invite).map_or(Ok(()), |offer| self.try_offer(flow, offer, None));
        match tried {
            Ok(()) | Err(OfferError::HostName) => {}
            Err(error) => {
                self.refuse_server(now, handle, error.status(), Describe::Warning(error.warning(), error.reason()));
                return;
            }
        }
        // rfc3261#12.2.2, rfc6141#4.6: a target refresh, for a request that is not refused
        if let (Some((dialog, text)), Some(target)) = (self.lower.dialogs.two(dialog_handle), contact_uri(invite))
            && !dialog.refresh_target(text, target)
        {
            self.lower.cx.too_long();
            self.refuse_server(now, handle, 513, Describe::Nothing);
            return;
        }
        let trusted = self.lower.accounts.is_own_flow(self.lower.dialogs.account_of(dialog_handle), flow);
        self.vouch(call_handle, flow, trusted, invite);
        self.lower.dialogs.find_next_hop(dialog_handle);
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
        if let Some(call) = self.calls.get_mut(call_handle) {
            call.answer_in_ack = late;
        }
        if !late {
            // another address than before has confirmed nothing until the ACK
            self.run_media(now, call_handle, false);
        }
    }
}
