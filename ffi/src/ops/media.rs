//! Sources, mute and volume.

use super::{Done, call_id, call_or_self, range, refused};
use crate::abi::Fail;
use crate::abi::types::*;
use microsip_core::base::features;
use microsip_core::phone::{CommandError, MediaTimeout, Phone, Side, Source, WhenLost};

pub(crate) fn source_of(source: u32) -> Result<Source, Fail> {
    Ok(match source {
        MICROSIP_SRC_DEVICE => Source::Device,
        MICROSIP_SRC_PCM => Source::Application,
        MICROSIP_SRC_ECHO => Source::Echo,
        MICROSIP_SRC_SILENCE => Source::Silence,
        _ => return Err(range("source", source, "is no MICROSIP_SRC_*")),
    })
}

pub(crate) fn side_of(dev: u32) -> Result<Side, Fail> {
    match dev {
        MICROSIP_DEV_INPUT => Ok(Side::Input),
        MICROSIP_DEV_OUTPUT => Ok(Side::Output),
        _ => Err(range("dev", dev, "is neither MICROSIP_DEV_INPUT nor MICROSIP_DEV_OUTPUT")),
    }
}

/// The time after which a silent far end is given up, and the action then. `name`: the member of the action.
pub(crate) fn timeout(seconds: u32, lost: u32, name: &'static str) -> Result<MediaTimeout, Fail> {
    let lost = match lost {
        0 => WhenLost::Inherit,
        MICROSIP_LOST_END => WhenLost::End,
        MICROSIP_LOST_TELL => WhenLost::Tell,
        other => return Err(range(name, other, "is neither 0, MICROSIP_LOST_END nor MICROSIP_LOST_TELL")),
    };
    Ok(MediaTimeout { seconds, lost })
}

pub(crate) fn source(phone: &mut Phone<'_>, call: u64, source: u32) -> Done {
    phone.set_source(call_id(call)?, source_of(source)?).map_err(refused("call", call))
}

pub(crate) fn mute(phone: &mut Phone<'_>, call: u64, on: u32) -> Done {
    phone.set_mute(call_or_self(call)?, on != 0).map_err(refused("call", call))
}

pub(crate) fn volume(phone: &mut Phone<'_>, call: u64, dev: u32, percent: u32) -> Done {
    if features::TONES && dev == MICROSIP_DEV_RING && call == MICROSIP_SELF {
        return super::tones::ring_volume(phone, percent);
    }
    phone.set_volume(call_or_self(call)?, side_of(dev)?, percent).map_err(|error| match error {
        CommandError::Range => range("percent", percent, "is above 400"),
        _ => refused("call", call)(error),
    })
}
