//! Accounts.

use super::media::timeout;
use super::{Done, account_id, refused};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use microsip_core::base::time::Instant;
use microsip_core::phone::{AccountConfig, CommandError, Phone};
use microsip_core::wire::sip::Uri;

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn add(
    phone: &mut Phone<'_>,
    now: Instant,
    a: *const microsip_account,
    account: *mut microsip_id,
) -> Done {
    // SAFETY: this and the following: by the C function's contract.
    let given = unsafe { pointer::read(a, "a")? };
    let account = pointer::must(account, "account")?;
    // SAFETY: as above.
    let config = unsafe {
        AccountConfig {
            uri: text::needed(given.uri, "a->uri")?,
            registrar: text::or_empty(given.registrar, "a->registrar")?,
            proxy: text::or_empty(given.proxy, "a->proxy")?,
            username: text::or_empty(given.username, "a->username")?,
            password: text::or_empty(given.password, "a->password")?,
            realms: text::or_empty(given.realms, "a->realms")?,
            display_name: text::or_empty(given.display_name, "a->display_name")?,
            trusted: text::or_empty(given.trusted, "a->trusted")?,
            contact_user: text::or_empty(given.contact_user, "a->contact_user")?,
            no_register: given.no_register != 0,
            media_any_host: given.media_any_host != 0,
            media_timeout: timeout(given.media_timeout, given.media_lost, "a->media_lost")?,
            expires: given.expires,
            keepalive: given.keepalive,
            tag: given.tag,
        }
    };
    if given.reserved2 != 0 || !given.reserved_text.is_null() {
        return Err(Fail::new(
            MICROSIP_E_NEWER,
            "a->reserved2 or a->reserved_text",
            Value::None,
            "is not 0: use MICROSIP_ZERO",
        ));
    }
    let id = phone.account_add(now, &config).map_err(|error| match error {
        CommandError::Full => Fail::command(error, "max_accounts", Value::None),
        CommandError::Text => Fail::command(error, "a (one of its texts)", Value::None),
        CommandError::Hosts | CommandError::Unsupported => {
            Fail::command(error, "a->trusted", Value::text(config.trusted))
        }
        _ => {
            let texts = [("a->registrar", config.registrar), ("a->proxy", config.proxy)];
            let wrong = texts.into_iter().find(|(_, text)| !text.is_empty() && Uri::parse(text.as_bytes()).is_err());
            let (argument, text) =
                wrong.filter(|_| Uri::parse(config.uri.as_bytes()).is_ok()).unwrap_or(("a->uri", config.uri));
            Fail::command(error, argument, Value::text(text))
        }
    })?;
    if !config.no_register
        && let Err(error) = phone.keep_registered(now, id)
    {
        // all or nothing
        let _ = phone.account_remove(now, id);
        return Err(Fail::command(error, "a", Value::None));
    }
    // SAFETY: not NULL.
    unsafe { pointer::put(account, id.raw()) };
    Ok(())
}

pub(crate) fn remove(phone: &mut Phone<'_>, now: Instant, account: u64) -> Done {
    phone.account_remove(now, account_id(account)?).map_err(refused("account", account))
}

pub(crate) fn register(phone: &mut Phone<'_>, now: Instant, account: u64, token: u64) -> Done {
    phone.register(now, account_id(account)?, token).map_err(refused("account", account))
}

pub(crate) fn unregister(phone: &mut Phone<'_>, now: Instant, account: u64, token: u64) -> Done {
    phone.unregister(now, account_id(account)?, token).map_err(refused("account", account))
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn info(phone: &Phone<'_>, account: u64, out: *mut microsip_account_info) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let info = phone.account_info(account_id(account)?).map_err(refused("account", account))?;
    out.put(microsip_account_info {
        size: 0,
        state: info.state as u32,
        account: info.account.raw(),
        tag: info.tag,
        expires_us: info.expires.micros(),
        sip_code: u32::from(info.sip_code),
        result: info.result as i32,
    });
    Ok(())
}
