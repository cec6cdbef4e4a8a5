//! Messages (RFC 3428).

use super::common::microsip_id;
use crate::abi::pointer::sized;
use core::ffi::{c_char, c_void};

/// State of a message: it came, and its sender waits for microsip_message_answer.
pub const MICROSIP_UNREAD: u32 = 1;
/// State of a message: it came, and its sender was told that it is kept (202, of an INFO 200): it stays until microsip_id_release.
pub const MICROSIP_KEPT: u32 = 2;
/// State of a message: one of ours, behind another one to the same far end.
pub const MICROSIP_QUEUED: u32 = 3;
/// State of a message: one of ours, on its way.
pub const MICROSIP_SENDING: u32 = 4;
/// State of a message: it was answered, or has its final response, or failed. Its slot is taken when it is needed.
pub const MICROSIP_OVER: u32 = 5;

/// Messages that come: microsip_message_answer answers them; one that is not answered within 5 seconds is refused
/// (480, an INFO with 500).
pub const MICROSIP_MESSAGES_ASK: u32 = 1;
/// Messages that come: they are accepted (202) as soon as they have a slot, and keep that until microsip_id_release. With
/// every slot taken they are refused (480).
pub const MICROSIP_MESSAGES_STORE: u32 = 2;
/// Messages that come: they are refused (403). An INFO of a package that was asked for is not.
pub const MICROSIP_MESSAGES_REFUSE: u32 = 3;

/// States of MICROSIP_EV_COMPOSING, and of microsip_message_composing: a message is being written.
pub const MICROSIP_COMPOSING_ACTIVE: u32 = 1;
/// States of MICROSIP_EV_COMPOSING, and of microsip_message_composing: none is.
pub const MICROSIP_COMPOSING_IDLE: u32 = 2;

/// Notices that are wanted of a message, a set: that it was delivered, or was not.
pub const MICROSIP_WANT_DELIVERY: u32 = 1;
/// Notices that are wanted of a message, a set: that its recipient has seen it.
pub const MICROSIP_WANT_DISPLAY: u32 = 2;

/// The fate of a message: it came to its recipient's phone.
pub const MICROSIP_NOTICE_DELIVERED: u32 = 1;
/// The fate of a message: its recipient has seen it.
pub const MICROSIP_NOTICE_DISPLAYED: u32 = 2;
/// The fate of a message: it did not come.
pub const MICROSIP_NOTICE_FAILED: u32 = 3;
/// The fate of a message: a server on the way has worked on it, or keeps it until its recipient is there.
pub const MICROSIP_NOTICE_PROCESSED: u32 = 4;
/// The fate of a message: its recipient does not tell.
pub const MICROSIP_NOTICE_FORBIDDEN: u32 = 5;
/// The fate of a message: that is not known.
pub const MICROSIP_NOTICE_ERROR: u32 = 6;

/// Notices that leave by themselves: none; microsip_message_notice sends them.
pub const MICROSIP_NOTICES_NEVER: u32 = 1;
/// Notices that leave by themselves: that a message was delivered, once it was accepted (2xx), to callers of the account
/// that ask for it. That it was displayed only microsip_message_notice tells.
pub const MICROSIP_NOTICES_DELIVERY: u32 = 2;

/// A message to send.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct microsip_message {
    /// sizeof(microsip_message).
    pub size: u32,
    /// Bytes of body.
    pub len: u32,
    /// The application's own number, which its events carry.
    pub tag: u64,
    /// The target as microsip_dial takes it, but without digits behind a number; NULL: the far end of the call that is
    /// the owner.
    pub uri: *const c_char,
    /// The type of the body, at most 127 bytes; NULL: text/plain;charset=UTF-8.
    pub content_type: *const c_char,
    /// The body, of len bytes; NULL with 0: none. At most 60000, and with its headers no more than max_message.
    pub body: *const c_void,
    /// Further header lines, "Name: value\r\n" each; NULL: none.
    pub headers: *const c_char,
    /// In a call: it is an INFO (RFC 6086) of this package, with its parameters or without, as "foo;level=3". The far end
    /// has to take it (MICROSIP_TXT_PACKAGE of the call), else it is MICROSIP_E_STATE. "*": an INFO without a package, which the
    /// far end may know or refuse. It waits for its turn as a message does. NULL: it is a MESSAGE. With MICROSIP_HAS_INFO.
    pub package: *const c_char,
    /// NULL.
    pub reserved: *const c_char,
    /// MICROSIP_WANT_*, the notices that are wanted of it (MICROSIP_EV_DELIVERY): it goes in an envelope (RFC 3862), which not
    /// every far end can open. 0: none. With MICROSIP_HAS_IMDN.
    pub notices: u32,
    /// 0.
    pub reserved_notices: u32,
}

/// A message, in numbers.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_message_info {
    /// sizeof(microsip_message_info).
    pub size: u32,
    /// MICROSIP_UNREAD to MICROSIP_OVER.
    pub state: u32,
    /// The message.
    pub message: microsip_id,
    /// Its account; 0: it is direct.
    pub account: microsip_id,
    /// The call in whose dialog it is; 0: none.
    pub call: microsip_id,
    /// The application's own number.
    pub tag: u64,
    /// The time of its arrival, or of its command: microseconds as in events.
    pub began_us: u64,
    /// 1: it came in.
    pub incoming: u32,
    /// Bytes of its body: microsip_body_get.
    pub len: u32,
    /// The final status; 0: there is none.
    pub sip_code: u32,
    /// The result of its end.
    pub result: i32,
    /// 1: it is a REFER, which microsip_dial with `refer` of microsip_options follows. With MICROSIP_HAS_REFER.
    pub refer: u32,
    /// 1: it is an INFO of its call: MICROSIP_TXT_PACKAGE is its package. With MICROSIP_HAS_INFO.
    pub info: u32,
    /// 1: it says that another message is being written: MICROSIP_EV_COMPOSING tells its state. With MICROSIP_HAS_IMDN, as
    /// the next two.
    pub composing: u32,
    /// MICROSIP_WANT_*, the notices that its writer asks for.
    pub notices: u32,
    /// The notices of it that were told, a bit (1 << MICROSIP_NOTICE_*) each: of one of ours to us, of one that came by us.
    pub noticed: u32,
    /// 0.
    pub reserved: u32,
}

sized!(
    microsip_message up to headers,
    microsip_message_info up to result,
);
