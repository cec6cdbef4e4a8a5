//! Numbers as people type them, and what is dialled for them: bytes in, number out, without state.
//!
//! With the feature `numbers`, [`dialled`] takes a text apart, removes what is there for the eye, puts the account's
//! prefix before it and applies its dial plan. Without it only separators are removed.

#[cfg(feature = "numbers")]
mod dialled;
mod number;
#[cfg(feature = "numbers")]
pub mod plan;
#[cfg(feature = "numbers")]
mod rules;
#[cfg(feature = "numbers")]
mod service;
#[cfg(feature = "numbers")]
mod typed;

#[cfg(feature = "numbers")]
pub use dialled::{Dialled, Fault, dialled};
pub use number::{is_number, is_separator, wrong_entry};
#[cfg(feature = "numbers")]
pub use rules::Rules;
#[cfg(feature = "numbers")]
pub use service::is_service;
#[cfg(feature = "numbers")]
pub use typed::Typed;

#[cfg(all(test, feature = "numbers"))]
mod tests;
