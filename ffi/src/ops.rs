//! The commands and getters that both families share: arguments from C in, one core call, results to C out.
//!
//! Each checks all of its pointers before it does anything, and writes out-parameters only when it succeeded.

use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use core::ffi::c_char;
use microsip_core::base::time::Instant;
use microsip_core::phone::{
    AccountConfig, AccountId, AccountText, CallId, CallText, CommandError, DialOptions, IdError, MediaTimeout, Phone,
    Side, Source, WhenLost, Which,
};
use microsip_core::wire::sip::Uri;

pub(crate) type Done = Result<(), Fail>;

pub(crate) fn call_id(raw: u64) -> Result<CallId, Fail> {
    CallId::from_raw(raw).map_err(|error| Fail::id("call", raw, error))
}

/// A call; or MICROSIP_SELF, which stands for all of them.
fn call_or_self(raw: u64) -> Result<CallId, Fail> {
    if raw == MICROSIP_SELF {
        Ok(CallId::NONE)
    } else {
        CallId::from_raw(raw).map_err(|error| Fail::id("target", raw, error))
    }
}

/// Whatever has an id of its own.
pub(crate) enum Any {
    Call(CallId),
    Account(AccountId),
    Phone,
}

pub(crate) fn any(raw: u64) -> Result<Any, Fail> {
    if raw == MICROSIP_SELF {
        return Ok(Any::Phone);
    }
    match CallId::from_raw(raw) {
        Ok(call) => Ok(Any::Call(call)),
        Err(IdError::WrongKind) => {
            AccountId::from_raw(raw).map(Any::Account).map_err(|error| Fail::id("object", raw, error))
        }
        Err(error) => Err(Fail::id("object", raw, error)),
    }
}

fn on_object(raw: u64) -> impl FnOnce(CommandError) -> Fail {
    move |error| Fail::command(error, "object", Value::Id(raw))
}

pub(crate) fn account_id(raw: u64) -> Result<AccountId, Fail> {
    AccountId::from_raw(raw).map_err(|error| Fail::id("account", raw, error))
}

fn on_call(raw: u64) -> impl FnOnce(CommandError) -> Fail {
    move |error| Fail::command(error, "call", Value::Id(raw))
}

fn on_account(raw: u64) -> impl FnOnce(CommandError) -> Fail {
    move |error| Fail::command(error, "account", Value::Id(raw))
}

fn range(argument: &'static str, value: u32, fix: &'static str) -> Fail {
    Fail::new(crate::abi::code::MICROSIP_E_ARG, argument, Value::Number(i64::from(value)), fix)
}

pub(crate) fn source_of(source: u32) -> Result<Source, Fail> {
    Ok(match source {
        MICROSIP_SRC_DEVICE => Source::Device,
        MICROSIP_SRC_PCM => Source::Application,
        MICROSIP_SRC_ECHO => Source::Echo,
        MICROSIP_SRC_SILENCE => Source::Silence,
        _ => return Err(range("source", source, "is no MICROSIP_SRC_*")),
    })
}

pub(crate) fn side_of(dev: u32) -> Result<Side, Fail> {
    match dev {
        MICROSIP_DEV_INPUT => Ok(Side::Input),
        MICROSIP_DEV_OUTPUT => Ok(Side::Output),
        _ => Err(range("dev", dev, "is neither MICROSIP_DEV_INPUT nor MICROSIP_DEV_OUTPUT")),
    }
}

/// MICROSIP_ADDRESS_*.
pub(crate) fn is_v6(which: u32) -> Result<bool, Fail> {
    match which {
        MICROSIP_ADDRESS_V4 => Ok(false),
        MICROSIP_ADDRESS_V6 => Ok(true),
        _ => Err(range("which", which, "is neither MICROSIP_ADDRESS_V4 nor MICROSIP_ADDRESS_V6")),
    }
}

fn status(code: u32, fix: &'static str) -> Result<u16, Fail> {
    u16::try_from(code).map_err(|_| range("code", code, fix))
}

/// When a far end that has fallen silent is given up, and what is done then. `name`: of the member that says what.
pub(crate) fn media_timeout(seconds: u32, lost: u32, name: &'static str) -> Result<MediaTimeout, Fail> {
    let lost = match lost {
        0 => WhenLost::Inherit,
        MICROSIP_LOST_END => WhenLost::End,
        MICROSIP_LOST_TELL => WhenLost::Tell,
        other => return Err(range(name, other, "is neither 0, MICROSIP_LOST_END nor MICROSIP_LOST_TELL")),
    };
    Ok(MediaTimeout { seconds, lost })
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn account_add(
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
            media_timeout: media_timeout(given.media_timeout, given.media_lost, "a->media_lost")?,
            expires: given.expires,
            keepalive: given.keepalive,
            tag: given.tag,
        }
    };
    if given.reserved2 != 0 || !given.reserved_text.is_null() {
        return Err(Fail::new(
            crate::abi::code::MICROSIP_E_NEWER,
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

pub(crate) fn account_remove(phone: &mut Phone<'_>, now: Instant, account: u64) -> Done {
    phone.account_remove(now, account_id(account)?).map_err(on_account(account))
}

pub(crate) fn register(phone: &mut Phone<'_>, now: Instant, account: u64, token: u64) -> Done {
    phone.register(now, account_id(account)?, token).map_err(on_account(account))
}

pub(crate) fn unregister(phone: &mut Phone<'_>, now: Instant, account: u64, token: u64) -> Done {
    phone.unregister(now, account_id(account)?, token).map_err(on_account(account))
}

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
            _ => Err(range("kind", kind, "is neither MICROSIP_KIND_CALL nor, without an owner, MICROSIP_KIND_ACCOUNT")),
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
            crate::abi::code::MICROSIP_E_BUFFER,
            "cap",
            Value::Number(i64::from(cap)),
            "is too small: *needed says how many ids",
        ));
    }
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn account_info(phone: &Phone<'_>, account: u64, out: *mut microsip_account_info) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let info = phone.account_info(account_id(account)?).map_err(on_account(account))?;
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
            ..=MICROSIP_TXT_USER_AGENT | MICROSIP_TXT_REALM | MICROSIP_TXT_DEVICE_ID | MICROSIP_TXT_DEVICE_NAME
    ) {
        return Err(range("which", which, "is no MICROSIP_TXT_*"));
    }
    let of = any(object)?;
    if index != 0 && !matches!(of, Any::Phone) {
        return Err(range("index", index, "is not 0: there is one text of that kind"));
    }
    // SAFETY: by contract.
    unsafe {
        text::put(buf, cap, needed, |cursor| match of {
            Any::Call(call) => phone.call_text(call, call_text(which)?, cursor).map_err(on_object(object)),
            Any::Account(account) => {
                phone.account_text(account, account_text(which)?, cursor).map_err(on_object(object))
            }
            Any::Phone => Err(Fail::NOTHING),
        })
    }
}

const fn account_text(which: u32) -> Result<AccountText, Fail> {
    match which {
        MICROSIP_TXT_LOCAL_URI => Ok(AccountText::Uri),
        MICROSIP_TXT_REALM => Ok(AccountText::RefusedRealm),
        MICROSIP_TXT_REASON => Ok(AccountText::Reason),
        _ => Err(Fail::NOTHING),
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
        _ => return Err(Fail::NOTHING),
    })
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn dial(
    phone: &mut Phone<'_>,
    now: Instant,
    account: u64,
    uri: *const c_char,
    o: *const microsip_options,
    call: *mut microsip_id,
) -> Done {
    let id = if account == 0 { AccountId::NONE } else { account_id(account)? };
    // SAFETY: by contract.
    let (target, given) = unsafe { (text::needed(uri, "uri")?, pointer::read_or_zero(o, "o")?) };
    let call = pointer::must(call, "call")?;
    // SAFETY: by contract.
    let options = unsafe {
        DialOptions {
            source: source_of(given.source)?,
            tag: given.tag,
            display_name: text::or_empty(given.display_name, "o->display_name")?,
            headers: text::or_empty(given.headers, "o->headers")?,
        }
    };
    let made = phone.dial(now, id, target, &options).map_err(|error| match error {
        CommandError::Stale => Fail::command(error, "account", Value::Id(account)),
        CommandError::Full => Fail::command(error, "max_calls", Value::None),
        CommandError::Text => Fail::command(error, "o->display_name or o->headers", Value::None),
        CommandError::HeaderLine | CommandError::HeaderOwned => Fail::command(error, "o->headers", Value::None),
        _ => Fail::command(error, "uri", Value::text(target)),
    })?;
    // SAFETY: not NULL.
    unsafe { pointer::put(call, made.raw()) };
    Ok(())
}

/// Options of which none applies, or only source and tag.
///
/// # Safety
/// Pointers as the C function documents them.
unsafe fn options_but_for(o: *const microsip_options, answer: bool) -> Result<microsip_options, Fail> {
    // SAFETY: by contract.
    let given = unsafe { pointer::read_or_zero(o, "o")? };
    let wrong =
        !given.display_name.is_null() || !given.headers.is_null() || !answer && (given.source != 0 || given.tag != 0);
    let fix = "has members set that do not apply here";
    if wrong { Err(Fail::new(crate::abi::code::MICROSIP_E_ARG, "o", Value::None, fix)) } else { Ok(given) }
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn answer(
    phone: &mut Phone<'_>,
    now: Instant,
    call: u64,
    code: u32,
    o: *const microsip_options,
) -> Done {
    let fix = "is not 180, 183 or 200";
    let code = if code == 0 { 200 } else { status(code, fix)? };
    // SAFETY: by contract.
    let given = unsafe { options_but_for(o, true)? };
    let (id, source) = (call_id(call)?, source_of(given.source)?);
    phone.answer(now, id, code).map_err(|error| match error {
        CommandError::Range => range("code", u32::from(code), fix),
        _ => on_call(call)(error),
    })?;
    // 0 leaves both as they are
    if given.source != 0 {
        phone.set_source(now, id, source).map_err(on_call(call))?;
    }
    if given.tag != 0 {
        phone.call_set_tag(id, given.tag).map_err(on_call(call))?;
    }
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn reject(
    phone: &mut Phone<'_>,
    now: Instant,
    call: u64,
    code: u32,
    o: *const microsip_options,
) -> Done {
    let fix = "is not within 300 to 699";
    let code = status(code, fix)?;
    // SAFETY: by contract.
    unsafe { options_but_for(o, false)? };
    phone.reject(now, call_id(call)?, code).map_err(|error| match error {
        CommandError::Range => range("code", u32::from(code), fix),
        _ => on_call(call)(error),
    })
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn hangup(phone: &mut Phone<'_>, now: Instant, call: u64, o: *const microsip_options) -> Done {
    // SAFETY: by contract.
    unsafe { options_but_for(o, false)? };
    phone.hangup(now, call_id(call)?).map_err(on_call(call))
}

pub(crate) fn tag_set(phone: &mut Phone<'_>, object: u64, tag: u64) -> Done {
    match any(object)? {
        Any::Call(call) => phone.call_set_tag(call, tag).map_err(on_object(object)),
        Any::Account(account) => phone.account_set_tag(account, tag).map_err(on_object(object)),
        Any::Phone => Err(Fail::new(
            crate::abi::code::MICROSIP_E_KIND,
            "object",
            Value::Id(object),
            "is MICROSIP_SELF, which has no tag",
        )),
    }
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn call_info(phone: &Phone<'_>, call: u64, out: *mut microsip_call_info) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let info = phone.call_info(call_id(call)?).map_err(on_call(call))?;
    out.put(microsip_call_info {
        size: 0,
        state: info.state as u32,
        account: info.account.raw(),
        call: info.call.raw(),
        tag: info.tag,
        started_us: info.started.micros(),
        ringing_us: info.ringing.micros(),
        connected_us: info.connected.micros(),
        ended_us: info.ended.micros(),
        incoming: u32::from(info.incoming),
        sip_code: u32::from(info.sip_code),
        result: info.result as i32,
        source: info.source as u32,
        muted: u32::from(info.muted),
        media: info.ways,
        volume_in: u32::from(info.volume_in),
        volume_out: u32::from(info.volume_out),
        cause: info.cause as u32,
        ended_by: info.ended_by as u32,
    });
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn call_stats(
    phone: &Phone<'_>,
    now: Instant,
    call: u64,
    pcm: (u32, u32),
    out: *mut microsip_call_stats,
) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let stats = phone.call_stats(now, call_id(call)?).map_err(on_call(call))?;
    out.put(microsip_call_stats {
        size: 0,
        confirmed: u32::from(stats.confirmed),
        sent: u64::from(stats.sent_packets),
        received: u64::from(stats.received_packets),
        lost: u64::from(stats.lost),
        late: u64::from(stats.late),
        duplicate: u64::from(stats.duplicate),
        reordered: u64::from(stats.reordered),
        concealed_ms: u64::from(stats.concealed_ms),
        silent_us: stats.silent_us,
        jitter_us: stats.jitter_us,
        rtt_us: stats.rtt_us,
        level_in: u32::from(stats.level_in),
        level_out: u32::from(stats.level_out),
        pcm_underrun: pcm.0,
        pcm_overrun: pcm.1,
        remote_lost: stats.remote_lost,
        remote_jitter_us: stats.remote_jitter_us,
        remote_fraction_lost: u32::from(stats.remote_fraction_lost),
        ring_ms: stats.ring_ms,
        strangers: stats.strangers,
        malformed: stats.malformed,
    });
    Ok(())
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
    let Any::Call(id) = any(object)? else {
        return Err(Fail::NOTHING);
    };
    let which = match which {
        MICROSIP_FIRST => Which::First,
        MICROSIP_LAST => Which::Last,
        _ => return Err(range("which", which, "is neither MICROSIP_FIRST nor MICROSIP_LAST")),
    };
    // SAFETY: by contract.
    let name = unsafe { text::needed(name, "name")? };
    // SAFETY: by contract.
    unsafe {
        text::put(buf, cap, needed, |cursor| phone.call_header(id, which, name, nth, cursor).map_err(on_object(object)))
    }
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn digits(
    phone: &mut Phone<'_>,
    now: Instant,
    call: u64,
    digits: *const c_char,
    method: u32,
    token: u64,
) -> Done {
    if method != 0 {
        return Err(range("method", method, "is not 0: RFC 4733, or tones where the far end takes no events"));
    }
    let id = call_id(call)?;
    // SAFETY: by contract.
    let digits = unsafe { text::needed(digits, "digits")? };
    phone.send_digits(now, id, digits, token).map_err(|error| match error {
        CommandError::Range => {
            let fix = "holds what is no digit: 0 to 9, * # A B C D, and a comma for a second of silence";
            Fail::new(crate::abi::code::MICROSIP_E_ARG, "digits", Value::text(digits), fix)
        }
        CommandError::Full => {
            let fix = "are more than can wait to be sent: wait for MICROSIP_EV_DONE";
            Fail::new(crate::abi::code::MICROSIP_E_FULL, "digits", Value::text(digits), fix)
        }
        _ => on_call(call)(error),
    })
}

pub(crate) fn source(phone: &mut Phone<'_>, now: Instant, call: u64, source: u32) -> Done {
    phone.set_source(now, call_id(call)?, source_of(source)?).map_err(on_call(call))
}

pub(crate) fn mute(phone: &mut Phone<'_>, call: u64, on: u32) -> Done {
    phone.set_mute(call_or_self(call)?, on != 0).map_err(on_call(call))
}

pub(crate) fn volume(phone: &mut Phone<'_>, call: u64, dev: u32, percent: u32) -> Done {
    phone.set_volume(call_or_self(call)?, side_of(dev)?, percent).map_err(|error| match error {
        CommandError::Range => range("percent", percent, "is above 400"),
        _ => on_call(call)(error),
    })
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn counters(phone: &Phone<'_>, out: *mut microsip_counters) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let counters = phone.counters();
    out.put(microsip_counters {
        size: 0,
        malformed: counters.malformed,
        strangers: counters.strangers,
        unmatched: counters.unmatched,
        refused_full: counters.refused_full,
        evicted_ended: counters.evicted_calls,
        refused_challenges: counters.refused_challenges,
        stray_media: counters.stray_media,
        oversize: counters.oversize,
        reserved: 0,
    });
    Ok(())
}

/// The phone, in numbers. `possible`: what limits calls beside the phone's slots.
///
/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn info(phone: &Phone<'_>, possible: u32, out: *mut microsip_info) -> Done {
    // SAFETY: by contract.
    let out = unsafe { pointer::Out::check(out, "out")? };
    let info = phone.info();
    out.put(microsip_info {
        size: 0,
        calls: info.calls as u32,
        accounts: info.accounts as u32,
        calls_possible: possible.min(info.calls_possible as u32),
        audio_wanted: u32::from(phone.wants_tick() || phone.device_wanted()),
        muted: u32::from(info.muted),
        volume_in: u32::from(info.volume_in),
        volume_out: u32::from(info.volume_out),
        features: crate::abi::code::microsip_features(),
        ended: info.ended as u32,
    });
    Ok(())
}

/// Gives an ended call's slot back.
pub(crate) fn id_release(phone: &mut Phone<'_>, object: u64) -> Done {
    let id = CallId::from_raw(object).map_err(|error| Fail::id("object", object, error))?;
    phone.release(id).map_err(|error| Fail::command(error, "object", Value::Id(object)))
}

/// An event as it crosses.
pub(crate) fn event_of(event: &microsip_core::phone::Event, phone: u64) -> microsip_event {
    use microsip_core::phone::EventKind;
    let blank = microsip_event {
        phone,
        object: if event.call.is_none() { event.account.raw() } else { event.call.raw() },
        owner: if event.call.is_none() { 0 } else { event.account.raw() },
        tag: event.tag,
        time_us: event.at.micros(),
        ..microsip_event::default()
    };
    match event.kind {
        EventKind::Call { state, reached, sip_code, result, cause, ended_by } => microsip_event {
            r#type: MICROSIP_EV_CALL,
            cause: cause as u32,
            ended_by: ended_by as u32,
            state: state as u32,
            reached,
            sip_code: u32::from(sip_code),
            result: result as i32,
            ..blank
        },
        EventKind::Account { state, reached, sip_code, result } => microsip_event {
            r#type: MICROSIP_EV_ACCOUNT,
            state: state as u32,
            reached,
            sip_code: u32::from(sip_code),
            result: result as i32,
            ..blank
        },
        EventKind::Digit(digit) => microsip_event { r#type: MICROSIP_EV_DIGIT, value: u32::from(digit), ..blank },
        EventKind::Done { op, token, sip_code, result } => microsip_event {
            r#type: MICROSIP_EV_DONE,
            op: op as u32,
            token,
            sip_code: u32::from(sip_code),
            result: result as i32,
            ..blank
        },
        EventKind::Media { media, result } => {
            microsip_event { r#type: MICROSIP_EV_MEDIA, value: media, result: result as i32, ..blank }
        }
        EventKind::Challenge(why) => microsip_event { r#type: MICROSIP_EV_CHALLENGE, result: why as i32, ..blank },
        EventKind::Lost(count) => microsip_event { r#type: MICROSIP_EV_LOST, value: count, ..blank },
    }
}
