//! Digits that are sent: scripts, their method and length.

use super::{Done, call_id, range, refused};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, text};
use core::ffi::c_char;
use microsip_core::base::features;
use microsip_core::base::time::Instant;
use microsip_core::media::digits::DigitMethod;
use microsip_core::phone::{CallId, CallState, CommandError, Phone};

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn script(
    phone: &mut Phone<'_>,
    now: Instant,
    call: u64,
    digits: *const c_char,
    method: u32,
    token: u64,
) -> Done {
    let id = call_id(call)?;
    let method = method_of(method, "method")?;
    // SAFETY: by contract.
    let digits = unsafe { text::needed(digits, "digits")? };
    let sent = match method {
        None => phone.send_digits(now, id, digits, token),
        Some(_) if !features::INFO => Err(CommandError::Unsupported),
        Some(method) => phone.send_digits_by(now, id, digits, method, token),
    };
    sent.map_err(|error| match error {
        CommandError::Range => {
            let fix = if digits.is_empty() {
                "is empty: write at least one digit"
            } else {
                "holds what is no digit: 0 to 9, * # A B C D; a comma or p for a second of silence, w for half"
            };
            Fail::new(MICROSIP_E_ARG, "digits", Value::text(digits), fix)
        }
        CommandError::Full => {
            let fix = "are more than can wait to be sent, 32 at once: send fewer, and the rest after MICROSIP_EV_DONE";
            Fail::new(MICROSIP_E_FULL, "digits", Value::text(digits), fix)
        }
        error => unsent(phone, call, error),
    })
}

/// A key is pressed and held.
pub(crate) fn start(phone: &mut Phone<'_>, now: Instant, call: u64, digit: u32, method: u32, token: u64) -> Done {
    let id = call_id(call)?;
    let method = method_of(method, "method")?;
    // none of the digits is 0
    let key = u8::try_from(digit).unwrap_or_default();
    phone.press_digit(now, id, key, method, token).map_err(|error| match error {
        CommandError::Range => range("digit", digit, "is the ASCII code of no digit: 0 to 9, * # A B C D"),
        CommandError::Full => {
            let fix = "has a key that is held already (stop it first), or as many digits as can wait to be sent";
            Fail::new(MICROSIP_E_FULL, "call", Value::Id(call), fix)
        }
        error => unsent(phone, call, error),
    })
}

/// That key is let go.
pub(crate) fn stop(phone: &mut Phone<'_>, now: Instant, call: u64) -> Done {
    phone.release_digit(now, call_id(call)?).map_err(refused("call", call))
}

/// Digits cannot be sent in this call: its state is told.
fn unsent(phone: &Phone<'_>, call: u64, error: CommandError) -> Fail {
    let info = CallId::from_raw(call).ok().and_then(|id| phone.call_info(id).ok());
    let fix = match (error, info) {
        (CommandError::Unsupported, _) => {
            let fix = "has a far end that cannot hear digits by this method: it takes no events, or this library was \
                       built without tones or INFO";
            return Fail::new(MICROSIP_E_UNSUPPORTED, "call", Value::Id(call), fix);
        }
        (CommandError::State, Some(info)) => match info.state {
            CallState::Ended => return super::ended("call", call),
            CallState::Connected | CallState::Early if info.held => {
                "is on hold by the far end: digits go by INFO alone until it resumes"
            }
            CallState::Connected | CallState::Early => {
                "has no media yet that this side may send: the events of its media tell when"
            }
            CallState::Calling => "is MICROSIP_CALLING: it has no sound before an answer, or early media",
            CallState::Incoming => "is MICROSIP_INCOMING: it has no sound before microsip_answer with 183 or 200",
        },
        _ => return refused("call", call)(error),
    };
    Fail::new(MICROSIP_E_STATE, "call", Value::Id(call), fix)
}

/// A phone's method of digits, and their length in milliseconds.
pub(crate) fn digits_of(
    (method, ms): (u32, u32),
    arguments: (&'static str, &'static str),
) -> Result<(DigitMethod, u16), Fail> {
    if !features::INFO && ms != 0 {
        return Err(Fail::command(CommandError::Unsupported, arguments.1, Value::None));
    }
    match ms {
        0 | 40..=20_000 => Ok((method_of(method, arguments.0)?.unwrap_or_default(), ms as u16)),
        _ => Err(range(arguments.1, ms, "is neither 0 nor 40 to 20000")),
    }
}

/// A method of digits; 0: none is chosen.
pub(crate) fn method_of(method: u32, argument: &'static str) -> Result<Option<DigitMethod>, Fail> {
    Ok(Some(match method {
        0 => return Ok(None),
        MICROSIP_DTMF_AUTO if !features::INFO => return Ok(None),
        _ if !features::INFO => return Err(Fail::command(CommandError::Unsupported, argument, Value::None)),
        MICROSIP_DTMF_AUTO => DigitMethod::Auto,
        MICROSIP_DTMF_RTP => DigitMethod::Events,
        MICROSIP_DTMF_INFO => DigitMethod::Info,
        MICROSIP_DTMF_INFO_PLAIN => DigitMethod::InfoPlain,
        MICROSIP_DTMF_INBAND => DigitMethod::Tones,
        MICROSIP_DTMF_AUTO_INFO => DigitMethod::AutoInfo,
        other => return Err(range(argument, other, "is no MICROSIP_DTMF_*")),
    }))
}
