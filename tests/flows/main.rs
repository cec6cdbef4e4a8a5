//! A file for each behaviour, named for it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::std_instead_of_core, missing_docs)]

mod bad_network;
mod basic_call;
mod bye;
mod cancel;
mod capacity;
mod client_timers;
mod credentials;
mod digest;
mod driver;
mod events;
mod forking;
mod hangup;
mod late_offer;
mod lost_packets;
mod media;
mod proxy;
mod redirect;
mod refusals;
mod registration;
mod reinvite;
mod rfc2543;
mod rfc3665;
mod ringback;
mod routes;
mod secrets;
mod server;
mod server_timers;
mod sleep;
mod sound;
mod strangers;
mod streams;
mod where_answers_go;
mod wild_peer;
mod wishes;
