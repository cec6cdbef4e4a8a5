//! The news of subscriptions: events, numbers and texts.

use super::Subscriptions;
use super::contents::{Kept, NAME, NOTE, REPLACES, URI, entries};
#[cfg(feature = "lists")]
use super::contents::{REASON, RESOURCE};
use super::slot::{PENDING_NEWS, PENDING_STATE, Slot};
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::phone::fields::{first_line, nth_field};
#[cfg(feature = "lists")]
use crate::phone::subscription::{Package, Resource};
use crate::phone::subscription::{SubscriptionInfo, SubscriptionText, Watched};
use crate::phone::{AccountId, CallId, Cause, CommandError, EndCause, Event, EventKind, SubscriptionId};

impl Subscriptions<'_> {
    /// The next event of a subscription.
    pub(in crate::phone) fn poll_event(&mut self, index: u32) -> Option<Event> {
        let handle = self.slots.handle_at(index)?;
        let slot = self.slots.get_mut(handle)?;
        let subscription = SubscriptionId(handle);
        let (account, tag) = (AccountId(slot.account), slot.tag);
        let told = |at, kind| Some(Event { at, account, call: CallId::NONE, tag, kind });
        // what was told comes before the end of it
        if slot.pending & PENDING_NEWS != 0 {
            slot.pending &= !PENDING_NEWS;
            let (lamp, value) = (slot.lamp, slot.value);
            return told(slot.notified, EventKind::Notify { subscription, lamp, value });
        }
        if slot.pending & PENDING_STATE != 0 {
            slot.pending &= !PENDING_STATE;
            let (state, sip_code, result) = (slot.state, slot.sip_code, slot.result);
            return told(slot.changed, EventKind::Subscription { subscription, state, sip_code, result });
        }
        None
    }

    /// A subscription, in numbers.
    pub(in crate::phone) fn info(&self, handle: Handle) -> Option<SubscriptionInfo> {
        let slot = self.slots.get(handle)?;
        Some(SubscriptionInfo {
            subscription: SubscriptionId(handle),
            account: AccountId(slot.account),
            tag: slot.tag,
            package: slot.package,
            state: slot.seen(),
            lamp: slot.lamp,
            value: slot.value,
            #[cfg(feature = "lists")]
            list: slot.list,
            #[cfg(not(feature = "lists"))]
            list: false,
            unread: slot.unread,
            entries: self.entries(slot, handle).count() as u32,
            left_out: slot.left_out.count,
            sip_code: slot.sip_code,
            result: slot.result,
            cause: EndCause::of(slot.result, slot.sip_code),
            expires: slot.machine.ends(),
            notified: slot.notified,
            retry: slot.retry(),
        })
    }

    fn kept(&self, handle: Handle, nth: u32) -> Result<Kept<'_>, CommandError> {
        let slot = self.slots.get(handle).ok_or(CommandError::Stale)?;
        self.entries(slot, handle).nth(nth as usize).ok_or(CommandError::Nothing)
    }

    fn entries(&self, slot: &Slot, handle: Handle) -> impl Iterator<Item = Kept<'_>> {
        let used = self.text.get(handle.index).get(usize::from(slot.start)..usize::from(slot.end));
        entries(used.unwrap_or_default())
    }

    /// An entry of what was told.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub(in crate::phone) fn watched(&self, handle: Handle, nth: u32) -> Result<Watched, CommandError> {
        let kept = self.kept(handle, nth)?;
        #[cfg(feature = "lists")]
        if self.slots.get(handle).is_some_and(|slot| slot.package != Package::MessageSummary)
            || kept.watched.resource == Resource::List
        {
            // they are the number of its document
            return Ok(Watched { counts: [0; 4], ..kept.watched });
        }
        Ok(kept.watched)
    }

    /// The last body, while no other has come.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub(in crate::phone) fn last_body(&self, handle: Handle) -> Result<(&[u8], &[u8]), CommandError> {
        self.slots.get(handle).ok_or(CommandError::Stale)?;
        let whole = self.body.get(..self.body_len).filter(|_| self.body_of == handle);
        whole.and_then(|whole| whole.split_at_checked(self.kind_len.into())).ok_or(CommandError::Nothing)
    }

    /// The head of the message that said the last of it.
    fn head(&self, slot: &Slot, handle: Handle) -> &[u8] {
        let kept = self.text.get(handle.index).get(usize::from(slot.end)..).unwrap_or_default();
        kept.get(..usize::from(slot.head)).unwrap_or_default()
    }

    /// A header field of the last final response to a SUBSCRIBE, or of the NOTIFY that ended the subscription; for no name
    /// its first line. `nth` from 0.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub(in crate::phone) fn write_header(
        &self,
        handle: Handle,
        name: &str,
        nth: u32,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        let slot = self.slots.get(handle).ok_or(CommandError::Stale)?;
        let head = self.head(slot, handle);
        let field = match name {
            "" => first_line(head).filter(|_| nth == 0),
            name => nth_field(head, name.as_bytes(), nth),
        };
        out.put(field.ok_or(CommandError::Nothing)?);
        Ok(())
    }

    /// A text of a subscription, or of one of its entries.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub(in crate::phone) fn write_text(
        &self,
        handle: Handle,
        which: SubscriptionText,
        nth: u32,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        let slot = self.slots.get(handle).ok_or(CommandError::Stale)?;
        let text = match which {
            SubscriptionText::RemoteUri => slot.target.of(self.text.get(handle.index)),
            SubscriptionText::Reason => match slot.reason {
                Some(reason) => reason.text().as_bytes(),
                None if slot.result == Cause::Normal => b"",
                // behind the version and the status
                None => {
                    let line = first_line(self.head(slot, handle)).unwrap_or_default();
                    line.splitn(3, |byte| *byte == b' ').nth(2).unwrap_or_default()
                }
            },
            SubscriptionText::ContentType => self.last_body(handle)?.0,
            SubscriptionText::Replaces => self.kept(handle, nth)?.text(REPLACES),
            SubscriptionText::Note => self.kept(handle, nth)?.text(NOTE),
            SubscriptionText::EntryUri => self.kept(handle, nth)?.text(URI),
            SubscriptionText::EntryName => self.kept(handle, nth)?.text(NAME),
            #[cfg(feature = "lists")]
            SubscriptionText::EntryResource => {
                self.kept(handle, nth)?;
                let all = self.entries(slot, handle).take(nth as usize + 1);
                let rows = all.filter(|entry| entry.watched.resource != Resource::None);
                rows.last().map_or(&[][..], |row| row.text(RESOURCE))
            }
            #[cfg(feature = "lists")]
            SubscriptionText::EntryReason => {
                let entry = self.kept(handle, nth)?;
                if entry.watched.resource == Resource::None { &[] } else { entry.text(REASON) }
            }
            #[cfg(not(feature = "lists"))]
            SubscriptionText::EntryResource | SubscriptionText::EntryReason => &[],
        };
        out.put(text);
        if text.is_empty() { Err(CommandError::Nothing) } else { Ok(()) }
    }
}
