//! Digits: those waiting to be sent, the events that the peer sends (RFC 4733), and those that came by any method.

#[cfg(feature = "info")]
mod asking;
mod heard;
#[cfg(feature = "info")]
mod held;
mod lengths;
mod method;
mod queue;
mod received;
mod settings;
#[cfg(test)]
mod tests;

#[cfg(feature = "info")]
pub use asking::Out;
pub use heard::{HeardDigit, HeardDigits};
pub use method::DigitMethod;
pub use queue::{DigitQueue, Step};
pub use received::{EventPacket, EventReceiver};
pub use settings::{DigitSettings, GAPS_MS, LENGTHS_MS, QUIETEST, STEP_MS};
