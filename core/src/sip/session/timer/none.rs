//! No session timers.

use crate::wire::sip::Writer;

/// No lines.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Lines;

impl Lines {
    /// No lines.
    #[must_use]
    pub const fn too_short(_: u32) -> Self {
        Self
    }

    /// Nothing is written.
    pub const fn write(&self, _: &mut Writer<'_, '_>) {}
}

/// No timer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Timer;

impl Timer {
    /// No timer.
    pub const NONE: Self = Self;

    /// No lines.
    #[must_use]
    pub const fn request(&self, _: bool) -> Lines {
        Lines
    }

    /// No lines.
    #[must_use]
    pub const fn response(&self) -> Lines {
        Lines
    }
}
