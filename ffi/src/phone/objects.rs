//! Any object: ids, texts, headers, tags; and the phone in numbers.

use super::{act_on, command, read, with_shared};
use crate::abi::code::MICROSIP_E_ARG;
use crate::abi::types::*;
use crate::abi::{Fail, Value, text};
use crate::host::ports;
use crate::host::signal::lock;
use crate::host::slots::Target;
use crate::ops;
use core::ffi::{c_char, c_void};
use microsip_core::phone::ConferenceId;

/// The phone, in numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_info_get(phone: microsip_id, out: *mut microsip_info) -> i32 {
    // SAFETY: by contract.
    read("microsip_info_get", phone, |phone, _| unsafe { ops::phone::info(phone, ports::calls_possible(), out) })
}

/// The ids of a kind: MICROSIP_KIND_CALL, _MESSAGE and _SUBSCRIPTION, ended ones that were not released among them,
/// MICROSIP_KIND_ACCOUNT or MICROSIP_KIND_CONFERENCE. owner: 0; or an account: those of its own only; or a conference: its
/// members, MICROSIP_SELF among them, with MICROSIP_KIND_CALL. ids: room for cap of them, or NULL with 0. *needed: their number.
/// MICROSIP_E_BUFFER: more than cap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_ids_get(
    phone: microsip_id,
    kind: u32,
    owner: microsip_id,
    ids: *mut microsip_id,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_ids_get", phone, |phone, _| unsafe { ops::object::ids(phone, kind, owner, ids, cap, needed) })
}

/// A text of a call, an account, a message, a subscription or MICROSIP_SELF. object: the one that the text is of, as MICROSIP_TXT_* says.
/// which: MICROSIP_TXT_*. index: 0, but where the text says otherwise.
/// *needed: its bytes with the NUL. MICROSIP_NOTHING: there is none. MICROSIP_E_BUFFER: cap is smaller.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_text_get(
    phone: microsip_id,
    object: microsip_id,
    which: u32,
    index: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    const NAME: &str = "microsip_text_get";
    if object != MICROSIP_SELF {
        // SAFETY: by contract.
        return read(NAME, phone, |phone, _| unsafe {
            ops::object::text(phone, object, which, index, buf, cap, needed)
        });
    }
    with_shared(NAME, phone, |shared| {
        let name = match which {
            MICROSIP_TXT_DEVICE_ID => false,
            MICROSIP_TXT_DEVICE_NAME => true,
            // SAFETY: by contract.
            _ => {
                return unsafe { ops::object::text(&lock(&shared.core).phone, object, which, index, buf, cap, needed) };
            }
        };
        let devices = shared.devices.lock();
        let [input, output] = &*devices;
        let list = match index >> 16 {
            MICROSIP_DEV_INPUT => input,
            MICROSIP_DEV_OUTPUT | MICROSIP_DEV_RING => output,
            _ => {
                return Err(Fail::new(
                    MICROSIP_E_ARG,
                    "index",
                    Value::Number(i64::from(index)),
                    "is no MICROSIP_DEV_* << 16 | n",
                ));
            }
        };
        let device = list.get(index as usize & 0xffff).ok_or(Fail::NOTHING)?;
        // SAFETY: by contract.
        unsafe {
            text::put(buf, cap, needed, |cursor| {
                cursor.put_str(if name { &device.name } else { &device.id });
                Ok(())
            })
        }
    })
}

/// The nth header field (from 0) of that name, long or short form, in a message that came for a call; name "": its first
/// line. object: the call; or a message, whatever which says: one that came, or the response to one of ours (its Retry-After, say); or a subscription, whatever which says: the last final response to its SUBSCRIBE, or the NOTIFY that ended it, until a notification brings something new, and cut where its block (subscription_bytes in an engine) has no room. which: MICROSIP_FIRST to MICROSIP_BYE; a status from 100 to 699, which is the last response with it; or
/// MICROSIP_NTH + n. *needed: its bytes with the NUL. A message is there with the event that it causes, so sip_code of the
/// event names a response. Kept are the first message, for as long as the call can be read, and the latest ones, three of
/// full length or more shorter ones; of each the header, cut where it is longer than max_message (1024 bytes where
/// max_calls is above 64, kept_bytes in an engine). Those that came for it are: INVITE, ACK, PRACK, UPDATE, INFO, CANCEL,
/// BYE; responses to INVITE, and final ones to our re-INVITE and UPDATE; but none that was answered with credentials.
/// MICROSIP_NOTHING: no such message is kept, or it has no such field. MICROSIP_E_BUFFER: cap is smaller.
/// MICROSIP_E_ARG: which names no message. MICROSIP_E_UNSUPPORTED: an engine without kept_bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_header_get(
    phone: microsip_id,
    object: microsip_id,
    which: u32,
    name: *const c_char,
    nth: u32,
    buf: *mut c_char,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_header_get", phone, |phone, _| unsafe {
        ops::object::header(phone, object, which, name, nth, buf, cap, needed)
    })
}

/// The body of a message, of either way, or of a subscription's last notification until another one comes for any
/// subscription. Of the messages that made a call the header alone is kept (microsip_header_get); a MESSAGE that came in a
/// call is an object of its own. object: the message or subscription. buf: room for cap bytes, or NULL with 0. *needed: its bytes; no NUL follows them.
/// MICROSIP_NOTHING: it has none. MICROSIP_E_BUFFER: cap is smaller. MICROSIP_E_KIND: another object, such as a call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_body_get(
    phone: microsip_id,
    object: microsip_id,
    buf: *mut c_void,
    cap: u32,
    needed: *mut u32,
) -> i32 {
    // SAFETY: by contract.
    read("microsip_body_get", phone, |phone, _| unsafe { ops::object::body(phone, object, buf, cap, needed) })
}

/// Gives an object the application's own number, which its events carry from then on.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_tag_set(phone: microsip_id, object: microsip_id, tag: u64) -> i32 {
    command("microsip_tag_set", phone, |phone, _| ops::object::tag_set(phone, object, tag))
}

/// Gives an ended call's slot back: it cannot be read any more. Not released, it stays readable until a new call needs
/// its slot: the one that ended first goes first, with MICROSIP_EV_LOST. Fetching events, or having them in a callback,
/// releases nothing. A message that came and was not answered is answered with 200, a REFER with 603; a subscription that
/// has ended can be read until then. Of a conference: it is dissolved, its calls go on alone, and a recording and a sound of it end.
/// MICROSIP_E_STATE: a call or subscription that has not ended, or a message of ours that has not, or whose end was not
/// fetched.
#[unsafe(no_mangle)]
pub extern "C" fn microsip_id_release(phone: microsip_id, object: microsip_id) -> i32 {
    with_shared("microsip_id_release", phone, |shared| {
        act_on(shared, |phone, now| ops::object::release(phone, now, object))?;
        if let Ok(conference) = ConferenceId::from_raw(object) {
            let slot = lock(&shared.core).slots.silence(Target::Conference(conference));
            shared.dropped(slot.as_ref());
        }
        Ok(())
    })
}

/// Error and overload counters since the phone's creation. out->size must be set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn microsip_counters_get(phone: microsip_id, out: *mut microsip_counters) -> i32 {
    // SAFETY: by contract.
    with_shared("microsip_counters_get", phone, |shared| unsafe {
        ops::phone::counters(&lock(&shared.core).phone, shared.lost_events(), out)
    })
}
