//! Texts of accounts and calls, and headers of the messages that are kept.

use super::calls::call::Call;
use super::media::line::Line;
use super::{AccountId, AccountText, CallId, CallText, CommandError, Phone, Which};
use crate::base::cursor::Cursor;
use crate::base::text::Span;
use crate::wire::sip::{Address, Message, Name, Start, Uri, reason_phrase};

impl Phone<'_> {
    /// A text of an account.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when there is none.
    pub fn account_text(
        &self,
        account: AccountId,
        which: AccountText,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        put_some(out, self.lower.accounts.text(account.0, which).ok_or(CommandError::Stale)?)
    }

    /// A text of a call.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when there is none.
    pub fn call_text(&self, call: CallId, which: CallText, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        let slot = self.call(call)?;
        let dialog = self.lower.dialogs.dialog(slot.dialog()).ok_or(CommandError::Nothing)?;
        let text = self.lower.dialogs.text(slot.dialog());
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
                let codec = self.lower.media.line(call.0).and_then(Line::codec).ok_or(CommandError::Nothing)?;
                out.put_str(codec.name());
                out.put_str("/");
                out.put_number(u64::from(codec.clock()));
                Ok(())
            }
            CallText::UserAgent => {
                let message = Message::parse(self.calls.kept(&self.lower.cx, call.0, Which::First))
                    .map_err(|_| CommandError::Nothing)?;
                put_some(
                    out,
                    message.header(Name::UserAgent).or_else(|| message.header(Name::Server)).unwrap_or_default(),
                )
            }
            CallText::AssertedUri => self.asserted(call, slot, out),
            CallText::Reason => self.call_reason(call, slot, out),
            CallText::Warning => {
                let kept = self.calls.kept(&self.lower.cx, call.0, Which::Last);
                put_some(out, nth_field(kept, b"Warning", 0).and_then(quoted).unwrap_or_default())
            }
        }
    }

    /// The URI that the account's own proxy asserts of a caller. rfc3325#9.1: another's word is not taken.
    fn asserted(&self, call: CallId, slot: &Call, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        let own = self.lower.dialogs.get(slot.dialog()).is_some_and(|leg| leg.own_hop());
        let message = Message::parse(self.calls.kept(&self.lower.cx, call.0, Which::First)).ok();
        let invite = message.as_ref().filter(|message| own && message.is_request()).ok_or(CommandError::Nothing)?;
        let asserted =
            invite.addresses(Name::PAssertedIdentity).flatten().find(|address| Uri::parse(address.uri).is_ok());
        let asserted = asserted.or_else(|| {
            let kept = self.calls.kept(&self.lower.cx, call.0, Which::First);
            let party = Address::parse(nth_field(kept, b"Remote-Party-ID", 0)?)?;
            let calling = party.params.get(b"party").is_none_or(|party| party.eq_ignore_ascii_case(b"calling"));
            Some(party).filter(|_| calling)
        });
        put_some(out, asserted.ok_or(CommandError::Nothing)?.uri)
    }

    /// The reason of its end, in words: a Reason header's text, the far end's phrase, or the status's standard one.
    fn call_reason(&self, call: CallId, slot: &Call, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        if let Ok(message) = Message::parse(self.calls.kept(&self.lower.cx, call.0, Which::Last)) {
            if let Some(text) = message.header(Name::Reason).and_then(reason_text) {
                return put_some(out, text);
            }
            if let Start::Response { status, reason } = message.start()
                && status == slot.sip_code()
                && !reason.is_empty()
            {
                return put_some(out, reason);
            }
        }
        if slot.sip_code() == 0 {
            return Err(CommandError::Nothing);
        }
        put_some(out, reason_phrase(slot.sip_code()).as_bytes())
    }

    /// The value of a header in a call's first or last message; `nth` from 0.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Unsupported`] when no messages are kept; [`CommandError::Nothing`].
    pub fn call_header(
        &self,
        call: CallId,
        which: Which,
        name: &str,
        nth: u32,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        self.call(call)?;
        if self.lower.cx.fixed.history == 0 {
            return Err(CommandError::Unsupported);
        }
        let kept = self.calls.kept(&self.lower.cx, call.0, which);
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
    let at = value.windows(5).position(|window| window.eq_ignore_ascii_case(b"text="))? + 5;
    quoted(value.get(at..)?)
}

/// The first quoted text, without its quotes.
fn quoted(value: &[u8]) -> Option<&[u8]> {
    let at = value.iter().position(|byte| *byte == b'"')? + 1;
    let rest = value.get(at..)?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    rest.get(..end)
}

fn put_some(out: &mut Cursor<'_>, text: &[u8]) -> Result<(), CommandError> {
    if text.is_empty() {
        return Err(CommandError::Nothing);
    }
    out.put(text);
    Ok(())
}
