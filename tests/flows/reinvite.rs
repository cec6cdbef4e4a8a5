//! rfc3261#14: a peer changes a call.

use microsip_core::base::time::Duration;
use microsip_core::phone::{Capacity, Cause, MEDIA_HELD, MEDIA_RECEIVING, MEDIA_SENDING};
use microsip_tests::{EventKind, Lab, Options, Peer, Sip, sdp};

const NO_CODEC: &str = "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\nm=audio 9 RTP/AVP 97\r\na=rtpmap:97 speex/8000\r\n";

fn connected() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    (lab, peer)
}

fn reinvite(lab: &mut Lab, peer: &mut Peer, body: &str) -> Sip {
    let text = peer.request("INVITE", "", body);
    peer.send(lab, &text);
    let ok = peer.wait(lab, "SIP/2.0 200");
    peer.ack(lab, "");
    lab.run_for(Duration::from_millis(10));
    ok
}

fn media(lab: &Lab) -> u32 {
    lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Media).unwrap().value
}

fn sent_to(lab: &Lab, to: &str) -> u64 {
    lab.media_sent.get(&to.parse().unwrap()).copied().unwrap_or_default()
}

/// The edition in `o=`.
fn edition(sip: &Sip) -> u64 {
    sip.body().lines().find_map(|line| line.strip_prefix("o=")).unwrap().split(' ').nth(2).unwrap().parse().unwrap()
}

fn finish(mut lab: Lab, mut peer: Peer) {
    assert!(lab.ends[0].ended().is_none());
    let bye = peer.request("BYE", "", "");
    peer.send(&mut lab, &bye);
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.assert_settled();
}

#[test]
fn hold_and_back() {
    // rfc3264#8.4
    for (way, answer, expected) in [
        ("sendonly", "a=recvonly", MEDIA_RECEIVING + MEDIA_HELD),
        ("inactive", "a=inactive", MEDIA_HELD),
        ("recvonly", "a=sendonly", MEDIA_SENDING),
    ] {
        let (mut lab, mut peer) = connected();
        assert_eq!(media(&lab), MEDIA_SENDING + MEDIA_RECEIVING);
        let ok = reinvite(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, way));
        assert!(ok.body().contains(answer), "{way}: {}", ok.body());
        assert_eq!(media(&lab), expected, "{way}");
        let call = lab.ends[0].last_call();
        assert_eq!(lab.ends[0].phone.call_info(call).unwrap().held, expected & MEDIA_HELD != 0);
        let before = sent_to(&lab, "10.0.0.9:40000");
        lab.run_for(Duration::from_secs(1));
        assert_eq!(sent_to(&lab, "10.0.0.9:40000") > before, expected & MEDIA_SENDING != 0, "{way}");
        let back = reinvite(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendrecv"));
        assert!(edition(&back) > edition(&ok));
        assert_eq!(media(&lab), MEDIA_SENDING + MEDIA_RECEIVING, "{way}");
        finish(lab, peer);
    }
}

#[test]
fn hold_as_rfc_2543_had_it() {
    // rfc3264#8.4: c=0.0.0.0 takes no media
    let (mut lab, mut peer) = connected();
    reinvite(&mut lab, &mut peer, &sdp("0.0.0.0", 40_000, ""));
    assert_eq!(media(&lab) & (MEDIA_SENDING | MEDIA_HELD), MEDIA_HELD);
    let (before, none) = (sent_to(&lab, "10.0.0.9:40000"), sent_to(&lab, "0.0.0.0:40000"));
    lab.run_for(Duration::from_secs(1));
    assert_eq!((sent_to(&lab, "10.0.0.9:40000"), sent_to(&lab, "0.0.0.0:40000")), (before, none));
    finish(lab, peer);
}

#[test]
fn a_new_address_takes_the_media() {
    let (mut lab, mut peer) = connected();
    reinvite(&mut lab, &mut peer, &sdp("10.0.0.30", 5000, ""));
    let before = sent_to(&lab, "10.0.0.9:40000");
    lab.run_for(Duration::from_secs(1));
    assert!(sent_to(&lab, "10.0.0.30:5000") > 40);
    assert_eq!(sent_to(&lab, "10.0.0.9:40000"), before);
    finish(lab, peer);
}

#[test]
fn the_same_description_again_keeps_its_edition() {
    // rfc3264#8, rfc3264#5
    let (mut lab, mut peer) = connected();
    let first = peer.all(&lab, "SIP/2.0 200").remove(0);
    let again = reinvite(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, ""));
    assert_eq!(again.body(), first.body());
    finish(lab, peer);
}

#[test]
fn a_bad_re_invite_gets_488_and_the_call_lives() {
    // rfc3261#14.2
    let (mut lab, mut peer) = connected();
    let text = peer.request("INVITE", "", NO_CODEC);
    peer.send(&mut lab, &text);
    let refusal = peer.wait(&mut lab, "SIP/2.0 488");
    assert!(refusal.header("Warning").starts_with("3"), "{}", refusal.text());
    lab.run_for(Duration::from_millis(600));
    assert_eq!(peer.times(&lab, "SIP/2.0 488"), [0, 500]);
    peer.ack_refusal(&mut lab, &text, &refusal);
    let before = sent_to(&lab, "10.0.0.9:40000");
    lab.run_for(Duration::from_secs(1));
    assert_eq!(peer.times(&lab, "SIP/2.0 488").len(), 2);
    assert!(sent_to(&lab, "10.0.0.9:40000") > before + 40);
    // and the next one may be good
    reinvite(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"));
    assert_eq!(media(&lab) & MEDIA_HELD, MEDIA_HELD);
    finish(lab, peer);
}

#[test]
fn a_refused_re_invite_does_not_block_the_next() {
    let (mut lab, mut peer) = connected();
    let text = peer.request("INVITE", "", NO_CODEC);
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 488");
    // its ACK was lost
    reinvite(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"));
    finish(lab, peer);
}

#[test]
fn an_offer_of_ours_where_they_send_none() {
    // rfc3261#14.2: offer in the 200, answer in the ACK
    let (mut lab, mut peer) = connected();
    let text = peer.request("INVITE", "", "");
    peer.send(&mut lab, &text);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.body().contains("m=audio 10500 RTP/AVP"), "{}", ok.body());
    peer.ack(&mut lab, &sdp("10.0.0.30", 5000, ""));
    lab.run_for(Duration::from_millis(500));
    assert!(sent_to(&lab, "10.0.0.30:5000") > 15);
    finish(lab, peer);
}

#[test]
fn an_ack_without_the_answer_changes_nothing() {
    let (mut lab, mut peer) = connected();
    let text = peer.request("INVITE", "", "");
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 200");
    peer.ack(&mut lab, "");
    let before = sent_to(&lab, "10.0.0.9:40000");
    lab.run_for(Duration::from_secs(1));
    assert!(sent_to(&lab, "10.0.0.9:40000") > before + 40);
    finish(lab, peer);
}

#[test]
fn a_re_invite_before_the_last_ack_is_taken_for_it() {
    // rfc6337#4.3 UAS-IsI: only an ACK with an answer is waited for. This one is lost, and its sender has moved
    let (mut lab, mut peer) = connected();
    for (way, answer) in [("sendonly", "recvonly"), ("", "sendrecv"), ("inactive", "inactive")] {
        let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, way));
        peer.send(&mut lab, &text);
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        assert!(ok.body().contains(&format!("a={answer}\r\n")), "{}", ok.body());
    }
    peer.ack(&mut lab, "");
    let before = peer.all(&lab, "SIP/2.0 200").len();
    lab.run_for(Duration::from_secs(40));
    assert_eq!(peer.all(&lab, "SIP/2.0 200").len(), before, "none is repeated any more");
    finish(lab, peer);
}

#[test]
fn a_re_invite_before_the_ack_that_has_the_answer_gets_500_and_so_does_its_repetition() {
    // rfc6337#4.3 UAS-IsI
    let (mut lab, mut peer) = connected();
    let text = peer.request("INVITE", "", "");
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 200");
    let next = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &next);
    let refusal = peer.wait(&mut lab, "SIP/2.0 500");
    assert!(!refusal.header("Retry-After").is_empty());
    peer.send(&mut lab, &next);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 500").bytes, refusal.bytes);
    peer.ack_refusal(&mut lab, &next, &refusal);
    assert!(lab.ends[0].ended().is_none());
}

#[test]
fn a_number_out_of_order_gets_500() {
    // rfc3261#12.2.2
    let (mut lab, mut peer) = connected();
    peer.number = 50;
    let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &text);
    let first = peer.wait(&mut lab, "SIP/2.0 500");
    peer.send(&mut lab, &text);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 500").bytes, first.bytes);
    peer.number = 200;
    reinvite(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"));
    finish(lab, peer);
}

#[test]
fn a_re_invite_that_is_never_acknowledged_ends_the_call() {
    // rfc3261#14.2
    let (mut lab, mut peer) = connected();
    let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &text);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    let bye = peer.wait(&mut lab, "BYE");
    assert_eq!(bye.at.since(ok.at), Duration::from_secs(32));
    peer.respond(&mut lab, &bye, 200, "");
    assert_eq!(lab.ends[0].ended().unwrap().result, Cause::Timeout);
    lab.assert_settled();
}

#[test]
fn a_re_invite_after_our_bye_gets_481() {
    let (mut lab, mut peer) = connected();
    let call = lab.ends[0].last_call();
    let now = lab.now;
    lab.ends[0].phone.hangup(now, call).unwrap();
    let bye = peer.wait(&mut lab, "BYE");
    let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &text);
    peer.wait(&mut lab, "SIP/2.0 481");
    peer.respond(&mut lab, &bye, 200, "");
    lab.assert_settled();
}

#[test]
fn the_called_side_of_ours_may_be_changed_too() {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.be_called(&mut lab, 0);
    reinvite(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"));
    assert_eq!(media(&lab), MEDIA_RECEIVING + MEDIA_HELD);
    finish(lab, peer);
}

#[test]
fn a_re_invite_with_a_foreign_body_gets_415() {
    let (mut lab, mut peer) = connected();
    let text = peer.request("INVITE", "Content-Type: text/plain\r\n", "hello");
    peer.send(&mut lab, &text);
    let refusal = peer.wait(&mut lab, "SIP/2.0 415");
    assert_eq!(refusal.header("Accept"), "application/sdp, multipart/mixed");
    finish(lab, peer);
}

/// A URI that no dialog of these tests has room for.
fn too_long() -> String {
    format!("sip:peer@10.0.0.9;x={}", "y".repeat(600))
}

fn small() -> Options {
    let mut options = Options::default();
    options.capacity.dialog_text = 600;
    options
}

#[test]
fn a_target_that_does_not_fit_gets_513_and_nothing_changes() {
    // rfc3261#12.2.2: accepting the request means accepting its target
    let mut lab = Lab::new(&[small()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    let (good, before) = (std::mem::replace(&mut peer.contact, too_long()), media(&lab));
    let text = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, "sendonly"));
    peer.send(&mut lab, &text);
    let refusal = peer.wait(&mut lab, "SIP/2.0 ");
    assert_eq!(refusal.status(), 513);
    peer.ack_refusal(&mut lab, &text, &refusal);
    assert_eq!((lab.ends[0].phone.counters().oversize, media(&lab)), (1, before));
    peer.contact.clone_from(&good);
    reinvite(&mut lab, &mut peer, &sdp("10.0.0.9", 40_000, "sendonly"));
    let call = lab.ends[0].last_call();
    let bye = peer.be_hung_up(&mut lab, 0, call);
    assert_eq!(bye.uri(), good);
    lab.assert_settled();
}

#[test]
fn a_re_invite_that_is_refused_leaves_the_target_as_it_is() {
    // rfc3261#12.2.2: of a request that is rejected, none of the state changes are performed
    let long = |lines: usize| {
        format!("{}{}", sdp("10.0.0.9", 40_000, "sendonly"), "m=video 0 RTP/AVP 96 97\r\n".repeat(lines))
    };
    let mut seen = Vec::new();
    for body in [sdp("nowhere.example", 40_000, "")].into_iter().chain((0..31).map(long)) {
        let options = Options { capacity: Capacity::host(4, 2, 1024), ..Options::default() };
        let mut lab = Lab::new(&[options]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        peer.call(&mut lab, 0);
        let good = std::mem::replace(&mut peer.contact, "sip:elsewhere@10.0.0.9".into());
        let text = peer.request("INVITE", "", &body);
        peer.send(&mut lab, &text);
        let response = peer.wait(&mut lab, "SIP/2.0 ");
        let status = response.status();
        if status == 200 {
            peer.ack(&mut lab, "");
        } else {
            peer.ack_refusal(&mut lab, &text, &response);
        }
        lab.run_for(Duration::from_millis(10));
        let (call, now) = (lab.ends[0].last_call(), lab.now);
        lab.ends[0].phone.hangup(now, call).unwrap();
        let bye = peer.wait(&mut lab, "BYE");
        assert_eq!(bye.uri(), if status == 200 { peer.contact.clone() } else { good }, "{status}");
        seen.push(status);
    }
    seen.dedup();
    assert_eq!(seen, [488, 200, 513]);
}

#[test]
fn a_re_invite_whose_host_is_found_first_refreshes_the_target() {
    let mut lab = Lab::new(&[Options::default()]);
    lab.names.insert("media.example".into(), vec!["10.0.0.9:9".parse().unwrap()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.call(&mut lab, 0);
    peer.contact = "sip:elsewhere@10.0.0.9:5060".into();
    reinvite(&mut lab, &mut peer, &sdp("media.example", 40_000, ""));
    let call = lab.ends[0].last_call();
    let bye = peer.be_hung_up(&mut lab, 0, call);
    assert_eq!(bye.uri(), peer.contact);
    lab.assert_settled();
}

#[test]
fn reinvites_that_are_refused_and_not_acknowledged_leave_room_for_others() {
    // each would keep a slot for 32 s, and a use of the dialog
    let options = Options { capacity: Capacity { servers: 400, ..Capacity::host(4, 2, 2048) }, ..Options::default() };
    for (options, tries) in [(Options::default(), 40), (options, 400)] {
        let mut lab = Lab::new(&[options]);
        let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
        peer.call(&mut lab, 0);
        let mut last = String::new();
        for _ in 0..tries {
            last = peer.request("INVITE", "", NO_CODEC);
            peer.send(&mut lab, &last);
            lab.run_for(Duration::from_millis(5));
        }
        assert_eq!(lab.ends[0].phone.in_use().servers, 1, "{tries}");
        // the last one is still repeated, and each of the others gets its refusal again
        let before = peer.all(&lab, "SIP/2.0 488").len();
        peer.send(&mut lab, &last);
        lab.run_for(Duration::from_millis(5));
        assert_eq!(peer.all(&lab, "SIP/2.0 488").len(), before + 1);
        let mut other = Peer::new(&mut lab, "10.0.0.8:5060", 0);
        other.invite(&mut lab);
        other.wait(&mut lab, "SIP/2.0 180");
        lab.run_for(Duration::from_secs(40));
        let (call, now) = (lab.ends[0].phone.calls().next().unwrap(), lab.now);
        lab.ends[0].phone.hangup(now, call).unwrap();
        peer.wait(&mut lab, "BYE");
    }
}
