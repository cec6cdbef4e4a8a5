//! A call's first and last message, cut at a header, for applications that read a header which the library does not
//! know.

use super::Calls;
use crate::base::slots::Handle;
use crate::phone::Which;
use crate::phone::context::Context;
use crate::wire::sip::Message;

impl Calls<'_> {
    /// Keeps a message that came for a call: as its last, and as its first if there is none.
    pub(in crate::phone) fn keep(&mut self, cx: &Context<'_>, call: Handle, message: &Message<'_>) {
        let room = cx.fixed.history;
        if room == 0 {
            return;
        }
        let Some(kept) = self.slots.get_mut(call) else { return };
        let head = message.head();
        let text = if head.len() <= room {
            head
        } else {
            // cut behind the last whole header that fits; a first line that does not fit has none behind it, but was the
            // first message's all the same
            let fits = head.get(..room).unwrap_or_default();
            let end = fits.iter().rposition(|byte| *byte == b'\n').map_or(fits.len(), |at| at + 1);
            fits.get(..end).unwrap_or_default()
        };
        let block = self.history.get_mut(call.index);
        if block.len() < 2 * room {
            return;
        }
        let (first, last) = block.split_at_mut(room);
        if kept.first == 0
            && let Some(start) = first.get_mut(..text.len())
        {
            start.copy_from_slice(text);
            kept.first = text.len() as u16;
        }
        if let Some(start) = last.get_mut(..text.len()) {
            start.copy_from_slice(text);
            kept.last = text.len() as u16;
        }
    }

    /// The kept message of a call.
    pub(in crate::phone) fn kept(&self, cx: &Context<'_>, call: Handle, which: Which) -> &[u8] {
        let room = cx.fixed.history;
        let Some(kept) = self.slots.get(call) else { return &[] };
        let block = self.history.get(call.index);
        match which {
            Which::First => block.get(..usize::from(kept.first)).unwrap_or_default(),
            Which::Last => block.get(room..room + usize::from(kept.last)).unwrap_or_default(),
        }
    }
}
