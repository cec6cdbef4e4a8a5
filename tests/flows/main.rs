//! A file for each behaviour, named for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_core,
    missing_docs
)]

mod account_update;
mod added;
mod again;
mod bad_network;
mod basic_call;
mod bye;
mod cancel;
mod capacity;
mod challenged_calls;
mod client_timers;
mod codecs;
mod commands;
mod conference;
mod connected;
mod connections;
mod credentials;
mod dead_hops;
mod descriptions;
mod dialling;
mod digest;
mod digit_settings;
mod driver;
mod early_update;
mod emergency;
mod endings;
mod events;
mod foreign_challenges;
mod forking;
mod forwarded;
mod hangup;
mod held_keys;
mod hold;
mod identity;
mod inbox;
mod info;
mod instant_messages;
mod ipv6;
mod keys_heard;
mod late_offer;
mod location;
mod lost_digits;
mod lost_packets;
mod media;
mod media_hosts;
mod messages;
mod named_hosts;
mod network;
mod numbers;
mod options;
mod outbox;
mod played_tones;
mod proxy;
mod quality;
mod quoted;
mod redial;
mod redirect;
mod refusals;
mod registrars;
mod registration;
mod reinvite;
mod reliable;
mod renamed;
mod reoffer;
mod replaces;
mod rfc2543;
mod rfc3665;
mod rfc3665_registration;
mod ringback;
mod round_trip;
mod routes;
mod rules;
mod secrets;
mod sent;
mod server;
mod server_timers;
mod session_timers;
mod silent_peer;
mod sizes;
mod sleep;
mod sound;
mod stalls;
mod starving;
mod stranger_cannot;
mod strangers;
mod streams;
mod subscriptions;
mod talk_off;
mod tones;
mod trace;
mod transfer;
mod transferred;
mod trusted;
mod unregistering;
mod update;
mod where_responses_go;
mod wild_peer;
mod wild_users;
mod wishes;
