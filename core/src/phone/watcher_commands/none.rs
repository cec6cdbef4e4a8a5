//! A core without the feature `notify` tells nobody.

use super::{AccountId, CommandError, Phone, WatcherId, WatcherInfo, WatcherText};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;
use crate::wire::body::message_summary::Count;

impl Phone<'_> {
    /// With the feature `notify`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn watcher_answer(&mut self, _: Instant, _: WatcherId, _: u16) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// There are none.
    pub fn watchers(&self) -> impl Iterator<Item = WatcherId> {
        core::iter::empty()
    }

    /// With the feature `notify`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn watcher_info(&self, _: WatcherId) -> Result<WatcherInfo, CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `notify`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn watcher_text(&self, _: WatcherId, _: WatcherText, _: &mut Cursor<'_>) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `notify`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn watcher_set_tag(&mut self, _: WatcherId, _: u64) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `notify`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn watcher_release(&mut self, _: WatcherId) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `notify`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn mailbox_set(&mut self, _: Instant, _: AccountId, _: Option<(u32, Count)>) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }
}
