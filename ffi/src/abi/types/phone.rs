//! Phones of the host family, and the structs of both families about a phone.

use super::common::{microsip_addr, microsip_id};
use super::event::microsip_event_fn;
use super::rules::microsip_rules;
use crate::abi::pointer::sized;
use core::ffi::{c_char, c_void};

/// microsip_config.flags: audio devices are the null device, which has a real clock.
pub const MICROSIP_NULL_AUDIO: u32 = 1;

/// microsip_config.flags: no socket is opened.
pub const MICROSIP_NO_NETWORK: u32 = 2;

/// microsip_config.flags and microsip_engine_config.flags: calls, messages and REFERs from any host are let in, without an
/// account; `messages`, for messages, and the limits `direct_reserve`, `direct_per_source`, `messages_reserve` and
/// `messages_per_source` are for them.
pub const MICROSIP_ALLOW_DIRECT: u32 = 4;

/// microsip_engine_config.flags: keys are heard in the voice of a far end with which no telephone-events were agreed
/// on, which takes about 450 bytes a call beside MICROSIP_ENGINE_BYTES. A phone always does it. With
/// MICROSIP_HAS_HEAR_KEYS.
pub const MICROSIP_HEAR_KEYS: u32 = 8;

/// Log levels: errors.
pub const MICROSIP_LOG_ERROR: u32 = 1;
/// Log levels: warnings too.
pub const MICROSIP_LOG_WARNING: u32 = 2;
/// Log levels: events too.
pub const MICROSIP_LOG_INFO: u32 = 3;
/// Log levels: details too: look-ups, refreshes.
pub const MICROSIP_LOG_DEBUG: u32 = 4;
/// Log levels: added to one of them, SIP messages too, without the values of their credentials and without the bodies
/// of INFO. Host only.
pub const MICROSIP_LOG_SIP: u32 = 256;

/// Takes log lines and SIP messages, on a thread of the library's own, one at a time. text: l->len bytes, and a NUL
/// behind them; both pointers are valid until it returns. l->size says which members there are.
pub type microsip_log_fn = Option<unsafe extern "C" fn(user: *mut c_void, l: *const microsip_log, text: *const c_char)>;

/// The configuration of a phone.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_config {
    /// sizeof(microsip_config).
    pub size: u32,
    /// Calls at once; 0: 16.
    pub max_calls: u32,
    /// Accounts; 0: 4.
    pub max_accounts: u32,
    /// Bytes of one SIP message; 0: 4096.
    pub max_message: u32,
    /// Samples a second of PCM: 8000, 16000 or 48000; 0: 8000.
    pub rate: u32,
    /// MICROSIP_NULL_AUDIO, MICROSIP_NO_NETWORK, MICROSIP_ALLOW_DIRECT.
    pub flags: u32,
    /// First media port; 0: 4000. A call takes two: an even one for RTP, and the next for RTCP.
    pub rtp_port_min: u32,
    /// Last media port, that of RTCP included; 0: 65535.
    pub rtp_port_max: u32,
    /// MICROSIP_LOG_*, and MICROSIP_LOG_SIP added for whole messages; 0: warnings with on_log, else no log is kept.
    pub log_level: u32,
    /// Milliseconds that each ring of microsip_pcm_write and microsip_pcm_read holds; 0: 200.
    pub pcm_ms: u32,
    /// sizeof(microsip_event) that on_event was compiled with; 0: this library's.
    pub event_size: u32,
    /// A set of MICROSIP_UDP and MICROSIP_TCP; 0: both, where the library has MICROSIP_HAS_STREAM. Both are at one port.
    pub transports: u32,
    /// "ADDR:PORT" or "[ADDR]:PORT" for SIP; NULL: every address of the host, port 5060 or, where that is taken, any.
    pub bind: *const c_char,
    /// User-Agent; NULL: the library's; "": none.
    pub user_agent: *const c_char,
    /// Microphone as in microsip_device_set().
    pub input: *const c_char,
    /// Loudspeaker as in microsip_device_set().
    pub output: *const c_char,
    /// NULL: events are fetched with microsip_event_next.
    pub on_event: microsip_event_fn,
    /// Passed to on_event.
    pub event_user: *mut c_void,
    /// NULL: the log is fetched with microsip_log_next.
    pub on_log: microsip_log_fn,
    /// Passed to on_log.
    pub log_user: *mut c_void,
    /// Differentiated services code point of SIP, 1 to 63; 0: 24 (CS3), MICROSIP_NONE: none. Windows may ignore it.
    pub sip_dscp: u32,
    /// The same of RTP and RTCP; 0: 46 (EF), MICROSIP_NONE: none.
    pub media_dscp: u32,
    /// With MICROSIP_ALLOW_DIRECT: calls that are left to the callers of accounts; 0: a quarter of max_calls;
    /// MICROSIP_NONE: none.
    pub direct_reserve: u32,
    /// With MICROSIP_ALLOW_DIRECT: unanswered calls from one host (of IPv6: one /64) at once, those that its REFERs begin
    /// among them; 0: half of max_calls; MICROSIP_NONE: any number.
    pub direct_per_source: u32,
    /// Seconds after which a far end that sends neither RTP nor RTCP is given up, in a call that is up and not
    /// held; 0: 60; MICROSIP_NONE: never. At most 65535.
    pub media_timeout: u32,
    /// The action then: MICROSIP_LOST_END or MICROSIP_LOST_TELL; 0: MICROSIP_LOST_END. Not beside a media_timeout of
    /// MICROSIP_NONE.
    pub media_lost: u32,
    /// Conferences at once; 0: 2; MICROSIP_NONE: none. All calls may be in one.
    pub max_conferences: u32,
    /// Switch: far ends are told that this phone is a conference's focus (`isfocus` in the Contact, RFC 4579); 0: off.
    pub focus: u32,
    /// The codecs that calls offer and answer with, in order, the most wanted first: "G722, PCMA, PCMU, L16/16000". Those
    /// that are not named are off. Names are PCMU, PCMA, with MICROSIP_HAS_G722 G722, with MICROSIP_HAS_L16 L16/8000,
    /// L16/16000, L16/44100 and L16/48000. Wideband is of use where `rate` is 16000 or 48000. Needs
    /// MICROSIP_HAS_CODECS. NULL: PCMU, PCMA.
    pub codecs: *const c_char,
    /// Values of microsip_call_quality_get for each call, 2 bytes each; 0: 600, MICROSIP_NONE: none. At most 65534.
    pub quality_seconds: u32,
    /// 0.
    pub reserved: u32,
    /// The rules for incoming calls; NULL: none.
    pub rules: *const microsip_rules,
    /// MICROSIP_RELIABLE_*, for all calls; 0: MICROSIP_RELIABLE_SUPPORTED, where the library has MICROSIP_HAS_RELIABLE.
    pub reliable: u32,
    /// MICROSIP_POLICY_*, for an INVITE with Replaces, which is to take the place of a call; 0: MICROSIP_POLICY_FOLLOW in an
    /// account's calls, where it comes by the account's own server, and MICROSIP_POLICY_REFUSE in direct calls, of which
    /// whoever knows a call's names could take it. With MICROSIP_HAS_REFER.
    pub replaces: u32,
    /// A switch, default off: answers have the codecs in our order, not in the caller's (RFC 3264 6.1), so that ours
    /// decides which one is used. With MICROSIP_HAS_CODECS, as the next one.
    pub own_order: u32,
    /// A switch, default off: a call has one codec. Our answers name one; where the far end's answer names several, the
    /// next offer follows at once and names the first of them (RFC 3264 10.2), and later ones name it too.
    pub single_codec: u32,
    /// MICROSIP_DTMF_*, the method of digits of all calls; 0: MICROSIP_DTMF_AUTO. With MICROSIP_HAS_INFO, as dtmf_ms,
    /// dtmf_gap_ms and dtmf_level_db.
    pub dtmf: u32,
    /// The length of a digit that is sent, in milliseconds, 40 to 20000, in steps of 10; 0: 160. INFO names it
    /// (Duration).
    pub dtmf_ms: u32,
    /// MICROSIP_TIMER_*, session timers (RFC 4028) of all calls; 0: MICROSIP_TIMER_SUPPORTED. With MICROSIP_HAS_TIMERS, as
    /// the next three.
    pub session_timer: u32,
    /// Seconds for which a session lasts without a refresh (Session-Expires), at least 90; 0: 1800.
    pub session_expires: u32,
    /// The shortest such time that is taken of others (Min-SE), at least 90; 0: 90.
    pub min_se: u32,
    /// MICROSIP_REFRESHER_*, the side that refreshes; 0: MICROSIP_REFRESHER_EITHER.
    pub session_refresher: u32,
    /// Ring device as in microsip_device_set().
    pub ring: *const c_char,
    /// The silence behind a digit that is sent, in milliseconds, 40 to 2500, in steps of 10; 0: 50. Before an event it is
    /// up to a packet longer, for an event begins with a packet.
    pub dtmf_gap_ms: u32,
    /// The power of a digit that is sent, in dB below 0 dBm0: 1 to 63; MICROSIP_NONE: 0 dBm0; 0: 10. It is the volume of
    /// events (RFC 4733 2.3.4), and that of each of the two frequencies of a tone, which have no room for more than 3 dB
    /// below. INFO has none.
    pub dtmf_level_db: u32,
    /// Messages, both ways, at once; 0: 16; MICROSIP_NONE: none. At most 20000. max_message bytes each.
    pub max_messages: u32,
    /// MICROSIP_MESSAGES_*, for messages that come; 0: MICROSIP_MESSAGES_ASK.
    pub messages: u32,
    /// Subscriptions at once; 0: 16; MICROSIP_NONE: none. At most 20000.
    pub max_subscriptions: u32,
    /// MICROSIP_POLICY_*, for a REFER, which wants us to call another party; 0: MICROSIP_POLICY_ASK in an account's calls and
    /// by its own server, and MICROSIP_POLICY_REFUSE in direct calls. Each takes one of max_messages. With
    /// MICROSIP_HAS_REFER.
    pub refer: u32,
    /// Messages that those which come leave to ours; with MICROSIP_ALLOW_DIRECT and an account, direct ones leave as many
    /// again to the callers of accounts. 0: a quarter of max_messages; MICROSIP_NONE: none. One beyond gets 480, as where
    /// none is left: `refused_full` of microsip_counters counts it, and the log names its sender.
    pub messages_reserve: u32,
    /// With MICROSIP_ALLOW_DIRECT: messages and REFERs from one host (of IPv6: one /64) at once, until each is answered and
    /// its event was fetched, or is released; 0: half of max_messages; MICROSIP_NONE: any number. One beyond gets 480.
    pub messages_per_source: u32,
    /// The packages of INFO (RFC 6086) that calls take, "foo, bar", at most 128 bytes: each call says so (Recv-Info), and an INFO
    /// of one of these comes as a message of its call (MICROSIP_EV_MESSAGE, `info` of microsip_message_info,
    /// MICROSIP_TXT_PACKAGE), to be answered as one, or accepted at once with MICROSIP_MESSAGES_STORE. "*" among them: an INFO
    /// without a package, too, whatever its body; digits stay digits. Without messages (max_messages) any name is
    /// MICROSIP_E_UNSUPPORTED. "": none, which is said as well, so that the far end says which it takes, and `package` of
    /// microsip_message can be sent. NULL: nothing is said of packages. With MICROSIP_HAS_INFO and MICROSIP_HAS_MESSAGE.
    pub info_packages: *const c_char,
    /// NULL.
    pub reserved_packages: *const c_char,
    /// Those who watch us (RFC 6665) at once; 0: 16; MICROSIP_NONE: none. At most 20000. One beyond gets 503, as one that comes
    /// from whom half of them have.
    pub max_watchers: u32,
    /// MICROSIP_POLICY_*, for those who would watch our calls (RFC 4235), an account's presence (RFC 3856) or a mailbox that we
    /// are (RFC 3842): MICROSIP_POLICY_FOLLOW lets them in at once, MICROSIP_POLICY_ASK has microsip_watcher_answer decide; 0:
    /// MICROSIP_POLICY_REFUSE (403). They come by an account's own server, from a host that it trusts, or with
    /// MICROSIP_ALLOW_DIRECT from anywhere, and then watch direct calls alone. With MICROSIP_HAS_NOTIFY, as the next one.
    pub watchers: u32,
    /// A switch, default on: who watches our calls is told who talks to whom, with the value for Replaces by which a call may be
    /// taken over. Off: no more than that there is a call, its direction and its state.
    pub watcher_details: u32,
    /// MICROSIP_NOTICES_*, notices of messages that leave by themselves; 0: MICROSIP_NOTICES_NEVER. With MICROSIP_HAS_IMDN.
    pub notices: u32,
}

/// The phone, in numbers.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_info {
    /// sizeof(microsip_info).
    pub size: u32,
    /// Calls that there are, ended ones that were not released among them.
    pub calls: u32,
    /// Accounts that there are.
    pub accounts: u32,
    /// The number of further calls that can begin. On a host the process's limit on descriptors counts too (a call
    /// takes two; the library raises no limits); a call beyond it ends with MICROSIP_E_PORT_IN_USE.
    pub calls_possible: u32,
    /// 1: calls have sound. An engine's microsip_engine_audio() is then due every 10 ms; else the codec may be off.
    pub audio_wanted: u32,
    /// 1: all calls send silence.
    pub muted: u32,
    /// Volume of our sound, in percent, for calls to come.
    pub volume_in: u32,
    /// Volume of the peers' sound, in percent, for calls to come.
    pub volume_out: u32,
    /// As microsip_features().
    pub features: u32,
    /// Of calls: those that have ended and were not released.
    pub ended: u32,
    /// 1: the ring device is to ring. An engine's microsip_engine_audio() of MICROSIP_RING is then due every 10 ms.
    pub ring_wanted: u32,
    /// Volume of the ring, in percent.
    pub volume_ring: u32,
}

/// Error and overload counters; they saturate.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_counters {
    /// sizeof(microsip_counters).
    pub size: u32,
    /// Datagrams that were no SIP, or SIP to which no response is possible.
    pub malformed: u32,
    /// Requests of strangers.
    pub strangers: u32,
    /// Responses that belong to no request of ours.
    pub unmatched: u32,
    /// Requests refused, messages and REFERs among them, and responses of a forked call's branches that were not followed,
    /// because a pool was full or its sender had as much of it as it may.
    pub refused_full: u32,
    /// Ended calls that gave way to new ones before they were released.
    pub evicted_ended: u32,
    /// Challenges that got no credentials.
    pub refused_challenges: u32,
    /// Media packets for ports that are not open.
    pub stray_media: u32,
    /// Messages that did not fit their buffer.
    pub oversize: u32,
    /// Events that gave way because they were not fetched.
    pub lost_events: u32,
}

/// A line of the log, or a SIP message as it was sent or received.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_log {
    /// sizeof(microsip_log).
    pub size: u32,
    /// MICROSIP_LOG_*.
    pub level: u32,
    /// The account or call that it is about, or 0.
    pub object: microsip_id,
    /// Its time: microseconds since the phone's creation; in the engine family by now_us.
    pub time_us: u64,
    /// Bytes of the text, without its NUL.
    pub len: u32,
    /// So many before this one are missing: they gave way, or were like others of the same second.
    pub missing: u32,
    /// Of a SIP message: 1 sent, 0 received.
    pub sent: u32,
    /// 0.
    pub reserved: u32,
    /// Of a SIP message: the far end.
    pub peer: microsip_addr,
}

sized!(
    microsip_config up to bind,
    microsip_info up to audio_wanted,
    microsip_counters up to refused_full,
    microsip_log up to missing,
);
