//! Accounts, their registrations and challenges.

pub(super) mod account;

use super::storage::Blocks;
use super::trusted::Trusted;
use crate::base::slots::Slots;
use account::Account;

/// Accounts, their registrations and challenges.
pub(super) struct Accounts<'a> {
    pub(super) slots: Slots<'a, Account>,
    pub(super) text: Blocks<'a>,
    pub(super) challenges: Blocks<'a>,
    /// Addresses of the names that accounts trust, account by account.
    pub(super) trusted: &'a mut [Trusted],
}
