//! Listening for connections.

use crate::host::class::set_class;
use core::net::SocketAddr;
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::TcpListener;

/// Connections that wait in the system to be accepted.
const BACKLOG: i32 = 128;

/// Listens at an address.
pub(crate) fn listen(address: SocketAddr, dscp: u8) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // connections of an earlier run that the system still remembers keep no one from listening; elsewhere than on unix
    // the option would let two programs listen at one port
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    set_class(&socket, address.is_ipv6(), dscp);
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
