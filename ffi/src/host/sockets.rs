//! SIP's UDP sockets: one for each local address, so that each has one known address; and which of them a far end is reached from.

use crate::abi::code::*;
use crate::abi::{Fail, Value};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use microsip_core::phone::{Flow, Target};
use std::io;
use std::net::UdpSocket;

/// The port of SIP (RFC 3261 §19.1.2).
pub(crate) const SIP_PORT: u16 = 5060;
/// Sockets that the core numbers.
const SOCKETS: usize = 16;
/// What the kernel may keep for us while the engine is busy: 250 INVITEs in a burst.
const BUFFER: usize = 1 << 20;

/// The local addresses, by socket number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Locals {
    pub(crate) all: Vec<SocketAddr>,
    /// The application chose them, so routing need not agree.
    pub(crate) chosen: bool,
}

/// Binds a UDP socket that never blocks.
pub(crate) fn bind(address: SocketAddr, buffer: Option<usize>) -> io::Result<UdpSocket> {
    let socket = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::DGRAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    if let Some(buffer) = buffer {
        let _ = socket.set_recv_buffer_size(buffer);
    }
    socket.bind(&address.into())?;
    Ok(socket.into())
}

fn interface_addresses() -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .into_iter()
        .map(|interface| interface.ip())
        .filter(|ip| match ip {
            IpAddr::V4(_) => true,
            // link-local addresses work with a scope only, which SIP cannot carry
            IpAddr::V6(v6) => !v6.is_unicast_link_local(),
        })
        .collect();
    // hosts without an interface list still have themselves
    if addresses.is_empty() {
        addresses = vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    }
    // what leaves the machine first
    addresses.sort_by_key(|ip| (ip.is_loopback(), ip.is_ipv6()));
    addresses.dedup();
    addresses
}

fn port_error(address: SocketAddr, error: &io::Error) -> Fail {
    let code = if error.kind() == io::ErrorKind::AddrInUse { MICROSIP_E_PORT_IN_USE } else { MICROSIP_E_ARG };
    let fix = match error.kind() {
        io::ErrorKind::AddrInUse => "is used by another program: choose another port, or 0 for any",
        io::ErrorKind::AddrNotAvailable => "is no address of this machine",
        io::ErrorKind::PermissionDenied => "may not be used by this user: ports below 1024 need a privilege",
        _ => "cannot be bound",
    };
    Fail::new(code, "config->bind", Value::text(&address.to_string()), fix)
}

/// Opens SIP's sockets. `wish` is the configuration's `bind`.
pub(crate) fn open(wish: Option<&str>) -> Result<(Vec<UdpSocket>, Locals), Fail> {
    let (candidates, port, fall_back) = match wish {
        None | Some("") => (interface_addresses(), SIP_PORT, true),
        Some(text) => {
            let address: SocketAddr = text.parse().map_err(|_| {
                Fail::new(
                    MICROSIP_E_ARG,
                    "config->bind",
                    Value::text(text),
                    "is no address with a port: write 192.0.2.1:5060, [2001:db8::1]:5060, or 0.0.0.0:0",
                )
            })?;
            match address.ip() {
                IpAddr::V4(ip) if ip.is_unspecified() => {
                    (interface_addresses().into_iter().filter(IpAddr::is_ipv4).collect(), address.port(), false)
                }
                IpAddr::V6(ip) if ip.is_unspecified() => (interface_addresses(), address.port(), false),
                ip => {
                    let socket = bind(SocketAddr::new(ip, address.port()), Some(BUFFER)).map_err(|error| port_error(address, &error))?;
                    let local = socket.local_addr().map_err(|error| port_error(address, &error))?;
                    return Ok((vec![socket], Locals { all: vec![local], chosen: true }));
                }
            }
        }
    };
    let mut sockets = Vec::new();
    let mut locals = Vec::new();
    for ip in candidates.into_iter().take(SOCKETS) {
        let address = SocketAddr::new(ip, port);
        let bound = bind(address, Some(BUFFER)).or_else(|error| {
            let other = fall_back && error.kind() == io::ErrorKind::AddrInUse;
            if other { bind(SocketAddr::new(ip, 0), Some(BUFFER)) } else { Err(error) }
        });
        match bound {
            Ok(socket) => {
                if let Ok(local) = socket.local_addr() {
                    sockets.push(socket);
                    locals.push(local);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(port_error(address, &error)),
            // an address that is being taken away, or is not ready yet (tentative): the others do
            Err(_) => {}
        }
    }
    if sockets.is_empty() {
        return Err(Fail::new(MICROSIP_E_PORT_IN_USE, "config->bind", Value::None, "finds no address of this machine that can be bound"));
    }
    Ok((sockets, Locals { all: locals, chosen: false }))
}

/// Which local address routing would take. Nothing is sent: connecting a datagram socket only asks the routing table.
fn routed(remote: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = if remote.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = bind(SocketAddr::new(any, 0), None).ok()?;
    socket.connect(remote).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

impl Locals {
    /// The socket from which a far end is reached.
    pub(crate) fn to(&self, remote: SocketAddr) -> Option<u8> {
        let mut family = self.all.iter().enumerate().filter(|(_, local)| local.is_ipv4() == remote.is_ipv4()).map(|(index, _)| index as u8);
        let first = family.next();
        if self.chosen && family.next().is_none() {
            return first;
        }
        let ip = routed(remote)?;
        self.all.iter().position(|local| local.ip() == ip).map(|index| index as u8)
    }

    /// A hop to an address, if there is a way.
    pub(crate) fn hop(&self, remote: SocketAddr, priority: u16, weight: u16) -> Option<Target> {
        Some(Target { flow: Flow::Udp { socket: self.to(remote)?, remote }, priority, weight })
    }

    /// The address to tell people.
    pub(crate) fn shown(&self, v6: bool) -> Option<SocketAddr> {
        self.all.iter().copied().find(|local| local.is_ipv6() == v6)
    }
}
