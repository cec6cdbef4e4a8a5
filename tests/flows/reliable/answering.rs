//! As the called side (rfc3262#3).

use super::{invite, prack, rseq};
use microsip_core::base::time::Duration;
use microsip_core::media::{Codec, CodecOrder};
use microsip_core::phone::{CallState, CommandError, EndCause, MEDIA_HELD, MEDIA_RECEIVING, Reliable};
use microsip_tests::{EventKind, Lab, Options, Peer, sdp};

const SUPPORTED: &str = "Supported: 100rel\r\n";
const REQUIRED: &str = "Require: 100rel\r\n";

fn new(reliable: Reliable) -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options { reliable, ..Options::default() }]);
    let peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    (lab, peer)
}

fn answer(lab: &mut Lab, code: u16) {
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].phone.answer(now, call, code).unwrap();
}

fn hang_up(mut lab: Lab, mut peer: Peer) {
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

fn ack(lab: &mut Lab, peer: &mut Peer, ok: &microsip_tests::Sip, body: &str) {
    let number = core::mem::replace(&mut peer.number, ok.number());
    peer.ack(lab, body);
    peer.number = number;
    lab.run_for(Duration::from_millis(10));
}

#[test]
fn the_setting_and_the_caller_decide_which_are_reliable() {
    use Reliable::{Inherited, Off, Required, Supported};
    for (wish, extra, ringing, progress) in [
        (Off, "", false, false),
        (Off, SUPPORTED, false, false),
        (Off, REQUIRED, true, true),
        (Inherited, "", false, false),
        (Inherited, SUPPORTED, false, true),
        (Inherited, REQUIRED, true, true),
        (Supported, SUPPORTED, false, true),
        (Required, SUPPORTED, true, true),
        (Required, REQUIRED, true, true),
    ] {
        let (mut lab, mut peer) = new(wish);
        let body = peer.sdp();
        invite(&mut lab, &mut peer, extra, &body);
        for (code, reliable) in [(180, ringing), (183, progress)] {
            if code == 183 {
                answer(&mut lab, 183);
            }
            let response = peer.wait(&mut lab, &format!("SIP/2.0 {code}"));
            let what = format!("{wish:?} {extra} {code}");
            assert_eq!(response.header("Require"), if reliable { "100rel" } else { "" }, "{what}");
            assert_eq!(response.header("RSeq").is_empty(), !reliable, "{what}");
            if reliable {
                assert!((1..1 << 31).contains(&rseq(&response)));
                assert!(response.header("Allow").contains("PRACK"));
                prack(&mut lab, &mut peer, &response, "");
                peer.wait(&mut lab, "SIP/2.0 200");
            }
        }
    }
}

#[test]
fn a_caller_that_does_not_know_them_is_refused_where_they_are_required() {
    let (mut lab, mut peer) = new(Reliable::Required);
    let text = peer.invite(&mut lab);
    let refusal = peer.wait(&mut lab, "SIP/2.0 421");
    assert_eq!(refusal.header("Require"), "100rel");
    peer.send(&mut lab, &text);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 421").text(), refusal.text());
    peer.ack_refusal(&mut lab, &text, &refusal);
    assert!(lab.ends[0].events.is_empty());
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn one_is_out_at_a_time_until_its_prack() {
    let (mut lab, mut peer) = new(Reliable::Inherited);
    let body = peer.sdp();
    invite(&mut lab, &mut peer, REQUIRED, &body);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    answer(&mut lab, 183);
    lab.run_for(Duration::from_secs(4));
    assert_eq!(peer.times(&lab, "SIP/2.0 180"), [0, 500, 1500, 3500]);
    assert!(peer.all(&lab, "SIP/2.0 183").is_empty());
    let text = prack(&mut lab, &mut peer, &ringing, "");
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!((ok.header("CSeq"), ok.header("Contact")), (format!("{} PRACK", peer.number), String::new()));
    // rfc3261#17.2.2, rfc3262#3: a repetition gets the same, another one 481
    peer.send(&mut lab, &text);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").text(), ok.text());
    let progress = peer.all(&lab, "SIP/2.0 183").remove(0);
    assert_eq!(rseq(&progress), rseq(&ringing) + 1);
    assert!(progress.body().contains("m=audio"));
    prack(&mut lab, &mut peer, &ringing, "");
    peer.wait(&mut lab, "SIP/2.0 481");
    // a 2xx waits for the one with a description
    answer(&mut lab, 200);
    lab.run_for(Duration::from_secs(1));
    assert!(!peer.all(&lab, "SIP/2.0 200").iter().any(|ok| ok.header("CSeq").contains("INVITE")));
    prack(&mut lab, &mut peer, &progress, "");
    let ok = loop {
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        if ok.header("CSeq").contains("INVITE") {
            break ok;
        }
    };
    assert!(ok.body().is_empty(), "the exchange is complete");
    ack(&mut lab, &mut peer, &ok, "");
    assert!(lab.ends[0].reached(CallState::Connected));
    assert_eq!(lab.ends[0].phone.in_use().servers, 0);
    hang_up(lab, peer);
}

#[test]
fn a_200_does_not_wait_for_one_without_a_description() {
    let (mut lab, mut peer) = new(Reliable::Inherited);
    let body = peer.sdp();
    invite(&mut lab, &mut peer, REQUIRED, &body);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    peer.learn(&ringing);
    answer(&mut lab, 200);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.body().contains("m=audio"));
    // its PRACK is taken all the same
    prack(&mut lab, &mut peer, &ringing, "");
    assert!(peer.wait(&mut lab, "SIP/2.0 200").header("CSeq").contains("PRACK"));
    ack(&mut lab, &mut peer, &ok, "");
    lab.run_for(Duration::from_secs(40));
    assert_eq!(peer.all(&lab, "SIP/2.0 180").len(), 1, "and it is not repeated any more");
    assert!(lab.ends[0].ended().is_none());
    hang_up(lab, peer);
}

#[test]
fn without_a_prack_the_invite_is_refused() {
    for code in [180, 183] {
        let (mut lab, mut peer) = new(Reliable::Inherited);
        let body = peer.sdp();
        let text = invite(&mut lab, &mut peer, if code == 180 { REQUIRED } else { SUPPORTED }, &body);
        if code == 183 {
            peer.wait(&mut lab, "SIP/2.0 180");
            answer(&mut lab, 183);
            answer(&mut lab, 200);
        }
        let refusal = peer.wait(&mut lab, "SIP/2.0 500");
        let start = format!("SIP/2.0 {code}");
        // no ceiling of 4 s
        assert_eq!(peer.times(&lab, &start), [0, 500, 1500, 3500, 7500, 15_500, 31_500]);
        assert_eq!(refusal.at.millis() - peer.all(&lab, &start)[0].at.millis(), 32_000);
        let ended = lab.ends[0].ended().unwrap();
        assert_eq!((ended.cause, ended.sip_code), (EndCause::Network, 500));
        // rfc3262#3: its PRACK may come behind it
        let response = peer.all(&lab, &start).remove(0);
        prack(&mut lab, &mut peer, &response, "");
        assert!(peer.wait(&mut lab, "SIP/2.0 200").header("CSeq").contains("PRACK"));
        peer.ack_refusal(&mut lab, &text, &refusal);
        lab.run_for(Duration::from_secs(40));
        lab.assert_settled();
    }
}

#[test]
fn a_prack_behind_a_refusal_is_taken() {
    let (mut lab, mut peer) = new(Reliable::Inherited);
    let body = peer.sdp();
    let text = invite(&mut lab, &mut peer, REQUIRED, &body);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    let (call, now) = (lab.ends[0].last_call(), lab.now);
    lab.ends[0].keep = true;
    lab.ends[0].phone.reject(now, call, 486).unwrap();
    let refusal = peer.wait(&mut lab, "SIP/2.0 486");
    prack(&mut lab, &mut peer, &ringing, "");
    peer.wait(&mut lab, "SIP/2.0 200");
    peer.ack_refusal(&mut lab, &text, &refusal);
    lab.run_for(Duration::from_secs(40));
    lab.ends[0].phone.release(call).unwrap();
    lab.assert_settled();
}

#[test]
fn a_repeated_prack_gets_its_200_whatever_its_body_was() {
    // rfc3261#17.2.2: the answer to our offer; an offer that comes when the call is over
    for over in [false, true] {
        let (mut lab, mut peer) = new(Reliable::Inherited);
        let body = peer.sdp();
        let invite = invite(&mut lab, &mut peer, REQUIRED, if over { &body } else { "" });
        let ringing = peer.wait(&mut lab, "SIP/2.0 180");
        let (call, now) = (lab.ends[0].last_call(), lab.now);
        lab.ends[0].keep = true;
        if over {
            lab.ends[0].phone.reject(now, call, 486).unwrap();
        }
        let text = prack(&mut lab, &mut peer, &ringing, &body);
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        assert!(ok.header("CSeq").contains("PRACK") && ok.body().is_empty());
        for _ in 0..2 {
            lab.run_for(Duration::from_millis(500));
            peer.send(&mut lab, &text);
            assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").text(), ok.text(), "over: {over}");
        }
        if !over {
            lab.ends[0].phone.reject(lab.now, call, 486).unwrap();
        }
        let refusal = peer.all(&lab, "SIP/2.0 486").first().cloned();
        let refusal = refusal.unwrap_or_else(|| peer.wait(&mut lab, "SIP/2.0 486"));
        peer.ack_refusal(&mut lab, &invite, &refusal);
        lab.run_for(Duration::from_secs(40));
        lab.ends[0].phone.release(call).unwrap();
        lab.assert_settled();
    }
}

#[test]
fn a_prack_that_comes_behind_the_ack_is_taken_once() {
    // rfc3262#3: its first sending was lost, and a 481 would end the call
    let (mut lab, mut peer) = new(Reliable::Inherited);
    let body = peer.sdp();
    invite(&mut lab, &mut peer, REQUIRED, &body);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    answer(&mut lab, 200);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    peer.learn(&ok);
    ack(&mut lab, &mut peer, &ok, "");
    assert_eq!(lab.ends[0].phone.in_use().servers, 0);
    let (number, own) = (rseq(&ringing), ringing.number());
    for rack in [format!("RAck: {} {own} INVITE\r\n", number + 1), format!("RAck: {number} {} INVITE\r\n", own + 1)] {
        let text = peer.request("PRACK", &rack, "");
        peer.send(&mut lab, &text);
        peer.wait(&mut lab, "SIP/2.0 481");
    }
    let text = prack(&mut lab, &mut peer, &ringing, "");
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.header("CSeq").contains("PRACK"));
    peer.send(&mut lab, &text);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").text(), ok.text());
    prack(&mut lab, &mut peer, &ringing, "");
    peer.wait(&mut lab, "SIP/2.0 481");
    assert!(lab.ends[0].reached(CallState::Connected) && lab.ends[0].ended().is_none());
    hang_up(lab, peer);
}

#[test]
fn a_prack_for_another_response_is_refused() {
    let (mut lab, mut peer) = new(Reliable::Inherited);
    let body = peer.sdp();
    invite(&mut lab, &mut peer, REQUIRED, &body);
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    peer.learn(&ringing);
    let (number, own) = (rseq(&ringing), ringing.number());
    for (rack, status) in [
        (format!("RAck: {} {own} INVITE\r\n", number + 1), 481),
        (format!("RAck: {number} {} INVITE\r\n", own + 1), 481),
        (format!("RAck: {number} {own} BYE\r\n"), 481),
        (String::new(), 400),
        (format!("RAck: {number}\r\n"), 400),
        (format!("RAck: {number}{own} INVITE\r\n"), 400),
        (format!("RAck: {number} {own} INVITE\r\nRAck: {number} {own} INVITE\r\n"), 400),
        (format!("RAck: {number} {own} INVITE\r\nContent-Type: text/plain\r\n"), 415),
    ] {
        let text = peer.request("PRACK", &rack, if status == 415 { "x" } else { "" });
        peer.send(&mut lab, &text);
        let first = peer.wait(&mut lab, &format!("SIP/2.0 {status}"));
        peer.send(&mut lab, &text);
        assert_eq!(peer.wait(&mut lab, "SIP/2.0 4").text(), first.text());
    }
    prack(&mut lab, &mut peer, &ringing, "");
    peer.wait(&mut lab, "SIP/2.0 200");
}

#[test]
fn an_offer_in_a_prack_gets_its_answer() {
    let (mut lab, mut peer) = new(Reliable::Inherited);
    let body = peer.sdp();
    invite(&mut lab, &mut peer, SUPPORTED, &body);
    peer.wait(&mut lab, "SIP/2.0 180");
    answer(&mut lab, 183);
    let progress = peer.wait(&mut lab, "SIP/2.0 183");
    peer.learn(&progress);
    // rfc6337#4.3 UAS-IsU: not before the PRACK
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    let held = sdp("10.0.0.9", 40_000, "sendonly");
    let update = peer.request("UPDATE", &contact, &held);
    peer.send(&mut lab, &update);
    assert!(!peer.wait(&mut lab, "SIP/2.0 500").header("Retry-After").is_empty());
    let text = prack(&mut lab, &mut peer, &progress, &held);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.body().contains("a=recvonly") && ok.header("Contact").is_empty(), "{}", ok.text());
    let media = lab.ends[0].events.iter().rev().find(|event| event.kind == EventKind::Media).unwrap().value;
    assert_eq!(media, MEDIA_RECEIVING + MEDIA_HELD);
    for _ in 0..2 {
        lab.run_for(Duration::from_secs(1));
        peer.send(&mut lab, &text);
        assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").text(), ok.text(), "a repetition gets the same bytes");
    }
    // an UPDATE resumes; then the 200 has no description
    let update = peer.request("UPDATE", &contact, &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &update);
    assert!(peer.wait(&mut lab, "SIP/2.0 200").body().contains("m=audio"));
    answer(&mut lab, 200);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    assert!(ok.body().is_empty());
    ack(&mut lab, &mut peer, &ok, "");
    hang_up(lab, peer);
}

#[test]
fn an_offer_in_a_prack_that_cannot_be_answered_acknowledges_nothing() {
    // rfc6337#2.3: it may be sent again without its offer
    let (mut lab, mut peer) = new(Reliable::Inherited);
    let body = peer.sdp();
    invite(&mut lab, &mut peer, SUPPORTED, &body);
    peer.wait(&mut lab, "SIP/2.0 180");
    answer(&mut lab, 183);
    let progress = peer.wait(&mut lab, "SIP/2.0 183");
    let other = body.replace("RTP/AVP 0 8 101", "RTP/AVP 97");
    prack(&mut lab, &mut peer, &progress, &other);
    peer.wait(&mut lab, "SIP/2.0 488");
    prack(&mut lab, &mut peer, &progress, "");
    peer.wait(&mut lab, "SIP/2.0 200");
    answer(&mut lab, 200);
    let ok = peer.wait(&mut lab, "SIP/2.0 200");
    ack(&mut lab, &mut peer, &ok, "");
    hang_up(lab, peer);
}

#[test]
fn an_invite_without_an_offer_gets_one_in_its_first_reliable_response() {
    // rfc3262#5
    for (extra, code) in [(REQUIRED, 180), (SUPPORTED, 183)] {
        let (mut lab, mut peer) = new(Reliable::Inherited);
        invite(&mut lab, &mut peer, extra, "");
        if code == 183 {
            assert!(peer.wait(&mut lab, "SIP/2.0 180").header("RSeq").is_empty());
            answer(&mut lab, 183);
        }
        let response = peer.wait(&mut lab, &format!("SIP/2.0 {code}"));
        assert!(response.body().contains("m=audio") && !response.header("RSeq").is_empty());
        answer(&mut lab, 200);
        lab.run_for(Duration::from_secs(1));
        assert!(peer.all(&lab, "SIP/2.0 200").is_empty(), "it waits for the answer");
        let body = peer.sdp();
        prack(&mut lab, &mut peer, &response, &body);
        peer.wait(&mut lab, "SIP/2.0 200");
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        assert!(ok.header("CSeq").contains("INVITE") && ok.body().is_empty());
        ack(&mut lab, &mut peer, &ok, "");
        lab.run_for(Duration::from_secs(1));
        assert!(lab.media_sent.get(&"10.0.0.9:40000".parse().unwrap()).is_some_and(|sent| *sent > 40));
        assert!(lab.ends[0].ended().is_none());
        hang_up(lab, peer);
    }
}

#[test]
fn a_prack_without_the_answer_ends_the_call() {
    let (mut lab, mut peer) = new(Reliable::Inherited);
    let text = invite(&mut lab, &mut peer, REQUIRED, "");
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    prack(&mut lab, &mut peer, &ringing, "");
    peer.wait(&mut lab, "SIP/2.0 200");
    let refusal = peer.wait(&mut lab, "SIP/2.0 488");
    peer.ack_refusal(&mut lab, &text, &refusal);
    lab.run_for(Duration::from_secs(40));
    lab.assert_settled();
}

#[test]
fn a_call_that_waits_for_long_is_extended_by_new_responses() {
    let (mut lab, mut peer) = new(Reliable::Inherited);
    let body = peer.sdp();
    invite(&mut lab, &mut peer, REQUIRED, &body);
    let first = peer.wait(&mut lab, "SIP/2.0 180");
    prack(&mut lab, &mut peer, &first, "");
    peer.wait(&mut lab, "SIP/2.0 200");
    lab.run_for(Duration::from_secs(151));
    let second = peer.wait(&mut lab, "SIP/2.0 180");
    assert_eq!((second.at.millis() - first.at.millis()) / 1000, 150);
    assert_eq!(rseq(&second), rseq(&first) + 1);
}

#[test]
fn cancel_and_bye_end_a_call_whose_prack_is_missing() {
    for method in ["CANCEL", "BYE"] {
        let (mut lab, mut peer) = new(Reliable::Inherited);
        let body = peer.sdp();
        let text = invite(&mut lab, &mut peer, SUPPORTED, &body);
        peer.wait(&mut lab, "SIP/2.0 180");
        answer(&mut lab, 183);
        let progress = peer.wait(&mut lab, "SIP/2.0 183");
        answer(&mut lab, 200);
        peer.learn(&progress);
        let end = if method == "CANCEL" {
            let via = text.lines().find_map(|line| line.strip_prefix("Via: ")).unwrap().to_owned();
            let uri = core::mem::replace(&mut peer.target, "sip:bob@10.0.0.1:5060".into());
            let cancel = peer.request_with("CANCEL", &via, "", "");
            peer.target = uri;
            cancel
        } else {
            peer.request("BYE", "", "")
        };
        peer.send(&mut lab, &end);
        peer.wait(&mut lab, "SIP/2.0 200");
        let refusal = peer.all(&lab, "SIP/2.0 487").first().cloned();
        let refusal = refusal.unwrap_or_else(|| peer.wait(&mut lab, "SIP/2.0 487"));
        peer.ack_refusal(&mut lab, &text, &refusal);
        peer.silence(&mut lab, "SIP/2.0 183", Duration::from_secs(40));
        assert!(!lab.ends[0].reached(CallState::Connected));
        lab.assert_settled();
    }
}

#[test]
fn an_answer_may_wish_otherwise() {
    let (mut lab, mut peer) = new(Reliable::Inherited);
    let body = peer.sdp();
    invite(&mut lab, &mut peer, SUPPORTED, &body);
    peer.wait(&mut lab, "SIP/2.0 180");
    let call = lab.ends[0].last_call();
    lab.ends[0].phone.call_set_reliable(call, Reliable::Off).unwrap();
    answer(&mut lab, 183);
    assert!(peer.wait(&mut lab, "SIP/2.0 183").header("RSeq").is_empty());
    lab.ends[0].phone.call_set_reliable(call, Reliable::Required).unwrap();
    answer(&mut lab, 183);
    let progress = peer.wait(&mut lab, "SIP/2.0 183");
    prack(&mut lab, &mut peer, &progress, "");
    answer(&mut lab, 200);
    lab.run_for(Duration::from_millis(10));
    assert_eq!(lab.ends[0].phone.call_set_reliable(call, Reliable::Off), Err(CommandError::State));
    let (mut lab, mut peer) = new(Reliable::Inherited);
    peer.invite(&mut lab);
    peer.wait(&mut lab, "SIP/2.0 180");
    let call = lab.ends[0].last_call();
    assert_eq!(lab.ends[0].phone.call_set_reliable(call, Reliable::Required), Err(CommandError::Unsupported));
}

#[test]
fn behind_an_offer_of_ours_its_codecs_are_settled_and_the_responses_to_come_are_not() {
    let (mut lab, mut peer) = new(Reliable::Inherited);
    invite(&mut lab, &mut peer, REQUIRED, "");
    let ringing = peer.wait(&mut lab, "SIP/2.0 180");
    let call = lab.ends[0].last_call();
    for acknowledged in [false, true] {
        if acknowledged {
            let body = peer.sdp();
            prack(&mut lab, &mut peer, &ringing, &body);
            peer.wait(&mut lab, "SIP/2.0 200");
        }
        let phone = &mut lab.ends[0].phone;
        assert_eq!(phone.call_set_codecs(call, CodecOrder::of(&[Codec::Pcma])), Err(CommandError::State));
        assert_eq!(phone.call_set_reliable(call, Reliable::Required), Ok(()), "acknowledged: {acknowledged}");
    }
    answer(&mut lab, 200);
    let ok = loop {
        let ok = peer.wait(&mut lab, "SIP/2.0 200");
        if ok.header("CSeq").contains("INVITE") {
            break ok;
        }
    };
    ack(&mut lab, &mut peer, &ok, "");
    hang_up(lab, peer);
}
