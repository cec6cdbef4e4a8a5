//! Messages (RFC 3428), as an application sees them.

use super::event::{Cause, MessageState};
use super::{AccountId, CallId, MessageId};
use crate::base::time::Instant;
pub use crate::wire::body::cpim::Asked;
pub use crate::wire::body::imdn::Disposition;

/// A message to send.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewMessage<'t> {
    /// The application's own number for it.
    pub tag: u64,
    /// Appears in its [`super::EventKind::Sent`]; 0: without one only a failure has that event.
    pub token: u64,
    /// Its body; empty: none.
    pub body: &'t [u8],
    /// The type of its body, at most 127 bytes; empty: `text/plain;charset=UTF-8`.
    pub content_type: &'t str,
    /// Further header lines, `Name: value\r\n` each.
    pub headers: &'t str,
    /// It is an INFO of this package (RFC 6086), with its parameters or without, in a call whose far end takes it; `*`: an
    /// INFO without a package, which the far end may know or not. Empty: it is a MESSAGE. With the feature `info`.
    pub package: &'t str,
    /// The notices that are wanted of it ([`super::EventKind::Delivery`]): it leaves in an envelope (RFC 3862) that asks for
    /// them (RFC 5438). With the feature `imdn`.
    pub notices: Asked,
}

/// Notices that leave by themselves.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum NoticePolicy {
    /// As it is set elsewhere: for an account by the phone, for that one [`Self::Never`].
    #[default]
    Inherited = 0,
    /// None.
    Never = 1,
    /// A message that an account's caller asked it for is told to be delivered, once it was accepted (2xx).
    Delivery = 2,
}

impl NoticePolicy {
    /// This one, unless it is set elsewhere.
    #[cfg(feature = "imdn")]
    pub(super) const fn or(self, other: Self) -> Self {
        if matches!(self, Self::Inherited) { other } else { self }
    }
}

/// The treatment of messages that come.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[repr(u8)]
pub enum MessagePolicy {
    /// As it is set elsewhere: for an account by the phone, for that one [`Self::Ask`].
    #[default]
    Inherited = 0,
    /// The application answers; the far end is refused (480) where it has not within five seconds.
    Ask = 1,
    /// They are accepted (202) as soon as they have a slot, and keep that until they are released.
    Store = 2,
    /// They are refused (403).
    Refuse = 3,
}

impl MessagePolicy {
    /// This one, unless it is set elsewhere.
    #[cfg(feature = "message")]
    pub(super) const fn or(self, other: Self) -> Self {
        if matches!(self, Self::Inherited) { other } else { self }
    }
}

/// A message, in numbers.
#[derive(Clone, Copy, Debug)]
pub struct MessageInfo {
    /// Its name.
    pub message: MessageId,
    /// Its account; none: it is direct.
    pub account: AccountId,
    /// The call that it belongs to; none: it is in no call.
    pub call: CallId,
    /// The application's own number.
    pub tag: u64,
    /// Its state.
    pub state: MessageState,
    /// It came in.
    pub incoming: bool,
    /// It is a REFER.
    pub refer: bool,
    /// It is an INFO.
    pub info: bool,
    /// The time of its arrival, or of its command.
    pub began: Instant,
    /// Bytes of its body.
    pub len: usize,
    /// It says that another message is being written; its state is [`MessageState::Over`].
    pub composing: bool,
    /// The notices that its writer asks for.
    pub notices: Asked,
    /// The dispositions that were told of it, a bit (1 << disposition) each: of ours to us, of one that came by us.
    pub noticed: u8,
    /// The final status; 0: there is none.
    pub sip_code: u16,
    /// The result of its end.
    pub result: Cause,
}

/// Texts of a message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum MessageText {
    /// The far end's URI.
    RemoteUri = 1,
    /// The far end's display name, unquoted; of one that came.
    RemoteName = 2,
    /// The URI that the far end wrote to; of one that came.
    LocalUri = 3,
    /// The reason phrase of its response; of one of ours.
    Reason = 4,
    /// Call-ID; of one that came.
    CallId = 5,
    /// The type of its body. Of one that says that another is being written, that one's.
    ContentType = 20,
    /// The name of a message whose writer wants notices; of a notice, the name of the message that it is about (RFC 5438).
    MessageId = 46,
    /// The URI that a REFER asks us to call, without its headers.
    ReferTo = 21,
    /// The URI of whom a REFER says that it asks (RFC 3892).
    ReferredBy = 22,
    /// The package of an INFO, with its parameters.
    Package = 45,
    /// The call whose place the one that a REFER asks for is to take (RFC 3891).
    Replaces = 11,
}
