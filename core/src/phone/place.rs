//! A flow in few bytes: what a request keeps of each place that its name stands for.

use super::{Flow, Target, Transport};
use core::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

/// A flow and its rank, packed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place {
    ip: [u8; 16],
    scope: u32,
    port: u16,
    #[cfg(feature = "stream")]
    slot: u16,
    #[cfg(feature = "stream")]
    generation: u16,
    socket: u8,
    /// 0 UDP, 1 TCP, 2 TLS; bit 7: IPv4.
    kind: u8,
}

impl Place {
    pub(crate) const EMPTY: Self = Self {
        ip: [0; 16],
        scope: 0,
        port: 0,
        #[cfg(feature = "stream")]
        slot: 0,
        #[cfg(feature = "stream")]
        generation: 0,
        socket: 0,
        kind: 0,
    };

    pub(crate) fn new(flow: Flow) -> Self {
        let remote = flow.remote();
        let (ip, scope, four) = match remote {
            SocketAddr::V4(four) => (four.ip().to_ipv6_mapped().octets(), 0, 0x80),
            SocketAddr::V6(six) => (six.ip().octets(), six.scope_id(), 0),
        };
        #[cfg(feature = "stream")]
        let (slot, generation) = match flow {
            Flow::Udp { .. } => (0, 0),
            Flow::Stream { slot, generation, .. } => (slot, generation),
        };
        let kind = match flow.transport() {
            Transport::Udp => 0,
            Transport::Tcp => 1,
            Transport::Tls => 2,
        };
        Self {
            ip,
            scope,
            port: remote.port(),
            #[cfg(feature = "stream")]
            slot,
            #[cfg(feature = "stream")]
            generation,
            socket: flow.socket(),
            kind: kind | four,
        }
    }

    pub(crate) fn remote(&self) -> SocketAddr {
        let six = Ipv6Addr::from(self.ip);
        if self.kind & 0x80 != 0 {
            SocketAddr::new(six.to_ipv4_mapped().map_or(IpAddr::V6(six), IpAddr::V4), self.port)
        } else {
            SocketAddr::V6(SocketAddrV6::new(six, self.port, 0, self.scope))
        }
    }

    pub(crate) fn flow(&self) -> Flow {
        let remote = self.remote();
        match self.kind & 0x7f {
            #[cfg(feature = "stream")]
            kind @ 1.. => Flow::Stream {
                slot: self.slot,
                generation: self.generation,
                transport: if kind == 1 { Transport::Tcp } else { Transport::Tls },
                remote,
                socket: self.socket,
            },
            _ => Flow::Udp { socket: self.socket, remote },
        }
    }
}

/// Puts targets in the order of RFC 2782: by priority, and at random by weight within one.
pub(crate) fn order(targets: &mut [Target], rng: &mut crate::base::rng::Rng) {
    targets.sort_unstable_by_key(|target| target.priority);
    let mut rest = targets;
    while let Some(priority) = rest.first().map(|target| target.priority) {
        let same = rest.iter().take_while(|target| target.priority == priority).count();
        let (mut group, later) = rest.split_at_mut_checked(same).unwrap_or_default();
        while group.len() > 1 {
            let total: u32 = group.iter().map(|target| u32::from(target.weight)).sum();
            // rfc2782: a running sum of the weights, against a number from 0 to their total; weight 0 keeps a small
            // chance by standing first
            let mut left = rng.below(total + 1);
            let chosen = group
                .iter()
                .position(|target| {
                    let weight = u32::from(target.weight);
                    let hit = left <= weight;
                    left = left.saturating_sub(weight);
                    hit
                })
                .unwrap_or(0);
            if total > 0 {
                group.swap(0, chosen);
            }
            group = group.get_mut(1..).unwrap_or_default();
        }
        rest = later;
    }
}
