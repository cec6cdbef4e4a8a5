//! Sound devices: listed, named, chosen.

use super::with_shared;
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use crate::host::audio;
use crate::host::audio::device::Side;
use core::ffi::c_char;

fn side(dev: u32) -> Result<Side, Fail> {
    match dev {
        MICROSIP_DEV_INPUT => Ok(Side::Input),
        MICROSIP_DEV_OUTPUT | MICROSIP_DEV_RING => Ok(Side::Output),
        _ => Err(Fail::new(MICROSIP_E_ARG, "dev", Value::Number(i64::from(dev)), "is no MICROSIP_DEV_*")),
    }
}

/// Takes a snapshot of the machine's sound devices of one side, MICROSIP_DEV_INPUT or _OUTPUT (_RING has those of
/// _OUTPUT): the system's default, sound servers, cards. With MICROSIP_DEV_ALL added, ALSA's plugins too, which can be opened just as well. *count:
/// their number. It may block for seconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_device_scan(phone: microsip_id, dev: u32, count: *mut u32) -> i32 {
    with_shared("microsip_device_scan", phone, |shared| {
        let all = dev & MICROSIP_DEV_ALL != 0;
        let side = side(dev & !MICROSIP_DEV_ALL)?;
        let count = pointer::must(count, "count")?;
        let found: Vec<_> =
            audio::list().into_iter().filter(|device| device.has(side) && (all || !device.plugin)).collect();
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

/// Chooses a device: an id, "" or NULL for the system's default, "null" for silence with a clock, "wav:PATH" for a file
/// that is played (input) or written (output). Of MICROSIP_DEV_RING "" or NULL is the loudspeaker's, where that is a
/// card, else none. It switches in mid-call and returns at once. MICROSIP_EV_DEVICE says
/// whether it could be opened; calls go on with the null device where not.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_device_set(phone: microsip_id, dev: u32, id: *const c_char) -> i32 {
    with_shared("microsip_device_set", phone, |shared| {
        let side = side(dev)?;
        // SAFETY: by contract.
        let name = unsafe { text::or_empty(id, "id")? };
        if dev == MICROSIP_DEV_RING {
            shared.errands.ring_name(Some(name).filter(|name| !name.is_empty()).map(str::to_owned));
        } else {
            shared.errands.name(side, name.to_owned());
        }
        Ok(())
    })
}
