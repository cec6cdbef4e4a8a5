//! NOTIFY without a subscription, from an account's own server: the state of its mailbox, and that its settings are to be
//! read again.
//!
//! RFC 6665 knows no such NOTIFY. PBXs send these two all the same, to each phone that registers, and a phone that refuses
//! them has no lamp for its messages and is never set up anew. So they are taken, from the account's own server alone.

use super::Accounts;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::context::Context;
use crate::phone::object::Object;
use crate::phone::{CommandError, Flow, MailboxInfo, Watched};
use crate::wire::body::message_summary::Summary;
use crate::wire::sip::{EventType, Message, Name, Uri};

/// rfc6665#4.1.3: there is no subscription. It is not 489, for an application may subscribe to any package.
const NO_SUBSCRIPTION: u16 = 481;

impl Accounts<'_> {
    /// A NOTIFY came for an account, in no dialog. An error is the status of its refusal.
    pub(in crate::phone) fn notified(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
        (flow, request): (Flow, &Message<'_>),
    ) -> Result<(), u16> {
        if !self.stays(handle) || !self.brought_by_own_server(handle, flow, request) {
            return Err(NO_SUBSCRIPTION);
        }
        let event = request.header(Name::Event).map(EventType::of).unwrap_or_default();
        match event.name {
            b"message-summary" => self.take_summary(cx, now, handle, (flow, request)),
            b"check-sync" => {
                self.take_check_sync(cx, now, handle, &event);
                Ok(())
            }
            _ => Err(NO_SUBSCRIPTION),
        }
    }

    /// `check-sync` as PBXs send it: `;reboot=true` or `;reboot=false` says whether the phone is to begin anew.
    fn take_check_sync(&mut self, cx: &mut Context<'_>, now: Instant, handle: Handle, event: &EventType<'_>) {
        let Some(account) = self.slots.get_mut(handle) else { return };
        let reboot = event.params.find(b"reboot").and_then(|value| match value.unwrap_or(b"true") {
            value if value.eq_ignore_ascii_case(b"true") => Some(true),
            value if value.eq_ignore_ascii_case(b"false") => Some(false),
            _ => None,
        });
        account.unsolicited.wish(now, reboot);
        cx.tell(Object::Account(handle.index));
    }

    /// The description of a mailbox.
    fn take_summary(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
        (flow, request): (Flow, &Message<'_>),
    ) -> Result<(), u16> {
        if request.is_coded() {
            return Err(415);
        }
        let body = request.body();
        if body.is_empty() {
            return Ok(());
        }
        if !request.content_type().is_some_and(|kind| kind.is(b"application", b"simple-message-summary")) {
            return Err(415);
        }
        let summary = Summary::parse(body).ok_or(400u16)?;
        // rfc3842#3.5: it stands without angle brackets, which some write all the same
        let uri = summary.account.strip_prefix(b"<").and_then(|uri| uri.strip_suffix(b">")).unwrap_or(summary.account);
        let named = self.named_mailbox(handle, uri, (flow, request));
        let own = uri.is_empty() || named.is_some();
        let handle = named.unwrap_or(handle);
        if let Some(account) = self.slots.get_mut(handle)
            && account.unsolicited.describe(now, &summary, (uri, own), self.mailboxes.get_mut(handle.index))
        {
            cx.tell(Object::Account(handle.index));
        }
        Ok(())
    }

    /// The account that a mailbox's URI names, of those that this server brings requests to; the one that was asked
    /// comes first.
    fn named_mailbox(&self, handle: Handle, uri: &[u8], (flow, request): (Flow, &Message<'_>)) -> Option<Handle> {
        let named = Uri::parse(uri).ok()?;
        let is = |of: Handle| {
            let own = self.uri(of).and_then(|own| Uri::parse(own).ok());
            own.is_some_and(|own| own.user == named.user && own.host == named.host)
        };
        let others = self.handles().filter(|other| self.brought_by_own_server(*other, flow, request));
        core::iter::once(handle).chain(others).find(|of| is(*of))
    }

    /// Its mailbox in numbers.
    pub(in crate::phone) fn mailbox(&self, handle: Handle) -> Option<MailboxInfo> {
        self.slots.get(handle).map(|account| account.unsolicited.info())
    }

    /// A class of messages that the description of its mailbox names, from 0.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub(in crate::phone) fn mailbox_entry(&self, handle: Handle, nth: u32) -> Result<Watched, CommandError> {
        self.slots.get(handle).ok_or(CommandError::Stale)?.unsolicited.entry(nth).ok_or(CommandError::Nothing)
    }

    /// The URI of its mailbox; empty where it has none.
    pub(super) fn mailbox_uri(&self, handle: Handle) -> &[u8] {
        let len = self.slots.get(handle).map_or(0, |account| account.unsolicited.uri_len());
        self.mailboxes.get(handle.index).get(..len).unwrap_or_default()
    }
}
