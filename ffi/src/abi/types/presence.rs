//! The presence of an account's own party.

use crate::abi::pointer::sized;
use core::ffi::c_char;

/// Own presence: what others see of an account's party, where it is published (RFC 3903) or they watch this phone itself
/// (RFC 3856). Texts are copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_presence {
    /// sizeof(microsip_presence).
    pub size: u32,
    /// MICROSIP_LAMP_OPEN: the party can be reached; MICROSIP_LAMP_CLOSED: it cannot; 0: as NULL, it is taken back.
    pub state: u32,
    /// MICROSIP_ACTIVITY_*; 0: none is told.
    pub activity: u32,
    /// Seconds; 0: 3600; 1 to 9: 10; a day at most. It is refreshed until it is taken back.
    pub expires: u32,
    /// A switch, default off: MICROSIP_ACTIVITY_PHONE is told besides while a call of the account is up.
    pub on_phone: u32,
    /// 0.
    pub reserved: u32,
    /// A note for people, at most 128 bytes, without control characters; NULL: none.
    pub note: *const c_char,
}

sized!(
    microsip_presence up to note,
);
