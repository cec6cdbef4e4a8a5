//! The host family: any thread may call, any time. Nothing blocks but create, destroy, the listing of devices, and what takes `wait_ms`.

#![allow(clippy::missing_safety_doc, reason = "the header's comment is the contract: pointers are NULL or valid for the call")]

use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use crate::host::audio::device::{self, Side};
use crate::host::audio::ring::ring;
use crate::host::audio::wav::{self, FileCode, FileError, Mix, Player};
use crate::host::create;
use crate::host::hooks::addr_of;
use crate::host::ports;
use crate::host::shared::{Core, Shared};
use crate::host::signal::lock;
use crate::host::slots::{Incoming, Outgoing, Playing, Slot};
use crate::host::table;
use crate::ops::{self, Done};
use core::cell::RefCell;
use core::ffi::c_char;
use core::fmt::Write;
use core::panic::AssertUnwindSafe;
use core::sync::atomic::Ordering;
use core::time::Duration;
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Instant;
use microsip_core::phone::{CallId, CallState, Phone};
use std::panic::catch_unwind;
use std::path::Path;
use std::sync::{Arc, PoisonError};

#[cfg(test)]
mod tests;

/// Bytes of an error's text.
const ERROR: usize = 512;

struct LastError {
    text: [u8; ERROR],
    len: usize,
}

thread_local! {
    static LAST: RefCell<LastError> = const { RefCell::new(LastError { text: [0; ERROR], len: 0 }) };
}

fn remember(function: &str, fail: &Fail, more: &str) {
    LAST.with_borrow_mut(|last| {
        let mut cursor = Cursor::new(&mut last.text);
        if more.is_empty() {
            fail.tell(function, &mut cursor);
        } else {
            let _ = write!(cursor, "{function}: {more} ({})", fail.code);
        }
        let mut len = cursor.needed().min(ERROR);
        // not within a character
        while core::str::from_utf8(last.text.get(..len).unwrap_or_default()).is_err() && len > 0 {
            len -= 1;
        }
        last.len = len;
    });
}

/// The guard of every entry: a panic becomes a code, a failure is remembered for `microsip_last_error`.
fn guard(function: &str, act: impl FnOnce() -> Done) -> i32 {
    let fail = match catch_unwind(AssertUnwindSafe(act)) {
        Ok(Ok(())) => return MICROSIP_OK,
        Ok(Err(fail)) => fail,
        Err(_) => Fail::new(MICROSIP_E_POISONED, "the library", Value::None, "met a fault of its own"),
    };
    // a failure without a fix has told its own text already
    if fail.code < 0 && !fail.fix.is_empty() {
        remember(function, &fail, "");
    }
    fail.code
}

/// The guard of what works on a phone: a panic poisons it.
fn with_shared(function: &str, phone: u64, act: impl FnOnce(&Arc<Shared>) -> Done) -> i32 {
    guard(function, || {
        let shared = table::find(phone)?;
        healthy(&shared)?;
        match catch_unwind(AssertUnwindSafe(|| act(&shared))) {
            Ok(done) => done.map_err(|fail| fail.for_mark(table::mark(phone))),
            Err(_) => {
                shared.poison();
                Err(poisoned(phone))
            }
        }
    })
}

fn poisoned(phone: u64) -> Fail {
    Fail::new(MICROSIP_E_POISONED, "phone", Value::Id(phone), "met a fault of the library: destroy it")
}

fn healthy(shared: &Shared) -> Done {
    if shared.is_poisoned() { Err(poisoned(shared.id)) } else { Ok(()) }
}

/// A getter: one core call under the lock.
fn read(function: &str, phone: u64, act: impl FnOnce(&Phone<'static>, Instant) -> Done) -> i32 {
    with_shared(function, phone, |shared| {
        let core = lock(&shared.core);
        act(&core.phone, shared.clock.now())
    })
}

/// A command: one core call under the lock, and the engine looks at what it brought.
fn command(function: &str, phone: u64, act: impl FnOnce(&mut Phone<'static>, Instant) -> Done) -> i32 {
    with_shared(function, phone, |shared| {
        let mut core = lock(&shared.core);
        let done = act(&mut core.phone, shared.clock.now());
        drop(core);
        shared.wake();
        done
    })
}

/// A command that begins something: not after a shutdown.
fn begin(function: &str, phone: u64, act: impl FnOnce(&mut Phone<'static>, Instant) -> Done) -> i32 {
    with_shared(function, phone, |shared| {
        if shared.closing.load(Ordering::Acquire) != u64::MAX {
            return Err(Fail::new(MICROSIP_E_CLOSED, "phone", Value::Id(phone), "has been shut down: make another"));
        }
        let mut core = lock(&shared.core);
        let done = act(&mut core.phone, shared.clock.now());
        drop(core);
        shared.wake();
        done
    })
}

/// Makes a phone: sockets, threads, memory; from here on nothing is taken. config may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_create(abi: u32, config: *const microsip_config, phone: *mut microsip_id) -> i32 {
    guard("microsip_create", || {
        let phone = pointer::must(phone, "phone")?;
        if abi != MICROSIP_ABI_VERSION {
            return Err(Fail::new(
                MICROSIP_E_ABI,
                "abi",
                Value::Number(i64::from(abi)),
                "is not this library's: compile with its own header, and pass MICROSIP_ABI_VERSION",
            ));
        }
        // SAFETY: by contract.
        let id = unsafe { create::create(&pointer::read_or_zero(config, "config")?)? };
        // SAFETY: not NULL.
        unsafe { pointer::put(phone, id) };
        Ok(())
    })
}

/// Ends calls and registrations, and returns at once. MICROSIP_EV_CLOSED follows when that is done, or grace_ms are over. Allowed in a callback.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_shutdown(phone: microsip_id, grace_ms: u32) -> i32 {
    with_shared("microsip_shutdown", phone, |shared| {
        let mut core = lock(&shared.core);
        let now = shared.clock.now();
        core.phone.shutdown(now);
        drop(core);
        let at = if grace_ms == MICROSIP_FOREVER { u64::MAX - 1 } else { now.micros() + u64::from(grace_ms) * 1000 };
        // a second one may shorten the grace
        shared.closing.fetch_min(at, Ordering::AcqRel);
        shared.wake();
        Ok(())
    })
}

/// Destroys a phone, in any state, from any thread but its own callback's. Calls get a BYE, nobody is waited for. Twice is harmless.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_destroy(phone: microsip_id) -> i32 {
    guard("microsip_destroy", || {
        let Some(shared) = table::take(phone)? else { return Ok(()) };
        create::end(&shared);
        drop(shared);
        table::free(phone);
        Ok(())
    })
}

/// The text of this thread's latest failed call: what was wrong, with what value, and what to do.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_last_error(buf: *mut c_char, cap: u32, needed: *mut u32) -> i32 {
    let write = || {
        LAST.with_borrow(|last| {
            // SAFETY: by contract.
            unsafe {
                text::put(buf, cap, needed, |cursor| {
                    cursor.put(last.text.get(..last.len).unwrap_or_default());
                    Ok(())
                })
            }
        })
    };
    match catch_unwind(AssertUnwindSafe(write)) {
        Ok(Ok(())) => MICROSIP_OK,
        Ok(Err(fail)) => fail.code,
        Err(_) => MICROSIP_E_POISONED,
    }
}

/// Fetches an event, waiting at most wait_ms. MICROSIP_NOTHING: none came. Several threads may wait. It releases the event fetched before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_next_event(phone: microsip_id, ev: *mut microsip_event, wait_ms: u32) -> i32 {
    guard("microsip_next_event", || {
        // SAFETY: by contract.
        let out = unsafe { pointer::Out::check(ev, "ev")? };
        let shared = match table::find(phone) {
            Err(fail) if fail.code == MICROSIP_E_STALE && table::was_there(phone) => return Err(Fail { code: MICROSIP_E_CLOSED, ..fail }),
            found => found?,
        };
        if shared.callback {
            return Err(Fail::new(
                MICROSIP_E_STATE,
                "phone",
                Value::Id(phone),
                "gives its events to on_event: create it without one to fetch them",
            ));
        }
        let until = (wait_ms != MICROSIP_FOREVER).then(|| std::time::Instant::now() + Duration::from_millis(u64::from(wait_ms)));
        loop {
            let seen = shared.events.seen();
            match shared.fetch_event() {
                Ok(Some(event)) => {
                    out.put(event);
                    return Ok(());
                }
                Ok(None) => {}
                Err(code) => return Err(Fail::new(code, "phone", Value::Id(phone), "has given its last event")),
            }
            shared.events.lower(seen);
            if until.is_some_and(|until| std::time::Instant::now() >= until) {
                return Err(Fail::NOTHING);
            }
            shared.events.wait(seen, until);
        }
    })
}

/// A descriptor (on Windows a HANDLE) for the application's own loop: readable while events wait. Never read it; fetch until MICROSIP_NOTHING.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_event_descriptor(phone: microsip_id, descriptor: *mut isize) -> i32 {
    with_shared("microsip_event_descriptor", phone, |shared| {
        let place = pointer::must(descriptor, "descriptor")?;
        let Some(raw) = shared.events.descriptor() else {
            return Err(Fail::new(MICROSIP_E_UNSUPPORTED, "descriptor", Value::None, "could not be made: none was left at creation"));
        };
        // SAFETY: not NULL.
        unsafe { pointer::put(place, raw) };
        Ok(())
    })
}

/// The SIP address to tell others: of the first interface that leaves the machine. v6: 0 IPv4, 1 IPv6. MICROSIP_NOTHING: there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_local_address(phone: microsip_id, v6: u32, out: *mut microsip_addr) -> i32 {
    with_shared("microsip_local_address", phone, |shared| {
        let place = pointer::must(out, "out")?;
        let address = shared.locals.shown(v6 != 0).ok_or(Fail::NOTHING)?;
        // SAFETY: not NULL.
        unsafe { pointer::put(place, addr_of(address)) };
        Ok(())
    })
}

/// How many more calls this process's limit on descriptors allows now (two a call), at most max_calls. The library never raises limits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_calls_possible(phone: microsip_id, calls: *mut u32) -> i32 {
    with_shared("microsip_calls_possible", phone, |shared| {
        let place = pointer::must(calls, "calls")?;
        // SAFETY: not NULL.
        unsafe { pointer::put(place, ports::calls_possible().min(shared.max_calls)) };
        Ok(())
    })
}

/// What the network did to the phone, and what gave way.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_counters_get(phone: microsip_id, out: *mut microsip_counters) -> i32 {
    // SAFETY: by contract.
    read("microsip_counters_get", phone, |phone, _| unsafe { ops::counters(phone, out) })
}

/// Adds an account; it registers at once unless no_register is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_account_add(phone: microsip_id, a: *const microsip_account, account: *mut microsip_id) -> i32 {
    // SAFETY: by contract.
    begin("microsip_account_add", phone, |phone, now| unsafe { ops::account_add(phone, now, a, account) })
}

/// Removes an account; its registration is ended.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_account_remove(phone: microsip_id, account: microsip_id) -> i32 {
    command("microsip_account_remove", phone, |phone, now| ops::account_remove(phone, now, account))
}

/// Registers now, and keeps registered.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_register(phone: microsip_id, account: microsip_id) -> i32 {
    begin("microsip_register", phone, |phone, now| ops::register(phone, now, account))
}

/// Ends a registration; the account stays.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_unregister(phone: microsip_id, account: microsip_id) -> i32 {
    command("microsip_unregister", phone, |phone, now| ops::unregister(phone, now, account))
}

/// The ids of all accounts; needed: how many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_accounts(phone: microsip_id, ids: *mut microsip_id, cap: u32, needed: *mut u32) -> i32 {
    // SAFETY: by contract.
    read("microsip_accounts", phone, |phone, _| unsafe { ops::accounts(phone, ids, cap, needed) })
}

/// An account, in numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_account_info_get(phone: microsip_id, account: microsip_id, out: *mut microsip_account_info) -> i32 {
    // SAFETY: by contract.
    read("microsip_account_info_get", phone, |phone, _| unsafe { ops::account_info(phone, account, out) })
}

/// A text of an account: MICROSIP_TXT_ACCOUNT_*.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_account_text(
    phone: microsip_id,
    account: microsip_id,
    which: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_account_text", phone, |phone, _| unsafe { ops::account_text(phone, account, which, buf, cap, needed) })
}

/// Calls a URI, or a number that the account's domain completes. account 0: directly, without one. o may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_dial(
    phone: microsip_id,
    account: microsip_id,
    uri: *const c_char,
    o: *const microsip_dial_options,
    call: *mut microsip_id,
) -> i32 {
    // SAFETY: by contract.
    begin("microsip_dial", phone, |phone, now| unsafe { ops::dial(phone, now, account, uri, o, call) })
}

/// Answers an incoming call: 180 ringing, 183 progress with sound, 200 (or 0) take it.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_answer(phone: microsip_id, call: microsip_id, code: u32) -> i32 {
    command("microsip_answer", phone, |phone, now| ops::answer(phone, now, call, code))
}

/// Refuses an incoming call with a code from 300 to 699; 0: 486.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_reject(phone: microsip_id, call: microsip_id, code: u32) -> i32 {
    command("microsip_reject", phone, |phone, now| ops::reject(phone, now, call, code))
}

/// Ends a call, in any state.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_hangup(phone: microsip_id, call: microsip_id) -> i32 {
    command("microsip_hangup", phone, |phone, now| ops::hangup(phone, now, call))
}

/// Ends all calls.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_hangup_all(phone: microsip_id) -> i32 {
    command("microsip_hangup_all", phone, |phone, now| {
        phone.hangup_all(now);
        Ok(())
    })
}

/// Gives a call the application's own number, which its events carry.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_call_tag(phone: microsip_id, call: microsip_id, tag: u64) -> i32 {
    command("microsip_call_tag", phone, |phone, _| ops::call_tag(phone, call, tag))
}

/// The ids of all calls; needed: how many.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_calls(phone: microsip_id, ids: *mut microsip_id, cap: u32, needed: *mut u32) -> i32 {
    // SAFETY: by contract.
    read("microsip_calls", phone, |phone, _| unsafe { ops::calls(phone, ids, cap, needed) })
}

/// A call, in numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_info_get(phone: microsip_id, call: microsip_id, out: *mut microsip_call_info) -> i32 {
    // SAFETY: by contract.
    read("microsip_call_info_get", phone, |phone, _| unsafe { ops::call_info(phone, call, out) })
}

/// How a call's media does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_stats_get(phone: microsip_id, call: microsip_id, out: *mut microsip_call_stats) -> i32 {
    with_shared("microsip_call_stats_get", phone, |shared| {
        let mut core = lock(&shared.core);
        let slot = ops::call_id(call).ok().and_then(|id| core.slots.of(id));
        let pcm = slot.map_or((0, 0), |slot| {
            let under = slot.outgoing.as_ref().map_or(0, |pcm| pcm.read.underrun());
            let over = slot.incoming.as_ref().map_or(0, |pcm| pcm.write.overrun());
            (under as u32, over as u32)
        });
        // SAFETY: by contract.
        unsafe { ops::call_stats(&core.phone, shared.clock.now(), call, pcm, out) }
    })
}

/// A text of a call: MICROSIP_TXT_*. MICROSIP_NOTHING: it has none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_text(
    phone: microsip_id,
    call: microsip_id,
    which: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_call_text", phone, |phone, _| unsafe { ops::call_text(phone, call, which, buf, cap, needed) })
}

/// The nth header (from 0) of that name in the first or last message that a call received. MICROSIP_NOTHING: there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_call_header(
    phone: microsip_id,
    call: microsip_id,
    which: u32,
    name: *const c_char,
    nth: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_call_header", phone, |phone, _| unsafe { ops::call_header(phone, call, which, name, nth, buf, cap, needed) })
}

/// Sends digits: 0-9 * # A-D, and a comma for a pause of a second. MICROSIP_EV_DIGITS_SENT tells the token. token may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_digits(phone: microsip_id, call: microsip_id, digits: *const c_char, token: *mut u64) -> i32 {
    // SAFETY: by contract.
    command("microsip_digits", phone, |phone, now| unsafe { ops::digits(phone, now, call, digits, token) })
}

/// Chooses what the peer hears: MICROSIP_SRC_*.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_source(phone: microsip_id, call: microsip_id, source: u32) -> i32 {
    command("microsip_source", phone, |phone, now| ops::source(phone, now, call, source))
}

/// Silences what we send: 1 on, 0 off. call 0: all, and those to come.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_mute(phone: microsip_id, call: microsip_id, on: u32) -> i32 {
    command("microsip_mute", phone, |phone, _| ops::mute(phone, call, on))
}

/// The volume of one side, MICROSIP_DEV_*, in percent, at most 400. call 0: all, and those to come.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_volume(phone: microsip_id, call: microsip_id, dev: u32, percent: u32) -> i32 {
    command("microsip_volume", phone, |phone, _| ops::volume(phone, call, dev, percent))
}

/// A call that can have sound: it is there and has not ended.
fn sounding(core: &Core, call: u64) -> Result<CallId, Fail> {
    let id = ops::call_id(call)?;
    match core.phone.call_info(id) {
        Err(error) => Err(Fail::command(error, "call", Value::Id(call))),
        Ok(info) if info.state == CallState::Ended => Err(Fail::new(MICROSIP_E_STATE, "call", Value::Id(call), "has ended")),
        Ok(_) => Ok(id),
    }
}

fn file_fail(function: &str, error: &FileError) -> Fail {
    let code = match error.code {
        FileCode::Missing | FileCode::Denied => MICROSIP_E_FILE,
        FileCode::Format => MICROSIP_E_FORMAT,
        _ => MICROSIP_E_FILE,
    };
    let fail = Fail::new(code, "path", Value::None, "");
    remember(function, &fail, &error.text);
    fail
}

/// Plays a WAV file into a call, over its source; loops: how often, 0 without end. It is opened before this returns; MICROSIP_EV_PLAYED tells its end. token may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_play(phone: microsip_id, call: microsip_id, path: *const c_char, loops: u32, token: *mut u64) -> i32 {
    with_shared("microsip_play", phone, |shared| {
        // SAFETY: by contract.
        let path = unsafe { text::needed(path, "path")? };
        sounding(&lock(&shared.core), call)?;
        // no lock is held while the file is read
        let player = Player::open(Path::new(path), shared.rate, loops).map_err(|error| file_fail("microsip_play", &error))?;
        let given = shared.next_token();
        let mut core = lock(&shared.core);
        let id = sounding(&core, call)?;
        let Some((slot, old)) = core.slots.claim(id) else { return Err(Fail::new(MICROSIP_E_STALE, "call", Value::Id(call), "is gone")) };
        let before = slot.playing.replace(Playing { player, token: given, over: false });
        drop(core);
        drop((old, before));
        // SAFETY: by contract.
        unsafe { pointer::put(token, given) };
        Ok(())
    })
}

/// Stops the playing file; no event follows.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_play_stop(phone: microsip_id, call: microsip_id) -> i32 {
    with_shared("microsip_play_stop", phone, |shared| {
        let mut core = lock(&shared.core);
        let id = sounding(&core, call)?;
        let before = core.slots.of(id).and_then(|slot| slot.playing.take());
        drop(core);
        if before.is_some_and(|playing| !playing.over) { Ok(()) } else { Err(Fail::NOTHING) }
    })
}

/// Records a call to a WAV file: MICROSIP_SIDES_*. It replaces a recording that runs.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_record(phone: microsip_id, call: microsip_id, path: *const c_char, sides: u32) -> i32 {
    with_shared("microsip_record", phone, |shared| {
        // SAFETY: by contract.
        let path = unsafe { text::needed(path, "path")? };
        let mix = match sides {
            MICROSIP_SIDES_MIXED => Mix::Mono,
            MICROSIP_SIDES_STEREO => Mix::Stereo,
            MICROSIP_SIDES_SAID => Mix::Said,
            MICROSIP_SIDES_HEARD => Mix::Heard,
            _ => return Err(Fail::new(MICROSIP_E_ARG, "sides", Value::Number(i64::from(sides)), "is no MICROSIP_SIDES_*")),
        };
        sounding(&lock(&shared.core), call)?;
        let wake = crate::host::errands::Errands::waker(shared);
        let (recorder, file) =
            wav::record(Path::new(path), shared.rate, mix, Some(wake)).map_err(|error| file_fail("microsip_record", &error))?;
        shared.errands.record(call, file);
        let mut core = lock(&shared.core);
        let id = sounding(&core, call)?;
        let Some((slot, old)) = core.slots.claim(id) else { return Err(Fail::new(MICROSIP_E_STALE, "call", Value::Id(call), "is gone")) };
        let before = slot.recorder.replace(recorder);
        drop(core);
        drop((old, before));
        Ok(())
    })
}

/// Stops the recording; its file is complete shortly after.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_record_stop(phone: microsip_id, call: microsip_id) -> i32 {
    with_shared("microsip_record_stop", phone, |shared| {
        let id = ops::call_id(call)?;
        let mut core = lock(&shared.core);
        // one that has ended may still have it
        core.phone.call_info(id).map_err(|error| Fail::command(error, "call", Value::Id(call)))?;
        let before = core.slots.of(id).and_then(|slot| slot.recorder.take());
        drop(core);
        if before.is_some() { Ok(()) } else { Err(Fail::NOTHING) }
    })
}

/// Waits until a tick has moved PCM; false when the time is over.
fn wait_for_tick(shared: &Shared, seen: u64, until: Option<std::time::Instant>) -> bool {
    let (moved, changed, _) = &shared.pcm_moved;
    let mut count = lock(moved);
    while *count == seen {
        match until {
            None => count = changed.wait(count).unwrap_or_else(PoisonError::into_inner),
            Some(until) => {
                let left = until.saturating_duration_since(std::time::Instant::now());
                if left.is_zero() {
                    return false;
                }
                count = changed.wait_timeout(count, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }
    true
}

/// Moves PCM piece by piece until all is moved or the time is over. Both functions share it; `step` says how much it moved.
fn pace(shared: &Shared, call: u64, total: usize, wait_ms: u32, mut step: impl FnMut(&mut Slot, usize) -> usize) -> Result<usize, Fail> {
    let until = (wait_ms != MICROSIP_FOREVER).then(|| std::time::Instant::now() + Duration::from_millis(u64::from(wait_ms)));
    let waiters = &shared.pcm_moved.2;
    waiters.fetch_add(1, Ordering::AcqRel);
    let mut done = 0;
    let result = loop {
        let seen = *lock(&shared.pcm_moved.0);
        let mut core = lock(&shared.core);
        let id = match sounding(&core, call) {
            Ok(id) => id,
            // what was moved counts; the next call tells that the call is over
            Err(_) if done > 0 => break Ok(done),
            Err(fail) => break Err(fail),
        };
        let Some((slot, old)) = core.slots.claim(id) else { break Ok(done) };
        done += step(slot, done);
        drop(core);
        drop(old);
        if done >= total || shared.is_quitting() || shared.is_poisoned() || !wait_for_tick(shared, seen, until) {
            break Ok(done);
        }
    };
    waiters.fetch_sub(1, Ordering::AcqRel);
    result
}

/// Gives PCM (s16, mono, the phone's rate) to a call whose source is MICROSIP_SRC_PCM. taken: how much; wait_ms paces. NULL with 0 samples flushes what was not sent yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_pcm_write(
    phone: microsip_id,
    call: microsip_id,
    pcm: *const i16,
    samples: u32,
    wait_ms: u32,
    taken: *mut u32,
) -> i32 {
    with_shared("microsip_pcm_write", phone, |shared| {
        // SAFETY: by contract.
        let pcm = unsafe { pointer::slice(pcm, samples, "pcm")? };
        let taken = pointer::must(taken, "taken")?;
        let room = shared.pcm_samples;
        let mut spare = Some(ring(room, usize::MAX, None));
        let moved = pace(shared, call, pcm.len(), wait_ms, |slot, done| {
            let outgoing = slot.outgoing.get_or_insert_with(|| {
                let (write, read) = spare.take().unwrap_or_else(|| ring(room, usize::MAX, None));
                Outgoing { write, read }
            });
            if pcm.is_empty() {
                outgoing.write.clear();
            }
            outgoing.write.write(pcm.get(done..).unwrap_or_default())
        })?;
        // SAFETY: not NULL.
        unsafe { pointer::put(taken, moved as u32) };
        Ok(())
    })
}

/// Takes what a call's peer said (s16, mono, the phone's rate), from the first such call on. got: how much; wait_ms paces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_pcm_read(
    phone: microsip_id,
    call: microsip_id,
    pcm: *mut i16,
    samples: u32,
    wait_ms: u32,
    got: *mut u32,
) -> i32 {
    with_shared("microsip_pcm_read", phone, |shared| {
        // SAFETY: by contract.
        let pcm = unsafe { pointer::slice_mut(pcm, samples, "pcm")? };
        let got = pointer::must(got, "got")?;
        let room = shared.pcm_samples;
        let total = pcm.len();
        let mut spare = Some(ring(room, usize::MAX, None));
        let moved = pace(shared, call, total, wait_ms, |slot, done| {
            let incoming = slot.incoming.get_or_insert_with(|| {
                let (write, read) = spare.take().unwrap_or_else(|| ring(room, usize::MAX, None));
                Incoming { write, read }
            });
            incoming.read.read(pcm.get_mut(done..).unwrap_or_default())
        })?;
        // SAFETY: not NULL.
        unsafe { pointer::put(got, moved as u32) };
        Ok(())
    })
}

fn side(dev: u32) -> Result<Side, Fail> {
    match dev {
        MICROSIP_DEV_INPUT => Ok(Side::Input),
        MICROSIP_DEV_OUTPUT => Ok(Side::Output),
        _ => Err(Fail::new(MICROSIP_E_ARG, "dev", Value::Number(i64::from(dev)), "is neither MICROSIP_DEV_INPUT nor MICROSIP_DEV_OUTPUT")),
    }
}

/// Takes a snapshot of the machine's devices of one side; count: how many. It may take seconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_devices(phone: microsip_id, dev: u32, count: *mut u32) -> i32 {
    with_shared("microsip_devices", phone, |shared| {
        let side = side(dev)?;
        let count = pointer::must(count, "count")?;
        let found: Vec<_> = device::list().into_iter().filter(|device| device.has(side)).collect();
        let len = found.len() as u32;
        let mut devices = shared.devices.lock();
        let [input, output] = &mut *devices;
        *(if side == Side::Input { input } else { output }) = found;
        drop(devices);
        // SAFETY: not NULL.
        unsafe { pointer::put(count, len) };
        Ok(())
    })
}

/// A device of the snapshot: its id for microsip_set_device, or with want_name 1 its name for people.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_device_text(
    phone: microsip_id,
    dev: u32,
    index: u32,
    want_name: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    with_shared("microsip_device_text", phone, |shared| {
        let side = side(dev)?;
        let devices = shared.devices.lock();
        let [input, output] = &*devices;
        let list = if side == Side::Input { input } else { output };
        let Some(device) = list.get(index as usize) else {
            return Err(Fail::new(
                MICROSIP_E_ARG,
                "index",
                Value::Number(i64::from(index)),
                "is beyond the snapshot: call microsip_devices first",
            ));
        };
        // SAFETY: by contract.
        unsafe {
            text::put(buf, cap, needed, |cursor| {
                cursor.put_str(if want_name == 0 { &device.id } else { &device.name });
                Ok(())
            })
        }
    })
}

/// Chooses a device: an id, "" or NULL for the system's default, "null" for silence with a clock, "wav:PATH" for a file. It switches in mid-call; a device that fails is an event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_set_device(phone: microsip_id, dev: u32, id: *const c_char) -> i32 {
    with_shared("microsip_set_device", phone, |shared| {
        let side = side(dev)?;
        // SAFETY: by contract.
        let name = unsafe { text::or_empty(id, "id")? };
        shared.errands.name(side, name.to_owned());
        Ok(())
    })
}
