//! The ones who forwarded a call before it came (RFC 5806, RFC 7044), and the targets that a redirection names.

use super::fields::fields;
use super::{CallId, CallList, CommandError, Phone, Which};
use crate::base::cursor::Cursor;
use crate::wire::sip::{Address, Message, Start, token_list};

impl Phone<'_> {
    /// A text of a list of a call's; `nth` from 0. While messages are kept.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`]: there are not so many.
    pub fn call_list(&self, call: CallId, which: CallList, nth: u32, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        let dialog = self.call(call)?.dialog();
        let text = match which {
            CallList::Contact => {
                let last = self.calls.told_by(&self.lower.cx, call.0);
                let redirects = Message::parse(last)
                    .is_ok_and(|message| matches!(message.start(), Start::Response { status: 300..=399, .. }));
                let contacts = fields(last, b"Contact").flat_map(token_list).filter(|_| redirects);
                contacts.filter_map(Address::parse).nth(nth as usize).map(|contact| contact.uri)
            }
            // who forwards asserts something of the caller's way, which the own proxy alone may
            CallList::Diversion | CallList::DiversionReason => {
                let first = self.calls.kept(&self.lower.cx, call.0, Which::First);
                let own = self.lower.dialogs.get(dialog).is_some_and(super::dialogs::Leg::own_hop);
                forwarder(first, nth as usize).filter(|_| own).map(|(uri, reason)| match which {
                    CallList::DiversionReason => reason,
                    _ => uri,
                })
            }
        };
        match text.unwrap_or_default() {
            [] => Err(CommandError::Nothing),
            text => {
                out.put(text);
                Ok(())
            }
        }
    }
}

/// The nth that forwarded, the last one first, and its reason in the words of Diversion.
fn forwarder(invite: &[u8], nth: usize) -> Option<(&[u8], &[u8])> {
    // rfc5806#5.1: the last one stands on top
    let mut diversions = fields(invite, b"Diversion").flat_map(token_list).filter_map(Address::parse).peekable();
    if diversions.peek().is_some() {
        let diversion = diversions.nth(nth)?;
        return Some((diversion.uri, diversion.params.get(b"reason").unwrap_or_default().trim_quotes()));
    }
    // rfc7044#10.2: an entry that was left has the reason in its URI; the last one stands at the bottom
    let left = || {
        let entries = fields(invite, b"History-Info").flat_map(token_list).filter_map(Address::parse);
        entries.filter_map(|entry| split_reason(entry.uri))
    };
    let from_the_top = left().count().checked_sub(nth + 1)?;
    left().nth(from_the_top)
}

/// A URI with a Reason behind it: the URI alone, and the reason in the words of Diversion.
fn split_reason(uri: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = uri.iter().position(|byte| *byte == b'?')?;
    let (uri, headers) = uri.split_at_checked(at)?;
    let find = |word: &[u8]| {
        let found = headers.windows(word.len()).position(|window| window.eq_ignore_ascii_case(word));
        found.and_then(|at| headers.get(at + word.len()..))
    };
    find(b"Reason=")?;
    let cause = find(b"cause%3D").or_else(|| find(b"cause=")).unwrap_or_default();
    Some((
        uri,
        match cause {
            [b'3', b'0', b'2', ..] => b"unconditional",
            [b'4', b'8', b'6', ..] | [b'6', b'0', b'0', ..] => b"user-busy",
            [b'4', b'0', b'8', ..] => b"no-answer",
            [b'4', b'8', b'0', ..] => b"unavailable",
            [b'4', b'8', b'7', ..] => b"deflection",
            _ => b"unknown",
        },
    ))
}

/// A value that may stand in quotes.
trait TrimQuotes {
    fn trim_quotes(&self) -> &Self;
}

impl TrimQuotes for [u8] {
    fn trim_quotes(&self) -> &Self {
        self.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(self)
    }
}

#[cfg(test)]
mod tests;
