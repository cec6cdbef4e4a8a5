//! An account as the application describes it.

use super::Accounts;
use super::account::Account;
use super::trusted;
use crate::base::cursor::Cursor;
use crate::base::limits::{EXPIRES, TARGET};
use crate::base::slots::Handle;
use crate::base::text::{Packer, Span};
use crate::base::time::Instant;
#[cfg(not(feature = "identity"))]
use crate::phone::Privacy;
use crate::phone::command::{RANDOM_USER, is_contact_user};
use crate::phone::context::Context;
use crate::phone::object::Object;
use crate::phone::reliable;
use crate::phone::write::write_proxy;
use crate::phone::{AccountConfig, CommandError};
#[cfg(feature = "identity")]
use crate::phone::{header_lines, identity};
use crate::sip::tag::Tag;
#[cfg(feature = "identity")]
use crate::wire::sip::Name;
use crate::wire::sip::{Scheme, Uri};

impl Accounts<'_> {
    /// Adds an account, of which nothing is under way yet.
    ///
    /// # Errors
    /// As [`crate::phone::Phone::account_add`].
    pub(in crate::phone) fn add(
        &mut self,
        cx: &mut Context<'_>,
        config: &AccountConfig<'_>,
    ) -> Result<Handle, CommandError> {
        let uri = self.check(config)?;
        self.check_location(config.location)?;
        #[cfg(feature = "timers")]
        config.session_timer.check()?;
        #[cfg(feature = "info")]
        if !config.digits.are_possible() {
            return Err(CommandError::Range);
        }
        if !cx.fixed.takes(config.codecs) {
            return Err(CommandError::Codec);
        }
        self.check_room(config, &uri)?;
        let handle = self.slots.insert(Account::EMPTY).ok_or(CommandError::Full)?;
        let mut account = pack(self.text.get_mut(handle.index), config, &uri).ok_or(CommandError::Text)?;
        account.tag = config.tag;
        account.no_register = config.no_register;
        account.media_any_host = config.media_any_host;
        account.codecs = config.codecs;
        #[cfg(feature = "codecs")]
        (account.answering = config.answering);
        account.patience = cx.fixed.patience.with(config.media_timeout);
        #[cfg(feature = "timers")]
        (account.session_timer = cx.fixed.session_timer.with(config.session_timer));
        account.wished_expires = if config.expires == 0 { EXPIRES } else { config.expires };
        account.keepalive = config.keepalive;
        account.transport = config.transport;
        #[cfg(feature = "identity")]
        (account.privacy = config.privacy);
        #[cfg(feature = "identity")]
        (account.location = keep_location(self.locations.get_mut(handle.index), config.location));
        #[cfg(feature = "reliable")]
        (account.reliable = config.reliable);
        #[cfg(feature = "info")]
        (account.digits = config.digits);
        #[cfg(feature = "message")]
        (account.messages = config.messages);
        #[cfg(feature = "imdn")]
        (account.notices = config.notices);
        #[cfg(feature = "publish")]
        (account.presence.by_itself = config.publish);
        #[cfg(feature = "refer")]
        (account.transfers = (config.refer, config.replaces));
        #[cfg(feature = "notify")]
        (account.watchers = (config.watchers, config.watcher_details));
        account.secret = cx.rng.next_u64();
        account.registration.id = cx.rng.next_u64();
        account.registration.local_tag = Tag { handle, secret: cx.rng.next_u64() };
        account.registration.ask = account.wished_expires;
        if let Some(slot) = self.slots.get_mut(handle) {
            *slot = account;
        }
        self.forget_trusted(handle);
        Ok(handle)
    }

    /// The texts of an account that could be added, and its URI.
    ///
    /// # Errors
    /// As [`Accounts::add`], but for a text that is too long.
    pub(super) fn check<'t>(&self, config: &AccountConfig<'t>) -> Result<Uri<'t>, CommandError> {
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
            #[cfg(feature = "numbers")]
            config.dial_plan,
            #[cfg(feature = "numbers")]
            config.dial_prefix,
            #[cfg(feature = "numbers")]
            config.emergency,
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
        // a call has so much room for its route
        let mut route = Cursor::new(&mut []);
        write_proxy(&mut route, config.proxy.as_bytes());
        if !config.proxy.is_empty() && route.needed() > TARGET {
            return Err(CommandError::Text);
        }
        // a user that would end its URI, or its header
        if !is_contact_user(config.contact_user) {
            return Err(CommandError::Text);
        }
        check_numbers(config)?;
        check_identity(config)?;
        crate::phone::packages::check_given(config.info_packages)?;
        if !reliable::can_be_met(config.reliable) {
            return Err(CommandError::Unsupported);
        }
        let names = trusted::names(config.trusted.as_bytes()).ok_or(CommandError::Hosts)?;
        if names > 0 && self.trusted_each == 0 {
            return Err(CommandError::Unsupported);
        }
        Ok(uri)
    }

    /// Bytes for the texts of each.
    pub(in crate::phone) const fn text_room(&self) -> usize {
        self.text.each()
    }

    /// The texts of an account find room in its block.
    ///
    /// # Errors
    /// [`CommandError::Text`]: they do not.
    pub(super) fn check_room(&self, config: &AccountConfig<'_>, uri: &Uri<'_>) -> Result<(), CommandError> {
        if packed_len(config, uri) > self.text.each() { Err(CommandError::Text) } else { Ok(()) }
    }

    /// The account is over. Its password does not outlive it.
    pub(in crate::phone) fn remove(&mut self, cx: &mut Context<'_>, handle: Handle) {
        if let Some(account) = self.slots.get(handle) {
            cx.orphan_commands(account.commands);
        }
        self.slots.remove(handle);
        cx.wake(Object::Account(handle.index), Instant::NEVER);
        self.text.get_mut(handle.index).fill(0);
        #[cfg(feature = "identity")]
        self.locations.get_mut(handle.index).fill(0);
        #[cfg(any(feature = "publish", feature = "notify"))]
        self.notes.get_mut(handle.index).fill(0);
        self.challenges.get_mut(handle.index).fill(0);
    }
}

impl Accounts<'_> {
    /// A document can be kept.
    pub(super) fn check_location(&self, document: &str) -> Result<(), CommandError> {
        #[cfg(feature = "identity")]
        return crate::phone::location::check(document, self.longest_location);
        #[cfg(not(feature = "identity"))]
        {
            let _ = self;
            if document.is_empty() { Ok(()) } else { Err(CommandError::Unsupported) }
        }
    }

    /// Bytes of the longest document that there is room for.
    #[cfg(feature = "identity")]
    pub(in crate::phone) const fn longest_location(&self) -> usize {
        self.longest_location
    }

    /// The requests of an account may be asked for a password that it has.
    #[cfg(any(feature = "identity", feature = "notify"))]
    pub(in crate::phone) fn has_password(&self, handle: Handle) -> bool {
        self.slots.get(handle).is_some_and(|account| !account.password.is_empty())
    }

    /// The document of an account's calls; empty: none.
    #[cfg(feature = "identity")]
    pub(in crate::phone) fn location(&self, handle: Handle) -> &[u8] {
        let len = self.slots.get(handle).map_or(0, |account| usize::from(account.location));
        self.locations.get(handle.index).get(..len).unwrap_or_default()
    }

    /// The document of a call; empty: none.
    #[cfg(feature = "identity")]
    pub(in crate::phone) fn call_location<'t>(
        &'t self,
        handle: Handle,
        options: &crate::phone::DialOptions<'t>,
    ) -> &'t [u8] {
        options.location.map_or_else(|| self.location(handle), str::as_bytes)
    }

    /// A call may have this document and these lines, but for its length.
    pub(in crate::phone) fn check_call_location(
        &self,
        handle: Handle,
        options: &crate::phone::DialOptions<'_>,
    ) -> Result<(), CommandError> {
        match self.check_location(options.location.unwrap_or_default()) {
            // its INVITE has to be known
            #[cfg(feature = "identity")]
            Err(CommandError::Location { .. }) => {}
            other => other?,
        }
        #[cfg(feature = "identity")]
        if !self.call_location(handle, options).is_empty() {
            let text = self.text.get(handle.index);
            let account = self.slots.get(handle).map_or(&[][..], |account| account.said[2].of(text));
            crate::phone::location::check_lines(options.headers.as_bytes())?;
            crate::phone::location::check_lines(account)?;
        }
        let _ = handle;
        Ok(())
    }
}

/// Keeps a document that fits. Returns its length.
#[cfg(feature = "identity")]
pub(super) fn keep_location(room: &mut [u8], document: &str) -> u16 {
    room.fill(0);
    room.get_mut(..document.len()).map_or(0, |room| {
        room.copy_from_slice(document.as_bytes());
        document.len() as u16
    })
}

/// Its identity and header lines can be kept.
#[cfg(feature = "identity")]
fn check_identity(config: &AccountConfig<'_>) -> Result<(), CommandError> {
    header_lines::check(config.headers, &[Name::Expires])?;
    header_lines::check(config.call_headers, &[])?;
    identity::check("", config.identity, config.privacy)
}

/// There are neither.
#[cfg(not(feature = "identity"))]
fn check_identity(config: &AccountConfig<'_>) -> Result<(), CommandError> {
    let none = [config.identity, config.headers, config.call_headers].iter().all(|text| text.is_empty());
    if none && config.privacy == Privacy::Inherited { Ok(()) } else { Err(CommandError::Unsupported) }
}

/// The rules for numbers can be kept.
#[cfg(feature = "numbers")]
fn check_numbers(config: &AccountConfig<'_>) -> Result<(), CommandError> {
    let known = config.dial_plan.is_empty() || crate::numbers::plan::is_valid(config.dial_plan.as_bytes());
    if !known {
        return Err(CommandError::Plan);
    }
    if crate::numbers::wrong_entry(config.emergency).is_some() { Err(CommandError::Emergency) } else { Ok(()) }
}

/// There are no rules for numbers.
#[cfg(not(feature = "numbers"))]
fn check_numbers(config: &AccountConfig<'_>) -> Result<(), CommandError> {
    let none = [config.dial_plan, config.dial_prefix, config.emergency].iter().all(|text| text.is_empty());
    if none { Ok(()) } else { Err(CommandError::Unsupported) }
}

fn sip(text: &str) -> Option<Uri<'_>> {
    Uri::parse(text.as_bytes()).ok().filter(|uri| matches!(uri.scheme, Scheme::Sip | Scheme::Sips))
}

pub(super) fn pack(block: &mut [u8], config: &AccountConfig<'_>, uri: &Uri<'_>) -> Option<Account> {
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
    let domain = domain_of(config.uri);
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
    #[cfg(feature = "numbers")]
    for (span, text) in account.numbers.iter_mut().zip([config.dial_prefix, config.dial_plan, config.emergency]) {
        *span = packer.add(text.as_bytes())?;
    }
    #[cfg(feature = "identity")]
    for (span, text) in account.said.iter_mut().zip([config.identity, config.headers, config.call_headers]) {
        *span = packer.add(text.as_bytes())?;
    }
    #[cfg(all(feature = "info", feature = "message"))]
    (account.packages = match config.info_packages {
        Some(names) => Some(packer.add(names.as_bytes())?),
        None => None,
    });
    debug_assert_eq!(packer.used(), packed_len(config, uri), "an account's texts are as long as was reckoned");
    account.fixed_end = packer.used() as u16;
    Some(account)
}

/// The text between the @ of a URI and its parameters.
pub(in crate::phone) fn domain_of(uri: &str) -> &[u8] {
    let behind = uri.as_bytes().rsplit(|byte| *byte == b'@').next().unwrap_or_default();
    let end = behind.iter().position(|byte| matches!(byte, b';' | b'?')).unwrap_or(behind.len());
    behind.get(..end).unwrap_or_default()
}

/// The bytes that [`pack`] takes.
fn packed_len(config: &AccountConfig<'_>, uri: &Uri<'_>) -> usize {
    let (user, domain) = (uri.user.unwrap_or_default().len(), domain_of(config.uri).len());
    let or = |text: &str, default: usize| if text.is_empty() { default } else { text.len() };
    let texts = [
        config.uri,
        config.proxy,
        config.password,
        config.realms,
        config.display_name,
        config.trusted,
        #[cfg(feature = "numbers")]
        config.dial_prefix,
        #[cfg(feature = "numbers")]
        config.dial_plan,
        #[cfg(feature = "numbers")]
        config.emergency,
        #[cfg(feature = "identity")]
        config.identity,
        #[cfg(feature = "identity")]
        config.headers,
        #[cfg(feature = "identity")]
        config.call_headers,
        #[cfg(all(feature = "info", feature = "message"))]
        config.info_packages.unwrap_or_default(),
        if config.contact_user == RANDOM_USER { "" } else { config.contact_user },
    ];
    let derived = user + domain + or(config.registrar, "sip:".len() + domain) + or(config.username, user);
    derived + texts.iter().map(|text| text.len()).sum::<usize>()
}
