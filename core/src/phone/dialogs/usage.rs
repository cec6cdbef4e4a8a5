//! The use of a dialog.

use crate::base::slots::Handle;

/// The object that a dialog is for (rfc5057). Each further use of dialogs has a variant here.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Usage {
    /// Its object is gone.
    #[default]
    None,
    /// A call.
    Call(Handle),
}

impl Usage {
    /// The call.
    pub(super) const fn call(self) -> Handle {
        match self {
            Self::Call(call) => call,
            Self::None => Handle::NONE,
        }
    }
}
