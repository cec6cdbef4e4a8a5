//! A core without the feature `refer` transfers nothing.

use super::{CallId, CommandError, Phone, TransferOptions, TransferState, TransferTo};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;

impl Phone<'_> {
    /// With the feature `refer`.
    ///
    /// # Errors
    /// [`CommandError::Unsupported`].
    pub const fn transfer(
        &mut self,
        _: Instant,
        _: CallId,
        _: TransferTo<'_>,
        _: &TransferOptions<'_>,
    ) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }

    /// With the feature `refer`.
    ///
    /// # Errors
    /// [`CommandError::Nothing`].
    pub const fn call_transfer(&self, _: CallId) -> Result<TransferState, CommandError> {
        Err(CommandError::Nothing)
    }

    /// With the feature `refer`.
    ///
    /// # Errors
    /// [`CommandError::Nothing`].
    pub const fn call_replaces(&self, _: CallId, _: &mut Cursor<'_>) -> Result<(), CommandError> {
        Err(CommandError::Nothing)
    }

    /// With the feature `refer`.
    ///
    /// # Errors
    /// [`CommandError::Nothing`].
    pub const fn call_target(&self, _: CallId, _: &mut Cursor<'_>) -> Result<(), CommandError> {
        Err(CommandError::Nothing)
    }
}
