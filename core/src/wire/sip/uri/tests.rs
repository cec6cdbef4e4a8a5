use super::*;

fn text(write: impl FnOnce(&mut Cursor<'_>)) -> std::string::String {
    let mut room = [0; 200];
    let mut out = Cursor::new(&mut room);
    write(&mut out);
    std::string::String::from_utf8(out.written().to_vec()).unwrap()
}

#[test]
fn takes_a_uri_apart() {
    let uri = Uri::parse(
        b"SIPS:al%69ce;x=1:p&w@[2001:DB8::1]:5061;transport=tcp;lr;maddr=2001:db8::2;method=BYE?subject=hi&to=",
    )
    .unwrap();
    assert_eq!((uri.scheme, uri.user, uri.password), (Scheme::Sips, Some(&b"al%69ce;x=1"[..]), Some(&b"p&w"[..])));
    assert_eq!((uri.host, uri.port), (Host::V6("2001:db8::1".parse().unwrap()), Some(5061)));
    assert_eq!((uri.transport(), uri.lr(), uri.method()), (Some(&b"tcp"[..]), true, Some(Method::Bye)));
    assert_eq!(uri.maddr(), Some(Host::V6("2001:db8::2".parse().unwrap())));
    assert_eq!(uri.headers, b"subject=hi&to=");
    assert_eq!(text(|out| uri.decoded_user(out)), "alice;x=1");
}

#[test]
fn decodes_once() {
    // rfc4475#3.1.1.3
    let uri = Uri::parse(b"sip:a%2541%00@h").unwrap();
    assert_eq!(text(|out| uri.decoded_user(out)), "a%41\0");
}

// rfc3966#3
#[test]
fn takes_a_number_apart() {
    let uri = Uri::parse(b"tel:+49(30)123-45.6;ext=7").unwrap();
    assert_eq!(
        (uri.scheme, uri.user, uri.params.get(b"ext")),
        (Scheme::Tel, Some(&b"+49(30)123-45.6"[..]), Some(&b"7"[..]))
    );
    assert!(uri.is_phone());
    assert!(Uri::parse(b"tel:*21#;phone-context=+4930").is_ok());
    assert!(uri.equal(&Uri::parse(b"TEL:+4930123456;EXT=7").unwrap()));
    assert!(!uri.equal(&Uri::parse(b"tel:+4930123456").unwrap()));
    for broken in [&b"tel:"[..], b"tel:+", b"tel:+49x", b"tel:112", b"tel:+-()", b"tel:+49?x=y", b"tel:+49;"] {
        assert!(Uri::parse(broken).is_err(), "{broken:?}");
    }
}

#[test]
fn says_what_is_wrong() {
    for (broken, why) in [
        (&b""[..], UriError::Scheme),
        (b"alice", UriError::Scheme),
        (b"1sip:a@b", UriError::Scheme),
        (b"sip:", UriError::Host),
        (b"sip:a@", UriError::Host),
        (b"sip:@b", UriError::User),
        (b"sip:a b@c", UriError::User),
        (b"sip:a%4g@c", UriError::User),
        (b"sip:a@b@c", UriError::Params),
        (b"sip:a@1.2.3", UriError::Host),
        (b"sip:a@1.2.3.4.5", UriError::Host),
        (b"sip:a@.b", UriError::Host),
        (b"sip:a@b:", UriError::Port),
        (b"sip:a@b:0", UriError::Port),
        (b"sip:a@b:99999", UriError::Port),
        (b"sip:a@b:99999999999999999999999999", UriError::Port),
        (b"sip:a@b;", UriError::Params),
        (b"sip:a@b;x=", UriError::Params),
        (b"sip:a@b;x=%zz", UriError::Params),
        (b"sip:a@b/c", UriError::Params),
        (b"sip:a@b?", UriError::Headers),
        (b"sip:a@b?x", UriError::Headers),
    ] {
        assert_eq!(Uri::parse(broken).map(|_| ()), Err(why), "{:?}", core::str::from_utf8(broken));
    }
}

// rfc3261#19.1.4
#[test]
fn compares() {
    for (a, b, same) in [
        ("sip:%61lice@lake.example;transport=TCP", "SIP:alice@LAKE.example;Transport=tcp", true),
        ("sip:carol@lake.example", "sip:carol@lake.example;newparam=5", true),
        ("sip:carol@lake.example;security=on", "sip:carol@lake.example;newparam=5", true),
        ("sip:carol@lake.example;security=on", "sip:carol@lake.example;security=off", false),
        (
            "sip:l.example;transport=tcp;method=REGISTER?to=s%40b",
            "sip:l.example;method=REGISTER;transport=tcp?to=s%40b",
            true,
        ),
        ("sip:a@l.example?s=x&p=u", "sip:a@l.example?p=u&s=x", true),
        ("sip:a@l.example?s=x", "sip:a@l.example", false),
        ("SIP:ALICE@l.example", "sip:alice@l.example", false),
        ("sip:bob@b.example", "sip:bob@b.example:5060", false),
        ("sip:bob@b.example", "sip:bob@b.example;transport=udp", false),
        ("sip:bob@b.example", "sips:bob@b.example", false),
        ("sip:b.example", "sip:bob@b.example", false),
        ("sip:a:p@b.example", "sip:a@b.example", false),
        ("sip:[2001:db8::1]", "sip:[2001:0db8:0:0::1]", true),
        ("urn:x:y", "urn:x:y", true),
    ] {
        let (x, y) = (Uri::parse(a.as_bytes()).unwrap(), Uri::parse(b.as_bytes()).unwrap());
        assert_eq!((x.equal(&y), y.equal(&x)), (same, same), "{a} {b}");
    }
}

#[test]
fn a_request_line_has_no_method_and_no_headers() {
    for (uri, line) in [
        ("sip:bob@example.com", "sip:bob@example.com"),
        ("sip:bob@example.com;method=INVITE", "sip:bob@example.com"),
        ("sip:bob@example.com;a=b;Method=INVITE;lr", "sip:bob@example.com;a=b;lr"),
        ("sip:bob@example.com:5070;transport=udp?Subject=x&Priority=y", "sip:bob@example.com:5070;transport=udp"),
        ("sip:bob@example.com;method=INVITE;x?to=y", "sip:bob@example.com;x"),
        ("sip:a;method=x?y@example.com;method=BYE?z=1", "sip:a;method=x?y@example.com"),
        ("sip:example.com?a=b", "sip:example.com"),
    ] {
        assert_eq!(Uri::parse(uri.as_bytes()).unwrap().for_request().concat(), line.as_bytes(), "{uri}");
    }
}
