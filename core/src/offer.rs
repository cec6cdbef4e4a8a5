//! SDP offer and answer (RFC 3264, RFC 6337): the agreement of two descriptions, and the media that follows from it.
//!
//! Pure: no time, no I/O, nothing kept. [`Local`] says what we can do, [`write_offer`] offers it, [`answer`] answers a
//! peer's offer,
//! [`accept_answer`] reads a peer's answer. The last two yield [`Agreed`], all that a media stream needs. A late offer
//! (ours in the 200, theirs in the ACK) is the same three functions.
//!
//! The caller numbers the editions: it passes `version`, and raises it by one when [`fingerprint`] says that the text
//! changed.
//!
//! Later work has its seat: SRTP adds keys and a transport to [`Local`] and [`Agreed`] and its `a=crypto` or
//! `a=fingerprint` lines to `write`; ICE adds a list of candidates to both; a further codec is a row of the table in
//! `media::codec`.

mod answering;
mod formats;
mod negotiate;
mod write;

pub use crate::wire::sdp::Direction;
use crate::{
    base::limits::SDP_MEDIA,
    media::codec::{Codec, CodecList},
    wire::sdp::SdpError,
};
pub use answering::Answering;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
pub use negotiate::{accept_answer, answer, host_to_find, parameters_of};
pub use write::{fingerprint, write_offer};

/// Our abilities and our address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Local {
    /// The address at which media reaches us.
    pub address: IpAddr,
    /// Our RTP port.
    pub rtp_port: u16,
    /// Our RTCP port; `a=rtcp` is written when it is not the next one.
    pub rtcp_port: u16,
    /// The session's number in `o=`; one for the dialog's life.
    pub session_id: u64,
    /// The edition in `o=`.
    pub version: u64,
    /// The direction we want; `SendOnly` holds the peer (rfc3264#8.4).
    pub direction: Direction,
    /// The packet time that we wish for.
    pub ptime_ms: u8,
    /// The longest packet that we take or make.
    pub max_ptime_ms: u8,
    /// Our codecs, the most wanted first, and our telephone-events.
    pub codecs: CodecList,
    /// The codecs of our answers, among these.
    pub answering: Answering,
    /// The address that was found for the host that the peer's description names, if it names one (see
    /// [`host_to_find`]).
    pub found: Option<IpAddr>,
}

impl Local {
    /// Core's own codecs and telephone-events both ways in packets of 20 ms, at most 60.
    #[must_use]
    pub fn new(address: IpAddr, rtp_port: u16, session_id: u64) -> Self {
        Self {
            address,
            rtp_port,
            rtcp_port: rtp_port.saturating_add(1),
            session_id,
            version: session_id,
            direction: Direction::SendReceive,
            ptime_ms: 20,
            max_ptime_ms: 60,
            codecs: CodecList::built_in(),
            answering: Answering::USUAL,
            found: None,
        }
    }

    /// The same, with the payload types that a session already uses.
    #[must_use]
    pub fn continuing(mut self, agreed: &Agreed) -> Self {
        self.codecs = self.codecs.continuing(&agreed.receive_types);
        self
    }
}

/// The `m=` lines of a session so far: a later offer repeats them in place (rfc3264#8). Empty before the first offer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct OfferState {
    /// Two lines a byte.
    lines: [u8; SDP_MEDIA / 2],
    len: u8,
    audio: u8,
}

impl OfferState {
    /// No session yet.
    pub const EMPTY: Self = Self { lines: [0; SDP_MEDIA / 2], len: 0, audio: 0 };

    /// The lines of the last description, ours or the peer's.
    ///
    /// # Errors
    /// The fault in it.
    pub fn of(description: &[u8]) -> Result<Self, SdpError> {
        negotiate::lines_of(description)
    }

    /// The number of lines.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// No session yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The index of our audio.
    #[must_use]
    pub const fn audio(&self) -> usize {
        self.audio as usize
    }
}

/// The agreement of two descriptions: all that a media stream needs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Agreed {
    /// The target of our RTP. Port 0: the audio was rejected or removed. The unspecified address: on hold, nothing may
    /// be sent.
    pub remote_rtp: SocketAddr,
    /// The target of our RTCP. Port 0: none.
    pub remote_rtcp: SocketAddr,
    /// The codec we send.
    pub codec: Codec,
    /// The number that our packets carry.
    pub payload_type: u8,
    /// The payloads that may come in, by payload type; the peer's digits too.
    pub receive_types: CodecList,
    /// Their answer has several codecs, of which they may send any.
    pub several: bool,
    /// The number that our digits carry; `None`: the peer takes none.
    pub dtmf_send: Option<u8>,
    /// We send.
    pub send: bool,
    /// We receive.
    pub receive: bool,
    /// Milliseconds of sound in each packet that we send.
    pub ptime_ms: u8,
    /// The peer does not want to hear us: `sendonly`, `inactive` or the unspecified address.
    pub held: bool,
    /// The session's `m=` lines, for a later offer of ours.
    pub lines: OfferState,
}

impl Agreed {
    /// Nothing agreed.
    pub const REJECTED: Self = Self {
        remote_rtp: NOWHERE,
        remote_rtcp: NOWHERE,
        codec: Codec::FIRST,
        payload_type: 0,
        receive_types: CodecList::EMPTY,
        several: false,
        dtmf_send: None,
        send: false,
        receive: false,
        ptime_ms: 20,
        held: false,
        lines: OfferState::EMPTY,
    };

    /// There is audio; `false` when its port is 0 (rfc3264#6).
    #[must_use]
    pub const fn accepted(&self) -> bool {
        self.remote_rtp.port() != 0
    }
}

const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// The reason for which a description leads to no media.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OfferError {
    /// It cannot be read.
    Malformed(SdpError),
    /// It has more `m=` or other lines than we take.
    TooLarge,
    /// It has no audio line in use.
    NoAudio,
    /// Its audio has no codec of ours.
    NoCommonCodec,
    /// Its audio wants another transport than plain RTP.
    UnsupportedTransport,
    /// Its audio is in another network than the Internet.
    UnsupportedNetwork,
    /// Its audio's address is of another family than ours, not of the kind that it says, or not one host's.
    UnsupportedAddress,
    /// Its audio's address is a host name that has to be looked up first: [`host_to_find`] says it.
    HostName,
    /// Its audio has no `c=` line.
    NoAddress,
}

impl OfferError {
    /// The SIP status that refuses it. rfc3261#13.3.1.3, rfc3261#21.4.1
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed(_) | Self::NoAddress => 400,
            _ => 488,
        }
    }

    /// The code for the Warning header that goes with it. rfc3261#20.43
    #[must_use]
    pub const fn warning(self) -> u16 {
        match self {
            Self::UnsupportedNetwork => 300,
            Self::UnsupportedAddress => 301,
            Self::UnsupportedTransport => 302,
            Self::NoAudio => 304,
            Self::NoCommonCodec => 305,
            Self::Malformed(_) | Self::NoAddress | Self::TooLarge | Self::HostName => 399,
        }
    }

    /// The text for people: the Warning's text, and the reason phrase of a 400. It needs no escapes between quotes.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Malformed(error) => error.reason(),
            Self::TooLarge => "SDP has too many lines",
            Self::NoAudio => "No audio offered",
            Self::NoCommonCodec => "No common audio format",
            Self::UnsupportedTransport => "Audio transport is not RTP/AVP",
            Self::UnsupportedNetwork => "Audio is not in the Internet",
            Self::UnsupportedAddress => "Audio address is not usable from here",
            Self::HostName => "Audio host is not found",
            Self::NoAddress => "Audio has no c= line",
        }
    }
}

impl From<SdpError> for OfferError {
    fn from(error: SdpError) -> Self {
        match error {
            SdpError::TooManyMedia | SdpError::TooManyLines => Self::TooLarge,
            error => Self::Malformed(error),
        }
    }
}

#[cfg(test)]
mod tests;
