//! The engine family.

use super::common::{microsip_addr, microsip_id};
use crate::abi::pointer::sized;
use core::ffi::c_char;

/// A name is to be resolved: name, port (0: none was given). Reply with addresses, or MICROSIP_E_NAME.
pub const MICROSIP_ASK_RESOLVE: u32 = 1;
/// The local addresses and ports of SIP are asked for. Reply with one of each family that there is.
pub const MICROSIP_ASK_LOCAL: u32 = 2;
/// port (RTP) and port + 1 (RTCP) are to be opened at addr. Reply with result 0, or MICROSIP_E_PORT_IN_USE.
pub const MICROSIP_ASK_OPEN_MEDIA: u32 = 3;
/// port and port + 1 may be closed. A reply is ignored.
pub const MICROSIP_ASK_CLOSE_MEDIA: u32 = 4;
/// A stream to addr is to be opened; transport is MICROSIP_TCP. Not microsip_engine_reply but microsip_engine_flow
/// answers it. One that is open to the same far end already may be told again.
pub const MICROSIP_ASK_CONNECT: u32 = 7;
/// flow has failed, and is not used any more: close it. Nothing is to be told.
pub const MICROSIP_ASK_DISCONNECT: u32 = 8;
/// Sound of target is wanted from now on. A reply is ignored.
pub const MICROSIP_ASK_AUDIO_ON: u32 = 5;
/// No sound of target is wanted any more. A reply is ignored.
pub const MICROSIP_ASK_AUDIO_OFF: u32 = 6;

/// microsip_flow.state: a stream is gone, or could not be opened.
pub const MICROSIP_FLOW_DOWN: u32 = 1;
/// microsip_flow.state: a stream is there.
pub const MICROSIP_FLOW_UP: u32 = 2;
/// microsip_flow.state: there is no room for the bytes that wait to go out: its far end takes too little. Close it; it
/// is gone for the engine as with MICROSIP_FLOW_DOWN.
pub const MICROSIP_FLOW_FULL: u32 = 3;

/// A packet to send: SIP.
pub const MICROSIP_OUT_SIP: u32 = 1;
/// A packet to send: RTP.
pub const MICROSIP_OUT_RTP: u32 = 2;
/// A packet to send: RTCP.
pub const MICROSIP_OUT_RTCP: u32 = 3;

/// The configuration of an engine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_engine_config {
    /// sizeof(microsip_engine_config).
    pub size: u32,
    /// Calls at once; 0: 1.
    pub max_calls: u32,
    /// Accounts; 0: 1.
    pub max_accounts: u32,
    /// Bytes of one SIP message; 0: 1500.
    pub max_message: u32,
    /// Samples a second of PCM: 8000, 16000 or 48000; 0: 8000. In a library without MICROSIP_HAS_RESAMPLE only 8000.
    /// MICROSIP_ENGINE_BYTES is for 8000: microsip_engine_size_get() tells what the others need.
    pub rate: u32,
    /// First media port, even; call n uses this + 2 n and the next; 0: 4000.
    pub rtp_port_min: u32,
    /// MICROSIP_ALLOW_DIRECT; MICROSIP_HEAR_KEYS, which takes about 450 bytes a call beside MICROSIP_ENGINE_BYTES.
    pub flags: u32,
    /// Records for microsip_engine_poll_log, 128 bytes each beside MICROSIP_ENGINE_BYTES; 0: none are made. At most
    /// 4096. The oldest gives way.
    pub log_records: u32,
    /// 32 bytes of true randomness; all zero is refused.
    pub seed: [u8; 32],
    /// Milliseconds since 1970 at init; 0: unknown.
    pub epoch_ms: u64,
    /// User-Agent; NULL: the library's.
    pub user_agent: *const c_char,
    /// The codecs of calls in order, as in microsip_config.codecs; MICROSIP_ENGINE_BYTES is for the usual ones,
    /// PCMU and PCMA. NULL: these.
    pub codecs: *const c_char,
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
    /// Streams at once, 48 bytes each beside MICROSIP_ENGINE_BYTES; 0: none, and SIP goes by datagrams alone. At most
    /// 4096. Needs MICROSIP_HAS_STREAM.
    pub max_flows: u32,
    /// Values of microsip_engine_call_quality_get, 2 bytes each a call beside MICROSIP_ENGINE_BYTES; 0: none are kept.
    /// At most 65534.
    pub quality_seconds: u32,
    /// Conferences at once; 0: none. All calls may be in one. They take memory beside MICROSIP_ENGINE_BYTES:
    /// microsip_engine_size_get() tells how much.
    pub max_conferences: u32,
    /// Switch: far ends are told that this phone is a conference's focus (`isfocus` in the Contact, RFC 4579); 0: off.
    pub focus: u32,
    /// Bytes for the texts of rules, of the engine and of each account, with 128 for the numbers of each, beside
    /// MICROSIP_ENGINE_BYTES; 0: there are no rules. At most 2048.
    pub rule_bytes: u32,
    /// Bytes kept of the header of each message that came for a call, for microsip_engine_header_get and texts that are read
    /// from it (MICROSIP_TXT_ASSERTED_URI, _DIVERSION, _WARNING, _REASON, _CONTACT, _USER_AGENT): of the first, and three
    /// times as many for the later ones; 0: none are kept. Four times so many a call beside MICROSIP_ENGINE_BYTES. At most
    /// 60000. With MICROSIP_HAS_IDENTITY.
    pub kept_bytes: u32,
    /// MICROSIP_RELIABLE_*, for all calls; 0: MICROSIP_RELIABLE_SUPPORTED, where the library has MICROSIP_HAS_RELIABLE.
    pub reliable: u32,
    /// Bytes for `location` of microsip_account and microsip_options, of each account and dialog (one a call and one more),
    /// beside MICROSIP_ENGINE_BYTES; 0: none can be given. At most 4096. With MICROSIP_HAS_IDENTITY.
    pub location_bytes: u32,
    /// A switch: see `own_order` of microsip_config.
    pub own_order: u32,
    /// A switch: see `single_codec` of microsip_config.
    pub single_codec: u32,
    /// See `dtmf` of microsip_config.
    pub dtmf: u32,
    /// See `dtmf_ms` of microsip_config.
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
    /// See `dtmf_gap_ms` of microsip_config.
    pub dtmf_gap_ms: u32,
    /// See `dtmf_level_db` of microsip_config.
    pub dtmf_level_db: u32,
    /// Messages, both ways, at once; 0: none. max_message bytes each and about 600, beside MICROSIP_ENGINE_BYTES:
    /// microsip_engine_size_get() tells how much. At most 4096. With MICROSIP_HAS_MESSAGE, as the next one.
    pub max_messages: u32,
    /// MICROSIP_MESSAGES_*, for messages that come; 0: MICROSIP_MESSAGES_ASK.
    pub messages: u32,
    /// Subscriptions at once; 0: none. They take memory beside MICROSIP_ENGINE_BYTES: microsip_engine_size_get() tells how
    /// much. The first has the dialog that is kept for a branch of a forked call, and up to three ask while calls and
    /// accounts leave a request, so that a lamp takes less than 1 KB. At most 4096. With MICROSIP_HAS_SUBSCRIBE, as the
    /// next one.
    pub max_subscriptions: u32,
    /// Bytes of a subscription's texts, and of the entries that it was told of; and, of all subscriptions, of the last
    /// notification's body and type: microsip_engine_body_get has no longer one. 0: 256. At most 60000. A mailbox takes
    /// 120.
    pub subscription_bytes: u32,
    /// See `messages_reserve` of microsip_config. With MICROSIP_HAS_MESSAGE, as the next one.
    pub messages_reserve: u32,
    /// See `messages_per_source` of microsip_config.
    pub messages_per_source: u32,
    /// See `refer` of microsip_config; each REFER that comes takes one of max_messages.
    pub refer: u32,
    /// See `replaces` of microsip_config.
    pub replaces: u32,
    /// See `info_packages` of microsip_config.
    pub info_packages: *const c_char,
    /// NULL.
    pub reserved_packages: *const c_char,
    /// Those who watch us at once; 0: none. They take memory beside MICROSIP_ENGINE_BYTES: microsip_engine_size_get() tells how
    /// much, of which a dialog is the most. At most 4096. With MICROSIP_HAS_NOTIFY, as the next two.
    pub max_watchers: u32,
    /// See `watchers` of microsip_config.
    pub watchers: u32,
    /// See `watcher_details` of microsip_config.
    pub watcher_details: u32,
    /// See `notices` of microsip_config.
    pub notices: u32,
    /// Accounts whose presence is published at once; 0: none. About 400 bytes each beside MICROSIP_ENGINE_BYTES; a PUBLISH
    /// needs a request and a dialog for a moment. At most 4096. With MICROSIP_HAS_PUBLISH.
    pub max_publications: u32,
    /// Bytes of the note in the presence of each account, beside MICROSIP_ENGINE_BYTES; 0: it can have none. At most 128.
    /// With MICROSIP_HAS_PUBLISH.
    pub presence_note_bytes: u32,
}

/// The addresses of a datagram that came: the far end's and ours.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_origin {
    /// sizeof(microsip_origin).
    pub size: u32,
    /// The driver's number of a stream; 0: UDP.
    pub flow: u32,
    /// Ours; family 0: the one of the remote's family.
    pub local: microsip_addr,
    /// The far end's.
    pub remote: microsip_addr,
}

/// The way of a packet that leaves.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_out {
    /// sizeof(microsip_out).
    pub size: u32,
    /// MICROSIP_OUT_*.
    pub kind: u32,
    /// Bytes in the buffer; with MICROSIP_E_BUFFER the bytes that are needed.
    pub len: u32,
    /// Differentiated services code point that suits it.
    pub dscp: u32,
    /// The driver's number of a stream, on which the bytes go whole and in order; 0: UDP.
    pub flow: u32,
    /// 0.
    pub reserved: u32,
    /// Ours.
    pub local: microsip_addr,
    /// The far end's.
    pub remote: microsip_addr,
}

/// A wish of the engine.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_ask {
    /// sizeof(microsip_ask).
    pub size: u32,
    /// MICROSIP_ASK_*.
    pub kind: u32,
    /// To be put into the reply; 0: none is wanted.
    pub ask: u64,
    /// Of MICROSIP_ASK_DISCONNECT: the driver's number of the stream.
    pub flow: u32,
    /// A port.
    pub port: u32,
    /// A local address; of MICROSIP_ASK_CONNECT the far end's.
    pub addr: microsip_addr,
    /// A name, NUL-terminated.
    pub name: [c_char; 256],
    /// MICROSIP_UDP or MICROSIP_TCP where one was named; 0: as DNS says.
    pub transport: u32,
    /// 0.
    pub reserved: u32,
    /// Of MICROSIP_ASK_AUDIO_ON and _OFF: MICROSIP_SELF, or MICROSIP_RING for the ring device.
    pub target: microsip_id,
}

/// A reply to an ask. Also unasked, with ask 0: result 0 and addresses: these are the local ones now; an error and an
/// address: that far end is unreachable.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_reply {
    /// sizeof(microsip_reply).
    pub size: u32,
    /// 0, or a MICROSIP_E_*.
    pub result: i32,
    /// The ask.
    pub ask: u64,
    /// 0.
    pub flow: u32,
    /// The number of addresses set in addr.
    pub count: u32,
    /// Addresses; port 0: the port that was asked for, or 5060.
    pub addr: [microsip_addr; 4],
    /// Of each address, where DNS chose it: MICROSIP_UDP or MICROSIP_TCP; 0: the one that was asked for, or UDP. Read, as
    /// the following, by a library with MICROSIP_HAS_STREAM.
    pub transport: [u32; 4],
    /// Of each, from SRV: the lower first.
    pub priority: [u32; 4],
    /// Of each, from SRV, within one priority.
    pub weight: [u32; 4],
    /// Of each: the seconds for which it holds; 0: not known.
    pub lifetime: [u32; 4],
}

/// A stream of the driver's: opened for an ask, accepted, or gone.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct microsip_flow {
    /// sizeof(microsip_flow).
    pub size: u32,
    /// The driver's number, from 1, free again after MICROSIP_FLOW_DOWN; 0: none, for an ask that failed.
    pub flow: u32,
    /// The ask that it was opened for; 0: it was accepted, or is gone.
    pub ask: u64,
    /// MICROSIP_FLOW_*.
    pub state: u32,
    /// MICROSIP_TCP.
    pub transport: u32,
    /// With MICROSIP_FLOW_DOWN: the reason, MICROSIP_E_UNREACHABLE, _UNSUPPORTED.
    pub result: i32,
    /// 0.
    pub reserved: u32,
    /// Ours; family 0: the one of the remote's family.
    pub local: microsip_addr,
    /// The far end's; with MICROSIP_FLOW_UP.
    pub remote: microsip_addr,
}

sized!(
    microsip_engine_config up to epoch_ms,
    microsip_origin up to remote,
    microsip_out up to remote,
    microsip_ask up to name,
    microsip_reply up to addr,
    microsip_flow up to remote,
);
