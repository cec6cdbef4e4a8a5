//! The far end's identity, which its messages may change (RFC 4916).

use super::Dialogs;
use crate::base::slots::Handle;
#[cfg(feature = "identity")]
use crate::phone::identity::asserted_by;
use crate::wire::sip::Message;

impl Dialogs<'_> {
    /// A message of the far end that is not refused. `trusted`: it came over the account's own hop, and so may name an
    /// identity that a proxy asserts (rfc3325#9.1). True: the far end is shown otherwise from now on. What finds no
    /// room in the dialog's block changes nothing.
    #[cfg(feature = "identity")]
    pub(in crate::phone) fn identify(&mut self, handle: Handle, message: &Message<'_>, trusted: bool) -> bool {
        let direct = self.account_of(handle).is_none();
        let Some((dialog, block)) = self.two(handle) else { return false };
        // To and From of a response are those of its request
        let named = message.from().ok().filter(|_| message.is_request() && (trusted || direct));
        let renamed = named.is_some_and(|named| dialog.rename(block, &named));
        let asserted = asserted_by(message).filter(|_| trusted);
        asserted.is_some_and(|asserted| dialog.connect(block, &asserted)) || renamed
    }

    /// The far end of the one is shown otherwise than that of the other.
    pub(in crate::phone) fn names_another(&self, one: Handle, other: Handle) -> bool {
        let shown = |handle| self.dialog(handle).map(|dialog| dialog.shown(self.text(handle)));
        cfg!(feature = "identity") && one != other && shown(one) != shown(other)
    }

    /// No far end is shown otherwise.
    #[cfg(not(feature = "identity"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(in crate::phone) const fn identify(&mut self, _: Handle, _: &Message<'_>, _: bool) -> bool {
        false
    }
}
