//! Commands over subscriptions, and the notifications that come.

use super::arrived::Arrived;
use super::response::Extra;
use super::{
    AccountId, CommandError, MailboxInfo, NewSubscription, Phone, SubscriptionId, SubscriptionInfo, SubscriptionText,
    Watched,
};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;

impl Phone<'_> {
    /// Subscribes to the state of a target (RFC 6665), as [`Phone::dial`] takes it but without digits behind a number.
    /// `account` none: directly. It is refreshed, and begun anew by the rules of RFC 6665, until it is removed or ends for
    /// good; [`super::EventKind::Subscription`] tells its state, [`super::EventKind::Notify`] what is watched.
    ///
    /// # Errors
    /// [`CommandError::State`] when the phone is closing; [`CommandError::Stale`]; [`CommandError::Uri`] and
    /// [`CommandError::NoAccount`] as for a call; [`CommandError::HeaderLine`] and [`CommandError::HeaderOwned`] for header
    /// lines; [`CommandError::Event`], [`CommandError::Accept`] and [`CommandError::Given`] for a package's name and types; [`CommandError::Text`]
    /// when they do not fit its block or a dialog's; [`CommandError::Full`].
    pub fn subscription_add(
        &mut self,
        now: Instant,
        account: AccountId,
        target: &str,
        new: &NewSubscription<'_>,
    ) -> Result<SubscriptionId, CommandError> {
        if self.lower.cx.closing {
            return Err(CommandError::State);
        }
        if !account.is_none() && !self.lower.accounts.stays(account.0) {
            return Err(CommandError::Stale);
        }
        self.hear(now);
        self.subscriptions.add(&mut self.lower, now, account.0, target, new).map(SubscriptionId)
    }

    /// Takes a subscription back, and its slot with its end; one that has ended goes at once. It has no further events.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn subscription_remove(&mut self, now: Instant, subscription: SubscriptionId) -> Result<(), CommandError> {
        self.hear(now);
        self.subscriptions.remove(&mut self.lower, now, subscription.0)
    }

    /// Gives the slot of a subscription back that has ended.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for one that has not ended.
    pub fn subscription_release(&mut self, subscription: SubscriptionId) -> Result<(), CommandError> {
        self.subscriptions.release(&mut self.lower.cx, subscription.0)
    }

    /// The subscriptions that are there.
    pub fn subscriptions(&self) -> impl Iterator<Item = SubscriptionId> {
        self.subscriptions.handles().map(SubscriptionId)
    }

    /// A subscription, in numbers.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn subscription_info(&self, subscription: SubscriptionId) -> Result<SubscriptionInfo, CommandError> {
        self.subscriptions.info(subscription.0).ok_or(CommandError::Stale)
    }

    /// One of the tuples, dialogs or classes of messages that it was told of; `nth` from 0.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub fn subscription_entry(&self, subscription: SubscriptionId, nth: u32) -> Result<Watched, CommandError> {
        self.subscriptions.watched(subscription.0, nth)
    }

    /// The body of its last notification, until another one comes for any subscription.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub fn subscription_body(&self, subscription: SubscriptionId) -> Result<&[u8], CommandError> {
        self.subscriptions.last_body(subscription.0).map(|(_, body)| body)
    }

    /// A text of a subscription, or of its nth entry.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when there is none.
    pub fn subscription_text(
        &self,
        subscription: SubscriptionId,
        which: SubscriptionText,
        nth: u32,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        self.subscriptions.write_text(subscription.0, which, nth, out)
    }

    /// The value of a header in the last final response to its SUBSCRIBE, or in the NOTIFY that ended it, until a
    /// notification brings something new; for no name its first line. `nth` from 0.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`] when there is none.
    pub fn subscription_header(
        &self,
        subscription: SubscriptionId,
        name: &str,
        nth: u32,
        out: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        self.subscriptions.write_header(subscription.0, name, nth, out)
    }

    /// Sets the application's own number of a subscription.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn subscription_set_tag(&mut self, subscription: SubscriptionId, tag: u64) -> Result<(), CommandError> {
        if self.subscriptions.set_tag(subscription.0, tag) { Ok(()) } else { Err(CommandError::Stale) }
    }

    /// A NOTIFY came in a dialog.
    pub(super) fn notified(&mut self, now: Instant, arrived: &Arrived<'_, '_>) {
        if self.subscriptions.notified(&mut self.lower, now, arrived) {
            return;
        }
        #[cfg(feature = "refer")]
        if self.calls.transfer_notified(&mut self.lower, now, arrived) {
            return;
        }
        self.notified_outside(now, arrived);
    }

    /// A NOTIFY came for no subscription (rfc6665#4.1.3): an account may take it all the same.
    pub(super) fn notified_outside(&mut self, now: Instant, arrived: &Arrived<'_, '_>) {
        let lower = &mut self.lower;
        let given = (arrived.flow, arrived.request);
        let status = match lower.accounts.notified(&mut lower.cx, now, arrived.account, given) {
            Ok(()) => 200,
            Err(status) => status,
        };
        lower.transactions.respond_and_bury(&mut lower.cx, now, arrived, status, Extra::default());
    }

    /// The mailbox of an account, in numbers, as its own server describes it without a subscription. It is unknown again
    /// once the account is not registered any more, or has another URI or server; while a registration fails, it stays.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn mailbox_info(&self, account: AccountId) -> Result<MailboxInfo, CommandError> {
        self.lower.accounts.mailbox(account.0).ok_or(CommandError::Stale)
    }

    /// One of the classes of messages in an account's mailbox; `nth` from 0. [`super::AccountText::Mailbox`] has its URI.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub fn mailbox_entry(&self, account: AccountId, nth: u32) -> Result<Watched, CommandError> {
        self.lower.accounts.mailbox_entry(account.0, nth)
    }
}
