//! Events: fetched, or waited for with the application's own loop.

use super::{find_or_closed, guard, until, with_shared};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer};

/// Fetches an event, waiting at most wait_ms milliseconds (0: not at all, MICROSIP_FOREVER: without end). ev->size must
/// be set. MICROSIP_NOTHING: none came in that time. Several threads may wait; each event is given to one. Fetching
/// releases nothing: info, texts, headers and statistics of an ended call can be read until microsip_id_release, or
/// until its slot is needed. MICROSIP_E_CLOSED: the last event has been fetched, or the phone is destroyed.
/// MICROSIP_E_STATE: the phone was created with on_event.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_event_next(phone: microsip_id, ev: *mut microsip_event, wait_ms: u32) -> i32 {
    guard("microsip_event_next", || {
        // SAFETY: by contract.
        let out = unsafe { pointer::Out::check(ev, "ev")? };
        let shared = find_or_closed(phone)?;
        if shared.callback {
            return Err(Fail::new(
                MICROSIP_E_STATE,
                "phone",
                Value::Id(phone),
                "gives its events to on_event: create it without one to fetch them",
            ));
        }
        let until = until(wait_ms);
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

/// A descriptor for the application's own loop (poll, epoll; on Windows a HANDLE): readable while events wait. It
/// belongs to the phone: never read, write or close it; fetch with wait_ms 0 until MICROSIP_NOTHING.
/// MICROSIP_E_UNSUPPORTED: none was left at creation.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_event_descriptor_get(phone: microsip_id, descriptor: *mut isize) -> i32 {
    with_shared("microsip_event_descriptor_get", phone, |shared| {
        let place = pointer::must(descriptor, "descriptor")?;
        let Some(raw) = shared.events.descriptor() else {
            return Err(Fail::new(
                MICROSIP_E_UNSUPPORTED,
                "descriptor",
                Value::None,
                "could not be made: none was left at creation",
            ));
        };
        // SAFETY: not NULL.
        unsafe { pointer::put(place, raw) };
        Ok(())
    })
}
