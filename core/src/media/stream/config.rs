//! A stream's settings, and its statistics.

use crate::base::features;
#[cfg(feature = "hear-keys")]
use crate::media::detect::KeyDetector;
use crate::media::jitter::Cells;
use crate::media::playout::Means;
use crate::media::{Codec, CodecBank, CodecList};
use core::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The agreement of offer and answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct StreamConfig {
    /// The stream's number for the codec bank.
    pub stream: u32,
    /// The target of media, until the peer shows another (`address` has the rules).
    pub remote_rtp: SocketAddr,
    /// The target of reports.
    pub remote_rtcp: SocketAddr,
    /// Media is taken from any host that sends it, while no better one does: for peers behind a NAT that no signalling
    /// shows.
    pub any_host: bool,
    /// Seconds of a peer's silence, while both sides may send, after which its media is lost; 0: no end.
    pub patience_s: u16,
    /// The call is up, so that its silence counts.
    pub watched: bool,
    /// The codec to send.
    pub codec: Codec,
    /// Its payload type.
    pub payload_type: u8,
    /// The payloads the peer may send, digits too.
    pub receive: CodecList,
    /// Payload type for events to send; without one, digits are sent as tones.
    pub dtmf_send: Option<u8>,
    /// The direction lets us send.
    pub send: bool,
    /// The direction lets us receive.
    pub receive_audio: bool,
    /// Milliseconds a packet sent carries; 10 to 60, in tens.
    pub ptime_ms: u8,
    /// Samples a second of the engine: 8000, 16000 or 48000.
    pub rate: u32,
    /// Whole seconds from 1900 to the driver's start, for the time stamps of reports; 0: they count from that start
    /// (RFC 3550 §4).
    pub epoch_s: u32,
    /// Our source, drawn at random.
    pub ssrc: u32,
    /// First sequence number, drawn at random.
    pub first_sequence: u16,
    /// First timestamp, drawn at random.
    pub first_timestamp: u32,
    /// Our canonical name, drawn at random (RFC 7022): 16 hexadecimal digits. Also the seed of report times.
    pub cname: u64,
    /// The peer has proved itself already.
    pub confirmed: bool,
}

impl StreamConfig {
    /// The first codec at 8 kHz and 20 ms, to nowhere; for `..StreamConfig::EMPTY`.
    pub const EMPTY: Self = Self {
        stream: 0,
        remote_rtp: NOWHERE,
        remote_rtcp: NOWHERE,
        any_host: false,
        patience_s: 0,
        watched: false,
        codec: Codec::FIRST,
        payload_type: 0,
        receive: CodecList::EMPTY,
        dtmf_send: None,
        send: false,
        receive_audio: false,
        ptime_ms: 20,
        rate: 8000,
        epoch_s: 0,
        ssrc: 0,
        first_sequence: 0,
        first_timestamp: 0,
        cname: 0,
        confirmed: false,
    };

    /// Memory lent for playing.
    pub(super) fn means<'r, 'm>(
        &'r self,
        cells: &'r mut Cells<'m>,
        codecs: &'r mut dyn CodecBank,
        history: &'r mut [i16],
    ) -> Means<'r, 'm> {
        Means { cells, codecs, stream: self.stream, types: &self.receive, history }
    }

    /// The peer can hear digits: as events, or as tones.
    #[must_use]
    pub const fn hears_digits(&self) -> bool {
        self.dtmf_send.is_some() || features::TONES
    }

    /// Both negotiated addresses, RTP's first.
    pub(super) const fn remote(&self) -> (SocketAddr, SocketAddr) {
        (self.remote_rtp, self.remote_rtcp)
    }
}

/// No address.
pub(super) const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// Memory lent to a stream for one call.
#[derive(Debug)]
pub struct StreamBuffers<'b> {
    /// The jitter ring: packets of `stride` bytes; zeroed when the stream starts.
    pub ring: &'b mut [u8],
    /// Bytes of one packet in the ring: [`RING_HEADER`](crate::base::limits::RING_HEADER) and the largest payload.
    /// Firmware lends 8 × 172 (20 ms of G.711).
    pub stride: usize,
    /// The payload of the next packet to send: as long as the longest one. 160 bytes are 20 ms of G.711.
    pub payload: &'b mut [u8],
    /// The samples heard last: [`history_of`](crate::media::conceal::history_of) the highest rate. Shorter: nothing is
    /// invented for missing packets.
    pub history: &'b mut [i16],
    /// A value for each second of the call ([`History`](crate::media::quality::History)); none where it is empty.
    pub seconds: &'b mut [u16],
    /// A detector of keys in the voice; none where it is empty, and no key is heard.
    #[cfg(feature = "hear-keys")]
    pub keys: &'b mut [KeyDetector],
}

/// One of a media port's two sockets.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Component {
    /// Voice and events.
    Rtp,
    /// Reports.
    Rtcp,
}

/// A packet to send.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct MediaTransmit {
    /// The socket that it leaves from.
    pub component: Component,
    /// Its target.
    pub to: SocketAddr,
    /// Its length. Longer than the buffer: nothing was written and nothing has changed; come again with so much room.
    pub len: usize,
}

/// The statistics of a stream. Counters saturate.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct StreamStats {
    /// RTP packets sent.
    pub sent_packets: u32,
    /// Bytes of payload sent.
    pub sent_bytes: u32,
    /// Voice packets that were replaced before the driver had fetched them.
    pub unsent: u32,
    /// RTP packets received from the peer.
    pub received_packets: u32,
    /// Bytes of payload received.
    pub received_bytes: u32,
    /// Packets that never came (RFC 3550 §A.3).
    pub lost: u32,
    /// Packets that came when their time had passed or was passing.
    pub late: u32,
    /// Packets that came twice.
    pub duplicate: u32,
    /// Packets that came behind a later one.
    pub reordered: u32,
    /// Packets that a full ring dropped.
    pub overflow: u32,
    /// Packets with a payload that the ring's stride cannot hold.
    pub oversize: u32,
    /// Packets of a type that was not agreed.
    pub unknown_type: u32,
    /// Packets from an address that is not the peer's.
    pub strangers: u32,
    /// Bytes that were no RTP or RTCP.
    pub malformed: u32,
    /// Sound invented for packets that did not come, in milliseconds.
    pub concealed_ms: u32,
    /// Pieces of 10 ms put in or taken out to follow the peer's clock and the network's delay.
    pub spliced: u32,
    /// Interarrival jitter (RFC 3550 §A.8).
    pub jitter_us: u32,
    /// Round trip by the peer's reports; 0 while unknown.
    pub rtt_us: u32,
    /// The peer's loss since its report before, in 256ths.
    pub remote_fraction_lost: u8,
    /// The peer's losses in all.
    pub remote_lost: u32,
    /// The jitter that the peer sees.
    pub remote_jitter_us: u32,
    /// Reports received.
    pub reports_received: u32,
    /// The peer has left (RTCP BYE).
    pub peer_left: bool,
    /// The address of media is confirmed.
    pub confirmed: bool,
    /// Peak of the last 100 ms from the microphone, 0 to 32767.
    pub level_in: u16,
    /// Peak of the last 100 ms to the loudspeaker.
    pub level_out: u16,
    /// MOS by the E-model of all that was heard, in hundredths, 100 to 450; 0 is unknown.
    pub mos_x100: u16,
    /// The same of the last seconds.
    pub mos_lately_x100: u16,
    /// The same of what the peer hears, by its last report.
    pub remote_mos_x100: u16,
    /// The delay one way that they are reckoned with, in milliseconds.
    pub delay_ms: u32,
    /// Sound waiting in the jitter ring, in milliseconds.
    pub ring_ms: u32,
    /// Extra delay that late packets have asked for, in milliseconds.
    pub depth_ms: u32,
    /// Microseconds since the peer's last packet or report, or since an offer was agreed on after it; `u64::MAX` if
    /// none came.
    pub silent_us: u64,
}
