//! Header lines of the application's for a message to come: a response, the request that ends the dialog, or a REFER that waits. They stand
//! at the end of the dialog's block, which its other texts do not get while they do.

use super::Dialogs;
use crate::base::slots::Handle;
use crate::base::text::Packer;
use crate::base::time::Instant;
use crate::phone::location::Location;

/// The message that header lines of the application's are for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::phone) enum For {
    /// There are none.
    #[default]
    Nothing,
    /// The next response to its first INVITE.
    Response,
    /// Its BYE, or the CANCEL of its INVITE.
    End,
    /// The REFER of a transfer that waits for an answer.
    #[cfg(feature = "refer")]
    Transfer,
}

/// Header lines at the end of a dialog's block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Added {
    of: For,
    len: u16,
}

impl Added {
    pub(super) const NONE: Self = Self { of: For::Nothing, len: 0 };

    /// A dialog's block without them.
    pub(super) fn rest_of(self, block: &mut [u8]) -> &mut [u8] {
        let end = block.len().saturating_sub(usize::from(self.len));
        block.get_mut(..end).unwrap_or_default()
    }

    /// The bytes of a block that they take.
    pub(super) const fn len(self) -> usize {
        self.len as usize
    }
}

impl Dialogs<'_> {
    /// Header lines for a message to come, in parts; those before them are given up. False: they do not fit, and those
    /// before them stay.
    pub(in crate::phone) fn add_lines(&mut self, handle: Handle, of: For, parts: &[&[u8]]) -> bool {
        let Some(leg) = self.slots.get_mut(handle) else { return false };
        let before = core::mem::replace(&mut leg.added, Added::NONE);
        let len = parts.iter().map(|part| part.len()).sum::<usize>();
        let block = self.text.get_mut(handle.index);
        let start = block.len().checked_sub(len).filter(|start| *start >= leg.dialog.used());
        let added = start.and_then(|start| Packer::new(block, start).add_parts(parts));
        if let (Some(_), Ok(len)) = (added, u16::try_from(len)) {
            leg.added = Added { of: if len == 0 { For::Nothing } else { of }, len };
        } else {
            leg.added = before;
        }
        added.is_some()
    }

    /// The header lines for such a message; empty: none.
    pub(in crate::phone) fn added(&self, handle: Handle, of: For) -> &[u8] {
        let Some(leg) = self.slots.get(handle).filter(|leg| leg.added.of == of) else { return &[] };
        let block = self.text(handle);
        block.get(block.len().saturating_sub(leg.added.len())..).unwrap_or_default()
    }

    /// Those for such a message have been written, or it will not leave.
    pub(in crate::phone) fn lines_written(&mut self, handle: Handle, of: For) {
        if let Some(leg) = self.slots.get_mut(handle).filter(|leg| leg.added.of == of) {
            leg.added = Added::NONE;
        }
    }
}

impl Dialogs<'_> {
    /// The INVITE of a dialog has this document.
    pub(in crate::phone) fn set_location(&mut self, handle: Handle, mut location: Location, document: &[u8]) {
        let Some(leg) = self.slots.get_mut(handle) else { return };
        match self.locations.get_mut(handle.index).get_mut(..document.len()) {
            Some(room) => room.copy_from_slice(document),
            None => location.leave_out(location.at),
        }
        leg.location = location;
    }

    /// The document of its INVITE, and what others may do with it.
    pub(in crate::phone) fn location(&self, handle: Handle) -> Option<(Location, &[u8])> {
        let location = self.slots.get(handle).map(|leg| leg.location).filter(|location| location.len > 0)?;
        Some((location, self.locations.get(handle.index).get(..usize::from(location.len))?))
    }

    /// An INVITE is too long with its document: it goes without, where it has to go in any case. Returns whether it does.
    pub(in crate::phone) fn leave_location_out(&mut self, now: Instant, handle: Handle) -> bool {
        let Some(leg) = self.slots.get_mut(handle).filter(|leg| leg.location.spare && leg.location.len > 0) else {
            return false;
        };
        leg.location.leave_out(now.stamp());
        self.locations.get_mut(handle.index).fill(0);
        true
    }

    /// Bytes of the document that its INVITE had to leave out, once, and the time as [`Instant::stamp`] has it.
    pub(in crate::phone) fn take_location_left(&mut self, handle: Handle) -> Option<(u16, u32)> {
        let leg = self.slots.get_mut(handle).filter(|leg| leg.location.left > 0)?;
        Some((core::mem::take(&mut leg.location.left), leg.location.at))
    }

    /// The INVITE goes to somebody else, who is not to know it, unless that was said.
    pub(in crate::phone) fn keep_location_back(&mut self, handle: Handle) {
        if let Some(leg) = self.slots.get_mut(handle).filter(|leg| !leg.location.follows) {
            leg.location = Location::NONE;
            self.locations.get_mut(handle.index).fill(0);
        }
    }
}
