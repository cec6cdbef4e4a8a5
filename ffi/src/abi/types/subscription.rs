//! Subscriptions (RFC 6665).

use super::common::microsip_id;
use crate::abi::pointer::sized;
use core::ffi::c_char;

/// Packages: whether a party can be reached, and what it does (RFC 3856, RFC 3863).
pub const MICROSIP_PRESENCE: u32 = 1;
/// Packages: the calls of a party (RFC 4235): the lamp of a busy line.
pub const MICROSIP_DIALOG: u32 = 2;
/// Packages: the messages that wait in a mailbox (RFC 3842).
pub const MICROSIP_MESSAGE_SUMMARY: u32 = 3;
/// Packages: another one, by its name; microsip_body_get has its bodies.
pub const MICROSIP_OTHER: u32 = 4;

/// State of a subscription: it was asked for, or waits for somebody's consent, which is an event.
pub const MICROSIP_SUB_PENDING: u32 = 1;
/// State of a subscription: each change is told.
pub const MICROSIP_SUB_ACTIVE: u32 = 2;
/// State of a subscription: it failed, or ended for a time, and is tried again by itself.
pub const MICROSIP_SUB_RETRYING: u32 = 3;
/// State of a subscription: it has ended. It can be read until microsip_id_release; until then one that ended for its account's
/// credentials is MICROSIP_SUB_RETRYING, and asked for at once, when microsip_account_update changes these.
pub const MICROSIP_SUB_ENDED: u32 = 4;

/// Lamps: nothing is known.
pub const MICROSIP_LAMP_UNKNOWN: u32 = 0;
/// Lamps: the party cannot be reached; nothing new waits in the mailbox.
pub const MICROSIP_LAMP_CLOSED: u32 = 1;
/// Lamps: the party can be reached; something new waits in the mailbox.
pub const MICROSIP_LAMP_OPEN: u32 = 2;
/// Lamps: no call.
pub const MICROSIP_LAMP_IDLE: u32 = 3;
/// Lamps: it calls somebody.
pub const MICROSIP_LAMP_TRYING: u32 = 4;
/// Lamps: it rings.
pub const MICROSIP_LAMP_RINGING: u32 = 5;
/// Lamps: it talks.
pub const MICROSIP_LAMP_BUSY: u32 = 6;
/// Lamps: it holds the other.
pub const MICROSIP_LAMP_HELD: u32 = 7;

/// Activities of presence (RFC 4480): away from the phone.
pub const MICROSIP_ACTIVITY_AWAY: u32 = 1;
/// Activities of presence: busy, and not by a call.
pub const MICROSIP_ACTIVITY_BUSY: u32 = 2;
/// Activities of presence: in a call.
pub const MICROSIP_ACTIVITY_PHONE: u32 = 3;
/// Activities of presence: something else.
pub const MICROSIP_ACTIVITY_OTHER: u32 = 4;

/// Kinds of entries, in a list: a party, with all that its lamp says.
pub const MICROSIP_RESOURCE_PARTY: u32 = 1;
/// Kinds of entries, in a list: another list; the resources behind it, up to the next entry of the outer list, are its own. One
/// that lies deeper is not read.
pub const MICROSIP_RESOURCE_LIST: u32 = 2;

/// A state to watch. Where its uri names a list of parties (RFC 4662), which no address shows, one subscription watches them
/// all: `list` of its info is 1, and its entries are the parties, MICROSIP_RESOURCE_PARTY each, followed by its calls or its
/// classes of messages, which have no kind. A party is named by MICROSIP_TXT_ENTRY_RESOURCE, keeps its place among the others,
/// and has a lamp of its own: MICROSIP_LAMP_UNKNOWN where nothing is known of it, for MICROSIP_TXT_ENTRY_REASON. With
/// MICROSIP_HAS_LISTS; of MICROSIP_OTHER the application reads the bodies, and says so by "application/rlmi+xml" in accept.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct microsip_subscription {
    /// sizeof(microsip_subscription).
    pub size: u32,
    /// MICROSIP_PRESENCE to MICROSIP_OTHER.
    pub package: u32,
    /// Seconds; 0: 3600; 1 to 9: 10. It is refreshed until it is removed, each day at least.
    pub expires: u32,
    /// A switch, default off: the state is fetched once, and the subscription ends with it.
    pub once: u32,
    /// The application's own number, which its events carry.
    pub tag: u64,
    /// The target as microsip_dial takes it, but without digits behind a number.
    pub uri: *const c_char,
    /// MICROSIP_OTHER: the package's name, "x" or "x;id=3"; else NULL.
    pub event: *const c_char,
    /// MICROSIP_OTHER: the types of its bodies, "application/xml, text/plain"; NULL: none are named. Else NULL.
    pub accept: *const c_char,
    /// Further header lines, "Name: value\r\n" each; NULL: none.
    pub headers: *const c_char,
}

/// A subscription, in numbers.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_subscription_info {
    /// sizeof(microsip_subscription_info).
    pub size: u32,
    /// MICROSIP_PRESENCE to MICROSIP_OTHER.
    pub package: u32,
    /// The subscription.
    pub subscription: microsip_id,
    /// Its account; 0: it is direct.
    pub account: microsip_id,
    /// The application's own number.
    pub tag: u64,
    /// The end of the time that was granted: microseconds as in events; UINT64_MAX: there is none.
    pub expires_us: u64,
    /// The time of the last notification; UINT64_MAX: none came.
    pub notified_us: u64,
    /// MICROSIP_SUB_PENDING to MICROSIP_SUB_ENDED.
    pub state: u32,
    /// MICROSIP_LAMP_*; of a list the brightest of its parties': the largest number.
    pub lamp: u32,
    /// MICROSIP_MESSAGE_SUMMARY: new messages; MICROSIP_DIALOG: calls; of a list those of all its parties. MICROSIP_PRESENCE:
    /// MICROSIP_ACTIVITY_*, or 0, and 0 of a list.
    pub value: u32,
    /// Entries for microsip_subscription_entry_get.
    pub entries: u32,
    /// Entries that found no room, or were more than 128. After a document of changes alone it may be a little too small.
    pub left_out: u32,
    /// The last status; 0: there was none.
    pub sip_code: u32,
    /// The result of its end, or of its last failure.
    pub result: i32,
    /// MICROSIP_CAUSE_*, the same in a word.
    pub cause: u32,
    /// The time at which one that failed, or that its far end has ended, is asked again: microseconds as in events;
    /// UINT64_MAX: not by itself, or that is under way.
    pub retry_us: u64,
    /// 1: it watches a list.
    pub list: u32,
    /// The status that refused the last notification, for nothing of its document can be read: 400, it is broken; 415, it
    /// is none of the package's types. 0: it was taken. What was told before stays.
    pub unread: u32,
}

/// A watcher: one who watches us, in numbers.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_watcher_info {
    /// sizeof(microsip_watcher_info).
    pub size: u32,
    /// MICROSIP_PRESENCE, MICROSIP_DIALOG or MICROSIP_MESSAGE_SUMMARY: what it watches.
    pub package: u32,
    /// The watcher.
    pub watcher: microsip_id,
    /// The account that it watches; 0: it came directly.
    pub account: microsip_id,
    /// The application's own number.
    pub tag: u64,
    /// The end of the time that it was granted: microseconds as in events.
    pub expires_us: u64,
    /// MICROSIP_SUB_PENDING, MICROSIP_SUB_ACTIVE or MICROSIP_SUB_ENDED.
    pub state: u32,
    /// The last final status with which it answered a notification; 0: there was none.
    pub sip_code: u32,
    /// The result of its end.
    pub result: i32,
    /// MICROSIP_CAUSE_*, the same in a word; 0 with MICROSIP_OK.
    pub cause: u32,
}

/// One tuple, call or class of messages that a subscription was told of, or one class of an account's mailbox; of a list one of
/// its parties, or one of the calls or classes of messages of that.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_entry {
    /// sizeof(microsip_entry).
    pub size: u32,
    /// MICROSIP_LAMP_*.
    pub lamp: u32,
    /// MICROSIP_PRESENCE: MICROSIP_ACTIVITY_*, or 0.
    pub activity: u32,
    /// MICROSIP_DIALOG: 1: the watched party was called.
    pub called: u32,
    /// MICROSIP_MESSAGE_SUMMARY: 1 voice, 2 fax, 3 pager, 4 multimedia, 5 text, 6 none of these.
    pub message_class: u32,
    /// MICROSIP_MESSAGE_SUMMARY: new messages of that class; of a party in a list all of its.
    pub new_messages: u32,
    /// The old ones.
    pub old_messages: u32,
    /// The urgent ones of the new.
    pub new_urgent: u32,
    /// The urgent ones of the old.
    pub old_urgent: u32,
    /// Of a list: MICROSIP_RESOURCE_PARTY or _LIST. 0: it is of the nearest party before it, or there is no list.
    pub resource: u32,
}

sized!(
    microsip_subscription up to headers,
    microsip_subscription_info up to cause,
    microsip_watcher_info up to cause,
    microsip_entry up to resource,
);
