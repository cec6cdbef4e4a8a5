//! The engine family: the core over the caller's memory, without threads, sockets, clock or heap. One caller at a time,
//! never from an interrupt.

#![allow(non_camel_case_types, reason = "named as in C")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the header's comment is the contract: pointers are NULL or valid for the call"
)]

mod accounts;
mod asks;
mod calls;
mod conferences;
mod flows;
mod last;
mod log;
mod memory;
mod messages;
mod objects;
mod packets;
mod rules;
mod sound;
mod subscriptions;
mod watchers;

pub use accounts::*;
pub use asks::*;
pub use calls::*;
pub use conferences::*;
pub use flows::*;
pub use last::*;
pub use log::*;
pub use memory::*;
pub use messages::*;
pub use objects::*;
pub use packets::*;
pub use rules::*;
pub use sound::*;
pub use subscriptions::*;
pub use watchers::*;

use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer};
use crate::block::ALIGN;
use crate::ops::{self, Done};
use core::net::SocketAddr;
use core::sync::atomic::{AtomicBool, Ordering};
use microsip_core::base::time::Instant;
use microsip_core::media::BuiltIn;
use microsip_core::phone::{MediaId, Phone, Transport, WishId};

use last::{Head, head_of};

/// The port of SIP (RFC 3261 §19.1.2).
const SIP_PORT: u16 = 5060;
/// "microsip" in ASCII: what lies at the start of an engine that was made.
const MAGIC: u64 = 0x6d69_6372_6f73_6970;

/// Bytes of the engine itself; the carved pools lie behind it.
const SIZE: usize = size_of::<microsip_engine>().next_multiple_of(ALIGN);

/// A call's media ports, by the call's slot.
#[derive(Clone, Copy)]
struct Media {
    media: MediaId,
    /// The wish to open them, until its reply.
    wish: WishId,
}

/// A name that is being resolved.
#[derive(Clone, Copy)]
struct Asked {
    wish: WishId,
    port: u16,
    transport: Option<Transport>,
}

/// An engine in the caller's memory. It is never moved.
pub struct microsip_engine {
    head: Head,
    busy: AtomicBool,
    poisoned: bool,
    local_asked: bool,
    /// A wish got its reply within, so there may be more to send.
    again: bool,
    closing: bool,
    closed: bool,
    /// The driver was asked for the ring device's sound.
    rings: bool,
    /// The music of the next tick was given.
    music_given: bool,
    rtp_port_min: u16,
    quantum: u16,
    /// Stands in the ids that this engine gives out.
    mark: u8,
    /// MICROSIP_LOG_*: the level of microsip_engine_poll_log.
    log_level: u8,
    /// The latest time that was given.
    latest: Instant,
    /// IPv4 and IPv6: the core's sockets 0 and 1.
    locals: [Option<SocketAddr>; 2],
    media: &'static mut [Media],
    asked: &'static mut [Asked],
    streams: &'static mut [Stream],
    codecs: BuiltIn<'static>,
    /// 10 ms of music for far ends on hold; none in a library without hold.
    music: &'static mut [i16],
    phone: Phone<'static>,
}

/// The body of an entry; a panic is a code where it can be caught.
fn caught(act: impl FnOnce() -> Done) -> Result<Done, i32> {
    #[cfg(feature = "host")]
    return std::panic::catch_unwind(core::panic::AssertUnwindSafe(act)).map_err(|_| MICROSIP_E_POISONED);
    #[cfg(not(feature = "host"))]
    return Ok(act());
}

/// The guard of an entry that has no engine yet.
fn guard(act: impl FnOnce() -> Done) -> i32 {
    match caught(act) {
        Ok(done) => done.err().map_or(MICROSIP_OK, |fail| fail.code),
        Err(code) => code,
    }
}

/// The guard of every other entry.
fn with(function: &'static str, engine: *mut microsip_engine, act: impl FnOnce(&mut microsip_engine) -> Done) -> i32 {
    match enter(function, engine) {
        Ok(engine) => {
            let done = caught(|| act(engine));
            leave(function, engine, done)
        }
        Err(code) => code,
    }
}

/// No other caller is within from now on. A pointer to no engine, a re-entry and a poisoned engine are codes.
#[inline(never)]
fn enter<'e>(function: &'static str, engine: *mut microsip_engine) -> Result<&'e mut microsip_engine, i32> {
    let head = head_of(engine)?;
    // SAFETY: as there.
    if unsafe { (&raw const (*head).magic).read() } != MAGIC {
        return Err(MICROSIP_E_STALE);
    }
    // SAFETY: an engine was made there; any caller may look at a flag.
    if unsafe { &(*engine).busy }.swap(true, Ordering::Acquire) {
        return Err(MICROSIP_E_REENTRY);
    }
    // SAFETY: the flag says that no other caller is within.
    let engine = unsafe { &mut *engine };
    if engine.poisoned {
        let fix = "met a fault of the library: init it anew";
        let done = Err(Fail::new(MICROSIP_E_POISONED, "e", Value::None, fix));
        return Err(engine.finish(function, done));
    }
    // cleared on the way out; a panic leaves it
    engine.poisoned = true;
    Ok(engine)
}

#[inline(never)]
fn leave(function: &'static str, engine: &mut microsip_engine, done: Result<Done, i32>) -> i32 {
    match done {
        Ok(done) => {
            engine.poisoned = false;
            engine.finish(function, done)
        }
        Err(code) => {
            engine.busy.store(false, Ordering::Release);
            code
        }
    }
}

fn command(
    function: &'static str,
    engine: *mut microsip_engine,
    now_us: u64,
    act: impl FnOnce(&mut Phone<'static>, Instant) -> Done,
) -> i32 {
    with(function, engine, |engine| engine.act(now_us, act))
}

/// A command that begins something: not after a shutdown.
fn begin(
    function: &'static str,
    engine: *mut microsip_engine,
    now_us: u64,
    act: impl FnOnce(&mut Phone<'static>, Instant) -> Done,
) -> i32 {
    with(function, engine, |engine| {
        if engine.closing {
            return Err(Fail::new(MICROSIP_E_CLOSED, "e", Value::None, "has been shut down"));
        }
        engine.act(now_us, act)
    })
}

impl microsip_engine {
    /// Keeps why a call failed, and lets the next one in.
    fn finish(&mut self, function: &'static str, done: Done) -> i32 {
        let code = match done.map_err(|fail| fail.for_mark(self.mark)) {
            Ok(()) => MICROSIP_OK,
            Err(fail) => {
                if fail.code < 0 {
                    // the name costs flash, too
                    self.head.last = Some((if cfg!(feature = "sentences") { function } else { "" }, fail));
                }
                fail.code
            }
        };
        self.busy.store(false, Ordering::Release);
        code
    }

    /// The caller's time; it never runs backwards, nor up to the end of time, at which every absent deadline would be
    /// due.
    #[cfg_attr(not(feature = "host"), inline(never))]
    fn at(&mut self, now_us: u64) -> Instant {
        self.latest = self.latest.max(Instant::from_micros(now_us.min(u64::MAX - 1)));
        self.latest
    }

    fn act(&mut self, now_us: u64, act: impl FnOnce(&mut Phone<'static>, Instant) -> Done) -> Done {
        let now = self.at(now_us);
        act(&mut self.phone, now)
    }

    fn socket_for(remote: SocketAddr) -> u8 {
        u8::from(remote.is_ipv6())
    }
}

/// Time has passed. Too early or too often does no harm. It does a bounded number of things: ask
/// microsip_engine_poll_timeout again.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_timeout(e: *mut microsip_engine, now_us: u64) -> i32 {
    command("microsip_engine_timeout", e, now_us, |phone, now| {
        phone.handle_timeout(now);
        Ok(())
    })
}

/// The next event. Fetching it releases nothing: see microsip_engine_id_release. ev->size must be set.
/// MICROSIP_NOTHING: there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_poll_event(
    e: *mut microsip_engine,
    now_us: u64,
    ev: *mut microsip_event,
) -> i32 {
    with("microsip_engine_poll_event", e, |engine| {
        // SAFETY: by contract.
        let out = unsafe { pointer::Out::check(ev, "ev")? };
        let now = engine.at(now_us);
        if let Some(event) = engine.phone.poll_event() {
            out.put(ops::event::of(&event, 0));
            return Ok(());
        }
        if engine.closing && !engine.closed && engine.phone.is_idle() {
            engine.closed = true;
            out.put(microsip_event { r#type: MICROSIP_EV_CLOSED, time_us: now.micros(), ..microsip_event::default() });
            return Ok(());
        }
        Err(Fail::NOTHING)
    })
}

/// The latest time to call microsip_engine_timeout, on the clock of now_us; 0: drain again now. MICROSIP_NOTHING:
/// there is nothing to wait for, and the board may sleep until a packet or a key.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_engine_poll_timeout(e: *mut microsip_engine, now_us: u64, when_us: *mut u64) -> i32 {
    with("microsip_engine_poll_timeout", e, |engine| {
        let place = pointer::must(when_us, "when_us")?;
        engine.at(now_us);
        let when = if engine.again { 0 } else { engine.phone.poll_timeout().ok_or(Fail::NOTHING)?.micros() };
        // SAFETY: not NULL.
        unsafe { pointer::put(place, when) };
        Ok(())
    })
}

/// Begins the end: calls get BYE or CANCEL, registrations are taken back, nothing new begins (MICROSIP_E_CLOSED).
/// MICROSIP_EV_CLOSED follows when that is done.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_engine_shutdown(e: *mut microsip_engine, now_us: u64) -> i32 {
    with("microsip_engine_shutdown", e, |engine| {
        engine.closing = true;
        let now = engine.at(now_us);
        engine.phone.shutdown(now);
        Ok(())
    })
}
