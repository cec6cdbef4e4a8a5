//! Outgoing calls: dialling, early dialogs by forking, the 2xx and its ACK, refusals, redirections, CANCEL.

use super::call::{Call, Cancel};
use super::object::Object;
use super::request::{Owner, Sending, Stage};
use super::target::TARGET;
use super::{AccountId, CallId, CallState, Cause, CommandError, DialOptions, Flow, Phone};
use crate::base::count;
use crate::base::cursor::Cursor;
use crate::base::limits::{REDIRECTS, RINGING_MS, SLOT_RETRY_MS};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::sip::client::State;
use crate::sip::dialog::Dialog;
use crate::sip::tag::Tag;
use crate::sip::timer::T1_64;
use crate::wire::sip::{Address, Message, Name, Scheme, Uri, write_quoted, write_socket};

/// Headers that are the core's: an application cannot set them.
const OWNED: &[&str] = &[
    "via",
    "v",
    "from",
    "f",
    "to",
    "t",
    "call-id",
    "i",
    "cseq",
    "contact",
    "m",
    "max-forwards",
    "route",
    "record-route",
    "content-type",
    "c",
    "content-length",
    "l",
    "content-encoding",
    "e",
    "authorization",
    "proxy-authorization",
    "user-agent",
    "allow",
    "supported",
    "k",
    "require",
];

impl Phone<'_> {
    /// Starts a call. `account` none: a direct call. `target`: a `sip:`, `sips:` or `tel:` URI, `user@host`, or
    /// (with an account) a number or user of its domain.
    ///
    /// # Errors
    /// Nothing was sent, and nothing changed.
    pub fn dial(&mut self, now: Instant, account: AccountId, target: &str, options: &DialOptions<'_>) -> Result<CallId, CommandError> {
        if self.closing {
            return Err(CommandError::State);
        }
        let account_handle = account.0;
        if !account.is_none() && self.accounts.get(account_handle).is_none_or(|account| account.leaving) {
            return Err(CommandError::Stale);
        }
        check_headers(options.headers)?;
        let mut room = [0u8; TARGET];
        let uri = self.complete(account_handle, target, &mut room)?;
        let call_handle = self.new_call().ok_or(CommandError::Full)?;
        let result = self.dial_with(now, call_handle, account_handle, uri, options);
        if result.is_err() {
            self.calls.remove(call_handle);
        }
        result.map(|()| CallId(call_handle))
    }

    /// A slot for a call: a free one, or that of the call that ended longest ago and whose last event nobody fetched.
    pub(super) fn new_call(&mut self) -> Option<Handle> {
        if self.calls.is_full() {
            let mut oldest = self.ended.pop()?;
            if !self.told.is_none() && oldest == self.told.index && !self.ended.is_empty() {
                // it is being read just now: the next one gives way
                self.ended.push(oldest);
                oldest = self.ended.pop()?;
            }
            let handle = self.calls.handle_at(oldest)?;
            count::up(&mut self.counters.evicted_calls);
            self.free_call(handle);
        }
        let mut fresh = Call { session_id: u64::from(self.rng.next_u32()), ..Call::EMPTY };
        fresh.gain_in.mute(self.muted);
        fresh.gain_in.set(self.volume_in);
        fresh.gain_out.set(self.volume_out);
        self.calls.insert(fresh)
    }

    fn dial_with(
        &mut self,
        now: Instant,
        call_handle: Handle,
        account_handle: Handle,
        uri: &[u8],
        options: &DialOptions<'_>,
    ) -> Result<(), CommandError> {
        let secret = self.rng.next_u64();
        let mut call_id = [0u8; 32];
        let mut cursor = Cursor::new(&mut call_id);
        cursor.put_hex(self.rng.next_u64(), 16);
        cursor.put_hex(self.rng.next_u64(), 16);
        let dialog_handle = self.dialogs.insert(Dialog::EMPTY).ok_or(CommandError::Full)?;
        let account = self.accounts.get(account_handle);
        let text = self.account_text.get(account_handle.index);
        let mut name = [0u8; 160];
        let mut cursor = Cursor::new(&mut name);
        let display = if options.display_name.is_empty() {
            account.map_or(&b""[..], |account| account.display_name.of(text))
        } else {
            options.display_name.as_bytes()
        };
        if !display.is_empty() {
            write_quoted(&mut cursor, display);
            cursor.put_str(" ");
        }
        let Ok(name_len) = cursor.finish() else {
            self.dialogs.remove(dialog_handle);
            return Err(CommandError::Text);
        };
        let name = name.get(..name_len).unwrap_or_default();
        let mut dialog = Dialog {
            call: call_handle,
            account: account_handle,
            local_tag: Tag { handle: dialog_handle, secret },
            usages: 1,
            ..Dialog::EMPTY
        };
        let block = self.dialog_text.get_mut(dialog_handle.index);
        let fixed = match account {
            Some(account) => {
                dialog.set_fixed(block, &[name, b"<", account.uri.of(text), b">"], &[b"<", uri, b">"], &call_id, options.headers.as_bytes())
            }
            None => dialog.set_fixed(block, &[name], &[b"<", uri, b">"], &call_id, options.headers.as_bytes()),
        };
        let mut route = [0u8; TARGET];
        let mut cursor = Cursor::new(&mut route);
        let proxy = account.map_or(&b""[..], |account| account.proxy.of(text));
        if !proxy.is_empty() {
            super::render::write_proxy(&mut cursor, proxy);
        }
        let route = match cursor.finish() {
            Ok(len) => route.get(..len).unwrap_or_default(),
            Err(_) => &[],
        };
        let routes = (!route.is_empty()).then_some(route);
        let whole = fixed.and_then(|()| dialog.set_remote(block, b"", routes.into_iter(), uri));
        let Some(()) = whole else {
            self.dialogs.remove(dialog_handle);
            return Err(CommandError::Text);
        };
        // by the account's proxy, or to its own domain by its registrar
        let hop = account.and_then(|account| account.fresh_hop(now));
        dialog.own_hop = account.is_some()
            && (!proxy.is_empty() || {
                let domain = account.map_or(&b""[..], |account| account.domain.of(text));
                same_domain(domain, uri)
            });
        let own_hop = dialog.own_hop;
        if let Some(slot) = self.dialogs.get_mut(dialog_handle) {
            *slot = dialog;
        }
        let Some(request) = self.dialog_request(dialog_handle, Sending::Invite) else {
            self.dialogs.remove(dialog_handle);
            return Err(CommandError::Full);
        };
        if let Some(call) = self.calls.get_mut(call_handle) {
            call.account = account_handle;
            call.tag = options.tag;
            call.source = options.source;
            call.dialog = dialog_handle;
            call.request = request;
            call.started = now;
            call.state = CallState::Calling;
            call.pending |= Call::bit(CallState::Calling);
        }
        self.tell(Object::Call(call_handle.index));
        match hop.filter(|_| own_hop) {
            Some(hop) => self.go_over(now, request, hop.flow(), true),
            None => self.locate(request),
        }
        Ok(())
    }

    /// A request in a dialog; the dialog is used by it.
    pub(super) fn dialog_request(&mut self, dialog: Handle, method: Sending) -> Option<Handle> {
        let request = self.new_request(Owner::Dialog(dialog), method)?;
        if let Some(dialog) = self.dialogs.get_mut(dialog) {
            dialog.usages = dialog.usages.saturating_add(1);
        }
        Some(request)
    }

    /// A use of a dialog is over; with the last one it goes.
    pub(super) fn release_dialog(&mut self, handle: Handle) {
        let Some(dialog) = self.dialogs.get_mut(handle) else { return };
        dialog.usages = dialog.usages.saturating_sub(1);
        self.settle_dialog(handle);
    }

    /// A dialog that nobody uses and that owes nothing goes.
    pub(super) fn settle_dialog(&mut self, handle: Handle) {
        if self.dialogs.get(handle).is_some_and(|dialog| dialog.usages == 0 && !dialog.ack_owed && !dialog.bye_owed) {
            self.dialogs.remove(handle);
            self.due.set(self.objects.number(Object::Dialog(handle.index)), Instant::NEVER);
        }
    }

    /// Our side of a direct call is named by the address it leaves from.
    pub(super) fn name_direct_call(&mut self, dialog_handle: Handle, flow: Flow) {
        let Some(local) = self.local_of(flow.socket()) else { return };
        let Some(dialog) = self.dialogs.get_mut(dialog_handle) else { return };
        let block = self.dialog_text.get_mut(dialog_handle.index);
        if !dialog.account.is_none() || dialog.local.of(block).ends_with(b">") {
            return;
        }
        let mut text = [0u8; TARGET];
        let mut out = Cursor::new(&mut text);
        out.put(dialog.local.of(block));
        out.put_str("<sip:");
        out.put(self.fixed.direct_user.get());
        out.put_str("@");
        write_socket(&mut out, local);
        out.put_str(">");
        if let Ok(len) = out.finish() {
            let _ = dialog.set_local(block, text.get(..len).unwrap_or_default());
        }
    }

    /// An answer to our INVITE came.
    pub(super) fn invite_answered(&mut self, now: Instant, dialog_handle: Handle, request: Handle, answer: &Message<'_>, status: u16) {
        if self.requests.get(request).is_some_and(|request| request.given_up) {
            self.given_up_answered(now, dialog_handle, request, answer, status);
            return;
        }
        let Some(dialog) = self.dialogs.get(dialog_handle) else { return };
        let call_handle = dialog.call;
        self.keep(call_handle, answer);
        let Some(call) = self.calls.get_mut(call_handle) else { return };
        if call.request != request && status >= 300 {
            return;
        }
        call.sip_code = status;
        match status {
            ..=199 => {
                let state = call.state;
                if status > 100 {
                    if state == CallState::Calling || state == CallState::Early {
                        call.state = CallState::Early;
                        call.pending |= Call::bit(CallState::Early);
                        self.tell(Object::Call(call_handle.index));
                    }
                    self.early_dialog(now, call_handle, dialog_handle, answer);
                    if status == 180 {
                        self.set_ringback(call_handle, true);
                    }
                }
                let Some(call) = self.calls.get_mut(call_handle) else { return };
                // rfc3261#16.7 step 2: whoever says more than 100 each minute (#13.3.1.1), as queues do, keeps the call waiting
                if call.cancel == Cancel::No && (status > 100 || call.give_up == Instant::NEVER) {
                    call.give_up = now + Duration::from_millis(RINGING_MS);
                    self.schedule(Object::Call(call_handle.index));
                }
                // its CANCEL found no slot before
                if self.calls.get(call_handle).is_some_and(|call| call.cancel == Cancel::Wanted) {
                    self.send_cancel(now, call_handle);
                }
            }
            200..=299 => {
                call.request = Handle::NONE;
                self.end_request(request);
                self.success(now, call_handle, dialog_handle, answer);
            }
            300..=399 => {
                call.request = Handle::NONE;
                if call.cancel == Cancel::No && self.redirect(now, call_handle, dialog_handle, answer) {
                    return;
                }
                self.end_call(now, call_handle, Cause::Refused, status);
            }
            _ => {
                call.request = Handle::NONE;
                let cause = match (status, call.cancel) {
                    (487, Cancel::Sent) => Cause::Normal,
                    (401 | 407, Cancel::No) => Cause::Auth,
                    (401 | 407, _) => Cause::Normal, // given up before it was answered
                    (408, _) => Cause::Timeout,
                    (488 | 606 | 415, _) => Cause::Codec,
                    _ => Cause::Refused,
                };
                self.end_call(now, call_handle, cause, status);
            }
        }
    }

    /// rfc3261#12.1: a provisional answer with a tag makes an early dialog; another tag makes another one (a fork).
    fn early_dialog(&mut self, now: Instant, call: Handle, first: Handle, answer: &Message<'_>) {
        let Some(tag) = answer.to().ok().and_then(|to| to.tag()) else { return };
        let Some(dialog_handle) = self.dialog_with(first, tag).or_else(|| self.new_early(first, answer, tag)) else { return };
        self.take_description(now, call, dialog_handle, answer);
    }

    /// The dialog of a call that has this remote tag.
    fn dialog_with(&self, first: Handle, tag: &[u8]) -> Option<Handle> {
        let mut at = first;
        while let Some(dialog) = self.dialogs.get(at) {
            if dialog.remote_tag.of(self.dialog_text.get(at.index)) == tag {
                return Some(at);
            }
            at = dialog.sibling;
        }
        None
    }

    /// A dialog for a tag that is new: the first one if it has none yet, else a copy of it. When dialogs are used up, the fork is not followed.
    fn new_early(&mut self, first: Handle, answer: &Message<'_>, tag: &[u8]) -> Option<Handle> {
        let dialog = self.dialogs.get(first).copied()?;
        if dialog.remote_tag.is_empty() {
            let slot = self.dialogs.get_mut(first)?;
            let kept = *slot;
            if slot.learn_from_answer(self.dialog_text.get_mut(first.index), answer, tag).is_none() {
                *slot = kept;
                count::up(&mut self.counters.oversize);
                return None;
            }
            return Some(first);
        }
        let fork = self.dialogs.insert(Dialog { usages: 1, chained: true, ack_owed: false, confirmed: false, ..dialog })?;
        self.dialog_text.copy(first.index, fork.index);
        let slot = self.dialogs.get_mut(fork)?;
        if slot.learn_from_answer(self.dialog_text.get_mut(fork.index), answer, tag).is_none() {
            self.dialogs.remove(fork);
            count::up(&mut self.counters.oversize);
            return None;
        }
        if let Some(first) = self.dialogs.get_mut(first) {
            first.sibling = fork;
        }
        Some(fork)
    }

    /// Takes the session description of an answer: the early dialog whose answer came last is heard.
    fn take_description(&mut self, now: Instant, call: Handle, _dialog: Handle, answer: &Message<'_>) -> bool {
        let Some(text) = description(answer) else { return true };
        // who has hung up neither hears nor is heard, however long the refusal takes
        if self.calls.get(call).is_some_and(|call| call.cancel != Cancel::No) {
            return true;
        }
        let Some((local, lines)) = self.local_media(call) else { return false };
        match crate::offer::accept_answer(text, &local, &lines) {
            Ok(agreed) if agreed.accepted() => {
                self.take_agreed(call, agreed);
                // a provisional answer confirms nothing: what it names may be a victim
                self.run_media(now, call, false);
                true
            }
            _ => false,
        }
    }

    /// The first 2xx: the call is up. Its dialog takes the place of the call's first one.
    fn success(&mut self, now: Instant, call_handle: Handle, first: Handle, answer: &Message<'_>) {
        let tag = answer.to().ok().and_then(|to| to.tag()).unwrap_or_default();
        let winner = self.dialog_with(first, tag).or_else(|| self.new_early(first, answer, tag));
        let Some(winner) = winner else {
            // its texts do not fit: no dialog to end it in; the far end gives up without an ACK
            self.end_call(now, call_handle, Cause::Full, 0);
            return;
        };
        if winner != first
            && let (Some(won), Some(slot)) = (self.dialogs.get(winner).copied(), self.dialogs.get_mut(first))
        {
            let (tag, usages, sibling) = (slot.local_tag, slot.usages, slot.sibling);
            *slot = Dialog { local_tag: tag, usages, sibling, chained: false, bye_owed: false, ..won };
            self.dialog_text.copy(winner.index, first.index);
            // one that had lost an earlier try, and whose BYE has not left yet, is wanted now
            if let Some(won) = self.dialogs.get_mut(winner) {
                won.bye_owed = false;
            }
        }
        self.drop_forks(first);
        if let Some(dialog) = self.dialogs.get_mut(first) {
            // the 2xx says anew what the dialog's target is; its route set is the one of this answer (rfc3261#13.2.2.4)
            let kept = *dialog;
            if dialog.learn_from_answer(self.dialog_text.get_mut(first.index), answer, tag).is_none() {
                *dialog = kept;
            }
            dialog.confirmed = true;
            dialog.accepted = true;
            dialog.ack_owed = true;
        }
        self.find_next_hop(first);
        self.owe(Object::Dialog(first.index));
        let understood = self.take_description(now, call_handle, first, answer);
        let Some(call) = self.calls.get_mut(call_handle) else { return };
        call.give_up = Instant::NEVER;
        let wanted = call.cancel == Cancel::No;
        let has_media = call.agreed.is_some();
        self.schedule(Object::Call(call_handle.index));
        if !wanted {
            // rfc3261#9.1: the CANCEL lost the race; the call is up and is ended with BYE
            self.end_call(now, call_handle, Cause::Normal, 487);
        } else if !understood || !has_media {
            self.end_call(now, call_handle, Cause::Codec, 488);
        } else {
            let Some(call) = self.calls.get_mut(call_handle) else { return };
            call.state = CallState::Connected;
            call.connected = now;
            call.pending |= Call::bit(CallState::Connected);
            self.confirm_media(call_handle);
            self.tell(Object::Call(call_handle.index));
        }
    }

    /// Early dialogs that did not win.
    pub(super) fn drop_forks(&mut self, first: Handle) {
        let Some(mut at) = self.dialogs.get(first).map(|dialog| dialog.sibling) else { return };
        while let Some(next) = self.dialogs.get(at).map(|dialog| dialog.sibling) {
            self.unchain(at);
            at = next;
        }
        if let Some(dialog) = self.dialogs.get_mut(first) {
            dialog.sibling = Handle::NONE;
        }
    }

    /// A 2xx to an INVITE whose transaction is over: the same again (its ACK was lost), or another branch of a fork.
    pub(super) fn repeated_success(&mut self, now: Instant, flow: Flow, answer: &Message<'_>) {
        let tag = answer.from().ok().and_then(|from| from.tag()).and_then(Tag::read);
        let dialog_handle = tag.map_or(Handle::NONE, |tag| tag.handle);
        let known = self.dialogs.get(dialog_handle).is_some_and(|dialog| {
            Some(dialog.local_tag) == tag
                && answer.call_id().is_ok_and(|id| id == dialog.call_id.of(self.dialog_text.get(dialog_handle.index)))
        });
        if !known {
            count::up(&mut self.counters.unmatched);
            return;
        }
        let theirs = answer.to().ok().and_then(|to| to.tag()).unwrap_or_default();
        let Some(dialog) = self.dialogs.get(dialog_handle).copied() else { return };
        let running = self.calls.get(dialog.call).is_some_and(|call| !call.request.is_none() && call.state != CallState::Connected);
        if let Some(known) = self.dialog_with(dialog_handle, theirs) {
            if running || answer.cseq().is_ok_and(|cseq| cseq.number != dialog.invite_number) {
                count::up(&mut self.counters.unmatched);
                return;
            }
            // rfc3261#13.2.2.4: each repetition gets the ACK again, though BYE may have left meanwhile
            let Some(dialog) = self.dialogs.get_mut(known) else { return };
            dialog.ack_owed = true;
            let first = !core::mem::replace(&mut dialog.accepted, true);
            if first && dialog.learn_from_answer(self.dialog_text.get_mut(known.index), answer, theirs).is_some() {
                self.find_next_hop(known);
            }
            self.owe(Object::Dialog(known.index));
            if first {
                // it is no repetition: the call was given up before anybody had answered it
                self.send_bye(now, known);
            }
            return;
        }
        // rfc3261#13.2.2.4: another branch answered too: acknowledge, then end it. It is kept among the siblings for its own repetitions.
        let kept = Dialog { usages: 1, chained: true, call: Handle::NONE, flow: Some(flow), own_hop: false, ..dialog };
        let Some(loser) = self.dialogs.insert(kept) else { return };
        self.dialog_text.copy(dialog_handle.index, loser.index);
        let learnt =
            self.dialogs.get_mut(loser).and_then(|slot| slot.learn_from_answer(self.dialog_text.get_mut(loser.index), answer, theirs));
        if learnt.is_none() {
            self.dialogs.remove(loser);
            count::up(&mut self.counters.oversize);
            return;
        }
        if let Some(first) = self.dialogs.get_mut(dialog_handle) {
            first.sibling = loser;
        }
        if let Some(slot) = self.dialogs.get_mut(loser) {
            slot.ack_owed = true;
            slot.confirmed = true;
            slot.accepted = true;
        }
        self.find_next_hop(loser);
        self.owe(Object::Dialog(loser.index));
        self.send_bye(now, loser);
        self.linger(now, loser);
    }

    /// The loser of a fork stays for the repetitions of its 2xx, unless its BYE waits for a slot.
    fn linger(&mut self, now: Instant, loser: Handle) {
        if self.dialogs.get(loser).is_some_and(|dialog| !dialog.bye_owed) {
            self.due.set(self.objects.number(Object::Dialog(loser.index)), now + T1_64);
        }
    }

    /// A timer of a dialog: its BYE found no slot before, or it is the loser of a fork.
    pub(super) fn dialog_timeout(&mut self, now: Instant, handle: Handle) {
        let Some(dialog) = self.dialogs.get_mut(handle) else { return };
        let lost = dialog.local_tag.handle != handle;
        if core::mem::take(&mut dialog.bye_owed) {
            self.send_bye(now, handle);
            if lost {
                self.linger(now, handle);
            }
        } else if lost {
            self.forget_loser(handle);
        }
    }

    /// No more repetitions of its 2xx are to come (rfc6026#7.2 timer M): the loser of a fork goes.
    fn forget_loser(&mut self, loser: Handle) {
        let Some((tag, next)) = self.dialogs.get(loser).map(|dialog| (dialog.local_tag, dialog.sibling)) else { return };
        let mut at = tag.handle;
        while let Some(dialog) = self.dialogs.get_mut(at) {
            if dialog.sibling == loser {
                dialog.sibling = next;
                break;
            }
            at = dialog.sibling;
        }
        self.unchain(loser); // the first of the chain may have gone before it
    }

    /// The chain of its call's dialogs does not hold it any more.
    fn unchain(&mut self, handle: Handle) {
        if self.dialogs.get_mut(handle).is_some_and(|dialog| core::mem::take(&mut dialog.chained)) {
            self.release_dialog(handle);
        }
    }

    /// Where a dialog's next requests go: an address in its next hop's URI is taken as it is; a name keeps the way that is known.
    pub(super) fn find_next_hop(&mut self, handle: Handle) {
        let Some(dialog) = self.dialogs.get_mut(handle) else { return };
        let Some(Flow::Udp { socket, remote }) = dialog.flow else { return };
        let Ok(uri) = Uri::parse(dialog.next_hop(self.dialog_text.get(handle.index))) else { return };
        let datagram = uri.transport().is_none_or(|name| name.eq_ignore_ascii_case(b"udp")) && uri.scheme == Scheme::Sip;
        let ip = uri.maddr().unwrap_or(uri.host).ip();
        if let (Some(ip), true) = (ip, datagram)
            && ip.is_ipv4() == remote.is_ipv4()
        {
            let remote = core::net::SocketAddr::new(ip, uri.port.unwrap_or(5060));
            dialog.flow = Some(Flow::Udp { socket, remote });
        }
    }

    /// rfc3261#8.1.3.4: follows the best Contact of a redirection, a bounded number of times. The tries count for the whole call.
    fn redirect(&mut self, now: Instant, call_handle: Handle, dialog_handle: Handle, answer: &Message<'_>) -> bool {
        // the best of those that can be followed, the first of equals (rfc3261#20.10: q is 1 where none is given)
        let usable = |uri: &[u8]| Uri::parse(uri).is_ok_and(|uri| uri.scheme == Scheme::Sip && uri.headers.is_empty());
        let contacts = answer.values(Name::Contact).filter_map(Address::parse).filter(|contact| usable(contact.uri));
        let best = contacts
            .map(|contact| (contact.q().unwrap_or(1000), contact.uri))
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        let Some((_, target)) = best else { return false };
        let Some(call) = self.calls.get_mut(call_handle) else { return false };
        if call.tries >= REDIRECTS {
            return false;
        }
        call.tries += 1;
        self.drop_forks(dialog_handle);
        let Some(dialog) = self.dialogs.get_mut(dialog_handle) else { return false };
        let block = self.dialog_text.get_mut(dialog_handle.index);
        let mut routes = [0u8; TARGET];
        let (account, had_tag) = (dialog.account, !dialog.remote_tag.is_empty());
        let text = self.account_text.get(account.index);
        let account_slot = self.accounts.get(account);
        let proxy = account_slot.map_or(&b""[..], |account| account.proxy.of(text));
        let mut cursor = Cursor::new(&mut routes);
        if !proxy.is_empty() {
            super::render::write_proxy(&mut cursor, proxy);
        }
        let len = cursor.finish().unwrap_or(0);
        let route = routes.get(..len).filter(|route| !route.is_empty());
        let _ = had_tag;
        if dialog.redirect(block, route.into_iter(), target).is_none() {
            return false;
        }
        dialog.own_hop = account_slot.is_some_and(|account| !proxy.is_empty() || same_domain(account.domain.of(text), target));
        let (own, hop) = (dialog.own_hop, account_slot.and_then(|account| account.fresh_hop(now)));
        let Some(request) = self.dialog_request(dialog_handle, Sending::Invite) else { return false };
        if let Some(call) = self.calls.get_mut(call_handle) {
            call.request = request;
        }
        match hop.filter(|_| own) {
            Some(hop) => self.go_over(now, request, hop.flow(), true),
            None => self.locate(request),
        }
        true
    }

    /// Gives up an outgoing call that is not answered.
    pub(super) fn cancel_call(&mut self, now: Instant, call_handle: Handle, cause: Cause) {
        self.stop_media(now, call_handle);
        let Some(call) = self.calls.get_mut(call_handle) else { return };
        let request = call.request;
        call.cause = cause;
        let Some((stage, state)) = self.requests.get(request).map(|request| (request.stage, request.client.state())) else {
            self.end_call(now, call_handle, cause, 0);
            return;
        };
        match (stage, state) {
            (Stage::Running, State::Proceeding) => {
                if self.calls.get(call_handle).is_some_and(|call| call.cancel != Cancel::Sent) {
                    self.send_cancel(now, call_handle);
                }
            }
            (Stage::Running, State::Calling) => {
                // rfc3261#9.1: CANCEL waits for a provisional answer. The application does not: its call is over, and what the INVITE still
                // meets is dealt with below
                if let Some(request) = self.requests.get_mut(request) {
                    request.given_up = true;
                }
                if let Some(call) = self.calls.get_mut(call_handle) {
                    call.request = Handle::NONE;
                    call.sip_code = 0;
                }
                self.end_call(now, call_handle, cause, 0);
            }
            _ => {
                if let Some(call) = self.calls.get_mut(call_handle) {
                    call.request = Handle::NONE;
                }
                self.end_request(request);
                self.end_call(now, call_handle, cause, 0);
            }
        }
    }

    fn send_cancel(&mut self, now: Instant, call_handle: Handle) {
        let Some(invite) = self.calls.get(call_handle).map(|call| call.request) else { return };
        let sent = self.cancel_invite(now, invite);
        if let Some(call) = self.calls.get_mut(call_handle) {
            // every slot is busy: it is tried again; a 2xx that comes first is ended with BYE
            call.cancel = if sent { Cancel::Sent } else { Cancel::Wanted };
            call.give_up = if sent { Instant::NEVER } else { now + Duration::from_millis(SLOT_RETRY_MS) };
        }
        self.schedule(Object::Call(call_handle.index));
    }

    /// An answer to an INVITE whose call was given up before any came.
    fn given_up_answered(&mut self, now: Instant, dialog_handle: Handle, request: Handle, answer: &Message<'_>, status: u16) {
        match status {
            ..=199 => self.cancel_given_up(now, request),
            200..=299 => {
                // rfc3261#13.2.2.4: it is acknowledged, then ended
                let tag = answer.to().ok().and_then(|to| to.tag()).unwrap_or_default();
                if self.new_early(dialog_handle, answer, tag) == Some(dialog_handle) {
                    if let Some(dialog) = self.dialogs.get_mut(dialog_handle) {
                        dialog.accepted = true;
                        dialog.ack_owed = true;
                    }
                    self.find_next_hop(dialog_handle);
                    self.owe(Object::Dialog(dialog_handle.index));
                    self.send_bye(now, dialog_handle);
                }
                self.end_request(request);
            }
            // its ACK is the transaction's
            _ => {}
        }
    }

    /// rfc3261#9.1: a provisional answer came, so CANCEL may leave. Where every slot is busy it is tried again.
    pub(super) fn cancel_given_up(&mut self, now: Instant, invite: Handle) {
        if self.requests.get(invite).is_none_or(|request| !request.given_up || !request.cancel.is_none()) {
            return;
        }
        if !self.cancel_invite(now, invite) {
            if let Some(request) = self.requests.get_mut(invite) {
                request.fail_over = now + Duration::from_millis(SLOT_RETRY_MS);
            }
            self.schedule(Object::Request(invite.index));
        }
    }

    /// False: no slot is free for it.
    fn cancel_invite(&mut self, now: Instant, invite: Handle) -> bool {
        let Some(cancel) = self.new_request(Owner::Invite(invite), Sending::Cancel) else {
            // the wait for the end is bounded as if it had left
            if let Some(sent) = self.requests.get_mut(invite) {
                sent.client.handle_given_up(now);
            }
            self.schedule(Object::Request(invite.index));
            return false;
        };
        let Some(sent) = self.requests.get_mut(invite) else { return false };
        sent.cancel = cancel;
        sent.client.handle_cancelled(now);
        let (targets, branch, number) = (sent.place(), sent.branch, sent.number);
        self.schedule(Object::Request(invite.index));
        if let Some(request) = self.requests.get_mut(cancel) {
            if let Some(first) = request.targets.first_mut() {
                *first = targets;
            }
            request.count = 1;
            request.branch = branch;
            request.number = number;
            request.stage = Stage::Running;
            request.client = crate::sip::client::Client::start(now, false, targets.flow().is_reliable());
        }
        if self.render_cancel(cancel, invite).is_err() {
            self.end_request(cancel);
            return true;
        }
        self.owe(Object::Request(cancel.index));
        self.schedule(Object::Request(cancel.index));
        true
    }
}

/// The session description that a message carries: its body, or a part of it (rfc5621#4.2: bodies of several parts are to be understood).
pub(super) fn description<'m>(message: &Message<'m>) -> Option<&'m [u8]> {
    message.body_of(b"application", b"sdp").filter(|text| !text.is_empty())
}

fn same_domain(domain: &[u8], uri: &[u8]) -> bool {
    let mut text = [0u8; TARGET];
    let mut out = Cursor::new(&mut text);
    out.put_str("sip:");
    out.put(domain);
    let Ok(len) = out.finish() else { return false };
    match (Uri::parse(text.get(..len).unwrap_or_default()), Uri::parse(uri)) {
        (Ok(ours), Ok(theirs)) => ours.host == theirs.host,
        _ => false,
    }
}

/// Extra header lines may neither break the message nor stand for what the core says itself.
fn check_headers(lines: &str) -> Result<(), CommandError> {
    let mut rest = lines;
    while !rest.is_empty() {
        let (line, later) = rest.split_once("\r\n").ok_or(CommandError::Text)?;
        let (name, value) = line.split_once(':').ok_or(CommandError::Text)?;
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&byte);
        if name.is_empty() || !name.bytes().all(token) || value.bytes().any(|byte| (byte < 0x20 && byte != b'\t') || byte == 0x7f) {
            return Err(CommandError::Text);
        }
        if OWNED.iter().any(|owned| owned.eq_ignore_ascii_case(name)) {
            return Err(CommandError::Text);
        }
        rest = later;
    }
    Ok(())
}
