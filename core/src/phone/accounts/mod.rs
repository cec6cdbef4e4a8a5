//! Accounts: identity, registration, credentials and challenges, the way to the registrar, and who is no stranger.

pub(super) mod account;
mod binding;
mod callers;
mod challenge;
mod config;
mod credentials;
mod register;
mod registration;
mod told;
pub(super) mod trusted;
mod update;
mod way;

pub(super) use binding::Registered;
pub(super) use callers::Caller;
pub(super) use challenge::{Asked, Chosen, Facts};
pub(super) use credentials::Digest;
pub(super) use register::Leaving;
pub(super) use registration::Todo;
pub(super) use update::Updated;

use super::context::Context;
use super::object::Object;
use super::storage::{Blocks, Capacity, Storage};
use crate::base::limits::CHALLENGES;
use crate::base::slots::{Handle, Slots};
use crate::base::text::Span;
use account::Account;
use core::mem::take;
use trusted::Trusted;

/// Accounts, their registrations and challenges.
pub(super) struct Accounts<'a> {
    slots: Slots<'a, Account>,
    text: Blocks<'a>,
    challenges: Blocks<'a>,
    /// Addresses of the names that accounts trust, account by account.
    trusted: &'a mut [Trusted],
    /// So many of them an account.
    trusted_each: usize,
}

impl<'a> Accounts<'a> {
    pub(super) fn new(storage: &mut Storage<'a>, capacity: &Capacity, mark: u8) -> Self {
        Self {
            slots: Slots::marked(take(&mut storage.accounts), mark),
            text: Blocks::new(take(&mut storage.account_text), capacity.account_text as usize),
            challenges: Blocks::new(take(&mut storage.challenges), CHALLENGES * capacity.challenge as usize),
            trusted: take(&mut storage.trusted),
            trusted_each: capacity.trusted as usize,
        }
    }

    /// How many there are, those that are leaving among them.
    pub(super) const fn used(&self) -> usize {
        self.slots.used()
    }

    pub(super) fn capacity(&self) -> u32 {
        self.slots.capacity() as u32
    }

    pub(super) fn handle_at(&self, index: u32) -> Option<Handle> {
        self.slots.handle_at(index)
    }

    /// The accounts that are not leaving.
    pub(super) fn handles(&self) -> impl Iterator<Item = Handle> {
        self.slots.iter().filter(|(_, account)| !account.leaving).map(|(handle, _)| handle)
    }

    /// The account is there, and is not leaving.
    pub(super) fn stays(&self, handle: Handle) -> bool {
        self.slots.get(handle).is_some_and(|account| !account.leaving)
    }

    fn text_of(&self, handle: Handle, which: impl FnOnce(&Account) -> Span) -> Option<&[u8]> {
        self.slots.get(handle).map(|account| which(account).of(self.text.get(handle.index)))
    }

    /// Keeps the account's deadline in the heap.
    fn wake(&self, cx: &mut Context<'_>, handle: Handle) {
        if let Some(account) = self.slots.get(handle) {
            cx.wake(Object::Account(handle.index), account.deadline());
        }
    }
}
