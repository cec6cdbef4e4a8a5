//! A request that came in and owes its response: its transaction, and the layout of its buffer.
//!
//! The buffer: room for the status line, then the headers that a response echoes (To last, so that its tag can follow),
//! then the rest of the last response. The status line is written backwards from the echo, so the echo never moves.
//! The kept part of the request's body (an offer) stands at the very end.

use crate::base::slots::Handle;
use crate::phone::Flow;
use crate::phone::place::Place;
use crate::sip::server::State;
use core::net::IpAddr;

/// The address of the offer's media.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::phone) enum Host {
    /// An address in the offer.
    #[default]
    Given,
    /// A host that this request looks up.
    Sought(Handle),
    /// The host was found.
    Found(IpAddr),
}

impl Host {
    pub(in crate::phone) const fn found(self) -> Option<IpAddr> {
        match self {
            Self::Found(ip) => Some(ip),
            Self::Given | Self::Sought(_) => None,
        }
    }
}

/// The purpose of a request that owes its response. A method that may owe its response has a kind here.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::phone) enum Kind {
    /// It began a call.
    #[default]
    Invite,
    /// A re-INVITE.
    Reinvite,
    /// A message, in a dialog or in none.
    #[cfg(feature = "message")]
    Message,
}

/// The owner of the request: the room keeps this and hands it back, but never follows it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::phone) struct Served {
    pub(in crate::phone) call: Handle,
    /// The dialog; it is used by this transaction.
    pub(in crate::phone) dialog: Handle,
    pub(in crate::phone) kind: Kind,
}

impl Served {
    const EMPTY: Self = Self { call: Handle::NONE, dialog: Handle::NONE, kind: Kind::Invite };

    /// It is a re-INVITE.
    pub(in crate::phone) const fn is_again(&self) -> bool {
        matches!(self.kind, Kind::Reinvite)
    }
}

/// The fate of a transaction whose final response was written. With the secret of that response's tag, which a tombstone
/// gives it again (0: the request has a tag).
#[cfg(feature = "message")]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Then {
    /// It has its time.
    Lasts,
    /// It ends when the response has left.
    Ends(u64),
    /// It has its time, but gives way once the response has left.
    #[cfg(feature = "refer")]
    MayYield(u64),
    /// It gives way where no slot is free: the response has left.
    #[cfg(feature = "refer")]
    Yields(u64),
}

/// A request that came in and owes its response.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server {
    pub(super) transaction: crate::sip::server::Server,
    pub(super) served: Served,
    /// The target of responses.
    pub(super) flow: Place,
    /// Hash of its Call-ID, From tag and CSeq number.
    pub(super) base: u64,
    /// Key of its branch within those of the same Call-ID, From tag and CSeq number.
    pub(super) key: u64,
    /// The end of the echoed headers.
    pub(super) echo_end: u16,
    /// The echoed To has a tag already: it is within a dialog.
    pub(super) has_tag: bool,
    /// The response: from here …
    pub(super) start: u16,
    /// … to here; 0: none yet.
    pub(super) end: u16,
    /// Bytes of the request's body that are kept at the buffer's end.
    pub(super) kept: u16,
    pub(super) host: Host,
    /// The status of the last response.
    pub(super) status: u16,
    /// It is direct.
    pub(super) direct: bool,
    #[cfg(feature = "reliable")]
    pub(super) reliably: super::reliable::Reliably,
    #[cfg(feature = "message")]
    pub(super) then: Then,
    /// The port of its Via's sent-by.
    #[cfg(feature = "stream")]
    pub(super) sent_by: u16,
}

impl Server {
    pub(in crate::phone) const EMPTY: Self = Self {
        transaction: crate::sip::server::Server::EMPTY,
        served: Served::EMPTY,
        flow: Place::EMPTY,
        base: 0,
        key: 0,
        echo_end: 0,
        has_tag: false,
        start: 0,
        end: 0,
        kept: 0,
        host: Host::Given,
        status: 0,
        direct: false,
        #[cfg(feature = "reliable")]
        reliably: super::reliable::Reliably::EMPTY,
        #[cfg(feature = "message")]
        then: Then::Lasts,
        #[cfg(feature = "stream")]
        sent_by: 0,
    };

    pub(in crate::phone) const fn state(&self) -> State {
        self.transaction.state()
    }

    pub(in crate::phone) const fn served(&self) -> Served {
        self.served
    }

    /// The target of responses.
    pub(in crate::phone) fn flow(&self) -> Flow {
        self.flow.flow()
    }

    /// It is within a dialog.
    pub(in crate::phone) const fn has_tag(&self) -> bool {
        self.has_tag
    }

    /// A part of its body is kept: it had an offer.
    pub(in crate::phone) const fn has_kept(&self) -> bool {
        self.kept > 0
    }

    pub(in crate::phone) const fn host(&self) -> Host {
        self.host
    }

    /// The status of the last response; 0: there was none.
    pub(in crate::phone) const fn status(&self) -> u16 {
        self.status
    }

    /// It is direct and began a call: its source is counted. A message has the limits of the inbox.
    pub(super) const fn is_counted(&self) -> bool {
        self.direct && matches!(self.served.kind, Kind::Invite)
    }
}
