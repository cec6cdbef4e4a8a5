//! The lab: phones on a virtual clock, joined by a seeded network that loses, doubles, reorders and delays.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_core
)]

pub mod lab;
pub mod ladder;
pub mod peer;
pub mod phone;
mod repeating;
pub mod script;
pub mod told;

pub use lab::{Lab, Move, Network};
pub use peer::{Peer, Sip, sdp};
pub use phone::{End, Options};
pub use repeating::Outcome;
pub use told::{EventKind, Told};
