//! The capacity of a phone: the slots and bytes of each kind that it is lent.

use crate::base::features;
use crate::base::limits::{LOCATION, PRESENCE_NOTE, QUALITY_SECONDS, RING_HEADER, SOCKETS, STATUS_LINE};
use crate::media::CodecList;
use crate::media::conceal::history_of;
use crate::media::mix;

/// The number of slots and bytes of each kind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Capacity {
    /// Accounts. When full: `account_add` fails.
    pub accounts: u32,
    /// Calls. When full: an incoming one gets 486, `dial` fails.
    pub calls: u32,
    /// Requests of ours that are under way at once. When full: one that only absorbs repetitions gives way, else the
    /// command fails.
    pub requests: u32,
    /// Server transactions: INVITEs that wait for a final response or an ACK. When full: 503.
    pub servers: u32,
    /// Dialogs: one a call, and some for forks. When full: a fork is not followed.
    pub dialogs: u32,
    /// Answered transactions that are remembered; a multiple of 4. When full: the oldest gives way.
    pub tombstones: u32,
    /// Local sockets that a driver may number from 0 on; at most [`SOCKETS`].
    pub sockets: u32,
    /// Commands whose end is not fetched yet, of all calls and accounts. When full: the command fails. 32 bytes each.
    pub commands: u32,
    /// Bytes of the largest SIP message, in or out.
    pub message: u32,
    /// Bytes of a challenge that an account keeps (realm, nonce and opaque), of which it has two. A longer one is not
    /// answered.
    pub challenge: u32,
    /// Bytes for an account's texts.
    pub account_text: u32,
    /// Bytes for a dialog's texts.
    pub dialog_text: u32,
    /// Bytes kept of the format parameters (`a=fmtp`) in a far end's last description, by dialog; a format whose
    /// parameters find no room has none. None are kept while no codec has any.
    pub parameters: u32,
    /// RTP packets that a call's jitter ring holds.
    pub jitter_packets: u32,
    /// Bytes of one RTP payload, in it and out. Longer ones that can be cut take several packets' room in it, and are
    /// not sent.
    pub payload: u32,
    /// Samples of 10 ms at the highest rate, the application's or a codec's: 80, 160, 441 or 480.
    pub quantum: u32,
    /// Conferences; all calls may be in one. When full: [`super::Phone::conference_create`] fails. 0, as without the
    /// feature `conference`: no call hears another. Else a quantum of PCM and about 80 bytes for each call.
    pub conferences: u32,
    /// Values kept of the quality of a call's seconds; 0: none. When full: each two become one, with the worse of both.
    /// 2 bytes each a call.
    pub seconds: u32,
    /// Bytes kept of a message that comes for a call, its header fields behind them are cut off: of the first, and three
    /// times as many for the later ones together, of which the oldest gives way. 0, as without the feature `identity`:
    /// none, and no header getters.
    pub history: u32,
    /// Bytes for the document that says where a caller is, of each dialog and each account; at most
    /// [`LOCATION`](crate::base::limits::LOCATION). When full: the command fails. 0, as without the feature `identity`:
    /// none can be given.
    pub location: u32,
    /// Addresses kept of the names that an account trusts; those beyond are not trusted. 0: it can trust addresses and
    /// networks only.
    pub trusted: u32,
    /// Where direct calls are allowed: so many calls, transactions and dialogs are left to the callers of accounts.
    /// None, while there is no account.
    pub direct_reserve: u32,
    /// Where direct calls are allowed: INVITEs of one host (of IPv6: one network of 64 bits) that may wait for a
    /// response or an ACK at once, and calls that a policy dials for its REFERs and that are not up. When they are as many:
    /// 486, and 480 to a REFER.
    pub direct_per_source: u32,
    /// Bytes for the texts of the phone's rules for incoming calls, and as many for those of each account; at most
    /// 2048. When full: [`super::Phone::set_rules`] fails. 0: there are no rules, as without the feature `rules`.
    pub rule_text: u32,
    /// Keys are heard in the voice of a far end with which no telephone-events were agreed on: about 450 bytes a call. Not
    /// without the feature `hear-keys`.
    pub hear_keys: bool,
    /// Messages, both ways: those that came until they are released or give way, and those of ours until their final
    /// response was fetched; `message` bytes each. When full: `message_send` fails, and one that comes is refused (480).
    /// 0, as without the feature `message`: there are none.
    pub messages: u32,
    /// Messages that those which come leave to ours, and direct ones to the callers of accounts besides, while there is an
    /// account. When they are as many: 480. 0: a quarter of [`Self::messages`]; the largest number: none.
    pub messages_reserve: u32,
    /// Where direct calls are allowed: messages and REFERs of one host (of IPv6: one network of 64 bits) that may be there
    /// at once, until each is answered and its end was fetched, or is released. When they are as many: 480. 0: half of
    /// [`Self::messages`]; the largest number: any.
    pub messages_per_source: u32,
    /// Subscriptions of ours. When full: `subscription_add` fails. 0, as without the feature `subscribe`: there are none.
    pub subscriptions: u32,
    /// Bytes of a subscription's texts, and of what it was told. When full: entries are left out, and counted. A lamp of a
    /// mailbox takes 120.
    pub subscription_text: u32,
    /// Bytes of the last notification's body, and of its type, of all subscriptions. A longer one is read as it comes, and
    /// not kept.
    pub subscription_body: u32,
    /// Accounts whose presence is published at once. When full: [`super::Phone::publish`] fails, and an account that
    /// publishes by itself tries again when it registers. 0, as without the feature `publish`: none is.
    pub publications: u32,
    /// Bytes of the note of each account's own presence; at most
    /// [`PRESENCE_NOTE`](crate::base::limits::PRESENCE_NOTE). When full: [`super::Phone::set_presence`] fails. 0: it has
    /// none, as without the features `publish` and `notify`.
    pub presence_note: u32,
    /// Those who watch us. When full: one that has ended gives way, else 503. 0, as without the feature `notify`: nobody is let
    /// in. One has about 200 bytes, a dialog's slot, and 24 bytes for each call.
    pub watchers: u32,
    /// Records of events that wait to be fetched ([`super::Phone::poll_trace`]); 0: none are made, as without
    /// the feature `trace`. When full: the oldest gives way. About 120 bytes each.
    pub traces: u32,
}

impl Capacity {
    /// For a desk phone: as little as works.
    #[must_use]
    pub const fn metal(calls: u32, accounts: u32, message: u32) -> Self {
        Self {
            accounts,
            calls,
            requests: calls + accounts,
            servers: calls,
            dialogs: calls + 1,
            tombstones: 12, // two calls and their registrations; the others of a set of four give way
            sockets: 2,     // one of each family
            commands: calls + accounts,
            message,
            challenge: 256,
            account_text: 376,
            dialog_text: 640,
            parameters: 0,
            jitter_packets: 8,
            payload: 160,
            quantum: 80,
            conferences: 0,
            seconds: 0,
            history: 0,
            location: 0,
            trusted: 2, // a name with an address of each family
            direct_reserve: direct_reserve(calls),
            direct_per_source: calls.div_ceil(2),
            rule_text: 0,
            hear_keys: false,
            messages: 0,
            messages_reserve: 0,
            messages_per_source: 0,
            subscriptions: 0,
            subscription_text: 256,
            subscription_body: 256,
            publications: 0,
            presence_note: 0,
            watchers: 0,
            traces: 0,
        }
    }

    /// For a computer.
    #[must_use]
    pub const fn host(calls: u32, accounts: u32, message: u32) -> Self {
        let tombstones = calls.saturating_mul(8);
        let tombstones = if tombstones < 1024 { 1024 } else { tombstones };
        Self {
            accounts,
            calls,
            requests: calls + accounts + 8,
            servers: calls + 4,
            dialogs: calls + 8,
            tombstones,
            sockets: SOCKETS as u32,
            commands: (calls + accounts).saturating_mul(4),
            message,
            challenge: 1024,
            account_text: 1024,
            dialog_text: 1536,
            parameters: 256, // 64 for each of four codecs
            jitter_packets: 16,
            payload: 480,
            quantum: 480,
            conferences: 2,
            seconds: QUALITY_SECONDS,
            history: if calls > 64 { 1024 } else { message },
            location: if message < LOCATION as u32 { message } else { LOCATION as u32 },
            trusted: 16,
            direct_reserve: direct_reserve(calls),
            direct_per_source: calls.div_ceil(2),
            rule_text: 1024,
            hear_keys: true,
            messages: 0,
            messages_reserve: 0,
            messages_per_source: 0,
            subscriptions: 0,
            subscription_text: 16_384, // 128 parties of a list by their names, or 60 with a call each
            subscription_body: message,
            publications: accounts,
            presence_note: PRESENCE_NOTE as u32,
            watchers: 0,
            traces: 128, // a burst of look-ups and calls between two fetches
        }
    }

    /// The same with room for each of these codecs: for 10 ms of its samples, and packets of 20 ms.
    #[must_use]
    pub fn speaking(mut self, codecs: &CodecList) -> Self {
        let samples = codecs.entries().iter().map(|entry| entry.codec.quantum_samples()).max().unwrap_or(0);
        self.quantum = self.quantum.max(samples as u32);
        self.payload = self.payload.max(2 * codecs.quantum_bytes() as u32);
        self
    }

    /// The same with other limits of direct calls: [`Self::direct_reserve`] and [`Self::direct_per_source`]. 0 leaves
    /// one as it is, the largest number takes it away.
    #[must_use]
    pub const fn direct(mut self, reserve: u32, per_source: u32) -> Self {
        match reserve {
            0 => {}
            u32::MAX => self.direct_reserve = 0,
            reserve => self.direct_reserve = reserve,
        }
        if per_source > 0 {
            self.direct_per_source = per_source;
        }
        self
    }

    /// The same with so many messages: one of ours needs a dialog's slot and a request's, one of theirs a server
    /// transaction's.
    #[must_use]
    pub const fn writing(mut self, messages: u32) -> Self {
        let messages = if features::MESSAGE { messages } else { 0 };
        self.messages = messages;
        self.dialogs = self.dialogs.saturating_add(messages);
        self.requests = self.requests.saturating_add(messages);
        self.servers = self.servers.saturating_add(messages);
        self
    }

    /// The same with so many subscriptions: each needs a dialog's slot, and now and then a request's. The first has the
    /// dialog that is kept beside those of the calls, for a branch of a fork that was not taken, which another branch finds
    /// missing while each call is in use; up to three have the requests of the calls and accounts, and wait while all are in
    /// use. So one lamp costs a board no buffer of a message.
    #[must_use]
    pub const fn watching(mut self, subscriptions: u32) -> Self {
        let subscriptions = if features::SUBSCRIBE { subscriptions } else { 0 };
        self.subscriptions = subscriptions;
        self.dialogs = self.dialogs.saturating_add(subscriptions.saturating_sub(1));
        self.requests = self.requests.saturating_add(subscriptions / 4);
        self
    }

    /// The same with so many watchers: each needs a dialog's slot, and at each change a request's, for which the requests of
    /// calls and accounts serve up to three; they wait while all are in use.
    #[must_use]
    pub const fn watched(mut self, watchers: u32) -> Self {
        let watchers = if features::NOTIFY { watchers } else { 0 };
        self.watchers = watchers;
        self.dialogs = self.dialogs.saturating_add(watchers);
        self.requests = self.requests.saturating_add(watchers / 4);
        self
    }

    /// Pools can be made from these numbers. `inline(never)`: asked twice, and a board pays for each copy.
    #[inline(never)]
    pub const fn is_valid(&self) -> bool {
        let most = (1 << 20) - 1;
        self.accounts <= most
            && self.calls <= most
            && self.requests <= most
            && self.servers <= most
            && self.dialogs <= most
            && self.sockets <= SOCKETS as u32
            && (!features::TRACE || self.traces <= 65_535)
            && (!features::RULES || self.rule_text <= 2048)
            && self.conferences() <= most as usize
            && (self.conferences() == 0 || self.calls < mix::MOST)
            && (!features::QUALITY || self.seconds <= 65_534)
            && self.requests >= 1
            && self.servers >= 1
            && self.message >= 512
            && self.message <= 65_535 - 512
            && self.messages() <= most as usize
            && self.subscriptions() <= most as usize
            && self.watchers() <= most as usize
            && self.subscription_text <= 65_535
            && (!features::SUBSCRIBE || self.subscription_body <= 65_535)
            && self.publications() <= most as usize
            && self.presence_note <= PRESENCE_NOTE as u32
            && self.dialog_text <= 65_535
            && self.account_text <= 65_535
            && self.challenge <= 65_535
            && (!features::IDENTITY || self.location as usize <= LOCATION)
            && self.parameters <= 65_535
            && self.tombstones >= 4
    }

    /// Bytes of a server transaction's buffer: the response, and behind it the offer that it answers.
    pub(crate) const fn server_bytes(&self) -> usize {
        // beside what a request may repeat of itself there: our own headers and description, as long as they may be
        let message = self.message as usize;
        let ours = if message / 4 > 448 { message / 4 } else { 448 };
        message + STATUS_LINE + ours
    }

    /// Bytes for a document that are lent.
    #[cfg(feature = "identity")]
    pub(crate) const fn location(&self) -> usize {
        self.location as usize
    }

    /// Conferences that are lent.
    pub(crate) const fn conferences(&self) -> usize {
        if features::CONFERENCE { self.conferences as usize } else { 0 }
    }

    /// Messages that are lent.
    pub(crate) const fn messages(&self) -> usize {
        if features::MESSAGE { self.messages as usize } else { 0 }
    }

    /// Messages that those which come leave to ours: a quarter, for a person writes less than many others do.
    #[cfg(feature = "message")]
    pub(crate) fn messages_reserve(&self) -> usize {
        match self.messages_reserve {
            0 => self.messages() / 4,
            u32::MAX => 0,
            reserve => reserve as usize,
        }
    }

    /// Messages that one direct source may have: half of them, so that one alone cannot have all.
    #[cfg(feature = "message")]
    pub(crate) fn messages_per_source(&self) -> usize {
        match self.messages_per_source {
            0 => self.messages().div_ceil(2),
            most => most as usize,
        }
    }

    /// Subscriptions that are lent.
    pub(crate) const fn subscriptions(&self) -> usize {
        if features::SUBSCRIBE { self.subscriptions as usize } else { 0 }
    }

    /// Publications that are lent.
    pub(crate) const fn publications(&self) -> usize {
        if features::PUBLISH { self.publications as usize } else { 0 }
    }

    /// Bytes of a note that are lent.
    #[cfg(any(feature = "publish", feature = "notify"))]
    pub(crate) const fn presence_note(&self) -> usize {
        self.presence_note as usize
    }

    /// Watchers that are lent.
    pub(crate) const fn watchers(&self) -> usize {
        if features::NOTIFY { self.watchers as usize } else { 0 }
    }

    /// Quanta of PCM of a tick: of the far end and of the source of one call; in a conference of all far ends, the
    /// person, the application, and the whole.
    pub(crate) const fn quanta(&self) -> usize {
        if self.conferences() == 0 { 2 } else { self.calls as usize + 3 }
    }

    /// Samples of the last sound that a call remembers.
    pub(crate) const fn heard(&self) -> usize {
        history_of(self.quantum as usize)
    }

    /// Bytes of a jitter ring.
    pub(crate) const fn ring_bytes(&self) -> usize {
        self.jitter_packets as usize * (RING_HEADER + self.payload as usize)
    }
}

/// A quarter of the calls: enough for a person's or a small office's provider while strangers ring. With one slot there
/// is nothing to divide; an account's caller then takes it from a stranger who is not talking yet.
const fn direct_reserve(calls: u32) -> u32 {
    if calls < 2 { 0 } else { calls.div_ceil(4) }
}
