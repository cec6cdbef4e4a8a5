//! A core without the feature `subscribe` has no subscriptions.

use super::{
    AccountId, CommandError, Lamp, MailboxInfo, NewSubscription, Phone, SubscriptionId, SubscriptionInfo,
    SubscriptionText, Watched,
};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;

impl Phone<'_> {
    /// With the feature `subscribe`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn subscription_add(
        &mut self,
        _: Instant,
        _: AccountId,
        _: &str,
        _: &NewSubscription<'_>,
    ) -> Result<SubscriptionId, CommandError> {
        Err(CommandError::Unsupported)
    }

    /// With the feature `subscribe`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn subscription_remove(&mut self, _: Instant, _: SubscriptionId) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `subscribe`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn subscription_release(&mut self, _: SubscriptionId) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// There are none.
    pub fn subscriptions(&self) -> impl Iterator<Item = SubscriptionId> {
        core::iter::empty()
    }

    /// With the feature `subscribe`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn subscription_info(&self, _: SubscriptionId) -> Result<SubscriptionInfo, CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `subscribe`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn subscription_entry(&self, _: SubscriptionId, _: u32) -> Result<Watched, CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `subscribe`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn subscription_body(&self, _: SubscriptionId) -> Result<&[u8], CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `subscribe`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn subscription_text(
        &self,
        _: SubscriptionId,
        _: SubscriptionText,
        _: u32,
        _: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `subscribe`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn subscription_header(
        &self,
        _: SubscriptionId,
        _: &str,
        _: u32,
        _: &mut Cursor<'_>,
    ) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `subscribe`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn subscription_set_tag(&mut self, _: SubscriptionId, _: u64) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// Nothing is known of it without the feature `subscribe`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn mailbox_info(&self, account: AccountId) -> Result<MailboxInfo, CommandError> {
        self.account_info(account)?;
        Ok(MailboxInfo { lamp: Lamp::Unknown, new_messages: 0, entries: 0, described: Instant::NEVER })
    }

    /// With the feature `subscribe`.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Nothing`].
    pub fn mailbox_entry(&self, account: AccountId, _: u32) -> Result<Watched, CommandError> {
        self.account_info(account)?;
        Err(CommandError::Nothing)
    }
}
