//! An account is changed in place.

use super::Accounts;
use super::account::Account;
use super::config::pack;
use crate::base::copying::copy;
use crate::base::slots::Handle;
use crate::base::text::{Packer, Span};
use crate::base::time::Instant;
use crate::phone::command::RANDOM_USER;
use crate::phone::context::Context;
use crate::phone::{AccountChange, AccountConfig, CommandError};
use crate::sip::auth::PackedChallenge;

/// Bytes of an account's texts that an update can hold while it writes them anew: as many as a host's account has.
const TEXTS: usize = 1024;

/// An account was changed.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(in crate::phone) struct Updated {
    /// Requests under way take a way that is not the account's any more.
    pub(in crate::phone) way: bool,
    /// It is another identity, or others may ask it.
    #[cfg(feature = "notify")]
    pub(in crate::phone) other: bool,
    /// Challenges may be answered otherwise than before.
    #[cfg(any(feature = "subscribe", feature = "publish"))]
    pub(in crate::phone) credentials: bool,
    /// Its party or its server is another one.
    #[cfg(feature = "publish")]
    pub(in crate::phone) elsewhere: bool,
    pub(in crate::phone) follows: Follows,
}

/// The consequence for the registration of an account that was changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::phone) enum Follows {
    /// It stays as it is.
    Stands,
    /// It is to be made, or made anew.
    Register,
    /// It is to be taken back.
    Withdraw,
}

impl Accounts<'_> {
    /// Changes an account's settings, all of them or none.
    ///
    /// # Errors
    /// As [`crate::phone::Phone::account_update`].
    // `inline(never)`: keeps the texts off the deepest embedded stack path
    #[inline(never)]
    pub(in crate::phone) fn update(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        handle: Handle,
        change: &AccountChange<'_>,
    ) -> Result<Updated, CommandError> {
        let old = self.slots.get(handle).filter(|account| !account.leaving).ok_or(CommandError::Stale)?;
        let mut room = [0; TEXTS];
        let before = room.get_mut(..old.texts_end()).ok_or(CommandError::Full)?;
        copy(self.text.get(handle.index), before);
        let before = &*before;
        let config = merged(old, before, change);
        let uri = self.check(&config)?;
        self.check_location(change.location.unwrap_or_default())?;
        #[cfg(feature = "timers")]
        change.session_timer.check()?;
        #[cfg(feature = "info")]
        if !change.digits.are_possible() {
            return Err(CommandError::Range);
        }
        if !cx.fixed.takes(change.codecs.unwrap_or_default()) {
            return Err(CommandError::Codec);
        }
        self.check_room(&config, &uri)?;
        let block = self.text.get_mut(handle.index);
        let new = pack(block, &config, &uri).ok_or(CommandError::Text)?;
        let differs = |of: fn(&Account) -> Span| of(old).of(before) != of(&new).of(block);
        let way = change.transport.is_some_and(|new| old.transport != Some(new))
            || differs(|account| account.domain)
            || differs(|account| account.registrar)
            || differs(|account| account.proxy);
        let binding = way
            || differs(|account| account.uri)
            || differs(|account| account.username)
            || differs(|account| account.password)
            || differs(|account| account.contact_user)
            || (change.expires != 0 && change.expires != old.wished_expires);
        let trusts = differs(|account| account.trusted);
        #[cfg(any(feature = "subscribe", feature = "publish"))]
        let credentials = binding || differs(|account| account.realms);
        #[cfg(any(feature = "subscribe", feature = "notify", feature = "publish"))]
        let other = way || differs(|account| account.uri);
        // the realms that the registrar asked with are still known, if they have room; those of another are not
        let mut packer = Packer::new(block, usize::from(new.fixed_end));
        let learnt = old.learnt.map(|realm| match realm.of(before) {
            realm if way || realm.is_empty() => Span::EMPTY,
            realm => packer.add(realm).unwrap_or_default(),
        });
        // an old password does not outlive its change
        let used = packer.used();
        block.get_mut(used..).unwrap_or_default().fill(0);
        let account = self.slots.get_mut(handle).ok_or(CommandError::Stale)?;
        account.take_texts(&new, learnt);
        #[cfg(feature = "subscribe")]
        if other {
            account.unsolicited.forget_mailbox();
        }
        #[cfg(feature = "identity")]
        if let Some(location) = change.location {
            account.location = super::config::keep_location(self.locations.get_mut(handle.index), location);
        }
        account.patience = account.patience.with(change.media_timeout);
        #[cfg(feature = "timers")]
        (account.session_timer = account.session_timer.with(change.session_timer));
        account.media_any_host = change.media_any_host.unwrap_or(account.media_any_host);
        account.codecs = change.codecs.unwrap_or(account.codecs);
        #[cfg(feature = "codecs")]
        (account.answering = change.answering.or(account.answering));
        let said = |new: u32, old: u32| if new == 0 { old } else { new };
        account.wished_expires = said(change.expires, account.wished_expires);
        account.keepalive = said(change.keepalive, account.keepalive);
        #[cfg(feature = "identity")]
        (account.privacy = change.privacy.or(account.privacy));
        #[cfg(feature = "reliable")]
        (account.reliable = change.reliable.or(account.reliable));
        #[cfg(feature = "info")]
        (account.digits = change.digits.or(account.digits));
        #[cfg(feature = "message")]
        (account.messages = change.messages.or(account.messages));
        #[cfg(feature = "imdn")]
        (account.notices = change.notices.or(account.notices));
        #[cfg(feature = "publish")]
        (account.presence.by_itself = change.publish.unwrap_or(account.presence.by_itself));
        #[cfg(feature = "refer")]
        (account.transfers = (change.refer.or(account.transfers.0), change.replaces.or(account.transfers.1)));
        #[cfg(feature = "notify")]
        (account.watchers = (change.watchers.or(account.watchers.0), change.watcher_details.or(account.watchers.1)));
        account.transport = change.transport.or(account.transport);
        account.tag = if change.tag == 0 { account.tag } else { change.tag };
        if way {
            account.hop = None;
            account.own = Account::EMPTY.own;
            account.challenges.iter_mut().for_each(|kept| kept.challenge = PackedChallenge::EMPTY);
        }
        let before = !account.no_register;
        let registers = change.registers.unwrap_or(before);
        account.no_register = !registers;
        let follows = match (before, registers) {
            (true, false) => Follows::Withdraw,
            (false, true) => Follows::Register,
            (true, true) if binding && account.registration.wanted => {
                account.registration.again = !way && !account.registration.request.is_none();
                Follows::Register
            }
            // a binding that is being taken back, and its request is given up with its way
            _ if way && !account.registration.request.is_none() => Follows::Withdraw,
            _ => Follows::Stands,
        };
        if trusts {
            self.trust_others(cx, now, handle);
        }
        Ok(Updated {
            way,
            #[cfg(feature = "notify")]
            other: other || trusts,
            #[cfg(any(feature = "subscribe", feature = "publish"))]
            credentials,
            #[cfg(feature = "publish")]
            elsewhere: other,
            follows,
        })
    }
}

/// The account as it is to be. A text that was a default becomes the new default.
fn merged<'t>(old: &Account, text: &'t [u8], change: &AccountChange<'t>) -> AccountConfig<'t> {
    let read = |span: Span| core::str::from_utf8(span.of(text)).unwrap_or_default();
    let kept = |span: Span, default: bool| if default { "" } else { read(span) };
    let usual_registrar = read(old.registrar).strip_prefix("sip:") == Some(read(old.domain));
    let contact =
        if old.contact_user.is_empty() { RANDOM_USER } else { kept(old.contact_user, old.contact_user == old.user) };
    #[cfg(feature = "numbers")]
    let [prefix, plan, emergency] = old.numbers;
    #[cfg(not(feature = "numbers"))]
    let [prefix, plan, emergency] = [Span::EMPTY; 3];
    #[cfg(feature = "identity")]
    let [identity, headers, call_headers] = old.said;
    #[cfg(not(feature = "identity"))]
    let [identity, headers, call_headers] = [Span::EMPTY; 3];
    AccountConfig {
        uri: change.uri.unwrap_or(read(old.uri)),
        registrar: change.registrar.unwrap_or(kept(old.registrar, usual_registrar)),
        proxy: change.proxy.unwrap_or(read(old.proxy)),
        username: change.username.unwrap_or(kept(old.username, read(old.username) == read(old.user))),
        password: change.password.unwrap_or(read(old.password)),
        realms: change.realms.unwrap_or(read(old.realms)),
        display_name: change.display_name.unwrap_or(read(old.display_name)),
        contact_user: change.contact_user.unwrap_or(contact),
        trusted: change.trusted.unwrap_or(read(old.trusted)),
        identity: change.identity.unwrap_or(read(identity)),
        headers: change.headers.unwrap_or(read(headers)),
        call_headers: change.call_headers.unwrap_or(read(call_headers)),
        privacy: change.privacy,
        reliable: change.reliable,
        answering: change.answering,
        dial_plan: change.dial_plan.unwrap_or(read(plan)),
        dial_prefix: change.dial_prefix.unwrap_or(read(prefix)),
        emergency: change.emergency.unwrap_or(read(emergency)),
        #[cfg(all(feature = "info", feature = "message"))]
        info_packages: change.info_packages.or(old.packages.map(read)),
        #[cfg(not(all(feature = "info", feature = "message")))]
        info_packages: change.info_packages,
        ..AccountConfig::default()
    }
}
