//! ICMP errors about datagrams that did not arrive, with the address that they were sent to. A far end that is not
//! there is known at once, not after 32 seconds (RFC 3261 §18.4). Linux keeps them in the socket's error queue; other
//! systems do not report them.

use core::net::SocketAddr;
use std::net::UdpSocket;

/// Asks for the errors of a socket.
#[cfg(target_os = "linux")]
pub(crate) fn watch(socket: &UdpSocket, v6: bool) {
    use std::os::fd::AsRawFd;
    let on: libc::c_int = 1;
    let (level, option) =
        if v6 { (libc::IPPROTO_IPV6, libc::IPV6_RECVERR) } else { (libc::IPPROTO_IP, libc::IP_RECVERR) };
    // SAFETY: an int is read.
    unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            (&raw const on).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
}

/// The next error: the target of the datagram.
#[cfg(target_os = "linux")]
pub(crate) fn next(socket: &UdpSocket) -> Option<SocketAddr> {
    use core::mem::zeroed;
    use core::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4, SocketAddrV6};
    use std::os::fd::AsRawFd;
    // SAFETY: plain structs of the system's, for which zero is valid.
    let (mut name, mut message): (libc::sockaddr_storage, libc::msghdr) = unsafe { (zeroed(), zeroed()) };
    let mut payload = [0u8; 1];
    let mut piece = libc::iovec { iov_base: payload.as_mut_ptr().cast(), iov_len: payload.len() };
    let mut control = [0u64; 64];
    message.msg_name = (&raw mut name).cast();
    message.msg_namelen = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    message.msg_iov = &raw mut piece;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = size_of_val(&control) as _;
    // SAFETY: every pointer in it has as much room as it says.
    if unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT) } < 0 {
        return None;
    }
    match i32::from(name.ss_family) {
        libc::AF_INET => {
            // SAFETY: the family says that it is one.
            let v4 = unsafe { (&raw const name).cast::<libc::sockaddr_in>().read() };
            Some(SocketAddrV4::new(Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr)), u16::from_be(v4.sin_port)).into())
        }
        libc::AF_INET6 => {
            // SAFETY: the family says that it is one.
            let v6 = unsafe { (&raw const name).cast::<libc::sockaddr_in6>().read() };
            Some(
                SocketAddrV6::new(
                    Ipv6Addr::from(v6.sin6_addr.s6_addr),
                    u16::from_be(v6.sin6_port),
                    0,
                    v6.sin6_scope_id,
                )
                .into(),
            )
        }
        // an error without an address: it is taken from the queue, and that is all
        _ => Some(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0)),
    }
}

/// Asks for the errors of a socket.
#[cfg(not(target_os = "linux"))]
pub(crate) fn watch(_socket: &UdpSocket, _v6: bool) {}

/// The next error: the target of the datagram.
#[cfg(not(target_os = "linux"))]
pub(crate) fn next(_socket: &UdpSocket) -> Option<SocketAddr> {
    None
}
