//! A core without INFO or without messages has no packages of INFO.

use super::CommandError;

/// None can be given.
pub(super) const fn check_given(names: Option<&str>) -> Result<(), CommandError> {
    if names.is_some() { Err(CommandError::Unsupported) } else { Ok(()) }
}
