//! The targets that were dialled last, for a call to them again: of each account, and of calls without one.

#[cfg(feature = "numbers")]
use super::capacity::Capacity;
#[cfg(feature = "numbers")]
use super::lender::Lender;
use super::{AccountId, CommandError, Phone};
#[cfg(feature = "numbers")]
use crate::base::slots::Handle;
#[cfg(feature = "numbers")]
use crate::numbers::Typed;

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
            let redial = self.calls.redials().last(account.0);
            let there = |owner: Handle| owner.is_none() || self.lower.accounts.stays(owner);
            redial.filter(|redial| there(redial.account.0)).ok_or(CommandError::Nothing)
        }
        #[cfg(not(feature = "numbers"))]
        Err(CommandError::Nothing)
    }
}

/// The room for them, in lent memory.
#[cfg(feature = "numbers")]
pub(super) struct Redials<'a> {
    /// Of calls without an account, then of the accounts by their slots.
    slots: &'a mut [Redial],
    /// The account that dialled last.
    last: Handle,
}

#[cfg(feature = "numbers")]
impl<'a> Redials<'a> {
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let empty = Redial { account: AccountId::NONE, len: 0, text: [0; LONGEST] };
        Self { slots: lender.lend(capacity.accounts as usize + 1, empty), last: Handle::NONE }
    }

    const fn index(owner: Handle) -> usize {
        if owner.is_none() { 0 } else { owner.index as usize + 1 }
    }

    /// A call has begun. `digits`: some are to be sent in it, which stand behind a comma.
    pub(super) fn keep(&mut self, account: Handle, target: &str, digits: bool) {
        self.last = account;
        let Some(slot) = self.slots.get_mut(Self::index(account)) else { return };
        (slot.account, slot.len) = (AccountId(account), 0);
        let kept = if digits { without_digits(target) } else { Some(target.trim_ascii()) };
        let Some(kept) = kept.filter(|kept| !has_password(kept)).map(str::as_bytes) else { return };
        if let Some(room) = slot.text.get_mut(..kept.len()) {
            room.copy_from_slice(kept);
            slot.len = kept.len() as u8;
        }
    }

    /// That of an account, or of all. The slot of an account may have had another one.
    fn last(&self, account: Handle) -> Option<Redial> {
        let owner = if account.is_none() { self.last } else { account };
        self.slots.get(Self::index(owner)).filter(|slot| slot.account.0 == owner && slot.len > 0).copied()
    }
}

/// A target in front of the comma that its digits stand behind. `None`: that comma is between quotes.
#[cfg(feature = "numbers")]
fn without_digits(target: &str) -> Option<&str> {
    let host = target.rfind('@').unwrap_or(0);
    let comma = target.get(host..)?.find(',')?;
    let kept = target.get(..host + comma)?.trim_ascii();
    let kept = kept.strip_prefix('"').unwrap_or(kept).trim_ascii();
    (!kept.contains('"')).then_some(kept)
}

/// A user part may hold a password (rfc3261#19.1.1).
#[cfg(feature = "numbers")]
fn has_password(target: &str) -> bool {
    let uri = target.rsplit('<').next().unwrap_or_default();
    Typed::read(uri).target.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(all(test, feature = "numbers"))]
mod tests;
