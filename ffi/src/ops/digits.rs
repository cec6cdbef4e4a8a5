//! Digits that are sent: scripts, held keys, and the settings of both.

use super::{Done, call_id, range, refused};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value, pointer, text};
use core::ffi::c_char;
use core::ops::RangeInclusive;
use microsip_core::base::features;
use microsip_core::base::time::Instant;
use microsip_core::media::digits::{DigitMethod, DigitSettings, GAPS_MS, LENGTHS_MS, QUIETEST, STEP_MS};
use microsip_core::phone::{CallId, CallState, CommandError, Phone};

/// The settings of a command's digits.
///
/// # Safety
/// Pointers as the C function documents them.
unsafe fn options_of(o: *const microsip_digit_options) -> Result<DigitSettings, Fail> {
    // SAFETY: by contract.
    let given = unsafe { pointer::read_or_zero(o, "o")? };
    if given.reserved != 0 {
        return Err(Fail::new(MICROSIP_E_NEWER, "o->reserved", Value::None, "is not 0: use MICROSIP_ZERO on it"));
    }
    said!(given, "o->")
}

/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn script(
    phone: &mut Phone<'_>,
    now: Instant,
    call: u64,
    digits: *const c_char,
    o: *const microsip_digit_options,
    token: u64,
) -> Done {
    let id = call_id(call)?;
    // SAFETY: by contract.
    let settings = unsafe { options_of(o)? };
    // SAFETY: by contract.
    let digits = unsafe { text::needed(digits, "digits")? };
    let sent = if features::INFO {
        phone.send_digits_by(now, id, digits, settings, token)
    } else {
        phone.send_digits(now, id, digits, token)
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
///
/// # Safety
/// Pointers as the C function documents them.
pub(crate) unsafe fn start(
    phone: &mut Phone<'_>,
    now: Instant,
    call: u64,
    digit: u32,
    o: *const microsip_digit_options,
    token: u64,
) -> Done {
    let id = call_id(call)?;
    // SAFETY: by contract.
    let settings = unsafe { options_of(o)? };
    // none of the digits is 0
    let key = u8::try_from(digit).unwrap_or_default();
    phone.press_digit(now, id, key, settings, token).map_err(|error| match error {
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

/// Settings of digits: the members dtmf, dtmf_ms, dtmf_gap_ms and dtmf_level_db of a struct, and how they are named.
pub(crate) fn settings(
    [method, ms, gap_ms, level_db]: [u32; 4],
    names: [&'static str; 4],
) -> Result<DigitSettings, Fail> {
    let method = method_of(method, names[0])?;
    if !features::INFO {
        let mut set = [ms, gap_ms, level_db].into_iter().zip([names[1], names[2], names[3]]);
        return match set.find(|(value, _)| *value != 0) {
            Some((_, name)) => Err(Fail::command(CommandError::Unsupported, name, Value::None)),
            None => Ok(DigitSettings::NONE),
        };
    }
    let within = |value: u32, range: RangeInclusive<u16>, name, fix| match u16::try_from(value) {
        Ok(value) if value == 0 || range.contains(&value) && (fix == LEVEL || value.is_multiple_of(STEP_MS)) => {
            Ok(value)
        }
        _ => Err(self::range(name, value, fix)),
    };
    let ms = within(ms, LENGTHS_MS, names[1], "is neither 0 nor 40 to 20000 in steps of 10")?;
    let gap_ms = within(gap_ms, GAPS_MS, names[2], "is neither 0 nor 40 to 2500 in steps of 10")?;
    let level = match level_db {
        0 => None,
        MICROSIP_NONE => Some(0),
        _ => Some(within(level_db, 1..=QUIETEST.into(), names[3], LEVEL)? as u8),
    };
    Ok(DigitSettings::new(method, ms, gap_ms, level))
}

/// The levels that there are.
const LEVEL: &str = "is neither 0 nor 1 to 63, dB below 0 dBm0, nor MICROSIP_NONE, 0 dBm0 itself";

/// `said!(given, "a->")`: of a struct that has these members.
macro_rules! said {
    ($given:expr, $prefix:literal) => {
        $crate::ops::digits::settings(
            [$given.dtmf, $given.dtmf_ms, $given.dtmf_gap_ms, $given.dtmf_level_db],
            [
                concat!($prefix, "dtmf"),
                concat!($prefix, "dtmf_ms"),
                concat!($prefix, "dtmf_gap_ms"),
                concat!($prefix, "dtmf_level_db"),
            ],
        )
    };
}

pub(crate) use said;

/// A method of digits; 0: none is chosen.
fn method_of(method: u32, argument: &'static str) -> Result<Option<DigitMethod>, Fail> {
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
