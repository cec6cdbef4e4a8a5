//! rfc3261#13.2.1, #14: an INVITE without a description; our offer stands in the 200, the answer in the ACK.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, Cause};
use microsip_tests::{Lab, Options, Peer, Sip, sdp};

fn answered() -> (Lab, Peer, Sip) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let text = peer.request("INVITE", "", "");
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 180");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    // without PRACK an offer cannot stand in a provisional response
    lab.ends[0].phone.answer(now, call, 183).unwrap();
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 183").body(), "");
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    (lab, peer, ok)
}

#[test]
fn our_offer_their_answer() {
    let (mut lab, mut peer, ok) = answered();
    assert_eq!(ok.header("Content-Type"), "application/sdp");
    assert!(
        ok.body().contains("m=audio 10500 RTP/AVP 0 8 101\r\n")
            || ok.body().contains("m=audio 10500 RTP/AVP 8 0 101\r\n"),
        "{}",
        ok.body()
    );
    lab.run_for(Duration::from_millis(200));
    assert!(lab.media_sent.is_empty(), "no address is known yet");
    peer.ack(&mut lab, &sdp("10.0.0.9", 40_000, ""));
    lab.run_for(Duration::from_millis(500));
    assert!(lab.media_sent[&"10.0.0.9:40000".parse().unwrap()] > 15);
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Normal);
    lab.assert_settled();
}

#[test]
fn an_ack_without_a_usable_answer_ends_the_call() {
    for body in [
        "",
        "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\nm=audio 9 RTP/AVP 97\r\na=rtpmap:97 speex/8000\r\n",
        "garbage",
    ] {
        let (mut lab, mut peer, _) = answered();
        peer.ack(&mut lab, body);
        let bye = peer.wait(&mut lab, "BYE");
        peer.respond(&mut lab, &bye, 200, "");
        assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Codec);
        lab.assert_settled();
    }
}

#[test]
fn a_2xx_to_our_offer_without_an_answer_is_acknowledged_and_ended() {
    // rfc3261#13.2.1
    for body in
        ["", "garbage", "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n"]
    {
        let mut lab = Lab::new(&[Options::default()]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        lab.dial(0, "sip:peer@10.0.0.9");
        let invite = peer.wait(&mut lab, "INVITE");
        peer.respond(&mut lab, &invite, 200, body);
        peer.wait(&mut lab, "ACK");
        let bye = peer.wait(&mut lab, "BYE");
        peer.respond(&mut lab, &bye, 200, "");
        assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Codec);
        assert!(!lab.ends[0].reached(CallState::Connected));
        lab.assert_settled();
    }
}

#[test]
fn an_answer_in_183_counts_for_a_2xx_without_one() {
    // rfc3261#13.2.1: seen in early media, its absence later is no objection
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    lab.dial(0, "sip:peer@10.0.0.9");
    let invite = peer.wait(&mut lab, "INVITE");
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 183, &body);
    peer.respond(&mut lab, &invite, 200, "");
    peer.wait(&mut lab, "ACK");
    assert!(lab.ends[0].reached(CallState::Connected));
}
