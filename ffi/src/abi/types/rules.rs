//! Rules for incoming calls.

use crate::abi::pointer::sized;
use core::ffi::c_char;

/// Forwarding, a set: every call.
pub const MICROSIP_FORWARD_ALWAYS: u32 = 1;
/// Forwarding, a set: calls that call waiting or max_calls would refuse.
pub const MICROSIP_FORWARD_BUSY: u32 = 2;
/// Forwarding, a set: calls that nobody has answered for forward_s.
pub const MICROSIP_FORWARD_NO_ANSWER: u32 = 4;

/// Auto answer, a set: calls whose Answer-Mode, Call-Info, Alert-Info or X-AUTOANSWER asks for it, brought by the
/// account's own server.
pub const MICROSIP_AUTO_HEADER: u32 = 1;
/// Auto answer, a set: an account's callers in auto_answer_from.
pub const MICROSIP_AUTO_LIST: u32 = 2;
/// Auto answer, a set: every call that is let in.
pub const MICROSIP_AUTO_ALL: u32 = 4;
/// Auto answer, a set: the person at the phone hears a beep when a rule answers. Needs MICROSIP_HAS_TONES.
pub const MICROSIP_AUTO_BEEP: u32 = 256;
/// Auto answer, a set: only while there is no other call.
pub const MICROSIP_AUTO_WHEN_IDLE: u32 = 512;

/// A rule that ended a call: a call with the same party was there.
pub const MICROSIP_RULE_SAME: u32 = 1;
/// A rule that ended a call: call waiting is off.
pub const MICROSIP_RULE_WAITING: u32 = 2;
/// A rule that ended a call: max_calls.
pub const MICROSIP_RULE_LIMIT: u32 = 3;
/// A rule that ended a call: its caller hides.
pub const MICROSIP_RULE_ANONYMOUS: u32 = 4;
/// A rule that ended a call: its caller is denied.
pub const MICROSIP_RULE_DENY: u32 = 5;
/// A rule that ended a call: do not disturb.
pub const MICROSIP_RULE_DND: u32 = 6;
/// A rule that ended a call: it was forwarded.
pub const MICROSIP_RULE_FORWARD: u32 = 7;
/// A rule that ended a call: it rang for ring_s.
pub const MICROSIP_RULE_RING: u32 = 8;
/// A rule that ended a call: it lasted for max_duration_s.
pub const MICROSIP_RULE_DURATION: u32 = 9;
/// A rule that ended a call: the phone had called itself through a proxy.
pub const MICROSIP_RULE_ITSELF: u32 = 10;
/// A rule that ended a call: its Answer-Mode requires an automatic answer (RFC 5373), and by MICROSIP_AUTO_HEADER none is
/// given: 403.
pub const MICROSIP_RULE_ANSWER_MODE: u32 = 11;

/// Rules for incoming calls, obeyed in this order; an account's stand over the phone's. What one ended is told as an
/// ended call, MICROSIP_BY_RULE. Numbers: 0 leaves one as it is, MICROSIP_NONE is none. Texts are copied; "" gives one
/// up.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_rules {
    /// sizeof(microsip_rules).
    pub size: u32,
    /// A switch: a second call with the same party is let in; default on.
    pub same_party: u32,
    /// A switch: calls are let in while there is another; default on. Off: 486.
    pub call_waiting: u32,
    /// Calls of the phone beyond which 486 is sent; by default no limit but the phone's.
    pub max_calls: u32,
    /// A switch: anonymous callers are let in; default on. Off: 433 (RFC 5079).
    pub anonymous: u32,
    /// A switch: do not disturb; default off.
    pub dnd: u32,
    /// Its status, 400 to 699; by default 486.
    pub dnd_code: u32,
    /// A set of MICROSIP_FORWARD_*: 302 with Contact and Diversion. Each needs a target, set with it or before.
    pub forward: u32,
    /// A set of MICROSIP_AUTO_*.
    pub auto_answer: u32,
    /// Seconds of ringing until MICROSIP_FORWARD_NO_ANSWER; by default 20.
    pub forward_s: u32,
    /// Seconds of ringing before a rule answers; by default none.
    pub auto_answer_s: u32,
    /// Seconds of ringing after which a call is refused with 480; by default it ends with its INVITE (487).
    pub ring_s: u32,
    /// Seconds after which a call that is up is ended; by default never. Calls of ours too.
    pub max_duration_s: u32,
    /// A switch. On: answering a call ends the others. Off: answering or resuming one holds the others. By default
    /// they go on as they are.
    pub single: u32,
    /// A switch: redirections of our calls (300 to 302) are followed; default on. 305 and 380 never are.
    pub redirect: u32,
    /// Milliseconds for the application to answer or refuse a call before these rules decide; it does not ring until
    /// then. By default they decide at once.
    pub decide_ms: u32,
    /// Targets of a forwarded call, the most wanted first, as 200, sip:a@example.com.
    pub forward_to: *const c_char,
    /// The same for MICROSIP_FORWARD_BUSY; by default forward_to.
    pub forward_busy_to: *const c_char,
    /// The same for MICROSIP_FORWARD_NO_ANSWER; by default forward_to.
    pub forward_no_answer_to: *const c_char,
    /// Callers for MICROSIP_AUTO_LIST: "100, 2??, *@example.com". `*` is any text, `?` one character; without `@` it is
    /// the user alone.
    pub auto_answer_from: *const c_char,
    /// Callers whose calls are refused with 486, likewise.
    pub deny: *const c_char,
    /// Callers who are let in though they are denied or anonymous, likewise.
    pub allow: *const c_char,
    /// Seconds behind a call for help (a number in `emergency` of its account, or urn:service:sos) in which a call that the
    /// account's own server brings rings, whatever these rules say; by default 1800. While that call lasts, too. A phone that has
    /// no call left for it refuses it with 486.
    pub callback_s: u32,
    /// 0.
    pub reserved: u32,
}

sized!(
    microsip_rules up to allow,
);
