//! Calls, their kept messages, and the order of those that ended.

#[cfg(feature = "identity")]
mod added;
#[cfg(feature = "tones")]
mod alert;
mod answering;
mod asked;
mod before;
mod bye;
pub(super) mod call;
mod cancel;
mod checks;
mod choices;
mod commands;
#[cfg(any(feature = "rules", feature = "identity"))]
mod contacts;
mod direct;
#[cfg(feature = "refer")]
pub(super) mod directed;
mod due;
#[cfg(feature = "reliable")]
mod early;
#[cfg(feature = "reliable")]
mod early_media;
#[cfg(all(feature = "numbers", feature = "rules"))]
mod emergency;
mod ending;
mod forks;
mod hangup;
mod history;
#[cfg(feature = "reoffer")]
mod hold;
mod hosts;
mod identified;
#[cfg(feature = "identity")]
mod identify;
mod incoming;
#[cfg(feature = "info")]
mod info;
#[cfg(feature = "numbers")]
mod later;
mod life;
mod lines;
mod moment;
#[cfg_attr(not(feature = "reoffer"), path = "next_offer/none.rs")]
mod next_offer;
pub(super) mod outgoing;
mod ports;
#[cfg(feature = "reliable")]
mod prack;
#[cfg(feature = "reliable")]
mod pracked;
#[cfg(feature = "numbers")]
mod redials;
#[cfg(feature = "refer")]
mod referred;
mod reinvite;
mod reoffer;
#[cfg(feature = "refer")]
mod replaced;
pub(super) mod responses;
#[cfg_attr(not(feature = "rules"), path = "rules/none.rs")]
mod rules;
mod silence;
#[cfg_attr(not(feature = "timers"), path = "timers/none.rs")]
mod timers;
mod told;
#[cfg(feature = "refer")]
pub(super) mod transfer;
#[cfg(feature = "reoffer")]
mod update;
#[cfg(feature = "numbers")]
mod way;

pub(super) use ending::reason_of;
#[cfg(feature = "refer")]
pub(super) use incoming::begin_from;

use super::capacity::Capacity;
use super::lender::Lender;
use crate::base::blocks::Blocks;
use crate::base::due::Owed;
use crate::base::slots::{Entry, Handle, Slots};
use call::Call;
#[cfg(feature = "numbers")]
use redials::Redials;
use rules::Book;

/// Calls, their kept messages, and the order of those that ended.
pub(super) struct Calls<'a> {
    slots: Slots<'a, Call>,
    history: Blocks<'a>,
    /// Ended calls that were not released, in the order of their ends.
    ended: Owed<'a>,
    /// The rules of the phone and of its accounts.
    #[cfg_attr(not(feature = "rules"), expect(dead_code, reason = "there are none"))]
    rules: Book<'a>,
    #[cfg(feature = "numbers")]
    redials: Redials<'a>,
}

impl<'a> Calls<'a> {
    /// The room, with as many slots as the capacity has.
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let (count, history) = (capacity.calls as usize, history::block_of(capacity.history as usize));
        Self {
            slots: Slots::new(lender.lend(count, Entry::free())),
            history: Blocks::new(lender.zeroed(count * history), history),
            ended: Owed::new(lender.zeroed(count)),
            rules: Book::lent(capacity, lender),
            #[cfg(feature = "numbers")]
            redials: Redials::lent(capacity, lender),
        }
    }

    /// Every id of a call has this mark.
    pub(super) fn mark(&mut self, mark: u8) {
        self.slots.mark(mark);
    }

    pub(super) fn get(&self, handle: Handle) -> Option<&Call> {
        self.slots.get(handle)
    }

    fn get_mut(&mut self, handle: Handle) -> Option<&mut Call> {
        self.slots.get_mut(handle)
    }

    pub(super) fn handle_at(&self, index: u32) -> Option<Handle> {
        self.slots.handle_at(index)
    }

    fn iter(&self) -> impl Iterator<Item = (Handle, &Call)> {
        self.slots.iter()
    }

    /// The number of calls, ended ones that were not released among them.
    pub(super) const fn used(&self) -> usize {
        self.slots.used()
    }

    /// Ended calls that were not released.
    pub(super) fn ended(&self) -> usize {
        self.ended.len()
    }

    /// A call is there and has not ended.
    pub(super) fn goes_on(&self, handle: Handle) -> bool {
        self.slots.get(handle).is_some_and(|call| !call.is_over())
    }

    /// Calls that have not ended.
    pub(super) fn going_on(&self) -> usize {
        self.used() - self.ended()
    }

    /// All calls, ended ones that were not released among them.
    pub(super) fn handles(&self) -> impl Iterator<Item = Handle> {
        self.slots.iter().map(|(handle, _)| handle)
    }

    /// Calls that could begin: an ended call that was not fetched gives its slot.
    pub(super) fn possible(&self) -> usize {
        self.slots.free() + self.ended.len()
    }
}
