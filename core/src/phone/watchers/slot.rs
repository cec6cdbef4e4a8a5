//! A watcher: from its SUBSCRIBE until its slot is released, or needed.

use crate::base::limits::WATCHER_ID;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::Cause;
use crate::phone::event::WatcherState;
use crate::phone::subscription::Package;
use crate::sip::notifier::{Notifier, Stage};

/// The `id` of its Event (rfc6665#4.5.2); most have none.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Id {
    bytes: [u8; WATCHER_ID],
    len: u8,
}

impl Id {
    pub(super) const NONE: Self = Self { bytes: [0; WATCHER_ID], len: 0 };

    /// `None`: it is too long.
    pub(super) fn of(text: Option<&[u8]>) -> Option<Self> {
        let text = text.unwrap_or_default();
        let mut kept = Self { len: u8::try_from(text.len()).ok()?, ..Self::NONE };
        kept.bytes.get_mut(..text.len())?.copy_from_slice(text);
        Some(kept)
    }

    pub(super) fn get(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// A watcher.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) machine: Notifier,
    pub(super) package: Package,
    /// The account that it watches; none: it came directly.
    pub(super) account: Handle,
    /// The leg of its subscription, which stays for its texts until the slot is given back; none: it gave way.
    pub(super) leg: Handle,
    /// Our NOTIFY, while it runs.
    pub(super) request: Handle,
    pub(super) id: Id,
    pub(super) tag: u64,
    /// Its source, or its address of record, as a number: one party has a share of the slots.
    pub(super) party: u64,
    /// Its end, or its beginning, is to be told.
    pub(super) pending: bool,
    /// The application has given it back while its watcher was still to be told: its slot goes with that.
    pub(super) released: bool,
    /// The state that was told last, and its time.
    pub(super) state: WatcherState,
    pub(super) changed: Instant,
    pub(super) sip_code: u16,
    pub(super) result: Cause,
    /// The number of the next document of dialogs (rfc4235#4.1.1).
    pub(super) version: u32,
    /// The last change of a call that it was told of.
    pub(super) seen: u64,
    /// The last change of all when it was told all: calls that were over by then are none of its.
    pub(super) base: u64,
    /// A call of the account was up when it was told last.
    pub(super) up: bool,
}

impl Slot {
    /// A free slot's content.
    pub(super) const EMPTY: Self = Self {
        machine: Notifier::EMPTY,
        package: Package::Dialog,
        account: Handle::NONE,
        leg: Handle::NONE,
        request: Handle::NONE,
        id: Id::NONE,
        tag: 0,
        party: 0,
        pending: false,
        released: false,
        state: WatcherState::Pending,
        changed: Instant::ZERO,
        sip_code: 0,
        result: Cause::Normal,
        version: 0,
        seen: 0,
        base: 0,
        up: false,
    };

    /// It has ended.
    pub(super) fn is_over(&self) -> bool {
        self.machine.stage() == Stage::Over
    }

    /// Its state for the application. One that is to end has ended, for nothing keeps it.
    pub(super) fn seen_as(&self) -> WatcherState {
        match self.machine.stage() {
            _ if self.machine.is_ending() => WatcherState::Ended,
            Stage::Pending => WatcherState::Pending,
            _ => WatcherState::Active,
        }
    }
}
