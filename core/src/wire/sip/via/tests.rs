use super::*;

#[test]
fn reads_every_form() {
    let via = Via::parse(
        b"SIP/2.0/TLS h_1.example.org. : 5061 ; Branch = z9hG4bKx== ;rport=99;ttl=3;maddr=224.0.1.75;hidden",
    )
    .unwrap();
    assert_eq!((via.transport, via.host, via.port), (&b"TLS"[..], Host::Name(b"H_1.example.org."), Some(5061)));
    assert_eq!((via.branch(), via.has_cookie()), (Some(&b"z9hG4bKx=="[..]), true));
    assert_eq!((via.rport(), via.ttl()), (Some(Some(99)), Some(3)));
    assert_eq!(via.maddr().and_then(|host| host.ip()), Some("224.0.1.75".parse().unwrap()));
    assert!(via.params.has(b"HIDDEN"));
    assert_eq!(Via::parse(b"SIP/2.0/UDP 1.2.3.4;branch=z9hG4bK").map(|via| via.has_cookie()), Some(false));
    assert_eq!(Via::parse(b"SIP/2.0/UDP 1.2.3.4;rport=x").and_then(|via| via.rport()), Some(None));
}

#[test]
fn refuses() {
    for text in [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0 1.2.3.4",
        "SIP/2.0/ 1.2.3.4",
        "SIP/2.0/UDP 1.2.3.4:x",
        "SIP/2.0/UDP 1.2.3.4;",
        "SIP/2.0/UDP 1.2.3.4 x",
        "SIP/2.0/UDP a,SIP/2.0/UDP b",
        "SIP/2.0/UDP [::1",
    ] {
        assert_eq!(Via::parse(text.as_bytes()), None, "{text}");
    }
}

// rfc3581#4, rfc5118#4.5
#[test]
fn writes_hosts() {
    let shown = |text: &'static [u8]| std::format!("{}", Host::parse_bare(text).unwrap());
    assert_eq!(shown(b"2001:db8:0:0::1"), "[2001:db8::1]");
    assert_eq!(shown(b"[2001:db8::1]"), "[2001:db8::1]");
    assert_eq!(shown(b"010.0.0.1"), "10.0.0.1");
    assert_eq!(shown(b"a-b.example"), "a-b.example");
    assert_eq!(Host::parse(b"2001:db8::1"), None);
    assert_eq!(Host::parse(b"300.1.1.1"), None);
}
