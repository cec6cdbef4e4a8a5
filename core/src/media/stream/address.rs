//! Where media goes and from where it is taken.
//!
//! The negotiated address holds until the peer shows itself. The first valid packet of an agreed type decides, once for each offer: from the
//! negotiated address, or from another port of the same host, one is enough. Another host is taken only where SDP names an address that the
//! Internet does not route (a NAT hid the true one), and two packets in sequence of one source are needed then: with a public address that is
//! silent, a third party's packets would otherwise draw the call to it. From then on the address stands, and nothing else is taken in, until a
//! new offer opens it again.

use super::config::NOWHERE;
use crate::wire::rtp;
use core::net::{IpAddr, SocketAddr};

/// The two addresses of the peer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address {
    pub(super) rtp: SocketAddr,
    pub(super) rtcp: SocketAddr,
    locked: bool,
    rtcp_locked: bool,
    /// The unspecified address was negotiated, the old way to hold: nothing goes anywhere, and what comes from where it came before is heard.
    held: bool,
    /// A host that may take over: its next packet would be this one.
    candidate: Option<(SocketAddr, u32, u16)>,
}

fn host(address: SocketAddr) -> IpAddr {
    address.ip().to_canonical()
}

/// An address that means nothing outside its own network (RFC 1918, 6598, 3927, 4193, 4291).
fn is_behind_nat(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            v4.is_private() || v4.is_link_local() || (first == 100 && second & 0xc0 == 64)
        }
        IpAddr::V6(v6) => v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

fn same(a: SocketAddr, b: SocketAddr) -> bool {
    a == b || (a.port() == b.port() && host(a) == host(b))
}

impl Address {
    pub(super) const EMPTY: Self = Self { rtp: NOWHERE, rtcp: NOWHERE, locked: false, rtcp_locked: false, held: false, candidate: None };

    /// An offer and answer: open again. The same negotiated address as the `old` keeps what was learnt until a packet tells otherwise. True when it is another.
    pub(super) fn negotiate(&mut self, old: (SocketAddr, SocketAddr), rtp: SocketAddr, rtcp: SocketAddr) -> bool {
        self.held = rtp.ip().is_unspecified();
        let changed = old.0 != rtp && !self.held;
        if changed {
            self.rtp = rtp;
        }
        if changed || old.1 != rtcp && !self.held {
            self.rtcp = rtcp;
        }
        self.locked = false;
        self.rtcp_locked = false;
        self.candidate = None;
        changed
    }

    /// A valid packet of an agreed type came: is it the peer's?
    pub(super) fn admit(&mut self, negotiated: SocketAddr, from: SocketAddr, packet: &rtp::Packet<'_>) -> bool {
        if same(from, self.rtp) {
            self.locked = true;
            return true;
        }
        if self.locked {
            return false;
        }
        let negotiated = if self.held { self.rtp } else { negotiated };
        let elsewhere = host(from) != host(negotiated);
        if elsewhere && !is_behind_nat(host(negotiated)) {
            return false;
        }
        if elsewhere && self.candidate != Some((from, packet.ssrc, packet.sequence)) {
            self.candidate = Some((from, packet.ssrc, packet.sequence.wrapping_add(1)));
            return false;
        }
        // reports move along: to the same socket if they share one, else to the port above if that was the rule
        if same(self.rtcp, self.rtp) {
            self.rtcp = from;
        } else {
            let port = if self.rtcp.port() == self.rtp.port().wrapping_add(1) { from.port().wrapping_add(1) } else { self.rtcp.port() };
            self.rtcp = SocketAddr::new(from.ip(), port);
        }
        self.rtp = from;
        self.locked = true;
        true
    }

    /// The peer has shown itself there.
    pub(super) fn knows(&self, from: SocketAddr) -> bool {
        self.locked && same(from, self.rtp)
    }

    /// A valid report came: is it the peer's? The first from the peer's host shows where ours go.
    pub(super) fn admit_report(&mut self, from: SocketAddr) -> bool {
        if same(from, self.rtcp) || same(from, self.rtp) {
            self.rtcp_locked = self.rtcp_locked || same(from, self.rtcp);
            return true;
        }
        if self.rtcp_locked || host(from) != host(self.rtcp) {
            return false;
        }
        self.rtcp = from;
        self.rtcp_locked = true;
        true
    }

    /// There is somewhere to send to.
    pub(super) fn reachable(&self) -> bool {
        !self.held && self.rtp.port() != 0
    }
}
