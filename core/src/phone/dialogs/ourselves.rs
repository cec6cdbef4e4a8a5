//! Our own identity in a dialog, which may change while it lasts (RFC 4916).

use super::{Dialogs, Leg};
use crate::base::slots::Handle;

impl Dialogs<'_> {
    /// Our side is to be named so from the next request on that changes the session. False: it does not fit.
    pub(in crate::phone) fn rename(&mut self, handle: Handle, parts: &[&[u8]]) -> bool {
        self.two(handle).is_some_and(|(dialog, block)| dialog.rename_local(block, parts))
    }

    /// A request has left that changes the session.
    pub(in crate::phone) fn rename_sent(&mut self, handle: Handle) {
        if let Some((dialog, _)) = self.two(handle) {
            dialog.next_local_sent = !dialog.next_local.is_empty();
        }
    }

    /// The request that says so has come to nothing, and another one is to follow.
    #[cfg(feature = "reliable")]
    pub(in crate::phone) fn rename_waits(&mut self, handle: Handle) {
        if let Some((dialog, _)) = self.two(handle) {
            dialog.next_local_sent = false;
        }
    }

    /// Its outcome. False: it did not name our side otherwise.
    pub(in crate::phone) fn renamed(&mut self, handle: Handle, succeeded: bool) -> bool {
        let Some((dialog, block)) = self.two(handle).filter(|(dialog, _)| dialog.next_local_sent) else { return false };
        dialog.renamed_local(block, succeeded);
        true
    }

    /// Our side stays as it is named, though no request has said otherwise yet. False: none was to.
    pub(in crate::phone) fn keep_name(&mut self, handle: Handle) -> bool {
        let Some((dialog, block)) = self.two(handle).filter(|(dialog, _)| !dialog.next_local.is_empty()) else {
            return false;
        };
        dialog.renamed_local(block, false);
        true
    }

    /// Our side is to be named otherwise; and whether a request says so already.
    pub(in crate::phone) fn renames(&self, handle: Handle) -> Option<bool> {
        let dialog = self.dialog(handle).filter(|dialog| !dialog.next_local.is_empty())?;
        Some(dialog.next_local_sent)
    }
}

impl Leg {
    /// As its next request has it: one that changes the session names our side as it is to be.
    pub(in crate::phone) const fn asking(mut self, changes: bool) -> Self {
        if changes && !self.dialog.next_local.is_empty() {
            self.dialog.local = self.dialog.next_local;
        }
        self
    }
}
