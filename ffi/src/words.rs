//! The core's records in words: a line for people, without a secret.

use crate::abi::code::describe;
use crate::abi::types::microsip_log;
use core::fmt::{self, Display, Formatter, Write};
use microsip_core::base::cursor::{Cursor, Needed};
use microsip_core::phone::trace::{About, Pool, Rule, Trace, What};
use microsip_core::phone::{
    AccountId, AccountText, CallId, CallState, CallText, Cause, CommandError, EndCause, EndedBy, Failure, Phone,
};
use microsip_core::wire::sip::{Method, reason_phrase};

/// The longest text of an account or a call that a line takes in; a longer one is left out.
const TEXT: usize = 160;

/// A record of this phone's. Its texts are read while it is written.
pub(crate) struct Line<'t, 'a> {
    pub(crate) phone: &'t Phone<'a>,
    pub(crate) trace: &'t Trace,
}

/// The numbers of a record that go with its words. `missing`: records before it that are not reported.
pub(crate) fn head(trace: &Trace, missing: u32, len: usize) -> microsip_log {
    let object = match trace.about {
        About::Phone => 0,
        About::Account(account) => account.raw(),
        About::Call(call) => call.raw(),
    };
    let missing = missing.saturating_add(trace.lost).saturating_add(trace.held_back);
    let (level, time_us) = (trace.level() as u32, trace.at.micros());
    microsip_log { level, object, time_us, len: len as u32, missing, ..microsip_log::default() }
}

/// A text of the network's, as far as it is one, and without what would break the line or turn its order round.
struct Clean<'t>(&'t [u8]);

/// A character that is no part of a line's text: a control, an end of a line, one of Unicode's controls of direction.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Display for Clean<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for character in chunk.valid().chars() {
                f.write_char(if steers(character) { '?' } else { character })?;
            }
            if !chunk.invalid().is_empty() {
                f.write_char('?')?;
            }
        }
        Ok(())
    }
}

/// A URI without the password that may stand in its user part (rfc3261#19.1.1).
fn without_password(uri: &[u8]) -> (&[u8], &[u8]) {
    let user = uri.iter().position(|byte| *byte == b':').map_or(0, |scheme| scheme + 1);
    let host = uri.iter().position(|byte| *byte == b'@').unwrap_or(user);
    let password = uri.get(user..host).and_then(|user| user.iter().position(|byte| *byte == b':'));
    let (front, _) = uri.split_at_checked(password.map_or(host, |password| user + password)).unwrap_or_default();
    (front, uri.get(host..).unwrap_or_default())
}

impl Line<'_, '_> {
    /// Writes a text between two others, or none of them.
    fn some(
        &self,
        f: &mut Formatter<'_>,
        around: (&str, &str),
        read: impl FnOnce(&Phone<'_>, &mut Cursor<'_>) -> Result<(), CommandError>,
    ) -> fmt::Result {
        let mut room = [0; TEXT];
        let mut out = Cursor::new(&mut room);
        let text = read(self.phone, &mut out).is_ok().then(|| out.finish());
        let Some(Ok(len) | Err(Needed(len))) = text else { return Ok(()) };
        let (front, back) = without_password(room.get(..len).unwrap_or_default());
        if front.is_empty() && back.is_empty() {
            return Ok(());
        }
        write!(f, "{}{}{}{}", around.0, Clean(front), Clean(back), around.1)
    }

    fn of_account(&self, f: &mut Formatter<'_>, around: (&str, &str), which: AccountText) -> fmt::Result {
        let About::Account(account) = self.trace.about else { return Ok(()) };
        self.some(f, around, |phone, out| phone.account_text(account, which, out))
    }

    /// The name or address that the object's requests go to.
    fn goal(&self, f: &mut Formatter<'_>, before: &str) -> fmt::Result {
        match self.trace.about {
            About::Account(account) => {
                self.some(f, (before, ""), |phone, out| phone.account_text(account, AccountText::NextHop, out))
            }
            About::Call(call) => {
                self.some(f, (before, ""), |phone, out| phone.call_text(call, CallText::RemoteUri, out))
            }
            About::Phone => Ok(()),
        }
    }

    fn head(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.trace.about {
            About::Phone => Ok(()),
            About::Account(account) => self.head_of_account(f, account),
            About::Call(call) => self.head_of_call(f, call),
        }
    }

    fn head_of_account(&self, f: &mut Formatter<'_>, account: AccountId) -> fmt::Result {
        f.write_str("account")?;
        self.some(f, (" ", ""), |phone, out| phone.account_text(account, AccountText::Uri, out))?;
        f.write_str(": ")
    }

    fn head_of_call(&self, f: &mut Formatter<'_>, call: CallId) -> fmt::Result {
        let info = self.phone.call_info(call);
        let way = if info.is_ok_and(|info| info.incoming) { " from " } else { " to " };
        f.write_str("call")?;
        self.some(f, (way, ""), |phone, out| phone.call_text(call, CallText::RemoteUri, out))?;
        f.write_str(": ")
    }

    fn registration_failed(
        &self,
        f: &mut Formatter<'_>,
        cause: Cause,
        sip_code: u16,
        next: Option<u32>,
    ) -> fmt::Result {
        if sip_code > 0 {
            write!(f, "registration refused: {sip_code}")?;
            self.of_account(f, (" ", ""), AccountText::Reason)?;
        } else {
            f.write_str("registration failed")?;
        }
        if cause != Cause::Refused {
            write!(f, ": {}", words(cause))?;
        }
        if matches!(cause, Cause::Name | Cause::Unreachable | Cause::Timeout) {
            self.goal(f, ": ")?;
        }
        match next {
            Some(seconds) => write!(f, "; next try in {seconds} s"),
            None => f.write_str("; not tried again"),
        }
    }
}

impl Line<'_, '_> {
    fn of_call(&self, f: &mut Formatter<'_>, around: (&str, &str), which: CallText) -> fmt::Result {
        let About::Call(call) = self.trace.about else { return Ok(()) };
        self.some(f, around, |phone, out| phone.call_text(call, which, out))
    }

    fn offer_failed(&self, f: &mut Formatter<'_>, result: Cause, sip_code: u16) -> fmt::Result {
        if sip_code > 0 {
            write!(f, "the far end refused other media: {sip_code}")?;
            self.of_call(f, (" ", ""), CallText::Reason)?;
            self.of_call(f, (" (", ")"), CallText::Warning)?;
        } else {
            f.write_str("other media was not offered")?;
        }
        if result != Cause::Refused {
            write!(f, ": {}", words(result))?;
        }
        Ok(())
    }
}

impl Display for Line<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        match self.trace.what {
            What::Registered { seconds, again: false } => write!(f, "registered for {seconds} s"),
            What::Registered { seconds, again: true } => write!(f, "registered again, for {seconds} s"),
            What::RegistrationFailed { cause, sip_code, next } => self.registration_failed(f, cause, sip_code, next),
            What::Unregistered => f.write_str("not registered any more"),
            What::Call { state, sip_code, result, cause, ended_by, .. } => {
                call(f, state, sip_code, result, cause, ended_by)
            }
            What::Stranger { from, method, rule } => stranger(f, from, method, rule),
            What::Locating => {
                f.write_str("looking up")?;
                self.goal(f, " ")
            }
            What::Located { count } => write!(f, "found {count} address{}", if count == 1 { "" } else { "es" }),
            What::LocateFailed(failure) => {
                f.write_str("the look-up failed")?;
                self.goal(f, ": ")?;
                write!(f, ": {}", words(cause_of(failure)))
            }
            What::FailedOver { to } => write!(f, "an address failed; trying {to}"),
            What::ChallengeRefused(cause) => {
                write!(f, "credentials were asked for and not given: {}", words(cause))?;
                self.of_account(f, (" (realm ", ")"), AccountText::RefusedRealm)
            }
            What::MediaFrom(from) => write!(f, "media comes from {from}"),
            What::MediaRefused(from) => {
                write!(
                    f,
                    "media from {from} ignored: neither SDP nor the signalling names it; the account's media_any_host would take it"
                )
            }
            What::OfferFailed { result, sip_code } => self.offer_failed(f, result, sip_code),
            What::MediaSilent => f.write_str("no media comes any more"),
            What::SessionTimer { seconds: 0, .. } => f.write_str("no session timer runs any more"),
            What::SessionTimer { seconds, ours, again } => {
                let (what, by) = (if again { "refreshed" } else { "lasts" }, if ours { "we" } else { "the far end" });
                let verb = if ours { "refresh" } else { "refreshes" };
                write!(f, "session {what} for {seconds} s; {by} {verb} it")
            }
            What::SessionNotRefreshed { sip_code: 0 } => f.write_str("the session could not be refreshed"),
            What::SessionNotRefreshed { sip_code } => write!(f, "the far end does not refresh the session: {sip_code}"),
            What::SessionExpired => f.write_str("the session was not refreshed in time"),
            What::Full(pool) => f.write_str(full(pool)),
            What::Malformed { from, reason } => write!(f, "message from {from} ignored: {reason}"),
            What::NetworkChanged { sockets } => write!(f, "local addresses changed; {sockets} are in use"),
        }
    }
}

fn words(cause: Cause) -> &'static str {
    describe(cause as i32).to_str().unwrap_or_default()
}

const fn cause_of(failure: Failure) -> Cause {
    match failure {
        Failure::Name => Cause::Name,
        Failure::Unreachable => Cause::Unreachable,
        Failure::Port => Cause::Port,
        Failure::Unsupported => Cause::Unsupported,
    }
}

fn call(
    f: &mut Formatter<'_>,
    state: CallState,
    sip_code: u16,
    result: Cause,
    cause: EndCause,
    ended_by: EndedBy,
) -> fmt::Result {
    match state {
        CallState::Calling => f.write_str("begun"),
        CallState::Incoming => f.write_str("came in"),
        CallState::Early => write!(f, "in progress: {sip_code} {}", reason_phrase(sip_code)),
        CallState::Connected => f.write_str("answered"),
        CallState::Ended => {
            write!(f, "ended by {}: {}", who(ended_by), why(cause))?;
            if sip_code >= 300 {
                write!(f, ", {sip_code} {}", reason_phrase(sip_code))?;
            }
            if !matches!(result, Cause::Normal | Cause::Refused | Cause::Cancelled) {
                write!(f, ", {}", words(result))?;
            }
            Ok(())
        }
    }
}

const fn who(ended_by: EndedBy) -> &'static str {
    match ended_by {
        EndedBy::Nobody => "nobody",
        EndedBy::Application => "the application",
        EndedBy::Remote => "the far end",
        EndedBy::Rule => "a rule",
        EndedBy::Library => "the library",
    }
}

const fn why(cause: EndCause) -> &'static str {
    match cause {
        EndCause::None => "no reason",
        EndCause::Normal => "hung up",
        EndCause::Busy => "busy",
        EndCause::Declined => "declined",
        EndCause::NoAnswer => "no answer",
        EndCause::Cancelled => "given up",
        EndCause::Elsewhere => "answered elsewhere",
        EndCause::Redirected => "redirected",
        EndCause::Transferred => "transferred",
        EndCause::Replaced => "replaced by another call",
        EndCause::NotFound => "not found",
        EndCause::Media => "no common media",
        EndCause::MediaLost => "no media came for too long",
        EndCause::Expired => "its time was over",
        EndCause::Network => "no way to the far end",
        EndCause::Auth => "credentials",
        EndCause::Server => "an error of the far end's",
        EndCause::Full => "a limit of this phone",
        EndCause::Shutdown => "shutdown",
        EndCause::Emergency => "it gave way to a call for help",
        EndCause::Unsupported => "the far end does not do that",
    }
}

fn stranger(f: &mut Formatter<'_>, from: core::net::SocketAddr, method: Method<'_>, rule: Rule) -> fmt::Result {
    write!(
        f,
        "request from {from} ({}) ",
        core::str::from_utf8(method.text()).ok().filter(|name| !name.is_empty()).unwrap_or("unknown")
    )?;
    f.write_str(match rule {
        Rule::Direct => "ignored: it is for no account; MICROSIP_ALLOW_DIRECT would let it in",
        Rule::Address => "ignored: not an address of the account's; add it to the account's trusted hosts, or set MICROSIP_ALLOW_DIRECT",
        Rule::Reserve => "refused: the calls that are left are kept for accounts; a smaller direct_reserve would let it in",
        Rule::InboxReserve => "refused: the messages that are left are kept for our own, and for accounts; a smaller messages_reserve would let it in",
        Rule::InboxPerSource => "refused: its host has too many messages that are not answered or released; a larger messages_per_source would let it in",
        Rule::PerSource => "refused: its host has too many unanswered calls; a larger direct_per_source would let it in",
    })
}

const fn full(pool: Pool) -> &'static str {
    match pool {
        Pool::Calls => "a limit was reached: no slot was left for a call (max_calls)",
        Pool::EndedCalls => "a limit was reached: an ended call gave way before it was released (max_calls)",
        Pool::Requests => "a limit was reached: no slot was left for a request (max_calls)",
        Pool::Servers => "a limit was reached: no slot was left for an incoming INVITE (max_calls)",
        Pool::Dialogs => "a limit was reached: no slot was left for a dialog (max_calls)",
        Pool::Inbox => "a limit was reached: no slot was left for an incoming message or REFER (max_messages)",
        Pool::Ports => "a limit was reached: no media ports could be opened",
        Pool::Message => "a limit was reached: a SIP message is longer than its buffer (max_message)",
    }
}

#[cfg(test)]
#[path = "words/tests.rs"]
mod tests;
