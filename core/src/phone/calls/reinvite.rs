//! Re-INVITEs of the far end.

use super::Calls;
use super::lines::hosts_of;
use super::responses::{Describe, respond_and_bury};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::accounts::Accounts;
use crate::phone::arrived::Arrived;
use crate::phone::dialogs::{Dialogs, Leg};
use crate::phone::media::Media;
use crate::phone::response::Extra;
use crate::phone::transactions::server::{Kind, Served, Server};
use crate::phone::transactions::serving::NotOpened;
use crate::phone::{CallState, Flow, Lower};
use crate::sip::dialog::contact_uri;
use crate::sip::server::State;
use crate::sip::session::Carrier;
use crate::sip::tombstone::Responded;
use crate::wire::sip::Message;

impl Calls<'_> {
    /// A re-INVITE (rfc3261#14.2). One that we cannot agree to gets 488 and leaves the call as it is.
    pub(in crate::phone) fn invited_again(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
        let timer = lower.dialogs.session(arrived.dialog).timer;
        if !self.take_reinvite(lower, now, arrived) {
            Self::set_timer(lower, arrived.dialog, timer);
        }
    }

    /// True: its 200 has left. Else it is refused, or waits, and is heard anew when its turn comes.
    fn take_reinvite(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) -> bool {
        let Arrived { flow, request: invite, dialog: dialog_handle, .. } = *arrived;
        let call_handle = lower.dialogs.call_of(dialog_handle);
        let Some(call) = self.get(call_handle) else { return false };
        // an answer whose host is looked up is not taken yet: it would overtake a later agreement
        let sought = lower.dialogs.get(dialog_handle).is_some_and(Leg::looks_up);
        // a request of ours without an offer is in nobody's way
        let offers = |request| lower.transactions.request(request).is_some_and(|sent| sent.method().offers().is_some());
        let asks = offers(call.request);
        #[cfg(feature = "reliable")]
        let asks = asks || offers(call.update);
        let busy = sought || asks || call.state != CallState::Connected;
        // rfc3261#14.2: one before it is not answered (500), or an offer is under way (491). One that was refused is
        // over. rfc6337#4.3 UAS-IsI: of one that succeeded, the ACK is waited for that has the answer.
        let refusal = match lower.transactions.server_state(call.server) {
            Some(State::Proceeding) => Some(later(lower)),
            Some(State::Accepted) if call.answer_in_ack => Some(later(lower)),
            _ if busy => Some((491, 0)),
            _ => None,
        };
        if let Some((status, retry_after)) = refusal {
            respond_and_bury(lower, now, arrived, status, Extra { retry_after, ..Extra::default() });
            return false;
        }
        let offer = match super::checks::check_invite(invite) {
            Ok(checked) => checked.offer,
            Err(status) => {
                respond_and_bury(lower, now, arrived, status, Extra::default());
                return false;
            }
        };
        if let Err(least) = Self::timer_hears(lower, dialog_handle, invite, 0) {
            respond_and_bury(lower, now, arrived, 422, Extra::too_short(least));
            return false;
        }
        let (account, before) = (call.account, call.server);
        let direct = call.incoming && account.is_none();
        // one that waits for its ACK gives way, or each would keep a slot: who asks anew has its response. That ACK was
        // lost, and would be for good where its sender has moved
        let owes = |server: &Server| if server.state() == State::Accepted { 0 } else { server.status() };
        if let Some(status) = lower.transactions.server(before).map(owes) {
            self.end_server_owing(lower, now, before, Responded { status, ..Responded::default() });
        }
        let kept = direct && lower.transactions.servers_free() <= Self::kept_slots(lower);
        let served = Served { call: call_handle, dialog: dialog_handle, kind: Kind::Reinvite };
        let tried = Self::try_offer(lower, flow, (call_handle, lower.media.codecs(call_handle)), offer, None);
        // an INVITE that cannot be answered is refused with a shorter response
        let offer = (offer, tried.map_or(0, |tried| tried.len));
        let opened = if kept { Err(NotOpened::Full) } else { Self::open_invite(lower, now, arrived, served, offer) };
        let handle = match opened {
            Ok(handle) => handle,
            Err(not_opened) => {
                let (status, retry_after) = if not_opened == NotOpened::Full { (500, 1) } else { (513, 0) };
                if status == 513 {
                    lower.cx.too_long();
                }
                respond_and_bury(lower, now, arrived, status, Extra { retry_after, ..Extra::default() });
                #[cfg(feature = "reoffer")]
                self.offer_unsettled(lower, now, call_handle); // the one before has gone all the same
                return false;
            }
        };
        if let Some(call) = self.get_mut(call_handle) {
            call.server = handle;
        }
        lower.dialogs.take(dialog_handle);
        if offer.0.is_some() {
            lower.offer_came(dialog_handle, Carrier::Invite);
        }
        self.keep(&lower.cx, call_handle, invite);
        let tried = match tried {
            Ok(tried) => tried,
            Err(error) => {
                self.refuse_server(
                    lower,
                    now,
                    handle,
                    error.status(),
                    Describe::Warning(error.warning(), error.reason()),
                );
                return false;
            }
        };
        let target = contact_uri(invite).unwrap_or_default();
        if !lower.dialogs.has_room_for(dialog_handle, target) {
            lower.cx.too_long();
            self.refuse_server(lower, now, handle, 513, Describe::Nothing);
            return false;
        }
        if !tried.named {
            let rendered = self.render_again(lower, now, handle);
            if rendered {
                let changed = renew(&lower.accounts, &mut lower.dialogs, &mut lower.media, served, flow, invite);
                self.identified(lower, now, dialog_handle, changed);
                self.respond_again(lower, now, handle);
            }
            return rendered;
        }
        if !self.find_offerer(lower, now, handle, invite.bytes()) {
            self.refuse_server(lower, now, handle, 500, Describe::Nothing);
        }
        false
    }

    /// Writes the 200 of a re-INVITE whose offer can be answered, or that has none. False: it is refused.
    ///
    /// rfc3261#12.2.2, rfc6141#4.6: only a request that is not refused changes anything, so [`renew`] comes next.
    pub(super) fn render_again(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) -> bool {
        let Some(server) = lower.transactions.server(handle) else { return false };
        let describe = if server.has_kept() { Describe::Answer } else { Describe::Offer };
        let rendered = self.render_response(lower, handle, 200, describe).is_ok();
        if !rendered {
            self.refuse_server(lower, now, handle, 500, Describe::Nothing);
        }
        rendered
    }

    /// The 200 of a re-INVITE leaves.
    pub(super) fn respond_again(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(server) = lower.transactions.server(handle) else { return };
        let (call_handle, late) = (server.served().call, !server.has_kept());
        lower.transactions.respond(&mut lower.cx, now, handle);
        self.session_accepted(lower, now, call_handle);
        if let Some(call) = self.get_mut(call_handle) {
            call.answer_in_ack = late;
        }
        if !late {
            // another address than before has confirmed nothing until the ACK
            self.run_media(lower, now, call_handle, false);
        }
    }
}

/// The response to an offer that comes before one of theirs is done, and its Retry-After: rfc3261#14.2 and rfc3311#5.2
/// have 0 to 10 seconds; of 0 nothing would be said.
pub(super) fn later(lower: &mut Lower<'_>) -> (u16, u8) {
    (500, 1 + lower.cx.rng.below(10) as u8)
}

/// A request within a dialog that came over this flow is not refused: it refreshes the target, and its hosts may send
/// media. True: it names the far end otherwise.
pub(super) fn renew(
    accounts: &Accounts<'_>,
    dialogs: &mut Dialogs<'_>,
    media: &mut Media<'_>,
    served: Served,
    flow: Flow,
    request: &Message<'_>,
) -> bool {
    dialogs.renew_target(served.dialog, contact_uri(request).unwrap_or_default());
    // rfc6086#5.2.4: one that is refused says nothing
    #[cfg(all(feature = "info", feature = "message"))]
    dialogs.hear_packages(served.dialog, request);
    let trusted = accounts.is_own_flow(dialogs.account_of(served.dialog), flow);
    media.vouch(served.call, &hosts_of(flow, trusted, request));
    dialogs.identify(served.dialog, request, trusted)
}
