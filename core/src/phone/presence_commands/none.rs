//! A core without the features `publish` and `notify` tells nobody of its presence.

use super::{AccountId, CommandError, Phone, Presence};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;

impl Phone<'_> {
    /// With the feature `publish` or `notify`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn set_presence(
        &mut self,
        _: Instant,
        _: AccountId,
        _: Option<&Presence<'_>>,
    ) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }

    /// With the feature `publish` or `notify`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn write_presence(&self, _: AccountId, _: &mut Cursor<'_>) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }

    /// With the feature `publish` or `notify`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn presence(&self, _: AccountId) -> Result<Presence<'_>, CommandError> {
        Err(CommandError::Unsupported)
    }
}
