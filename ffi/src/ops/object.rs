//! Any object: ids, texts, headers, tags.

use super::conference::raw_of;
use super::{Any, Done, any, range, refused};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use core::ffi::c_char;
use microsip_core::base::cursor::Cursor;
use microsip_core::base::features;
use microsip_core::base::time::Instant;
use microsip_core::phone::{
    AccountId, AccountText, CallId, CallList, CallText, CommandError, ConferenceId, MessageId, MessageText, Phone,
    SubscriptionId, SubscriptionText, WatcherId, WatcherText, Which,
};
use microsip_core::wire::sip::Method;

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn ids(
    phone: &Phone<'_>,
    kind: u32,
    owner: u64,
    ids: *mut microsip_id,
    cap: u32,
    needed: *mut u32,
) -> Done {
    if let Ok(conference) = ConferenceId::from_raw(owner)
        && kind == MICROSIP_KIND_CALL
    {
        phone.conference_tag(conference).map_err(refused("owner", owner))?;
        // SAFETY: by contract.
        return unsafe { list(phone.conference_members(conference).map(raw_of), ids, cap, needed) };
    }
    let account = if owner == 0 {
        AccountId::NONE
    } else {
        AccountId::from_raw(owner).map_err(|error| Fail::id("owner", owner, error))?
    };
    let owned = |call: &CallId| account.is_none() || phone.call_info(*call).is_ok_and(|info| info.account == account);
    if !account.is_none() {
        phone.account_info(account).map_err(|error| Fail::command(error, "owner", Value::Id(owner)))?;
    }
    // SAFETY: by contract.
    unsafe {
        match kind {
            MICROSIP_KIND_CALL => list(phone.calls().filter(owned).map(CallId::raw), ids, cap, needed),
            MICROSIP_KIND_ACCOUNT if owner == 0 => list(phone.accounts().map(AccountId::raw), ids, cap, needed),
            MICROSIP_KIND_CONFERENCE if owner == 0 => {
                list(phone.conferences().map(ConferenceId::raw), ids, cap, needed)
            }
            MICROSIP_KIND_MESSAGE => {
                let owned = |id: &MessageId| {
                    account.is_none() || phone.message_info(*id).is_ok_and(|info| info.account == account)
                };
                list(phone.messages().filter(owned).map(MessageId::raw), ids, cap, needed)
            }
            MICROSIP_KIND_SUBSCRIPTION => {
                let owned = |id: &SubscriptionId| {
                    account.is_none() || phone.subscription_info(*id).is_ok_and(|info| info.account == account)
                };
                list(phone.subscriptions().filter(owned).map(SubscriptionId::raw), ids, cap, needed)
            }
            MICROSIP_KIND_WATCHER => {
                let owned = |id: &WatcherId| {
                    account.is_none() || phone.watcher_info(*id).is_ok_and(|info| info.account == account)
                };
                list(phone.watchers().filter(owned).map(WatcherId::raw), ids, cap, needed)
            }
            _ => Err(range(
                "kind",
                kind,
                "is neither MICROSIP_KIND_CALL, _MESSAGE, _SUBSCRIPTION, _WATCHER nor, without an owner, \
                 MICROSIP_KIND_ACCOUNT or _CONFERENCE",
            )),
        }
    }
}

unsafe fn list(items: impl Iterator<Item = u64>, ids: *mut microsip_id, cap: u32, needed: *mut u32) -> Done {
    // SAFETY: by contract.
    let room = unsafe { pointer::slice_mut(ids, cap, "ids")? };
    let mut count = 0usize;
    for id in items {
        if let Some(place) = room.get_mut(count) {
            *place = id;
        }
        count += 1;
    }
    // SAFETY: by contract.
    unsafe { pointer::put(needed, count as u32) };
    if count > room.len() {
        return Err(Fail::new(
            MICROSIP_E_BUFFER,
            "cap",
            Value::Number(i64::from(cap)),
            "is too small: *needed says how many ids",
        ));
    }
    Ok(())
}

/// A text of a call or an account; those of MICROSIP_SELF are the host's.
///
/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn text(
    phone: &Phone<'_>,
    object: u64,
    which: u32,
    index: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> Done {
    if !matches!(
        which,
        MICROSIP_TXT_REMOTE_URI
            ..=MICROSIP_TXT_USER_AGENT
                | MICROSIP_TXT_ASSERTED_URI
                | MICROSIP_TXT_DIVERSION
                | MICROSIP_TXT_DIVERSION_REASON
                | MICROSIP_TXT_CONTACT
                | MICROSIP_TXT_WARNING
                | MICROSIP_TXT_REALM
                | MICROSIP_TXT_DEVICE_ID
                | MICROSIP_TXT_DEVICE_NAME
                | MICROSIP_TXT_COUNTRY
                | MICROSIP_TXT_DIALLED
                | MICROSIP_TXT_MAILBOX
                | MICROSIP_TXT_PACKAGE
                | MICROSIP_TXT_REPLACES
                | MICROSIP_TXT_CONTENT_TYPE
                | MICROSIP_TXT_REFER_TO
                | MICROSIP_TXT_REFERRED_BY
                | MICROSIP_TXT_NOTE
                | MICROSIP_TXT_ENTRY_URI
                | MICROSIP_TXT_ENTRY_NAME
                | MICROSIP_TXT_ENTRY_RESOURCE
                | MICROSIP_TXT_ENTRY_REASON
                | MICROSIP_TXT_MESSAGE_ID
    ) {
        return Err(range("which", which, "is no MICROSIP_TXT_*"));
    }
    let of = any(object)?;
    let list = call_list(which);
    let published = features::PUBLISH && index == 1 && which == MICROSIP_TXT_REASON && matches!(of, Any::Account(_));
    if index != 0 && list.is_none() && !published && !matches!(of, Any::Phone | Any::Subscription(_)) {
        return Err(range("index", index, "is not 0: there is one text of that kind"));
    }
    // SAFETY: by contract.
    unsafe {
        text::put(buf, cap, needed, |cursor| match of {
            Any::Call(call) if features::REFER && which == MICROSIP_TXT_REPLACES => {
                phone.call_replaces(call, cursor).map_err(refused("object", object))
            }
            Any::Call(call) => match list {
                Some(list) => phone.call_list(call, list, index, cursor),
                None => phone.call_text(call, call_text(which)?, cursor),
            }
            .map_err(refused("object", object)),
            Any::Account(account) if published => super::presence::reason(phone, account, object, cursor),
            Any::Account(account) if which == MICROSIP_TXT_DIALLED => dialled(phone, account, object, cursor),
            Any::Account(account) => {
                phone.account_text(account, account_text(which)?, cursor).map_err(refused("object", object))
            }
            Any::Phone if which == MICROSIP_TXT_COUNTRY => super::tones::country(phone, index, cursor),
            Any::Phone if which == MICROSIP_TXT_DIALLED && index == 0 => {
                dialled(phone, AccountId::NONE, object, cursor)
            }
            Any::Watcher(watcher) => {
                phone.watcher_text(watcher, watcher_text(which)?, cursor).map_err(refused("object", object))
            }
            Any::Message(message) => {
                phone.message_text(message, message_text(which)?, cursor).map_err(refused("object", object))
            }
            Any::Subscription(subscription) => phone
                .subscription_text(subscription, subscription_text(which)?, index, cursor)
                .map_err(refused("object", object)),
            Any::Conference(_) | Any::Phone => Err(Fail::NOTHING),
        })
    }
}

fn dialled(phone: &Phone<'_>, account: AccountId, object: u64, out: &mut Cursor<'_>) -> Done {
    out.put_str(phone.redial(account).map_err(refused("object", object))?.target());
    Ok(())
}

const fn account_text(which: u32) -> Result<AccountText, Fail> {
    match which {
        MICROSIP_TXT_LOCAL_URI => Ok(AccountText::Uri),
        MICROSIP_TXT_REALM => Ok(AccountText::RefusedRealm),
        MICROSIP_TXT_REASON => Ok(AccountText::Reason),
        MICROSIP_TXT_MAILBOX => Ok(AccountText::Mailbox),
        _ => Err(Fail::NOTHING),
    }
}

const fn message_text(which: u32) -> Result<MessageText, Fail> {
    match which {
        MICROSIP_TXT_REMOTE_URI => Ok(MessageText::RemoteUri),
        MICROSIP_TXT_REMOTE_NAME => Ok(MessageText::RemoteName),
        MICROSIP_TXT_LOCAL_URI => Ok(MessageText::LocalUri),
        MICROSIP_TXT_REASON => Ok(MessageText::Reason),
        MICROSIP_TXT_CALL_ID => Ok(MessageText::CallId),
        MICROSIP_TXT_CONTENT_TYPE => Ok(MessageText::ContentType),
        MICROSIP_TXT_REFER_TO => Ok(MessageText::ReferTo),
        MICROSIP_TXT_REFERRED_BY => Ok(MessageText::ReferredBy),
        MICROSIP_TXT_REPLACES => Ok(MessageText::Replaces),
        MICROSIP_TXT_PACKAGE => Ok(MessageText::Package),
        MICROSIP_TXT_MESSAGE_ID => Ok(MessageText::MessageId),
        _ => Err(Fail::NOTHING),
    }
}

const fn subscription_text(which: u32) -> Result<SubscriptionText, Fail> {
    match which {
        MICROSIP_TXT_REMOTE_URI => Ok(SubscriptionText::RemoteUri),
        MICROSIP_TXT_REASON => Ok(SubscriptionText::Reason),
        MICROSIP_TXT_CONTENT_TYPE => Ok(SubscriptionText::ContentType),
        MICROSIP_TXT_REPLACES => Ok(SubscriptionText::Replaces),
        MICROSIP_TXT_NOTE => Ok(SubscriptionText::Note),
        MICROSIP_TXT_ENTRY_URI => Ok(SubscriptionText::EntryUri),
        MICROSIP_TXT_ENTRY_NAME => Ok(SubscriptionText::EntryName),
        MICROSIP_TXT_ENTRY_RESOURCE => Ok(SubscriptionText::EntryResource),
        MICROSIP_TXT_ENTRY_REASON => Ok(SubscriptionText::EntryReason),
        _ => Err(Fail::NOTHING),
    }
}

const fn watcher_text(which: u32) -> Result<WatcherText, Fail> {
    match which {
        MICROSIP_TXT_REMOTE_URI => Ok(WatcherText::RemoteUri),
        MICROSIP_TXT_REMOTE_NAME => Ok(WatcherText::RemoteName),
        _ => Err(Fail::NOTHING),
    }
}

/// The texts of a call of which there may be several.
const fn call_list(which: u32) -> Option<CallList> {
    match which {
        MICROSIP_TXT_DIVERSION => Some(CallList::Diversion),
        MICROSIP_TXT_DIVERSION_REASON => Some(CallList::DiversionReason),
        MICROSIP_TXT_CONTACT => Some(CallList::Contact),
        _ => None,
    }
}

const fn call_text(which: u32) -> Result<CallText, Fail> {
    Ok(match which {
        MICROSIP_TXT_REMOTE_URI => CallText::RemoteUri,
        MICROSIP_TXT_REMOTE_NAME => CallText::RemoteName,
        MICROSIP_TXT_LOCAL_URI => CallText::LocalUri,
        MICROSIP_TXT_REASON => CallText::Reason,
        MICROSIP_TXT_CALL_ID => CallText::CallId,
        MICROSIP_TXT_CODEC => CallText::Codec,
        MICROSIP_TXT_USER_AGENT => CallText::UserAgent,
        MICROSIP_TXT_ASSERTED_URI => CallText::AssertedUri,
        MICROSIP_TXT_WARNING => CallText::Warning,
        MICROSIP_TXT_PACKAGE => CallText::Packages,
        _ => return Err(Fail::NOTHING),
    })
}

/// # Safety
/// Pointers as the C function documents them.
#[expect(clippy::too_many_arguments, reason = "the C function has that many")]
pub(crate) unsafe fn header(
    phone: &Phone<'_>,
    object: u64,
    which: u32,
    name: *const c_char,
    nth: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> Done {
    let of = any(object)?;
    if let Any::Message(message) = of {
        // SAFETY: by contract.
        return unsafe {
            let name = text::needed(name, "name")?;
            text::put(buf, cap, needed, |cursor| {
                phone.message_header(message, name, nth, cursor).map_err(refused("object", object))
            })
        };
    }
    if let Any::Subscription(subscription) = of {
        // SAFETY: by contract.
        return unsafe {
            let name = text::needed(name, "name")?;
            text::put(buf, cap, needed, |cursor| {
                phone.subscription_header(subscription, name, nth, cursor).map_err(refused("object", object))
            })
        };
    }
    let Any::Call(id) = of else {
        return Err(Fail::NOTHING);
    };
    let which = match which {
        MICROSIP_FIRST => Which::First,
        MICROSIP_LAST => Which::Last,
        MICROSIP_INVITE => Which::Request(Method::Invite),
        MICROSIP_ACK => Which::Request(Method::Ack),
        MICROSIP_PRACK => Which::Request(Method::Prack),
        MICROSIP_UPDATE => Which::Request(Method::Update),
        MICROSIP_INFO => Which::Request(Method::Info),
        MICROSIP_CANCEL => Which::Request(Method::Cancel),
        MICROSIP_BYE => Which::Request(Method::Bye),
        100..=699 => Which::Response(which as u16),
        MICROSIP_NTH.. => Which::Nth(which - MICROSIP_NTH),
        _ => {
            return Err(range(
                "which",
                which,
                "is neither MICROSIP_FIRST to MICROSIP_BYE, nor a status, nor MICROSIP_NTH",
            ));
        }
    };
    // SAFETY: by contract.
    let name = unsafe { text::needed(name, "name")? };
    // SAFETY: by contract.
    unsafe {
        text::put(buf, cap, needed, |cursor| {
            phone.call_header(id, which, name, nth, cursor).map_err(refused("object", object))
        })
    }
}

pub(crate) fn tag_set(phone: &mut Phone<'_>, object: u64, tag: u64) -> Done {
    match any(object)? {
        Any::Call(call) => phone.call_set_tag(call, tag).map_err(refused("object", object)),
        Any::Account(account) => phone.account_set_tag(account, tag).map_err(refused("object", object)),
        Any::Conference(conference) => phone.conference_set_tag(conference, tag).map_err(refused("object", object)),
        Any::Message(message) => phone.message_set_tag(message, tag).map_err(refused("object", object)),
        Any::Subscription(subscription) => {
            phone.subscription_set_tag(subscription, tag).map_err(refused("object", object))
        }
        Any::Watcher(watcher) => phone.watcher_set_tag(watcher, tag).map_err(refused("object", object)),
        Any::Phone => {
            Err(Fail::new(MICROSIP_E_KIND, "object", Value::Id(object), "is MICROSIP_SELF, which has no tag"))
        }
    }
}

/// The body of a message, or of a subscription's last notification.
///
/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn body(
    phone: &Phone<'_>,
    object: u64,
    buf: *mut core::ffi::c_void,
    cap: u32,
    needed: *mut u32,
) -> Done {
    let body = match any(object)? {
        Any::Message(message) => phone.message_body(message),
        Any::Subscription(subscription) => phone.subscription_body(subscription),
        Any::Call(_) => {
            let fix = "is a call: of its own messages no body is kept, and a MESSAGE in it is an object of its own";
            return Err(Fail::new(MICROSIP_E_KIND, "object", Value::Id(object), fix));
        }
        _ => {
            let fix = "has no body: pass a message or a subscription";
            return Err(Fail::new(MICROSIP_E_KIND, "object", Value::Id(object), fix));
        }
    }
    .map_err(refused("object", object))?;
    if body.is_empty() {
        return Err(Fail::NOTHING);
    }
    // SAFETY: by contract.
    let room = unsafe { pointer::slice_mut(buf.cast::<u8>(), cap, "buf")? };
    // SAFETY: by contract.
    unsafe { pointer::put(needed, body.len() as u32) };
    let fix = "is too small: *needed says how many bytes";
    let room =
        room.get_mut(..body.len()).ok_or(Fail::new(MICROSIP_E_BUFFER, "cap", Value::Number(i64::from(cap)), fix))?;
    room.copy_from_slice(body);
    Ok(())
}

/// Gives the slot of an object back that has ended, or dissolves a conference.
pub(crate) fn release(phone: &mut Phone<'_>, now: Instant, object: u64) -> Done {
    if let Ok(conference) = ConferenceId::from_raw(object) {
        return phone.conference_release(now, conference).map_err(refused("object", object));
    }
    if let Ok(message) = MessageId::from_raw(object) {
        return phone.message_release(now, message).map_err(|error| match error {
            CommandError::State => super::message::not_over(phone, message),
            error => refused("object", object)(error),
        });
    }
    if let Ok(subscription) = SubscriptionId::from_raw(object) {
        return phone.subscription_release(subscription).map_err(|error| match error {
            CommandError::State => {
                let fix = "is not MICROSIP_SUB_ENDED: microsip_subscription_remove takes it back, and its id with it";
                Fail::new(MICROSIP_E_STATE, "object", Value::Id(object), fix)
            }
            error => refused("object", object)(error),
        });
    }
    if let Ok(watcher) = WatcherId::from_raw(object) {
        return phone.watcher_release(watcher).map_err(|error| match error {
            CommandError::State => {
                let fix = "is not MICROSIP_SUB_ENDED: microsip_watcher_answer with 603 shows it out";
                Fail::new(MICROSIP_E_STATE, "object", Value::Id(object), fix)
            }
            error => refused("object", object)(error),
        });
    }
    let id = CallId::from_raw(object).map_err(|error| Fail::id("object", object, error))?;
    phone.release(id).map_err(|error| match error {
        CommandError::State => super::call::not_over(phone, id),
        _ => Fail::command(error, "object", Value::Id(object)),
    })
}
