//! Silence towards strangers, and the way of responses: rfc3261#18.2.2, rfc3581#4.

use microsip_core::base::time::Duration;
use microsip_tests::{Lab, Options, Peer};

#[test]
fn a_phone_without_direct_calls_is_silent_to_strangers() {
    let mut lab = Lab::new(&[Options { direct: false, ..Options::default() }]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let mut count = 0;
    for method in ["INVITE", "OPTIONS", "BYE", "CANCEL", "FOO", "REGISTER", "ACK"] {
        let body = if method == "INVITE" { peer.sdp() } else { String::new() };
        let text = peer.request(method, "", &body);
        peer.send(&mut lab, &text);
        count += 1;
        lab.run_for(Duration::from_millis(10));
        assert_eq!(lab.ends[0].phone.counters().strangers, count, "{method}");
    }
    // bad ones too
    let text = peer.request("OPTIONS", "Max-Forwards: x\r\n", "");
    peer.send(&mut lab, &text);
    peer.silence(&mut lab, "", Duration::from_secs(5));
    assert!(lab.ends[0].events.is_empty());
    lab.assert_settled();
}

#[test]
fn responses_and_noise_that_belong_to_nothing_are_counted() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let request = peer.request("INVITE", "", "");
    let response = request.replacen(&format!("INVITE sip:bob@{} SIP/2.0", peer.phone), "SIP/2.0 200 OK", 1);
    peer.send(&mut lab, &response);
    peer.send(&mut lab, "noise");
    peer.send(&mut lab, "\r\n\r\n");
    peer.silence(&mut lab, "", Duration::from_secs(1));
    let counters = *lab.ends[0].phone.counters();
    assert_eq!((counters.unmatched, counters.malformed), (1, 1));
    lab.assert_settled();
}

#[test]
fn a_response_goes_where_via_says() {
    for (via, expected) in [
        // rfc3581#4: rport, so back to the source port
        ("SIP/2.0/UDP 10.0.0.9:7777;rport;branch=z9hG4bK1", "10.0.0.9:5060"),
        // rfc3261#18.2.2: without it to the port of sent-by, at the address it came from
        ("SIP/2.0/UDP 10.0.0.9:7777;branch=z9hG4bK2", "10.0.0.9:7777"),
        ("SIP/2.0/UDP 192.0.2.1:7777;branch=z9hG4bK3", "10.0.0.9:7777"),
        ("SIP/2.0/UDP name.example;branch=z9hG4bK4", "10.0.0.9:5060"),
        // no address but the source's: maddr would make us a reflector
        ("SIP/2.0/UDP 10.0.0.9:7777;maddr=192.0.2.1;branch=z9hG4bK5", "10.0.0.9:7777"),
    ] {
        for method in ["OPTIONS", "INVITE"] {
            let mut lab = Lab::new(&[Options::default()]);
            let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
            let text = peer.request_with(method, via, "", "");
            peer.send(&mut lab, &text);
            lab.run_for(Duration::from_millis(10));
            let sent = lab.sent.last().unwrap();
            assert_eq!(sent.to, expected.parse().unwrap(), "{method} {via}");
            if via.contains("192.0.2.1:7777") || via.contains("name.example") {
                assert!(sent.text.contains(";received=10.0.0.9"), "{}", sent.text);
            }
        }
    }
}
