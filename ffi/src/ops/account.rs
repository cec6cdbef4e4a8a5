//! Accounts.

use super::codecs::answering;
use super::media::timeout;
use super::{Done, account_id, range, refused, switch};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use core::ffi::c_char;
use microsip_core::base::features;
use microsip_core::base::limits::TARGET;
use microsip_core::base::time::Instant;
use microsip_core::numbers::wrong_entry;
use microsip_core::phone::header_lines::wrong_line;
use microsip_core::phone::{
    AccountChange, AccountConfig, AccountId, CommandError, Package, Phone, Privacy, Rules, Transport, is_contact_user,
};
use microsip_core::wire::sip::{Name, Uri};

/// One of MICROSIP_UDP and MICROSIP_TCP; `None`: not set.
fn transport(value: u32) -> Result<Option<Transport>, Fail> {
    match value {
        0 => Ok(None),
        _ if !features::STREAM && value != MICROSIP_UDP => {
            Err(Fail::command(CommandError::Unsupported, "a->transport", Value::None))
        }
        MICROSIP_UDP => Ok(Some(Transport::Udp)),
        MICROSIP_TCP if features::STREAM => Ok(Some(Transport::Tcp)),
        MICROSIP_TCP | MICROSIP_TLS => {
            let fix = "is a transport that this library is built without";
            Err(Fail::new(MICROSIP_E_UNSUPPORTED, "a->transport", Value::Number(i64::from(value)), fix))
        }
        _ => Err(range("a->transport", value, "is neither MICROSIP_UDP nor MICROSIP_TCP")),
    }
}

/// The privacy of a caller.
pub(super) fn privacy(value: u32, argument: &'static str) -> Result<Privacy, Fail> {
    match value {
        0 => Ok(Privacy::Inherited),
        MICROSIP_PRIVACY_NONE => Ok(Privacy::None),
        MICROSIP_PRIVACY_ID => Ok(Privacy::Id),
        MICROSIP_PRIVACY_ANONYMOUS => Ok(Privacy::Anonymous),
        _ => Err(range(argument, value, "is no MICROSIP_PRIVACY_*")),
    }
}

/// The members of a struct that are set: not NULL, and not 0.
///
/// # Safety
/// Pointers as the C function documents them; its texts live as long as they are used.
unsafe fn said<'c>(a: *const microsip_account) -> Result<(AccountChange<'c>, *const microsip_rules), Fail> {
    // SAFETY: this and the following: by the C function's contract.
    let given = unsafe { pointer::read(a, "a")? };
    built(&given)?;
    if features::PUBLISH && given.reserved_publish != 0 {
        return Err(Fail::new(MICROSIP_E_NEWER, "a->reserved_publish", Value::None, "is not 0: use MICROSIP_ZERO"));
    }
    if features::PACKAGES && !given.reserved_packages.is_null() {
        return Err(Fail::new(MICROSIP_E_NEWER, "a->reserved_packages", Value::None, "is not NULL: use MICROSIP_ZERO"));
    }
    // SAFETY: as above.
    let change = unsafe {
        AccountChange {
            uri: text::optional(given.uri, "a->uri")?,
            registrar: text::optional(given.registrar, "a->registrar")?,
            proxy: text::optional(given.proxy, "a->proxy")?,
            username: text::optional(given.username, "a->username")?,
            password: text::optional(given.password, "a->password")?,
            realms: text::optional(given.realms, "a->realms")?,
            display_name: text::optional(given.display_name, "a->display_name")?,
            contact_user: text::optional(given.contact_user, "a->contact_user")?,
            trusted: text::optional(given.trusted, "a->trusted")?,
            privacy: if features::IDENTITY { privacy(given.privacy, "a->privacy")? } else { Privacy::Inherited },
            identity: text_with(features::IDENTITY, given.identity, "a->identity")?,
            headers: text_with(features::IDENTITY, given.headers, "a->headers")?,
            call_headers: text_with(features::IDENTITY, given.call_headers, "a->call_headers")?,
            location: text_with(features::IDENTITY, given.location, "a->location")?,
            dial_plan: text_with(features::NUMBERS, given.dial_plan, "a->dial_plan")?,
            dial_prefix: text_with(features::NUMBERS, given.dial_prefix, "a->dial_prefix")?,
            emergency: text_with(features::NUMBERS, given.emergency, "a->emergency")?,
            digits: super::digits::said!(given, "a->")?,
            messages: super::message::policy(given.messages, "a->messages")?,
            info_packages: text_with(features::PACKAGES, given.info_packages, "a->info_packages")?,
            notices: super::message::notices(given.notices, "a->notices")?,
            refer: super::policy::policy(given.refer, "a->refer")?,
            replaces: super::policy::policy(given.replaces, "a->replaces")?,
            watchers: super::watcher::policy(given.watchers, "a->watchers")?,
            watcher_details: super::watcher::details(given.watcher_details, "a->watcher_details")?,
            publish: switch(given.publish, "a->publish")?,
            registers: switch(given.registers, "a->registers")?,
            media_any_host: switch(given.media_any_host, "a->media_any_host")?,
            media_timeout: timeout((given.media_timeout, given.media_lost), ("a->media_timeout", "a->media_lost"))?,
            codecs: super::codecs::of_account(given.codecs, "a->codecs")?,
            reliable: super::reliable::wish(given.reliable, "a->reliable")?,
            session_timer: super::timers::said!(given, "a->")?,
            answering: answering((given.own_order, given.single_codec), ("a->own_order", "a->single_codec"))?,
            expires: given.expires,
            keepalive: given.keepalive,
            transport: transport(given.transport)?,
            tag: given.tag,
        }
    };
    Ok((change, given.rules))
}

/// The members of features that this library is built without are not set.
fn built(given: &microsip_account) -> Done {
    let refused = |argument| Err(Fail::command(CommandError::Unsupported, argument, Value::None));
    let numbers = [given.dial_plan, given.dial_prefix, given.emergency];
    if !features::NUMBERS && numbers != [core::ptr::null(); 3] {
        return refused("a->dial_plan, a->dial_prefix or a->emergency");
    }
    let identity = [given.identity, given.headers, given.call_headers, given.location];
    if !features::IDENTITY && (given.privacy != 0 || identity != [core::ptr::null(); 4]) {
        return refused("a->privacy, a->identity, a->headers, a->call_headers or a->location");
    }
    let packages = [given.info_packages, given.reserved_packages];
    if !features::PACKAGES && packages != [core::ptr::null(); 2] {
        return refused("a->info_packages");
    }
    let messages = if features::MESSAGE { 0 } else { given.messages };
    let transfers = if features::REFER { 0 } else { given.refer | given.replaces };
    if !features::IMDN && given.notices != 0 {
        return refused("a->notices");
    }
    if !features::PUBLISH && given.publish | given.reserved_publish != 0 {
        return refused("a->publish");
    }
    let watchers = if features::NOTIFY { 0 } else { given.watchers | given.watcher_details };
    if !features::RULES && !given.rules.is_null() || messages | transfers | watchers != 0 {
        return refused("a->rules, a->messages, a->refer, a->replaces, a->watchers or a->watcher_details");
    }
    Ok(())
}

/// A text of a feature; without it, [`built`] has found none.
unsafe fn text_with<'c>(built: bool, text: *const c_char, argument: &'static str) -> Result<Option<&'c str>, Fail> {
    // SAFETY: passed on.
    if built { unsafe { text::optional(text, argument) } } else { Ok(None) }
}

/// Its rules; `None`: they are not set.
///
/// # Safety
/// As [`said`].
unsafe fn rules_of<'c>(rules: *const microsip_rules) -> Result<Option<Rules<'c>>, Fail> {
    if !features::RULES || rules.is_null() {
        return Ok(None);
    }
    // SAFETY: passed on.
    unsafe { super::rules::said(rules, "a->rules") }.map(Some)
}

/// A refused account: the text of it that is at fault.
fn wrong(error: CommandError, account: Value, (phone, given): (&Phone<'_>, &AccountChange<'_>)) -> Fail {
    match error {
        CommandError::Full => Fail::command(error, "max_accounts", Value::None),
        CommandError::Text => match given.proxy.filter(|proxy| proxy.len() > TARGET - "<;lr>".len()) {
            Some(proxy) => Fail::command(error, "a->proxy (256 bytes as a route)", Value::text(proxy)),
            None if cfg!(feature = "sentences") => {
                let place = ("a->location", given.location.unwrap_or_default());
                super::texts::location_controls(place).unwrap_or_else(|| untold(given, phone.text_rooms().account))
            }
            None => Fail::command(error, "a", Value::None),
        },
        CommandError::Codec => Fail::command(error, "a->codecs", Value::None),
        CommandError::Packages | CommandError::Unheld => {
            Fail::command(error, "a->info_packages", Value::text(given.info_packages.unwrap_or_default()))
        }
        CommandError::HeaderLine | CommandError::HeaderOwned => {
            let (own, calls) = (given.headers.unwrap_or_default(), given.call_headers.unwrap_or_default());
            let expires = &[Name::Expires];
            if !cfg!(feature = "sentences") {
                Fail::command(error, "a", Value::None)
            } else if wrong_line(own, expires).is_some() {
                super::texts::lines(error, ("a->headers", own), expires)
            } else {
                super::texts::lines(error, ("a->call_headers", calls), &[])
            }
        }
        CommandError::Location { most } => {
            let len = given.location.unwrap_or_default().len();
            Fail::command(error, "a->location", Value::bytes(len, most.bytes()))
        }
        CommandError::Emergency if cfg!(feature = "sentences") => {
            let entry = wrong_entry(given.emergency.unwrap_or_default()).unwrap_or_default();
            Fail::command(error, "a->emergency", Value::part(entry))
        }
        CommandError::Plan => Fail::command(error, "a->dial_plan", Value::text(given.dial_plan.unwrap_or_default())),
        CommandError::Unsupported
            if cfg!(feature = "sentences")
                && phone.text_rooms().location == 0
                && given.location.is_some_and(|text| !text.is_empty()) =>
        {
            Fail::new(MICROSIP_E_UNSUPPORTED, "a->location", Value::None, super::texts::NO_LOCATION)
        }
        CommandError::Hosts | CommandError::Unsupported => {
            Fail::command(error, "a->trusted", Value::text(given.trusted.unwrap_or_default()))
        }
        CommandError::Uri if cfg!(feature = "sentences") => {
            let texts = [
                ("a->uri", given.uri),
                ("a->registrar", given.registrar),
                ("a->proxy", given.proxy),
                ("a->identity", given.identity),
            ];
            let wrong = texts
                .into_iter()
                .find(|(_, text)| text.is_some_and(|text| !text.is_empty() && Uri::parse(text.as_bytes()).is_err()));
            let (argument, text) = wrong.unwrap_or(("a->uri", given.uri));
            let fix = "is no SIP URI: write sip:user@host, with a port behind a colon where it is not 5060";
            Fail::new(MICROSIP_E_URI, argument, Value::text(text.unwrap_or_default()), fix)
        }
        _ => Fail::command(error, "account", account),
    }
}

/// The text that has control characters or cannot be a user, else the longest; secrets without their value.
fn untold(given: &AccountChange<'_>, room: usize) -> Fail {
    let texts = [
        ("a->uri", given.uri),
        ("a->registrar", given.registrar),
        ("a->proxy", given.proxy),
        ("a->username", given.username),
        ("a->realms", given.realms),
        ("a->display_name", given.display_name),
        ("a->contact_user", given.contact_user),
        ("a->trusted", given.trusted),
        ("a->identity", given.identity),
        ("a->dial_plan", given.dial_plan),
        ("a->dial_prefix", given.dial_prefix),
        ("a->emergency", given.emergency),
        ("a->password", given.password),
        ("a->headers", given.headers),
        ("a->call_headers", given.call_headers),
        ("a->info_packages", given.info_packages),
    ];
    let lines = ["a->headers", "a->call_headers"];
    let all = || texts.into_iter().filter_map(|(argument, text)| Some((argument, text?)));
    let odd = all()
        .filter(|(argument, _)| !lines.contains(argument))
        .find(|(_, text)| text.bytes().any(|byte| byte < 0x20 || byte == 0x7f));
    if odd.is_none()
        && let Some(user) = given.contact_user.filter(|user| !is_contact_user(user))
    {
        let fix = "has characters that cannot stand before the @ of a URI: write letters, digits or one of -_.!~*'()&=+$,;?/%";
        return Fail::new(MICROSIP_E_TEXT, "a->contact_user", Value::text(user), fix);
    }
    if let Some((argument, text)) = odd {
        let value = if argument == "a->password" { Value::None } else { Value::text(text) };
        return Fail::new(MICROSIP_E_TEXT, argument, value, "has control characters: leave them out");
    }
    let (argument, text) = all().max_by_key(|(_, text)| text.len()).unwrap_or(("a", ""));
    let fix = "all texts of an account together: shorten it";
    Fail::new(MICROSIP_E_TEXT, argument, Value::bytes(text.len(), room), fix)
}

/// A text of a feature; without it there is none.
fn or_empty(built: bool, text: Option<&str>) -> &str {
    text.filter(|_| built).unwrap_or_default()
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn add(
    phone: &mut Phone<'_>,
    now: Instant,
    a: *const microsip_account,
    account: *mut microsip_id,
) -> Done {
    // SAFETY: by contract.
    let (given, rules) = unsafe { said(a)? };
    let account = pointer::must(account, "account")?;
    let config = AccountConfig {
        uri: given.uri.ok_or(Fail::no_text("a->uri"))?,
        registrar: given.registrar.unwrap_or_default(),
        proxy: given.proxy.unwrap_or_default(),
        username: given.username.unwrap_or_default(),
        password: given.password.unwrap_or_default(),
        realms: given.realms.unwrap_or_default(),
        display_name: given.display_name.unwrap_or_default(),
        trusted: given.trusted.unwrap_or_default(),
        privacy: given.privacy,
        identity: or_empty(features::IDENTITY, given.identity),
        headers: or_empty(features::IDENTITY, given.headers),
        call_headers: or_empty(features::IDENTITY, given.call_headers),
        location: or_empty(features::IDENTITY, given.location),
        digits: given.digits,
        messages: given.messages,
        info_packages: given.info_packages,
        notices: given.notices,
        refer: given.refer,
        replaces: given.replaces,
        watchers: given.watchers,
        watcher_details: given.watcher_details,
        dial_plan: or_empty(features::NUMBERS, given.dial_plan),
        dial_prefix: or_empty(features::NUMBERS, given.dial_prefix),
        emergency: or_empty(features::NUMBERS, given.emergency),
        contact_user: given.contact_user.unwrap_or_default(),
        publish: given.publish == Some(true),
        no_register: given.registers == Some(false),
        media_any_host: given.media_any_host == Some(true),
        media_timeout: given.media_timeout,
        codecs: given.codecs.unwrap_or_default(),
        answering: given.answering,
        reliable: given.reliable,
        session_timer: given.session_timer,
        expires: given.expires,
        keepalive: given.keepalive,
        transport: given.transport,
        tag: given.tag,
    };
    // SAFETY: by contract.
    let rules = unsafe { rules_of(rules)? };
    let rules = rules.as_ref().filter(|_| features::RULES);
    // all of it or nothing: the rules come last, and are looked at first
    rules.map_or(Ok(()), |rules| super::rules::check(phone, AccountId::NONE, rules, &given))?;
    let id = phone.account_add(now, &config).map_err(|error| wrong(error, Value::None, (phone, &given)))?;
    rules.map_or(Ok(()), |rules| super::rules::give(phone, id, rules))?;
    if !config.no_register {
        phone.keep_registered(now, id).map_err(refused("a", id.raw()))?;
    }
    // SAFETY: not NULL.
    unsafe { pointer::put(account, id.raw()) };
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn update(phone: &mut Phone<'_>, now: Instant, account: u64, a: *const microsip_account) -> Done {
    // SAFETY: by contract.
    let (given, rules) = unsafe { said(a)? };
    // SAFETY: as above.
    let rules = unsafe { rules_of(rules)? };
    let id = account_id(account)?;
    let rules = rules.as_ref().filter(|_| features::RULES);
    // all of it is changed or nothing: the rules come last, and are looked at first
    rules.map_or(Ok(()), |rules| super::rules::check(phone, id, rules, &given))?;
    phone.account_update(now, id, &given).map_err(|error| wrong(error, Value::Id(account), (phone, &given)))?;
    rules.map_or(Ok(()), |rules| super::rules::give(phone, id, rules))
}

pub(crate) fn remove(phone: &mut Phone<'_>, now: Instant, account: u64) -> Done {
    phone.account_remove(now, account_id(account)?).map_err(refused("account", account))
}

pub(crate) fn register(phone: &mut Phone<'_>, now: Instant, account: u64, token: u64) -> Done {
    phone.register(now, account_id(account)?, token).map_err(|error| match error {
        CommandError::State => {
            let fix = "is MICROSIP_UNREGISTERED, and its member registers is off: microsip_account_update with \
                       MICROSIP_ON registers it";
            Fail::new(MICROSIP_E_STATE, "account", Value::Id(account), fix)
        }
        _ => refused("account", account)(error),
    })
}

pub(crate) fn unregister(phone: &mut Phone<'_>, now: Instant, account: u64, token: u64) -> Done {
    phone.unregister(now, account_id(account)?, token).map_err(refused("account", account))
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn info(phone: &Phone<'_>, account: u64, out: *mut microsip_account_info) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let id = account_id(account)?;
    let info = phone.account_info(id).map_err(refused("account", account))?;
    let mailbox = phone.mailbox_info(id).map_err(refused("account", account))?;
    let publication = phone.publication(id).ok();
    out.put(microsip_account_info {
        size: 0,
        state: info.state as u32,
        account: info.account.raw(),
        tag: info.tag,
        expires_us: info.expires.micros(),
        sip_code: u32::from(info.sip_code),
        result: info.result as i32,
        retry_us: info.retry.micros(),
        cause: info.cause as u32,
        publication: publication.map_or(0, |publication| publication.state as u32),
        mailbox_us: mailbox.described.micros(),
        mailbox: mailbox.lamp as u32,
        new_messages: mailbox.new_messages,
        publication_us: publication.map_or(u64::MAX, |publication| publication.expires.micros()),
        publication_retry_us: publication.map_or(u64::MAX, |publication| publication.retry.micros()),
        publication_code: publication.map_or(0, |publication| publication.sip_code.into()),
        publication_result: publication.map_or(0, |publication| publication.result as i32),
    });
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn mailbox(phone: &Phone<'_>, account: u64, index: u32, out: *mut microsip_entry) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let entry = phone.mailbox_entry(account_id(account)?, index).map_err(refused("account", account))?;
    out.put(super::subscription::as_entry(Package::MessageSummary, &entry));
    Ok(())
}
