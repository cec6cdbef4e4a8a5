//! Calls.

use super::common::microsip_id;
use crate::abi::pointer::sized;
use core::ffi::c_char;

/// Call states: outgoing, no response yet.
pub const MICROSIP_CALLING: u32 = 1;

/// Call states: incoming, not answered.
pub const MICROSIP_INCOMING: u32 = 2;

/// Call states: progress.
pub const MICROSIP_EARLY: u32 = 3;

/// Call states: answered.
pub const MICROSIP_CONNECTED: u32 = 4;

/// Call states: over.
pub const MICROSIP_ENDED: u32 = 5;

/// Ended by the application.
pub const MICROSIP_BY_APPLICATION: u32 = 1;
/// Ended by the far end, or by a proxy on the way to it.
pub const MICROSIP_BY_REMOTE: u32 = 2;
/// Ended by a rule for incoming calls.
pub const MICROSIP_BY_RULE: u32 = 3;
/// Ended by the library: a timer, a limit or a failure.
pub const MICROSIP_BY_LIBRARY: u32 = 4;

/// A cause of the end of a call: hung up after an answer.
pub const MICROSIP_CAUSE_NORMAL: u32 = 1;
/// A cause of the end of a call: 486, 600.
pub const MICROSIP_CAUSE_BUSY: u32 = 2;
/// A cause of the end of a call: 603, 403 and other refusals by a person or a policy.
pub const MICROSIP_CAUSE_DECLINED: u32 = 3;
/// A cause of the end of a call: 408, 480, or the time of ringing was over.
pub const MICROSIP_CAUSE_NO_ANSWER: u32 = 4;
/// A cause of the end of a call: given up before an answer. By MICROSIP_BY_REMOTE, it is a missed call.
pub const MICROSIP_CAUSE_CANCELLED: u32 = 5;
/// A cause of the end of a call: answered at another phone (RFC 3326).
pub const MICROSIP_CAUSE_ELSEWHERE: u32 = 6;
/// A cause of the end of a call: by a 3xx that was sent, or not followed.
pub const MICROSIP_CAUSE_REDIRECTED: u32 = 7;
/// A cause of the end of a call: by a transfer.
pub const MICROSIP_CAUSE_TRANSFERRED: u32 = 8;
/// A cause of the end of a call: another call took its place (RFC 3891).
pub const MICROSIP_CAUSE_REPLACED: u32 = 9;
/// A cause of the end of a call: 404, 410, 484, 604.
pub const MICROSIP_CAUSE_NOT_FOUND: u32 = 10;
/// A cause of the end of a call: no common codec, or an SDP that cannot be used.
pub const MICROSIP_CAUSE_MEDIA: u32 = 11;
/// A cause of the end of a call: no media came for too long.
pub const MICROSIP_CAUSE_MEDIA_LOST: u32 = 12;
/// A cause of the end of a call: the session timer, or a limit of duration.
pub const MICROSIP_CAUSE_EXPIRED: u32 = 13;
/// A cause of the end of a call: unreachable, an unknown name, no response.
pub const MICROSIP_CAUSE_NETWORK: u32 = 14;
/// A cause of the end of a call: credentials.
pub const MICROSIP_CAUSE_AUTH: u32 = 15;
/// A cause of the end of a call: 5xx, or an error of the protocol; of both but what MICROSIP_CAUSE_UNSUPPORTED has.
pub const MICROSIP_CAUSE_SERVER: u32 = 16;
/// A cause of the end of a call: a limit of this phone.
pub const MICROSIP_CAUSE_FULL: u32 = 17;
/// A cause of the end of a call: the phone was shut down.
pub const MICROSIP_CAUSE_SHUTDOWN: u32 = 18;
/// A cause of the end of a call: it gave way to a call for help in an emergency, for which no slot was left.
pub const MICROSIP_CAUSE_EMERGENCY: u32 = 19;
/// A cause of the end of a call, or of a command: the far end does not do what was asked of it, a method, a type, an
/// extension or a version: 405, 406, 416, 420, 421, 489, 501, 505.
pub const MICROSIP_CAUSE_UNSUPPORTED: u32 = 20;

/// The ring that an incoming call asks for by its Alert-Info (RFC 7462), brought by the account's own server: a number in
/// these bits, 1 to 8 for a rhythm of its own, 0 for the usual ring; and a set of MICROSIP_ALERT_*.
pub const MICROSIP_ALERT_RING: u32 = 15;
/// An alert, a set: the caller belongs to the same exchange.
pub const MICROSIP_ALERT_INTERNAL: u32 = 16;
/// An alert, a set: the caller is outside.
pub const MICROSIP_ALERT_EXTERNAL: u32 = 32;
/// An alert, a set: the caller is a friend.
pub const MICROSIP_ALERT_FRIEND: u32 = 64;
/// An alert, a set: the caller is of the family.
pub const MICROSIP_ALERT_FAMILY: u32 = 128;
/// An alert, a set: it may wait.
pub const MICROSIP_ALERT_LOW: u32 = 256;
/// An alert, a set: it is urgent.
pub const MICROSIP_ALERT_HIGH: u32 = 512;
/// An alert, a set: the ring shall be short.
pub const MICROSIP_ALERT_SHORT: u32 = 1024;
/// An alert, a set: the ring shall be long.
pub const MICROSIP_ALERT_LONG: u32 = 2048;
/// An alert, a set: the ring shall come late.
pub const MICROSIP_ALERT_DELAYED: u32 = 4096;
/// An alert, a set: it was forwarded.
pub const MICROSIP_ALERT_FORWARDED: u32 = 8192;
/// An alert, a set: it waits beside another call at the caller's server.
pub const MICROSIP_ALERT_WAITING: u32 = 16384;
/// An alert, a set: a call back that was asked for.
pub const MICROSIP_ALERT_CALLBACK: u32 = 32768;
/// An alert, a set: a call that was on hold for too long.
pub const MICROSIP_ALERT_HELD: u32 = 65536;
/// An alert, a set: a transfer that failed.
pub const MICROSIP_ALERT_TRANSFERRED: u32 = 131072;

/// We may send.
pub const MICROSIP_MEDIA_SENDING: u32 = 1;
/// The far end may send.
pub const MICROSIP_MEDIA_RECEIVING: u32 = 2;
/// The far end put us on hold.
pub const MICROSIP_MEDIA_HELD: u32 = 4;
/// We put the far end on hold.
pub const MICROSIP_MEDIA_HOLDING: u32 = 8;

/// A direction of media: both ways.
pub const MICROSIP_SENDRECV: u32 = 1;
/// A direction of media: we send only.
pub const MICROSIP_SENDONLY: u32 = 2;
/// A direction of media: we receive only.
pub const MICROSIP_RECVONLY: u32 = 3;
/// A direction of media: neither.
pub const MICROSIP_INACTIVE: u32 = 4;

/// Media that a call is offered anew, for microsip_reoffer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_media {
    /// sizeof(microsip_media).
    pub size: u32,
    /// MICROSIP_SENDRECV ..., a hold of ours apart; 0: as it is.
    pub direction: u32,
    /// A switch: this offer, and later ones of the call, leave as UPDATEs (RFC 3311) instead of re-INVITEs; 0: as before.
    /// A far end that does not know UPDATE gets re-INVITEs again.
    pub update: u32,
    /// 0.
    pub reserved: u32,
    /// The codecs that are offered, in order, as in microsip_config.codecs, and no others; our answers to later offers
    /// have them too. NULL: as they are.
    pub codecs: *const c_char,
}

/// Options for dialling, answering, rejecting, hanging up and transferring. Members that do not apply must be 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_options {
    /// sizeof(microsip_options).
    pub size: u32,
    /// dial, answer: MICROSIP_SRC_*, the source of the sound that the far end hears.
    pub source: u32,
    /// dial, answer: the application's own number; 0: as it is.
    pub tag: u64,
    /// dial: shown to the far end; NULL: the account's.
    pub display_name: *const c_char,
    /// Extra header lines, "Name: value\r\n" each; NULL: none. dial: of its INVITE; answer: of this response; reject;
    /// hangup: of the BYE, the CANCEL, or the 486 of a call that is not answered; transfer: of the REFER. But for dial and
    /// transfer, with MICROSIP_HAS_IDENTITY.
    pub headers: *const c_char,
    /// dial, answer: the codecs of this call in order, as in microsip_config.codecs; of an answer the caller's order
    /// decides which is used first. NULL: the account's.
    pub codecs: *const c_char,
    /// dial: From, a URI with or without a name; one without takes display_name. NULL: the account's, with display_name.
    /// With MICROSIP_HAS_IDENTITY, as the next two.
    pub caller: *const c_char,
    /// dial: see `identity` of microsip_account; NULL: the account's.
    pub identity: *const c_char,
    /// reject: the phrase behind the status, at most 50 bytes; hangup: the text of a Reason header (RFC 3326), or all
    /// of its value, as in SIP;cause=200;text="Call completed elsewhere". NULL: none. With MICROSIP_HAS_IDENTITY, as
    /// contacts.
    pub reason: *const c_char,
    /// dial: MICROSIP_PRIVACY_*; 0: the account's.
    pub privacy: u32,
    /// dial, answer: MICROSIP_DTMF_*, the method of the call's digits; 0: the account's. With MICROSIP_HAS_INFO.
    pub dtmf: u32,
    /// dial, answer: MICROSIP_RELIABLE_*; of an answer for its responses (180, 183) from this one on; 0: the account's.
    pub reliable: u32,
    /// dial: a set of MICROSIP_LOCATION_*, for location or that of the account; 0: servers may read that of a call for help,
    /// which goes wherever the call goes, and no other.
    pub location_use: u32,
    /// reject with 300 to 399: where the caller is sent, the most wanted first, as 200, sip:a@example.com; NULL:
    /// nowhere.
    pub contacts: *const c_char,
    /// dial: where the caller is, as a PIDF-LO document (XML: RFC 4119, RFC 5491) of at most 4096 bytes; of an engine
    /// `location_bytes` of its config. It goes in the INVITE beside the session description, and a Geolocation header (RFC
    /// 6442) names it; the library does not look into it. The whole INVITE has at most `max_message` bytes, so with 4096 the
    /// document has about 2300, less what the header lines of the call and its account take: with more the call is MICROSIP_E_TEXT, and microsip_last_error says how many would do. A call for help goes all the
    /// same, without the document (MICROSIP_EV_LOCATION). NULL: the account's; "": none, whatever the account has. With
    /// MICROSIP_HAS_IDENTITY.
    pub location: *const c_char,
    /// dial, answer: MICROSIP_TIMER_*, its session timer (RFC 4028); 0: the account's. With MICROSIP_HAS_TIMERS, as the
    /// next three.
    pub session_timer: u32,
    /// dial, answer: seconds for which the session lasts without a refresh (Session-Expires), at least 90; an answer
    /// only shortens what the caller asked for. 0: the account's.
    pub session_expires: u32,
    /// dial: the shortest such time that is taken of others (Min-SE), at least 90; 0: the account's.
    pub min_se: u32,
    /// dial, answer: MICROSIP_REFRESHER_*, the side that refreshes, where the far end leaves it open; 0: the account's.
    pub session_refresher: u32,
    /// dial, answer: the length of a digit, in milliseconds: see `dtmf_ms` of microsip_config; 0: the account's. With
    /// MICROSIP_HAS_INFO, as dtmf_gap_ms and dtmf_level_db.
    pub dtmf_ms: u32,
    /// dial, answer: the silence behind a digit, in milliseconds: see `dtmf_gap_ms` of microsip_config; 0: the account's.
    pub dtmf_gap_ms: u32,
    /// dial, answer: the power of a digit, in dB below 0 dBm0: see `dtmf_level_db` of microsip_config; 0: the account's.
    pub dtmf_level_db: u32,
    /// transfer: a switch, default off: no progress is asked for (RFC 4488). Where the far end agrees, its acceptance is the
    /// end of the transfer, and both calls end with it.
    pub no_progress: u32,
    /// dial: the REFER that the call is made for (MICROSIP_EV_REFER): it gets 200, and its sender is told how the call goes.
    /// A uri of NULL is the REFER's own; the account is its account, or 0. The call takes the place that the REFER names. 0:
    /// none. With MICROSIP_HAS_REFER, as the next two.
    pub refer: microsip_id,
    /// dial: a call of ours, which is up, in whose place the far end shall take the new one (RFC 3891); the far end ends the old
    /// one, or refuses. A uri of NULL is that far end itself, by the account of that call. 0: none.
    pub replaces: microsip_id,
    /// dial: the call that the new one shall take the place of, as MICROSIP_TXT_REPLACES has it: "call-id;to-tag=x;from-tag=y",
    /// the tags as the one who is called knows them. One that rings at a phone which is watched is picked up by
    /// a call to MICROSIP_TXT_ENTRY_URI of the same entry. That text is the far end's: look at it first where a call may cost,
    /// or go to any host; a number for help is MICROSIP_E_BLOCKED. The far end refuses the call if it cannot. NULL: none.
    pub pickup: *const c_char,
    /// dial: see `info_packages` of microsip_config; NULL: the account's. With MICROSIP_HAS_INFO and MICROSIP_HAS_MESSAGE.
    pub info_packages: *const c_char,
}

/// A use of a location, a set: servers on the way may read it to find who is called (RFC 6442, Geolocation-Routing: yes).
pub const MICROSIP_LOCATION_ROUTING: u32 = 1;
/// A use of a location, a set: it goes to whom a redirection (3xx) names, too.
pub const MICROSIP_LOCATION_FOLLOWS: u32 = 2;
/// A use of a location, a set: servers may not read it, though the call is for help in an emergency.
pub const MICROSIP_LOCATION_NO_ROUTING: u32 = 4;

/// A call, in numbers. Times that have not come are UINT64_MAX.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_call_info {
    /// sizeof(microsip_call_info).
    pub size: u32,
    /// Call state.
    pub state: u32,
    /// Its account, or 0.
    pub account: microsip_id,
    /// Its id.
    pub call: microsip_id,
    /// The application's own number.
    pub tag: u64,
    /// The time of its beginning.
    pub started_us: u64,
    /// The time of its first progress (18x).
    pub ringing_us: u64,
    /// The time of its answer.
    pub connected_us: u64,
    /// The time of its end.
    pub ended_us: u64,
    /// 1: it came in.
    pub incoming: u32,
    /// The last SIP status.
    pub sip_code: u32,
    /// The result of its end.
    pub result: i32,
    /// MICROSIP_SRC_*.
    pub source: u32,
    /// 1: the microphone is off.
    pub muted: u32,
    /// A set of MICROSIP_MEDIA_*; 0: no media runs.
    pub media: u32,
    /// Volume of our sound, in percent.
    pub volume_in: u32,
    /// Volume of the peer's sound, in percent.
    pub volume_out: u32,
    /// MICROSIP_CAUSE_*, once it has ended.
    pub cause: u32,
    /// MICROSIP_BY_*, once it has ended.
    pub ended_by: u32,
    /// The conference that it is in; 0: none.
    pub conference: microsip_id,
    /// MICROSIP_RULE_*, of a call that a rule ended.
    pub rule: u32,
    /// MICROSIP_TRANSFER_*, of its transfer, or of the last one; 0: there was none.
    pub transfer: u32,
    /// The time at which its session runs out, unless it is refreshed (RFC 4028); UINT64_MAX: no session timer runs.
    pub session_expires_us: u64,
    /// Seconds for which its session lasts without a refresh; 0: no session timer runs.
    pub session_expires: u32,
    /// MICROSIP_REFRESHER_US or MICROSIP_REFRESHER_THEM; 0: no session timer runs.
    pub session_refresher: u32,
    /// The ring that it asks for: MICROSIP_ALERT_*. 0 without MICROSIP_HAS_TONES.
    pub alert: u32,
    /// The music for its far end on hold: MICROSIP_MUSIC_SOURCE, _NONE, or _PCM, which is that of a file too.
    pub music: u32,
    /// The call of ours that it takes the place of, or is to take once it is answered (RFC 3891); it may be gone. 0: none. With
    /// MICROSIP_HAS_REFER, as the next one.
    pub replaces: microsip_id,
    /// The REFER that it was dialled for, which may be gone; 0: none.
    pub refer: microsip_id,
}

/// The statistics of a call's media.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_stats {
    /// sizeof(microsip_stats).
    pub size: u32,
    /// 1: the peer's media address is confirmed.
    pub confirmed: u32,
    /// RTP packets sent.
    pub sent: u64,
    /// RTP packets received.
    pub received: u64,
    /// Packets that never came.
    pub lost: u64,
    /// Packets that came too late.
    pub late: u64,
    /// Packets that came twice.
    pub duplicate: u64,
    /// Packets that came out of order.
    pub reordered: u64,
    /// Sound invented for packets that did not come, in milliseconds.
    pub concealed_ms: u64,
    /// Microseconds since the peer's last packet or report; UINT64_MAX: none came.
    pub silent_us: u64,
    /// Interarrival jitter.
    pub jitter_us: u32,
    /// Round trip by the peer's reports; 0 while unknown.
    pub rtt_us: u32,
    /// Peak of the last 100 ms that we sent, 0 to 32767.
    pub level_in: u32,
    /// Peak of the last 100 ms that we heard, 0 to 32767.
    pub level_out: u32,
    /// Samples that microsip_pcm_write was late with; silence was sent.
    pub pcm_underrun: u32,
    /// Samples that microsip_pcm_read was late for; the oldest were dropped.
    pub pcm_overrun: u32,
    /// Packets of ours that the peer lost, by its reports.
    pub remote_lost: u32,
    /// The jitter that the peer sees.
    pub remote_jitter_us: u32,
    /// Share of our packets that the peer lost lately, in 256ths.
    pub remote_lost_256: u32,
    /// Sound waiting in the jitter ring, in milliseconds.
    pub playout_ms: u32,
    /// Packets from addresses that are not the peer's.
    pub strangers: u32,
    /// Bytes that were no RTP or RTCP.
    pub malformed: u32,
    /// Mean opinion score of all that was heard, by the E-model (ITU-T G.107) from losses, their bursts, delay and
    /// codec; in hundredths, 100 to 450 (441 is a perfect G.711); 0: unknown, as in a library without
    /// MICROSIP_HAS_QUALITY. Packets that came too late are losses too. A wideband codec gets no more than G.711.
    pub mos_x100: u32,
    /// The same of the last eight seconds or so.
    pub mos_lately_x100: u32,
    /// The same of what the peer hears, by its last report.
    pub remote_mos_x100: u32,
    /// The delay one way that they are reckoned with: packet time, half of the round trip, playout. Milliseconds.
    pub delay_ms: u32,
}

sized!(
    microsip_options up to tag,
    microsip_media up to reserved,
    microsip_call_info up to ended_us,
    microsip_stats up to reordered,
);
