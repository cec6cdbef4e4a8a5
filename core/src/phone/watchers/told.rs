//! The news of watchers: events, numbers and texts.

use super::Watchers;
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::object::Object;
use crate::phone::watcher::{WatcherInfo, WatcherText};
use crate::phone::{AccountId, CallId, CommandError, Event, EventKind, Lower, WatcherId};
use crate::wire::sip::Address;

impl Watchers<'_> {
    /// The state of one may be another for the application.
    pub(super) fn tell(&mut self, lower: &mut Lower<'_>, now: Instant, handle: Handle) {
        let Some(slot) = self.slots.get_mut(handle) else { return };
        let seen = slot.seen_as();
        if slot.state != seen {
            (slot.state, slot.changed, slot.pending) = (seen, now, true);
            lower.cx.tell(Object::Watcher(handle.index));
        }
    }

    /// The next event of a watcher.
    pub(in crate::phone) fn poll_event(&mut self, index: u32) -> Option<Event> {
        let handle = self.slots.handle_at(index)?;
        let slot = self.slots.get_mut(handle)?;
        if !core::mem::take(&mut slot.pending) {
            return None;
        }
        let (watcher, package, state) = (WatcherId(handle), slot.package, slot.state);
        let kind = EventKind::Watcher { watcher, package, state, sip_code: slot.sip_code, result: slot.result };
        Some(Event { at: slot.changed, account: AccountId(slot.account), call: CallId::NONE, tag: slot.tag, kind })
    }

    /// A watcher, in numbers.
    pub(in crate::phone) fn info(&self, handle: Handle) -> Option<WatcherInfo> {
        let slot = self.slots.get(handle)?;
        Some(WatcherInfo {
            watcher: WatcherId(handle),
            account: AccountId(slot.account),
            tag: slot.tag,
            package: slot.package,
            state: slot.seen_as(),
            sip_code: slot.sip_code,
            result: slot.result,
            expires: slot.machine.ends(),
        })
    }

    /// A text of a watcher, as it says of itself.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub(in crate::phone) fn write_text(
        &self,
        lower: &Lower<'_>,
        handle: Handle,
        which: WatcherText,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        let slot = self.slots.get(handle).ok_or(CommandError::Stale)?;
        let dialog = lower.dialogs.dialog(slot.leg).ok_or(CommandError::Nothing)?;
        let remote = Address::parse(dialog.remote.of(lower.dialogs.text(slot.leg))).ok_or(CommandError::Nothing)?;
        match which {
            WatcherText::RemoteUri => out.put(remote.uri),
            WatcherText::RemoteName if remote.display.is_empty() => return Err(CommandError::Nothing),
            WatcherText::RemoteName => remote.display_text(out),
        }
        Ok(())
    }
}
