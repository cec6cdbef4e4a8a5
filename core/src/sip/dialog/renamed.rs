//! Our own identity, which may change while a dialog lasts (RFC 4916): the new one stands beside the one that the far end
//! has, until a request that carried it has succeeded.

use super::Dialog;
use crate::base::text::Span;
use core::mem::replace;

impl Dialog {
    /// Our side is to be named so, in parts. False: it does not fit, and nothing changed.
    pub fn rename_local(&mut self, block: &mut [u8], parts: &[&[u8]]) -> bool {
        let end = Span::new(usize::from(self.fixed_end), 0).unwrap_or(Span::EMPTY);
        let old = if self.next_local.is_empty() { end } else { self.next_local };
        let Some(next) = self.splice(block, old, parts) else { return false };
        self.next_local = next;
        self.next_local_sent = false;
        true
    }

    /// A request has carried it, with this outcome: rfc4916#4.4.1, all later requests have it too; or it is given up.
    pub fn renamed_local(&mut self, block: &mut [u8], succeeded: bool) {
        let next = replace(&mut self.next_local, Span::EMPTY);
        let old = if succeeded { replace(&mut self.local, next) } else { next };
        self.next_local_sent = false;
        let _ = self.splice(block, old, &[]); // it gets shorter
    }
}

#[cfg(test)]
mod tests;
