//! An INVITE that came in: its transaction, and where the parts of its answer lie.
//!
//! The buffer: room for the status line, then the headers that an answer echoes (To last, so that its tag can follow),
//! then the rest of the last answer. The status line is written backwards from the echo, so the echo never moves. The
//! offer stands at the very end.

use crate::base::slots::Handle;
use crate::phone::place::Place;
use core::net::IpAddr;

/// Where the offer's media is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Host {
    /// At an address that it says.
    #[default]
    Given,
    /// At a host that this request looks up.
    Sought(Handle),
    /// The host was found.
    Found(IpAddr),
}

impl Host {
    pub(crate) const fn found(self) -> Option<IpAddr> {
        match self {
            Self::Found(ip) => Some(ip),
            Self::Given | Self::Sought(_) => None,
        }
    }
}

/// An INVITE that came in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server {
    pub(crate) transaction: crate::sip::server::Server,
    pub(crate) call: Handle,
    /// The dialog; it is used by this transaction.
    pub(crate) dialog: Handle,
    /// Where answers go.
    pub(crate) flow: Place,
    /// Hash of its Call-ID, From tag and CSeq number.
    pub(crate) base: u64,
    /// Key of its branch within those of the same Call-ID, From tag and CSeq number.
    pub(crate) key: u64,
    /// The end of the echoed headers.
    pub(crate) echo_end: u16,
    /// The echoed To has a tag already (a re-INVITE).
    pub(crate) has_tag: bool,
    /// The answer: from here …
    pub(crate) start: u16,
    /// … to here; 0: none yet.
    pub(crate) end: u16,
    /// Bytes of the offer at the buffer's end.
    pub(crate) offer: u16,
    pub(crate) host: Host,
    /// The last status answered.
    pub(crate) status: u16,
    /// It is a re-INVITE.
    pub(crate) again: bool,
    /// It began a direct call.
    pub(crate) direct: bool,
}

impl Server {
    pub(crate) const EMPTY: Self = Self {
        transaction: crate::sip::server::Server::EMPTY,
        call: Handle::NONE,
        dialog: Handle::NONE,
        flow: Place::EMPTY,
        base: 0,
        key: 0,
        echo_end: 0,
        has_tag: false,
        start: 0,
        end: 0,
        offer: 0,
        host: Host::Given,
        status: 0,
        again: false,
        direct: false,
    };
}
