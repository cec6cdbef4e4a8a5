//! Those who watch us (RFC 6665), as an application sees them.

use super::event::{Cause, WatcherState};
use super::subscription::Package;
use super::{AccountId, WatcherId};
use crate::base::time::Instant;

/// The treatment of those who would watch us: our calls, our presence, a mailbox of ours. Strangers are never asked about.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum WatcherPolicy {
    /// As it is set elsewhere: for an account by the phone, for that one [`Self::Refuse`].
    #[default]
    Inherited = 0,
    /// The application decides; until it has, they are told nothing of us.
    Ask = 1,
    /// They are told at once: of an account all who come by its own server or from a host that it trusts, else all who may
    /// call directly.
    Follow = 2,
    /// They are refused (403).
    Refuse = 3,
}

impl WatcherPolicy {
    /// This one, unless it is set elsewhere.
    #[cfg(feature = "notify")]
    pub(super) const fn or(self, other: Self) -> Self {
        if matches!(self, Self::Inherited) { other } else { self }
    }
}

/// A watcher, in numbers.
#[derive(Clone, Copy, Debug)]
pub struct WatcherInfo {
    /// Its name.
    pub watcher: WatcherId,
    /// The account that it watches; none: it came directly.
    pub account: AccountId,
    /// The application's own number.
    pub tag: u64,
    /// The package that it watches.
    pub package: Package,
    /// Its state.
    pub state: WatcherState,
    /// The last final status of a NOTIFY to it; 0: there was none.
    pub sip_code: u16,
    /// The result of its end: [`Cause::Normal`] where it was taken back, refused or not refreshed, [`Cause::Refused`] where
    /// it refused a NOTIFY, [`Cause::Timeout`] and others where it could not be told.
    pub result: Cause,
    /// The end of the time that it was granted.
    pub expires: Instant,
}

/// Texts of a watcher. The numbers are those of other objects' texts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum WatcherText {
    /// Its URI, as it says.
    RemoteUri = 1,
    /// Its name, as it says.
    RemoteName = 2,
}
