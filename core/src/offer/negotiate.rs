//! Reading the peer's description against ours.

use super::formats::Formats;
use super::{Agreed, Local, OfferError, OfferState, write};
use crate::{
    base::cursor::Cursor,
    media::codec::{Codec, CodecEntry, CodecList},
    wire::sdp::{Address, Direction, Media, SdpError, Session, Traits},
};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Answers a peer's offer: writes the answer and returns the agreement.
///
/// The first audio line that we can do is taken; every other line stays in its place with port 0. An offer whose lines
/// all have port 0 is answered likewise, and [`Agreed::accepted`] is then false.
///
/// # Errors
/// The reason for which the offer cannot be taken; nothing has been written then.
pub fn answer(offer: &[u8], local: &Local, out: &mut Cursor<'_>) -> Result<Agreed, OfferError> {
    let session = Session::parse(offer)?;
    let chosen = choose(&session, local, None)?;
    // rfc3264#6: the answer's t= line equals the offer's.
    let time = session.time.filter(|time| time.iter().all(|byte| matches!(byte, b'0'..=b'9' | b' '))).unwrap_or(b"0 0");
    write::session(local, time, out);
    let mut agreed = chosen.as_ref().map_or(Agreed::REJECTED, |chosen| chosen.agreed);
    for (place, media) in session.media().enumerate() {
        agreed.lines.push(&media);
        match &chosen {
            // rfc3264#6.1: we answer with the offer's payload types, so both ways carry the same numbers.
            Some(Chosen { place: taken, direction, agreed }) if *taken == place => {
                write::audio(local, media.proto, *direction, &agreed.receive_types, out);
            }
            _ => write::rejected(media.kind, media.proto, media.formats(), out),
        }
    }
    agreed.lines.audio = chosen.map_or(0, |chosen| chosen.place as u8);
    Ok(agreed)
}

/// Reads the answer to our offer. `offered` is what [`write_offer`](super::write_offer) was given: the line of the
/// answer that stands where our audio stood is the one that counts (rfc3264#6).
///
/// Codecs and lines that we did not offer are passed over. An audio line with port 0 is no error: [`Agreed::accepted`]
/// is false.
///
/// # Errors
/// The reason for which the answer cannot be used.
pub fn accept_answer(answer: &[u8], local: &Local, offered: &OfferState) -> Result<Agreed, OfferError> {
    let session = Session::parse(answer)?;
    // lines beyond those of our offer do not belong to the session
    let lines = if offered.is_empty() { OfferState::first() } else { *offered };
    let Some(Chosen { mut agreed, .. }) = choose(&session, local, Some(lines.audio()))? else {
        return Ok(Agreed { lines, ..Agreed::REJECTED });
    };
    // rfc3264#5.1: we must be ready to receive every format that we offered, under the numbers of our offer.
    agreed.receive_types = local.codecs;
    agreed.lines = lines;
    Ok(agreed)
}

/// The parameters (`a=fmtp`) of the formats in the line of a description that was agreed on: each codec once, as the
/// far end wants it most. `offered`: it is the answer to this.
pub fn parameters_of(description: &[u8], agreed: &Agreed, offered: Option<&Local>, mut tell: impl FnMut(Codec, &[u8])) {
    let Ok(session) = Session::parse(description) else { return };
    let Some(media) = session.media().nth(agreed.lines.audio()) else { return };
    let mut formats = Formats::default();
    media.read(|note| formats.note(note));
    formats.complete(offered);
    let mut told = 0u32;
    for payload_type in media.payload_types() {
        if let Some(codec) = formats.codec(payload_type)
            && told & (1 << codec as u32) == 0
            && let Some(text) = media.fmtp(payload_type)
        {
            told |= 1 << codec as u32;
            tell(codec, text);
        }
    }
}

/// The host whose address has to be found before a description can be taken; `offered` as for [`accept_answer`] if it
/// is an answer.
#[must_use]
pub fn host_to_find<'a>(description: &'a [u8], local: &Local, offered: Option<&OfferState>) -> Option<&'a str> {
    let session = Session::parse(description).ok()?;
    let ours = offered.map(OfferState::audio);
    for (place, media) in session.media().enumerate().filter(|(place, _)| ours.is_none_or(|ours| ours == *place)) {
        if media.port == 0 || !is_audio(&media) {
            continue;
        }
        match (consider(place, &media, local, ours.map(|_| local)), media.traits().connection) {
            (Ok(_), _) => return None,
            (Err(OfferError::HostName), Some(Address::Name(name))) => return core::str::from_utf8(name).ok(),
            _ => {}
        }
    }
    None
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
    session.media().for_each(|media| state.push(&media));
    state
}

impl OfferState {
    /// A first offer's: one line, our audio.
    pub(super) fn first() -> Self {
        let mut state = Self { len: 1, ..Self::EMPTY };
        if let Some(pair) = state.lines.first_mut() {
            *pair = write::pack_line(b"audio", b"RTP/AVP");
        }
        state
    }

    fn push(&mut self, media: &Media<'_>) {
        if let Some(pair) = self.lines.get_mut(usize::from(self.len / 2)) {
            *pair |= write::pack_line(media.kind, media.proto) << (self.len % 2 * 4);
            self.len += 1;
        }
    }

    /// The marks by which its lines are remembered.
    pub(super) fn packed(&self) -> impl Iterator<Item = u8> {
        self.lines.iter().flat_map(|pair| [pair & 15, pair >> 4]).take(self.len())
    }
}

/// The audio line that we take.
struct Chosen {
    place: usize,
    /// The direction we state, or have stated.
    direction: Direction,
    /// Its codecs are those of both, in the peer's order, under the peer's payload types.
    agreed: Agreed,
}

/// Finds the first audio line that we can do; `None` when every line has port 0. `ours`: it is an answer, our offer's
/// audio stood at this index, and no other line counts.
fn choose(session: &Session<'_>, local: &Local, ours: Option<usize>) -> Result<Option<Chosen>, OfferError> {
    let mut refusal = None;
    let mut idle = true;
    let lines = || session.media().enumerate().filter(|(place, _)| ours.is_none_or(|ours| ours == *place));
    for (place, media) in lines() {
        if media.port == 0 {
            continue;
        }
        idle = false;
        if !is_audio(&media) {
            continue;
        }
        match consider(place, &media, local, ours.map(|_| local)) {
            Ok(chosen) => return Ok(Some(chosen)),
            // this line would be taken, so no other one is
            Err(OfferError::HostName) => return Err(OfferError::HostName),
            Err(error) => refusal = refusal.or(Some(error)),
        }
    }
    match refusal {
        Some(error) => Err(error),
        // rfc3264#8.2: a line offered with port 0 is answered with port 0.
        None if idle && lines().any(|(_, media)| is_audio(&media)) => Ok(None),
        None => Err(OfferError::NoAudio),
    }
}

fn is_audio(media: &Media<'_>) -> bool {
    media.kind.eq_ignore_ascii_case(b"audio")
}

fn consider(place: usize, media: &Media<'_>, local: &Local, ours: Option<&Local>) -> Result<Chosen, OfferError> {
    // RTP/AVPF without a=rtcp-fb asks nothing of us that RTP/AVP does not (rfc4585#3.1: early feedback is a
    // permission).
    if !media.proto.eq_ignore_ascii_case(b"RTP/AVP") && !media.proto.eq_ignore_ascii_case(b"RTP/AVPF") {
        return Err(OfferError::UnsupportedTransport);
    }
    let mut formats = Formats::default();
    let traits = media.read(|note| formats.note(note));
    formats.complete(ours);
    let mut codecs = CodecList::EMPTY;
    for payload_type in media.payload_types() {
        if let Some(codec) = formats.codec(payload_type)
            && let Some(own) = local.codecs.entries().iter().find(|own| own.codec == codec)
        {
            let events = own.events.and_then(|_| events_at(codec, &codecs, media, &formats));
            codecs.push(CodecEntry { codec, payload_type, events });
        }
    }
    let Some(theirs) = codecs.entries().first().copied() else { return Err(OfferError::NoCommonCodec) };
    let several = ours.is_some() && codecs.entries().iter().any(|entry| entry.codec != theirs.codec);
    if ours.is_none() {
        codecs = answered(&codecs, local);
    }
    // checked last, so that no name is looked up in vain
    let address = host(traits.connection.ok_or(OfferError::NoAddress)?, local)?;
    let direction = traits.direction.unwrap_or_default();
    // rfc6337#5.4: neither RTP nor RTCP goes to the unspecified address.
    let nowhere = address.is_unspecified();
    let first = codecs.entries().first().copied().unwrap_or_default();
    Ok(Chosen {
        place,
        // rfc3264#6.1: we receive where they send, and no more than we want.
        direction: direction.mirror().and(local.direction),
        agreed: Agreed {
            remote_rtp: SocketAddr::new(address, media.port),
            remote_rtcp: control(media.port, &traits, address, local),
            // rfc3264#6.1, rfc3264#7: the most preferred format of theirs that is ours too.
            codec: first.codec,
            payload_type: first.payload_type,
            receive_types: codecs,
            several,
            dtmf_send: first.events,
            send: direction.receives() && local.direction.sends() && !nowhere,
            receive: direction.sends() && local.direction.receives(),
            ptime_ms: packet_time(&traits, local, first.codec),
            // rfc3264#8.4
            held: nowhere || !direction.receives(),
            lines: OfferState::EMPTY,
        },
    })
}

/// The codecs that an answer has, of those in common, which are in the offer's order.
fn answered(common: &CodecList, local: &Local) -> CodecList {
    let mut codecs = *common;
    if local.answering.in_own_order() {
        codecs = CodecList::EMPTY;
        let theirs = |own: &CodecEntry| common.entries().iter().find(|entry| entry.codec == own.codec).copied();
        for entry in local.codecs.entries().iter().filter_map(theirs) {
            codecs.push(entry);
        }
    }
    let first = codecs.entries().first().copied().filter(|_| local.answering.is_single());
    first.map_or(codecs, CodecList::of_one)
}

/// The payload type of the section's telephone-events at a codec's clock; `found` are the codecs before it.
fn events_at(codec: Codec, found: &CodecList, media: &Media<'_>, formats: &Formats) -> Option<u8> {
    match found.entries().iter().find(|before| before.codec.clock() == codec.clock()) {
        Some(before) => before.events,
        None => media.payload_types().find(|number| formats.takes_digits(*number, codec)),
    }
}

/// The address as one host's that we can reach; the unspecified one means hold.
fn host(address: Address<'_>, local: &Local) -> Result<IpAddr, OfferError> {
    let nobody = match local.address {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let ip = match address {
        // rfc3264#8.4: the old way to hold.
        Address::Ip(ip) if ip.to_canonical().is_unspecified() => return Ok(nobody),
        // rfc6157#3.1: with IPv6 a name under .invalid stands for no address.
        Address::Name(name) if is_invalid(name) => return Ok(nobody),
        Address::Ip(ip) => ip,
        Address::Name(_) if !cfg!(feature = "sdp-hosts") => return Err(OfferError::UnsupportedAddress),
        Address::Name(_) => local.found.ok_or(OfferError::HostName)?,
        Address::OtherNetwork => return Err(OfferError::UnsupportedNetwork),
        Address::OtherKind => return Err(OfferError::UnsupportedAddress),
    };
    let ip = ip.to_canonical();
    let usable = is_one_host(ip) && ip.is_ipv4() == local.address.to_canonical().is_ipv4();
    usable.then_some(ip).ok_or(OfferError::UnsupportedAddress)
}

/// rfc2606#2: under `.invalid` there is no host.
fn is_invalid(name: &[u8]) -> bool {
    let start = name.len().checked_sub(b".invalid".len());
    start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(b".invalid"))
}

/// Packets may go there: it is the address of one host, no group and no broadcast (rfc6890#2.2.2).
fn is_one_host(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => !matches!(ip.octets(), [0 | 224.., ..] | [127, 255, 255, 255]),
        IpAddr::V6(ip) => !ip.is_multicast() && !ip.is_unspecified(),
    }
}

/// The address of their RTCP: `a=rtcp` (rfc3605#2.1), else the next port (rfc3550#11).
fn control(port: u16, traits: &Traits<'_>, address: IpAddr, local: &Local) -> SocketAddr {
    let Some(rtcp) = traits.rtcp.filter(|rtcp| rtcp.port != 0) else {
        return SocketAddr::new(address, port.checked_add(1).unwrap_or(0));
    };
    match rtcp.address {
        None => SocketAddr::new(address, rtcp.port),
        same if same == traits.connection => SocketAddr::new(address, rtcp.port),
        // one name is looked up for a description
        Some(Address::Name(_)) => SocketAddr::new(address, 0),
        Some(other) => match host(other, local) {
            Ok(other) if !other.is_unspecified() => SocketAddr::new(other, rtcp.port),
            _ => SocketAddr::new(address, 0),
        },
    }
}

/// The length of our packets: their wish, within the limits of both, in whole frames. rfc3264#6.1
fn packet_time(traits: &Traits<'_>, local: &Local, codec: Codec) -> u8 {
    let wished = traits.ptime.unwrap_or(local.ptime_ms.into());
    let own = local.max_ptime_ms.min(codec.longest_ms());
    let most = traits.max_ptime.unwrap_or(u16::MAX).min(own.into());
    let frame = u16::from(codec.frame_ms().max(10));
    (wished.min(most) / frame * frame).max(frame) as u8
}
