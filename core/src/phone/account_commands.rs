//! Commands over accounts.

use super::accounts::Follows;
use super::event::Op;
use super::transactions::request::Owner;
use super::{AccountChange, AccountConfig, AccountId, AccountInfo, CommandError, Phone};
use crate::base::slots::Handle;
use crate::base::time::Instant;
#[cfg(feature = "notify")]
use crate::sip::notifier::Ending;

impl Phone<'_> {
    /// Adds an account. It registers when [`Phone::keep_registered`] or [`Phone::register`] is called.
    ///
    /// # Errors
    /// [`CommandError::Uri`] for a URI that is none, [`CommandError::Hosts`] for a list of trusted hosts that is none,
    /// [`CommandError::Unsupported`] for names in it where the capacity has no room for their addresses,
    /// [`CommandError::Text`] for a text that is too long or has controls,
    /// [`CommandError::Full`] when every account slot is in use.
    pub fn account_add(&mut self, now: Instant, config: &AccountConfig<'_>) -> Result<AccountId, CommandError> {
        #[cfg(all(feature = "info", feature = "message"))]
        super::packages::check_held(config.info_packages, self.messages.capacity())?;
        let handle = match self.lower.accounts.add(&mut self.lower.cx, config) {
            Err(CommandError::Full) if self.evict_removed() => self.lower.accounts.add(&mut self.lower.cx, config)?,
            added => added?,
        };
        self.lower.accounts.look_up_trusted(&mut self.lower.cx, now, handle);
        #[cfg(feature = "publish")]
        self.settle_publication(now, handle);
        Ok(AccountId(handle))
    }

    /// Changes an account's settings, all of them or none: its id, its calls and its binding stay. It registers
    /// anew where its binding, its credentials or the way to its registrar have changed, and after a failure that the
    /// change may have mended. A binding under another URI or at another registrar is left to run out. A default text
    /// follows what it is derived from: without a `username` it is the user of the new `uri`.
    ///
    /// # Errors
    /// As [`Phone::account_add`]; [`CommandError::Stale`]; [`CommandError::State`] when the phone is closing.
    pub fn account_update(
        &mut self,
        now: Instant,
        account: AccountId,
        change: &AccountChange<'_>,
    ) -> Result<(), CommandError> {
        self.hear(now);
        if self.lower.cx.closing {
            return Err(CommandError::State);
        }
        #[cfg(all(feature = "info", feature = "message"))]
        super::packages::check_held(change.info_packages, self.messages.capacity())?;
        let updated = self.lower.accounts.update(&mut self.lower.cx, now, account.0, change)?;
        if updated.way {
            self.leave_way(account.0);
        }
        // who watched may be nobody's caller any more: who still is comes again at once (rfc6665#4.1.3)
        #[cfg(feature = "notify")]
        if updated.other {
            self.watchers.leave_all(&mut self.lower, &self.calls, now, (Some(account.0), Ending::Deactivated));
        }
        match updated.follows {
            Follows::Stands => {}
            Follows::Register => self.keep_registered(now, account)?,
            Follows::Withdraw => self.withdraw(now, account.0),
        }
        #[cfg(feature = "subscribe")]
        if updated.credentials {
            self.subscriptions.has_credentials(&mut self.lower, now, account.0);
        }
        #[cfg(feature = "publish")]
        {
            if updated.credentials {
                self.publications.account_changed(&mut self.lower, now, account.0, updated.elsewhere);
            }
            self.settle_publication(now, account.0);
            // an account that publishes by itself tells its calls
            if change.publish.is_some() {
                self.presence_changed(account);
            }
        }
        Ok(())
    }

    /// The way of an account is another one. Its REGISTER under way is given up, and the addresses that its calls look
    /// for, or try next, are not its own: no credentials go there.
    fn leave_way(&mut self, account: Handle) {
        for index in 0..self.lower.transactions.request_capacity() {
            let Some(handle) = self.lower.transactions.request_at(index) else { continue };
            let Some(owner) = self.lower.transactions.request(handle).map(|request| request.owner()) else { continue };
            match owner {
                Owner::Account(one) if one == account => self.lower.end_request(handle),
                Owner::Dialog(dialog) if self.lower.dialogs.account_of(dialog) == account => {
                    self.lower.transactions.set_own_hop(handle, false);
                    self.lower.dialogs.set_own_hop(dialog, false);
                }
                _ => {}
            }
        }
    }

    /// Removes an account: it is unregistered first, and calls of it go on.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn account_remove(&mut self, now: Instant, account: AccountId) -> Result<(), CommandError> {
        self.hear(now);
        self.there(account)?;
        self.lower.accounts.leave(account.0);
        #[cfg(feature = "message")]
        self.messages.leave_all(&mut self.lower, now, Some(account.0));
        #[cfg(feature = "subscribe")]
        self.subscriptions.leave_all(&mut self.lower, now, Some(account.0));
        #[cfg(feature = "notify")]
        self.watchers.leave_all(&mut self.lower, &self.calls, now, (Some(account.0), Ending::NoResource));
        #[cfg(feature = "publish")]
        self.settle_publication(now, account.0);
        self.withdraw(now, account.0);
        self.calls.leave(&mut self.lower, account.0);
        Ok(())
    }

    /// The account is there, and is not leaving.
    fn there(&self, account: AccountId) -> Result<(), CommandError> {
        if self.lower.accounts.stays(account.0) { Ok(()) } else { Err(CommandError::Stale) }
    }

    /// An account that was removed, and whose last event alone is not fetched yet, gives way.
    fn evict_removed(&mut self) -> bool {
        for index in 0..self.lower.accounts.capacity() {
            let Some(handle) = self.lower.accounts.handle_at(index) else { continue };
            if self.lower.accounts.has_left(handle, false) && self.calls.remove_account(&mut self.lower, handle) {
                self.lower.cx.lose(1);
                return true;
            }
        }
        false
    }

    /// Registers an account, and keeps it registered. Registering again refreshes at once. [`super::EventKind::Done`]
    /// with the token has the result of the first try; while a REGISTER is under way the token joins it.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for an account that does not register; [`CommandError::Full`]
    /// when the end of one more command could not be kept.
    pub fn register(&mut self, now: Instant, account: AccountId, token: u64) -> Result<(), CommandError> {
        self.may_register(account)?;
        self.lower.accounts.begin(&mut self.lower.cx, account.0, Op::Register, token)?;
        self.keep_registered(now, account)
    }

    /// The same without a command of the application's: only [`super::EventKind::Account`] follows.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for an account that does not register.
    pub fn keep_registered(&mut self, now: Instant, account: AccountId) -> Result<(), CommandError> {
        self.hear(now);
        self.may_register(account)?;
        self.lower.accounts.want(&self.lower.cx, account.0);
        self.lower.accounts.tell(&mut self.lower.cx, account.0);
        self.send_register(now, account.0);
        #[cfg(feature = "publish")]
        self.settle_publication(now, account.0);
        Ok(())
    }

    fn may_register(&self, account: AccountId) -> Result<(), CommandError> {
        self.there(account)?;
        let may = self.lower.accounts.may_register(account.0) && !self.lower.cx.closing;
        if may { Ok(()) } else { Err(CommandError::State) }
    }

    /// Takes a registration back. [`super::EventKind::Done`] with the token follows when it is gone.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Full`] when the end of one more command could not be kept.
    pub fn unregister(&mut self, now: Instant, account: AccountId, token: u64) -> Result<(), CommandError> {
        self.hear(now);
        self.there(account)?;
        self.lower.accounts.begin(&mut self.lower.cx, account.0, Op::Unregister, token)?;
        self.withdraw(now, account.0);
        Ok(())
    }

    pub(super) fn withdraw(&mut self, now: Instant, handle: Handle) {
        let Some(withdrawn) = self.lower.accounts.withdraw(&mut self.lower.cx, handle) else { return };
        #[cfg(feature = "publish")]
        self.settle_publication(now, handle);
        let request = self.lower.transactions.request(withdrawn.request);
        // one that waits for its addresses was never sent
        let unsent = request.is_some_and(|request| !request.was_sent());
        if withdrawn.bound {
            self.send_register(now, handle);
        } else if unsent || withdrawn.request.is_none() {
            self.lower.end_request(withdrawn.request);
            self.lower.accounts.withdrawn(&self.lower.cx, handle);
            self.lower.accounts.tell(&mut self.lower.cx, handle);
        }
    }

    /// An account, in numbers.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn account_info(&self, account: AccountId) -> Result<AccountInfo, CommandError> {
        self.lower.accounts.info(account.0).ok_or(CommandError::Stale)
    }

    /// The accounts.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.lower.accounts.handles().map(AccountId)
    }
}
