//! Sound devices: listed, named, chosen.

use super::with_shared;
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use crate::host::audio::device::{self, Side};
use core::ffi::c_char;

fn side(dev: u32) -> Result<Side, Fail> {
    match dev {
        MICROSIP_DEV_INPUT => Ok(Side::Input),
        MICROSIP_DEV_OUTPUT => Ok(Side::Output),
        _ => Err(Fail::new(MICROSIP_E_ARG, "dev", Value::Number(i64::from(dev)), "is neither MICROSIP_DEV_INPUT nor MICROSIP_DEV_OUTPUT")),
    }
}

/// Takes a snapshot of the machine's sound devices of one side, MICROSIP_DEV_INPUT or _OUTPUT: what the system is set to, sound servers, cards. With
/// MICROSIP_DEV_ALL added, ALSA's plugins too, which can be opened just as well. *count: how many. It may block for seconds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_devices(phone: microsip_id, dev: u32, count: *mut u32) -> i32 {
    with_shared("microsip_devices", phone, |shared| {
        let all = dev & MICROSIP_DEV_ALL != 0;
        let side = side(dev & !MICROSIP_DEV_ALL)?;
        let count = pointer::must(count, "count")?;
        let found: Vec<_> = device::list().into_iter().filter(|device| device.has(side) && (all || !device.plugin)).collect();
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

/// A device of the snapshot, index from 0: its id for microsip_set_device, or with want_name 1 its name for people. *needed: its bytes with the NUL.
/// MICROSIP_E_ARG: index is beyond the snapshot. MICROSIP_E_BUFFER: cap is smaller.
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

/// Chooses a device: an id, "" or NULL for the system's default, "null" for silence with a clock, "wav:PATH" for a file that is played (input) or
/// written (output). It switches in mid-call and returns at once. MICROSIP_EV_DEVICE tells whether it could be opened; calls go on with the null
/// device where not.
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
