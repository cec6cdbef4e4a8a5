//! Arguments of commands, and their errors.

use super::bus::{Music, Source};
use super::id::ConferenceId;
use super::rule::Rule;
use super::{
    AccountId, AccountState, Alert, CallId, CallState, Cause, EndCause, EndedBy, Refresher, SessionTimer, Transport,
};
use crate::base::time::Instant;
use crate::media::CodecOrder;
use crate::media::digits::DigitSettings;
use crate::offer::{Answering, Direction};
use crate::wire::sip::Method;

impl SessionTimer {
    /// It can be kept. Without the feature `timers` each can, for it has no members.
    ///
    /// # Errors
    /// [`CommandError::Timer`]: `expires` or `min_se` is from 1 to 89 seconds (rfc4028#4).
    pub const fn check(&self) -> Result<(), CommandError> {
        #[cfg(feature = "timers")]
        if !self.is_valid() {
            return Err(CommandError::Timer);
        }
        Ok(())
    }
}

/// Changes of a call's media, to be offered in mid-call.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Reoffer {
    /// The direction that we want, a hold of ours apart; `None`: as it is.
    pub direction: Option<Direction>,
    /// The codecs that we want, in order: the offer has them and no others, and from then on our answers too; empty: as
    /// they are.
    pub codecs: CodecOrder,
    /// This offer, and later ones of the call, leave as UPDATEs (RFC 3311) instead of re-INVITEs; `None`: as before. A
    /// far end that does not know them gets re-INVITEs again.
    pub by_update: Option<bool>,
}

/// The reason for which a call that is not up takes no offer of ours yet, or no other identity (rfc3311#5.1): an UPDATE
/// in its early dialog would carry it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NotYet {
    /// It was dialled, and no response has made an early dialog.
    Dialog,
    /// It came in, and no reliable provisional response of ours has its PRACK.
    Prack,
    /// The far end has not said that it takes UPDATE.
    Update,
    /// The offer of the INVITE has no answer in a reliable provisional response.
    Answer,
    /// The far end has not said that it takes another identity (RFC 4916).
    Name,
    /// It has ended, or is being given up.
    Over,
    /// This core was built without the feature `reliable`.
    Built,
}

/// Bytes of the longest document that says where a caller is. Without the feature `identity` there is none, and a board
/// pays nothing for it in each error.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Longest([u16; cfg!(feature = "identity") as usize]);

impl Longest {
    /// So many.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self([u16::try_from(bytes).unwrap_or(u16::MAX); cfg!(feature = "identity") as usize])
    }

    /// The number.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0.first().copied().map_or(0, usize::from)
    }
}

/// The reason for which a command was refused. Nothing changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CommandError {
    /// The id names nothing any more.
    Stale,
    /// Not in this state (say, answering a call that is connected).
    State,
    /// Every slot is in use.
    Full,
    /// The target is no SIP, SIPS or tel URI and no number that the account's domain could complete.
    Uri,
    /// A text is too long for its block, or has control characters.
    Text,
    /// The document that says where a caller is has more bytes than these: its block has no more room, or its INVITE
    /// would be longer than a message ([`super::Capacity::message`]). A call for help leaves it out instead.
    Location {
        /// The longest that would be taken.
        most: Longest,
    },
    /// Rules forward calls, and have no target to send them to.
    Nowhere,
    /// An extra header line is none, or does not end in CRLF.
    HeaderLine,
    /// An extra header is one that the core writes itself (Via, say).
    HeaderOwned,
    /// The name of a package is none, or is missing.
    Event,
    /// The types of a package's bodies are none.
    Accept,
    /// A package's name, or the types of its bodies, stand beside a package that has its own.
    Given,
    /// A list of INFO packages has an entry that is no name, or is too long; or the package of a message is no name, or
    /// stands where there is no call.
    Packages,
    /// INFO packages are listed, which come as messages, and there is no slot for one.
    Unheld,
    /// The far end of the call does not take the package of a message.
    Untaken,
    /// The type of a message's body is none, or is too long, or there is no body that it could be of.
    ContentType,
    /// A message with its headers is longer than [`super::Capacity::message`].
    Size {
        /// The longest body that would fit.
        most: u16,
    },
    /// An entry of a list of trusted hosts is neither an address, nor a network, nor a name; or there are too many.
    Hosts,
    /// A choice names a codec that this phone's memory was not made for.
    Codec,
    /// A session timer has less than 90 seconds: give 0, or 90 and more.
    Timer,
    /// A dial plan cannot be understood.
    Plan,
    /// The account's dial plan has no match for the number.
    Blocked,
    /// A call for help is to take the place of another call.
    Help,
    /// A list of numbers for help has an entry that is none ([`crate::numbers::wrong_entry`]).
    Emergency,
    /// A number is out of its range (a SIP code, a percentage, a digit).
    Range,
    /// The target is a bare number, and there is no account whose domain could complete it.
    NoAccount,
    /// This configuration of the core does not do that (say, header getters without history).
    Unsupported,
    /// The text that was asked for does not exist (say, a header that the message does not have).
    Nothing,
}

/// A side of the sound.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The audio that we send.
    Input,
    /// The audio that we hear.
    Output,
}

/// [`AccountConfig::contact_user`]: the secret is the user.
pub(super) const RANDOM_USER: &str = "*";

/// A text that [`AccountConfig::contact_user`] may be: empty, `*`, or such as may stand before the `@` of a URI.
#[must_use]
pub fn is_contact_user(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,;?/%".contains(&byte);
    text.bytes().all(plain)
}

/// An account to add. Texts are copied. Empty texts mean the default.
#[derive(Clone, Copy, Default)]
pub struct AccountConfig<'t> {
    /// Address of record: `sip:user@domain`.
    pub uri: &'t str,
    /// Registrar, as `sip:host[:port]`; empty: the domain of `uri`.
    pub registrar: &'t str,
    /// Outbound proxy, as `sip:host[:port]`: the first route of every request, which has at most
    /// [`TARGET`](crate::base::limits::TARGET) bytes with its brackets and `;lr`; empty: none.
    pub proxy: &'t str,
    /// For digest; empty: the user part of `uri`.
    pub username: &'t str,
    /// For digest.
    pub password: &'t str,
    /// The realms whose challenges are answered, comma separated, and no others; empty: the domain's, and those that
    /// challenge its REGISTER (on an account that does not register: the one that challenges its first INVITE).
    pub realms: &'t str,
    /// Shown to others.
    pub display_name: &'t str,
    /// User part of our Contact; empty: that of `uri`, which most registrars want. A request is the account's if it
    /// names the secret that only REGISTER's Contact carries as a parameter (`mkey`), or comes from one of the
    /// account's own addresses. `*`: the secret is the user part of REGISTER's Contact, for registrars that drop
    /// parameters.
    pub contact_user: &'t str,
    /// Hosts and networks whose calls are this account's too, comma separated: `10.0.0.0/8, sbc.example,
    /// 2001:db8::/32`. Names are looked up again every ten minutes. Our credentials do not go there.
    pub trusted: &'t str,
    /// The numbers that may be dialled, and what becomes of them: see [`crate::numbers`]; empty: all, as they are. With
    /// the feature `numbers`, as the next two.
    pub dial_plan: &'t str,
    /// Put before numbers of more than three digits, in the place of their `+`.
    pub dial_prefix: &'t str,
    /// Numbers for help in an emergency, comma separated: `112, 911`, as they are dialled or in a URI of the account's
    /// domain (`sip:112@example.org`). Neither the plan nor the prefix concerns them, nor do
    /// they get privacy; no rule ends or holds such a call, and its call back rings ([`super::RuleNumbers::callback_s`]).
    /// Where no slot is left for it another call gives way ([`super::EndCause::Emergency`]).
    /// The same is true of `urn:service:sos` and its sub-services (RFC 5031), which go by the account's proxy or registrar.
    pub emergency: &'t str,
    /// The privacy of its calls. With the feature `identity`, as the next three.
    pub privacy: Privacy,
    /// The identity that its proxy may assert of it (RFC 3325: P-Preferred-Identity), a URI with or without a name.
    pub identity: &'t str,
    /// Extra header lines of its REGISTERs, as [`DialOptions::headers`].
    pub headers: &'t str,
    /// Extra header lines of its INVITEs.
    pub call_headers: &'t str,
    /// Where its callers are: [`DialOptions::location`] of its calls.
    pub location: &'t str,
    /// The settings of digits in its calls; what is not given is the phone's. With the feature `info`.
    pub digits: DigitSettings,
    /// The treatment of messages that come for it. With the feature `message`.
    pub messages: super::MessagePolicy,
    /// The packages of INFO (RFC 6086) that its calls take, comma separated, at most 128 bytes: each call says so, and INFO
    /// of these comes as a message. `*` among them: INFO without a package, too, whatever its body. Empty: none, which is
    /// said as well, so that the far end says which ones it takes. `None`: the phone's. With the features `info` and
    /// `message`.
    pub info_packages: Option<&'t str>,
    /// The notices to its callers that leave by themselves. With the feature `imdn`.
    pub notices: super::NoticePolicy,
    /// The treatment of REFER in its calls and by its own server. With the feature `refer`, as the next.
    pub refer: super::TransferPolicy,
    /// The treatment of INVITEs that are to take the place of a call of its (RFC 3891).
    pub replaces: super::TransferPolicy,
    /// The treatment of those who would watch it. With the feature `notify`, as the next.
    pub watchers: super::WatcherPolicy,
    /// Watchers of its calls are told who talks to whom; `None`: as the phone has it.
    pub watcher_details: Option<bool>,
    /// Its presence is published without a word of the application's, with its calls, while it is registered; or at
    /// once, where it does not register. With the feature `publish`.
    pub publish: bool,
    /// Do not register.
    pub no_register: bool,
    /// Media is taken from any host, after half a second in which no host vouched for sends. For peers behind a NAT
    /// that neither their address in SDP nor the signalling shows; a third party that knows our port can then replace a
    /// silent peer, so it is off unless it is needed.
    pub media_any_host: bool,
    /// The codecs of its calls, in order; empty: the phone's.
    pub codecs: CodecOrder,
    /// Reliable provisional responses in its calls; inherited: the phone's. With the feature `reliable`.
    pub reliable: super::Reliable,
    /// The codecs of its answers, among those that both sides have; what is not set is as the phone has it. With the
    /// feature `codecs`.
    pub answering: Answering,
    /// The time after which a silent far end is given up; values that are not set are the phone's.
    pub media_timeout: super::MediaTimeout,
    /// The session timer of its calls; values that are not set are the phone's.
    pub session_timer: SessionTimer,
    /// Wished lifetime of a registration in seconds; 0: 300.
    pub expires: u32,
    /// Seconds between keepalives (CRLF) to the registrar's flow; 0: 15 on UDP, 110 on a stream; `u32::MAX`: none.
    pub keepalive: u32,
    /// The transport to its registrar or proxy, where their URIs name none; `None`: as DNS says, else UDP.
    pub transport: Option<Transport>,
    /// The application's own number.
    pub tag: u64,
}

/// Changes of an account by [`super::Phone::account_update`]: a value that is `None`, 0 or inherited stays as it is. An
/// empty text puts one back to its default.
#[derive(Clone, Copy, Default)]
pub struct AccountChange<'t> {
    /// [`AccountConfig::uri`].
    pub uri: Option<&'t str>,
    /// [`AccountConfig::registrar`].
    pub registrar: Option<&'t str>,
    /// [`AccountConfig::proxy`].
    pub proxy: Option<&'t str>,
    /// [`AccountConfig::username`].
    pub username: Option<&'t str>,
    /// [`AccountConfig::password`].
    pub password: Option<&'t str>,
    /// [`AccountConfig::realms`].
    pub realms: Option<&'t str>,
    /// [`AccountConfig::display_name`].
    pub display_name: Option<&'t str>,
    /// [`AccountConfig::contact_user`].
    pub contact_user: Option<&'t str>,
    /// [`AccountConfig::trusted`].
    pub trusted: Option<&'t str>,
    /// [`AccountConfig::dial_plan`].
    pub dial_plan: Option<&'t str>,
    /// [`AccountConfig::dial_prefix`].
    pub dial_prefix: Option<&'t str>,
    /// [`AccountConfig::emergency`].
    pub emergency: Option<&'t str>,
    /// [`AccountConfig::privacy`].
    pub privacy: Privacy,
    /// [`AccountConfig::identity`].
    pub identity: Option<&'t str>,
    /// [`AccountConfig::headers`].
    pub headers: Option<&'t str>,
    /// [`AccountConfig::call_headers`].
    pub call_headers: Option<&'t str>,
    /// [`AccountConfig::location`], for calls that begin from now on.
    pub location: Option<&'t str>,
    /// [`AccountConfig::digits`], from the next digit on.
    pub digits: DigitSettings,
    /// [`AccountConfig::info_packages`], for calls that begin from now on.
    pub info_packages: Option<&'t str>,
    /// [`AccountConfig::messages`], from the next one on.
    pub messages: super::MessagePolicy,
    /// [`AccountConfig::notices`], from the next one on.
    pub notices: super::NoticePolicy,
    /// [`AccountConfig::refer`], from the next one on.
    pub refer: super::TransferPolicy,
    /// [`AccountConfig::replaces`], from the next one on.
    pub replaces: super::TransferPolicy,
    /// [`AccountConfig::watchers`], from the next SUBSCRIBE on, refreshes among them.
    pub watchers: super::WatcherPolicy,
    /// [`AccountConfig::watcher_details`], from the next NOTIFY on.
    pub watcher_details: Option<bool>,
    /// [`AccountConfig::publish`].
    pub publish: Option<bool>,
    /// It registers and is kept registered, or its registration is taken back.
    pub registers: Option<bool>,
    /// [`AccountConfig::media_any_host`].
    pub media_any_host: Option<bool>,
    /// [`AccountConfig::codecs`], for calls that begin from now on; an empty choice: the phone's again.
    pub codecs: Option<CodecOrder>,
    /// [`AccountConfig::answering`], for calls that begin from now on.
    pub answering: Answering,
    /// [`AccountConfig::reliable`], for calls that begin from now on.
    pub reliable: super::Reliable,
    /// [`AccountConfig::media_timeout`].
    pub media_timeout: super::MediaTimeout,
    /// [`AccountConfig::session_timer`], for calls that begin from now on.
    pub session_timer: SessionTimer,
    /// [`AccountConfig::expires`].
    pub expires: u32,
    /// [`AccountConfig::keepalive`].
    pub keepalive: u32,
    /// [`AccountConfig::transport`].
    pub transport: Option<Transport>,
    /// [`AccountConfig::tag`].
    pub tag: u64,
}

impl core::fmt::Debug for AccountChange<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AccountChange").field("uri", &self.uri).finish_non_exhaustive() // the password is a secret
    }
}

impl core::fmt::Debug for AccountConfig<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("AccountConfig").field("uri", &self.uri).finish_non_exhaustive() // the password is a secret
    }
}

/// Options for dialling.
#[derive(Clone, Copy, Debug, Default)]
pub struct DialOptions<'t> {
    /// The source to send.
    pub source: Source,
    /// The application's own number.
    pub tag: u64,
    /// Shown to the far end; empty: the account's.
    pub display_name: &'t str,
    /// Extra header lines, each `Name: value` and ended by CRLF; refused where they would break the message or name a
    /// header the core owns.
    pub headers: &'t str,
    /// The codecs of this call, in order; empty: the account's.
    pub codecs: CodecOrder,
    /// Reliable provisional responses; inherited: the account's, or the phone's. With the feature `reliable`.
    pub reliable: super::Reliable,
    /// Its session timer; values that are not set are the account's.
    pub session_timer: SessionTimer,
    /// Its privacy; inherited: the account's. With the feature `identity`, as the next two.
    pub privacy: Privacy,
    /// From, a URI with or without a name; one without takes `display_name`. Empty: the account's.
    pub caller: &'t str,
    /// [`AccountConfig::identity`]; empty: the account's.
    pub identity: &'t str,
    /// The settings of its digits; what is not given is the account's. With the feature `info`.
    pub digits: DigitSettings,
    /// Where the caller is: a PIDF-LO document (RFC 4119, RFC 5491), at most [`super::Capacity::location`] bytes, and no
    /// more than leaves room for the rest of the INVITE in [`super::Capacity::message`]. It goes in the body of the
    /// INVITE, beside the description, and `Geolocation` names it (RFC 6442). It is not looked into. A call for help goes
    /// without one that is too long ([`super::EventKind::LocationLeft`]). `None`: the account's; empty: none, whatever the
    /// account has. With the feature `identity`, as the next two.
    pub location: Option<&'t str>,
    /// Servers on the way may read it to find who is called (rfc6442#4.2: `Geolocation-Routing`); `None`: they may where
    /// the call is for help in an emergency.
    pub location_routing: Option<bool>,
    /// It goes to whom a redirection (3xx) names, too; that of a call for help always does.
    pub location_follows: bool,
    /// [`AccountConfig::info_packages`]; `None`: the account's.
    pub info_packages: Option<&'t str>,
    /// The call of the far end's that this one is to take the place of, as Replaces names it (RFC 3891); the far end
    /// refuses the call if it cannot. Empty: none. With the feature `refer`, as the next.
    pub replaces: &'t str,
    /// The call is made because of this REFER, whose sender is told how it goes. An empty target is the REFER's.
    pub refer: super::MessageId,
}

/// Additions to the message that refuses or ends a call. With the feature `identity`.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndOptions<'t> {
    /// Extra header lines, as [`DialOptions::headers`].
    pub headers: &'t str,
    /// The reason for people: of a refusal, the phrase behind its status; of a BYE or a CANCEL, the text of its Reason
    /// header (RFC 3326), or the header's whole value, as `SIP;cause=200;text="Call completed elsewhere"`.
    pub reason: &'t str,
    /// Of a refusal with 300 to 399: its Contacts, the most wanted first, as `200, sip:a@example.com`.
    pub contacts: &'t str,
}

#[cfg(not(feature = "identity"))]
impl EndOptions<'_> {
    /// Nothing is added.
    pub(super) const fn is_empty(&self) -> bool {
        self.headers.is_empty() && self.reason.is_empty() && self.contacts.is_empty()
    }
}

/// The privacy of a caller (RFC 3323, 3325).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Privacy {
    /// As it is set elsewhere: for a call, by its account; else everything.
    #[default]
    Inherited,
    /// Everything.
    None,
    /// `Privacy: id`: proxies keep what they assert to themselves.
    Id,
    /// The same, and From and Contact name nobody.
    Anonymous,
}

/// A call, in numbers.
#[derive(Clone, Copy, Debug)]
pub struct CallInfo {
    /// Its name.
    pub call: CallId,
    /// Its account; none for a direct call.
    pub account: AccountId,
    /// The application's own number.
    pub tag: u64,
    /// Its state.
    pub state: CallState,
    /// It came in.
    pub incoming: bool,
    /// The time of its beginning.
    pub started: Instant,
    /// The time of its first progress (18x); [`Instant::NEVER`] if there was none.
    pub ringing: Instant,
    /// The time of its answer; [`Instant::NEVER`] if there was none.
    pub connected: Instant,
    /// The time of its end; [`Instant::NEVER`] if it has not ended.
    pub ended: Instant,
    /// The last SIP status.
    pub sip_code: u16,
    /// The result of its end.
    pub result: Cause,
    /// The cause of its end.
    pub cause: EndCause,
    /// The side that ended it.
    pub ended_by: EndedBy,
    /// The rule that ended it.
    pub rule: Option<Rule>,
    /// The ring that it asked for, by the account's own server.
    pub alert: Alert,
    /// The call that it takes the place of, or is to take once it is answered (RFC 3891); it may be gone. None: there is
    /// none.
    pub replaces: CallId,
    /// The REFER that it was dialled for, which may be gone; none: there is none.
    pub refer: super::MessageId,
    /// The source that it sends.
    pub source: Source,
    /// The sound that its far end hears while it is on hold.
    pub music: Music,
    /// The conference that it is in; none: it is alone.
    pub conference: ConferenceId,
    /// The microphone is off.
    pub muted: bool,
    /// The far end put us on hold.
    pub held: bool,
    /// We put the far end on hold.
    pub holding: bool,
    /// Media runs.
    pub media: bool,
    /// A set of `MEDIA_*`; 0: no media runs.
    pub ways: u32,
    /// Volume of our sound, in percent.
    pub volume_in: u16,
    /// Volume of the far end's sound, in percent.
    pub volume_out: u16,
    /// Seconds for which its session lasts without a refresh; 0: no session timer runs.
    pub session_interval: u32,
    /// The side that refreshes it.
    pub session_refresher: Refresher,
    /// The time at which it runs out, unless it is refreshed; [`Instant::NEVER`]: never.
    pub session_expires: Instant,
}

/// The phone, in numbers.
#[derive(Clone, Copy, Debug)]
pub struct PhoneInfo {
    /// Calls, ended ones that were not released among them.
    pub calls: usize,
    /// Those of them that have ended.
    pub ended: usize,
    /// Accounts.
    pub accounts: usize,
    /// Calls that could begin.
    pub calls_possible: usize,
    /// All calls send silence.
    pub muted: bool,
    /// Volume of our sound in calls to come, in percent.
    pub volume_in: u16,
    /// Volume of the far ends' sound in calls to come, in percent.
    pub volume_out: u16,
}

/// An account, in numbers.
#[derive(Clone, Copy, Debug)]
pub struct AccountInfo {
    /// Its name.
    pub account: AccountId,
    /// The application's own number.
    pub tag: u64,
    /// Its state.
    pub state: AccountState,
    /// The time at which its registration runs out; [`Instant::NEVER`] when there is none.
    pub expires: Instant,
    /// The last SIP status.
    pub sip_code: u16,
    /// The result of its failure.
    pub result: Cause,
    /// The same in a word, as calls have it.
    pub cause: EndCause,
    /// The time of the next try of a registration that failed; [`Instant::NEVER`]: not by itself.
    pub retry: Instant,
}

/// Texts of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum CallText {
    /// The far end's URI.
    RemoteUri = 1,
    /// The far end's display name, unquoted.
    RemoteName = 2,
    /// Our URI in this call.
    LocalUri = 3,
    /// The reason phrase of the last status, or the text of a Reason header behind it, or of the BYE or the CANCEL that
    /// ended the call; of a call that is up, of the last offer that was refused.
    Reason = 4,
    /// Call-ID.
    CallId = 5,
    /// Name of the codec, `PCMU/8000`.
    Codec = 6,
    /// The far end's User-Agent or Server.
    UserAgent = 7,
    /// The URI that the account's own proxy asserts of the caller, by P-Asserted-Identity, else Remote-Party-ID; nobody
    /// else is believed. While messages are kept.
    AssertedUri = 9,
    /// The text of the Warning (RFC 3261 §20.43) in the refusal of a call, or of the last offer that was refused in one that
    /// is up. While messages are kept.
    Warning = 32,
    /// The packages of INFO that the far end takes (RFC 6086, Recv-Info), with their parameters. With the features `info`
    /// and `message`.
    Packages = 45,
}

/// Lists of texts of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum CallList {
    /// The URIs of those who forwarded a call that came in, the last one first, as the account's own proxy says: by
    /// Diversion (RFC 5806), else by History-Info (RFC 7044).
    Diversion = 10,
    /// The reason of each of them, in the words of Diversion: `unconditional`, `user-busy`, `no-answer`, `deflection`,
    /// `unavailable`, `unknown`, and others.
    DiversionReason = 33,
    /// The URIs of the Contacts of the 3xx that ended a call of ours, in the order in which they stand there.
    Contact = 12,
}

/// Texts of an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u32)]
pub enum AccountText {
    /// Its address of record.
    Uri = 1,
    /// The realm of the challenge that was refused last.
    RefusedRealm = 2,
    /// The reason phrase of the response to its last REGISTER.
    Reason = 3,
    /// The URI that its requests go to: its proxy, else its registrar.
    NextHop = 4,
    /// Its dial plan.
    DialPlan = 5,
    /// The URI of its mailbox, as its own server named it last (RFC 3842, Message-Account). With the feature
    /// `subscribe`.
    Mailbox = 6,
}

/// A message that came for a call, of those that are kept: its first, and the latest ones.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Which {
    /// The first that came (the INVITE of an incoming call, the first response to an outgoing one). It is always kept.
    First,
    /// The last that came, whatever it is: an INFO within the call, too.
    Last,
    /// The last request with this method.
    Request(Method<'static>),
    /// The last response with this status.
    Response(u16),
    /// In the order in which they came, from 0.
    Nth(u32),
}
