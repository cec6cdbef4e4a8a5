//! The system's notice that an address came or went. Linux gives it on a netlink socket, without a timer of ours;
//! elsewhere the application reports it.

#[cfg(target_os = "linux")]
mod netlink {
    use socket2::{Domain, Protocol, SockAddr, Socket, Type};
    use std::io::ErrorKind;
    use std::net::UdpSocket;

    /// Messages read in one go; the rest comes in the next round.
    const BATCH: usize = 32;

    /// A socket that becomes readable when an address came or went.
    ///
    /// std's type for it, as for any socket that gives datagrams.
    pub(crate) struct Link(UdpSocket);

    impl Link {
        /// `None`: the system does not let us. Then the application has to report changes.
        pub(crate) fn open() -> Option<Self> {
            let socket = Socket::new(
                Domain::from(libc::AF_NETLINK),
                Type::from(libc::SOCK_RAW),
                Some(Protocol::from(libc::NETLINK_ROUTE)),
            )
            .ok()?;
            socket.set_nonblocking(true).ok()?;
            // SAFETY: the storage, which is zero, is larger than a netlink address, and aligned for each kind; its
            // length is told.
            let (_, address) = unsafe {
                SockAddr::try_init(|storage, len| {
                    let netlink = storage.cast::<libc::sockaddr_nl>();
                    (*netlink).nl_family = libc::AF_NETLINK as libc::sa_family_t;
                    (*netlink).nl_groups = (libc::RTMGRP_IPV4_IFADDR | libc::RTMGRP_IPV6_IFADDR) as u32;
                    *len = size_of::<libc::sockaddr_nl>() as libc::socklen_t;
                    Ok(())
                })
            }
            .ok()?;
            socket.bind(&address).ok()?;
            Some(Self(socket.into()))
        }

        pub(crate) const fn socket(&self) -> &UdpSocket {
            &self.0
        }

        /// Its messages are thrown away: the addresses are read anew. A message is cut at the buffer's end. Takes no
        /// memory.
        pub(crate) fn drain(&self) {
            for _ in 0..BATCH {
                // that messages were lost is one too
                if self.0.recv(&mut [0; 16]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
                    return;
                }
            }
        }
    }
}

#[cfg(target_os = "linux")]
pub(crate) use netlink::Link;

/// No notice comes.
#[cfg(not(target_os = "linux"))]
pub(crate) enum Link {}

#[cfg(not(target_os = "linux"))]
impl Link {
    pub(crate) const fn open() -> Option<Self> {
        None
    }

    pub(crate) const fn socket(&self) -> &std::net::UdpSocket {
        match *self {}
    }

    pub(crate) const fn drain(&self) {
        match *self {}
    }
}
