//! The class of service of a socket (RFC 2474).

use std::io;

/// Asks for a class of service; 0: for none. A system that refuses it still sends.
pub(crate) fn set_class(socket: &socket2::Socket, v6: bool, dscp: u8) {
    if dscp != 0 {
        // the six upper bits of the octet
        let class = u32::from(dscp) << 2;
        // no socket carries both families: one of IPv6 is of IPv6 only
        let _ = if v6 { set_traffic_class(socket, class) } else { socket.set_tos_v4(class) };
    }
}

#[cfg(unix)]
fn set_traffic_class(socket: &socket2::Socket, class: u32) -> io::Result<()> {
    socket.set_tclass_v6(class)
}

#[cfg(not(unix))]
fn set_traffic_class(_socket: &socket2::Socket, _class: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
