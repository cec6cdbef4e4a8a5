//! No session timers.

#[cfg(feature = "reliable")]
use super::takes_updates;
#[cfg(feature = "reliable")]
use crate::wire::sip::Message;
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
pub struct Timer {
    /// The far end takes UPDATE.
    #[cfg(feature = "reliable")]
    updates: bool,
}

impl Timer {
    /// No timer.
    pub const NONE: Self = Self {
        #[cfg(feature = "reliable")]
        updates: false,
    };

    /// The far end takes UPDATE.
    #[cfg(feature = "reliable")]
    #[must_use]
    pub const fn updates(&self) -> bool {
        self.updates
    }

    /// It takes UPDATE, or does not, whatever it said.
    #[cfg(feature = "reliable")]
    pub const fn learn_updates(&mut self, updates: bool) {
        self.updates = updates;
    }

    /// A message of its says which requests it takes.
    #[cfg(feature = "reliable")]
    pub fn learn(&mut self, message: &Message<'_>) {
        self.updates = takes_updates(message).unwrap_or(self.updates);
    }

    /// That of another branch.
    #[must_use]
    pub const fn branch(self) -> Self {
        Self::NONE
    }

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
