//! Commands: the only functions that return errors. A refused one changes nothing.

use super::account::Account;
use super::call::Call;
use super::object::Object;
use super::request::Stage;
use super::{
    AccountConfig, AccountId, AccountInfo, AccountState, AccountText, CallId, CallInfo, CallState, CallText, Cause, CommandError, Phone,
    Side, Source, Which,
};
use crate::base::cursor::Cursor;
use crate::base::limits::EXPIRES;
use crate::base::slots::Handle;
use crate::base::text::{Packer, Span};
use crate::base::time::Instant;
use crate::media::StreamStats;
use crate::sip::tag::Tag;
use crate::wire::sip::{Address, Message, Name, Scheme, Start, Uri, reason_phrase};

/// How long a digit sounds, in milliseconds.
const DIGIT_MS: u16 = 160;
/// How long a comma waits.
const PAUSE_MS: u16 = 1000;
/// Loudest volume in percent.
const LOUDEST: u32 = 400;

impl Phone<'_> {
    /// Adds an account. It registers when [`Phone::register`] is called.
    ///
    /// # Errors
    /// [`CommandError::Uri`] for a URI that is none, [`CommandError::Text`] for a text that is too long or has controls,
    /// [`CommandError::Full`] when every account slot is in use.
    pub fn account_add(&mut self, _now: Instant, config: &AccountConfig<'_>) -> Result<AccountId, CommandError> {
        let texts = [config.uri, config.registrar, config.proxy, config.username, config.password, config.realm, config.display_name];
        if texts.iter().any(|text| text.bytes().any(|byte| byte < 0x20 || byte == 0x7f)) {
            return Err(CommandError::Text);
        }
        let uri = sip(config.uri).filter(|uri| uri.user.is_some() && uri.headers.is_empty()).ok_or(CommandError::Uri)?;
        for other in [config.registrar, config.proxy] {
            if !other.is_empty() && sip(other).is_none() {
                return Err(CommandError::Uri);
            }
        }
        let handle = self.accounts.insert(Account::EMPTY).ok_or(CommandError::Full)?;
        let block = self.account_text.get_mut(handle.index);
        let packed = pack_account(block, config, &uri);
        let Some(mut account) = packed else {
            self.accounts.remove(handle);
            return Err(CommandError::Text);
        };
        account.tag = config.tag;
        account.no_register = config.no_register;
        account.wished_expires = if config.expires == 0 { EXPIRES } else { config.expires };
        account.keepalive = config.keepalive;
        account.contact = self.rng.next_u64();
        account.registration.id = self.rng.next_u64();
        account.registration.local_tag = Tag { handle, secret: self.rng.next_u64() };
        account.registration.ask = account.wished_expires;
        if let Some(slot) = self.accounts.get_mut(handle) {
            *slot = account;
        }
        Ok(AccountId(handle))
    }

    /// Removes an account: it is unregistered first, and calls of it go on.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn account_remove(&mut self, now: Instant, account: AccountId) -> Result<(), CommandError> {
        let slot = self.accounts.get_mut(account.0).filter(|account| !account.leaving).ok_or(CommandError::Stale)?;
        slot.leaving = true;
        self.withdraw(now, account.0);
        self.leave(now, account.0);
        Ok(())
    }

    /// Registers an account, and keeps it registered. Registering again refreshes at once.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for an account that does not register.
    pub fn register(&mut self, now: Instant, account: AccountId) -> Result<(), CommandError> {
        let slot = self.accounts.get_mut(account.0).filter(|account| !account.leaving).ok_or(CommandError::Stale)?;
        if slot.no_register || self.closing {
            return Err(CommandError::State);
        }
        slot.registration.wanted = true;
        slot.registration.failures = 0;
        slot.registration.interval_tries = 0;
        slot.registration.ask = slot.wished_expires;
        self.set_account_state(account.0, AccountState::Registering, Cause::Normal, 0);
        self.send_register(now, account.0);
        Ok(())
    }

    /// Takes a registration back.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn unregister(&mut self, now: Instant, account: AccountId) -> Result<(), CommandError> {
        self.accounts.get(account.0).filter(|account| !account.leaving).ok_or(CommandError::Stale)?;
        self.withdraw(now, account.0);
        Ok(())
    }

    fn withdraw(&mut self, now: Instant, handle: Handle) {
        let Some(account) = self.accounts.get_mut(handle) else { return };
        account.registration.wanted = false;
        account.registration.next = Instant::NEVER;
        let (bound, under_way) = (account.is_bound(), account.registration.request);
        // one that waits for its addresses was never sent
        let unsent = !bound && self.requests.get(under_way).is_some_and(|request| request.stage != Stage::Running && request.branch == 0);
        if unsent {
            self.end_request(under_way);
        }
        let busy = !unsent && !under_way.is_none();
        let Some(account) = self.accounts.get_mut(handle) else { return };
        if account.is_bound() {
            self.send_register(now, handle);
        } else if !busy {
            let told = account.state;
            account.state = AccountState::Unregistered;
            account.cause = Cause::Normal;
            account.sip_code = 0;
            if told != AccountState::Unregistered {
                account.pending |= 1 << AccountState::Unregistered as u32;
                self.tell(Object::Account(handle.index));
            }
        }
        self.schedule(Object::Account(handle.index));
    }

    /// An account, in numbers.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn account_info(&self, account: AccountId) -> Result<AccountInfo, CommandError> {
        let slot = self.accounts.get(account.0).ok_or(CommandError::Stale)?;
        Ok(AccountInfo {
            account,
            tag: slot.tag,
            state: slot.state,
            expires: slot.registration.expires,
            sip_code: slot.sip_code,
            result: slot.cause,
        })
    }

    /// A text of an account.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when there is none.
    pub fn account_text(&self, account: AccountId, which: AccountText, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        let slot = self.accounts.get(account.0).ok_or(CommandError::Stale)?;
        let span = match which {
            AccountText::Uri => slot.uri,
            AccountText::RefusedRealm => slot.refused_realm,
        };
        put_some(out, span.of(self.account_text.get(account.0.index)))
    }

    /// The accounts.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.accounts.iter().filter(|(_, account)| !account.leaving).map(|(handle, _)| AccountId(handle))
    }

    /// The calls, ended ones that wait to be fetched among them.
    pub fn calls(&self) -> impl Iterator<Item = CallId> {
        self.calls.iter().map(|(handle, _)| CallId(handle))
    }

    /// Ends every call: as many at once as [`Phone::handle_timeout`] serves, the others are due at once.
    pub fn hangup_all(&mut self, now: Instant) {
        for index in 0..self.calls.capacity() as u32 {
            let handle = self.calls.handle_at(index);
            if let Some(call) = handle.and_then(|handle| self.calls.get_mut(handle)).filter(|call| call.state != CallState::Ended) {
                call.leaving = true;
                self.schedule(Object::Call(index));
            }
        }
        self.handle_timeout(now);
    }

    /// Begins the end: no new calls, BYE or CANCEL for those that are (see [`Phone::hangup_all`]), registrations withdrawn. [`Phone::is_idle`] tells when it is done.
    pub fn shutdown(&mut self, now: Instant) {
        self.closing = true;
        self.hangup_all(now);
        for index in 0..self.accounts.capacity() as u32 {
            if let Some(handle) = self.accounts.handle_at(index) {
                self.withdraw(now, handle);
            }
        }
    }

    /// Nothing is under way: no request, no unanswered INVITE, nothing to send.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let waiting = self.requests.iter().any(|(_, request)| request.client.state() != crate::sip::client::State::Completed);
        !waiting
            && self.owed.is_empty()
            && self.reply_len == 0
            && !self.calls.iter().any(|(_, call)| call.state != CallState::Ended)
            && !self.servers.iter().any(|(_, server)| server.transaction.state() == crate::sip::server::State::Accepted)
            && !self.dialogs.iter().any(|(_, dialog)| dialog.bye_owed || dialog.ack_owed)
    }

    fn call(&self, call: CallId) -> Result<&Call, CommandError> {
        self.calls.get(call.0).ok_or(CommandError::Stale)
    }

    /// Sets the application's own number of a call.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn call_set_tag(&mut self, call: CallId, tag: u64) -> Result<(), CommandError> {
        self.calls.get_mut(call.0).ok_or(CommandError::Stale)?.tag = tag;
        Ok(())
    }

    /// Chooses what a call sends.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn set_source(&mut self, _now: Instant, call: CallId, source: Source) -> Result<(), CommandError> {
        let slot = self.calls.get_mut(call.0).ok_or(CommandError::Stale)?;
        let before = core::mem::replace(&mut slot.source, source);
        if slot.media {
            self.count_bus(before, false);
            self.count_bus(source, true);
        } else if slot.ringback {
            self.set_ringback(call.0, true); // over, if it is no device call any more
        }
        Ok(())
    }

    /// Mutes what a call sends; no call: all, and those to come.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn set_mute(&mut self, call: CallId, mute: bool) -> Result<(), CommandError> {
        self.each(call, |call| call.gain_in.mute(mute))?;
        if call.is_none() {
            self.muted = mute;
        }
        Ok(())
    }

    /// Sets a volume, 0 to 400 percent; no call: all, and those to come.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Range`] above 400.
    pub fn set_volume(&mut self, call: CallId, side: Side, percent: u32) -> Result<(), CommandError> {
        if percent > LOUDEST {
            return Err(CommandError::Range);
        }
        let percent = percent as u16;
        self.each(call, |call| match side {
            Side::Input => call.gain_in.set(percent),
            Side::Output => call.gain_out.set(percent),
        })?;
        if call.is_none() {
            match side {
                Side::Input => self.volume_in = percent,
                Side::Output => self.volume_out = percent,
            }
        }
        Ok(())
    }

    fn each(&mut self, call: CallId, mut change: impl FnMut(&mut Call)) -> Result<(), CommandError> {
        if !call.is_none() {
            change(self.calls.get_mut(call.0).ok_or(CommandError::Stale)?);
            return Ok(());
        }
        for index in 0..self.calls.capacity() as u32 {
            if let Some(call) = self.calls.handle_at(index).and_then(|handle| self.calls.get_mut(handle)) {
                change(call);
            }
        }
        Ok(())
    }

    /// Sends digits (`0-9 * # A-D`; `,` waits a second), RFC 4733. The token comes back with [`super::EventKind::DigitsSent`]: once for each
    /// command that was taken, also when the call ends or is put on hold before they are out.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] without media, or while the far end holds the call and would not hear them; [`CommandError::Range`] for another character (then none is sent);
    /// [`CommandError::Full`] when the queue cannot take them all (then none is sent).
    pub fn send_digits(&mut self, _now: Instant, call: CallId, digits: &str) -> Result<u64, CommandError> {
        let slot = self.calls.get_mut(call.0).ok_or(CommandError::Stale)?;
        if !digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'*' | b'#' | b'A'..=b'D' | b'a'..=b'd' | b',')) || digits.is_empty() {
            return Err(CommandError::Range);
        }
        // rfc3264#5.1: who may not send sends no digits either
        if !slot.media || !slot.agreed.is_some_and(|agreed| agreed.send) {
            return Err(CommandError::State);
        }
        let stream = self.streams.get_mut(call.0.index as usize).ok_or(CommandError::Stale)?;
        if digits.len() > stream.digits_room() {
            return Err(CommandError::Full);
        }
        for digit in digits.bytes() {
            let _ = if digit == b',' { stream.pause(PAUSE_MS) } else { stream.send_digit(digit.to_ascii_uppercase(), DIGIT_MS) };
        }
        stream.end_digits();
        slot.digits += 1;
        Ok(digits_token(call.0, slot.digits))
    }

    /// A call, in numbers.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn call_info(&self, call: CallId) -> Result<CallInfo, CommandError> {
        let slot = self.call(call)?;
        Ok(CallInfo {
            call,
            account: AccountId(slot.account),
            tag: slot.tag,
            state: slot.state,
            incoming: slot.incoming,
            started: slot.started,
            connected: slot.connected,
            ended: slot.ended,
            sip_code: slot.sip_code,
            result: slot.cause,
            source: slot.source,
            muted: slot.gain_in.muted(),
            held: slot.agreed.is_some_and(|agreed| agreed.held),
            media: slot.media,
        })
    }

    /// How a call's media does, or did.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn call_stats(&self, now: Instant, call: CallId) -> Result<StreamStats, CommandError> {
        self.call(call)?;
        let stream = self.streams.get(call.0.index as usize).ok_or(CommandError::Stale)?;
        // a stream that never ran for this call may still hold the figures of the one before
        if self.call(call)?.agreed.is_none() { Ok(StreamStats::default()) } else { Ok(stream.stats(now)) }
    }

    /// A text of a call.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when there is none.
    pub fn call_text(&self, call: CallId, which: CallText, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        let slot = self.call(call)?;
        let dialog = self.dialogs.get(slot.dialog).ok_or(CommandError::Nothing)?;
        let text = self.dialog_text.get(slot.dialog.index);
        let address = |span: Span| Address::parse(span.of(text)).ok_or(CommandError::Nothing);
        match which {
            CallText::RemoteUri => put_some(out, address(dialog.remote)?.uri),
            CallText::LocalUri => put_some(out, address(dialog.local)?.uri),
            CallText::RemoteName => {
                let remote = address(dialog.remote)?;
                if remote.display.is_empty() {
                    return Err(CommandError::Nothing);
                }
                remote.display_text(out);
                Ok(())
            }
            CallText::CallId => put_some(out, dialog.call_id.of(text)),
            CallText::Codec => {
                let kind = slot.agreed.ok_or(CommandError::Nothing)?.codec;
                out.put_str(kind.name());
                out.put_str("/");
                out.put_number(u64::from(kind.clock()));
                Ok(())
            }
            CallText::UserAgent => {
                let message = Message::parse(self.kept(call.0, Which::First)).map_err(|_| CommandError::Nothing)?;
                put_some(out, message.header(Name::UserAgent).or_else(|| message.header(Name::Server)).unwrap_or_default())
            }
            CallText::Reason => self.call_reason(call, slot, out),
        }
    }

    /// Why it ended, in words: a Reason header's text, the far end's phrase, or the status's standard one.
    fn call_reason(&self, call: CallId, slot: &Call, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        if let Ok(message) = Message::parse(self.kept(call.0, Which::Last)) {
            if let Some(text) = message.header(Name::Reason).and_then(reason_text) {
                return put_some(out, text);
            }
            if let Start::Response { status, reason } = message.start()
                && status == slot.sip_code
                && !reason.is_empty()
            {
                return put_some(out, reason);
            }
        }
        if slot.sip_code == 0 {
            return Err(CommandError::Nothing);
        }
        put_some(out, reason_phrase(slot.sip_code).as_bytes())
    }

    /// The value of a header in a call's first or last message; `nth` from 0.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Unsupported`] when no messages are kept; [`CommandError::Nothing`].
    pub fn call_header(&self, call: CallId, which: Which, name: &str, nth: u32, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        self.call(call)?;
        if self.fixed.history == 0 {
            return Err(CommandError::Unsupported);
        }
        let kept = self.kept(call.0, which);
        let value = nth_field(kept, name.as_bytes(), nth).ok_or(CommandError::Nothing)?;
        put_some(out, value)
    }
}

/// A field by name in a message head that may have been cut behind a header.
fn nth_field<'m>(head: &'m [u8], name: &[u8], nth: u32) -> Option<&'m [u8]> {
    let known = Name::find(name);
    let fields = header_lines(head).filter(|(text, _)| match known {
        Name::Other => text.eq_ignore_ascii_case(name),
        known => Name::find(text) == known,
    });
    fields.map(|(_, value)| value).nth(nth as usize)
}

/// Names and values, line by line, foldings inside the values.
fn header_lines(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let start = head.windows(2).position(|pair| pair == b"\r\n").map_or(head.len(), |at| at + 2);
    let mut rest = head.get(start..).unwrap_or_default();
    core::iter::from_fn(move || {
        if rest.is_empty() || rest.starts_with(b"\r\n") {
            return None;
        }
        let mut end = 0;
        loop {
            let line = rest.get(end..)?.windows(2).position(|pair| pair == b"\r\n")?;
            end += line + 2;
            if !matches!(rest.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let (line, later) = rest.split_at_checked(end)?;
        rest = later;
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at_checked(colon)?;
        Some((name.trim_ascii(), value.get(1..).unwrap_or_default().trim_ascii()))
    })
}

/// The `text` of a Reason header (RFC 3326), without its quotes.
fn reason_text(value: &[u8]) -> Option<&[u8]> {
    let at = value.windows(6).position(|window| window.eq_ignore_ascii_case(b"text=\""))? + 6;
    let rest = value.get(at..)?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    rest.get(..end)
}

/// Names a digits command among those of all calls that there are.
pub(super) const fn digits_token(call: Handle, command: u32) -> u64 {
    ((call.index as u64 + 1) << 20) | (command & 0xf_ffff) as u64
}

fn sip(text: &str) -> Option<Uri<'_>> {
    Uri::parse(text.as_bytes()).ok().filter(|uri| matches!(uri.scheme, Scheme::Sip | Scheme::Sips))
}

fn put_some(out: &mut Cursor<'_>, text: &[u8]) -> Result<(), CommandError> {
    if text.is_empty() {
        return Err(CommandError::Nothing);
    }
    out.put(text);
    Ok(())
}

fn pack_account(block: &mut [u8], config: &AccountConfig<'_>, uri: &Uri<'_>) -> Option<Account> {
    let mut account = Account { ..Account::EMPTY };
    let mut packer = Packer::new(block, 0);
    account.uri = packer.add(config.uri.as_bytes())?;
    let user = uri.user.unwrap_or_default();
    account.user = packer.add(user)?;
    // what stands between the @ and the parameters
    let behind = config.uri.as_bytes().rsplit(|byte| *byte == b'@').next().unwrap_or_default();
    let end = behind.iter().position(|byte| matches!(byte, b';' | b'?')).unwrap_or(behind.len());
    let domain = behind.get(..end).unwrap_or_default();
    account.domain = packer.add(domain)?;
    account.registrar = match config.registrar {
        "" => packer.add_parts(&[b"sip:", domain])?,
        registrar => packer.add(registrar.as_bytes())?,
    };
    account.proxy = packer.add(config.proxy.as_bytes())?;
    account.username = packer.add(if config.username.is_empty() { user } else { config.username.as_bytes() })?;
    account.password = packer.add(config.password.as_bytes())?;
    account.realm = packer.add(config.realm.as_bytes())?;
    account.display_name = packer.add(config.display_name.as_bytes())?;
    account.fixed_end = packer.used() as u16;
    Some(account)
}
