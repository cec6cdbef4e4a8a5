//! Messages.

use super::{Done, range, refused, status};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use core::ffi::c_char;
use microsip_core::base::cursor::Cursor;
use microsip_core::base::features;
use microsip_core::base::time::Instant;
use microsip_core::phone::{
    AccountId, Asked, CallId, CallState, CallText, CommandError, Disposition, IdError, MessageId, MessagePolicy,
    MessageState, NewMessage, NoticePolicy, Phone,
};

pub(crate) fn message_id(raw: u64) -> Result<MessageId, Fail> {
    MessageId::from_raw(raw).map_err(|error| Fail::id("message", raw, error))
}

/// MICROSIP_MESSAGES_*; 0: as it is set elsewhere. In a library without the feature its caller has found none.
pub(crate) fn policy(value: u32, argument: &'static str) -> Result<MessagePolicy, Fail> {
    match value {
        _ if !features::MESSAGE => Ok(MessagePolicy::Inherited),
        0 => Ok(MessagePolicy::Inherited),
        MICROSIP_MESSAGES_ASK => Ok(MessagePolicy::Ask),
        MICROSIP_MESSAGES_STORE => Ok(MessagePolicy::Store),
        MICROSIP_MESSAGES_REFUSE => Ok(MessagePolicy::Refuse),
        _ => Err(range(argument, value, "is neither 0 nor MICROSIP_MESSAGES_ASK to MICROSIP_MESSAGES_REFUSE")),
    }
}

/// The INFO packages of a configuration; `None`: it says nothing of them.
///
/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn packages<'c>(
    (names, reserved): (*const c_char, *const c_char),
    (argument, member): (&'static str, &'static str),
) -> Result<Option<&'c str>, Fail> {
    if !features::PACKAGES {
        let set = !(names.is_null() && reserved.is_null());
        return if set { Err(Fail::command(CommandError::Unsupported, argument, Value::None)) } else { Ok(None) };
    }
    if !reserved.is_null() {
        return Err(Fail::new(MICROSIP_E_NEWER, member, Value::None, "is not NULL: use MICROSIP_ZERO"));
    }
    // SAFETY: by contract.
    unsafe { text::optional(names, argument) }
}

/// MICROSIP_NOTICES_*; 0: as it is set elsewhere. In a library without the feature its caller has found none.
pub(crate) fn notices(value: u32, argument: &'static str) -> Result<NoticePolicy, Fail> {
    match value {
        _ if !features::IMDN => Ok(NoticePolicy::Inherited),
        0 => Ok(NoticePolicy::Inherited),
        MICROSIP_NOTICES_NEVER => Ok(NoticePolicy::Never),
        MICROSIP_NOTICES_DELIVERY => Ok(NoticePolicy::Delivery),
        _ => Err(range(argument, value, "is neither 0, MICROSIP_NOTICES_NEVER nor MICROSIP_NOTICES_DELIVERY")),
    }
}

/// The notices that are wanted of a message.
fn wanted(given: &microsip_message, package: &str) -> Result<Asked, Fail> {
    if given.notices & !(MICROSIP_WANT_DELIVERY | MICROSIP_WANT_DISPLAY) != 0 {
        return Err(range("m->notices", given.notices, "asks for more than delivery (1) and display (2)"));
    }
    if given.notices != 0 && !features::IMDN {
        return Err(Fail::command(CommandError::Unsupported, "m->notices", Value::Number(given.notices.into())));
    }
    if given.notices != 0 && !package.is_empty() {
        return Err(range("m->notices", given.notices, "goes with no package: of an INFO nothing is told"));
    }
    Ok(Asked(given.notices as u8))
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn send(
    phone: &mut Phone<'_>,
    now: Instant,
    owner: u64,
    m: *const microsip_message,
    token: u64,
    message: *mut microsip_id,
) -> Done {
    // SAFETY: this and the following: by the C function's contract.
    let given = unsafe { pointer::read(m, "m")? };
    let (uri, content_type, headers, package, body) = unsafe {
        (
            text::optional(given.uri, "m->uri")?,
            text::or_empty(given.content_type, "m->content_type")?,
            text::or_empty(given.headers, "m->headers")?,
            text::optional(given.package, "m->package")?,
            pointer::slice(given.body.cast::<u8>(), given.len, "m->body")?,
        )
    };
    if body.len() > 60_000 {
        return Err(range("m->len", given.len, "is above 60000"));
    }
    if given.len == 0 && !given.body.is_null() {
        return Err(range("m->len", 0, "beside a body: set the number of its bytes, or leave m->body NULL"));
    }
    if !given.reserved.is_null() {
        return Err(Fail::new(MICROSIP_E_NEWER, "m->reserved", Value::None, "is not NULL: use MICROSIP_ZERO"));
    }
    if given.reserved_notices != 0 {
        return Err(Fail::new(MICROSIP_E_NEWER, "m->reserved_notices", Value::None, "is not 0: use MICROSIP_ZERO"));
    }
    let package = packaged(package, uri)?;
    let notices = wanted(&given, package)?;
    let new = NewMessage { tag: given.tag, token, body, content_type, headers, package, notices };
    let untold = |phone: &Phone<'_>, error| match error {
        CommandError::ContentType if body.is_empty() => {
            let fix = "stands without a body: set m->body and m->len, or leave it NULL";
            Fail::new(MICROSIP_E_TEXT, "m->content_type", Value::text(content_type), fix)
        }
        CommandError::ContentType => Fail::command(error, "m->content_type", Value::text(content_type)),
        CommandError::HeaderLine | CommandError::HeaderOwned => {
            Fail::command(error, "m->headers", Value::text(headers))
        }
        CommandError::Packages => Fail::command(error, "m->package", Value::text(package)),
        CommandError::Untaken => untaken(phone, owner, package),
        CommandError::Size { most } if !body.is_empty() => {
            Fail::command(error, "m->len", Value::bytes(body.len(), most.into()))
        }
        CommandError::Size { .. } => Fail::command(error, "m->headers", Value::Number(headers.len() as i64)),
        CommandError::Full if phone.message_capacity() == 0 => {
            let fix = "was made without messages: set max_messages when you make it";
            Fail::new(MICROSIP_E_FULL, "phone", Value::None, fix)
        }
        CommandError::Full => {
            let fix = "has every message in use: answer or release those that came, or set max_messages higher";
            Fail::new(MICROSIP_E_FULL, "phone", Value::None, fix)
        }
        CommandError::State => match CallId::from_raw(owner) {
            Ok(call) => not_connected(phone, call),
            Err(_) => super::shut_down("owner", owner),
        },
        CommandError::Stale => refused("owner", owner)(error),
        error => Fail::command(error, "m->uri", uri.map_or(Value::None, Value::text)),
    };
    let sent = match uri {
        None => {
            let call = CallId::from_raw(owner).map_err(|error| wrong_owner(owner, error, NO_CALL))?;
            phone.message_send_in_call(now, call, &new)
        }
        Some(uri) => {
            let account = AccountId::from_raw(owner);
            let account = if owner == 0 { Ok(AccountId::NONE) } else { account };
            let account = account.map_err(|error| wrong_owner(owner, error, NO_ACCOUNT))?;
            phone.message_send(now, account, uri, &new)
        }
    }
    .map_err(|error| untold(phone, error))?;
    // SAFETY: NULL or writable.
    unsafe { pointer::put(message, sent.raw()) };
    Ok(())
}

/// The package of an INFO; empty: it is a MESSAGE.
fn packaged<'t>(package: Option<&'t str>, uri: Option<&str>) -> Result<&'t str, Fail> {
    let Some(package) = package else { return Ok("") };
    let wrong = |fix| Err(Fail::new(MICROSIP_E_ARG, "m->package", Value::text(package), fix));
    if !features::PACKAGES {
        return Err(Fail::command(CommandError::Unsupported, "m->package", Value::None));
    }
    match (package, uri) {
        ("", _) => wrong("names no package: give NULL for a MESSAGE, or \"*\" for an INFO without a package"),
        (_, Some(_)) => wrong("stands beside m->uri, but an INFO is of a call: leave m->uri NULL, and give the call"),
        _ => Ok(package),
    }
}

/// A package that the far end does not take, or nobody knows whether it does.
fn untaken(phone: &Phone<'_>, owner: u64, package: &str) -> Fail {
    let mut room = [0; 1];
    let mut out = Cursor::new(&mut room);
    let known = CallId::from_raw(owner).map(|call| phone.call_text(call, CallText::Packages, &mut out));
    let fix = match known {
        Ok(Err(_)) => {
            "is not known to be taken: the far end has named no packages; it does where info_packages of the phone, the \
             account or the call is set"
        }
        _ if out.needed() == 0 => "is not taken: the far end takes no packages",
        _ => "is none of those that the far end takes, which MICROSIP_TXT_PACKAGE of the call has",
    };
    Fail::new(MICROSIP_E_STATE, "m->package", Value::text(package), fix)
}

const NO_CALL: &str =
    "is no call: with m->uri NULL it is a call that is up; set m->uri to write with an account, or with 0";
const NO_ACCOUNT: &str = "is no account: beside m->uri it is an account, or 0; leave m->uri NULL to write in a call";

/// An id that is not of the kind that the rest asks for.
fn wrong_owner(owner: u64, error: IdError, fix: &'static str) -> Fail {
    let code = if error == IdError::WrongKind { MICROSIP_E_KIND } else { MICROSIP_E_ARG };
    Fail::new(code, "owner", Value::Id(owner), fix)
}

/// A call in whose dialog no message can leave: its state is told.
fn not_connected(phone: &Phone<'_>, call: CallId) -> Fail {
    let fix = match phone.call_info(call).map(|info| info.state) {
        Ok(CallState::Connected) => return super::shut_down("owner", call.raw()),
        Ok(CallState::Ended) => "is MICROSIP_ENDED: send the message to m->uri, with an account or 0 as the owner",
        _ => "is not MICROSIP_CONNECTED: wait for that, or send the message to m->uri",
    };
    Fail::new(MICROSIP_E_STATE, "owner", Value::Id(call.raw()), fix)
}

/// A message that cannot be released: its state is told.
pub(crate) fn not_over(phone: &Phone<'_>, message: MessageId) -> Fail {
    let fix = match phone.message_info(message).map(|info| info.state) {
        Ok(MessageState::Over) => "is MICROSIP_OVER, but its MICROSIP_EV_DONE waits: fetch that first",
        _ => "is not over: its response, which comes or is given up, is told by MICROSIP_EV_DONE",
    };
    Fail::new(MICROSIP_E_STATE, "object", Value::Id(message.raw()), fix)
}

pub(crate) fn answer(phone: &mut Phone<'_>, now: Instant, message: u64, code: u32) -> Done {
    let fix = "is neither 0 nor within 200 to 699";
    let code = status(code, fix)?;
    phone.message_answer(now, message_id(message)?, code).map_err(|error| match error {
        CommandError::Range if features::REFER && (200..300).contains(&code) => range(
            "code",
            code.into(),
            "would accept a REFER: microsip_dial with o->refer follows it; 300 to 699, or 0 for 603, refuse it",
        ),
        CommandError::Range => range("code", code.into(), fix),
        CommandError::State => {
            let fix = "waits for no answer: only one in MICROSIP_UNREAD does, for five seconds";
            Fail::new(MICROSIP_E_STATE, "message", Value::Id(message), fix)
        }
        error => refused("message", message)(error),
    })
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn info(phone: &Phone<'_>, message: u64, out: *mut microsip_message_info) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let info = phone.message_info(message_id(message)?).map_err(refused("message", message))?;
    out.put(microsip_message_info {
        size: 0,
        state: info.state as u32,
        message: info.message.raw(),
        account: info.account.raw(),
        call: info.call.raw(),
        tag: info.tag,
        began_us: info.began.micros(),
        incoming: info.incoming.into(),
        len: info.len as u32,
        sip_code: info.sip_code.into(),
        result: info.result as i32,
        refer: info.refer.into(),
        info: info.info.into(),
        composing: info.composing.into(),
        notices: info.notices.0.into(),
        noticed: info.noticed.into(),
        reserved: 0,
    });
    Ok(())
}

/// Tells the writer of a message what became of it.
pub(crate) fn notice(phone: &mut Phone<'_>, now: Instant, message: u64, state: u32) -> Done {
    let id = message_id(message)?;
    let disposition = match state {
        MICROSIP_NOTICE_DELIVERED => Disposition::Delivered,
        MICROSIP_NOTICE_DISPLAYED => Disposition::Displayed,
        _ => return Err(range("state", state, "is neither MICROSIP_NOTICE_DELIVERED nor MICROSIP_NOTICE_DISPLAYED")),
    };
    let fail = |code, fix| Fail::new(code, "message", Value::Id(message), fix);
    phone.message_notice(now, id, disposition).map_err(|error| match error {
        CommandError::Nothing => fail(MICROSIP_E_STATE, "asks for no such notice: its info has those that it wants"),
        CommandError::State => {
            fail(MICROSIP_E_STATE, "was not accepted, or is none that people read: answer it first, with 200 to 299")
        }
        CommandError::Uri => {
            let fix = "has a writer who does not want to be known, or a direct one whose From names another host than it \
                came from";
            fail(MICROSIP_E_URI, fix)
        }
        CommandError::Full => {
            fail(MICROSIP_E_FULL, "finds every message in use: release some, or set max_messages higher")
        }
        error => refused("message", message)(error),
    })
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn composing(
    phone: &mut Phone<'_>,
    now: Instant,
    owner: u64,
    uri: *const c_char,
    state: u32,
) -> Done {
    // SAFETY: by the C function's contract.
    let uri = unsafe { text::optional(uri, "uri")? };
    let writes = match state {
        MICROSIP_COMPOSING_ACTIVE => true,
        MICROSIP_COMPOSING_IDLE => false,
        _ => return Err(range("state", state, "is neither MICROSIP_COMPOSING_ACTIVE nor MICROSIP_COMPOSING_IDLE")),
    };
    let told = match uri {
        None => {
            let call = CallId::from_raw(owner).map_err(|error| {
                wrong_owner(owner, error, "is no call: give uri, to name the far end by its address")
            })?;
            phone.compose_in_call(now, call, writes)
        }
        Some(uri) => {
            let account = if owner == 0 { Ok(AccountId::NONE) } else { AccountId::from_raw(owner) };
            let account = account.map_err(|error| {
                wrong_owner(owner, error, "is no account: leave uri NULL for the far end of a call")
            })?;
            phone.compose(now, account, uri, writes)
        }
    };
    told.map_err(|error| match error {
        CommandError::Full if phone.message_capacity() == 0 => {
            let fix = "was made without messages: set max_messages when you make it";
            Fail::new(MICROSIP_E_FULL, "phone", Value::None, fix)
        }
        CommandError::Full => {
            let fix = "has every message in use, or a quarter of them for those who write: set max_messages higher";
            Fail::new(MICROSIP_E_FULL, "phone", Value::None, fix)
        }
        CommandError::State => match CallId::from_raw(owner) {
            Ok(call) if phone.call_info(call).is_ok_and(|info| info.state != CallState::Connected) => {
                let fix = "is a call that is not MICROSIP_CONNECTED: wait for that, or name the far end by uri";
                Fail::new(MICROSIP_E_STATE, "owner", Value::Id(owner), fix)
            }
            _ => super::shut_down("owner", owner),
        },
        CommandError::Stale => refused("owner", owner)(error),
        error => Fail::command(error, "uri", uri.map_or(Value::None, Value::text)),
    })
}
