//! A core without the features `publish` and `notify` tells nobody of its presence.

use super::{AccountId, CommandError, Phone, Presence, PublicationInfo};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;

impl Phone<'_> {
    /// With the feature `publish` or `notify`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn publish(
        &mut self,
        _: Instant,
        _: AccountId,
        _: Option<&Presence<'_>>,
        _: (u32, u64),
    ) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }

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

    /// With the feature `publish`.
    ///
    /// # Errors
    /// [`CommandError::Nothing`].
    pub const fn publication(&self, _: AccountId) -> Result<PublicationInfo, CommandError> {
        Err(CommandError::Nothing)
    }

    /// With the feature `publish`.
    ///
    /// # Errors
    /// [`CommandError::Nothing`].
    pub const fn publication_reason(&self, _: AccountId, _: &mut Cursor<'_>) -> Result<(), CommandError> {
        Err(CommandError::Nothing)
    }
}
