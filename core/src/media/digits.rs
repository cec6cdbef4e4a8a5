//! Digits: those waiting to be sent, and the events that the peer sends (RFC 4733).

mod queue;
mod received;
#[cfg(test)]
mod tests;

pub use queue::{DigitQueue, Step};
pub use received::EventReceiver;
