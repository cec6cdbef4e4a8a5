//! The structs and numbers of the header. Flat, sized, without padding, the same on every target.
//!
//! In-structs: `MICROSIP_ZERO` them, set what you need; 0 and NULL are defaults, "" is empty on purpose. Out-structs:
//! set `size`.
#![allow(non_camel_case_types)]

use super::pointer::sized;
use core::ffi::{c_char, c_void};

/// The ABI version that this header describes: the first argument of `microsip_create` and `microsip_engine_init`. 0:
/// may still change.
pub const MICROSIP_ABI_VERSION: u32 = 0;
/// A wait in milliseconds without end.
pub const MICROSIP_FOREVER: u32 = 0xffff_ffff;
/// An explicit nothing, where 0 would be the default.
pub const MICROSIP_NONE: u32 = 0xffff_ffff;

/// Names a phone, an account or a call: kind, generation and slot in a number below 2^53. 0 is none.
pub type microsip_id = u64;

/// What MICROSIP_KIND() says of a phone's id.
pub const MICROSIP_KIND_PHONE: u32 = 1;
/// What MICROSIP_KIND() says of an account's id.
pub const MICROSIP_KIND_ACCOUNT: u32 = 2;
/// What MICROSIP_KIND() says of a call's id.
pub const MICROSIP_KIND_CALL: u32 = 3;
/// The person at this phone: microphone and loudspeaker, and what holds for all calls.
pub const MICROSIP_SELF: microsip_id = 1;

/// microsip_features(): the host family, with its threads and sockets.
pub const MICROSIP_HAS_HOST: u32 = 1;
/// microsip_features(): sound devices.
pub const MICROSIP_HAS_DEVICES: u32 = 4096;

/// Which address: IPv4.
pub const MICROSIP_ADDRESS_V4: u32 = 4;
/// Which address: IPv6.
pub const MICROSIP_ADDRESS_V6: u32 = 6;

/// How to play: instead of what plays.
pub const MICROSIP_PLAY_NOW: u32 = 0;
/// How to play: not at all; only tell whether it could be played. A pipe is left alone, for it can be read only once.
pub const MICROSIP_PLAY_CHECK: u32 = 2;

/// An IP address and a port. Frozen: it has no size member.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct microsip_addr {
    /// 0 none, 4 or 6.
    pub family: u16,
    /// In the host's byte order.
    pub port: u16,
    /// IPv6 scope; 0 without.
    pub scope: u32,
    /// The address in network order; IPv4 in the first four bytes.
    pub ip: [u8; 16],
}

/// microsip_config.flags: audio devices are the null device, which has a real clock.
pub const MICROSIP_NULL_AUDIO: u32 = 1;
/// microsip_config.flags: no socket is opened.
pub const MICROSIP_NO_NETWORK: u32 = 2;
/// microsip_config.flags and microsip_engine_config.flags: calls from anybody are let in, without an account.
pub const MICROSIP_ALLOW_DIRECT: u32 = 4;

/// Call states: outgoing, nothing heard of the far end.
pub const MICROSIP_CALLING: u32 = 1;
/// Call states: incoming, not answered.
pub const MICROSIP_INCOMING: u32 = 2;
/// Call states: progress.
pub const MICROSIP_EARLY: u32 = 3;
/// Call states: answered.
pub const MICROSIP_CONNECTED: u32 = 4;
/// Call states: over.
pub const MICROSIP_ENDED: u32 = 5;

/// Who ended a call: the application.
pub const MICROSIP_BY_APPLICATION: u32 = 1;
/// Who ended a call: the far end, or a proxy on the way to it.
pub const MICROSIP_BY_REMOTE: u32 = 2;
/// Who ended a call: a rule for incoming calls.
pub const MICROSIP_BY_RULE: u32 = 3;
/// Who ended a call: a timer, a limit or a failure.
pub const MICROSIP_BY_LIBRARY: u32 = 4;

/// Why a call ended: hung up after an answer.
pub const MICROSIP_CAUSE_NORMAL: u32 = 1;
/// Why a call ended: 486, 600.
pub const MICROSIP_CAUSE_BUSY: u32 = 2;
/// Why a call ended: 603, 403 and other refusals by a person or a policy.
pub const MICROSIP_CAUSE_DECLINED: u32 = 3;
/// Why a call ended: 408, 480, or the time of ringing was over.
pub const MICROSIP_CAUSE_NO_ANSWER: u32 = 4;
/// Why a call ended: given up before an answer. By MICROSIP_BY_REMOTE, it is a missed call.
pub const MICROSIP_CAUSE_CANCELLED: u32 = 5;
/// Why a call ended: answered at another phone (RFC 3326).
pub const MICROSIP_CAUSE_ELSEWHERE: u32 = 6;
/// Why a call ended: by a 3xx that was sent, or not followed.
pub const MICROSIP_CAUSE_REDIRECTED: u32 = 7;
/// Why a call ended: by a transfer.
pub const MICROSIP_CAUSE_TRANSFERRED: u32 = 8;
/// Why a call ended: another call took its place (RFC 3891).
pub const MICROSIP_CAUSE_REPLACED: u32 = 9;
/// Why a call ended: 404, 410, 484, 604.
pub const MICROSIP_CAUSE_NOT_FOUND: u32 = 10;
/// Why a call ended: no common codec, or an SDP that cannot be used.
pub const MICROSIP_CAUSE_MEDIA: u32 = 11;
/// Why a call ended: no media came for too long.
pub const MICROSIP_CAUSE_MEDIA_LOST: u32 = 12;
/// Why a call ended: the session timer, or a limit of duration.
pub const MICROSIP_CAUSE_EXPIRED: u32 = 13;
/// Why a call ended: unreachable, an unknown name, no response.
pub const MICROSIP_CAUSE_NETWORK: u32 = 14;
/// Why a call ended: credentials.
pub const MICROSIP_CAUSE_AUTH: u32 = 15;
/// Why a call ended: 5xx, or an error of the protocol.
pub const MICROSIP_CAUSE_SERVER: u32 = 16;
/// Why a call ended: a limit of this phone.
pub const MICROSIP_CAUSE_FULL: u32 = 17;
/// Why a call ended: the phone was shut down.
pub const MICROSIP_CAUSE_SHUTDOWN: u32 = 18;

/// Account states: not registered, and not trying.
pub const MICROSIP_UNREGISTERED: u32 = 1;
/// Account states: a REGISTER is under way.
pub const MICROSIP_REGISTERING: u32 = 2;
/// Account states: registered until its refresh.
pub const MICROSIP_REGISTERED: u32 = 3;
/// Account states: the last try failed; another follows where that can help.
pub const MICROSIP_REG_FAILED: u32 = 4;

/// A call changed its state. Unknown event types are to be ignored.
pub const MICROSIP_EV_CALL: u32 = 1;
/// An account changed its state.
pub const MICROSIP_EV_ACCOUNT: u32 = 2;
/// A digit was received; value is its ASCII code.
pub const MICROSIP_EV_DIGIT: u32 = 3;
/// Command op ended: result, sip_code. Exactly once for a command with a token other than 0 that returned MICROSIP_OK;
/// without one only a failure is told.
pub const MICROSIP_EV_DONE: u32 = 4;
/// An audio device was opened (result 0) or failed; value is MICROSIP_DEV_*. Calls go on with the null device.
pub const MICROSIP_EV_DEVICE: u32 = 7;
/// The machine's addresses changed; value is how many the phone has now, loopback's among them. MICROSIP_E_UNREACHABLE:
/// none but loopback's.
pub const MICROSIP_EV_NETWORK: u32 = 8;
/// value events that nobody fetched, or ended calls that nobody released, gave way to new ones; read states anew.
pub const MICROSIP_EV_LOST: u32 = 9;
/// microsip_shutdown has done its work: the last event of this phone. MICROSIP_E_TIMEOUT: the grace was over first.
pub const MICROSIP_EV_CLOSED: u32 = 10;
/// The library met a fault of its own: the last event of this phone.
pub const MICROSIP_EV_POISONED: u32 = 11;
/// A call's media changed; value is a set of MICROSIP_MEDIA_*. With a result that is no MICROSIP_OK nothing changed:
/// after a change of network the call was offered to go on from where we are now, and that came to nothing.
/// MICROSIP_E_MEDIA_LOST: the far end sends nothing any more (see MICROSIP_LOST_TELL); MICROSIP_OK follows when it does
/// again.
pub const MICROSIP_EV_MEDIA: u32 = 12;
/// A challenge was not answered, or its answer was refused: result says why (MICROSIP_E_AUTH, MICROSIP_E_NO_PASSWORD,
/// MICROSIP_E_REALM, MICROSIP_E_SCHEME, MICROSIP_E_CHALLENGE), MICROSIP_TXT_REALM whose realm it was.
pub const MICROSIP_EV_CHALLENGE: u32 = 13;

/// Commands in op of MICROSIP_EV_DONE: the sound has been played to its end; MICROSIP_E_FILE: it could not be read to
/// its end. MICROSIP_E_CANCELLED: it was stopped, replaced, or its call ended first.
pub const MICROSIP_OP_PLAY: u32 = 1;
/// Commands in op of MICROSIP_EV_DONE: the recording is complete; MICROSIP_E_FILE: it could not be written on.
pub const MICROSIP_OP_RECORD: u32 = 2;
/// Commands in op of MICROSIP_EV_DONE: the digits are out; or (MICROSIP_E_STATE) cannot be sent any more since the call
/// ended or was put on hold.
pub const MICROSIP_OP_DIGITS: u32 = 3;
/// Commands in op of MICROSIP_EV_DONE: the account is registered, or the first try failed.
pub const MICROSIP_OP_REGISTER: u32 = 7;
/// Commands in op of MICROSIP_EV_DONE: the registration is gone.
pub const MICROSIP_OP_UNREGISTER: u32 = 8;

/// A far end that sends nothing any more: its call is ended with MICROSIP_E_MEDIA_LOST.
pub const MICROSIP_LOST_END: u32 = 1;
/// A far end that sends nothing any more: MICROSIP_EV_MEDIA tells it by MICROSIP_E_MEDIA_LOST, and when something comes
/// again.
pub const MICROSIP_LOST_TELL: u32 = 2;

/// We may send.
pub const MICROSIP_MEDIA_SENDING: u32 = 1;
/// The far end may send.
pub const MICROSIP_MEDIA_RECEIVING: u32 = 2;
/// The far end put us on hold.
pub const MICROSIP_MEDIA_HELD: u32 = 4;

/// What the peer hears: the microphone.
pub const MICROSIP_SRC_DEVICE: u32 = 0;
/// What the peer hears: the application's PCM.
pub const MICROSIP_SRC_PCM: u32 = 1;
/// What the peer hears: itself.
pub const MICROSIP_SRC_ECHO: u32 = 2;
/// What the peer hears: nothing.
pub const MICROSIP_SRC_SILENCE: u32 = 3;

/// Texts of a call: the far end's URI.
pub const MICROSIP_TXT_REMOTE_URI: u32 = 1;
/// Texts of a call: the far end's display name.
pub const MICROSIP_TXT_REMOTE_NAME: u32 = 2;
/// Texts of a call or an account: our URI.
pub const MICROSIP_TXT_LOCAL_URI: u32 = 3;
/// Texts of a call: the last status's reason phrase, or the text of a Reason header. Of an account: the reason phrase
/// of the response to its last REGISTER.
pub const MICROSIP_TXT_REASON: u32 = 4;
/// Texts of a call: Call-ID.
pub const MICROSIP_TXT_CALL_ID: u32 = 5;
/// Texts of a call: its codec, as PCMU/8000.
pub const MICROSIP_TXT_CODEC: u32 = 6;
/// Texts of a call: the far end's User-Agent or Server.
pub const MICROSIP_TXT_USER_AGENT: u32 = 7;

/// Texts of an account: the realm of the last refused challenge.
pub const MICROSIP_TXT_REALM: u32 = 17;
/// Texts of MICROSIP_SELF: the id of a device of the last microsip_device_scan(), for microsip_device_set(). index:
/// MICROSIP_DEV_* << 16 | n, n from 0.
pub const MICROSIP_TXT_DEVICE_ID: u32 = 26;
/// Texts of MICROSIP_SELF: the name of such a device, for people.
pub const MICROSIP_TXT_DEVICE_NAME: u32 = 27;

/// Which message of a call: the first that came.
pub const MICROSIP_FIRST: u32 = 1;
/// Which message of a call: the last that came.
pub const MICROSIP_LAST: u32 = 2;

/// The microphone's side.
pub const MICROSIP_DEV_INPUT: u32 = 1;
/// The loudspeaker's side.
pub const MICROSIP_DEV_OUTPUT: u32 = 2;
/// Added to one of them for microsip_device_scan: what is no device of its own, too.
pub const MICROSIP_DEV_ALL: u32 = 256;

/// Recordings: both sides mixed, one channel.
pub const MICROSIP_SIDES_MIXED: u32 = 0;
/// Recordings: what we say left, what we hear right.
pub const MICROSIP_SIDES_STEREO: u32 = 1;
/// Recordings: what we say.
pub const MICROSIP_SIDES_SAID: u32 = 2;
/// Recordings: what we hear.
pub const MICROSIP_SIDES_HEARD: u32 = 3;

/// Log levels: errors.
pub const MICROSIP_LOG_ERROR: u32 = 1;
/// Log levels: warnings too.
pub const MICROSIP_LOG_WARNING: u32 = 2;
/// Log levels: what happens, too.
pub const MICROSIP_LOG_INFO: u32 = 3;
/// Log levels: how it comes about, too: look-ups, refreshes.
pub const MICROSIP_LOG_DEBUG: u32 = 4;

/// Something happened. 96 bytes on every target; all of it is numbers.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_event {
    /// sizeof(microsip_event).
    pub size: u32,
    /// MICROSIP_EV_*.
    pub r#type: u32,
    /// The phone; 0 in the engine family.
    pub phone: microsip_id,
    /// What it is about; MICROSIP_KIND() tells its kind. 0: the phone.
    pub object: microsip_id,
    /// What that belongs to: a call's account. 0: nothing.
    pub owner: microsip_id,
    /// A second object, where the type says so; else 0.
    pub other: microsip_id,
    /// The application's own number for object, else for owner.
    pub tag: u64,
    /// The command's, in MICROSIP_EV_DONE; else 0.
    pub token: u64,
    /// When it happened: microseconds since the phone's creation; in the engine family by now_us.
    pub time_us: u64,
    /// The object's state.
    pub state: u32,
    /// A bit, 1 << state, for each state reached since the object's last event of this type.
    pub reached: u32,
    /// The SIP status that came with it, or 0.
    pub sip_code: u32,
    /// How it ended.
    pub result: i32,
    /// MICROSIP_CAUSE_*, with the end of a call.
    pub cause: u32,
    /// MICROSIP_BY_*, with the end of a call.
    pub ended_by: u32,
    /// Where the type says so: a digit, a device, a number, or bits.
    pub value: u32,
    /// MICROSIP_OP_*, with MICROSIP_EV_DONE.
    pub op: u32,
}

/// Takes events, on a thread of the library's own, one at a time. Everything but microsip_destroy may be called inside.
/// An ended call can be read in it and after it, until microsip_id_release, or until its slot is needed.
pub type microsip_event_fn = Option<unsafe extern "C" fn(user: *mut c_void, ev: *const microsip_event)>;
/// Takes log lines.
pub type microsip_log_fn = Option<unsafe extern "C" fn(user: *mut c_void, level: u32, line: *const c_char)>;
/// Takes SIP messages as they were sent or received, credentials blotted out.
pub type microsip_trace_fn =
    Option<unsafe extern "C" fn(user: *mut c_void, sent: u32, peer: *const microsip_addr, msg: *const u8, len: u32)>;

/// How to make a phone.
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
    /// MICROSIP_LOG_*; 0: warnings.
    pub log_level: u32,
    /// Milliseconds that each ring of microsip_pcm_write and microsip_pcm_read holds; 0: 200.
    pub pcm_ms: u32,
    /// sizeof(microsip_event) that on_event was compiled with; 0: this library's.
    pub event_size: u32,
    /// 0.
    pub reserved: u32,
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
    /// NULL: no log.
    pub on_log: microsip_log_fn,
    /// Passed to on_log.
    pub log_user: *mut c_void,
    /// NULL: no trace.
    pub on_trace: microsip_trace_fn,
    /// Passed to on_trace.
    pub trace_user: *mut c_void,
    /// Differentiated services code point of SIP, 1 to 63; 0: 24 (CS3), MICROSIP_NONE: none. Windows may ignore it.
    pub sip_dscp: u32,
    /// The same of RTP and RTCP; 0: 46 (EF), MICROSIP_NONE: none.
    pub media_dscp: u32,
    /// With MICROSIP_ALLOW_DIRECT: calls that are left to the callers of accounts; 0: a quarter of max_calls;
    /// MICROSIP_NONE: none.
    pub direct_reserve: u32,
    /// With MICROSIP_ALLOW_DIRECT: unanswered calls from one host (of IPv6: one /64) at once; 0: half of max_calls;
    /// MICROSIP_NONE: any number.
    pub direct_per_source: u32,
    /// Seconds after which a far end that sends neither RTP nor RTCP is given up, in a call that is up and held by
    /// nobody; 0: 60; MICROSIP_NONE: never. At most 65535.
    pub media_timeout: u32,
    /// What is done then: MICROSIP_LOST_END or MICROSIP_LOST_TELL; 0: MICROSIP_LOST_END.
    pub media_lost: u32,
}

/// An account. Texts are copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_account {
    /// sizeof(microsip_account).
    pub size: u32,
    /// Wished lifetime of a registration in seconds; 0: 300.
    pub expires: u32,
    /// Not 0: do not register.
    pub no_register: u32,
    /// Seconds between keepalives; 0: 15; UINT32_MAX: none.
    pub keepalive: u32,
    /// The application's own number.
    pub tag: u64,
    /// Address of record, sip:user@domain.
    pub uri: *const c_char,
    /// sip:host[:port]; NULL: the domain of uri.
    pub registrar: *const c_char,
    /// Outbound proxy, sip:host[:port]; NULL: none.
    pub proxy: *const c_char,
    /// For digest; NULL: the user part of uri.
    pub username: *const c_char,
    /// For digest.
    pub password: *const c_char,
    /// Shown to others.
    pub display_name: *const c_char,
    /// The realms whose challenges are answered, comma separated, and no others; NULL: the domain's, and what the
    /// registrar asks with (no_register: what the first call is asked with).
    pub realms: *const c_char,
    /// User part of our Contact; NULL: that of uri, as most registrars want it. "*": random digits in REGISTER's, for
    /// registrars that drop the parameter mkey, by which calls that come by way of the registrar are told from
    /// strangers'.
    pub contact_user: *const c_char,
    /// Not 0: media is taken from any host, after half a second in which nobody vouched for speaks. For peers behind a
    /// NAT that neither their address in SDP nor the signalling shows; whoever knows our port can then take a silent
    /// peer's place.
    pub media_any_host: u32,
    /// Seconds after which a far end that sends neither RTP nor RTCP is given up, in a call that is up and held by
    /// nobody; 0: the phone's; MICROSIP_NONE: never. At most 65535.
    pub media_timeout: u32,
    /// What is done then: MICROSIP_LOST_END or MICROSIP_LOST_TELL; 0: the phone's.
    pub media_lost: u32,
    /// 0.
    pub reserved2: u32,
    /// Hosts and networks whose calls are this account's too: "10.0.0.0/8, sbc.example, 2001:db8::/32", 16 at most;
    /// NULL: none. Names are followed (of each phone's 16, of each engine's 4 addresses); credentials do not go there.
    pub trusted: *const c_char,
    /// NULL.
    pub reserved_text: *const c_char,
}

/// How to dial, answer, reject or hang up. Members that do not apply must be 0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_options {
    /// sizeof(microsip_options).
    pub size: u32,
    /// dial, answer: MICROSIP_SRC_*, what the far end hears.
    pub source: u32,
    /// dial, answer: the application's own number; 0: as it is.
    pub tag: u64,
    /// dial: shown to the far end; NULL: the account's.
    pub display_name: *const c_char,
    /// dial: extra header lines, "Name: value\r\n" each; NULL: none.
    pub headers: *const c_char,
}

/// What to play. It is mixed with the call's source, which goes on.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_sound {
    /// sizeof(microsip_sound).
    pub size: u32,
    /// How often; 0: once; MICROSIP_FOREVER: until it is stopped.
    pub loops: u32,
    /// MICROSIP_PLAY_*.
    pub mode: u32,
    /// 0.
    pub reserved: u32,
    /// A WAV file: 8 to 32 bits, float or G.711, any rate, any channels.
    pub path: *const c_char,
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
    /// How many more calls can begin. On a host the process's limit on descriptors counts too (a call takes two; the
    /// library raises no limits); a call beyond it ends with MICROSIP_E_PORT_IN_USE.
    pub calls_possible: u32,
    /// 1: calls have sound. An engine's microsip_engine_audio() is then due every 10 ms; else the codec may be off.
    pub audio_wanted: u32,
    /// 1: what all calls send is silenced.
    pub muted: u32,
    /// Volume of what we send, in percent, for calls to come.
    pub volume_in: u32,
    /// Volume of what we hear, in percent, for calls to come.
    pub volume_out: u32,
    /// As microsip_features().
    pub features: u32,
    /// Of calls: those that have ended and were not released.
    pub ended: u32,
}

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
    /// When it began.
    pub started_us: u64,
    /// When it first made progress (18x).
    pub ringing_us: u64,
    /// When it was answered.
    pub connected_us: u64,
    /// When it ended.
    pub ended_us: u64,
    /// 1: it came in.
    pub incoming: u32,
    /// The last SIP status.
    pub sip_code: u32,
    /// How it ended.
    pub result: i32,
    /// MICROSIP_SRC_*.
    pub source: u32,
    /// 1: the microphone is off.
    pub muted: u32,
    /// A set of MICROSIP_MEDIA_*; 0: no media runs.
    pub media: u32,
    /// Volume of what we send, in percent.
    pub volume_in: u32,
    /// Volume of what we hear, in percent.
    pub volume_out: u32,
    /// MICROSIP_CAUSE_*, once it has ended.
    pub cause: u32,
    /// MICROSIP_BY_*, once it has ended.
    pub ended_by: u32,
}

/// How a call's media does.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_call_stats {
    /// sizeof(microsip_call_stats).
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
    /// Peak of the last 100 ms that we said, 0 to 32767.
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
    /// What the peer lost lately, in 256ths.
    pub remote_fraction_lost: u32,
    /// Sound waiting in the jitter ring, in milliseconds.
    pub ring_ms: u32,
    /// Packets from addresses that are not the peer's.
    pub strangers: u32,
    /// Bytes that were no RTP or RTCP.
    pub malformed: u32,
}

/// An account, in numbers.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_account_info {
    /// sizeof(microsip_account_info).
    pub size: u32,
    /// Account state.
    pub state: u32,
    /// Its id.
    pub account: microsip_id,
    /// The application's own number.
    pub tag: u64,
    /// When its registration runs out; UINT64_MAX: there is none.
    pub expires_us: u64,
    /// The last SIP status.
    pub sip_code: u32,
    /// Why it failed.
    pub result: i32,
}

/// What the network did to us, and what gave way. They stay at their top.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_counters {
    /// sizeof(microsip_counters).
    pub size: u32,
    /// Datagrams that were no SIP, or SIP that nobody can answer.
    pub malformed: u32,
    /// Requests of strangers.
    pub strangers: u32,
    /// Answers that belong to no request of ours.
    pub unmatched: u32,
    /// Requests refused because a pool was full.
    pub refused_full: u32,
    /// Ended calls that gave way to new ones before they were released.
    pub evicted_ended: u32,
    /// Challenges that were not answered.
    pub refused_challenges: u32,
    /// Media packets for ports that are not open.
    pub stray_media: u32,
    /// Messages that did not fit their buffer.
    pub oversize: u32,
    /// 0.
    pub reserved: u32,
}

sized!(
    microsip_event up to op,
    microsip_config up to bind,
    microsip_account up to password,
    microsip_options up to tag,
    microsip_sound up to path,
    microsip_info up to audio_wanted,
    microsip_call_info up to ended_us,
    microsip_call_stats up to reordered,
    microsip_account_info up to expires_us,
    microsip_counters up to refused_full,
);
