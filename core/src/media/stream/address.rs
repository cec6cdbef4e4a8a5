//! The target of media, and the source from which it is taken.
//!
//! A packet is the peer's if it comes from
//! 1. the negotiated address: that one always wins, and wins back, over any source that was heard meanwhile;
//! 2. another port of the negotiated host (rfc4961: symmetric RTP through a NAT), or a host that the signalling vouches
//!    for ([`Vouched`]). A NAT between us leaves a private address in the description, and the peer's packets come from
//!    the NAT's;
//! 3. any other host, only if the configuration says so, and only while no better one sends: two packets in sequence
//!    of one source.
//!
//! A better address takes over at once. One that is no better (a NAT's new port) does so when the one that was heard
//! has been silent for [`SILENT_MS`], and by two packets in sequence. A third party that only knows our port is
//! therefore never heard and gets nothing. Reports follow the same rule, but are never taken from any other host.

use super::config::NOWHERE;
use crate::base::time::Duration;
use crate::wire::rtp;
use core::net::{IpAddr, SocketAddr};

/// A peer that is silent for so long may have another address now. Eight of the longest packets (60 ms): loss alone is
/// shorter; and at most a word is lost by it.
const SILENT_MS: u64 = 500;

/// Hosts that the signalling vouches for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Vouched {
    /// The host that signals.
    pub signals: Option<IpAddr>,
    /// The host that a trusted proxy received the peer's request from.
    pub received: Option<IpAddr>,
    /// The host of the peer's Contact, as a trusted proxy passed it on.
    pub contact: Option<IpAddr>,
}

impl Vouched {
    /// No host.
    pub const NONE: Self = Self { signals: None, received: None, contact: None };

    fn contains(&self, host: IpAddr) -> bool {
        [self.signals, self.received, self.contact].iter().flatten().any(|vouched| vouched.to_canonical() == host)
    }

    /// A newer message of the peer's vouches for these: a host that it leaves out stays.
    pub(super) fn renew(&mut self, newer: &Self) {
        self.signals = newer.signals.or(self.signals);
        self.received = newer.received.or(self.received);
        self.contact = newer.contact.or(self.contact);
    }
}

/// The evidence for the address that is heard.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Standing {
    /// Nothing came from it yet.
    Unheard,
    /// Only that it sends.
    Any,
    /// The signalling, or that it is the negotiated host.
    Vouched,
    Negotiated,
}

/// The two addresses of the peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address {
    pub(super) rtp: SocketAddr,
    pub(super) rtcp: SocketAddr,
    pub(super) vouched: Vouched,
    standing: Standing,
    /// A report has come from `rtcp`.
    reported: bool,
    /// The unspecified address was negotiated, the old way to hold: nothing is sent, and packets from the source of
    /// before are heard.
    held: bool,
    /// A source that may take over: its next packet would be this one.
    candidate: Option<(u32, u16)>,
}

fn host(address: SocketAddr) -> IpAddr {
    address.ip().to_canonical()
}

fn same(a: SocketAddr, b: SocketAddr) -> bool {
    a == b || (a.port() == b.port() && host(a) == host(b))
}

impl Address {
    pub(super) const EMPTY: Self = Self {
        rtp: NOWHERE,
        rtcp: NOWHERE,
        vouched: Vouched::NONE,
        standing: Standing::Unheard,
        reported: false,
        held: false,
        candidate: None,
    };

    /// An offer and answer: open again. The same negotiated address as the `old` keeps the learnt one until a packet
    /// shows another. True when it is another.
    pub(super) fn negotiate(&mut self, old: (SocketAddr, SocketAddr), rtp: SocketAddr, rtcp: SocketAddr) -> bool {
        self.held = rtp.ip().is_unspecified();
        let changed = old.0 != rtp && !self.held;
        if changed {
            self.rtp = rtp;
        }
        if changed || old.1 != rtcp && !self.held {
            self.rtcp = rtcp;
        }
        self.standing = Standing::Unheard;
        self.reported = false;
        self.candidate = None;
        changed
    }

    /// A valid packet of an agreed type came: true if it is the peer's. `silent`: the time since the peer's last
    /// packet. `negotiated`: the addresses of RTP and RTCP. `any_host`: the third rule holds.
    pub(super) fn admit(
        &mut self,
        silent: Duration,
        negotiated: (SocketAddr, SocketAddr),
        any_host: bool,
        from: SocketAddr,
        packet: &rtp::Packet<'_>,
    ) -> bool {
        // while it is held, the peer's last address stands for the negotiated one
        let negotiated = if self.held { (self.rtp, self.rtcp) } else { negotiated };
        let known = same(from, self.rtp);
        let standing = if same(from, negotiated.0) {
            Standing::Negotiated
        } else if host(from) == host(negotiated.0) || self.vouched.contains(host(from)) {
            Standing::Vouched
        } else if any_host || known {
            Standing::Any
        } else {
            return false;
        };
        if !known {
            let better = standing > self.standing && standing != Standing::Any;
            if !better && !self.may_take_over(silent, packet) {
                return false;
            }
            self.take(from, negotiated);
        }
        self.standing = standing;
        self.candidate = None;
        true
    }

    /// The one that was heard is silent, and this is the second packet in sequence of its source.
    fn may_take_over(&mut self, silent: Duration, packet: &rtp::Packet<'_>) -> bool {
        if silent < Duration::from_millis(SILENT_MS) {
            return false;
        }
        let second = self.candidate == Some((packet.ssrc, packet.sequence));
        self.candidate = Some((packet.ssrc, packet.sequence.wrapping_add(1)));
        second
    }

    /// The peer is there. Reports move along, unless they have shown their own address: back to the negotiated one; to
    /// the same socket if they share one; else to the port above if that was the rule (rfc3550#11).
    fn take(&mut self, from: SocketAddr, negotiated: (SocketAddr, SocketAddr)) {
        if same(from, negotiated.0) {
            self.rtcp = negotiated.1;
        } else if !(self.reported && host(self.rtcp) == host(from)) {
            let port = if same(self.rtcp, self.rtp) {
                from.port()
            } else if self.rtcp.port() == self.rtp.port().wrapping_add(1) {
                from.port().wrapping_add(1)
            } else {
                self.rtcp.port()
            };
            self.rtcp = SocketAddr::new(from.ip(), port);
        }
        self.reported = false;
        self.rtp = from;
    }

    /// The peer has shown itself there.
    pub(super) fn knows(&self, from: SocketAddr) -> bool {
        self.standing > Standing::Unheard && same(from, self.rtp)
    }

    /// A valid report came: true if it is the peer's. The first from a host of the peer's sets the target of ours; one
    /// from the negotiated address always does.
    pub(super) fn admit_report(&mut self, negotiated: SocketAddr, from: SocketAddr) -> bool {
        if same(from, self.rtp) && !same(from, self.rtcp) && !same(from, negotiated) {
            return true; // rfc5761: on a shared port, whatever the description has
        }
        if same(from, negotiated) || same(from, self.rtcp) {
            self.rtcp = from;
            self.reported = true;
            return true;
        }
        let peers = [host(negotiated), host(self.rtcp)].contains(&host(from)) || self.vouched.contains(host(from));
        if self.reported || !peers {
            return false;
        }
        self.rtcp = from;
        self.reported = true;
        true
    }

    /// There is a target to send to.
    pub(super) fn reachable(&self) -> bool {
        !self.held && self.rtp.port() != 0
    }
}
