//! Texts of accounts and calls, and headers of the messages that are kept.

#[cfg(not(feature = "identity"))]
use super::CallList;
use super::calls::call::Call;
use super::fields::{first_line, nth_field};
use super::identity::asserted_by;
use super::media::line::Line;
use super::{AccountId, AccountText, CallId, CallText, CommandError, Phone, Which};
use crate::base::cursor::Cursor;
use crate::base::text::Span;
use crate::wire::sip::{Address, Message, Name, Start, reason_phrase};

/// Bytes for texts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TextRooms {
    /// For those of a call together: names, addresses, header lines, routes.
    pub call: usize,
    /// For those of an account together.
    pub account: usize,
    /// For those of an account's rules, or the phone's, together; 0: there are none.
    pub rules: usize,
    /// For a document that says where a caller is; 0: there can be none.
    pub location: usize,
    /// For the note of an account's own presence; 0: there can be none.
    pub presence_note: usize,
}

impl Phone<'_> {
    /// Bytes of the document of an account's calls ([`super::AccountConfig::location`]); 0: it has none.
    #[must_use]
    pub fn account_location_len(&self, account: AccountId) -> usize {
        #[cfg(feature = "identity")]
        return self.lower.accounts.location(account.0).len();
        #[cfg(not(feature = "identity"))]
        {
            let _ = (self, account);
            0
        }
    }

    /// Bytes for texts, as [`super::Capacity`] has them.
    #[must_use]
    pub const fn text_rooms(&self) -> TextRooms {
        TextRooms {
            call: self.lower.dialogs.text_room(),
            account: self.lower.accounts.text_room(),
            #[cfg(feature = "rules")]
            rules: self.calls.rule_text_room(),
            #[cfg(not(feature = "rules"))]
            rules: 0,
            #[cfg(feature = "identity")]
            location: self.lower.accounts.longest_location(),
            #[cfg(not(feature = "identity"))]
            location: 0,
            #[cfg(any(feature = "publish", feature = "notify"))]
            presence_note: self.lower.accounts.note_room(),
            #[cfg(not(any(feature = "publish", feature = "notify")))]
            presence_note: 0,
        }
    }

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
        let remote = || Address::parse(dialog.shown(text)).ok_or(CommandError::Nothing);
        match which {
            CallText::RemoteUri => put_some(out, remote()?.uri),
            CallText::LocalUri => put_some(out, address(dialog.local)?.uri),
            CallText::RemoteName => {
                let remote = remote()?;
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
            #[cfg(all(feature = "info", feature = "message"))]
            CallText::Packages => {
                let theirs = self.lower.dialogs.their_packages(slot.dialog()).ok_or(CommandError::Nothing)?;
                out.put(theirs);
                Ok(())
            }
            #[cfg(not(all(feature = "info", feature = "message")))]
            CallText::Packages => Err(CommandError::Nothing),
            CallText::Reason => self.call_reason(call, slot, out),
            CallText::Warning => {
                let kept = self.calls.told_by(&self.lower.cx, call.0);
                put_some(out, nth_field(kept, b"Warning", 0).and_then(quoted).unwrap_or_default())
            }
        }
    }

    /// The URI that the account's own proxy asserts of the far end. rfc3325#9.1: another's word is not taken.
    fn asserted(&self, call: CallId, slot: &Call, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        let leg = self.lower.dialogs.get(slot.dialog()).ok_or(CommandError::Nothing)?;
        let connected = leg.dialog().connected(self.lower.dialogs.text(slot.dialog()));
        if let Some(connected) = Address::parse(connected) {
            return put_some(out, connected.uri);
        }
        let message = Message::parse(self.calls.kept(&self.lower.cx, call.0, Which::First)).ok();
        let invite =
            message.as_ref().filter(|message| leg.own_hop() && message.is_request()).ok_or(CommandError::Nothing)?;
        put_some(out, asserted_by(invite).ok_or(CommandError::Nothing)?.uri)
    }

    /// The reason of its end, in words: a Reason header's text, the far end's phrase, or the status's standard one. In a
    /// call that is up, that of the last refusal of an offer.
    fn call_reason(&self, call: CallId, slot: &Call, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        if let Ok(message) = Message::parse(self.calls.told_by(&self.lower.cx, call.0)) {
            if let Some(text) = message.header(Name::Reason).and_then(reason_text) {
                return put_some(out, text);
            }
            if let Start::Response { reason, .. } = message.start()
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

    /// A text of a list of a call's, which are there with the feature `identity`.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    #[cfg(not(feature = "identity"))]
    pub fn call_list(&self, call: CallId, _: CallList, _: u32, _: &mut Cursor<'_>) -> Result<(), CommandError> {
        self.call(call)?;
        Err(CommandError::Nothing)
    }

    /// The value of a header in a message that came for a call, while it is kept; `nth` from 0. Without a name: the
    /// message's first line.
    ///
    /// Kept are: INVITE, its responses but those that are answered with credentials, or sent again because they are
    /// reliable and could not be acknowledged; ACK; PRACK, UPDATE, INFO, re-INVITE, and the final responses to ours but
    /// those to PRACK and INFO; CANCEL and BYE. A message is there as soon as the event that it causes; the first stays as
    /// long as its call can be read, the others until newer ones need their room ([`super::Capacity::history`]).
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
        if !cfg!(feature = "identity") || self.lower.cx.fixed.history == 0 {
            return Err(CommandError::Unsupported);
        }
        let kept = self.calls.kept(&self.lower.cx, call.0, which);
        if name.is_empty() {
            return put_some(out, first_line(kept).filter(|_| nth == 0).unwrap_or_default());
        }
        let value = nth_field(kept, name.as_bytes(), nth).ok_or(CommandError::Nothing)?;
        put_some(out, value)
    }
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
