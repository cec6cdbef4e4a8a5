//! TCP itself.

use super::bytes::ByteStream;
use super::limits::{KEEP_AFTER, KEEP_EACH, UNACKNOWLEDGED};
use core::net::{IpAddr, SocketAddr};
use socket2::{Domain, SockRef, Socket, TcpKeepalive, Type};
use std::io::{self, Read, Write};
use std::net::TcpStream;

/// A TCP connection.
#[derive(Debug)]
pub(crate) struct Tcp {
    socket: TcpStream,
    begun: bool,
}

impl Tcp {
    /// Begins to connect, from that local address.
    pub(crate) fn connect(from: IpAddr, to: SocketAddr, dscp: u8) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        set_up(&socket, to, dscp);
        socket.bind(&SocketAddr::new(from, 0).into())?;
        match socket.connect(&to.into()) {
            Ok(()) => {}
            Err(error) if is_under_way(&error) => {}
            Err(error) => return Err(error),
        }
        Ok(Self { socket: socket.into(), begun: false })
    }

    /// A connection that was accepted.
    pub(crate) fn accepted(socket: TcpStream, from: SocketAddr, dscp: u8) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        set_up(&SockRef::from(&socket), from, dscp);
        Ok(Self { socket, begun: true })
    }

    pub(crate) const fn socket(&self) -> &TcpStream {
        &self.socket
    }
}

#[cfg(unix)]
fn is_under_way(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EINPROGRESS) || error.kind() == io::ErrorKind::WouldBlock
}

#[cfg(not(unix))]
fn is_under_way(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// Options of a connection. One that a system refuses is only missed when a far end vanishes.
fn set_up(socket: &Socket, remote: SocketAddr, dscp: u8) {
    let _ = socket.set_tcp_nodelay(true);
    let _ = socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEP_AFTER).with_interval(KEEP_EACH));
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = UNACKNOWLEDGED;
    crate::host::class::set_class(socket, remote.is_ipv6(), dscp);
}

impl ByteStream for Tcp {
    fn begin(&mut self) -> io::Result<bool> {
        if self.begun {
            return Ok(true);
        }
        if let Some(error) = self.socket.take_error()? {
            return Err(error);
        }
        match self.socket.peer_addr() {
            Ok(_) => self.begun = true,
            Err(error) if error.kind() == io::ErrorKind::NotConnected => {}
            Err(error) => return Err(error),
        }
        Ok(self.begun)
    }

    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.socket.read(room)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.write(bytes)
    }

    fn wants_write(&self) -> bool {
        !self.begun
    }
}
