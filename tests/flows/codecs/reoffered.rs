//! The application offers other codecs in a call that is up.

use super::*;
use microsip_core::phone::{Cause, Reoffer};
use microsip_tests::{EventKind, Peer, Sip, sdp};

const ALL: &[Codec] = &[Codec::Pcmu, Codec::Pcma, Codec::G722];

fn reoffer(lab: &mut Lab, codecs: &[Codec], token: u64) -> Result<(), CommandError> {
    let (now, call) = (lab.now, lab.ends[0].last_call());
    let done =
        lab.ends[0].phone.reoffer(now, call, &Reoffer { codecs: CodecOrder::of(codecs), ..Reoffer::default() }, token);
    lab.drain();
    done
}

fn with_peer() -> (Lab, Peer) {
    let mut lab = Lab::new(&[Options::default()]);
    let mut peer = Peer::new(&mut lab, "10.0.0.9:5060", 0);
    peer.be_called(&mut lab, 0);
    (lab, peer)
}

/// The formats of a description's audio line.
fn formats(sip: &Sip) -> String {
    let body = sip.body();
    let line = body.lines().find(|line| line.starts_with("m=audio ")).unwrap();
    line.split("RTP/AVP ").nth(1).unwrap().to_owned()
}

/// The ends of commands that were told: token, result, status.
fn done(lab: &Lab) -> Vec<(u64, Cause, u16)> {
    let done = lab.ends[0].events.iter().filter(|event| event.kind == EventKind::Done);
    done.map(|event| (event.token, event.result, event.sip_code)).collect()
}

fn finish(mut lab: Lab, mut peer: Peer) {
    let call = lab.ends[0].last_call();
    peer.be_hung_up(&mut lab, 0, call);
    lab.assert_settled();
}

#[test]
fn the_voice_goes_on_in_another_codec() {
    let mut lab = Lab::new(&[speaking(ALL, 16_000), speaking(ALL, 16_000)]);
    let ours = dial(&mut lab, AccountId::NONE, CodecOrder::EMPTY).unwrap();
    let theirs = rings(&mut lab);
    answer(&mut lab, theirs);
    for (nth, (codecs, offer, name, hertz)) in [
        (&[Codec::G722, Codec::Pcma][..], "9 8 101", "G722/8000", 6000),
        (&[], "9 8 101", "G722/8000", 6000), // as they are
        (&[Codec::Pcma], "8 101", "PCMA/8000", 1000),
        (ALL, "0 8 9 101", "PCMU/8000", 1000),
    ]
    .into_iter()
    .enumerate()
    {
        reoffer(&mut lab, codecs, nth as u64 + 1).unwrap();
        lab.run_until("agreed", |lab| done(lab).len() == nth + 1);
        assert_eq!(done(&lab).last(), Some(&(nth as u64 + 1, Cause::Normal, 0)));
        assert_eq!(offered(&lab), offer);
        lab.ends.iter_mut().for_each(|end| end.sound.play = hertz);
        lab.run_for(Duration::from_millis(400));
        lab.ends.iter_mut().for_each(|end| end.sound.heard.clear());
        lab.run_for(Duration::from_millis(500));
        for (end, call) in [(0, ours), (1, theirs)] {
            assert_eq!(codec(&lab, end, call), name);
            let mut detector = Detector::new(hertz, 16_000);
            detector.feed(&lab.ends[end].sound.heard[&call.raw()]);
            assert!(detector.longest_ms() >= 450, "{name}: {} ms", detector.longest_ms());
        }
    }
}

#[test]
fn later_offers_and_answers_have_them_too() {
    let (mut lab, mut peer) = with_peer();
    reoffer(&mut lab, &[Codec::Pcma], 1).unwrap();
    let offer = peer.wait(&mut lab, "INVITE");
    assert_eq!(formats(&offer), "8 101");
    peer.respond(&mut lab, &offer, 200, &sdp("10.0.0.9", 40_000, ""));
    peer.wait(&mut lab, "ACK");
    let (now, call) = (lab.now, lab.ends[0].last_call());
    lab.ends[0].phone.hold(now, call, true, 2).unwrap();
    lab.drain();
    let hold = peer.wait(&mut lab, "INVITE");
    assert_eq!(formats(&hold), "8 101");
    peer.respond(&mut lab, &hold, 200, &sdp("10.0.0.9", 40_000, "recvonly"));
    peer.wait(&mut lab, "ACK");
    // theirs has PCMU first
    let again = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &again);
    assert_eq!(formats(&peer.wait(&mut lab, "SIP/2.0 200")), "8 101");
    peer.ack(&mut lab, "");
    // and one with nothing else cannot be
    let other = sdp("10.0.0.9", 40_000, "").replace(" 0 8 ", " 0 ");
    let again = peer.request("INVITE", "", &other);
    peer.send(&mut lab, &again);
    let refusal = peer.wait(&mut lab, "SIP/2.0 488");
    assert!(refusal.header("Warning").starts_with("305 "));
    peer.ack_refusal(&mut lab, &again, &refusal);
    finish(lab, peer);
}

#[test]
fn a_refusal_leaves_the_codecs_as_they_were() {
    for (status, body) in [(488, String::new()), (200, sdp("10.0.0.9", 40_000, "").replace(" 0 8 ", " 0 "))] {
        let (mut lab, mut peer) = with_peer();
        reoffer(&mut lab, &[Codec::Pcma], 1).unwrap();
        let offer = peer.wait(&mut lab, "INVITE");
        peer.respond(&mut lab, &offer, status, &body);
        peer.wait(&mut lab, "ACK");
        lab.run_for(Duration::from_millis(10));
        let cause = if status == 200 { Cause::Protocol } else { Cause::Refused };
        assert_eq!(done(&lab), [(1, cause, status)]);
        assert_eq!(codec(&lab, 0, lab.ends[0].last_call()), "PCMU/8000");
        let again = peer.request("INVITE", "", &sdp("10.0.0.9", 40_000, ""));
        peer.send(&mut lab, &again);
        assert_eq!(formats(&peer.wait(&mut lab, "SIP/2.0 200")), "0 8 101");
        peer.ack(&mut lab, "");
        finish(lab, peer);
    }
}

#[test]
fn a_repeated_update_gets_its_answer_with_the_codecs_of_then() {
    let (mut lab, mut peer) = with_peer();
    let contact = format!("Contact: <{}>\r\n", peer.contact);
    let update = peer.request("UPDATE", &contact, &sdp("10.0.0.9", 40_000, ""));
    peer.send(&mut lab, &update);
    let first = peer.wait(&mut lab, "SIP/2.0 200");
    assert_eq!(formats(&first), "0 8 101");
    // our offer leaves before the repetition comes
    reoffer(&mut lab, &[Codec::Pcma], 1).unwrap();
    let offer = peer.wait(&mut lab, "INVITE");
    peer.send(&mut lab, &update);
    assert_eq!(peer.wait(&mut lab, "SIP/2.0 200").bytes, first.bytes);
    peer.respond(&mut lab, &offer, 200, &sdp("10.0.0.9", 40_000, ""));
    peer.wait(&mut lab, "ACK");
    finish(lab, peer);
}

#[test]
fn a_codec_without_room_is_refused_at_once() {
    let (mut lab, mut peer) = with_peer();
    assert_eq!(reoffer(&mut lab, &[Codec::Pcmu, Codec::L16At48], 1), Err(CommandError::Codec));
    peer.silence(&mut lab, "INVITE", Duration::from_secs(5));
    assert!(done(&lab).is_empty());
    finish(lab, peer);
}
