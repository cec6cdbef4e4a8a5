//! Session timers (RFC 4028): a phone's, an account's and a call's wish for them.

use super::range;
use crate::abi::Fail;
use crate::abi::Value;
use crate::abi::types::*;
use microsip_core::base::features;
use microsip_core::phone::{CommandError, Refresher, SessionTimer, TimerMode};

/// The four members of a struct: session_timer, session_expires, min_se and session_refresher, and how they are named.
pub(crate) fn wish(
    [mode, expires, least, refresher]: [u32; 4],
    names: [&'static str; 4],
) -> Result<SessionTimer, Fail> {
    if !features::TIMERS {
        let unmet = mode > MICROSIP_TIMER_OFF || expires | least | refresher != 0;
        return if unmet {
            Err(Fail::command(CommandError::Unsupported, names[0], Value::None))
        } else {
            Ok(SessionTimer::default())
        };
    }
    let timer_mode = match mode {
        0 => TimerMode::Inherited,
        MICROSIP_TIMER_OFF => TimerMode::Off,
        MICROSIP_TIMER_SUPPORTED => TimerMode::Supported,
        MICROSIP_TIMER_ALWAYS => TimerMode::Always,
        MICROSIP_TIMER_REQUIRED => TimerMode::Required,
        _ => return Err(range(names[0], mode, "is neither 0 nor MICROSIP_TIMER_OFF to MICROSIP_TIMER_REQUIRED")),
    };
    let side = match refresher {
        0 => Refresher::Inherited,
        MICROSIP_REFRESHER_EITHER => Refresher::Either,
        MICROSIP_REFRESHER_US => Refresher::Us,
        MICROSIP_REFRESHER_THEM => Refresher::Them,
        _ => {
            let fix = "is neither 0 nor MICROSIP_REFRESHER_EITHER to MICROSIP_REFRESHER_THEM";
            return Err(range(names[3], refresher, fix));
        }
    };
    // the core says what it takes; one number at a time, so that the wrong one is named
    for (value, name, alone) in [
        (expires, names[1], SessionTimer::new(timer_mode, expires, 0, side)),
        (least, names[2], SessionTimer::new(timer_mode, 0, least, side)),
    ] {
        alone.check().map_err(|error| Fail::command(error, name, Value::Number(i64::from(value))))?;
    }
    Ok(SessionTimer::new(timer_mode, expires, least, side))
}

/// `said!(given, "a->")`: of a struct that has these members.
macro_rules! said {
    ($given:expr, $prefix:literal) => {
        $crate::ops::timers::wish(
            [$given.session_timer, $given.session_expires, $given.min_se, $given.session_refresher],
            [
                concat!($prefix, "session_timer"),
                concat!($prefix, "session_expires"),
                concat!($prefix, "min_se"),
                concat!($prefix, "session_refresher"),
            ],
        )
    };
}
pub(crate) use said;
