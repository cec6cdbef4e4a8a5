//! Joins everything: [`Phone`] is a sans-I/O state machine. Bytes, time and PCM go in; bytes, events and wishes come out.

pub mod command;
pub mod event;
pub mod id;
pub mod input;
pub mod output;

pub use command::{AccountConfig, AccountInfo, CallInfo, CallText, CommandError, DialOptions, Side, Source, Which};
pub use event::{AccountState, CallState, Cause, Event, EventKind, MEDIA_HELD, MEDIA_RECEIVING, MEDIA_SENDING};
pub use id::{AccountId, CallId, IdError, MediaId, WishId};
pub use input::{Component, Failure, Flow, Reply, Target, Transport, Wish};
pub use output::{Transmit, Via};
