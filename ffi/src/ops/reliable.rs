//! Reliable provisional responses (RFC 3262): a phone's, an account's and a call's wish for them.

use super::range;
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value};
use microsip_core::base::features;
use microsip_core::phone::{CommandError, Reliable};

/// MICROSIP_RELIABLE_*; 0: as it is set elsewhere. The second number is the member behind it, which has no meaning yet.
pub(crate) fn wish((value, reserved): (u32, u32), argument: &'static str) -> Result<Reliable, Fail> {
    if !features::RELIABLE {
        let unmet = value > MICROSIP_RELIABLE_OFF;
        return if unmet {
            Err(Fail::command(CommandError::Unsupported, argument, Value::None))
        } else {
            Ok(Reliable::Off)
        };
    }
    if reserved != 0 {
        return Err(Fail::new(MICROSIP_E_NEWER, "reserved_reliable", Value::None, "is not 0: use MICROSIP_ZERO"));
    }
    match value {
        0 => Ok(Reliable::Inherited),
        MICROSIP_RELIABLE_OFF => Ok(Reliable::Off),
        MICROSIP_RELIABLE_SUPPORTED => Ok(Reliable::Supported),
        MICROSIP_RELIABLE_REQUIRED => Ok(Reliable::Required),
        _ => Err(range(argument, value, "is neither 0 nor MICROSIP_RELIABLE_OFF to MICROSIP_RELIABLE_REQUIRED")),
    }
}
