//! Those who watch us.

use super::{Done, account_id, range, refused};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer};
use microsip_core::base::features;
use microsip_core::base::time::Instant;
use microsip_core::phone::{AccountId, CommandError, EndCause, Phone, WatcherId, WatcherPolicy};
use microsip_core::wire::body::message_summary::Count;

fn watcher_id(raw: u64) -> Result<WatcherId, Fail> {
    WatcherId::from_raw(raw).map_err(|error| Fail::id("watcher", raw, error))
}

/// MICROSIP_POLICY_*; 0: as it is set elsewhere. In a library without the feature its caller has found none.
pub(crate) fn policy(value: u32, argument: &'static str) -> Result<WatcherPolicy, Fail> {
    match value {
        _ if !features::NOTIFY => Ok(WatcherPolicy::Inherited),
        0 => Ok(WatcherPolicy::Inherited),
        MICROSIP_POLICY_ASK => Ok(WatcherPolicy::Ask),
        MICROSIP_POLICY_FOLLOW => Ok(WatcherPolicy::Follow),
        MICROSIP_POLICY_REFUSE => Ok(WatcherPolicy::Refuse),
        _ => Err(range(argument, value, "is neither 0 nor MICROSIP_POLICY_ASK to MICROSIP_POLICY_REFUSE")),
    }
}

/// A switch; without the feature its caller has found none.
pub(crate) fn details(value: u32, argument: &'static str) -> Result<Option<bool>, Fail> {
    if features::NOTIFY { super::switch(value, argument) } else { Ok(None) }
}

pub(crate) fn answer(phone: &mut Phone<'_>, now: Instant, watcher: u64, code: u32) -> Done {
    let id = watcher_id(watcher)?;
    let fix = "is no status: 200 to 299 let a watcher in, 300 to 699 refuse it";
    let status = u16::try_from(code).ok().filter(|status| (200..700).contains(status));
    let status = status.ok_or(range("code", code, fix))?;
    phone.watcher_answer(now, id, status).map_err(|error| match error {
        CommandError::State => {
            let ended = phone.watcher_info(id).is_ok_and(|info| info.state as u32 == MICROSIP_SUB_ENDED);
            let fix = if ended {
                "is MICROSIP_SUB_ENDED: it watches no more"
            } else {
                "is MICROSIP_SUB_ACTIVE: it is let in already, and 300 to 699 show it out"
            };
            Fail::new(MICROSIP_E_STATE, "watcher", Value::Id(watcher), fix)
        }
        error => refused("watcher", watcher)(error),
    })
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn info(phone: &Phone<'_>, watcher: u64, out: *mut microsip_watcher_info) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let info = phone.watcher_info(watcher_id(watcher)?).map_err(refused("watcher", watcher))?;
    let failed = info.result as i32 != MICROSIP_OK;
    out.put(microsip_watcher_info {
        size: 0,
        package: info.package as u32,
        watcher: info.watcher.raw(),
        account: info.account.raw(),
        tag: info.tag,
        expires_us: info.expires.micros(),
        state: info.state as u32,
        sip_code: info.sip_code.into(),
        result: info.result as i32,
        cause: if failed { EndCause::of(info.result, info.sip_code) as u32 } else { 0 },
    });
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn mailbox_set(
    phone: &mut Phone<'_>,
    now: Instant,
    account: u64,
    entry: *const microsip_entry,
) -> Done {
    let count = if entry.is_null() {
        None
    } else {
        // SAFETY: by contract.
        let given = unsafe { pointer::read(entry, "entry")? };
        let microsip_entry { new_messages: new, old_messages: old, new_urgent, old_urgent, .. } = given;
        if new_urgent > new || old_urgent > old {
            let (argument, value, fix) = if new_urgent > new {
                ("entry->new_urgent", new_urgent, "is more than new_messages, which it is part of")
            } else {
                ("entry->old_urgent", old_urgent, "is more than old_messages, which it is part of")
            };
            return Err(range(argument, value, fix));
        }
        Some((given.message_class, Count { new, old, new_urgent, old_urgent }))
    };
    let owner = if account == 0 { AccountId::NONE } else { account_id(account)? };
    phone.mailbox_set(now, owner, count).map_err(|error| match error {
        CommandError::Range => {
            range("entry->message_class", count.map_or(0, |(class, _)| class), "is not within 1 to 6")
        }
        CommandError::Unsupported if features::NOTIFY => {
            let fix = "has no room for watchers: set max_watchers";
            Fail::new(MICROSIP_E_FULL, "phone", Value::None, fix)
        }
        error => refused("account", account)(error),
    })
}
