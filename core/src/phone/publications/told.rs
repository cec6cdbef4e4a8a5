//! The news of publications: events, numbers, and the reason of a refusal.

use super::Publications;
use crate::base::limits::ENTITY_TAG;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::event::{EventKind, PublicationState};
use crate::phone::object::Object;
use crate::phone::{Lower, PublicationInfo};

impl Publications<'_> {
    /// Its state may be another one, or it has `failed` once more: that is to have an event.
    pub(super) fn tell(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle, failed: bool) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let seen = slot.seen();
        if core::mem::replace(&mut slot.state, seen) != seen || failed {
            (slot.pending, slot.changed) = (true, now);
        }
        if slot.is_gone() && (!slot.pending || !lower.accounts.stays(slot.account)) {
            return self.free(&mut lower.cx, handle);
        }
        // nobody is told that it begins
        slot.pending &= seen != PublicationState::Pending;
        if slot.pending {
            lower.cx.tell(Object::Publication(handle.index));
        }
    }

    /// The next event of a publication, with its account. The slot of one that is gone goes with it.
    pub(in crate::phone) fn poll_event(
        &mut self,
        cx: &mut crate::phone::context::Context<'_>,
        index: u32,
    ) -> Option<(Instant, Handle, EventKind)> {
        let handle = self.slots.handle_at(index)?;
        let slot = self.slots.get_mut(handle)?;
        let told = core::mem::take(&mut slot.pending);
        let (state, sip_code, result) = (slot.state, slot.sip_code, slot.result);
        let event = (slot.changed, slot.account, EventKind::Publication { state, sip_code, result });
        if slot.is_gone() {
            self.free(cx, handle);
        }
        told.then_some(event)
    }

    /// A publication in numbers.
    pub(in crate::phone) fn info(&self, handle: Handle) -> Option<PublicationInfo> {
        let slot = self.slots.get(handle)?;
        Some(PublicationInfo {
            state: slot.seen(),
            sip_code: slot.sip_code,
            result: slot.result,
            expires: slot.machine.ends(),
            retry: slot.machine.retry(),
        })
    }

    /// The reason phrase of the refusal of the last PUBLISH; empty: there was none.
    pub(in crate::phone) fn reason(&self, handle: Handle) -> &[u8] {
        let len = self.slots.get(handle).map_or(0, |slot| usize::from(slot.reason));
        let behind = self.text.get(handle.index).get(ENTITY_TAG..).unwrap_or_default();
        behind.get(..len).unwrap_or_default()
    }

    /// The account whose publication has this number.
    pub(in crate::phone) fn account_at(&self, index: u32) -> Option<Handle> {
        self.slots.get(self.slots.handle_at(index)?).map(|slot| slot.account)
    }
}
