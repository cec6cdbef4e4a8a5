//! Every number that limits something: its reason, and what it costs.
//!
//! Capacities of pools are chosen at run time on a host (`phone::Capacity`); here stand the numbers that are part of
//! the code.

/// Headers that one message may carry; more is 400. RFC 4475's largest valid message has 30. 8 bytes each on the stack.
pub const HEADERS: usize = 64;

/// Media for an address that has confirmed nothing, beyond what came from there, in milliseconds: enough to open a NAT,
/// too little to hurt a victim.
pub const UNCONFIRMED_MEDIA_MS: u32 = 400;

/// Digits that may wait to be sent: a card number with its pauses. 2 bytes each in a stream.
pub const DIGITS: usize = 32;

/// Digits received that wait to be fetched; the oldest gives way, with an event. 8 bytes each in a stream.
pub const DIGITS_RECEIVED: usize = 8;

/// Codecs in an offer or an answer, and so payload types that a stream takes in. 4 bytes each in a stream and in a
/// dialog.
pub const CODECS: usize = if cfg!(feature = "l16") { 8 } else { 4 };

/// Bytes of payload that a packet of ours has at most, so that it is not cut in pieces on its way: Ethernet's 1500 less
/// IPv6, UDP and RTP (60), and less what a tunnel or PPPoE takes. L16 at 48 kHz has 960 bytes in 10 ms, and so goes in
/// packets of 10 ms. Packets that come may be as long as the ring's cells.
pub const SENT_PAYLOAD: usize = 1400;

/// Samples of a 10 ms quantum at the highest rate.
pub const QUANTUM: usize = 480;

/// Samples that concealment remembers at 8 kHz, and more at higher rates: three periods of the lowest pitch (66 Hz) and
/// a quarter. 2 bytes each a call.
pub const HISTORY: usize = 390;

/// Values kept of the quality of a call's seconds on a host, where none are asked for: ten minutes, before two seconds
/// share one. 2 bytes each a call, of which a page is taken when it is used.
pub const QUALITY_SECONDS: u32 = 600;

/// Bytes beside a packet's payload in each cell of the jitter ring.
pub const RING_HEADER: usize = 12;

/// Media lines that one session description may have; more is 488. A phone's offer has audio, video, fax, perhaps text;
/// a conference's one for each of its speakers. Half a byte each in a dialog.
pub const SDP_MEDIA: usize = 32;

/// Formats of one media line that are read; those behind them are ignored. RTP has no more payload types. No
/// memory, only time.
pub const SDP_FORMATS: usize = 128;

/// Lines that one session description may have; more is 488. A browser's audio and video with candidates has about 150.
/// No memory, only time.
pub const SDP_LINES: usize = 512;

/// Bytes of one SIP message: what a UDP datagram can carry, and what the header index's u16 offsets reach. Costs
/// nothing by itself.
pub const MESSAGE: usize = 65_535;

/// Parameters or headers of a URI that a comparison looks at: 32² steps at most. No real URI has more than a dozen.
pub const URI_PARTS_COMPARED: usize = 32;

/// Sockets a driver may number at most; one for each local address. 32 bytes each, for as many as the capacity has.
pub const SOCKETS: usize = 16;

/// Bytes of the longest target of a dial, with what completes it, and of an account's outbound proxy, as a route. On
/// the stack while a call is made.
pub const TARGET: usize = 256;

/// Bytes of the longest document that says where a caller is (PIDF-LO). One of RFC 5491 with a shape on the map and an
/// address in words has about 2000; with more, an INVITE would hardly leave by a datagram.
pub const LOCATION: usize = 4096;

/// Bytes of the names of INFO packages that one side takes: a dozen names of usual length. On the stack nowhere.
#[cfg(all(feature = "info", feature = "message"))]
pub const PACKAGES: usize = 128;

/// Addresses that one look-up may give; more are cut off. 24 bytes each in every request.
pub const TARGETS: usize = 8;

/// Routes of a dialog; a dialog with more is not made. Max-Forwards lets no request pass more proxies. No memory, but
/// time by its square.
pub const ROUTES: usize = 70;

/// Addresses remembered as an account's own (its registrar's and proxies'); the oldest give way, never one of the last
/// look-up. 17 bytes each.
pub const OWN_ADDRESSES: usize = 8;

/// Hosts and networks that an account trusts beside its own; more are refused. Each costs a comparison for each request
/// outside a dialog.
pub const TRUSTED: usize = 16;

/// Tries of one request against challenges: two realms (401 and 407), each once and once more when stale.
pub const AUTH_TRIES: u8 = 4;

/// Bytes of the URI of an account's mailbox; a longer one is left out. `sip:`, a number and a host are shorter. So many
/// an account, with the feature `subscribe`.
pub const MAILBOX_URI: usize = 128;

/// Challenges an account keeps: one of its registrar or far end and one of a proxy, or of two proxies that a call has
/// to pass.
pub const CHALLENGES: usize = 2;

/// Redirections (3xx) followed for one call; more ends it (loops).
pub const REDIRECTS: u8 = 5;

/// Tries of an offer of ours in a call that is up: against 491 about 20 s, against a lack of slots, ports or a way
/// about two minutes.
pub const REOFFER_TRIES: u8 = 8;

/// Times that an offer of ours finds another one under way, a second apart (rfc3261#14.1: it has to wait for its end).
/// One of theirs is over after 42 s at most, 10 for a host that it names and 64·T1 for its ACK: a far end that has
/// them under way for longer leaves us no turn.
pub const REOFFER_TURNS: u8 = 60;

/// Deadlines served in one call of `handle_timeout`; the rest is due at once again.
pub const TIMEOUTS_A_CALL: usize = 64;

/// Calls served in one call of `audio` on the own buses, so that a driver's lock is held shortly. A conference is served
/// whole, for all its members hear the same 10 ms.
pub const TICKS_A_CALL: usize = 64;

/// Room kept before a response's echoed headers for its status line; our longest reason phrase fits.
pub const STATUS_LINE: usize = 64;

/// Bytes of a display name, quoted and escaped. On the stack while a first request is made.
pub const DISPLAY_NAME: usize = 160;

/// Bytes of a reason phrase of the application's: it stands behind the status in a status line.
pub const PHRASE: usize = STATUS_LINE - "SIP/2.0 200 \r\n".len();

/// Bytes of a Reason line of the application's (RFC 3326): a sentence for a person. On the stack while a call is ended.
pub const REASON: usize = 256;

/// Bytes of the note of an account's own presence: a sentence for people. A longer one is refused. So many an account
/// of a host, with the features `publish` and `notify`; a board chooses.
pub const PRESENCE_NOTE: usize = 128;

/// Retries of a REGISTER refused with 423: a registrar that keeps raising is not followed for ever.
pub const INTERVAL_TRIES: u8 = 3;

/// A registration's lifetime without a wish (seconds): that of most offices' registrars.
pub const EXPIRES: u32 = 300;

/// Seconds between keepalives on UDP: below the 30 s that cheap NATs forget a binding after.
pub const KEEPALIVE: u32 = 15;

/// Seconds between pings on a stream, where nothing else is said: within the 96 to 120 of RFC 5626 §4.4.1.
pub const PING: u32 = 110;

/// A pong comes within this (seconds, RFC 5626 §4.4.1), or the stream has failed.
pub const PONG_S: u64 = 10;

/// The least time between a registration and its refresh, in milliseconds: half of a second, which is the shortest
/// lifetime, for a refresh comes before a binding's end (rfc3261#10.2.4). So a registrar that grants no more costs two
/// messages a second.
pub const REFRESH_LEAST_MS: u64 = 500;

/// A stream that an account was bound over for so many seconds has worked: when it closes, the account is bound anew at
/// once. As long as the first wait, so that waiting would gain nothing.
pub const STREAM_STEADY_S: u64 = 30;

/// First and longest wait after a failed registration, in seconds (RFC 5626 §4.5).
pub const RETRY_FIRST: u64 = 30;
/// See [`RETRY_FIRST`].
pub const RETRY_LONGEST: u64 = 1800;

/// First and longest wait (seconds) after a refusal that a person at the registrar has to lift, such as 403 or 404: a
/// phone without a user comes back within an hour of the repair, and does not look like a guesser of passwords
/// before.
pub const REPAIR_FIRST: u64 = 300;
/// See [`REPAIR_FIRST`].
pub const REPAIR_LONGEST: u64 = 3600;

/// The longest Retry-After that a registration keeps to (seconds): a server that asks for more, by mistake or malice,
/// would silence a phone for days.
pub const RETRY_AFTER_LONGEST: u32 = 3600;

/// An account's way is looked up again when it is used after this (seconds): its registrar may have moved. Names of
/// services are given for minutes to an hour; with refreshes every 300 s this is one look-up for two of them. 8 bytes
/// an account.
pub const HOP_S: u64 = 600;

/// An account's way holds at least this (seconds), however short a lifetime DNS gives it: a name server that says 0 or
/// 1 would cost a look-up for each call.
pub const HOP_LEAST_S: u64 = 30;

/// The look-up of a host that a session description names may take this long (milliseconds): enough for a resolver's
/// second and third try, and less than a caller waits.
pub const FIND_HOST_MS: u64 = 10_000;

/// Silence of an address before the next one is tried, in milliseconds, while another remains.
pub const FAIL_OVER_MS: u64 = 4000;

/// The wait for a stream to an only address (milliseconds): the system sends its SYN after 0, 1, 3 and 7 seconds.
pub const CONNECT_MS: u64 = 10_000;

/// A request of more bytes than this goes by a stream (RFC 3261 §18.1.1): with the headers of IP and UDP, and those of
/// tunnels, it still fits a packet of 1500 bytes, and one that is cut in pieces is often lost.
pub const DATAGRAM: usize = 1300;

/// Seconds for which a subscription is asked, where the application names none: as rfc3842, rfc3856 and rfc4235 have it.
pub const SUBSCRIPTION: u32 = 3600;

/// The shortest time (seconds) that a subscription is kept to, whatever was granted: it is refreshed after half of it. A
/// far end that grants a second costs a SUBSCRIBE each five, and no lamp of a phone needs more.
pub const SUBSCRIPTION_LEAST: u32 = 10;

/// The longest (seconds), and the largest Min-Expires that is followed: a far end that has forgotten us is found out
/// within a day.
pub const SUBSCRIPTION_LONGEST: u32 = 86_400;

/// Bytes of the name (entity tag) that a server gives to a publication. Those of servers have up to 64; without one it is
/// published anew where it would be refreshed. So many a publication.
pub const ENTITY_TAG: usize = 128;

/// Bytes of the reason phrase of the refusal of a PUBLISH, behind which it is cut. So many a publication.
pub const REFUSAL_REASON: usize = 64;

/// Seconds between two documents of a publication: no watcher is told sooner (rfc3856#6.10). What changes meanwhile is one.
pub const PUBLISH_LEAST_S: u64 = 5;

/// A subscription that stood for so many seconds had come to something: when it ends, another one begins at once, and the
/// waits of its failures begin anew. Longer than timer N (32 s), for one that was never told of did not stand.
pub const SUBSCRIPTION_STEADY_S: u64 = 60;

/// The shortest time (seconds) for which a watcher of ours may subscribe: one that asks for less gets 423 with this as its
/// Min-Expires (rfc6665#4.2.1.1). A SUBSCRIBE and a NOTIFY a minute cost a phone nothing that matters.
#[cfg(feature = "notify")]
pub const WATCHER_LEAST: u32 = 60;

/// Seconds between two NOTIFYs that tell a watcher of changes: of calls (rfc4235#3.10) and of a mailbox (rfc3842#3.11).
#[cfg(feature = "notify")]
pub const NOTIFY_GAP_S: u64 = 1;

/// The same of presence (rfc3856#6.10).
#[cfg(feature = "notify")]
pub const NOTIFY_PRESENCE_GAP_S: u64 = 5;

/// Seconds before a NOTIFY that was refused is tried again: as long as one without a response takes (timer F), so a far end
/// that refuses costs no more than one that is silent.
#[cfg(feature = "notify")]
pub const NOTIFY_RETRY_S: u32 = 32;

/// Seconds after which a watcher that found no slot may come again (Retry-After): as long as one keeps its slot at least.
#[cfg(feature = "notify")]
pub const WATCHER_FULL_S: u8 = 60;

/// Bytes of the `id` in a watcher's Event that are kept. Those that phones send are a number; a longer one is refused.
#[cfg(feature = "notify")]
pub const WATCHER_ID: usize = 16;

/// A message that the application has not answered within this is refused (milliseconds): long enough for a program that
/// wakes up, and well within the 32 s for which its sender waits (rfc3261#17.1.2.2).
pub const UNREAD_MS: u64 = 5000;

/// A message of ours whose turn it is waits no longer than this for a free request or dialog (milliseconds): twice as long as
/// a request that nobody responds to keeps one (rfc3261#17.1.2.2). Behind a call of hours it would come as news of yesterday,
/// and those behind it with it.
pub const MESSAGE_SLOT_MS: u64 = 64_000;

/// A far end that says that it writes does so for so many seconds, where it names no time (rfc3994#3.3).
#[cfg(feature = "imdn")]
pub const COMPOSING_S: u32 = 120;

/// The same at most, whatever it says: its indication keeps a slot.
#[cfg(feature = "imdn")]
pub const COMPOSING_MOST_S: u32 = 300;

/// The application is idle so long behind the last key (milliseconds; rfc3994#3.2).
#[cfg(feature = "imdn")]
pub const COMPOSING_IDLE_MS: u64 = 15_000;

/// An application that goes on writing says so again after this, and no sooner (milliseconds; rfc3994#3.2).
#[cfg(feature = "imdn")]
pub const COMPOSING_REFRESH_MS: u64 = 60_000;

/// Seconds that an indication of ours counts for: half as long again, so that one which waits for a key is no gap.
#[cfg(feature = "imdn")]
pub const COMPOSING_SAID_S: u32 = 90;

/// A far end that has accepted a transfer tells something within this (milliseconds): 64·T1, for that is as long as it
/// tries to (rfc6665#4.1.2.4).
#[cfg(feature = "refer")]
pub const TRANSFER_SILENT_MS: u64 = 32_000;

/// And between two steps of it no more than this (milliseconds): the new party rings for three minutes at most
/// ([`RINGING_MS`]), and a little is left for its refusal.
#[cfg(feature = "refer")]
pub const TRANSFER_MS: u64 = 200_000;

/// A transfer of ours takes no longer than this (milliseconds), however often the far end says
/// that it goes on: as long as we tell of one ourselves ([`REPORT_MS`]).
#[cfg(feature = "refer")]
pub const TRANSFER_WHOLE_MS: u64 = REPORT_MS;

/// The sender of a REFER is told how its call goes for so long (milliseconds), and then that nobody tells any more: as
/// long as a call may ring with a refreshing 18x, and a little more.
#[cfg(feature = "refer")]
pub const REPORT_MS: u64 = 600_000;

/// Bytes of the lines that a REFER of ours has beside those of its application: Refer-To, with a Replaces whose every
/// byte may be escaped, Referred-By, Refer-Sub. On the stack while it is made.
#[cfg(feature = "refer")]
pub const REFER_LINES: usize = 1152;

/// A BYE or CANCEL that found every request slot busy is tried again after this (milliseconds).
pub const SLOT_RETRY_MS: u64 = 1000;

/// An INVITE of which nothing was heard for this long since it rang (milliseconds) is cancelled: RFC 3261 §16.6 gives
/// proxies three minutes.
pub const RINGING_MS: u64 = 180_000;

/// A call that came in rings no longer than this (seconds), and than its Expires. Callers and proxies give up after
/// three minutes; a caller that is cut off sends nothing at all, and an INVITE without Expires (rfc3261#13.3.1 sets no
/// end then) would keep a call slot for ever. Costs nothing: the call has the timer.
pub const UNANSWERED_S: u64 = 600;

/// Busy or congestion sounds for this long at most (milliseconds): a phone that nobody looks after is to fall silent.
#[cfg(feature = "tones")]
pub const REFUSAL_MS: u32 = 60_000;

/// 100 Trying leaves after this silence (milliseconds), RFC 3261 §17.2.1.
pub const TRYING_MS: u64 = 200;
