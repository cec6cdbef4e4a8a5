//! Joins everything: [`Phone`] is a sans-I/O state machine. Bytes, time and PCM go in; bytes, events and wishes come
//! out.
//!
//! # The loop of a driver
//! 1. Give an input: [`Phone::handle_sip`], [`Phone::handle_media`], [`Phone::handle_reply`],
//!    [`Phone::handle_timeout`], or a command.
//! 2. Drain: [`Phone::poll_transmit`] until `Nothing`, [`Phone::poll_wish`] and [`Phone::poll_event`] until `None`.
//! 3. Sleep until [`Phone::poll_timeout`], a packet, or the next quantum of a bus ([`Phone::audio`]).
//!
//! Late, early or repeated calls do no harm; nothing is lost by giving several inputs before draining. Back-pressure is
//! a
//! [`Taken::Drain`] of [`Phone::handle_sip`].

mod account_commands;
mod accounts;
mod arrived;
mod bus;
mod call_commands;
mod calls;
mod capacity;
pub mod command;
mod commands;
mod conferences;
mod context;
mod credential;
mod dialogs;
mod dispatch;
pub mod event;
mod events;
mod fields;
mod fixed;
#[cfg(feature = "identity")]
mod forwarded;
pub mod header_lines;
pub mod id;
mod identity;
pub mod input;
mod lender;
#[cfg(feature = "identity")]
mod location;
mod media;
mod media_timeout;
pub mod message;
#[cfg_attr(not(feature = "message"), path = "message_commands/none.rs")]
mod message_commands;
#[cfg(feature = "message")]
mod messages;
mod methods;
#[cfg_attr(not(feature = "imdn"), path = "notice_commands/none.rs")]
mod notice_commands;
mod object;
mod options;
pub mod output;
#[cfg_attr(not(all(feature = "info", feature = "message")), path = "packages/none.rs")]
mod packages;
mod place;
pub mod presence;
#[cfg_attr(not(any(feature = "publish", feature = "notify")), path = "presence_commands/none.rs")]
mod presence_commands;
#[cfg(feature = "publish")]
mod publications;
mod redial;
mod registration;
mod reliable;
mod requests;
mod response;
mod route;
pub mod rule;
mod session_timer;
pub mod setup;
pub mod storage;
pub mod subscription;
#[cfg_attr(not(feature = "subscribe"), path = "subscription_commands/none.rs")]
mod subscription_commands;
#[cfg(feature = "subscribe")]
mod subscriptions;
mod target;
mod texts;
mod tick;
mod timeout;
pub mod tone;
pub mod trace;
mod traced;
mod transactions;
pub mod transfer;
#[cfg_attr(not(feature = "refer"), path = "transfer_commands/none.rs")]
mod transfer_commands;
#[cfg(feature = "refer")]
mod transfer_told;
mod transmit;
mod understood;
pub mod watcher;
#[cfg_attr(not(feature = "notify"), path = "watcher_commands/none.rs")]
mod watcher_commands;
#[cfg(feature = "notify")]
mod watchers;
mod wishes;
mod write;

#[cfg(test)]
mod tests;

pub use bus::{Bus, Member, MemberChange, MemberInfo, Music, Patch, Source};
pub use capacity::Capacity;
pub use command::{
    AccountChange, AccountConfig, AccountInfo, AccountText, CallInfo, CallList, CallText, CommandError, DialOptions,
    EndOptions, Longest, NotYet, PhoneInfo, Privacy, Reoffer, Side, Which, is_contact_user,
};
pub use event::{
    AccountState, CallState, Cause, EndCause, EndedBy, Event, EventKind, Lamp, MEDIA_HELD, MEDIA_HOLDING,
    MEDIA_RECEIVING, MEDIA_SENDING, MessageState, Op, PublicationState, SubscriptionState, TransferState, WatcherState,
};
pub use id::{AccountId, CallId, ConferenceId, IdError, MediaId, MessageId, SubscriptionId, WatcherId, WishId};
pub use identity::is_identity;
pub use input::{Component, Failure, Flow, Reply, Taken, Target, Transport, Wish};
pub use lender::Lender;
pub use media_timeout::{MediaTimeout, WhenLost};
pub use message::{Asked, Disposition, MessageInfo, MessagePolicy, MessageText, NewMessage, NoticePolicy};
pub use output::{Transmit, Via};
pub use presence::{Presence, PublicationInfo};
pub use redial::Redial;
pub use reliable::Reliable;
pub use rule::{
    AUTO_ALL, AUTO_BEEP, AUTO_HEADER, AUTO_LIST, AUTO_WHEN_IDLE, FORWARD_ALWAYS, FORWARD_BUSY, FORWARD_NO_ANSWER, Rule,
    RuleNumbers, Rules, Switch,
};
pub use session_timer::{Refresher, SessionTimer, TimerMode};
pub use setup::{Checked, Setup, SetupError};
pub use storage::Storage;
pub use subscription::{MailboxInfo, NewSubscription, Package, Resource, SubscriptionInfo, SubscriptionText, Watched};
pub use texts::TextRooms;
pub use tone::{Alert, ToneTarget, Tones, TonesInfo};
pub use trace::Trace;
pub use transfer::{TransferOptions, TransferPolicy, TransferTo};
pub use watcher::{WatcherInfo, WatcherPolicy, WatcherText};

use crate::base::time::Instant;
use accounts::Accounts;
use calls::Calls;
use context::Context;
use core::net::SocketAddr;
use dialogs::Dialogs;
use media::Media;
use transactions::Transactions;

/// A telephone: accounts, calls, and the media of each.
///
/// Inputs `handle_*`, outputs `poll_*`, commands, and [`Phone::audio`], the tick.
pub struct Phone<'a> {
    calls: Calls<'a>,
    #[cfg(feature = "message")]
    messages: messages::Messages<'a>,
    #[cfg(feature = "subscribe")]
    subscriptions: subscriptions::Subscriptions<'a>,
    #[cfg(feature = "notify")]
    watchers: watchers::Watchers<'a>,
    #[cfg(feature = "publish")]
    publications: publications::Publications<'a>,
    lower: Lower<'a>,
}

/// The rooms below the calls. Those that act in several of them borrow its fields apart.
struct Lower<'a> {
    cx: Context<'a>,
    transactions: Transactions<'a>,
    accounts: Accounts<'a>,
    dialogs: Dialogs<'a>,
    media: Media<'a>,
}

impl core::fmt::Debug for Phone<'_> {
    /// Only numbers: its blocks hold passwords, nonces and messages, its keys make tags that must not be guessed.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Phone")
            .field("accounts", &self.lower.accounts.used())
            .field("calls", &self.calls.used())
            .field("dialogs", &self.lower.dialogs.used())
            .field("requests", &self.lower.transactions.requests_used())
            .field("servers", &self.lower.transactions.servers_used())
            .field("next", &self.poll_timeout())
            .field("counters", &self.lower.cx.counters)
            .finish_non_exhaustive()
    }
}

/// Error and overload counters; they saturate.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Datagrams that were no SIP, or SIP to which no response is possible.
    pub malformed: u32,
    /// Requests of strangers.
    pub strangers: u32,
    /// Responses that belong to no request of ours.
    pub unmatched: u32,
    /// Requests refused, and responses of a forked call's branches that were not followed, because a pool was full.
    pub refused_full: u32,
    /// Ended calls that gave way to new ones before they were released.
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
    /// Calls, ended ones that were not released among them.
    pub calls: usize,
    /// Dialogs.
    pub dialogs: usize,
    /// Requests of ours.
    pub requests: usize,
    /// Server transactions: requests that came in and wait for a final response or an ACK.
    pub servers: usize,
    /// Messages that cannot give way: those that wait for a response, are kept, or have news.
    pub messages: usize,
    /// Subscriptions, ended ones that were not released among them.
    pub subscriptions: usize,
    /// Watchers that have not ended.
    pub watchers: usize,
    /// Publications, ended ones whose end was not fetched among them.
    pub publications: usize,
}

impl Phone<'_> {
    /// The slots in use.
    #[must_use]
    pub fn in_use(&self) -> Usage {
        Usage {
            calls: self.calls.used(),
            dialogs: self.lower.dialogs.used(),
            requests: self.lower.transactions.requests_used(),
            servers: self.lower.transactions.servers_used(),
            #[cfg(feature = "message")]
            messages: self.messages.busy(),
            #[cfg(not(feature = "message"))]
            messages: 0,
            #[cfg(feature = "subscribe")]
            subscriptions: self.subscriptions.used(),
            #[cfg(not(feature = "subscribe"))]
            subscriptions: 0,
            #[cfg(feature = "notify")]
            watchers: self.watchers.live(),
            #[cfg(not(feature = "notify"))]
            watchers: 0,
            #[cfg(feature = "publish")]
            publications: self.publications.used(),
            #[cfg(not(feature = "publish"))]
            publications: 0,
        }
    }

    /// The counters of errors.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.lower.cx.counters
    }

    /// A local socket is there; its address is known and no wildcard.
    pub fn socket_up(&mut self, socket: u8, local: SocketAddr) {
        if let Some(slot) = self.lower.cx.sockets.get_mut(usize::from(socket)) {
            *slot = Some(local);
        }
    }

    /// A local socket is gone.
    pub fn socket_down(&mut self, now: Instant, socket: u8) {
        if let Some(slot) = self.lower.cx.sockets.get_mut(usize::from(socket)) {
            *slot = None;
        }
        self.handle_local_changed(now);
    }

    /// The time of the next [`Phone::handle_timeout`]; `None`: there is nothing to wait for.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.lower.cx.due.first().map(|(at, _)| at)
    }
}
