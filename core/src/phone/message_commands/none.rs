//! A core without the feature `message` has no messages.

use super::{AccountId, CallId, CommandError, MessageId, MessageInfo, MessageText, NewMessage, Phone};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;

impl Phone<'_> {
    /// With the feature `message`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn message_send(
        &mut self,
        _: Instant,
        _: AccountId,
        _: &str,
        _: &NewMessage<'_>,
    ) -> Result<MessageId, CommandError> {
        Err(CommandError::Unsupported)
    }

    /// With the feature `message`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn message_send_in_call(
        &mut self,
        _: Instant,
        _: CallId,
        _: &NewMessage<'_>,
    ) -> Result<MessageId, CommandError> {
        Err(CommandError::Unsupported)
    }

    /// None, without the feature `message`.
    #[must_use]
    pub const fn message_capacity(&self) -> usize {
        0
    }

    /// With the feature `message`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn message_answer(&mut self, _: Instant, _: MessageId, _: u16) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `message`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn message_release(&mut self, _: Instant, _: MessageId) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// There are none.
    pub fn messages(&self) -> impl Iterator<Item = MessageId> {
        core::iter::empty()
    }

    /// With the feature `message`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn message_info(&self, _: MessageId) -> Result<MessageInfo, CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `message`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn message_body(&self, _: MessageId) -> Result<&[u8], CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `message`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn message_text(&self, _: MessageId, _: MessageText, _: &mut Cursor<'_>) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `message`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn message_header(&self, _: MessageId, _: &str, _: u32, _: &mut Cursor<'_>) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }

    /// With the feature `message`.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub const fn message_set_tag(&mut self, _: MessageId, _: u64) -> Result<(), CommandError> {
        Err(CommandError::Stale)
    }
}
