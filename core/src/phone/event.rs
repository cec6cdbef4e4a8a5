//! Events, as small values without text. Texts are read from the object that an event names.

use super::rule::Rule;
use super::{AccountId, Alert, CallId, ConferenceId, Member, MessageId, SubscriptionId, WatcherId};
use crate::base::time::Instant;
use crate::media::digits::DigitMethod;

/// The state of a call.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum CallState {
    /// Outgoing, no response yet.
    #[default]
    Calling = 1,
    /// Incoming, not answered.
    Incoming = 2,
    /// Progress: 18x came (outgoing) or went (incoming); `sip_code` says which.
    Early = 3,
    /// Answered.
    Connected = 4,
    /// Over.
    Ended = 5,
}

/// The state of an account.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum AccountState {
    /// Not registered, and not trying.
    #[default]
    Unregistered = 1,
    /// A REGISTER is under way.
    Registering = 2,
    /// Registered until its refresh.
    Registered = 3,
    /// The last try failed; `result` says why, another follows where that can help.
    Failed = 4,
}

/// The result of a call or a registration. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(i16)]
pub enum Cause {
    /// As it should be.
    #[default]
    Normal = 0,
    /// The name could not be resolved.
    Name = -102,
    /// No route, or the transport failed.
    Unreachable = -103,
    /// No response or answer came in time.
    Timeout = -104,
    /// Neither RTP nor RTCP came any more ([`super::MediaTimeout`]).
    MediaLost = -105,
    /// No port or descriptor for media.
    Port = -101,
    /// It was refused; the SIP status has the reason, [`EndedBy`] the side.
    Refused = -202,
    /// The user name or the password is wrong: our credentials were refused.
    Auth = -203,
    /// The far end broke the protocol.
    Protocol = -204,
    /// The session was not refreshed in time (RFC 4028).
    Expired = -205,
    /// A password is asked for, and there is none.
    NoPassword = -207,
    /// A password is asked for, by a realm or a server that is not the account's.
    Realm = -208,
    /// Credentials are asked for by a scheme, an algorithm or a quality of protection that we cannot do.
    Scheme = -209,
    /// Credentials are asked for by a challenge that is too long to be kept, or to be answered in one message.
    ChallengeSize = -210,
    /// No common codec, or an SDP that cannot be used.
    Codec = -301,
    /// The request can no longer be done.
    State = -9,
    /// Given up before an answer; or a command was stopped, replaced, or outlived by its object.
    Cancelled = -17,
    /// No slot or buffer was left.
    Full = -10,
    /// A transport that this driver does not have.
    Unsupported = -15,
}

impl Cause {
    /// The account's credentials are not taken, or cannot be given: only the application can help.
    #[must_use]
    pub const fn is_about_credentials(self) -> bool {
        matches!(self, Self::Auth | Self::NoPassword | Self::Realm | Self::Scheme | Self::ChallengeSize)
    }
}

/// The side that ended a call. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum EndedBy {
    /// It has not ended.
    #[default]
    Nobody = 0,
    /// The application: it hung up, refused, or shut the phone down.
    Application = 1,
    /// The far end, or a proxy on the way to it: BYE, CANCEL, or a final response to our INVITE.
    Remote = 2,
    /// A rule for incoming calls.
    Rule = 3,
    /// A timer, a limit or a failure.
    Library = 4,
}

/// The cause of a call's end. The numbers are frozen: they cross the C ABI. A missed call is [`EndCause::Cancelled`]
/// by [`EndedBy::Remote`].
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum EndCause {
    /// It has not ended.
    #[default]
    None = 0,
    /// Hung up after an answer.
    Normal = 1,
    /// 486, 600.
    Busy = 2,
    /// 603, 403 and other refusals by a person or a policy.
    Declined = 3,
    /// 408, 480, or the time of ringing was over.
    NoAnswer = 4,
    /// Given up before an answer.
    Cancelled = 5,
    /// Answered at another phone (RFC 3326).
    Elsewhere = 6,
    /// By a 3xx that was sent, or not followed.
    Redirected = 7,
    /// By a transfer.
    Transferred = 8,
    /// By another call that took its place (RFC 3891).
    Replaced = 9,
    /// 404, 410, 484, 604.
    NotFound = 10,
    /// No common codec, or an SDP that cannot be used.
    Media = 11,
    /// No media came for too long.
    MediaLost = 12,
    /// A session timer, or a limit of duration.
    Expired = 13,
    /// Unreachable, an unknown name, no response.
    Network = 14,
    /// Credentials.
    Auth = 15,
    /// 5xx, or an error of the protocol.
    Server = 16,
    /// A limit of this phone.
    Full = 17,
    /// The phone was shut down.
    Shutdown = 18,
    /// It gave way to a call for help in an emergency, for which no slot was left.
    Emergency = 19,
    /// The far end does not do what was asked of it: 405, 406, 416, 420, 421, 489, 501, 505.
    Unsupported = 20,
}

impl EndedBy {
    /// The side that a command failed by: the far end, where a response of its came; nobody, where it did not fail, or
    /// another command or the end of its call overtook it.
    #[must_use]
    pub const fn of_failure(result: Cause, sip_code: u16) -> Self {
        match (result, sip_code) {
            (Cause::Normal | Cause::Cancelled, _) => Self::Nobody,
            (_, 0) => Self::Library,
            _ => Self::Remote,
        }
    }
}

impl EndCause {
    /// The cause of a failure; nothing, if there was none.
    #[must_use]
    pub fn of(result: Cause, status: u16) -> Self {
        match result {
            Cause::Normal => Self::None,
            Cause::Cancelled => Self::Cancelled,
            Cause::Name | Cause::Unreachable | Cause::Unsupported | Cause::Timeout => Self::Network,
            Cause::Port | Cause::Full => Self::Full,
            Cause::Codec => Self::Media,
            Cause::MediaLost => Self::MediaLost,
            Cause::Expired => Self::Expired,
            Cause::Auth | Cause::NoPassword | Cause::Realm | Cause::Scheme | Cause::ChallengeSize => Self::Auth,
            Cause::Protocol | Cause::State => Self::Server,
            Cause::Refused => Self::of_status(status),
        }
    }

    /// rfc3261#21: the cause of a final response that refuses.
    const fn of_status(status: u16) -> Self {
        match status {
            300..=399 => Self::Redirected,
            486 | 600 => Self::Busy,
            408 | 480 => Self::NoAnswer,
            487 => Self::Cancelled,
            404 | 410 | 484 | 604 => Self::NotFound,
            401 | 407 => Self::Auth,
            415 | 488 | 606 => Self::Media,
            405 | 406 | 416 | 420 | 421 | 489 | 501 | 505 => Self::Unsupported,
            // of our request, not of the call
            400 | 411..=414 | 417 | 422 | 423 | 481..=483 | 491 | 493 | 494 | 500..=599 => Self::Server,
            _ => Self::Declined,
        }
    }
}

/// The state of a message. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum MessageState {
    /// It came, and its sender waits for the application's answer.
    Unread = 1,
    /// It came, and its sender was told that it is kept (202): it stays until it is released.
    Kept = 2,
    /// One of ours, behind another one to the same far end.
    Queued = 3,
    /// One of ours, on its way.
    Sending = 4,
    /// It was answered, or has its final response, or failed.
    #[default]
    Over = 5,
}

/// The kind of state that is watched.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum Package {
    /// The presence of a party, and its activity (RFC 3856, RFC 3863).
    #[default]
    Presence = 1,
    /// The calls of a party (RFC 4235): the lamp of a busy line.
    Dialog = 2,
    /// The messages that wait in a mailbox (RFC 3842).
    MessageSummary = 3,
    /// Another package, whose bodies the application reads.
    Other = 4,
}

/// The state of a subscription. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum SubscriptionState {
    /// It was asked for, or waits for somebody's consent.
    #[default]
    Pending = 1,
    /// Each change is told.
    Active = 2,
    /// It failed, or ended for a time, and is tried again.
    Retrying = 3,
    /// It has ended.
    Ended = 4,
}

/// The state of a watcher. The numbers are frozen: they cross the C ABI, and are those of subscriptions.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum WatcherState {
    /// It waits to be allowed.
    #[default]
    Pending = 1,
    /// It is told of each change.
    Active = 2,
    /// It has ended: taken back, refused, not refreshed, or not to be reached.
    Ended = 4,
}

/// The state of a publication. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum PublicationState {
    /// It was not accepted yet.
    #[default]
    Pending = 1,
    /// The server has it.
    Active = 2,
    /// It failed, and is tried again.
    Retrying = 3,
    /// It was taken back, or refused in a way that time does not mend.
    Ended = 4,
}

/// The state of a transfer of ours. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum TransferState {
    /// The far end was asked, or has accepted and not called yet.
    #[default]
    Pending = 1,
    /// It calls the new party.
    Trying = 2,
    /// The new party rings.
    Ringing = 3,
    /// They talk: our calls with both have ended ([`EndCause::Transferred`]).
    Done = 4,
    /// They do not: our calls are as they were.
    Failed = 5,
}

/// A state in one glance. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Lamp {
    /// Nothing is known.
    #[default]
    Unknown = 0,
    /// Presence: it cannot be reached. A mailbox: nothing new waits.
    Closed = 1,
    /// Presence: it can be reached. A mailbox: something new waits.
    Open = 2,
    /// Dialogs: no call.
    Idle = 3,
    /// Dialogs: it calls somebody.
    Trying = 4,
    /// Dialogs: it rings.
    Ringing = 5,
    /// Dialogs: it talks.
    Busy = 6,
    /// Dialogs: it holds the other.
    Held = 7,
}

/// [`EventKind::Media`]: we may send.
pub const MEDIA_SENDING: u32 = 1;
/// [`EventKind::Media`]: the far end may send.
pub const MEDIA_RECEIVING: u32 = 2;
/// [`EventKind::Media`]: the far end put us on hold.
pub const MEDIA_HELD: u32 = 4;
/// [`EventKind::Media`]: we put the far end on hold.
pub const MEDIA_HOLDING: u32 = 8;

/// A command whose end is an [`EventKind::Done`]. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Op {
    /// [`super::Phone::send_digits`].
    Digits = 3,
    /// [`super::Phone::hold`].
    Hold = 4,
    /// [`super::Phone::reoffer`].
    Reoffer = 5,
    /// [`super::Phone::transfer`].
    #[cfg(feature = "refer")]
    Transfer = 6,
    /// [`super::Phone::register`].
    Register = 7,
    /// [`super::Phone::unregister`].
    Unregister = 8,
    /// [`super::Phone::publish`].
    #[cfg(any(feature = "publish", feature = "notify"))]
    Publish = 9,
    /// [`super::Phone::play_tone`] into a call.
    #[cfg(feature = "tones")]
    Tone = 12,
    /// The same into a conference, which the C ABI does not tell apart.
    #[cfg(feature = "tones")]
    ConferenceTone = 13,
    /// [`super::Phone::identify`].
    #[cfg(feature = "identity")]
    Identify = 11,
}

/// The kind of an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EventKind {
    /// The call changed its state.
    Call {
        /// The latest state, of those in this event.
        state: CallState,
        /// A bit (1 << state) for each state reached since the call's last event of this kind.
        reached: u32,
        /// The SIP status that came with it; 0 when none.
        sip_code: u16,
        /// The result.
        result: Cause,
        /// The cause, with the end.
        cause: EndCause,
        /// The side that ended it, with the end.
        ended_by: EndedBy,
        /// The rule, where one ended it. Its coming is told with its end where it has not let it ring.
        rule: Option<Rule>,
        /// The ring that it asks for, with [`CallState::Incoming`].
        alert: Alert,
    },
    /// The account changed its state.
    Account {
        /// The state it is in.
        state: AccountState,
        /// A bit (1 << state) for each state reached since the account's last event of this kind.
        reached: u32,
        /// The SIP status that came with it; 0 when none.
        sip_code: u16,
        /// The result of its failure.
        result: Cause,
    },
    /// A digit of the call has begun, and is not over. One that is over before this is fetched has only
    /// [`EventKind::Digit`]; so has one that shows no beginning.
    DigitBegun {
        /// Its character.
        digit: u8,
        /// The method by which it comes.
        method: DigitMethod,
    },
    /// The call received a digit, which is over.
    Digit {
        /// Its character.
        digit: u8,
        /// The milliseconds that it lasted.
        ms: u16,
        /// The method by which it came.
        method: DigitMethod,
    },
    /// A digit of ours has left; by INFO, the far end has taken it. Of several that left since the last event of this
    /// kind, the latest. With the feature `info`.
    DigitSent {
        /// Its character.
        digit: u8,
        /// The method by which it left: never one that says "as negotiated".
        method: DigitMethod,
        /// The digits and pauses that wait behind it.
        left: u8,
    },
    /// A request of the call or account left by a datagram, though it is longer than 1300 bytes: its far end could not
    /// be reached by a stream (RFC 3261 §18.1.1). The network may drop it. Of several since the last event of this kind,
    /// the latest. With the feature `stream`.
    Datagram {
        /// Its bytes.
        bytes: u16,
    },
    /// A call for help left without the document that says where the caller is: with it, its INVITE would have been longer
    /// than a message ([`super::Capacity::message`]), or was refused (413, 415, 424, 513). With the feature `identity`.
    LocationLeft {
        /// The bytes of the document.
        bytes: u16,
    },
    /// A command ended. One with a token has exactly one event; one without only if it failed.
    Done {
        /// The command.
        op: Op,
        /// The application's number for it; 0: none was given.
        token: u64,
        /// The SIP status that ended it; 0 when none.
        sip_code: u16,
        /// The result.
        result: Cause,
        /// The side that it failed by; where another command or the end of its call overtook it, who did that.
        ended_by: EndedBy,
        /// The conference that it was about; none: it was about the event's call or account.
        conference: ConferenceId,
    },
    /// The call's media changed. Or it did not, and the result has the reason: an offer of ours failed, or the far end
    /// has fallen silent ([`Cause::MediaLost`]).
    Media {
        /// A set of `MEDIA_*`.
        media: u32,
        /// Not [`Cause::Normal`]: nothing changed.
        result: Cause,
        /// The SIP status that refused the offer; 0 when none.
        sip_code: u16,
    },
    /// The far end of the call is another, or has another name ([`super::CallText::RemoteUri`],
    /// [`super::CallText::RemoteName`]): it says so itself, or the account's proxy does (RFC 4916, RFC 3325). With the
    /// feature `identity`.
    Identity,
    /// A member joined a conference, or left it.
    Member {
        /// The conference; it may be gone.
        conference: ConferenceId,
        /// The member.
        member: Member,
        /// It joined.
        joined: bool,
    },
    /// A message came; or nobody answered one in time, and its sender was told so. With the feature `message`.
    Message {
        /// The message.
        message: MessageId,
        /// Its state: [`MessageState::Over`] for one that nobody answered.
        state: MessageState,
        /// The status that its sender got; 0: none yet.
        sip_code: u16,
        /// [`Cause::Timeout`] for one that nobody answered.
        result: Cause,
    },
    /// A message of ours has ended: one with a token has exactly one such event; one without only if it failed. With the
    /// feature `message`.
    Sent {
        /// The message.
        message: MessageId,
        /// The application's number for the command; 0: none was given.
        token: u64,
        /// The final status; 0: there was none.
        sip_code: u16,
        /// The result.
        result: Cause,
    },
    /// A far end writes a message, or does not any more (RFC 3994): it sent one, said so, or has been silent for too long.
    /// With the feature `imdn`, as the next one.
    Composing {
        /// The indication, as a message: it has the far end's URI. Of several from one far end the one slot.
        message: MessageId,
        /// It writes.
        active: bool,
    },
    /// A notice of what became of a message of ours (RFC 5438); each disposition of one is told once.
    Delivery {
        /// The message, while it is there; else the notice, whose [`super::MessageText::MessageId`] is that of the message.
        message: MessageId,
        /// Its fate.
        disposition: super::Disposition,
    },
    /// A REFER came: somebody wants us to call another party ([`super::MessageText::ReferTo`]). [`super::Phone::dial`] with
    /// [`super::DialOptions::refer`] follows it, [`super::Phone::message_answer`] refuses. Or it was answered by a policy, or
    /// by nobody in time. With the feature `refer`.
    Refer {
        /// It, as a message.
        message: MessageId,
        /// Its state: [`MessageState::Over`] for one that was answered without the application.
        state: MessageState,
        /// The status that its sender got; 0: none yet.
        sip_code: u16,
        /// [`Cause::Timeout`] for one that nobody answered.
        result: Cause,
    },
    /// A transfer of the call goes on. Of several steps since the last event of this kind, the latest. With the feature
    /// `refer`.
    Transfer {
        /// Its state.
        state: TransferState,
        /// The status that the new party gave, or the far end refused with; 0 when none.
        sip_code: u16,
        /// The result of its end.
        result: Cause,
        /// The application's number for the command; 0: none was given.
        token: u64,
    },
    /// A subscription of ours has another state, or has failed once more. With the feature `subscribe`.
    Subscription {
        /// The subscription.
        subscription: SubscriptionId,
        /// Its state.
        state: SubscriptionState,
        /// The last status; 0 when none.
        sip_code: u16,
        /// The result of its end or failure.
        result: Cause,
    },
    /// A watched state has changed. Of several changes since the last event of this kind, the latest. With the feature
    /// `subscribe`.
    Notify {
        /// The subscription.
        subscription: SubscriptionId,
        /// Its lamp now.
        lamp: Lamp,
        /// As [`super::SubscriptionInfo::value`].
        value: u32,
    },
    /// A watcher would watch us, does, or does no more. With the feature `notify`.
    Watcher {
        /// The watcher.
        watcher: WatcherId,
        /// The package that it watches.
        package: Package,
        /// Its state: of one that is pending [`super::Phone::watcher_answer`] decides.
        state: WatcherState,
        /// The last final status of a NOTIFY to it; 0: there was none.
        sip_code: u16,
        /// The result of its end.
        result: Cause,
    },
    /// The publication of an account's presence has another state, or has failed once more. With the feature `publish`.
    Publication {
        /// Its state.
        state: PublicationState,
        /// The last status.
        sip_code: u16,
        /// The result of its end, or of its last failure.
        result: Cause,
    },
    /// The account's own server has described its mailbox without a subscription (RFC 3842), and it is another than it
    /// was: [`super::Phone::mailbox_info`]. Of several changes since the last event of this kind, the latest. With the
    /// feature `subscribe`.
    Mailbox {
        /// [`Lamp::Open`]: something new waits.
        lamp: Lamp,
        /// New messages; without counts 1, where some wait.
        value: u32,
    },
    /// The account's own server wants its settings to be read again (the event `check-sync`). Of several wishes since the
    /// last event of this kind, one. With the feature `subscribe`.
    CheckSync {
        /// The phone is to begin anew with them; `None`: the server did not say. Of several the strongest.
        reboot: Option<bool>,
    },
    /// Another member talks in a conference now.
    Talker {
        /// The conference.
        conference: ConferenceId,
        /// The member; `None`: nobody.
        talker: Option<Member>,
    },
    /// A challenge was not answered, with the cause. `account_text` has its realm.
    Challenge(Cause),
    /// So many ended calls and removed accounts gave way to new ones before they were released, or received digits
    /// before they were fetched.
    Lost(u32),
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// The time of the packet, deadline or command that caused it. A digit's is that of the packet, or
    /// silence, that ended it.
    pub at: Instant,
    /// The account it is about, or the call's; none where there is none.
    pub account: AccountId,
    /// The call it is about, where it is about one.
    pub call: CallId,
    /// The application's own number for the call, or for the account.
    pub tag: u64,
    /// The kind.
    pub kind: EventKind,
}

impl Event {
    /// The state of a call in this event.
    #[must_use]
    pub const fn call_state(&self) -> Option<CallState> {
        if let EventKind::Call { state, .. } = self.kind { Some(state) } else { None }
    }
}
