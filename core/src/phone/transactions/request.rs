//! One outgoing request (locate, authenticate, fail over): an owner above, addresses left and challenges answered
//! inside, one transaction below.

use crate::base::limits::{CHALLENGES, TARGETS};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::Flow;
use crate::phone::credential::Credential;
use crate::phone::place::Place;
use crate::sip::client::{Client, State};
use crate::sip::session::Carrier;
use crate::wire::sip::Method;

/// Methods that we send.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Sending {
    #[default]
    Invite,
    Bye,
    Cancel,
    Register,
    /// An INVITE within a dialog.
    Reinvite,
    /// The same, and its offer repeats our last description.
    #[cfg(feature = "timers")]
    Repeat,
    /// An UPDATE with an offer (RFC 3311).
    Update,
    /// The PRACK of a reliable provisional response (RFC 3262).
    #[cfg(feature = "reliable")]
    Prack,
    /// A digit (RFC 6086, its legacy usage).
    #[cfg(feature = "info")]
    Info,
    /// An UPDATE without one: it refreshes the session.
    #[cfg(feature = "timers")]
    Refresh,
    /// A SUBSCRIBE (RFC 6665), which begins a dialog or refreshes what goes by it.
    #[cfg(feature = "subscribe")]
    Subscribe,
    /// A MESSAGE (RFC 3428), in a dialog or in none.
    #[cfg(feature = "message")]
    Message,
    /// An INFO of the application's (RFC 6086), in a call's dialog.
    #[cfg(all(feature = "info", feature = "message"))]
    Package,
    /// A PUBLISH (RFC 3903), in no dialog.
    #[cfg(feature = "publish")]
    Publish,
    /// A REFER (RFC 3515) in a call's dialog.
    #[cfg(feature = "refer")]
    Refer,
    /// A NOTIFY (RFC 6665) that tells how a call goes which was dialled for a REFER, or what somebody watches.
    #[cfg(any(feature = "refer", feature = "notify"))]
    Notify,
    /// No message: an address is looked up, and that is all.
    Nothing,
}

impl Sending {
    pub(crate) const fn method(self) -> Method<'static> {
        match self {
            Self::Invite | Self::Reinvite => Method::Invite,
            Self::Bye => Method::Bye,
            Self::Cancel => Method::Cancel,
            Self::Register => Method::Register,
            Self::Update => Method::Update,
            #[cfg(feature = "reliable")]
            Self::Prack => Method::Prack,
            #[cfg(feature = "info")]
            Self::Info => Method::Info,
            #[cfg(feature = "timers")]
            Self::Repeat => Method::Invite,
            #[cfg(feature = "timers")]
            Self::Refresh => Method::Update,
            #[cfg(feature = "subscribe")]
            Self::Subscribe => Method::Subscribe,
            #[cfg(feature = "message")]
            Self::Message => Method::Message,
            #[cfg(all(feature = "info", feature = "message"))]
            Self::Package => Method::Info,
            #[cfg(feature = "publish")]
            Self::Publish => Method::Publish,
            #[cfg(feature = "refer")]
            Self::Refer => Method::Refer,
            #[cfg(any(feature = "refer", feature = "notify"))]
            Self::Notify => Method::Notify,
            Self::Nothing => Method::Other(b""),
        }
    }

    /// The offer that it carries.
    pub(crate) const fn offers(self) -> Option<Carrier> {
        match self {
            Self::Invite | Self::Reinvite => Some(Carrier::Invite),
            Self::Update => Some(Carrier::Update),
            #[cfg(feature = "timers")]
            Self::Repeat => Some(Carrier::Invite),
            _ => None,
        }
    }

    /// rfc3261#12.2.1.1: it has a Contact, and its 2xx another one of theirs.
    pub(crate) const fn refreshes_target(self) -> bool {
        #[cfg(feature = "subscribe")]
        if matches!(self, Self::Subscribe) {
            return true;
        }
        // rfc6665#8.2.1
        #[cfg(any(feature = "refer", feature = "notify"))]
        if matches!(self, Self::Notify) {
            return true;
        }
        // rfc3515#2.2
        #[cfg(feature = "refer")]
        if matches!(self, Self::Refer) {
            return true;
        }
        self.is_of_session()
    }

    /// It begins a session, or may change or refresh it.
    pub(crate) const fn is_of_session(self) -> bool {
        matches!(self, Self::Invite) || self.changes()
    }

    /// It begins a dialog, or needs none: it is within one only where that is confirmed.
    pub(crate) const fn begins(self) -> bool {
        #[cfg(feature = "message")]
        if matches!(self, Self::Message) {
            return true;
        }
        #[cfg(feature = "subscribe")]
        if matches!(self, Self::Subscribe) {
            return true;
        }
        #[cfg(feature = "publish")]
        if matches!(self, Self::Publish) {
            return true;
        }
        matches!(self, Self::Invite)
    }

    /// It leaves by a stream or not at all where it is too long for a datagram (rfc3428#8).
    #[cfg(feature = "message")]
    pub(crate) const fn shuns_long_datagrams(self) -> bool {
        matches!(self, Self::Message)
    }

    /// It is within a call that is up, and may change it.
    pub(crate) const fn changes(self) -> bool {
        #[cfg(feature = "timers")]
        if matches!(self, Self::Repeat | Self::Refresh) {
            return true;
        }
        matches!(self, Self::Reinvite | Self::Update)
    }

    /// Its offer repeats our last description.
    pub(crate) const fn repeats(self) -> bool {
        #[cfg(feature = "timers")]
        return matches!(self, Self::Repeat);
        #[cfg(not(feature = "timers"))]
        false
    }

    /// Its transaction is an INVITE's.
    pub(crate) const fn is_invite(self) -> bool {
        matches!(self, Self::Invite | Self::Reinvite) || self.repeats()
    }
}

/// The owner of a request.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Owner {
    #[default]
    Nobody,
    Account(Handle),
    /// A dialog: its call's INVITE, or BYE.
    Dialog(Handle),
    /// The INVITE that a CANCEL is for.
    Invite(Handle),
    /// The transaction of an INVITE that came in, whose offer names a host.
    Offer(Handle),
    /// A dialog whose answer names a host.
    Answer(Handle),
    /// A dialog in which an UPDATE's offer names one.
    #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
    Update(Handle),
}

impl Owner {
    /// It waits for a host that a description names.
    pub(crate) const fn is_of_a_description(self) -> bool {
        #[cfg(all(feature = "sdp-hosts", feature = "reoffer"))]
        if matches!(self, Self::Update(_)) {
            return true;
        }
        matches!(self, Self::Offer(_) | Self::Answer(_))
    }
}

/// The progress of its addresses.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) enum Stage {
    #[default]
    Idle,
    /// The name is to be resolved, or is being.
    Locating,
    /// Its stream is to be opened, or is being.
    #[cfg(feature = "stream")]
    Connecting,
    /// Waits for values in the message (media ports).
    Preparing,
    /// Its transaction runs.
    Running,
}

/// The step that follows when the one address that was known fails.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Relocate {
    /// There is no other.
    #[default]
    No,
    /// Its name stood for others too: after a silence they are looked up.
    Silent,
    /// Its name may stand for others: they are looked up when this one has failed for good.
    Failed,
}

/// The interest of a request's owner in its response.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Wanted {
    #[default]
    Yes,
    /// It has no owner any more: it does not move on to another address, and is not sent anew.
    No,
    /// The same, and it is an INVITE whose call was given up before any response: CANCEL waits for a provisional one
    /// (rfc3261#9.1).
    Abandoned,
}

/// One outgoing request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(super) owner: Owner,
    pub(super) method: Sending,
    pub(super) stage: Stage,
    pub(super) client: Client,
    pub(super) number: u32,
    /// Random part of the transaction's branch.
    pub(super) branch: u64,
    pub(super) targets: [Place; TARGETS],
    pub(super) count: u8,
    pub(super) at: u8,
    /// Its addresses are the account's own hop: challenges may be answered.
    pub(super) own_hop: bool,
    /// Its one address was known from before.
    pub(super) relocate: Relocate,
    pub(super) tries: u8,
    /// The challenge slots answered, with their uses: a second challenge for the same without `stale` is a refusal.
    pub(super) answered: [Credential; CHALLENGES],
    /// Bytes in its buffer: the rendered message, or the answer that names a host.
    pub(super) len: u16,
    /// Bytes that it carries at the message's end; at the buffer's end, while no message is written before them.
    pub(super) carried: u16,
    /// Silence at this time moves on to the next address; a look-up of a host is given up.
    pub(super) fail_over: Instant,
    /// An INVITE's CANCEL.
    pub(super) cancel: Handle,
    pub(super) wanted: Wanted,
    /// It was too long for a datagram, and its first way since is a stream.
    #[cfg(feature = "stream")]
    pub(super) grown: bool,
}

impl Request {
    pub(crate) const EMPTY: Self = Self {
        owner: Owner::Nobody,
        method: Sending::Invite,
        stage: Stage::Idle,
        client: Client::EMPTY,
        number: 0,
        branch: 0,
        targets: [Place::EMPTY; TARGETS],
        count: 0,
        at: 0,
        own_hop: false,
        relocate: Relocate::No,
        tries: 0,
        answered: [Credential { challenge: 0, count: 0 }; CHALLENGES],
        len: 0,
        carried: 0,
        fail_over: Instant::NEVER,
        cancel: Handle::NONE,
        wanted: Wanted::Yes,
        #[cfg(feature = "stream")]
        grown: false,
    };

    pub(crate) const fn owner(&self) -> Owner {
        self.owner
    }

    pub(crate) const fn method(&self) -> Sending {
        self.method
    }

    /// The way that it goes; before its addresses are known, none that leads anywhere.
    pub(crate) fn flow(&self) -> Flow {
        self.place().flow()
    }

    /// Its number in CSeq; 0: its next transaction gets one.
    pub(crate) const fn number(&self) -> u32 {
        self.number
    }

    /// The random part of its transaction's branch.
    pub(crate) const fn branch(&self) -> u64 {
        self.branch
    }

    /// Its addresses are the account's own hop: challenges may be answered.
    pub(crate) const fn own_hop(&self) -> bool {
        self.own_hop
    }

    /// The number of challenges answered.
    pub(crate) const fn tries(&self) -> u8 {
        self.tries
    }

    /// Those that were answered, by the account's slot.
    pub(crate) const fn answered(&self) -> &[Credential; CHALLENGES] {
        &self.answered
    }

    /// Its name is to be resolved, or is being.
    pub(crate) fn is_locating(&self) -> bool {
        self.stage == Stage::Locating
    }

    /// Its stream is to be opened, or is being.
    #[cfg(feature = "stream")]
    pub(crate) fn is_connecting(&self) -> bool {
        self.stage == Stage::Connecting
    }

    /// It waits for what must be in the message (media ports).
    pub(crate) fn is_preparing(&self) -> bool {
        self.stage == Stage::Preparing
    }

    /// Its transaction runs.
    pub(crate) fn is_running(&self) -> bool {
        self.stage == Stage::Running
    }

    /// It was too long for a datagram.
    #[cfg(feature = "stream")]
    pub(crate) const fn is_grown(&self) -> bool {
        self.grown
    }

    /// A transaction of it has run, here or at another address.
    pub(crate) const fn was_sent(&self) -> bool {
        self.branch != 0
    }

    /// It was sent, and nothing was heard of it.
    pub(crate) fn is_unheard(&self) -> bool {
        self.is_running() && self.client.state() == State::Calling
    }

    /// A provisional response came, and no final one.
    pub(crate) fn is_proceeding(&self) -> bool {
        self.is_running() && self.client.state() == State::Proceeding
    }

    /// It has no owner any more.
    pub(crate) fn is_left(&self) -> bool {
        self.wanted != Wanted::Yes
    }

    /// It is an INVITE whose call was given up before any response.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.wanted == Wanted::Abandoned
    }

    /// It is such an INVITE, and its CANCEL has not left.
    pub(crate) fn waits_for_cancel(&self) -> bool {
        self.is_abandoned() && self.cancel.is_none()
    }

    #[cfg_attr(target_os = "none", inline(never))] // on a board flash is dearer
    pub(super) fn place(&self) -> Place {
        self.targets.get(usize::from(self.at)).copied().unwrap_or(Place::EMPTY)
    }

    pub(super) fn has_next(&self) -> bool {
        self.at + 1 < self.count || self.relocate != Relocate::No
    }

    /// Another address is known to be there, so silence need not last until the transaction's end.
    pub(super) fn is_impatient(&self) -> bool {
        self.at + 1 < self.count || self.relocate == Relocate::Silent
    }

    pub(super) fn deadline(&self) -> Instant {
        self.client.deadline().min(self.fail_over)
    }
}
