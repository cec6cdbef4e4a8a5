//! The flows of SIP: plain values by which the driver names its sockets and streams.

use core::net::SocketAddr;

/// The transport of SIP.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Transport {
    /// Datagrams: the transactions retransmit lost ones.
    #[default]
    Udp,
    /// A stream.
    Tcp,
    /// A stream under TLS.
    Tls,
}

/// A way in or out for SIP: a socket and the far end, or one stream. Strangers' flows cost no slot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Flow {
    /// A datagram socket of the driver (numbered by `socket_up`) and the address of the far end.
    Udp {
        /// The driver's number of the socket.
        socket: u8,
        /// The far end.
        remote: SocketAddr,
    },
    /// A stream that the driver opened or accepted.
    Stream {
        /// The driver's number of the stream.
        slot: u16,
        /// The generation of that number, from 1; 0: it is to be opened.
        generation: u16,
        /// TLS or TCP.
        transport: Transport,
        /// The far end.
        remote: SocketAddr,
        /// The socket number whose local address the stream left from.
        socket: u8,
    },
}

impl Flow {
    /// A stream that is not there yet, to this far end: the core wishes for it before it sends
    /// ([`Wish::Connect`](crate::phone::Wish::Connect)). Generation 0 is its mark: no driver has it.
    #[must_use]
    pub const fn to_open(transport: Transport, remote: SocketAddr, socket: u8) -> Self {
        Self::Stream { slot: 0, generation: 0, transport, remote, socket }
    }

    /// It can be sent over: a datagram socket, or a stream that is there.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !cfg!(feature = "stream") || !matches!(self, Self::Stream { generation: 0, .. })
    }

    /// The far end.
    #[must_use]
    pub const fn remote(&self) -> SocketAddr {
        match self {
            Self::Udp { remote, .. } | Self::Stream { remote, .. } => *remote,
        }
    }

    /// The number of the socket whose local address it uses.
    #[must_use]
    pub const fn socket(&self) -> u8 {
        match self {
            Self::Udp { socket, .. } | Self::Stream { socket, .. } => *socket,
        }
    }

    /// The transport's name in Via.
    #[must_use]
    pub const fn transport(&self) -> Transport {
        match self {
            Self::Stream { transport, .. } if cfg!(feature = "stream") => *transport,
            _ => Transport::Udp,
        }
    }

    /// Nothing gets lost on it, so nothing is sent twice. Without the feature `stream` there are only datagrams.
    #[must_use]
    pub const fn is_reliable(&self) -> bool {
        cfg!(feature = "stream") && matches!(self, Self::Stream { .. })
    }
}
