//! Events in the order of the ladder: bits wait in the slots, and become events when the driver asks. Fetching releases
//! nothing: an ended call stays readable until it is released, or until its slot is needed.

use super::calls::call::Call;
use super::context::done::Command;
use super::event::Op;
use super::object::Object;
use super::{AccountId, CallId, CommandError, Event, EventKind, Phone};
use crate::base::features;
use crate::base::slots::Handle;
use crate::base::time::Instant;

impl Phone<'_> {
    /// The next event. Fetching it releases nothing: see [`Phone::release`].
    pub fn poll_event(&mut self) -> Option<Event> {
        let lost = core::mem::take(&mut self.lower.cx.lost);
        if lost > 0 {
            let kind = EventKind::Lost(lost);
            return Some(Event {
                at: self.lower.cx.lost_at,
                account: AccountId::NONE,
                call: CallId::NONE,
                tag: 0,
                kind,
            });
        }
        if let Some(done) = self.lower.cx.poll_orphan() {
            return Some(self.orphan_event(&done));
        }
        loop {
            let event = match self.lower.cx.objects.telling(self.lower.cx.events.first()?) {
                Object::Call(index) => self.call_event(index),
                Object::Account(index) => self.account_event(index),
                Object::Conference(index) if features::CONFERENCE => self.conference_event(index),
                #[cfg(feature = "message")]
                Object::Message(index) => {
                    let event = self.messages.poll_event(index);
                    if event.is_some() && !self.messages.has_news(index) {
                        // the next message in this slot is behind those that came before it
                        self.lower.cx.events.pop();
                    }
                    event
                }
                #[cfg(feature = "subscribe")]
                Object::Subscription(index) => self.subscriptions.poll_event(index),
                #[cfg(feature = "notify")]
                Object::Watcher(index) => self.watchers.poll_event(index),
                #[cfg(feature = "publish")]
                Object::Publication(index) => self.publication_event(index),
                _ => None,
            };
            match event {
                Some(event) => return Some(event),
                None => {
                    self.lower.cx.events.pop();
                }
            }
        }
    }

    /// [`Phone::poll_event`] may have something: for drivers that wake another thread to fetch it.
    #[must_use]
    pub const fn has_event(&self) -> bool {
        !self.lower.cx.events.is_empty() || self.lower.cx.lost > 0 || !self.lower.cx.orphans.is_none()
    }

    /// The driver's latest time, which never runs backwards; events are stamped with it.
    #[cfg_attr(target_os = "none", inline(never))] // on a board flash is dearer
    pub(super) fn hear(&mut self, now: Instant) {
        self.lower.cx.latest = self.lower.cx.latest.max(now);
    }

    /// Gives back the slot of a call that has ended; its events that were not fetched are lost, but for the ends of
    /// commands.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for a call that has not ended.
    pub fn release(&mut self, call: CallId) -> Result<(), CommandError> {
        if !self.call(call)?.is_over() {
            return Err(CommandError::State);
        }
        self.calls.release(&mut self.lower, call.0);
        Ok(())
    }

    fn call_event(&mut self, index: u32) -> Option<Event> {
        let handle = self.calls.handle_at(index)?;
        if !features::CONFERENCE {
            return self.calls.poll_event(&mut self.lower, handle);
        }
        let call = CallId(handle);
        self.left_event(call)
            .or_else(|| self.calls.poll_event(&mut self.lower, handle))
            .or_else(|| self.joined_event(call))
    }

    /// The end of a command whose object has given way, or goes on.
    fn orphan_event(&self, done: &Command) -> Event {
        let (call, account) = match done.op() {
            Op::Digits | Op::Hold | Op::Reoffer => {
                (done.object(), self.calls.get(done.object()).map_or(Handle::NONE, Call::account))
            }
            #[cfg(feature = "tones")]
            Op::Tone => (done.object(), self.calls.get(done.object()).map_or(Handle::NONE, Call::account)),
            #[cfg(feature = "tones")]
            Op::ConferenceTone => (Handle::NONE, Handle::NONE),
            #[cfg(feature = "refer")]
            Op::Transfer => (done.object(), self.calls.get(done.object()).map_or(Handle::NONE, Call::account)),
            #[cfg(feature = "identity")]
            Op::Identify => (done.object(), self.calls.get(done.object()).map_or(Handle::NONE, Call::account)),
            #[cfg(any(feature = "publish", feature = "notify"))]
            Op::Publish => (Handle::NONE, done.object()),
            Op::Register | Op::Unregister => (Handle::NONE, done.object()),
        };
        let tag = self.calls.get(call).map(Call::tag).or_else(|| self.lower.accounts.tag(account));
        done.event(self.lower.cx.latest, (AccountId(account), CallId(call), super::EndedBy::Nobody), tag.unwrap_or(0))
    }

    fn account_event(&mut self, index: u32) -> Option<Event> {
        let handle = self.lower.accounts.handle_at(index)?;
        let event = self.lower.accounts.poll_event(&mut self.lower.cx, handle);
        // one that was removed may have told its end now
        self.calls.leave(&mut self.lower, handle);
        event
    }
}
