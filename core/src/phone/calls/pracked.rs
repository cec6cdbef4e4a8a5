//! Our reliable provisional responses (rfc3262#3), and the PRACKs of the far end. One is out at a time; what comes next
//! waits in the call's line until its PRACK has come.

use super::Calls;
use super::checks::check_body;
use super::responses::Describe;
use super::update::Refused;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::arrived::Arrived;
use crate::phone::reliable::{Asked, Reliability};
use crate::phone::response::Extra;
use crate::phone::transactions::server::{Served, Server};
use crate::phone::{CallId, Cause, CommandError, EndCause, EndedBy, Lower, Reliable};
use crate::sip::server::State;
use crate::sip::session::{Carrier, Offer, Side};
use crate::wire::sip::{Message, Method};

impl Calls<'_> {
    /// This phone requires reliable responses, and the caller does not know them.
    pub(super) fn lacks_reliability(lower: &Lower<'_>, account: Handle, invite: &Message<'_>) -> bool {
        lower.accounts.reliable(&lower.cx, account) == Reliable::Required && Asked::by(invite) == Asked::No
    }

    /// The responses to an INVITE that are reliable. Those to a re-INVITE are final.
    pub(super) fn choose_reliability(lower: &mut Lower<'_>, server: Handle, invite: &Message<'_>) {
        let Some(served) = lower.transactions.server(server).map(Server::served).filter(|served| !served.is_again())
        else {
            return;
        };
        let account = lower.dialogs.account_of(served.dialog);
        let (asked, wish) = (Asked::by(invite), lower.accounts.reliable(&lower.cx, account));
        lower.transactions.set_reliability(server, asked, Reliability::by(asked, wish).unwrap_or_default());
    }

    /// Another wish for the responses to come of an incoming call.
    ///
    /// # Errors
    /// As [`crate::phone::Phone::call_set_reliable`].
    pub(in crate::phone) fn set_reliable(
        &mut self,
        lower: &mut Lower<'_>,
        call: CallId,
        wish: Reliable,
    ) -> Result<(), CommandError> {
        let slot = self.get(call.0).ok_or(CommandError::Stale)?;
        let handle = slot.server;
        let waits = |server: &&Server| slot.incoming && server.state() == State::Proceeding;
        let server = lower.transactions.server(handle).filter(waits).ok_or(CommandError::State)?;
        let (flow, found) = (server.flow(), server.host().found());
        let wish = wish.or(lower.accounts.reliable(&lower.cx, slot.account));
        let (asked, before) = (lower.transactions.asked_reliably(handle), lower.transactions.reliability(handle));
        let which = Reliability::by(asked, wish).ok_or(CommandError::Unsupported)?;
        let offer = Some(lower.transactions.kept_of(handle)).filter(|kept| !kept.is_empty());
        let tried = Self::try_offer(lower, flow, (call.0, lower.media.codecs(call.0)), offer, found);
        lower.transactions.set_reliability(handle, asked, which);
        if tried.is_ok_and(|tried| Self::accepting_fits(lower, handle, tried.len)) {
            return Ok(());
        }
        lower.transactions.set_reliability(handle, asked, before);
        Err(CommandError::Full)
    }

    /// rfc3262#5: the first response to an INVITE without an offer has ours, if it is reliable.
    pub(super) fn rings_with_offer(&self, lower: &Lower<'_>, server: Handle) -> bool {
        lower.transactions.reliability(server) == Reliability::Always
            && lower.transactions.server(server).is_some_and(|server| !server.has_kept())
    }

    /// The description in a response with this status. `late`: there is no offer yet.
    pub(super) fn describes(lower: &Lower<'_>, server: Handle, code: u16, late: bool) -> Describe<'static> {
        let which = lower.transactions.reliability(server);
        let dialog = lower.transactions.server(server).map_or(Handle::NONE, |server| server.served().dialog);
        let theirs = Some(Offer { by: Side::Them, carrier: Carrier::Invite });
        match (code, late) {
            (180, true) if which == Reliability::Always => Describe::Offer,
            (180, _) => Describe::Nothing,
            (183, true) if which == Reliability::Never => Describe::Nothing,
            (_, true) => Describe::Offer,
            (_, false) if lower.dialogs.session(dialog).offer() == theirs => Describe::Answer,
            // rfc6337#3.1.1: the exchange is complete
            (_, false) => Describe::Nothing,
        }
    }

    /// A PRACK (rfc3262#3).
    pub(in crate::phone) fn pracked(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
        if let Err(refused) = self.take_prack(lower, now, arrived) {
            refused.respond(lower, now, arrived);
        }
    }

    fn take_prack(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) -> Result<(), Refused> {
        let Arrived { request: prack, dialog, .. } = *arrived;
        let plain = Refused::plain;
        let rack = prack.rack().map_err(|_| plain(400))?;
        let call = lower.dialogs.call_of(dialog);
        let server = self.get(call).map_or(Handle::NONE, |call| call.server);
        let in_hand = lower.transactions.is_pracked(server, dialog, &rack);
        // rfc3262#3: behind the final response too, when the call or its INVITE's transaction is gone
        let late = rack.cseq.method == Method::Invite
            && lower.dialogs.session(dialog).is_unheard(rack.number, rack.cseq.number);
        let described = in_hand.or(late.then_some(false)).ok_or(plain(481))?;
        let text = check_body(prack).map_err(plain)?;
        let ours = Some(Offer { by: Side::Us, carrier: Carrier::Response });
        let answers = described && lower.dialogs.session(dialog).offer() == ours;
        if described && !answers {
            lower.offer_is_over(dialog, true);
        }
        if text.is_some() && !answers && self.goes_on(call) {
            // one that is refused acknowledges nothing (rfc6337#2.3): it may be sent again without its offer
            self.take_update(lower, now, arrived, Carrier::Prack)?;
        } else {
            self.acknowledge(lower, now, arrived);
            self.keep(&lower.cx, call, prack);
        }
        if let Some(session) = lower.dialogs.session_mut(dialog) {
            session.leave_unheard(0, 0);
            session.acknowledge();
        }
        if in_hand.is_none() {
            return Ok(());
        }
        lower.transactions.take_prack(&mut lower.cx, now, server);
        if !self.goes_on(call) {
            return Ok(());
        }
        if answers {
            let answered = text.is_some_and(|text| self.take_answer(lower, now, call, dialog, text));
            lower.offer_is_over(dialog, answered);
            if !answered {
                // rfc3262#5: the answer to our offer had to be in the PRACK
                self.refuse_call(lower, now, call, 488, Cause::Codec);
                return Ok(());
            }
        }
        lower.media.confirm(call);
        let waiting = lower.media.take_waiting(call);
        self.go_on(lower, now, call, waiting);
        // an offer of ours waited for it; what follows the response above may be an answer
        if self.get(call).is_some_and(|call| !call.is_up()) {
            self.offer_unsettled(lower, now, call);
        }
        Ok(())
    }

    /// The 200 of a PRACK without an offer. rfc6086#5.2.3: it may say which packages are taken.
    #[cfg(all(feature = "info", feature = "message"))]
    fn acknowledge(&self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
        let Lower { cx, transactions, dialogs, .. } = lower;
        let packages = dialogs.packages_for(arrived.dialog, arrived.request);
        transactions.respond_and_bury(cx, now, arrived, 200, Extra { packages, ..Extra::default() });
        dialogs.hear_packages(arrived.dialog, arrived.request);
        let _ = self;
    }

    /// The 200 of a PRACK without an offer.
    #[cfg(not(all(feature = "info", feature = "message")))]
    fn acknowledge(&self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
        super::responses::respond_and_bury(lower, now, arrived, 200, Extra::default());
        let _ = self;
    }

    /// An INVITE has its final response, or its ACK: a PRACK that has not come is still to be taken (rfc3262#3).
    pub(super) fn leave_unheard(lower: &mut Lower<'_>, server: Handle) {
        let dialog = lower.transactions.server(server).map_or(Handle::NONE, |server| server.served().dialog);
        if let Some((rseq, invite)) = lower.transactions.unheard(server)
            && let Some(session) = lower.dialogs.session_mut(dialog)
        {
            session.leave_unheard(rseq, invite);
        }
    }

    /// rfc3262#3: no PRACK came, so the caller does not hear us.
    pub(super) fn prack_missed(&mut self, lower: &mut Lower<'_>, now: Instant, served: Served) {
        self.ends(served.call, EndedBy::Library, EndCause::Network);
        self.refuse_call(lower, now, served.call, 500, Cause::Timeout);
    }

    /// An INVITE has waited for long: another provisional response with the status of the last.
    pub(super) fn extend(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(status) = lower.transactions.server(handle).map(Server::status) else { return };
        if self.render_response(lower, handle, status, Describe::Nothing).is_ok() {
            lower.transactions.respond(&mut lower.cx, now, handle);
        }
    }
}
