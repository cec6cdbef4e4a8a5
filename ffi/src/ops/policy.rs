//! Policies of REFER and of Replaces.

use super::range;
use crate::abi::Fail;
use crate::abi::types::*;
use microsip_core::base::features;
use microsip_core::phone::TransferPolicy;

/// MICROSIP_POLICY_*; 0: as it is set elsewhere. In a library without the feature its caller has found none.
pub(crate) fn policy(value: u32, argument: &'static str) -> Result<TransferPolicy, Fail> {
    match value {
        _ if !features::REFER => Ok(TransferPolicy::Inherited),
        0 => Ok(TransferPolicy::Inherited),
        MICROSIP_POLICY_ASK => Ok(TransferPolicy::Ask),
        MICROSIP_POLICY_FOLLOW => Ok(TransferPolicy::Follow),
        MICROSIP_POLICY_REFUSE => Ok(TransferPolicy::Refuse),
        _ => Err(range(argument, value, "is neither 0 nor MICROSIP_POLICY_ASK to MICROSIP_POLICY_REFUSE")),
    }
}
