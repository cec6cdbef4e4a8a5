//! The target that was dialled last, for a call to it again.

use super::{AccountId, CommandError, Phone};
#[cfg(feature = "numbers")]
use crate::base::slots::Handle;

/// Bytes of the longest target that is kept: a number, or an address as people have them. With its account 136 bytes
/// for each account and for calls without one.
const LONGEST: usize = 127;

/// A target as it was given to [`Phone::dial`], and the account that it was given with.
#[derive(Clone, Copy, Debug)]
pub struct Redial {
    account: AccountId,
    len: u8,
    text: [u8; LONGEST],
}

impl Redial {
    /// The account; none: the call was made without one.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// The target.
    #[must_use]
    pub fn target(&self) -> &str {
        core::str::from_utf8(self.text.get(..usize::from(self.len)).unwrap_or_default()).unwrap_or_default()
    }

    /// A target of this account; it has none where that finds no room.
    #[cfg(feature = "numbers")]
    pub(super) fn of(account: AccountId, target: &str) -> Self {
        let mut redial = Self { account, len: 0, text: [0; LONGEST] };
        if let Some(room) = redial.text.get_mut(..target.len()) {
            room.copy_from_slice(target.as_bytes());
            redial.len = target.len() as u8;
        }
        redial
    }
}

impl Phone<'_> {
    /// The target that was dialled last by an account, or (no account) by any, and without one. What is dialled for it is
    /// decided anew, by the rules of its account as they are then. Digits behind it may be a PIN, and are not kept; nor is a
    /// target with a password, or of more than 127 bytes: there is none then, rather than an older one.
    ///
    /// # Errors
    /// [`CommandError::Stale`]: there is no such account. [`CommandError::Nothing`]: nothing was dialled, it was not kept, or
    /// its account was removed; always without the feature `numbers`.
    pub fn redial(&self, account: AccountId) -> Result<Redial, CommandError> {
        if !account.is_none() && !self.lower.accounts.stays(account.0) {
            return Err(CommandError::Stale);
        }
        #[cfg(feature = "numbers")]
        {
            let there = |owner: Handle| owner.is_none() || self.lower.accounts.stays(owner);
            self.calls.redial(account.0).filter(|redial| there(redial.account.0)).ok_or(CommandError::Nothing)
        }
        #[cfg(not(feature = "numbers"))]
        Err(CommandError::Nothing)
    }
}
