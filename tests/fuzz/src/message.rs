//! SIP messages, streams of them, and session descriptions.

use core::hint::black_box;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use microsip_core::base::cursor::Cursor;
use microsip_core::base::limits;
use microsip_core::offer::{Agreed, Local, OfferState, accept_answer, answer, write_offer};
use microsip_core::sip::auth::challenges;
use microsip_core::wire::sdp::Session;
use microsip_core::wire::sip::{Address, Cutter, Frame, Message, Name, Uri, echo, echo_with_routes};

/// Bytes that a description of ours has room for.
const ROOM: usize = 4096;

/// Every getter of a message, and the headers that a response echoes.
pub fn message(bytes: &[u8]) {
    let Ok(message) = Message::parse(bytes) else { return };
    assert!(message.head().len() + message.body().len() <= bytes.len(), "a message is longer than its bytes");
    let _ = black_box((
        message.check(),
        message.method(),
        message.status(),
        message.via(),
        message.cseq(),
        message.call_id(),
        message.contact(),
    ));
    let _ = black_box((message.max_forwards(), message.expires(), message.content_type()));
    let described = message.described();
    if let Some(text) = described.description {
        assert!(text.len() <= message.body().len(), "a description is longer than its body");
    }
    assert!(
        described.description.is_some() || described.flaw.is_some() || message.body().is_empty(),
        "a body without a description is refused"
    );
    let mut text = [0u8; 300];
    for address in [message.from(), message.to()].into_iter().flatten() {
        let _ = black_box((address.tag(), address.expires(), address.q()));
        address.display_text(&mut Cursor::new(&mut text));
        if let Ok(uri) = address.parsed_uri() {
            uri_holds(&uri);
        }
    }
    for contact in message.contacts().flatten() {
        if let Some(address) = contact.address() {
            let _ = black_box(address.parsed_uri());
        }
    }
    for name in Name::ALL {
        for value in message.values(*name) {
            assert!(value.len() <= bytes.len(), "a value is longer than its message");
        }
        let _ = black_box((message.seconds(*name), message.tokens(*name).count(), message.addresses(*name).count()));
    }
    for name in [Name::WwwAuthenticate, Name::ProxyAuthenticate] {
        for value in message.fields(name) {
            black_box(challenges(value).count());
        }
    }
    for (_, name, value) in message.all() {
        black_box((name, value));
    }
    // An echo into any room neither overruns it nor forgets the size that it needs.
    let source = SocketAddr::from((Ipv4Addr::LOCALHOST, 5060));
    for room in [0, 64, 1500, 65_536] {
        let mut buffer = vec![0u8; room];
        let mut out = Cursor::new(&mut buffer);
        echo(&message, message.via().ok().as_ref(), source, &mut out);
        let needed = out.needed();
        assert!(out.written().len() <= room && (needed > room || out.written().len() == needed), "an echo lost count");
        echo_with_routes(&message, message.via().ok().as_ref(), source, &mut Cursor::new(&mut buffer));
    }
    black_box(Session::parse(message.body()).is_ok());
    if message.check().is_ok() {
        // fields beyond the index are read where they count, but `all` does not show them
        if message.all().count() < limits::HEADERS {
            reads_the_same(&message);
        }
        answered(&message, source);
    }
}

/// The contents of a valid message, as far as two readings of it can be compared.
fn said<'m>(message: &Message<'m>) -> impl PartialEq + core::fmt::Debug + use<'m> {
    let tag = |address: Result<Address<'m>, _>| address.ok().and_then(|address| address.tag());
    let via = message.via().ok().map(|via| (via.transport, via.port, via.branch()));
    let numbers = (message.cseq().ok().map(|cseq| cseq.number), message.expires(), message.max_forwards().ok());
    let counts = (message.all().count(), message.values(Name::Via).count(), message.contacts().count());
    (
        message.start(),
        via,
        tag(message.from()),
        tag(message.to()),
        message.call_id().ok(),
        numbers,
        counts,
        message.body(),
    )
}

/// A message written anew field by field reads the same.
fn reads_the_same(message: &Message<'_>) {
    let head = message.head();
    let line = head.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(head.len());
    let mut text = head.get(..line).unwrap_or_default().to_vec();
    for (_, name, value) in message.all() {
        text.extend_from_slice(b"\r\n");
        text.extend_from_slice(name);
        text.extend_from_slice(b": ");
        text.extend_from_slice(value);
    }
    text.extend_from_slice(b"\r\n\r\n");
    text.extend_from_slice(message.body());
    match Message::parse(&text) {
        Ok(again) => {
            assert_eq!(again.check().err(), None, "a message written anew is refused: {}", text.escape_ascii());
            assert_eq!(
                said(&again),
                said(message),
                "a message written anew reads differently: {}",
                text.escape_ascii()
            );
        }
        Err(error) => broken("a message written anew cannot be read", error, &text),
    }
}

/// A response made from the echo of a valid request is valid, and belongs to it.
fn answered(message: &Message<'_>, source: SocketAddr) {
    if !message.is_request() {
        return;
    }
    let mut buffer = vec![0u8; 2 * message.head().len() + 200];
    let mut out = Cursor::new(&mut buffer);
    out.put(b"SIP/2.0 200 OK\r\n");
    echo(message, message.via().ok().as_ref(), source, &mut out);
    out.put(b"\r\nContent-Length: 0\r\n\r\n");
    let text = out.written();
    match Message::parse(text) {
        Ok(response) => {
            let same = |one: &Message<'_>, name| one.header(name).map(<[u8]>::to_vec);
            for name in [Name::From, Name::To, Name::CallId, Name::CSeq] {
                assert_eq!(
                    same(&response, name),
                    same(message, name),
                    "a response reads differently: {}",
                    text.escape_ascii()
                );
            }
            let via = |one: &Message<'_>| one.via().ok().and_then(|via| via.branch().map(<[u8]>::to_vec));
            assert_eq!(via(&response), via(message), "a response has another branch: {}", text.escape_ascii());
            let vias = |one: &Message<'_>| one.values(Name::Via).filter(|via| !via.is_empty()).count();
            assert_eq!(vias(&response), vias(message), "a Via is lost: {}", text.escape_ascii());
        }
        Err(error) => broken("a response cannot be read", error, text),
    }
}

#[allow(clippy::panic)]
fn broken(what: &str, error: impl core::fmt::Debug, text: &[u8]) {
    panic!("{what}: {error:?}: {}", text.escape_ascii());
}

fn uri_holds(uri: &Uri<'_>) {
    black_box(uri.equal(uri));
    let mut text = [0u8; 300];
    uri.decoded_user(&mut Cursor::new(&mut text));
    let _ = black_box((uri.transport(), uri.lr(), uri.maddr(), uri.method(), uri.is_phone()));
}

/// Messages cut from a stream: the same cuts whether the bytes come at once or one by one, and progress at each.
pub fn stream(bytes: &[u8]) {
    const LIMIT: usize = 4096;
    let (mut rest, mut cutter) = (bytes, Cutter::default());
    loop {
        let whole = cutter.cut(rest, LIMIT);
        // The first cut of a trickling stream may be shorter only for keepalives.
        let mut trickle = Cutter::default();
        let early = (1..=rest.len().min(LIMIT)).find_map(|len| match trickle.cut(rest.get(..len)?, LIMIT) {
            Frame::Need => None,
            frame => Some(frame),
        });
        if let (Frame::Message(long), Some(Frame::Message(short))) = (whole, early) {
            assert_eq!(long, short, "a stream is cut in another place when it trickles");
        }
        match whole {
            Frame::LineEnd(taken) | Frame::Ping(taken) | Frame::Message(taken) => {
                assert!(taken > 0 && taken <= rest.len(), "a cut of {taken} bytes from {}", rest.len());
                if whole == Frame::Message(taken) {
                    message(rest.get(..taken).unwrap_or_default());
                }
                rest = rest.get(taken..).unwrap_or_default();
            }
            Frame::TooLong { head, total } => {
                assert!(head > 0 && head <= rest.len() && head <= total && total > LIMIT, "a skip of {total} bytes");
                let _ = black_box(Message::parse_head(rest.get(..head).unwrap_or_default()));
                // a driver drops so many, whether they are there yet or not
                rest = rest.get(total..).unwrap_or_default();
            }
            Frame::Need | Frame::Broken => return,
        }
    }
}

/// A description as an offer to us and as an answer to us; our answer is a description that we would take ourselves.
pub fn sdp(bytes: &[u8]) {
    if let Ok(session) = Session::parse(bytes) {
        let _ = black_box((session.connection(), session.direction(), session.attributes().count()));
        for media in session.media() {
            let _ = black_box((media.traits(), media.payload_types().count(), media.notes().count()));
            for kind in media.payload_types() {
                let _ = black_box((media.rtpmap(kind), media.fmtp(kind)));
            }
        }
    }
    let local = Local::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 4000, 1);
    let state = OfferState::of(bytes).unwrap_or_default();
    if let Ok(agreed) = accept_answer(bytes, &local, &state) {
        holds(&agreed);
    }
    let mut buffer = [0u8; ROOM];
    let mut out = Cursor::new(&mut buffer);
    if let Ok(agreed) = answer(bytes, &local, &mut out)
        && out.needed() <= ROOM
    {
        holds(&agreed);
        fits(bytes, out.written(), &agreed);
        offered_again(&local, &agreed.lines);
    }
    offered_again(&local, &state);
}

/// A stream can do what was agreed on.
fn holds(agreed: &Agreed) {
    if agreed.accepted() {
        assert_ne!(agreed.remote_rtp.port(), 0, "media goes to port 0: {agreed:?}");
        assert!(agreed.receive_types.has(agreed.codec), "a codec that was not agreed: {agreed:?}");
        assert!(
            (10..=60).contains(&agreed.ptime_ms) && agreed.ptime_ms.is_multiple_of(10),
            "packets that no quanta make: {agreed:?}"
        );
        assert!(!(agreed.held && agreed.send), "voice for a peer that holds us: {agreed:?}");
    }
}

/// rfc3264#6: as many lines as the offer has, in its order and of its kinds, and no format that was not offered.
fn fits(offer: &[u8], answer: &[u8], agreed: &Agreed) {
    let (Ok(theirs), Ok(ours)) = (Session::parse(offer), Session::parse(answer)) else {
        broken("our own answer cannot be read", (), answer);
        return;
    };
    let shown = answer.escape_ascii();
    assert_eq!(theirs.media_count(), ours.media_count(), "an answer has other lines than its offer: {shown}");
    let mut used = 0;
    for (their, our) in theirs.media().zip(ours.media()) {
        assert!(
            their.kind.eq_ignore_ascii_case(our.kind) && their.proto == our.proto,
            "a line changed its kind: {shown}"
        );
        if our.port == 0 {
            continue;
        }
        used += 1;
        assert_ne!(their.port, 0, "a line that was not offered is used: {shown}");
        let offered: Vec<u8> = their.payload_types().collect();
        assert!(our.payload_types().all(|kind| offered.contains(&kind)), "a format that was not offered: {shown}");
        let (theirs, ours) = (their.direction(), our.direction());
        // rfc3264#6.1: we send only to a side that receives, and receive only from a side that sends
        assert!(theirs.receives() || !ours.sends(), "we send to a side that does not receive: {shown}");
        assert!(theirs.sends() || !ours.receives(), "we wait for a side that does not send: {shown}");
    }
    assert_eq!(used, usize::from(agreed.accepted()), "one line is used, or none: {shown}");
}

/// An offer that goes on with these lines is one that we would answer ourselves, and its answer is taken.
fn offered_again(local: &Local, state: &OfferState) {
    let (mut offer, mut answered) = ([0u8; ROOM], [0u8; ROOM]);
    let (mut out, mut back) = (Cursor::new(&mut offer), Cursor::new(&mut answered));
    write_offer(local, state, &mut out);
    let far = Local::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 6000, 9);
    let theirs = answer(out.written(), &far, &mut back);
    let ours = accept_answer(back.written(), local, state);
    match (theirs, ours) {
        (Ok(theirs), Ok(ours)) => {
            assert!(theirs.accepted() && ours.accepted(), "our own offer is refused: {}", out.written().escape_ascii());
            assert_eq!((theirs.remote_rtp.port(), ours.remote_rtp.port()), (4000, 6000), "each sends to the other");
        }
        (theirs, ours) => broken("our own offer fails", (theirs, ours), out.written()),
    }
}
