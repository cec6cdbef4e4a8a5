//! Changes of what is watched. Each change of a call has a number, so that a watcher is known by one number: that of the
//! last change that it was told of.

use super::{Shown, Source, Watchers};
use crate::base::slots::Handle;
use crate::base::table::Hasher;
use crate::phone::Lower;
use crate::phone::context::Context;
use crate::phone::subscription::Package;
use crate::wire::body::dialog_info::DialogState;

/// The state of a call as it was seen last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    /// The generation of its slot; 0: there was no call in it.
    pub(super) generation: u32,
    /// All that is told of it, as a number.
    shown: u32,
    /// The number of its last change.
    pub(super) number: u64,
    /// Its account, for its end is told when nothing else is known of it.
    account: (u32, u32),
    /// It was over.
    over: bool,
}

crate::base::zeroed::zeroed!(Cell);

impl Cell {
    /// It was a call of this account's, and has changed since that one. `goes_on`: and was not over.
    pub(super) const fn is_news(&self, account: Handle, since: u64, goes_on: bool) -> bool {
        let its = self.account.0 == account.index && self.account.1 == account.generation;
        its && self.number > since && !(goes_on && self.over)
    }
}

impl Watchers<'_> {
    /// Calls have changed, or may have: those who watch them are told in time.
    pub(in crate::phone) fn look(&mut self, lower: &mut Lower<'_>, source: &dyn Source) {
        while let Some(index) = lower.cx.changed.pop() {
            if let Some(account) = self.look_at(lower, source, index) {
                self.changed(&mut lower.cx, account, Package::Dialog);
                self.up_or_down(lower, source, account);
            }
        }
    }

    /// The first watcher came: calls that are there count as seen. It walks them.
    pub(super) fn look_at_all(&mut self, lower: &mut Lower<'_>, source: &dyn Source) {
        for index in 0..self.cells.len() as u32 {
            let _ = self.look_at(lower, source, index);
        }
    }

    /// Gives the account of a call that has changed.
    fn look_at(&mut self, lower: &Lower<'_>, source: &dyn Source, index: u32) -> Option<Handle> {
        let cell = self.cells.get_mut(index as usize)?;
        let Some(shown) = source.shown(&lower.media, index) else {
            // it has ended, and was released before it was looked at
            if cell.generation == 0 || core::mem::replace(&mut cell.over, true) {
                return None;
            }
            self.number += 1;
            cell.number = self.number;
            return Some(Handle { index: cell.account.0, generation: cell.account.1 });
        };
        let told = digest(lower, &shown);
        if cell.generation == shown.generation && cell.shown == told {
            return None;
        }
        if cell.generation != shown.generation {
            // who has not been told of the end of the one before gets a whole document, which does not name it
            self.gone = self.gone.max(cell.number);
        }
        self.number += 1;
        let Handle { index, generation } = shown.account;
        *cell = Cell {
            generation: shown.generation,
            shown: told,
            number: self.number,
            account: (index, generation),
            over: shown.state == DialogState::Terminated,
        };
        Some(shown.account)
    }

    /// The state of an account that this package tells has changed.
    pub(in crate::phone) fn changed(&mut self, cx: &mut Context<'_>, account: Handle, package: Package) {
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            if let Some(slot) = self.slots.get_mut(handle)
                && slot.account == account
                && slot.package == package
            {
                slot.machine.changed();
                self.wake(cx, handle);
            }
        }
    }

    /// A call of an account has changed, which whoever watches its presence sees where that is on the phone.
    fn up_or_down(&mut self, lower: &mut Lower<'_>, source: &dyn Source, account: Handle) {
        let up = source.is_up(account);
        for index in 0..self.slots.capacity() as u32 {
            let Some(handle) = self.slots.handle_at(index) else { continue };
            if let Some(slot) = self.slots.get_mut(handle)
                && slot.account == account
                && slot.package == Package::Presence
                && slot.up != up
            {
                slot.machine.changed();
                self.wake(&mut lower.cx, handle);
            }
        }
    }
}

/// All that is told of a call, as a number.
fn digest(lower: &Lower<'_>, shown: &Shown) -> u32 {
    let [key, _] = lower.cx.keys;
    let mut hash = Hasher::new(key).with(&[shown.state as u8, shown.ways as u8]);
    // an end is told in one way
    if shown.state != DialogState::Terminated
        && let Some(dialog) = lower.dialogs.dialog(shown.dialog)
    {
        let text = lower.dialogs.text(shown.dialog);
        for part in [dialog.remote, dialog.remote_tag, dialog.target, dialog.local] {
            let part = part.of(text);
            hash = hash.with(&(part.len() as u32).to_le_bytes()).with(part);
        }
    }
    hash.finish() as u32
}
