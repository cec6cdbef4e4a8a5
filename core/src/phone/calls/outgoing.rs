//! Outgoing calls: dialling, the responses to an INVITE, redirections.

use super::Calls;
use super::call::Cancel;
#[cfg(feature = "numbers")]
use super::later::Later;
use crate::base::limits::{REDIRECTS, RINGING_MS, TARGET};
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::base::time::{Duration, Instant};
#[cfg(feature = "numbers")]
use crate::numbers::{Dialled, dialled};
#[cfg(all(feature = "numbers", feature = "identity"))]
use crate::phone::Privacy;
use crate::phone::dialogs::Leg;
#[cfg(feature = "identity")]
use crate::phone::location::{Location, too_long};
use crate::phone::object::Object;
use crate::phone::requests::begin::{First, route_by};
#[cfg(all(feature = "refer", feature = "numbers"))]
use crate::phone::target::{allowed, is_help};
use crate::phone::target::{can_be_called, complete};
use crate::phone::trace::Pool;
#[cfg(feature = "identity")]
use crate::phone::transactions::request::Owner;
use crate::phone::transactions::request::{Request, Sending};
use crate::phone::{AccountId, CallId, CallState, Cause, CommandError, DialOptions, EndCause, EndedBy, Flow, Lower};
use crate::phone::{header_lines, identity, packages, reliable};
use crate::sip::session::timer::Timer;
#[cfg(feature = "refer")]
use crate::wire::sip::DialogName;
use crate::wire::sip::{Address, Message, Name, Scheme, Start, Uri};

impl Calls<'_> {
    /// Starts a call. `account` none: a direct call. `target`: a `sip:`, `sips:` or `tel:` URI, `user@host`, or
    /// (with an account) a number or user of its domain. `unasked`: nobody here has seen it, and so nobody is called for
    /// help.
    ///
    /// # Errors
    /// Nothing was sent, and nothing changed.
    pub(in crate::phone) fn dial(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        account: AccountId,
        target: &str,
        options: &DialOptions<'_>,
        unasked: bool,
    ) -> Result<CallId, CommandError> {
        if lower.cx.closing {
            return Err(CommandError::State);
        }
        let account_handle = account.0;
        if !account.is_none() && !lower.accounts.stays(account_handle) {
            return Err(CommandError::Stale);
        }
        header_lines::check(options.headers, &[])?;
        // written as spaces they would name somebody else
        if header_lines::has_controls(options.display_name) {
            return Err(CommandError::Text);
        }
        identity::check(options.caller, options.identity, options.privacy)?;
        #[cfg(feature = "refer")]
        if !options.replaces.is_empty()
            && (DialogName::replaces(options.replaces.as_bytes()).is_none()
                || header_lines::has_controls(options.replaces))
        {
            return Err(CommandError::HeaderLine);
        }
        #[cfg(not(feature = "refer"))]
        if !options.replaces.is_empty() || !options.refer.is_none() {
            return Err(CommandError::Unsupported);
        }
        if !reliable::can_be_met(options.reliable) {
            return Err(CommandError::Unsupported);
        }
        #[cfg(feature = "info")]
        if !options.digits.are_possible() {
            return Err(CommandError::Range);
        }
        packages::check_given(options.info_packages)?;
        if !lower.cx.fixed.takes(options.codecs) {
            return Err(CommandError::Codec);
        }
        lower.accounts.check_call_location(account_handle, options)?;
        let timer = Self::timer_to_ask(lower, account_handle, options.session_timer)?;
        let mut room = [0u8; TARGET];
        let domain = lower.accounts.domain(account_handle);
        #[cfg(feature = "numbers")]
        let mut number = [0u8; TARGET];
        #[cfg(feature = "numbers")]
        let given = target;
        #[cfg(feature = "numbers")]
        let Dialled { target, digits } =
            dialled(&lower.accounts.numbers(account_handle), domain.is_some(), target, &mut number)?;
        #[cfg(feature = "numbers")]
        let later = Later::read(digits)?;
        let uri = complete(domain, lower.accounts.transport(account_handle), target, &mut room)?;
        #[cfg(feature = "numbers")]
        let emergency = lower.accounts.numbers(account_handle).is_for_help(domain, uri);
        #[cfg(feature = "numbers")]
        if emergency && unasked {
            return Err(CommandError::Blocked);
        }
        // a lamp's far end names both, the call and whom to ask for it (rfc4235#4.1); of a REFER it is known who is called
        #[cfg(all(feature = "numbers", feature = "refer"))]
        if !options.replaces.is_empty()
            && options.refer.is_none()
            && (emergency || is_help(&lower.accounts, account_handle, uri))
        {
            return Err(CommandError::Help);
        }
        #[cfg(not(feature = "numbers"))]
        let _ = unasked;
        #[cfg(all(feature = "numbers", feature = "identity"))]
        let help = emergency;
        #[cfg(all(not(feature = "numbers"), feature = "identity"))]
        let help = false;
        // who asks for help is to be found, and called back
        #[cfg(all(feature = "numbers", feature = "identity"))]
        let options = &DialOptions {
            privacy: if emergency { Privacy::None } else { options.privacy },
            location_routing: options.location_routing.or(emergency.then_some(true)),
            location_follows: options.location_follows || emergency,
            ..*options
        };
        #[cfg(feature = "reliable")]
        let lines = reliable::early_media;
        #[cfg(not(feature = "reliable"))]
        let lines = |_| -> &'static [u8] { b"" };
        let first = First::new(&lower.accounts, (account_handle, uri), options, lines).of_call();
        // nothing may fail behind this: a call that has ended may give way to this one
        if !first.fits(lower) {
            return Err(CommandError::Text);
        }
        #[cfg(feature = "identity")]
        {
            let len = lower.accounts.call_location(account_handle, options).len();
            let most = if len > 0 { first.longest_location(lower) } else { 0 };
            if len > most && !help {
                return Err(too_long(most));
            }
        }
        // who asks for help is not told that every slot is in use; what is missing all the same is found below
        #[cfg(feature = "numbers")]
        let _ = emergency && self.make_way(lower, now);
        // a call that gives way may have the last dialog
        if !(lower.transactions.has_room_to_ask() && (lower.dialogs.free() > 0 || self.slots.is_full())) {
            lower.cx.trace_full(Pool::Requests);
            return Err(CommandError::Full);
        }
        let call_handle = self.open(lower).ok_or(CommandError::Full)?;
        lower.media.set_codecs(call_handle, options.codecs.or(lower.accounts.codecs(account_handle)));
        #[cfg(feature = "codecs")]
        lower.media.set_answering(call_handle, lower.accounts.answering(&lower.cx, account_handle));
        #[cfg(not(feature = "identity"))]
        let help = false;
        let result = self.dial_with(lower, now, call_handle, (timer, help), &first);
        if result.is_err() {
            self.discard(lower, call_handle);
        }
        #[cfg(feature = "numbers")]
        if let Some(call) = self.get_mut(call_handle) {
            call.later = later;
            call.help = emergency;
        }
        // one for help, too: a call for help that broke off is to be made again
        #[cfg(feature = "numbers")]
        if result.is_ok() && options.refer.is_none() {
            self.redials.keep(account_handle, given, !digits.is_empty());
        }
        #[cfg(all(feature = "numbers", feature = "rules"))]
        if emergency && result.is_ok() {
            lower.accounts.help_begins(account_handle);
        }
        #[cfg(feature = "info")]
        if let Some(call) = self.get_mut(call_handle) {
            call.digits = options.digits;
        }
        result.map(|()| CallId(call_handle))
    }

    fn dial_with(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call_handle: Handle,
        (timer, help): (Timer, bool),
        first: &First<'_>,
    ) -> Result<(), CommandError> {
        let First { account: account_handle, own_hop, options, .. } = *first;
        #[cfg(feature = "reliable")]
        let reliable = options.reliable.or(lower.accounts.reliable(&lower.cx, account_handle));
        let dialog_handle = lower.begin(first, |tag| {
            let leg = Leg::outgoing(call_handle, account_handle, tag, own_hop);
            #[cfg(feature = "reliable")]
            let leg = leg.wishing(reliable);
            leg
        })?;
        #[cfg(feature = "identity")]
        {
            let document = lower.accounts.call_location(account_handle, options);
            lower.dialogs.set_location(dialog_handle, Location::of(now, options, document, help), document);
        }
        #[cfg(not(feature = "identity"))]
        let _ = help;
        Self::set_timer(lower, dialog_handle, timer);
        let hop = lower.accounts.fresh_hop(now, account_handle);
        let Some(request) = lower.dialog_request(dialog_handle, Sending::Invite) else {
            lower.dialogs.discard(dialog_handle);
            return Err(CommandError::Full);
        };
        if let Some(call) = self.get_mut(call_handle) {
            call.account = account_handle;
            call.tag = options.tag;
            call.dialog = dialog_handle;
            call.request = request;
            call.reach(now, CallState::Calling);
        }
        let _ = lower.media.set_source(call_handle, options.source); // it has just begun
        lower.cx.tell(Object::Call(call_handle.index));
        self.trace(&mut lower.cx, call_handle);
        let asking = lower.go(now, request, hop.filter(|_| own_hop).map(|hop| (hop.flow(), true)));
        self.asked(lower, now, asking);
        Ok(())
    }

    /// A response to our INVITE came.
    pub(in crate::phone) fn invite_response(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        flow: Flow,
        dialog_handle: Handle,
        request: Handle,
        response: &Message<'_>,
    ) {
        let Some(status) = response.status() else { return };
        if lower.transactions.request(request).is_some_and(Request::is_abandoned) {
            self.given_up_response(lower, now, flow, request, response, status);
            return;
        }
        #[cfg(feature = "reliable")]
        if status < 200 && !self.hear_reliable(lower, now, dialog_handle, request, response) {
            return;
        }
        let Some(leg) = lower.dialogs.get(dialog_handle) else { return };
        let call_handle = leg.call();
        self.keep(&lower.cx, call_handle, response);
        if status == 422 && self.asks_longer(lower, now, (call_handle, dialog_handle, request), response) {
            return;
        }
        #[cfg(feature = "identity")]
        if matches!(status, 413 | 415 | 424 | 513) && self.asks_without_location(lower, now, call_handle, request) {
            return;
        }
        let Some(call) = self.get_mut(call_handle) else { return };
        if call.request != request && status >= 300 {
            return;
        }
        call.sip_code = status;
        match status {
            ..=199 => {
                let state = call.state;
                if status > 100 {
                    // a proxy repeats a provisional response each minute (rfc3261#13.3.1.1), and each branch of a fork
                    // sends its own: one event
                    let progress = progress_of(lower, response);
                    let news = core::mem::replace(&mut call.progress, progress) != progress;
                    if state == CallState::Calling || (state == CallState::Early && news) {
                        call.reach(now, CallState::Early);
                        lower.cx.tell(Object::Call(call_handle.index));
                        self.trace(&mut lower.cx, call_handle);
                    }
                    self.early_dialog(lower, now, call_handle, (dialog_handle, flow), response);
                    #[cfg(feature = "identity")]
                    self.hear_identity(lower, now, flow, dialog_handle, response);
                    #[cfg(feature = "tones")]
                    if status == 180 {
                        self.ring_back(lower, call_handle);
                    }
                }
                let Some(call) = self.get_mut(call_handle) else { return };
                // rfc3261#16.7 step 2: more than 100 each minute (#13.3.1.1), as queues send it, keeps the call waiting
                if call.cancel == Cancel::No && (status > 100 || call.give_up_at() == Instant::NEVER) {
                    call.give_up(now + Duration::from_millis(RINGING_MS));
                    self.wake(&mut lower.cx, call_handle);
                }
                // its CANCEL found no slot before
                if self.get(call_handle).is_some_and(|call| call.cancel == Cancel::Wanted) {
                    self.send_cancel(lower, now, call_handle);
                }
                #[cfg(feature = "refer")]
                self.report(lower, now, call_handle);
            }
            200..=299 => {
                call.request = Handle::NONE;
                lower.end_request(request);
                self.success(lower, now, call_handle, dialog_handle, response);
                #[cfg(feature = "refer")]
                self.report(lower, now, call_handle);
                #[cfg(feature = "identity")]
                self.hear_identity(lower, now, flow, dialog_handle, response);
            }
            300..=399 => {
                call.request = Handle::NONE;
                if call.cancel == Cancel::No && self.redirect(lower, now, call_handle, dialog_handle, response) {
                    return;
                }
                self.ends(call_handle, EndedBy::Remote, EndCause::None);
                self.end_call(lower, now, call_handle, Cause::Refused, status);
            }
            _ => {
                call.request = Handle::NONE;
                let (account, cancel) = (call.account, call.cancel);
                let cause = match (status, cancel) {
                    (487, Cancel::Sent) => Cause::Normal,
                    (401 | 407, Cancel::No) => lower.accounts.refusal(account),
                    (401 | 407, _) => Cause::Normal, // given up before it was answered
                    (408, _) => Cause::Timeout,
                    (488 | 606 | 415, _) => Cause::Codec,
                    _ => Cause::Refused,
                };
                self.ends(call_handle, EndedBy::Remote, EndCause::None);
                self.end_call(lower, now, call_handle, cause, status);
            }
        }
    }

    /// rfc3261#8.1.3.5, rfc6442#4.3: a refusal that the body may be the reason for. A call for help is asked for again
    /// without its document, which is told; another had to go with it. Returns whether it is.
    #[cfg(feature = "identity")]
    fn asks_without_location(&mut self, lower: &mut Lower<'_>, now: Instant, call: Handle, request: Handle) -> bool {
        let waits = self.get(call).is_some_and(|call| call.request == request && call.is_wanted());
        let Some(owner) = lower.transactions.request(request).map(Request::owner).filter(|_| waits) else {
            return false;
        };
        let Owner::Dialog(dialog) = owner else { return false };
        if lower.dialogs.location(dialog).is_none_or(|(location, _)| !location.spare) {
            return false;
        }
        let Some(next) = self.again(lower, request) else { return false };
        lower.spares_location(owner);
        let asking = lower.ask_anew(now, next);
        self.asked(lower, now, asking);
        true
    }

    /// Takes the session description of a response in one of the call's dialogs: the dialog whose answer came last is
    /// heard.
    pub(super) fn take_description(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: Handle,
        dialog: Handle,
        response: &Message<'_>,
    ) -> bool {
        let Some(text) = description(response) else { return true };
        // rfc3261#13.2.1: one behind a reliable answer is none
        if cfg!(feature = "reliable") && !lower.dialogs.session(dialog).awaits_answer() {
            return true;
        }
        // after our hang-up no media runs, however long the refusal takes
        if self.get(call).is_some_and(|call| call.cancel != Cancel::No) {
            return true;
        }
        self.take_answer(lower, now, call, dialog, text)
    }

    /// rfc3261#8.1.3.4: follows the best Contact of a redirection, a bounded number of times. The tries count for the
    /// whole call.
    fn redirect(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call_handle: Handle,
        dialog_handle: Handle,
        response: &Message<'_>,
    ) -> bool {
        // rfc3261#21.3.4, #21.3.5: a proxy that a response names is not trusted with the call, and what an alternative
        // service means is nowhere said
        if !cfg!(feature = "redirect") || matches!(response.status(), Some(305 | 380)) {
            return false;
        }
        if !self.follows(lower.dialogs.account_of(dialog_handle)) {
            return false;
        }
        // the best of those that can be followed, the first of equals (rfc3261#20.10: q is 1 where none is given)
        let usable = |uri: &[u8]| Uri::parse(uri).is_ok_and(|uri| uri.scheme == Scheme::Sip && can_be_called(&uri));
        let contacts = response.values(Name::Contact).filter_map(Address::parse).filter(|contact| usable(contact.uri));
        let best = contacts
            .map(|contact| (contact.q().unwrap_or(1000), contact.uri))
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        let Some((_, target)) = best else { return false };
        let account = lower.dialogs.account_of(dialog_handle);
        let mut room = [0u8; TARGET];
        #[cfg(all(feature = "refer", feature = "numbers"))]
        if self.get(call_handle).is_some_and(|call| call.report.unasked)
            && allowed(&lower.accounts, account, target, &mut room) != Ok(target)
        {
            return false;
        }
        let Some(route) = route_by(lower.accounts.proxy(account), &mut room) else { return false };
        let Some(call) = self.get_mut(call_handle) else { return false };
        if call.redirections >= REDIRECTS {
            return false;
        }
        call.redirections += 1;
        call.progress = 0; // the next target has responses of its own
        #[cfg(feature = "reliable")]
        self.leave_early(lower, call_handle);
        self.drop_forks(lower, dialog_handle);
        lower.media.forget_agreed(dialog_handle);
        lower.forget_lookup(dialog_handle);
        if !lower.dialogs.redirect(dialog_handle, route, target) {
            lower.cx.too_long();
            return false;
        }
        #[cfg(feature = "identity")]
        lower.dialogs.keep_location_back(dialog_handle);
        let hop = lower.accounts.fresh_hop(now, account);
        let own = lower.accounts.is_by_own_server(account, target);
        lower.dialogs.set_own_hop(dialog_handle, own);
        let Some(request) = lower.dialog_request(dialog_handle, Sending::Invite) else { return false };
        if let Some(call) = self.get_mut(call_handle) {
            call.request = request;
        }
        let asking = lower.go(now, request, hop.filter(|_| own).map(|hop| (hop.flow(), true)));
        self.asked(lower, now, asking);
        true
    }
}

/// The contents of a provisional response for a person: its status, its words and its description, as a number.
fn progress_of(lower: &Lower<'_>, response: &Message<'_>) -> u32 {
    let Start::Response { status, reason } = response.start() else { return 0 };
    let [key, _] = lower.cx.keys;
    Hasher::new(key).with(&status.to_le_bytes()).with(reason).with(description(response).unwrap_or_default()).finish()
        as u32
}

/// The session description that a message carries: its body, or a part of it (rfc5621#4.2: bodies of several parts are
/// to be understood).
pub(in crate::phone) fn description<'m>(message: &Message<'m>) -> Option<&'m [u8]> {
    message.described().description.filter(|text| !text.is_empty())
}
