//! A message that is about another one: that one is being written, or something became of it.

use crate::base::time::Instant;
use crate::phone::Asked;

/// The kind of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// It is for people.
    Text,
    /// It says that another one is being written (RFC 3994).
    Composing,
    /// A notice (RFC 5438).
    Notice,
}

/// The part of a message that is about another one, or for notices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Status {
    pub(super) kind: Kind,
    /// Of one that says that somebody writes: they do.
    pub(super) active: bool,
    /// The far end of one of ours takes none of them, nor the direct sender of one that came.
    pub(super) deaf: bool,
    /// It is direct, and its sender says to be elsewhere than where it came from.
    pub(super) elsewhere: bool,
    /// The notices that its writer asks for.
    pub(super) asked: Asked,
    /// The dispositions that were told of it, and those of ours that are to be told.
    pub(super) noticed: u8,
    pub(super) untold: u8,
    /// Of an indication of ours: its writer is idle from then on, and until then need not be told to be active.
    pub(super) idle_at: Instant,
    pub(super) refresh_at: Instant,
    /// The half of its name that nobody can guess, of one of ours.
    pub(super) secret: u64,
}

impl Status {
    /// Of a message that is about none.
    pub(super) const NONE: Self = Self {
        kind: Kind::Text,
        active: false,
        deaf: false,
        elsewhere: false,
        asked: Asked(0),
        noticed: 0,
        untold: 0,
        idle_at: Instant::ZERO,
        refresh_at: Instant::ZERO,
        secret: 0,
    };
}
