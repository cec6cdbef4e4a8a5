//! No tones: there is silence for them.

use crate::phone::CommandError;
use crate::phone::tone::{Tones as Change, TonesInfo};

/// No tones.
#[derive(Debug)]
pub(in crate::phone) struct Tones;

impl Tones {
    pub(super) const fn new() -> Self {
        Self
    }

    pub(super) const fn set_rate(&mut self, _: u32) {}

    pub(in crate::phone) const fn change(&mut self, _: &Change<'_>) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }

    pub(in crate::phone) const fn info(&self) -> TonesInfo {
        TonesInfo { country: "", play: 0, refusal_ms: 0, ring_percent: 100 }
    }

    pub(in crate::phone) const fn start(&mut self, _: u32) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }

    pub(in crate::phone) const fn stop(&mut self) -> bool {
        false
    }

    pub(in crate::phone) const fn close(&mut self) {}

    pub(super) const fn want_device(&self, _: u32) -> bool {
        false
    }

    pub(super) const fn mix(&mut self, _: &mut [i16], _: u32) {}

    pub(super) const fn want_ring(&self, _: u32) -> Option<u8> {
        None
    }

    pub(super) fn ring(&mut self, _: &[i16], out: &mut [i16], _: u32) -> bool {
        out.fill(0);
        false
    }
}

/// There is no country.
pub(in crate::phone) const fn country(_: usize) -> Option<&'static str> {
    None
}
