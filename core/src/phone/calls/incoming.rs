//! Incoming calls: the INVITE, its responses, its ACK, its CANCEL.

use super::Calls;
#[cfg(feature = "tones")]
use super::alert::alert_of;
use super::call::Call;
use super::outgoing::description;
use super::reason_of;
use super::responses::{Describe, respond_and_bury, respond_at_once};
use crate::base::count;
use crate::base::limits::UNANSWERED_S;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::media::CodecOrder;
use crate::phone::arrived::Arrived;
#[cfg(feature = "identity")]
use crate::phone::dialogs::For;
use crate::phone::dialogs::{Leg, Texts};
use crate::phone::media::ports::Waiting;
use crate::phone::object::Object;
use crate::phone::response::Extra;
use crate::phone::trace::Pool;
use crate::phone::transactions::keys::keys_of;
use crate::phone::transactions::server::{Host, Kind, Served, Server};
use crate::phone::transactions::serving::{Acknowledged, Met, NotOpened, ServerDue};
use crate::phone::{CallId, CallState, Cause, CommandError, EndCause, EndedBy, Lower};
use crate::sip::dialog::is_target;
use crate::sip::session::timer::Timer;
use crate::sip::session::{Carrier, Offer, Side};
use crate::sip::tag::Tag;
use crate::sip::tombstone::Responded;
use crate::wire::sip::{Address, Mandatory, Message, Method, Name, Params, Scheme};

impl Calls<'_> {
    /// An INVITE outside a dialog.
    pub(in crate::phone) fn invited(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
        let Arrived { flow, request: invite, account, .. } = *arrived;
        if lower.cx.closing {
            respond_and_bury(lower, now, arrived, 480, Extra::default());
            return;
        }
        let Checked { offer, target } = match check_invite(invite) {
            Ok(checked) => checked,
            Err(status) => {
                respond_at_once(lower, flow, invite, status, Extra::default());
                return;
            }
        };
        // rfc3261#21.4.15: the setting asks for more than the caller knows
        #[cfg(feature = "reliable")]
        if Self::lacks_reliability(lower, account, invite) {
            respond_and_bury(lower, now, arrived, 421, Extra { reliable: true, ..Extra::default() });
            return;
        }
        // its offer must be one that we could answer, before the phone rings for it
        let tried = match Self::try_offer(lower, flow, (Handle::NONE, lower.accounts.codecs(account)), offer, None) {
            Ok(tried) => tried,
            Err(error) => {
                // rfc3261#13.3.1.3: with a Warning that says why
                let warning = Some((error.warning(), error.reason()));
                respond_at_once(lower, flow, invite, error.status(), Extra { warning, ..Extra::default() });
                return;
            }
        };
        let timer = match Self::timer_of_invite(lower, account, invite) {
            Ok(timer) => timer,
            Err((status, timer)) => {
                respond_at_once(lower, flow, invite, status, Extra { timer, ..Extra::default() });
                return;
            }
        };
        let room = if account.is_none() { self.admit_direct(lower, now, flow) } else { self.make_room(lower, now) };
        let Some(call) = room.then(|| self.open(lower)).flatten() else {
            count::up(&mut lower.cx.counters.refused_full);
            self.trace_no_room(lower, flow, account);
            if !self.forwards_when_full(lower, now, arrived) {
                respond_and_bury(lower, now, arrived, 486, Extra::default());
            }
            return;
        };
        lower.media.set_codecs(call, lower.accounts.codecs(account));
        #[cfg(feature = "codecs")]
        lower.media.set_answering(call, lower.accounts.answering(&lower.cx, account));
        if let Err(status) = self.admit(lower, now, arrived, call, (offer, tried.len), (target, timer)) {
            self.discard(lower, call);
            // rfc3261#21.4.30 (too long for our buffers), #21.5.4 (no slot)
            if status == 513 {
                lower.cx.too_long();
            } else {
                count::up(&mut lower.cx.counters.refused_full);
                if lower.transactions.servers_free() == 0 {
                    lower.cx.trace_full(Pool::Servers);
                }
            }
            if status == 513 || !self.forwards_when_full(lower, now, arrived) {
                let retry_after = if status == 513 { 0 } else { 5 };
                respond_and_bury(lower, now, arrived, status, Extra { retry_after, ..Extra::default() });
            }
        } else if tried.named && self.goes_on(call) {
            let server = self.get(call).map_or(Handle::NONE, |call| call.server);
            if !self.find_offerer(lower, now, server, b"") {
                count::up(&mut lower.cx.counters.refused_full);
                self.refuse_call(lower, now, call, 503, Cause::Full);
            }
        }
    }

    /// Takes its slots. `offer`: its offer, and the bytes of our answer; then the target and the timer of its dialog.
    /// 503: there is no slot; 513: it is too long.
    fn admit(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        call_handle: Handle,
        offer: (Option<&[u8]>, usize),
        (target, timer): (&[u8], Timer),
    ) -> Result<(), u16> {
        let Arrived { flow, request: invite, account, .. } = *arrived;
        let dialog_handle = Self::dialog_of_invite(lower, arrived, call_handle, target)?;
        Self::set_timer(lower, dialog_handle, timer);
        let served = Served { call: call_handle, dialog: dialog_handle, kind: Kind::Invite };
        let server_handle = match Self::open_invite(lower, now, arrived, served, offer) {
            Ok(handle) => handle,
            Err(not_opened) => {
                lower.dialogs.discard(dialog_handle);
                return Err(if not_opened == NotOpened::Full { 503 } else { 513 });
            }
        };
        lower.dialogs.find_next_hop(dialog_handle);
        if offer.0.is_some() {
            lower.offer_came(dialog_handle, Carrier::Invite);
        }
        let local = lower.cx.local_of(flow.socket());
        if let Some(call) = self.get_mut(call_handle) {
            call.account = account;
            call.incoming = true;
            call.reach(now, CallState::Incoming);
            call.dialog = dialog_handle;
            call.server = server_handle;
            call.answer_in_ack = offer.0.is_none();
            // rfc3261#13.3.1: it is to be answered within its time; and a caller that vanished does not ring for ever
            let seconds = invite.expires().map_or(UNANSWERED_S, u64::from).min(UNANSWERED_S);
            call.give_up = now + Duration::from_secs(seconds);
        }
        self.vouch(lower, call_handle, flow, !account.is_none(), invite);
        self.keep(&lower.cx, call_handle, invite);
        self.wake(&mut lower.cx, call_handle);
        #[cfg(feature = "tones")]
        if let Some(call) = self.get_mut(call_handle)
            && lower.accounts.brought_by_own_server(account, flow, invite)
        {
            call.alert = alert_of(invite);
        }
        let rings = self.judge(lower, now, arrived, call_handle);
        if !self.goes_on(call_handle) {
            return Ok(()); // a rule has ended it
        }
        if let Some(local) = local {
            lower.media.wish_ports(&mut lower.cx, call_handle, local.ip());
        }
        lower.cx.tell(Object::Call(call_handle.index));
        self.trace(&mut lower.cx, call_handle);
        // the phone rings
        if rings {
            #[cfg(feature = "reliable")]
            let offers = self.rings_with_offer(lower, server_handle);
            #[cfg(not(feature = "reliable"))]
            let offers = false;
            if offers {
                self.answer_call(lower, now, call_handle, 180);
            } else if self.render_response(lower, server_handle, 180, Describe::Nothing).is_ok() {
                lower.transactions.respond(&mut lower.cx, now, server_handle);
            }
            self.rings(lower, call_handle);
        }
        Ok(())
    }

    /// The dialog that an INVITE makes (rfc3261#12.1.1). 503: there is no slot; 513: it is too long.
    // never inlined: a dialog by value is no part of a board's deepest way
    #[inline(never)]
    fn dialog_of_invite(
        lower: &mut Lower<'_>,
        arrived: &Arrived<'_, '_>,
        call: Handle,
        target: &[u8],
    ) -> Result<Handle, u16> {
        let Arrived { flow, account, .. } = *arrived;
        let secret = lower.cx.rng.next_u64();
        let handle = lower.new_dialog(Leg::EMPTY).ok_or(503u16)?;
        let own_hop = lower.accounts.is_own_flow(account, flow);
        let number = arrived.mandatory.cseq.number;
        let leg = Leg::incoming(call, account, Tag { handle, secret }, number, (flow, own_hop));
        if begin_from_invite(lower, handle, leg, arrived, target).is_none() {
            lower.dialogs.discard(handle);
            return Err(513);
        }
        Ok(handle)
    }

    /// A transaction for an INVITE that could be accepted in it. `offer`: its offer, and the bytes of our answer.
    pub(super) fn open_invite(
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        served: Served,
        offer: (Option<&[u8]>, usize),
    ) -> Result<Handle, NotOpened> {
        let Arrived { flow, keys, request, mandatory, .. } = *arrived;
        let (request, (offer, described)) = ((request, mandatory), offer);
        let kept = offer.unwrap_or_default();
        let handle = lower.transactions.open(&mut lower.cx, now, (flow, keys), request, kept, served)?;
        #[cfg(feature = "reliable")]
        Self::choose_reliability(lower, handle, request.0);
        if Self::accepting_fits(lower, handle, described) {
            return Ok(handle);
        }
        lower.transactions.discard(&mut lower.cx, handle);
        Err(NotOpened::TooLong)
    }

    /// A server transaction is over.
    pub(super) fn end_server(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        self.end_server_owing(lower, now, handle, Responded::default());
    }

    /// A server transaction is over; repetitions of its INVITE get this response.
    pub(super) fn end_server_owing(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        handle: Handle,
        responded: Responded,
    ) {
        self.forget_offerer(lower, handle);
        #[cfg(feature = "reliable")]
        Self::leave_unheard(lower, handle);
        let Some(served) = lower.transactions.close(&mut lower.cx, now, handle, responded) else { return };
        if let Some(call) = self.get_mut(served.call)
            && call.server == handle
        {
            call.server = Handle::NONE;
        }
        lower.release_dialog(served.dialog);
    }

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
                call.give_up = Instant::NEVER;
                lower.dialogs.confirm(call.dialog);
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

    /// Refuses an INVITE. A refusal that cannot be rendered (its socket is gone, or it is too long) leaves nothing to
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
        if let Some(served) = lower.transactions.server(handle).map(Server::served) {
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
    }

    /// An ACK: of a refusal (the same branch), or of a 2xx (the same dialog and number).
    pub(in crate::phone) fn acknowledged(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
        let Arrived { keys, request: ack, .. } = *arrived;
        let dialog = Some(arrived.dialog).filter(|dialog| !dialog.is_none());
        let Some(Acknowledged { handle, served, success }) = lower.transactions.acknowledged(keys, dialog) else {
            return;
        };
        let bye = lower.dialogs.get(served.dialog).is_some_and(Leg::owes_bye);
        if success && bye {
            // rfc3261#15: the BYE waited for this ACK
            lower.dialogs.take_owed_bye(served.dialog);
            self.send_bye(lower, now, served.dialog);
        }
        self.end_server(lower, now, handle);
        if !success || bye {
            return;
        }
        let call_handle = served.call;
        self.keep(&lower.cx, call_handle, ack);
        lower.media.confirm(call_handle);
        let late = self.get_mut(call_handle).is_some_and(|call| core::mem::take(&mut call.answer_in_ack));
        if late {
            let answered = self.take_late_answer(lower, now, call_handle, ack);
            lower.offer_is_over(served.dialog, answered);
            if !answered && !served.is_again() {
                // rfc3261#13.2.2.4: the answer to our offer had to be in the ACK
                self.end_call(lower, now, call_handle, Cause::Codec, 0);
            }
        }
        #[cfg(feature = "reoffer")]
        self.offer_unsettled(lower, now, call_handle);
    }

    fn take_late_answer(&mut self, lower: &mut Lower<'_>, now: Instant, call: Handle, ack: &Message<'_>) -> bool {
        let (Some(text), Some(dialog)) = (description(ack), self.get(call).map(|call| call.dialog)) else {
            return false;
        };
        self.take_answer(lower, now, call, dialog, text)
    }

    /// A CANCEL (rfc3261#9.2): it ends an INVITE that has no final response yet, and has no effect on one that has.
    pub(in crate::phone) fn cancelled(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
        let Arrived { flow, request: cancel, .. } = *arrived;
        let invite = keys_of(&lower.cx, cancel, arrived.mandatory, Method::Invite);
        let (handle, served) = match lower.transactions.cancelled(now, invite) {
            Met::Nothing => return respond_at_once(lower, flow, cancel, 481, Extra::default()),
            Met::Gone => return respond_at_once(lower, flow, cancel, 200, Extra::default()),
            Met::Late(served) => (Handle::NONE, served),
            Met::Pending(handle, served) => (handle, served),
        };
        // rfc3261#9.2: with the To tag of the INVITE's responses
        let tag = lower.dialogs.dialog(served.dialog).map(|dialog| dialog.local_tag);
        respond_at_once(lower, flow, cancel, 200, Extra { tag, ..Extra::default() });
        if handle.is_none() {
            return;
        }
        if served.is_again() {
            self.refuse_server(lower, now, handle, 487, Describe::Nothing);
        } else {
            self.keep(&lower.cx, served.call, cancel);
            self.ends(served.call, EndedBy::Remote, reason_of(cancel));
            self.refuse_call(lower, now, served.call, 487, Cause::Cancelled);
        }
    }

    /// A timer of an incoming INVITE.
    pub(in crate::phone) fn server_timeout(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        match lower.transactions.server_due(&mut lower.cx, now, handle) {
            ServerDue::Nothing => {}
            ServerDue::Over => self.end_server(lower, now, handle),
            #[cfg(feature = "reliable")]
            ServerDue::Unheard(served) => self.prack_missed(lower, now, served),
            #[cfg(feature = "reliable")]
            ServerDue::Extend => self.extend(lower, now, handle),
            ServerDue::Unacknowledged(Served { call, dialog, .. }) => {
                // rfc3261#13.3.1.4, #14.2: no ACK came; the session is ended
                if lower.dialogs.take_owed_bye(dialog) {
                    self.send_bye(lower, now, dialog);
                }
                self.end_server(lower, now, handle);
                self.end_call(lower, now, call, Cause::Timeout, 408);
            }
        }
    }
}

/// An INVITE that may be looked at further.
pub(super) struct Checked<'m> {
    /// Its offer, if it has one.
    pub(super) offer: Option<&'m [u8]>,
    /// The target of requests to its sender.
    target: &'m [u8],
}

/// The checks of an INVITE before it is looked at any further.
pub(super) fn check_invite<'m>(invite: &Message<'m>) -> Result<Checked<'m>, u16> {
    let offer = check_body(invite)?;
    if !takes_sdp(invite) {
        return Err(406);
    }
    // rfc3261#12.1.1: a sips: route would want a sips: Contact of ours, and TLS
    let secure = |route: &[u8]| Address::parse(route).is_some_and(|route| Scheme::of(route.uri) == Some(Scheme::Sips));
    if invite.values(Name::RecordRoute).next().is_some_and(secure) {
        return Err(416);
    }
    // RFC 2543 asked for no Contact: then it is the sender's own URI
    let sender = || invite.from().ok().map(|from| from.uri).filter(|uri| is_target(uri));
    let target = check_target(invite)?.or_else(sender).ok_or(400u16)?;
    Ok(Checked { offer, target })
}

/// rfc3261#8.1.1.8: the target that a request names, if it does: one that we can send to.
pub(super) fn check_target<'m>(request: &Message<'m>) -> Result<Option<&'m [u8]>, u16> {
    let Some(contact) = request.only_contact().map_err(|_| 400u16)? else { return Ok(None) };
    let uri = contact.address().map(|address| address.uri).filter(|uri| is_target(uri));
    uri.map(Some).ok_or(400)
}

/// The offer that a request's body is, if it has one. 415: a body that we do not understand (rfc3261#8.2.3).
pub(super) fn check_body<'m>(request: &Message<'m>) -> Result<Option<&'m [u8]>, u16> {
    let offer = description(request);
    if !request.body().is_empty() && (offer.is_some() || !may_be_ignored(request)) {
        let coded =
            request.header(Name::ContentEncoding).is_some_and(|coding| !coding.eq_ignore_ascii_case(b"identity"));
        if coded || offer.is_none() {
            return Err(415);
        }
    }
    Ok(offer)
}

/// rfc3261#20.1: its sender takes a session description as an answer. Without Accept it does; an empty one takes
/// nothing; a closer name counts more (rfc2616#14.1).
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

/// rfc3261#20.11: its sender marks the body as optional.
pub(super) fn may_be_ignored(invite: &Message<'_>) -> bool {
    let disposition = invite.header(Name::ContentDisposition).unwrap_or_default();
    let params =
        disposition.iter().position(|byte| *byte == b';').and_then(|at| disposition.get(at..)).unwrap_or_default();
    Params::new(params).get(b"handling").is_some_and(|handling| handling.eq_ignore_ascii_case(b"optional"))
}

/// rfc3261#12.1.1: the state of a dialog from its INVITE.
fn begin_from_invite(
    lower: &mut Lower<'_>,
    handle: Handle,
    leg: Leg,
    arrived: &Arrived<'_, '_>,
    target: &[u8],
) -> Option<()> {
    let Arrived { request: invite, mandatory: Mandatory { from, to, call_id, .. }, .. } = arrived;
    let texts = Texts { local: &pieces(to), remote: &pieces(from), call_id, headers: &[] };
    let (tag, routes) = (from.tag().unwrap_or_default(), invite.values(Name::RecordRoute));
    lower.dialogs.begin(handle, leg, &texts, tag, routes, target)
}

fn pieces<'a>(address: &Address<'a>) -> [&'a [u8]; 5] {
    let gap: &[u8] = if address.display.is_empty() { b"" } else { b" " };
    [address.display, gap, b"<", address.uri, b">"]
}
