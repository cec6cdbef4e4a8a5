//! Times in the life of a call, in half the room.

/// A time in the life of a call, in whole milliseconds since it began: 49 days of them in half the room of an
/// [`Instant`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Moment(pub(super) u32);

impl Moment {
    /// It has not come.
    pub(super) const NEVER: Self = Self(u32::MAX);
}
