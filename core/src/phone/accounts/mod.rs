//! Accounts: identity, registration, credentials and challenges, the way to the registrar, and the callers that are let
//! in.

pub(super) mod account;
mod binding;
mod callers;
mod challenge;
mod config;
mod credentials;
#[cfg(feature = "subscribe")]
mod mailbox;
#[cfg(any(feature = "publish", feature = "notify"))]
mod presence;
mod register;
mod registration;
mod told;
pub(super) mod trusted;
#[cfg(feature = "subscribe")]
mod unsolicited;
mod update;
mod way;

pub(super) use binding::Registered;
pub(super) use callers::Caller;
pub(super) use challenge::{Asked, Chosen, Facts};
#[cfg(feature = "rules")]
pub(super) use config::domain_of;
pub(super) use credentials::Digest;
pub(super) use register::Leaving;
pub(super) use registration::Todo;
pub(super) use update::Follows;

use super::capacity::Capacity;
use super::context::Context;
use super::lender::Lender;
use super::object::Object;
use crate::base::blocks::Blocks;
use crate::base::limits::CHALLENGES;
#[cfg(feature = "subscribe")]
use crate::base::limits::MAILBOX_URI;
use crate::base::slots::{Entry, Handle, Slots};
use crate::base::text::Span;
use account::Account;
use trusted::Trusted;

/// Accounts, their registrations and challenges.
pub(super) struct Accounts<'a> {
    slots: Slots<'a, Account>,
    text: Blocks<'a>,
    /// Documents that say where its callers are.
    #[cfg(feature = "identity")]
    locations: Blocks<'a>,
    /// Bytes of the longest one.
    #[cfg(feature = "identity")]
    longest_location: usize,
    challenges: Blocks<'a>,
    /// The URIs of mailboxes.
    #[cfg(feature = "subscribe")]
    mailboxes: Blocks<'a>,
    /// The notes of their own presence.
    #[cfg(any(feature = "publish", feature = "notify"))]
    notes: Blocks<'a>,
    /// Addresses of the names that accounts trust, account by account.
    trusted: &'a mut [Trusted],
    /// The number of them for each account.
    trusted_each: usize,
}

impl<'a> Accounts<'a> {
    /// The room, with as many slots as the capacity has.
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let count = capacity.accounts as usize;
        let (text, challenges) = (capacity.account_text as usize, CHALLENGES * capacity.challenge as usize);
        let trusted_each = capacity.trusted as usize;
        Self {
            slots: Slots::new(lender.lend(count, Entry::free())),
            text: Blocks::new(lender.zeroed(count * text), text),
            #[cfg(feature = "identity")]
            locations: Blocks::new(lender.zeroed(count * capacity.location()), capacity.location()),
            #[cfg(feature = "identity")]
            longest_location: capacity.location(),
            challenges: Blocks::new(lender.zeroed(count * challenges), challenges),
            #[cfg(feature = "subscribe")]
            mailboxes: Blocks::new(lender.zeroed(count * MAILBOX_URI), MAILBOX_URI),
            #[cfg(any(feature = "publish", feature = "notify"))]
            notes: Blocks::new(lender.zeroed(count * capacity.presence_note()), capacity.presence_note()),
            trusted: lender.zeroed(count * trusted_each),
            trusted_each,
        }
    }

    /// Every id of an account has this mark.
    pub(super) fn mark(&mut self, mark: u8) {
        self.slots.mark(mark);
    }

    /// The number of accounts, those that are leaving among them.
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
