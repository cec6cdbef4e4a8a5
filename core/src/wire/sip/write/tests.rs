use super::super::{Message, echo};
use super::*;

#[test]
fn prints_and_reads_back() {
    let mut room = [0; 1500];
    let mut out = Cursor::new(&mut room);
    let mut writer = Writer::new(&mut out);
    writer.request_line(Method::Invite, b"sip:bob@example.com");
    writer.via(b"UDP", "[2001:db8::1]:5060".parse().unwrap(), b"z9hG4bK1", true);
    writer.number(Name::MaxForwards, 70);
    writer.address(Name::From, b"A \"B\" \\ C\r\nEvil: x", b"sip:a@example.com", Some(b"t1"));
    writer.address(Name::To, b"", b"sip:bob@example.com", None);
    writer.header_bytes(Name::CallId, b"c@1");
    writer.cseq(7, Method::Invite);
    writer.header(Name::Contact, |out| write_address(out, b"", b"sip:a@[2001:db8::1]"));
    writer.header_named(b"X-Own", b"1");
    writer.body(b"application/sdp", b"v=0\r\n");
    let expected = "INVITE sip:bob@example.com SIP/2.0\r\n\
        Via: SIP/2.0/UDP [2001:db8::1]:5060;rport;branch=z9hG4bK1\r\n\
        Max-Forwards: 70\r\n\
        From: \"A \\\"B\\\" \\\\ C  Evil: x\" <sip:a@example.com>;tag=t1\r\n\
        To: <sip:bob@example.com>\r\n\
        Call-ID: c@1\r\n\
        CSeq: 7 INVITE\r\n\
        Contact: <sip:a@[2001:db8::1]>\r\n\
        X-Own: 1\r\n\
        Content-Type: application/sdp\r\n\
        Content-Length: 5\r\n\r\nv=0\r\n";
    assert_eq!(core::str::from_utf8(out.written()).unwrap(), expected);
    let message = Message::parse(out.written()).unwrap();
    message.check().unwrap();
    let mut name = [0; 40];
    let mut plain = Cursor::new(&mut name);
    message.from().unwrap().display_text(&mut plain);
    assert_eq!(plain.written(), b"A \"B\" \\ C  Evil: x");
    assert_eq!(message.body(), b"v=0\r\n");
}

#[test]
fn responses() {
    let request = b"BYE sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.1;rport;received=9.9.9.9;branch=z9hG4bK1 ,\r\n SIP/2.0/TCP x\r\n\
        Record-Route: <sip:p;lr>\r\nf: <sip:c@d>;tag=1\r\nt: <sip:a@b>\r\ni: 1\r\nCSeq: 2 BYE\r\nTimestamp: 54\r\nContent-Length: 0\r\n\r\n";
    let message = Message::parse(request).unwrap();
    let mut kept = [0; 400];
    let mut keep = Cursor::new(&mut kept);
    echo(&message, message.via().ok().as_ref(), "192.0.2.1:6000".parse().unwrap(), &mut keep);
    let mut room = [0; 600];
    let mut out = Cursor::new(&mut room);
    let mut writer = Writer::new(&mut out);
    writer.status_line(481);
    writer.echoed(keep.written(), Some(b"mine"));
    writer.end();
    assert_eq!(
        core::str::from_utf8(out.written()).unwrap(),
        "SIP/2.0 481 Call/Transaction Does Not Exist\r\n\
         Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;received=192.0.2.1;rport=6000\r\n\
         Via: SIP/2.0/TCP x\r\n\
         From: <sip:c@d>;tag=1\r\nCall-ID: 1\r\nCSeq: 2 BYE\r\nTimestamp: 54\r\nTo: <sip:a@b>;tag=mine\r\nContent-Length: 0\r\n\r\n"
    );
}

// rfc3261#18.2.1: sent-by that is the source's own address needs no stamp
#[test]
fn stamps_only_where_needed() {
    let stamped = |via: &str, source: &str| {
        let request = std::format!("BYE sip:a@b SIP/2.0\r\nVia: {via}\r\n\r\n");
        let mut room = [0; 200];
        let mut out = Cursor::new(&mut room);
        let message = Message::parse(request.as_bytes()).unwrap();
        echo(&message, message.via().ok().as_ref(), source.parse().unwrap(), &mut out);
        std::string::String::from_utf8(out.written().to_vec()).unwrap().lines().next().unwrap()[5..]
            .chars()
            .collect::<std::string::String>()
    };
    let via = "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1";
    assert_eq!(stamped(via, "192.0.2.1:7000"), via);
    assert_eq!(stamped(via, "[::ffff:192.0.2.1]:7000"), via);
    assert_eq!(stamped(via, "192.0.2.2:7000"), "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;received=192.0.2.2");
    assert_eq!(stamped("SIP/2.0/UDP [2001:db8:0::1]", "[2001:db8::1]:1"), "SIP/2.0/UDP [2001:db8:0::1]");
    assert_eq!(stamped("SIP/2.0/UDP h;branch=1", "[2001:db8::1]:1"), "SIP/2.0/UDP h;branch=1;received=2001:db8::1");
}

#[test]
fn says_how_much_room_it_needs() {
    let mut room = [0; 10];
    let mut out = Cursor::new(&mut room);
    Writer::new(&mut out).status_line(200);
    assert_eq!(out.finish(), Err(crate::base::cursor::Needed(16)));
}

#[test]
fn escapes_user_parts_once() {
    let mut room = [0; 40];
    let mut out = Cursor::new(&mut room);
    write_user(&mut out, "a%41 @\u{e9}#+1".as_bytes());
    assert_eq!(out.written(), b"a%2541%20%40%C3%A9%23+1");
}

// rfc5952#4
#[test]
fn ipv6_addresses_are_written_as_the_standard_library_writes_them() {
    let mut rng = crate::base::rng::Rng::new(&[5; 32]);
    for _ in 0..20_000 {
        let groups = core::array::from_fn::<u16, 8, _>(|_| match rng.below(4) {
            0 | 1 => 0,
            2 => rng.below(0x20) as u16,
            _ => rng.below(0x1_0000) as u16,
        });
        let mapped = [0, 0, 0, 0, 0, 0xffff, groups[6], groups[7]];
        for groups in [groups, mapped] {
            let address = Ipv6Addr::from(groups);
            let mut room = [0; 64];
            let mut out = Cursor::new(&mut room);
            write_v6(&mut out, address);
            assert_eq!(core::str::from_utf8(out.written()).unwrap(), std::format!("{address}"));
        }
    }
}
