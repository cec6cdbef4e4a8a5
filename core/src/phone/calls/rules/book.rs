//! The rules of the phone and of its accounts, in lent memory: numbers in slots, the texts of each in its block.

use super::decide::InForce;
use crate::base::blocks::Blocks;
use crate::base::slots::Handle;
use crate::base::text::{Packer, Span};
use crate::phone::CommandError;
use crate::phone::capacity::Capacity;
use crate::phone::lender::Lender;
use crate::phone::rule::{RuleNumbers, Rules, TEXTS};

/// The most bytes of texts that one owner of rules can have: an update holds so many while it writes them anew.
const LONGEST: usize = 2048;

/// The rules of one owner.
#[derive(Clone, Copy, Debug)]
struct Page {
    /// The account; none: the phone, or nobody.
    of: Handle,
    numbers: RuleNumbers,
    texts: [Span; TEXTS],
}

impl Page {
    const fn empty(of: Handle) -> Self {
        Self { of, numbers: RuleNumbers::UNSET, texts: [Span::EMPTY; TEXTS] }
    }
}

/// The rules of the phone and of its accounts.
pub(in crate::phone::calls) struct Book<'a> {
    /// The phone's first, then those of the accounts by their slots.
    pages: &'a mut [Page],
    texts: Blocks<'a>,
    /// Bytes of texts for each.
    room: usize,
}

impl<'a> Book<'a> {
    pub(in crate::phone::calls) fn lent(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Self {
        let room = capacity.rule_text as usize;
        let count = if room == 0 { 0 } else { capacity.accounts as usize + 1 };
        Self {
            pages: lender.lend(count, Page::empty(Handle::NONE)),
            texts: Blocks::new(lender.zeroed(count * room), room),
            room,
        }
    }

    /// Bytes for the texts of an owner.
    pub(in crate::phone::calls) const fn text_room(&self) -> usize {
        if self.room < LONGEST { self.room } else { LONGEST }
    }

    const fn index(owner: Handle) -> u32 {
        if owner.is_none() { 0 } else { owner.index + 1 }
    }

    /// The page of an owner, if it is its own: the slot of an account may have had another one.
    fn page(&self, owner: Handle) -> Option<&Page> {
        self.pages.get(Self::index(owner) as usize).filter(|page| page.of == owner)
    }

    /// The rules in force for an account's calls, or, without one, for direct calls.
    pub(super) fn in_force(&self, account: Handle) -> InForce<'_> {
        let Some(phone) = self.page(Handle::NONE) else { return InForce::NONE };
        let read = |page: &Page, owner: Handle| page.texts.map(|text| text.of(self.texts.get(Self::index(owner))));
        let mut force = InForce { numbers: phone.numbers, texts: read(phone, Handle::NONE) };
        if let Some(page) = self.page(account).filter(|_| !account.is_none()) {
            force.numbers = page.numbers.over(force.numbers);
            let own = read(page, account);
            force.texts.iter_mut().zip(own).filter(|(_, own)| !own.is_empty()).for_each(|(text, own)| *text = own);
        }
        force
    }

    /// Calls would be forwarded, and there would be nowhere to send them. Rules that say nothing of it are not asked.
    pub(super) fn forwards_nowhere(&self, owner: Handle, new: bool, rules: &Rules<'_>) -> bool {
        let (phone, given) = (self.in_force(Handle::NONE), rules.texts());
        let before = if new { phone } else { self.in_force(owner) };
        let alone = owner.is_none() && !new;
        let mut there = [false; 3];
        for (at, there) in there.iter_mut().enumerate() {
            let kept = |force: &InForce<'_>| force.texts.get(at).is_some_and(|text| !text.is_empty());
            *there = match given.get(at).copied().flatten() {
                // given up: the phone's stands again
                Some("") => !alone && kept(&phone),
                Some(_) => true,
                None => kept(&before),
            };
        }
        let flags = if rules.numbers.forward == 0 { before.numbers.forward } else { rules.numbers.forward };
        let said = rules.numbers.forward != 0 || given.iter().take(3).any(Option::is_some);
        let [always, busy, no_answer] = there;
        let nowhere = [!always, !(busy || always), !(no_answer || always)];
        said && flags != u32::MAX && nowhere.iter().enumerate().any(|(bit, none)| *none && flags & (1 << bit) != 0)
    }

    /// They have room. `new`: of an account that has no slot yet, and no rules.
    ///
    /// # Errors
    /// [`CommandError::Text`]: they do not fit. [`CommandError::Unsupported`]: there is no room for any.
    pub(super) fn check(&self, owner: Handle, new: bool, rules: &Rules<'_>) -> Result<(), CommandError> {
        if self.pages.is_empty() {
            return Err(CommandError::Unsupported);
        }
        let old = self.page(owner).filter(|_| !new).map_or([Span::EMPTY; TEXTS], |page| page.texts);
        let wanted = old.into_iter().zip(rules.texts()).map(|(old, new)| new.map_or(old.len(), str::len));
        if wanted.sum::<usize>() > self.text_room() { Err(CommandError::Text) } else { Ok(()) }
    }

    /// Changes the rules of an owner, all that are given or none.
    ///
    /// # Errors
    /// As [`Self::check`].
    // `inline(never)`: keeps the texts off the deepest embedded stack path
    #[inline(never)]
    pub(super) fn set(&mut self, owner: Handle, rules: &Rules<'_>) -> Result<(), CommandError> {
        self.check(owner, false, rules)?;
        let index = Self::index(owner);
        let old = self.page(owner).copied().unwrap_or(Page::empty(owner));
        let mut room = [0; LONGEST];
        let block = self.texts.get_mut(index);
        let before = room.get_mut(..block.len().min(LONGEST)).unwrap_or_default();
        before.copy_from_slice(block.get(..before.len()).unwrap_or_default());
        let all = old.texts.into_iter().zip(rules.texts());
        let mut packer = Packer::new(block, 0);
        let mut page = Page { numbers: rules.numbers.over(old.numbers), ..old };
        for (kept, (old, new)) in page.texts.iter_mut().zip(all) {
            *kept = packer.add(new.map_or(old.of(before), str::as_bytes)).unwrap_or_default();
        }
        if let Some(slot) = self.pages.get_mut(index as usize) {
            *slot = page;
        }
        Ok(())
    }
}

impl InForce<'_> {
    /// No rules.
    pub(super) const NONE: Self = Self { numbers: RuleNumbers::UNSET, texts: [b""; TEXTS] };
}
