//! Reliable provisional responses (RFC 3262): a phone's, an account's and a call's wish for them.

use super::range;
use crate::abi::types::*;
use crate::abi::{Fail, Value};
use microsip_core::base::features;
use microsip_core::phone::{CommandError, Reliable};

/// MICROSIP_RELIABLE_*; 0: as it is set elsewhere.
pub(crate) fn wish(value: u32, argument: &'static str) -> Result<Reliable, Fail> {
    if !features::RELIABLE {
        let unmet = value > MICROSIP_RELIABLE_OFF;
        return if unmet {
            Err(Fail::command(CommandError::Unsupported, argument, Value::None))
        } else {
            Ok(Reliable::Off)
        };
    }
    match value {
        0 => Ok(Reliable::Inherited),
        MICROSIP_RELIABLE_OFF => Ok(Reliable::Off),
        MICROSIP_RELIABLE_SUPPORTED => Ok(Reliable::Supported),
        MICROSIP_RELIABLE_REQUIRED => Ok(Reliable::Required),
        _ => Err(range(argument, value, "is neither 0 nor MICROSIP_RELIABLE_OFF to MICROSIP_RELIABLE_REQUIRED")),
    }
}
