mod torture;

use super::*;
use std::{format, string::String, vec::Vec};

#[test]
fn every_name_is_found_in_any_case() {
    for name in Name::ALL {
        assert_eq!(Name::find(name.text().as_bytes()), *name);
        assert_eq!(Name::find(name.text().to_ascii_uppercase().as_bytes()), *name);
        assert_eq!(Name::find(name.text().to_ascii_lowercase().as_bytes()), *name);
    }
    assert_eq!(Name::find(b"X-Other"), Name::Other);
    assert_eq!(Name::find(b""), Name::Other);
    assert_eq!(Name::find(b"v"), Name::Via);
    assert_eq!(Name::find(b"L"), Name::ContentLength);
    assert!(Name::ALL.len() < 127);
}

const INVITE: &[u8] = b"INVITE sip:bob@biloxi.example.com SIP/2.0\r\n\
Via: SIP/2.0/UDP pc33.atlanta.example.com:5060;rport;branch=z9hG4bK776asdhds, SIP/2.0/TCP [2001:db8::1]\r\n\
Max-Forwards: 70\r\n\
f: \"Alice \\\"A\\\" Liddell\" <sip:alice@atlanta.example.com;transport=udp>;tag=1928301774\r\n\
To: sip:bob@biloxi.example.com;x=y\r\n\
Call-ID: a84b4c76e66710@pc33.atlanta.example.com\r\n\
CSeq: 314159 INVITE\r\n\
Contact:\r\n <sip:alice@192.0.2.4>;q=0.7, \"A, B\" <sip:x@y.example.org,z>\r\n\
X-Odd : value\r\n\
Content-Type: application/sdp\r\n\
Content-Length: 4\r\n\
\r\n\
v=0\ntrailing";

#[test]
fn reads_an_invite() {
    let message = Message::parse(INVITE).unwrap();
    message.check().unwrap();
    assert_eq!(message.start(), Start::Request { method: Method::Invite, uri: b"sip:bob@biloxi.example.com" });
    assert_eq!(message.body(), b"v=0\n");
    let via = message.via().unwrap();
    assert_eq!((via.transport, via.port, via.branch()), (&b"UDP"[..], Some(5060), Some(&b"z9hG4bK776asdhds"[..])));
    assert_eq!(via.rport(), Some(None));
    assert_eq!(message.values(Name::Via).count(), 2);
    let from = message.from().unwrap();
    assert_eq!((from.uri, from.tag()), (&b"sip:alice@atlanta.example.com;transport=udp"[..], Some(&b"1928301774"[..])));
    let mut room = [0; 64];
    let mut out = crate::base::cursor::Cursor::new(&mut room);
    from.display_text(&mut out);
    assert_eq!(out.written(), b"Alice \"A\" Liddell");
    let to = message.to().unwrap();
    assert_eq!((to.uri, to.params.get(b"X")), (&b"sip:bob@biloxi.example.com"[..], Some(&b"y"[..])));
    assert_eq!(message.cseq(), Ok(CSeq { number: 314_159, method: Method::Invite }));
    assert_eq!(message.contacts().filter(Result::is_ok).count(), 2);
    let first = *message.contact().unwrap().unwrap().address().unwrap();
    assert_eq!(
        (first.uri, first.q(), first.raw()),
        (&b"sip:alice@192.0.2.4"[..], Some(700), &b"<sip:alice@192.0.2.4>;q=0.7"[..])
    );
    assert_eq!(message.field_named(b"x-odd"), Some(&b"value"[..]));
    assert_eq!(message.max_forwards(), Ok(Some(70)));
    assert!(message.content_type().unwrap().is(b"application", b"SDP"));
    assert_eq!(cut(INVITE, 2000), Frame::Message(INVITE.len() - 8));
}

#[test]
fn echoes_what_a_response_repeats() {
    let message = Message::parse(INVITE).unwrap();
    let mut room = [0; 1000];
    let mut out = crate::base::cursor::Cursor::new(&mut room);
    echo(&message, message.via().ok().as_ref(), "198.51.100.7:6000".parse().unwrap(), &mut out);
    assert_eq!(
        core::str::from_utf8(out.written()).unwrap(),
        "Via: SIP/2.0/UDP pc33.atlanta.example.com:5060;branch=z9hG4bK776asdhds;received=198.51.100.7;rport=6000\r\n\
         Via: SIP/2.0/TCP [2001:db8::1]\r\n\
         From: \"Alice \\\"A\\\" Liddell\" <sip:alice@atlanta.example.com;transport=udp>;tag=1928301774\r\n\
         Call-ID: a84b4c76e66710@pc33.atlanta.example.com\r\n\
         CSeq: 314159 INVITE\r\n\
         To: sip:bob@biloxi.example.com;x=y"
    );
}

#[test]
fn fields_beyond_the_index_are_still_found() {
    let many: String = (0..80)
        .map(|nth| format!("Contact: <sip:o{nth}@192.0.2.1>,\r\n <sip:p{nth}@192.0.2.1>\r\nX-{nth} : {nth}\r\n"))
        .collect();
    let rest = "v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nf: <sip:a@b>;tag=1\r\nTo\t: <sip:b@b>\r\ni: c\r\nCSeq: 1\r\n REGISTER\r\nl: 0\r\n";
    for text in [format!("{many}{rest}"), format!("{rest}{many}")] {
        let response = format!("SIP/2.0 200 OK\r\n{text}\r\n");
        let message = Message::parse(response.as_bytes()).unwrap();
        assert_eq!(message.check(), Ok(()));
        let contacts: Vec<_> = message.values(Name::Contact).collect();
        assert_eq!(contacts.len(), 160);
        assert_eq!((contacts[0], contacts[159]), (&b"<sip:o0@192.0.2.1>"[..], &b"<sip:p79@192.0.2.1>"[..]));
        assert_eq!((message.header(Name::CallId), message.has(Name::Route)), (Some(&b"c"[..]), false));
        // such a request gets 400, and the headers that its response echoes are there
        let request = format!("REGISTER sip:b SIP/2.0\r\n{text}\r\n");
        let message = Message::parse(request.as_bytes()).unwrap();
        assert_eq!(message.check().unwrap_err().status, 400);
        assert!(message.via().is_ok() && message.from().is_ok() && message.to().is_ok() && message.cseq().is_ok());
    }
}

/// The view's size on the stack: a firmware's budget depends on it.
#[test]
fn stays_small() {
    let size = size_of::<Message<'_>>();
    assert!(size <= 720, "{size}");
}
