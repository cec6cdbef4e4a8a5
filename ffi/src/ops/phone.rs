//! The phone itself, in numbers.

use super::{Done, range};
use crate::abi::about::microsip_features;
use crate::abi::types::*;
use crate::abi::{Fail, pointer};
use microsip_core::base::features;
use microsip_core::phone::Phone;

/// MICROSIP_ADDRESS_*.
pub(crate) fn is_v6(which: u32) -> Result<bool, Fail> {
    match which {
        MICROSIP_ADDRESS_V4 => Ok(false),
        MICROSIP_ADDRESS_V6 => Ok(true),
        _ => Err(range("which", which, "is neither MICROSIP_ADDRESS_V4 nor MICROSIP_ADDRESS_V6")),
    }
}

/// The phone, in numbers. `possible`: a limit of calls beside the phone's slots.
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
        features: microsip_features(),
        ended: info.ended as u32,
        ring_wanted: u32::from(features::TONES && phone.ring_wanted().is_some()),
        volume_ring: if features::TONES { phone.tones().ring_percent } else { 100 },
    });
    Ok(())
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn counters(phone: &Phone<'_>, lost: u32, out: *mut microsip_counters) -> Done {
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
        lost_events: lost,
    });
    Ok(())
}

/// A level of the log, with or without MICROSIP_LOG_SIP.
pub(crate) fn log_level(level: u32, argument: &'static str) -> Result<u32, Fail> {
    let number = level & !MICROSIP_LOG_SIP;
    if number > MICROSIP_LOG_DEBUG { Err(range(argument, level, "is no MICROSIP_LOG_*")) } else { Ok(level) }
}
