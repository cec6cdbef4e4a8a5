//! Reading and printing the messages that PEERS.md's table is about: an INVITE of 876 bytes with ten headers and SDP, a
//! 200 of 358 bytes.

use core::hint::black_box;
use core::net::{Ipv4Addr, SocketAddr};
use microsip_core::base::cursor::Cursor;
use microsip_core::wire::sdp::{Note, RtpMap, Session};
use microsip_core::wire::sip::{Message, Method, Name, Writer};

const INVITE: &[u8] = b"INVITE sip:+4930123456@gateway.example.com;user=phone SIP/2.0\r\n\
Via: SIP/2.0/UDP 192.0.2.17:5060;branch=z9hG4bK-7f3c91d2ab5544e0;rport\r\n\
Max-Forwards: 70\r\n\
From: \"Anna Example, office\" <sip:anna@example.com>;tag=9fxced76sl3123\r\n\
To: <sip:+4930123456@gateway.example.com;user=phone>\r\n\
Call-ID: 3848276298220188511@192.0.2.17\r\n\
CSeq: 314159 INVITE\r\n\
Contact: <sip:anna-2f8c11ab90de77aa@192.0.2.17:5060;transport=udp>;expires=3600\r\n\
Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE\r\n\
Content-Type: application/sdp\r\n\
Content-Length: 336\r\n\
\r\n\
v=0\r\n\
o=anna 2890844526 2890844526 IN IP4 192.0.2.17\r\n\
s=Call of an example with a longer name\r\n\
c=IN IP4 192.0.2.17\r\n\
t=0 0\r\n\
m=audio 49172 RTP/AVP 0 8 9 18 101\r\n\
a=rtpmap:0 PCMU/8000\r\n\
a=rtpmap:8 PCMA/8000\r\n\
a=rtpmap:9 G722/8000\r\n\
a=rtpmap:18 G729/8000\r\n\
a=fmtp:18 annexb=no\r\n\
a=rtpmap:101 telephone-event/8000\r\n\
a=fmtp:101 0-16\r\n\
a=ptime:20\r\n\
a=sendrecv\r\n";

const OK: &[u8] = b"SIP/2.0 200 OK\r\n\
Via: SIP/2.0/UDP 192.0.2.17:5060;branch=z9hG4bK-7f3c91d2ab5544e0;rport=5060;received=192.0.2.17\r\n\
From: \"Anna Example\" <sip:anna@example.com>;tag=9fxced76sl31\r\n\
To: <sip:bob@example.com>;tag=a6c85cf\r\n\
Call-ID: 3848276298220188511@192.0.2.17\r\n\
CSeq: 314159 BYE\r\n\
Contact: <sip:bob@198.51.100.4:5060>\r\n\
Server: Example/1.0 test\r\n\
Content-Length: 0\r\n\
\r\n";

/// Six headers typed, their URIs too: Via, From, To, CSeq, Contact, Call-ID. What is read is added up, so that none of
/// it can be left out.
fn typed(message: &Message<'_>) -> Option<usize> {
    let via = message.via().ok()?;
    let from = message.from().ok()?;
    let to = message.to().ok()?;
    let cseq = message.cseq().ok()?;
    let contact = message.contact().ok()??;
    let call_id = message.call_id().ok()?;
    let uris = [from.parsed_uri().ok()?, to.parsed_uri().ok()?, contact.address()?.parsed_uri().ok()?];
    Some(
        via.branch()?.len()
            + from.tag()?.len()
            + to.tag().map_or(0, <[u8]>::len)
            + cseq.number as usize
            + call_id.len()
            + uris.iter().map(|uri| uri.raw().len()).sum::<usize>(),
    )
}

/// The same, the URIs inside left as bytes: what a transaction or a dialog needs to find its own.
fn typed_lazily(message: &Message<'_>) -> Option<usize> {
    let contact = message.contact().ok()??;
    Some(
        message.via().ok()?.branch()?.len()
            + message.from().ok()?.tag()?.len()
            + message.to().ok()?.raw().len()
            + message.cseq().ok()?.number as usize
            + contact.address()?.raw().len()
            + message.call_id().ok()?.len(),
    )
}

pub(crate) fn invite_lazily(times: u32) -> bool {
    repeat(times, || typed_lazily(Message::parse(black_box(INVITE)).as_ref().ok()?))
}

fn repeat(times: u32, mut work: impl FnMut() -> Option<usize>) -> bool {
    (0..times).all(|_| black_box(work()).is_some())
}

pub(crate) fn sizes() -> bool {
    println!("{} {}", INVITE.len(), OK.len());
    let body = Message::parse(INVITE).map_or(0, |message| message.body().len());
    (INVITE.len(), OK.len(), body) == (876, 358, 336) && typed_of(INVITE).is_some() && typed_of(OK).is_some()
}

fn typed_of(bytes: &[u8]) -> Option<usize> {
    typed(Message::parse(black_box(bytes)).as_ref().ok()?)
}

pub(crate) fn invite(times: u32) -> bool {
    repeat(times, || typed_of(INVITE))
}

pub(crate) fn ok(times: u32) -> bool {
    repeat(times, || typed_of(OK))
}

pub(crate) fn invite_sdp(times: u32) -> bool {
    repeat(times, || {
        let message = &Message::parse(black_box(INVITE));
        let message = message.as_ref().ok()?;
        let session = Session::parse(message.body()).ok()?;
        let media = session.section(0)?;
        let mut maps = 0;
        let traits =
            media.read(|note| maps += usize::from(matches!(note, Note::Map(_, text) if RtpMap::read(text).is_some())));
        (maps == 5 && session.connection().is_some()).then_some(())?;
        Some(typed(message)? + maps + traits.ptime.map_or(0, usize::from))
    })
}

pub(crate) fn print(times: u32) -> bool {
    let Ok(model) = Message::parse(INVITE) else { return false };
    let (body, local) = (model.body(), SocketAddr::from((Ipv4Addr::new(192, 0, 2, 17), 5060)));
    let mut buffer = [0u8; 1500];
    repeat(times, || {
        let mut out = Cursor::new(&mut buffer);
        let mut writer = Writer::new(&mut out);
        writer.request_line(Method::Invite, black_box(b"sip:+4930123456@gateway.example.com;user=phone"));
        writer.via(b"UDP", local, b"z9hG4bK-7f3c91d2ab5544e0", true);
        writer.number(Name::MaxForwards, 70);
        writer.address(Name::From, b"Anna Example, office", b"sip:anna@example.com", Some(b"9fxced76sl3123"));
        writer.address(Name::To, b"", b"sip:+4930123456@gateway.example.com;user=phone", None);
        writer.header_bytes(Name::CallId, b"3848276298220188511@192.0.2.17");
        writer.cseq(314_159, Method::Invite);
        writer.header_bytes(Name::Contact, b"<sip:anna-2f8c11ab90de77aa@192.0.2.17:5060;transport=udp>;expires=3600");
        writer.header_bytes(Name::Allow, b"INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE");
        writer.body(b"application/sdp", body);
        let length = out.finish().ok()?;
        (length > 800).then_some(length)
    })
}
