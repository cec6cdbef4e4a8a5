//! SIP messages, streams of them, and session descriptions.

use core::hint::black_box;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use microsip_core::base::cursor::Cursor;
use microsip_core::offer::{Local, OfferState, accept_answer, answer};
use microsip_core::sip::auth::challenges;
use microsip_core::wire::sdp::Session;
use microsip_core::wire::sip::{Cutter, Frame, Message, Name, Uri, echo, echo_with_routes};

/// Everything that a message can be asked, and the headers that an answer echoes.
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
    // An echo into any room neither overruns it nor forgets what it would have needed.
    let source = SocketAddr::from((Ipv4Addr::LOCALHOST, 5060));
    for room in [0, 64, 1500, 65_536] {
        let mut buffer = vec![0u8; room];
        let mut out = Cursor::new(&mut buffer);
        echo(&message, source, &mut out);
        let needed = out.needed();
        assert!(out.written().len() <= room && (needed > room || out.written().len() == needed), "an echo lost count");
        echo_with_routes(&message, source, &mut Cursor::new(&mut buffer));
    }
    black_box(Session::parse(message.body()).is_ok());
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
        // The length at which a trickling stream would have been cut first may be shorter only for keepalives.
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

/// A description as an offer to us and as an answer to us; what we answer is a description that we would take as one.
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
    let _ = black_box(accept_answer(bytes, &local, &OfferState::of(bytes).unwrap_or_default()));
    let mut buffer = [0u8; 4096];
    let mut out = Cursor::new(&mut buffer);
    if answer(bytes, &local, &mut out).is_ok() && out.needed() <= 4096 {
        let written = out.written();
        let (Ok(theirs), Ok(ours)) = (Session::parse(bytes), Session::parse(written)) else {
            unreadable(written);
            return;
        };
        // rfc3264#6: as many media lines as the offer has.
        assert_eq!(theirs.media_count(), ours.media_count(), "an answer has other lines than its offer");
    }
}

#[allow(clippy::panic)]
fn unreadable(written: &[u8]) {
    panic!("our own answer cannot be read: {:?}", String::from_utf8_lossy(written));
}
