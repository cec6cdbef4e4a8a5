//! An account: its texts lie packed in one block; its registration keeps itself alive.

use crate::base::limits::{CHALLENGES, HOP_S, OWN_ADDRESSES};
use crate::base::rotate::last_to_front;
use crate::base::slots::Handle;
use crate::base::text::{Packer, Span};
use crate::base::time::{Duration, Instant};
use crate::media::CodecOrder;
use crate::phone::context::done::Link;
use crate::phone::credential::Credential;
use crate::phone::media_timeout::Patience;
use crate::phone::place::Place;
use crate::phone::write::SECRET;
use crate::phone::{AccountState, Cause, Transport};
use crate::sip::auth::PackedChallenge;
#[cfg(feature = "timers")]
use crate::sip::session::timer::Wanted;
use crate::sip::tag::{Tag, hex};
use crate::wire::sip::Uri;
use core::net::IpAddr;

/// An account and its registration. All texts are spans of its block.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(super) uri: Span,
    /// The user part of `uri`.
    pub(super) user: Span,
    /// The host of `uri`, with its port.
    pub(super) domain: Span,
    /// Request-URI of REGISTER.
    pub(super) registrar: Span,
    pub(super) proxy: Span,
    pub(super) username: Span,
    pub(super) password: Span,
    /// The realms to answer, comma separated; empty: those that are learnt.
    pub(super) realms: Span,
    pub(super) display_name: Span,
    /// The list of trusted hosts and networks.
    pub(super) trusted: Span,
    /// The texts of [`crate::numbers::Rules`].
    #[cfg(feature = "numbers")]
    pub(super) numbers: [Span; 3],
    /// Identity, headers of REGISTER, headers of INVITE.
    /// Its calls for help that last, and the end of the last of them; never: there was none.
    #[cfg(all(feature = "numbers", feature = "rules"))]
    pub(super) helped: (u8, Instant),
    #[cfg(feature = "identity")]
    pub(super) said: [Span; 3],
    /// The INFO packages that its calls take; `None`: the phone's.
    #[cfg(all(feature = "info", feature = "message"))]
    pub(super) packages: Option<Span>,
    /// Bytes of its location; 0: it has none.
    #[cfg(feature = "identity")]
    pub(super) location: u16,
    #[cfg(feature = "identity")]
    pub(super) privacy: crate::phone::Privacy,
    #[cfg(feature = "reliable")]
    pub(super) reliable: crate::phone::Reliable,
    #[cfg(feature = "message")]
    pub(super) messages: crate::phone::MessagePolicy,
    #[cfg(feature = "imdn")]
    pub(super) notices: crate::phone::NoticePolicy,
    #[cfg(feature = "refer")]
    pub(super) transfers: (crate::phone::TransferPolicy, crate::phone::TransferPolicy),
    /// The treatment of watchers, and whether they are told who talks to whom.
    #[cfg(feature = "notify")]
    pub(super) watchers: (crate::phone::WatcherPolicy, Option<bool>),
    #[cfg(feature = "info")]
    pub(super) digits: crate::media::digits::DigitSettings,
    #[cfg(feature = "subscribe")]
    pub(super) unsolicited: super::mailbox::Unsolicited,
    #[cfg(any(feature = "publish", feature = "notify"))]
    pub(super) presence: super::presence::Kept,
    /// The publication of its presence; none: there is none.
    #[cfg(feature = "publish")]
    pub(super) publication: Handle,
    /// The realm of the last challenge that was not answered, and the reason.
    pub(super) refused_realm: Span,
    pub(super) refused: Cause,
    /// Bytes of the reason phrase of the response to the last REGISTER, which stands behind `refused_realm`; 0 where it
    /// had no room.
    pub(super) reason_len: u8,
    /// The room for the learnt realms, `refused_realm` and `reason`, in this order.
    pub(super) fixed_end: u16,
    /// Realms that were learnt over the account's own hop: from REGISTER, or on an account that does not register from
    /// an INVITE.
    pub(super) learnt: [Span; 2],
    pub(super) tag: u64,
    pub(super) no_register: bool,
    pub(super) media_any_host: bool,
    pub(super) codecs: CodecOrder,
    #[cfg(feature = "codecs")]
    pub(super) answering: crate::offer::Answering,
    pub(super) patience: Patience,
    #[cfg(feature = "timers")]
    pub(super) session_timer: Wanted,
    pub(super) wished_expires: u32,
    pub(super) keepalive: u32,
    /// To its registrar or proxy, where their URIs name none.
    pub(super) transport: Option<Transport>,
    pub(super) challenges: [Kept; CHALLENGES],
    /// The way to the registrar or proxy, resolved.
    pub(super) hop: Option<Place>,
    /// The time of the next look-up.
    pub(super) hop_until: Instant,
    /// Its name stood for more than that one: when it falls silent, another look-up is worth it.
    pub(super) several: bool,
    /// The trusted name that is being looked up, from 1; 0: none.
    pub(super) trusted_name: u8,
    /// The time of their next look-up.
    pub(super) trusted_at: Instant,
    pub(super) own: [Option<IpAddr>; OWN_ADDRESSES],
    /// User part of our Contacts; empty: that of REGISTER is the secret, that of calls the account's.
    pub(super) contact_user: Span,
    /// Marks requests that came by way of the registrar: only the Contact of REGISTER carries it.
    pub(super) secret: u64,
    pub(super) registration: Registration,
    pub(super) state: AccountState,
    pub(super) sip_code: u16,
    pub(super) cause: Cause,
    /// States reached since the last event, a bit each; bit 31: a challenge was refused.
    pub(super) pending: u32,
    /// The times of the last change of its state, and of the last refused challenge ([`Instant::stamp`]).
    pub(super) changed_at: u32,
    pub(super) challenged_at: u32,
    /// The bytes of the latest REGISTER that left by a datagram which is too long.
    #[cfg(feature = "stream")]
    pub(super) datagram: u16,
    /// The commands whose ends are owed: the first of a list.
    pub(super) commands: Link,
    /// To be removed once the registration has ended.
    pub(super) leaving: bool,
}

/// A challenge that an account keeps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    pub(super) challenge: PackedChallenge,
    /// The use of this slot; 0: none yet. The upper half counts the realms that stood here, the lower half the nonces
    /// of this one.
    pub(super) generation: u32,
    /// The number of uses of its nonce.
    pub(super) count: u32,
    /// It came from a proxy (407).
    pub(super) proxy: bool,
}

impl Kept {
    const REALM: u32 = 1 << 16;

    /// Another nonce, of the same realm or of another one.
    pub(super) fn renew(&mut self, same_realm: bool) {
        let (realm, nonce) = (self.generation / Self::REALM, self.generation % Self::REALM);
        let (realm, nonce) = if same_realm { (realm, nonce + 1) } else { (realm + 1, 0) };
        self.generation = (realm % Self::REALM).max(1) * Self::REALM + nonce % Self::REALM;
        self.count = 0;
    }

    /// The realm that these credentials answered stands here now, whatever its nonce.
    pub(super) const fn is_for_realm_of(&self, credential: Credential) -> bool {
        credential.challenge != 0 && credential.challenge / Self::REALM == self.generation / Self::REALM
    }
}

/// The registration of an account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registration {
    /// Wanted by the application.
    pub(super) wanted: bool,
    pub(super) request: Handle,
    /// Its Call-ID.
    pub(super) id: u64,
    pub(super) local_tag: Tag,
    pub(super) number: u32,
    /// The lifetime that the next REGISTER asks for (raised by 423).
    pub(super) ask: u32,
    /// The lifetime that the request under way asks for; 0 takes the binding back.
    pub(super) asked: u32,
    /// An update came while a REGISTER was under way: another one follows it.
    pub(super) again: bool,
    pub(super) interval_tries: u8,
    /// Refusals in a row that only a person at the registrar can lift.
    pub(super) refusals: u8,
    pub(super) failures: u8,
    /// Streams in a row that closed at once after it was bound over them.
    pub(super) losses: u8,
    /// The stream that it was bound over last, even if requests take another way since; no stream: it was bound over
    /// datagrams.
    pub(super) stream: Place,
    /// The time since which it is bound over that stream ([`Instant::stamp`]); 0: it is not.
    pub(super) stream_since: u32,
    /// The time of the next REGISTER.
    pub(super) next: Instant,
    pub(super) expires: Instant,
    pub(super) keepalive_at: Instant,
    /// A keepalive is to be sent.
    pub(super) keepalive_owed: bool,
    /// The far end of the stream has answered a ping. Not all do, so only of one that did a pong is waited for.
    #[cfg(feature = "stream")]
    pub(super) pongs: bool,
    /// A ping has left, and nothing came back yet.
    #[cfg(feature = "stream")]
    pub(super) pinged: bool,
    /// The end of the wait for a pong.
    #[cfg(feature = "stream")]
    pub(super) pong_by: Instant,
    /// A stream that has failed, which the driver is to close; none: an empty place.
    #[cfg(feature = "stream")]
    pub(super) failed_stream: Option<Place>,
}

impl Registration {
    const EMPTY: Self = Self {
        wanted: false,
        request: Handle::NONE,
        id: 0,
        local_tag: Tag { handle: Handle::NONE, secret: 0 },
        number: 0,
        ask: 0,
        asked: 0,
        again: false,
        interval_tries: 0,
        refusals: 0,
        failures: 0,
        losses: 0,
        stream: Place::EMPTY,
        stream_since: 0,
        next: Instant::NEVER,
        expires: Instant::NEVER,
        keepalive_at: Instant::NEVER,
        keepalive_owed: false,
        #[cfg(feature = "stream")]
        pongs: false,
        #[cfg(feature = "stream")]
        pinged: false,
        #[cfg(feature = "stream")]
        pong_by: Instant::NEVER,
        #[cfg(feature = "stream")]
        failed_stream: None,
    };
}

impl Account {
    pub(crate) const EMPTY: Self = Self {
        uri: Span::EMPTY,
        user: Span::EMPTY,
        domain: Span::EMPTY,
        registrar: Span::EMPTY,
        proxy: Span::EMPTY,
        username: Span::EMPTY,
        password: Span::EMPTY,
        realms: Span::EMPTY,
        display_name: Span::EMPTY,
        trusted: Span::EMPTY,
        #[cfg(all(feature = "numbers", feature = "rules"))]
        helped: (0, Instant::NEVER),
        #[cfg(feature = "identity")]
        said: [Span::EMPTY; 3],
        #[cfg(all(feature = "info", feature = "message"))]
        packages: None,
        #[cfg(feature = "identity")]
        location: 0,
        #[cfg(feature = "identity")]
        privacy: crate::phone::Privacy::Inherited,
        #[cfg(feature = "reliable")]
        reliable: crate::phone::Reliable::Inherited,
        #[cfg(feature = "info")]
        digits: crate::media::digits::DigitSettings::NONE,
        #[cfg(feature = "subscribe")]
        unsolicited: super::mailbox::Unsolicited::NONE,
        #[cfg(any(feature = "publish", feature = "notify"))]
        presence: super::presence::Kept::USUAL,
        #[cfg(feature = "publish")]
        publication: Handle::NONE,
        #[cfg(feature = "message")]
        messages: crate::phone::MessagePolicy::Inherited,
        #[cfg(feature = "notify")]
        watchers: (crate::phone::WatcherPolicy::Inherited, None),
        #[cfg(feature = "imdn")]
        notices: crate::phone::NoticePolicy::Inherited,
        #[cfg(feature = "refer")]
        transfers: (crate::phone::TransferPolicy::Inherited, crate::phone::TransferPolicy::Inherited),
        #[cfg(feature = "numbers")]
        numbers: [Span::EMPTY; 3],
        trusted_name: 0,
        trusted_at: Instant::NEVER,
        refused_realm: Span::EMPTY,
        refused: Cause::Normal,
        reason_len: 0,
        fixed_end: 0,
        learnt: [Span::EMPTY; 2],
        tag: 0,
        no_register: false,
        media_any_host: false,
        codecs: CodecOrder::EMPTY,
        #[cfg(feature = "codecs")]
        answering: crate::offer::Answering::USUAL,
        patience: Patience::USUAL,
        #[cfg(feature = "timers")]
        session_timer: Wanted::USUAL,
        wished_expires: 0,
        keepalive: 0,
        transport: None,
        challenges: [Kept { challenge: PackedChallenge::EMPTY, generation: 0, count: 0, proxy: false }; CHALLENGES],
        hop: None,
        hop_until: Instant::ZERO,
        several: false,
        own: [None; OWN_ADDRESSES],
        contact_user: Span::EMPTY,
        secret: 0,
        registration: Registration::EMPTY,
        state: AccountState::Unregistered,
        sip_code: 0,
        cause: Cause::Normal,
        pending: 0,
        changed_at: 0,
        challenged_at: 0,
        #[cfg(feature = "stream")]
        datagram: 0,
        commands: Link::NONE,
        leaving: false,
    };

    /// The end of the texts that stay.
    pub(super) fn learnt_end(&self) -> usize {
        let learnt = self.learnt.iter().map(|learnt| learnt.start() + learnt.len()).max().unwrap_or(0);
        learnt.max(usize::from(self.fixed_end))
    }

    /// Keeps the reason phrase of a response.
    pub(super) fn keep_reason(&mut self, text: &mut [u8], reason: &[u8]) {
        let kept = Packer::new(text, self.reason_start()).add(reason);
        self.reason_len = kept.and_then(|kept| u8::try_from(kept.len()).ok()).unwrap_or(0);
    }

    pub(super) fn reason<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        text.get(self.reason_start()..).and_then(|rest| rest.get(..usize::from(self.reason_len))).unwrap_or_default()
    }

    fn reason_start(&self) -> usize {
        self.learnt_end().max(self.refused_realm.start() + self.refused_realm.len())
    }

    /// The end of all texts, with those that may be written over.
    pub(super) fn texts_end(&self) -> usize {
        self.reason_start() + usize::from(self.reason_len)
    }

    /// Takes the texts of a block that was written anew.
    pub(super) fn take_texts(&mut self, new: &Self, learnt: [Span; 2]) {
        (self.uri, self.user, self.domain) = (new.uri, new.user, new.domain);
        (self.registrar, self.proxy) = (new.registrar, new.proxy);
        (self.username, self.password, self.realms) = (new.username, new.password, new.realms);
        (self.display_name, self.contact_user, self.trusted) = (new.display_name, new.contact_user, new.trusted);
        #[cfg(feature = "numbers")]
        (self.numbers = new.numbers);
        #[cfg(feature = "identity")]
        (self.said = new.said);
        #[cfg(all(feature = "info", feature = "message"))]
        (self.packages = new.packages);
        (self.fixed_end, self.learnt) = (new.fixed_end, learnt);
        (self.refused_realm, self.reason_len) = (Span::EMPTY, 0);
    }

    /// User part of our Contact in calls.
    pub(super) fn call_user(&self) -> Span {
        if self.contact_user.is_empty() { self.user } else { self.contact_user }
    }

    /// The account's secret stands in this URI, the target of a request or a binding: in our parameter, or as its user.
    pub(super) fn is_named_by(&self, uri: &Uri<'_>) -> bool {
        [uri.params.get(SECRET), uri.user]
            .iter()
            .flatten()
            .any(|text| text.len() == 16 && hex(text) == Some(self.secret))
    }

    /// It is registered, so there is something to undo.
    pub(super) fn is_bound(&self) -> bool {
        self.registration.expires != Instant::NEVER
    }

    /// The way to the registrar or proxy, as long as it need not be looked up again.
    pub(super) fn fresh_hop(&self, now: Instant) -> Option<Place> {
        self.hop.filter(|_| now < self.hop_until)
    }

    /// The way was found, or has to do.
    pub(super) fn set_hop(&mut self, now: Instant, hop: Place) {
        self.hop = Some(hop);
        self.hop_until = now + Duration::from_secs(HOP_S);
    }

    /// Remembers an address as the account's own. The newest stands first; of too many, the one that was not found
    /// again for longest goes.
    pub(super) fn own_address(&mut self, ip: IpAddr) {
        let known = self.own.iter().position(|own| *own == Some(ip)).unwrap_or(OWN_ADDRESSES - 1);
        if let Some(up_to) = self.own.get_mut(..=known) {
            last_to_front(up_to);
        }
        if let Some(first) = self.own.first_mut() {
            *first = Some(ip);
        }
    }

    /// The earliest deadline.
    pub(super) fn deadline(&self) -> Instant {
        let registration = &self.registration;
        #[cfg(feature = "stream")]
        let pong = registration.pong_by;
        #[cfg(not(feature = "stream"))]
        let pong = Instant::NEVER;
        registration.next.min(registration.expires).min(registration.keepalive_at).min(self.trusted_at).min(pong)
    }
}
