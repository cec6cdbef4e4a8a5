//! The pool of dialogs and their texts: finding one, its forks, and its life.
//!
//! A leg knows its owner and hands that back, but follows no handle to another room.

#[cfg(feature = "identity")]
mod added;
mod forks;
mod leg;
#[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
mod named;
#[cfg(feature = "identity")]
mod ourselves;
#[cfg(all(feature = "info", feature = "message"))]
mod packages;
mod peer;
mod state;
mod usage;
mod uses;

#[cfg(feature = "identity")]
pub(super) use added::For;
pub(super) use leg::{Leg, Lost};
#[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
pub(super) use named::Named;
pub(super) use state::Texts;

use super::capacity::Capacity;
use super::lender::Lender;
use crate::base::blocks::Blocks;
use crate::base::slots::{Entry, Handle, Slots};
use crate::sip::dialog::Dialog;
use crate::sip::session::Session;
use crate::sip::session::timer::Lines;

/// Dialogs, each in its leg, and their texts.
pub(super) struct Dialogs<'a> {
    slots: Slots<'a, Leg>,
    text: Blocks<'a>,
    /// Documents that say where the caller is.
    #[cfg(feature = "identity")]
    locations: Blocks<'a>,
}

impl<'a> Dialogs<'a> {
    /// The room, with as many slots as the capacity has.
    pub(super) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let (count, text) = (capacity.dialogs as usize, capacity.dialog_text as usize);
        Self {
            slots: Slots::new(lender.lend(count, Entry::free())),
            text: Blocks::new(lender.zeroed(count * text), text),
            #[cfg(feature = "identity")]
            locations: Blocks::new(lender.zeroed(count * capacity.location()), capacity.location()),
        }
    }

    pub(super) fn get(&self, handle: Handle) -> Option<&Leg> {
        self.slots.get(handle)
    }

    /// The dialog of a leg.
    pub(super) fn dialog(&self, handle: Handle) -> Option<&Dialog> {
        self.slots.get(handle).map(|leg| &leg.dialog)
    }

    /// The block that a dialog's texts are spans of.
    pub(super) fn text(&self, handle: Handle) -> &[u8] {
        self.text.get(handle.index)
    }

    /// A dialog and the block of its texts, to change both.
    fn two(&mut self, handle: Handle) -> Option<(&mut Dialog, &mut [u8])> {
        let leg = self.slots.get_mut(handle)?;
        let block = self.text.get_mut(handle.index);
        #[cfg(feature = "identity")]
        let block = leg.added.rest_of(block);
        Some((&mut leg.dialog, block))
    }

    pub(super) fn at(&self, index: u32) -> Option<Handle> {
        self.slots.handle_at(index)
    }

    /// All legs. It walks the pool: for commands, never for a packet.
    #[cfg(feature = "numbers")]
    pub(super) fn iter(&self) -> impl Iterator<Item = (Handle, &Leg)> {
        self.slots.iter()
    }

    pub(super) const fn used(&self) -> usize {
        self.slots.used()
    }

    pub(super) fn free(&self) -> usize {
        self.slots.free()
    }

    /// Slots, free or not.
    #[cfg(feature = "publish")]
    pub(super) fn capacity(&self) -> usize {
        self.slots.capacity()
    }

    /// Offers and answers in a dialog; of one that is gone, those of a new one.
    pub(super) fn session(&self, handle: Handle) -> Session {
        self.slots.get(handle).map_or(Session::EMPTY, |leg| leg.dialog.session)
    }

    /// The lines of a dialog's session timer in our success to the request that came last.
    pub(super) fn timer_lines(&self, handle: Handle) -> Lines {
        #[cfg(feature = "timers")]
        return self.session(handle).timer.response();
        #[cfg(not(feature = "timers"))]
        {
            let _ = handle;
            Lines
        }
    }

    /// The same to their UPDATE of this number.
    #[cfg(feature = "reoffer")]
    pub(super) fn update_lines(&self, handle: Handle, number: u32) -> Lines {
        #[cfg(feature = "timers")]
        return self.session(handle).timer.response_to(number);
        #[cfg(not(feature = "timers"))]
        {
            let _ = (handle, number);
            Lines
        }
    }

    /// The same as [`Self::session`], to be told of an offer's beginning and end.
    pub(super) fn session_mut(&mut self, handle: Handle) -> Option<&mut Session> {
        self.slots.get_mut(handle).map(|leg| &mut leg.dialog.session)
    }

    /// The call that uses a dialog.
    pub(super) fn call_of(&self, handle: Handle) -> Handle {
        self.slots.get(handle).map_or(Handle::NONE, |leg| leg.usage.call())
    }

    /// The message of ours that is on its way by a leg.
    #[cfg(feature = "message")]
    pub(super) fn message_of(&self, handle: Handle) -> Handle {
        self.slots.get(handle).map_or(Handle::NONE, |leg| leg.message)
    }

    /// A message of ours goes by a leg.
    #[cfg(feature = "message")]
    pub(super) fn set_message(&mut self, handle: Handle, message: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.message = message;
        }
    }

    /// The subscription of ours that uses a leg.
    #[cfg(feature = "subscribe")]
    pub(super) fn subscription_of(&self, handle: Handle) -> Handle {
        self.slots.get(handle).map_or(Handle::NONE, |leg| leg.subscription)
    }

    /// Another one uses a leg, or none does.
    #[cfg(feature = "subscribe")]
    pub(super) fn set_subscription(&mut self, handle: Handle, subscription: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.subscription = subscription;
        }
    }

    /// The watcher that uses a leg.
    #[cfg(feature = "notify")]
    pub(super) fn watcher_of(&self, handle: Handle) -> Handle {
        self.slots.get(handle).map_or(Handle::NONE, |leg| leg.watcher)
    }

    /// Another one uses a leg, or none does.
    #[cfg(feature = "notify")]
    pub(super) fn set_watcher(&mut self, handle: Handle, watcher: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.watcher = watcher;
        }
    }

    /// The publication of ours whose PUBLISH goes by a leg.
    #[cfg(feature = "publish")]
    pub(super) fn publication_of(&self, handle: Handle) -> Handle {
        self.slots.get(handle).map_or(Handle::NONE, |leg| leg.publication)
    }

    /// The REFER that came by a leg and is not answered.
    #[cfg(feature = "refer")]
    pub(super) fn asked_by(&self, handle: Handle) -> Handle {
        self.slots.get(handle).map_or(Handle::NONE, |leg| leg.asked)
    }

    /// A REFER came by a leg.
    #[cfg(feature = "refer")]
    pub(super) fn set_asked(&mut self, handle: Handle, refer: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.asked = refer;
        }
    }

    /// The call that was dialled last for a REFER of a leg, and may tell there how it goes.
    #[cfg(feature = "refer")]
    pub(super) fn reporter_of(&self, handle: Handle) -> Handle {
        self.slots.get(handle).map_or(Handle::NONE, |leg| leg.reporter)
    }

    /// A call was dialled for a REFER of a leg.
    #[cfg(feature = "refer")]
    pub(super) fn set_reporter(&mut self, handle: Handle, call: Handle) {
        if let Some(leg) = self.slots.get_mut(handle) {
            leg.reporter = call;
        }
    }

    /// The account that a dialog belongs to.
    pub(super) fn account_of(&self, handle: Handle) -> Handle {
        self.slots.get(handle).map_or(Handle::NONE, |leg| leg.account)
    }

    /// Our side of it, as From or To has it.
    pub(super) fn our_side(&self, handle: Handle) -> &[u8] {
        self.dialog(handle).map_or(&[], |dialog| dialog.local.of(self.text(handle)))
    }

    /// A 2xx of either side has made it whole, and no BYE has ended it.
    pub(super) fn is_confirmed(&self, handle: Handle) -> bool {
        self.slots.get(handle).is_some_and(|leg| leg.dialog.confirmed)
    }
}
