//! Sources, mute and volume.

use super::{Done, call_id, call_or_self, range, refused};
use crate::abi::code::*;
use crate::abi::types::*;
use crate::abi::{Fail, Value};
use microsip_core::base::features;
use microsip_core::phone::{CallState, CommandError, MediaTimeout, Music, Phone, Side, Source, WhenLost};

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

/// The most seconds that a silent far end is waited for.
const MOST_SECONDS: u32 = 65_535;

/// The time after which a silent far end is given up, and the action then. The names are those of the two members.
pub(crate) fn timeout(
    (seconds, lost): (u32, u32),
    (seconds_are, lost_is): (&'static str, &'static str),
) -> Result<MediaTimeout, Fail> {
    let when = match lost {
        0 => WhenLost::Inherit,
        MICROSIP_LOST_END => WhenLost::End,
        MICROSIP_LOST_TELL => WhenLost::Tell,
        other => return Err(range(lost_is, other, "is neither 0, MICROSIP_LOST_END nor MICROSIP_LOST_TELL")),
    };
    if seconds == MICROSIP_NONE && lost != 0 {
        let fix = "has no effect where media_timeout gives nobody up: leave one of them out";
        return Err(range(lost_is, lost, fix));
    }
    if seconds > MOST_SECONDS && seconds != MICROSIP_NONE {
        return Err(range(seconds_are, seconds, "is neither MICROSIP_NONE nor at most 65535"));
    }
    Ok(MediaTimeout { seconds, lost: when })
}

pub(crate) fn source(phone: &mut Phone<'_>, call: u64, source: u32) -> Done {
    phone.set_source(call_id(call)?, source_of(source)?).map_err(refused("call", call))
}

/// The music for far ends on hold, and the file that it comes from.
pub(crate) fn music_of(music: u32, path: Option<&str>) -> Result<(Music, Option<&str>), Fail> {
    match (music, path) {
        _ if !features::REOFFER => Err(Fail::command(CommandError::Unsupported, "music", Value::None)),
        (MICROSIP_MUSIC_FILE, None) => Err(Fail::new(MICROSIP_E_ARG, "path", Value::None, "is NULL: name a WAV file")),
        (MICROSIP_MUSIC_FILE, Some(_)) => Ok((Music::Application, path)),
        (_, Some(path)) => {
            Err(Fail::new(MICROSIP_E_ARG, "path", Value::text(path), "is for MICROSIP_MUSIC_FILE alone"))
        }
        (MICROSIP_MUSIC_SOURCE, _) => Ok((Music::Source, None)),
        (MICROSIP_MUSIC_NONE, _) => Ok((Music::Silence, None)),
        (MICROSIP_MUSIC_PCM, _) => Ok((Music::Application, None)),
        (music, _) => Err(range("music", music, "is no MICROSIP_MUSIC_*")),
    }
}

/// An engine's, which has no files.
pub(crate) fn music(phone: &mut Phone<'_>, target: u64, music: u32, path: Option<&str>) -> Done {
    let call = call_or_self(target)?;
    let (music, file) = music_of(music, path)?;
    if file.is_some() {
        let fix = "needs a host: an engine's music is the mic of microsip_engine_audio with MICROSIP_HELD";
        return Err(Fail::new(MICROSIP_E_UNSUPPORTED, "path", Value::None, fix));
    }
    if features::REOFFER && phone.call_info(call).is_ok_and(|info| info.state == CallState::Ended) {
        return Err(super::ended("target", target));
    }
    phone.set_hold_music(call, music).map_err(refused("target", target))
}

pub(crate) fn mute(phone: &mut Phone<'_>, call: u64, on: u32) -> Done {
    phone.set_mute(call_or_self(call)?, super::on(on)?).map_err(refused("call", call))
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
