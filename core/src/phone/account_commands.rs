//! Commands over accounts.

use super::accounts::account::Account;
use super::event::Op;
use super::object::Object;
use super::transactions::request::Stage;
use super::trusted;
use super::{AccountConfig, AccountId, AccountInfo, AccountState, Cause, CommandError, Phone};
use crate::base::limits::EXPIRES;
use crate::base::slots::Handle;
use crate::base::text::{Packer, Span};
use crate::base::time::Instant;
use crate::sip::tag::Tag;
use crate::wire::sip::{Scheme, Uri};

impl Phone<'_> {
    /// Adds an account. It registers when [`Phone::keep_registered`] or [`Phone::register`] is called.
    ///
    /// # Errors
    /// [`CommandError::Uri`] for a URI that is none, [`CommandError::Hosts`] for a list of trusted hosts that is none,
    /// [`CommandError::Unsupported`] for names in it where the capacity has no room for their addresses,
    /// [`CommandError::Text`] for a text that is too long or has controls,
    /// [`CommandError::Full`] when every account slot is in use.
    pub fn account_add(&mut self, now: Instant, config: &AccountConfig<'_>) -> Result<AccountId, CommandError> {
        let texts = [
            config.uri,
            config.registrar,
            config.proxy,
            config.username,
            config.password,
            config.realms,
            config.display_name,
            config.contact_user,
            config.trusted,
        ];
        if texts.iter().any(|text| text.bytes().any(|byte| byte < 0x20 || byte == 0x7f)) {
            return Err(CommandError::Text);
        }
        let uri =
            sip(config.uri).filter(|uri| uri.user.is_some() && uri.headers.is_empty()).ok_or(CommandError::Uri)?;
        for other in [config.registrar, config.proxy] {
            if !other.is_empty() && sip(other).is_none() {
                return Err(CommandError::Uri);
            }
        }
        // a user that would end its URI, or its header
        if !matches!(config.contact_user, "" | RANDOM_USER) && sip_user(config.contact_user).is_none() {
            return Err(CommandError::Text);
        }
        let names = trusted::names(config.trusted.as_bytes()).ok_or(CommandError::Hosts)?;
        if names > 0 && self.lower.cx.fixed.trusted == 0 {
            return Err(CommandError::Unsupported);
        }
        if self.lower.accounts.slots.is_full() {
            self.evict_removed();
        }
        let handle = self.lower.accounts.slots.insert(Account::EMPTY).ok_or(CommandError::Full)?;
        let block = self.lower.accounts.text.get_mut(handle.index);
        let packed = pack_account(block, config, &uri);
        let Some(mut account) = packed else {
            self.lower.accounts.slots.remove(handle);
            return Err(CommandError::Text);
        };
        account.tag = config.tag;
        account.no_register = config.no_register;
        account.media_any_host = config.media_any_host;
        account.patience = self.lower.cx.fixed.patience.with(config.media_timeout);
        account.wished_expires = if config.expires == 0 { EXPIRES } else { config.expires };
        account.keepalive = config.keepalive;
        account.secret = self.lower.cx.rng.next_u64();
        account.registration.id = self.lower.cx.rng.next_u64();
        account.registration.local_tag = Tag { handle, secret: self.lower.cx.rng.next_u64() };
        account.registration.ask = account.wished_expires;
        if let Some(slot) = self.lower.accounts.slots.get_mut(handle) {
            *slot = account;
        }
        self.forget_trusted(handle);
        self.look_up_trusted(now, handle);
        Ok(AccountId(handle))
    }

    /// Removes an account: it is unregistered first, and calls of it go on.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn account_remove(&mut self, now: Instant, account: AccountId) -> Result<(), CommandError> {
        self.hear(now);
        let slot = self
            .lower
            .accounts
            .slots
            .get_mut(account.0)
            .filter(|account| !account.leaving)
            .ok_or(CommandError::Stale)?;
        slot.leaving = true;
        self.withdraw(now, account.0);
        self.leave(account.0);
        Ok(())
    }

    /// An account that was removed, and whose end alone is not told yet, gives way.
    fn evict_removed(&mut self) {
        for index in 0..self.lower.accounts.slots.capacity() as u32 {
            let Some(handle) = self.lower.accounts.slots.handle_at(index) else { continue };
            let Some(account) = self.lower.accounts.slots.get_mut(handle).filter(|account| account.leaving) else {
                continue;
            };
            let untold = core::mem::take(&mut account.pending);
            self.leave(handle);
            match self.lower.accounts.slots.get_mut(handle) {
                Some(account) => account.pending = untold,
                None => return self.lose(),
            }
        }
    }

    /// Registers an account, and keeps it registered. Registering again refreshes at once. [`super::EventKind::Done`]
    /// with the token tells how the first try ended; while a REGISTER is under way the token joins it.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for an account that does not register; [`CommandError::Full`]
    /// when the end of one more command could not be kept.
    pub fn register(&mut self, now: Instant, account: AccountId, token: u64) -> Result<(), CommandError> {
        let slot =
            self.lower.accounts.slots.get(account.0).filter(|account| !account.leaving).ok_or(CommandError::Stale)?;
        if slot.no_register || self.lower.cx.closing {
            return Err(CommandError::State);
        }
        self.begin_registration(account.0, Op::Register, token)?;
        self.keep_registered(now, account)
    }

    /// The same as no command of the application's: [`super::EventKind::Account`] alone tells how it goes.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::State`] for an account that does not register.
    pub fn keep_registered(&mut self, now: Instant, account: AccountId) -> Result<(), CommandError> {
        self.hear(now);
        let slot = self
            .lower
            .accounts
            .slots
            .get_mut(account.0)
            .filter(|account| !account.leaving)
            .ok_or(CommandError::Stale)?;
        if slot.no_register || self.lower.cx.closing {
            return Err(CommandError::State);
        }
        slot.registration.wanted = true;
        slot.registration.failures = 0;
        slot.registration.interval_tries = 0;
        slot.registration.refusals = 0;
        slot.registration.ask = slot.wished_expires;
        self.set_account_state(account.0, AccountState::Registering, Cause::Normal, 0);
        self.send_register(now, account.0);
        Ok(())
    }

    fn begin_registration(&mut self, handle: Handle, op: Op, token: u64) -> Result<(), CommandError> {
        let object = Object::Account(handle.index);
        if token == 0 && self.joins(object, op) { Ok(()) } else { self.begin(object, handle, op, token) }
    }

    /// Takes a registration back. [`super::EventKind::Done`] with the token tells that it is gone.
    ///
    /// # Errors
    /// [`CommandError::Stale`]; [`CommandError::Full`] when the end of one more command could not be kept.
    pub fn unregister(&mut self, now: Instant, account: AccountId, token: u64) -> Result<(), CommandError> {
        self.hear(now);
        self.lower.accounts.slots.get(account.0).filter(|account| !account.leaving).ok_or(CommandError::Stale)?;
        self.begin_registration(account.0, Op::Unregister, token)?;
        self.withdraw(now, account.0);
        Ok(())
    }

    pub(super) fn withdraw(&mut self, now: Instant, handle: Handle) {
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        account.registration.wanted = false;
        account.registration.next = Instant::NEVER;
        let (bound, under_way) = (account.is_bound(), account.registration.request);
        // one that waits for its addresses was never sent
        let unsent = !bound
            && self
                .lower
                .transactions
                .request(under_way)
                .is_some_and(|request| request.stage != Stage::Running && request.branch == 0);
        if unsent {
            self.end_request(under_way);
        }
        let busy = !unsent && !under_way.is_none();
        let Some(account) = self.lower.accounts.slots.get_mut(handle) else { return };
        if account.is_bound() {
            self.send_register(now, handle);
        } else if !busy {
            if account.state != AccountState::Unregistered {
                self.set_account_state(handle, AccountState::Unregistered, Cause::Normal, 0);
            }
            self.end_registration(handle);
        }
        self.schedule(Object::Account(handle.index));
    }

    /// An account, in numbers.
    ///
    /// # Errors
    /// [`CommandError::Stale`].
    pub fn account_info(&self, account: AccountId) -> Result<AccountInfo, CommandError> {
        let slot = self.lower.accounts.slots.get(account.0).ok_or(CommandError::Stale)?;
        Ok(AccountInfo {
            account,
            tag: slot.tag,
            state: slot.state,
            expires: slot.registration.expires,
            sip_code: slot.sip_code,
            result: slot.cause,
        })
    }

    /// The accounts.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.lower.accounts.slots.iter().filter(|(_, account)| !account.leaving).map(|(handle, _)| AccountId(handle))
    }
}

fn sip(text: &str) -> Option<Uri<'_>> {
    Uri::parse(text.as_bytes()).ok().filter(|uri| matches!(uri.scheme, Scheme::Sip | Scheme::Sips))
}

/// `AccountConfig::contact_user`: the secret is the user.
const RANDOM_USER: &str = "*";

/// A text that may stand before the `@` of a URI.
fn sip_user(text: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/%".contains(&byte);
    (!text.is_empty() && text.bytes().all(plain)).then_some(text)
}

fn pack_account(block: &mut [u8], config: &AccountConfig<'_>, uri: &Uri<'_>) -> Option<Account> {
    let mut account = Account { ..Account::EMPTY };
    let mut packer = Packer::new(block, 0);
    account.uri = packer.add(config.uri.as_bytes())?;
    let user = uri.user.unwrap_or_default();
    account.user = packer.add(user)?;
    account.contact_user = match config.contact_user {
        "" => account.user,
        RANDOM_USER => Span::EMPTY,
        contact => packer.add(contact.as_bytes())?,
    };
    // what stands between the @ and the parameters
    let behind = config.uri.as_bytes().rsplit(|byte| *byte == b'@').next().unwrap_or_default();
    let end = behind.iter().position(|byte| matches!(byte, b';' | b'?')).unwrap_or(behind.len());
    let domain = behind.get(..end).unwrap_or_default();
    account.domain = packer.add(domain)?;
    account.registrar = match config.registrar {
        "" => packer.add_parts(&[b"sip:", domain])?,
        registrar => packer.add(registrar.as_bytes())?,
    };
    account.proxy = packer.add(config.proxy.as_bytes())?;
    account.username = packer.add(if config.username.is_empty() { user } else { config.username.as_bytes() })?;
    account.password = packer.add(config.password.as_bytes())?;
    account.realms = packer.add(config.realms.as_bytes())?;
    account.display_name = packer.add(config.display_name.as_bytes())?;
    account.trusted = packer.add(config.trusted.as_bytes())?;
    account.fixed_end = packer.used() as u16;
    Some(account)
}
