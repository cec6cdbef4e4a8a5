//! Dialogs and their texts.

use super::storage::Blocks;
use crate::base::slots::Slots;
use crate::offer::Agreed;
use crate::sip::dialog::Dialog;

/// Dialogs and their texts.
pub(super) struct Dialogs<'a> {
    pub(super) slots: Slots<'a, Dialog>,
    pub(super) text: Blocks<'a>,
    /// By dialog slot: what its last offer and answer agreed on.
    pub(super) agreed: &'a mut [Option<Agreed>],
}
