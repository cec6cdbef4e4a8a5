//! Input: hops, and the driver's replies.

pub use crate::sip::flow::{Flow, Transport};
use core::net::IpAddr;

/// One address of a name, found by the driver.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Target {
    /// The way there. Its socket's local address is the one routing gives for it. A stream may be there already, or be
    /// one to open ([`Flow::to_open`]).
    pub flow: Flow,
    /// SRV priority: lower first. 0 without SRV.
    pub priority: u16,
    /// SRV weight, within one priority.
    pub weight: u16,
    /// Seconds for which this holds; 0: not known.
    pub lifetime: u32,
}

/// The reason for which a wish failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// The name is not known, or its servers did not answer.
    Name,
    /// No route, or the network is down.
    Unreachable,
    /// No port free in the range, or no descriptor left.
    Port,
    /// This driver does not do that (say, TLS).
    Unsupported,
}

/// The driver's reply to a wish.
#[derive(Clone, Copy, Debug)]
pub enum Reply<'r> {
    /// To `Locate`: up to 8 addresses; more are cut off.
    Hops(&'r [Target]),
    /// To `Connect`: this stream leads there.
    Flow(Flow),
    /// To `OpenMedia`: the ports are bound at the address that was asked for.
    Media {
        /// RTP port.
        rtp: u16,
        /// RTCP port.
        rtcp: u16,
    },
    /// It could not be done.
    Failed(Failure),
}

/// The outcome of bytes given to [`super::Phone::handle_sip`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub enum Taken {
    /// So many are done with; give the bytes behind them. On a stream it may be more than were given: a message too
    /// long to be taken in was refused, and the rest of it is to be dropped as it comes.
    Bytes(usize),
    /// None: a response waits to be sent. Drain [`super::Phone::poll_transmit`], then give the same bytes again. A
    /// datagram may be dropped instead. It may be said of the same bytes once more: of an INVITE that another call gave
    /// way to, for the other's response leaves before its own.
    Drain,
    /// None: a stream's message is not whole yet. Give the same bytes again with those that follow. Never with as many
    /// as the capacity's `message`: so large a buffer is enough.
    NeedMore,
    /// The beginning of the next message cannot be known: close this stream, and call
    /// [`super::Phone::handle_flow_failed`].
    Close,
}

/// One of a call's two media ports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Component {
    /// Voice and digits.
    Rtp,
    /// Reports.
    Rtcp,
}

/// I/O that is not bytes, wished for by the core and done by the driver.
#[derive(Clone, Copy, Debug)]
pub enum Wish<'p> {
    /// Find the addresses that a name stands for (RFC 3263), and the local socket for each. An IP literal too: routing
    /// decides the socket.
    Locate {
        /// To answer with `Reply::Hops` or `Reply::Failed`.
        id: super::WishId,
        /// A name, or an IPv4 or IPv6 literal without brackets.
        host: &'p str,
        /// Where the URI names one: then addresses only, no SRV (RFC 3263 §4.2). So for a host that a session
        /// description names.
        port: Option<u16>,
        /// Where the URI names one.
        transport: Option<Transport>,
        /// A description of the far end's names it, whoever that is ([`Wish::is_of_a_description`]).
        described: bool,
    },
    /// Open a stream to an address, from the local address of that socket. One that is open to the same far end does.
    Connect {
        /// To answer with `Reply::Flow` or `Reply::Failed`, or with neither: the core's patience has an end.
        id: super::WishId,
        /// The far end.
        remote: core::net::SocketAddr,
        /// TCP or TLS.
        transport: Transport,
        /// The socket whose address it is to leave from.
        socket: u8,
    },
    /// Close a stream: its far end does not answer pings any more. Nothing to answer, and no
    /// [`super::Phone::handle_flow_failed`] to call.
    Disconnect {
        /// The stream.
        flow: Flow,
    },
    /// Bind an RTP and an RTCP port at this local address.
    OpenMedia {
        /// To answer with `Reply::Media` or `Reply::Failed`.
        id: super::WishId,
        /// The ports' name in `handle_media` and `Via::Media`.
        media: super::MediaId,
        /// The local address.
        local: IpAddr,
    },
    /// Close them. Nothing to answer.
    CloseMedia {
        /// The ports' name.
        media: super::MediaId,
    },
    /// The device bus has members now: open the audio device. Nothing to answer.
    AudioOn,
    /// The device bus is empty: close it. Nothing to answer.
    AudioOff,
}

/// The port in the look-up of a host that a description names. rfc3551#9: RTP's own. A name with a port has addresses
/// and nothing else (rfc3263#4.2).
pub(super) const DESCRIBED: u16 = 5004;

impl Wish<'_> {
    /// It asks for a host that a description of the far end's names, whoever that is: a driver that looks up one name
    /// after the other is to do this one behind all others, for its name server may let it wait.
    #[must_use]
    pub const fn is_of_a_description(&self) -> bool {
        matches!(self, Self::Locate { described: true, .. })
    }
}
