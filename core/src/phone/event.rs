//! What happened, as small values without text. Texts are read from the object that an event names.

use super::{AccountId, CallId};
use crate::base::time::Instant;

/// Where a call stands.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum CallState {
    /// Outgoing, nothing heard of the far end.
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

/// Where an account stands.
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

/// Why a call or a registration ended or failed. The numbers are frozen: they cross the C ABI.
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
    /// Nobody answered in time.
    Timeout = -104,
    /// No port or descriptor for media.
    Port = -101,
    /// It was refused; the SIP status says why, [`EndedBy`] who did it.
    Refused = -202,
    /// The user name or the password is wrong: our credentials were refused.
    Auth = -203,
    /// What the far end sent is against the protocol.
    Protocol = -204,
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
    /// What was asked for can no longer be done.
    State = -9,
    /// The far end gave up before an answer.
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

/// Who ended a call. The numbers are frozen: they cross the C ABI.
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

/// Why a call ended, in a word. The numbers are frozen: they cross the C ABI. A missed call is [`EndCause::Cancelled`] by [`EndedBy::Remote`].
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
}

/// What kind of event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum EventKind {
    /// A call changed its state (`state`, `reached`, `sip_code`, `result`).
    Call = 1,
    /// An account changed its state (`state`, `sip_code`, `result`).
    Account = 2,
    /// A digit was received (`value`: ASCII).
    Digit = 3,
    /// The digits of a command (`token`) have been sent; or, with [`Cause::State`], could not be any more: the call ended, or was put on hold.
    DigitsSent = 4,
    /// A call's media changed: `value` is a set of `MEDIA_*` bits. Or it did not, and the result says why an offer of ours came to nothing.
    Media = 5,
    /// A challenge was not answered: `result` says why, `account_text` whose realm it was.
    Challenge = 6,
}

/// [`EventKind::Media`]: we may send.
pub const MEDIA_SENDING: u32 = 1;
/// [`EventKind::Media`]: the far end may send.
pub const MEDIA_RECEIVING: u32 = 2;
/// [`EventKind::Media`]: the far end put us on hold.
pub const MEDIA_HELD: u32 = 4;

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// The account, where there is one.
    pub account: AccountId,
    /// The call, where there is one.
    pub call: CallId,
    /// The application's own number for it.
    pub tag: u64,
    /// The command it ends, where there is one.
    pub token: u64,
    /// When.
    pub at: Instant,
    /// [`CallState`] or [`AccountState`].
    pub state: u32,
    /// A bit (1 << state) for each state reached since the last event of this object.
    pub reached: u32,
    /// The SIP status that came with it; 0 when none.
    pub sip_code: u16,
    /// How it ended.
    pub result: Cause,
    /// Why, with the end of a call.
    pub cause: EndCause,
    /// Who ended it, with the end of a call.
    pub ended_by: EndedBy,
    /// A digit, or bits.
    pub value: u32,
}
