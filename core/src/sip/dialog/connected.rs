//! The far end's identity, which may change while a dialog lasts (RFC 4916).

use super::Dialog;
use crate::base::text::Span;
use crate::wire::sip::Address;

impl Dialog {
    /// The far end names itself in From. True: otherwise than before, and it fits. rfc4916#4.4.2: To has that from then
    /// on, whatever a proxy asserted before.
    pub fn rename(&mut self, block: &mut [u8], named: &Address<'_>) -> bool {
        if !differs(self.remote.of(block), named) {
            return false;
        }
        let Some(remote) = self.splice(block, self.remote, &name_addr(named)) else { return false };
        self.remote = remote;
        let _ = self.splice(block, self.connected, &[]); // it gets shorter
        self.connected = Span::EMPTY;
        true
    }

    /// The account's proxy asserts the far end. True: it is another than was shown, and it fits.
    pub fn connect(&mut self, block: &mut [u8], asserted: &Address<'_>) -> bool {
        if !differs(self.shown(block), asserted) {
            return false;
        }
        let end = Span::new(usize::from(self.fixed_end), 0).unwrap_or(Span::EMPTY);
        let old = if self.connected.is_empty() { end } else { self.connected };
        let connected = self.splice(block, old, &name_addr(asserted));
        self.connected = connected.unwrap_or(self.connected);
        connected.is_some()
    }
}

/// An address is another than this one, or has a name that this one has not.
fn differs(shown: &[u8], address: &Address<'_>) -> bool {
    let known = Address::parse(shown).unwrap_or_default();
    known.uri != address.uri || !address.display.is_empty() && known.display != address.display
}

/// An address without parameters, in parts.
fn name_addr<'a>(address: &Address<'a>) -> [&'a [u8]; 5] {
    let blank: &[u8] = if address.display.is_empty() { b"" } else { b" " };
    [address.display, blank, b"<", address.uri, b">"]
}

#[cfg(test)]
mod tests;
