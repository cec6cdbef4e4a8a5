//! A log: a bounded ring of small values without copied texts. Texts are read from the object that a
//! record is about.
//!
//! When the ring is full the oldest record gives way. A record that any host on the network can cause is made once a
//! second for each source, so a flood does not drive the rest out. Both are counted, and the next record has the
//! numbers.

use super::{AccountId, CallId, CallState, Cause, EndCause, EndedBy, Failure};
use crate::base::time::{Duration, Instant};
use crate::wire::sip::{Malformed, Method};
use core::mem::discriminant;
use core::net::{IpAddr, SocketAddr};

/// Records of one kind and source that the network causes come at least so far apart (milliseconds): as often as a
/// person reads one.
const REPEAT_MS: u64 = 1000;

/// Records that the network causes within [`REPEAT_MS`], whatever their sources: forged ones are many. A sixteenth of a
/// host's ring.
const PROVOKED: usize = 8;

/// Records are made; without the feature nothing of them is compiled, and asking for one finds none.
pub(crate) const IS_MADE: bool = cfg!(feature = "trace");

/// The level of a record. The numbers are frozen: they cross the C ABI.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[repr(u8)]
pub enum Level {
    /// A person has to help.
    Error = 1,
    /// A failure that is tried again or was handled.
    Warning = 2,
    /// An event.
    Info = 3,
    /// A detail.
    Debug = 4,
}

/// The object that a record is about.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum About {
    /// The phone as a whole.
    #[default]
    Phone,
    /// An account.
    Account(AccountId),
    /// A call.
    Call(CallId),
}

/// The rule that kept a request out, and so the setting that would let it in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rule {
    /// It is for no account, and calls without one are not allowed ([`super::Setup::allow_direct`]).
    Direct,
    /// It is for an account, but does not come from an address of the account's.
    Address,
    /// The slots that are left are kept for accounts ([`super::Capacity::direct_reserve`]).
    Reserve,
    /// Its source has too many calls under way ([`super::Capacity::direct_per_source`]).
    PerSource,
    /// The messages that are left are kept for ours, or for accounts ([`super::Capacity::messages_reserve`]).
    InboxReserve,
    /// Its source has too many messages here ([`super::Capacity::messages_per_source`]).
    InboxPerSource,
}

/// A limit that was reached. See [`super::Capacity`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Pool {
    /// No slot for a call.
    Calls,
    /// Ended calls gave way before they were released.
    EndedCalls,
    /// No slot for a request of ours.
    Requests,
    /// No slot for an INVITE that came in.
    Servers,
    /// No slot for a dialog.
    Dialogs,
    /// No slot for a message or a REFER that came.
    Inbox,
    /// No media ports.
    Ports,
    /// A message is longer than its buffer.
    Message,
}

/// The kind of an event in the log.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum What {
    /// An account is registered.
    Registered {
        /// For so many seconds.
        seconds: u32,
        /// It was before.
        again: bool,
    },
    /// A registration failed.
    RegistrationFailed {
        /// The result.
        cause: Cause,
        /// The status that refused it; 0: none came. [`super::AccountText::Reason`] has its words.
        sip_code: u16,
        /// Seconds until the next try; `None`: only the application can help.
        next: Option<u32>,
    },
    /// A registration was taken back.
    Unregistered,
    /// A call has another state.
    Call {
        /// The state that it is in now.
        state: CallState,
        /// It came in.
        incoming: bool,
        /// The status that came with it; 0: none.
        sip_code: u16,
        /// The result.
        result: Cause,
        /// The cause, with the end.
        cause: EndCause,
        /// The side that ended it, with the end.
        ended_by: EndedBy,
    },
    /// An offer of ours in a call came to nothing: its media stays as it was.
    OfferFailed {
        /// The result.
        result: Cause,
        /// The status that refused it, of which [`super::CallText::Reason`] and [`super::CallText::Warning`] have the
        /// words; 0: none came.
        sip_code: u16,
    },
    /// A request was kept out.
    Stranger {
        /// Its source.
        from: SocketAddr,
        /// Its method; one that is not known has no name.
        method: Method<'static>,
        /// The setting that would let it in.
        rule: Rule,
    },
    /// The addresses of a name are looked up.
    Locating,
    /// They were found.
    Located {
        /// So many.
        count: u8,
    },
    /// They were not found.
    LocateFailed(Failure),
    /// An address failed; the next one is tried.
    FailedOver {
        /// That one.
        to: SocketAddr,
    },
    /// A challenge was not answered. [`super::AccountText::RefusedRealm`] has its realm.
    ChallengeRefused(Cause),
    /// Media is taken from this address from now on.
    MediaFrom(SocketAddr),
    /// Media from this address is not taken: neither the description nor the signalling names it.
    MediaRefused(SocketAddr),
    /// No media has come for the time that the account allows.
    MediaSilent,
    /// A call's session timer was settled.
    SessionTimer {
        /// Seconds for which the session lasts from now on; 0: no timer runs any more.
        seconds: u32,
        /// We refresh.
        ours: bool,
        /// It was refreshed, on the same terms.
        again: bool,
    },
    /// Our refresh of a session came to nothing.
    SessionNotRefreshed {
        /// The status that refused it; 0: it did not leave.
        sip_code: u16,
    },
    /// A session was not refreshed in time.
    SessionExpired,
    /// A limit was reached.
    Full(Pool),
    /// A message could not be read.
    Malformed {
        /// Its source.
        from: SocketAddr,
        /// Its fault.
        reason: &'static str,
    },
    /// Local addresses came or went.
    NetworkChanged {
        /// So many there are.
        sockets: u8,
    },
}

impl What {
    /// Its level.
    #[must_use]
    pub const fn level(&self) -> Level {
        match self {
            Self::RegistrationFailed { next: None, .. } => Level::Error,
            Self::RegistrationFailed { .. }
            | Self::LocateFailed(_)
            | Self::ChallengeRefused(_)
            | Self::MediaSilent
            | Self::SessionNotRefreshed { .. }
            | Self::SessionExpired
            | Self::OfferFailed { .. }
            | Self::Full(_)
            | Self::Stranger { rule: Rule::Reserve | Rule::PerSource, .. } => Level::Warning,
            Self::Registered { again: false, .. }
            | Self::Unregistered
            | Self::Call { .. }
            | Self::Stranger { .. }
            | Self::FailedOver { .. }
            | Self::MediaFrom(_)
            | Self::MediaRefused(_)
            | Self::Malformed { .. } => Level::Info,
            Self::Registered { again: true, .. }
            | Self::Locating
            | Self::Located { .. }
            | Self::SessionTimer { .. }
            | Self::NetworkChanged { .. } => Level::Debug,
        }
    }

    /// The source of a record that any host on the network can cause.
    fn source(&self) -> Option<IpAddr> {
        match self {
            Self::Stranger { from, .. } | Self::Malformed { from, .. } | Self::MediaRefused(from) => Some(from.ip()),
            _ => None,
        }
    }

    /// The network can cause it as often as it likes.
    const fn is_provoked(&self) -> bool {
        matches!(self, Self::Stranger { .. } | Self::Malformed { .. } | Self::MediaRefused(_) | Self::Full(_))
    }

    fn is_like(&self, other: &Self) -> bool {
        discriminant(self) == discriminant(other)
            && self.source() == other.source()
            && (!matches!(self, Self::Full(_)) || self == other)
    }
}

/// A record.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Trace {
    /// Its time.
    pub at: Instant,
    /// Its object.
    pub about: About,
    /// The kind.
    pub what: What,
    /// So many records before this one gave way, for they were not fetched in time.
    pub lost: u32,
    /// So many since the one fetched before were not recorded, for they were like others of the same second.
    pub held_back: u32,
}

impl Trace {
    pub(crate) const EMPTY: Self =
        Self { at: Instant::ZERO, about: About::Phone, what: What::Locating, lost: 0, held_back: 0 };

    /// Its level.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.what.level()
    }
}

/// The ring. Records that were fetched stay until their slots are needed: repetitions are recognised by them.
pub(super) struct Traces<'a> {
    slots: &'a mut [Trace],
    /// The slot of the next record.
    next: u16,
    /// The newest records, which were not fetched.
    unread: u16,
    lost: u16,
    held_back: u16,
}

impl<'a> Traces<'a> {
    pub(super) const fn new(slots: &'a mut [Trace]) -> Self {
        Self { slots, next: 0, unread: 0, lost: 0, held_back: 0 }
    }

    /// Without slots nothing is recorded.
    const fn is_off(&self) -> bool {
        self.slots.is_empty()
    }

    pub(super) const fn has_unread(&self) -> bool {
        self.unread > 0
    }

    /// The index of the record that so many were recorded after.
    const fn index(&self, newer: usize) -> usize {
        (self.next as usize + self.slots.len() - 1 - newer) % self.slots.len()
    }

    #[inline(never)] // keeps the frame of a record off the callers' paths, as below
    pub(super) fn push(&mut self, at: Instant, about: About, what: &What) {
        if self.is_off() {
            return;
        }
        if what.is_provoked() && self.is_too_much(at, what) {
            self.held_back = self.held_back.saturating_add(1);
            return;
        }
        if let Some(slot) = self.slots.get_mut(usize::from(self.next)) {
            *slot = Trace { at, about, what: *what, lost: 0, held_back: 0 };
        }
        self.next = ((usize::from(self.next) + 1) % self.slots.len()) as u16;
        if usize::from(self.unread) == self.slots.len() {
            self.lost = self.lost.saturating_add(1);
        } else {
            self.unread += 1;
        }
    }

    fn is_too_much(&self, at: Instant, what: &What) -> bool {
        // a slot that was never used equals no record of the network
        let newest_first = (0..self.slots.len()).filter_map(|newer| self.slots.get(self.index(newer)));
        let mut provoked = 0;
        for record in newest_first.take_while(|record| at.since(record.at) < Duration::from_millis(REPEAT_MS)) {
            provoked += usize::from(record.what.is_provoked());
            if record.what.is_like(what) || provoked == PROVOKED {
                return true;
            }
        }
        false
    }

    pub(super) fn pop(&mut self) -> Option<Trace> {
        let oldest = self.index(usize::from(self.unread.checked_sub(1)?));
        self.unread -= 1;
        let (lost, held_back) =
            (u32::from(core::mem::take(&mut self.lost)), u32::from(core::mem::take(&mut self.held_back)));
        self.slots.get(oldest).map(|record| Trace { lost, held_back, ..*record })
    }
}

impl Malformed {
    /// The fault in words.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Empty => "there is nothing in it",
            Self::NotSip => "the first line is no SIP start line",
            Self::Unterminated => "the header section does not end",
            Self::TooLarge => "it is longer than a SIP message can be",
        }
    }
}
