//! Our responses to an incoming call: it is answered, or refused.

use super::Calls;
use super::call::Call;
use super::responses::Describe;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::media::CodecOrder;
#[cfg(feature = "identity")]
use crate::phone::dialogs::For;
use crate::phone::media::ports::Waiting;
use crate::phone::object::Object;
use crate::phone::transactions::server::{Host, Server};
use crate::phone::{CallId, CallState, Cause, CommandError, EndCause, EndedBy, Lower};
use crate::sip::session::{Carrier, Offer, Side};

impl Calls<'_> {
    /// Answers an incoming call with 180, 183 or 200.
    ///
    /// # Errors
    /// [`CommandError::State`] when it is no unanswered incoming call, [`CommandError::Range`] for another code.
    pub(in crate::phone) fn answer(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: CallId,
        code: u16,
    ) -> Result<(), CommandError> {
        self.may_answer(call, code)?;
        if code < 200 {
            self.let_ring(lower, now, call.0);
        }
        self.answer_call(lower, now, call.0, code);
        Ok(())
    }

    /// A call can be answered so.
    pub(super) fn may_answer(&self, call: CallId, code: u16) -> Result<&Call, CommandError> {
        let slot = self.get(call.0).ok_or(CommandError::Stale)?;
        if !matches!(code, 180 | 183 | 200) {
            return Err(CommandError::Range);
        }
        if !slot.incoming || !matches!(slot.state, CallState::Incoming | CallState::Early) || slot.server.is_none() {
            return Err(CommandError::State);
        }
        Ok(slot)
    }

    /// The choice of codecs for the answer to come of an incoming call; empty: its account's.
    ///
    /// # Errors
    /// [`CommandError::State`] when it is no incoming call that has not been answered with a description,
    /// [`CommandError::Codec`] when its offer has none of these codecs, or this phone's memory was not made for one.
    // never inlined: it is no part of a board's deepest way
    #[inline(never)]
    pub(in crate::phone) fn set_codecs(
        &mut self,
        lower: &mut Lower<'_>,
        call: CallId,
        codecs: CodecOrder,
    ) -> Result<(), CommandError> {
        let slot = self.get(call.0).ok_or(CommandError::Stale)?;
        let server = lower.transactions.server(slot.server).filter(|_| slot.incoming);
        // rfc6337#3.1.1: an answer, or an offer of ours, that is sent reliably settles them
        let theirs = Some(Offer { by: Side::Them, carrier: Carrier::Invite });
        let open = slot.answer_in_ack || lower.dialogs.session(slot.dialog).offer() == theirs;
        let open = open && slot.state == CallState::Incoming;
        let server = server.filter(|_| open).ok_or(CommandError::State)?;
        let codecs = codecs.or(lower.accounts.codecs(slot.account));
        if !lower.cx.fixed.takes(codecs) {
            return Err(CommandError::Codec);
        }
        let (flow, found, handle) = (server.flow(), server.host().found(), slot.server);
        let offer = Some(lower.transactions.kept_of(handle)).filter(|kept| !kept.is_empty());
        let before = lower.media.codecs(call.0);
        lower.media.set_codecs(call.0, codecs);
        let tried = Self::try_offer(lower, flow, (call.0, codecs), offer, found);
        if tried.is_ok_and(|tried| Self::accepting_fits(lower, handle, tried.len)) {
            return Ok(());
        }
        lower.media.set_codecs(call.0, before);
        Err(CommandError::Codec)
    }

    pub(super) fn answer_call(&mut self, lower: &mut Lower<'_>, now: Instant, call_handle: Handle, code: u16) {
        // a 183 that waited for its PRACK or for ports is overtaken by a 200 that did not wait
        let goes_on = |call: &&mut Call| code >= 200 || call.state < CallState::Connected;
        let Some(call) = self.get_mut(call_handle).filter(goes_on) else { return };
        let server_handle = call.server;
        let late = call.answer_in_ack;
        let Some(server) = lower.transactions.server(server_handle) else { return };
        let (flow, host) = (server.flow(), server.host());
        #[cfg(feature = "identity")]
        let plain = self.get(call_handle).is_none_or(|call| lower.dialogs.added(call.dialog, For::Response).is_empty());
        #[cfg(not(feature = "identity"))]
        let plain = true;
        if code == 180 && server.status() == 180 && plain {
            return; // it rings already: 180 left with the INVITE's arrival
        }
        #[cfg(feature = "reliable")]
        if lower.transactions.waits_for_prack(server_handle, code) {
            lower.media.wait(call_handle, Waiting::Answer(code));
            return;
        }
        // an offer of ours stands in a provisional response only where that is reliable
        #[cfg(feature = "reliable")]
        let describe = Self::describes(lower, server_handle, code, late);
        #[cfg(not(feature = "reliable"))]
        let describe = match (code, late) {
            (180, _) | (183, true) => Describe::Nothing,
            (_, true) => Describe::Offer,
            (_, false) => Describe::Answer,
        };
        if describe != Describe::Nothing && !Self::ports_ready(lower, call_handle, flow, Waiting::Answer(code)) {
            return;
        }
        if describe == Describe::Answer && matches!(host, Host::Sought(_)) {
            lower.media.wait(call_handle, Waiting::Answer(code));
            return;
        }
        if let Err(cause) = self.render_response(lower, server_handle, code, describe) {
            let status = if cause == Cause::Codec { 488 } else { 500 };
            self.refuse_call(lower, now, call_handle, status, cause);
            return;
        }
        lower.transactions.respond(&mut lower.cx, now, server_handle);
        let Some(call) = self.get_mut(call_handle) else { return };
        call.sip_code = code;
        if describe == Describe::Offer && code < 200 {
            call.answer_in_ack = false; // the PRACK has it
        }
        match code {
            183 => call.reach(now, CallState::Early),
            200 => {
                #[cfg(feature = "tones")]
                lower.media.ring_here(call_handle, None);
                call.reach(now, CallState::Connected);
                #[cfg(feature = "publish")]
                let account = call.account;
                call.give_up(Instant::NEVER);
                lower.dialogs.confirm(call.dialog);
                #[cfg(feature = "publish")]
                lower.accounts.call_went_up_or_down(&mut lower.cx, now, account);
            }
            _ => {}
        }
        self.wake(&mut lower.cx, call_handle);
        lower.cx.tell(Object::Call(call_handle.index));
        self.trace(&mut lower.cx, call_handle);
        if describe == Describe::Answer {
            self.run_media(lower, now, call_handle, false);
        } else if code == 200 {
            // media may run since a response before it
            self.watch_media(lower, now, call_handle);
        }
        if code == 200 {
            self.session_accepted(lower, now, call_handle);
            self.up_by_rules(lower, now, call_handle);
            #[cfg(feature = "refer")]
            self.take_place(lower, now, call_handle);
        }
    }

    /// Refuses an incoming call with a status from 300 to 699.
    ///
    /// # Errors
    /// [`CommandError::State`] when it is no unanswered incoming call, [`CommandError::Range`] for another code. 0 is
    /// 486.
    pub(in crate::phone) fn reject(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: CallId,
        code: u16,
    ) -> Result<(), CommandError> {
        let code = self.may_reject(call, code)?;
        self.ends(call.0, EndedBy::Application, EndCause::None);
        self.refuse_call(lower, now, call.0, code, Cause::Refused);
        Ok(())
    }

    /// A call can be refused so. Gives the status.
    pub(super) fn may_reject(&self, call: CallId, code: u16) -> Result<u16, CommandError> {
        let slot = self.get(call.0).ok_or(CommandError::Stale)?;
        let code = if code == 0 { 486 } else { code };
        if !(300..=699).contains(&code) {
            return Err(CommandError::Range);
        }
        if !slot.incoming || !matches!(slot.state, CallState::Incoming | CallState::Early) {
            return Err(CommandError::State);
        }
        Ok(code)
    }

    /// Refuses the INVITE of a call; the call is over.
    pub(super) fn refuse_call(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call_handle: Handle,
        status: u16,
        cause: Cause,
    ) {
        let server = self.get(call_handle).map_or(Handle::NONE, |call| call.server);
        self.refuse_server(lower, now, server, status, Describe::Nothing);
        self.end_call(lower, now, call_handle, cause, status);
    }

    /// Refuses an INVITE; behind a re-INVITE an offer of ours that waited has its turn. A refusal that cannot be rendered (its socket is gone, or it is too long) leaves nothing to
    /// repeat: the transaction ends.
    pub(super) fn refuse_server(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        status: u16,
        describe: Describe<'_>,
    ) {
        self.forget_offerer(lower, handle);
        let served = lower.transactions.server(handle).map(Server::served);
        if let Some(served) = served {
            lower.offer_is_void(served.dialog, Side::Them);
        }
        // the call may be gone when its PRACK comes
        #[cfg(feature = "reliable")]
        Self::leave_unheard(lower, handle);
        if self.render_response(lower, handle, status, describe).is_ok() {
            lower.transactions.respond(&mut lower.cx, now, handle);
        } else {
            self.end_server(lower, now, handle);
        }
        #[cfg(feature = "reoffer")]
        if let Some(served) = served.filter(|served| served.is_again()) {
            self.offer_unsettled(lower, now, served.call);
        }
        #[cfg(not(feature = "reoffer"))]
        let _ = served;
    }
}
