//! The making of a phone.

use super::capacity::Capacity;
use super::context::Context;
use super::context::done::Link;
use super::fixed::{Fixed, Short};
use super::media_timeout::{MediaTimeout, Patience};
use super::object::Objects;
use super::session_timer::SessionTimer;
use super::storage::Storage;
use super::trace::Traces;
use super::{Lower, Phone};
use crate::base::divide::divide;
use crate::base::due::{Due, Owed};
use crate::base::rng::Rng;
use crate::base::time::Instant;
use crate::media::digits::DigitSettings;
use crate::media::{Codec, CodecList, resample};
use crate::offer::Answering;
#[cfg(feature = "timers")]
use crate::sip::session::timer::Wanted;

/// From 1900, where NTP counts from, to 1970.
const FROM_1900_MS: u64 = 2_208_988_800_000;

/// Settings of a phone, given when it is made.
#[derive(Clone, Copy)]
pub struct Setup<'t> {
    /// 32 bytes of the system's entropy; all zero is refused. All randomness comes from it.
    pub seed: [u8; 32],
    /// Samples a second of the PCM that goes in and out: 8000, 16000 or 48000; without the feature `resample` 8000.
    pub rate: u32,
    /// Milliseconds since 1970 at `now`, for the clock of RTCP's reports; 0 when unknown: they count from the driver's
    /// start.
    pub epoch_ms: u64,
    /// User-Agent and Server; empty: `microsip/` and the version. At most 64 bytes without controls.
    pub user_agent: &'t str,
    /// Calls from any host, without an account. Our own direct calls need no permission.
    pub allow_direct: bool,
    /// Calls are told that they are in a conference, which this phone is the focus of (`isfocus` in the Contact).
    pub focus: bool,
    /// The limit of a far end's silence.
    pub media_timeout: MediaTimeout,
    /// Reliable provisional responses in its calls; inherited: they are supported. With the feature `reliable`.
    pub reliable: super::Reliable,
    /// The settings of digits in its calls, where the account, the call and the command give none; what is not given here
    /// is as usual. With the feature `info`.
    pub digits: DigitSettings,
    /// The treatment of messages that come, unless the account has another one. With the feature `message`.
    pub messages: super::MessagePolicy,
    /// The packages of INFO that calls take, unless the account or the call names others
    /// ([`super::AccountConfig::info_packages`]); `None`: none, and nothing is said of packages. With the features `info`
    /// and `message`.
    pub info_packages: Option<&'t str>,
    /// The notices that leave by themselves, unless the account says otherwise. With the feature `imdn`.
    pub notices: super::NoticePolicy,
    /// The treatment of REFER, unless the account has another one. In no call it is taken from an account's own server
    /// alone. With the feature `refer`.
    pub refer: super::TransferPolicy,
    /// The treatment of INVITEs that are to take the place of a call (RFC 3891), unless the account has another one. One
    /// that takes an account's call has to come by its own server. With the feature `refer`.
    pub replaces: super::TransferPolicy,
    /// The treatment of those who would watch us, unless the account has another one. With the feature `notify`, as the next.
    pub watchers: super::WatcherPolicy,
    /// Watchers of our calls are told who talks to whom, with the name by which a call may be taken over; unless the account
    /// says otherwise. `None`: they are.
    pub watcher_details: Option<bool>,
    /// The session timer of calls, unless the account or the call wants another one.
    pub session_timer: SessionTimer,
    /// User part of our URI in direct calls; empty: `microsip`.
    pub direct_user: &'t str,
    /// The codecs that calls offer and answer with, the most wanted first, unless the account or the call has its own
    /// choice; the driver's [`CodecBank`](crate::media::CodecBank) has them all.
    pub codecs: CodecList,
    /// The codecs of answers, among those that both sides have, unless the account says otherwise. With the feature
    /// `codecs`.
    pub answering: Answering,
    /// The bank has memory for codecs that need it, though none of `codecs` does, so that accounts and calls may choose
    /// one.
    pub codec_memory: bool,
    /// Stands in the ids of calls and accounts, so that another phone's differ ([`super::id::mark`]).
    pub mark: u8,
}

/// All but the seed, without which no phone is made.
impl Default for Setup<'_> {
    fn default() -> Self {
        Self {
            seed: [0; 32],
            rate: 8000,
            epoch_ms: 0,
            user_agent: "",
            allow_direct: false,
            focus: false,
            media_timeout: MediaTimeout::default(),
            reliable: super::Reliable::Inherited,
            digits: DigitSettings::NONE,
            messages: super::MessagePolicy::Inherited,
            info_packages: None,
            notices: super::NoticePolicy::Inherited,
            refer: super::TransferPolicy::Inherited,
            replaces: super::TransferPolicy::Inherited,
            watchers: super::WatcherPolicy::Inherited,
            watcher_details: None,
            session_timer: SessionTimer::default(),
            direct_user: "",
            codecs: CodecList::built_in(),
            answering: Answering::USUAL,
            codec_memory: true,
            mark: 0,
        }
    }
}

impl core::fmt::Debug for Setup<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Setup")
            .field("rate", &self.rate)
            .field("allow_direct", &self.allow_direct)
            .finish_non_exhaustive() // the seed is a secret
    }
}

/// The reason for which a phone cannot be made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SetupError {
    /// The seed is all zero.
    Seed,
    /// The rate, or that of a codec, is none of 8000, 16000, 48000, or needs the feature `resample`.
    Rate,
    /// The User-Agent or the direct user is too long or has characters that do not belong there.
    Text,
    /// Capacities that no pools can be made from.
    Capacity,
    /// A session timer of less than 90 seconds.
    Timer,
    /// Settings of digits out of their ranges.
    Digits,
    /// The list of INFO packages has an entry that is no name, or is too long.
    Packages,
    /// The list of INFO packages has names, and the capacity no messages, which they come as.
    Unheld,
}

impl Setup<'_> {
    /// A phone can be made by it, with that capacity.
    ///
    /// # Errors
    /// As [`Phone::new`].
    pub fn check(&self, capacity: &Capacity) -> Result<Checked, SetupError> {
        if self.seed == [0; 32] {
            return Err(SetupError::Seed);
        }
        #[cfg(feature = "timers")]
        self.session_timer.check().map_err(|_| SetupError::Timer)?;
        #[cfg(feature = "info")]
        if !self.digits.are_possible() {
            return Err(SetupError::Digits);
        }
        super::packages::check_given(self.info_packages).map_err(|_| SetupError::Packages)?;
        #[cfg(all(feature = "info", feature = "message"))]
        super::packages::check_held(self.info_packages, capacity.messages as usize).map_err(|_| SetupError::Unheld)?;
        let codecs = || self.codecs.entries().iter().map(|entry| entry.codec);
        if !matches!(self.rate, 8000 | 16_000 | 48_000)
            || !resample::is_made(self.rate)
            || !codecs().all(|codec| resample::is_made(codec.rate()))
        {
            return Err(SetupError::Rate);
        }
        let samples = codecs().map(Codec::quantum_samples).max().unwrap_or(0);
        let quantum = samples.max(self.rate as usize / 100);
        if !capacity.is_valid()
            || quantum > capacity.quantum as usize
            || self.codecs.quantum_bytes() > capacity.payload as usize
            || capacity.payload == 0
        {
            return Err(SetupError::Capacity);
        }
        let agent =
            if self.user_agent.is_empty() { concat!("microsip/", env!("CARGO_PKG_VERSION")) } else { self.user_agent };
        let user = if self.direct_user.is_empty() { "microsip" } else { self.direct_user };
        if super::header_lines::has_controls(agent)
            || !user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.!~*'()&=+$,".contains(&byte))
        {
            return Err(SetupError::Text);
        }
        let (agent, direct_user) = Short::new(agent).zip(Short::new(user)).ok_or(SetupError::Text)?;
        Ok(Checked { agent, direct_user })
    }
}

/// A setup that a phone can be made by: [`Setup::check`] makes it.
#[derive(Debug)]
pub struct Checked {
    agent: Short,
    direct_user: Short,
}

impl<'a> Phone<'a> {
    /// A phone over lent storage.
    ///
    /// # Errors
    /// [`SetupError`] names the fault of the setup or the capacity.
    pub fn new(storage: Storage<'a>, capacity: &Capacity, setup: &Setup<'_>, now: Instant) -> Result<Self, SetupError> {
        let checked = setup.check(capacity)?;
        Ok(Self::checked(storage, capacity, setup, checked, now))
    }

    /// The same, by a setup that was checked with that capacity before.
    #[must_use]
    pub fn checked(
        mut storage: Storage<'a>,
        capacity: &Capacity,
        setup: &Setup<'_>,
        checked: Checked,
        now: Instant,
    ) -> Self {
        let mut rng = Rng::new(&setup.seed);
        let keys = [(rng.next_u64(), rng.next_u64()), (rng.next_u64(), rng.next_u64())];
        let objects = Objects::new(capacity);
        storage.accounts.mark(setup.mark);
        storage.calls.mark(setup.mark);
        storage.media.mark(setup.mark);
        #[cfg(feature = "message")]
        storage.messages.mark(setup.mark);
        #[cfg(feature = "subscribe")]
        storage.subscriptions.mark(setup.mark);
        #[cfg(feature = "notify")]
        storage.watchers.mark(setup.mark);
        #[cfg(feature = "publish")]
        storage.publications.mark(setup.mark);
        storage.media.set_rate(setup.rate);
        Self {
            calls: storage.calls,
            #[cfg(feature = "message")]
            messages: storage.messages,
            #[cfg(feature = "subscribe")]
            subscriptions: storage.subscriptions,
            #[cfg(feature = "notify")]
            watchers: storage.watchers,
            #[cfg(feature = "publish")]
            publications: storage.publications,
            lower: Lower {
                cx: Context {
                    fixed: Fixed {
                        rate: setup.rate,
                        epoch_s: if setup.epoch_ms == 0 {
                            0
                        } else {
                            divide(setup.epoch_ms.saturating_add(FROM_1900_MS).saturating_sub(now.millis()), 1000).0
                                as u32
                        },
                        agent: checked.agent,
                        direct_user: checked.direct_user,
                        allow_direct: setup.allow_direct,
                        patience: Patience::USUAL.with(setup.media_timeout),
                        #[cfg(feature = "timers")]
                        session_timer: Wanted::USUAL.with(setup.session_timer),
                        direct_reserve: capacity.direct_reserve as usize,
                        direct_per_source: capacity.direct_per_source as usize,
                        payload: capacity.payload,
                        codec_memory: setup.codec_memory || setup.codecs.remembers(),
                        quantum: capacity.quantum,
                        codecs: setup.codecs,
                        #[cfg(feature = "codecs")]
                        answering: setup.answering,
                        history: capacity.history as usize,
                        focus: setup.focus,
                        #[cfg(feature = "reliable")]
                        reliable: setup.reliable,
                        #[cfg(feature = "message")]
                        messages: setup.messages.or(super::MessagePolicy::Ask),
                        #[cfg(all(feature = "info", feature = "message"))]
                        packages: setup.info_packages.and_then(super::packages::Usual::new),
                        #[cfg(feature = "imdn")]
                        notices: setup.notices.or(super::NoticePolicy::Never),
                        #[cfg(feature = "refer")]
                        transfers: (setup.refer, setup.replaces),
                        #[cfg(feature = "notify")]
                        watchers: (setup.watchers.or(super::WatcherPolicy::Refuse), setup.watcher_details),
                        #[cfg(feature = "info")]
                        digits: setup.digits.or(DigitSettings::USUAL),
                    },
                    objects,
                    rng,
                    keys,
                    sockets: storage.sockets,
                    due: Due::new(storage.due),
                    owed: Owed::new(storage.owed),
                    #[cfg(feature = "notify")]
                    watched: false,
                    #[cfg(feature = "notify")]
                    changed: Owed::new(storage.changed),
                    events: Owed::new(storage.events),
                    wishes: Owed::new(storage.wishes),
                    latest: now,
                    commands: storage.commands,
                    orphans: Link::NONE,
                    lost: 0,
                    lost_at: Instant::ZERO,
                    closing: false,
                    traces: Traces::new(storage.traces),
                    counters: super::Counters::default(),
                },
                transactions: storage.transactions,
                accounts: storage.accounts,
                dialogs: storage.dialogs,
                media: storage.media,
            },
        }
    }
}
