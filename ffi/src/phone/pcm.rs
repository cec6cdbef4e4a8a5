//! Sound of a call or a conference as the application's own PCM.

use super::{sounding, until, with_shared};
use crate::abi::code::MICROSIP_E_STATE;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer};
use crate::host::audio::ring::ring;
use crate::host::shared::{Core, Shared};
use crate::host::signal::lock;
use crate::host::slots::{Incoming, Outgoing, Slot, Target};
use crate::ops::Done;
use core::sync::atomic::Ordering;
use microsip_core::phone::{Music, Source};
use std::sync::PoisonError;

/// A call whose far end hears what is written, now or while it is on hold; or a conference.
fn hears_pcm(core: &mut Core, target: u64) -> Done {
    let Target::Call(call) = sounding(core, target)? else { return Ok(()) };
    let heard = core.phone.call_info(call).is_ok_and(|info| {
        info.source == Source::Application || info.music == Music::Application && !core.slots.has_music(call)
    });
    if heard {
        return Ok(());
    }
    let fix =
        "has another source, and no music of MICROSIP_MUSIC_PCM: choose MICROSIP_SRC_PCM by microsip_source_set first";
    Err(Fail::new(MICROSIP_E_STATE, "target", Value::Id(target), fix))
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

/// Moves PCM piece by piece until all is moved or the time is over. Both functions share it; `step` returns the samples
/// that it moved.
fn pace(
    shared: &Shared,
    target: u64,
    total: usize,
    wait_ms: u32,
    mut step: impl FnMut(&mut Slot, usize) -> usize,
) -> Result<usize, Fail> {
    let until = until(wait_ms);
    let waiters = &shared.pcm_moved.2;
    waiters.fetch_add(1, Ordering::AcqRel);
    let mut done = 0;
    let result = loop {
        let seen = *lock(&shared.pcm_moved.0);
        let mut core = lock(&shared.core);
        let id = match sounding(&core, target) {
            Ok(id) => id,
            // the samples moved count; the next call returns that the call is over
            Err(_) if done > 0 => break Ok(done),
            Err(fail) => break Err(fail),
        };
        let Some((slot, old)) = core.slots.claim(id) else { break Ok(done) };
        done += step(slot, done);
        drop(core);
        shared.dropped(old.as_ref());
        drop(old);
        if done >= total || shared.is_quitting() || shared.is_poisoned() || !wait_for_tick(shared, seen, until) {
            break Ok(done);
        }
    };
    waiters.fetch_sub(1, Ordering::AcqRel);
    result
}

/// Gives PCM (s16, mono, the phone's rate) to a call whose source is MICROSIP_SRC_PCM, or to all members of a
/// conference. target: a call or a conference. *taken: the number of samples taken; the ring holds pcm_ms of the
/// configuration. wait_ms: the longest wait for room (0: none), which paces a loop that writes. Samples that are
/// missing at their time are silence, and counted (pcm_underrun). NULL with 0 samples throws away those that were not
/// sent yet. MICROSIP_E_STATE: the call has ended, or hears another source, on hold too.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_pcm_write(
    phone: microsip_id,
    target: microsip_id,
    pcm: *const i16,
    samples: u32,
    wait_ms: u32,
    taken: *mut u32,
) -> i32 {
    with_shared("microsip_pcm_write", phone, |shared| {
        // SAFETY: by contract.
        let pcm = unsafe { pointer::slice(pcm, samples, "pcm")? };
        let taken = pointer::must(taken, "taken")?;
        if !pcm.is_empty() {
            hears_pcm(&mut lock(&shared.core), target)?;
        }
        let room = shared.pcm_samples;
        let mut spare = Some(ring(room, usize::MAX, None));
        let moved = pace(shared, target, pcm.len(), wait_ms, |slot, done| {
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

/// Reads the sound of a call's peer, or of all members of a conference without what microsip_pcm_write gives (s16,
/// mono, the phone's rate), from the first such call on. target: a call or a conference. *got: the number of samples;
/// the ring holds pcm_ms of the configuration. wait_ms: the longest wait for all of them (0: none). Samples that are
/// not fetched in time give way, the oldest first, and are counted (pcm_overrun). MICROSIP_E_STATE: the call has ended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_pcm_read(
    phone: microsip_id,
    target: microsip_id,
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
        let moved = pace(shared, target, total, wait_ms, |slot, done| {
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
