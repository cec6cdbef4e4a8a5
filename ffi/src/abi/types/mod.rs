//! The structs and numbers of the header, by subject. Flat, sized, without padding, the same on every target.
//!
//! In-structs: `MICROSIP_ZERO` them, set what you need; 0 and NULL are defaults, "" is empty on purpose. Out-structs:
//! set `size`.
#![allow(non_camel_case_types, reason = "named as in C")]

mod account;
mod call;
mod common;
mod conference;
mod engine;
mod event;
mod message;
mod object;
mod phone;
mod presence;
mod rules;
mod sound;
mod subscription;
mod transfer;

pub use account::*;
pub use call::*;
pub use common::*;
pub use conference::*;
pub use engine::*;
pub use event::*;
pub use message::*;
pub use object::*;
pub use phone::*;
pub use presence::*;
pub use rules::*;
pub use sound::*;
pub use subscription::*;
pub use transfer::*;
