//! Those who watch us (RFC 6665 §4.2): our calls (RFC 4235), our presence (RFC 3856), a mailbox of ours (RFC 3842). Each is
//! told of changes by NOTIFYs in the dialog that its SUBSCRIBE made.
//!
//! Nothing that is told is kept: a document is written from the state of the rooms when its NOTIFY leaves.

mod changes;
mod mailbox;
mod slot;
mod taking;
mod telling;
mod told;

use super::accounts::Accounts;
use super::capacity::Capacity;
use super::context::Context;
use super::lender::Lender;
use super::media::Media;
use super::object::Object;
use super::subscription::Package;
use crate::base::slots::{Entry, Handle, Slots};
use crate::wire::body::dialog_info::{self, DialogState};
use crate::wire::body::{message_summary, pidf};
use changes::Cell;
use mailbox::Mailbox;
use slot::Slot;

/// A call, as its watchers see it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    pub(super) account: Handle,
    pub(super) dialog: Handle,
    pub(super) state: DialogState,
    pub(super) called: bool,
    /// The directions of its media, a set of `MEDIA_*`.
    pub(super) ways: u32,
    pub(super) generation: u32,
}

/// The calls, of which this room knows nothing else.
pub(super) trait Source {
    /// The call in a slot.
    fn shown(&self, media: &Media<'_>, index: u32) -> Option<Shown>;
    /// A call of an account's is up.
    fn is_up(&self, account: Handle) -> bool;
}

/// Watchers, and what they were told of each call.
pub(super) struct Watchers<'a> {
    slots: Slots<'a, Slot>,
    /// By the slot of a call.
    cells: &'a mut [Cell],
    /// By the slot of an account; the last is that of direct watchers.
    mailboxes: &'a mut [Mailbox],
    /// The number of the last change of a call.
    number: u64,
    /// A watcher that was told of no later change than this one misses the ends of calls whose slots others have by now.
    gone: u64,
}

impl<'a> Watchers<'a> {
    /// The room, with as many slots as the capacity has.
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let count = capacity.watchers();
        let (cells, mailboxes) =
            if count > 0 { (capacity.calls as usize, capacity.accounts as usize + 1) } else { (0, 0) };
        Self {
            slots: Slots::new(lender.lend(count, Entry::free())),
            cells: lender.zeroed(cells),
            mailboxes: lender.zeroed(mailboxes),
            number: 0,
            gone: 0,
        }
    }

    /// Its handles are this phone's.
    pub(super) fn mark(&mut self, mark: u8) {
        self.slots.mark(mark);
    }

    /// The watchers that are there, ended ones among them.
    pub(super) fn handles(&self) -> impl Iterator<Item = Handle> {
        self.slots.iter().map(|(handle, _)| handle)
    }

    /// Watchers that are told, or are to be told their end.
    pub(super) fn live(&self) -> usize {
        self.slots.iter().filter(|(_, slot)| !slot.is_over()).count()
    }

    /// The end of one is to be told to it.
    pub(super) fn are_leaving(&self) -> bool {
        self.slots.iter().any(|(_, slot)| !slot.is_over() && slot.machine.is_ending())
    }

    /// Sets the application's own number. False: there is no such watcher.
    pub(super) fn set_tag(&mut self, handle: Handle, tag: u64) -> bool {
        self.slots.get_mut(handle).map(|slot| slot.tag = tag).is_some()
    }

    fn wake(&self, cx: &mut Context<'_>, handle: Handle) {
        if let Some(slot) = self.slots.get(handle) {
            cx.wake(Object::Watcher(handle.index), slot.machine.deadline());
        }
    }
}

/// The name of a package, and the type of its bodies.
const fn named(package: Package) -> (&'static str, &'static [u8]) {
    match package {
        Package::Presence => ("presence", pidf::TYPE),
        Package::MessageSummary => ("message-summary", message_summary::TYPE),
        Package::Dialog | Package::Other => ("dialog", dialog_info::TYPE),
    }
}

/// The URI that a watcher watches: its account's, else the one that it names.
fn entity<'e>(accounts: &'e Accounts<'_>, account: Handle, side: &'e [u8]) -> &'e [u8] {
    let named = || crate::wire::sip::Address::parse(side).map(|address| address.uri);
    accounts.uri(account).or_else(named).unwrap_or_default()
}
