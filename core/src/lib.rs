//! # microsip-core: the telephone without a computer
//!
//! A SIP, RTP and audio core that opens nothing, reads no clock, allocates nothing and makes no callbacks.
//! Bytes, time and PCM go in; bytes, events and wishes come out. See `ARCHITECTURE.md` for the map.
//!
//! | module | contents | knows |
//! |---|---|---|
//! | [`base`] | time, limits, pools, deadlines, bounded writing | nothing |
//! | [`wire`] | bytes to meaning and back; no state, no time | `base` |
//! | [`sip`] | the state machines of RFC 3261 | `wire` |
//! | [`media`] | packets to PCM and back | `wire` |
//! | [`numbers`] | what people type to what is dialled | `wire` |
//! | [`offer`] | SDP offer and answer to what media will do | `sip`, `media` |
//! | [`phone`] | joins everything: [`phone::Phone`] | all |
#![no_std]
#![forbid(unsafe_code)]
// A test may fail by a panic.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

#[cfg(test)]
extern crate std;

pub mod base;
pub mod media;
pub mod numbers;
pub mod offer;
pub mod phone;
pub mod sip;
pub mod wire;
