//! The host family: any thread may call, any time. Nothing blocks but create, destroy, the listing of devices, functions
//! with `wait_ms`, and those that open a file.

#![allow(
    clippy::missing_safety_doc,
    reason = "the header's comment is the contract: pointers are NULL or valid for the call"
)]

use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use crate::host::create;
use crate::host::shared::{Core, Shared};
use crate::host::signal::lock;
use crate::host::slots::Target;
use crate::host::table;
use crate::ops::{self, Done};
use core::cell::RefCell;
use core::ffi::c_char;
use core::panic::AssertUnwindSafe;
use core::sync::atomic::Ordering;
use core::time::Duration;
use microsip_core::base::cursor::Cursor;
use microsip_core::base::time::Instant;
use microsip_core::phone::{CallId, CallState, ConferenceId, Phone};
use std::panic::catch_unwind;
use std::sync::Arc;

mod accounts;
mod calls;
mod conferences;
mod devices;
mod events;
mod files;
mod log;
mod messages;
mod network;
mod objects;
mod pcm;
mod rules;
mod sound;
mod subscriptions;
#[cfg(test)]
mod tests;
mod watchers;

pub use accounts::*;
pub use calls::*;
pub use conferences::*;
pub use devices::*;
pub use events::*;
pub use files::*;
pub use log::*;
pub use messages::*;
pub use network::*;
pub use objects::*;
pub use pcm::*;
pub use rules::*;
pub use sound::*;
pub use subscriptions::*;
pub use watchers::*;

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
        let LastError { text, len } = last;
        *len = if more.is_empty() {
            let mut cursor = Cursor::new(text);
            fail.tell(function, &mut cursor);
            cursor.needed().min(ERROR)
        } else {
            text::line(text, format_args!("{function}: {more} ({})", fail.code)).len()
        };
    });
}

/// The guard of every entry: a panic becomes a code, a failure is remembered for `microsip_last_error`.
fn guard(function: &str, act: impl FnOnce() -> Done) -> i32 {
    let fail = match catch_unwind(AssertUnwindSafe(act)) {
        Ok(Ok(())) => return MICROSIP_OK,
        Ok(Err(fail)) => fail,
        Err(_) => Fail::new(MICROSIP_E_POISONED, "the library", Value::None, "met a fault of its own"),
    };
    // a failure without a fix has stored its own text already
    if fail.code < 0 && !fail.fix.is_empty() {
        remember(function, &fail, "");
    }
    fail.code
}

/// The guard of functions on a phone: a panic poisons it.
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

/// A phone of which there may be more to fetch: one that is gone has been closed.
fn find_or_closed(phone: u64) -> Result<Arc<Shared>, Fail> {
    match table::find(phone) {
        Err(fail) if fail.code == MICROSIP_E_STALE && table::was_there(phone) => {
            Err(Fail { code: MICROSIP_E_CLOSED, ..fail })
        }
        found => found,
    }
}

/// The end of a wait; `None`: never.
fn until(wait_ms: u32) -> Option<std::time::Instant> {
    (wait_ms != MICROSIP_FOREVER).then(|| std::time::Instant::now() + Duration::from_millis(u64::from(wait_ms)))
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

/// One core call under the lock; then the engine looks at its results.
fn act_on(shared: &Shared, act: impl FnOnce(&mut Phone<'static>, Instant) -> Done) -> Done {
    let mut core = lock(&shared.core);
    let now = core.time(shared.clock.now());
    let done = act(&mut core.phone, now);
    drop(core);
    shared.wake();
    done
}

/// A command.
fn command(function: &str, phone: u64, act: impl FnOnce(&mut Phone<'static>, Instant) -> Done) -> i32 {
    with_shared(function, phone, |shared| act_on(shared, act))
}

/// A command that begins something: not after a shutdown.
fn begin(function: &str, phone: u64, act: impl FnOnce(&mut Phone<'static>, Instant) -> Done) -> i32 {
    with_shared(function, phone, |shared| {
        if shared.closing.load(Ordering::Acquire) != u64::MAX {
            return Err(Fail::new(MICROSIP_E_CLOSED, "phone", Value::Id(phone), "has been shut down: make another"));
        }
        act_on(shared, act)
    })
}

/// Makes a phone: opens its sockets, starts its threads and takes all of its memory; from here on it takes none. abi:
/// MICROSIP_ABI_VERSION. config: NULL, or the differences from the defaults. *phone: its id, for every other function.
/// It blocks for some milliseconds; sound devices are not opened before a call needs them. Several phones in one
/// process do not know each other. MICROSIP_E_ABI: another header's version. MICROSIP_E_ARG, _TEXT, _NEWER: a member of
/// config. MICROSIP_E_UNSUPPORTED: config->info_packages in a phone without messages. MICROSIP_E_PORT_IN_USE:
/// config->bind is taken. MICROSIP_E_FULL: more phones, threads, memory or descriptors than there may be.
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

/// Begins the end, and returns at once: calls get BYE or CANCEL, registrations are taken back, nothing new begins
/// (MICROSIP_E_CLOSED). MICROSIP_EV_CLOSED follows when that is done, or when grace_ms milliseconds are over (then its
/// result is MICROSIP_E_TIMEOUT). Allowed in a callback. A second call may shorten the grace. The phone stays until
/// microsip_destroy.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_shutdown(phone: microsip_id, grace_ms: u32) -> i32 {
    with_shared("microsip_shutdown", phone, |shared| {
        let mut core = lock(&shared.core);
        let now = core.time(shared.clock.now());
        core.phone.shutdown(now);
        drop(core);
        let at = if grace_ms == MICROSIP_FOREVER { u64::MAX - 1 } else { now.micros() + u64::from(grace_ms) * 1000 };
        // a second one may shorten the grace
        shared.closing.fetch_min(at, Ordering::AcqRel);
        shared.wake();
        Ok(())
    })
}

/// Destroys a phone: in any state, from any thread; twice is harmless. Calls get one BYE or CANCEL, and only the
/// library's own threads and a running callback are waited for. Threads that wait in another function are woken with
/// MICROSIP_E_CLOSED. The system's resolver is not waited for: where it is asked just then, one thread of the library
/// stays with it for as long as it takes and touches nothing of yours; only a program that unloads the library
/// (dlclose) has to give it that time. MICROSIP_E_REENTRY: within a callback that its end would wait for, which is one
/// of this phone, or of another whose own end this phone's callback waits for (two phones whose callbacks destroy each
/// other: the second to try gets it); shut it down there instead.
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

/// The text of this thread's latest failed call: the function, the fault, the value, and the remedy.
/// *needed: its bytes with the NUL. MICROSIP_E_BUFFER: cap is smaller. It never holds a password.
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

/// A call or a conference that is there.
fn target_of(core: &Core, target: u64) -> Result<Target, Fail> {
    let fail = |error| Fail::command(error, "target", Value::Id(target));
    if let Ok(conference) = ConferenceId::from_raw(target) {
        core.phone.conference_tag(conference).map_err(fail)?;
        return Ok(Target::Conference(conference));
    }
    let call = CallId::from_raw(target).map_err(|error| Fail::id("target", target, error))?;
    core.phone.call_info(call).map_err(fail)?;
    Ok(Target::Call(call))
}

/// One that can have sound: it has not ended.
fn sounding(core: &Core, target: u64) -> Result<Target, Fail> {
    let found = target_of(core, target)?;
    if let Target::Call(call) = found
        && core.phone.call_info(call).is_ok_and(|info| info.state == CallState::Ended)
    {
        return Err(ops::ended("target", target));
    }
    Ok(found)
}
