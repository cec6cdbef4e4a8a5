//! No rules: every call that is let in rings.

use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::arrived::Arrived;
use crate::phone::calls::Calls;
use crate::phone::capacity::Capacity;
use crate::phone::lender::Lender;
use crate::phone::rule::{Rule, RuleNumbers, Rules};
use crate::phone::{AccountChange, CommandError, Lower};
use core::marker::PhantomData;

/// No rules.
pub(in crate::phone::calls) struct Book<'a>(PhantomData<&'a ()>);

impl<'a> Book<'a> {
    pub(in crate::phone::calls) fn lent(_: &Capacity, _: &mut impl Lender<'a>) -> Self {
        Self(PhantomData)
    }
}

/// Nothing is done.
#[derive(Clone, Copy, Debug)]
pub(in crate::phone::calls) struct Plan;

impl Plan {
    pub(in crate::phone::calls) const EMPTY: Self = Self;

    pub(in crate::phone::calls) const fn at(&self) -> Instant {
        Instant::NEVER
    }

    pub(in crate::phone::calls) const fn rule(&self) -> Option<Rule> {
        None
    }

    pub(in crate::phone::calls) const fn is_unheard(&self) -> bool {
        false
    }

    pub(in crate::phone::calls) fn rest(&mut self) {}
}

impl Calls<'_> {
    pub(in crate::phone) fn set_rules(&mut self, _: &Lower<'_>, _: Handle, _: &Rules<'_>) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }

    pub(in crate::phone) fn check_rules(
        &self,
        _: &Lower<'_>,
        _: Handle,
        _: &Rules<'_>,
        _: &AccountChange<'_>,
    ) -> Result<(), CommandError> {
        Err(CommandError::Unsupported)
    }

    pub(in crate::phone) fn rule_numbers(&self, _: Handle) -> RuleNumbers {
        RuleNumbers::UNSET
    }

    pub(in crate::phone::calls) fn judge(
        &mut self,
        _: &mut Lower<'_>,
        _: Instant,
        _: &Arrived<'_, '_>,
        _: Handle,
    ) -> bool {
        true
    }

    pub(in crate::phone::calls) const fn ruled_when_full(
        &self,
        _: &mut Lower<'_>,
        _: Instant,
        _: &Arrived<'_, '_>,
    ) -> bool {
        false
    }

    pub(in crate::phone::calls) fn rule_due(&mut self, _: &mut Lower<'_>, _: Instant, _: Handle) {}

    pub(in crate::phone::calls) fn let_ring(&mut self, _: &mut Lower<'_>, _: Instant, _: Handle) {}

    #[cfg_attr(not(feature = "reoffer"), expect(dead_code, reason = "there is no hold"))]
    pub(in crate::phone::calls) fn hold_by_rules(&mut self, _: &mut Lower<'_>, _: Instant, _: Handle) {}

    pub(in crate::phone::calls) fn up_by_rules(&mut self, _: &mut Lower<'_>, _: Instant, _: Handle) {}

    pub(in crate::phone::calls) fn follows(&self, _: Handle) -> bool {
        true
    }
}
