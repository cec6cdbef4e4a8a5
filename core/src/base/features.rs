//! The features that this core is compiled with, for those above it: a feature of theirs may have the same name and be
//! off while this one is on.

/// SHA-256 and SHA-512/256 in digest authentication.
pub const SHA2: bool = cfg!(feature = "sha2");
/// Redirections are followed.
pub const REDIRECT: bool = cfg!(feature = "redirect");
/// Reports about media.
pub const RTCP: bool = cfg!(feature = "rtcp");
/// SIP over streams.
pub const STREAM: bool = cfg!(feature = "stream");
/// Records for a log.
pub const TRACE: bool = cfg!(feature = "trace");
/// PCM at 16 and 48 kHz.
pub const RESAMPLE: bool = cfg!(feature = "resample");
/// The voice goes on over packets that did not come.
pub const CONCEAL: bool = cfg!(feature = "conceal");
/// Ringback, and digits in sound.
pub const TONES: bool = cfg!(feature = "tones");
/// Host names in descriptions are looked up.
pub const SDP_HOSTS: bool = cfg!(feature = "sdp-hosts");
/// Calls hear each other in conferences.
pub const CONFERENCE: bool = cfg!(feature = "conference");
/// Dial plans, prefixes, and digits behind a number.
pub const NUMBERS: bool = cfg!(feature = "numbers");
/// Keys are heard in the voice.
pub const HEAR_KEYS: bool = cfg!(feature = "hear-keys");
/// The quality of calls as a mean opinion score.
pub const QUALITY: bool = cfg!(feature = "quality");
/// Privacy, identities and header lines of an account's own.
pub const IDENTITY: bool = cfg!(feature = "identity");
/// Calls follow the host to another address.
pub const REOFFER: bool = cfg!(feature = "reoffer");
/// Provisional responses are reliable.
pub const RELIABLE: bool = cfg!(feature = "reliable");
/// Session timers.
pub const TIMERS: bool = cfg!(feature = "timers");
/// Rules for incoming calls.
pub const RULES: bool = cfg!(feature = "rules");
/// Messages.
pub const MESSAGE: bool = cfg!(feature = "message");
/// Indications that a message is being written, and notices of what became of one.
pub const IMDN: bool = cfg!(feature = "imdn");
/// Subscriptions.
pub const SUBSCRIBE: bool = cfg!(feature = "subscribe");
/// Lists of parties that one subscription watches.
pub const LISTS: bool = cfg!(feature = "lists");
/// Transfers, and calls that take another's place.
pub const REFER: bool = cfg!(feature = "refer");
/// Our own presence is published.
pub const PUBLISH: bool = cfg!(feature = "publish");
/// Others watch us.
pub const NOTIFY: bool = cfg!(feature = "notify");
/// Digits by SIP INFO, and a choice of their method.
pub const INFO: bool = cfg!(feature = "info");
/// Packages of INFO.
pub const PACKAGES: bool = cfg!(all(feature = "info", feature = "message"));
/// G.722.
pub const G722: bool = cfg!(feature = "g722");
/// Linear samples of 16 bits.
pub const L16: bool = cfg!(feature = "l16");
/// Codecs are chosen for an account and for a call.
pub const CODECS: bool = cfg!(feature = "codecs");
