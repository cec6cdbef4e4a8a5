//! Calls, what is kept of their messages, and the order of those that ended.

pub(super) mod call;

use super::storage::Blocks;
use crate::base::due::Owed;
use crate::base::slots::Slots;
use call::Call;

/// Calls, what is kept of their messages, and the order of those that ended.
pub(super) struct Calls<'a> {
    pub(super) slots: Slots<'a, Call>,
    pub(super) history: Blocks<'a>,
    /// Ended calls that were not released, in the order of their ends.
    pub(super) ended: Owed<'a>,
}
