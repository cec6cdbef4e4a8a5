//! Subscriptions.

use super::{Done, account_id, range, refused, switch};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use microsip_core::base::time::Instant;
use microsip_core::phone::{AccountId, CommandError, NewSubscription, Package, Phone, SubscriptionId, Watched};

pub(crate) fn subscription_id(raw: u64) -> Result<SubscriptionId, Fail> {
    SubscriptionId::from_raw(raw).map_err(|error| Fail::id("subscription", raw, error))
}

fn package(value: u32) -> Result<Package, Fail> {
    match value {
        MICROSIP_PRESENCE => Ok(Package::Presence),
        MICROSIP_DIALOG => Ok(Package::Dialog),
        MICROSIP_MESSAGE_SUMMARY => Ok(Package::MessageSummary),
        MICROSIP_OTHER => Ok(Package::Other),
        _ => Err(range("s->package", value, "is neither MICROSIP_PRESENCE, _DIALOG, _MESSAGE_SUMMARY nor _OTHER")),
    }
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn add(
    phone: &mut Phone<'_>,
    now: Instant,
    account: u64,
    s: *const microsip_subscription,
    subscription: *mut microsip_id,
) -> Done {
    let place = pointer::must(subscription, "subscription")?;
    // SAFETY: this and the following: by the C function's contract.
    let given = unsafe { pointer::read(s, "s")? };
    let (uri, event, accept, headers) = unsafe {
        (
            text::needed(given.uri, "s->uri")?,
            text::or_empty(given.event, "s->event")?,
            text::or_empty(given.accept, "s->accept")?,
            text::or_empty(given.headers, "s->headers")?,
        )
    };
    let new = NewSubscription {
        tag: given.tag,
        package: package(given.package)?,
        expires: given.expires,
        once: switch(given.once, "s->once")?.unwrap_or(false),
        event,
        accept,
        headers,
    };
    let owner = if account == 0 { AccountId::NONE } else { account_id(account)? };
    let made = phone.subscription_add(now, owner, uri, &new).map_err(|error| match error {
        CommandError::Event => Fail::command(error, "s->event", Value::text(event)),
        CommandError::Accept => Fail::command(error, "s->accept", Value::text(accept)),
        CommandError::Given if !event.is_empty() => Fail::command(error, "s->event", Value::text(event)),
        CommandError::Given => Fail::command(error, "s->accept", Value::text(accept)),
        CommandError::HeaderLine | CommandError::HeaderOwned => {
            Fail::command(error, "s->headers", Value::text(headers))
        }
        CommandError::Full => {
            let fix = "has every subscription in use: remove one, or set max_subscriptions higher";
            Fail::new(MICROSIP_E_FULL, "phone", Value::None, fix)
        }
        CommandError::State => super::shut_down("account", account),
        CommandError::Stale => refused("account", account)(error),
        error => Fail::command(error, "s->uri", Value::text(uri)),
    })?;
    // SAFETY: not NULL.
    unsafe { pointer::put(place, made.raw()) };
    Ok(())
}

pub(crate) fn remove(phone: &mut Phone<'_>, now: Instant, subscription: u64) -> Done {
    phone.subscription_remove(now, subscription_id(subscription)?).map_err(refused("subscription", subscription))
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn info(phone: &Phone<'_>, subscription: u64, out: *mut microsip_subscription_info) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let info =
        phone.subscription_info(subscription_id(subscription)?).map_err(refused("subscription", subscription))?;
    out.put(microsip_subscription_info {
        size: 0,
        package: info.package as u32,
        subscription: info.subscription.raw(),
        account: info.account.raw(),
        tag: info.tag,
        expires_us: info.expires.micros(),
        notified_us: info.notified.micros(),
        state: info.state as u32,
        lamp: info.lamp as u32,
        value: info.value,
        entries: info.entries,
        left_out: info.left_out,
        sip_code: info.sip_code.into(),
        result: info.result as i32,
        cause: info.cause as u32,
        retry_us: info.retry.micros(),
        list: info.list.into(),
        unread: info.unread.into(),
    });
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn entry(phone: &Phone<'_>, subscription: u64, index: u32, out: *mut microsip_entry) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let id = subscription_id(subscription)?;
    let package = phone.subscription_info(id).map_err(refused("subscription", subscription))?.package;
    let entry = phone.subscription_entry(id, index).map_err(refused("subscription", subscription))?;
    out.put(as_entry(package, &entry));
    Ok(())
}

/// An entry of this package as it crosses.
pub(super) fn as_entry(package: Package, entry: &Watched) -> microsip_entry {
    let of = |wanted| if package == wanted { entry.kind } else { 0 };
    let [new_messages, old_messages, new_urgent, old_urgent] = entry.counts;
    microsip_entry {
        size: 0,
        lamp: entry.lamp as u32,
        activity: of(Package::Presence),
        called: entry.called.into(),
        message_class: of(Package::MessageSummary),
        new_messages,
        old_messages,
        new_urgent,
        old_urgent,
        resource: entry.resource as u32,
    }
}
