//! Accounts.

use super::common::microsip_id;
use super::rules::microsip_rules;
use crate::abi::pointer::sized;
use core::ffi::c_char;

/// Account states: not registered, and not trying.
pub const MICROSIP_UNREGISTERED: u32 = 1;

/// Account states: a REGISTER is under way.
pub const MICROSIP_REGISTERING: u32 = 2;

/// Account states: registered until its refresh.
pub const MICROSIP_REGISTERED: u32 = 3;

/// Account states: the last try failed; another follows where that can help.
pub const MICROSIP_REG_FAILED: u32 = 4;

/// A far end that sends nothing any more: its call is ended with MICROSIP_E_MEDIA_LOST.
pub const MICROSIP_LOST_END: u32 = 1;
/// A far end that sends nothing any more: MICROSIP_EV_MEDIA has MICROSIP_E_MEDIA_LOST, and another one follows when
/// media comes again.
pub const MICROSIP_LOST_TELL: u32 = 2;

/// Privacy: all is shown.
pub const MICROSIP_PRIVACY_NONE: u32 = 1;
/// Privacy: proxies do not pass on what they assert of us (RFC 3325, Privacy: id); From and Contact name us.
pub const MICROSIP_PRIVACY_ID: u32 = 2;
/// Privacy: the same, and From and Contact name nobody (RFC 3323).
pub const MICROSIP_PRIVACY_ANONYMOUS: u32 = 3;

/// Reliable provisional responses (RFC 3262): our INVITEs do not mention them, and our responses are reliable only where
/// the caller requires it.
pub const MICROSIP_RELIABLE_OFF: u32 = 1;
/// Reliable provisional responses: our INVITEs support them; our responses are reliable where the caller requires it,
/// and a 183, which brings a description, where the caller supports it.
pub const MICROSIP_RELIABLE_SUPPORTED: u32 = 2;
/// Reliable provisional responses: our INVITEs require them, so that a far end without them refuses the call (420). All
/// our responses from 180 on are reliable, and a caller without them is refused (421).
pub const MICROSIP_RELIABLE_REQUIRED: u32 = 3;

/// Session timers (RFC 4028): none, unless the far end requires one, or its answer brings one.
pub const MICROSIP_TIMER_OFF: u32 = 1;
/// Session timers: one runs where the far end, or a proxy on the way, knows them.
pub const MICROSIP_TIMER_SUPPORTED: u32 = 2;
/// Session timers: where nobody else knows them one runs too, for our benefit alone: this phone refreshes the call by
/// UPDATE or re-INVITE, until the far end refuses that.
pub const MICROSIP_TIMER_ALWAYS: u32 = 3;
/// Session timers: the same, and our INVITEs require them, so that a far end without them refuses the call (420), and a
/// caller without them is refused (421). RFC 4028 advises against it.
pub const MICROSIP_TIMER_REQUIRED: u32 = 4;

/// The side that refreshes a session: the far end may choose; where we have to, it is the caller.
pub const MICROSIP_REFRESHER_EITHER: u32 = 1;
/// The side that refreshes a session: we.
pub const MICROSIP_REFRESHER_US: u32 = 2;
/// The side that refreshes a session: the far end.
pub const MICROSIP_REFRESHER_THEM: u32 = 3;

/// An account. Texts are copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct microsip_account {
    /// sizeof(microsip_account).
    pub size: u32,
    /// Wished lifetime of a registration in seconds; 0: 300.
    pub expires: u32,
    /// A switch: it registers; default on.
    pub registers: u32,
    /// Seconds between keepalives; 0: 15 by UDP, 110 by TCP; UINT32_MAX: none.
    pub keepalive: u32,
    /// The application's own number.
    pub tag: u64,
    /// Address of record, sip:user@domain.
    pub uri: *const c_char,
    /// sip:host[:port]; NULL: the domain of uri.
    pub registrar: *const c_char,
    /// Outbound proxy, sip:host[:port]; NULL: none. At most 251 bytes, as a call has 256 for its route.
    pub proxy: *const c_char,
    /// For digest; NULL: the user part of uri.
    pub username: *const c_char,
    /// For digest.
    pub password: *const c_char,
    /// Shown to others.
    pub display_name: *const c_char,
    /// The realms whose challenges are answered, comma separated, and no others; NULL: the domain's, and those of the
    /// registrar's challenges (where `registers` is off: that of the first call's challenge). A new challenge within a
    /// call is answered only where the Contact of the far end and each Record-Route name a host of the account (its
    /// domain, registrar or proxy, or an address of these), without maddr: a provider that shows an inner address
    /// there gets no answer (MICROSIP_E_REALM), whatever stands here or in `trusted`.
    pub realms: *const c_char,
    /// User part of our Contact; NULL: that of uri, as most registrars want it. "*": random digits in REGISTER's, for
    /// registrars that drop the parameter mkey, which marks calls that come by way of the registrar.
    pub contact_user: *const c_char,
    /// A switch, default off: media is taken from any host, after half a second in which no host vouched for sends. For
    /// peers behind a NAT that neither their address in SDP nor the signalling shows; a third party that knows our port
    /// can then replace a silent peer.
    pub media_any_host: u32,
    /// Seconds after which a far end that sends neither RTP nor RTCP is given up, in a call that is up and not
    /// held; 0: the phone's; MICROSIP_NONE: never. At most 65535.
    pub media_timeout: u32,
    /// The action then: MICROSIP_LOST_END or MICROSIP_LOST_TELL; 0: the phone's. Not beside a media_timeout of
    /// MICROSIP_NONE.
    pub media_lost: u32,
    /// One of MICROSIP_UDP and MICROSIP_TCP: to its registrar or proxy, where their URIs name none (`;transport=tcp`);
    /// 0: as DNS says, else UDP.
    pub transport: u32,
    /// Hosts and networks whose calls are this account's too: "10.0.0.0/8, sbc.example, 2001:db8::/32", 16 at most;
    /// NULL: none. Names are followed (of each phone's 16, of each engine's 4 addresses); credentials do not go there.
    pub trusted: *const c_char,
    /// The codecs of its calls in order, the most wanted first, as in microsip_config.codecs; those that are not named
    /// are off. NULL, "": the phone's.
    pub codecs: *const c_char,
    /// The numbers that may be dialled, and what becomes of them: alternatives between |, the first that matches a
    /// whole number wins; none: MICROSIP_E_BLOCKED. x: any character; [2-9]: a set; a dot repeats what is before it
    /// zero or more times; <8:1555> replaces; other text between them is itself. "<+:00>x.|x.", "(911|[2-9]xxxxxx)". At
    /// most 48 elements an alternative, and 63 digits. NULL: all, as they are. Whole addresses are not concerned. With
    /// MICROSIP_HAS_NUMBERS, as the next two.
    pub dial_plan: *const c_char,
    /// Put before numbers of more than three digits, in the place of their +, before the dial plan; NULL: none.
    pub dial_prefix: *const c_char,
    /// Numbers for help in an emergency, comma separated: "112, 911", digits, * and # behind a + or none. Each counts as it is
    /// dialled, and in a URI of the account's domain (sip:112@example.org). Another entry is MICROSIP_E_ARG; NULL: none. Neither dial plan nor prefix concerns them, nor do their calls get
    /// privacy; no rule ends or holds such a call, and its call back rings (`callback_s` of microsip_rules). Where no slot is left for it another call gives way: one that has ended; else it ends with
    /// MICROSIP_CAUSE_EMERGENCY and MICROSIP_E_FULL, in this order: one that rings here (486), one that is dialled
    /// (CANCEL), one on hold, last the one that has talked for longest (BYE). So do urn:service:sos and its sub-services (RFC 5031), which can be dialled by any account and go by
    /// its proxy or registrar; where the caller is stands in `location`, here or of microsip_options, or behind a URI in a
    /// Geolocation header (RFC 6442) of `call_headers` or `headers`.
    pub emergency: *const c_char,
    /// Its rules for incoming calls, over the phone's; NULL: as they are.
    pub rules: *const microsip_rules,
    /// MICROSIP_PRIVACY_*, for its calls; 0: MICROSIP_PRIVACY_NONE. With MICROSIP_HAS_IDENTITY, as those behind it.
    pub privacy: u32,
    /// MICROSIP_DTMF_*, the method of digits in its calls; 0: the phone's. With MICROSIP_HAS_INFO.
    pub dtmf: u32,
    /// The identity that the account's proxy may assert of us (RFC 3325, P-Preferred-Identity): a URI with or without a
    /// name. It goes to the account's own server only. NULL: none.
    pub identity: *const c_char,
    /// Extra header lines of its REGISTERs, "Name: value\r\n" each; NULL: none.
    pub headers: *const c_char,
    /// Extra header lines of its INVITEs, before those of a call's options; NULL: none.
    pub call_headers: *const c_char,
    /// Where its callers are, a document as `location` of microsip_options, for its calls that begin from now on; NULL: none.
    /// Each of its calls needs as much room in `max_message`, but those whose own location is "". With
    /// MICROSIP_HAS_IDENTITY.
    pub location: *const c_char,
    /// MICROSIP_RELIABLE_*, for its calls; 0: the phone's. Needs MICROSIP_HAS_RELIABLE, but for MICROSIP_RELIABLE_OFF.
    pub reliable: u32,
    /// The power of a digit, in dB below 0 dBm0: see `dtmf_level_db` of microsip_config; 0: the phone's.
    pub dtmf_level_db: u32,
    /// A switch: see `own_order` of microsip_config; 0: the phone's.
    pub own_order: u32,
    /// A switch: see `single_codec` of microsip_config; 0: the phone's.
    pub single_codec: u32,
    /// MICROSIP_TIMER_*, session timers (RFC 4028) of its calls; 0: the phone's. With MICROSIP_HAS_TIMERS, as
    /// the next three.
    pub session_timer: u32,
    /// Seconds for which a session lasts without a refresh (Session-Expires), at least 90; 0: the phone's.
    pub session_expires: u32,
    /// The shortest such time that is taken of others (Min-SE), at least 90; 0: the phone's.
    pub min_se: u32,
    /// MICROSIP_REFRESHER_*, the side that refreshes; 0: the phone's.
    pub session_refresher: u32,
    /// The length of a digit, in milliseconds: see `dtmf_ms` of microsip_config; 0: the phone's. With
    /// MICROSIP_HAS_INFO, as dtmf_gap_ms and dtmf_level_db.
    pub dtmf_ms: u32,
    /// The silence behind a digit, in milliseconds: see `dtmf_gap_ms` of microsip_config; 0: the phone's.
    pub dtmf_gap_ms: u32,
    /// MICROSIP_MESSAGES_*, for messages that come for it; 0: the phone's. With MICROSIP_HAS_MESSAGE.
    pub messages: u32,
    /// MICROSIP_POLICY_*, for a REFER in its calls, or by its own server; 0: the phone's. In no call nobody else's is
    /// followed. With MICROSIP_HAS_REFER, as the next one.
    pub refer: u32,
    /// MICROSIP_POLICY_*, for an INVITE with Replaces in its calls, which has to come by its own server; 0: the phone's.
    pub replaces: u32,
    /// MICROSIP_POLICY_*, for those who would watch its calls, its presence or its mailbox (RFC 6665) and come by its own server
    /// or from a host that it trusts; 0: the phone's. It counts at a refresh, too. With MICROSIP_HAS_NOTIFY.
    pub watchers: u32,
    /// See `info_packages` of microsip_config, for its calls that begin from now on; NULL: the phone's, and in
    /// microsip_account_update as they are. With MICROSIP_HAS_INFO and MICROSIP_HAS_MESSAGE.
    pub info_packages: *const c_char,
    /// NULL.
    pub reserved_packages: *const c_char,
    /// A switch: who watches its calls is told who talks to whom; 0: the phone's. With MICROSIP_HAS_NOTIFY.
    pub watcher_details: u32,
    /// MICROSIP_NOTICES_*, notices of messages that leave by themselves, to its callers; 0: the phone's. With
    /// MICROSIP_HAS_IMDN.
    pub notices: u32,
    /// A switch, default off: its presence is published (RFC 3903) without a word of the application's while it is
    /// registered, or at once where it does not register: MICROSIP_LAMP_OPEN, and MICROSIP_ACTIVITY_PHONE while a call of
    /// its is up. microsip_account_publish says otherwise. With MICROSIP_HAS_PUBLISH.
    pub publish: u32,
    /// 0.
    pub reserved_publish: u32,
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
    /// The time at which its registration runs out; UINT64_MAX: there is none.
    pub expires_us: u64,
    /// The last SIP status.
    pub sip_code: u32,
    /// The result of its failure.
    pub result: i32,
    /// The time at which a registration that failed is tried again; UINT64_MAX: not by itself.
    pub retry_us: u64,
    /// The cause of its failure: MICROSIP_CAUSE_*, or 0.
    pub cause: u32,
    /// The state of the publication of its presence: MICROSIP_SUB_*; 0: there is none. With MICROSIP_HAS_PUBLISH, as
    /// those at the end.
    pub publication: u32,
    /// The time at which its own server last described its mailbox; UINT64_MAX: it did not.
    pub mailbox_us: u64,
    /// Its mailbox, as its own server describes it without a subscription (MICROSIP_EV_MAILBOX): MICROSIP_LAMP_OPEN:
    /// something new waits, MICROSIP_LAMP_CLOSED: nothing new, MICROSIP_LAMP_UNKNOWN: it was not described. It stays while
    /// a registration fails, and is unknown again once that is taken back, or the account has another URI or server.
    /// MICROSIP_TXT_MAILBOX is its address. With MICROSIP_HAS_SUBSCRIBE.
    pub mailbox: u32,
    /// New messages in it; 1, where some wait and the server gave no numbers. microsip_account_mailbox_get has them by class.
    pub new_messages: u32,
    /// The time until which its server keeps its presence unless it is refreshed; UINT64_MAX: the server has none.
    pub publication_us: u64,
    /// The time at which a publication that failed is tried again; UINT64_MAX: not by itself.
    pub publication_retry_us: u64,
    /// The last SIP status of its publication.
    pub publication_code: u32,
    /// The result of its failure. MICROSIP_TXT_REASON of the account, with index 1, has the words of a refusal.
    pub publication_result: i32,
}

sized!(
    microsip_account up to password,
    microsip_account_info up to expires_us,
);
