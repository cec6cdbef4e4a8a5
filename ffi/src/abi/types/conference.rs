//! Conferences.

use crate::abi::pointer::sized;

/// The part that a call, or MICROSIP_SELF, takes in a conference. Switches; level and talking are read only.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_member {
    /// sizeof(microsip_member).
    pub size: u32,
    /// Switch: the others do not hear it.
    pub silent: u32,
    /// Switch: it does not hear the others.
    pub deaf: u32,
    /// Its loudness for the others in percent, 1 to 400; 0: as it is.
    pub gain_percent: u32,
    /// The peak of its sound in the last 100 ms, 0 to 32767, silent or not.
    pub level: u32,
    /// 1: it talks.
    pub talking: u32,
}

sized!(
    microsip_member up to talking,
);
