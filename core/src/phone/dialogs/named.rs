//! The host that the offer of an UPDATE names. An UPDATE is answered at once (rfc3311#5.2), so the far end is told to come
//! again, and the address waits here until it does.

use super::Dialogs;
use crate::base::slots::Handle;
use core::net::IpAddr;

/// A host that an UPDATE's offer named last, by a hash of its name.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::phone) enum Named {
    /// There is none.
    #[default]
    Nothing,
    /// It is looked up.
    Sought(u32),
    /// It has no address.
    Missed(u32),
    /// It has this one.
    Found(u32, IpAddr),
}

impl Dialogs<'_> {
    /// The host that the last UPDATE's offer named.
    pub(in crate::phone) fn named(&self, handle: Handle) -> Named {
        self.slots.get(handle).map_or(Named::Nothing, |leg| leg.named)
    }

    /// Sets that host, or what has become of it.
    pub(in crate::phone) fn set_named(&mut self, handle: Handle, named: Named) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.named = named;
        }
    }
}
