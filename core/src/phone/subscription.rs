//! Subscriptions (RFC 6665), as an application sees them.

pub use super::event::Package;
use super::event::{Cause, EndCause, Lamp, SubscriptionState};
use super::{AccountId, SubscriptionId};
use crate::base::time::Instant;
#[cfg(feature = "subscribe")]
use crate::wire::body::message_summary::Count;

/// A subscription to add.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewSubscription<'t> {
    /// The application's own number for it.
    pub tag: u64,
    /// The package.
    pub package: Package,
    /// Seconds; 0: 3600; 1 to 9: 10. It is refreshed until it is removed, each day at least.
    pub expires: u32,
    /// The state is fetched once (Expires: 0).
    pub once: bool,
    /// The package's name, of [`Package::Other`]; may have an `id`: `x;id=3`.
    pub event: &'t str,
    /// The types of its bodies, of [`Package::Other`]; empty: no Accept.
    pub accept: &'t str,
    /// Further header lines, `Name: value\r\n` each.
    pub headers: &'t str,
}

/// A subscription, in numbers.
#[derive(Clone, Copy, Debug)]
pub struct SubscriptionInfo {
    /// Its name.
    pub subscription: SubscriptionId,
    /// Its account; none: it is direct.
    pub account: AccountId,
    /// The application's own number.
    pub tag: u64,
    /// The package.
    pub package: Package,
    /// Its state.
    pub state: SubscriptionState,
    /// The state of what is watched, in one glance. Of a list the brightest of its resources': the largest.
    pub lamp: Lamp,
    /// A mailbox: the new messages. Dialogs: how many there are. Of a list those of all its resources.
    pub value: u32,
    /// It watches a list (RFC 4662): its entries are resources, each followed by its dialogs or classes of messages.
    pub list: bool,
    /// The status that refused the last notification, because nothing of its body could be read; 0: it was taken.
    pub unread: u16,
    /// Entries that can be read.
    pub entries: u32,
    /// Entries that found no room, or were more than 128. After a document of changes alone it may be a little too small.
    pub left_out: u32,
    /// The last status.
    pub sip_code: u16,
    /// The result of its end, or of its last failure.
    pub result: Cause,
    /// The same in a word.
    pub cause: EndCause,
    /// The end of the time that was granted; [`Instant::NEVER`]: there is none.
    pub expires: Instant,
    /// The time of the last notification; [`Instant::NEVER`]: none came.
    pub notified: Instant,
    /// The time at which one that failed or ended is asked again of itself; [`Instant::NEVER`]: it is not.
    pub retry: Instant,
}

/// One tuple, dialog or class of messages; of a list one of its resources, or one of the dialogs or classes of that.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Watched {
    /// Its state.
    pub lamp: Lamp,
    /// Presence: what the party does, as [`crate::wire::body::pidf::Activity`]. A mailbox: the class, from 1 (voice) on.
    pub kind: u32,
    /// Dialogs: the watched party was called.
    pub called: bool,
    /// A mailbox: new and old messages, and of each the urgent.
    pub counts: [u32; 4],
    /// The entry is a resource of a list, and what follows it, up to the next one, is of it.
    pub resource: Resource,
}

/// The kind of an entry in a list (RFC 4662).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u32)]
pub enum Resource {
    /// No resource: a tuple, a dialog or a class of messages.
    #[default]
    None = 0,
    /// A party.
    Party = 1,
    /// Another list.
    List = 2,
}

impl Watched {
    /// A class of messages, by its place in a summary.
    #[cfg(feature = "subscribe")]
    pub(super) const fn of_class(class: usize, count: &Count) -> Self {
        let lamp = if count.new > 0 { Lamp::Open } else { Lamp::Closed };
        let counts = [count.new, count.old, count.new_urgent, count.old_urgent];
        Self { lamp, kind: class as u32 + 1, called: false, counts, resource: Resource::None }
    }
}

/// The mailbox of an account, in numbers, as its own server describes it without a subscription.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MailboxInfo {
    /// [`Lamp::Open`]: something new waits. [`Lamp::Closed`]: nothing new. [`Lamp::Unknown`]: it was not described.
    pub lamp: Lamp,
    /// New messages; without counts 1, where some wait.
    pub new_messages: u32,
    /// Classes of messages that can be read.
    pub entries: u32,
    /// The time of the last description; [`Instant::NEVER`]: none came.
    pub described: Instant,
}

/// Texts of a subscription, and of its entries.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum SubscriptionText {
    /// The URI that is watched.
    RemoteUri = 1,
    /// Of one that was refused: the reason phrase of that response. Of one that a NOTIFY ended: the reason that it gives
    /// (rfc6665#4.1.3), if it is a known one.
    Reason = 4,
    /// Of an entry: a value for Replaces (RFC 3891) by which its call can be taken over. Dialogs.
    Replaces = 11,
    /// The type of the last body.
    ContentType = 20,
    /// Of an entry: a note for people. Presence.
    Note = 23,
    /// Of an entry: the party that is talked to, or the Contact. A mailbox: its account.
    EntryUri = 24,
    /// Of an entry: that party's name; of a resource its own.
    EntryName = 25,
    /// Of an entry in a list: the URI of the resource that it is, or is of.
    EntryResource = 50,
    /// Of a resource whose state is not known: the reason. `pending`: somebody has to agree first; the reason of an end as
    /// of a subscription's, or `terminated`; `missing`: the server names a document that it did not send; `unreadable`:
    /// that cannot be read.
    EntryReason = 51,
}
