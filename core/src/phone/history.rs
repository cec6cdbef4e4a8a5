//! A call's first and last message, cut at a header, for those who want to read a header that the library does not
//! know.

use super::Phone;
use crate::base::slots::Handle;
use crate::wire::sip::Message;

impl Phone<'_> {
    /// Keeps a message that came for a call: as its last, and as its first if there is none.
    pub(super) fn keep(&mut self, call: Handle, message: &Message<'_>) {
        let room = self.lower.cx.fixed.history;
        if room == 0 {
            return;
        }
        let Some(kept) = self.calls.slots.get_mut(call) else { return };
        let head = message.head();
        let text = if head.len() <= room {
            head
        } else {
            // cut behind the last whole header that fits
            let fits = head.get(..room).unwrap_or_default();
            let end = fits.windows(2).rposition(|pair| pair == b"\r\n").map_or(0, |at| at + 2);
            fits.get(..end).unwrap_or_default()
        };
        let block = self.calls.history.get_mut(call.index);
        if block.len() < 2 * room {
            return;
        }
        let (first, last) = block.split_at_mut(room);
        if kept.first == 0
            && let Some(place) = first.get_mut(..text.len())
        {
            place.copy_from_slice(text);
            kept.first = text.len() as u16;
        }
        if let Some(place) = last.get_mut(..text.len()) {
            place.copy_from_slice(text);
            kept.last = text.len() as u16;
        }
    }

    /// The kept message of a call.
    pub(super) fn kept(&self, call: Handle, which: super::Which) -> &[u8] {
        let room = self.lower.cx.fixed.history;
        let Some(kept) = self.calls.slots.get(call) else { return &[] };
        let block = self.calls.history.get(call.index);
        match which {
            super::Which::First => block.get(..usize::from(kept.first)).unwrap_or_default(),
            super::Which::Last => block.get(room..room + usize::from(kept.last)).unwrap_or_default(),
        }
    }
}
