//! The live phones: the only state of the process (ARCHITECTURE.md, I7). A fixed table, so that an id is looked up without pointers.

use super::shared::Shared;
use crate::abi::code::*;
use crate::abi::{Fail, Value};
use core::sync::atomic::{AtomicUsize, Ordering};
use microsip_core::base::slots::Handle;
use microsip_core::phone::id::{Kind, pack, unpack};
use parking_lot::Mutex;
use std::sync::Arc;

/// Phones at once in one process. 40 bytes each. A phone's place is its mark, which is a byte.
const PHONES: usize = 256;

struct Entry {
    generation: u32,
    state: State,
}

enum State {
    Free,
    Making,
    Live(Arc<Shared>),
    /// One thread destroys it; others wait for that.
    Ending(Arc<Shared>),
}

static TABLE: Mutex<[Entry; PHONES]> = Mutex::new([const { Entry { generation: 0, state: State::Free } }; PHONES]);
static ENDED: parking_lot::Condvar = parking_lot::Condvar::new();

/// Where the search for a free place begins: behind the last one, so that what a destroyed phone gave out is not taken for a new one's.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// What stands in the ids that a phone gives out: its place, which no other phone has while it lives.
pub(crate) const fn mark(phone: u64) -> u8 {
    phone as u8
}

/// Takes a place for a phone that is being made.
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
    Err(Fail::new(MICROSIP_E_FULL, "phone", Value::Number(PHONES as i64), "is how many phones a process may have: destroy one"))
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
}

const GONE: &str = "has been destroyed";

/// Finds a phone.
pub(crate) fn find(phone: u64) -> Result<Arc<Shared>, Fail> {
    let handle = handle_of(phone)?;
    let table = TABLE.lock();
    match table.get(handle.index as usize) {
        Some(Entry { generation, state: State::Live(shared) }) if *generation == handle.generation => Ok(Arc::clone(shared)),
        Some(Entry { generation, state: State::Ending(_) }) if *generation == handle.generation => {
            Err(Fail::new(MICROSIP_E_CLOSED, "phone", Value::Id(phone), "is being destroyed by another thread"))
        }
        Some(entry) if handle.generation <= entry.generation => Err(Fail::new(MICROSIP_E_STALE, "phone", Value::Id(phone), GONE)),
        _ => Err(Fail::new(MICROSIP_E_STALE, "phone", Value::Id(phone), "was never given out by this process")),
    }
}

/// Takes a phone out to destroy it. `None`: that has been done, here or by another thread, which was waited for.
pub(crate) fn take(phone: u64) -> Result<Option<Arc<Shared>>, Fail> {
    let handle = handle_of(phone)?;
    let mut table = TABLE.lock();
    while let Some(entry) = table.get_mut(handle.index as usize) {
        if handle.generation > entry.generation {
            break;
        }
        if handle.generation < entry.generation {
            return Ok(None);
        }
        match &entry.state {
            State::Free => return Ok(None),
            State::Making => break,
            State::Live(shared) | State::Ending(shared) if shared.is_own_thread() => {
                return Err(Fail::new(
                    MICROSIP_E_REENTRY,
                    "phone",
                    Value::Id(phone),
                    "cannot be destroyed from within its own callback: call microsip_shutdown there, and destroy it elsewhere",
                ));
            }
            State::Live(shared) => {
                let shared = Arc::clone(shared);
                entry.state = State::Ending(Arc::clone(&shared));
                return Ok(Some(shared));
            }
            State::Ending(_) => ENDED.wait(&mut table),
        }
    }
    Err(Fail::new(MICROSIP_E_STALE, "phone", Value::Id(phone), "was never given out by this process"))
}

/// The id was given out once, and its phone is gone.
pub(crate) fn was_there(phone: u64) -> bool {
    handle_of(phone).is_ok_and(|handle| TABLE.lock().get(handle.index as usize).is_some_and(|entry| handle.generation <= entry.generation))
}
