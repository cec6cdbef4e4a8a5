//! Reading the peer's description against ours.

use super::{Agreed, CodecEntry, CodecKind, CodecList, Local, OfferError, OfferState, write};
use crate::{
    base::cursor::Cursor,
    wire::sdp::{Address, Direction, Media, SdpError, Session},
};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Answers a peer's offer: writes the answer and says what media will do.
///
/// The first audio line that we can do is taken; every other line stays in its place with port 0. An offer whose lines all have port 0
/// is answered likewise, and [`Agreed::accepted`] is then false.
///
/// # Errors
/// Why the offer cannot be taken; nothing has been written then.
pub fn answer(offer: &[u8], local: &Local, out: &mut Cursor<'_>) -> Result<Agreed, OfferError> {
    let session = Session::parse(offer)?;
    let chosen = choose(&session, local, None)?;
    // rfc3264#6: the answer's t= line equals the offer's.
    let time = session.time.filter(|time| time.iter().all(|byte| matches!(byte, b'0'..=b'9' | b' '))).unwrap_or(b"0 0");
    write::session(local, time, out);
    let mut agreed = Agreed::REJECTED;
    let mut lines = lines(&session);
    for (place, media) in session.media().enumerate() {
        match &chosen {
            Some(chosen) if chosen.place == place => {
                // rfc3264#6.1: what they send we receive; and no more than we want.
                let direction = media.direction().mirror().and(local.direction);
                let dtmf = local.dtmf.and(chosen.dtmf);
                write::audio(local, media.proto, direction, chosen.codecs.entries(), dtmf, out);
                agreed = chosen.agree(&media, direction, local);
                // rfc3264#6.1: we answer with the offer's payload types, so both ways carry the same numbers.
                agreed.receive_types = chosen.codecs;
                agreed.dtmf_receive = dtmf;
                lines.audio = place as u8;
            }
            _ => write::rejected(media.kind, media.proto, media.formats(), out),
        }
    }
    agreed.lines = lines;
    Ok(agreed)
}

/// Reads the answer to our offer.
///
/// Codecs and lines that we did not offer are passed over. An audio line with port 0 is no error: [`Agreed::accepted`] is false.
///
/// # Errors
/// Why nothing can be made of the answer.
pub fn accept_answer(answer: &[u8], local: &Local) -> Result<Agreed, OfferError> {
    let session = Session::parse(answer)?;
    let mut lines = lines(&session);
    let Some(chosen) = choose(&session, local, Some(local))? else {
        return Ok(Agreed { lines, ..Agreed::REJECTED });
    };
    lines.audio = chosen.place as u8;
    let Some(media) = session.media().nth(chosen.place) else { return Err(OfferError::NoAudio) };
    // rfc3264#7: we do what they take, whatever more the answer says (a sendrecv to our sendonly leaves us sending only).
    let mut agreed = chosen.agree(&media, media.direction().mirror().and(local.direction), local);
    // rfc3264#5.1: what we offered we must be ready to receive, under the numbers of our offer.
    agreed.receive_types = local.codecs;
    agreed.dtmf_receive = local.dtmf;
    agreed.lines = lines;
    Ok(agreed)
}

/// The lines of any description.
pub(super) fn lines_of(description: &[u8]) -> Result<OfferState, SdpError> {
    let session = Session::parse(description)?;
    let mut state = lines(&session);
    state.audio = session.media().position(|media| is_audio(&media) && media.port != 0).unwrap_or(0) as u8;
    Ok(state)
}

fn lines(session: &Session<'_>) -> OfferState {
    let mut state = OfferState::EMPTY;
    for (place, media) in state.lines.iter_mut().zip(session.media()) {
        *place = write::pack_line(media.kind, media.proto);
        state.len += 1;
    }
    state
}

/// The audio line that we take.
struct Chosen {
    place: usize,
    /// What both can do, in the peer's order, under the peer's payload types.
    codecs: CodecList,
    /// The peer's payload type for digits, if it takes them.
    dtmf: Option<u8>,
    rtp: SocketAddr,
    rtcp: SocketAddr,
}

impl Chosen {
    fn agree(&self, media: &Media<'_>, direction: Direction, local: &Local) -> Agreed {
        // rfc3264#6.1, rfc3264#7: the most preferred format of theirs that is ours too.
        let first = self.codecs.entries().first().copied().unwrap_or_default();
        // rfc6337#5.4: neither RTP nor RTCP goes to the unspecified address.
        let nowhere = self.rtp.ip().is_unspecified();
        Agreed {
            remote_rtp: self.rtp,
            remote_rtcp: self.rtcp,
            codec: first.kind,
            payload_type: first.payload_type,
            dtmf_send: self.dtmf,
            send: direction.sends() && !nowhere,
            receive: direction.receives(),
            ptime_ms: packet_time(media, local),
            // rfc3264#8.4
            held: nowhere || !media.direction().receives(),
            ..Agreed::REJECTED
        }
    }
}

/// Finds the first audio line that we can do; `None` when every line has port 0. `ours` is what an answer's numbers refer to.
fn choose(session: &Session<'_>, local: &Local, ours: Option<&Local>) -> Result<Option<Chosen>, OfferError> {
    let mut refusal = None;
    let mut idle = session.media_count() > 0;
    for (place, media) in session.media().enumerate() {
        if media.port == 0 {
            continue;
        }
        idle = false;
        if !is_audio(&media) {
            continue;
        }
        match consider(place, &media, local, ours) {
            Ok(chosen) => return Ok(Some(chosen)),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    match refusal {
        Some(error) => Err(error),
        // rfc3264#8.2: what is offered with port 0 is answered with port 0.
        None if idle && session.media().any(|media| is_audio(&media)) => Ok(None),
        None => Err(OfferError::NoAudio),
    }
}

fn is_audio(media: &Media<'_>) -> bool {
    media.kind.eq_ignore_ascii_case(b"audio")
}

fn consider(place: usize, media: &Media<'_>, local: &Local, ours: Option<&Local>) -> Result<Chosen, OfferError> {
    // RTP/AVPF without a=rtcp-fb asks nothing of us that RTP/AVP does not (rfc4585#3.1: early feedback is a permission).
    if !media.proto.eq_ignore_ascii_case(b"RTP/AVP") && !media.proto.eq_ignore_ascii_case(b"RTP/AVPF") {
        return Err(OfferError::UnsupportedTransport);
    }
    let address = host(media.connection().ok_or(OfferError::NoAddress)?, local).ok_or(OfferError::UnsupportedAddress)?;
    let mut codecs = CodecList::EMPTY;
    for payload_type in media.payload_types() {
        if let Some(kind) = codec(media, payload_type, ours).filter(|kind| local.codecs.has(*kind)) {
            codecs.push(CodecEntry { kind, payload_type });
        }
    }
    let clock = codecs.entries().first().ok_or(OfferError::NoCommonCodec)?.kind.clock();
    let dtmf = media.payload_types().find(|number| codecs.kind_of(*number).is_none() && takes_digits(media, *number, clock, ours));
    Ok(Chosen {
        place,
        codecs,
        dtmf: dtmf.filter(|_| local.dtmf.is_some()),
        rtp: SocketAddr::new(address, media.port),
        rtcp: control(media, address, local),
    })
}

/// Which codec a payload type of theirs is.
fn codec(media: &Media<'_>, payload_type: u8, ours: Option<&Local>) -> Option<CodecKind> {
    let Some(map) = media.rtpmap(payload_type) else {
        // rfc3264#5.1: without a=rtpmap the profile's table holds. An answer that leaves out the map of a number of ours means our format.
        return ours.and_then(|local| local.codecs.kind_of(payload_type)).or_else(|| CodecKind::of_static(payload_type));
    };
    [CodecKind::Pcmu, CodecKind::Pcma]
        .into_iter()
        .find(|kind| map.name.eq_ignore_ascii_case(kind.name().as_bytes()) && map.clock == kind.clock() && map.channels == kind.channels())
}

/// The payload type is telephone-event at the codec's clock, and takes the digits of a telephone.
fn takes_digits(media: &Media<'_>, payload_type: u8, clock: u32, ours: Option<&Local>) -> bool {
    let named = match media.rtpmap(payload_type) {
        // rfc4733#2.1: events share the codec's clock, for they share its timestamps.
        Some(map) => map.name.eq_ignore_ascii_case(b"telephone-event") && map.clock == clock,
        None => ours.is_some_and(|local| local.dtmf == Some(payload_type)),
    };
    named && media.fmtp(payload_type).is_none_or(has_digits)
}

/// A list of events like `0-15,66` holds the twelve keys. rfc4733#2.4.1: no list means the digits; so does one that cannot be read.
fn has_digits(list: &[u8]) -> bool {
    let list = list.strip_prefix(b"events=").unwrap_or(list);
    if list.is_empty() {
        return true;
    }
    let mut keys = 0u16;
    for range in list.split(|byte| matches!(byte, b',' | b' ')).filter(|range| !range.is_empty()) {
        let mut ends = range.splitn(2, |byte| *byte == b'-');
        let event = |text: &[u8]| core::str::from_utf8(text).ok()?.trim().parse::<u8>().ok();
        let Some(first) = ends.next().and_then(event) else { return true };
        let Some(last) = ends.next().map_or(Some(first), event) else { return true };
        for key in first..=last.min(11) {
            keys |= 1 << key;
        }
    }
    keys == 0x0fff
}

/// The address as one host's that we can reach; the unspecified one means hold.
fn host(address: Address<'_>, local: &Local) -> Option<IpAddr> {
    let unspecified = match local.address {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    match address {
        // rfc3264#8.4: the old way to hold.
        Address::Ip(ip) if ip.is_unspecified() => Some(unspecified),
        Address::Ip(ip) => {
            let ip = ip.to_canonical();
            let usable =
                !ip.is_multicast() && ip != IpAddr::V4(Ipv4Addr::BROADCAST) && ip.is_ipv4() == local.address.to_canonical().is_ipv4();
            usable.then_some(ip)
        }
        // rfc6157#3.1: with IPv6 a name under .invalid stands for no address.
        Address::Name(name) => {
            let start = name.len().checked_sub(b".invalid".len())?;
            name.get(start..)?.eq_ignore_ascii_case(b".invalid").then_some(unspecified)
        }
    }
}

/// Where their RTCP is: `a=rtcp` (rfc3605#2.1), else the next port (rfc3550#11).
fn control(media: &Media<'_>, address: IpAddr, local: &Local) -> SocketAddr {
    let next = SocketAddr::new(address, media.port.checked_add(1).unwrap_or(0));
    match media.rtcp {
        Some(rtcp) if rtcp.port != 0 => match rtcp.address.map(|other| host(other, local)) {
            None => SocketAddr::new(address, rtcp.port),
            Some(Some(other)) if !other.is_unspecified() => SocketAddr::new(other, rtcp.port),
            Some(_) => SocketAddr::new(address, 0),
        },
        _ => next,
    }
}

/// The length of our packets: what they wish for, within what both can, in quanta of 10 ms. rfc3264#6.1
fn packet_time(media: &Media<'_>, local: &Local) -> u8 {
    let wished = media.ptime().unwrap_or(local.ptime_ms.into());
    let most = media.max_ptime().unwrap_or(u16::MAX).min(local.max_ptime_ms.into());
    (wished.min(most) / 10 * 10).max(10) as u8
}
