//! Joins everything: [`Phone`] is a sans-I/O state machine. Bytes, time and PCM go in; bytes, events and wishes come out.
//!
//! # The loop of a driver
//! 1. Give what came: [`Phone::handle_sip`], [`Phone::handle_media`], [`Phone::handle_reply`], [`Phone::handle_timeout`], or a command.
//! 2. Drain: [`Phone::poll_transmit`] until `Nothing`, [`Phone::poll_wish`] and [`Phone::poll_event`] until `None`.
//! 3. Sleep until [`Phone::poll_timeout`], a packet, or the next quantum of a bus ([`Phone::audio`]).
//!
//! Late, early or repeated calls do no harm; nothing is lost by giving several inputs before draining, but for back-pressure, which
//! [`Phone::handle_sip`] tells with [`Taken::Drain`].

mod account;
mod accounts;
mod answers;
mod call;
mod cancel;
mod challenge;
pub mod command;
mod commands;
mod credentials;
mod dialogs;
mod direct;
pub mod event;
mod events;
mod fail_over;
mod forks;
mod history;
pub mod id;
mod in_dialog;
mod incoming;
pub mod input;
mod media;
mod object;
mod outgoing;
pub mod output;
mod place;
mod registration;
mod render;
mod reoffer;
mod repeat;
mod reply;
mod request;
mod requests;
mod route;
mod server;
pub mod setup;
pub mod storage;
mod strangers;
mod target;
mod texts;
mod tick;
mod timeout;
mod transmit;
mod wishes;

#[cfg(test)]
mod tests;

pub use command::{AccountConfig, AccountInfo, AccountText, CallInfo, CallText, CommandError, DialOptions, Side, Source, Which};
pub use event::{AccountState, CallState, Cause, Event, EventKind, MEDIA_HELD, MEDIA_RECEIVING, MEDIA_SENDING};
pub use id::{AccountId, CallId, IdError, MediaId, WishId};
pub use input::{Component, Failure, Flow, Reply, Taken, Target, Transport, Wish};
pub use output::{Transmit, Via};
pub use setup::{Setup, SetupError};
pub use storage::{Capacity, Lender, Storage};
pub use tick::{Bus, Patch};

use crate::base::due::{Due, Owed};
use crate::base::rng::Rng;
use crate::base::slots::{Handle, Slots};
use crate::base::table::Table;
use crate::base::time::Instant;
use crate::media::Stream;
use crate::media::phase::Phase;
use crate::offer::Agreed;
use crate::sip::dialog::Dialog;
use crate::sip::tombstone::Tombstones;
use account::Account;
use call::Call;
use core::net::SocketAddr;
use object::{Object, Objects};
use request::Request;
use server::Server;
use storage::Blocks;

/// A telephone: accounts, calls, and the media of each.
///
/// Inputs `handle_*`, outputs `poll_*`, commands, and [`Phone::audio`], the tick.
pub struct Phone<'a> {
    fixed: setup::Fixed,
    objects: Objects,
    rng: Rng,
    /// Keys of the tables' hash, and of nonces of ours.
    keys: [(u64, u64); 2],
    sockets: &'a mut [Option<SocketAddr>],
    accounts: Slots<'a, Account>,
    account_text: Blocks<'a>,
    challenges: Blocks<'a>,
    calls: Slots<'a, Call>,
    streams: &'a mut [Stream],
    rings: Blocks<'a>,
    history: Blocks<'a>,
    dialogs: Slots<'a, Dialog>,
    dialog_text: Blocks<'a>,
    /// By dialog slot: what its last offer and answer agreed on.
    agreed: &'a mut [Option<Agreed>],
    requests: Slots<'a, Request>,
    request_bytes: Blocks<'a>,
    servers: Slots<'a, Server>,
    server_bytes: Blocks<'a>,
    /// By request; and direct ones, at their index behind those, by source.
    server_table: Table<'a>,
    tombstones: Tombstones<'a>,
    due: Due<'a>,
    /// SIP that is to be sent.
    owed: Owed<'a>,
    /// Streams with a packet to send.
    voices: Owed<'a>,
    /// Calls, then accounts, with something to tell.
    events: Owed<'a>,
    wishes: Owed<'a>,
    /// Ended calls whose event was not fetched, in the order of their ends.
    ended: Owed<'a>,
    /// Requests that have their final answer: they give way when all slots are in use, those answered first before others.
    lingering: Owed<'a>,
    /// Calls whose media runs.
    running: &'a mut [u32],
    running_count: u32,
    /// By call slot: the generation whose media ports are to be closed.
    closing_ports: &'a mut [u32],
    /// By call slot: the generation whose wish for media ports is not answered yet. Its slot may have another call by then, whose wish waits.
    opening_ports: &'a mut [u32],
    /// Two quanta of PCM.
    pcm: &'a mut [i16],
    tick_from: u32,
    /// The one answer that belongs to no transaction.
    reply: &'a mut [u8],
    reply_len: usize,
    reply_flow: Option<Flow>,
    /// The ended call whose event was given out last.
    told: Handle,
    told_account: Handle,
    device_calls: u32,
    own_calls: u32,
    /// Of the device's bus, and of the own ones.
    phases: [Phase; 2],
    /// Calls for which the device bus plays ringback.
    ringing_back: u32,
    ringback: crate::media::tones::Generator,
    device_on: bool,
    muted: bool,
    volume_in: u16,
    volume_out: u16,
    closing: bool,
    counters: Counters,
}

impl core::fmt::Debug for Phone<'_> {
    /// Only numbers: its blocks hold passwords, nonces and messages, its keys make tags that nobody may guess.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Phone")
            .field("accounts", &self.accounts.used())
            .field("calls", &self.calls.used())
            .field("dialogs", &self.dialogs.used())
            .field("requests", &self.requests.used())
            .field("servers", &self.servers.used())
            .field("next", &self.poll_timeout())
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

/// What the network did to us, and what gave way. They stay at their top.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Datagrams that were no SIP, or SIP that nobody can answer.
    pub malformed: u32,
    /// Requests of strangers.
    pub strangers: u32,
    /// Answers that belong to no request of ours.
    pub unmatched: u32,
    /// Requests refused because a pool was full.
    pub refused_full: u32,
    /// Ended calls whose last event was never fetched, and whose slot was needed.
    pub evicted_calls: u32,
    /// Challenges that were not answered.
    pub refused_challenges: u32,
    /// Media packets for ports that are not open.
    pub stray_media: u32,
    /// Messages that did not fit their buffer.
    pub oversize: u32,
}

/// Slots in use, by pool.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Usage {
    /// Calls, ended ones that wait to be fetched among them.
    pub calls: usize,
    /// Dialogs.
    pub dialogs: usize,
    /// Requests of ours.
    pub requests: usize,
    /// INVITEs that came in.
    pub servers: usize,
}

impl Phone<'_> {
    /// How full the pools are.
    #[must_use]
    pub const fn in_use(&self) -> Usage {
        Usage { calls: self.calls.used(), dialogs: self.dialogs.used(), requests: self.requests.used(), servers: self.servers.used() }
    }

    /// Numbers of what went wrong.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// A local socket is there; its address is known and no wildcard.
    pub fn socket_up(&mut self, socket: u8, local: SocketAddr) {
        if let Some(place) = self.sockets.get_mut(usize::from(socket)) {
            *place = Some(local);
        }
    }

    /// A local socket is gone.
    pub fn socket_down(&mut self, now: Instant, socket: u8) {
        if let Some(place) = self.sockets.get_mut(usize::from(socket)) {
            *place = None;
        }
        self.handle_local_changed(now);
    }

    fn local_of(&self, socket: u8) -> Option<SocketAddr> {
        self.sockets.get(usize::from(socket)).copied().flatten()
    }

    /// When to call [`Phone::handle_timeout`] next; `None`: there is nothing to wait for.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| at)
    }

    /// Keeps an object's deadline in the heap.
    fn schedule(&mut self, object: Object) {
        let at = match object {
            Object::Request(index) => self.requests.handle_at(index).and_then(|handle| self.requests.get(handle)).map(Request::deadline),
            Object::Server(index) => {
                self.servers.handle_at(index).and_then(|handle| self.servers.get(handle)).map(|server| server.transaction.deadline())
            }
            Object::Call(index) => self.calls.handle_at(index).and_then(|handle| self.calls.get(handle)).map(Call::deadline),
            Object::Account(index) => self.accounts.handle_at(index).and_then(|handle| self.accounts.get(handle)).map(Account::deadline),
            Object::Stream(index) => self.streams.get(index as usize).map(Stream::next_timeout),
            Object::Dialog(_) => None,
        };
        self.due.set(self.objects.number(object), at.unwrap_or(Instant::NEVER));
    }

    /// An object has SIP to send.
    fn owe(&mut self, object: Object) {
        self.owed.push(self.objects.number(object));
    }

    /// An object wishes for something.
    fn wish(&mut self, object: Object) {
        self.wishes.push(self.objects.number(object));
    }

    /// A call or an account has something to tell.
    fn tell(&mut self, object: Object) {
        match object {
            Object::Call(index) => self.events.push(index),
            Object::Account(index) => self.events.push(self.calls.capacity() as u32 + index),
            _ => {}
        }
    }
}
