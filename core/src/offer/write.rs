//! Writing our side's description.

use super::{CodecList, Direction, Local, OfferState};
use crate::base::cursor::Cursor;
use crate::base::table::Hasher;
use crate::wire::sip::write_v6;
use core::net::IpAddr;

/// rfc4733#7.1.1: the encoding name of telephone-events.
pub(super) const EVENTS: &str = "telephone-event";

/// A line's mark, in four bits: media type, transport and a format. One of another kind comes back as
/// the first, which rfc3264#8.3.3 allows.
const LINES: [(&str, &str, &str); 16] = [
    ("application", "RTP/AVP", "0"),
    ("audio", "RTP/AVP", "0"),
    ("audio", "RTP/AVPF", "0"),
    ("audio", "RTP/SAVP", "0"),
    ("audio", "RTP/SAVPF", "0"),
    ("audio", "UDP/TLS/RTP/SAVP", "0"),
    ("audio", "UDP/TLS/RTP/SAVPF", "0"),
    ("video", "RTP/AVP", "0"),
    ("video", "RTP/AVPF", "0"),
    ("video", "RTP/SAVP", "0"),
    ("video", "RTP/SAVPF", "0"),
    ("video", "UDP/TLS/RTP/SAVPF", "0"),
    ("image", "udptl", "t38"),
    ("application", "UDP/DTLS/SCTP", "webrtc-datachannel"),
    ("message", "TCP/MSRP", "*"),
    ("text", "RTP/AVP", "0"),
];

/// Packs what a rejected line must be written back with.
pub(super) fn pack_line(kind: &[u8], proto: &[u8]) -> u8 {
    let is = |line: &(&str, &str, &str)| {
        line.0.as_bytes().eq_ignore_ascii_case(kind) && line.1.as_bytes().eq_ignore_ascii_case(proto)
    };
    LINES.iter().position(is).unwrap_or(0) as u8
}

/// Writes our offer. `state` is empty in a session's first offer; later it is [`Agreed::lines`](super::Agreed::lines),
/// and every line of the session keeps its index.
pub fn write_offer(local: &Local, state: &OfferState, out: &mut Cursor<'_>) {
    session(local, b"0 0", out);
    let lines = if state.is_empty() { OfferState::first() } else { *state };
    for (place, line) in lines.packed().enumerate() {
        if place == state.audio() {
            audio(local, b"RTP/AVP", local.direction, &local.codecs, out);
            continue;
        }
        let (kind, proto, format) = LINES.get(usize::from(line)).copied().unwrap_or_default();
        // rfc3264#8.2: a line that is not in use stays, with port 0 and at least one format.
        rejected(kind.as_bytes(), proto.as_bytes(), core::iter::once(format.as_bytes()), out);
    }
}

/// The session's own lines.
pub(super) fn session(local: &Local, time: &[u8], out: &mut Cursor<'_>) {
    let mut room = [0; 64];
    let mut address = Cursor::new(&mut room);
    connection(local.address, &mut address);
    out.put_str("v=0\r\no=- ");
    out.put_number(local.session_id);
    out.put(b" ");
    out.put_number(local.version);
    out.put(b" ");
    out.put(address.written());
    out.put_str("\r\ns=-\r\nc=");
    out.put(address.written());
    out.put_str("\r\nt=");
    out.put(time);
    out.put_str("\r\n");
}

/// An audio section in use.
pub(super) fn audio(local: &Local, proto: &[u8], direction: Direction, codecs: &CodecList, out: &mut Cursor<'_>) {
    out.put_str("m=audio ");
    out.put_number(local.rtp_port.into());
    out.put(b" ");
    out.put(proto);
    for payload_type in codecs.entries().iter().map(|entry| entry.payload_type).chain(codecs.events().map(|it| it.0)) {
        out.put(b" ");
        out.put_number(payload_type.into());
    }
    out.put_str("\r\n");
    for entry in codecs.entries() {
        // rfc3264#5.1: static payload types get their a=rtpmap as well.
        rtpmap(entry.payload_type, entry.codec.name(), entry.codec.clock(), entry.codec.channels(), out);
        if let Some(parameters) = entry.codec.fmtp() {
            fmtp(entry.payload_type, parameters, out);
        }
    }
    for (payload_type, clock) in codecs.events() {
        // rfc4733#2.1: at the voice's clock, so one for each clock of our codecs.
        rtpmap(payload_type, EVENTS, clock, 1, out);
        // rfc4733#2.4.1: the sixteen digits, and no other event.
        fmtp(payload_type, "0-15", out);
    }
    attribute_number("ptime", local.ptime_ms.into(), out);
    attribute_number("maxptime", local.max_ptime_ms.into(), out);
    if local.rtcp_port != 0 && Some(local.rtcp_port) != local.rtp_port.checked_add(1) {
        // rfc3605#2.1
        attribute_number("rtcp", local.rtcp_port.into(), out);
    }
    out.put_str("a=");
    out.put_str(direction.name());
    out.put_str("\r\n");
}

/// A section that is not in use. rfc3264#6: port 0, same index, same media type.
pub(super) fn rejected<'a>(kind: &[u8], proto: &[u8], formats: impl Iterator<Item = &'a [u8]>, out: &mut Cursor<'_>) {
    out.put_str("m=");
    out.put(kind);
    out.put_str(" 0 ");
    out.put(proto);
    let mut formats = formats.peekable();
    if formats.peek().is_none() {
        // rfc8866#9: the grammar wants one.
        out.put_str(" 0");
    }
    for format in formats {
        out.put(b" ");
        out.put(format);
    }
    out.put_str("\r\n");
}

fn rtpmap(payload_type: u8, name: &str, clock: u32, channels: u8, out: &mut Cursor<'_>) {
    out.put_str("a=rtpmap:");
    out.put_number(payload_type.into());
    out.put(b" ");
    out.put_str(name);
    out.put(b"/");
    out.put_number(clock.into());
    if channels > 1 {
        // rfc8866#6.6: one channel need not be said.
        out.put(b"/");
        out.put_number(channels.into());
    }
    out.put_str("\r\n");
}

fn fmtp(payload_type: u8, parameters: &str, out: &mut Cursor<'_>) {
    out.put_str("a=fmtp:");
    out.put_number(payload_type.into());
    out.put(b" ");
    out.put_str(parameters);
    out.put_str("\r\n");
}

fn attribute_number(name: &str, number: u64, out: &mut Cursor<'_>) {
    out.put_str("a=");
    out.put_str(name);
    out.put(b":");
    out.put_number(number);
    out.put_str("\r\n");
}

/// Writes `IN IP4 192.0.2.1`.
fn connection(address: IpAddr, out: &mut Cursor<'_>) {
    match address {
        IpAddr::V4(address) => {
            for (byte, before) in address.octets().into_iter().zip(["IN IP4 ", ".", ".", "."]) {
                out.put_str(before);
                out.put_number(byte.into());
            }
        }
        IpAddr::V6(address) => {
            out.put_str("IN IP6 ");
            write_v6(out, address);
        }
    }
}

/// A number for what a description of ours says, which begins behind its `o=`, the second line: as long as it stays,
/// the version stays (rfc3264#8).
#[must_use]
pub fn fingerprint(description: &[u8]) -> u64 {
    let said = description.splitn(3, |byte| *byte == b'\n').nth(2).unwrap_or_default();
    // a key of its own would tell nobody more: both texts are ours
    Hasher::new((0, 0)).with(said).finish()
}
