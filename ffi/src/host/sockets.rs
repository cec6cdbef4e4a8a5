//! SIP's sockets: for each local address one of UDP, so that each has one known address, and one that listens for
//! streams at the same port; and which of them a far end is reached from.

use crate::abi::code::*;
use crate::abi::{Fail, Value};
use crate::host::class::set_class;
use crate::host::stream::listen::listen;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use microsip_core::phone::{Flow, Target, Transport};
use std::io;
use std::net::{TcpListener, UdpSocket};

/// The port of SIP (RFC 3261 §19.1.2).
pub(crate) const SIP_PORT: u16 = 5060;
/// Sockets that the core numbers.
pub(crate) const SOCKETS: usize = 16;
/// The kernel's buffer for datagrams while the engine is busy: 250 INVITEs in a burst.
const BUFFER: usize = 1 << 20;

/// Tries to find a port that is free for UDP and for TCP.
const PAIRS: usize = 16;

/// The transports of a phone.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Transports {
    pub(crate) udp: bool,
    pub(crate) tcp: bool,
}

/// Datagrams alone.
impl Default for Transports {
    fn default() -> Self {
        Self { udp: true, tcp: false }
    }
}

/// A local address of SIP.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) udp: Option<UdpSocket>,
    pub(crate) listener: Option<TcpListener>,
}

/// SIP's sockets, by their numbers.
pub(crate) type Sockets = [Option<Socket>; SOCKETS];

/// The local addresses, by socket number.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Locals {
    pub(crate) all: [Option<SocketAddr>; SOCKETS],
    /// The application chose the one that there is, so routing need not agree.
    pub(crate) chosen: bool,
    pub(crate) transports: Transports,
}

/// The choice of the machine's addresses for a phone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Follow {
    pub(crate) v4_only: bool,
    pub(crate) port: u16,
    /// Any port does where that one is taken.
    pub(crate) fall_back: bool,
    /// The class of service of the packets sent.
    pub(crate) dscp: u8,
    pub(crate) transports: Transports,
}

/// An address that a name stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Found {
    pub(crate) address: SocketAddr,
    pub(crate) transport: Transport,
    pub(crate) priority: u16,
    pub(crate) weight: u16,
    /// Seconds; 0: not known.
    pub(crate) lifetime: u32,
}

/// The sockets of a new phone.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    pub(crate) sockets: Sockets,
    pub(crate) locals: Locals,
    /// `None`: the application chose an address, or no network.
    pub(crate) follow: Option<Follow>,
}

/// Binds a UDP socket that never blocks and whose packets ask for that class of service; 0: for none.
pub(crate) fn bind(address: SocketAddr, buffer: Option<usize>, dscp: u8) -> io::Result<UdpSocket> {
    let socket = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::DGRAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    set_class(&socket, address.is_ipv6(), dscp);
    if let Some(buffer) = buffer {
        let _ = socket.set_recv_buffer_size(buffer);
    }
    socket.bind(&address.into())?;
    Ok(socket.into())
}

impl Socket {
    /// Binds what the transports need, all at one port.
    fn bind(address: SocketAddr, transports: Transports, dscp: u8) -> io::Result<(Self, SocketAddr)> {
        let mut tries = if address.port() == 0 && transports.tcp { PAIRS } else { 1 };
        loop {
            let bound = Self::bind_once(address, transports, dscp);
            tries -= 1;
            match bound {
                // the port that the system chose is free for the one and taken for the other
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries > 0 => {}
                bound => return bound,
            }
        }
    }

    fn bind_once(address: SocketAddr, transports: Transports, dscp: u8) -> io::Result<(Self, SocketAddr)> {
        let udp = if transports.udp { Some(bind(address, Some(BUFFER), dscp)?) } else { None };
        let local = udp.as_ref().map_or(Ok(address), UdpSocket::local_addr)?;
        let listener = if transports.tcp { Some(listen(local, dscp)?) } else { None };
        let local = listener.as_ref().map_or(Ok(local), TcpListener::local_addr)?;
        Ok((Self { udp, listener }, local))
    }
}

/// The machine's addresses, those that reach other machines first.
pub(crate) fn interface_addresses() -> io::Result<Vec<IpAddr>> {
    let mut addresses: Vec<IpAddr> = if_addrs::get_if_addrs()?
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
    addresses.sort_by_key(|ip| (ip.is_loopback(), ip.is_ipv6()));
    Ok(addresses)
}

/// The process may open no more files: it is no port's fault.
pub(crate) const fn no_descriptor(argument: &'static str) -> Fail {
    Fail::new(
        MICROSIP_E_FULL,
        argument,
        Value::None,
        "needs a descriptor, and none is left: close some, or raise the limit on open files",
    )
}

#[cfg(unix)]
fn is_without_descriptor(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

#[cfg(not(unix))]
fn is_without_descriptor(_error: &io::Error) -> bool {
    false
}

fn port_error(address: SocketAddr, error: &io::Error) -> Fail {
    if is_without_descriptor(error) {
        return no_descriptor("config->bind");
    }
    let code = if error.kind() == io::ErrorKind::AddrInUse { MICROSIP_E_PORT_IN_USE } else { MICROSIP_E_ARG };
    let fix = match error.kind() {
        io::ErrorKind::AddrInUse => "is used by another program: choose another port, or 0 for any",
        io::ErrorKind::AddrNotAvailable => "is no address of this machine",
        io::ErrorKind::PermissionDenied => "may not be used by this user: ports below 1024 need a privilege",
        _ => "cannot be bound",
    };
    Fail::new(code, "config->bind", Value::text(&address.to_string()), fix)
}

impl Follow {
    /// The machine's addresses that the phone is to have, each once.
    pub(crate) fn wanted(&self, addresses: &[IpAddr]) -> Vec<IpAddr> {
        let mut wanted = Vec::new();
        for ip in addresses {
            if !(self.v4_only && ip.is_ipv6() || wanted.contains(ip)) {
                wanted.push(*ip);
            }
        }
        wanted.truncate(SOCKETS);
        wanted
    }

    /// A socket at one of them. `Ok(None)`: an address that is being taken away, or is not ready yet (tentative): the
    /// others do.
    pub(crate) fn bind(&self, ip: IpAddr) -> Result<Option<(Socket, SocketAddr)>, Fail> {
        let address = SocketAddr::new(ip, self.port);
        let bound = Socket::bind(address, self.transports, self.dscp).or_else(|error| {
            let other = self.fall_back && error.kind() == io::ErrorKind::AddrInUse;
            if other { Socket::bind(SocketAddr::new(ip, 0), self.transports, self.dscp) } else { Err(error) }
        });
        match bound {
            Ok(bound) => Ok(Some(bound)),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse || is_without_descriptor(&error) => {
                Err(port_error(address, &error))
            }
            Err(_) => Ok(None),
        }
    }
}

/// Opens SIP's sockets. `wish` is the configuration's `bind`.
pub(crate) fn open(wish: Option<&str>, transports: Transports, dscp: u8) -> Result<Opened, Fail> {
    let follow = match wish {
        None | Some("") => Follow { v4_only: false, port: SIP_PORT, fall_back: true, dscp, transports },
        Some(text) => {
            let address: SocketAddr = text.parse().map_err(|_| {
                Fail::new(
                    MICROSIP_E_ARG,
                    "config->bind",
                    Value::text(text),
                    "is no address with a port: write 192.0.2.1:5060, [2001:db8::1]:5060, or 0.0.0.0:0",
                )
            })?;
            if !address.ip().is_unspecified() {
                let (socket, local) =
                    Socket::bind(address, transports, dscp).map_err(|error| port_error(address, &error))?;
                let locals = Locals { chosen: true, transports, ..Locals::default() };
                let mut opened = Opened { locals, ..Opened::default() };
                opened.put(0, socket, local);
                return Ok(opened);
            }
            Follow { v4_only: address.is_ipv4(), port: address.port(), fall_back: false, dscp, transports }
        }
    };
    let locals = Locals { transports, ..Locals::default() };
    let mut opened = Opened { follow: Some(follow), locals, ..Opened::default() };
    let mut number = 0;
    let addresses = match interface_addresses() {
        Err(error) if is_without_descriptor(&error) => return Err(no_descriptor("config->bind")),
        addresses => addresses.unwrap_or_default(),
    };
    for ip in follow.wanted(&addresses) {
        if let Some((socket, local)) = follow.bind(ip)? {
            opened.put(number, socket, local);
            number += 1;
        }
    }
    if number == 0 {
        return Err(Fail::new(
            MICROSIP_E_PORT_IN_USE,
            "config->bind",
            Value::None,
            "finds no address of this machine that can be bound",
        ));
    }
    Ok(opened)
}

impl Opened {
    fn put(&mut self, number: usize, socket: Socket, local: SocketAddr) {
        if let (Some(place), Some(address)) = (self.sockets.get_mut(number), self.locals.all.get_mut(number)) {
            *place = Some(socket);
            *address = Some(local);
        }
    }
}

/// The local address that routing would take. Nothing is sent: connecting a datagram socket only asks the routing
/// table.
fn routed(remote: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = if remote.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = bind(SocketAddr::new(any, 0), None, 0).ok()?;
    socket.connect(remote).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

impl Locals {
    /// Addresses and the numbers of their sockets.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u8, SocketAddr)> {
        (0u8..).zip(self.all).filter_map(|(number, local)| Some((number, local?)))
    }

    /// The address of a socket.
    pub(crate) fn of(&self, socket: u8) -> Option<SocketAddr> {
        self.all.get(usize::from(socket)).copied().flatten()
    }

    /// The socket from which a far end is reached.
    pub(crate) fn to(&self, remote: SocketAddr) -> Option<u8> {
        if self.chosen {
            return self.numbered().find(|(_, local)| local.is_ipv4() == remote.is_ipv4()).map(|(number, _)| number);
        }
        let ip = routed(remote)?;
        self.numbered().find(|(_, local)| local.ip() == ip).map(|(number, _)| number)
    }

    /// A hop to an address, if there is a route.
    pub(crate) fn hop(&self, found: &Found) -> Option<Target> {
        let (remote, socket) = (found.address, self.to(found.address)?);
        let flow = match found.transport {
            Transport::Udp => Flow::Udp { socket, remote },
            stream => Flow::to_open(stream, remote, socket),
        };
        Some(Target { flow, priority: found.priority, weight: found.weight, lifetime: found.lifetime })
    }

    /// The address to tell people: one that reaches other machines, if there is one.
    pub(crate) fn shown(&self, v6: bool) -> Option<SocketAddr> {
        self.numbered()
            .map(|(_, local)| local)
            .filter(|local| local.is_ipv6() == v6)
            .min_by_key(|local| local.ip().is_loopback())
    }

    /// No address leaves the machine.
    pub(crate) fn is_alone(&self) -> bool {
        self.numbered().all(|(_, local)| local.ip().is_loopback())
    }
}
