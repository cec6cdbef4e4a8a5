//! Digits behind a number: they are sent once the call is up.

use super::Calls;
use crate::base::limits::DIGITS;
use crate::base::slots::Handle;
use crate::media::digits::DigitSettings;
use crate::phone::media::digits::is_of_script;
use crate::phone::{CommandError, Lower};

/// The digits that wait for the answer, with the pause before them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Later {
    digits: [u8; DIGITS],
    len: u8,
}

impl Later {
    /// None wait.
    pub(super) const EMPTY: Self = Self { digits: [0; DIGITS], len: 0 };

    /// Digits as they stand behind a number's first comma. That is a pause of a second, as each further one is.
    pub(super) fn read(text: &str) -> Result<Self, CommandError> {
        let mut later = Self::EMPTY;
        let digits = text.bytes().filter(|byte| !matches!(byte, b' ' | b'-' | b'.'));
        let pause = (!text.is_empty()).then_some(b',');
        for digit in pause.into_iter().chain(digits) {
            if !is_of_script(digit) {
                return Err(CommandError::Uri);
            }
            *later.digits.get_mut(usize::from(later.len)).ok_or(CommandError::Text)? = digit;
            later.len += 1;
        }
        Ok(later)
    }
}

impl Calls<'_> {
    /// The call is up: the digits behind its number are sent, unless its media does not run yet.
    pub(super) fn send_later(&mut self, lower: &mut Lower<'_>, handle: Handle) {
        let Some(call) = self.get(handle) else { return };
        let Later { digits, len } = call.later;
        let Ok(digits) = core::str::from_utf8(digits.get(..usize::from(len)).unwrap_or_default()) else { return };
        if digits.is_empty()
            || self.send_digits(lower, handle, digits, DigitSettings::NONE, 0) == Err(CommandError::State)
        {
            return;
        }
        if let Some(call) = self.get_mut(handle) {
            call.later = Later::EMPTY;
        }
    }
}
