//! The targets that were dialled last, in lent memory: of each account, and of calls without one.

use super::Calls;
use crate::base::slots::Handle;
use crate::numbers::Typed;
use crate::phone::capacity::Capacity;
use crate::phone::lender::Lender;
use crate::phone::{AccountId, Redial};

/// The targets that were dialled last.
pub(super) struct Redials<'a> {
    /// Of calls without an account, then of the accounts by their slots.
    slots: &'a mut [Redial],
    /// The account that dialled last.
    last: Handle,
}

impl Calls<'_> {
    /// The target that was dialled last by an account, or (none) by any.
    pub(in crate::phone) fn redial(&self, account: Handle) -> Option<Redial> {
        self.redials.last(account)
    }
}

impl<'a> Redials<'a> {
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let slots = lender.lend(capacity.accounts as usize + 1, Redial::of(AccountId::NONE, ""));
        Self { slots, last: Handle::NONE }
    }

    const fn index(owner: Handle) -> usize {
        if owner.is_none() { 0 } else { owner.index as usize + 1 }
    }

    /// A call has begun. `digits`: some are to be sent in it, which stand behind a comma.
    pub(super) fn keep(&mut self, account: Handle, target: &str, digits: bool) {
        let kept = if digits { without_digits(target) } else { Some(target.trim_ascii()) };
        let kept = kept.filter(|kept| !has_password(kept)).unwrap_or_default();
        self.last = account;
        if let Some(slot) = self.slots.get_mut(Self::index(account)) {
            *slot = Redial::of(AccountId(account), kept);
        }
    }

    /// That of an account, or of all. The slot of an account may have had another one.
    fn last(&self, account: Handle) -> Option<Redial> {
        let owner = if account.is_none() { self.last } else { account };
        let slot = self.slots.get(Self::index(owner))?;
        (slot.account().0 == owner && !slot.target().is_empty()).then_some(*slot)
    }
}

/// A target in front of the comma that its digits stand behind. `None`: that comma is between quotes.
fn without_digits(target: &str) -> Option<&str> {
    let host = target.rfind('@').unwrap_or(0);
    let comma = target.get(host..)?.find(',')?;
    let kept = target.get(..host + comma)?.trim_ascii();
    let kept = kept.strip_prefix('"').unwrap_or(kept).trim_ascii();
    (!kept.contains('"')).then_some(kept)
}

/// A user part may hold a password (rfc3261#19.1.1).
fn has_password(target: &str) -> bool {
    let uri = target.rsplit('<').next().unwrap_or_default();
    Typed::read(uri).target.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests;
