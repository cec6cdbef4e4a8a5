//! Common to all subjects: versions, ids, addresses.

/// The ABI version that this header describes: the first argument of `microsip_create` and `microsip_engine_init`. 0:
/// may still change.
pub const MICROSIP_ABI_VERSION: u32 = 0;

/// A wait in milliseconds without end.
pub const MICROSIP_FOREVER: u32 = 0xffff_ffff;

/// An explicit nothing, where 0 would be the default.
pub const MICROSIP_NONE: u32 = 0xffff_ffff;

/// A switch: on.
pub const MICROSIP_ON: u32 = 1;
/// A switch: off. 0 in a struct is the default, or leaves the switch as it is; as an argument 0 is off, too.
pub const MICROSIP_OFF: u32 = 2;

/// Names a phone, an account, a call, a conference, a message or a subscription: kind, generation and slot in a number below 2^53. 0 is none.
pub type microsip_id = u64;

/// MICROSIP_KIND() of a phone's id.
pub const MICROSIP_KIND_PHONE: u32 = 1;
/// MICROSIP_KIND() of an account's id.
pub const MICROSIP_KIND_ACCOUNT: u32 = 2;
/// MICROSIP_KIND() of a call's id.
pub const MICROSIP_KIND_CALL: u32 = 3;
/// MICROSIP_KIND() of a conference's id.
pub const MICROSIP_KIND_CONFERENCE: u32 = 6;
/// MICROSIP_KIND() of a message's id.
pub const MICROSIP_KIND_MESSAGE: u32 = 7;
/// MICROSIP_KIND() of a subscription's id.
pub const MICROSIP_KIND_SUBSCRIPTION: u32 = 8;
/// MICROSIP_KIND() of a watcher's id.
pub const MICROSIP_KIND_WATCHER: u32 = 9;

/// Transports; bits in a set: datagrams.
pub const MICROSIP_UDP: u32 = 1;
/// Transports: streams.
pub const MICROSIP_TCP: u32 = 2;
/// Transports: streams under TLS, which this library has not yet.
pub const MICROSIP_TLS: u32 = 4;

/// The person at this phone: microphone and loudspeaker, and the settings of all calls.
pub const MICROSIP_SELF: microsip_id = 1;
/// The ring device.
pub const MICROSIP_RING: microsip_id = 2;
/// The far ends that are on hold: a target of microsip_engine_audio.
pub const MICROSIP_HELD: microsip_id = 3;

/// microsip_features(): the host family, with its threads and sockets.
pub const MICROSIP_HAS_HOST: u32 = 1;
/// microsip_features(): SHA-256 and SHA-512/256 in digest authentication, beside MD5.
pub const MICROSIP_HAS_SHA2: u32 = 2;
/// microsip_features(): redirections (3xx) are followed; without it they end the call.
pub const MICROSIP_HAS_REDIRECT: u32 = 4;
/// microsip_features(): reports about media, both ways; without it none are sent, and what comes is not read.
pub const MICROSIP_HAS_RTCP: u32 = 8;
/// microsip_features(): SIP over streams (TCP); without it the engine asks to close them.
pub const MICROSIP_HAS_STREAM: u32 = 16;
/// microsip_features(): records for a log; without it none are made.
pub const MICROSIP_HAS_TRACE: u32 = 32;
/// microsip_features(): PCM at 16000 and 48000 samples a second; without it the rate is 8000.
pub const MICROSIP_HAS_RESAMPLE: u32 = 64;
/// microsip_features(): the voice goes on over packets that did not come; without it they are silence.
pub const MICROSIP_HAS_CONCEAL: u32 = 128;
/// microsip_features(): tones of countries (ringback, busy, congestion, call waiting), the ring, and digits as tones for
/// a far end that takes no events; without it there is silence for tones, and such digits are refused.
pub const MICROSIP_HAS_TONES: u32 = 256;
/// microsip_features(): host names in SDP are looked up; without it a description has to bring an address.
pub const MICROSIP_HAS_SDP_HOSTS: u32 = 512;
/// microsip_features(): calls that are up follow the host to another address; without it they end when theirs is gone.
pub const MICROSIP_HAS_REOFFER: u32 = 1024;
/// microsip_features(): microsip_engine_last_error has a sentence; without it the result alone.
pub const MICROSIP_HAS_SENTENCES: u32 = 2048;
/// microsip_features(): keys are heard in the voice of a far end with which no telephone-events were agreed
/// on; by an engine with MICROSIP_HEAR_KEYS.
pub const MICROSIP_HAS_HEAR_KEYS: u32 = 524288;
/// microsip_features(): the quality of calls as a mean opinion score; without it it is unknown.
pub const MICROSIP_HAS_QUALITY: u32 = 1048576;
/// microsip_features(): sound devices.
pub const MICROSIP_HAS_DEVICES: u32 = 4096;
/// microsip_features(): conferences; without it each call is alone.
pub const MICROSIP_HAS_CONFERENCE: u32 = 8192;
/// microsip_features(): the codec G.722.
pub const MICROSIP_HAS_G722: u32 = 16384;
/// microsip_features(): the codec L16, at 8, 16, 44.1 and 48 kHz.
pub const MICROSIP_HAS_L16: u32 = 32768;
/// microsip_features(): codecs are chosen: the members `codecs`.
pub const MICROSIP_HAS_CODECS: u32 = 65536;
/// microsip_features(): dial plans, prefixes, emergency numbers, and digits behind a number.
pub const MICROSIP_HAS_NUMBERS: u32 = 131072;
/// microsip_features(): digits by SIP INFO, both ways, the choice of their method, keys that are held, and
/// MICROSIP_EV_DIGIT_SENT.
pub const MICROSIP_HAS_INFO: u32 = 4194304;
/// microsip_features(): rules for incoming calls; without it each call that is let in rings.
pub const MICROSIP_HAS_RULES: u32 = 262144;
/// microsip_features(): privacy, another From, a preferred identity, and header lines of an account's own.
pub const MICROSIP_HAS_IDENTITY: u32 = 2097152;
/// microsip_features(): reliable provisional responses (RFC 3262); without it they are refused where they are required.
pub const MICROSIP_HAS_RELIABLE: u32 = 8388608;
/// microsip_features(): session timers (RFC 4028); without it no call has one.
pub const MICROSIP_HAS_TIMERS: u32 = 16777216;

/// microsip_features(): messages (RFC 3428); without it they are refused (405), and none is sent.
pub const MICROSIP_HAS_MESSAGE: u32 = 33554432;
/// microsip_features(): subscriptions (RFC 6665).
pub const MICROSIP_HAS_SUBSCRIBE: u32 = 67108864;

/// microsip_features(): one subscription watches the parties of a list (RFC 4662).
pub const MICROSIP_HAS_LISTS: u32 = 1073741824;

/// microsip_features(): transfers and calls that take the place of another (RFC 3515, 3891, 5589); without it REFER is
/// refused (405), and a call with Replaces is one as any other.
pub const MICROSIP_HAS_REFER: u32 = 134217728;
/// microsip_features(): presence of accounts is published (RFC 3903); without it microsip_account_publish sets what those
/// see who watch this phone, where the library lets them.
pub const MICROSIP_HAS_PUBLISH: u32 = 268435456;

/// microsip_features(): others may watch our calls, our presence and a mailbox of ours (RFC 6665); without it SUBSCRIBE is refused
/// (405).
pub const MICROSIP_HAS_NOTIFY: u32 = 536870912;

/// microsip_features(): a message says that another is being written (RFC 3994), or what became of it (RFC 5438).
pub const MICROSIP_HAS_IMDN: u32 = 2147483648;

/// An address family: IPv4.
pub const MICROSIP_ADDRESS_V4: u32 = 4;
/// An address family: IPv6.
pub const MICROSIP_ADDRESS_V6: u32 = 6;

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
