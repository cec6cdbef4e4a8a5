//! Publications of ours (RFC 3903): the presence of an account's own party, one an account.
//!
//! No document is kept: each PUBLISH that has one writes it from the account's presence and its calls.

mod asking;
mod told;

pub(super) use asking::Facts;

use super::capacity::Capacity;
use super::context::Context;
use super::event::{Cause, PublicationState};
use super::lender::Lender;
use super::object::Object;
use crate::base::blocks::Blocks;
use crate::base::limits::{ENTITY_TAG, REFUSAL_REASON};
use crate::base::slots::{Entry, Handle, Slots};
use crate::base::time::Instant;
use crate::sip::publication::{Publication, Stage};

/// A publication.
#[derive(Clone, Copy, Debug)]
struct Slot {
    machine: Publication,
    account: Handle,
    /// The leg of our PUBLISH under way, and its request; none: there is none.
    dialog: Handle,
    request: Handle,
    /// The sum of what the last document said ([`crate::phone::accounts::Accounts::presence_sum`]).
    told: u64,
    /// A call of the account was up when that was looked at last.
    up: bool,
    /// No PUBLISH was to leave when that was looked at last: its account's server is not reached.
    waits: bool,
    /// Commands that our PUBLISH under way answers.
    carried: u32,
    /// Bytes of its entity tag, and of the reason phrase of its last refusal.
    tag: u8,
    reason: u8,
    /// A change of its state is to be told.
    pending: bool,
    /// The state that was told last.
    state: PublicationState,
    sip_code: u16,
    result: Cause,
    /// The time of the last change of its state.
    changed: Instant,
}

impl Slot {
    const EMPTY: Self = Self {
        machine: Publication::new(0),
        account: Handle::NONE,
        dialog: Handle::NONE,
        request: Handle::NONE,
        told: 0,
        up: false,
        waits: false,
        carried: 0,
        tag: 0,
        reason: 0,
        pending: false,
        state: PublicationState::Pending,
        sip_code: 0,
        result: Cause::Normal,
        changed: Instant::ZERO,
    };

    /// Its state for the application.
    const fn seen(&self) -> PublicationState {
        match self.machine.stage() {
            Stage::Asking => PublicationState::Pending,
            Stage::Active => PublicationState::Active,
            Stage::Resting => PublicationState::Retrying,
            Stage::Over => PublicationState::Ended,
        }
    }

    /// It was taken back, and nothing is left of it.
    fn is_gone(&self) -> bool {
        self.machine.is_leaving() && self.machine.stage() == Stage::Over
    }
}

/// Publications, with the names that their server gave them.
pub(super) struct Publications<'a> {
    slots: Slots<'a, Slot>,
    /// The entity tag of each, and behind it the reason of its last refusal.
    text: Blocks<'a>,
}

impl<'a> Publications<'a> {
    /// The room, with as many slots as the capacity has.
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let (count, text) = (capacity.publications(), ENTITY_TAG + REFUSAL_REASON);
        Self {
            slots: Slots::new(lender.lend(count, Entry::free())),
            text: Blocks::new(lender.zeroed(count * text), text),
        }
    }

    /// Its handles are this phone's.
    pub(super) fn mark(&mut self, mark: u8) {
        self.slots.mark(mark);
    }

    /// Slots in use.
    pub(super) const fn used(&self) -> usize {
        self.slots.used()
    }

    /// One is to be taken back, and its end is not known yet.
    pub(super) fn are_leaving(&self) -> bool {
        self.slots.iter().any(|(_, slot)| slot.machine.is_leaving() && !slot.is_gone())
    }

    /// There is room for the publication of one more account.
    pub(super) fn has_room(&self) -> bool {
        self.slots.free() > 0 || self.slots.iter().any(|(_, slot)| slot.is_gone())
    }

    /// A slot for a publication: a free one, or that of one which has ended, and whose end was not fetched.
    fn open(&mut self, cx: &mut Context<'_>) -> Option<Handle> {
        if self.slots.is_full() {
            let (ended, _) = self.slots.iter().find(|(_, slot)| slot.is_gone())?;
            cx.lose(1);
            self.free(cx, ended);
        }
        self.slots.insert(Slot::EMPTY)
    }

    fn free(&mut self, cx: &mut Context<'_>, handle: Handle) {
        if self.slots.remove(handle) {
            cx.wake(Object::Publication(handle.index), Instant::NEVER);
            self.text.get_mut(handle.index).fill(0);
        }
    }

    /// Keeps its deadline in the heap.
    fn wake(&self, cx: &mut Context<'_>, handle: Handle) {
        if let Some(slot) = self.slots.get(handle) {
            cx.wake(Object::Publication(handle.index), slot.machine.deadline(slot.waits));
        }
    }

    /// Its entity tag; empty: the server has named none.
    fn tag(&self, handle: Handle) -> &[u8] {
        let len = self.slots.get(handle).map_or(0, |slot| usize::from(slot.tag));
        self.text.get(handle.index).get(..len).unwrap_or_default()
    }
}

const _: () = assert!(ENTITY_TAG <= u8::MAX as usize, "its length is kept in a byte");
const _: () = assert!(REFUSAL_REASON <= u8::MAX as usize, "its length is kept in a byte");
