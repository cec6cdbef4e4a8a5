//! RFC 3311: a peer changes a call by UPDATE, which is answered at once.

use microsip_core::base::time::Duration;
use microsip_core::phone::{CallState, MEDIA_HELD, MEDIA_RECEIVING, MEDIA_SENDING};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, sdp};

const NO_CODEC: &str = "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\nm=audio 9 RTP/AVP 97\r\na=rtpmap:97 speex/8000\r\n";

fn connected() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    (lab, peer)
}

fn send(lab: &mut Lab, peer: &mut Peer, body: &str) -> String {
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    let text = peer.request("UPDATE", &contact, body);
    peer.send(lab, &text);
    text
}

fn update(lab: &mut Lab, peer: &mut Peer, body: &str) -> Sip {
    send(lab, peer, body);
    peer.wait(lab, "SIP/2.0 200")
}

fn media(lab: &Lab) -> u32 {
    lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Media).unwrap().value
}

fn media_events(lab: &Lab) -> usize {
    lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Media).count()
}

fn sent_to(lab: &Lab, to: &str) -> u64 {
    lab.media_sent.get(&to.parse().unwrap()).copied().unwrap_or_default()
}

fn edition(sip: &Sip) -> u64 {
    sip.body().lines().find_map(|line| line.strip_prefix("o=")).unwrap().split(' ').nth(2).unwrap().parse().unwrap()
}

#[track_caller]
fn finish(mut lab: Lab, mut peer: Peer) {
    assert!(lab.ends[0].ended().is_none());
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}

#[test]
fn hold_and_back() {
    let (mut lab, mut peer) = connected();
    let first = peer.all(&lab, "SIP/2.0 200").remove(0);
    for (nth, (way, answer, expected)) in [
        ("sendonly", "a=recvonly", MEDIA_RECEIVING + MEDIA_HELD),
        ("inactive", "a=inactive", MEDIA_HELD),
        ("recvonly", "a=sendonly", MEDIA_SENDING),
        ("sendrecv", "a=sendrecv", MEDIA_SENDING + MEDIA_RECEIVING),
    ]
    .into_iter()
    .enumerate()
    {
        let ok = update(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, way));
        assert!(ok.body().contains(answer), "{way}: {}", ok.body());
        assert_eq!(ok.header("Content-Length").trim(), ok.body().len().to_string());
        // rfc3311#5.2, rfc3261#12.2.2: the 2xx to a target refresh names ours
        assert_eq!(ok.contact(), first.contact());
        assert_eq!(edition(&ok), edition(&first) + nth as u64 + 1);
        assert_eq!(media(&lab), expected, "{way}");
        assert_eq!(lab.ends[0].phone.in_use().servers, 0, "it takes no slot");
        let before = sent_to(&lab, "10.0.0.9:40000");
        lab.run_for(Duration::from_secs(1));
        assert_eq!(sent_to(&lab, "10.0.0.9:40000") > before, expected & MEDIA_SENDING != 0, "{way}");
    }
    finish(lab, peer);
}

#[test]
fn a_repetition_gets_the_same_bytes() {
    // rfc3261#17.2.2
    let (mut lab, mut peer) = connected();
    for (body, start) in [
        (sdp("10.0.0.9", 40_000, "sendonly"), "SIP/2.0 200"),
        (NO_CODEC.to_owned(), "SIP/2.0 488"),
        (String::new(), "SIP/2.0 200"),
        (sdp("10.0.0.9", 40_000, ""), "SIP/2.0 200"),
    ] {
        let text = send(&mut lab, &mut peer, &body);
        let first = peer.wait(&mut lab, start);
        let (events, now) = (media_events(&lab), media(&lab));
        for _ in 0..3 {
            lab.run_for(Duration::from_millis(500));
            peer.send(&mut lab, &text);
            assert_eq!(peer.wait(&mut lab, start).text(), first.text());
        }
        assert_eq!((media_events(&lab), media(&lab)), (events, now), "and changes nothing");
        assert_eq!(lab.ends[0].phone.in_use().servers, 0);
    }
    finish(lab, peer);
}

#[test]
fn a_refused_one_changes_nothing() {
    // rfc3311#5.2
    let (mut lab, mut peer) = connected();
    let (events, first) = (media_events(&lab), peer.all(&lab, "SIP/2.0 200").remove(0));
    send(&mut lab, &mut peer, NO_CODEC);
    let refusal = peer.wait(&mut lab, "SIP/2.0 488");
    assert!(refusal.header("Warning").starts_with("305 10.0.0.1 "), "{}", refusal.text());
    assert_eq!(media_events(&lab), events);
    let before = sent_to(&lab, "10.0.0.9:40000");
    lab.run_for(Duration::from_secs(1));
    assert!(sent_to(&lab, "10.0.0.9:40000") > before + 40);
    let same = update(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, ""));
    assert_eq!(same.body(), first.body(), "the same session, and the same edition");
    finish(lab, peer);
}

#[test]
fn one_without_an_offer_refreshes_the_target() {
    let (mut lab, mut peer) = connected();
    let mut other = Peer::new(&mut lab, "10.0.0.9:5070", 0);
    peer.contact = "sip:peer@10.0.0.9:5070".into();
    let ok = update(&mut lab, &mut peer, "");
    assert_eq!((ok.body(), ok.header("Content-Length")), (String::new(), "0".to_owned()));
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = other.wait(&mut lab, "BYE");
    assert_eq!(bye.uri(), "sip:peer@10.0.0.9:5070");
    other.respond(&mut lab, &bye, 200, "");
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn while_their_invite_is_not_answered_it_comes_too_early() {
    // rfc3311#5.2: we owe an answer; the response says when
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.invite(&mut lab);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    peer.learn(&ringing);
    let text = send(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"));
    let refusal = peer.wait(&mut lab, "SIP/2.0 500");
    assert!((1..=10).contains(&refusal.header("Retry-After").parse().unwrap()), "{}", refusal.text());
    peer.send(&mut lab, &text);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 500").text(), refusal.text());
    assert!(lab.ends[0].events.iter().any(|event| event.call_is(CallState::Incoming)));
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.answer(now, call, 200).unwrap();
    peer.wait(&mut lab, "SIP/2.0 200");
    // the answer has left, so one that overtakes the ACK is in time
    let ok = update(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"));
    assert!(ok.body().contains("a=recvonly"));
    peer.number -= 1;
    peer.ack(&mut lab, "");
    peer.number += 1;
    lab.run_for(Duration::from_millis(100));
    finish(lab, peer);
}

#[test]
fn while_our_offer_waits_for_the_ack_it_comes_too_early() {
    // rfc6337#4.3 UAS-IsU
    let (mut lab, mut peer) = connected();
    let text = peer.request("INVITE", "", "");
    peer.send(&mut lab, &text);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.body().contains("m=audio"));
    send(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"));
    assert!(!peer.wait(&mut lab, "SIP/2.0 500").header("Retry-After").is_empty());
    peer.number -= 1;
    peer.ack(&mut lab, &sdp("10.0.0.9", 40_000, ""));
    peer.number += 1;
    lab.run_for(Duration::from_millis(100));
    update(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"));
    assert_eq!(media(&lab), MEDIA_RECEIVING + MEDIA_HELD);
    finish(lab, peer);
}

#[test]
fn while_our_invite_is_not_answered_it_is_pending() {
    // rfc3311#5.2
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let call = lab.dial(0, "sip:peer@10.0.0.9:5060");
    let invite = peer.wait(&mut lab, "INVITE");
    let body = peer.sdp();
    peer.respond(&mut lab, &invite, 183, &body);
    lab.run_for(Duration::from_millis(50));
    send(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"));
    peer.wait(&mut lab, "SIP/2.0 491");
    peer.respond(&mut lab, &invite, 200, &body);
    peer.wait(&mut lab, "ACK");
    update(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"));
    assert_eq!(media(&lab), MEDIA_RECEIVING + MEDIA_HELD);
    let _ = call;
    finish(lab, peer);
}

#[test]
fn a_body_or_contact_that_cannot_be_taken_is_refused() {
    let (mut lab, mut peer) = connected();
    for (extra, body, start) in [
        ("Content-Encoding: gzip\r\n", sdp("10.0.0.9", 40_000, ""), "SIP/2.0 415"),
        ("Contact: <sip:a@10.0.0.9>\r\nContact: <sip:b@10.0.0.9>\r\n", String::new(), "SIP/2.0 400"),
        // no request of ours could be sent there
        ("Contact: <sip:{a@10.0.0.9>\r\n", String::new(), "SIP/2.0 400"),
        ("Contact: <tel:+4930>\r\n", sdp("10.0.0.9", 40_000, "sendonly"), "SIP/2.0 400"),
        ("", "v=0\r\n".to_owned(), "SIP/2.0 400"),
    ] {
        let text = peer.request("UPDATE", extra, &body);
        peer.send(&mut lab, &text);
        let refusal = peer.wait(&mut lab, start);
        peer.send(&mut lab, &text);
        assert_eq!(peer.wait(&mut lab, start).text(), refusal.text());
    }
    assert_eq!(media(&lab), MEDIA_SENDING + MEDIA_RECEIVING);
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.uri(), peer.contact, "the target is what it was");
    peer.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

#[test]
fn a_target_in_a_2xx_that_nothing_can_be_sent_to_is_passed_over() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    let call = lab.dial(0, "sip:peer@10.0.0.9:5060");
    let invite = peer.wait(&mut lab, "INVITE");
    let body = peer.sdp();
    peer.contact = "sip:{peer@10.0.0.9".into();
    peer.respond(&mut lab, &invite, 200, &body);
    assert_eq!(peer.wait(&mut lab, "ACK").uri(), "sip:peer@10.0.0.9:5060");
    lab.ends[0].phone.hold(lab.now, call, true, 1).unwrap();
    let hold = peer.wait(&mut lab, "INVITE");
    peer.respond(&mut lab, &hold, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
    assert_eq!(peer.wait(&mut lab, "ACK").uri(), "sip:peer@10.0.0.9:5060");
    assert_eq!(peer.be_hung_up(&mut lab, 0, call).uri(), "sip:peer@10.0.0.9:5060");
    lab.assert_settled();
}
