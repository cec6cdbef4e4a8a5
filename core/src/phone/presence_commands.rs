//! Commands over the presence of an account's own party.

use super::{AccountId, CommandError, Phone, Presence};
use crate::base::cursor::Cursor;
use crate::base::time::Instant;

impl Phone<'_> {
    /// Sets the presence of an account's party; `None` takes it back. An account that was given none has
    /// [`Presence::USUAL`].
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Text`] for a note that is too long or has control characters: nothing
    /// changes then.
    pub fn set_presence(
        &mut self,
        now: Instant,
        account: AccountId,
        presence: Option<&Presence<'_>>,
    ) -> Result<(), CommandError> {
        self.hear(now);
        self.lower.accounts.set_presence(account.0, presence)?;
        #[cfg(feature = "notify")]
        self.watchers.changed(&mut self.lower.cx, account.0, super::Package::Presence);
        Ok(())
    }

    /// The presence of an account's party, as the application gave it; [`Presence::USUAL`] where it gave none.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn presence(&self, account: AccountId) -> Result<Presence<'_>, CommandError> {
        self.lower.accounts.presence(account.0).ok_or(CommandError::Stale)
    }

    /// Writes the presence of an account's party as it is told at this moment, as a document (RFC 3863).
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn write_presence(&self, account: AccountId, out: &mut Cursor<'_>) -> Result<(), CommandError> {
        let up = self.calls.has_one_up(account.0);
        if self.lower.accounts.write_presence(&self.lower.cx, account.0, up, out) {
            Ok(())
        } else {
            Err(CommandError::Stale)
        }
    }
}
