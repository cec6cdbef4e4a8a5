//! rfc3261#12.1, #12.2.1.1: route sets, loose and strict, on both sides; the target and its refresh.

use microsip_core::base::time::Duration;
use microsip_tests::{Lab, Options, Peer, sdp};

fn lab() -> (Lab, Peer, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let proxy = Peer::new(&mut lab, "10.0.0.7:5070", 0);
    (lab, peer, proxy)
}

fn hangup(lab: &mut Lab) {
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    lab.drain();
}

#[test]
fn the_caller_uses_record_route_backwards() {
    // rfc3261#12.1.2
    let (mut lab, mut peer, mut proxy) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.record_routes = vec!["<sip:10.0.0.8;lr>".into(), "<sip:a,b@10.0.0.6;lr>, <sip:10.0.0.7:5070;lr;x=1>".into()];
    peer.contact = "sip:peer@192.0.2.1:7000;y=2".into();
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    for method in ["ACK", "BYE"] {
        if method == "BYE" {
            hangup(&mut lab);
        }
        let sent = proxy.wait(&mut lab, method);
        assert_eq!(sent.uri(), peer.contact, "{method}");
        assert_eq!(
            sent.headers("Route"),
            ["<sip:10.0.0.7:5070;lr;x=1>,<sip:a,b@10.0.0.6;lr>,<sip:10.0.0.8;lr>"],
            "{method}"
        );
        if method == "BYE" {
            proxy.respond(&mut lab, &sent, 200, "");
        }
    }
    lab.assert_settled();
}

#[test]
fn the_caller_obeys_a_strict_router() {
    // rfc3261#12.2.1.1: its URI becomes the Request-URI, the target the last route
    let (mut lab, mut peer, mut proxy) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.record_routes = vec!["<sip:10.0.0.8;lr>".into(), "<sip:10.0.0.7:5070>".into()];
    peer.contact = "sip:peer@192.0.2.1:7000".into();
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    let ack = proxy.wait(&mut lab, "ACK");
    assert_eq!(ack.uri(), "sip:10.0.0.7:5070");
    assert_eq!(ack.headers("Route"), ["<sip:10.0.0.8;lr>,<sip:peer@192.0.2.1:7000>"]);
    hangup(&mut lab);
    let bye = proxy.wait(&mut lab, "BYE");
    assert_eq!((bye.uri(), bye.headers("Route")), (ack.uri(), ack.headers("Route")));
    proxy.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

#[test]
fn the_called_side_keeps_record_route_in_order() {
    // rfc3261#12.1.1, and the response repeats it
    let (mut lab, mut peer, mut proxy) = lab();
    peer.record_routes = vec!["<sip:10.0.0.7:5070;lr>".into(), "<sip:10.0.0.8;lr>".into()];
    peer.contact = "sip:peer@192.0.2.1:7000".into();
    peer.invite(&mut lab);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    assert_eq!(ringing.headers("Record-Route"), peer.record_routes);
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(ok.headers("Record-Route"), peer.record_routes);
    assert_eq!(ok.contact(), "sip:microsip@10.0.0.1:5060");
    peer.learn(&ok);
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(10));
    hangup(&mut lab);
    let bye = proxy.wait(&mut lab, "BYE");
    assert_eq!(
        (bye.uri(), bye.headers("Route")),
        (peer.contact.clone(), vec!["<sip:10.0.0.7:5070;lr>,<sip:10.0.0.8;lr>".to_owned()])
    );
    assert_eq!(bye.to_tag(), peer.tag);
    proxy.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

#[test]
fn the_called_side_obeys_a_strict_router() {
    let (mut lab, mut peer, mut proxy) = lab();
    peer.record_routes = vec!["<sip:10.0.0.7:5070>".into()];
    peer.contact = "sip:peer@192.0.2.1:7000".into();
    peer.call(&mut lab, 0);
    hangup(&mut lab);
    let bye = proxy.wait(&mut lab, "BYE");
    assert_eq!(
        (bye.uri(), bye.headers("Route")),
        ("sip:10.0.0.7:5070".into(), vec!["<sip:peer@192.0.2.1:7000>".to_owned()])
    );
    proxy.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

#[test]
fn the_2xx_replaces_the_route_set_of_the_180() {
    // rfc3261#13.2.2.4: the route set and the target are computed anew from it
    let (mut lab, mut peer, mut proxy) = lab();
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    peer.contact = "sip:ring@192.0.2.9".into();
    peer.record_routes = vec!["<sip:192.0.2.8;lr>".into()];
    peer.respond(&mut lab, &invite, 180, "");
    peer.contact = "sip:peer@192.0.2.1:7000".into();
    peer.record_routes = vec!["<sip:10.0.0.7:5070;lr>".into()];
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 200, &body);
    let ack = proxy.wait(&mut lab, "ACK");
    assert_eq!((ack.uri(), ack.headers("Route")), (peer.contact.clone(), vec!["<sip:10.0.0.7:5070;lr>".to_owned()]));
}

#[test]
fn a_re_invite_refreshes_the_target_but_not_the_routes() {
    // rfc3261#12.2.2
    let (mut lab, mut peer, mut proxy) = lab();
    peer.record_routes = vec!["<sip:10.0.0.7:5070;lr>".into()];
    peer.call(&mut lab, 0);
    peer.record_routes = vec!["<sip:192.0.2.8;lr>".into()];
    peer.contact = "sip:moved@192.0.2.1:7000".into();
    let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 200");
    peer.ack(&mut lab, "");
    lab.run_for(Duration::from_millis(10));
    hangup(&mut lab);
    let bye = proxy.wait(&mut lab, "BYE");
    assert_eq!((bye.uri(), bye.headers("Route")), (peer.contact.clone(), vec!["<sip:10.0.0.7:5070;lr>".to_owned()]));
    proxy.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

#[test]
fn a_refused_re_invite_refreshes_nothing() {
    // rfc6141#4.6
    let (mut lab, mut peer, _) = lab();
    peer.call(&mut lab, 0);
    let before = peer.contact.clone();
    peer.contact = "sip:moved@192.0.2.1:7000".into();
    let text = peer.request(
        "INVITE",
        "",
        "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\nm=audio 9 RTP/AVP 97\r\na=rtpmap:97 speex/8000\r\n",
    );
    peer.send(&mut lab, &text);
    let refusal = peer.wait(&mut lab, "SIP/2.0 488");
    peer.ack_refusal(&mut lab, &text, &refusal);
    lab.run_for(Duration::from_millis(10));
    hangup(&mut lab);
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.uri(), before);
    peer.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

#[test]
fn a_route_set_longer_than_any_way_makes_no_dialog() {
    // a route set has at most as many entries as Max-Forwards allows hops; a datagram full of them costs no time
    for (count, ends) in [(70, false), (71, true), (9000, true)] {
        let (mut lab, mut peer, _) = lab();
        lab.dial(0, &format!("sip:peer@{}", peer.at));
        let invite = peer.wait(&mut lab, "INVITE");
        peer.record_routes = vec![(0..count).map(|index| format!("<sip:p{index};lr>")).collect::<Vec<_>>().join(",")];
        peer.record_routes[0] =
            peer.record_routes[0].chars().take(60_000).collect::<String>().rsplit_once(',').unwrap().0.to_owned()
                + ",<sip:10.0.0.9:5060;lr>";
        let body = peer.sdp();
        peer.respond(&mut lab, &invite, 200, &body);
        lab.run_for(Duration::from_millis(100));
        assert_eq!(lab.ends[0].ended().is_some(), ends, "{count}");
        if !ends {
            let ack = peer.wait(&mut lab, "ACK");
            assert_eq!(ack.header("Route").split(',').count(), count);
        }
    }
}
