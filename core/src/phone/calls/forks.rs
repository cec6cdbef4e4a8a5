//! Early dialogs by forking, the 2xx that takes the call, and the branches that lost.

use super::Calls;
use super::call::{Call, Cancel};
#[cfg(feature = "reliable")]
use super::outgoing::description;
use crate::base::count;
use crate::base::slots::Handle;
use crate::base::text::after_start;
use crate::base::time::Instant;
use crate::phone::dialogs::Leg;
use crate::phone::object::Object;
#[cfg(feature = "reliable")]
use crate::phone::reliable::number_of;
use crate::phone::trace::Pool;
use crate::phone::transactions::repeat::lines;
use crate::phone::transactions::request::{Owner, Sending};
use crate::phone::{CallState, Cause, Flow, Lower};
use crate::sip::timer::T1_64;
#[cfg(feature = "reliable")]
use crate::wire::sdp::Direction;
use crate::wire::sip::Message;

impl Calls<'_> {
    /// rfc3261#12.1: a provisional response makes an early dialog; another tag makes another one (a fork).
    /// rfc3261#12.1.2: no tag is a tag too, that of a peer as old as RFC 2543: its dialog is the one whose tag is not
    /// known yet, and the tag that its 2xx may have will be that dialog's.
    pub(super) fn early_dialog(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: Handle,
        (first, flow): (Handle, Flow),
        response: &Message<'_>,
    ) {
        let tag = tag_of(response);
        if let Some(dialog) = lower.dialogs.with_tag(first, tag).or_else(|| self.new_early(lower, first, response, tag))
        {
            #[cfg(feature = "reliable")]
            self.hear_authorization(lower, now, dialog, flow, response);
            #[cfg(all(feature = "info", feature = "message"))]
            lower.dialogs.hear_packages(dialog, response);
            #[cfg(feature = "reliable")]
            if let Some(session) = lower.dialogs.session_mut(dialog) {
                session.timer.learn(response);
            }
            let _ = flow;
            #[cfg(feature = "reliable")]
            let answers = lower.dialogs.session(dialog).awaits_answer()
                && number_of(response).is_some()
                && description(response).is_some();
            let understood = self.take_description(lower, now, call, dialog, response);
            // rfc6337#3.1.1: an answer that is sent reliably ends the exchange; before, it is a preview
            #[cfg(feature = "reliable")]
            if answers && understood {
                lower.offer_is_over(dialog, true);
            }
            let _ = understood;
        }
    }

    /// The dialogs of a call, from its first one on.
    #[cfg(any(feature = "reliable", feature = "identity"))]
    pub(super) fn dialogs_of<'l>(lower: &'l Lower<'_>, first: Handle) -> impl Iterator<Item = Handle> + use<'l> {
        let exists = |dialog: &Handle| lower.dialogs.get(*dialog).is_some();
        core::iter::successors(Some(first).filter(exists), move |at| lower.dialogs.next(*at).filter(exists))
    }

    /// Another branch may have a dialog: each call that may begin has one left. A called party may respond with any
    /// number of tags. A branch that may not is counted.
    fn may_fork(&self, lower: &mut Lower<'_>) -> bool {
        let may = lower.dialogs.free() > self.possible();
        if !may {
            count::up(&mut lower.cx.counters.refused_full);
            lower.cx.trace_full(Pool::Dialogs);
        }
        may
    }

    /// Something may be asked in this dialog of a call's: in its first one, whatever is left; in a further branch's while
    /// each call that may begin, and each account, has a request left. A called party may respond with any number of
    /// tags, and let each PRACK and each name server wait.
    #[cfg(any(feature = "reliable", feature = "sdp-hosts"))]
    pub(super) fn may_ask(&self, lower: &Lower<'_>, dialog: Handle) -> bool {
        let first = self.get(lower.dialogs.call_of(dialog)).is_none_or(|call| call.dialog == dialog);
        first || lower.transactions.requests_free() > self.possible() + lower.accounts.used()
    }

    /// A dialog for a tag that is new: the one that has none yet, else a copy of the first. When dialogs are used up,
    /// the fork is not followed; the first 2xx takes any that is left.
    pub(super) fn new_early(
        &mut self,
        lower: &mut Lower<'_>,
        first: Handle,
        response: &Message<'_>,
        tag: &[u8],
    ) -> Option<Handle> {
        let untagged = lower
            .dialogs
            .with_tag(first, b"")
            .filter(|dialog| lower.dialogs.dialog(*dialog).is_some_and(|dialog| !dialog.accepted));
        if let Some(untagged) = untagged {
            return lower.dialogs.learn(untagged, response, tag).then_some(untagged).or_else(|| self.too_long(lower));
        }
        if response.status().is_some_and(|status| status < 200) && !self.may_fork(lower) {
            return None;
        }
        let branch = lower.dialogs.get(first)?.branch();
        let fork = lower.new_dialog(branch)?;
        lower.dialogs.chain(first, fork, response, tag).then_some(fork).or_else(|| self.too_long(lower))
    }

    /// The texts of a dialog do not fit.
    fn too_long(&self, lower: &mut Lower<'_>) -> Option<Handle> {
        lower.cx.too_long();
        None
    }

    /// The first 2xx: the call is up. Its dialog replaces the call's first one.
    pub(super) fn success(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call_handle: Handle,
        first: Handle,
        response: &Message<'_>,
    ) {
        let tag = tag_of(response);
        lower.dialogs.drop_headers(first);
        let known = lower.dialogs.with_tag(first, tag);
        if known.is_none() && lower.dialogs.free() == 0 {
            self.drop_forks(lower, first); // they have lost, and the winner takes a slot of theirs
        }
        let winner = known.or_else(|| self.new_early(lower, first, response, tag));
        let Some(winner) = winner else {
            // its texts do not fit: no dialog to end it in; the far end gives up without an ACK
            self.end_call(lower, now, call_handle, Cause::Full, 0);
            return;
        };
        // the agreement belongs to the dialog: another branch may have been heard so far
        let heard = lower.media.heard(call_handle);
        let call = self.get(call_handle);
        let stays =
            call.is_none_or(|call| call.cancel != Cancel::No || winner == if heard.is_none() { first } else { heard });
        self.agree(lower, call_handle, winner, None);
        #[cfg(feature = "reliable")]
        if !lower.dialogs.session(winner).is_renewed() {
            lower.media.invite_counts(call_handle);
        }
        let named = lower.dialogs.names_another(first, winner);
        if winner != first {
            lower.forget_lookup(first);
            lower.media.hand_over_agreed(winner, first);
            if let Some(lookup) = lower.dialogs.win(first, winner) {
                #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
                let owner = if lower.dialogs.get(first).is_some_and(Leg::looks_up) {
                    Owner::Answer(first)
                } else {
                    Owner::Update(first)
                };
                #[cfg(not(all(feature = "sdp-hosts", feature = "reoffer")))]
                let owner = Owner::Answer(first);
                lower.transactions.give_to(lookup, owner);
            }
        }
        #[cfg(feature = "reliable")]
        self.update_wins(lower, call_handle, winner, first);
        self.drop_forks(lower, first);
        // the 2xx has the dialog's target anew; its route set is the one of this response (rfc3261#13.2.2.4)
        let fits = lower.dialogs.learn(first, response, tag);
        lower.dialogs.accept(first);
        #[cfg(all(feature = "info", feature = "message"))]
        lower.dialogs.hear_packages(first, response);
        lower.dialogs.find_next_hop(first);
        lower.dialogs.owe_ack(&mut lower.cx, first);
        if !fits {
            // the way that its early dialog had is all that is known for its ACK and its BYE
            self.too_long(lower);
            self.end_call(lower, now, call_handle, Cause::Full, 0);
            return;
        }
        // rfc5009#8: the answer authorises all
        #[cfg(feature = "reliable")]
        let stays =
            !lower.dialogs.session_mut(first).is_some_and(|session| session.authorize(Direction::SendReceive)) && stays;
        if !stays {
            self.run_media(lower, now, call_handle, false);
        }
        let understood = self.take_description(lower, now, call_handle, first, response);
        if lower.dialogs.session(first).awaits_answer() {
            lower.offer_is_over(first, true);
        }
        let Some(call) = self.get_mut(call_handle) else { return };
        call.give_up(Instant::NEVER);
        let wanted = call.cancel == Cancel::No;
        let has_media =
            lower.media.agreed(call_handle).is_some() || lower.dialogs.get(first).is_some_and(Leg::looks_up);
        self.wake(&mut lower.cx, call_handle);
        if !wanted {
            // rfc3261#9.1: the CANCEL lost the race; the call is up and is ended with BYE
            self.end_call(lower, now, call_handle, Cause::Normal, 487);
        } else if !understood || !has_media {
            self.end_call(lower, now, call_handle, Cause::Codec, 488);
        } else {
            let Some(call) = self.get_mut(call_handle) else { return };
            call.reach(now, CallState::Connected);
            #[cfg(feature = "publish")]
            lower.accounts.call_went_up_or_down(&mut lower.cx, now, call.account);
            lower.media.confirm(call_handle);
            self.session_answered(lower, now, call_handle, response, true);
            self.identified(lower, now, first, named);
            self.watch_media(lower, now, call_handle);
            self.up_by_rules(lower, now, call_handle);
            #[cfg(feature = "reoffer")]
            self.offer_unsettled(lower, now, call_handle);
            #[cfg(feature = "numbers")]
            self.send_later(lower, call_handle);
            lower.cx.tell(Object::Call(call_handle.index));
            self.trace(&mut lower.cx, call_handle);
            #[cfg(feature = "refer")]
            self.transfer_goes_on(lower, now, call_handle);
        }
    }

    /// Early dialogs that did not win.
    pub(super) fn drop_forks(&mut self, lower: &mut Lower<'_>, first: Handle) {
        let Some(mut at) = lower.dialogs.next(first) else { return };
        while let Some(next) = lower.dialogs.next(at) {
            self.unchain(lower, at);
            at = next;
        }
        lower.dialogs.end_chain(first);
    }

    /// A 2xx to an INVITE whose transaction is over: the same again (its ACK was lost), or another branch of a fork.
    pub(in crate::phone) fn repeated_success(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        flow: Flow,
        response: &Message<'_>,
    ) {
        let Some(dialog_handle) = lower.dialogs.of_response(response) else {
            count::up(&mut lower.cx.counters.unmatched);
            return;
        };
        let theirs = tag_of(response);
        let Some(leg) = lower.dialogs.get(dialog_handle).copied() else { return };
        let running = self.get(leg.call()).is_some_and(Call::is_unanswered);
        // rfc6026#7.2: behind a refusal another branch's 2xx may come, and takes the dialog that is free
        let nobodys = !running && !leg.dialog().accepted && leg.dialog().remote_tag.is_empty();
        let known = lower
            .dialogs
            .with_tag(dialog_handle, theirs)
            .or_else(|| if nobodys { self.new_early(lower, dialog_handle, response, theirs) } else { None });
        if let Some(known) = known {
            let Some(known_leg) = lower.dialogs.get(known) else { return };
            // of another try, or of one that is still under way
            let other = response.cseq().is_ok_and(|cseq| cseq.number != known_leg.invite_number());
            if other || (running && !known_leg.dialog().accepted) {
                count::up(&mut lower.cx.counters.unmatched);
                return;
            }
            // rfc3261#13.2.2.4: each repetition gets the ACK again, though BYE may have left meanwhile
            let first = lower.dialogs.hear_success(known);
            if first {
                if !lower.dialogs.learn(known, response, theirs) {
                    self.too_long(lower); // its ACK and its BYE go the way that was known
                }
                lower.dialogs.find_next_hop(known);
            }
            lower.dialogs.owe_ack(&mut lower.cx, known);
            if first {
                // it is no repetition: the call was given up before any response
                self.send_bye(lower, now, known);
            }
            return;
        }
        // rfc3261#13.2.2.4: another branch answered too: acknowledge, then end it. It is kept among the siblings for
        // its own repetitions. Where no dialog can be spared it gets no ACK, and ends the call itself (#13.3.1.4)
        if !self.may_fork(lower) {
            return;
        }
        let number = response.cseq().map_or(leg.invite_number(), |cseq| cseq.number);
        let Some(loser) = lower.new_dialog(leg.lost_branch(flow, number)) else { return };
        if !lower.dialogs.chain(dialog_handle, loser, response, theirs) {
            self.too_long(lower);
            return;
        }
        lower.dialogs.find_next_hop(loser);
        lower.dialogs.owe_ack(&mut lower.cx, loser);
        self.send_bye(lower, now, loser);
        self.linger(lower, now, loser);
    }

    /// The loser of a fork stays for the repetitions of its 2xx, unless its BYE waits for a slot.
    pub(super) fn linger(&mut self, lower: &mut Lower<'_>, now: Instant, loser: Handle) {
        if lower.dialogs.get(loser).is_some_and(|leg| !leg.owes_bye()) {
            lower.cx.wake(Object::Dialog(loser.index), now + T1_64);
        }
    }

    /// No more repetitions of its 2xx are to come (rfc6026#7.2 timer M): the loser of a fork goes.
    pub(super) fn forget_loser(&mut self, lower: &mut Lower<'_>, loser: Handle) {
        lower.dialogs.take_out(loser);
        self.unchain(lower, loser); // the first of the chain may have gone before it
    }

    /// The chain of its call's dialogs does not hold it any more.
    fn unchain(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let call = lower.dialogs.call_of(handle);
        if let Some(first) = self.get(call).map(|call| call.dialog) {
            lower.media.unheard(call, handle, first);
        }
        if lower.dialogs.unchain(handle) {
            lower.release_dialog(handle);
        }
    }

    /// A refused INVITE is sent anew though a provisional response had made an early dialog: its target and routes
    /// are those it had first.
    pub(super) fn forget_early(&mut self, lower: &mut Lower<'_>, dialog_handle: Handle, invite: Handle) {
        #[cfg(feature = "reliable")]
        self.leave_early(lower, lower.dialogs.call_of(dialog_handle));
        let early = lower
            .dialogs
            .dialog(dialog_handle)
            .is_some_and(|dialog| !dialog.confirmed && !dialog.remote_tag.is_empty());
        if early {
            self.drop_forks(lower, dialog_handle);
        }
        if lower.dialogs.dialog(dialog_handle).is_some_and(|dialog| !dialog.confirmed) {
            lower.media.forget_agreed(dialog_handle);
            lower.forget_lookup(dialog_handle);
        }
        if !early || lower.transactions.request(invite).is_none_or(|request| request.method() != Sending::Invite) {
            return;
        }
        let sent = lower.transactions.sent(invite);
        let Some(target) = lines(sent).next().and_then(|first| first.split(|byte| *byte == b' ').nth(1)) else {
            return;
        };
        let routes = lines(sent).filter_map(|line| after_start(line, b"Route: "));
        lower.dialogs.forget_remote(dialog_handle, routes, target);
    }
}

/// The far end's tag in a response; empty where it has none.
pub(super) fn tag_of<'m>(response: &Message<'m>) -> &'m [u8] {
    response.to().ok().and_then(|to| to.tag()).unwrap_or_default()
}
