//! A core without the feature `imdn` says nothing of messages.

use super::{AccountId, CallId, CommandError, Disposition, MessageId, Phone};
use crate::base::time::Instant;

impl Phone<'_> {
    /// With the feature `imdn`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn message_notice(&mut self, _: Instant, _: MessageId, _: Disposition) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }

    /// With the feature `imdn`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn compose(&mut self, _: Instant, _: AccountId, _: &str, _: bool) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }

    /// With the feature `imdn`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn compose_in_call(&mut self, _: Instant, _: CallId, _: bool) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }
}
