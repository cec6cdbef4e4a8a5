//! The life of a dialog: it stays as long as it is used, or owes an ACK or a BYE.

use super::usage::Usage;
use super::{Dialogs, Leg};
use crate::base::limits::SLOT_RETRY_MS;
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::phone::Flow;
use crate::phone::context::Context;
use crate::phone::object::Object;
use crate::phone::trace::Pool;

impl Dialogs<'_> {
    /// A slot for a leg.
    pub(in crate::phone) fn open(&mut self, cx: &mut Context<'_>, leg: Leg) -> Option<Handle> {
        let handle = self.slots.insert(leg);
        if handle.is_none() {
            cx.trace_full(Pool::Dialogs);
        }
        handle
    }

    /// A dialog that no message has named goes.
    pub(in crate::phone) fn discard(&mut self, handle: Handle) {
        self.slots.remove(handle);
    }

    /// One more uses it (rfc5057): a request.
    pub(in crate::phone) fn take(&mut self, handle: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.usages = leg.usages.saturating_add(1);
        }
    }

    /// A use of a dialog is over; with the last one it goes. Gives the look-up that was for it.
    #[must_use]
    pub(in crate::phone) fn release(&mut self, cx: &mut Context<'_>, handle: Handle) -> Option<Handle> {
        let leg = self.slots.get_mut(handle)?;
        leg.usages = leg.usages.saturating_sub(1);
        self.settle(cx, handle)
    }

    /// A dialog that is not used and owes nothing goes. Returns the look-up that was for it.
    #[must_use]
    pub(in crate::phone) fn settle(&mut self, cx: &mut Context<'_>, handle: Handle) -> Option<Handle> {
        let leg = self.slots.get(handle)?;
        if leg.usages > 0 || leg.ack_owed || leg.bye_owed {
            return None;
        }
        let lookup = leg.lookup;
        self.slots.remove(handle);
        cx.wake(Object::Dialog(handle.index), Instant::NEVER);
        Some(lookup)
    }

    /// An ACK or a BYE is to be sent in one of them. It walks the pool.
    pub(in crate::phone) fn owe_something(&self) -> bool {
        self.slots.iter().any(|(_, leg)| leg.bye_owed || leg.ack_owed)
    }

    /// It is this call's, which had no slot before.
    #[cfg(feature = "refer")]
    pub(in crate::phone) fn set_call(&mut self, handle: Handle, call: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.usage = Usage::Call(call);
        }
    }

    /// Its call is gone.
    pub(in crate::phone) fn forget_usage(&mut self, handle: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.usage = Usage::None;
        }
    }

    /// The 2xx to an INVITE that came in has left: the dialog is whole.
    pub(in crate::phone) fn confirm(&mut self, handle: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.dialog.confirmed = true;
        }
    }

    /// A BYE is to be sent later. `retry`: every slot is busy now.
    pub(in crate::phone) fn owe_bye(&mut self, cx: &mut Context<'_>, handle: Handle, retry: Option<Instant>) {
        let Some(leg) = self.slots.get_mut(handle) else { return };
        leg.bye_owed = true;
        leg.dialog.confirmed = false;
        if let Some(now) = retry {
            cx.wake(Object::Dialog(handle.index), now + Duration::from_millis(SLOT_RETRY_MS));
        }
    }

    /// Drops an owed BYE. True: there was one.
    pub(in crate::phone) fn take_owed_bye(&mut self, handle: Handle) -> bool {
        self.slots.get_mut(handle).is_some_and(|leg| core::mem::take(&mut leg.bye_owed))
    }

    /// Nothing is left to end there: no BYE.
    pub(in crate::phone) fn forget_bye(&mut self, handle: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.dialog.confirmed = false;
            leg.bye_owed = false;
        }
    }

    /// A BYE ends it. Gives its way, and whether that is the account's own.
    pub(in crate::phone) fn end(&mut self, handle: Handle) -> Option<(Option<Flow>, bool)> {
        let leg = self.slots.get_mut(handle)?;
        leg.dialog.confirmed = false;
        Some((leg.flow, leg.own_hop))
    }

    /// The far end has sent BYE.
    pub(in crate::phone) fn leave(&mut self, handle: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.left = true;
        }
    }

    /// The ACK of a 2xx is to be sent.
    pub(in crate::phone) fn owe_ack(&mut self, cx: &mut Context<'_>, handle: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.ack_owed = true;
            cx.owe(Object::Dialog(handle.index));
        }
    }

    /// The ACK of a 2xx has left, or has no way. Gives the look-up of a dialog that is gone with it.
    #[must_use]
    pub(in crate::phone) fn ack_left(&mut self, cx: &mut Context<'_>, handle: Handle) -> Option<Handle> {
        self.slots.get_mut(handle)?.ack_owed = false;
        self.settle(cx, handle)
    }

    /// The number of our next request.
    pub(in crate::phone) fn next_number(&mut self, handle: Handle) -> Option<u32> {
        let leg = self.slots.get_mut(handle)?;
        leg.dialog.local_number += 1;
        Some(leg.dialog.local_number)
    }

    /// The number of a request of theirs. False: it does not grow (rfc3261#12.2.2).
    pub(in crate::phone) fn hear_number(&mut self, handle: Handle, number: u32) -> bool {
        let Some(leg) = self.slots.get_mut(handle) else { return false };
        let grows = leg.dialog.remote_number.is_none_or(|last| number > last);
        if grows {
            leg.dialog.remote_number = Some(number);
        }
        grows
    }

    /// The way to the next hop.
    pub(in crate::phone) fn set_flow(&mut self, handle: Handle, flow: Flow) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.flow = Some(flow);
        }
    }

    /// The way is the account's own.
    pub(in crate::phone) fn set_own_hop(&mut self, handle: Handle, own_hop: bool) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.own_hop = own_hop;
        }
    }

    /// The request that looks up the host which its last answer names. Gives the one before.
    pub(in crate::phone) fn set_lookup(&mut self, handle: Handle, lookup: Handle) -> Handle {
        let Some(leg) = self.slots.get_mut(handle) else { return Handle::NONE };
        leg.forget_sought();
        core::mem::replace(&mut leg.lookup, lookup)
    }

    /// A PRACK of ours is on its way.
    #[cfg(feature = "reliable")]
    pub(in crate::phone) fn set_prack(&mut self, handle: Handle, prack: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.prack = prack;
        }
    }

    /// A look-up is over.
    pub(in crate::phone) fn lookup_over(&mut self, handle: Handle, lookup: Handle) {
        if let Some(leg) = self.slots.get_mut(handle)
            && leg.lookup == lookup
        {
            leg.lookup = Handle::NONE;
            leg.forget_sought();
        }
    }
}
