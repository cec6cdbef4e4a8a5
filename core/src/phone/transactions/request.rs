//! One outgoing request (locate, authenticate, fail over): an owner above, addresses left and challenges answered
//! inside, one transaction below.

use crate::base::limits::{CHALLENGES, TARGETS};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::place::Place;
use crate::sip::client::Client;
use crate::sip::dialog::Credential;
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
            Self::Nothing => Method::Other(b""),
        }
    }

    /// Its transaction is an INVITE's.
    pub(crate) const fn is_invite(self) -> bool {
        matches!(self, Self::Invite | Self::Reinvite)
    }
}

/// Whose request it is.
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
}

/// Where its addresses come from.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Stage {
    #[default]
    Idle,
    /// The name is to be resolved, or is being.
    Locating,
    /// Waits for what must be in the message (media ports).
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

/// One outgoing request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) owner: Owner,
    pub(crate) method: Sending,
    pub(crate) stage: Stage,
    pub(crate) client: Client,
    pub(crate) number: u32,
    /// Random part of the transaction's branch.
    pub(crate) branch: u64,
    pub(crate) targets: [Place; TARGETS],
    pub(crate) count: u8,
    pub(crate) at: u8,
    /// Its addresses are the account's own hop: challenges may be answered.
    pub(crate) own_hop: bool,
    /// Its one address was known from before.
    pub(crate) relocate: Relocate,
    pub(crate) tries: u8,
    /// The challenge slots answered, and with which use: a second challenge for the same without `stale` is a refusal.
    pub(crate) answered: [Credential; CHALLENGES],
    /// Bytes in its buffer: the rendered message, or the answer that names a host.
    pub(crate) len: u16,
    /// Bytes that it carries at the message's end; at the buffer's end, while no message is written before them.
    pub(super) carried: u16,
    /// Silence at this time moves on to the next address; a look-up of a host is given up.
    pub(crate) fail_over: Instant,
    /// An INVITE's CANCEL.
    pub(crate) cancel: Handle,
    /// An INVITE whose call was given up before anything was heard: CANCEL waits for a provisional response
    /// (rfc3261#9.1).
    pub(crate) given_up: bool,
    /// It has no owner any more: it does not move on to another address, and is not sent anew.
    pub(crate) left: bool,
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
        given_up: false,
        left: false,
    };

    pub(crate) fn place(&self) -> Place {
        self.targets.get(usize::from(self.at)).copied().unwrap_or(Place::EMPTY)
    }

    pub(crate) fn has_next(&self) -> bool {
        self.at + 1 < self.count || self.relocate != Relocate::No
    }

    /// Another address is known to be there, so silence need not last until the transaction's end.
    pub(crate) fn is_impatient(&self) -> bool {
        self.at + 1 < self.count || self.relocate == Relocate::Silent
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.client.deadline().min(self.fail_over)
    }
}
