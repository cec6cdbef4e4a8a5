//! Result codes: 0 is success, +1 "nothing there", negative an error. The numbers are frozen.

use core::ffi::CStr;

/// Done.
pub const MICROSIP_OK: i32 = 0;
/// Nothing there: an empty queue, a wait that timed out, a header that the message does not have. Not an error.
pub const MICROSIP_NOTHING: i32 = 1;
/// Stream: the message is not complete; give its bytes again with more.
pub const MICROSIP_MORE: i32 = 2;
/// Not taken: drain microsip_engine_poll_transmit, then give it again.
pub const MICROSIP_DRAIN: i32 = 3;
/// Stream: it cannot be read on; close it.
pub const MICROSIP_CLOSE: i32 = 4;
/// A pointer that must not be NULL is NULL.
pub const MICROSIP_E_NULL: i32 = -1;
/// A struct's size member is 0, or less than any header of this ABI version says: use MICROSIP_ZERO.
pub const MICROSIP_E_SIZE: i32 = -2;
/// The header and the library are of different ABI versions.
pub const MICROSIP_E_ABI: i32 = -3;
/// The id names nothing any more.
pub const MICROSIP_E_STALE: i32 = -4;
/// The id names a thing of another kind (say, an account where a call is wanted).
pub const MICROSIP_E_KIND: i32 = -5;
/// An argument is out of its range.
pub const MICROSIP_E_ARG: i32 = -6;
/// A text is no UTF-8, too long, or has characters that it may not have.
pub const MICROSIP_E_TEXT: i32 = -7;
/// The buffer is too small; the needed size was written.
pub const MICROSIP_E_BUFFER: i32 = -8;
/// Not in this state (say, answering a call that is connected).
pub const MICROSIP_E_STATE: i32 = -9;
/// Every slot is in use.
pub const MICROSIP_E_FULL: i32 = -10;
/// The phone has been shut down or destroyed.
pub const MICROSIP_E_CLOSED: i32 = -11;
/// The library met a fault of its own and refuses to go on with this phone: destroy it.
pub const MICROSIP_E_POISONED: i32 = -12;
/// Not from within a callback, or while another call of the engine runs.
pub const MICROSIP_E_REENTRY: i32 = -13;
/// A struct sets members that this library does not know yet.
pub const MICROSIP_E_NEWER: i32 = -14;
/// This build, this platform or the far end does not do that.
pub const MICROSIP_E_UNSUPPORTED: i32 = -15;
/// The id is another phone's, or of a phone that is gone.
pub const MICROSIP_E_FOREIGN: i32 = -16;
/// Given up before an answer; or a command was stopped, replaced, or outlived by its object.
pub const MICROSIP_E_CANCELLED: i32 = -17;
/// No port was free, or no descriptor was left.
pub const MICROSIP_E_PORT_IN_USE: i32 = -101;
/// The name could not be resolved.
pub const MICROSIP_E_NAME: i32 = -102;
/// No route, or the transport failed.
pub const MICROSIP_E_UNREACHABLE: i32 = -103;
/// No response or answer came in time.
pub const MICROSIP_E_TIMEOUT: i32 = -104;
/// Neither RTP nor RTCP came any more, within the media timeout.
pub const MICROSIP_E_MEDIA_LOST: i32 = -105;
/// No SIP, SIPS or tel URI.
pub const MICROSIP_E_URI: i32 = -201;
/// Refused; the SIP status says why, and MICROSIP_BY_* beside it which side did it.
pub const MICROSIP_E_REFUSED: i32 = -202;
/// The user name or the password is wrong: the credentials were refused.
pub const MICROSIP_E_AUTH: i32 = -203;
/// The far end broke the protocol.
pub const MICROSIP_E_PROTOCOL: i32 = -204;
/// The session was not refreshed in time (RFC 4028).
pub const MICROSIP_E_EXPIRED: i32 = -205;
/// The dial plan of the account has no match for the number.
pub const MICROSIP_E_BLOCKED: i32 = -206;
/// A password is asked for, and the account has none.
pub const MICROSIP_E_NO_PASSWORD: i32 = -207;
/// A password is asked for, by a realm or a server that is not the account's: see `realms` of microsip_account.
pub const MICROSIP_E_REALM: i32 = -208;
/// Credentials are asked for by a scheme, an algorithm or a quality of protection that the library cannot do.
pub const MICROSIP_E_SCHEME: i32 = -209;
/// Credentials are asked for by a challenge that is too long to be kept, or to be answered in one message.
pub const MICROSIP_E_CHALLENGE: i32 = -210;
/// No common codec, or an SDP that cannot be used.
pub const MICROSIP_E_NO_CODEC: i32 = -301;
/// The audio device could not be opened, or is gone.
pub const MICROSIP_E_DEVICE: i32 = -401;
/// The file could not be opened, read or written.
pub const MICROSIP_E_FILE: i32 = -402;
/// The file is of a format that is not known.
pub const MICROSIP_E_FORMAT: i32 = -403;

/// `texts!(code text, ...)`: the codes, and their texts one behind the other. In one piece, so that a firmware that
/// asks for no text has none of them: a linker keeps texts that stand alone all together.
macro_rules! texts {
    ($($code:ident $text:literal),+ $(,)?) => {
        const CODES: &[i32] = &[$($code),+];
        static TEXTS: &str = concat!($($text, "\0"),+, "unknown result\0");
    };
}

texts! {
    MICROSIP_OK "ok",
    MICROSIP_NOTHING "nothing there",
    MICROSIP_MORE "the message is not complete",
    MICROSIP_DRAIN "a response has to be sent first",
    MICROSIP_CLOSE "the stream cannot be read on",
    MICROSIP_E_NULL "a pointer is NULL",
    MICROSIP_E_SIZE "a struct's size is 0 or too small",
    MICROSIP_E_ABI "header and library are of different ABI versions",
    MICROSIP_E_STALE "the id names nothing any more",
    MICROSIP_E_KIND "the id names a thing of another kind",
    MICROSIP_E_ARG "an argument is out of its range",
    MICROSIP_E_TEXT "a text is no UTF-8, too long, or has forbidden characters",
    MICROSIP_E_BUFFER "the buffer is too small",
    MICROSIP_E_STATE "not in this state",
    MICROSIP_E_FULL "every slot is in use",
    MICROSIP_E_CLOSED "the phone is closed",
    MICROSIP_E_POISONED "the library met a fault of its own; destroy the phone",
    MICROSIP_E_REENTRY "not allowed from within a callback, or while another call runs",
    MICROSIP_E_NEWER "a struct sets members that this library does not know",
    MICROSIP_E_UNSUPPORTED "not supported by this build, this platform or the far end",
    MICROSIP_E_FOREIGN "the id is another phone's",
    MICROSIP_E_CANCELLED "given up, stopped, replaced or outlived",
    MICROSIP_E_PORT_IN_USE "no port or descriptor is free",
    MICROSIP_E_NAME "the name could not be resolved",
    MICROSIP_E_UNREACHABLE "unreachable",
    MICROSIP_E_TIMEOUT "nobody answered in time",
    MICROSIP_E_MEDIA_LOST "the far end sends nothing any more",
    MICROSIP_E_URI "no SIP URI",
    MICROSIP_E_REFUSED "refused",
    MICROSIP_E_AUTH "user name or password is wrong",
    MICROSIP_E_EXPIRED "the session was not refreshed in time",
    MICROSIP_E_BLOCKED "the dial plan does not allow it",
    MICROSIP_E_NO_PASSWORD "a password is asked for, and there is none",
    MICROSIP_E_REALM "a password is asked for by a realm or a server that is not the account's",
    MICROSIP_E_SCHEME "credentials are asked for by a scheme that is not known",
    MICROSIP_E_CHALLENGE "the challenge is too long to be answered",
    MICROSIP_E_PROTOCOL "the far end broke the protocol",
    MICROSIP_E_NO_CODEC "no common codec",
    MICROSIP_E_DEVICE "the audio device could not be opened, or is gone",
    MICROSIP_E_FILE "the file could not be opened, read or written",
    MICROSIP_E_FORMAT "the file's format is not known",
}

/// The text of a result.
pub(crate) fn describe(result: i32) -> &'static CStr {
    let index = CODES.iter().position(|code| *code == result).unwrap_or(CODES.len());
    let text = TEXTS.as_bytes().split_inclusive(|byte| *byte == 0).nth(index).unwrap_or_default();
    CStr::from_bytes_with_nul(text).unwrap_or_default()
}

#[cfg(test)]
mod tests;
