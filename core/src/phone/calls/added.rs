//! Commands that answer, refuse or end a call with additions of the application's: header lines, a reason, targets.

use super::Calls;
use super::contacts::{LINES, write_contacts};
use super::responses::Describe;
use crate::base::cursor::Cursor;
use crate::base::limits::{PHRASE, REASON};
use crate::base::time::Instant;
use crate::phone::dialogs::For;
use crate::phone::header_lines;
use crate::phone::header_lines::has_controls;
use crate::phone::{CallId, CallState, Cause, CommandError, EndCause, EndOptions, EndedBy, Lower};
use crate::wire::sip::{Name, write_quoted};

impl Calls<'_> {
    /// Answers an incoming call, with header lines; see [`crate::phone::Phone::answer_with`].
    pub(in crate::phone) fn answer_with(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: CallId,
        code: u16,
        headers: &str,
    ) -> Result<(), CommandError> {
        let slot = self.may_answer(call, code)?;
        header_lines::check(headers, &[])?;
        let (dialog, handle) = (slot.dialog, slot.server);
        if !headers.is_empty() {
            let server = lower.transactions.server(handle).ok_or(CommandError::State)?;
            let (flow, found, codecs) = (server.flow(), server.host().found(), lower.media.codecs(call.0));
            let offer = Some(lower.transactions.kept_of(handle)).filter(|kept| !kept.is_empty());
            let described = Self::try_offer(lower, flow, (call.0, codecs), offer, found).map_or(0, |tried| tried.len);
            if !Self::accepting_fits(lower, handle, described + headers.len()) {
                return Err(CommandError::Text);
            }
        }
        if !lower.dialogs.add_lines(dialog, For::Response, &[headers.as_bytes()]) {
            return Err(CommandError::Text);
        }
        self.answer(lower, now, call, code)
    }

    /// Refuses an incoming call, with additions; see [`crate::phone::Phone::reject_with`].
    pub(in crate::phone) fn reject_with(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: CallId,
        code: u16,
        options: &EndOptions<'_>,
    ) -> Result<(), CommandError> {
        let code = self.may_reject(call, code)?;
        header_lines::check(options.headers, &[])?;
        if !options.contacts.is_empty() && !(300..=399).contains(&code) {
            return Err(CommandError::Range);
        }
        if options.reason.len() > PHRASE || has_controls(options.reason) {
            return Err(CommandError::Text);
        }
        let slot = self.get(call.0).ok_or(CommandError::Stale)?;
        let (account, server) = (slot.account, slot.server);
        let mut room = [0; LINES];
        let mut out = Cursor::new(&mut room);
        write_contacts(&mut out, options.contacts, &lower.accounts, account)?;
        out.put_str(options.headers);
        let len = out.finish().map_err(|_| CommandError::Text)?;
        if len > 0 && !Self::accepting_fits(lower, server, len) {
            return Err(CommandError::Text);
        }
        let lines = room.get(..len).unwrap_or_default();
        self.ends(call.0, EndedBy::Application, EndCause::None);
        self.refuse_server(lower, now, server, code, Describe::Lines { phrase: options.reason.as_bytes(), lines });
        self.end_call(lower, now, call.0, Cause::Refused, code);
        Ok(())
    }

    /// Ends a call, with additions; see [`crate::phone::Phone::hangup_with`].
    pub(in crate::phone) fn hangup_with(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        call: CallId,
        options: &EndOptions<'_>,
    ) -> Result<(), CommandError> {
        let slot = self.get(call.0).ok_or(CommandError::Stale)?;
        if !options.contacts.is_empty() {
            return Err(CommandError::Range);
        }
        match slot.state {
            CallState::Ended => return Err(CommandError::State),
            CallState::Incoming | CallState::Early if slot.incoming => {
                return self.reject_with(lower, now, call, 486, options);
            }
            _ => {}
        }
        let reason: &[Name] = if options.reason.is_empty() { &[] } else { &[Name::Reason] };
        header_lines::check(options.headers, reason)?;
        let mut room = [0; REASON];
        let mut out = Cursor::new(&mut room);
        write_reason(&mut out, options.reason)?;
        let len = out.finish().map_err(|_| CommandError::Text)?;
        let parts = [room.get(..len).unwrap_or_default(), options.headers.as_bytes()];
        if !lower.dialogs.add_lines(slot.dialog, For::End, &parts) {
            return Err(CommandError::Text);
        }
        self.hangup(lower, now, call)
    }
}

/// rfc3326#2: a reason in words has Q.850's normal clearing as its cause, or is a whole value.
fn write_reason(out: &mut Cursor<'_>, reason: &str) -> Result<(), CommandError> {
    if reason.is_empty() {
        return Ok(());
    }
    if has_controls(reason) {
        return Err(CommandError::Text);
    }
    out.put_str("Reason: ");
    if is_value(reason) {
        out.put_str(reason);
    } else {
        out.put_str("Q.850;cause=16;text=");
        write_quoted(out, reason.as_bytes());
    }
    out.put_str("\r\n");
    Ok(())
}

/// It is a protocol with its cause.
fn is_value(reason: &str) -> bool {
    reason.split_once(';').is_some_and(|(protocol, params)| {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        let protocol = protocol.trim_ascii_end();
        !protocol.is_empty() && protocol.bytes().all(token) && params.trim_ascii_start().starts_with("cause=")
    })
}

#[cfg(test)]
mod tests;
