//! The live phones: the only state of the process (ARCHITECTURE.md, I7). A fixed table, so that an id is looked up
//! without pointers.

use super::shared::Shared;
use crate::abi::code::*;
use crate::abi::{Fail, Value};
use core::cell::Cell;
use core::sync::atomic::{AtomicUsize, Ordering};
use microsip_core::base::slots::Handle;
use microsip_core::phone::id::{Kind, pack, unpack};
use parking_lot::Mutex;
use std::sync::Arc;

/// Phones at once in one process. 32 bytes each. A phone's slot is its mark, which is a byte.
const PHONES: usize = 256;

struct Entry {
    generation: u32,
    state: State,
    /// The phone whose end this one's callback waits for, within a destroy; 0: none.
    awaits: u64,
}

enum State {
    Free,
    Making,
    Live(Arc<Shared>),
    /// One thread destroys it; others wait for that.
    Ending,
}

static TABLE: Mutex<[Entry; PHONES]> =
    Mutex::new([const { Entry { generation: 0, state: State::Free, awaits: 0 } }; PHONES]);
static ENDED: parking_lot::Condvar = parking_lot::Condvar::new();

/// Start of the search for a free slot: behind the last one, so that ids of a destroyed phone are not taken
/// for a new one's.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// The mark in the ids that a phone gives out: its slot, which no other phone has while it lives.
pub(crate) const fn mark(phone: u64) -> u8 {
    phone as u8
}

/// Takes a slot for a phone that is being made.
pub(crate) fn reserve() -> Result<u64, Fail> {
    let mut table = TABLE.lock();
    let start = NEXT.load(Ordering::Relaxed);
    for index in (start..PHONES).chain(0..start) {
        let Some(entry) = table.get_mut(index) else { continue };
        if matches!(entry.state, State::Free) {
            entry.generation = if entry.generation >= 0xfff_ffff { 1 } else { entry.generation + 1 };
            entry.state = State::Making;
            NEXT.store((index + 1) % PHONES, Ordering::Relaxed);
            return Ok(pack(Kind::Phone, Handle { index: index as u32, generation: entry.generation }));
        }
    }
    Err(Fail::new(
        MICROSIP_E_FULL,
        "phone",
        Value::Number(PHONES as i64),
        "is how many phones a process may have: destroy one",
    ))
}

fn handle_of(phone: u64) -> Result<Handle, Fail> {
    unpack(Kind::Phone, phone).map_err(|error| Fail::id("phone", phone, error))
}

fn set(phone: u64, state: State) {
    if let Ok(handle) = handle_of(phone)
        && let Some(entry) = TABLE.lock().get_mut(handle.index as usize)
    {
        entry.state = state;
    }
    ENDED.notify_all();
}

/// The phone is made.
pub(crate) fn live(phone: u64, shared: Arc<Shared>) {
    set(phone, State::Live(shared));
}

/// The phone is gone, or could not be made.
pub(crate) fn free(phone: u64) {
    set(phone, State::Free);
    awaits(&mut TABLE.lock(), 0);
}

thread_local! {
    /// The phone whose callbacks this thread runs; 0: none.
    static CALLBACKS_OF: Cell<u64> = const { Cell::new(0) };
}

/// From here on this thread runs a phone's callbacks.
pub(crate) fn run_callbacks_of(phone: u64) {
    CALLBACKS_OF.set(phone);
}

/// The calling thread's callback, if it runs one, waits for the end of a phone.
fn awaits(table: &mut [Entry; PHONES], phone: u64) {
    if let Ok(own) = handle_of(CALLBACKS_OF.get())
        && let Some(entry) = table.get_mut(own.index as usize)
    {
        entry.awaits = phone;
    }
}

/// The end of a phone would wait for the callback that the calling thread runs: it is that phone's own, or the phone's
/// callback waits for the end of another, whose callback waits, and so on to here.
fn in_a_circle(table: &[Entry; PHONES], mut phone: u64) -> bool {
    let own = CALLBACKS_OF.get();
    if own == 0 {
        return false;
    }
    // no circle without us in it can be there, so this ends; the bound is for the reader of the code
    for _ in 0..PHONES {
        if phone == own {
            return true;
        }
        let Ok(handle) = handle_of(phone) else { return false };
        let Some(entry) = table.get(handle.index as usize).filter(|entry| entry.generation == handle.generation) else {
            return false;
        };
        phone = entry.awaits;
    }
    false
}

const GONE: &str = "has been destroyed";

/// Finds a phone.
pub(crate) fn find(phone: u64) -> Result<Arc<Shared>, Fail> {
    let handle = handle_of(phone)?;
    let table = TABLE.lock();
    match table.get(handle.index as usize) {
        Some(Entry { generation, state: State::Live(shared), .. }) if *generation == handle.generation => {
            Ok(Arc::clone(shared))
        }
        Some(Entry { generation, state: State::Ending, .. }) if *generation == handle.generation => {
            Err(Fail::new(MICROSIP_E_CLOSED, "phone", Value::Id(phone), "is being destroyed by another thread"))
        }
        Some(entry) if handle.generation <= entry.generation => {
            Err(Fail::new(MICROSIP_E_STALE, "phone", Value::Id(phone), GONE))
        }
        _ => Err(Fail::new(MICROSIP_E_STALE, "phone", Value::Id(phone), "was never given out by this process")),
    }
}

/// Takes a phone out to destroy it. `None`: that has been done, here or by another thread, which was waited for.
pub(crate) fn take(phone: u64) -> Result<Option<Arc<Shared>>, Fail> {
    let handle = handle_of(phone)?;
    let mut table = TABLE.lock();
    loop {
        let circle = in_a_circle(&table, phone);
        let Some(entry) = table.get_mut(handle.index as usize) else { break };
        if handle.generation > entry.generation {
            break;
        }
        if handle.generation < entry.generation {
            return Ok(None);
        }
        match &entry.state {
            State::Free => return Ok(None),
            State::Making => break,
            State::Live(_) | State::Ending if circle => {
                return Err(Fail::new(
                    MICROSIP_E_REENTRY,
                    "phone",
                    Value::Id(phone),
                    "cannot be destroyed from within its own callback, nor from one that its end would wait for: call microsip_shutdown there, and \
                     destroy it elsewhere",
                ));
            }
            State::Live(shared) => {
                let shared = Arc::clone(shared);
                entry.state = State::Ending;
                awaits(&mut table, phone);
                return Ok(Some(shared));
            }
            State::Ending => {
                awaits(&mut table, phone);
                ENDED.wait(&mut table);
                awaits(&mut table, 0);
            }
        }
    }
    Err(Fail::new(MICROSIP_E_STALE, "phone", Value::Id(phone), "was never given out by this process"))
}

/// The id was given out once, and its phone is gone.
pub(crate) fn was_there(phone: u64) -> bool {
    handle_of(phone).is_ok_and(|handle| {
        TABLE.lock().get(handle.index as usize).is_some_and(|entry| handle.generation <= entry.generation)
    })
}
