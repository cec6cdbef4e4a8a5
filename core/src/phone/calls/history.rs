//! The messages that came for a call, each cut at a header, for applications that read a header which the library does not
//! know: the first stays, and of the others the oldest gives way.

use super::Calls;
use crate::base::slots::Handle;
use crate::phone::Which;
use crate::phone::context::Context;
use crate::phone::fields::{cut, put};
use crate::wire::sip::Message;

/// Messages of full length that are kept behind the first: one that answers, one that changes the call, one that ends it.
/// Most are shorter, so there are more of them.
const LATER: usize = 3;

/// Bytes before each of them: its length.
const LENGTH: usize = 2;

/// Messages are kept; without the feature `identity` none are.
const IS_MADE: bool = cfg!(feature = "identity");

/// Bytes for the messages of a call, of which each has at most `room`.
pub(super) const fn block_of(room: usize) -> usize {
    let later = room.saturating_mul(LATER);
    if !IS_MADE {
        0
    } else if later > u16::MAX as usize {
        room + u16::MAX as usize
    } else {
        room + later
    }
}

impl Calls<'_> {
    /// Keeps a message that came for a call.
    pub(in crate::phone) fn keep(&mut self, cx: &Context<'_>, call: Handle, message: &Message<'_>) {
        let room = cx.fixed.history;
        if !IS_MADE || room == 0 {
            return;
        }
        let Some(slot) = self.slots.get_mut(call) else { return };
        let text = cut(message.head(), room);
        let len = text[0].len() + text[1].len();
        let Some((first, later)) = self.history.get_mut(call.index).split_at_mut_checked(room) else { return };
        if slot.first == 0 {
            if put(first, text) {
                slot.first = len as u16;
            }
            return;
        }
        let mut used = usize::from(slot.later_messages);
        while used > 0 && used + LENGTH + len > later.len() {
            let oldest = next(later.get(..used).unwrap_or_default()).map_or(used, |(oldest, _)| LENGTH + oldest.len());
            later.copy_within(oldest..used, 0);
            used -= oldest;
        }
        if let Some((length, room)) = later.get_mut(used..).and_then(|free| free.split_at_mut_checked(LENGTH))
            && put(room, text)
        {
            length.copy_from_slice(&(len as u16).to_le_bytes());
            used += LENGTH + len;
        }
        slot.later_messages = used as u16;
    }

    /// A kept message of a call; empty: there is none.
    pub(in crate::phone) fn kept(&self, cx: &Context<'_>, call: Handle, which: Which) -> &[u8] {
        let mut messages = self.messages(cx, call);
        let found = match which {
            Which::First => messages.next(),
            Which::Last => messages.last(),
            Which::Nth(nth) => messages.nth(nth as usize),
            Which::Request(method) => messages.filter(|text| method_of(text) == Some(method.text())).last(),
            Which::Response(status) => messages.filter(|text| status_of(text) == Some(status)).last(),
        };
        found.unwrap_or_default()
    }

    /// The message that has the words for where a call stands: the BYE or the CANCEL that ended it, else the last response
    /// of the status that is told; of a call that is up, that of the last offer that was refused. Empty: none is kept.
    pub(in crate::phone) fn told_by(&self, cx: &Context<'_>, call: Handle) -> &[u8] {
        let Some(slot) = self.slots.get(call) else { return b"" };
        let (code, up) = (slot.sip_code, slot.is_up());
        let ends = |text: &[u8]| matches!(method_of(text), Some(b"BYE" | b"CANCEL"));
        let tells = |text: &[u8]| status_of(text).is_some_and(|status| status == code || up && status >= 300);
        self.messages(cx, call).filter(|text| ends(text) || tells(text)).last().unwrap_or_default()
    }

    /// Those that are kept, in the order in which they came.
    fn messages(&self, cx: &Context<'_>, call: Handle) -> impl Iterator<Item = &[u8]> {
        let (first, later) = self
            .slots
            .get(call)
            .filter(|_| IS_MADE)
            .map_or((0, 0), |slot| (usize::from(slot.first), usize::from(slot.later_messages)));
        let (start, end) = self.history.get(call.index).split_at_checked(cx.fixed.history).unwrap_or_default();
        let mut rest = end.get(..later).unwrap_or_default();
        let others = core::iter::from_fn(move || {
            let (text, behind) = next(rest)?;
            rest = behind;
            Some(text)
        });
        start.get(..first).filter(|text| !text.is_empty()).into_iter().chain(others)
    }
}

/// The first of messages with their lengths, and those behind it.
fn next(messages: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = messages.split_first_chunk::<LENGTH>()?;
    rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))
}

/// The method of a request.
fn method_of(text: &[u8]) -> Option<&[u8]> {
    text.split(|byte| *byte == b' ').next()
}

/// The status of a response.
fn status_of(text: &[u8]) -> Option<u16> {
    let (version, rest) = text.split_at_checked(b"SIP/2.0 ".len())?;
    let digits = rest.get(..3).filter(|_| version.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"SIP/")))?;
    core::str::from_utf8(digits).ok()?.parse().ok()
}
