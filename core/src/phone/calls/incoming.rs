//! Incoming calls: the INVITE, its ACK, its CANCEL, and the end of its transaction.

use super::Calls;
#[cfg(feature = "tones")]
use super::alert::alert_of;
use super::checks::{Checked, check_invite};
#[cfg(feature = "refer")]
use super::directed::Place;
use super::outgoing::description;
use super::reason_of;
use super::responses::{Describe, respond_and_bury, respond_at_once};
use crate::base::count;
use crate::base::limits::UNANSWERED_S;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::arrived::Arrived;
use crate::phone::dialogs::Leg;
#[cfg(feature = "refer")]
use crate::phone::media::ports::Waiting;
use crate::phone::object::Object;
use crate::phone::response::Extra;
use crate::phone::trace::Pool;
use crate::phone::transactions::keys::keys_of;
use crate::phone::transactions::server::{Kind, Served};
use crate::phone::transactions::serving::{Acknowledged, Met, NotOpened, ServerDue};
use crate::phone::{CallState, Cause, EndedBy, Lower};
use crate::sip::session::Carrier;
use crate::sip::session::timer::Timer;
use crate::sip::tag::Tag;
use crate::sip::tombstone::Responded;
use crate::wire::sip::{Mandatory, Message, Method};

/// The values of an INVITE that its slots are made from.
#[derive(Clone, Copy)]
pub(super) struct Admission<'m> {
    /// Its offer, and the bytes of our answer.
    offer: (Option<&'m [u8]>, usize),
    /// The offer names a host that is to be looked up.
    #[cfg_attr(not(feature = "refer"), expect(dead_code, reason = "nothing but a place that is taken asks for it"))]
    pub(super) named: bool,
    /// The target and the timer of its dialog.
    target: &'m [u8],
    timer: Timer,
}

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
        #[cfg(feature = "refer")]
        let place = match self.place_of(lower, arrived) {
            Ok(place) => place,
            Err(status) => return respond_and_bury(lower, now, arrived, status, Extra::default()),
        };
        #[cfg(feature = "refer")]
        let heritage = place.and_then(|place| self.heritage(lower, place.old));
        let admission = Admission { offer: (offer, tried.len), named: tried.named, target, timer };
        #[cfg(feature = "refer")]
        let given = match self.give_slot(lower, now, arrived, place, admission) {
            Ok(given) => given,
            Err(status) => return self.refuse_unadmitted(lower, now, arrived, status),
        };
        #[cfg(feature = "refer")]
        let has_room = given.is_some();
        #[cfg(not(feature = "refer"))]
        let has_room = false;
        let room = has_room
            || if account.is_none() { self.admit_direct(lower, now, flow) } else { self.make_room(lower, now) };
        let Some(call) = room.then(|| self.open(lower)).flatten() else {
            count::up(&mut lower.cx.counters.refused_full);
            self.trace_no_room(lower, flow, account);
            if !self.ruled_when_full(lower, now, arrived) {
                respond_and_bury(lower, now, arrived, 486, Extra::default());
            }
            return;
        };
        #[cfg(feature = "refer")]
        if let Some(place) = place {
            self.set_place(call, place);
            if place.follows {
                Self::inherit(lower, call, heritage);
            }
        }
        lower.media.set_codecs(call, lower.accounts.codecs(account));
        #[cfg(feature = "codecs")]
        lower.media.set_answering(call, lower.accounts.answering(&lower.cx, account));
        #[cfg(feature = "refer")]
        let slots = match given {
            Some(given) => Ok(Self::enter(lower, call, given)),
            None => Self::slots_of(lower, now, arrived, call, admission),
        };
        #[cfg(not(feature = "refer"))]
        let slots = Self::slots_of(lower, now, arrived, call, admission);
        if let Err(status) = slots.map(|slots| self.admit(lower, now, arrived, call, slots, offer.is_none())) {
            self.discard(lower, call);
            self.refuse_unadmitted(lower, now, arrived, status);
        } else if tried.named && self.goes_on(call) {
            let server = self.get(call).map_or(Handle::NONE, |call| call.server);
            if !self.find_offerer(lower, now, server, b"") {
                count::up(&mut lower.cx.counters.refused_full);
                self.refuse_call(lower, now, call, 503, Cause::Full);
            }
        }
        // rfc3891#3: whatever the rules say, for it goes on
        #[cfg(feature = "refer")]
        if place.is_some_and(|place| place.follows) && self.goes_on(call) {
            self.answer_call(lower, now, call, 200);
        }
    }

    /// An INVITE that found no room is refused.
    fn refuse_unadmitted(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>, status: u16) {
        // rfc3261#21.4.30 (too long for our buffers), #21.5.4 (no slot)
        if status == 513 {
            lower.cx.too_long();
        } else {
            count::up(&mut lower.cx.counters.refused_full);
            if lower.transactions.servers_free() == 0 {
                lower.cx.trace_full(Pool::Servers);
            }
        }
        if status == 513 || !self.ruled_when_full(lower, now, arrived) {
            let retry_after = if status == 503 { 5 } else { 0 };
            respond_and_bury(lower, now, arrived, status, Extra { retry_after, ..Extra::default() });
        }
    }

    /// Takes the slots of its dialog and its transaction. 503: there is none; 513: it is too long.
    pub(super) fn slots_of(
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        call_handle: Handle,
        Admission { offer, target, timer, .. }: Admission<'_>,
    ) -> Result<(Handle, Handle), u16> {
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
        Ok((dialog_handle, server_handle))
    }

    /// A call has its slots, and rings. `late`: its INVITE has no offer.
    fn admit(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        call_handle: Handle,
        (dialog_handle, server_handle): (Handle, Handle),
        late: bool,
    ) {
        let Arrived { flow, request: invite, account, .. } = *arrived;
        let local = lower.cx.local_of(flow.socket());
        if let Some(call) = self.get_mut(call_handle) {
            call.account = account;
            call.incoming = true;
            call.reach(now, CallState::Incoming);
            call.dialog = dialog_handle;
            call.server = server_handle;
            call.answer_in_ack = late;
            // rfc3261#13.3.1: it is to be answered within its time; and a caller that vanished does not ring for ever
            let seconds = invite.expires().map_or(UNANSWERED_S, u64::from).min(UNANSWERED_S);
            call.give_up(now + Duration::from_secs(seconds));
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
        #[cfg(feature = "refer")]
        let place = self.get(call_handle).map_or(Place::NONE, |call| call.place);
        // the rules are for those who call, and not for those who go on
        #[cfg(feature = "refer")]
        let rings = if place.old.is_none() { self.judge(lower, now, arrived, call_handle) } else { !place.follows };
        #[cfg(not(feature = "refer"))]
        let rings = self.judge(lower, now, arrived, call_handle);
        if !self.goes_on(call_handle) {
            return; // a rule has ended it
        }
        if let Some(local) = local {
            // it may have taken over those of the call that it replaces
            #[cfg(feature = "refer")]
            lower.media.ports_ready(&mut lower.cx, call_handle, Some(local.ip()), Waiting::Nothing);
            #[cfg(not(feature = "refer"))]
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
        if !begin_from(lower, handle, leg, (arrived.request, arrived.mandatory), target) {
            lower.dialogs.discard(handle);
            return Err(513);
        }
        #[cfg(all(feature = "info", feature = "message"))]
        if let Some(names) = lower.accounts.packages(&lower.cx, account) {
            // without room for them it takes none
            let _ = lower.dialogs.take_packages(handle, names);
            lower.dialogs.hear_packages(handle, arrived.request);
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
        #[cfg(all(feature = "info", feature = "message"))]
        lower.dialogs.asked_packages(served.dialog, request.0);
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

/// rfc3261#12.1.1: the state of a dialog from the request that makes it. False: it does not fit.
pub(in crate::phone) fn begin_from(
    lower: &mut Lower<'_>,
    handle: Handle,
    leg: Leg,
    (request, mandatory): (&Message<'_>, &Mandatory<'_>),
    target: &[u8],
) -> bool {
    lower.dialogs.begin_with(handle, leg, (request, mandatory), target)
}
