//! The INFO packages of a dialog (RFC 6086): ours, and those of the far end. Both stand in its block.

use super::Dialogs;
use crate::base::slots::Handle;
use crate::phone::packages::{UNPACKAGED, heard, lists};
use crate::wire::sip::{Message, Name};

/// The state of packages in a dialog.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packages {
    /// We say which ones we take; else the dialog knows no packages.
    says: bool,
    /// The INVITE of theirs that waits for its final response has told theirs, so that has to tell ours.
    asked: bool,
    /// The far end has said which ones it takes.
    heard: bool,
}

impl Packages {
    pub(super) const NONE: Self = Self { says: false, asked: false, heard: false };

    /// Those of another branch of our INVITE.
    pub(super) const fn branch(self) -> Self {
        Self { says: self.says, ..Self::NONE }
    }
}

impl Dialogs<'_> {
    /// We take these packages in a dialog, and say so. False: there is no room for them, and we take none.
    pub(in crate::phone) fn take_packages(&mut self, handle: Handle, names: &[u8]) -> bool {
        let Some(leg) = self.slots.get_mut(handle) else { return false };
        leg.packages.says = true;
        self.two(handle).is_some_and(|(dialog, block)| dialog.set_packages(block, names).is_some())
    }

    /// The packages that we take in a dialog; `None`: it knows no packages.
    pub(in crate::phone) fn packages(&self, handle: Handle) -> Option<&[u8]> {
        let leg = self.slots.get(handle).filter(|leg| leg.packages.says)?;
        Some(leg.dialog.packages.of(self.text(handle)))
    }

    /// We take this package in a dialog; empty: an INFO without one, of any type.
    pub(in crate::phone) fn takes_package(&self, handle: Handle, name: &[u8]) -> bool {
        let name = if name.is_empty() { UNPACKAGED } else { name };
        self.packages(handle).is_some_and(|ours| lists(ours, name))
    }

    /// The packages that the far end takes; `None`: it has not said, or nobody has asked.
    pub(in crate::phone) fn their_packages(&self, handle: Handle) -> Option<&[u8]> {
        let leg = self.slots.get(handle).filter(|leg| leg.packages.heard)?;
        Some(leg.dialog.their_packages.of(self.text(handle)))
    }

    /// A message of the far end that is not refused may say which packages it takes. Without a word of them all stays as
    /// it is (rfc6086#5.2.2). Those that find no room are not known, so nothing is sent that might not be taken.
    pub(in crate::phone) fn hear_packages(&mut self, handle: Handle, message: &Message<'_>) {
        let Some(leg) = self.slots.get_mut(handle).filter(|leg| leg.packages.says && message.has(Name::RecvInfo))
        else {
            return;
        };
        leg.packages.heard = true;
        if let Some((dialog, block)) = self.two(handle) {
            heard(message, |parts| dialog.hear_packages(block, parts));
        }
    }

    /// An INVITE of theirs waits for its response.
    pub(in crate::phone) fn asked_packages(&mut self, handle: Handle, invite: &Message<'_>) {
        if let Some(leg) = self.slots.get_mut(handle).filter(|leg| leg.packages.says) {
            leg.packages.asked = invite.has(Name::RecvInfo);
        }
    }

    /// The packages in a reliable response to the INVITE that came last (rfc6086#5.2.3: only where that has some).
    pub(in crate::phone) fn packages_asked(&self, handle: Handle) -> Option<&[u8]> {
        self.slots.get(handle).filter(|leg| leg.packages.asked).and_then(|_| self.packages(handle))
    }

    /// The same in the success of another request.
    #[cfg(feature = "reoffer")]
    pub(in crate::phone) fn packages_for(&self, handle: Handle, request: &Message<'_>) -> Option<&[u8]> {
        self.packages(handle).filter(|_| request.has(Name::RecvInfo))
    }

    /// The INVITE goes to somebody else, who has said nothing yet.
    pub(in crate::phone) fn forget_packages(&mut self, handle: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.packages.heard = false;
        }
    }
}
